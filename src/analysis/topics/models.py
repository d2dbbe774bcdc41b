r"""
Topics: what the texts suggest by themselves.

A unit (paragraph, sentence, window) speaks of a few topics, a topic with a few terms. `fit_topics` finds topics over
all texts together, `fit_guided` lets declared themes be seeds, `fit_lda` is another model for comparison, and
`analysis.topics.dynamic.fit_dynamic` links topics of single texts. `word_topics` then says how each text words a topic.

In all functions, the rows of a matrix are `units` (ids in reading order) and its columns `terms` (sorted);
`documents` gives the text of each unit, its index holding the ids of the units. Shares keep 9 significant digits.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.decomposition import LatentDirichletAllocation

from analysis.inputs import InputError, read_text
from analysis.stats.threads import one_thread
from analysis.themes.dictionary import Themes, match_terms
from analysis.topics.estimators import GuidedNMF, TopicNMF
from analysis.topics.nmf import (
    DIGITS,
    MANY_UNITS,
    Init,
    Matrix,
    Solver,
    canonical_order,
    check_shape,
    check_size,
    round_shares,
    scale_rows,
    solve_weights,
)


@dataclass(frozen=True)
class Topics:
    """A fitted topic model, as two tables that share their topic ids, and how it was fitted."""

    terms: pd.DataFrame  # (n_topics, n_terms), share of each term; rows sum to 1, or 0 for a topic that found nothing
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
    Topics over all texts together, by non-negative matrix factorisation (`analysis.topics.estimators.TopicNMF`).

    The share of topic k in unit i is :math:`\theta_{ik} = W_{ik}\|H_k\|_1 / \sum_j W_{ij}\|H_j\|_1`.

    Parameters
    ----------
    X : array or sparse matrix (n_units, n_terms), not negative
        TF-IDF, rows of unit length, so that long units do not outweigh short ones.
    n_topics : int, at most the smaller side of `X`
    init : "nndsvd" (the same result for every seed) or "random" (to see how far the result hangs on the beginning)
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
    >>> found = fit_topics(words, pd.Index(["A1", "A2", "B1"]), pd.Index(["haven", "vis", "euro", "geld"]),
    ...                    n_topics=2, seed=1)
    >>> list_top_terms(found.terms, n=2).values.tolist()
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
    One topic per declared theme, begun at its seeds, and free topics beside them
    (`analysis.topics.estimators.GuidedNMF`).

    Parameters
    ----------
    seeds : mapping of theme name to its terms, such as from `list_seeds`
        Terms that are not in `terms` are left out and named in ``about["seeds_left_out"]``.
    n_free : int, topics that no theme claims
    weight : float, length of the pseudo-paragraph of a theme's seeds, where a real one has 1; 0 = a beginning only
        With little weight a topic may leave a theme that few paragraphs speak of, and keep its name. So look at
        ``about["seeds_on_top"]``: how many of its seeds are among the first 20 terms of each topic.

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


def fit_lda(
    counts: Matrix, units: pd.Index, terms: pd.Index, *, n_topics: int, max_iter: int = 100, seed: int
) -> Topics:
    """
    Latent Dirichlet allocation on counts, for comparison (scikit-learn's, its priors 1 / `n_topics`).

    It runs `max_iter` passes over the units (10 in small batches from 50,000 units on). It depends on its seed: compare
    several. Units without a term have no topic, though the model would call all topics equally likely there.

    Parameters
    ----------
    counts : array or sparse matrix (n_units, n_terms) of counts, not TF-IDF

    Returns
    -------
    Topics, ids as in `fit_topics`
    """
    check_shape(counts, units, terms)
    check_size("n_topics", n_topics, counts.shape)
    many = counts.shape[0] >= MANY_UNITS
    way = {"learning_method": "online", "max_iter": min(max_iter, 10)} if many else {"max_iter": max_iter}
    model = LatentDirichletAllocation(n_topics, batch_size=4096, random_state=seed, **way)
    with one_thread():
        weights = model.fit_transform(counts)
    weights = weights * (np.asarray(counts.sum(axis=1)).reshape(-1, 1) > 0)
    components = scale_rows(model.components_)
    order = canonical_order(weights, components)
    solver = f"LatentDirichletAllocation ({model.learning_method})"
    about = {"model": "LDA", "solver": solver, "seed": seed, "n_iter": int(model.n_iter_)}
    return arrange_topics(components[order], weights[:, order], units, terms, number_topics(n_topics), about)


def list_seeds(dictionary: Themes, terms: pd.Index, themes: Sequence[str]) -> dict[str, list[str]]:
    """
    The terms of a vocabulary that declared themes have as core terms, to be their seeds.

    A term of the vocabulary is a seed when the dictionary matches all its words; a lemma that stands for forms which
    the dictionary lists in the plural only is therefore missed.

    Returns
    -------
    dict of theme to sorted terms; empty where none occurs
    """
    found: dict[str, list[str]] = {theme: [] for theme in themes}
    for term in terms:
        words = term.split(" ")
        matches = [match for match in match_terms(words, dictionary) if match.term.role == "core"]
        for theme in {match.term.theme for match in matches if len(match.tokens) == len(words)}:
            if theme in found:
                found[theme].append(term)
    return {theme: sorted(words) for theme, words in found.items()}


def word_topics(X: Matrix, topics: Topics, documents: pd.Series) -> dict[str, pd.DataFrame]:  # noqa: N803
    r"""
    How each text words each topic.

    What the units of a text give to each topic (W) is kept, and the terms are estimated anew from that text alone:
    :math:`H_t = \arg\min_{H \ge 0} \|X_t - W_t H\|_F`. A term that a text does not use has share 0 there. Few units
    mean unsteady wording: show how many there are.

    Parameters
    ----------
    X : the matrix on which `topics` was fitted

    Returns
    -------
    dict of doc_id, in order of first appearance, to a DataFrame like ``topics.terms``
        Rows sum to 1, or 0 for a topic that the text does not have.

    Raises
    ------
    InputError : if the matrix does not fit the topics, or a unit has no document
    """
    check_shape(X, topics.units.index, topics.terms.columns)
    owner = find_owners(topics.units.index, documents)
    weights = solve_weights(X, topics.terms.to_numpy())
    rows, wording = sparse.csr_array(X), {}
    for document in dict.fromkeys(owner):
        own = np.flatnonzero(owner == document)
        components = solve_weights(sparse.csr_array(rows[own].T), weights[own].T).T
        wording[document] = frame_shares(components, topics.terms.index, topics.terms.columns)
    return wording


def list_top_terms(terms: pd.DataFrame, n: int = 10) -> pd.DataFrame:
    """
    The `n` first terms of each topic.

    Parameters
    ----------
    terms : DataFrame (n_topics, n_terms) of shares

    Returns
    -------
    DataFrame, one row per topic, columns 1 to `n`
        The term with the largest share first, the first in the alphabet among equals; empty where shares are 0.
    """
    values = terms[sorted(terms.columns)]  # so that ties fall by the alphabet in any table
    order = np.argsort(-values.to_numpy(), axis=1, kind="stable")[:, :n]
    shares = np.take_along_axis(values.to_numpy(), order, axis=1)
    words = np.where(shares > 0, values.columns.to_numpy(dtype=object)[order], "")
    ranks = pd.RangeIndex(1, words.shape[1] + 1, name="rank")
    return pd.DataFrame(words, index=terms.index, columns=ranks)


def share_topics(units: pd.DataFrame, documents: pd.Series, *, weights: pd.Series | None = None) -> pd.DataFrame:
    """
    The share of each topic in each text: the mean over its units that have a topic.

    Parameters
    ----------
    units : DataFrame (n_units, n_topics) of shares
    weights : Series, optional
        What each unit counts for, such as its tokens; by default all units are equal.

    Returns
    -------
    DataFrame, one row per topic, one column per text in order of first appearance
        Columns sum to 1, or 0 where no unit has a topic.
    """
    owner = find_owners(units.index, documents)
    size = np.ones(len(units)) if weights is None else _align(weights, units.index, "weights").to_numpy(dtype=float)
    size = size * (units.to_numpy().sum(axis=1) > 0)
    shares = {}
    for document in dict.fromkeys(owner):
        own = owner == document
        shares[document] = size[own] @ units.to_numpy()[own] / max(size[own].sum(), np.finfo(float).tiny)
        shares[document] = round_shares(shares[document])
    return pd.DataFrame(shares, index=units.columns).rename_axis(columns=documents.name)


def save_topics(topics: Topics, folder: str | Path, name: str = "topics") -> list[Path]:
    """
    Write topics as plain files that any program reads; the same topics give the same bytes.

    ``<name>-terms.csv`` has a row per term and ``<name>-units.csv`` a row per unit, both with a column per topic;
    ``<name>.json`` says how they were fitted. All are in UTF-8; text is to be read as text (*null* is a Dutch word).
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
    paths = []
    for suffix, text in texts.items():
        paths.append(folder / f"{name}{suffix}")
        temporary = paths[-1].with_name(f".{paths[-1].name}.tmp")  # a killed run leaves the old file whole
        temporary.write_bytes(text.encode())
        temporary.replace(paths[-1])
    return paths


def load_topics(folder: str | Path, name: str = "topics") -> Topics:
    """
    Read what `save_topics` wrote; the tables come back equal.

    Raises
    ------
    InputError : if a file is missing or the three do not belong together
    """
    path = Path(folder) / f"{name}.json"
    try:
        content = json.loads(read_text(path))
        ids, shape, unit = content["topics"], (content["n_terms"], content["n_units"]), content["unit"]
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(path, str(error), allowed="a file of save_topics", remedy="Save the topics again.") from None
    terms, units = (_read_csv(path.with_name(f"{name}-{part}.csv")) for part in ("terms", "units"))
    for part, table, n_rows in zip(("terms", "units"), (terms, units), shape, strict=True):
        if list(table.columns) != ids or len(table) != n_rows:
            found = f"{len(table)} rows and columns {', '.join(table.columns)}"
            allowed = f"{n_rows} rows and columns {', '.join(ids)}, as {path.name} says"
            where = path.with_name(f"{name}-{part}.csv")
            raise InputError(where, found, allowed=allowed, remedy="Save the topics again.")
    return Topics(
        terms.T.rename_axis(index="topic", columns="term"),
        units.rename_axis(index=unit, columns="topic"),
        content["about"],
    )


def number_topics(n: int) -> list[str]:
    """Topic ids ``t01``, ``t02``, …"""
    return [f"t{number:02d}" for number in range(1, n + 1)]


def describe_fit(model: Any) -> dict[str, Any]:
    """What an estimator of topics knows of its own search, as plain values."""
    error = float(f"{model.reconstruction_err_:.{DIGITS}g}")
    search = {"solver": model.solver_, "n_iter": model.n_iter_, "converged": model.converged_}
    return {**search, "reconstruction_error": error}


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
    """Values, not negative, as shares of their row, to 9 significant digits."""
    return pd.DataFrame(round_shares(scale_rows(values)), index=index, columns=columns)


def find_owners(units: pd.Index, documents: pd.Series) -> np.ndarray:
    """The text of each unit; InputError if a unit has none, or two."""
    return _align(documents, units, "documents").to_numpy(dtype=object)


def _align(series: pd.Series, units: pd.Index, name: str) -> pd.Series:
    """A series in the order of the units; every unit must have exactly one value."""
    missing = units[~units.isin(series.index)]
    if len(missing) or not series.index.is_unique:
        found = f"no value for {len(missing)} units, such as {missing[0]!r}" if len(missing) else "a unit twice"
        raise InputError(name, found, allowed="one value per unit", remedy="Index it by the ids of the units.")
    return series.reindex(units)


def _to_csv(table: pd.DataFrame) -> str:
    return str(table.to_csv(float_format=f"%.{DIGITS}g", lineterminator="\n"))


def _read_csv(path: Path) -> pd.DataFrame:
    """A table whose first column is text and whose others are numbers."""
    table = pd.read_csv(io.StringIO(read_text(path)), dtype=str, keep_default_na=False)
    return table.set_index(table.columns[0]).astype(float)
