r"""
Permutation tests of ties between texts: sections are randomly reassigned between two texts.

A tie is the share of a text's units that hold both its nodes; a change is one that random reassignment would seldom
give. `compare_tie_shares` judges each tie, `network_comparison_test` the networks as wholes. The texts are all there
is: p says what reassignment does, not what the next text will do.

In all functions, `incidence` has one row per unit and one column per node, True where the unit holds it
(`attention.mark_units`); `documents` and `blocks` give text and section of each unit (`bootstrap.make_blocks`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.inputs import InputError, check_at_least, check_choice, check_level
from analysis.stats import verdict
from analysis.stats.permutation import (
    attainable_p,
    change_test,
    check_pairs,
    false_discovery_rate,
    p_value,
    run_stretch,
    split_blocks,
    sum_blocks,
)
from analysis.stats.proportions import arrange

COLUMNS = [
    *["source", "target", "before", "after", "count_before", "n_before", "share_before"],
    *["count_after", "n_after", "share_after", "difference", "low", "high", "stretch"],
    *["p", "p_adjusted", "q", "verdict"],
]
NETWORK_COLUMNS = ["before", "after", "measure", "n_ties", "value", "expected", "p"]
MEASURES = ["largest change", "change of total", "weighted Jaccard", "Spearman"]
# Numbers of random splits that are held at once.
BATCH = 500_000


def list_ties(incidence: pd.DataFrame) -> list[tuple[str, str]]:
    """
    All pairs of nodes that share a unit of any text, by name.

    Whether a pair is in the list does not depend on the text its units are in, so that a test of change is not
    influenced by it.

    Examples
    --------
    >>> list_ties(pd.DataFrame({"visa": [1, 1, 0], "grens": [1, 0, 0], "kust": [0, 1, 1]}, dtype=bool))
    [('grens', 'visa'), ('kust', 'visa')]
    """
    names = sorted(str(name) for name in incidence.columns)
    there = incidence.set_axis([str(name) for name in incidence.columns], axis=1)[names].to_numpy(dtype=np.int64)
    together = there.T @ there
    return [(names[i], names[j]) for i, j in combinations(range(len(names)), 2) if together[i, j]]


def tie_incidence(incidence: pd.DataFrame, ties: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """
    Which units hold both nodes of a tie: bool, one column per tie, in order; its name is the pair, by alphabet.

    Raises
    ------
    InputError : if there are no ties, or one names an unknown node, one node twice, or stands in the list twice

    Examples
    --------
    >>> tie_incidence(pd.DataFrame({"a": [1, 1, 0], "b": [1, 0, 0]}, dtype=bool), [("b", "a")]).to_dict("list")
    {('a', 'b'): [True, False, False]}
    """
    if not ties:
        raise InputError("ties", "none", allowed="at least one pair that meets", remedy="Name more nodes.")
    known = {str(name): number for number, name in enumerate(incidence.columns)}
    seen: dict[tuple[str, str], None] = {}
    for one, other in ties:
        tie = min(check_choice(one, "ties", known), check_choice(other, "ties", known)), max(one, other)
        if one == other or tie in seen:
            raise InputError("ties", f"{tie} twice", allowed="different pairs of nodes", remedy="Remove it.")
        seen[tie] = None
    there = incidence.to_numpy(dtype=bool)
    first, second = ([known[name] for name in side] for side in zip(*seen, strict=True))
    return pd.DataFrame(
        there[:, first] & there[:, second], index=incidence.index, columns=pd.Index(seen, tupleize_cols=False)
    )


def compare_tie_shares(
    incidence: pd.DataFrame,
    documents: pd.Series,
    blocks: pd.Series,
    pairs: Sequence[tuple[str, str]],
    *,
    ties: Sequence[tuple[str, str]] | None = None,
    n_draws: int = 5000,
    level: float = 0.05,
    min_units: int = 10,
    seed: int,
) -> pd.DataFrame:
    r"""
    Each tie's share of units compared between texts, tested by `permutation.change_test`.

    The verdict is that of `verdict.judge_ties`; it rests on ``p_adjusted``, and ``p`` stays in the table to be read.

    Parameters
    ----------
    pairs : list of (before, after)
        The texts to compare; the difference is after − before.
    ties : list of pairs of nodes, optional
        By default all that share a unit of any text (`list_ties`). Fewer ties chosen beforehand make stronger tests.

    Returns
    -------
    DataFrame, one row per pair of texts and tie
        ``source``, ``target``, the columns of `change_test` (counts, numbers and shares of units ``_before`` and
        ``_after``, ``difference``, ``low``, ``high``, ``stretch``, ``p``, ``p_adjusted``), ``q`` (p by Benjamini &
        Hochberg over all rows) and ``verdict``.

    Raises
    ------
    InputError : as in `tie_incidence` and `change_test`, or if an option is out of range
    """
    check_level(level)
    check_at_least("min_units", min_units, 1)
    of_ties = tie_incidence(incidence, list_ties(incidence) if ties is None else ties)
    changes = change_test(of_ties, documents, blocks, pairs, n_draws=n_draws, level=1 - level, seed=seed)
    del changes["theme"]
    for place, name in enumerate(("source", "target")):
        changes.insert(place, name, [tie[place] for tie in of_ties.columns] * len(pairs))
    changes["q"] = false_discovery_rate(changes["p"].to_numpy(dtype=float))
    attainable = attainable_p(documents, blocks, pairs, n_draws=n_draws)
    return verdict.judge_ties(changes, min_units=min_units, level=level, attainable=attainable)


def network_comparison_test(
    incidence: pd.DataFrame,
    documents: pd.Series,
    blocks: pd.Series,
    pairs: Sequence[tuple[str, str]],
    *,
    ties: Sequence[tuple[str, str]] | None = None,
    n_draws: int = 5000,
    seed: int,
) -> pd.DataFrame:
    r"""
    Network comparison test: whether the ties of two texts, taken together, differ.

    With :math:`w_t` a tie's share of units in the one text and the other: "largest change" :math:`M = \max_t|\Delta_t|`
    and "change of total" :math:`S = |\sum_t \Delta_t|` (the tests of van Borkulo et al. 2022), "weighted Jaccard"
    :math:`\sum_t\min(w_t, w'_t) / \sum_t\max(w_t, w'_t)` (0: no tie in common, 1: equal) and "Spearman", the rank
    correlation of shares (−1 to 1, equal shares at their mean rank).

    Sections are reassigned as in `compare_tie_shares` with the same seed. Each tie's difference in a split is stretched
    as far as its runs ask for, before the four are taken (for the last two the shares in a split are the common share
    and the stretched difference, kept between 0 and 1), so that p errs towards "no difference".

    Returns
    -------
    DataFrame, one row per pair of texts and measure
        ``before``, ``after``, ``measure``, ``n_ties``, ``value``, ``expected`` (median of the splits: texts of this
        length differ even if nothing changed), ``p`` (of a value as large for the first two, as small for the others;
        missing where the value is).

    Raises
    ------
    InputError : as in `compare_tie_shares`
    """
    of_ties = tie_incidence(incidence, list_ties(incidence) if ties is None else ties)
    texts = arrange(of_ties, documents)
    check_at_least("n_draws", n_draws, 1)
    check_pairs(pairs, texts.names)
    sums, sizes, owner = sum_blocks(of_ties, documents, blocks, texts)
    rows = []
    for (before, after), child in zip(pairs, np.random.SeedSequence(seed).spawn(len(pairs)), strict=True):
        numbers = [texts.names.index(before), texts.names.index(after)]
        chosen = np.concatenate([np.flatnonzero(owner == number) for number in numbers])
        n_first = int((owner == numbers[0]).sum())
        real = np.arange(len(chosen))[None] < n_first
        splits = np.concatenate(list(split_blocks(len(chosen), n_first, n_draws=n_draws, seed=child)))
        share, moved, part = _split(sums[chosen], sizes[chosen], splits)
        moved *= run_stretch(moved.std(axis=0), texts, numbers)
        permuted = _in_batches(_measure, share, moved, part)
        value = _measure(*_split(sums[chosen], sizes[chosen], real))[0]
        for measure, one, many in zip(MEASURES, value, permuted.T, strict=True):
            p = p_value(many, one, tail="upper" if measure in MEASURES[:2] else "lower").item()
            rows.append((before, after, measure, of_ties.shape[1], one, np.median(many), p))
    return pd.DataFrame(rows, columns=NETWORK_COLUMNS)


def _split(sums: np.ndarray, sizes: np.ndarray, first: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Share of each tie in both texts; per split the differences (splits, ties), and the first text's part of units."""
    n, count = (first @ sizes)[:, None], first @ sums
    total = sums.sum(axis=0)
    moved = (total - count) / (sizes.sum() - n) - count / n
    return total / sizes.sum(), moved, n / sizes.sum()


def _measure(share: np.ndarray, moved: np.ndarray, part: np.ndarray) -> np.ndarray:
    """The four measures per split, (splits, 4)."""
    before, after = np.clip(share - (1 - part) * moved, 0, 1), np.clip(share + part * moved, 0, 1)
    union = np.maximum(before, after).sum(axis=1)
    jaccard = np.minimum(before, after).sum(axis=1) / np.where(union > 0, union, np.nan)
    largest, total = np.abs(moved).max(axis=1), np.abs(moved.sum(axis=1))
    return np.column_stack([largest, total, jaccard, _spearman(before, after)])


def _spearman(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Rank correlation of each row; missing where all of a row's shares are equal. scipy.stats takes .3 s to import."""
    # Equal shares of different sums may differ in their last bits: rank them rounded.
    one, two = (pd.DataFrame(np.round(shares, 12)).rank(axis=1).to_numpy() for shares in (before, after))
    one, two = one - one.mean(axis=1, keepdims=True), two - two.mean(axis=1, keepdims=True)
    power = (one**2).sum(axis=1) * (two**2).sum(axis=1)
    return (one * two).sum(axis=1) / np.sqrt(np.where(power > 0, power, np.nan))


def _in_batches(
    measure: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray],
    share: np.ndarray,
    moved: np.ndarray,
    part: np.ndarray,
) -> np.ndarray:
    size = max(1, BATCH // len(share))
    starts = range(0, len(moved), size)
    return np.concatenate([measure(share, moved[one : one + size], part[one : one + size]) for one in starts])
