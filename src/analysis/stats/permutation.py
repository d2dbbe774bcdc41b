r"""
Permutation tests: p-values, and tests of change that move whole blocks of paragraphs between texts.

Every p-value from draws is made by `p_value` (or, for all draws at once, `min_p`), and adjusted for multiple testing by
max-T (`change_test`), min-P or `false_discovery_rate`. `least_p` says how small a p-value could get at all.

Paragraphs are not independent: a theme, once begun, goes on for a while. So blocks are moved (`bootstrap.make_blocks`),
and the standard deviation of a difference never counts as smaller than the theme's run lengths ask for
(`run_deviation`). ``benchmarks/README.md`` says how often the tests are right.

In all functions, `incidence` has one row per paragraph and one column per theme, True where the paragraph has the
theme; `documents` gives the text of each paragraph. The rows of a text stand in reading order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import comb
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.inputs import InputError, check_at_least, check_choice
from analysis.stats.bootstrap import BATCH, share_intervals
from analysis.stats.proportions import (
    ROUNDING,
    Texts,
    aligned,
    arrange,
    mean_run_length,
    run_design_effect,
    transitions,
)

Tail = Literal["upper", "lower", "two-sided"]
CHANGE_COLUMNS = [
    *("before", "after", "theme"),
    *("count_before", "n_before", "share_before", "count_after", "n_after", "share_after"),
    *("difference", "low", "high", "stretch", "p", "p_adjusted"),
]


def p_value(draws: np.ndarray | Iterable[np.ndarray], observed: ArrayLike, *, tail: Tail = "upper") -> np.ndarray:
    r"""
    How often chance alone gives a statistic at least as extreme: :math:`p = (1 + \#\{t^* \ge t\}) / (B + 1)`.

    The observed arrangement is one of those that chance could have given, so that p is never 0 (Davison & Hinkley 1997,
    eq. 4.11; Phipson & Smyth 2010). A draw within `proportions.ROUNDING` of the observed value is as extreme, and so is
    one without a value (NaN): p errs on the side of chance.

    Parameters
    ----------
    draws : array (draws, ...), the statistic under the null hypothesis; or an iterable of such arrays, its batches
    observed : array (...) that broadcasts with a draw
    tail : "upper" (as large), "lower" (as small) or "two-sided" (as far from 0)

    Returns
    -------
    array (...), from 1/(B + 1) to 1; missing where `observed` is

    Raises
    ------
    InputError : if there is no such tail

    Examples
    --------
    >>> draws = np.array([0.1, 0.3, -0.4])
    >>> p_value(draws, 0.3).item(), p_value(draws, 0.3, tail="two-sided").item()
    (0.5, 0.75)
    """
    sizes: dict[str, Callable[..., np.ndarray]] = {"upper": np.asarray, "lower": np.negative, "two-sided": np.abs}
    size, value = sizes[check_choice(tail, "tail", sizes)], np.asarray(observed, dtype=float)
    n_draws, extreme, least = 0, np.zeros(value.shape, dtype=int), size(value) - ROUNDING
    for batch in [draws] if isinstance(draws, np.ndarray) else draws:
        extreme = extreme + (~(size(batch) < least)).sum(axis=0)
        n_draws += len(batch)
    return np.where(np.isnan(value), np.nan, (1 + extreme) / (n_draws + 1))


def min_p(statistics: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """
    The p-values of several tests on the same draws, and these adjusted for their number by min-P.

    Each draw has a p-value among all, as the observed row has; the adjusted value compares with the least of each draw
    (Westfall & Young 1993), so that tests whose statistics have different units can be adjusted together.

    Parameters
    ----------
    statistics : array (1 + draws, tests), large = extreme; the first row is the observed one

    Returns
    -------
    p, p_adjusted : arrays (tests,), both in (0, 1]

    Examples
    --------
    >>> p, adjusted = min_p(np.array([[3.0, 1.0], [1.0, 2.0], [2.0, 3.0], [0.0, 0.0]]))
    >>> p.tolist(), adjusted.tolist()
    ([0.25, 0.75], [0.5, 0.75])
    """
    decimals = round(-np.log10(ROUNDING))
    p = pd.DataFrame(-np.round(statistics, decimals)).rank(method="max").to_numpy() / len(statistics)
    return p[0], p_value(p[1:].min(axis=1, initial=1)[:, None], p[0], tail="lower")


def critical_size(draws: np.ndarray, level: float) -> np.ndarray:
    """
    The size that a statistic must exceed for its two-sided `p_value` to be at most `level`; infinite if none is enough.

    Parameters
    ----------
    draws : array (draws, ...)

    Returns
    -------
    array (...)

    Examples
    --------
    >>> critical_size(np.arange(-9, 10), 0.1).round(9).item(), critical_size(np.arange(5), 0.1).item()
    (9.0, inf)
    """
    n_draws = len(draws)
    place = n_draws - int(np.floor(level * (n_draws + 1) + ROUNDING))  # of the largest draw that must not be reached
    if place >= n_draws:
        return np.full(draws.shape[1:], np.inf)
    return np.partition(np.abs(draws), place, axis=0)[place] + ROUNDING


def least_p(n_first: int, n_second: int, *, n_draws: int) -> float:
    r"""
    The least p-value that moving blocks between two groups can give.

    Of :math:`\binom{n_1 + n_2}{n_1}` splits one is the observed one; where both groups have as many blocks, the split
    with their places exchanged has a difference of the same size. With 1 and 1 block every p is 1, with 3 and 3 it is
    .1 or more: a test that cannot reach its level says nothing.

    Examples
    --------
    >>> least_p(1, 1, n_draws=5000), least_p(3, 3, n_draws=5000), round(least_p(12, 6, n_draws=5000), 4)
    (1.0, 0.1, 0.0002)
    """
    return max(1 / (n_draws + 1), (1 + (n_first == n_second)) / comb(n_first + n_second, n_first))


def attainable_p(
    documents: pd.Series, blocks: pd.Series, pairs: Sequence[tuple[str, str]], *, n_draws: int
) -> pd.DataFrame:
    """
    How small the p-values of `change_test` can get, for each pair of texts.

    Returns
    -------
    DataFrame, one row per pair
        ``before``, ``after``, ``blocks_before``, ``blocks_after``, ``least_p`` (`least_p`).

    Examples
    --------
    >>> texts, blocks = pd.Series(["A", "A", "A", "B"]), pd.Series(["a1", "a1", "a2", "b1"])
    >>> attainable_p(texts, blocks, [("A", "B")], n_draws=999).round(3).values.tolist()
    [['A', 'B', 2, 1, 0.333]]
    """
    n_blocks = aligned(blocks, documents, "blocks").groupby(documents.astype(str)).nunique()
    sizes = [(int(n_blocks[before]), int(n_blocks[after])) for before, after in pairs]
    rows = [(*pair, *size, least_p(*size, n_draws=n_draws)) for pair, size in zip(pairs, sizes, strict=True)]
    return pd.DataFrame(rows, columns=["before", "after", "blocks_before", "blocks_after", "least_p"])


def false_discovery_rate(p: np.ndarray, n_tests: int | None = None) -> np.ndarray:
    r"""
    q: p-values adjusted for multiple testing, the least false discovery rate at which each is significant.

    :math:`q_{(i)} = \min_{j \ge i} p_{(j)} m / j` (Benjamini & Hochberg 1995). Not scipy's: it takes as many seconds to
    import scipy.stats as all else a notebook needs, and it knows no tests beside those it is given.

    Parameters
    ----------
    p : array (tests,)
    n_tests : number of tests that were made, if more than these; the others had p = 1

    Returns
    -------
    array (tests,), at least `p`, at most 1

    Examples
    --------
    >>> p = np.array([0.01, 0.04, 0.03])
    >>> false_discovery_rate(p).round(3).tolist(), false_discovery_rate(p, 6).round(3).tolist()
    ([0.03, 0.04, 0.04], [0.06, 0.08, 0.08])
    """
    order = np.argsort(-p, kind="stable")
    q = np.empty(len(p))
    q[order] = np.minimum.accumulate(p[order] * (n_tests or len(p)) / np.arange(len(p), 0, -1))
    return np.minimum(1, q)


def change_test(
    incidence: pd.DataFrame,
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
        Block of each paragraph, from `bootstrap.make_blocks` or `bootstrap.run_blocks`.
    pairs : list of (before, after)
        The texts to compare; the difference is after − before. Without any (a study of one text) the table is empty.

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
    texts = arrange(incidence, documents)
    check_pairs(pairs, texts.names)
    check_at_least("n_draws", n_draws, 1)
    if not pairs:
        return pd.DataFrame(columns=CHANGE_COLUMNS)
    sums, sizes, owner = sum_blocks(incidence, documents, blocks, texts)
    shares = share_intervals(incidence, documents, level=level, seed=seed)
    tables, largest = [], np.zeros(n_draws)
    for (before, after), child in zip(pairs, np.random.SeedSequence(seed).spawn(len(pairs)), strict=True):
        first, second = texts.names.index(before), texts.names.index(after)
        table = _compare(shares, before, after)
        chosen = np.concatenate([np.flatnonzero(owner == first), np.flatnonzero(owner == second)])
        moved = _draw_differences(sums[chosen], sizes[chosen], int((owner == first).sum()), n_draws, child)
        deviation = moved.std(axis=0)
        table["stretch"] = run_stretch(deviation, texts, [first, second])
        scale = np.where(deviation > 0, deviation, 1)
        observed = np.abs(table["difference"].to_numpy()) / scale / table["stretch"].to_numpy()
        standardised = np.abs(moved, out=moved)
        standardised /= scale
        table["p"] = p_value(standardised, observed)
        tables.append(table.assign(statistic=observed))
        largest = np.maximum(largest, standardised.max(axis=1))
    result = pd.concat(tables, ignore_index=True)
    return result.assign(p_adjusted=p_value(largest[:, None], result.pop("statistic")))


def split_blocks(
    n_blocks: int, n_first: int, *, n_draws: int, seed: int | np.random.SeedSequence
) -> Iterator[np.ndarray]:
    """Random splits of blocks into two groups, in batches (splits, n_blocks): True for the `n_first` of one group."""
    rng, batch = np.random.default_rng(seed), max(1, BATCH // n_blocks)
    for start in range(0, n_draws, batch):
        yield rng.random((min(batch, n_draws - start), n_blocks)).argsort(axis=1) < n_first


def split_differences(numerator: np.ndarray, denominator: np.ndarray, first: np.ndarray) -> np.ndarray:
    """
    The ratio in the second group less that in the first, for many ratios and splits at once.

    Sums of whole numbers are exact, whatever their order; a group without a denominator has the ratio 0.

    Parameters
    ----------
    numerator : array (blocks, ratios) of whole numbers
    denominator : the same, or (blocks, 1)
    first : bool array (splits, blocks), True where a block is in the first group

    Returns
    -------
    array (splits, ratios)

    Examples
    --------
    >>> hits, sizes = np.array([[1], [0], [2]]), np.array([[2], [2], [2]])
    >>> split_differences(hits, sizes, np.array([[True, True, False]])).tolist()
    [[0.75]]
    """
    ratios = []
    for group in (first.astype(float), 1.0 - first):
        part, whole = group @ numerator, group @ denominator
        ratios.append(np.divide(part, whole, out=np.zeros_like(part), where=whole > 0))
    return np.asarray(ratios[1] - ratios[0])


def sum_blocks(
    incidence: pd.DataFrame, documents: pd.Series, blocks: pd.Series, texts: Texts
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Units with each theme per block, units per block, and the text (number) a block belongs to."""
    blocks = aligned(blocks, documents, "blocks")
    owner = documents.astype(str).map({name: number for number, name in enumerate(texts.names)})
    keys = [owner.to_numpy(), blocks.astype(str).to_numpy()]
    grouped = pd.DataFrame(incidence.to_numpy(dtype=float)).groupby(keys, sort=False)
    sums = grouped.sum()
    return sums.to_numpy(), grouped.size().to_numpy(dtype=float), sums.index.get_level_values(0).to_numpy()


def run_stretch(deviation: np.ndarray, texts: Texts, pair: list[int]) -> np.ndarray:
    """How far split differences must be stretched to vary as much as the run lengths of the two texts ask for."""
    return np.maximum(1, run_deviation(texts, pair) / np.where(deviation > 0, deviation, np.inf))


def check_pairs(pairs: Sequence[tuple[str, str]], names: Sequence[str], where: str = "pairs") -> None:
    """Raises an InputError if a pair names an unknown text, or one text twice."""
    for before, after in pairs:
        check_choice(before, where, names)
        check_choice(after, where, names)
        if before == after:
            raise InputError(where, f"{before!r} twice", allowed="two different texts", remedy="Name another text.")


def _draw_differences(
    sums: np.ndarray, sizes: np.ndarray, n_first: int, n_draws: int, seed: np.random.SeedSequence
) -> np.ndarray:
    """Difference of shares (second group − first) for each random split and theme, (draws, themes)."""
    rows, done, differences = max(1, BATCH // (8 * sums.shape[1])), 0, np.empty((n_draws, sums.shape[1]))
    for splits in split_blocks(len(sizes), n_first, n_draws=n_draws, seed=seed):
        for part in (splits[start : start + rows] for start in range(0, len(splits), rows)):
            differences[done : done + len(part)] = split_differences(sums, sizes[:, None], part)
            done += len(part)
    return differences


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
    first, second = (shares.loc[shares["doc_id"] == name, columns].reset_index(drop=True) for name in (before, after))
    difference = second["share"] - first["share"]
    table = pd.DataFrame({"before": before, "after": after, "theme": first["theme"]})
    for suffix, text in (("before", first), ("after", second)):
        table = table.assign(**{f"{name}_{suffix}": text[name] for name in ("count", "n", "share")})
    down = np.hypot(second["share"] - second["low"], first["high"] - first["share"])
    up = np.hypot(second["high"] - second["share"], first["share"] - first["low"])
    return table.assign(
        difference=difference, low=(difference - down).clip(lower=-1), high=(difference + up).clip(upper=1)
    )
