"""
Intervals for a share of paragraphs that depend on their neighbours.

A theme, once begun, goes on for a while. A text in which it runs L paragraphs says as much about its share p as a text
of independent paragraphs :math:`2L(1 - p) - 1` times shorter. Below: how runs are counted, and
the intervals that follow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtrit

from analysis.inputs import InputError, check_level

# A text's run length is learnt from its own runs and two more of its theme's mean length: with fewer, texts of some
# 30 paragraphs rest on one or two runs; with more, a text whose runs differ from the others' is misjudged.
BORROWED_RUNS = 2
# The variance of a share never counts as known worse than this: a theme without any run has no bound at all otherwise.
LEAST_DF = 4
# Statistics nearer to each other than this are equal: ratios of the same integers may differ in their last bits.
ROUNDING = 1e-11


@dataclass(frozen=True)
class Texts:
    """A checked incidence table, sorted so that each text is one stretch of rows."""

    present: np.ndarray  # (paragraphs, themes), bool
    starts: np.ndarray  # (texts,), first row of each text
    sizes: np.ndarray  # (texts,), its number of paragraphs
    names: list[str]  # of the texts, as they first appear
    themes: list[str]

    def rows(self, text: int) -> np.ndarray:
        return self.present[self.starts[text] : self.starts[text] + self.sizes[text]]

    def sums(self, per_row: np.ndarray) -> np.ndarray:
        return np.add.reduceat(per_row, self.starts, axis=0, dtype=float)


def best_block_length(n: np.ndarray, run_length: np.ndarray, share: np.ndarray) -> np.ndarray:
    r"""
    The block length that estimates the variance of a share best, for a theme that runs `run_length` paragraphs.

    :math:`b = (6\lambda^2 / (1 - \lambda^2)^2 \cdot n)^{1/3}` with :math:`\lambda = 1 - 1/(L(1 - p))`, the correlation
    of neighbours in a two-state Markov chain (Politis & White 2004, with the correction of Patton, Politis & White
    2009, for the circular block bootstrap). At least 1, at most a third of the text.

    Examples
    --------
    >>> best_block_length(np.array([26, 84, 84]), np.array([3, 3, 1.25]), np.array([0.2, 0.2, 0.2])).tolist()
    [5, 8, 1]
    """
    neighbours = np.clip(1 - 1 / (run_length * np.maximum(1 - share, ROUNDING)), 0, 0.95)
    best = np.cbrt(6 * neighbours**2 / (1 - neighbours**2) ** 2 * n)
    return np.clip(np.ceil(best - ROUNDING), 1, np.maximum(1, n // 3)).astype(int)


def run_design_effect(share: np.ndarray, run_length: np.ndarray) -> np.ndarray:
    r"""
    How many times the variance of a share exceeds that of independent paragraphs: :math:`2L(1 - p) - 1`, at least 1.

    In a two-state Markov chain neighbours correlate :math:`\lambda = 1 - 1/(L(1 - p))`, and
    :math:`(1 + \lambda)/(1 - \lambda) = 2L(1 - p) - 1` (the design effect of Miao & Gastwirth 2004, in terms of runs).

    Examples
    --------
    >>> run_design_effect(np.array([0.2, 0.2, 0.5]), np.array([1.25, 3, 1])).round(9).tolist()
    [1.0, 3.8, 1.0]
    """
    return np.maximum(1, 2 * run_length * (1 - share) - 1)


def score_interval(
    share: np.ndarray,
    n: np.ndarray | int,
    quantile: np.ndarray | float,
    *,
    run_length: np.ndarray | float = 1.0,
    least: np.ndarray | float = 1.0,
) -> tuple[np.ndarray, np.ndarray]:
    r"""
    Wilson's interval for a share, when themes run on.

    All p with :math:`(\hat p - p)^2 \le t^2\, p(1 - p)\, D(p) / n`, where :math:`D(p)` is `run_design_effect` at p, or
    `least` if that is larger. With runs of 1 and `least` 1 it is Wilson's. Between 0 and 1, always contains `share`.

    Examples
    --------
    >>> low, high = score_interval(np.array([0.0, 0.3]), 26, 1.96, run_length=3)
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, 0.079], [0.315, 0.55])
    """
    share, n, t, run_length, least = np.broadcast_arrays(
        *(np.asarray(value, dtype=float) for value in (share, n, quantile, run_length, least))
    )

    def end(inside: np.ndarray, outside: np.ndarray) -> np.ndarray:
        # (p̂ − p)² / D(p)p(1 − p) grows on the way from p̂ to 0 and to 1, so halving finds the one p where it meets t²/n.
        for _ in range(50):
            p = (inside + outside) / 2
            variance = p * (1 - p) * np.maximum(least, run_design_effect(p, run_length)) / n
            fits = (share - p) ** 2 <= t**2 * variance
            inside, outside = np.where(fits, p, inside), np.where(fits, outside, p)
        return inside

    low = np.where(share > 0, end(share, np.zeros_like(share)), 0.0)
    high = np.where(share < 1, end(share, np.ones_like(share)), 1.0)
    return low, high


def wilson_interval(count: np.ndarray, n: np.ndarray, *, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    r"""
    Wilson's score interval for a share of independent units (Wilson 1927); from 0 to 1 where n is 0.

    :math:`\left(\hat p + z^2/2n \pm z\sqrt{\hat p(1 - \hat p)/n + z^2/4n^2}\right) / (1 + z^2/n)`

    Examples
    --------
    >>> low, high = wilson_interval(np.array([8, 0]), np.array([10, 0]))
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.4902, 0.0], [0.9433, 1.0])
    """
    check_level(level)
    count, n = np.asarray(count, dtype=float), np.asarray(n, dtype=float)
    z, size = ndtri((1 + level) / 2), np.where(n > 0, n, 1)
    p = count / size
    middle = p + z**2 / (2 * size)
    half = z * np.sqrt(p * (1 - p) / size + z**2 / (4 * size**2))
    low, high = (middle - half) / (1 + z**2 / size), (middle + half) / (1 + z**2 / size)
    low, high = np.where(count > 0, low, 0.0), np.where(count < n, high, 1.0)
    return np.clip(low, 0, p), np.where(n > 0, np.clip(high, p, 1), 1.0)


def arrange(incidence: pd.DataFrame, documents: pd.Series) -> Texts:
    """The paragraphs of each text together, in their order, once they are known to be true/false and complete."""
    if incidence.empty:
        raise InputError(
            "incidence", "no rows or no columns", allowed="a row per paragraph", remedy="Check the corpus."
        )
    documents = aligned(documents, incidence, "documents")
    values = incidence.to_numpy()
    if not np.isin(values, (0, 1)).all():
        raise InputError(
            "incidence", "other values than true and false", allowed="0/1", remedy="Compare counts with 0."
        )
    order, starts, names = reading_order(documents)
    sizes = np.diff(np.append(starts, len(values)))
    return Texts(values.astype(bool)[order], starts, sizes, names, [str(theme) for theme in incidence.columns])


def reading_order(documents: pd.Series) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Row order that makes each text one stretch of rows, the first row of each, and names as they first appear."""
    codes, names = pd.factorize(documents)
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    return order, starts, [str(name) for name in names]


def previous_paragraph(texts: Texts) -> np.ndarray:
    """Whether the paragraph before has the theme; the first of a text has none before."""
    previous = np.vstack([np.zeros_like(texts.present[:1]), texts.present[:-1]])
    previous[texts.starts] = False
    return previous


def transitions(texts: Texts) -> tuple[np.ndarray, np.ndarray]:
    """How often, per text and theme, a paragraph with the theme is followed by one with it, and by one without."""
    previous = previous_paragraph(texts)
    return texts.sums(previous & texts.present), texts.sums(previous & ~texts.present)


def mean_run_length(stayed: np.ndarray, ended: np.ndarray) -> np.ndarray:
    """
    Mean run length per text and theme: paragraphs from which a run could go on, by runs that ended.

    A theme borrows one run of the mean length over all themes, a text `BORROWED_RUNS` of its theme's.
    """
    overall = (stayed.sum() + ended.sum() + 1) / (ended.sum() + 0.5)  # Jeffreys' half a run of either kind
    by_theme = (stayed.sum(axis=0) + ended.sum(axis=0) + overall) / (ended.sum(axis=0) + 1)
    return (stayed + ended + BORROWED_RUNS * by_theme) / (ended + BORROWED_RUNS)


def autocorrelation(values: np.ndarray) -> np.ndarray:
    """Sum of autocorrelations of one text, per theme, up to the first pair of lags (2m, 2m+1) whose sum is negative."""
    centred = values - values.mean(axis=0)
    power = (centred**2).sum(axis=0)
    total, going = np.full(len(power), -1.0), power > 0
    for lag in range(0, len(values) - 1, 2):
        pair = sum((centred[: len(values) - h] * centred[h:]).sum(axis=0) for h in (lag, lag + 1))
        pair = pair / np.where(power > 0, power, 1)
        going &= pair > 0
        if not going.any():
            break
        total += np.where(going, pair, 0)
    return np.maximum(0, total)


def t_quantile(level: float, run_length: np.ndarray, design_effect: np.ndarray, runs: np.ndarray) -> np.ndarray:
    """
    Student's quantile for a variance learnt from `runs` runs.

    Run lengths are geometric, so that Var(L)/L² = (1 − 1/L)/K; the design effect D then varies (1 + 1/D) times as much,
    and Satterthwaite's degrees of freedom are 2 / (relative variance).
    """
    relative_variance = (1 - 1 / run_length) / runs * (1 + 1 / design_effect) ** 2
    df = np.maximum(LEAST_DF, 2 / np.maximum(relative_variance, 1e-6))
    return np.asarray(stdtrit(df, (1 + level) / 2))


def aligned(series: pd.Series, like: pd.DataFrame | pd.Series, name: str) -> pd.Series:
    if len(series) != len(like) or not series.index.equals(like.index) or series.isna().any():
        found = f"{len(series)} rows, {int(series.isna().sum())} missing, or another index"
        raise InputError(name, found, allowed=f"the {len(like)} paragraphs", remedy="Take it from the same table.")
    return series
