"""
Models fitted again: on resampled sections, on permuted rows, from other initial values.

A `Fitter` is any function of a matrix (n_units, n_terms) and a seed that returns a `Model`: the weights W (n_units,
n_topics) and the components H (n_topics, n_terms), both not negative, X about WH. Topics are numbered 0, 1, … in the
order of the rows of H.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.inputs import InputError
from analysis.stats.threads import one_thread
from analysis.topics.estimators import TopicNMF
from analysis.topics.nmf import Init, scale_rows

Model = tuple[np.ndarray, np.ndarray]
Fitter = Callable[[sparse.csr_array, int], Model]


def make_fitter(n_topics: int, init: Init) -> Fitter:
    """
    NMF over all units together (`analysis.topics.estimators.TopicNMF`) as a `Fitter`.

    Hundreds of models are fitted again, so these stop where scikit-learn's own would (tolerance 1e-4, 200 iterations);
    the model that is shown is fitted to convergence. Where a part of the texts has fewer units than `n_topics`, it gets
    as many topics as it has units.
    """

    def fit(X: sparse.csr_array, seed: int) -> Model:  # noqa: N803
        model = TopicNMF(min(n_topics, *X.shape), init=init, max_iter=200, tol=1e-4, random_state=seed)
        weights = model.fit_transform(X)
        return weights, model.components_

    return fit


def refit(fit: Fitter, X: sparse.csr_array, seed: np.random.SeedSequence) -> Model:  # noqa: N803
    """Fit a model on one thread of linear algebra: sums in another order differ in their last bits."""
    with one_thread():
        return fit(X, int(seed.generate_state(1)[0]))


def topic_shares(model: Model) -> np.ndarray:
    r"""
    The share of each topic in each unit: :math:`W_{ik}\|H_k\|_1 / \sum_j W_{ij}\|H_j\|_1`.

    Returns
    -------
    array (n_units, n_topics), rows sum to 1, or 0 for a unit without a topic
    """
    return scale_rows(model[0] * model[1].sum(axis=1))


def main_topics(shares: np.ndarray) -> np.ndarray:
    """The topic with the largest share of each unit, (n_units,); −1 for a unit without a topic."""
    return np.where(shares.sum(axis=1) > 0, shares.argmax(axis=1), -1)


def number_blocks(X: sparse.csr_array, blocks: pd.Series) -> np.ndarray:  # noqa: N803
    """
    Number the blocks of the rows of `X` from 0, in the order in which they first appear: array of int (n_units,).

    Raises
    ------
    InputError : if there is not one block for each row, or fewer than 2 in all
    """
    check_rows(X, blocks, "blocks")
    codes, names = pd.factorize(blocks)
    if len(names) < 2:
        raise InputError("blocks", f"{len(names)} block", allowed="2 or more", remedy="Cut into smaller blocks.")
    return codes


def check_rows(X: sparse.csr_array, series: pd.Series, name: str) -> None:  # noqa: N803
    """
    Check that a series has a value for each row of `X`.

    Raises
    ------
    InputError : if it has not, naming it `name`
    """
    if len(series) != X.shape[0] or series.isna().any():
        found = f"{len(series)} values, {int(series.isna().sum())} missing"
        raise InputError(name, found, allowed=f"one for each of {X.shape[0]} units", remedy="Use the units of X.")
