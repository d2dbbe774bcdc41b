"""Tables and sentences of the page of topics: topics with their words, findings, captions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd
from markupsafe import Markup

from analysis.report import elements
from analysis.report.glossary import gloss
from analysis.report.wording import count_noun, join_words
from analysis.study import Study
from analysis.topics import models
from analysis.topics.explore import ScoredTopics, TopicData
from analysis.topics.stability import Choice


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
    One row per guided or free topic: ``topic``, ``words`` (its `n` first ones joined by ``; ``), its share of each
    text (0 to 1).

    Parameters
    ----------
    shares : DataFrame from `analysis.topics.models.share_topics`, one row per topic, one column per text
    """
    table = shares.reset_index(names="topic")
    table.insert(1, "words", list_words(data, guided.terms, n=n).str.join("; ").loc[shares.index].to_numpy())
    return table


def show_forms(data: TopicData, wording: pd.DataFrame) -> pd.DataFrame:
    """The table of `analysis.topics.explore.compare_wording` with each term in the form that is shown."""

    def show(cell: str) -> str:
        return "; ".join(data.forms[term] for term in cell.split("; ") if term)

    return wording.assign(**{column: wording[column].map(show) for column in wording.columns[1:]})


def present_topics(data: TopicData, scored: ScoredTopics, glossary: Mapping[str, str], *, n: int) -> pd.DataFrame:
    """The topics with their first words glossed; an unstable one is called so beside its id."""
    table = list_topics(data, scored, n=n)
    table["topic"] += table["unstable"].map({True: " (unstable)", False: ""})
    return _gloss(table[["topic", "words", "share", "stability", "chance", "npmi"]], ["words"], glossary)


def present_words(wording: pd.DataFrame, data: TopicData, glossary: Mapping[str, str]) -> pd.DataFrame:
    """The first words of each topic in each text, in the form that is shown, glossed."""
    return _gloss(show_forms(data, wording), list(wording.columns[1:]), glossary)


def present_guided(
    data: TopicData, guided: models.Topics, shares: pd.DataFrame, glossary: Mapping[str, str], *, n: int
) -> pd.DataFrame:
    """Guided and free topics with their first words glossed, and their share of each text."""
    return _gloss(list_guided(data, guided, shares, n=n), ["words"], glossary)


def describe_topics(study: Study, scored: ScoredTopics, matches: pd.DataFrame, choice: Choice, k: int) -> str:
    """The finding: the number of topics, how many are more stable than chance, and which declared themes they match."""
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
        return "There is one text only: nothing to align."
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
    """``20% in 2014, 5% in 2018 and 31% in 2020``: the shares of one topic, 0 to 1, index the texts."""
    return join_words([f"{share:.0%} in {text}" for text, share in row.items()])


def _gloss(table: pd.DataFrame, columns: list[str], glossary: Mapping[str, str]) -> pd.DataFrame:
    """Columns of words joined by ``; `` as markup, each word with its gloss."""

    def mark(words: Iterable[str]) -> list[Markup]:
        return [Markup(", ").join(elements.term(word, glossary) for word in cell.split("; ") if word) for cell in words]

    return table.assign(**{column: mark(table[column]) for column in columns})
