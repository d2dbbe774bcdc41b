r"""
Association: how strongly two terms are tied, or a term to a text, beyond how often each occurs.

Of n units :math:`n_i` have the first term, :math:`n_j` the second, :math:`n_{ij}` both. Measures of a pair of terms
take these four numbers; by chance :math:`n_i n_j / n` units would have both. Measures of a term and two texts take
``a, b, n1, n2``: its hits among the :math:`N_1` tokens of text A and among the :math:`N_2` of text B. All take numbers,
arrays or columns of a table. None is a test: long paragraphs have more of all words, so that independent words meet
there too, and where paragraphs are of very uneven length a table of p-values calls a third of such pairs tied.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri, xlogy

from analysis.inputs import InputError, check_level


def association_strength(n_ij: ArrayLike, n_i: ArrayLike, n_j: ArrayLike, n: ArrayLike) -> np.ndarray:
    r"""
    Units with both as a multiple of what chance would give, :math:`n \cdot n_{ij} / (n_i n_j)`.

    This is n times the association strength :math:`n_{ij} / (n_i n_j)` (van Eck & Waltman 2009, JASIST 60, 1635,
    eq. 6); its logarithm is `published.pmi`. Margins are occurrences; VOSviewer's are links
    (`published.link_association`).

    Returns
    -------
    array, from 0 (never together), 1 (as chance) to n (one unit has both, and no other has either)

    Examples
    --------
    >>> association_strength([6, 0], 10, 20, 100).tolist()
    [3.0, 0.0]
    """
    both, first, second, units = _check_counts(n_ij, n_i, n_j, n)
    return np.divide(both * units, first * second, out=np.zeros(both.shape), where=both > 0)


def npmi(n_ij: ArrayLike, n_i: ArrayLike, n_j: ArrayLike, n: ArrayLike, *, epsilon: float = 0.0) -> np.ndarray:
    r"""
    Normalised pointwise mutual information: `published.pmi` divided by :math:`-\ln(n_{ij} / n)` (Bouma 2009).

    Two terms that stand in one unit only, the same one, have 1 whatever that is worth, while 20 units with both of 60
    and 80 in 300 give .08: ask for some units with both and with each before reading it.

    Parameters
    ----------
    epsilon : float
        Added to :math:`n_{ij} / n`, so that terms that never meet differ by how often they could have (Röder, Both &
        Hinneburg 2015 take 1e-12 for the coherence of topics).

    Returns
    -------
    array, −1 (never together, also where one does not occur), 0 (as chance) to 1 (only ever together)

    Examples
    --------
    >>> npmi([1, 20, 0], [1, 60, 5], [1, 80, 5], 300).round(3).tolist()
    [1.0, 0.082, -1.0]
    """
    both, first, second, units = _check_counts(n_ij, n_i, n_j, n)
    joint, first, second = both / units, first / units, second / units
    never, always = (first * second == 0) | (joint + epsilon == 0), joint >= 1
    joint, first, second = (np.where(never | always, 0.5, share) for share in (joint, first, second))
    value = np.log((joint + epsilon) / (first * second)) / -np.log(joint + epsilon)
    return np.select([never, always], [-1.0, 1.0], value)


@dataclass(frozen=True)
class Ratio:
    """A log ratio with its interval, each one number per term."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray


def g2(a: ArrayLike, b: ArrayLike, n1: ArrayLike, n2: ArrayLike) -> np.ndarray:
    r"""
    The log-likelihood ratio :math:`\pm 2\sum O \ln(O/E)` over four cells, word and others in A and B (Dunning 1993).

    Above 0 where A uses the word more, below where B does, 0 where they use it alike. It grows with the size of the
    texts: compare it only between words of the same pair.

    Raises
    ------
    InputError : if a word has more hits than its text has tokens, or fewer than 0

    Examples
    --------
    >>> float(g2(7, 2, 10, 9).round(6))
    4.534939
    """
    observed, expected = contingency(a, b, n1, n2)
    statistic = 2 * (xlogy(observed, observed) - xlogy(observed, expected)).sum(axis=0)
    return sign(a, b, n1, n2) * np.maximum(0, statistic)


def bic(a: np.ndarray, b: np.ndarray, n1: np.ndarray, n2: np.ndarray) -> np.ndarray:
    r"""
    :math:`|G^2| - \ln(N_1 + N_2)`: from 2 positive, 6 strong, 10 very strong evidence of a difference (Wilson 2013).

    Below 0 the data speak for no difference. It takes words as independent, and so says too much.
    """
    return np.abs(g2(a, b, n1, n2)) - np.log(np.add(n1, n2))


def log_ratio(a: np.ndarray, b: np.ndarray, n1: np.ndarray, n2: np.ndarray, *, level: float = 0.95) -> Ratio:
    r"""
    :math:`\log_2\frac{a / N_1}{b / N_2}` (Hardie 2014): 1 is twice as often in A, −1 twice as often in B, 0 alike.

    A count of 0 is taken as ½. The interval is Wald's, :math:`\pm z\sqrt{1/a + 1/b - 1/N_1 - 1/N_2} / \ln 2`; it takes
    words as independent, and is too short for words that come in clusters.

    Examples
    --------
    >>> twice = log_ratio(20, 10, 1000, 1000)
    >>> float(twice.value), float(twice.low.round(2)), float(twice.high.round(2))
    (1.0, -0.09, 2.09)
    """
    check_level(level)
    a, b, n1, n2 = _numbers(a, b, n1, n2)
    a, b = np.where(a > 0, a, 0.5), np.where(b > 0, b, 0.5)
    value = np.log2((a / n1) / (b / n2))
    half = ndtri((1 + level) / 2) * np.sqrt((1 / a - 1 / n1) + (1 / b - 1 / n2)) / np.log(2)
    return Ratio(value, value - half, value + half)


def contingency(a: ArrayLike, b: ArrayLike, n1: ArrayLike, n2: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Observed and expected counts of word in A, word in B, other in A, other in B, along the first axis."""
    a, b, n1, n2 = np.broadcast_arrays(*_numbers(a, b, n1, n2))
    observed = np.stack([a, b, n1 - a, n2 - b])
    if not (observed >= 0).all():
        raise InputError("counts", "more hits than tokens, or fewer than 0", allowed="0 to N", remedy="Count again.")
    word = (a + b) / (n1 + n2)
    return observed, np.stack([n1 * word, n2 * word, n1 * (1 - word), n2 * (1 - word)])


def sign(a: ArrayLike, b: ArrayLike, n1: ArrayLike, n2: ArrayLike) -> np.ndarray:
    """1 where A uses the word more, −1 where B does, 0 where they use it alike."""
    a, b, n1, n2 = _numbers(a, b, n1, n2)
    return np.sign(a * n2 - b * n1)


def _numbers(*values: ArrayLike) -> list[np.ndarray]:
    return [np.asarray(value, dtype=float) for value in values]


def _check_counts(n_ij: ArrayLike, n_i: ArrayLike, n_j: ArrayLike, n: ArrayLike) -> tuple[np.ndarray, ...]:
    """The numbers as arrays of one shape, once they can be counts of units."""
    counts = np.broadcast_arrays(*(np.asarray(values, dtype=float) for values in (n_ij, n_i, n_j, n)))
    both, first, second, units = counts
    odd = ~((both >= 0) & (both <= np.minimum(first, second)) & (first + second - both <= units) & (units > 0))
    if odd.any():
        at = np.unravel_index(odd.argmax(), odd.shape)
        found = "{:g} units with both of {:g} and {:g} in {:g}".format(*(count[at] for count in counts))
        allowed = "at most the smaller of the two, and no more units with either than there are"
        raise InputError("counts", found, allowed=allowed, remedy="Count whether a unit has a term, not how often.")
    return counts
