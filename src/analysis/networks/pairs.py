"""Pairs of nodes in detail: compared between texts and units, bridges between themes, and the neighbours of a theme."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.corpus import cooccurrence
from analysis.corpus import counts as terms
from analysis.corpus.describe import count_words
from analysis.corpus.tokens import token_spans
from analysis.networks import backbone, change, participation
from analysis.networks import network as networks
from analysis.networks.network import Incidence, Network
from analysis.stats import association
from analysis.study import Study


@dataclass(frozen=True)
class MeasuredNetwork:
    """A network of some nodes: every pair tested, those shown, how they differ between texts, and where nodes stand."""

    pair_tests: pd.DataFrame  # from `analysis.networks.network.test_ties`: every pair of the nodes
    shown_ties: pd.DataFrame  # those of them that are shown
    significant: pd.DataFrame  # bool, shown ties x texts: whether the tie passes the test in that text alone
    changes: pd.DataFrame  # from `compare_ties`: the shown ties, every two texts
    network: Network


def measure_lengths(study: Study) -> pd.DataFrame:
    """
    How unevenly long the paragraphs are, in each text and in all: it decides which test of ties may be used.

    Returns
    -------
    DataFrame, one row per text, "all" last
        ``text``, ``paragraphs``, ``spread`` (standard deviation of ln words: .7 means that two thirds lie between half
        and twice the typical length), ``reading`` (what that allows).
    """
    paragraphs = study.corpus.paragraphs
    words = count_words(paragraphs["text"])
    groups = {text: words[(paragraphs["doc_id"] == text).to_numpy()] for text in study.documents} | {"all": words}
    rows = [(text, len(lengths), *_measure_spread(lengths[lengths > 0])) for text, lengths in groups.items()]
    return pd.DataFrame(rows, columns=["text", "paragraphs", "spread", "reading"])


def _measure_spread(words: pd.Series) -> tuple[float, str]:
    if len(words) < 2:
        return np.nan, "too few paragraphs with words for a spread of length"
    spread = backbone.length_spread(words)
    return spread.value, spread.reading


def compare_ties(incidence: Incidence, pairs: pd.DataFrame, *, n_draws: int, seed: int) -> pd.DataFrame:
    """
    Each pair's share of units compared between every two texts: `analysis.networks.change.compare_tie_shares`.

    Parameters
    ----------
    pairs : DataFrame with ``source`` and ``target``

    Returns
    -------
    DataFrame : as there; no rows where there are fewer than two texts, or no pairs
    """
    if pairs.empty or incidence.documents.nunique() < 2:
        return pd.DataFrame(columns=change.COLUMNS)
    return change.compare_tie_shares(*_sections(incidence), ties=_listed(pairs), n_draws=n_draws, seed=seed)


def measure_network(
    incidence: Incidence,
    nodes: Sequence[str],
    *,
    alpha: float,
    min_together: int,
    n_draws: int,
    n_runs: int,
    seed: int,
) -> MeasuredNetwork:
    """
    Test every pair of `nodes`, compare those shown between texts, and lay the network out.

    Parameters
    ----------
    alpha, min_together : the largest p and the least units together of a tie that is shown
    n_draws : random reassignments of sections, as in `compare_ties`
    n_runs : searches for communities, as in `analysis.networks.network.build_network`
    """
    tests = networks.test_ties(incidence, networks.pair_nodes(incidence, nodes))
    shown = tests[(tests["n"] >= min_together) & (tests["p"] <= alpha)]
    return MeasuredNetwork(
        pair_tests=tests,
        shown_ties=shown,
        significant=networks.list_p_by_text(incidence, shown) <= alpha,
        changes=compare_ties(incidence, shown, n_draws=n_draws, seed=seed),
        network=networks.build_network(incidence, nodes, tests, shown, n_runs=n_runs, seed=seed),
    )


def compare_networks(incidence: Incidence, pairs: pd.DataFrame, *, n_draws: int, seed: int) -> pd.DataFrame:
    """
    The networks of every two texts compared as wholes: `analysis.networks.change.network_comparison_test`.

    Parameters
    ----------
    pairs : DataFrame with ``source`` and ``target``; those that meet are compared

    Returns
    -------
    DataFrame : as there; no rows where there are fewer than two texts, or no pair meets
    """
    meeting = pairs.merge(incidence.tests[["source", "target"]], on=["source", "target"])
    if meeting.empty or incidence.documents.nunique() < 2:
        return pd.DataFrame(columns=change.NETWORK_COLUMNS)
    return change.network_comparison_test(*_sections(incidence), ties=_listed(meeting), n_draws=n_draws, seed=seed)


def _sections(incidence: Incidence) -> tuple[pd.DataFrame, pd.Series, pd.Series, list[tuple[str, str]]]:
    """What is compared: incidence, texts, sections, and every two texts as the units stand."""
    texts = incidence.documents.unique()
    return incidence.table, incidence.documents, incidence.blocks, list(combinations(texts, 2))


def _listed(pairs: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(pairs["source"], pairs["target"], strict=True))


def join_changes(ties: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Ties with all their comparisons in one wide table, for a file: a group of columns per pair of texts."""
    values = ["difference", "low", "high", "p", "p_adjusted", "q", "verdict"]
    pair = changes["before"] + "_" + changes["after"]
    wide = changes.assign(pair=pair).pivot(index=["source", "target"], columns="pair", values=values)
    wide.columns = [f"{value}_{between}" for value, between in wide.columns]
    return ties.merge(wide.reset_index(), on=["source", "target"], how="left")


def measure_bridges(incidence: Incidence, themes: Sequence[str], *, n_draws: int, seed: int) -> pd.DataFrame:
    """
    From each of `themes` to every other: share of its units that name the other, and lift, with intervals.

    Returns
    -------
    DataFrame from `analysis.networks.participation.bridges`, rows whose ``a`` is one of `themes` (nodes)
    """
    table = participation.bridges(
        incidence.table[incidence.themes], incidence.documents, incidence.blocks, n_draws=n_draws, seed=seed
    )
    return table[table["a"].isin(themes)].reset_index(drop=True)


def find_bridging_words(incidence: Incidence, network: Network, *, n_draws: int, seed: int) -> pd.DataFrame:
    """
    The words whose ties are spread over most groups of their network: `analysis.networks.participation.bridging_terms`.

    Returns
    -------
    DataFrame : as there; no rows where the network has no nodes
    """
    words = list(network.nodes.index)
    if not words:
        return pd.DataFrame(columns=participation.COLUMNS)
    return participation.bridging_terms(
        incidence.table[words],
        network.nodes["community"].astype(str).to_dict(),
        incidence.documents,
        incidence.blocks,
        n_draws=n_draws,
        seed=seed,
    )


def find_neighbours(incidence: Incidence, themes: Sequence[str], *, min_together: int = 2) -> pd.DataFrame:
    """
    What stands in the units of each theme: other themes, and words that are not its own.

    Returns
    -------
    DataFrame as from `analysis.networks.network.test_ties`, the surest first within each theme
        ``theme`` (its node), ``neighbour``, ``source`` and ``target`` (the two, sorted), counts and test; ``q`` allows
        for all neighbours of one theme; pairs with fewer than `min_together` units are left out after that.
    """
    columns = list(incidence.table.columns)
    tables = [networks.test_ties(incidence, networks.pair_nodes(incidence, [])).assign(theme="", neighbour="")]
    for theme in themes:
        table = networks.test_ties(incidence, networks.pair_nodes(incidence, [theme], columns))
        table = table[table["n"] >= min_together]
        other = table["target"].where(table["source"] == theme, table["source"])
        tables.append(table.assign(theme=theme, neighbour=other))
    return pd.concat(tables[1:] or tables, ignore_index=True)


def count_pairs(incidence: Incidence, nodes: Sequence[str]) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """
    For each text the units that two nodes share and their lift.

    Returns
    -------
    dict of text to two DataFrames, nodes x nodes
        Units with both (on the diagonal: units of the node), and how many times that is more often than if each were
        spread over the text by itself (missing where a node does not occur).
    """
    tables = {}
    for text, table in incidence.table[list(nodes)].astype(int).groupby(incidence.documents, sort=False):
        both = table.T @ table
        n = np.diag(both)
        lift = association.association_strength(both, n[:, None], n, len(table))
        tables[str(text)] = both, pd.DataFrame(lift, both.index, both.columns).where(np.outer(n, n) > 0)
    return tables


def frequent_themes(
    incidence: Incidence, nodes: Sequence[str], declared: Sequence[str], *, min_units: int
) -> list[str]:
    """Of the nodes those that are declared, or stand in `min_units` units or more."""
    return [node for node in nodes if node in declared or incidence.table[node].sum() >= min_units]


def compare_units(
    study: Study, incidence: Incidence, pairs: Sequence[tuple[str, str]], *, window: int = 10
) -> pd.DataFrame:
    """
    The same pairs of themes together in a paragraph, in a sentence, and within a window of words of a paragraph.

    `incidence` is the network's own, of paragraphs or of sentences; the other is counted in `study`.

    Returns
    -------
    DataFrame, one row per pair
        ``source``, ``target``; ``paragraphs``, ``sentences`` (with both), ``windows`` (hits of the one at most `window`
        tokens from a hit of the other, within a paragraph); ``p_paragraphs``, ``p_sentences`` (that chance brings as
        many, see `analysis.networks.network.test_ties`; windows overlap, and are not tested).
    """
    tables = []
    for unit in networks.UNITS:
        known = incidence if incidence.units.index.name == f"{unit}_id" else networks.build_incidence(study, unit=unit)
        table = networks.test_ties(known, networks.pair_themes(known, pairs))
        tables.append(table[["source", "target", "n", "p"]].rename(columns={"n": f"{unit}s", "p": f"p_{unit}s"}))
    table = tables[0].merge(tables[1], on=["source", "target"])
    near, name = count_near(study, window=window), incidence.nodes["theme"]
    table["windows"] = [int(near.loc[name[row.source], name[row.target]]) for row in table.itertuples()]
    return table[["source", "target", "paragraphs", "sentences", "windows", "p_paragraphs", "p_sentences"]]


def count_near(study: Study, *, window: int) -> pd.DataFrame:
    """
    In how many paragraphs two themes are named at most `window` tokens apart.

    Returns
    -------
    DataFrame of int, themes x themes, by name; on the diagonal paragraphs with the theme
    """
    sentences = study.corpus.sentences.set_index("sentence_id")
    begins = {name: [start for start, _ in token_spans(text)] for name, text in sentences["text"].items()}
    lengths = pd.Series({name: len(places) for name, places in begins.items()})
    before = lengths.groupby(sentences["paragraph_id"], sort=False).cumsum() - lengths
    inside = [bisect_right(begins[row.sentence_id], row.start) - 1 for row in study.hits.itertuples()]
    hits = study.hits[["paragraph_id", "theme"]]
    hits = hits.assign(position=before[study.hits["sentence_id"]].to_numpy() + np.array(inside, dtype=int))
    pairs = hits.merge(hits, on="paragraph_id")
    pairs = pairs[(pairs["position_x"] - pairs["position_y"]).abs() <= window]
    pairs = pairs[["paragraph_id", "theme_x", "theme_y"]].drop_duplicates()
    near = pd.crosstab(pairs["theme_x"], pairs["theme_y"])
    return near.reindex(index=study.themes.names, columns=study.themes.names, fill_value=0)


def correlate_units(study: Study, words: Sequence[str], *, window: int = 10) -> pd.DataFrame:
    """
    Whether pairs of words that often stand together in a paragraph do so in a sentence and a window, too.

    Parameters
    ----------
    words : lemmas; three or more, or the correlations are missing

    Returns
    -------
    DataFrame, units x units: Spearman's rank correlation, over all pairs of `words`, of the number of paragraphs,
        sentences and windows with both (-1 to 1)
    """
    counts: dict[str, np.ndarray] = {}
    for unit in networks.UNITS:
        of_unit = terms.count_text(study.corpus.sentences, study.languages, unit=unit)
        place = of_unit.terms.get_indexer(list(words))
        counts[unit] = cooccurrence.units_with_both(of_unit.matrix[:, place]).toarray()
    sequences = cooccurrence.keep_terms(
        terms.list_sequences(study.corpus.sentences, study.languages), pd.Index(sorted(words))
    )
    near = cooccurrence.count_in_windows(sequences, window=window).toarray()
    order = pd.Index(sorted(words)).get_indexer(list(words))
    counts[f"window of {window}"] = near[np.ix_(order, order)]
    upper = np.triu_indices(len(words), 1)
    return pd.DataFrame({unit: table[upper] for unit, table in counts.items()}).corr("spearman")
