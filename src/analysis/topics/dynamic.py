"""Dynamic topics: NMF of each window (text, year), and a second NMF that links the window topics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import check_consistent_length, check_random_state
from sklearn.utils.validation import check_is_fitted, column_or_1d

from analysis.inputs import InputError, check_choice
from analysis.stats.threads import one_thread
from analysis.topics.estimators import TopicEstimator, TopicNMF
from analysis.topics.models import Topics, arrange_topics, describe_fit, find_documents, frame_shares, number_topics
from analysis.topics.nmf import (
    Init,
    Matrix,
    canonical_order,
    check_shape,
    check_size,
    mean_shares,
    round_shares,
    scale_rows,
    solve_weights,
)

# Weights of a window topic with a smaller share than this are dropped before topics are linked (as in Greene & Cross).
LEAST_SHARE = 1e-6


class DynamicNMF(TopicEstimator):
    """
    Two-layer dynamic NMF (Greene & Cross 2017, Political Analysis 25, 77; doi 10.1017/pan.2016.7).

    Each window (text, year) is factorised separately; its topics, rows of terms at unit length, are stacked and
    factorised again. A window topic belongs to the dynamic topic that has the largest weight in it.

    Parameters
    ----------
    n_components : int
        Number of dynamic topics, at most the number of window topics.
    n_window_components : int, or mapping of window to int
        Topics of each window; fewer where a window has fewer units with a term, or fewer terms.
    init, max_iter, tol, random_state : as in `analysis.topics.estimators.TopicNMF`, for both layers

    Attributes
    ----------
    components_ : array (n_components, n_terms), rows sum to 1
        Dynamic topics; the one with the largest mean share of the units, by `weigh_units`, first.
    window_components_ : array (n_window_topics, n_terms), rows sum to 1
    windows_ : list, the windows, sorted
    window_labels_ : array (n_window_topics,), the window of each window topic
    assignments_ : array of int (n_window_topics,), the dynamic topic of each window topic
    solver_, n_iter_, converged_, reconstruction_err_ : of the second layer; converged_ of both

    Raises
    ------
    InputError : in `fit`, if there are fewer window topics than `n_components`, a window has no number of topics, or
        `init` is unknown

    Examples
    --------
    >>> words = np.array([[3.0, 2, 0, 0], [0, 0, 5, 1], [2, 2, 0, 0], [0, 0, 4, 1], [0, 0, 1, 0]])
    >>> model = DynamicNMF(2, n_window_components=2).fit(words, windows=[2014, 2014, 2018, 2018, 2018])
    >>> list(zip(model.window_labels_.tolist(), model.assignments_.tolist()))
    [(2014, 1), (2014, 0), (2018, 0), (2018, 1)]
    """

    assignments_: np.ndarray

    def __init__(
        self,
        n_components: int = 8,
        *,
        n_window_components: int | Mapping[Any, int] = 8,
        init: Init = "nndsvd",
        max_iter: int = 1000,
        tol: float = 1e-5,
        random_state: Any = None,
    ):
        self.n_components = n_components
        self.n_window_components = n_window_components
        self.init = init
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state

    def fit(self, X: Matrix, y: None = None, *, windows: Any = None) -> DynamicNMF:  # noqa: N803
        """Find the topics of `X`, whose rows stand in `windows` (n_units,); None: all in one window."""
        self.fit_transform(X, windows=windows)
        return self

    def fit_transform(self, X: Matrix, y: None = None, *, windows: Any = None) -> np.ndarray:  # noqa: N803
        """Find the topics and return the weights of units in the dynamic topics, as `transform` does."""
        X = self._check(X)  # noqa: N806
        with one_thread():
            return self._fit(X, windows)

    def _fit(self, X: Matrix, windows: Any = None) -> np.ndarray:  # noqa: N803
        check_size("n_components", self.n_components, X.shape)
        labels = np.zeros(X.shape[0], dtype=int) if windows is None else column_or_1d(windows)
        check_consistent_length(X, labels)
        rng = check_random_state(self.random_state)
        converged = self._fit_windows(X, labels, rng)
        self._link(rng)
        order = canonical_order(self.weigh_units(X, labels), self.components_)
        self.components_, self.assignments_ = self.components_[order], np.argsort(order)[self.assignments_]
        self.converged_ = self.converged_ and converged
        return solve_weights(X, self.components_)

    def weigh_units(self, X: Matrix, windows: Any) -> np.ndarray:  # noqa: N803
        """
        The weights of units in the dynamic topics through the topics of their own windows.

        So a unit is read with the words of its window; `transform` reads it with those of all windows together. The
        argmax is the partition of Greene & Cross, except that weights of several window topics of one dynamic topic
        are added up here.

        Returns
        -------
        array (n_units, n_components), not negative

        Raises
        ------
        InputError : if a window was not in the matrix that was fitted
        """
        check_is_fitted(self)
        X, labels = self._check(X, reset=False), column_or_1d(windows)  # noqa: N806
        weights = np.zeros((X.shape[0], self.n_components))
        for window in np.unique(labels):
            check_choice(window, "windows", self.windows_)
            rows, topics = np.flatnonzero(labels == window), np.flatnonzero(self.window_labels_ == window)
            belongs = self.assignments_[topics][:, None] == np.arange(self.n_components)
            weights[rows] = solve_weights(X[rows], self.window_components_[topics]) @ belongs
        return weights

    def _fit_windows(self, X: Matrix, labels: np.ndarray, rng: np.random.RandomState) -> bool:  # noqa: N803
        """First layer: the topics of each window; returns whether all optimisations converged."""
        windows, components, window_of, converged = np.unique(labels), [], [], True
        for window in windows:
            rows = X[np.flatnonzero(labels == window)]
            most = min(int((rows.sum(axis=axis) > 0).sum()) for axis in (0, 1))  # terms, and units with a term
            if most:
                model = self._model(min(self._count(window), most), rng).fit(rows)
                topics = model.components_[model.components_.any(axis=1)]
                components.append(topics)
                window_of.extend([window] * len(topics))
                converged &= model.converged_
        self.windows_ = list(windows)
        self.window_components_, self.window_labels_ = np.vstack(components), np.array(window_of, dtype=windows.dtype)
        return converged

    def _link(self, rng: np.random.RandomState) -> None:
        """Second layer: the window topics as units of another factorisation."""
        stack = np.where(self.window_components_ >= LEAST_SHARE, self.window_components_, 0)
        if self.n_components > len(stack):
            raise InputError(
                "n_components",
                f"{self.n_components} with {len(stack)} window topics",
                allowed="at most as many dynamic topics as window topics",
                remedy="Ask for fewer, or for more topics per window.",
            )
        model = self._model(self.n_components, rng)
        weights = model.fit_transform(stack / np.linalg.norm(stack, axis=1, keepdims=True))
        self.components_, self.assignments_ = model.components_, weights.argmax(axis=1)
        self.solver_, self.n_iter_, self.converged_ = model.solver_, model.n_iter_, model.converged_
        self.reconstruction_err_ = model.reconstruction_err_

    def _count(self, window: Any) -> int:
        """The number of topics asked for in a window."""
        if not isinstance(self.n_window_components, Mapping):
            return self.n_window_components
        check_choice(window, "n_window_components, windows", self.n_window_components)
        return self.n_window_components[window]

    def _model(self, n_components: int, rng: np.random.RandomState) -> TopicNMF:
        return TopicNMF(n_components, init=self.init, max_iter=self.max_iter, tol=self.tol, random_state=rng)


@dataclass(frozen=True)
class DynamicTopics:
    """Topics that run through windows, and the topics of the single windows that they link."""

    topics: Topics  # dynamic topics; units through the topics of their own windows
    windows: pd.DataFrame  # one row per window topic: window, window_topic, topic (dynamic), share (of the window)
    terms: pd.DataFrame  # (n_window_topics, n_terms), share of each term; rows sum to 1


def fit_dynamic(
    X: Matrix,  # noqa: N803
    units: pd.Index,
    terms: pd.Index,
    windows: pd.Series,
    *,
    n_topics: int,
    n_window_topics: int | Mapping[str, int],
    init: Init = "nndsvd",
    seed: int,
) -> DynamicTopics:
    """
    Fit topics to each window separately and link them by a second factorisation (`DynamicNMF`).

    Parameters
    ----------
    X : array or sparse matrix (n_units, n_terms), not negative
        As for `analysis.topics.models.fit_topics`. (Greene & Cross weigh each window separately; such blocks can be
        stacked.)
    windows : Series, index the ids of the units
        The window of each unit: its text or year; any number of windows.
    n_topics : int, dynamic topics; at most the window topics together
    n_window_topics : int, or mapping of window to int

    Returns
    -------
    DynamicTopics
        Dynamic topics ``t01``, ``t02``, … by mean share; window topics ``2014-t01``, … by mean share in their window.

    Raises
    ------
    InputError : as in `fit_topics`, or if there are fewer window topics than `n_topics`
    """
    check_shape(X, units, terms)
    window_of = find_documents(units, windows).astype(str)
    model = DynamicNMF(n_topics, n_window_components=n_window_topics, init=init, random_state=seed)
    model.fit(X, windows=window_of)
    about = {"model": "dynamic NMF", "init": init, "seed": seed, **describe_fit(model)}
    ids, weights = number_topics(n_topics), model.weigh_units(X, window_of)
    topics = arrange_topics(model.components_, weights, units, terms, ids, about)
    tables = []
    for window in model.windows_:
        numbers = np.flatnonzero(model.window_labels_ == window)
        rows = X[np.flatnonzero(window_of == window)]
        shares = scale_rows(solve_weights(rows, model.window_components_[numbers]))
        table = {
            "window": str(window),
            "window_topic": [f"{window}-{name}" for name in number_topics(len(numbers))],
            "topic": [ids[number] for number in model.assignments_[numbers]],
            "share": round_shares(mean_shares(shares, np.zeros(len(shares), dtype=int), 1)[:, 0]),
        }
        tables.append(pd.DataFrame(table))
    linked = pd.concat(tables, ignore_index=True)
    names = pd.Index(linked["window_topic"])
    return DynamicTopics(topics, linked, frame_shares(model.window_components_, names, topics.terms.columns))
