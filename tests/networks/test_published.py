"""Measures kept for comparison: printed values, and why they are not used."""

from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
import pytest

from analysis.inputs import InputError
from analysis.networks import published

# zpneal/backbone 2.1.3, inst/tinytest/test_backbone.R: three nodes (rows there, columns here) in four units.
SMALL = np.array([[1, 0, 1, 1], [0, 1, 0, 0], [1, 0, 0, 1]]).T
# cran/backbone 3.0.3, vignettes/backbone.Rmd: two hubs.
HUBS = np.array(
    [
        [0, 10, 10, 10, 10, 75, 0, 0, 0, 0],
        [10, 0, 1, 1, 1, 0, 0, 0, 0, 0],
        [10, 1, 0, 1, 1, 0, 0, 0, 0, 0],
        [10, 1, 1, 0, 1, 0, 0, 0, 0, 0],
        [10, 1, 1, 1, 0, 0, 0, 0, 0, 0],
        [75, 0, 0, 0, 0, 0, 100, 100, 100, 100],
        [0, 0, 0, 0, 0, 100, 0, 10, 10, 10],
        [0, 0, 0, 0, 0, 100, 10, 0, 10, 10],
        [0, 0, 0, 0, 0, 100, 10, 10, 0, 10],
        [0, 0, 0, 0, 0, 100, 10, 10, 10, 0],
    ]
)


def words_of(rng, n_units, n_words, sigma):
    """Independent words in units of lognormal length, as in the benchmark."""
    length = np.exp(rng.normal(np.log(25), sigma, size=(n_units, 1)))
    rate = np.exp(rng.uniform(np.log(0.0008), np.log(0.012), size=n_words))
    return pd.DataFrame(rng.random((n_units, n_words)) < -np.expm1(-length * rate)).rename(columns="w{:02d}".format)


def test_the_hypergeometric_test_calls_independent_words_tied_in_uneven_units():
    # Section 4.3 of our notes: 36.5 % at sigma .9; SDSM .5 %.
    rng = np.random.default_rng(6)
    found = [(published.hypergeometric(words_of(rng, 300, 60, 0.9))["p"] < 0.05).mean() for _ in range(5)]
    assert np.mean(found) > 0.25


def test_fixedrow_tails_are_those_of_backbone_and_of_counted_draws():
    # Same file, "fixedrow": nodes 1 and 3 have .5.
    assert published.hypergeometric(SMALL, ["a", "b", "c"])["p"].tolist() == pytest.approx([0.5])
    words = words_of(np.random.default_rng(10), 200, 20, 0.9)
    often = words.sum()
    for row in published.hypergeometric(words).itertuples():
        a, b = int(often[row.source]), int(often[row.target])
        draws = [comb(b, k) * comb(200 - b, a - k) for k in range(a + 1)]
        assert row.p == pytest.approx(sum(draws[row.n :]) / comb(200, a), rel=1e-9)
        assert row.p_lower == pytest.approx(sum(draws[: row.n + 1]) / comb(200, a), rel=1e-9)


def test_disparity_of_a_directed_table_is_that_of_backbone():
    # zpneal/backbone 2.1.3, inst/tinytest/test_backbone.R, "disparity", zeros tested.
    directed = np.array([[1, 0, 1, 1], [0, 1, 0, 0], [1, 0, 0, 1], [1, 1, 0, 1]])
    printed = [[0.444, 1, 0.444, 0.444], [1, 0.5, 1, 1], [0.444, 1, 1, 0.444], [0.444, 0.444, 1, 0.444]]
    assert published.disparity(directed).round(3).tolist() == printed


def test_disparity_keeps_the_spokes_of_two_hubs_and_the_bridge():
    alpha = published.disparity(HUBS)
    kept = {pair for pair in combinations(range(1, 11), 2) if alpha[pair[0] - 1, pair[1] - 1] < 0.05}
    assert kept == {(1, 2), (1, 3), (1, 4), (1, 5), (1, 6), (6, 7), (6, 8), (6, 9), (6, 10)}
    assert alpha[0, 1:5].round(5).tolist() == alpha[5, 6:].round(5).tolist() == [0.01229] * 4
    assert alpha[0, 5].round(5) == 0.01464
    rest = [alpha[i, j] for i, j in combinations(range(10), 2) if HUBS[i, j] and (i + 1, j + 1) not in kept]
    assert np.round(rest, 5).tolist() == [0.78653] * 12


def test_what_is_no_weighted_network_is_named():
    with pytest.raises(InputError, match="weights: found a table"):
        published.disparity(np.array([[0, -1], [-1, 0]]))
