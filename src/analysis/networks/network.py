"""Networks of the study: which themes and words stand in the same units, tested, grouped, and laid out once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from analysis.inputs import InputError, check_choice, nearest, show
from analysis.networks import backbone, communities, layout
from analysis.networks.bicm import fit_bicm
from analysis.schema import Entry, Listed, context_of, read_optional
from analysis.stats import association
from analysis.stats.bootstrap import make_blocks
from analysis.stats.permutation import false_discovery_rate
from analysis.study import Study
from analysis.themes import attention
from analysis.themes.dictionary import Themes

Unit = Literal["paragraph", "sentence"]
UNITS: tuple[Unit, ...] = ("paragraph", "sentence")


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
class Presence:
    """Which themes and words stand in which units."""

    marks: pd.DataFrame  # bool, units x nodes: themes by their label, then words by their lemma
    nodes: pd.DataFrame  # index the nodes: kind ("theme" or "word"), theme (name; of a word: whose word it is, or "")
    units: pd.DataFrame  # index the units: doc_id, section_id, paragraph_id

    @cached_property
    def tested(self) -> pd.DataFrame:
        """Every pair that meets, tested with each text held by itself: `analysis.networks.backbone.sdsm`."""
        tested = backbone.sdsm(self.marks, strata=self.documents)
        return tested[["source", "target", "n", "expected", "p", "p_lower"]].rename(columns={"p_lower": "p_apart"})

    @cached_property
    def chances(self) -> pd.DataFrame:
        """How likely each unit holds each node by its margins in its text: units x nodes, `analysis.networks.bicm`."""
        table = fit_bicm(self.marks, self.documents).table()
        return pd.DataFrame(table, self.marks.index, self.marks.columns)

    @cached_property
    def tested_alone(self) -> dict[str, pd.Series]:
        """For each text, as if there were no other, the p-value of every pair that meets in it."""
        by_text = self.marks.groupby(self.documents, sort=False)
        return {str(text): backbone.sdsm(own).set_index(["source", "target"])["p"] for text, own in by_text}

    @property
    def documents(self) -> pd.Series:
        """The text of each unit."""
        return self.units["doc_id"]

    @property
    def blocks(self) -> pd.Series:
        """The block of each unit, from its paragraph (`bootstrap.make_blocks`): what is moved between texts."""
        paragraphs = self.units.drop_duplicates("paragraph_id").set_index("paragraph_id")
        return self.units["paragraph_id"].map(make_blocks(paragraphs)).rename("block")

    @property
    def themes(self) -> list[str]:
        """The nodes that are themes, in the order of the dictionary."""
        return list(self.nodes.index[self.nodes["kind"] == "theme"])

    def own(self, source: pd.Series, target: pd.Series) -> np.ndarray:
        """Whether one of two nodes is a theme and the other a word of its dictionary: no tie to be counted."""
        (kind, theme), (other_kind, other_theme) = (
            (end.map(self.nodes["kind"]).to_numpy(), end.map(self.nodes["theme"]).to_numpy())
            for end in (source, target)
        )
        return np.asarray((kind != other_kind) & (theme == other_theme))


def mark_nodes(here: Study, *, unit: Unit = "paragraph", min_units: int = 2) -> Presence:
    """
    Mark in every unit the themes it names and the words it holds; words in fewer than `min_units` units are left out.

    A theme is found by its dictionary, a word by its lemma. A word belongs to a theme if half of its uses or more lie
    inside hits of that theme: a tie between the two would only say that the dictionary works.

    Raises
    ------
    InputError : if the unit is unknown, or no word is left
    """
    check_choice(unit, "unit", UNITS)
    counts = terms.count_text(here.corpus.sentences, here.languages, unit=unit)
    counts = terms.prune(counts, min_units=min_units)
    units = terms.first_sentences(here.corpus.sentences, counts)[["doc_id", "section_id", "paragraph_id"]]
    ids = pd.Series(counts.units, name=f"{unit}_id")
    named = attention.mark_units(here.hits, ids, here.themes.names)
    labels = {theme.name: theme.label for theme in here.themes}
    held = pd.DataFrame(counts.matrix.toarray() > 0, index=counts.units, columns=counts.terms)
    owner = _own_themes(here).reindex(counts.terms).fillna("")
    nodes = pd.DataFrame(
        {"kind": ["theme"] * len(labels) + ["word"] * len(owner), "theme": [*labels, *owner]},
        index=pd.Index([*labels.values(), *counts.terms], name="node"),
    )
    return Presence(pd.concat([named.rename(columns=labels), held], axis=1), nodes, units)


def _own_themes(here: Study) -> pd.Series:
    """For each word at least half of whose uses lie inside hits of one theme: that theme."""
    words = here.words
    hits = here.hits[["sentence_id", "start", "end", "theme"]]
    pairs = words.reset_index().merge(hits, on="sentence_id", suffixes=("", "_hit"))
    inside = pairs[(pairs["start"] >= pairs["start_hit"]) & (pairs["end"] <= pairs["end_hit"])]
    uses = inside.groupby(["lemma", "theme"])["index"].nunique().rename("uses").reset_index()
    uses = uses.sort_values(["uses", "theme"], ascending=[False, True], kind="stable").drop_duplicates("lemma")
    uses = uses.set_index("lemma")
    return uses.loc[uses["uses"] >= 0.5 * words["lemma"].value_counts().reindex(uses.index), "theme"]


def choose_themes(presence: Presence, chosen: Sequence[str]) -> list[str]:
    """
    The nodes of some themes, given by name; of all themes when none is given.

    Raises
    ------
    InputError : if a name is unknown, or fewer than two are given
    """
    names = presence.nodes.loc[presence.themes, "theme"]
    for name in chosen:
        check_choice(name, "parameter themes", names)
    if len(chosen) == 1:
        raise InputError("parameter themes", chosen[0], allowed="two themes or more, or none", remedy="Name another.")
    return [node for node, name in names.items() if not chosen or name in chosen]


def choose_words(presence: Presence, declared: Sequence[str], size: int) -> list[str]:
    """
    The words of a network: those declared, then the most widespread others until there are `size`.

    Raises
    ------
    InputError : if a declared word is not among the words of the texts
    """
    words = presence.nodes.index[presence.nodes["kind"] == "word"]
    for word in declared:
        if word not in words:
            hint = nearest(word, words) or "Write it in the form under which words are counted."
            raise InputError("data/ties.yml, words", repr(word), allowed="words of the texts", remedy=hint)
    spread = presence.marks[words].sum().sort_values(ascending=False, kind="stable")
    others = [word for word in spread.index if word not in set(declared)]
    return [*declared, *others[: max(0, size - len(declared))]]


def pair_nodes(presence: Presence, names: Sequence[str], others: Sequence[str] | None = None) -> pd.DataFrame:
    """
    All pairs of `names`, or of one of `names` with one of `others`: the family in which ties are sought.

    A word and the theme it belongs to are no pair.

    Returns
    -------
    DataFrame, one row per pair, sorted
        ``source``, ``target``, in alphabetical order.
    """
    pairs = combinations(names, 2) if others is None else product(names, others)
    known = sorted({tuple(sorted(pair)) for pair in pairs if pair[0] != pair[1]})
    table = pd.DataFrame(known, columns=["source", "target"])
    return table[~presence.own(table["source"], table["target"])].reset_index(drop=True)


def pair_themes(presence: Presence, pairs: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Pairs of themes, given by name, as `pair_nodes` gives them."""
    node = {name: label for label, name in presence.nodes.loc[presence.themes, "theme"].items()}
    known = sorted(tuple(sorted((node[one], node[other]))) for one, other in pairs)
    return pd.DataFrame(known, columns=["source", "target"])


def connect(presence: Presence, pairs: pd.DataFrame) -> pd.DataFrame:
    """
    Pairs of nodes, each with the units in which both stand, its strength and its test.

    The test (`analysis.networks.backbone.sdsm`) holds each text by itself: how many of its units have a node, and how
    many themes and words each unit has, stay as they are, so that neither long paragraphs nor what a text is about make
    ties.

    Parameters
    ----------
    pairs : DataFrame from `pair_nodes`

    Returns
    -------
    DataFrame, one row per pair, the surest first
        ``source``, ``target``, ``n`` (units with both), one column per text (its units with both), ``expected`` (by
        chance), ``p`` (that chance brings as many), ``p_apart`` (as few), ``q`` (of p: false discovery rate,
        Benjamini & Hochberg 1995, among all `pairs`), ``strength`` (times more often than if spread independently over
        all units; 1 = chance), ``npmi`` (-1 to 1; read it with n, for pairs of rare nodes reach 1 easily).
    """
    table = pairs[["source", "target"]].merge(presence.tested, on=["source", "target"], how="left")
    never = table["n"].isna()
    meet = presence.chances[table.loc[never, "source"]].to_numpy() * presence.chances[table.loc[never, "target"]]
    table.loc[never, "expected"] = meet.to_numpy().sum(axis=0)
    table.loc[never, "p_apart"] = (1 - meet.to_numpy()).prod(axis=0)  # Poisson-binomial at 0
    table["n"], table["p"] = table["n"].fillna(0).astype(int), table["p"].fillna(1.0)
    table["q"] = false_discovery_rate(table["p"].to_numpy())
    frequency = presence.marks.sum()
    counts = (table["n"], table["source"].map(frequency), table["target"].map(frequency), len(presence.units))
    table["strength"], table["npmi"] = association.association_strength(*counts), association.npmi(*counts)
    table = pd.concat([table, _count_by_text(presence, table)], axis=1)
    return table.sort_values(["p", "source", "target"], kind="stable").reset_index(drop=True)


def _count_by_text(presence: Presence, ties: pd.DataFrame) -> pd.DataFrame:
    """Units with both ends of each tie, a column per text."""
    marks = presence.marks
    both = marks[ties["source"]].to_numpy() & marks[ties["target"]].to_numpy()
    texts = presence.units["doc_id"]
    return pd.DataFrame({text: both[(texts == text).to_numpy()].sum(axis=0) for text in texts.unique()}, ties.index)


def judge_texts(presence: Presence, ties: pd.DataFrame) -> pd.DataFrame:
    """For each tie its p-value in each text alone, as in `connect`: one column per text; 1 where the two never meet."""
    pairs = pd.MultiIndex.from_frame(ties[["source", "target"]])
    columns = {text: p.reindex(pairs).fillna(1.0).to_numpy() for text, p in presence.tested_alone.items()}
    return pd.DataFrame(columns, index=ties.index)


def make_graph(nodes: Sequence[str], ties: pd.DataFrame, *, weight: str = "strength") -> nx.Graph:
    """The network as a networkx Graph; every column of `ties` is an attribute of its edges, `weight` as ``weight``."""
    graph = nx.Graph()
    graph.add_nodes_from(sorted(nodes))
    for row in ties.sort_values(["source", "target"], kind="stable").to_dict("records"):
        source, target = row.pop("source"), row.pop("target")
        graph.add_edge(source, target, **row, weight=row[weight])
    return graph


@dataclass(frozen=True)
class Network:
    """Nodes at one place in all texts, and the ties between them."""

    nodes: pd.DataFrame  # index the nodes: x, y, kind, theme, n, one column per text, community, stability
    ties: pd.DataFrame  # from `connect`: those drawn
    groups: communities.Communities


def lay_out(
    presence: Presence, names: Sequence[str], met: pd.DataFrame, drawn: pd.DataFrame, *, n_runs: int, seed: int
) -> Network:
    """
    Place the nodes of a network once for all texts, and group them.

    Parameters
    ----------
    met : DataFrame from `connect`
        All ties: their strength in each text, averaged over the texts so that the longest does not decide alone,
        gives the places.
    drawn : DataFrame, some rows of `met`
        The ties that are drawn: their strength over all texts gives the communities.
    """
    names = list(names)
    by_text = dict(list(presence.marks[names].groupby(presence.documents, sort=False)))
    frequency = presence.marks[names].sum()
    places = layout.lay_out(
        layout.pool_strengths([_measure(marks, met) for marks in by_text.values()]), weights=frequency
    )
    groups = communities.consensus(make_graph(names, drawn), n_runs=n_runs, seed=seed)
    counts = pd.DataFrame({text: marks.sum() for text, marks in by_text.items()})
    nodes = places.join(presence.nodes).join(frequency.rename("n")).join(counts).join(groups.table.set_index("node"))
    return Network(nodes.loc[names], drawn, groups)


def _measure(marks: pd.DataFrame, ties: pd.DataFrame) -> pd.DataFrame:
    """Association strength of the ties in one text, nodes x nodes; 0 where there is none."""
    both = (marks[ties["source"]].to_numpy() & marks[ties["target"]].to_numpy()).sum(axis=0)
    frequency = marks.sum()
    ends = ties["source"].map(frequency), ties["target"].map(frequency)
    graph = nx.Graph()
    graph.add_nodes_from(marks.columns)
    strength = np.nan_to_num(association.association_strength(both, *ends, len(marks)))
    graph.add_weighted_edges_from(zip(ties["source"], ties["target"], strength, strict=True))
    return nx.to_pandas_adjacency(graph)


def list_evidence(presence: Presence, ties: pd.DataFrame) -> list[list[str]]:
    """For each tie the paragraphs in which both ends stand, in reading order."""
    paragraphs = presence.units["paragraph_id"].to_numpy()
    return [
        list(dict.fromkeys(paragraphs[(presence.marks[source] & presence.marks[target]).to_numpy()]))
        for source, target in zip(ties["source"], ties["target"], strict=True)
    ]


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
