"""Intervals for shares of units in blocks: Wilson's where units are independent, wider where they are not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from analysis.stats.clustered import LEAST_CORRELATION, block_correlation, block_rate


def test_units_in_blocks_of_their_own_have_wilsons_interval_with_students_quantile():
    rate = block_rate(np.array([1] * 8 + [0] * 2), np.arange(10))
    z2, n, p = student.ppf(0.975, 9) ** 2, 9, 0.8  # the variance over 10 blocks has 10/9 of p(1 − p)/10
    middle, half = p + z2 / (2 * n), np.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n**2)))
    assert rate.effective_n == pytest.approx(9)
    assert [rate.low, rate.high] == pytest.approx([(middle - half) / (1 + z2 / n), (middle + half) / (1 + z2 / n)])


def test_blocks_that_are_all_right_or_all_wrong_count_once_each():
    values, blocks = np.repeat([1, 1, 1, 0, 0], 6), np.repeat(np.arange(5), 6)
    # spread over blocks: 5/4 · Σ(6d)²/30² = 5/4 · p(1 − p)/5
    assert block_rate(values, blocks).effective_n == pytest.approx(4)


def test_without_an_error_the_interval_is_that_of_kishs_effective_number():
    rate = block_rate(np.ones(20), np.repeat(np.arange(10), 2), correlation=0.5)
    n, t2 = 20 / 1.5, student.ppf(0.975, 9) ** 2
    assert rate.effective_n == pytest.approx(n)
    assert [rate.low, rate.high] == pytest.approx([n / (n + t2), 1])


def test_weights_give_the_share_of_the_whole():
    rate = block_rate(np.array([1, 0]), np.array([1, 2]), np.array([1.0, 9.0]))
    assert rate.share == pytest.approx(0.1)
    assert rate.total == 10
    assert rate.effective_n < 2


def test_no_units_tell_nothing():
    rate = block_rate(np.array([]), np.array([]))
    assert np.isnan(rate.share)
    assert [rate.low, rate.high, rate.effective_n] == [0, 1, 0]


def test_planted_correlation_is_found_back():
    rng, truth = np.random.default_rng(1), 0.4
    blocks = np.repeat(np.arange(40_000), 5)
    chance = rng.beta(0.3 * (1 / truth - 1), 0.7 * (1 / truth - 1), 40_000)
    assert block_correlation([(rng.random(len(blocks)) < chance[blocks], blocks)]) == pytest.approx(truth, abs=0.01)


def test_correlation_is_never_taken_for_none():
    rng = np.random.default_rng(1)
    assert block_correlation([(rng.random(1000) < 0.5, np.repeat(np.arange(100), 10))]) == LEAST_CORRELATION
    assert block_correlation([(np.ones(4), np.arange(4)), (np.array([]), np.array([]))]) == LEAST_CORRELATION


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.floats(1, 50)), min_size=1, max_size=30))
def test_a_share_lies_in_its_interval_and_order_does_not_matter(units):
    values, blocks, weights = (np.array(column) for column in zip(*units, strict=True))
    rate = block_rate(values, blocks, weights)
    assert 0 <= rate.low <= rate.share <= rate.high <= 1
    assert rate.low < rate.high
    assert rate.effective_n <= len(values) + 1e-9
    turned = block_rate(values[::-1], blocks[::-1], weights[::-1])
    assert [turned.low, turned.high] == pytest.approx([rate.low, rate.high])
