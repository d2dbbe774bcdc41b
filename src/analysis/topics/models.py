r"""
Topic models as tables: topics over all texts, topics guided by declared themes, and their terms in each text.

A unit (paragraph, sentence, window) has a few topics, a topic a few terms. `fit_topics` finds topics over all texts
together, `fit_guided` uses declared themes as seeds, and `analysis.topics.dynamic.fit_dynamic` links topics of single
texts. `estimate_wording` then estimates the terms of each topic in each text.

In all functions, the rows of a matrix are `units` (ids in reading order) and its columns `terms` (sorted);
`documents` gives the text of each unit, its index holding the ids of the units. Shares keep 9 significant digits.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.inputs import InputError
from analysis.report.files import write_atomically
from analysis.themes.dictionary import Themes, match_terms
from analysis.topics.estimators import GuidedNMF, TopicNMF
from analysis.topics.nmf import (
    DIGITS,
    Init,
    Matrix,
    Solver,
    check_shape,
    check_size,
    mean_shares,
    round_shares,
    scale_rows,
    solve_weights,
)


@dataclass(frozen=True)
class Topics:
    """A fitted topic model, as two tables that share their topic ids, and how it was fitted."""

    terms: pd.DataFrame  # (n_topics, n_terms), share of each term; rows sum to 1, or 0 for a topic that no unit has
    units: pd.DataFrame  # (n_units, n_topics), share of each topic; rows sum to 1, or 0 for a unit without a topic
    about: Mapping[str, Any] = field(default_factory=dict)  # model, solver, init, seed, n_iter, converged, ...: plain


def fit_topics(
    X: Matrix,  # noqa: N803
    units: pd.Index,
    terms: pd.Index,
    *,
    n_topics: int,
    init: Init = "nndsvd",
    solver: Solver = "auto",
    seed: int,
) -> Topics:
    r"""
    Fit topics over all texts together, by non-negative matrix factorisation (`analysis.topics.estimators.TopicNMF`).

    The share of topic k in unit i is :math:`\theta_{ik} = W_{ik}\|H_k\|_1 / \sum_j W_{ij}\|H_j\|_1`.

    Parameters
    ----------
    X : array or sparse matrix (n_units, n_terms), not negative
        TF-IDF, rows of unit length, so that long units do not outweigh short ones.
    n_topics : int, at most the smaller side of `X`
    init : "nndsvd" (the same result for every seed) or "random" (to see how far the result depends on initial values)
    solver : "auto" takes scikit-learn's NMF, and MiniBatchNMF from 50,000 units on; ``about["solver"]`` says which

    Returns
    -------
    Topics
        Ids ``t01``, ``t02``, … by mean share over all units, ties by first top term. ``about`` has ``model``, ``init``,
        ``seed``, ``solver``, ``n_iter``, ``converged`` and ``reconstruction_error`` (Frobenius norm, 0 = perfect).

    Raises
    ------
    InputError : if the matrix does not have a row per unit and a column per term, or holds too little for `n_topics`

    Examples
    --------
    >>> words = np.array([[3.0, 2, 0, 0], [0, 0, 5, 1], [0, 0, 4, 1]])
    >>> topics = fit_topics(words, pd.Index(["A1", "A2", "B1"]), pd.Index(["haven", "vis", "euro", "geld"]),
    ...                     n_topics=2, seed=1)
    >>> list_top_terms(topics.terms, n=2).values.tolist()
    [['euro', 'geld'], ['haven', 'vis']]
    """
    check_shape(X, units, terms)
    check_size("n_topics", n_topics, X.shape)
    model = TopicNMF(n_topics, init=init, solver=solver, random_state=seed)
    weights = model.fit_transform(X)
    about = {"model": "NMF", "init": init, "seed": seed, **describe_fit(model)}
    return arrange_topics(model.components_, weights, units, terms, number_topics(n_topics), about)


def fit_guided(
    X: Matrix,  # noqa: N803
    units: pd.Index,
    terms: pd.Index,
    seeds: Mapping[str, Sequence[str]],
    *,
    n_free: int = 2,
    weight: float = 2.0,
    init: Init = "nndsvd",
    solver: Solver = "auto",
    seed: int,
) -> Topics:
    """
    Fit one topic per declared theme, initialised at its seeds, and free topics beside them
    (`analysis.topics.estimators.GuidedNMF`).

    Parameters
    ----------
    X : array or sparse matrix (n_units, n_terms), not negative, as for `fit_topics`
    seeds : mapping of theme name to its terms, such as from `list_seeds`; any number of themes
        Terms that are not in `terms` are left out and named in ``about["seeds_left_out"]``.
    n_free : int, topics without a theme
    weight : float, length of the pseudo-paragraph of a theme's seeds, where a real one has 1; 0 = initial values only
        With little weight a topic may move away from a theme that few paragraphs name, and keep its label. So look at
        ``about["seeds_on_top"]``: the number of its seeds among the first 20 terms of each topic.

    Returns
    -------
    Topics
        Ids are the names of the themes, in their order, then ``free1``, ``free2``, … by mean share. ``about`` has also
        ``weight``, ``seeds`` (those used), ``seeds_left_out`` and ``seeds_on_top``.

    Raises
    ------
    InputError : if no seed of a theme occurs, or as in `fit_topics`
    """
    check_shape(X, units, terms)
    used = {theme: [term for term in words if term in terms] for theme, words in seeds.items()}
    for theme, words in used.items():
        if not words:
            raise InputError(
                f"seeds[{theme!r}]",
                f"none of {list(seeds[theme])} in the texts",
                allowed="at least one term of the vocabulary",
                remedy="Add terms, lower min_units, or leave the theme out.",
            )
    rows = np.array([terms.isin(words) for words in used.values()], dtype=float).reshape(len(used), len(terms))
    model = GuidedNMF(
        rows if len(rows) else None, n_free=n_free, weight=weight, init=init, solver=solver, random_state=seed
    )
    weights = model.fit_transform(X)
    left_out = {theme: sorted(set(words) - set(used[theme])) for theme, words in seeds.items()}
    about = {"model": "guided NMF", "init": init, "seed": seed, "weight": weight, **describe_fit(model)}
    about |= {"seeds": used, "seeds_left_out": {theme: words for theme, words in left_out.items() if words}}
    ids = [*used, *(f"free{number}" for number in range(1, n_free + 1))]
    first = list_top_terms(pd.DataFrame(model.components_, index=ids, columns=terms), 20)
    about["seeds_on_top"] = {theme: int(first.loc[theme].isin(words).sum()) for theme, words in used.items()}
    return arrange_topics(model.components_, weights, units, terms, ids, about)


def list_seeds(dictionary: Themes, terms: pd.Index, themes: Sequence[str]) -> dict[str, list[str]]:
    """
    List the terms of a vocabulary that are core terms of declared themes, to be their seeds.

    A term of the vocabulary is a seed when the dictionary matches all its words; a lemma of forms that the dictionary
    lists in the plural only is therefore missed.

    Parameters
    ----------
    terms : Index of str, such as `analysis.corpus.counts.Counts.terms`
    themes : names of themes, any number

    Returns
    -------
    dict of theme, in the order given, to sorted terms; no terms where none occurs
    """
    seeds: dict[str, list[str]] = {theme: [] for theme in themes}
    for term in terms:
        words = term.split(" ")
        matches = [match for match in match_terms(words, dictionary) if match.term.role == "core"]
        for theme in {match.term.theme for match in matches if len(match.tokens) == len(words)}:
            if theme in seeds:
                seeds[theme].append(term)
    return {theme: sorted(words) for theme, words in seeds.items()}


def estimate_wording(X: Matrix, topics: Topics, documents: pd.Series) -> dict[str, pd.DataFrame]:  # noqa: N803
    r"""
    Estimate the terms of each topic in each text.

    The weights of the units in the topics (W) are fixed, and the terms are estimated again from one text:
    :math:`H_t = \arg\min_{H \ge 0} \|X_t - W_t H\|_F`. A term that a text does not use has share 0 there. Few units
    mean unstable wording: show how many there are.

    Parameters
    ----------
    X : array or sparse matrix (n_units, n_terms) on which `topics` was fitted
    documents : Series, the text of each unit, index the ids of the units

    Returns
    -------
    dict of doc_id, in order of first appearance, to a DataFrame like ``topics.terms``
        Rows sum to 1, or 0 for a topic that the text does not have.

    Raises
    ------
    InputError : if the matrix does not fit the topics, or a unit has no document
    """
    check_shape(X, topics.units.index, topics.terms.columns)
    document_of = find_documents(topics.units.index, documents)
    weights = solve_weights(X, topics.terms.to_numpy())
    matrix, wording = sparse.csr_array(X), {}
    for document in dict.fromkeys(document_of):
        rows = np.flatnonzero(document_of == document)
        components = solve_weights(sparse.csr_array(matrix[rows].T), weights[rows].T).T
        wording[document] = frame_shares(components, topics.terms.index, topics.terms.columns)
    return wording


def list_top_terms(terms: pd.DataFrame, n: int = 10) -> pd.DataFrame:
    """
    List the `n` terms with the largest shares of each topic.

    Parameters
    ----------
    terms : DataFrame (n_topics, n_terms) of shares

    Returns
    -------
    DataFrame, one row per topic, columns 1 to `n`, or to the number of terms
        The largest share first, the first in the alphabet among equals; an empty text where shares are 0.
    """
    values = terms[sorted(terms.columns)]  # so that ties fall by the alphabet in any table
    order = np.argsort(-values.to_numpy(), axis=1, kind="stable")[:, :n]
    shares = np.take_along_axis(values.to_numpy(), order, axis=1)
    words = np.where(shares > 0, values.columns.to_numpy(dtype=object)[order], "")
    ranks = pd.RangeIndex(1, words.shape[1] + 1, name="rank")
    return pd.DataFrame(words, index=terms.index, columns=ranks)


def share_topics(units: pd.DataFrame, documents: pd.Series) -> pd.DataFrame:
    """
    The share of each topic in each text: the mean over its units that have a topic.

    Parameters
    ----------
    units : DataFrame (n_units, n_topics) of shares
    documents : Series, the text of each unit, index the ids of the units

    Returns
    -------
    DataFrame, one row per topic, one column per text in order of first appearance
        Columns sum to 1, or 0 where no unit has a topic.

    Raises
    ------
    InputError : if a unit has no text, or two
    """
    codes, names = pd.factorize(find_documents(units.index, documents))
    shares = round_shares(mean_shares(units.to_numpy(), codes, len(names)))  # missing ones become 0
    return pd.DataFrame(shares, index=units.columns, columns=pd.Index(names, name=documents.name))


def save_topics(topics: Topics, folder: str | Path, name: str = "topics") -> list[Path]:
    """
    Write topics as plain files that any program reads; the same topics give the same bytes.

    ``<name>-terms.csv`` has a row per term and ``<name>-units.csv`` a row per unit, both with a column per topic;
    ``<name>.json`` says how they were fitted. All are in UTF-8; text is to be read as text (*null* is a Dutch word).

    Returns
    -------
    list of the three paths
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    content = {"topics": list(topics.terms.index), "n_terms": topics.terms.shape[1], "n_units": len(topics.units)}
    content |= {"unit": topics.units.index.name, "about": dict(topics.about)}
    texts = {
        "-terms.csv": _to_csv(topics.terms.T.rename_axis("term")),
        "-units.csv": _to_csv(topics.units),
        ".json": json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n",
    }
    for suffix, text in texts.items():
        write_atomically(folder / f"{name}{suffix}", text.encode())
    return [folder / f"{name}{suffix}" for suffix in texts]


def number_topics(n: int) -> list[str]:
    """Topic ids: `n` of them, ``t01``, ``t02``, …"""
    return [f"t{number:02d}" for number in range(1, n + 1)]


def describe_fit(model: Any) -> dict[str, Any]:
    """The solver, iterations, convergence and reconstruction error of a fitted estimator, as plain values."""
    return {
        "solver": model.solver_,
        "n_iter": model.n_iter_,
        "converged": model.converged_,
        "reconstruction_error": float(f"{model.reconstruction_err_:.{DIGITS}g}"),
    }


def arrange_topics(
    components: np.ndarray,
    weights: np.ndarray,
    units: pd.Index,
    terms: pd.Index,
    ids: Sequence[str],
    about: Mapping[str, Any],
) -> Topics:
    """Components (n_topics, n_terms) and weights (n_units, n_topics) as `Topics` with these ids."""
    names = pd.Index(ids, name="topic")
    units, terms = units.rename(units.name or "unit"), terms.rename("term")
    return Topics(frame_shares(components, names, terms), frame_shares(weights, units, names), about)


def frame_shares(values: np.ndarray, index: pd.Index, columns: pd.Index) -> pd.DataFrame:
    """Values (n, m), not negative, as shares of their row, to 9 significant digits."""
    return pd.DataFrame(round_shares(scale_rows(values)), index=index, columns=columns)


def find_documents(units: pd.Index, documents: pd.Series) -> np.ndarray:
    """
    The text of each unit, (n_units,), from a Series that is indexed by the ids of the units in any order.

    Raises
    ------
    InputError : if a unit has no text, or two
    """
    missing = units[~units.isin(documents.index)]
    if len(missing) or not documents.index.is_unique:
        found = f"no value for {len(missing)} units, such as {missing[0]!r}" if len(missing) else "a unit twice"
        raise InputError("documents", found, allowed="one value per unit", remedy="Index it by the ids of the units.")
    return documents.reindex(units).to_numpy(dtype=object)


def _to_csv(table: pd.DataFrame) -> str:
    return str(table.to_csv(float_format=f"%.{DIGITS}g", lineterminator="\n"))
