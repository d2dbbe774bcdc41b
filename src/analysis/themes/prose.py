"""What may be said: the sentences that carry the numbers, and the tables as readers see them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from analysis.report import elements
from analysis.report.files import make_name
from analysis.report.wording import count_noun, join_words, spell_noun, verb
from analysis.stats.verdict import DESCRIPTIVE, DIFFERS, RESERVATIONS, TOO_FEW, strongest
from analysis.themes.compare import TaggedTexts
from analysis.themes.dictionary import Theme, Themes
from analysis.themes.plots import PRESENCE_ORDER

LEAST_PARAGRAPHS = 5  # a text with fewer is not said to name a theme most: one of one would be all of it

# The columns of the tables of changes and of excerpts, as `analysis.report.Report.table` takes them.
CHANGES: dict[str, Any] = {
    "columns": ["before", "after", "paragraphs", "difference", "interval", "p", "p_adjusted", "verdict"],
    "cells": {"paragraphs": "{count_before}/{n_before} → {count_after}/{n_after}"},
}
WINDOWS: dict[str, Any] = {
    "columns": ["theme", "doc_id", "windows", "share_short", "window_share", "range", "quantile"],
    "labels": {
        "doc_id": "excerpts of",
        "windows": "excerpts",
        "share_short": "short text",
        "window_share": "mean",
    },
    "cells": {"range": "{window_low} to {window_high}"},
}


def describe_shares(shares: pd.DataFrame) -> str:
    """``8 of 84 paragraphs (10%) in 2014 and 6 of 40 (15%) in 2018``: counts first, then shares, for one theme."""
    return join_words([f"{_share(row)} in {row['doc_id']}" for _, row in shares.iterrows()])


def _share(row: pd.Series) -> str:
    return f"{row['paragraphs']} of {count_noun(row['n_paragraphs'], 'paragraph')} ({row['share']:.0%})"


def _large_texts(shares: pd.DataFrame) -> pd.DataFrame:
    """The rows of texts of which it may be said that they name a theme most; all rows where there are none such."""
    large = shares[shares["n_paragraphs"] >= LEAST_PARAGRAPHS]
    return shares if large.empty else large


def _find_most(shares: pd.DataFrame) -> pd.DataFrame:
    """The rows, of one theme, of the text with the largest share among `_large_texts`; of several where they equal."""
    large = _large_texts(shares)
    return large[large["share"] == large["share"].max()]


def _name_small(shares: pd.DataFrame) -> str:
    """A remark on the texts that `_large_texts` leaves out; empty where it leaves out none."""
    small = shares.drop(index=_large_texts(shares).index)
    texts = join_words(list(dict.fromkeys(small["doc_id"])))
    return f", of the texts with {spell_noun(LEAST_PARAGRAPHS, 'paragraph')} or more (not {texts})" if texts else ""


def describe_theme(subject: Theme, shares: pd.DataFrame, tests: pd.DataFrame) -> tuple[str, str]:
    """
    The finding for one theme: what the texts say, whether that is more than chance, and the strongest verdict.

    That a text has more paragraphs on a theme is a fact about these texts. The verdict says more: whether it has more
    than chance would bring, when themes run on from paragraph to paragraph as they do here.

    Parameters
    ----------
    shares, tests : rows of one theme from `analysis.themes.compare.compare_texts`
    """
    verdict = strongest(tests["verdict"])
    if tests.empty:
        return f"Paragraphs that name {subject.in_words}: {describe_shares(shares)}.", DESCRIPTIVE
    told = tests[tests["verdict"] == verdict]
    return f"{_open_theme(subject, shares)}. {describe_test(told.loc[told['p'].idxmin()])}", verdict


def _open_theme(subject: Theme, shares: pd.DataFrame) -> str:
    """Which text speaks most of a theme, or which texts do, and how much of it the others speak."""
    most = _find_most(shares)
    others = shares.drop(index=most.index)
    if not shares["paragraphs"].any():
        return f"No text names {subject.in_words}: {describe_shares(shares)}"
    if others.empty:
        return f"All texts speak as much of {subject.in_words}: {describe_shares(shares)}"
    if len(most) == 1:
        opening, found = f"The {most['doc_id'].item()} text speaks", _share(most.iloc[0])
    else:
        opening, found = f"{join_words(list(most['doc_id']))} speak", describe_shares(most)
    return f"{opening} most of {subject.in_words}{_name_small(shares)}: {found}, against {describe_shares(others)}"


def describe_places(study: TaggedTexts, hits: pd.DataFrame) -> str:
    """For each text, what share of a theme's hits stands in the section that holds most of them."""
    sections = study.corpus.paragraphs.set_index("paragraph_id")["section_id"]
    n_sections = study.corpus.sentences.groupby("doc_id")["section_id"].nunique()
    parts = []
    for text in study.documents:
        counts = hits.loc[hits["doc_id"] == text, "paragraph_id"].map(sections).value_counts()
        if len(counts) and n_sections[text] > 1:
            parts.append(
                f"in {text} {counts.max()} of {count_noun(counts.sum(), 'hit')} {verb(counts.max(), 'stands')} in one "
                f"section and the theme is met in {len(counts)} of {n_sections[text]}"
            )
        elif len(counts):
            parts.append(
                f"in {text}, of one section, there {verb(counts.sum(), 'is')} {count_noun(counts.sum(), 'hit')}"
            )
        else:
            parts.append(f"in {text} there is no hit")
    told = join_words(parts)
    return f"{told[0].upper()}{told[1:]}."


def caption_places(study: TaggedTexts, hits: pd.DataFrame) -> dict[str, str]:
    """Name, caption and alternative text of the figure of the places at which a theme is named."""
    told = describe_places(study, hits)
    return {
        "name": "places",
        "caption": f"{told} One stroke per hit.",
        "alt": f"Strips, one per text, with a stroke at the place of every hit. {told}",
    }


def caption_vocabulary(presence: pd.Series, n_shown: int, theme: Theme) -> dict[str, str]:
    """
    Name, caption and alternative text of the figure of a theme's words.

    Parameters
    ----------
    presence : Series from `analysis.themes.attention.describe_presence`, of all words
    n_shown : words that the figure shows
    """
    groups = presence.value_counts()
    known = [name for name in PRESENCE_ORDER if groups.get(name, 0)]
    spelled = ", ".join(f"{groups[name]} {verb(groups[name], name)}" for name in known if known != ["stays"])
    found = f"{count_noun(len(presence), 'word')} for {theme.in_words}{f', by presence: {spelled}' if spelled else ''}"
    drawn = f"the {n_shown} most frequent are drawn" if n_shown < len(presence) else "all are drawn"
    return {
        "name": "vocabulary",
        "caption": f"{found}. Dots hold the number of hits; {drawn}.",
        "alt": f"Table of dots, one row per word and one column per text; {found}.",
    }


def pick_neighbours(neighbours: pd.DataFrame, *, least: int = 5) -> pd.DataFrame:
    """
    The neighbours that share `least` units or more with a theme, text by text, those that share most first.

    Parameters
    ----------
    neighbours : DataFrame from `analysis.themes.attention.count_neighbours`
    """
    near = neighbours[neighbours["both"] >= least]
    return near.sort_values(["doc_id", "both"], ascending=[True, False], kind="stable")


def describe_dictionary(subject: Theme, hits: pd.DataFrame, glossary: Mapping[str, str], language: str) -> str:
    """
    What the dictionary says of a theme: definition, notes, terms that count with reserve, terms that never do.

    Parameters
    ----------
    language : code of the language of its terms; empty: not marked
    """
    met = set(hits["term"])
    seen = sum(term in met for term in subject.core)
    parts = [
        Markup("**Definition.** {}").format(subject.definition),
        Markup("**Notes.** {}").format(_gloss_words(subject.notes, glossary, language)) if subject.notes else "",
        Markup("**Core terms.** All were met.")
        if seen == len(subject.core)
        else Markup("**Core terms.** {} of {} were met; the others are there for other texts.").format(
            seen, len(subject.core)
        ),
        Markup("**Border terms.** {}.").format(_list_terms(subject.border, glossary, language))
        if subject.border
        else "",
        Markup("**Excluded.** {}.").format(_list_terms(subject.excluded, glossary, language))
        if subject.excluded
        else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _gloss_words(text: str, glossary: Mapping[str, str], language: str) -> Markup:
    """A text in which words between asterisks are words of the texts: each with its gloss."""
    pieces = re.split(r"\*([^*]+)\*", text)
    return Markup("").join(
        elements.term(piece, glossary, language=language) if place % 2 else Markup("{}").format(piece)
        for place, piece in enumerate(pieces)
    )


def _list_terms(texts: Sequence[str], glossary: Mapping[str, str], language: str) -> Markup:
    return Markup(", ").join(elements.term(text, glossary, language=language) for text in texts)


def describe_test(test: pd.Series) -> str:
    """What one comparison of two texts says, in a sentence with its p-value."""
    pair = f"between {test['before']} and {test['after']}"
    if test["verdict"] == TOO_FEW:
        return "That is too few to tell whether the texts differ."
    cases = f"{test['p']:.0%}" if test["p"] >= 0.005 else "fewer than 1%"
    rare = f"Chance alone would bring a difference as large as that {pair} in {cases} of cases"
    if test["verdict"] == DIFFERS:
        return f"{rare}; it stands with all comparisons allowed for."
    if test["verdict"] == RESERVATIONS:
        return f"{rare}, but not all comparisons are allowed for in that."
    return f"{rare}: not rare enough to tell the texts apart."


def describe_runs(runs: pd.DataFrame) -> str:
    """How long themes run on, and how far the intervals and tests that allow for it are to be trusted."""
    if runs["run_length"].isna().all():
        return ""
    return (
        f"The median run length is {runs['run_length'].median():.1f} paragraphs, the largest "
        f"{runs['run_length'].max():.1f}. How often intervals and tests made this way are right was simulated "
        "(benchmarks/README.md): the intervals are wide because they are honest. For the shortest text, read the "
        "counts first."
    )


def describe_power(simulated: pd.DataFrame, themes: Themes) -> str:
    """
    How often the test would find differences as large as those seen, if they were there (``benchmarks/README.md``).

    Parameters
    ----------
    simulated : DataFrame, the rates that ``benchmarks/intervals.py`` writes, rows "cyber as seen" and the like; those
        of themes that the study does not have are left out; empty if the study names none
    """
    opening = "Not found is not the same as not there."
    if simulated.empty:
        return opening
    seen = simulated[simulated["truth"].str.endswith(" as seen") & (simulated["blocks"] == "sections")]
    rates = {row.truth.removesuffix(" as seen"): row.single for row in seen.itertuples()}
    parts = [f"{themes[name].label} in {rate:.0%}" for name, rate in rates.items() if name in themes.names]
    if not parts:
        return opening
    return (
        f"{opening} In simulated texts that truly differ as much as these seem to, with themes that run on as long, a "
        f"single test finds the difference for {join_words(parts)} of cases (benchmarks/README.md): texts this short "
        "cannot show more."
    )


def describe_changes(tests: pd.DataFrame, themes: Themes) -> str:
    """How many comparisons differ, in one sentence for a caption."""
    if tests.empty:
        return "With one text there is nothing to compare."
    clear = tests[tests["verdict"] == DIFFERS]
    if len(tests) == 1:
        other = "" if len(clear) else "not "
        return f"The one difference between texts is {other}larger than chance could bring, with themes that run on so."
    named = [f"{themes[row.theme].label} ({row.before} to {row.after})" for row in clear.itertuples()]
    number = f"{len(clear)} are" if len(clear) > 1 else f"{len(clear) or 'none'} is"
    found = f"Of {len(tests)} differences between texts {number} larger than chance could bring"
    named_or_none = f": {join_words(named)}" if named else ""
    return f"{found}, with themes that run on as they do here{named_or_none}."


def summarise_changes(shares: pd.DataFrame, tests: pd.DataFrame, themes: Themes) -> tuple[str, str]:
    """The finding over all themes: where each is named most, how many differences are clear; the strongest verdict."""
    verdict = DESCRIPTIVE if tests.empty else strongest(tests["verdict"])
    if tests.empty:
        named = [f"{themes[row['theme']].in_words} {_share(row)}" for _, row in shares.iterrows()]
        return f"Paragraphs that name a theme: {join_words(named)}. {describe_changes(tests, themes)}", verdict
    named = []
    for name, own in shares.groupby("theme", sort=False):
        most = [
            f"{row.doc_id} ({row.paragraphs} of {count_noun(row.n_paragraphs, 'paragraph')}, {row.share:.0%})"
            for row in _find_most(own).itertuples()
            if row.paragraphs
        ]
        named.append(f"{themes[str(name)].label} {f'most in {join_words(most)}' if most else 'in none'}")
    return f"{join_words(named)}{_name_small(shares)}. {describe_changes(tests, themes)}", verdict


def caption_panels(shares: pd.DataFrame, tests: pd.DataFrame, themes: Themes) -> dict[str, str]:
    """Name, caption and alternative text of the figure of all themes, a panel each."""
    names = list(dict.fromkeys(shares["theme"]))
    spelled = [f"{themes[name].label}: {describe_shares(shares[shares['theme'] == name])}." for name in names]
    return {
        "name": "attention",
        "caption": f"{describe_changes(tests, themes)} Dots: share of paragraphs that name the theme; bars: 95 % "
        "intervals; labels: paragraphs with the theme.",
        "alt": f"A panel for each theme, with the share of paragraphs in each text. {' '.join(spelled)}",
    }


def caption_attention(shares: pd.DataFrame, theme: Theme) -> dict[str, str]:
    """Name, caption and alternative text of the figure of one theme."""
    spelled = describe_shares(shares[shares["theme"] == theme.name])
    return {
        "name": "attention",
        "caption": f"Paragraphs that name {theme.in_words}: {spelled}. Dots: share of paragraphs; bars: 95 % "
        "intervals; labels: paragraphs with the theme.",
        "alt": f"Share of paragraphs that name {theme.in_words} in each text, with 95 % intervals: {spelled}.",
    }


def caption_heatmap(attention: pd.DataFrame, themes: Themes, texts: Sequence[str]) -> dict[str, str]:
    """Name, caption and alternative text of the figure of all themes by text."""
    most = attention.loc[attention.groupby("doc_id")["share_paragraphs"].idxmax()].set_index("doc_id")["theme"]
    any_theme = attention.groupby("doc_id")["share_paragraphs"].max() > 0
    named = ", ".join(f"{themes[most[text]].label if any_theme[text] else 'no theme'} in {text}" for text in texts)
    return {
        "name": "wide",
        "caption": f"Most present: {named}. Share of paragraphs that name each theme, their number in brackets; the "
        "darker, the larger.",
        "alt": f"Heat map of themes by text, each cell with share and count. The theme in most paragraphs: {named}.",
    }


def pick_words(words: pd.DataFrame, n_words: int, *, p: float = 0.05) -> pd.DataFrame:
    """
    Of the words whose single p-value is at most `p`, the `n_words` of largest |G²| on either side, for reading.

    Returns
    -------
    DataFrame, the rows of `words` that are picked, largest |G²| first; ``g2`` without its sign, which is that of
        ``log_ratio``
    """
    clear = words[words["p"] <= p]
    more = clear[clear["log_ratio"] > 0].nlargest(n_words, ["g2", "log_ratio"])
    less = clear[clear["log_ratio"] < 0].nsmallest(n_words, ["g2", "log_ratio"])
    picked = pd.concat([more, less], ignore_index=True)
    return picked.assign(g2=picked["g2"].abs()).sort_values("g2", ascending=False, kind="stable")


def describe_keyness(keyness: Mapping[tuple[str, str], pd.DataFrame], *, q: float = 0.05) -> str:
    """How many words were compared in each pair, and how many are clear when the number compared is allowed for."""
    parts = [
        f"{int((words['q'] < q).sum())} of {len(words)} between {first} and {second}"
        for (first, second), words in keyness.items()
        if len(words)
    ]
    if not parts:
        return "No word is frequent enough to compare." if keyness else ""
    found = f"Words with a false-discovery rate below {q:.0%}, of those frequent enough to compare"
    return f"{found}: {join_words(parts)}. The figures are for reading, not for proof."


def caption_keyness(shown: pd.DataFrame, pair: tuple[str, str]) -> dict[str, str]:
    """Name, caption and alternative text of the keyness figure of a pair, from its words, largest |G²| first."""
    first, second = pair
    more, less = (list(shown.loc[side, "word"]) for side in (shown["log_ratio"] > 0, shown["log_ratio"] < 0))
    sides = [(text, words[:3]) for text, words in ((first, more), (second, less)) if words]
    found = "; ".join(f"more in {text}: {join_words(words)}" for text, words in sides)
    found = f"{found[:1].upper()}{found[1:]}."
    return {
        "name": make_name("keyness", first, second),
        "caption": f"{found} Filled: more in {first}; open: more in {second}. Dots: log ratio; bars: 95 % intervals.",
        "alt": f"Dots with intervals, one row per word: log ratio of {first} to {second}. {found}",
    }


def layout_keyness(pair: tuple[str, str]) -> dict[str, Any]:
    """Name and columns of the table of a keyness figure: counts, effect, evidence and dispersion."""
    first, second = pair
    return {
        "name": make_name("keyness", first, second),
        "columns": ["word", "count_a", "count_b", "log_ratio", "interval", "g2", "bic", "paragraphs", "p", "q"],
        "labels": {"count_a": f"in {first}", "count_b": f"in {second}"},
        "cells": {"paragraphs": "{range_a} + {range_b}"},
        "folded": f"The numbers behind the figure, {first} against {second}",
    }
