"""Sentences, captions and layouts of tables for the page on networks, and the data of its pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.corpus import counts as terms
from analysis.networks.network import Declared, Incidence, Network, list_evidence
from analysis.networks.pairs import MeasuredNetwork
from analysis.report.glossary import gloss
from analysis.report.wording import count_noun, join_words, spell_noun
from analysis.stats import verdict
from analysis.study import Study

MOST_TEXTS = 6  # that a sentence names one by one

# Tables of bridges, of whole networks and of units, as `analysis.report.Report.table` takes them.
BRIDGES: dict[str, Any] = {
    "columns": ["a", "doc_id", "b", "both", "n_a", "share_interval", "lift_interval"],
    "labels": {"a": "theme", "b": "names too", "n_a": "of", "share_interval": "share", "lift_interval": "lift"},
    "roles": {"a": "theme", "b": "theme"},
    "cells": {
        "share_interval": "{share} ({share_low} to {share_high})",
        "lift_interval": "{lift} ({lift_low} to {lift_high})",
    },
}
WHOLE: dict[str, Any] = {
    "columns": ["before", "after", "measure", "value", "expected", "p"],
    "labels": {"value": "observed", "expected": "by chance"},
    "formats": {"value": ".2f", "expected": ".2f"},
}
UNITS: dict[str, Any] = {
    "columns": ["tie", "paragraphs", "p_paragraphs", "sentences", "p_sentences", "windows"],
    "cells": {"tie": "{source} – {target}"},
}


def label_nodes(study: Study, incidence: Incidence) -> dict[str, str]:
    """What each node is called: a theme by its label, a word by its most frequent form."""
    forms = terms.show_forms(study.words)
    return {node: forms[node] if row["kind"] == "word" else node for node, row in incidence.nodes.iterrows()}


def describe_nodes(declared: Declared, themes: Sequence[str], words: Sequence[str]) -> str:
    """How many themes and words the networks have, and what of them was declared."""
    nodes = f"The networks have {spell_noun(len(themes), 'theme')} and {spell_noun(len(words), 'word')}."
    if not declared.pairs and not declared.words:
        return f"{nodes} No pairs or words are declared (data/ties.yml): all of this is exploration."
    pairs = spell_noun(len(declared.pairs), "pair")
    words_declared = spell_noun(len(declared.words), "word")
    return f"{nodes} Declared are {pairs} of themes and {words_declared}; all else is exploration."


def first_texts(counts: pd.DataFrame, texts: Sequence[str]) -> pd.Series:
    """Of each row the first of `texts` in which it has units: its words are in the language of that text."""
    return counts[list(texts)].gt(0).idxmax(axis=1) if len(counts) else pd.Series(dtype=object)


def layout_ties(
    incidence: Incidence, ties: pd.DataFrame, changes: pd.DataFrame, labels: Mapping[str, str]
) -> dict[str, Any]:
    """
    A row per tie, as `analysis.report.Report.table` takes it: units in each text, test, surest change, passages.

    Parameters
    ----------
    ties : DataFrame from `analysis.networks.network.test_ties`
    changes : DataFrame from `analysis.networks.pairs.compare_ties`, all pairs of texts; with none, no change is shown
    labels : node to what it is called
    """
    texts = list(incidence.documents.unique())
    ends = {end: ties[end].map(labels) for end in ("source", "target")}
    layout = {
        "shown": ties.assign(**ends, doc_id=first_texts(ties, texts)).reset_index(drop=True),
        "columns": ["tie", *texts, "expected", "p", "q", "passages"],
        "cells": {"tie": "{source} – {target}"},
        "roles": {"source": "word", "target": "word"},
        "links": {"passages": list_evidence(incidence, ties)},
    }
    if changes.empty:
        return layout
    surest = pick_changes(ties, changes)[["before", "after", "difference", "low", "high", "verdict"]]
    # no-break spaces, so that texts stand on one line and numbers on the next
    change = "{before}–\u2060{after}: {difference}\u00a0({low}\u00a0to\u00a0{high})"
    return layout | {
        "shown": layout["shown"].join(surest),
        "columns": ["tie", *texts, "expected", "p", "q", "change", "verdict", "passages"],
        "cells": {**layout["cells"], "change": change},
    }


def layout_measured(
    incidence: Incidence, measured: MeasuredNetwork, labels: Mapping[str, str], name: str
) -> dict[str, Any]:
    """The ties that a network of ``themes`` or ``words``, its `name`, shows, by `layout_ties`, with their caption."""
    n_ties = count_noun(len(measured.shown_ties), "tie")
    return layout_ties(incidence, measured.shown_ties, measured.changes, labels) | {
        "caption": f"Ties of the drawn network of {name}, the surest first",
        "folded": f"{n_ties} between {name}, with their passages",
    }


def pick_changes(ties: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Of the comparisons of each tie the one with the strongest verdict, then the smallest p; as `ties` are ordered."""
    order = changes.assign(rank=changes["verdict"].map(verdict.OF_TIE.index))
    order = order.sort_values(["rank", "p", "before", "after"], kind="stable").drop_duplicates(["source", "target"])
    keys = pd.MultiIndex.from_frame(ties[["source", "target"]])
    return order.set_index(["source", "target"]).loc[keys].reset_index()


def describe_pairs(
    ties: pd.DataFrame, changes: pd.DataFrame, *, alpha: float = 0.05, alone: float = 0.01
) -> tuple[str, str]:
    """
    The finding: which declared pairs are tied or kept apart beyond chance, how many ties differ; the verdict on change.

    A tie that is sure with all pairs allowed for (`alpha`) is reported as such; one that is sure by itself only
    (`alone`) with that reserve. Without pairs, or with one text, the finding says so and the verdict is "descriptive".
    """
    if ties.empty:
        return "No pairs of themes are declared (data/ties.yml): there is no tie to be judged.", verdict.DESCRIPTIVE
    clear, single = ties[ties["q"] <= alpha], ties[(ties["q"] > alpha) & (ties["p"] <= alone)]
    apart = ties[ties["p_apart"] <= alone]
    parts = [
        f"Of {count_noun(len(ties), 'pair')} of themes that the study asks about, "
        f"{join_words(_spell(clear)) if len(clear) else 'none'} {'stand' if len(clear) > 1 else 'stands'} together "
        "more often than chance when all pairs are allowed for"
    ]
    if len(single):
        parts.append(f"; taken alone {join_words(_spell(single))} {'do' if len(single) > 1 else 'does'}")
    if len(apart):
        parts.append(f"; less often than chance: {join_words(_spell(apart))}")
    if changes.empty:
        return f"{''.join(parts)}. There is one text: no difference to be judged.", verdict.DESCRIPTIVE
    changed = changes[changes["verdict"].isin(verdict.OF_TIE[:4])]
    few = int((changes["verdict"] == verdict.TOO_FEW).sum())
    named = join_words([f"{row.source} – {row.target} ({row.verdict})" for row in changed.itertuples()] or ["none"])
    parts.append(
        f". Of {count_noun(len(changes), 'difference')} between texts in such ties {named} "
        f"{'are' if len(changed) > 1 else 'is'} larger than chance could bring; "
        f"{few} {'rests' if few == 1 else 'rest'} on too few paragraphs to tell."
    )
    return "".join(parts), verdict.judge_network(changes["verdict"])


def _spell(ties: pd.DataFrame) -> list[str]:
    return [f"{row.source} with {row.target} ({row.n} times, {row.expected:.1f} expected)" for row in ties.itertuples()]


def describe_lengths(lengths: pd.DataFrame, simulated: pd.DataFrame) -> str:
    """
    How unevenly long paragraphs are, and what usual tests would make of it, from simulated independent words.

    Parameters
    ----------
    lengths : DataFrame from `analysis.networks.pairs.measure_lengths`
    simulated : DataFrame that ``benchmarks/ties.py`` writes; empty, or made with other texts: not read
    """
    every = lengths.set_index("text").loc["all"]
    known = lengths[(lengths["text"] != "all") & lengths["spread"].notna()]
    if np.isnan(every["spread"]):
        return f"The texts have {every['reading']}."
    texts = [f"{row.spread:.2f} in {row.text}" for row in known.itertuples()]
    if len(texts) > MOST_TEXTS:
        least, most = (known.loc[at] for at in (known["spread"].idxmin(), known["spread"].idxmax()))
        texts = [f"from {least['spread']:.2f} in {least['text']} to {most['spread']:.2f} in {most['text']}"]
    spread = (
        f"The spread of paragraph length (standard deviation of its logarithm) is {every['spread']:.2f}"
        f"{f' ({join_words(texts)})' if texts else ''}: {every['reading']}."
    )
    if simulated.empty or not _made_with(simulated, lengths):
        return spread
    rows = simulated["setting"].str.startswith("lengths of the study (") & (simulated["simulation"] == "false alarms")
    share = simulated[rows].set_index("method")["share"]
    return (
        f"{spread} Among independent words in paragraphs as long as these, a test at "
        f"5 % calls {share['SDSM']:.1%} of the pairs that meet tied if it is SDSM, {share['hypergeometric']:.1%} if it "
        f"is the hypergeometric test, and {share['G2 (positive)']:.1%} if it is log-likelihood (simulated, "
        "benchmarks/README.md). SDSM finds less than 5 % because counts are small: it errs on the side of silence."
    )


def describe_placebo(simulated: pd.DataFrame, lengths: pd.DataFrame) -> str:
    """
    How often halves of one and the same text, its sections assigned at random, are said to differ.

    `simulated` and `lengths` as in `describe_lengths`; empty if the simulation was made with other texts.
    """
    if simulated.empty or not _made_with(simulated, lengths):
        return ""
    placebo = simulated[simulated["simulation"] == "placebo"]

    def most(method: str, setting: str) -> str:
        rows = placebo[(placebo["method"] == method) & placebo["setting"].str.startswith(setting)]
        return f"{rows['share'].max():.0%}"

    return (
        "How often is a change found where there is none? Each text was cut in two at random, by whole sections, many "
        f"times. At 5 %, at most {most('ties, single p', 'theme')} of pairs of themes and "
        f"{most('ties, single p', 'word')} of pairs of words differ between such halves taken alone (the worst of the "
        f"texts), and in at most {most('any tie, max-T', 'theme')} and {most('any tie, max-T', 'word')} of "
        "cuts even one pair does when all are allowed for (benchmarks/README.md)."
    )


def _made_with(simulated: pd.DataFrame, lengths: pd.DataFrame) -> bool:
    """Whether simulations were made with texts of these names and this spread of lengths: they speak for no others."""
    texts = lengths.loc[lengths["text"] != "all", "text"]
    spread = lengths.set_index("text").loc["all", "spread"]
    named = simulated.loc[simulated["simulation"] == "placebo", "setting"].str.rpartition(", ")[2]
    return set(named) == set(texts) and f"lengths of the study (sigma {spread:.2f})" in set(simulated["setting"])


def describe_network(measured: MeasuredNetwork, labels: Mapping[str, str], *, alpha: float) -> str:
    """How many of all pairs are shown, how many pass the test, and which is the surest."""
    tests, shown = measured.pair_tests, measured.shown_ties
    if tests.empty:
        return "There are no pairs to be tested."
    alone, clear = int((tests["p"] <= alpha).sum()), int((tests["q"] <= 0.05).sum())
    if not alone:
        return f"No tie passes the test at {100 * alpha:g}% ({count_noun(len(tests), 'pair')} tested): none is drawn."
    first = tests.iloc[0]
    return (
        f"{len(shown)} of {count_noun(len(tests), 'pair')} {'is' if len(tests) == 1 else 'are'} drawn; {alone} "
        f"{'passes' if alone == 1 else 'pass'} the test at {100 * alpha:g}% taken alone, and {clear or 'none'} "
        f"{'do' if clear > 1 else 'does'} when all pairs are allowed for. The surest is {labels[first['source']]} – "
        f"{labels[first['target']]} ({first['n']} together, {first['expected']:.1f} expected)."
    )


def caption_network(measured: MeasuredNetwork, labels: Mapping[str, str], name: str, *, alpha: float) -> dict[str, str]:
    """Name, caption and alternative text of the picture of a network of ``themes`` or ``words``, its `name`."""
    described = describe_network(measured, labels, alpha=alpha)
    nodes = count_noun(len(measured.network.nodes), name.removesuffix("s"))
    panels = "one per text, and their change" if measured.significant.shape[1] > 1 else "of the text"
    return {
        "name": name,
        "caption": f"{described} Positions are the same in all panels; directions mean nothing. Grey: what belongs to "
        "no declared theme.",
        "alt": f"Networks of {nodes}, {panels}. {described}",
    }


def picture_network(
    study: Study, incidence: Incidence, measured: MeasuredNetwork, labels: Mapping[str, str]
) -> dict[str, Any]:
    """
    The network as data, for `analysis.report.Report.network` and `analysis.networks.plots.plot_panels`.

    Of two texts or more, the panel of changes compares the first with the last. Distances from the middle become their
    square roots: rare nodes stand far out, and the crowd in the middle is what is to be read. Who is near whom stays as
    it is.

    Parameters
    ----------
    labels : node to what it is called, from `label_nodes`

    Returns
    -------
    dict : see `analysis.report.network_view.check_network`
    """
    table, declared = measured.network.nodes, study.themes.declared
    places, texts = _compress(table), first_texts(table, study.documents)
    paragraphs = incidence.units["paragraph_id"].to_numpy()
    nodes = [
        {
            "id": node,
            "label": labels[node],
            "gloss": gloss(labels[node], study.glossary) if row["kind"] == "word" else "",
            "language": study.languages[texts[node]].code if row["kind"] == "word" else "en",
            "theme": row["theme"] if row["theme"] in declared else None,
            "x": float(places.loc[node, "x"]),
            "y": float(places.loc[node, "y"]),
            "counts": [int(row[text]) for text in study.documents],
            "community": int(row["community"]),
            "stability": float(row["stability"]),
            "passages": list(dict.fromkeys(paragraphs[incidence.table[node].to_numpy()].tolist())),
        }
        for node, row in table.iterrows()
    ]
    keys = ("name", "label", "colour", "marker")
    return {
        "texts": [{"id": text, "title": study.titles[text]} for text in study.documents],
        "compare": [study.documents[0], study.documents[-1]] if len(study.documents) > 1 else [],
        "themes": [{key: getattr(theme, key) for key in keys} for theme in study.themes if theme.declared],
        "language": "en",
        "nodes": nodes,
        "ties": _picture_ties(study, incidence, measured),
    }


def _picture_ties(study: Study, incidence: Incidence, measured: MeasuredNetwork) -> list[dict[str, Any]]:
    changes, shown = measured.changes, measured.shown_ties
    between = changes[(changes["before"] == study.documents[0]) & (changes["after"] == study.documents[-1])]
    known = between.set_index(["source", "target"])[["verdict", "difference"]].to_dict("index")
    unknown = {"verdict": verdict.TOO_FEW, "difference": 0}
    ties = []
    for (at, row), passages in zip(shown.iterrows(), list_evidence(incidence, shown), strict=True):
        change = known.get((row["source"], row["target"]), unknown)
        ties.append(
            {
                "source": row["source"],
                "target": row["target"],
                "counts": [int(row[text]) for text in study.documents],
                "kept": [bool(measured.significant.loc[at, text]) for text in study.documents],
                "change": change["verdict"],
                "difference": change["difference"],
                "passages": passages,
            }
        )
    return ties


def _compress(nodes: pd.DataFrame) -> pd.DataFrame:
    """Places of nodes, their distance from the middle as its square root."""
    middle = nodes[["x", "y"]] - nodes[["x", "y"]].median()
    distance = np.hypot(middle["x"], middle["y"])
    scale = np.sqrt(distance) / distance.where(distance > 0, 1)
    return middle.mul(scale, axis=0).round(3)


def describe_matrices(matrices: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]]) -> str:
    """For each text the two themes that stand together most often; of many texts, those with most."""
    most: dict[str, tuple[int, str]] = {}
    for text, (counts, _) in matrices.items():
        below = np.tril(counts.to_numpy(), -1)
        row, column = np.unravel_index(below.argmax(), below.shape) if below.size else (0, 0)
        pair = f"{counts.index[column]} with {counts.index[row]} ({below.max()})" if below.any() else "none"
        most[text] = int(below.max(initial=0)), pair
    if len(most) > MOST_TEXTS:
        first = sorted(most, key=lambda text: -most[text][0])[:MOST_TEXTS]
        most = {text: most[text] for text in most if text in first}
    return f"Most often together in {'; '.join(f'{text}: {pair}' for text, (_, pair) in most.items())}."


def caption_matrices(matrices: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]], unit: str) -> dict[str, str]:
    """Name, caption and alternative text of the matrices of `analysis.networks.pairs.count_pairs`."""
    described = describe_matrices(matrices)
    return {
        "name": "matrices",
        "caption": f"{described} Numbers: {unit}s; blank is none.",
        "alt": f"Matrices of themes by themes, one per text, with the number of {unit}s that name both. {described}",
    }


def describe_neighbours(around: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """For each theme its surest neighbour, and how many neighbours stand the test with all of them allowed for."""
    if around.empty:
        return "No theme has neighbours that stand with it often enough to be tested."
    first = around.groupby("theme", sort=False).head(1)
    parts = [f"{row.theme}: {labels[row.neighbour]} ({row.n})" for row in first.itertuples()]
    clear = int((around["q"] <= 0.05).sum())
    return (
        f"The surest neighbours are {join_words(parts)}. With all neighbours of a theme allowed for, "
        f"{clear or 'none'} of {len(around)} {'are' if clear > 1 else 'is'} more than chance could bring."
    )


def caption_neighbours(around: pd.DataFrame, labels: Mapping[str, str], unit: str) -> dict[str, str]:
    """Name, caption and alternative text of the neighbours of the declared themes."""
    return {
        "name": "neighbours",
        "caption": f"What stands beside each declared theme, the surest first. Numbers: {unit}s with both, by text.",
        "alt": "For each declared theme a fan of lines to what stands beside it. "
        f"{describe_neighbours(around, labels)}",
    }


def label_neighbours(
    study: Study, incidence: Incidence, around: pd.DataFrame, labels: Mapping[str, str], *, alpha: float
) -> pd.DataFrame:
    """
    Neighbours as `analysis.networks.plots.plot_neighbours` draws them.

    Returns
    -------
    DataFrame : `around` with ``label``, ``gloss``, ``significant`` (p of `alpha` or less), and the ``colour`` and
        ``marker`` of the theme
    """
    names = around["neighbour"].map(labels)
    themes = [study.themes[name] for name in around["theme"].map(incidence.nodes["theme"])]
    return around.assign(
        label=names,
        gloss=[gloss(name, study.glossary) for name in names],
        significant=around["p"] <= alpha,
        colour=[theme.colour for theme in themes],
        marker=[theme.marker for theme in themes],
    )


def layout_neighbours(incidence: Incidence, around: pd.DataFrame, labels: Mapping[str, str]) -> dict[str, Any]:
    """Neighbours with counts, test and passages, as `analysis.report.Report.table` takes them."""
    texts = list(incidence.documents.unique())
    return {
        "shown": around.assign(neighbour=around["neighbour"].map(labels), doc_id=first_texts(around, texts)),
        "columns": ["theme", "neighbour", *texts, "expected", "p", "q", "passages"],
        "labels": {"neighbour": "beside"},
        "roles": {"neighbour": "word"},
        "links": {"passages": list_evidence(incidence, around)},
    }


def layout_groups(
    incidence: Incidence, network: Network, labels: Mapping[str, str], *, least: int = 3
) -> dict[str, Any]:
    """Groups of `least` members or more, as `analysis.report.Report.table` takes them: the surest members first."""
    texts = list(incidence.documents.unique())
    rows = []
    for number, members in network.nodes.groupby("community"):
        if len(members) >= least:
            order = members.sort_values(["stability", "n"], ascending=False, kind="stable")
            words, text = [labels[node] for node in order.index], first_texts(order, texts).iloc[0]
            rows.append((number, words, len(members), members["stability"].mean(), members["stability"].min(), text))
    columns = ["group", "words", "size", "stability", "lowest"]
    shown = pd.DataFrame(rows, columns=[*columns, "doc_id"])
    return {"shown": shown, "columns": columns, "formats": {"lowest": ".2f"}}


def describe_groups(network: Network) -> str:
    """How good and how stable the division into groups is."""
    loose = int((network.nodes["stability"] < 0.7).sum())
    if np.isnan(network.groups.quality):
        return "There are no ties, and so no groups and no words between them."
    return (
        f"The modularity of the groups is {network.groups.quality:.2f}, the agreement of two searches "
        f"{network.groups.agreement:.2f}; {loose or 'no'} member{'s' if loose != 1 else ''} "
        f"{'have' if loose != 1 else 'has'} a stability below .7."
    )


def layout_bridging(
    incidence: Incidence, network: Network, between: pd.DataFrame, labels: Mapping[str, str]
) -> dict[str, Any]:
    """Words that join groups and the interval of their rank, for `analysis.report.Report.table`; none without ties."""
    if network.ties.empty:
        between = between.head(0)
    text = first_texts(network.nodes.loc[between["node"]], list(incidence.documents.unique()))
    return {
        "shown": between.assign(node=between["node"].map(labels), doc_id=text.to_numpy()),
        "columns": ["node", "n", "community", "participation", "rank_interval"],
        "labels": {"node": "word", "n": "units", "community": "group", "rank_interval": "rank"},
        "formats": {"rank": ".0f"},
        "roles": {"node": "word"},
        "cells": {"rank_interval": "{rank} ({rank_low} to {rank_high})"},
    }


def describe_whole(whole: pd.DataFrame) -> str:
    """In how many comparisons of two texts the total of the ties changed more than by chance; why there are none."""
    if whole.empty:
        return "There are no two texts with ties between themes, and so nothing to compare."
    totals = whole[whole["measure"] == "change of total"]
    clear = int((totals["p"] <= 0.05).sum())
    return (
        f"In {clear or 'none'} of {count_noun(len(totals), 'comparison')} the total of the ties changed more than "
        "random reassignments of sections bring in 5% of cases."
    )


def describe_units(agreement: pd.DataFrame) -> str:
    """Whether the words of the network stand together by unit alike."""
    first = agreement.iloc[0].iloc[1:]
    if first.isna().any():
        return "There are too few words to compare how they stand together by unit."
    parts = join_words([f"{value:.2f} with counts by {unit}" for unit, value in first.items()])
    return (
        f"Over all pairs of the network's words, counts by {agreement.index[0]} have a rank correlation of {parts}: "
        "the lower, the more a network of words is one of its unit."
    )
