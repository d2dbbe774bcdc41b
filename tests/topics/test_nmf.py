"""Numerics of NMF: least squares by a second route, errors and means by hand, matrices of low rank."""

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import nnls

from analysis.topics.nmf import mean_shares, reconstruction_error, round_shares, solve_weights


def test_weights_are_those_of_non_negative_least_squares():
    rng = np.random.default_rng(1)
    values, components = rng.random((50, 12)), rng.random((5, 12)) * (rng.random((5, 12)) < 0.5)
    expected = [nnls(components.T, row)[0] for row in values]
    assert solve_weights(sparse.csr_array(values), components) == pytest.approx(np.array(expected), abs=1e-9)


def test_a_topic_without_terms_has_no_weight():
    assert solve_weights(np.ones((2, 3)), np.array([[0.0, 0, 0], [1, 1, 1]])).tolist() == [[0, 1], [0, 1]]


def test_the_error_of_any_weights_by_hand():
    # X − WH = [[3 − 1, 0 − 2], [0 − 2, 4 − 4]]
    error = reconstruction_error(np.array([[3.0, 0], [0, 4]]), np.array([[1.0], [2.0]]), np.array([[1.0, 2.0]]))
    assert error == pytest.approx(np.sqrt(4 + 4 + 4))


def test_rounded_shares_are_the_numbers_their_text_reads_back_as():
    values = np.random.default_rng(1).random(2000) ** 8
    rounded = round_shares(values)
    assert [float(f"{value:.9g}") for value in rounded] == rounded.tolist()
    assert rounded == pytest.approx(np.where(values < 1e-12, 0, values), rel=1e-8)
    assert round_shares(np.array([1.0, 0.0, 0.1234567894, 0.1234567896])).tolist() == [1, 0, 0.123456789, 0.12345679]


def test_a_mean_share_counts_the_units_that_have_a_topic():
    shares = np.array([[1.0, 0], [0.5, 0.5], [0, 0], [0, 1]])
    assert mean_shares(shares, np.array([0, 0, 0, 1]), 2).tolist() == [[0.75, 0], [0.25, 1]]


def test_a_group_without_a_topic_has_no_mean_share():
    assert np.isnan(mean_shares(np.array([[0.0, 0]]), np.array([0]), 1)).all()
