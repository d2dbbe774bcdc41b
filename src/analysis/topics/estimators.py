"""Topic estimators with scikit-learn's interface: NMF over all units, and NMF guided by seed terms."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_array, check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from analysis.inputs import InputError
from analysis.stats.threads import one_thread
from analysis.topics.nmf import (
    Factorization,
    Init,
    Matrix,
    Solver,
    canonical_order,
    check_size,
    factorize,
    initialize,
    reconstruction_error,
    scale_rows,
    solve_weights,
)


class TopicEstimator(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator, ABC):  # type: ignore[misc, unused-ignore]
    """What the estimators share: fitting, the order of topics, the weights of units, and scikit-learn's tags."""

    components_: np.ndarray
    converged_: bool
    max_iter: int
    tol: float

    def fit(self, X: Matrix, y: None = None) -> TopicEstimator:  # noqa: N803
        """Find the topics of `X` (n_units, n_terms), not negative; `y` is ignored."""
        self.fit_transform(X)
        return self

    def fit_transform(self, X: Matrix, y: None = None) -> np.ndarray:  # noqa: N803
        """Find the topics of `X` and return the weight of each in each unit, as `transform` does."""
        X = self._check(X)  # noqa: N806
        with one_thread():
            return self._fit(X)

    def transform(self, X: Matrix) -> np.ndarray:  # noqa: N803
        """The weight of each topic in each unit, (n_units, n_components): least squares for the fitted topics."""
        check_is_fitted(self)
        return solve_weights(self._check(X, reset=False), self.components_)

    @abstractmethod
    def _fit(self, X: Matrix) -> np.ndarray:  # noqa: N803
        """Find the topics of a checked matrix; returns the weights of units."""

    def _finish(self, X: Matrix, fit: Factorization, n_first: int = 0) -> np.ndarray:  # noqa: N803
        """Store topics in canonical order behind the `n_first` that keep their place; returns the weights of units."""
        components = scale_rows(fit.components)
        weights = solve_weights(X, components)
        components[~weights.any(axis=0)] = 0  # what no unit needs is rounding error, as beyond the rank of a matrix
        order = canonical_order(weights, components, n_first)
        weights, self.components_ = weights[:, order], components[order]
        self.solver_, self.n_iter_, self.converged_ = fit.solver, fit.n_iter, fit.converged
        self.reconstruction_err_ = reconstruction_error(X, weights, self.components_)
        return weights

    def _check(self, X: Matrix, *, reset: bool = True) -> Matrix:  # noqa: N803
        kinds = {"accept_sparse": "csr", "dtype": np.float64, "ensure_non_negative": True}
        return validate_data(self, X, reset=reset, **kinds)

    @property
    def _n_features_out(self) -> int:
        return len(self.components_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.positive_only = True
        return tags


class TopicNMF(TopicEstimator):
    """
    Topics of a matrix by non-negative matrix factorisation, over all units together.

    Parameters
    ----------
    n_components : int
        Number of topics, at most the smaller side of the matrix.
    init : {"nndsvd", "random"}
        Initial values. ``nndsvd`` (Boutsidis & Gallopoulos 2008): the singular vectors, computed here until they no
        longer change, so that the result depends neither on `random_state` nor on the order of the units.
    solver : {"auto", "NMF", "MiniBatchNMF"}
        scikit-learn's class that does the work; ``auto`` takes MiniBatchNMF from `MANY_UNITS` units on
        (see `analysis.topics.nmf.factorize`).
    max_iter : int
        Most iterations; MiniBatchNMF passes over the units `MAX_PASSES` times at most.
    tol : float
        Convergence: the change in an iteration, relative to that in the first.
    random_state : int, RandomState or None

    Attributes
    ----------
    components_ : array (n_components, n_terms), rows sum to 1, or 0 for a topic that no unit has
        The topic with the largest mean share of the units first.
    solver_ : str, the class that did the work
    n_iter_ : int
    converged_ : bool, whether it converged within `max_iter`
    reconstruction_err_ : float, Frobenius norm of X − WH, 0 = a perfect fit

    Raises
    ------
    InputError : in `fit`, if `n_components` is no whole number from 1 to the smaller side of the matrix, or `init` or
        `solver` is unknown

    Examples
    --------
    >>> words = np.array([[3.0, 2, 0, 0], [0, 0, 5, 1], [0, 0, 4, 1]])
    >>> TopicNMF(2).fit(words).components_.round(1)
    array([[0. , 0. , 0.8, 0.2],
           [0.6, 0.4, 0. , 0. ]])
    """

    def __init__(
        self,
        n_components: int = 8,
        *,
        init: Init = "nndsvd",
        solver: Solver = "auto",
        max_iter: int = 1000,
        tol: float = 1e-5,
        random_state: Any = None,
    ):
        self.n_components = n_components
        self.init = init
        self.solver = solver
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state

    def _fit(self, X: Matrix) -> np.ndarray:  # noqa: N803
        check_size("n_components", self.n_components, X.shape)
        rng = check_random_state(self.random_state)
        weights, components = initialize(X, self.n_components, self.init, rng)
        settings = {"solver": self.solver, "max_iter": self.max_iter, "tol": self.tol, "rng": rng}
        return self._finish(X, factorize(X, weights, components, **settings))


class GuidedNMF(TopicEstimator):
    r"""
    Guided NMF: one topic per theme, initialised at the theme's seed terms, and free topics beside them.

    Each row :math:`s_k` of `seeds`, at unit length, joins the matrix as a pseudo-unit of weight :math:`\lambda`, and
    topic k is initialised with it; so it stays with its theme and gathers the words that occur beside its seeds. Free
    topics take what the themes do not explain. The pseudo-units have no weight in any result but the components.

    Parameters
    ----------
    seeds : array (n_seeds, n_terms) or None
        A row per theme, above 0 at its terms; None: free topics only.
    n_free : int
        Number of free topics.
    weight : float, 0 or more
        :math:`\lambda`: the length of each pseudo-unit, where a real one has 1; 0 = seeds are initial values only.
        The more units, and the fewer of them about a theme, the more it takes to hold a topic at its seeds: in the
        three texts of this study 1 loses CBRN, and 1.5 keeps every seed on top.
    init, solver, max_iter, tol, random_state : as in `TopicNMF`; `init` is that of the free topics

    Attributes
    ----------
    components_ : array (n_seeds + n_free, n_terms), rows sum to 1, or 0 for a topic that no unit has
        Topics of the seeds in their order, then free ones, that with the largest mean share of the units first.
    solver_, n_iter_, converged_, reconstruction_err_ : as in `TopicNMF`; the error is that of the real units

    Raises
    ------
    InputError : in `fit`, if a row of `seeds` has no term or they do not fit the matrix, `n_free` is too large for it,
        there is no topic at all, or `weight` is below 0

    Examples
    --------
    >>> words = np.array([[3.0, 2, 0, 0], [0, 0, 5, 1], [0, 0, 4, 1]])
    >>> GuidedNMF([[0, 1, 0, 0]], n_free=1, weight=1).fit(words).components_.round(1)
    array([[0.6, 0.4, 0. , 0. ],
           [0. , 0. , 0.8, 0.2]])
    """

    def __init__(
        self,
        seeds: Any = None,
        *,
        n_free: int = 2,
        weight: float = 2.0,
        init: Init = "nndsvd",
        solver: Solver = "auto",
        max_iter: int = 1000,
        tol: float = 1e-5,
        random_state: Any = None,
    ):
        self.seeds = seeds
        self.n_free = n_free
        self.weight = weight
        self.init = init
        self.solver = solver
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state

    def _fit(self, X: Matrix) -> np.ndarray:  # noqa: N803
        seeds = self._check_seeds(X.shape[1])
        if self.n_free != 0 or not len(seeds):
            check_size("n_free", self.n_free, X.shape)
        if not self.weight >= 0:
            raise InputError("weight", repr(self.weight), allowed="0 or more", remedy="Try 1.")
        rng = check_random_state(self.random_state)
        components = np.vstack([seeds, self._initialize_free(X, seeds, rng)])
        pseudo = sparse.csr_array(self.weight * seeds) if self.weight else sparse.csr_array((0, X.shape[1]))
        joined = sparse.vstack([sparse.csr_array(X), pseudo], format="csr")
        # the first half-step is that of the weights, so any positive ones will do
        weights = np.full((joined.shape[0], len(components)), np.sqrt(X.mean() / len(components)))
        components = components + 1e-3 * components.mean(axis=1, keepdims=True) * rng.random(components.shape)
        settings = {"solver": self.solver, "max_iter": self.max_iter, "tol": self.tol, "rng": rng}
        fit = factorize(joined, weights, components, n_pseudo=pseudo.shape[0], **settings)
        return self._finish(X, fit, n_first=len(seeds))

    def _check_seeds(self, n_terms: int) -> np.ndarray:
        """The seeds, each row at unit length."""
        if self.seeds is None:
            return np.zeros((0, n_terms))
        seeds = check_array(self.seeds, dtype=np.float64, ensure_non_negative=True, input_name="seeds")
        length = np.linalg.norm(seeds, axis=1, keepdims=True)
        if seeds.shape[1] != n_terms or not length.all():
            found = f"{seeds.shape[1]} columns" if seeds.shape[1] != n_terms else "a theme without a term"
            allowed = f"a column for each of the {n_terms} terms, and a term in every row"
            raise InputError("seeds", found, allowed=allowed, remedy="Leave out themes whose terms do not occur.")
        return seeds / length

    def _initialize_free(self, X: Matrix, seeds: np.ndarray, rng: np.random.RandomState) -> np.ndarray:  # noqa: N803
        """Initial free topics, from the units weighed by how little of them the seeds explain."""
        if not self.n_free:
            return np.zeros((0, X.shape[1]))
        rows = sparse.csr_array(X)
        if len(seeds):
            explained = solve_weights(X, seeds)
            length = (rows * rows).sum(axis=1)
            fitted = np.einsum("ik,kl,il->i", explained, seeds @ seeds.T, explained)
            left = np.sqrt(np.clip(1 - fitted / np.where(length > 0, length, 1), 0, 1))
            rows = sparse.csr_array(sparse.diags_array(left) @ rows)
        components = initialize(rows, self.n_free, self.init, rng)[1]
        return components / np.maximum(np.linalg.norm(components, axis=1, keepdims=True), np.finfo(float).tiny)
