"""
Whether coders agree with each other; `analysis.validation.accuracy` says whether the dictionary agrees with them.

Codings are tables with one row per sentence and a column per coder, for one theme.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import krippendorff
import numpy as np
import pandas as pd

from analysis.inputs import InputError, check_at_least, check_choice, check_level
from analysis.stats.clustered import block_rate
from analysis.stats.proportions import aligned

Level = Literal["nominal", "ordinal", "interval", "ratio"]


@dataclass(frozen=True)
class Alpha:
    """Krippendorff's alpha with its interval; missing (NaN) where all values are the same."""

    value: float
    low: float
    high: float
    units: int  # coded by two coders at least
    undefined: float  # share of bootstrap draws without any variation, left out of the interval


def krippendorff_alpha(
    codes: pd.DataFrame,
    level: Level = "nominal",
    *,
    blocks: pd.Series | None = None,
    n_draws: int = 1000,
    confidence: float = 0.95,
    seed: int,
) -> Alpha:
    r"""
    Krippendorff's :math:`\alpha = 1 - D_o / D_e`: how far coders agree beyond chance.

    1 is perfect agreement, 0 what chance would give, below 0 less. The usual bars are .80 to rely on and .667 for
    tentative conclusions (Krippendorff 2004). The interval draws units with replacement, which takes units next to each
    other in a text as independent; with `blocks` it draws whole blocks. Where coders hardly differ all draws are alike,
    so with `blocks` the lower end of a nominal alpha is at most :math:`1 - \bar q d / D_e`: :math:`\bar q` is the upper
    end of the share of units with a disagreement (`analysis.stats.clustered.block_rate`) and d what such a unit adds to
    :math:`D_o` (2 by the number of coders, where there is none). For a rare theme alpha rests on few units: look at the
    interval.

    Parameters
    ----------
    codes : DataFrame, one row per unit, one column per coder
        Numbers; missing where a coder did not code the unit.
    level : str
        Level of measurement, which decides how far apart two values are.
    blocks : Series, optional
        The block of each unit, such as its section.

    Raises
    ------
    InputError : if there are fewer than two coders, no unit was coded by two, or blocks have other rows than `codes`

    Examples
    --------
    >>> codes = pd.DataFrame({"A": [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], "B": [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]})
    >>> round(krippendorff_alpha(codes, seed=1).value, 6)
    0.095238
    """
    check_choice(level, "level", ["nominal", "ordinal", "interval", "ratio"])
    check_level(confidence)
    check_at_least("n_draws", n_draws, 1)
    values = codes.to_numpy(dtype=float)
    domain = np.unique(values[~np.isnan(values)])
    counts = (values[:, :, None] == domain).sum(axis=1)
    twice = counts.sum(axis=1) >= 2
    counts = counts[twice]
    if codes.shape[1] < 2 or not len(counts):
        raise InputError(
            "codes",
            f"{codes.shape[1]} coders and {len(counts)} units coded twice",
            allowed="two coders and a unit both coded",
            remedy="Add codings.",
        )
    own = np.arange(len(counts)) if blocks is None else aligned(blocks, codes, "blocks").to_numpy()[twice]
    value = _alpha(counts, domain, level)
    drawn = _draw_alphas(counts, domain, level, own, n_draws, np.random.default_rng(seed))
    defined = drawn[~np.isnan(drawn)]
    low, high = np.quantile(defined, [(1 - confidence) / 2, (1 + confidence) / 2]) if len(defined) else (np.nan, np.nan)
    if blocks is not None and level == "nominal":
        low = min(low, _least_alpha(counts, value, own, confidence))
    return Alpha(value, float(low), float(high), len(counts), 1 - len(defined) / n_draws)


def _alpha(counts: np.ndarray, domain: np.ndarray, level: Level) -> float:
    """Alpha of units × values counts; NaN where only one value occurs, for then nothing could disagree."""
    if (counts.sum(axis=0) > 0).sum() < 2:
        return float("nan")
    return float(krippendorff.alpha(value_counts=counts, value_domain=domain, level_of_measurement=level))


def _draw_alphas(
    counts: np.ndarray, domain: np.ndarray, level: Level, blocks: np.ndarray, n_draws: int, rng: np.random.Generator
) -> np.ndarray:
    """Alpha of as many blocks as there are, drawn with replacement, again and again."""
    number, names = pd.factorize(blocks)
    drawn = rng.integers(len(names), size=(n_draws, len(names)))
    if level == "nominal":
        return _nominal_alphas(counts, number, drawn)
    members = [np.flatnonzero(number == block) for block in range(len(names))]
    return np.array([_alpha(counts[np.concatenate([members[block] for block in row])], domain, level) for row in drawn])


def _nominal_alphas(counts: np.ndarray, number: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Nominal alpha of each draw of blocks: both disagreements are sums over blocks, so no unit is looked at again."""
    sizes = counts.sum(axis=1)
    differing = (sizes**2 - (counts**2).sum(axis=1)) / (sizes - 1)  # ordered pairs of unlike codes
    per_block = np.zeros((drawn.shape[1], counts.shape[1] + 1))
    np.add.at(per_block, number, np.column_stack([counts, differing]))
    sums = np.array([per_block[row].sum(axis=0) for row in drawn])
    per_value, n = sums[:, :-1], sums[:, :-1].sum(axis=1)
    expected = 1 - (per_value * (per_value - 1)).sum(axis=1) / (n * (n - 1))
    varies = (per_value > 0).sum(axis=1) > 1
    return np.where(varies, 1 - sums[:, -1] / n / np.where(varies, expected, 1), np.nan)


def _least_alpha(counts: np.ndarray, alpha: float, blocks: np.ndarray, confidence: float) -> float:
    """The lowest nominal alpha that the share of units with a disagreement does not contradict."""
    sizes, per_value = counts.sum(axis=1), counts.sum(axis=0)
    n = sizes.sum()
    expected = 1 - (per_value * (per_value - 1)).sum() / (n * (n - 1))
    differ = counts.max(axis=1) < sizes
    each = (1 - alpha) * expected / differ.mean() if differ.any() else 2 / sizes.mean()
    return float(1 - block_rate(differ, blocks, level=confidence).high * each / expected) if expected > 0 else alpha
