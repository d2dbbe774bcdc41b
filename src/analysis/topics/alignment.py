"""
Which topics of two models are the same: term rankings compared, topics matched, splits and merges named.

A `Fit` is any function of a matrix (units x terms) and a seed that returns a `Model`: W (units x topics) and
H (topics x terms), both not negative, X about WH. Topics are numbered 0, 1, … in the order of the rows of H.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy import sparse
from scipy.optimize import linear_sum_assignment

from analysis.inputs import InputError, check_at_least
from analysis.stats.threads import one_thread
from analysis.topics.nmf import scale_rows

Model = tuple[np.ndarray, np.ndarray]
Fit = Callable[[sparse.csr_array, int], Model]


def topic_shares(model: Model) -> np.ndarray:
    """Share of each topic in each unit: W times the sum of the topic's weights, rows adding up to 1 (or 0: empty)."""
    return scale_rows(model[0] * model[1].sum(axis=1))


def rank_terms(components: np.ndarray, depth: int = 10) -> np.ndarray:
    """
    The heaviest terms of each topic, heaviest first, the first column among equals.

    Returns
    -------
    array of int, shape (n_topics, depth): columns of `components`; −1 where a topic has no further term above 0

    Examples
    --------
    >>> rank_terms(np.array([[1, 3, 3, 0], [0, 0, 5, 0]]), depth=3).tolist()
    [[1, 2, 0], [2, -1, -1]]
    """
    check_at_least("depth", depth, 1)
    order = np.argsort(-components, axis=1, kind="stable")[:, :depth]
    ranking = np.where(np.take_along_axis(components, order, axis=1) > 0, order, -1)
    return np.pad(ranking, ((0, 0), (0, depth - ranking.shape[1])), constant_values=-1)


def average_jaccard(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    r"""
    How alike the term rankings of two sets of topics are, the top of the rankings counting most.

    :math:`AJ_d(A, B) = \frac{1}{d}\sum_{j \le d} |A_j \cap B_j| / |A_j \cup B_j|` over the first j terms
    (Greene, O'Callaghan & Cunningham 2014). From 0 (no term in common) to 1 (the same terms in the same order).

    Parameters
    ----------
    one, other : arrays of int from `rank_terms`, shapes (m, d) and (n, d)

    Returns
    -------
    array, shape (m, n); 0 where a topic has no terms at all

    Examples
    --------
    Of the terms at depths 1, 2 and 3, 0/2, 2/2 and 3/3 are shared.

    >>> average_jaccard(np.array([[1, 2, 3]]), np.array([[2, 1, 3]])).round(4).tolist()
    [[0.6667]]
    """
    if one.shape[1] != other.shape[1]:
        raise InputError(
            "rankings", f"depths {one.shape[1]} and {other.shape[1]}", allowed="one depth", remedy="Rank both alike."
        )
    same = (one[:, None, :, None] == other[None, :, None, :]) & (one >= 0)[:, None, :, None]
    both = np.diagonal(same.cumsum(axis=2).cumsum(axis=3), axis1=2, axis2=3)
    either = (one >= 0).cumsum(axis=1)[:, None] + (other >= 0).cumsum(axis=1)[None] - both
    return (both / np.maximum(either, 1)).mean(axis=2)


@dataclass(frozen=True)
class Alignment:
    """Two sets of topics matched one to one; topics are numbers, −1 is no match."""

    pairs: pd.DataFrame  # one row per left topic: left, right, similarity, second, second_similarity
    splits: pd.DataFrame  # left topics that resemble two or more right ones, one row per tie: left, right, similarity
    merges: pd.DataFrame  # right topics that resemble two or more left ones, one row per tie: left, right, similarity


def align(similarity: np.ndarray, threshold: float = 0.0) -> Alignment:
    """
    Match topics one to one so that the similarity of the matches adds up highest; below the threshold is no match.

    Parameters
    ----------
    similarity : array, shape (n_left, n_right), from `average_jaccard`
    threshold : float
        Least similarity of a match and of a tie, from `null_threshold`. Without it every topic finds a partner,
        however unlike.

    Returns
    -------
    Alignment
        ``second`` is the right topic most similar to the left one besides its match, whatever the threshold. A left
        topic with ties (similarity at the threshold or above) to several right topics is a split, the reverse a merge.

    Examples
    --------
    >>> found = align(np.array([[0.9, 0.4], [0.2, 0.1]]), threshold=0.3)
    >>> found.pairs["right"].tolist(), found.splits.values.tolist()
    ([0, -1], [[0.0, 0.0, 0.9], [0.0, 1.0, 0.4]])
    """
    right = match_topics(similarity, threshold)
    left = np.arange(len(right))
    others = similarity.astype(float).copy()
    others[left[right >= 0], right[right >= 0]] = -1
    second = np.where(others.max(axis=1) >= 0, others.argmax(axis=1), -1)
    pairs = {
        "left": left,
        "right": right,
        "similarity": np.where(right >= 0, similarity[left, right], 0.0),
        "second": second,
        "second_similarity": np.where(second >= 0, others[left, second], 0.0),
    }
    tied = (similarity >= threshold) & (similarity > 0)
    splits = tied & (tied.sum(axis=1, keepdims=True) > 1)
    merges = tied & (tied.sum(axis=0, keepdims=True) > 1)
    return Alignment(pd.DataFrame(pairs), _list_ties(splits, similarity), _list_ties(merges, similarity))


def agreement(similarity: np.ndarray) -> float:
    """
    How alike two sets of topics are: mean similarity of the best one-to-one matching, 0 to 1.

    A set with more topics has some without a match; they count as 0.
    """
    right = match_topics(similarity, 0.0)
    return float(similarity[right >= 0, right[right >= 0]].sum() / max(similarity.shape))


def match_topics(similarity: np.ndarray, threshold: float) -> np.ndarray:
    """For each left topic the right one it is matched to, −1 for none."""
    usable = np.where(similarity >= threshold, similarity, 0)
    left, right = linear_sum_assignment(usable, maximize=True)
    result = np.full(len(similarity), -1)
    kept = usable[left, right] > 0
    result[left[kept]] = right[kept]
    return result


def find_again(
    reference: np.ndarray, components: np.ndarray, depth: int, threshold: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """For each reference topic the similarity to its match (0 without one), and which topic that is (−1)."""
    similarity = average_jaccard(rank_terms(reference, depth), rank_terms(components, depth))
    right = match_topics(similarity, threshold)
    return np.where(right >= 0, similarity[np.arange(len(right)), right], 0.0), right


def run_tasks(task: Callable[..., Any], arguments: Iterable[tuple[Any, ...]], n_jobs: int | None) -> list[Any]:
    """The results of a task for many arguments, in their order (joblib; the same for any number of jobs)."""
    return list(Parallel(n_jobs=n_jobs)(delayed(task)(*one) for one in arguments))


def fit_once(fit: Fit, X: sparse.csr_array, seed: np.random.SeedSequence) -> Model:  # noqa: N803
    """A model on one thread of linear algebra: sums in another order differ in their last bits."""
    with one_thread():
        return fit(X, int(seed.generate_state(1)[0]))


def number_blocks(X: sparse.csr_array, blocks: pd.Series) -> np.ndarray:  # noqa: N803
    """Blocks as numbers, in the order in which they first appear."""
    check_rows(X, blocks, "blocks")
    codes, names = pd.factorize(blocks)
    if len(names) < 2:
        raise InputError("blocks", f"{len(names)} block", allowed="2 or more", remedy="Cut into smaller blocks.")
    return codes


def check_rows(X: sparse.csr_array, series: pd.Series, name: str) -> None:  # noqa: N803
    if len(series) != X.shape[0] or series.isna().any():
        found = f"{len(series)} values, {int(series.isna().sum())} missing"
        raise InputError(name, found, allowed=f"one for each of {X.shape[0]} units", remedy="Use the units of X.")


def _list_ties(tied: np.ndarray, similarity: np.ndarray) -> pd.DataFrame:
    left, right = np.nonzero(tied)
    return pd.DataFrame({"left": left, "right": right, "similarity": similarity[left, right]})
