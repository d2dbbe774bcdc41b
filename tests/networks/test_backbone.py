"""Ties tested against printed values, brute force, and independent nodes in units of uneven length."""

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse, stats

from analysis.inputs import InputError
from analysis.networks import backbone, published
from analysis.networks.bicm import fit_bicm

# zpneal/backbone 2.1.3, inst/tinytest/test_backbone.R: three nodes (rows there, columns here) in four units.
SMALL = np.array([[1, 0, 1, 1], [0, 1, 0, 0], [1, 0, 0, 1]]).T


def words_of(rng, n_units, n_words, sigma):
    """Independent words in units of lognormal length, as in the benchmark."""
    length = np.exp(rng.normal(np.log(25), sigma, size=(n_units, 1)))
    rate = np.exp(rng.uniform(np.log(0.0008), np.log(0.012), size=n_words))
    return pd.DataFrame(rng.random((n_units, n_words)) < -np.expm1(-length * rate)).rename(columns="w{:02d}".format)


def all_tails(chances, n):
    """Both tails of a Poisson-binomial by writing out all outcomes."""
    upper = lower = 0.0
    for outcome in product((0, 1), repeat=len(chances)):
        chance = np.prod(np.where(outcome, chances, 1 - np.array(chances)))
        upper += chance * (sum(outcome) >= n)
        lower += chance * (sum(outcome) <= n)
    return upper, lower


@pytest.mark.parametrize(
    ("method", "upper"),
    [
        # "approximate" as printed there; "exact" by hand of another program (methods: .427, .555).
        ("approximate", [[0.432, 0.977, 0.549], [0.977, 0.304, 0.972], [0.549, 0.972, 0.329]]),
        ("exact", [[0.427, 1.0, 0.555], [1.0, 0.306, 1.0], [0.555, 1.0, 0.333]]),
    ],
)
def test_tails_of_a_small_table_are_those_of_backbone(method, upper):
    p, i, j = fit_bicm(SMALL).table(), np.repeat(range(3), 3), np.tile(range(3), 3)
    counts = (SMALL.T @ SMALL).ravel()
    found = backbone.poisson_binomial(counts, p[:, i] * p[:, j], np.ones(4, dtype=int), method=method)
    assert found.upper.reshape(3, 3).round(3).tolist() == upper
    if method == "approximate":
        lower = [[0.909, 0.354, 0.844], [0.354, 0.954, 0.476], [0.844, 0.476, 0.942]]
        assert found.lower.reshape(3, 3).round(3).tolist() == lower


def test_poisson_binomial_has_the_published_tails():
    # Same file, "pb": 0.6773302 and 0.6268476 are approximations; the exact tails by writing out all 512 outcomes.
    chances = np.array([0.123, 0.234, 0.345, 0.456, 0.567, 0.678, 0.789, 0.801, 0.911])
    near = backbone.poisson_binomial(np.array([5]), chances[:, None], np.ones(9, dtype=int), method="approximate")
    assert [near.lower.item(), near.upper.item()] == pytest.approx([0.6773302, 0.6268476], abs=5e-8)
    exact = backbone.poisson_binomial(np.array([5]), chances[:, None], np.ones(9, dtype=int))
    assert [exact.lower.item(), exact.upper.item()] == pytest.approx([0.679135, 0.628385], abs=5e-7)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=7).flatmap(lambda p: st.tuples(st.just(p), st.integers(0, 7))))
def test_exact_tails_are_those_of_all_outcomes(drawn):
    chances, n = drawn
    found = backbone.poisson_binomial(np.array([n]), np.array(chances)[:, None], np.ones(len(chances), dtype=int))
    assert (found.upper.item(), found.lower.item()) == pytest.approx(all_tails(chances, n), abs=1e-12)


def test_small_tails_keep_their_digits():
    found = backbone.poisson_binomial(np.array([30]), np.array([[1e-3]]), np.array([40]))
    assert found.upper.item() == pytest.approx(stats.binom.sf(29, 40, 1e-3), rel=1e-10)


def test_the_approximation_is_near_for_large_counts():
    rng = np.random.default_rng(1)
    chances, sizes = rng.uniform(0.02, 0.3, size=(20, 50)), rng.integers(10, 60, size=20)
    n = rng.binomial(sizes.sum(), 0.15, size=50)
    exact = backbone.poisson_binomial(n, chances, sizes)
    near = backbone.poisson_binomial(n, chances, sizes, method="approximate")
    assert near.upper == pytest.approx(exact.upper, abs=1e-3)
    assert near.lower == pytest.approx(exact.lower, abs=1e-3)


def test_a_sum_that_cannot_vary_is_certain():
    sure = np.array([[1.0, 0.0]])
    for method in ("exact", "approximate"):
        found = backbone.poisson_binomial(np.array([3, 1]), sure, np.array([3]), method=method)
        assert found.upper.tolist() == [1, 0]
        assert found.lower.tolist() == [1, 1]


def test_sdsm_by_hand_for_the_pairs_that_meet():
    found = backbone.sdsm(SMALL, ["c", "b", "a"], method="approximate")
    assert found[["source", "target", "n"]].to_numpy().tolist() == [["a", "c", 2]]
    assert found["p"].round(3).item() == 0.549
    p = fit_bicm(SMALL).table()
    assert found["expected"].item() == pytest.approx((p[:, 0] * p[:, 2]).sum())


def test_sdsm_equals_its_formula_without_classes():
    words = words_of(np.random.default_rng(2), 60, 8, 0.6)
    p, found = fit_bicm(words).table(), backbone.sdsm(words)
    for row in found.itertuples():
        i, j = words.columns.get_loc(row.source), words.columns.get_loc(row.target)
        tails = backbone.poisson_binomial(np.array([row.n]), (p[:, i] * p[:, j])[:, None], np.ones(60, dtype=int))
        assert row.n == (words.iloc[:, i] & words.iloc[:, j]).sum()
        assert (row.p, row.p_lower) == pytest.approx((tails.upper.item(), tails.lower.item()), abs=1e-9)


def test_a_model_that_was_fitted_before_gives_the_same_table_also_for_one_text():
    words = words_of(np.random.default_rng(2), 60, 8, 0.6)
    texts = pd.Series(np.repeat(["A", "B"], [40, 20]))
    model = fit_bicm(words, texts)
    pd.testing.assert_frame_equal(backbone.sdsm(words, model=model), backbone.sdsm(words, strata=texts))
    alone = backbone.sdsm(words[:40], model=model.restrict(np.arange(40)))
    pd.testing.assert_frame_equal(alone, backbone.sdsm(words[:40]))


def test_batches_do_not_change_a_digit(monkeypatch):
    words = words_of(np.random.default_rng(3), 80, 20, 0.6)
    whole = backbone.sdsm(words)
    monkeypatch.setattr(backbone, "BATCH", 500)
    pd.testing.assert_frame_equal(backbone.sdsm(words), whole)


def test_ties_do_not_depend_on_the_order_of_columns_or_the_kind_of_table():
    words = words_of(np.random.default_rng(4), 80, 12, 0.6)
    found = backbone.sdsm(words)
    pd.testing.assert_frame_equal(backbone.sdsm(words[words.columns[::-1]]), found)
    pd.testing.assert_frame_equal(backbone.sdsm(sparse.csr_array(words), list(words.columns)), found)


@pytest.mark.parametrize("sigma", [0, 0.9])
def test_sdsm_keeps_its_level_among_independent_words_also_in_uneven_units(sigma):
    rng = np.random.default_rng(5)
    found = pd.concat([backbone.sdsm(words_of(rng, 300, 40, sigma)) for _ in range(5)])
    for level in (0.01, 0.05, 0.1, 0.2):
        assert (found["p"] <= level).mean() <= level


def test_sdsm_finds_the_planted_tie_first():
    words = words_of(np.random.default_rng(7), 300, 30, 0.6)
    chance = np.random.default_rng(8).random((300, 2)) < 0.05
    together = np.arange(300) % 15 == 0
    words["grens"], words["kust"] = chance[:, 0] | together, chance[:, 1] | together
    best = backbone.sdsm(words).sort_values("p").iloc[0]
    assert best[["source", "target"]].tolist() == ["grens", "kust"]
    assert best["q"] < 0.001


def test_words_of_one_text_are_tied_by_the_texts_unless_these_are_strata():
    rng = np.random.default_rng(9)
    texts = pd.Series(np.repeat(["A", "B"], 150))
    words = pd.DataFrame({"grens": rng.random(300) < 0.4, "kust": rng.random(300) < 0.4})
    words.loc[texts == "B"] = False
    words = words.join(pd.DataFrame(rng.random((300, 10)) < 0.3).rename(columns="w{}".format))
    pair = {"source": "grens", "target": "kust"}
    found = [backbone.sdsm(words, strata=one).set_index(list(pair)).loc[tuple(pair.values())] for one in (None, texts)]
    assert found[0]["p"] < 0.01
    assert found[1]["p"] > 0.05
    assert found[1]["expected"] > 1.3 * found[0]["expected"]


def test_q_is_benjamini_hochberg_over_all_pairs_that_could_meet():
    words = words_of(np.random.default_rng(11), 60, 12, 0.6)
    words["never"] = False
    for found in (backbone.sdsm(words), published.hypergeometric(words)):
        known = found.set_index(["source", "target"])["p"]
        p = np.array([known.get(pair, 1.0) for pair in combinations(sorted(words.columns.drop("never")), 2)])
        q = dict(
            zip(combinations(sorted(words.columns.drop("never")), 2), stats.false_discovery_control(p), strict=True)
        )
        assert found["q"].tolist() == pytest.approx([q[pair] for pair in known.index])


def test_pairs_of_different_texts_are_no_tests():
    # Two words in A alone, two in B alone: of six pairs, two could meet.
    a, b = [[1, 1, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0]], [[0, 0, 1, 1], [0, 0, 1, 0], [0, 0, 0, 1]]
    found = backbone.sdsm(pd.DataFrame(a + b, columns=list("abcd")), strata=pd.Series(list("AAABBB")))
    p = found["p"].to_numpy()
    assert found[["source", "target"]].to_numpy().tolist() == [["a", "b"], ["c", "d"]]
    assert found["q"].to_numpy() == pytest.approx(stats.false_discovery_control(p))


def test_length_spread_by_hand():
    # ln 10 and ln 1000 lie 4.605 apart: standard deviation 4.605 / √2.
    assert backbone.length_spread(np.array([10, 1000])).value == pytest.approx(np.log(100) / np.sqrt(2))
    assert backbone.length_spread(np.array([20, 21, 22])).reading.startswith("even")
    with pytest.raises(InputError, match="one without words"):
        backbone.length_spread(np.array([3, 0]))


def test_what_cannot_be_tested_is_named():
    with pytest.raises(InputError, match="names: found 0 names, 0 of them different, allowed is 3"):
        backbone.sdsm(SMALL)
    with pytest.raises(InputError, match="3 names, 2 of them different"):
        backbone.sdsm(SMALL, ["a", "b", "a"])
    with pytest.raises(InputError, match="method: found 'exakt'"):
        backbone.sdsm(SMALL, ["a", "b", "c"], method="exakt")


def test_nodes_that_never_meet_give_an_empty_table():
    found = backbone.sdsm(pd.DataFrame({"a": [1, 0], "b": [0, 1]}))
    assert found.empty
    assert list(found.columns) == ["source", "target", "n", "expected", "p", "p_lower", "q"]
