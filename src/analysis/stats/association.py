"""
How strongly two terms are tied, beyond how often both occur.

Of n units, :math:`n_i` have the first term, :math:`n_j` the second, :math:`n_{ij}` both. Measures of pairs take these
four numbers, alone, as arrays or as columns of a table; by chance :math:`n_i n_j / n` units would have both. None is a
test: long paragraphs have more of all words, so that independent words meet there too, and where paragraphs are of very
uneven length a table of p-values calls a third of such pairs tied.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import sparse
from scipy.special import ndtri, xlogy

from analysis.inputs import InputError, check_at_least, check_choice, check_level
from analysis.stats import association
from analysis.topics import coherence


def association_strength(n_ij: ArrayLike, n_i: ArrayLike, n_j: ArrayLike, n: ArrayLike) -> np.ndarray:
    r"""
    Units with both as a multiple of what chance would give, :math:`n \cdot n_{ij} / (n_i n_j)`.

    This is n times the association strength :math:`n_{ij} / (n_i n_j)` (van Eck & Waltman 2009, JASIST 60, 1635,
    eq. 6); its logarithm is `pmi`. Margins are occurrences; VOSviewer's are links (`link_association`).

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


def pmi(n_ij: ArrayLike, n_i: ArrayLike, n_j: ArrayLike, n: ArrayLike) -> np.ndarray:
    r"""
    Pointwise mutual information, :math:`\ln\frac{n \cdot n_{ij}}{n_i n_j}`.

    Returns
    -------
    array, −∞ (never together), 0 (as chance) to :math:`\ln n`; rare terms reach the highest values

    Examples
    --------
    >>> pmi([6, 2, 0], 10, 20, 100).round(3).tolist()
    [1.099, 0.0, -inf]
    """
    with np.errstate(divide="ignore"):
        return np.log(association_strength(n_ij, n_i, n_j, n))


def npmi(n_ij: ArrayLike, n_i: ArrayLike, n_j: ArrayLike, n: ArrayLike) -> np.ndarray:
    r"""
    Normalised pointwise mutual information: `pmi` divided by :math:`-\ln(n_{ij} / n)` (Bouma 2009).

    Two terms that stand in one unit only, the same one, have 1 whatever that is worth, while 20 units with both of 60
    and 80 in 300 give .08. Ask for 3 units with both and 5 with each (`measure_pairs` does) before reading it. It is
    `coherence.npmi_of_pairs` without the small number that is added there.

    Returns
    -------
    array, −1 (never together), 0 (as chance) to 1 (only ever together)

    Examples
    --------
    >>> npmi([1, 20, 0], [1, 60, 5], [1, 80, 5], 300).round(3).tolist()
    [1.0, 0.082, -1.0]
    """
    both, first, second, units = _check_counts(n_ij, n_i, n_j, n)
    together = both > 0
    shares = [np.where(together, count, units) / units for count in (both, first, second)]
    return np.where(together, coherence.npmi_of_pairs(*shares, epsilon=0), -1.0)


def signed_g2(n_ij: ArrayLike, n_i: ArrayLike, n_j: ArrayLike, n: ArrayLike) -> np.ndarray:
    r"""
    The log-likelihood ratio :math:`\pm 2\sum O \ln(O/E)` over four cells, both, one, the other, none (Dunning 1993).

    Above 0 where the terms meet more often than chance, below where less. It ranks pairs by how surprising their number
    is, and grows with n; it gives no p-value (see the module). It is `association.g2` of the units with and without a
    term.

    Examples
    --------
    >>> signed_g2([7, 0], [9, 5], 10, [19, 30]).round(6).tolist()
    [4.534939, -4.540267]
    """
    both, first, second, units = _check_counts(n_ij, n_i, n_j, n)
    return association.g2(both, first - both, second, units - second)


def measure_pairs(
    both: sparse.csr_array, terms: pd.Index, n_units: int, *, min_together: int = 3, min_units: int = 5
) -> pd.DataFrame:
    """
    All measures of all pairs of terms that stand together often enough to say something.

    Parameters
    ----------
    both : sparse array (terms, terms)
        From `cooccurrence.units_with_both`: units with both, on the diagonal units with one.
    min_together, min_units : int
        Least number of units that have both, and that have each.

    Returns
    -------
    DataFrame, one row per pair, in the order of the terms
        ``first``, ``second``, ``n_ij``, ``n_i``, ``n_j``, ``association_strength``, ``pmi``, ``npmi``, ``g2``.

    Raises
    ------
    InputError : if matrix, terms and number of units do not fit

    Examples
    --------
    >>> both = sparse.csr_array([[9, 7, 0], [7, 10, 2], [0, 2, 5]])
    >>> measure_pairs(both, pd.Index(["a", "b", "c"]), 19).round(3).to_numpy().tolist()
    [['a', 'b', 7, 9, 10, 1.478, 0.391, 0.391, 4.535]]
    """
    if both.shape != (len(terms), len(terms)):
        found = f"{both.shape[0]} rows and {both.shape[1]} columns"
        raise InputError("both", found, allowed=f"{len(terms)} terms each way", remedy="Count these terms.")
    check_at_least("min_together", min_together, 1)
    size, pairs = both.diagonal(), sparse.coo_array(sparse.triu(both, k=1, format="csr"))
    first, second = pairs.coords
    kept = (pairs.data >= min_together) & (np.minimum(size[first], size[second]) >= min_units)
    first, second, together = first[kept], second[kept], pairs.data[kept]
    numbers = (together, size[first], size[second], n_units)
    table = {"first": terms[first], "second": terms[second], "n_ij": together, "n_i": size[first], "n_j": size[second]}
    measures = {"association_strength": association_strength, "pmi": pmi, "npmi": npmi, "g2": signed_g2}
    return pd.DataFrame(table | {name: measure(*numbers) for name, measure in measures.items()})


def link_association(weights: sparse.csr_array) -> sparse.csr_array:
    r"""
    VOSviewer's association strength of the links of a network, :math:`2m \cdot a_{ij} / (k_i k_j)`.

    :math:`k_i = \sum_j a_{ij}` is all that links one term, and :math:`2m = \sum_i k_i`; both are of these links alone,
    so that a network of fewer terms has other values (`association_strength` does not depend on other terms). Of a
    networkx graph give ``networkx.to_scipy_sparse_array(graph)``.

    Parameters
    ----------
    weights : sparse array, symmetric, 0 or more, diagonal 0

    Returns
    -------
    csr_array of float of the same shape, 1 where a link is as strong as links spread at random would be

    Raises
    ------
    InputError : if the weights are not such a matrix

    Examples
    --------
    >>> link_association(sparse.csr_array([[0, 1, 0], [1, 0, 3], [0, 3, 0]])).toarray().round(3).tolist()
    [[0.0, 2.0, 0.0], [2.0, 0.0, 2.0], [0.0, 2.0, 0.0]]
    """
    links, k = _check_links(weights)
    first, second = links.coords
    return sparse.coo_array((links.data * k.sum() / (k[first] * k[second]), links.coords), links.shape).tocsr()


def link_fractions(weights: sparse.csr_array) -> sparse.csr_array:
    r"""
    VOSviewer's fractionalisation, :math:`a_{ij} (v / k_i + v / k_j) / 2` with v terms; else like `link_association`.

    Examples
    --------
    >>> link_fractions(sparse.csr_array([[0, 1, 0], [1, 0, 3], [0, 3, 0]])).toarray()[1].round(3).tolist()
    [1.875, 0.0, 2.625]
    """
    links, k = _check_links(weights)
    first, second = links.coords
    return sparse.coo_array(
        (links.data * len(k) * (1 / k[first] + 1 / k[second]) / 2, links.coords), links.shape
    ).tocsr()


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


def _check_links(weights: sparse.csr_array) -> tuple[sparse.coo_array, np.ndarray]:
    """The links, both ways, and the strength of each term."""
    links = sparse.csr_array(weights).astype(float)
    if links.shape[0] != links.shape[1] or (links != links.T).nnz or links.diagonal().any() or (links.data < 0).any():
        allowed = "a symmetric matrix with a diagonal of 0 and no negative number"
        raise InputError("weights", "another matrix", allowed=allowed, remedy="Set the diagonal to 0.")
    links.eliminate_zeros()
    return links.tocoo(), links.sum(axis=1)


Correction = Literal["none", "yates", "williams"]


@dataclass(frozen=True)
class Ratio:
    """A log ratio with its interval, each one number per term."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray


def g2(a: np.ndarray, b: np.ndarray, n1: np.ndarray, n2: np.ndarray, *, correction: Correction = "none") -> np.ndarray:
    r"""
    The log-likelihood ratio :math:`\pm 2\sum O \ln(O/E)` over four cells, word and others in A and B (Dunning 1993).

    Above 0 where A uses the word more, below where B does, 0 where they use it alike. It grows with the size of the
    texts: compare it only between words of the same pair. ``yates`` moves every cell half a unit towards its
    expectation (or onto it); ``williams`` divides by q (Williams 1976).

    Examples
    --------
    >>> float(g2(7, 2, 10, 9).round(6)), float(g2(7, 2, 10, 9, correction="williams").round(6))
    (4.534939, 4.200833)
    """
    observed, expected = _cells(a, b, n1, n2)
    if correction == "yates":
        observed = _towards(observed, expected)
    statistic = 2 * (xlogy(observed, observed) - xlogy(observed, expected)).sum(axis=0)
    return _sign(a, b, n1, n2) * np.maximum(0, statistic) / _williams(a, b, n1, n2, correction)


def chi2(
    a: np.ndarray, b: np.ndarray, n1: np.ndarray, n2: np.ndarray, *, correction: Correction = "none"
) -> np.ndarray:
    r"""
    Pearson's :math:`\pm\sum (O - E)^2 / E` over the same cells, with the signs and corrections of `g2`.

    Examples
    --------
    >>> [float(chi2(7, 2, 10, 9, correction=way).round(6)) for way in ("none", "yates", "williams")]
    [4.33716, 2.632438, 4.017626]
    """
    observed, expected = _cells(a, b, n1, n2)
    if correction == "yates":
        observed = _towards(observed, expected)
    statistic = ((observed - expected) ** 2 / np.where(expected > 0, expected, 1)).sum(axis=0)
    return _sign(a, b, n1, n2) * statistic / _williams(a, b, n1, n2, correction)


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


def log_odds(
    a: np.ndarray, b: np.ndarray, n1: np.ndarray, n2: np.ndarray, *, prior: ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    r"""
    Log-odds ratio with a Dirichlet prior, and its z-score (Monroe, Colaresi & Quinn 2008).

    :math:`\delta = \ln\frac{a + \alpha_w}{N_1 + \alpha_0 - a - \alpha_w}
    - \ln\frac{b + \alpha_w}{N_2 + \alpha_0 - b - \alpha_w}` with :math:`\alpha_0 = \sum\alpha_w`, and
    :math:`z = \delta / \sqrt{1/(a + \alpha_w) + 1/(b + \alpha_w)}`, for words that are a small part of the text.
    Both are above 0 where A uses the word more. The prior pulls rare words towards 0.

    prior : one number above 0 per word, for all words: e.g. ``500 * (a + b) / (n1 + n2)``

    Examples
    --------
    >>> a, b = np.array([9, 1, 90]), np.array([1, 0, 99])
    >>> delta, z = log_odds(a, b, 100, 100, prior=50 * (a + b) / 200)
    >>> delta[:2].round(2).tolist(), z[:2].round(2).tolist()
    ([1.25, 1.62], [2.04, 0.74])
    """
    a, b, n1, n2 = _numbers(a, b, n1, n2)
    prior = np.asarray(prior, dtype=float)
    if not (prior > 0).all():
        raise InputError("prior", f"{float(prior.min())}", allowed="numbers above 0", remedy="Leave out unused words.")
    total = prior.sum()
    delta = np.log((a + prior) / (n1 + total - a - prior)) - np.log((b + prior) / (n2 + total - b - prior))
    return delta, delta / np.sqrt(1 / (a + prior) + 1 / (b + prior))


def _numbers(*values: np.ndarray) -> list[np.ndarray]:
    return [np.asarray(value, dtype=float) for value in values]


def _cells(a: np.ndarray, b: np.ndarray, n1: np.ndarray, n2: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Observed and expected counts of word in A, word in B, other in A, other in B, along the first axis."""
    a, b, n1, n2 = np.broadcast_arrays(*_numbers(a, b, n1, n2))
    observed = np.stack([a, b, n1 - a, n2 - b])
    if not (observed >= 0).all():
        raise InputError("counts", "more hits than tokens, or fewer than 0", allowed="0 to N", remedy="Count again.")
    word = (a + b) / (n1 + n2)
    return observed, np.stack([n1 * word, n2 * word, n1 * (1 - word), n2 * (1 - word)])


def _towards(observed: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Observed counts moved half a unit towards the expected ones, but not past them (Yates 1934)."""
    return observed + np.clip(expected - observed, -0.5, 0.5)


def _williams(a: np.ndarray, b: np.ndarray, n1: np.ndarray, n2: np.ndarray, correction: Correction) -> np.ndarray:
    """Williams' q for a 2 × 2 table, the number to divide by; 1 for the other corrections."""
    check_choice(correction, "correction", ["none", "yates", "williams"])
    a, b, n1, n2 = np.broadcast_arrays(*_numbers(a, b, n1, n2))
    n, word = n1 + n2, a + b
    varies = (word > 0) & (word < n)
    if correction != "williams":
        return np.ones(n.shape)
    word = np.where(varies, word, n / 2)
    q = 1 + (n / n1 + n / n2 - 1) * (n / word + n / (n - word) - 1) / (6 * n)
    return np.where(varies, q, 1.0)


def _sign(a: np.ndarray, b: np.ndarray, n1: np.ndarray, n2: np.ndarray) -> np.ndarray:
    a, b, n1, n2 = _numbers(a, b, n1, n2)
    return np.sign(a * n2 - b * n1)
