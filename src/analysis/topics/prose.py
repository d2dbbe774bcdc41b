"""Topics as readers see them: their words with glosses, and the sentences that carry their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd
from markupsafe import Markup

from analysis.report import elements
from analysis.report.glossary import gloss
from analysis.report.wording import join_words
from analysis.study import Study
from analysis.topics import models
from analysis.topics.explore import Judged, Material
from analysis.topics.stability import Choice


def label_topics(
    material: Material, found: models.Topics, glossary: Mapping[str, str], *, n: int = 2
) -> dict[str, str]:
    """A name for each topic: its id and what its first words mean, for figures (a word without a gloss as it is)."""
    top = models.list_top_terms(found.terms, n=n)
    labels = {}
    for topic, words in top.iterrows():
        meanings = [gloss(word, glossary).split(",")[0] or word for word in _shown(material, words)]
        labels[topic] = f"{topic} {', '.join(meanings)}"
    return labels


def list_topics(material: Material, judged: Judged, *, n: int) -> pd.DataFrame:
    """One row per topic: its numbers, and its first words in one column."""
    top = models.list_top_terms(judged.topics.terms, n=n)
    return judged.table.assign(words=["; ".join(_shown(material, words)) for _, words in top.iterrows()])


def present_topics(material: Material, judged: Judged, glossary: Mapping[str, str], *, n: int) -> pd.DataFrame:
    """The topics with their first words glossed; an unstable one says so beside its name."""
    top = models.list_top_terms(judged.topics.terms, n=n)
    marks = [f"{row.topic} (unstable)" if row.unstable else row.topic for row in judged.table.itertuples()]
    table = judged.table[["share", "stability", "chance", "npmi"]].copy()
    table.insert(0, "topic", marks)
    table.insert(1, "words", _glossed((_shown(material, words) for _, words in top.iterrows()), glossary))
    return table


def present_words(table: pd.DataFrame, material: Material, glossary: Mapping[str, str]) -> pd.DataFrame:
    """A table of words joined by semicolons, each word in the form that is shown and glossed; first column as it is."""
    columns = {
        column: _glossed((_shown(material, cell.split("; ") if cell else []) for cell in table[column]), glossary)
        for column in table.columns[1:]
    }
    return table.assign(**columns)


def present_guided(
    material: Material, guided: models.Topics, shares: pd.DataFrame, glossary: Mapping[str, str], *, n: int
) -> pd.DataFrame:
    """Guided and free topics with their first words glossed, and their share of each text."""
    top = models.list_top_terms(guided.terms, n=n).loc[shares.index]
    table = shares.reset_index(names="topic")
    table.insert(1, "words", _glossed((_shown(material, words) for _, words in top.iterrows()), glossary))
    return table


def describe_topics(here: Study, judged: Judged, matches: pd.DataFrame, choice: Choice, k: int) -> str:
    """The finding: how many topics, how many are found again, and which declared themes they recover."""
    stable = int((~judged.table["unstable"]).sum())
    by = "by the rule" if choice.by_rule and choice.n_topics == k else "by stability alone"
    mutual = matches[matches["best_theme"] & matches["best_topic"]].sort_values("rho", ascending=False, kind="stable")
    named = [
        f"{here.themes[row.theme].in_words} ({row.topic}, rank correlation {row.rho:.2f})"
        for row in mutual.itertuples()
    ]
    recovered = f"They come nearest to {join_words(named)}" if named else "They recover none of the declared themes"
    rest = [here.themes[name].in_words for name in here.themes.declared if name not in set(mutual["theme"])]
    without = f"; no topic chooses {join_words(rest)}" if named and rest else ""
    worth = (
        f"{stable or 'none'} of them is more stable than topics of shuffled words"
        if stable < 2
        else (f"{stable} of them are more stable than topics of shuffled words")
    )
    return f"Left to themselves, the texts fall into {k} topics ({by}), but {worth}. {recovered}{without}."


def describe_alignment(aligned: pd.DataFrame) -> str:
    """How many of the topics of all texts each text gives by itself."""
    parts = [f"{(own['own'] != '').sum()} of {len(own)} in {text}" for text, own in aligned.groupby("text", sort=False)]
    ties = f"{aligned['split'].sum()} splits and {aligned['merged'].sum()} merges"
    return f"Found again by a text alone: {join_words(parts)}; {ties}."


def describe_matches(here: Study, matches: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """For each declared theme the topic that agrees best with it."""
    best = matches[matches["best_topic"]]
    parts = [f"{here.themes[row.theme].label}: {labels[row.topic]} ({row.rho:.2f})" for row in best.itertuples()]
    return f"The best topic for each theme is {join_words(parts)}." if parts else "No topic agrees with a theme."


def describe_row(row: pd.Series) -> str:
    """``20% in 2014, 5% in 2018 and 31% in 2020``: the shares of one topic."""
    return join_words([f"{share:.0%} in {text}" for text, share in row.items()])


def _shown(material: Material, words: Iterable[object]) -> list[str]:
    return [material.forms[word] for word in words if isinstance(word, str)]


def _glossed(rows: Iterable[list[str]], glossary: Mapping[str, str]) -> list[Markup]:
    return [Markup(", ").join(elements.term(word, glossary) for word in words) for words in rows]
