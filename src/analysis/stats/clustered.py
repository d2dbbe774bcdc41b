r"""
How sure we are of a share of units that come in blocks: sentences of a section, whose errors have one cause.

Drawing blocks with replacement shows how errors cluster, but only where there are errors: with none every draw is the
same, and the interval [1, 1]. So the interval here is Wilson's on the number of independent units that would tell as
much: n divided by a design effect, the largest of three. They are 1; the variance of the share over blocks (what
drawing blocks would show, in closed form); and Kish's :math:`1 + (m - 1)\rho` with a correlation of errors within
blocks that is learnt from all themes together and never taken to be below `LEAST_CORRELATION`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from analysis.inputs import check_level
from analysis.stats.proportions import LEAST_DF, score_interval

# Where errors are few nobody knows how they cluster; none at all would be a claim (see benchmarks/validation.py).
LEAST_CORRELATION = 0.1


@dataclass(frozen=True)
class Rate:
    """A share of units, with its interval and the number of independent units that would tell as much."""

    share: float  # missing (NaN) without units
    low: float
    high: float
    effective_n: float
    total: float  # sum of the weights: how many units of the whole it stands for


def block_rate(
    values: np.ndarray,
    blocks: np.ndarray,
    weights: np.ndarray | None = None,
    *,
    correlation: float = LEAST_CORRELATION,
    level: float = 0.95,
) -> Rate:
    r"""
    The share of units with a value, with an interval for units in blocks.

    Student's quantile stands for Wilson's normal one, with a degree of freedom less than there are blocks (at least 4).

    Parameters
    ----------
    values : array of 0 and 1, one per unit
    blocks : array, the block of each unit
    weights : array, optional
        How many units of the whole each stands for: 1 / its chance to be drawn.
    correlation : float
        Of errors of one block, from `block_correlation`.

    Examples
    --------
    >>> rate = block_rate(np.array([1, 1, 1, 1, 1, 1, 1, 1]), np.array([1, 1, 2, 2, 3, 3, 4, 4]))
    >>> rate.share, round(rate.low, 2), rate.high, round(rate.effective_n, 2)
    (1.0, 0.49, 1.0, 7.27)
    """
    check_level(level)
    y = np.asarray(values, dtype=float)
    w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=float)
    if not len(y):
        return Rate(float("nan"), 0.0, 1.0, 0.0, 0.0)
    codes = np.unique(blocks, return_inverse=True)[1]
    p, n, n_blocks = float(np.clip((w * y).sum() / w.sum(), 0, 1)), len(y), int(codes.max()) + 1
    together = np.bincount(codes, w)
    effect = (n * (w**2).sum() + correlation * n * ((together**2).sum() - (w**2).sum())) / w.sum() ** 2
    if 0 < p < 1 and n_blocks > 1:
        spread = (np.bincount(codes, w * (y - p)) ** 2).sum() * n_blocks / (n_blocks - 1) / w.sum() ** 2
        effect = max(effect, spread / (p * (1 - p) / n))
    effective_n = n / max(1.0, effect)
    t = float(stdtrit(max(LEAST_DF, n_blocks - 1), (1 + level) / 2))
    low, high = score_interval(np.array(p), np.array(effective_n), t)
    return Rate(p, float(low), float(high), float(effective_n), float(w.sum()))


def block_correlation(groups: Iterable[tuple[np.ndarray, np.ndarray]]) -> float:
    r"""
    How alike units of one block are, in several groups of units taken together.

    :math:`\rho = \sum_{g,b}\sum_{i \ne j \in b}(y_i - p_g)(y_j - p_g) \,/\, \sum_{g,b} m_b(m_b - 1)p_g(1 - p_g)`, from
    `LEAST_CORRELATION` (also where no group varies) to 1 (blocks are wholly right or wholly wrong).

    Parameters
    ----------
    groups : pairs of values (0 and 1) and blocks, such as one pair per theme

    Examples
    --------
    >>> block_correlation([(np.array([1, 1, 1, 0, 0, 0]), np.array([1, 1, 1, 2, 2, 2]))])
    1.0
    """
    pairs = scale = 0.0
    for values, blocks in groups:
        if not len(values):
            continue
        codes = np.unique(blocks, return_inverse=True)[1]
        p, sizes = float(np.mean(values)), np.bincount(codes)
        gap = np.asarray(values, dtype=float) - p
        pairs += float((np.bincount(codes, gap) ** 2).sum() - (gap**2).sum())
        scale += p * (1 - p) * float((sizes * (sizes - 1)).sum())
    return float(np.clip(pairs / scale, LEAST_CORRELATION, 1)) if scale > 0 else LEAST_CORRELATION
