r"""
Another drafting: would sections written anew say the same of two texts?

A text is taken as one draw of what its drafters could have written (Benoit, Laver & Mikhaylov 2009, AJPS 53, 495). Of
:math:`n_s` sentences of section s, :math:`y_s` have the theme:

.. math:: y_s \sim \mathrm{Bin}(n_s, \mathrm{logit}^{-1}(\mu_t + u_s)), \quad u_s \sim N(0, \sigma^2)

with :math:`\mu_t \sim N(-1, 2.5^2)` for each text and one :math:`\sigma \sim \mathrm{HalfNormal}(2.5)` for both. What
is compared is the mean share of new sections, :math:`m_t = E_u\,\mathrm{logit}^{-1}(\mu_t + u)`.

All integrals are sums over a grid of logits and of :math:`\sigma`: no sampler, no seed, and the same bytes each time.
``benchmarks/drafting.py`` says how often the probabilities are right.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erf, expit, log_expit, ndtr, ndtri

from analysis.inputs import InputError, check_level
from analysis.stats.threads import one_thread

CENTRE, SPREAD = -1.0, 2.5  # of the prior of a text's logit: .4 to 98 % of sentences in its middle 95 %
SIGMA = 2.5  # scale of the prior of sigma
LOGITS = (-12.0, 10.0)  # 4.4 standard deviations of the prior to each side
SIGMAS = (0.02, 12.0)  # sections that are as good as alike; sections that have the theme throughout or not at all
# On the study's texts half the step and twice the sigmas move a probability and the ends of intervals by at most .0005,
# in texts of 500 and of 3,600 sentences with sections alike an end by .002 and .005.
STEP, N_SIGMAS = 0.1, 32


@dataclass(frozen=True)
class Drafting:
    """What new sections of two texts would say, the second against the first."""

    probability: float  # that the second text has the theme more often, 0 to 1
    difference: float  # of the mean shares, second minus first, -1 to 1: posterior mean
    low: float  # its credible interval
    high: float
    sigma: float  # how far sections of one text lie apart, in logits: posterior mean


@dataclass(frozen=True)
class _Grid:
    logits: np.ndarray  # (G,)
    sigmas: np.ndarray  # (S,)
    prior: np.ndarray  # (S,), mass of each sigma
    kernel: np.ndarray  # (S, G, G): mass that a section of a text at logit mu (axis 1) has at each logit (axis 2)
    means: np.ndarray  # (S, G), mean share of new sections


def compare_drafts(
    before: tuple[ArrayLike, ArrayLike],
    after: tuple[ArrayLike, ArrayLike],
    *,
    level: float = 0.95,
    step: float = STEP,
    n_sigmas: int = N_SIGMAS,
) -> Drafting:
    """
    How sure it is that new sections of the second text would have a theme more often than those of the first.

    Sentences that are heaped in one section tell less than the same number over all: they also tell that sections lie
    far apart. So the probability rises with the difference only where the spread of the sections stays as it is.

    Parameters
    ----------
    before, after : two arrays each, one value per section: sentences with the theme, and sentences
        Sections without sentences say nothing.
    level : float
        Of the interval.
    step, n_sigmas : resolution of the grid, in logits, and in values of sigma

    Raises
    ------
    InputError : if a section has more sentences with the theme than sentences, or fewer than 0

    Examples
    --------
    >>> drafting = compare_drafts(([0, 1, 0, 1], [8, 8, 8, 8]), ([4, 3, 6, 5], [8, 8, 8, 8]))
    >>> round(drafting.probability, 3), round(drafting.low, 2), round(drafting.high, 2)
    (0.998, 0.2, 0.68)
    >>> round(compare_drafts(([2], [9]), ([2], [9])).probability, 9)
    0.5
    """
    check_level(level)
    with one_thread():
        grid = _make_grid(step, n_sigmas)
        first, second = (_posterior(*_checked(*text), grid) for text in (before, after))
        weights = grid.prior * first.sum(axis=1) * second.sum(axis=1)
        weights /= weights.sum()
        first, second = (text / np.maximum(text.sum(axis=1, keepdims=True), 1e-300) for text in (first, second))
        below = np.cumsum(first, axis=1) - first / 2
        low, high = _quantiles(first, second, weights, grid.means, [(1 - level) / 2, (1 + level) / 2])
        return Drafting(
            probability=float(weights @ (second * below).sum(axis=1)),
            difference=float(weights @ ((second - first) * grid.means).sum(axis=1)),
            low=low,
            high=high,
            sigma=float(weights @ grid.sigmas),
        )


def _checked(counts: ArrayLike, totals: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    y, n = np.broadcast_arrays(np.asarray(counts, dtype=float), np.asarray(totals, dtype=float))
    odd = ~((y >= 0) & (y <= n))
    if odd.any():
        at = odd.argmax()
        found = f"{y.flat[at]:g} of {n.flat[at]:g} sentences in a section"
        raise InputError("counts", found, allowed="0 to all of its sentences", remedy="Count again.")
    return y.ravel(), n.ravel()


@cache
def _make_grid(step: float, n_sigmas: int) -> _Grid:
    """The grid, and what does not depend on texts; a sigma or a logit stands for all that is nearest to it."""
    logits = np.arange(LOGITS[0], LOGITS[1] + step / 2, step)
    sigmas = np.geomspace(*SIGMAS, n_sigmas)
    bounds = np.concatenate([[0], np.sqrt(sigmas[1:] * sigmas[:-1]), [np.inf]])
    edges = (logits[1:] + logits[:-1]) / 2
    cumulated = ndtr((edges - logits[:, None]) / sigmas[:, None, None])
    kernel = np.diff(cumulated, prepend=0, append=1, axis=2)
    return _Grid(logits, sigmas, np.diff(erf(bounds / SIGMA / np.sqrt(2))), kernel, kernel @ expit(logits))


def _posterior(y: np.ndarray, n: np.ndarray, grid: _Grid) -> np.ndarray:
    """Prior times likelihood of each sigma and logit of a text, (S, G), the largest 1."""
    alike, repeats = np.unique(np.column_stack([y, n]), axis=0, return_counts=True)
    y, n = alike[:, :1], alike[:, 1:]
    log_share = y * log_expit(grid.logits) + (n - y) * log_expit(-grid.logits)
    share = np.exp(log_share - log_share.max(axis=1, keepdims=True, initial=-np.inf))
    with np.errstate(divide="ignore"):  # where a section as it is could not be: a likelihood of 0
        log_likelihood = np.log(grid.kernel @ share.T) @ repeats
    log_posterior = log_likelihood - ((grid.logits - CENTRE) / SPREAD) ** 2 / 2
    return np.exp(log_posterior - log_posterior.max())


def _quantiles(
    first: np.ndarray, second: np.ndarray, weights: np.ndarray, means: np.ndarray, shares: list[float]
) -> list[float]:
    """Quantiles of the difference of the means, by bisection of its distribution function."""
    known = [at for at, weight in enumerate(weights) if weight > 1e-6]
    # between points of the grid the probit of a distribution function is straighter than the function itself
    probit = ndtri(np.clip(np.cumsum(second, axis=1) - second / 2, 1e-16, 1 - 1e-16))
    low, high = np.full(len(shares), -1.0), np.full(len(shares), 1.0)
    for _ in range(21):  # to 1e-6
        middle = (low + high) / 2
        below = np.zeros(len(shares))
        for at in known:
            reached = np.interp(means[at] + middle[:, None], means[at], probit[at], left=-np.inf, right=np.inf)
            below += weights[at] * (ndtr(reached) @ first[at])
        enough = below >= shares
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return [float(value) for value in (low + high) / 2]
