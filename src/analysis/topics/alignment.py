"""Alignment of two sets of topics: term rankings compared, topics matched one to one, splits and merges named."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from analysis.inputs import InputError, check_at_least


def rank_terms(components: np.ndarray, depth: int = 10) -> np.ndarray:
    """
    Rank the terms of each topic by weight, largest first, the first column among equals.

    Parameters
    ----------
    components : array (n_topics, n_terms), not negative

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


def average_jaccard(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    r"""
    Average Jaccard similarity of the term rankings of two sets of topics, in which the top of a ranking counts most.

    :math:`AJ_d(A, B) = \frac{1}{d}\sum_{j \le d} |A_j \cap B_j| / |A_j \cup B_j|` over the first j terms
    (Greene, O'Callaghan & Cunningham 2014). From 0 (no term in common) to 1 (the same terms in the same order).

    Parameters
    ----------
    left, right : arrays of int from `rank_terms`, shapes (m, d) and (n, d)

    Returns
    -------
    array, shape (m, n); 0 where a topic has no terms at all

    Raises
    ------
    InputError : if the rankings differ in depth

    Examples
    --------
    Of the terms at depths 1, 2 and 3, 0/2, 2/2 and 3/3 are shared.

    >>> average_jaccard(np.array([[1, 2, 3]]), np.array([[2, 1, 3]])).round(4).tolist()
    [[0.6667]]
    """
    if left.shape[1] != right.shape[1]:
        depths = f"depths {left.shape[1]} and {right.shape[1]}"
        raise InputError("rankings", depths, allowed="one depth", remedy="Rank both alike.")
    same = (left[:, None, :, None] == right[None, :, None, :]) & (left >= 0)[:, None, :, None]
    both = np.diagonal(same.cumsum(axis=2).cumsum(axis=3), axis1=2, axis2=3)
    either = (left >= 0).cumsum(axis=1)[:, None] + (right >= 0).cumsum(axis=1)[None] - both
    return (both / np.maximum(either, 1)).mean(axis=2)


def compare_topics(left: np.ndarray, right: np.ndarray, depth: int = 10) -> np.ndarray:
    """
    The similarity of every topic of one set to every topic of another: `average_jaccard` of the `depth` first terms.

    Parameters
    ----------
    left, right : arrays (n_left, n_terms) and (n_right, n_terms) over the same terms

    Returns
    -------
    array (n_left, n_right), 0 to 1
    """
    return average_jaccard(rank_terms(left, depth), rank_terms(right, depth))


def match_topics(similarity: np.ndarray, threshold: float = 0.0) -> np.ndarray:
    """
    Match topics one to one so that the similarities of the matches have the largest sum (optimal assignment).

    Parameters
    ----------
    similarity : array (n_left, n_right), 0 to 1, from `compare_topics`
    threshold : least similarity of a match, 0 to 1; a similarity of 0 is never a match

    Returns
    -------
    array of int (n_left,), the right topic of each left one; −1 for none
    """
    usable = np.where(similarity >= threshold, similarity, 0)
    left, right = linear_sum_assignment(usable, maximize=True)
    matches = np.full(len(similarity), -1)
    matched = usable[left, right] > 0
    matches[left[matched]] = right[matched]
    return matches


def matched_similarity(similarity: np.ndarray) -> np.ndarray:
    """The similarity of each left topic to its match by `match_topics`, (n_left,); 0 without a match."""
    right = match_topics(similarity)
    return np.where(right >= 0, similarity[np.arange(len(right)), right], 0.0)


def measure_agreement(similarity: np.ndarray) -> float:
    """
    The agreement of two sets of topics: mean similarity over the best one-to-one matching, 0 to 1.

    A set with more topics has some without a match; they count as 0 (Greene, O'Callaghan & Cunningham 2014).
    """
    return float(matched_similarity(similarity).sum() / max(similarity.shape))


@dataclass(frozen=True)
class Alignment:
    """Two sets of topics matched one to one; topics are numbers, −1 is no match."""

    pairs: pd.DataFrame  # one row per left topic: left, right, similarity
    splits: pd.DataFrame  # left topics that resemble two or more right ones, one row per tie: left, right, similarity
    merges: pd.DataFrame  # right topics that resemble two or more left ones, one row per tie: left, right, similarity


def align_topics(similarity: np.ndarray, threshold: float = 0.0) -> Alignment:
    """
    Match topics one to one, and list the topics that were split or merged.

    A left topic with ties (similarity at the threshold or above, and above 0) to several right topics is a split, the
    reverse a merge.

    Parameters
    ----------
    similarity : array (n_left, n_right), 0 to 1, from `compare_topics`
    threshold : float
        Least similarity of a match and of a tie, from `analysis.topics.stability.measure_null_threshold`. Without it
        every topic finds a partner, however unlike.

    Examples
    --------
    >>> alignment = align_topics(np.array([[0.9, 0.4], [0.2, 0.1]]), threshold=0.3)
    >>> alignment.pairs["right"].tolist(), alignment.splits.values.tolist()
    ([0, -1], [[0.0, 0.0, 0.9], [0.0, 1.0, 0.4]])
    """
    right = match_topics(similarity, threshold)
    left = np.arange(len(right))
    pairs = {"left": left, "right": right, "similarity": np.where(right >= 0, similarity[left, right], 0.0)}
    tied = (similarity >= threshold) & (similarity > 0)
    splits = tied & (tied.sum(axis=1, keepdims=True) > 1)
    merges = tied & (tied.sum(axis=0, keepdims=True) > 1)
    return Alignment(pd.DataFrame(pairs), _list_ties(splits, similarity), _list_ties(merges, similarity))


def _list_ties(tied: np.ndarray, similarity: np.ndarray) -> pd.DataFrame:
    left, right = np.nonzero(tied)
    return pd.DataFrame({"left": left, "right": right, "similarity": similarity[left, right]})
