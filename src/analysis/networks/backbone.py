r"""
Which nodes meet in more units than their margins explain.

Words and themes meet in a paragraph because it is long, or because both are frequent. `sdsm` allows for both, and is
the test to use; `hypergeometric` allows for frequency alone, and calls independent words tied where paragraphs differ
much in length (`length_spread` says whether they do); `disparity` is for weighted networks that are no projection.
How often each is wrong: ``benchmarks/README.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.special import gammaln, ndtr

from analysis.inputs import InputError, check_choice
from analysis.networks.bicm import Bicm, as_presence, fit_bicm, read_strata
from analysis.stats.permutation import false_discovery_rate

Method = Literal["exact", "approximate"]
Presence: TypeAlias = pd.DataFrame | sparse.csr_array | np.ndarray
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
    presence: Presence,
    names: Sequence[str] | None = None,
    *,
    strata: pd.Series | None = None,
    method: Method | None = None,
) -> pd.DataFrame:
    r"""
    Ties between nodes that meet more often than their frequency and the richness of units explain.

    The stochastic degree sequence model (Neal 2014; Neal, Domagalski & Sagan 2021): with the chances :math:`p_{ik}`
    of `fit_bicm`, independent nodes i and j meet in a number of units that is Poisson-binomial with
    :math:`\pi_k = p_{ik} p_{jk}`. Counts are small, so it finds less than its level among independent nodes.

    Parameters
    ----------
    presence : table of true and false, (n_units, n_nodes)
    names : names of the nodes, all different; by default the columns of a DataFrame
    strata : Series, optional
        Text of each unit. Then a tie is one that the frequencies *within* each text do not explain; without it, words
        of one text are tied because the other texts lack them.
    method : "exact" or "approximate", optional
        How tails are computed (`poisson_binomial`); by default exact up to 2,000 units.

    Returns
    -------
    DataFrame, one row per pair that meets at least once, sorted by name
        ``source``, ``target`` (in alphabetical order), ``n`` (units with both), ``expected``, ``p`` (chance of n or
        more), ``p_lower`` (of n or fewer), ``q`` (p by Benjamini & Hochberg 1995 over *all* pairs that could meet, i.e.
        with ``expected`` above 0, also those that never do: with p = 1 for them. A family of the pairs that did meet
        would have been chosen by its outcome).

    Raises
    ------
    InputError : as in `fit_bicm`, or if names are missing, repeated or too few

    Examples
    --------
    >>> words = pd.DataFrame({"grens": [1, 0, 1, 1], "kust": [0, 1, 0, 0], "visa": [1, 0, 0, 1]})
    >>> sdsm(words).round(3).values.tolist()
    [['grens', 'visa', 2, 1.621, 0.555, 0.856, 1.0]]
    """
    matrix, labels = _by_name(presence, names)
    chosen = check_choice(method or _default(matrix.shape[0]), "method", ["exact", "approximate"])
    model = fit_bicm(matrix, None if strata is None else pd.Series(read_strata(strata, presence)))
    source, target, n = _meetings(matrix)
    first, second = model.nodes[source], model.nodes[target]
    keys = np.column_stack([n, np.minimum(first, second), np.maximum(first, second)])
    cases, case = np.unique(keys, axis=0, return_inverse=True)  # sorted by n: batches with like tails
    expected, tails = np.empty(len(cases)), Tails(np.empty(len(cases)), np.empty(len(cases)))
    for start in range(0, len(cases), batch := max(1, BATCH // (len(model.p) + int(n.max(initial=0)) + 2))):
        part = slice(start, start + batch)
        count, one, other = cases[part].T
        chances = model.p[:, one] * model.p[:, other]
        expected[part] = model.sizes @ chances
        found = poisson_binomial(count, chances, model.sizes, method=chosen)
        tails.upper[part], tails.lower[part] = found.upper, found.lower
    table = {"source": labels[source], "target": labels[target], "n": n, "expected": expected[case.ravel()]}
    table |= {"p": tails.upper[case.ravel()], "p_lower": tails.lower[case.ravel()]}
    return pd.DataFrame(table | {"q": false_discovery_rate(table["p"], _count_possible(model))})


def poisson_binomial(n: np.ndarray, chances: np.ndarray, sizes: np.ndarray, *, method: Method = "exact") -> Tails:
    r"""
    Both tails of a sum of independent yes/no draws with unequal chances.

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
    sizes : array, (classes,)
        How many draws have the chances of that class.

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


def hypergeometric(presence: Presence, names: Sequence[str] | None = None) -> pd.DataFrame:
    r"""
    The same table by the hypergeometric distribution ("fixedrow"; Tumminello et al. 2011), for comparison.

    :math:`P(X \ge n_{ij})` when :math:`n_j` units are drawn from N, of which :math:`n_i` hold i. It takes all units as
    equally rich: where lengths are uneven, long units make independent nodes meet, and it calls them tied.

    Examples
    --------
    >>> words = pd.DataFrame({"grens": [1, 0, 1, 1], "kust": [0, 1, 0, 0], "visa": [1, 0, 0, 1]})
    >>> hypergeometric(words).round(9).values.tolist()
    [['grens', 'visa', 2, 1.5, 0.5, 1.0, 1.0]]
    """
    matrix, labels = _by_name(presence, names)
    frequency, size = np.bincount(matrix.indices, minlength=matrix.shape[1]), matrix.shape[0]
    source, target, n = _meetings(matrix)
    keys = np.column_stack([n, np.sort(np.column_stack([frequency[source], frequency[target]]), axis=1)])
    cases, case = np.unique(keys, axis=0, return_inverse=True)
    tails = _hypergeometric_tails(cases, size)
    table = {"source": labels[source], "target": labels[target], "n": n}
    table |= {"expected": frequency[source] * frequency[target] / size}
    table |= {"p": tails.upper[case.ravel()], "p_lower": tails.lower[case.ravel()]}
    occurring = int((frequency > 0).sum())
    return pd.DataFrame(table | {"q": false_discovery_rate(table["p"], occurring * (occurring - 1) // 2)})


def disparity(weights: np.ndarray) -> np.ndarray:
    r"""
    How likely a tie this strong is if each node spread its weight over its ties at random.

    With :math:`k_i` ties at node i and :math:`p_{ij} = w_{ij} / \sum_j w_{ij}`,
    :math:`\alpha_{ij} = (1 - p_{ij})^{k_i - 1}`; a tie takes the smaller value of its two ends (Serrano, Boguñá &
    Vespignani 2009, PNAS 106, 6483). Row i holds the ties that leave i, column i those that reach it; in a symmetric
    table they are the same. For networks whose ties were measured as such: on counts of co-occurrence it is a
    ranking, not a test, and in small or dense ones it keeps next to nothing at .05.

    weights : array, shape (n_nodes, n_nodes), not negative; 0 means no tie
    Returns the same shape, from 0 (surely more than chance) to 1 (no tie, or a tie like any other).

    Raises
    ------
    InputError : if weights are no square table of numbers of 0 or more

    Examples
    --------
    >>> disparity(np.array([[0, 9, 1], [9, 0, 0], [1, 0, 0]])).round(2).tolist()
    [[1.0, 0.1, 0.9], [0.1, 1.0, 1.0], [0.9, 1.0, 1.0]]
    """
    weights = np.asarray(weights, dtype=float)
    if weights.ndim != 2 or weights.shape[0] != weights.shape[1] or not (weights >= 0).all():
        found = f"a table of {weights.shape}, or a number below 0"
        raise InputError("weights", found, allowed="a square table, 0 or more", remedy="Give a weighted network.")
    return np.minimum(_alpha(weights), _alpha(weights.T).T)


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


def _by_name(presence: Presence, names: Sequence[str] | None) -> tuple[sparse.csr_array, np.ndarray]:
    """The table with its columns in alphabetical order, and their names."""
    matrix = as_presence(presence)
    columns = presence.columns if isinstance(presence, pd.DataFrame) and names is None else names
    known = [] if columns is None else [str(name) for name in columns]
    if len(known) != matrix.shape[1] or len(set(known)) < len(known):
        found = f"{len(known)} names, {len(set(known))} of them different"
        raise InputError("names", found, allowed=f"{matrix.shape[1]} different names", remedy="Name every column.")
    order = np.array(sorted(range(len(known)), key=known.__getitem__))
    return sparse.csr_array(matrix[:, order]), np.array(known, dtype=object)[order]


def _default(n_units: int) -> Method:
    return "exact" if n_units <= MOST_EXACT else "approximate"


def _meetings(matrix: sparse.csr_array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of columns (the first before the second) that share a row, and how many rows they share."""
    both = sparse.csr_array(sparse.triu(matrix.T @ matrix, k=1))
    both.sort_indices()
    both = both.tocoo()
    return both.row, both.col, both.data


def _convolved(n: np.ndarray, chances: np.ndarray, sizes: np.ndarray) -> Tails:
    """Tails from the chances of 0, 1, … up to the largest n, and one of all that lies above."""
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


def _hypergeometric_tails(cases: np.ndarray, size: int) -> Tails:
    """Tails of each case: units with both nodes, with the rarer one, with the other."""
    tails = Tails(np.empty(len(cases)), np.empty(len(cases)))
    for case, (count, a, b) in enumerate(cases.tolist()):
        k = np.arange(max(0, a + b - size), a + 1)
        terms = _log_choose(b, k) + _log_choose(size - b, a - k) - _log_choose(size, a)
        chance = np.exp(terms)
        tails.upper[case], tails.lower[case] = chance[k >= count].sum(), chance[k <= count].sum()
    return Tails(np.minimum(1, tails.upper), np.minimum(1, tails.lower))


def _log_choose(n: int, k: np.ndarray | int) -> np.ndarray:
    return np.asarray(gammaln(n + 1) - gammaln(np.add(k, 1)) - gammaln(np.subtract(n, k) + 1))


def _alpha(weights: np.ndarray) -> np.ndarray:
    n_ties = (weights > 0).sum(axis=1, keepdims=True)
    strength = weights.sum(axis=1, keepdims=True)
    share = weights / np.where(strength > 0, strength, 1)
    return np.where(weights > 0, (1 - share) ** np.maximum(n_ties - 1.0, 0), 1.0)


def _count_possible(model: Bicm) -> int:
    """Number of pairs of nodes that could meet: both have some chance in one class of units."""
    n_nodes = np.bincount(model.nodes)
    patterns, pattern = np.unique(model.p > 0, axis=1, return_inverse=True)
    n_alike = np.bincount(pattern.ravel(), weights=n_nodes).astype(np.int64)
    meet = (patterns.T.astype(np.int64) @ patterns) > 0
    return int(((n_alike @ meet @ n_alike) - n_alike[np.diag(meet)].sum()) // 2)
