"""Association of terms: published numbers, closed forms, and what holds of any counts."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.inputs import InputError
from analysis.stats import association
from analysis.stats.association import association_strength, g2, npmi
from analysis.stats.published import pmi

# quanteda's test table [[7, 3], [2, 7]]: a word 7 times in 10 tokens, and 2 times in 9.
TABLE = (7, 2, 10, 9)
# quanteda's test texts as counts of a, b, c, d, e, f, g, h.
FIRST, SECOND = np.array([3, 2, 6, 1, 1, 1, 1, 2]), np.array([2, 1, 2, 4, 1, 1, 0, 1])


def sizes_and_hits(largest=400):
    """Hits and tokens of a word in two texts."""
    text = st.integers(1, largest).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
    return st.tuples(text, text).map(lambda two: (two[0][0], two[1][0], two[0][1], two[1][1]))


@st.composite
def any_counts(draw, largest=300):
    """Units with both, with one, with the other, and all."""
    n = draw(st.integers(1, largest))
    n_i, n_j = draw(st.integers(0, n)), draw(st.integers(0, n))
    return draw(st.integers(max(0, n_i + n_j - n), min(n_i, n_j))), n_i, n_j, n


def test_g2_of_the_published_table():
    # quanteda.textstats, test-textstat_keyness.R: 7 of 10 and 2 of 9
    assert g2(*TABLE) == pytest.approx(4.534939, abs=5e-7)


@settings(deadline=None)
@given(any_counts())
def test_g2_is_that_of_scipy_on_the_four_cells(counts):
    both, first, second, n = counts
    table = np.array([[both, first - both], [second - both, n - first - second + both]])
    found = g2(both, first - both, second, n - second)
    if 0 in (first, second) or n in (first, second):
        assert found == 0
        return
    expected = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic
    assert abs(found) == pytest.approx(max(0, expected), abs=1e-8)
    assert np.sign(found) == np.sign(both * n - first * second) or abs(found) < 1e-9


def test_npmi_says_nothing_of_how_much_it_rests_on():
    # one unit with both and no other with either; 2 of 3 and 4 in 300; 20 of 60 and 80
    assert npmi([1, 2, 20], [1, 3, 60], [1, 4, 80], 300).round(3).tolist() == [1.0, 0.781, 0.082]


def test_limits_of_npmi():
    assert npmi([0, 0, 5, 5], [3, 0, 5, 5], [4, 2, 5, 5], [9, 9, 9, 5]).tolist() == pytest.approx([-1, -1, 1, 1])


@settings(deadline=None)
@given(any_counts())
def test_measures_have_their_ranges_and_agree_on_what_chance_is(counts):
    both, first, second, n = counts
    turned = (both, second, first, n)
    for measure in (association_strength, pmi, npmi):
        assert measure(*counts) == pytest.approx(measure(*turned), abs=1e-9)
    assert 0 <= association_strength(*counts) <= n + 1e-9
    assert -1 <= npmi(*counts) <= 1 + 1e-12
    chance = np.sign(both * n - first * second)
    if both and both < n:
        assert np.exp(pmi(*counts)) == pytest.approx(association_strength(*counts))
        assert pmi(*counts) == pytest.approx(np.log(both * n / (first * second)), abs=1e-12)
        assert npmi(*counts) == pytest.approx(pmi(*counts) / -np.log(both / n), abs=1e-12)
        assert np.sign(np.round(pmi(*counts), 9)) == chance
    elif not both:
        assert (pmi(*counts), npmi(*counts), association_strength(*counts)) == (-np.inf, -1, 0)


def test_measures_take_columns_of_a_table():
    table = pd.DataFrame({"both": [6, 2], "first": [10, 10], "second": [20, 20]})
    found = pmi(table["both"], table["first"], table["second"], 100)
    assert found.tolist() == pytest.approx([np.log(3), 0])


@pytest.mark.parametrize("counts", [(5, 4, 9, 20), (-1, 4, 9, 20), (1, 15, 9, 20), (0, 0, 0, 0)])
def test_impossible_counts_are_refused(counts):
    with pytest.raises(InputError, match=r"counts: found .* units with both of"):
        pmi(*counts)


def test_direct_confirmation_as_published():
    # gensim test_direct_confirmation.py, in shares of units
    assert pmi(1 / 5, 3 / 5, 2 / 5, 1) == pytest.approx(-0.182321557, abs=1e-9)
    assert npmi(1 / 5, 3 / 5, 2 / 5, 1, epsilon=1e-12) == pytest.approx(-0.113282753, abs=1e-9)


def test_limits_of_npmi_with_a_small_number_added():
    # an unknown word, a pair in every unit, a pair in one unit of a hundred and nowhere else, a pair that never meets
    found = npmi([0, 100, 1, 0], [0, 100, 1, 25], [50, 100, 1, 50], 100, epsilon=1e-12)
    assert found.round(3).tolist() == [-1, 1, 1, -0.925]


def test_a_planted_tie_ranks_first():
    rng = np.random.default_rng(4)
    units = rng.random((400, 12)) < 0.15
    units[:, 3] = np.where(rng.random(400) < 0.7, units[:, 8], units[:, 3])
    both, n = units.T.astype(int) @ units, units.sum(axis=0)
    first, second = np.triu_indices(12, k=1)
    for measure in (association_strength, pmi, npmi):
        best = measure(both[first, second], n[first], n[second], 400).argmax()
        assert (first[best], second[best]) == (3, 8)


def test_keyness_of_two_short_texts_has_the_published_values_and_order():
    found = pd.Series(association.g2(FIRST, SECOND, 17, 12), index=list("abcdefgh"))
    found = found.sort_values(ascending=False, kind="stable")
    printed = [1.2742, 1.0933, 0.0912, 0.0912, 0.0048, -0.0649, -0.0649, -3.7794]
    assert found.index.tolist() == list("cgbhaefd")
    assert found.to_numpy() == pytest.approx(printed, abs=5e-5)


def test_pmi_has_the_published_value():
    assert pmi(3, 5, 17, 29) == pytest.approx(0.023257, abs=5e-7)


@settings(deadline=None)
@given(sizes_and_hits())
def test_swapping_the_texts_turns_every_sign(hits):
    a, b, n1, n2 = hits
    assert association.g2(*hits) == pytest.approx(-association.g2(b, a, n2, n1), abs=1e-9)
    ratio, swapped_ratio = association.log_ratio(*hits), association.log_ratio(b, a, n2, n1)
    assert ratio.value == pytest.approx(-swapped_ratio.value)
    assert ratio.low == pytest.approx(-swapped_ratio.high)
    assert ratio.low <= ratio.value <= ratio.high


@settings(deadline=None)
@given(sizes_and_hits(), st.integers(2, 9))
def test_g2_grows_with_the_texts_and_log_ratio_does_not(hits, times):
    a, b, n1, n2 = hits
    longer = (a * times, b * times, n1 * times, n2 * times)
    assert association.g2(*longer) == pytest.approx(times * association.g2(*hits), abs=1e-6)
    if a and b:
        assert association.log_ratio(*longer).value == pytest.approx(association.log_ratio(*hits).value)


def test_log_ratio_of_a_word_that_is_missing_counts_half_a_hit():
    assert association.log_ratio(4, 0, 100, 100).value == pytest.approx(3)
    assert association.log_ratio(0, 4, 100, 100).value == pytest.approx(-3)


def test_log_ratio_interval_covers_the_truth_for_independent_words():
    rng = np.random.default_rng(1)
    a, b = rng.binomial(2000, 0.02, size=4000), rng.binomial(3000, 0.01, size=4000)
    interval = association.log_ratio(a, b, 2000, 3000)
    assert np.mean((interval.low <= 1) & (interval.high >= 1)) == pytest.approx(0.95, abs=0.012)


def test_bic_is_g2_less_the_logarithm_of_all_tokens():
    assert association.bic(*TABLE) == pytest.approx(4.534939 - np.log(19), abs=1e-6)
