"""Networks of a study: which themes and words stand in the same units; tested, grouped, and laid out once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product
from pathlib import Path
from typing import Annotated, Any, Literal

import networkx as nx
import numpy as np
import pandas as pd
from pydantic import AfterValidator, ValidationInfo, field_validator

from analysis.corpus import counts as terms
from analysis.inputs import InputError, check_at_least, check_choice, nearest, show
from analysis.networks import backbone, communities, layout
from analysis.networks.bicm import Bicm, fit_bicm
from analysis.schema import Entry, Listed, context_of, read_optional
from analysis.stats import association
from analysis.stats.bootstrap import make_blocks
from analysis.stats.permutation import false_discovery_rate
from analysis.study import Study
from analysis.themes import attention
from analysis.themes.dictionary import Themes

Unit = Literal["paragraph", "sentence"]
UNITS: tuple[Unit, ...] = ("paragraph", "sentence")
TIE_COLUMNS = ["n", "expected", "p", "p_apart", "q", "strength", "npmi"]


@dataclass(frozen=True)
class Declared:
    """What leads: pairs of themes and words that were named before differences were looked at."""

    pairs: list[tuple[str, str]]
    words: list[str]


def read_declared(path: Path | None, themes: Themes) -> Declared:
    """
    Read the words and pairs of themes that lead (``data/ties.yml``); none where there is no file.

    Raises
    ------
    InputError : if a key or a theme is unknown, a pair is not of two themes, or a pair or word stands twice; the
        message names its line
    """
    ties = read_optional(_Ties, path, context={"themes": themes.names}) or _Ties()
    return Declared([(source, target) for source, target in ties.pairs], list(ties.words))


def _check_pair(pair: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
    for theme in pair:
        check_choice(theme, (), context_of(info)["themes"])
    if len(pair) != 2 or len(set(pair)) != 2:
        raise InputError((), show(list(pair)), allowed="two different themes", remedy="Write [one, other].")
    return pair


class _Ties(Entry):
    """All of ``data/ties.yml``."""

    pairs: Listed[Annotated[Listed[str], AfterValidator(_check_pair)]] = ()
    words: Listed[str] = ()

    @field_validator("pairs", "words")
    @classmethod
    def _check_once(cls, entries: tuple[Any, ...]) -> tuple[Any, ...]:
        names = [entry if isinstance(entry, str) else " and ".join(sorted(entry)) for entry in entries]
        for number, name in enumerate(names):
            if name in names[:number]:
                raise InputError((number,), f"{name} twice", allowed="each once", remedy="Remove one.")
        return entries


@dataclass(frozen=True)
class Incidence:
    """Incidence of nodes in units, a two-mode network: which themes and words stand in which paragraphs."""

    table: pd.DataFrame  # bool, units x nodes: themes by their label, then words by their lemma
    nodes: pd.DataFrame  # index the nodes: kind ("theme" or "word"), theme (name; of a word: whose word it is, or "")
    units: pd.DataFrame  # index the units: doc_id, section_id, paragraph_id

    @cached_property
    def model(self) -> Bicm:
        """The null probabilities, each text fitted by itself: `analysis.networks.bicm`."""
        return fit_bicm(self.table, self.documents)

    @cached_property
    def tests(self) -> pd.DataFrame:
        """
        Every pair that meets, tested with each text held by itself: `analysis.networks.backbone.sdsm`.

        Columns ``source``, ``target``, ``n``, ``expected``, ``p``, ``p_apart`` (of n or fewer).
        """
        tests = backbone.sdsm(self.table, strata=self.documents, model=self.model)
        return tests[["source", "target", "n", "expected", "p", "p_lower"]].rename(columns={"p_lower": "p_apart"})

    @cached_property
    def tests_by_text(self) -> dict[str, pd.Series]:
        """For each text alone the p-value of every pair that meets in it, index ``source`` and ``target``."""
        tests = {}
        for text in self.documents.unique():
            rows = np.flatnonzero(self.documents == text)
            of_text = backbone.sdsm(self.table.iloc[rows], model=self.model.restrict(rows))
            tests[str(text)] = of_text.set_index(["source", "target"])["p"]
        return tests

    @property
    def documents(self) -> pd.Series:
        """The text of each unit."""
        return self.units["doc_id"]

    @property
    def blocks(self) -> pd.Series:
        """The block of each unit, by its paragraph (`bootstrap.make_blocks`): what permutation tests reassign."""
        paragraphs = self.units.drop_duplicates("paragraph_id").set_index("paragraph_id")
        return self.units["paragraph_id"].map(make_blocks(paragraphs)).rename("block")

    @property
    def themes(self) -> list[str]:
        """The nodes that are themes, in the order of the dictionary."""
        return list(self.nodes.index[self.nodes["kind"] == "theme"])

    @property
    def words(self) -> list[str]:
        """The nodes that are words, sorted."""
        return list(self.nodes.index[self.nodes["kind"] == "word"])

    def select_text(self, text: str) -> Incidence:
        """
        The units of one text, with the nodes that it has.

        Raises
        ------
        InputError : if there is no such text
        """
        check_choice(text, "text", self.documents.unique())
        rows = (self.documents == text).to_numpy()
        names = self.table.columns[self.table[rows].any()]
        return Incidence(self.table.loc[rows, names], self.nodes.loc[names], self.units[rows])

    def is_own_word(self, source: pd.Series, target: pd.Series) -> np.ndarray:
        """Whether one of two nodes is a theme and the other a word of its dictionary: no tie to be counted."""
        (kind, theme), (other_kind, other_theme) = (
            (end.map(self.nodes["kind"]).to_numpy(), end.map(self.nodes["theme"]).to_numpy())
            for end in (source, target)
        )
        return np.asarray((kind != other_kind) & (theme == other_theme), dtype=bool)


def build_incidence(study: Study, *, unit: Unit = "paragraph", min_units: int = 2) -> Incidence:
    """
    Which themes and which words stand in each unit; words in fewer than `min_units` units are left out.

    A theme is found by its dictionary, a word by its lemma. A word belongs to a theme if half of its uses or more lie
    inside hits of that theme: a tie between the two would only say that the dictionary works. A theme whose label is
    one of the words has " (theme)" added to it.

    Parameters
    ----------
    unit : "paragraph" or "sentence"

    Returns
    -------
    Incidence : all units and all themes, also those without any; there may be no words

    Raises
    ------
    InputError : if the unit is unknown, or `min_units` is below 1
    """
    check_choice(unit, "unit", UNITS)
    check_at_least("min_units", min_units, 1)
    counts = terms.count_text(study.corpus.sentences, study.languages, unit=unit)
    units = terms.first_sentences(study.corpus.sentences, counts)[["doc_id", "section_id", "paragraph_id"]]
    ids = pd.Series(counts.units, name=f"{unit}_id")
    held = pd.DataFrame(counts.matrix.toarray() > 0, index=counts.units, columns=counts.terms)
    held = held.loc[:, held.sum() >= min_units]
    labels = {theme.name: theme.label for theme in study.themes}
    labels |= {name: f"{label} (theme)" for name, label in labels.items() if label in held.columns}
    named = attention.mark_units(study.hits, ids, study.themes.names).rename(columns=labels)
    owner = _own_themes(study).reindex(held.columns).fillna("")
    nodes = pd.DataFrame(
        {"kind": ["theme"] * len(labels) + ["word"] * len(owner), "theme": [*labels, *owner]},
        index=pd.Index([*labels.values(), *held.columns], name="node"),
    )
    return Incidence(pd.concat([named, held], axis=1), nodes, units)


def _own_themes(study: Study) -> pd.Series:
    """For each word at least half of whose uses lie inside hits of one theme: that theme."""
    words = study.words
    hits = study.hits[["sentence_id", "start", "end", "theme"]]
    pairs = words.reset_index().merge(hits, on="sentence_id", suffixes=("", "_hit"))
    inside = pairs[(pairs["start"] >= pairs["start_hit"]) & (pairs["end"] <= pairs["end_hit"])]
    uses = inside.groupby(["lemma", "theme"])["index"].nunique().rename("uses").reset_index()
    uses = uses.sort_values(["uses", "theme"], ascending=[False, True], kind="stable").drop_duplicates("lemma")
    uses = uses.set_index("lemma")
    return uses.loc[uses["uses"] >= 0.5 * words["lemma"].value_counts().reindex(uses.index), "theme"]


def choose_themes(incidence: Incidence, names: Sequence[str]) -> list[str]:
    """
    The nodes of themes, given by name; of all themes when none is given.

    Raises
    ------
    InputError : if a name is unknown, or one alone is given
    """
    known = incidence.nodes.loc[incidence.themes, "theme"]
    for name in names:
        check_choice(name, "parameter themes", known)
    if len(names) == 1:
        raise InputError("parameter themes", names[0], allowed="two themes or more, or none", remedy="Name another.")
    return [node for node, name in known.items() if not names or name in names]


def choose_words(incidence: Incidence, declared: Sequence[str], size: int) -> list[str]:
    """
    The words of a network: those declared, then the most widespread others until there are `size`, or no more.

    Raises
    ------
    InputError : if a declared word is not among the words of the texts
    """
    words = incidence.words
    for word in declared:
        if word not in words:
            hint = nearest(word, words) or "Write it in the form under which words are counted."
            raise InputError("data/ties.yml, words", repr(word), allowed="words of the texts", remedy=hint)
    spread = incidence.table[words].sum().sort_values(ascending=False, kind="stable")
    others = [word for word in spread.index if word not in set(declared)]
    return [*declared, *others[: max(0, size - len(declared))]]


def pair_nodes(incidence: Incidence, names: Sequence[str], others: Sequence[str] | None = None) -> pd.DataFrame:
    """
    All pairs of `names`, or of one of `names` with one of `others`: the family in which ties are sought.

    A word and the theme it belongs to are no pair.

    Returns
    -------
    DataFrame, one row per pair, sorted
        ``source``, ``target``, in alphabetical order.
    """
    pairs = combinations(names, 2) if others is None else product(names, others)
    table = _list_pairs(pair for pair in pairs if pair[0] != pair[1])
    return table[~incidence.is_own_word(table["source"], table["target"])].reset_index(drop=True)


def pair_themes(incidence: Incidence, pairs: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Pairs of themes, given by name, as `pair_nodes` gives them."""
    node = {name: label for label, name in incidence.nodes.loc[incidence.themes, "theme"].items()}
    return _list_pairs((node[one], node[other]) for one, other in pairs)


def _list_pairs(pairs: Iterable[tuple[str, str]]) -> pd.DataFrame:
    known = sorted({(min(pair), max(pair)) for pair in pairs})
    return pd.DataFrame(known, columns=["source", "target"], dtype=object if not known else None)


def test_ties(incidence: Incidence, pairs: pd.DataFrame) -> pd.DataFrame:
    """
    Pairs of nodes, each with the units in which both stand, its strength and its test.

    The test (`analysis.networks.backbone.sdsm`) holds each text by itself: how many of its units have a node, and how
    many themes and words each unit has, stay as they are, so that neither long paragraphs nor what a text is about make
    ties.

    Parameters
    ----------
    pairs : DataFrame from `pair_nodes` or `pair_themes`

    Returns
    -------
    DataFrame, one row per pair, the surest first
        ``source``, ``target``, ``n`` (units with both), ``expected`` (by chance), ``p`` (that chance brings as many),
        ``p_apart`` (as few), ``q`` (p adjusted for multiple testing among all `pairs`: false discovery rate, Benjamini
        & Hochberg 1995), ``strength`` (association strength: times more often than if spread independently over all
        units; 1 = chance, 0 = never), ``npmi`` (-1 to 1; read it with n, for pairs of rare
        nodes reach 1 easily), and one column per text (its units with both).
    """
    table = pairs[["source", "target"]].merge(incidence.tests, on=["source", "target"], how="left")
    model, never = incidence.model, table["n"].isna()
    source, target = (incidence.table.columns.get_indexer(table.loc[never, end]) for end in ("source", "target"))
    both = model.p[:, model.nodes[source]] * model.p[:, model.nodes[target]]
    table.loc[never, "expected"] = model.sizes @ both
    table.loc[never, "p_apart"] = np.prod((1 - both) ** model.sizes[:, None], axis=0)  # Poisson-binomial at 0
    table["n"], table["p"] = table["n"].fillna(0).astype(int), table["p"].fillna(1.0)
    table["q"] = false_discovery_rate(table["p"].to_numpy())
    frequency = incidence.table.sum()
    counts = (table["n"], table["source"].map(frequency), table["target"].map(frequency), len(incidence.units))
    table["strength"], table["npmi"] = association.association_strength(*counts), association.npmi(*counts)
    table = pd.concat([table, _count_by_text(incidence, table)], axis=1)
    return table.sort_values(["p", "source", "target"], kind="stable").reset_index(drop=True)


def _count_by_text(incidence: Incidence, ties: pd.DataFrame) -> pd.DataFrame:
    """Units with both ends of each tie, a column per text."""
    both = _hold_both(incidence.table, ties)
    texts = incidence.documents
    return pd.DataFrame({text: both[(texts == text).to_numpy()].sum(axis=0) for text in texts.unique()}, ties.index)


def _hold_both(table: pd.DataFrame, ties: pd.DataFrame) -> np.ndarray:
    """Which units hold both ends of each tie, (n_units, n_ties)."""
    return np.asarray(table[ties["source"]].to_numpy(dtype=bool) & table[ties["target"]].to_numpy(dtype=bool))


def list_p_by_text(incidence: Incidence, ties: pd.DataFrame) -> pd.DataFrame:
    """For each tie its p-value in each text alone, as in `test_ties`: one column per text; 1 where they never meet."""
    pairs = pd.MultiIndex.from_frame(ties[["source", "target"]])
    columns = {text: p.reindex(pairs).fillna(1.0).to_numpy() for text, p in incidence.tests_by_text.items()}
    return pd.DataFrame(columns, index=ties.index)


def list_evidence(incidence: Incidence, ties: pd.DataFrame) -> list[list[str]]:
    """For each tie the ids of the paragraphs in which both ends stand, in reading order."""
    paragraphs = incidence.units["paragraph_id"].to_numpy()
    return [list(dict.fromkeys(paragraphs[held])) for held in _hold_both(incidence.table, ties).T]


def make_graph(nodes: Sequence[str], ties: pd.DataFrame, *, weight: str = "strength") -> nx.Graph:
    """
    The network as a networkx Graph; every column of `ties` is an attribute of its edges, `weight` as ``weight``.

    Parameters
    ----------
    nodes : names, also of those without ties
    ties : DataFrame with ``source``, ``target`` and the column `weight`
    """
    graph = nx.Graph()
    graph.add_nodes_from(sorted(nodes))
    for row in ties.sort_values(["source", "target"], kind="stable").to_dict("records"):
        source, target = row.pop("source"), row.pop("target")
        graph.add_edge(source, target, **row, weight=row[weight])
    return graph


def word_graph(
    study: Study,
    text: str | None = None,
    *,
    n_words: int = 60,
    unit: Unit = "paragraph",
    min_units: int = 2,
    min_together: int = 1,
    alpha: float = 1.0,
) -> nx.Graph:
    """
    Co-occurrence network of the most widespread words of one text, or of all texts together.

    Parameters
    ----------
    text : id of a text; None: all texts, each held by itself in the tests
    n_words : int, most words in the graph
    unit : "paragraph" or "sentence", in which words must stand together
    min_units : int, least units with a word
    min_together : int, least units with both words of an edge; pairs that never meet are no edge
    alpha : float, largest p of an edge (`test_ties`); 1: all pairs that meet

    Returns
    -------
    networkx Graph, nodes sorted
        Nodes are lemmas with ``n`` (units) and ``label`` (its most frequent form); edges have ``n`` (units with both),
        ``weight`` (the same), ``expected``, ``p``, ``p_apart``, ``q``, ``strength`` and ``npmi``, as from `test_ties`.

    Raises
    ------
    InputError : if the text or the unit is unknown, or a number is below 1

    Examples
    --------
    >>> from analysis.study import open_study
    >>> study = open_study()
    >>> graph = word_graph(study, study.documents[-1], n_words=30, min_together=2)
    >>> len(graph) <= 30, all(n >= 2 for _, _, n in graph.edges(data="n"))
    (True, True)
    """
    check_at_least("n_words", n_words, 1)
    check_at_least("min_together", min_together, 1)
    incidence = build_incidence(study, unit=unit, min_units=min_units)
    if text is not None:
        incidence = incidence.select_text(text)
    frequency = incidence.table.sum()
    words = [word for word in choose_words(incidence, [], len(incidence.words)) if frequency[word] >= min_units]
    words = words[:n_words]
    ties = test_ties(incidence, pair_nodes(incidence, words))
    ties = ties[(ties["n"] >= min_together) & (ties["p"] <= alpha)]
    graph = make_graph(words, ties[["source", "target", *TIE_COLUMNS]], weight="n")
    forms = terms.show_forms(study.words)
    for word in words:
        graph.nodes[word].update(n=int(frequency[word]), label=forms[word])
    return graph


@dataclass(frozen=True)
class Network:
    """Nodes at one place in all texts, and the ties between them."""

    nodes: pd.DataFrame  # index the nodes: x, y, kind, theme, n, one column per text, community, stability
    ties: pd.DataFrame  # from `test_ties`: those shown
    groups: communities.Communities


def build_network(
    incidence: Incidence, names: Sequence[str], ties: pd.DataFrame, shown: pd.DataFrame, *, n_runs: int, seed: int
) -> Network:
    """
    Place the nodes of a network once for all texts, and group them.

    Parameters
    ----------
    names : nodes of the network
    ties : DataFrame from `test_ties`
        All ties: their strength in each text, averaged over the texts so that the longest does not decide alone,
        gives the places.
    shown : DataFrame, some rows of `ties`, or none
        Their strength over all texts gives the communities (`analysis.networks.communities.consensus`).
    """
    names = list(names)
    by_text = dict(list(incidence.table[names].groupby(incidence.documents, sort=False)))
    frequency = incidence.table[names].sum()
    strengths = layout.pool_strengths([_measure_strengths(table, ties) for table in by_text.values()])
    places = layout.lay_out(strengths, weights=frequency)
    groups = communities.consensus(make_graph(names, shown), n_runs=n_runs, seed=seed)
    counts = pd.DataFrame({text: table.sum() for text, table in by_text.items()})
    nodes = places.join(incidence.nodes).join(frequency.rename("n")).join(counts)
    return Network(nodes.join(groups.table.set_index("node")).loc[names], shown, groups)


def _measure_strengths(table: pd.DataFrame, ties: pd.DataFrame) -> pd.DataFrame:
    """Association strength of the ties in the units of one text, nodes x nodes; 0 where there is none."""
    frequency = table.sum()
    ends = ties["source"].map(frequency), ties["target"].map(frequency)
    strength = np.nan_to_num(association.association_strength(_hold_both(table, ties).sum(axis=0), *ends, len(table)))
    graph = nx.Graph()
    graph.add_nodes_from(table.columns)
    graph.add_weighted_edges_from(zip(ties["source"], ties["target"], strength, strict=True))
    return nx.to_pandas_adjacency(graph)


def export_graph(network: Network, labels: Mapping[str, str], glosses: Mapping[str, str]) -> nx.Graph:
    """
    The network with all that is known of its nodes and ties, for `analysis.networks.export`.

    Units of all texts are ``units``, those of one text ``units_2014``; the weight of a tie is its number of units.
    """
    texts = [column for column in network.nodes.columns if column in network.ties.columns and column != "n"]
    units = {text: f"units_{text}" for text in texts} | {"n": "units"}
    graph = make_graph(list(network.nodes.index), network.ties.rename(columns=units), weight="units")
    for node, row in network.nodes.rename(columns=units).iterrows():
        graph.nodes[node].update(label=labels[node], gloss=glosses.get(labels[node], ""), **row.to_dict())
    return graph
