"""
Validity of topics: coherence (NPMI) of their words, and rank correlation with the declared themes.

Topics and themes are compared on the same units (paragraphs, mostly): `topic_units` has one row per unit and one column
per topic, with the topic's share of the unit (0 to 1; a unit without a known word has only zeros); `incidence` has one
column per theme, True (or the number of hits) where the unit names the theme.
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
    Coherence of topics: mean normalised pointwise mutual information (NPMI) over the pairs of their top words.

    Words co-occur when they are in the same unit; how often in it does not matter (Röder, Both & Hinneburg 2015). Say
    with the number which corpus `counts` is from: in the texts that the topics were fitted on it is too high, and
    automated coherence prefers topics that people do not (Hoyle et al. 2021).

    Parameters
    ----------
    counts : units and terms of the reference corpus; a top word that is missing there co-occurs with none (−1)
    top_terms : DataFrame from `analysis.topics.models.list_top_terms`, one row per topic, one column per rank (ten,
        customarily); empty and missing cells are left out

    Returns
    -------
    Series, index the topics, from about −1 to 1; missing for a topic of fewer than two words

    Raises
    ------
    InputError : if the reference corpus has no units
    """
    n_units = counts.matrix.shape[0]
    if n_units == 0:
        raise InputError("counts", "no units", allowed="at least one", remedy="Check the reference corpus.")
    present = (counts.matrix > 0).astype(np.int64).tocsc()
    values = []
    for words in top_terms.itertuples(index=False):
        columns = counts.terms.get_indexer(pd.Index([word for word in words if isinstance(word, str) and word]))
        pairs = np.array(list(combinations(range(len(columns)), 2)), dtype=int).reshape(-1, 2)
        known = np.flatnonzero(columns >= 0)
        occurs, joint = present[:, columns[known]], np.zeros((len(columns), len(columns)))
        joint[np.ix_(known, known)] = (occurs.T @ occurs).toarray()
        first, second = pairs.T
        counts_of_pairs = joint[first, second], joint[first, first], joint[second, second], n_units
        scores = association.npmi(*counts_of_pairs, epsilon=EPSILON)
        values.append(scores.mean() if len(scores) else np.nan)
    return pd.Series(values, index=top_terms.index, name="npmi", dtype=float)


def match_themes(topic_units: pd.DataFrame, incidence: pd.DataFrame) -> pd.DataFrame:
    """
    Match topics with declared themes, by Spearman's rank correlation over units.

    Correlated are a topic's share and the theme's incidence or number of hits. A theme that few units name cannot
    correlate highly with a share that all units have: compare values within a theme, not between themes.

    Parameters
    ----------
    topic_units : DataFrame (n_units, n_topics) of shares, 0 to 1
    incidence : DataFrame (n_units, n_themes) of bool or counts, with the same index; any number of themes

    Returns
    -------
    DataFrame, one row per topic and theme
        ``topic``, ``theme``, ``rho`` (−1 to 1; missing where either is the same in all units), ``best_theme`` (True on
        the theme that correlates best with the row's topic), ``best_topic`` (True on the topic that correlates best
        with the row's theme). Both True: they choose each other. No correlation of 0 or below is a best one; of equal
        ones the first is.

    Raises
    ------
    InputError : if the units are not the same

    Examples
    --------
    >>> shares = pd.DataFrame({"t01": [0.9, 0.8, 0.1], "t02": [0.1, 0.2, 0.9]})
    >>> matches = match_themes(shares, pd.DataFrame({"cyber": [True, True, False]}))
    >>> matches[["topic", "rho", "best_topic"]].round(3).values.tolist()
    [['t01', 0.866, True], ['t02', -0.866, False]]
    """
    if not topic_units.index.equals(incidence.index):
        raise InputError(
            "units",
            f"{len(topic_units)} units of topics and {len(incidence)} others, or another order",
            allowed="the same units in the same order",
            remedy="Reindex one like the other.",
        )
    rho = _rank_correlation(topic_units.to_numpy(dtype=float), incidence.to_numpy(dtype=float))
    table = pd.DataFrame(
        {
            "topic": np.repeat(topic_units.columns.to_numpy(), rho.shape[1]),
            "theme": np.tile(incidence.columns.to_numpy(), rho.shape[0]),
            "rho": rho.ravel(),
        }
    )
    positive = table[table["rho"] > 0]
    table["best_theme"] = table.index.isin(positive.groupby("topic", sort=False)["rho"].idxmax())
    table["best_topic"] = table.index.isin(positive.groupby("theme", sort=False)["rho"].idxmax())
    return table


def list_added_words(
    topic_terms: pd.DataFrame,
    matched: Mapping[str, str],
    themes_of: Callable[[str], Collection[str]],
    *,
    n_terms: int = 20,
) -> pd.DataFrame:
    """
    List the top words of the topic that matches a theme which the theme's dictionary lacks: candidates to extend it.

    Parameters
    ----------
    topic_terms : DataFrame, topics x terms, weight of each term
    matched : mapping of theme to the topic that matches it, from `match_themes`
    themes_of : function of a term, giving the themes whose dictionary has it
    n_terms : number of top terms of each topic that are considered; those of weight 0 never are

    Returns
    -------
    DataFrame, one row per theme and missing word, heaviest first
        ``theme``, ``topic``, ``term``, ``rank`` (1 = the topic's first term), ``weight``, ``elsewhere`` (other themes
        whose dictionary has the word, joined by commas; a word of another theme is no candidate but a sign of overlap).

    Raises
    ------
    InputError : if a topic is none of `topic_terms`

    Examples
    --------
    >>> terms = pd.DataFrame([[0.5, 0.3, 0.2]], index=["t01"], columns=["cyberaanval", "netwerk", "grens"])
    >>> dictionary = {"cyberaanval": {"cyber"}, "grens": {"borders"}}
    >>> words = list_added_words(terms, {"cyber": "t01"}, lambda term: dictionary.get(term, set()))
    >>> words[["term", "rank", "elsewhere"]].values.tolist()
    [['netwerk', 2, ''], ['grens', 3, 'borders']]
    """
    rows = []
    for theme, topic in matched.items():
        check_choice(topic, f"matched[{theme!r}]", topic_terms.index)
        weights = topic_terms.loc[topic]
        top = weights[weights > 0].sort_values(ascending=False, kind="stable").head(n_terms)
        for rank, (term, weight) in enumerate(top.items(), start=1):
            themes = set(themes_of(str(term)))
            if theme not in themes:
                rows.append((theme, topic, term, rank, weight, ", ".join(sorted(themes))))
    return pd.DataFrame(rows, columns=["theme", "topic", "term", "rank", "weight", "elsewhere"])


def _rank_correlation(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """
    Spearman's correlation of every column of `left` with every column of `right`; missing for constant columns.

    (By pandas: `scipy.stats.spearmanr` warns of constant columns, and returns a bare number for two.)
    """
    columns = pd.DataFrame(np.hstack([left, right]))
    return columns.corr(method="spearman").to_numpy()[: left.shape[1], left.shape[1] :]
