r"""
Non-negative matrix factorisation (NMF): initialisation, optimisation, and least-squares weights for given topics.

:math:`X \approx WH` with nothing below 0: a row of H has the weight of each term in a topic, a row of W the weight of
each topic in a unit. Sums are taken on one thread, so that the same seed gives the same numbers on any machine's cores,
and weights are not those at which an iteration happened to stop but the least-squares ones (`solve_weights`).
"""

from __future__ import annotations

import warnings
from collections.abc import Sized
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds
from sklearn.decomposition import NMF, MiniBatchNMF
from sklearn.exceptions import ConvergenceWarning

from analysis.inputs import InputError, check_choice
from analysis.stats.threads import one_thread

Init = Literal["nndsvd", "random"]
Solver = Literal["auto", "NMF", "MiniBatchNMF"]
Matrix = Any  # array or sparse matrix (n_units, n_terms), not negative

# From this many units on, MiniBatchNMF takes some passes where NMF would take up to hundreds of iterations over all.
MANY_UNITS = 50_000
BATCH_UNITS, MAX_PASSES = 16_384, 5
# Non-negative least squares: rows per block (their weights fit in the cache), most sweeps, and the change between two
# sweeps, relative to the largest weight, below which weights are final: finer than the 9 digits that are shown of them.
BLOCK, MAX_SWEEPS, PRECISION = 4096, 5000, 1e-12
DIGITS = 9
# A share below this is rounding error, not a finding. It also bounds the powers of ten of `round_shares` to
# those that a float holds exactly, so that a rounded number is the one its decimal text reads back as.
DUST = 1e-12


class Factorization(NamedTuple):
    """The topics that an optimisation found, and how it ended."""

    components: np.ndarray  # (n_components, n_terms), not negative
    solver: str  # scikit-learn's class
    n_iter: int
    converged: bool


class _Transposed(sparse.csr_array):
    """A matrix that makes its transpose once: scikit-learn's NMF asks for it in each iteration, a sixth of its time."""

    @cached_property
    def T(self) -> sparse.csc_array:  # noqa: N802
        return self.transpose()


def solve_weights(X: Matrix, components: np.ndarray) -> np.ndarray:  # noqa: N803
    r"""
    Non-negative least squares: the weights :math:`W = \arg\min_{W \ge 0} \|X - WH\|_F`, for given topics H.

    The solution is unique where no topic is a mixture of others. Coordinate descent (one topic after the other, all
    units at once) needs X and H only through :math:`XH^T` and :math:`HH^T`.

    Parameters
    ----------
    X : array or sparse matrix (n_units, n_terms), not negative
    components : array (n_topics, n_terms), not negative

    Returns
    -------
    array (n_units, n_topics), not negative; 0 for a topic without terms

    Examples
    --------
    >>> solve_weights(np.array([[4.0, 2.0], [0.0, 3.0]]), np.array([[1.0, 0.0], [0.5, 0.5]])).round(6).tolist()
    [[2.0, 4.0], [0.0, 3.0]]
    """
    with one_thread():
        gram = components @ components.T
        weights = np.zeros((X.shape[0], len(components)))
        for start in range(0, X.shape[0], BLOCK):
            block = slice(start, start + BLOCK)
            weights[block] = _descend(np.ascontiguousarray((X[block] @ components.T).T), gram).T
    return weights


def _descend(cross: np.ndarray, gram: np.ndarray) -> np.ndarray:
    """Non-negative least squares for many units: `cross` (n_topics, n_units) is HXᵀ, `gram` is HHᵀ."""
    weights = np.zeros_like(cross)
    topics = np.flatnonzero(gram.diagonal() > 0)
    for _ in range(MAX_SWEEPS):
        change = 0.0
        for topic in topics:
            new = np.maximum(weights[topic] + (cross[topic] - gram[topic] @ weights) / gram[topic, topic], 0)
            change = max(change, np.abs(new - weights[topic]).max())
            weights[topic] = new
        if change <= PRECISION * weights.max(initial=0):
            break
    return weights


def scale_rows(values: np.ndarray) -> np.ndarray:
    """Divide each row of an array (n, m), not negative, by its sum: rows sum to 1; rows of zeros stay."""
    sums = values.sum(axis=1, keepdims=True)
    return values / np.where(sums > 0, sums, 1)


def mean_shares(shares: np.ndarray, groups: np.ndarray, n_groups: int) -> np.ndarray:
    """
    The mean share of each topic over the units of each group that have a topic.

    Parameters
    ----------
    shares : array (n_units, n_topics) of shares; a unit without a topic has only zeros
    groups : array of int (n_units,), the group of each unit, from 0 to `n_groups` − 1

    Returns
    -------
    array (n_topics, n_groups), 0 to 1; missing (NaN) where no unit of a group has a topic

    Examples
    --------
    >>> mean_shares(np.array([[1.0, 0], [0.5, 0.5], [0, 0]]), np.array([0, 0, 1]), 2).tolist()
    [[0.75, nan], [0.25, nan]]
    """
    member = (groups[:, None] == np.arange(n_groups)) & (shares.sum(axis=1) > 0)[:, None]
    n_units = member.sum(axis=0)
    return np.where(n_units > 0, shares.T @ member / np.maximum(n_units, 1), np.nan)


def canonical_order(weights: np.ndarray, components: np.ndarray, n_first: int = 0) -> np.ndarray:
    """
    Order topics by mean share of the units, then by the column of their first term; the `n_first` first ones stay.

    Parameters
    ----------
    weights : array (n_units, n_topics)
    components : array (n_topics, n_terms)

    Returns
    -------
    array of int (n_topics,), the old number of each topic in its new place
    """
    # shares that differ by less than 9 digits are equal: their order must not depend on the last bit
    share = scale_rows(weights).mean(axis=0).round(9)
    rest = np.lexsort((components.argmax(axis=1), -share))
    return np.concatenate([np.arange(n_first), rest[rest >= n_first]])


def reconstruction_error(X: Matrix, weights: np.ndarray, components: np.ndarray) -> float:  # noqa: N803
    """
    The Frobenius norm of X − WH, without forming WH: 0 or more, 0 = a perfect fit.

    X has the shape (n_units, n_terms), W = `weights` (n_units, n_topics), H = `components` (n_topics, n_terms).
    """
    squares = X.data if sparse.issparse(X) else np.asarray(X).ravel()
    fitted = ((weights.T @ weights) * (components @ components.T)).sum()
    both = (weights * (X @ components.T)).sum()
    return float(np.sqrt(max(squares @ squares - 2 * both + fitted, 0.0)))


def check_size(name: str, number: Any, shape: tuple[int, int]) -> None:
    """
    Check that a matrix of this shape, (n_units, n_terms), can hold so many topics.

    Raises
    ------
    InputError : if `number` is no whole number from 1 to the smaller side
    """
    if not isinstance(number, int | np.integer) or not 1 <= number <= min(shape):
        raise InputError(
            name,
            repr(number),
            allowed=f"1 to {min(shape)} for a matrix of n_samples = {shape[0]} units and n_features = {shape[1]} terms",
            remedy="Ask for fewer topics, or give more text.",
        )


def check_shape(X: Matrix, units: Sized, terms: Sized) -> None:  # noqa: N803
    """
    Check that a matrix has a row for each unit, a column for each term, and a value above 0.

    Raises
    ------
    InputError : if not
    """
    if X.shape != (len(units), len(terms)) or not X.sum():
        found = f"a shape of {X.shape}" if X.shape != (len(units), len(terms)) else "only zeros"
        allowed = f"a row for each of {len(units)} units and a column for each of {len(terms)} terms, not all 0"
        raise InputError("matrix", found, allowed=allowed, remedy="Give matrix, units and terms of one count.")


def initialize(X: Matrix, k: int, init: str, rng: np.random.RandomState) -> tuple[np.ndarray, np.ndarray]:  # noqa: N803
    """
    Initial weights (n_units, k) and components (k, n_terms) of NMF; zeros for a matrix of zeros.

    Raises
    ------
    InputError : if `init` is neither "nndsvd" nor "random"
    """
    check_choice(init, "init", ["nndsvd", "random"])
    if not X.sum():
        return np.zeros((X.shape[0], k)), np.zeros((k, X.shape[1]))
    if init == "nndsvd":
        return _nndsvd(X, k)
    scale = np.sqrt(X.mean() / k)  # as scikit-learn
    return scale * np.abs(rng.standard_normal((X.shape[0], k))), scale * np.abs(rng.standard_normal((k, X.shape[1])))


def _nndsvd(X: Matrix, k: int) -> tuple[np.ndarray, np.ndarray]:  # noqa: N803
    """
    NNDSVD (Boutsidis & Gallopoulos 2008): of each pair of singular vectors, the side (positive or negative) that
    explains more.

    scikit-learn computes the singular vectors by a random projection that is not exact on texts: with k = 4 the three
    texts of this study have two different outcomes, depending on the seed.
    """
    left, values, right = _singular_vectors(X, k)
    weights, components = np.zeros((X.shape[0], k)), np.zeros((k, X.shape[1]))
    for topic in range(k):
        sides = [(np.maximum(sign * left[:, topic], 0), np.maximum(sign * right[topic], 0)) for sign in (1, -1)]
        unit, term = max(sides, key=lambda side: np.linalg.norm(side[0]) * np.linalg.norm(side[1]))
        n_unit, n_term = np.linalg.norm(unit), np.linalg.norm(term)
        if n_unit * n_term > 0:
            scale = np.sqrt(values[topic] * n_unit * n_term)
            weights[:, topic], components[topic] = scale * unit / n_unit, scale * term / n_term
    # One topic is optimal from the start, but scikit-learn sees convergence only in relation to a first step.
    return (2 * weights if k == 1 else weights), components


def _singular_vectors(X: Matrix, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # noqa: N803
    """The k largest singular values with their vectors, largest first."""
    if k < min(X.shape):
        left, values, right = svds(X, k, rng=0)  # rng: the start of Lanczos iterations, not their end
        order = np.argsort(-values)
        return left[:, order], values[order], right[order]
    left, values, right = np.linalg.svd(X.toarray() if sparse.issparse(X) else X, full_matrices=False)
    return left[:, :k], values[:k], right[:k]


def factorize(
    X: Matrix,  # noqa: N803
    weights: np.ndarray,
    components: np.ndarray,
    *,
    solver: str,
    max_iter: int,
    tol: float,
    rng: np.random.RandomState,
    n_pseudo: int = 0,
) -> Factorization:
    """
    Factorise a matrix from given initial values; whether it converged is part of the result, not a warning.

    MiniBatchNMF alone stays near its initial values: with 20 topics planted in 60,000 units it found them only in part,
    where NMF found them all. So it starts from the topics that NMF finds in units spread evenly over all of them (with
    the last `n_pseudo`, which are seeds), and improves these over all units.

    Parameters
    ----------
    X : array or sparse matrix (n_units, n_terms), not negative; one of zeros has topics of zeros
    weights, components : arrays (n_units, k) and (k, n_terms), initial values
    solver : "NMF", "MiniBatchNMF", or "auto": MiniBatchNMF from `MANY_UNITS` units on
    max_iter, tol : as in `analysis.topics.estimators.TopicNMF`

    Raises
    ------
    InputError : if `solver` is none of the three
    """
    check_choice(solver, "solver", ["auto", "NMF", "MiniBatchNMF"])
    if solver == "auto":
        solver = "MiniBatchNMF" if X.shape[0] >= MANY_UNITS else "NMF"
    if not X.sum():
        return Factorization(np.zeros_like(components), solver, 0, True)
    settings = {"n_components": len(components), "init": "custom", "tol": tol, "random_state": rng}
    if solver == "NMF":
        return _optimise(NMF(max_iter=max_iter, **settings), X, weights, components)
    n_real = X.shape[0] - n_pseudo
    even = np.linspace(0, n_real - 1, min(n_real, BATCH_UNITS)).astype(int)
    sample = np.concatenate([even, np.arange(n_real, X.shape[0])])
    first = _optimise(NMF(max_iter=max_iter, **settings), X[sample], weights[sample], components).components
    # its steps multiply and so cannot leave 0, hence a little of every term in every topic
    first = np.where(first > 0, first, first.mean())
    even_weights = np.full(weights.shape, np.sqrt(X.mean() / len(components)))
    model = MiniBatchNMF(batch_size=BATCH_UNITS, max_iter=min(max_iter, MAX_PASSES), **settings)
    return _optimise(model, X, even_weights, first)


def _optimise(model: Any, X: Matrix, weights: np.ndarray, components: np.ndarray) -> Factorization:  # noqa: N803
    matrix = _Transposed(X) if sparse.issparse(X) else X
    # invalid: a perfect fit has a squared error of 0, or of a little less, whose root scikit-learn takes
    with warnings.catch_warnings(), np.errstate(invalid="ignore"):
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit_transform(matrix, W=np.ascontiguousarray(weights), H=np.ascontiguousarray(components))
    converged = bool(model.n_iter_ < model.max_iter)
    return Factorization(model.components_, type(model).__name__, int(model.n_iter_), converged)


def round_shares(values: np.ndarray) -> np.ndarray:
    """
    Round shares (0 to 1, an array of any shape) to 9 significant digits; those below `DUST` become 0.

    Examples
    --------
    >>> round_shares(np.array([1 / 3, 2e-5 / 3, 1e-13])).tolist()
    [0.333333333, 6.66666667e-06, 0.0]
    """
    shares = np.where(values >= DUST, values, 0.0)
    exponents = DIGITS - 1 - np.floor(np.log10(np.where(shares > 0, shares, 1.0))).astype(int)
    powers = np.array([float(f"1e{exponent}") for exponent in range(23)])  # exact, other than 10.0**exponent
    return np.asarray(np.rint(shares * powers[exponents]) / powers[exponents])
