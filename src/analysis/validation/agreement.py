"""
Agreement between codings of the same sentences; `analysis.validation.accuracy` holds the dictionary against them.

Codings are tables with one row per sentence and a column per coder (a person, or a run of a model), for one theme.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
    Krippendorff's :math:`\alpha = 1 - D_o / D_e`: how far coders agree beyond chance (Krippendorff 2011).

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
    units = np.arange(len(counts)) if blocks is None else aligned(blocks, codes, "blocks").to_numpy()[twice]
    number, names = pd.factorize(units)
    coincidences = np.zeros((len(names), len(domain), len(domain)))
    np.add.at(coincidences, number, _coincidences(counts))
    rng = np.random.default_rng(seed)
    drawn = rng.integers(len(names), size=(n_draws, len(names)))
    times = np.array([np.bincount(row, minlength=len(names)) for row in drawn])  # each block in each draw
    value = float(_alpha(coincidences.sum(axis=0), domain, level))
    alphas = _alpha(np.tensordot(times, coincidences, axes=1), domain, level)
    defined = alphas[~np.isnan(alphas)]
    low, high = np.quantile(defined, [(1 - confidence) / 2, (1 + confidence) / 2]) if len(defined) else (np.nan, np.nan)
    if blocks is not None and level == "nominal":
        low = min(low, _least_alpha(counts, value, units, confidence))
    return Alpha(value, float(low), float(high), len(counts), 1 - len(defined) / n_draws)


def _coincidences(counts: np.ndarray) -> np.ndarray:
    """
    Coincidence matrix of each unit: ordered pairs of its values, each by 1 / (values of the unit - 1).

    counts : array (units, values), how many codings gave the unit the value; returns an array (units, values, values)
    whose sum over either axis of values is `counts`.
    """
    pairs = counts[:, :, None] * (counts[:, None, :] - np.eye(counts.shape[1]))
    return np.asarray(pairs / (counts.sum(axis=1) - 1)[:, None, None])


def _alpha(coincidences: np.ndarray, domain: np.ndarray, level: Level) -> np.ndarray:
    r"""
    :math:`\alpha = 1 - (n - 1) \sum_{ck} o_{ck} \delta^2_{ck} / \sum_{ck} n_c n_k \delta^2_{ck}` (Krippendorff 2011).

    coincidences : array (..., values, values), a matrix or a stack of them; `domain` has the values, ascending.
    NaN where only one value occurs, for then nothing could disagree.
    """
    per_value = coincidences.sum(axis=-1)
    delta = _squared_differences(per_value, domain, level)
    observed = (coincidences * delta).sum(axis=(-2, -1))
    expected = (per_value[..., :, None] * per_value[..., None, :] * delta).sum(axis=(-2, -1))
    varies = (per_value > 0).sum(axis=-1) > 1
    return np.where(varies, 1 - (per_value.sum(axis=-1) - 1) * observed / np.where(varies, expected, 1), np.nan)


def _squared_differences(per_value: np.ndarray, domain: np.ndarray, level: Level) -> np.ndarray:
    """How far apart two values are; on the ordinal level by their mid-ranks."""
    values = per_value.cumsum(axis=-1) - per_value / 2 if level == "ordinal" else domain
    difference = values[..., :, None] - values[..., None, :]
    if level == "nominal":
        return difference != 0
    if level == "ratio":
        total = values[:, None] + values
        difference = difference / np.where(total == 0, 1, total)
    return np.asarray(difference**2)


def _least_alpha(counts: np.ndarray, alpha: float, blocks: np.ndarray, confidence: float) -> float:
    """The lowest nominal alpha that the share of units with a disagreement does not contradict."""
    sizes, per_value = counts.sum(axis=1), counts.sum(axis=0)
    n = sizes.sum()
    expected = 1 - (per_value * (per_value - 1)).sum() / (n * (n - 1))
    differ = counts.max(axis=1) < sizes
    each = (1 - alpha) * expected / differ.mean() if differ.any() else 2 / sizes.mean()
    return float(1 - block_rate(differ, blocks, level=confidence).high * each / expected) if expected > 0 else alpha
