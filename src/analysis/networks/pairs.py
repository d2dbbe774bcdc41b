"""Pairs of the study in detail: how they differ between texts and units, and what stands around each theme."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.corpus import cooccurrence
from analysis.corpus import counts as terms
from analysis.corpus.describe import count_words
from analysis.corpus.tokens import token_spans
from analysis.networks import backbone, change, participation
from analysis.networks import network as networks
from analysis.networks.network import Network, Presence
from analysis.stats import association
from analysis.study import Study


def measure_lengths(here: Study) -> pd.DataFrame:
    """
    How unevenly long the paragraphs are, in each text and in all: it decides which test of ties may be used.

    Returns
    -------
    DataFrame, one row per text, "all" last
        ``text``, ``paragraphs``, ``spread`` (standard deviation of ln words: .7 means that two thirds lie between half
        and twice the typical length), ``reading`` (what that allows).
    """
    paragraphs = here.corpus.paragraphs
    words = count_words(paragraphs["text"])
    groups = {text: words[(paragraphs["doc_id"] == text).to_numpy()] for text in here.documents} | {"all": words}
    rows = [(text, len(own), *_spread(own)) for text, own in groups.items()]
    return pd.DataFrame(rows, columns=["text", "paragraphs", "spread", "reading"])


def _spread(words: pd.Series) -> tuple[float, str]:
    found = backbone.length_spread(words)
    return found.value, found.reading


def compare_texts(presence: Presence, pairs: pd.DataFrame, *, n_draws: int, seed: int) -> pd.DataFrame:
    """
    Each pair's share of units compared between every two texts: `analysis.networks.change.compare_ties`.

    Parameters
    ----------
    pairs : DataFrame with ``source`` and ``target``
    """
    return change.compare_ties(*_dealt(presence), ties=_listed(pairs), n_draws=n_draws, seed=seed)


def compare_networks(presence: Presence, pairs: pd.DataFrame, *, n_draws: int, seed: int) -> pd.DataFrame:
    """
    The networks of every two texts compared as wholes: `analysis.networks.change.compare_networks`, pairs that meet
    only.
    """
    met = pairs.merge(presence.tested[["source", "target"]], on=["source", "target"])
    return change.compare_networks(*_dealt(presence), ties=_listed(met), n_draws=n_draws, seed=seed)


def _dealt(presence: Presence) -> tuple[pd.DataFrame, pd.Series, pd.Series, list[tuple[str, str]]]:
    """What is compared: marks, texts, sections, and every two texts as the units stand."""
    texts = presence.documents.unique()
    return presence.marks, presence.documents, presence.blocks, list(combinations(texts, 2))


def _listed(pairs: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(pairs["source"], pairs["target"], strict=True))


def join_changes(connected: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Ties with all their comparisons in one wide table, for a file: a group of columns per pair of texts."""
    kept = ["difference", "low", "high", "p", "p_adjusted", "q", "verdict"]
    pair = changes["before"] + "_" + changes["after"]
    wide = changes.assign(pair=pair).pivot(index=["source", "target"], columns="pair", values=kept)
    wide.columns = [f"{what}_{between}" for what, between in wide.columns]
    return connected.merge(wide.reset_index(), on=["source", "target"], how="left")


def measure_bridges(presence: Presence, themes: Sequence[str], *, n_draws: int, seed: int) -> pd.DataFrame:
    """
    From each of `themes` to every other: share of its units that name the other, and lift, with intervals.

    Returns
    -------
    DataFrame from `analysis.networks.participation.bridges`, rows whose ``a`` is one of `themes` (nodes)
    """
    marks = presence.marks[presence.themes]
    table = participation.bridges(marks, presence.documents, presence.blocks, n_draws=n_draws, seed=seed)
    return table[table["a"].isin(themes)].reset_index(drop=True)


def find_bridging_words(presence: Presence, network: Network, *, n_draws: int, seed: int) -> pd.DataFrame:
    """
    The words whose ties are spread over most groups of their network: `analysis.networks.participation.bridging_terms`.
    """
    words = list(network.nodes.index)
    return participation.bridging_terms(
        presence.marks[words],
        network.nodes["community"].astype(str).to_dict(),
        presence.documents,
        presence.blocks,
        n_draws=n_draws,
        seed=seed,
    )


def find_neighbours(presence: Presence, themes: Sequence[str], *, min_together: int = 2) -> pd.DataFrame:
    """
    What stands in the units of each theme: other themes, and words that are not its own.

    Returns
    -------
    DataFrame as from `analysis.networks.network.connect`, the surest first within each theme
        ``theme`` (its node), ``neighbour``, ``source`` and ``target`` (the two, sorted), counts and test; ``q`` allows
        for all neighbours of one theme; pairs with fewer than `min_together` units are left out after that.
    """
    tables = []
    for theme in themes:
        table = networks.connect(presence, networks.pair_nodes(presence, [theme], list(presence.marks.columns)))
        table = table[table["n"] >= min_together]
        other = table["target"].where(table["source"] == theme, table["source"])
        tables.append(table.assign(theme=theme, neighbour=other))
    return pd.concat(tables, ignore_index=True)


def count_pairs(presence: Presence, nodes: Sequence[str]) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """
    For each text the units that two nodes share and their lift.

    Returns
    -------
    dict of text to two DataFrames, nodes x nodes
        Units with both (on the diagonal: units of the node), and how many times that is more often than if each were
        spread over the text by itself (missing where a node does not occur).
    """
    tables = {}
    for text, marks in presence.marks[list(nodes)].astype(int).groupby(presence.documents, sort=False):
        both = marks.T @ marks
        n = np.diag(both)
        lift = association.association_strength(both, n[:, None], n, len(marks))
        tables[str(text)] = both, pd.DataFrame(lift, both.index, both.columns).where(np.outer(n, n) > 0)
    return tables


def frequent_themes(presence: Presence, nodes: Sequence[str], declared: Sequence[str], *, min_units: int) -> list[str]:
    """Of the nodes those that are declared, or stand in `min_units` units or more."""
    return [node for node in nodes if node in declared or presence.marks[node].sum() >= min_units]


def compare_units(
    here: Study, presence: Presence, pairs: Sequence[tuple[str, str]], *, window: int = 10
) -> pd.DataFrame:
    """
    The same pairs of themes together in a paragraph, in a sentence, and within a window of words of a paragraph.

    `presence` is the network's own, of paragraphs or of sentences; the other is counted here.

    Returns
    -------
    DataFrame, one row per pair
        ``source``, ``target``; ``paragraphs``, ``sentences`` (with both), ``windows`` (hits of the one at most `window`
        tokens from a hit of the other, within a paragraph); ``p_paragraphs``, ``p_sentences`` (that chance brings as
        many, see `analysis.networks.network.connect`; windows overlap, and are not tested).
    """
    tables = []
    for unit in networks.UNITS:
        known = presence if presence.units.index.name == f"{unit}_id" else networks.mark_nodes(here, unit=unit)
        table = networks.connect(known, networks.pair_themes(known, pairs))
        tables.append(table[["source", "target", "n", "p"]].rename(columns={"n": f"{unit}s", "p": f"p_{unit}s"}))
    found = tables[0].merge(tables[1], on=["source", "target"])
    near = count_near(here, window=window)
    found["windows"] = [int(near.loc[row.source, row.target]) for row in found.itertuples()]
    return found[["source", "target", "paragraphs", "sentences", "windows", "p_paragraphs", "p_sentences"]]


def count_near(here: Study, *, window: int) -> pd.DataFrame:
    """In how many paragraphs two themes are named at most `window` tokens apart: themes x themes, by label."""
    sentences = here.corpus.sentences.set_index("sentence_id")
    begins = {name: [start for start, _ in token_spans(text)] for name, text in sentences["text"].items()}
    lengths = pd.Series({name: len(places) for name, places in begins.items()})
    before = lengths.groupby(sentences["paragraph_id"], sort=False).cumsum() - lengths
    hits = here.hits.copy()
    hits["unit"] = hits["paragraph_id"]
    inside = [bisect_right(begins[row.sentence_id], row.start) - 1 for row in hits.itertuples()]
    hits["position"] = before[hits["sentence_id"]].to_numpy() + inside
    pairs = hits[["unit", "position", "theme"]].merge(hits[["unit", "position", "theme"]], on="unit")
    pairs = pairs[(pairs["position_x"] - pairs["position_y"]).abs() <= window]
    pairs = pairs[["unit", "theme_x", "theme_y"]].drop_duplicates()
    labels = {theme.name: theme.label for theme in here.themes}
    near = pd.crosstab(pairs["theme_x"].map(labels), pairs["theme_y"].map(labels))
    return near.reindex(index=labels.values(), columns=labels.values(), fill_value=0)


def correlate_units(here: Study, words: Sequence[str], *, window: int = 10) -> pd.DataFrame:
    """
    Whether pairs of words that often stand together in a paragraph do so in a sentence and a window, too.

    Returns
    -------
    DataFrame, units x units: Spearman's rank correlation, over all pairs of `words`, of the number of paragraphs,
        sentences and windows with both (-1 to 1)
    """
    counts: dict[str, np.ndarray] = {}
    for unit in networks.UNITS:
        found = terms.count_text(here.corpus.sentences, here.languages, unit=unit)
        place = found.terms.get_indexer(list(words))
        counts[unit] = cooccurrence.units_with_both(found.matrix[:, place]).toarray()
    sequences = cooccurrence.keep_terms(
        terms.list_sequences(here.corpus.sentences, here.languages), pd.Index(sorted(words))
    )
    near = cooccurrence.count_in_windows(sequences, window=window).toarray()
    order = pd.Index(sorted(words)).get_indexer(list(words))
    counts[f"window of {window}"] = near[np.ix_(order, order)]
    upper = np.triu_indices(len(words), 1)
    return pd.DataFrame({unit: table[upper] for unit, table in counts.items()}).corr("spearman")
