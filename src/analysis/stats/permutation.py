"""
How sure we are of a share, and of a difference between texts.

Paragraphs are not independent: a theme, once begun, goes on for a while. Everything here starts from how long it runs,
because a text in which a theme runs L paragraphs says as much about its share p as a text of independent paragraphs
:math:`2L(1 - p) - 1` times shorter (the design effect of a two-state Markov chain). `run_lengths` prints that;
`share_intervals` and `change_test` use it; ``benchmarks/README.md`` says how often they are right.

In all functions, `indicators` has one row per paragraph and one column per theme, True where the paragraph has the
theme; `documents` gives the text of each paragraph. The rows of a text stand in reading order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from analysis.inputs import InputError, check_at_least, check_choice
from analysis.stats.bootstrap import BATCH, share_intervals
from analysis.stats.proportions import (
    TIE,
    Texts,
    aligned,
    arrange,
    mean_run_length,
    run_design_effect,
    transitions,
)


def change_test(
    indicators: pd.DataFrame,
    documents: pd.Series,
    blocks: pd.Series,
    pairs: Sequence[tuple[str, str]],
    *,
    n_draws: int = 5000,
    level: float = 0.95,
    seed: int,
) -> pd.DataFrame:
    r"""
    Whether two texts differ in the share of paragraphs with a theme, by moving whole blocks between them.

    If the texts were alike, any split of their blocks into two groups would do as well as the real one:
    :math:`p = (1 + \#\{|\Delta^*| \ge |\Delta|\}) / (B + 1)`. Neighbouring blocks are not quite independent either, so
    where a theme's runs ask for a larger standard deviation than the splits have (`run_design_effect` at the share of
    both texts together), the split differences are stretched to it. ``p_adjusted`` compares with the largest
    standardised difference over all themes and pairs (max-T, Westfall & Young 1993; pairs drawn independently), so that
    5 % is the chance of even one false "differs" in the table, not that of each row (measured: 0 to 9 %).

    Parameters
    ----------
    blocks : Series
        Block of each paragraph, from `section_blocks` or `run_blocks`.
    pairs : list of (before, after)
        The texts to compare; the difference is after − before.

    Returns
    -------
    DataFrame, one row per pair and theme
        ``before``, ``after``, ``theme``, ``count_before``, ``n_before``, ``share_before``, the same ``_after``,
        ``difference``, ``low``, ``high`` (from the two `share_intervals` by Newcombe's square-and-add), ``stretch``
        (1 = splits taken as they are), ``p`` and ``p_adjusted``, both in (0, 1].

    Raises
    ------
    InputError : if a pair names an unknown text or one text twice, and as in `share_intervals`
    """
    texts = arrange(indicators, documents)
    check_pairs(pairs, texts.names)
    check_at_least("n_draws", n_draws, 1)
    sums, sizes, owner = sum_blocks(indicators, documents, blocks, texts)
    shares = share_intervals(indicators, documents, level=level, seed=seed)
    tables, largest = [], np.zeros(n_draws)
    for (before, after), child in zip(pairs, np.random.SeedSequence(seed).spawn(len(pairs)), strict=True):
        first, second = texts.names.index(before), texts.names.index(after)
        table = _compare(shares, before, after)
        chosen = np.concatenate([np.flatnonzero(owner == first), np.flatnonzero(owner == second)])
        moved = _split_differences(sums[chosen], sizes[chosen], int((owner == first).sum()), n_draws, child)
        deviation = moved.std(axis=0)
        table["stretch"] = run_stretch(deviation, texts, [first, second])
        scale = np.where(deviation > 0, deviation, 1)
        observed = np.abs(table["difference"].to_numpy()) / scale / table["stretch"].to_numpy()
        standardised = np.abs(moved, out=moved)
        standardised /= scale
        table["p"] = (1 + (standardised >= observed - TIE).sum(axis=0)) / (n_draws + 1)
        tables.append(table.assign(statistic=observed))
        largest = np.maximum(largest, standardised.max(axis=1))
    result = pd.concat(tables, ignore_index=True)
    exceeding = (largest[:, None] >= result["statistic"].to_numpy() - TIE).sum(axis=0)
    return result.drop(columns="statistic").assign(p_adjusted=(1 + exceeding) / (n_draws + 1))


def split_blocks(
    n_blocks: int, n_first: int, *, n_draws: int, seed: int | np.random.SeedSequence
) -> Iterator[np.ndarray]:
    """Random splits of blocks into two groups, in batches (splits, n_blocks): True for the `n_first` of one group."""
    rng, batch = np.random.default_rng(seed), max(1, BATCH // n_blocks)
    for start in range(0, n_draws, batch):
        yield rng.random((min(batch, n_draws - start), n_blocks)).argsort(axis=1) < n_first


def sum_blocks(
    indicators: pd.DataFrame, documents: pd.Series, blocks: pd.Series, texts: Texts
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Units with each theme per block, units per block, and the text (number) a block belongs to."""
    blocks = aligned(blocks, documents, "blocks")
    owner = documents.astype(str).map({name: number for number, name in enumerate(texts.names)})
    keys = [owner.to_numpy(), blocks.astype(str).to_numpy()]
    grouped = pd.DataFrame(indicators.to_numpy(dtype=float)).groupby(keys, sort=False)
    sums = grouped.sum()
    return sums.to_numpy(), grouped.size().to_numpy(dtype=float), sums.index.get_level_values(0).to_numpy()


def run_stretch(deviation: np.ndarray, texts: Texts, pair: list[int]) -> np.ndarray:
    """How far split differences must be stretched to vary as much as the run lengths of the two texts ask for."""
    return np.maximum(1, run_deviation(texts, pair) / np.where(deviation > 0, deviation, np.inf))


def check_pairs(pairs: Sequence[tuple[str, str]], names: list[str]) -> None:
    """Raises an InputError if there are no pairs, or one names an unknown text or one text twice."""
    if not pairs:
        raise InputError("pairs", "none", allowed="at least one (before, after)", remedy="Name two texts.")
    for before, after in pairs:
        check_choice(before, "pairs", names)
        check_choice(after, "pairs", names)
        if before == after:
            raise InputError("pairs", f"{before!r} twice", allowed="two different texts", remedy="Name another text.")


def _split_differences(
    sums: np.ndarray, sizes: np.ndarray, n_first: int, n_draws: int, seed: np.random.SeedSequence
) -> np.ndarray:
    """Difference of shares (second group − first) for each random split and theme."""
    moved, total, done = np.empty((n_draws, sums.shape[1])), sums.sum(axis=0), 0
    for firsts in split_blocks(len(sizes), n_first, n_draws=n_draws, seed=seed):
        rows = max(1, BATCH // (8 * sums.shape[1]))
        for first in (firsts[start : start + rows] for start in range(0, len(firsts), rows)):
            n, count = first @ sizes, first @ sums
            difference = (total - count) / (sizes.sum() - n)[:, None] - count / n[:, None]
            moved[done : done + len(first)] = difference
            done += len(first)
    return moved


def run_deviation(texts: Texts, pair: Sequence[int]) -> np.ndarray:
    """
    The standard deviation that a difference between two texts' shares must have, by how long each theme runs.

    That of texts which are alike, at the share of both together (`run_design_effect`); one value per theme.
    """
    stayed, ended = (per_text[list(pair)].sum(axis=0, keepdims=True) for per_text in transitions(texts))
    n = texts.sizes[list(pair)]
    p = texts.sums(texts.present)[list(pair)].sum(axis=0) / n.sum()
    variance = p * (1 - p) * run_design_effect(p, mean_run_length(stayed, ended)[0]) * (1 / n).sum()
    return np.asarray(np.sqrt(variance))


def _compare(shares: pd.DataFrame, before: str, after: str) -> pd.DataFrame:
    """Two texts side by side, with the difference and its interval from those of the shares."""
    columns = ["theme", "count", "n", "share", "low", "high"]
    one, two = (shares.loc[shares["doc_id"] == name, columns].reset_index(drop=True) for name in (before, after))
    difference = two["share"] - one["share"]
    table = pd.DataFrame({"before": before, "after": after, "theme": one["theme"]})
    for suffix, text in (("before", one), ("after", two)):
        table = table.assign(**{f"{name}_{suffix}": text[name] for name in ("count", "n", "share")})
    down = np.hypot(two["share"] - two["low"], one["high"] - one["share"])
    up = np.hypot(two["high"] - two["share"], one["share"] - one["low"])
    return table.assign(
        difference=difference, low=(difference - down).clip(lower=-1), high=(difference + up).clip(upper=1)
    )
