"""Networks as readers see them: ties with counts, verdict and links to their passages, and the sentences on them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from analysis.corpus import counts as terms
from analysis.networks import labels
from analysis.networks.network import Network, Presence, list_evidence
from analysis.report import charts, elements, network_panels
from analysis.report.glossary import gloss
from analysis.report.wording import join_words
from analysis.stats import verdict
from analysis.study import Study, list_passages

# Sides of a node as `labels` names them, and as points of the compass.
SIDES = {
    "right": "e",
    "left": "w",
    "above": "n",
    "below": "s",
    "above right": "ne",
    "below right": "se",
    "above left": "nw",
    "below left": "sw",
}


def name_nodes(here: Study, presence: Presence) -> dict[str, Markup]:
    """What each node is called: a theme by its label, a word in the form met most often, in Dutch with its gloss."""
    forms = terms.show_forms(here.words)
    language = here.languages[here.documents[0]].code
    words = presence.nodes.index[presence.nodes["kind"] == "word"]
    shown = {word: elements.term(forms[word], here.glossary, language=language) for word in words}
    return {theme: elements.escape(theme) for theme in presence.themes} | shown


def link_paragraphs(paragraphs: Sequence[str]) -> Markup:
    """Links to passages on the same page, by text: ``2014: 3, 17; 2018: 4``."""
    by_text: dict[str, list[Markup]] = {}
    for one in paragraphs:
        text, number = one.rsplit("-", 1)
        link = Markup('<a href="#p-{}" title="{}">{}</a>').format(one, one, number.lstrip("0"))
        by_text.setdefault(text, []).append(link)
    parts = [Markup("{}: {}").format(text, Markup(", ").join(links)) for text, links in by_text.items()]
    return Markup("; ").join(parts) or Markup("–")


def present_ties(
    ties: pd.DataFrame, changes: pd.DataFrame, evidence: Sequence[Sequence[str]], names: Mapping[str, Markup]
) -> pd.DataFrame:
    """
    One row per tie: units with both in each text, whether that is more than chance, and the surest of its changes.

    Parameters
    ----------
    ties : DataFrame from `analysis.networks.network.connect`
    changes : DataFrame from `analysis.networks.change.compare_ties`, all pairs of texts
    evidence : for each tie its paragraphs
    names : node to what it is called
    """
    surest = pick_changes(ties, changes)
    table = _count_ties(ties, list(dict.fromkeys([*changes["before"], *changes["after"]])), names)
    # no-break spaces, so that texts stand on one line and numbers on the next
    interval = "\u00a0(" + _points(surest["low"]) + "\u00a0to\u00a0" + _points(surest["high"]) + ")"
    texts = surest["before"] + "–\u2060" + surest["after"]
    return table.assign(
        change=texts + ": " + _points(surest["difference"]) + interval,
        verdict=surest["verdict"],
        passages=_links(evidence),
    )


def _count_ties(ties: pd.DataFrame, texts: Sequence[str], names: Mapping[str, Markup]) -> pd.DataFrame:
    table = {
        "tie": _column(names[row.source] + Markup(" – ") + names[row.target] for row in ties.itertuples()),
        **{text: ties[text].reset_index(drop=True) for text in texts},
        "expected": ties["expected"].map(lambda n: "–" if n != n else f"{n:.1f}").reset_index(drop=True),
        "p": ties["p"].map("{:.3f}".format).reset_index(drop=True),
        "q": ties["q"].map("{:.2f}".format).reset_index(drop=True),
    }
    return pd.DataFrame(table)


def _links(evidence: Sequence[Sequence[str]]) -> pd.Series:
    return _column(link_paragraphs(one) for one in evidence)


def _column(cells: Iterable[Markup]) -> pd.Series:
    return pd.Series(list(cells), dtype=object)


def pick_changes(ties: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Of the comparisons of each tie the one with the strongest verdict, then the smallest p; as `ties` are ordered."""
    order = changes.assign(rank=changes["verdict"].map(verdict.OF_TIE.index))
    order = order.sort_values(["rank", "p", "before", "after"], kind="stable").drop_duplicates(["source", "target"])
    keys = pd.MultiIndex.from_frame(ties[["source", "target"]])
    return order.set_index(["source", "target"]).loc[keys].reset_index()


def describe_pairs(
    met: pd.DataFrame, changes: pd.DataFrame, *, alpha: float = 0.05, alone: float = 0.01
) -> tuple[str, str]:
    """
    The finding: which declared pairs are tied or kept apart beyond chance, how many ties differ; the verdict on change.

    A tie that is sure with all pairs allowed for (`alpha`) is told as such; one that is sure by itself only (`alone`)
    with that reserve.
    """
    clear, single = met[met["q"] <= alpha], met[(met["q"] > alpha) & (met["p"] <= alone)]
    apart = met[met["p_apart"] <= alone]
    parts = [
        f"Of {len(met)} pairs of themes that the study asks about, "
        f"{join_words(_spell(clear)) if len(clear) else 'none'} {'stand' if len(clear) > 1 else 'stands'} together "
        "more often than chance when all pairs are allowed for"
    ]
    if len(single):
        parts.append(f"; taken alone {join_words(_spell(single))} {'do' if len(single) > 1 else 'does'}")
    if len(apart):
        parts.append(f"; less often than chance: {join_words(_spell(apart))}")
    changed = changes[changes["verdict"].isin(verdict.OF_TIE[:4])]
    few = int((changes["verdict"] == verdict.TOO_FEW).sum())
    named = join_words([f"{row.source} – {row.target} ({row.verdict})" for row in changed.itertuples()] or ["none"])
    parts.append(
        f". Of {len(changes)} differences between texts in such ties {named} "
        f"{'are' if len(changed) > 1 else 'is'} larger than chance could bring; "
        f"{few} rest on too few paragraphs to tell."
    )
    return "".join(parts), verdict.judge_network(changes["verdict"])


def _spell(ties: pd.DataFrame) -> list[str]:
    return [f"{row.source} with {row.target} ({row.n} times, {row.expected:.1f} expected)" for row in ties.itertuples()]


def describe_lengths(lengths: pd.DataFrame, alarms: pd.DataFrame) -> str:
    """How unevenly long paragraphs are, and what usual tests would make of it, from simulated independent words."""
    every = lengths.set_index("text").loc["all"]
    texts = [f"{row.spread:.2f} in {row.text}" for row in lengths.itertuples() if row.text != "all"]
    own = alarms[(alarms["simulation"] == "false alarms") & alarms["setting"].str.startswith("lengths of the study (")]
    share = own.set_index("method")["share"]
    return (
        f"The spread of paragraph length (standard deviation of its logarithm) is {every['spread']:.2f} "
        f"({join_words(texts)}): {every['reading']}. Among independent words in paragraphs as long as these, a test at "
        f"5 % calls {share['SDSM']:.1%} of the pairs that meet tied if it is SDSM, {share['hypergeometric']:.1%} if it "
        f"is the hypergeometric test, and {share['G2 (positive)']:.1%} if it is log-likelihood (simulated, "
        "benchmarks/README.md). SDSM finds less than 5 % because counts are small: it errs on the side of silence."
    )


def describe_placebo(alarms: pd.DataFrame) -> str:
    """How often halves of one and the same text, its sections dealt at random, are said to differ."""
    placebo = alarms[alarms["simulation"] == "placebo"]

    def most(method: str, setting: str) -> str:
        rows = placebo[(placebo["method"] == method) & placebo["setting"].str.startswith(setting)]
        return f"{rows['share'].max():.0%}"

    return (
        "How often is a change found where there is none? Each text was cut in two at random, by whole sections, many "
        f"times. At 5 %, at most {most('ties, single p', 'theme')} of pairs of themes and "
        f"{most('ties, single p', 'word')} of pairs of words differ between such halves taken alone (of the three "
        f"texts the worst), and in at most {most('any tie, max-T', 'theme')} and {most('any tie, max-T', 'word')} of "
        "cuts even one pair does when all are allowed for (benchmarks/README.md)."
    )


def describe_network(network: Network, n_pairs: int, ties: pd.DataFrame, alpha: float) -> str:
    """How many ties are drawn, how many chance alone would bring, and which is the surest."""
    by_chance = int((ties["p"] <= alpha).sum())
    clear = int((ties["q"] <= 0.05).sum())
    first = ties.iloc[0]
    return (
        f"{len(network.ties)} of {n_pairs} pairs are drawn; {by_chance} pass the test at {alpha:.0%} taken alone, and "
        f"{clear or 'none'} {'do' if clear > 1 else 'does'} when all pairs are allowed for. The surest is "
        f"{first['source']} – {first['target']} ({first['n']} together, {first['expected']:.1f} expected)."
    )


def picture_network(
    here: Study,
    presence: Presence,
    network: Network,
    changes: pd.DataFrame,
    names: Mapping[str, Markup],
    *,
    compare: tuple[str, str],
    kept: pd.DataFrame,
) -> dict[str, Any]:
    """
    The network as `analysis.report.elements.network` takes it: places, labels, counts, changes and passages.

    Distances from the middle are drawn as their square roots: rare nodes stand far out, and the crowd in the middle is
    what is to be read. Who is near whom stays as it is.

    Parameters
    ----------
    changes : DataFrame from `analysis.networks.change.compare_ties`
    compare : the two texts of the panel of changes
    kept : DataFrame of bool, the rows of ``network.ties``, a column per text: ties that pass the test in it
    """
    network = Network(_draw_in(network.nodes), network.ties, network.groups)
    shown = {node: plain(names[node]) for node in network.nodes.index}
    sides = _place_labels(network, shown, here.documents, here.themes.declared)
    paragraphs = presence.units["paragraph_id"].to_numpy()
    nodes = []
    for node, row in network.nodes.iterrows():
        word = row["kind"] == "word"
        where = dict.fromkeys(paragraphs[presence.marks[node].to_numpy()].tolist())
        nodes.append(
            {
                "id": node,
                "label": plain(names[node]),
                "gloss": gloss(plain(names[node]), here.glossary) if word else "",
                "theme": row["theme"] if row["theme"] in here.themes.declared else None,
                "x": float(row["x"]),
                "y": float(row["y"]),
                "counts": [int(row[text]) for text in here.documents],
                "community": int(row["community"]),
                "stability": float(row["stability"]),
                "label_at": sides[node],
                "passages": list(where),
            }
        )
    return {
        "texts": [{"id": text, "title": here.titles[text]} for text in here.documents],
        "compare": list(compare),
        "themes": [
            {"name": one.name, "label": one.label, "colour": one.colour, "marker": one.marker}
            for one in here.themes
            if one.declared
        ],
        "language": here.languages[here.documents[0]].code if (network.nodes["kind"] == "word").any() else "en",
        "nodes": nodes,
        "ties": _picture_ties(here, presence, network, changes, compare, kept),
    }


def _picture_ties(
    here: Study,
    presence: Presence,
    network: Network,
    changes: pd.DataFrame,
    compare: tuple[str, str],
    by_text: pd.DataFrame,
) -> list[dict[str, Any]]:
    own = changes[(changes["before"] == compare[0]) & (changes["after"] == compare[1])]
    known = own.set_index(["source", "target"])[["verdict", "difference"]].to_dict("index")
    evidence = list_evidence(presence, network.ties)
    return [
        {
            "source": row.source,
            "target": row.target,
            "counts": [int(network.ties.loc[row.Index, text]) for text in here.documents],
            "kept": [bool(by_text.loc[row.Index, text]) for text in here.documents],
            "change": known[row.source, row.target]["verdict"],
            "difference": known[row.source, row.target]["difference"],
            "passages": passages,
        }
        for row, passages in zip(network.ties.itertuples(), evidence, strict=True)
    ]


def _draw_in(nodes: pd.DataFrame) -> pd.DataFrame:
    """The nodes with their distance from the middle as its square root."""
    middle = nodes[["x", "y"]] - nodes[["x", "y"]].median()
    distance = np.hypot(middle["x"], middle["y"])
    scale = np.sqrt(distance) / distance.where(distance > 0, 1)
    return nodes.assign(x=(middle["x"] * scale).round(3), y=(middle["y"] * scale).round(3))


def _place_labels(
    network: Network, shown: Mapping[str, str], texts: Sequence[str], declared: Sequence[str]
) -> dict[str, str | None]:
    """On which side of its node each label stands in a panel, if there is room for it."""
    nodes = network.nodes
    places, height = network_panels.place_nodes(list(zip(nodes["x"], nodes["y"], strict=True)))
    points = pd.DataFrame(places, index=nodes.index, columns=["x", "y"])
    size = network_panels.LABEL_SIZES[2]  # as on a desktop: on narrower screens the page drops those that do not fit
    boxes = charts.measure_text([shown[node] for node in nodes.index], size=size).set_axis(nodes.index)
    themed = nodes["theme"].where(nodes["theme"].isin(declared))
    most = nodes[texts].max(axis=1)
    radii = [network_panels.mark_radius(n, theme or None) for n, theme in zip(most, themed.fillna(""), strict=True)]
    bounds = (0, 0, network_panels.WIDTH, height)
    heavy, sizes = nodes["n"].astype(float), pd.Series(radii, index=nodes.index, dtype=float)
    found = labels.place_labels(points, boxes, heavy, sizes, bounds, gap=1)
    return {node: SIDES.get(place) for node, place in found["place"].items()}


def plain(markup: Markup) -> str:
    """The word of a name: without its gloss and tags."""
    return elements.plain(re.sub(r'<span class="gloss">.*?</span>', "", str(markup))).strip()


def _points(shares: pd.Series) -> pd.Series:
    return (100 * shares).map("{:+.0f}".format).str.replace("-", "−")


def describe_matrices(matrices: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]]) -> str:
    """For each text the two themes that stand together most often."""
    parts = []
    for text, (counts, _) in matrices.items():
        below = np.tril(counts.to_numpy(), -1)
        row, column = np.unravel_index(below.argmax(), below.shape)
        parts.append(f"{text}: {counts.index[column]} with {counts.index[row]} ({below.max()})")
    return f"Most often together in {'; '.join(parts)}."


def present_bridges(bridges: pd.DataFrame, *, least: int) -> pd.DataFrame:
    """Bridges of `least` units or more: counts, share and lift with their intervals."""
    shown = bridges[bridges["both"] >= least].reset_index(drop=True)
    share = [f"{row.share:.0%} ({row.share_low:.0%}–{row.share_high:.0%})" for row in shown.itertuples()]
    lift = [f"{row.lift:.1f} ({row.lift_low:.1f}–{row.lift_high:.1f})" for row in shown.itertuples()]
    table = {"theme": shown["a"], "text": shown["doc_id"], "names_too": shown["b"], "both": shown["both"]}
    return pd.DataFrame(table | {"of": shown["n_a"], "share": share, "lift": lift})


def describe_neighbours(around: pd.DataFrame, names: Mapping[str, Markup]) -> str:
    """For each theme its surest neighbour, and whether it stands with all neighbours allowed for."""
    first = around.groupby("theme", sort=False).head(1)
    parts = [f"{row.theme}: {plain(names[row.neighbour])} ({row.n})" for row in first.itertuples()]
    clear = int((around["q"] <= 0.05).sum())
    return (
        f"The surest neighbours are {join_words(parts)}. With all neighbours of a theme allowed for, "
        f"{clear or 'none'} of {len(around)} {'are' if clear > 1 else 'is'} more than chance could bring."
    )


def list_neighbours(
    here: Study, around: pd.DataFrame, names: Mapping[str, Markup], *, alpha: float
) -> Iterator[tuple[str, pd.DataFrame]]:
    """For each theme its neighbours as `analysis.networks.plots.plot_ego` draws them."""
    label = [plain(names[node]) for node in around["neighbour"]]
    meanings = [gloss(word, here.glossary) for word in label]
    table = around.assign(label=label, gloss=meanings, kept=around["p"] <= alpha)
    for theme, own in table.groupby("theme", sort=False):
        yield str(theme), own


def present_neighbours(
    around: pd.DataFrame, texts: Sequence[str], evidence: Sequence[Sequence[str]], names: Mapping[str, Markup]
) -> pd.DataFrame:
    """Neighbours with counts and test, and links to their passages."""
    table = _count_ties(around, texts, names).drop(columns="tie").assign(passages=_links(evidence))
    table.insert(0, "theme", around["theme"].to_numpy())
    table.insert(1, "beside", _column(names[node] for node in around["neighbour"]))
    return table


def present_groups(network: Network, names: Mapping[str, Markup], *, least: int = 3) -> pd.DataFrame:
    """Groups of `least` members or more: the members, the surest first, and how steadily they belong."""
    rows = []
    for number, members in network.nodes.groupby("community"):
        if len(members) >= least:
            order = members.sort_values(["stability", "n"], ascending=False, kind="stable")
            words = Markup(", ").join(names[node] for node in order.index)
            rows.append((number, words, len(members), members["stability"].mean(), members["stability"].min()))
    columns = ["group", "words", "size", "stability", "lowest"]
    return pd.DataFrame(rows, columns=columns).astype({"words": object})


def describe_groups(network: Network) -> str:
    """How good and how steady the division into groups is."""
    loose = int((network.nodes["stability"] < 0.7).sum())
    return (
        f"Groups of the network (modularity {network.groups.quality:.2f}, agreement of two searches "
        f"{network.groups.agreement:.2f}; {loose or 'no'} member{'s' if loose != 1 else ''} below .7)"
    )


def present_bridging(between: pd.DataFrame, names: Mapping[str, Markup]) -> pd.DataFrame:
    """Words that join groups, with the interval of their rank."""
    rank = [f"{row.rank:.0f} ({row.rank_low:.0f}–{row.rank_high:.0f})" for row in between.itertuples()]
    words = _column(names[node] for node in between["node"])
    table = {"word": words, "units": between["n"], "group": between["community"]}
    return pd.DataFrame(table | {"participation": between["participation"].map("{:.2f}".format), "rank": rank})


def present_whole(whole: pd.DataFrame) -> pd.DataFrame:
    """The comparison of whole networks, shares of units in percentage points."""
    points = whole["measure"].str.contains("change")
    show = [
        (f"{100 * value:.0f} points" if in_points else f"{value:.2f}").replace("-", "−")
        for column in ("value", "expected")
        for value, in_points in zip(whole[column], points, strict=True)
    ]
    table = {"from": whole["before"], "to": whole["after"], "measure": whole["measure"]}
    table |= {"observed": show[: len(whole)], "by_chance": show[len(whole) :]}
    return pd.DataFrame(table | {"p": whole["p"].map("{:.3f}".format)})


def present_units(units: pd.DataFrame, names: Mapping[str, Markup]) -> pd.DataFrame:
    """Pairs by unit: how often, and how often chance brings as many."""
    table = {"tie": _column(names[row.source] + Markup(" – ") + names[row.target] for row in units.itertuples())}
    table |= {name: units[name] for name in ("paragraphs", "p_paragraphs", "sentences", "p_sentences", "windows")}
    return pd.DataFrame(table)


def describe_units(agreement: pd.DataFrame) -> str:
    """Whether the words of the network stand together by unit alike."""
    first = agreement.iloc[0].iloc[1:]
    parts = join_words([f"{value:.2f} with counts by {unit}" for unit, value in first.items()])
    return (
        f"Over all pairs of the network's words, counts by {agreement.index[0]} have a rank correlation of {parts}: "
        "the lower, the more a network of words is one of its unit."
    )


def pick_passages(here: Study, presence: Presence, nodes: Sequence[str]) -> pd.DataFrame:
    """The paragraphs that hold any of the nodes, the hits of all themes marked: what ties lead to."""
    held = set(presence.units.loc[presence.marks[list(nodes)].any(axis=1), "paragraph_id"])
    return list_passages(here, here.hits[here.hits["paragraph_id"].isin(held)], also=sorted(held))
