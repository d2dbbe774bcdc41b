"""Another drafting: found again by brute force, planted differences found, and true of any sections."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from analysis.inputs import InputError
from analysis.stats.drafting import Drafting, compare_drafts
from analysis.stats.verdict import OF_DRAFTING, judge_drafting

COARSE = {"step": 0.2, "n_sigmas": 16}  # for what is true on any grid


def draw_from_the_prior(before, after, n_draws=600_000):
    """Second route: all that is unknown drawn from its prior, sections included, and weighed by the likelihood."""
    rng = np.random.default_rng(1)
    sigma = np.abs(rng.normal(0, 2.5, n_draws))
    mu, likelihood = rng.normal(-1, 2.5, (2, n_draws)), np.ones(n_draws)
    for text, (counts, totals) in enumerate((before, after)):
        for y, n in zip(counts, totals, strict=True):
            share = expit(mu[text] + sigma * rng.normal(size=n_draws))
            likelihood *= share**y * (1 - share) ** (n - y)
    chosen = rng.choice(n_draws, 60_000, p=likelihood / likelihood.sum())
    nodes, weights = np.polynomial.hermite_e.hermegauss(61)
    first, second = (expit(row[chosen, None] + sigma[chosen, None] * nodes) @ weights / weights.sum() for row in mu)
    low, high = np.quantile(second - first, [0.025, 0.975])
    probability = likelihood[mu[1] > mu[0]].sum() / likelihood.sum()
    return Drafting(probability, (second - first).mean(), low, high, sigma[chosen].mean())


@pytest.mark.parametrize(
    ("before", "after"),
    [(([1, 0], [4, 3]), ([3, 2], [4, 3])), (([0, 0, 0], [5, 5, 5]), ([0, 4], [6, 6])), (([2], [5]), ([0], [9]))],
    ids=["two sections each", "a theme that fills a section", "single sections"],
)
def test_brute_force_gives_the_same(before, after):
    found, expected = compare_drafts(before, after), draw_from_the_prior(before, after)
    assert found.probability == pytest.approx(expected.probability, abs=0.01)
    assert found.difference == pytest.approx(expected.difference, abs=0.01)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.02)
    assert found.sigma == pytest.approx(expected.sigma, abs=0.05)


@pytest.mark.parametrize(
    "texts",
    [
        # theme by section as in the study: sections of up to 47 sentences, full of the theme or without it
        (([0, 40, 25, 0, 28, 0, 0, 1], [2, 47, 30, 6, 28, 12, 20, 9]), ([0, 0, 2, 1, 0, 0], [31, 10, 12, 18, 5, 9])),
        (([0] * 21, [15] * 21), ([0] * 6, [11] * 6)),
        (([10] * 25, [20] * 25), ([12] * 25, [20] * 25)),
    ],
    ids=["like the study", "in no text", "500 sentences"],
)
def test_a_finer_grid_changes_nothing_that_is_printed(texts):
    found, fine = compare_drafts(*texts), compare_drafts(*texts, step=0.05, n_sigmas=64)
    assert found.probability == pytest.approx(fine.probability, abs=0.001)
    assert (found.difference, found.low, found.high) == pytest.approx((fine.difference, fine.low, fine.high), abs=0.003)
    assert found.sigma == pytest.approx(fine.sigma, abs=0.02)


def test_a_planted_difference_and_the_spread_of_sections_are_found():
    rng, n = np.random.default_rng(3), np.full(60, 20)
    texts = [(rng.binomial(n, expit(mu + rng.normal(0, 1.5, 60))), n) for mu in (-2.5, -0.5)]
    found = compare_drafts(*texts)
    nodes = rng.normal(0, 1.5, 100_000)
    true = expit(-0.5 + nodes).mean() - expit(-2.5 + nodes).mean()
    assert found.probability > 0.999
    assert found.low < true < found.high
    assert found.high - found.low < 0.25
    assert found.sigma == pytest.approx(1.5, abs=0.35)


def test_a_theme_in_one_section_only_tells_less_than_one_in_all_sections():
    n, nothing = [20] * 6, ([0] * 6, [20] * 6)
    spread, heaped = compare_drafts(nothing, ([2] * 6, n)), compare_drafts(nothing, ([12, 0, 0, 0, 0, 0], n))
    assert heaped.probability < 0.9 < spread.probability
    assert heaped.sigma > spread.sigma + 1


def sections(size=3):
    counts = st.lists(st.integers(0, 12).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=size)
    return counts.filter(lambda rows: len(rows) <= 8).map(lambda rows: tuple(np.array(rows).T))


@settings(max_examples=15, deadline=None)
@given(sections(), sections(), st.randoms())
def test_texts_may_change_places_and_sections_their_order(before, after, random):
    found = compare_drafts(before, after, **COARSE)
    order = random.sample(range(len(after[0])), len(after[0]))
    mirrored = compare_drafts(tuple(part[order] for part in after), before, **COARSE)
    assert found.probability == pytest.approx(1 - mirrored.probability, abs=1e-9)
    assert (found.low, found.high) == pytest.approx((-mirrored.high, -mirrored.low), abs=0.005)
    assert found.low <= found.difference <= found.high
    assert compare_drafts(before, after, **COARSE) == found


@settings(max_examples=15, deadline=None)
@given(sections(), st.integers(3, 8), st.integers(4, 20))
def test_a_larger_difference_is_no_weaker_where_sections_are_alike(before, n_sections, n):
    """
    More in every section of the second text: the verdict gets no weaker.

    The probability may fall by .002, only where it is beyond .99 or .01: one more sentence tells of the spread too.
    Sections that the theme fills are left out: they may lie as far apart as they like, which costs .002 too.
    """
    found = [compare_drafts(before, ([y] * n_sections, [n] * n_sections), **COARSE).probability for y in range(n)]
    falls = np.diff(found) < -1e-9
    assert (np.diff(found) >= -0.002).all()
    assert all(not 0.01 < probability < 0.99 for probability in np.array(found)[:-1][falls])
    ranks = [OF_DRAFTING.index(word) for word in judge_drafting(found)]
    assert ranks == sorted(ranks, reverse=True)


def test_without_sentences_nothing_is_known():
    found = compare_drafts(([], []), ([0], [0]))
    assert found.probability == pytest.approx(0.5, abs=1e-9)
    assert found.low == pytest.approx(-found.high, abs=0.001)


def test_more_sentences_with_the_theme_than_sentences_are_named():
    with pytest.raises(InputError, match="found 5 of 4 sentences in a section"):
        compare_drafts(([1, 5], [4, 4]), ([1], [4]))
