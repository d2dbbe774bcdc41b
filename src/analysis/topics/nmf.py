r"""
What non-negative factors rest on: where a search begins, the search, and the one best set of weights for given topics.

:math:`X \approx WH` with nothing below 0: a row of H says with which terms a topic speaks, a row of W how much of each
topic stands in a unit. Sums are taken on one thread, so that the same seed gives the same numbers on any machine's
cores, and weights are not those at which some iteration happened to stop but the best ones (`solve_weights`).
"""

from __future__ import annotations

import warnings
from collections.abc import Sized
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
# Non-negative least squares: rows at once (their weights fit in the cache), sweeps at most, and the change between two
# sweeps, relative to the largest weight, below which weights are final: finer than the 9 digits that are kept of them.
BLOCK, MAX_SWEEPS, PRECISION = 4096, 5000, 1e-12
DIGITS = 9
# A share below this is dust of the computation, not a finding. It also bounds the powers of ten of `round_shares` to
# those that a float holds exactly, so that a rounded number is the one its decimal text reads back as.
DUST = 1e-12


class Fit(NamedTuple):
    """What a search found, and how it ended."""

    components: np.ndarray  # (n_components, n_terms)
    solver: str
    n_iter: int
    converged: bool


def solve_weights(X: Matrix, components: np.ndarray) -> np.ndarray:  # noqa: N803
    r"""
    The weights :math:`W = \arg\min_{W \ge 0} \|X - WH\|_F`, for given topics H.

    Each unit has one best answer where no topic is a mixture of others; it is found by coordinate descent (one topic
    after the other, all units at once), which needs X and H only through :math:`XH^T` and :math:`HH^T`.

    X : array or sparse matrix (n_units, n_terms), not negative
    components : array (n_topics, n_terms), not negative

    Returns an array (n_units, n_topics), not negative; 0 for a topic without terms.

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
    """Rows divided by their sums; rows of zeros stay."""
    sums = values.sum(axis=1, keepdims=True)
    return values / np.where(sums > 0, sums, 1)


def canonical_order(weights: np.ndarray, components: np.ndarray, n_first: int = 0) -> np.ndarray:
    """
    The order in which topics are listed: by mean share of the units, then by first top term; the `n_first` stay.

    weights : array (n_units, n_topics)
    components : array (n_topics, n_terms)

    Returns the numbers of the topics, an array of int.
    """
    # shares that differ by less than 9 digits are equal: their order must not hang on the last bit
    share = scale_rows(weights).mean(axis=0).round(9)
    rest = np.lexsort((components.argmax(axis=1), -share))
    return np.concatenate([np.arange(n_first), rest[rest >= n_first]])


def reconstruction_error(X: Matrix, weights: np.ndarray, components: np.ndarray) -> float:  # noqa: N803
    """The Frobenius norm of X − WH, without forming WH."""
    squares = X.data if sparse.issparse(X) else np.asarray(X).ravel()
    fitted = ((weights.T @ weights) * (components @ components.T)).sum()
    both = (weights * (X @ components.T)).sum()
    return float(np.sqrt(max(squares @ squares - 2 * both + fitted, 0.0)))


def check_size(name: str, number: Any, shape: tuple[int, int]) -> None:
    """
    Whether a matrix of this shape can hold so many topics.

    Raises
    ------
    InputError : if `number` is no whole number from 1 to the smaller side
    """
    most = min(shape)
    if not isinstance(number, int | np.integer) or not 1 <= number <= most:
        raise InputError(
            name,
            repr(number),
            allowed=f"1 to {most} for a matrix with n_samples = {shape[0]} units and n_features = {shape[1]} terms",
            remedy="Ask for fewer topics, or give more text.",
        )


def check_shape(X: Matrix, units: Sized, terms: Sized) -> None:  # noqa: N803
    """
    Whether a matrix has a row per unit, a column per term, and anything in it.

    Raises
    ------
    InputError : if not
    """
    if X.shape != (len(units), len(terms)) or not X.sum():
        found = f"a shape of {X.shape}" if X.shape != (len(units), len(terms)) else "only zeros"
        allowed = f"a row for each of {len(units)} units and a column for each of {len(terms)} terms, not all 0"
        raise InputError("matrix", found, allowed=allowed, remedy="Give matrix, units and terms of one count.")


def begin(X: Matrix, k: int, init: str, rng: np.random.RandomState) -> tuple[np.ndarray, np.ndarray]:  # noqa: N803
    """Where the search begins: weights (n_units, k) and components (k, n_terms)."""
    check_choice(init, "init", ["nndsvd", "random"])
    if init == "nndsvd":
        return _nndsvd(X, k)
    scale = np.sqrt(X.mean() / k)  # as scikit-learn
    return scale * np.abs(rng.standard_normal((X.shape[0], k))), scale * np.abs(rng.standard_normal((k, X.shape[1])))


def _nndsvd(X: Matrix, k: int) -> tuple[np.ndarray, np.ndarray]:  # noqa: N803
    """
    NNDSVD: of each pair of singular vectors, the side (positive or negative) that explains more.

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
    # One topic is at its end where it begins, but scikit-learn sees an end only in relation to a first step.
    return (2 * weights if k == 1 else weights), components


def _singular_vectors(X: Matrix, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # noqa: N803
    """The k largest singular values with their vectors, largest first."""
    if k < min(X.shape):
        left, values, right = svds(X, k, rng=0)  # rng: where Lanczos begins, not where it ends
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
) -> Fit:
    """
    Factorise from given beginnings; what scikit-learn would warn of (no convergence) becomes part of the result.

    MiniBatchNMF alone stays near its beginning: with 20 topics planted in 60,000 units it found them only in part,
    where NMF found them all. So it begins at the topics that NMF finds in units drawn evenly from all of them
    (with the last `n_pseudo`, which are seeds), and improves these over all units.
    """
    check_choice(solver, "solver", ["auto", "NMF", "MiniBatchNMF"])
    if solver == "auto":
        solver = "MiniBatchNMF" if X.shape[0] >= MANY_UNITS else "NMF"
    settings = {"n_components": len(components), "init": "custom", "tol": tol, "random_state": rng}
    if solver == "NMF":
        return _run(NMF(max_iter=max_iter, **settings), X, weights, components)
    n_real = X.shape[0] - n_pseudo
    even = np.linspace(0, n_real - 1, min(n_real, BATCH_UNITS)).astype(int)
    drawn = np.concatenate([even, np.arange(n_real, X.shape[0])])
    first = _run(NMF(max_iter=max_iter, **settings), X[drawn], weights[drawn], components).components
    # its steps multiply and so cannot leave 0, hence a little of every term in every topic
    first = np.where(first > 0, first, first.mean())
    even_weights = np.full(weights.shape, np.sqrt(X.mean() / len(components)))
    model = MiniBatchNMF(batch_size=BATCH_UNITS, max_iter=min(max_iter, MAX_PASSES), **settings)
    return _run(model, X, even_weights, first)


def _run(model: Any, X: Matrix, weights: np.ndarray, components: np.ndarray) -> Fit:  # noqa: N803
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit_transform(X, W=np.ascontiguousarray(weights), H=np.ascontiguousarray(components))
    ended = bool(model.n_iter_ < model.max_iter)
    return Fit(model.components_, type(model).__name__, int(model.n_iter_), ended)


def round_shares(values: np.ndarray) -> np.ndarray:
    """
    Shares (0 to 1) to 9 significant digits; below `DUST` they become 0.

    Examples
    --------
    >>> round_shares(np.array([1 / 3, 2e-5 / 3, 1e-13])).tolist()
    [0.333333333, 6.66666667e-06, 0.0]
    """
    kept = np.where(values >= DUST, values, 0.0)
    exponents = DIGITS - 1 - np.floor(np.log10(np.where(kept > 0, kept, 1.0))).astype(int)
    powers = np.array([float(f"1e{exponent}") for exponent in range(23)])  # exact, other than 10.0**exponent
    return np.asarray(np.rint(kept * powers[exponents]) / powers[exponents])
