"""
Kept to reproduce published tables: measures that no page of this package shows.

Tests compare them with numbers printed elsewhere (quanteda, gensim, VOSviewer), and so the machinery they share with
the measures that are shown.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse
from scipy.special import xlogy

from analysis.inputs import InputError, check_choice
from analysis.stats.association import association_strength, contingency, g2, sign

Correction = Literal["none", "yates", "williams"]
CORRECTIONS: tuple[Correction, ...] = ("none", "yates", "williams")


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


def g2_corrected(a: ArrayLike, b: ArrayLike, n1: ArrayLike, n2: ArrayLike, *, correction: Correction) -> np.ndarray:
    r"""
    `association.g2` with a correction for small counts.

    ``williams`` divides by q (Williams 1976); ``yates`` moves every cell half a unit towards its expectation, or onto
    it (Yates 1934).

    Examples
    --------
    >>> float(g2_corrected(7, 2, 10, 9, correction="williams").round(6))
    4.200833
    """
    check_choice(correction, "correction", CORRECTIONS)
    if correction == "yates":
        observed, expected = contingency(a, b, n1, n2)
        moved = _towards(observed, expected)
        statistic = 2 * (xlogy(moved, moved) - xlogy(moved, expected)).sum(axis=0)
        return sign(a, b, n1, n2) * np.maximum(0, statistic)
    return g2(a, b, n1, n2) / (_williams(a, b, n1, n2) if correction == "williams" else 1)


def chi2(a: ArrayLike, b: ArrayLike, n1: ArrayLike, n2: ArrayLike, *, correction: Correction = "none") -> np.ndarray:
    r"""
    Pearson's :math:`\pm\sum (O - E)^2 / E` over the same cells, with the signs of `association.g2`
    and the corrections of `g2_corrected`.

    Examples
    --------
    >>> [float(chi2(7, 2, 10, 9, correction=way).round(6)) for way in ("none", "yates", "williams")]
    [4.33716, 2.632438, 4.017626]
    """
    check_choice(correction, "correction", CORRECTIONS)
    observed, expected = contingency(a, b, n1, n2)
    if correction == "yates":
        observed = _towards(observed, expected)
    statistic = ((observed - expected) ** 2 / np.where(expected > 0, expected, 1)).sum(axis=0)
    q = _williams(a, b, n1, n2) if correction == "williams" else 1
    return sign(a, b, n1, n2) * statistic / q


def log_odds(
    a: ArrayLike, b: ArrayLike, n1: ArrayLike, n2: ArrayLike, *, prior: ArrayLike
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
    a, b, n1, n2, prior = (np.asarray(value, dtype=float) for value in (a, b, n1, n2, prior))
    if not (prior > 0).all():
        raise InputError("prior", f"{float(prior.min())}", allowed="numbers above 0", remedy="Leave out unused words.")
    total = prior.sum()
    delta = np.log((a + prior) / (n1 + total - a - prior)) - np.log((b + prior) / (n2 + total - b - prior))
    return delta, delta / np.sqrt(1 / (a + prior) + 1 / (b + prior))


def link_association(weights: sparse.csr_array) -> sparse.csr_array:
    r"""
    VOSviewer's association strength of the links of a network, :math:`2m \cdot a_{ij} / (k_i k_j)`.

    :math:`k_i = \sum_j a_{ij}` is all that links one term, and :math:`2m = \sum_i k_i`; both are of these links alone,
    so that a network of fewer terms has other values (`association.association_strength` does not depend on other
    terms). Of a networkx graph give ``networkx.to_scipy_sparse_array(graph)``.

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


def _towards(observed: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Observed counts moved half a unit towards the expected ones, but not past them (Yates 1934)."""
    return observed + np.clip(expected - observed, -0.5, 0.5)


def _williams(a: ArrayLike, b: ArrayLike, n1: ArrayLike, n2: ArrayLike) -> np.ndarray:
    """Williams' q for a 2 × 2 table, the number to divide by; 1 where nothing varies."""
    a, b, n1, n2 = np.broadcast_arrays(*(np.asarray(value, dtype=float) for value in (a, b, n1, n2)))
    n, word = n1 + n2, a + b
    varies = (word > 0) & (word < n)
    word = np.where(varies, word, n / 2)
    q = 1 + (n / n1 + n / n2 - 1) * (n / word + n / (n - word) - 1) / (6 * n)
    return np.where(varies, q, 1.0)


def _check_links(weights: sparse.csr_array) -> tuple[sparse.coo_array, np.ndarray]:
    """The links, both ways, and the strength of each term."""
    links = sparse.csr_array(weights).astype(float)
    if links.shape[0] != links.shape[1] or (links != links.T).nnz or links.diagonal().any() or (links.data < 0).any():
        allowed = "a symmetric matrix with a diagonal of 0 and no negative number"
        raise InputError("weights", "another matrix", allowed=allowed, remedy="Set the diagonal to 0.")
    links.eliminate_zeros()
    return links.tocoo(), links.sum(axis=1)
