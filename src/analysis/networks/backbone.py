r"""
Stochastic degree sequence model (SDSM): ties between nodes that meet in more units than their margins explain.

Words and themes meet in a paragraph because it is long, or because both are frequent; the test allows for both. Tests
that allow for frequency alone call independent words tied where paragraphs differ much in length: `length_spread` says
whether they do. How often each is wrong: ``benchmarks/README.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.special import ndtr

from analysis.inputs import InputError, check_choice
from analysis.networks.bicm import Bicm, fit_bicm, read_incidence
from analysis.stats.permutation import false_discovery_rate

Method = Literal["exact", "approximate"]
IncidenceTable: TypeAlias = pd.DataFrame | sparse.csr_array | np.ndarray
# Up to so many units the convolution is quick (2,000 units, 100 words: a second); above, the approximation is near it.
MOST_EXACT = 2000
# Numbers held at once (some 8 MB).
BATCH = 1_000_000
# Spread of ln length at which the hypergeometric test at 5 % finds 4.9 and 7.8 % of independent pairs
# (benchmarks/results/ties_summary.csv).
EVEN, UNEVEN = 0.3, 0.45


@dataclass(frozen=True)
class Tails:
    """How likely a count as large (upper) and as small (lower) as n is; both include n itself."""

    upper: np.ndarray
    lower: np.ndarray


@dataclass(frozen=True)
class LengthSpread:
    """How uneven units are in length, and which tests that leaves."""

    value: float
    reading: str


def sdsm(
    incidence: IncidenceTable,
    names: Sequence[str] | None = None,
    *,
    strata: pd.Series | None = None,
    method: Method | None = None,
    model: Bicm | None = None,
) -> pd.DataFrame:
    r"""
    Test of every pair of nodes that meets, given how frequent both are and how rich units are.

    The stochastic degree sequence model (Neal 2014; Neal, Domagalski & Sagan 2021): with the probabilities
    :math:`p_{ik}` of `fit_bicm`, independent nodes i and j meet in a number of units that is Poisson-binomial with
    :math:`\pi_k = p_{ik} p_{jk}`. Counts are small, so it finds less than its level among independent nodes.

    Parameters
    ----------
    incidence : table of true and false, (n_units, n_nodes)
    names : names of the nodes, all different; by default the columns of a DataFrame
    strata : Series, optional
        Text of each unit. Then a tie is one that the frequencies *within* each text do not explain; without it, words
        of one text are tied because the other texts lack them.
    method : "exact" or "approximate", optional
        How tails are computed (`poisson_binomial`); by default exact up to 2,000 units.
    model : Bicm, optional
        The fit to this table and these strata, where it is there already.

    Returns
    -------
    DataFrame, one row per pair that meets at least once, sorted by name
        ``source``, ``target`` (in alphabetical order), ``n`` (units with both), ``expected``, ``p`` (probability of n
        or more), ``p_lower`` (of n or fewer), ``q`` (p by Benjamini & Hochberg 1995 over *all* pairs that could meet,
        i.e. with ``expected`` above 0, also those that never do: with p = 1 for them. A family of the pairs that did
        meet would have been chosen by its outcome). No rows where nothing meets.

    Raises
    ------
    InputError : as in `fit_bicm`, or if names are missing, repeated or too few

    Examples
    --------
    >>> words = pd.DataFrame({"grens": [1, 0, 1, 1], "kust": [0, 1, 0, 0], "visa": [1, 0, 0, 1]})
    >>> sdsm(words).round(3).values.tolist()
    [['grens', 'visa', 2, 1.621, 0.555, 0.856, 1.0]]
    """
    matrix, labels, order = sort_columns(incidence, names)
    chosen = check_choice(method or _default(matrix.shape[0]), "method", ["exact", "approximate"])
    if model is None:
        model = fit_bicm(incidence, strata)
    node_class = model.nodes[order]
    source, target, n = count_meetings(matrix)
    first, second = node_class[source], node_class[target]
    keys = np.column_stack([n, np.minimum(first, second), np.maximum(first, second)])
    cases, case = np.unique(keys, axis=0, return_inverse=True)  # sorted by n: batches with like tails
    expected, tails = np.empty(len(cases)), Tails(np.empty(len(cases)), np.empty(len(cases)))
    for start in range(0, len(cases), batch := max(1, BATCH // (len(model.p) + int(n.max(initial=0)) + 2))):
        part = slice(start, start + batch)
        count, one, other = cases[part].T
        both = model.p[:, one] * model.p[:, other]
        expected[part] = model.sizes @ both
        of_part = poisson_binomial(count, both, model.sizes, method=chosen)
        tails.upper[part], tails.lower[part] = of_part.upper, of_part.lower
    table = {"source": labels[source], "target": labels[target], "n": n, "expected": expected[case.ravel()]}
    table |= {"p": tails.upper[case.ravel()], "p_lower": tails.lower[case.ravel()]}
    return pd.DataFrame(table | {"q": false_discovery_rate(table["p"], _count_possible(model))})


def poisson_binomial(n: np.ndarray, chances: np.ndarray, sizes: np.ndarray, *, method: Method = "exact") -> Tails:
    r"""
    Both tails of Poisson-binomial sums: of independent yes/no draws with unequal probabilities.

    "exact" adds the draws one by one; every number in it is positive, so that small tails are right to the last digits.
    "approximate" is the refined normal approximation (Volkova 1996; Hong 2013): with mean :math:`\mu`, variance
    :math:`\sigma^2` and skewness :math:`\gamma = \sum \pi(1 - \pi)(1 - 2\pi) / \sigma^3`,
    :math:`P(X \le n) = \Phi(z) + \gamma (1 - z^2) \phi(z) / 6` at :math:`z = (n + \tfrac12 - \mu) / \sigma`, kept
    between 0 and 1. It differs from the exact tails in the second or third decimal where counts are below 5.

    Parameters
    ----------
    n : array, (sums,)
        The count at which each sum is judged.
    chances : array, (classes, sums)
        Probability of a yes in each draw of a class, 0 to 1.
    sizes : array, (classes,)
        How many draws each class has.

    Returns
    -------
    Tails : two arrays, (sums,)

    Examples
    --------
    >>> fair = poisson_binomial(np.array([2]), np.full((1, 1), 0.5), np.array([3]))
    >>> fair.upper.tolist(), fair.lower.tolist()
    ([0.5], [0.875])
    """
    if method == "exact":
        return _convolved(n, chances, sizes)
    mean = sizes @ chances
    variance = sizes @ (chances * (1 - chances))
    third = sizes @ (chances * (1 - chances) * (1 - 2 * chances))
    return Tails(1 - _refined(n - 1, mean, variance, third), _refined(n, mean, variance, third))


def length_spread(n_words: np.ndarray | pd.Series) -> LengthSpread:
    """
    The standard deviation of ln length, which decides what may be tested with what.

    0: all units of one length; .7: about two thirds lie between half and twice the typical length. In simulations
    (``benchmarks/README.md``) tests at 5 % that ignore length find 4.9 % of independent pairs at .3, 7.8 % at .45 and
    13 % at .6: the limits of the three readings are .3 and .45.

    Parameters
    ----------
    n_words : array, one number above 0 per unit

    Raises
    ------
    InputError : if there are fewer than 2 units or one without words

    Examples
    --------
    >>> spread = length_spread(np.array([20, 20, 80, 80]))
    >>> round(spread.value, 2), spread.reading
    (0.8, 'uneven: only tests that allow for length keep their level')
    """
    n = np.asarray(n_words, dtype=float)
    if len(n) < 2 or not (n > 0).all():
        raise InputError("n_words", "too few units, or one without words", allowed="1 or more", remedy="Leave it out.")
    value = float(np.log(n).std(ddof=1))
    if value <= EVEN:
        return LengthSpread(value, "even: tests that ignore length (hypergeometric, G²) keep their level")
    if value <= UNEVEN:
        return LengthSpread(value, "somewhat uneven: tests that ignore length find a little too much")
    return LengthSpread(value, "uneven: only tests that allow for length keep their level")


def sort_columns(
    incidence: IncidenceTable, names: Sequence[str] | None
) -> tuple[sparse.csr_array, np.ndarray, np.ndarray]:
    """The table with its columns in alphabetical order, their names, and where each of them stood."""
    matrix = read_incidence(incidence)
    columns = incidence.columns if isinstance(incidence, pd.DataFrame) and names is None else names
    known = [] if columns is None else [str(name) for name in columns]
    if len(known) != matrix.shape[1] or len(set(known)) < len(known):
        found = f"{len(known)} names, {len(set(known))} of them different"
        raise InputError("names", found, allowed=f"{matrix.shape[1]} different names", remedy="Name every column.")
    order = np.array(sorted(range(len(known)), key=known.__getitem__), dtype=np.int64)
    return sparse.csr_array(matrix[:, order]), np.array(known, dtype=object)[order], order


def _default(n_units: int) -> Method:
    return "exact" if n_units <= MOST_EXACT else "approximate"


def count_meetings(matrix: sparse.csr_array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of columns (the first before the second) that share a row, and how many rows they share."""
    both = sparse.csr_array(sparse.triu(matrix.T @ matrix, k=1))
    both.sort_indices()
    both = both.tocoo()
    return both.row, both.col, both.data


def _convolved(n: np.ndarray, chances: np.ndarray, sizes: np.ndarray) -> Tails:
    """
    Tails from the probabilities of 0, 1, … up to the largest n, and one of all that lies above.

    Not scipy's `poisson_binom`: it has no classes (1,770 pairs of words of the study: .4 s against .002 s), loses tails
    below 1e-16, and scipy.stats takes .3 s to import in every kernel.
    """
    above = int(n.max(initial=0)) + 1
    state = np.zeros((above + 1, len(n)))
    state[0] = 1
    for chance, size in zip(chances, sizes.tolist(), strict=True):
        for _ in range(size if chance.any() else 0):
            moving = state[:-1] * chance
            state[:-1] -= moving
            state[1:] += moving
    place = np.arange(above + 1)[:, None]
    upper = np.where(place >= n, state, 0).sum(axis=0)
    return Tails(np.minimum(1, upper), np.minimum(1, np.where(place <= n, state, 0).sum(axis=0)))


def _refined(n: np.ndarray, mean: np.ndarray, variance: np.ndarray, third: np.ndarray) -> np.ndarray:
    """P(X ≤ n) by the refined normal approximation; a sum that cannot vary has its mean."""
    sd = np.sqrt(np.where(variance > 0, variance, 1))
    z = (n + 0.5 - mean) / sd
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    chance = np.clip(ndtr(z) + third / (6 * sd**3) * (1 - z**2) * density, 0, 1)
    return np.where(variance > 0, chance, (mean <= n + 0.5).astype(float))


def _count_possible(model: Bicm) -> int:
    """Number of pairs of nodes that could meet: both have some chance in one class of units."""
    n_nodes = np.bincount(model.nodes)
    patterns, pattern = np.unique(model.p > 0, axis=1, return_inverse=True)
    n_alike = np.bincount(pattern.ravel(), weights=n_nodes).astype(np.int64)
    meet = (patterns.T.astype(np.int64) @ patterns) > 0
    return int(((n_alike @ meet @ n_alike) - n_alike[np.diag(meet)].sum()) // 2)
