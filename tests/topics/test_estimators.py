"""Estimators: scikit-learn's conventions, planted topics, matrices that hold less than is asked for."""

import warnings

import numpy as np
import pytest
from sklearn.decomposition import NMF
from sklearn.utils.estimator_checks import parametrize_with_checks

from analysis.inputs import InputError
from analysis.topics.dynamic import DynamicNMF
from analysis.topics.estimators import GuidedNMF, TopicNMF


# Nothing deviates: no check is expected to fail. MiniBatchNMF and random initial values are held to the same.
@pytest.mark.slow
@parametrize_with_checks(
    [
        TopicNMF(2),
        TopicNMF(2, init="random"),
        TopicNMF(2, solver="MiniBatchNMF"),
        GuidedNMF(),
        DynamicNMF(2, n_window_components=2),
    ],
    expected_failed_checks=lambda estimator: {},
)
def test_estimators_follow_the_conventions_of_scikit_learn(estimator, check):
    check(estimator)


def test_the_error_is_that_of_the_whole_matrix(planted):
    _, matrix, _, _ = planted
    model = TopicNMF(4)
    weights = model.fit_transform(matrix)
    assert model.reconstruction_err_ == pytest.approx(np.linalg.norm(matrix.toarray() - weights @ model.components_))


def test_topics_fit_as_well_as_those_of_scikit_learn(planted):
    _, matrix, _, _ = planted
    theirs = NMF(4, init="nndsvd", random_state=1, tol=1e-5, max_iter=1000).fit(matrix)
    assert TopicNMF(4).fit(matrix).reconstruction_err_ <= theirs.reconstruction_err_ * 1.0001


def test_more_topics_than_the_matrix_holds_are_refused():
    with pytest.raises(InputError, match="n_components: found 4, allowed is 1 to 3"):
        TopicNMF(4).fit(np.ones((5, 3)))


def test_the_order_of_units_changes_no_topic(real):
    _, matrix, _, _, _ = real
    order = np.random.default_rng(1).permutation(matrix.shape[0])
    one, other = TopicNMF(6).fit(matrix), TopicNMF(6).fit(matrix[order])
    assert other.components_ == pytest.approx(one.components_, abs=1e-9)


def test_nndsvd_does_not_depend_on_the_seed(real):
    _, matrix, _, _, _ = real
    one, other = TopicNMF(4, random_state=0).fit(matrix), TopicNMF(4, random_state=2).fit(matrix)
    assert (one.components_ == other.components_).all()


def test_no_convergence_is_part_of_the_result_and_no_warning(real):
    _, matrix, _, _, _ = real
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        stopped = TopicNMF(6, max_iter=3).fit(matrix)
        guided = GuidedNMF(n_free=2, max_iter=3).fit(matrix)
        dynamic = DynamicNMF(1, n_window_components=6, max_iter=100).fit(matrix)  # only the first layer needs more
    assert (stopped.n_iter_, stopped.converged_) == (3, False)
    assert not guided.converged_
    assert (dynamic.n_iter_ < 100, dynamic.converged_) == (True, False)
    assert all(TopicNMF(k).fit(matrix).converged_ for k in (1, 2, 6))


@pytest.mark.parametrize(
    ("options", "message"),
    [({"weight": -1}, "weight: found -1"), ({"n_free": 0}, "n_free: found 0"), ({"seeds": np.zeros((1, 3))}, "theme")],
)
def test_options_of_guided_topics_are_checked(options, message):
    with pytest.raises(InputError, match=message):
        GuidedNMF(**options).fit(np.ones((4, 3)))


@pytest.mark.parametrize("init", ["nndsvd", "random"])
def test_topics_beyond_the_rank_of_a_matrix_explain_nothing_more(init):
    matrix = np.repeat([[1.0, 2, 0, 0], [0, 0, 3, 1]], 3, axis=0)
    model = TopicNMF(3, init=init, random_state=1)
    weights = model.fit_transform(matrix)
    assert model.reconstruction_err_ == pytest.approx(0, abs=1e-3)
    assert ((weights.sum(axis=0) > 0) == (model.components_.sum(axis=1) > 0)).all()


@pytest.mark.parametrize("init", ["nndsvd", "random"])
def test_a_matrix_of_zeros_has_topics_without_terms(init):
    model = TopicNMF(2, init=init).fit(np.zeros((3, 4)))
    assert not model.components_.any()
    assert model.reconstruction_err_ == 0


@pytest.mark.parametrize("init", ["nndsvd", "random"])
def test_a_single_unit_is_its_own_topic(init):
    model = TopicNMF(1, init=init, random_state=0)  # its squared error is a little below 0
    assert model.fit_transform(np.array([[1.0, 2, 3]])) == pytest.approx(6)
    assert model.components_[0] == pytest.approx(np.array([1, 2, 3]) / 6)


def test_free_topics_of_texts_that_the_seeds_explain_have_no_terms():
    model = GuidedNMF([[1, 1, 0], [0, 0, 1]], n_free=1, random_state=1).fit(
        np.array([[1.0, 1, 0], [0, 0, 2], [2, 2, 0]])
    )
    assert model.components_[:2] == pytest.approx(np.array([[0.5, 0.5, 0], [0, 0, 1]]), abs=1e-2)
    assert not model.components_[2].any()
