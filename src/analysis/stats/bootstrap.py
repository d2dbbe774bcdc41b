"""Blocks of paragraphs, and intervals of shares by block bootstrap."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from analysis.inputs import InputError, check_at_least, check_choice, check_level
from analysis.stats.proportions import (
    BORROWED_RUNS,
    ROUNDING,
    Texts,
    aligned,
    arrange,
    autocorrelation,
    best_block_length,
    mean_run_length,
    previous_paragraph,
    reading_order,
    run_design_effect,
    score_interval,
    t_quantile,
    transitions,
)

# With 5 blocks in each of two texts p can be as small as .008, with 3 no smaller than .1. Runs are as long as the
# sections of the texts for which the tests were simulated (150 paragraphs in 39 sections, benchmarks/README.md).
LEAST_BLOCKS, RUN = 5, 4
# Numbers held at once while drawing (some 30 MB).
BATCH = 4_000_000


def run_lengths(incidence: pd.DataFrame, documents: pd.Series) -> pd.DataFrame:
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
    InputError : if the incidence table is empty or not true/false, or do not have the rows of `documents`

    Examples
    --------
    >>> cyber = pd.DataFrame({"cyber": [1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 0]}, dtype=bool)
    >>> run_lengths(cyber, pd.Series(["2018"] * 12))[["count", "runs", "run_length"]].to_numpy().round(2).tolist()
    [[6.0, 2.0, 2.97]]
    """
    texts = arrange(incidence, documents)
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


def make_blocks(paragraphs: pd.DataFrame) -> pd.Series:
    """
    The blocks of paragraphs that tests move between texts and that resampling draws: sections where there are enough.

    A text has its sections as blocks if `LEAST_BLOCKS` of them hold paragraphs. Any other text, such as a plain one,
    which is a single section, is cut into runs of about `RUN` consecutive paragraphs (`run_blocks`), into shorter ones
    where that makes fewer than `LEAST_BLOCKS`. Moving one block between texts could show nothing
    (`permutation.least_p`). Blocks shorter than a theme runs are allowed for by the tests.

    Parameters
    ----------
    paragraphs : DataFrame, one row per paragraph, in reading order
        Columns ``doc_id`` and ``section_id`` (no two texts share one).

    Returns
    -------
    Series of str with the index of `paragraphs`

    Raises
    ------
    InputError : if a column is missing

    Examples
    --------
    >>> plain = pd.DataFrame({"doc_id": ["A"] * 11, "section_id": ["A-s01"] * 11})
    >>> make_blocks(plain).value_counts(sort=False).to_dict()
    {'A-b1': 3, 'A-b2': 2, 'A-b3': 2, 'A-b4': 2, 'A-b5': 2}
    """
    sections, documents = (_known(paragraphs, name).astype(str) for name in ("section_id", "doc_id"))
    n = documents.groupby(documents).transform("size").astype(int)
    n_blocks = (n / RUN).round().clip(lower=n.clip(upper=LEAST_BLOCKS))
    enough = sections.groupby(documents).transform("nunique").astype(int) >= LEAST_BLOCKS
    return sections.where(enough, _cut(documents, n_blocks.astype(int))).rename("block")


def run_blocks(paragraphs: pd.DataFrame, length: int, *, offset: int = 0) -> pd.Series:
    """
    Blocks of about `length` consecutive paragraphs.

    A text is cut into parts that differ by one paragraph at most. With an `offset` the cuts move on, and the block
    that meets the end of the text goes on at its beginning.

    Examples
    --------
    >>> run_blocks(pd.DataFrame({"doc_id": ["A"] * 7}), 3, offset=1).tolist()
    ['A-b2', 'A-b1', 'A-b1', 'A-b1', 'A-b1', 'A-b2', 'A-b2']
    """
    check_at_least("length", length, 1)
    documents = _known(paragraphs, "doc_id").astype(str)
    n = documents.groupby(documents).transform("size").astype(int)
    return _cut(documents, (n / length).round().clip(lower=1).astype(int), offset)


def _cut(documents: pd.Series, n_blocks: pd.Series, offset: int = 0) -> pd.Series:
    """Each text in so many parts of consecutive paragraphs, named by text and number."""
    by_text = documents.groupby(documents, sort=False)
    n = by_text.transform("size").astype(int)
    number = ((by_text.cumcount() - offset) % n) * n_blocks // n + 1
    return (documents + "-b" + number.astype(str)).rename("block")


def share_intervals(
    incidence: pd.DataFrame,
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
    texts = arrange(incidence, documents)
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
    bootstrap_effect = np.where(spread > 0, se**2 / np.where(spread > 0, spread, 1), 1.0)
    design_effect = np.maximum(np.maximum(1, bootstrap_effect), run_design_effect(share, run_length))
    if method == "score":
        runs = np.minimum(ended + BORROWED_RUNS, ended.sum(axis=0) + 1)
        t = t_quantile(level, run_length, design_effect, runs)
        low, high = score_interval(share, n, t, run_length=run_length, least=bootstrap_effect)
    table = {"count": counts.astype(int), "n": np.broadcast_to(n, share.shape)}
    table |= {"share": share, "low": low, "high": high}
    table |= {"se": se, "run_length": run_length, "block_length": block_length, "design_effect": design_effect}
    return _tidy(texts, table)


def window_quantile(incidence: pd.DataFrame, documents: pd.Series, tokens: pd.Series, *, short: str) -> pd.DataFrame:
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
    texts = arrange(incidence, documents)
    check_choice(short, "short", texts.names)
    weight = aligned(tokens, documents, "tokens").to_numpy(dtype=float)[reading_order(documents)[0]]
    if not (weight >= 0).all():
        raise InputError("tokens", "a negative or missing number", allowed="0 or more", remedy="Count tokens again.")
    share_short = texts.rows(texts.names.index(short)).mean(axis=0)
    target = texts.sums(weight)[texts.names.index(short)]
    tables = []
    for text, name in enumerate(texts.names):
        n_tokens = weight[texts.starts[text] : texts.starts[text] + texts.sizes[text]]
        if name == short or n_tokens.sum() < target:
            continue
        windows = _window_shares(texts.rows(text), n_tokens, target)
        below, equal = windows < share_short - ROUNDING, np.abs(windows - share_short) <= ROUNDING
        table = {"doc_id": name, "theme": texts.themes, "share_short": share_short, "windows": len(windows)}
        table |= {"window_share": windows.mean(axis=0), "window_low": windows.min(axis=0)}
        table |= {"window_high": windows.max(axis=0), "quantile": (below + equal / 2).mean(axis=0)}
        tables.append(pd.DataFrame(table))
    columns = ["doc_id", "theme", "share_short", "windows", "window_share", "window_low", "window_high", "quantile"]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)


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


def _window_shares(values: np.ndarray, weight: np.ndarray, target: float) -> np.ndarray:
    """Theme shares of the windows of about `target` tokens, one from each paragraph that has as many after it."""
    upto = np.concatenate([[0.0], np.cumsum(weight)])
    start = np.flatnonzero(upto[-1] - upto[:-1] >= target - ROUNDING)
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
