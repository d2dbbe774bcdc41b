"""
Whether topics mean something: words that stand together, and agreement with the declared themes.

Topics and themes are compared on the same units (paragraphs, mostly): `topic_units` has one row per unit and one column
per topic, with the topic's share of the unit (0 to 1; a unit without a known word has only zeros); `marks` has one
column per theme, True (or the number of hits) where the unit has the theme.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.corpus.counts import Counts
from analysis.inputs import InputError, check_choice
from analysis.stats import association

# Stands in for the probability of two words that never meet (Röder, Both & Hinneburg 2015).
EPSILON = 1e-12


def npmi(counts: Counts, top_terms: pd.DataFrame) -> pd.Series:
    """
    Coherence of topics: how much the top words of each stand in the same units, as mean NPMI over their pairs.

    A unit has a word or has it not; how often does not matter. Say with the number which corpus `counts` is from: in
    the texts that the topics were fitted on it flatters them, and automated coherence prefers topics that people do not
    (Hoyle et al. 2021).

    Parameters
    ----------
    counts : units and terms of the reference corpus; a top word that is missing there stands with none (−1)
    top_terms : DataFrame, one row per topic, one column per rank (ten, customarily); missing cells are left out

    Returns
    -------
    Series, index the topics, from about −1 to 1; missing for a topic of fewer than two words
    """
    n_units = counts.matrix.shape[0]
    if n_units == 0:
        raise InputError("counts", "no units", allowed="at least one", remedy="Check the reference corpus.")
    present = (counts.matrix > 0).astype(np.int64).tocsc()
    values = []
    for words in top_terms.itertuples(index=False):
        columns = counts.terms.get_indexer(pd.Index([word for word in words if isinstance(word, str)]))
        pairs = np.array(list(combinations(range(len(columns)), 2)), dtype=int).reshape(-1, 2)
        known = np.flatnonzero(columns >= 0)
        own, joint = present[:, columns[known]], np.zeros((len(columns), len(columns)))
        joint[np.ix_(known, known)] = (own.T @ own).toarray()
        first, second = pairs.T
        counts_of_pairs = joint[first, second], joint[first, first], joint[second, second], n_units
        scores = association.npmi(*counts_of_pairs, epsilon=EPSILON)
        values.append(scores.mean() if len(scores) else np.nan)
    return pd.Series(values, index=top_terms.index, name="npmi", dtype=float)


def match_themes(topic_units: pd.DataFrame, marks: pd.DataFrame) -> pd.DataFrame:
    """
    Which topic recovers which declared theme.

    Spearman's rank correlation, over units, of a topic's share with the theme's mark or number of hits. A mark that few
    units have cannot correlate highly with a share that all units have: compare values within a theme, not between
    themes.

    Returns
    -------
    DataFrame, one row per topic and theme
        ``topic``, ``theme``, ``rho`` (−1 to 1; missing where either is the same in all units), ``best_theme`` (True on
        the theme that agrees best with the row's topic), ``best_topic`` (True on the topic that agrees best with the
        row's theme). Both True: they choose each other. Nobody is chosen at a correlation of 0 or below; among equals
        the first is.

    Raises
    ------
    InputError : if the units are not the same

    Examples
    --------
    >>> shares = pd.DataFrame({"t01": [0.9, 0.8, 0.1], "t02": [0.1, 0.2, 0.9]})
    >>> found = match_themes(shares, pd.DataFrame({"cyber": [True, True, False]}))
    >>> found[["topic", "rho", "best_topic"]].round(3).values.tolist()
    [['t01', 0.866, True], ['t02', -0.866, False]]
    """
    _check_same_units(topic_units, marks)
    rho = _rank_correlation(topic_units.to_numpy(dtype=float), marks.to_numpy(dtype=float))
    usable = np.where(rho > 0, rho, 0)
    best_theme = (usable > 0) & (np.arange(rho.shape[1]) == usable.argmax(axis=1)[:, None])
    best_topic = (usable > 0) & (np.arange(rho.shape[0])[:, None] == usable.argmax(axis=0))
    return pd.DataFrame(
        {
            "topic": np.repeat(topic_units.columns.to_numpy(), rho.shape[1]),
            "theme": np.tile(marks.columns.to_numpy(), rho.shape[0]),
            "rho": rho.ravel(),
            "best_theme": best_theme.ravel(),
            "best_topic": best_topic.ravel(),
        }
    )


def added_words(
    topic_terms: pd.DataFrame,
    recovered: Mapping[str, str],
    themes_of: Callable[[str], Collection[str]],
    *,
    n_terms: int = 20,
) -> pd.DataFrame:
    """
    Words of the topic that recovers a theme which the theme's dictionary lacks: candidates to extend it, for a person.

    Parameters
    ----------
    topic_terms : DataFrame, topics x terms, weight of each term
    recovered : mapping of theme to the topic that recovers it, as `match_themes` suggests
    themes_of : function of a term, giving the themes whose dictionary has it
    n_terms : how many top terms of each topic are looked at; those of weight 0 never are

    Returns
    -------
    DataFrame, one row per theme and missing word, heaviest first
        ``theme``, ``topic``, ``term``, ``rank`` (1 = the topic's first term), ``weight``, ``elsewhere`` (other themes
        whose dictionary has the word, joined by commas; a word of another theme is no candidate but a sign of overlap).

    Examples
    --------
    >>> terms = pd.DataFrame([[0.5, 0.3, 0.2]], index=["t01"], columns=["cyberaanval", "netwerk", "grens"])
    >>> dictionary = {"cyberaanval": {"cyber"}, "grens": {"borders"}}
    >>> found = added_words(terms, {"cyber": "t01"}, lambda term: dictionary.get(term, set()))
    >>> found[["term", "rank", "elsewhere"]].values.tolist()
    [['netwerk', 2, ''], ['grens', 3, 'borders']]
    """
    rows = []
    for theme, topic in recovered.items():
        check_choice(topic, f"recovered[{theme!r}]", topic_terms.index)
        weights = topic_terms.loc[topic]
        top = weights[weights > 0].sort_values(ascending=False, kind="stable").head(n_terms)
        for rank, (term, weight) in enumerate(top.items(), start=1):
            themes = set(themes_of(str(term)))
            if theme not in themes:
                rows.append((theme, topic, term, rank, weight, ", ".join(sorted(themes))))
    return pd.DataFrame(rows, columns=["theme", "topic", "term", "rank", "weight", "elsewhere"])


def free_mass(topic_units: pd.DataFrame, recovered: Collection[str], documents: pd.Series) -> pd.Series:
    """
    How much of each text lies in topics that recover no declared theme: what the dictionary does not see.

    Parameters
    ----------
    recovered : names of the topics that recover a theme (or, in a guided model, of the seeded ones)
    documents : Series of doc_id, index the unit ids

    Returns
    -------
    Series, index the texts as they first appear and then ``all``; mean over units with a known word, 0 to 1

    Examples
    --------
    >>> shares = pd.DataFrame({"cyber": [1, 0.5, 0], "free1": [0, 0.5, 0]})
    >>> free_mass(shares, ["cyber"], pd.Series(["2014", "2018", "2018"])).to_dict()
    {'2014': 0.0, '2018': 0.5, 'all': 0.25}
    """
    for topic in recovered:
        check_choice(topic, "recovered", topic_units.columns)
    _check_same_units(topic_units, documents)
    known = topic_units.sum(axis=1) > 0
    free = topic_units.drop(columns=list(recovered)).sum(axis=1)[known]
    by_text = free.groupby(documents[known], sort=False).mean().reindex(documents.unique())
    return pd.concat([by_text, pd.Series({"all": free.mean()})]).rename("free")


def _rank_correlation(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Spearman's correlation of every column of one with every column of the other; missing for constant columns."""
    ranks = [pd.DataFrame(values).rank().to_numpy() for values in (one, other)]
    centred = [values - values.mean(axis=0) for values in ranks]
    length = [np.sqrt((values**2).sum(axis=0)) for values in centred]
    product = np.outer(*length)
    return np.where(product > 0, centred[0].T @ centred[1] / np.where(product > 0, product, 1), np.nan)


def _check_same_units(topic_units: pd.DataFrame, other: pd.DataFrame | pd.Series) -> None:
    if not topic_units.index.equals(other.index):
        raise InputError(
            "units",
            f"{len(topic_units)} units of topics and {len(other)} others, or another order",
            allowed="the same units in the same order",
            remedy="Reindex one like the other.",
        )
