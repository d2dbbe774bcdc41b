r"""
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
from typing import Literal

import numpy as np
import pandas as pd

from analysis.inputs import InputError, check_choice
from analysis.intervals import (
    BORROWED_RUNS,
    TIE,
    Texts,
    aligned,
    arrange,
    autocorrelation,
    best_block_length,
    check_at_least,
    check_level,
    mean_run_length,
    previous_paragraph,
    reading_order,
    run_design_effect,
    score_interval,
    t_quantile,
    transitions,
)

Verdict = Literal["differs", "holds with reservations", "inconclusive", "too few to tell"]
# Numbers held at once while drawing (some 30 MB).
BATCH = 4_000_000


def run_lengths(indicators: pd.DataFrame, documents: pd.Series) -> pd.DataFrame:
    r"""
    How long each theme runs in each text, and what that leaves of the number of paragraphs.

    Returns
    -------
    DataFrame, one row per text and theme
        ``doc_id``, ``theme``, ``n`` (paragraphs), ``count`` (with the theme), ``runs`` (of consecutive paragraphs with
        it), ``run_length`` (their mean, at least 1; runs cut by the end of the text count as unfinished, and few runs
        are helped by those of the other texts), ``autocorrelation`` (:math:`\sum\rho_h` over the initial positive
        sequence of lag pairs, Geyer 1992; 0 or more), ``effective_n`` (:math:`n / (1 + 2\sum\rho_h)`, missing where
        the theme is in no paragraph or in all) and ``block_length`` (see `best_block_length`).

    Raises
    ------
    InputError : if indicators are empty or not true/false, or do not have the rows of `documents`

    Examples
    --------
    >>> cyber = pd.DataFrame({"cyber": [1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 0]}, dtype=bool)
    >>> run_lengths(cyber, pd.Series(["2018"] * 12))[["count", "runs", "run_length"]].to_numpy().round(2).tolist()
    [[6.0, 2.0, 2.97]]
    """
    texts = arrange(indicators, documents)
    stayed, ended = transitions(texts)
    counts, n = texts.sums(texts.present), texts.sizes[:, None]
    length = mean_run_length(stayed, ended)
    rho = np.array([autocorrelation(texts.rows(text)) for text in range(len(texts.names))])
    varies = (counts > 0) & (counts < n)
    table = {
        "n": np.broadcast_to(n, counts.shape),
        "count": counts.astype(int),
        "runs": (texts.sums(texts.present & ~previous_paragraph(texts))).astype(int),
        "run_length": length,
        "autocorrelation": np.where(varies, rho, np.nan),
        "effective_n": np.where(varies, n / (1 + 2 * rho), np.nan),
        "block_length": best_block_length(n, length, counts / n),
    }
    return _tidy(texts, table)


def section_blocks(paragraphs: pd.DataFrame) -> pd.Series:
    """The section of each paragraph as its block: the unit that `change_test` moves between texts."""
    return _known(paragraphs, "section_id").astype(str).rename("block")


def run_blocks(paragraphs: pd.DataFrame, length: int, *, offset: int = 0) -> pd.Series:
    """
    Blocks of about `length` consecutive paragraphs, for texts without sections.

    A text is cut into parts that differ by one paragraph at most. With an `offset` the cuts move on, and the block
    that meets the end of the text goes on at its beginning.

    Examples
    --------
    >>> run_blocks(pd.DataFrame({"doc_id": ["A"] * 7}), 3, offset=1).tolist()
    ['A-b2', 'A-b1', 'A-b1', 'A-b1', 'A-b1', 'A-b2', 'A-b2']
    """
    check_at_least("length", length, 1)
    documents = _known(paragraphs, "doc_id").astype(str)
    position = documents.groupby(documents, sort=False).cumcount()
    n = documents.groupby(documents, sort=False).transform("size").astype(int)
    n_blocks = (n / length).round().clip(lower=1).astype(int)
    number = ((position - offset) % n) * n_blocks // n + 1
    return (documents + "-b" + number.astype(str)).rename("block")


def share_intervals(
    indicators: pd.DataFrame,
    documents: pd.Series,
    *,
    length: int | None = None,
    n_draws: int = 2000,
    level: float = 0.95,
    method: Literal["score", "percentile"] = "score",
    seed: int,
) -> pd.DataFrame:
    r"""
    The share of paragraphs with each theme in each text, with its interval.

    Circular blocks of consecutive paragraphs are drawn with replacement, `n_draws` times. ``score`` is the interval to
    report: all shares that the observed one does not contradict, given a variance that is the largest of three: that
    of independent paragraphs, that of the block draws, and that of a theme which runs as long as `run_lengths` says
    (`score_interval`). It is never empty, also when no paragraph or every paragraph has the theme. ``percentile`` takes
    the quantiles of the draws; it is far too short in texts as short as these, and is here for comparison.

    Parameters
    ----------
    length : int, optional
        Paragraphs in a block; by default `best_block_length` for each theme and text.

    Returns
    -------
    DataFrame, one row per text and theme
        ``doc_id``, ``theme``, ``count``, ``n``, ``share``, ``low``, ``high``, ``se`` (standard deviation of the
        drawn shares), ``run_length``, ``block_length``, ``design_effect``
        (variance relative to that of independent paragraphs).

    Raises
    ------
    InputError : as in `run_lengths`, or if an option is out of range
    """
    texts = arrange(indicators, documents)
    check_choice(method, "method", ["score", "percentile"])
    check_level(level)
    check_at_least("n_draws", n_draws, 1)
    counts, n = texts.sums(texts.present), texts.sizes[:, None]
    share = counts / n
    stayed, ended = transitions(texts)
    run_length = mean_run_length(stayed, ended)
    block_length = best_block_length(n, run_length, share) if length is None else np.full(share.shape, length)
    block_length = np.minimum(block_length, n)
    check_at_least("length", int(block_length.min()), 1)
    se, low, high = _draw_shares(texts, block_length, n_draws, level, np.random.default_rng(seed))
    spread = share * (1 - share) / n
    drawn = np.where(spread > 0, se**2 / np.where(spread > 0, spread, 1), 1.0)
    design_effect = np.maximum(np.maximum(1, drawn), run_design_effect(share, run_length))
    if method == "score":
        runs = np.minimum(ended + BORROWED_RUNS, ended.sum(axis=0) + 1)
        t = t_quantile(level, run_length, design_effect, runs)
        low, high = score_interval(share, n, t, run_length=run_length, least=drawn)
    table = {"count": counts.astype(int), "n": np.broadcast_to(n, share.shape)}
    table |= {"share": share, "low": low, "high": high}
    table |= {"se": se, "run_length": run_length, "block_length": block_length, "design_effect": design_effect}
    return _tidy(texts, table)


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


def window_quantile(indicators: pd.DataFrame, documents: pd.Series, tokens: pd.Series, *, short: str) -> pd.DataFrame:
    """
    Whether a short text has more of a theme than excerpts of its own length from the longer texts.

    From every paragraph of a longer text on, as many consecutive paragraphs are taken as come nearest to the number
    of tokens of the `short` text. ``quantile`` is the share of these windows whose share of paragraphs with the theme
    lies below that of the short text; windows with the same share count half (mid-rank).

    Parameters
    ----------
    tokens : Series
        Number of tokens of each paragraph.

    Returns
    -------
    DataFrame, one row per longer text and theme; none for texts shorter than `short`
        ``doc_id``, ``theme``, ``share_short``, ``windows``, ``window_share`` (mean over windows), ``window_low``,
        ``window_high`` (least and most), ``quantile`` (0: every window has more of the theme; 1: every one has less).

    Raises
    ------
    InputError : if `short` is no text, or tokens are negative or have other rows than `documents`
    """
    texts = arrange(indicators, documents)
    check_choice(short, "short", texts.names)
    weight = aligned(tokens, documents, "tokens").to_numpy(dtype=float)[reading_order(documents)[0]]
    if not (weight >= 0).all():
        raise InputError("tokens", "a negative or missing number", allowed="0 or more", remedy="Count tokens again.")
    share_short = texts.rows(texts.names.index(short)).mean(axis=0)
    target = texts.sums(weight)[texts.names.index(short)]
    tables = []
    for text, name in enumerate(texts.names):
        own = weight[texts.starts[text] : texts.starts[text] + texts.sizes[text]]
        if name == short or own.sum() < target:
            continue
        windows = _window_shares(texts.rows(text), own, target)
        below, equal = windows < share_short - TIE, np.abs(windows - share_short) <= TIE
        table = {"doc_id": name, "theme": texts.themes, "share_short": share_short, "windows": len(windows)}
        table |= {"window_share": windows.mean(axis=0), "window_low": windows.min(axis=0)}
        table |= {"window_high": windows.max(axis=0), "quantile": (below + equal / 2).mean(axis=0)}
        tables.append(pd.DataFrame(table))
    columns = ["doc_id", "theme", "share_short", "windows", "window_share", "window_low", "window_high", "quantile"]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)


def verdict(changes: pd.DataFrame, *, min_units: int = 10, level: float = 0.05) -> pd.DataFrame:
    """
    What may be said of each change, by a rule fixed before looking.

    "too few to tell" when fewer than `min_units` paragraphs of the two texts together have the theme; otherwise
    "differs" when the p-value adjusted for all comparisons is at most `level`, "holds with reservations" when only the
    single p-value is, "inconclusive" when neither is. A difference between texts is not a trend.

    Parameters
    ----------
    changes : DataFrame
        The table of `change_test`.

    Returns
    -------
    DataFrame : the same rows with ``direction`` ("more", "less" or "same", of the later text) and ``verdict``

    Examples
    --------
    >>> changes = pd.DataFrame({"count_before": [20, 2], "count_after": [3, 1], "difference": [-0.2, -0.1],
    ...                         "p": [0.001, 0.3], "p_adjusted": [0.01, 0.9]})
    >>> verdict(changes)[["direction", "verdict"]].values.tolist()
    [['less', 'differs'], ['less', 'too few to tell']]
    """
    few = changes["count_before"] + changes["count_after"] < min_units
    rules = [few, changes["p_adjusted"] <= level, changes["p"] <= level]
    words: list[Verdict] = ["too few to tell", "differs", "holds with reservations"]
    direction = np.select([changes["difference"] > TIE, changes["difference"] < -TIE], ["more", "less"], "same")
    return changes.assign(direction=direction, verdict=np.select(rules, words, "inconclusive"))


def _draw_shares(
    texts: Texts, block_length: np.ndarray, n_draws: int, level: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Standard deviation and outer quantiles of the block-bootstrap shares, each (texts, themes)."""
    outer = [(1 - level) / 2, (1 + level) / 2]
    result = np.empty((3, *block_length.shape))
    for text, theme in np.ndindex(block_length.shape):
        drawn = _circular_draws(texts.rows(text)[:, theme], int(block_length[text, theme]), n_draws, rng)
        result[:, text, theme] = [drawn.std(), *np.quantile(drawn, outer)]
    return result[0], result[1], result[2]


def _circular_draws(values: np.ndarray, length: int, n_draws: int, rng: np.random.Generator) -> np.ndarray:
    """Shares of texts as long as this one, put together from circular blocks of it (the last one cut to fit)."""
    n = len(values)
    n_blocks = -(-n // length)
    before = np.concatenate([[0], np.cumsum(np.concatenate([values, values[:length]]), dtype=np.int64)])
    whole = before[length : length + n] - before[:n]
    rest = n - (n_blocks - 1) * length
    part = before[rest : rest + n] - before[:n]
    shares, batch = np.empty(n_draws), max(1, BATCH // n_blocks)
    for first in range(0, n_draws, batch):
        start = rng.integers(n, size=(min(batch, n_draws - first), n_blocks))
        shares[first : first + batch] = (whole[start[:, 1:]].sum(axis=1) + part[start[:, 0]]) / n
    return shares


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


def _window_shares(values: np.ndarray, weight: np.ndarray, target: float) -> np.ndarray:
    """Theme shares of the windows of about `target` tokens, one from each paragraph that has as many after it."""
    upto = np.concatenate([[0.0], np.cumsum(weight)])
    start = np.flatnonzero(upto[-1] - upto[:-1] >= target - TIE)
    stop = np.clip(np.searchsorted(upto, upto[start] + target), start + 1, len(weight))
    shorter = np.maximum(stop - 1, start + 1)
    stop = np.where(upto[start] + target - upto[shorter] < upto[stop] - upto[start] - target, shorter, stop)
    count = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    return (count[stop] - count[start]) / (stop - start)[:, None]


def _tidy(texts: Texts, table: dict[str, np.ndarray]) -> pd.DataFrame:
    """Arrays (texts, themes) as columns of one row per text and theme."""
    keys = {"doc_id": np.repeat(texts.names, len(texts.themes)), "theme": np.tile(texts.themes, len(texts.names))}
    return pd.DataFrame(keys | {name: np.asarray(values).ravel() for name, values in table.items()})


def _known(paragraphs: pd.DataFrame, column: str) -> pd.Series:
    if column not in paragraphs:
        raise InputError("paragraphs", f"no column {column!r}", allowed="the paragraphs of a corpus", remedy="Add it.")
    return paragraphs[column]
