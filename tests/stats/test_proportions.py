"""Intervals for shares: against closed forms, exact calculations and simulated chains."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.stats import proportions


@settings(deadline=None)
@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_score_interval_of_independent_paragraphs_is_wilsons(counted):
    count, n = counted
    closed = proportions.wilson_interval(np.array(count), np.array(n))
    halved = proportions.score_interval(np.array(count / n), n, 1.959963984540054)
    assert np.array(halved) == pytest.approx(np.array(closed), abs=1e-9)


def test_wilson_interval_has_newcombes_published_values():
    # Newcombe 1998, table I: 81/263, 15/148, 0/20 and 1/29.
    low, high = proportions.wilson_interval(np.array([81, 15, 0, 1]), np.array([263, 148, 20, 29]))
    assert low.round(4).tolist() == [0.2553, 0.0624, 0.0, 0.0061]
    assert high.round(4).tolist() == [0.3662, 0.1605, 0.1611, 0.1718]


@settings(deadline=None)
@given(st.floats(0, 1), st.integers(1, 1000), st.floats(1, 20), st.floats(0, 20))
def test_the_score_interval_contains_the_share_and_widens_with_runs(share, n, run_length, least):
    low, high = proportions.score_interval(np.array(share), n, 1.96, run_length=run_length, least=least)
    longer = proportions.score_interval(np.array(share), n, 1.96, run_length=run_length + 1, least=least)
    assert 0 <= low <= share <= high <= 1
    assert low < high
    assert longer[0] <= low + 1e-12
    assert longer[1] >= high - 1e-12


@settings(deadline=None)
@given(st.floats(0.01, 0.99), st.integers(5, 200), st.floats(1, 9))
def test_the_ends_of_the_score_interval_solve_its_equation(share, n, run_length):
    for p in proportions.score_interval(np.array(share), n, 1.96, run_length=run_length):
        variance = p * (1 - p) * proportions.run_design_effect(p, run_length) / n
        assert (share - p) ** 2 == pytest.approx(1.96**2 * variance, abs=1e-9)


@pytest.mark.parametrize(("share", "run_length"), [(0.2, 3), (0.05, 5), (0.5, 2)])
def test_the_design_effect_is_that_of_a_two_state_chain(share, run_length):
    # Variance of a mean of n steps, summed from the powers of the chain's correlation.
    stop, begin, n = 1 / run_length, share / ((1 - share) * run_length), 20000
    lags = np.arange(1, n)
    effect = 1 + 2 * ((1 - lags / n) * (1 - stop - begin) ** lags).sum()
    assert proportions.run_design_effect(np.array(share), np.array(run_length)) == pytest.approx(effect, rel=0.002)


def test_autocorrelation_of_an_alternating_text_is_not_below_zero():
    assert proportions.autocorrelation(np.array([[1], [0]] * 10)).tolist() == [0]
