r"""
How strongly two terms are tied, beyond how often both occur.

Of n units, :math:`n_i` have the first term, :math:`n_j` the second, :math:`n_{ij}` both. Measures of pairs take these
four numbers, alone, as arrays or as columns of a table; by chance :math:`n_i n_j / n` units would have both. None is a
test: long paragraphs have more of all words, so that independent words meet there too, and where paragraphs are of very
uneven length a table of p-values calls a third of such pairs tied.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import sparse

from analysis import coherence, keyness
from analysis.inputs import InputError
from analysis.intervals import check_at_least


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
    is, and grows with n; it gives no p-value (see the module). It is `keyness.g2` of the units with and without a term.

    Examples
    --------
    >>> signed_g2([7, 0], [9, 5], 10, [19, 30]).round(6).tolist()
    [4.534939, -4.540267]
    """
    both, first, second, units = _check_counts(n_ij, n_i, n_j, n)
    return keyness.g2(both, first - both, second, units - second)


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
