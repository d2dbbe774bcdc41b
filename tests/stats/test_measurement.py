"""Errors of measurement: counted by hand, enumerated, and true of any counts."""

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import comb

from analysis.inputs import InputError
from analysis.stats.measurement import Counts, Errors, probability_of_order, share_of_codings, tipping_number

SURE = Errors(tp=10_000, fp=0, fn=0, tn=100_000)


def counts(most=14):
    return st.integers(1, most).flatmap(lambda n: st.builds(Counts, st.integers(0, n), st.just(n)))


def enumerate_order(before, after, errors, n_nodes=120):
    """Second route: every true count of both texts, at the middles of equal slices of the two beta distributions."""
    shares = (np.arange(n_nodes) + 0.5) / n_nodes
    priors = []
    for right, wrong in ((errors.tp, errors.fp), (errors.tn, errors.fn)):
        density = shares ** (wrong - 0.5) * (1 - shares) ** (right - 0.5)
        priors.append(density / density.sum())
    order, total = np.sign(after.y / after.n - before.y / before.n), 0.0
    for (at, false), (other, missed) in product(enumerate(shares), enumerate(shares)):
        texts = []
        for y, n in (before, after):
            kept, added = (
                [comb(size, k) * p**k * (1 - p) ** (size - k) for k in range(size + 1)]
                for size, p in ((y, 1 - false), (n - y, missed))
            )
            texts.append(np.convolve(kept, added))
        difference = np.arange(after.n + 1)[None, :] / after.n - np.arange(before.n + 1)[:, None] / before.n
        right = np.where(np.abs(difference) < 1e-9, 0, np.sign(difference)) == order
        total += priors[0][at] * priors[1][other] * (np.outer(*texts) * right).sum()
    return total


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "after", "errors"),
    [
        (Counts(2, 6), Counts(3, 5), Errors(6, 2, 1, 9)),
        (Counts(0, 6), Counts(1, 4), Errors(4, 1, 2, 12)),
        (Counts(1, 4), Counts(2, 8), Errors(4, 1, 2, 12)),
    ],
    ids=["more", "new", "as often"],
)
def test_enumeration_gives_the_same(before, after, errors):
    found = probability_of_order(before, after, errors, n_draws=40_000, seed=1)
    assert found == pytest.approx(enumerate_order(before, after, errors), abs=0.015)


def test_the_mean_of_what_is_drawn_is_the_correction_of_rogan_and_gladen():
    """Of 50 found in 200, at a precision of .8 and a share missed of .02, 40 + 3 have the theme: 21.5 %."""
    errors = Errors(tp=8000, fp=2000, fn=200, tn=9800)
    assert probability_of_order(Counts(50, 200), Counts(43, 200), errors, seed=1) > 0.5  # less as found, and as true
    known = Errors(tp=10**9, fp=0, fn=0, tn=10**9)
    # a text without errors of 43 stands in the middle of what the 50 found may be
    rng = np.random.default_rng(1)
    true = rng.binomial(50, 1 - rng.beta(2000.5, 8000.5, 9999)) + rng.binomial(150, rng.beta(200.5, 9800.5, 9999))
    assert true.mean() == pytest.approx(50 * 0.8 + 150 * 0.02, abs=0.1)
    assert probability_of_order(Counts(50, 200), Counts(43, 200), known, seed=1) == 1


@given(counts(), counts())
def test_a_dictionary_that_is_always_right_is_sure(before, after):
    assert probability_of_order(before, after, SURE, n_draws=400, seed=1) >= 0.95


@given(counts(), counts(), st.integers(0, 9))
def test_a_seed_gives_the_same_and_places_may_be_changed(before, after, seed):
    errors = Errors(9, 2, 3, 40)
    found = probability_of_order(before, after, errors, n_draws=4000, seed=seed)
    assert found == probability_of_order(before, after, errors, n_draws=4000, seed=seed)
    assert found == pytest.approx(probability_of_order(after, before, errors, n_draws=4000, seed=seed), abs=0.06)


@given(counts(30), st.integers(5, 30), st.integers(0, 9))
def test_a_larger_difference_is_no_less_sure(before, n, seed):
    """Of a dictionary that is right more often than not; .03 is four standard errors of 4,000 draws."""
    draws = {"errors": Errors(40, 4, 6, 300), "n_draws": 4000, "seed": seed}
    found = [probability_of_order(before, Counts(y, n), **draws) for y in range(n + 1) if y * before.n > before.y * n]
    assert all(later >= sooner - 0.03 for sooner, later in pairwise(found))


def test_codings_are_taken_one_at_a_time():
    """Of four runs one has a tie, and one the other order."""
    codings = [(2, 3), (2, 4), (3, 3), (4, 3)]
    assert share_of_codings(Counts(2, 10), Counts(3, 10), codings) == 0.5
    assert share_of_codings(Counts(3, 10), Counts(3, 10), codings) == 0.25


@given(counts(), counts())
def test_the_tipping_number_is_the_least_that_undoes_the_order(before, after):
    more, less = sorted((before, after), key=lambda text: text.y / text.n, reverse=True)
    moves = product(range(more.y + 1), range(less.n - less.y + 1))
    undone = [i + j for i, j in moves if (more.y - i) * less.n <= (less.y + j) * more.n]
    assert tipping_number(before, after) == min(undone) == tipping_number(after, before)


@given(counts(40), st.integers(1, 40))
def test_a_larger_difference_takes_no_fewer_sentences_to_undo(before, n):
    numbers = [tipping_number(before, Counts(y, n)) for y in range(n + 1) if y * before.n >= before.y * n]
    assert numbers == sorted(numbers)


def test_tipping_numbers_of_the_study_by_paragraphs():
    """By hand: 37 of 84 is 44 %, so that 3 of 40 must become 18 (17.6) and 1 of 26 must become 12 (11.5)."""
    first, second, third = Counts(37, 84), Counts(3, 40), Counts(1, 26)
    assert [tipping_number(*pair) for pair in ((first, second), (first, third), (second, third))] == [15, 11, 1]


@pytest.mark.parametrize("text", [Counts(3, 2), Counts(-1, 2), Counts(0, 0)])
def test_counts_that_cannot_be_are_named(text):
    with pytest.raises(InputError, match=f"found {text.y} of {text.n} sentences"):
        tipping_number(Counts(1, 2), text)
