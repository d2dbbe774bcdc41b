"""Tables, captions and figure data for the networks page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from analysis.corpus import counts as terms
from analysis.networks.network import TIE_COLUMNS, Incidence, Network, list_evidence
from analysis.report import elements
from analysis.report.glossary import gloss
from analysis.report.wording import join_words
from analysis.stats import verdict
from analysis.study import Study, list_passages

MOST_TEXTS = 6  # that a sentence names one by one
TEST_COLUMNS = {"source", "target", *TIE_COLUMNS}


def name_nodes(study: Study, incidence: Incidence) -> dict[str, Markup]:
    """What each node is called: a theme by its label, a word by its most frequent form, in its language, with gloss."""
    forms, languages = terms.show_forms(study.words), name_languages(study, incidence)
    words = {word: elements.term(forms[word], study.glossary, language=languages[word]) for word in incidence.words}
    return {theme: elements.escape(theme) for theme in incidence.themes} | words


def name_languages(study: Study, incidence: Incidence) -> dict[str, str]:
    """The language of each word, by its code: that of the first text, in order of date, which holds it."""
    held = incidence.table[incidence.words].groupby(incidence.documents, sort=False).any().loc[study.documents]
    codes = [study.languages[text].code for text in study.documents]
    return {word: codes[number] for word, number in zip(held.columns, held.to_numpy().argmax(axis=0), strict=True)}


def link_paragraphs(paragraphs: Sequence[str]) -> Markup:
    """Links to passages on the same page, by text: ``2014: 3, 17; 2018: 4``."""
    by_text: dict[str, list[Markup]] = {}
    for paragraph in paragraphs:
        text, number = paragraph.rsplit("-", 1)
        link = Markup('<a href="#p-{}" title="{}">{}</a>').format(paragraph, paragraph, number.lstrip("0"))
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
    ties : DataFrame from `analysis.networks.network.test_ties`
    changes : DataFrame from `analysis.networks.pairs.compare_ties`, all pairs of texts
    evidence : for each tie its paragraphs
    names : node to what it is called
    """
    texts = [column for column in ties.columns if column not in TEST_COLUMNS]
    table = _count_ties(ties, texts, names)
    if changes.empty:
        return table.assign(passages=_links(evidence))
    surest = pick_changes(ties, changes)
    # no-break spaces, so that texts stand on one line and numbers on the next
    interval = "\u00a0(" + _points(surest["low"]) + "\u00a0to\u00a0" + _points(surest["high"]) + ")"
    between = surest["before"] + "–\u2060" + surest["after"]
    return table.assign(
        change=between + ": " + _points(surest["difference"]) + interval,
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
    return _column(link_paragraphs(paragraphs) for paragraphs in evidence)


def _column(cells: Iterable[Markup]) -> pd.Series:
    return pd.Series(list(cells), dtype=object)


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
        f"Of {_count(len(ties), 'pair')} of themes that the study asks about, "
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
        f". Of {_count(len(changes), 'difference')} between texts in such ties {named} "
        f"{'are' if len(changed) > 1 else 'is'} larger than chance could bring; "
        f"{few} {'rests' if few == 1 else 'rest'} on too few paragraphs to tell."
    )
    return "".join(parts), verdict.judge_network(changes["verdict"])


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _spell(ties: pd.DataFrame) -> list[str]:
    return [f"{row.source} with {row.target} ({row.n} times, {row.expected:.1f} expected)" for row in ties.itertuples()]


def describe_lengths(lengths: pd.DataFrame, alarms: pd.DataFrame | None = None) -> str:
    """
    How unevenly long paragraphs are, and what usual tests would make of it, from simulated independent words.

    Parameters
    ----------
    lengths : DataFrame from `analysis.networks.pairs.measure_lengths`
    alarms : DataFrame, ``benchmarks/results/ties_summary.csv``; read only if it was made with these texts
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
    if alarms is None or not _made_with(alarms, lengths):
        return spread
    rows = alarms["setting"].str.startswith("lengths of the study (") & (alarms["simulation"] == "false alarms")
    share = alarms[rows].set_index("method")["share"]
    return (
        f"{spread} Among independent words in paragraphs as long as these, a test at "
        f"5 % calls {share['SDSM']:.1%} of the pairs that meet tied if it is SDSM, {share['hypergeometric']:.1%} if it "
        f"is the hypergeometric test, and {share['G2 (positive)']:.1%} if it is log-likelihood (simulated, "
        "benchmarks/README.md). SDSM finds less than 5 % because counts are small: it errs on the side of silence."
    )


def describe_placebo(alarms: pd.DataFrame | None, lengths: pd.DataFrame) -> str:
    """
    How often halves of one and the same text, its sections assigned at random, are said to differ.

    `alarms` and `lengths` as in `describe_lengths`; empty if the simulation was made with other texts.
    """
    if alarms is None or not _made_with(alarms, lengths):
        return ""
    placebo = alarms[alarms["simulation"] == "placebo"]

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


def _made_with(alarms: pd.DataFrame, lengths: pd.DataFrame) -> bool:
    """Whether simulations were made with texts of these names and this spread of lengths: they speak for no others."""
    texts = lengths.loc[lengths["text"] != "all", "text"]
    spread = lengths.set_index("text").loc["all", "spread"]
    named = alarms.loc[alarms["simulation"] == "placebo", "setting"].str.rpartition(", ")[2]
    return set(named) == set(texts) and f"lengths of the study (sigma {spread:.2f})" in set(alarms["setting"])


def describe_network(network: Network, ties: pd.DataFrame, alpha: float) -> str:
    """How many of all tested `ties` are shown, how many pass the test, and which is the surest."""
    if ties.empty:
        return "There are no pairs to be tested."
    alone = int((ties["p"] <= alpha).sum())
    clear = int((ties["q"] <= 0.05).sum())
    first = ties.iloc[0]
    return (
        f"{len(network.ties)} of {_count(len(ties), 'pair')} {'is' if len(ties) == 1 else 'are'} drawn; {alone} "
        f"{'passes' if alone == 1 else 'pass'} the test at {alpha:.0%} taken alone, and {clear or 'none'} "
        f"{'do' if clear > 1 else 'does'} when all pairs are allowed for. The surest is "
        f"{first['source']} – {first['target']} ({first['n']} together, {first['expected']:.1f} expected)."
    )


def picture_network(
    study: Study,
    incidence: Incidence,
    network: Network,
    changes: pd.DataFrame,
    names: Mapping[str, Markup],
    *,
    compare: tuple[str, str],
    significant: pd.DataFrame,
) -> dict[str, Any]:
    """
    The network as data, for `analysis.report.elements.network` and `analysis.networks.plots.plot_panels`.

    Distances from the middle become their square roots: rare nodes stand far out, and the crowd in the middle is
    what is to be read. Who is near whom stays as it is.

    Parameters
    ----------
    changes : DataFrame from `analysis.networks.pairs.compare_ties`
    names : node to what it is called, from `name_nodes`
    compare : the two texts of the panel of changes; the same twice: there is none
    significant : DataFrame of bool, the rows of ``network.ties``, a column per text: ties that pass the test in it

    Returns
    -------
    dict : see `analysis.report.network_view.check_network`
    """
    declared, languages = study.themes.declared, name_languages(study, incidence)
    places = _compress(network.nodes)
    paragraphs = incidence.units["paragraph_id"].to_numpy()
    nodes = [
        {
            "id": node,
            "label": plain(names[node]),
            "gloss": gloss(plain(names[node]), study.glossary) if row["kind"] == "word" else "",
            "language": languages.get(node, "en"),
            "theme": row["theme"] if row["theme"] in declared else None,
            "x": float(places.loc[node, "x"]),
            "y": float(places.loc[node, "y"]),
            "counts": [int(row[text]) for text in study.documents],
            "community": int(row["community"]),
            "stability": float(row["stability"]),
            "passages": list(dict.fromkeys(paragraphs[incidence.table[node].to_numpy()].tolist())),
        }
        for node, row in network.nodes.iterrows()
    ]
    keys = ("name", "label", "colour", "marker")
    themes = [{key: getattr(theme, key) for key in keys} for theme in study.themes if theme.declared]
    return {
        "texts": [{"id": text, "title": study.titles[text]} for text in study.documents],
        "compare": list(compare) if compare[0] != compare[1] else [],
        "themes": themes,
        "language": "en",
        "nodes": nodes,
        "ties": _picture_ties(study, incidence, network, changes, compare, significant),
    }


def _picture_ties(
    study: Study,
    incidence: Incidence,
    network: Network,
    changes: pd.DataFrame,
    compare: tuple[str, str],
    significant: pd.DataFrame,
) -> list[dict[str, Any]]:
    between = changes[(changes["before"] == compare[0]) & (changes["after"] == compare[1])]
    known = between.set_index(["source", "target"])[["verdict", "difference"]].to_dict("index")
    unknown = {"verdict": verdict.TOO_FEW, "difference": 0}
    evidence = list_evidence(incidence, network.ties)
    ties = []
    for (at, row), passages in zip(network.ties.iterrows(), evidence, strict=True):
        change = known.get((row["source"], row["target"]), unknown)
        ties.append(
            {
                "source": row["source"],
                "target": row["target"],
                "counts": [int(row[text]) for text in study.documents],
                "kept": [bool(significant.loc[at, text]) for text in study.documents],
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


def plain(markup: Markup) -> str:
    """The word of a name: without its gloss and tags."""
    return elements.plain(re.sub(r'<span class="gloss">.*?</span>', "", str(markup))).strip()


def _points(shares: pd.Series) -> pd.Series:
    return (100 * shares).map("{:+.0f}".format).str.replace("-", "−")


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


def present_bridges(bridges: pd.DataFrame, *, least: int) -> pd.DataFrame:
    """Bridges of `least` units or more: counts, share and lift with their intervals."""
    shown = bridges[bridges["both"] >= least].reset_index(drop=True)
    share = [f"{row.share:.0%} ({row.share_low:.0%}–{row.share_high:.0%})" for row in shown.itertuples()]
    lift = [f"{row.lift:.1f} ({row.lift_low:.1f}–{row.lift_high:.1f})" for row in shown.itertuples()]
    table = {"theme": shown["a"], "text": shown["doc_id"], "names_too": shown["b"], "both": shown["both"]}
    return pd.DataFrame(table | {"of": shown["n_a"], "share": share, "lift": lift})


def describe_neighbours(around: pd.DataFrame, names: Mapping[str, Markup]) -> str:
    """For each theme its surest neighbour, and whether it stands with all neighbours allowed for."""
    if around.empty:
        return "No theme has neighbours that stand with it often enough to be tested."
    first = around.groupby("theme", sort=False).head(1)
    parts = [f"{row.theme}: {plain(names[row.neighbour])} ({row.n})" for row in first.itertuples()]
    clear = int((around["q"] <= 0.05).sum())
    return (
        f"The surest neighbours are {join_words(parts)}. With all neighbours of a theme allowed for, "
        f"{clear or 'none'} of {len(around)} {'are' if clear > 1 else 'is'} more than chance could bring."
    )


def label_neighbours(study: Study, around: pd.DataFrame, names: Mapping[str, Markup], *, alpha: float) -> pd.DataFrame:
    """Neighbours as `analysis.networks.plots.plot_neighbours` draws them: with ``label``, ``gloss`` and ``kept``."""
    label = [plain(names[node]) for node in around["neighbour"]]
    meanings = [gloss(word, study.glossary) for word in label]
    return around.assign(label=label, gloss=meanings, kept=around["p"] <= alpha)


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
    if np.isnan(network.groups.quality):
        return "There are no ties, and so no groups."
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
    if first.isna().any():
        return "There are too few words to compare how they stand together by unit."
    parts = join_words([f"{value:.2f} with counts by {unit}" for unit, value in first.items()])
    return (
        f"Over all pairs of the network's words, counts by {agreement.index[0]} have a rank correlation of {parts}: "
        "the lower, the more a network of words is one of its unit."
    )


def pick_passages(study: Study, incidence: Incidence, nodes: Sequence[str]) -> pd.DataFrame:
    """The paragraphs that hold any of the nodes, the hits of all themes marked: what ties lead to."""
    held = set(incidence.units.loc[incidence.table[list(nodes)].any(axis=1), "paragraph_id"])
    return list_passages(study, study.hits[study.hits["paragraph_id"].isin(held)], also=sorted(held))
