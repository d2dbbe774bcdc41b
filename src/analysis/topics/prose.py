"""The page of topics: tables as readers see them, findings, captions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.report.glossary import gloss
from analysis.report.wording import count_noun, join_words
from analysis.study import Study
from analysis.topics import models
from analysis.topics.explore import ScoredTopics, TopicData
from analysis.topics.stability import Choice

# The columns of the tables, as `analysis.report.Report.table` takes them.
NUMBERS: dict[str, Any] = {
    "columns": ["n_topics", "init", "stability", "lowest", "highest", "ari", "smallest_share", "npmi", "error"],
    "labels": {"n_topics": "topics", "init": "start", "ari": "ARI", "npmi": "NPMI"},
    "formats": dict.fromkeys(["lowest", "highest", "error"], ".2f"),
    "folded": "All numbers of topics that were tried",
}
TOPICS: dict[str, Any] = {
    "columns": ["topic", "words", "share", "stability", "chance", "npmi", "unstable"],
    "labels": {"npmi": "NPMI"},
}
TOO_SMALL = "The texts are too small to look for topics."


def describe_texts(data: TopicData) -> str:
    """How much there is for topics to be made of: units, words, words per unit."""
    (n_units, n_terms), unit = data.weights.shape, unit_of(data.counts.units)
    size = f"{count_noun(n_units, unit)} and {count_noun(n_terms, 'word')}"
    each = f"{count_noun(round(data.weights.nnz / n_units), 'different word')} to a {unit}"
    return (
        f"{size}, {each} on average. A topic model finds topics in any texts, also where there is nothing but chance. "
        "Whether there is more is therefore the first question below, not the last."
    )


def unit_of(units: pd.Index) -> str:
    """What a unit is called: ``paragraph`` or ``sentence``."""
    return str(units.name).removesuffix("_id")


def label_topics(data: TopicData, topics: models.Topics, glossary: Mapping[str, str], *, n: int = 2) -> dict[str, str]:
    """A label for each topic, for figures: its id and the glosses of its `n` first words (a word that has none)."""
    words = list_words(data, topics.terms, n=n)
    meanings = {topic: [gloss(word, glossary).split(",")[0] or word for word in words[topic]] for topic in words.index}
    return {str(topic): f"{topic} {', '.join(found)}".rstrip() for topic, found in meanings.items()}


def list_words(data: TopicData, terms: pd.DataFrame, *, n: int) -> pd.Series:
    """
    The `n` first words of each topic, in the forms that are shown.

    Parameters
    ----------
    terms : DataFrame (n_topics, n_terms) of shares

    Returns
    -------
    Series of lists of str, index the topics; fewer words where a topic has fewer
    """
    top = models.list_top_terms(terms, n=n)
    return pd.Series([[data.forms[term] for term in row if term] for row in top.to_numpy()], top.index, dtype=object)


def list_topics(data: TopicData, scored: ScoredTopics, *, n: int) -> pd.DataFrame:
    """One row per topic: the columns of `ScoredTopics.table` and ``words``, its `n` first words joined by ``; ``."""
    return scored.table.assign(words=list_words(data, scored.topics.terms, n=n).str.join("; ").to_numpy())


def list_guided(data: TopicData, guided: models.Topics, shares: pd.DataFrame, *, n: int) -> pd.DataFrame:
    """
    The table of shares with a second column ``words``: the `n` first words of each topic joined by ``; ``.

    Parameters
    ----------
    shares : DataFrame, one row per topic of `guided`, in their order: ``topic``, and its share of each text
    """
    words = list_words(data, guided.terms, n=n).str.join("; ").to_numpy()
    return pd.concat([shares[["topic"]].assign(words=words), shares.drop(columns="topic")], axis=1)


def show_forms(data: TopicData, wording: pd.DataFrame) -> pd.DataFrame:
    """The table of `analysis.topics.explore.compare_wording` with each term in the form that is shown."""

    def show(cell: str) -> str:
        return "; ".join(data.forms[term] for term in cell.split("; ") if term)

    return wording.assign(**{column: wording[column].map(show) for column in wording.columns[1:]})


def describe_topics(study: Study, scored: ScoredTopics, matches: pd.DataFrame, choice: Choice) -> str:
    """The finding: the number of topics, how many are more stable than chance, and which declared themes they match."""
    k = len(scored.table)
    if not k:
        units, words = scored.topics.units.index, scored.topics.terms.columns
        size = f"{count_noun(len(units), unit_of(units))}, {count_noun(len(words), 'word')} in more than one of them"
        return f"{TOO_SMALL.removesuffix('.')}: {size}."
    stable = int((~scored.table["unstable"]).sum())
    by = "by the rule" if choice.by_rule and choice.n_topics == k else "by stability alone"
    mutual = matches[matches["best_theme"] & matches["best_topic"]].sort_values("rho", ascending=False, kind="stable")
    named = [
        f"{study.themes[row.theme].in_words} ({row.topic}, rank correlation {row.rho:.2f})"
        for row in mutual.itertuples()
    ]
    unmatched = [study.themes[name].in_words for name in study.themes.declared if name not in set(mutual["theme"])]
    worth = (
        f"{stable or 'none'} of them is more stable than topics of shuffled words"
        if stable < 2
        else f"{stable} of them are more stable than topics of shuffled words"
    )
    finding = f"Left to themselves, the texts fall into {count_noun(k, 'topic')} ({by}), but {worth}."
    if not study.themes.declared:
        return finding
    recovered = f"They come nearest to {join_words(named)}" if named else "They recover none of the declared themes"
    without = f"; no topic chooses {join_words(unmatched)}" if named and unmatched else ""
    return f"{finding} {recovered}{without}."


def describe_alignment(aligned: pd.DataFrame) -> str:
    """How many of the topics of all texts each text alone has, from `analysis.topics.explore.align_texts`."""
    if aligned.empty:
        return "Nothing to align: that takes a topic, and two texts or more."
    by_text = aligned.groupby("text", sort=False)["own"]
    parts = [f"{(matches != '').sum()} of {len(matches)} in {text}" for text, matches in by_text]
    ties = f"{count_noun(aligned['split'].sum(), 'split')} and {count_noun(aligned['merged'].sum(), 'merge')}"
    return f"Found again by a text alone: {join_words(parts)}; {ties}."


def describe_matches(study: Study, matches: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """For each declared theme the topic that correlates best with it."""
    best = matches[matches["best_topic"]]
    parts = [f"{study.themes[row.theme].label}: {labels[row.topic]} ({row.rho:.2f})" for row in best.itertuples()]
    return f"The best topic for each theme is {join_words(parts)}." if parts else "No topic agrees with a theme."


def describe_row(row: pd.Series) -> str:
    """``20% in 2014, 5% in 2018 and 31% in 2020``: the shares of one topic that are known; index the texts."""
    return join_words([f"{share:.0%} in {text}" for text, share in row.dropna().items()])


def caption_stability(curve: pd.DataFrame, choice: Choice) -> dict[str, str]:
    """Name, caption and alternative text of the figure of the numbers of topics."""
    if curve.empty:
        return {"name": "stability", "caption": TOO_SMALL, "alt": "No lines: there is no number of topics to compare."}
    numbers, k = curve["n_topics"], choice.n_topics
    chooses = "the rule chooses" if choice.by_rule else "no number meets the rule; the most stable is"
    mean = curve[numbers == k].set_index("init")["stability"]
    return {
        "name": "stability",
        "caption": f"Of {numbers.min()} to {numbers.max()} topics {chooses} {k}. Mean agreement with the model of all "
        "sections, 1 = the same words. Where the lines of the texts lie no higher than that of shuffled words, "
        "stability shows no topics.",
        "alt": f"Lines of stability against the number of topics; at {k} topics {mean['random']:.2f} with random "
        f"starts, {mean['nndsvd']:.2f} from the singular vectors, {mean['shuffled']:.2f} for shuffled words.",
    }


def caption_topics(scored: ScoredTopics) -> str:
    """The caption of the table of topics."""
    floor = "" if scored.table.empty else f" (shuffled words: {scored.floor:.2f})"
    return f"Topics by size; stability: mean agreement of the top ten words{floor}"


def caption_shares(shares: pd.DataFrame, labels: Mapping[str, str]) -> dict[str, str]:
    """
    Name, caption and alternative text of the figure of shares.

    Parameters
    ----------
    shares : DataFrame, index the topics, one column per text; 0 to 1
    labels : label of each topic
    """
    if shares.empty:
        return {"name": "shares", "caption": TOO_SMALL, "alt": "No lines: there are no topics."}
    several = shares.shape[1] > 1
    most = (shares.max(axis=1) - shares.min(axis=1) if several else shares.iloc[:, 0]).idxmax()
    sentence = f"{labels[most]}, {describe_row(shares.loc[most])}."
    opening = "Most different between the texts" if several else "The largest topic"
    return {
        "name": "shares",
        "caption": f"{opening}: {sentence} Lines are guides for the eye; dashed, open: unstable topics.",
        "alt": f"Line chart of the share of each topic in the texts. {opening}: {sentence}",
    }


def caption_agreement(study: Study, matches: pd.DataFrame, labels: Mapping[str, str]) -> dict[str, str]:
    """Name, caption and alternative text of the figure of topics by declared themes."""
    if matches.empty:
        return {"name": "agreement", "caption": "No topic agrees with a theme.", "alt": "No cells: nothing to compare."}
    sentence = describe_matches(study, matches, labels)
    return {
        "name": "agreement",
        "caption": f"{sentence} Rank correlation of topic and theme; the darker, the higher.",
        "alt": f"Matrix of rank correlations, topics by declared themes. {sentence}",
    }
