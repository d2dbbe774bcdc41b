"""What may be said: the sentences that carry the numbers, and the tables as readers see them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from analysis.report import elements
from analysis.report.files import make_name
from analysis.report.wording import count_noun, join_words, verb
from analysis.stats.verdict import (
    CERTAIN,
    DEPENDS,
    LEANING,
    LIKELY,
    MOST_COUNTS,
    OF_DIFFERENCE,
    state_absence,
    strongest,
)
from analysis.themes.compare import TaggedTexts
from analysis.themes.dictionary import Theme, Themes
from analysis.themes.plots import PRESENCE_ORDER

# The tables of differences, of permutation tests and of excerpts, as `analysis.report.Report.table` takes them.
DIFFERENCES: dict[str, Any] = {
    "name": "differences",
    "columns": [
        *("theme", "before", "after", "sentences", "difference", "verdict", "drafting", "counted", "tipping"),
        *("measurement", "probability", "interval"),
    ],
    "labels": {
        "sentences": "sentences with it",
        "counted": "ways of counting",
        "tipping": "misread to undo",
        "measurement": "p in these texts",
        "verdict": "in these texts",
        "probability": "p in another drafting",
        "interval": "difference in another drafting",
        "drafting": "another drafting",
    },
    "formats": {"difference": "+.1pp", "measurement": ".3f", "probability": ".3f", "low": "+.0pp", "high": "+.0pp"},
    "cells": {"sentences": "{y_before}/{n_before} → {y_after}/{n_after}"},
}
CHANGES: dict[str, Any] = {
    "name": "changes",
    "columns": ["theme", "before", "after", "paragraphs", "difference", "interval", "p", "p_adjusted"],
    "cells": {"paragraphs": "{count_before}/{n_before} → {count_after}/{n_after}"},
    "folded": "Permutation tests of the share of paragraphs",
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


def count_sentences(attention: pd.DataFrame, differences: pd.DataFrame) -> pd.DataFrame:
    """
    Sentences with each theme in each text: as coded where a comparison counted codes, else as the dictionary found.

    Parameters
    ----------
    attention : DataFrame from `analysis.themes.attention.count_attention`
    differences : DataFrame from `analysis.themes.compare.compare_differences`

    Returns
    -------
    DataFrame, one row per theme and text, in the order of `attention`
        ``theme``, ``doc_id``, ``sentences``, ``n_sentences``, ``share`` (0 to 1).
    """
    keys = ["theme", "doc_id"]
    coded = differences[differences["counted_by"] == "codes"]
    ends = [
        coded[["theme", end, f"y_{end}"]].set_axis([*keys, "sentences"], axis="columns") for end in ("before", "after")
    ]
    by_codes = pd.concat(ends).drop_duplicates(keys).set_index(keys)["sentences"]
    counts = attention[[*keys, "sentences", "n_sentences"]].set_index(keys)
    counts["sentences"] = by_codes.reindex(counts.index).fillna(counts["sentences"]).astype(int)
    return counts.assign(share=counts["sentences"] / counts["n_sentences"]).reset_index()


def _list_counts(counts: pd.DataFrame, noun: str = "sentence") -> str:
    """``93 of 316 sentences in 2014 and 3 of 179 in 2018``, for one theme; without the noun if it is empty."""
    sizes = [f"{n:,}" for n in counts["n_sentences"]]
    if noun:
        sizes[0] = count_noun(counts["n_sentences"].iloc[0], noun)
    rows = zip(counts["sentences"], sizes, counts["doc_id"], strict=True)
    return join_words([f"{number} of {size} in {text}" for number, size, text in rows])


def describe_theme(subject: Theme, attention: pd.DataFrame, differences: pd.DataFrame) -> tuple[str, str]:
    """
    The finding for one theme: what the texts say, how sure that is, and the strongest verdict on these texts.

    Of the differences the one is told of which most can be said: by its verdict, then one of the text that speaks most
    of the theme, then by how probable it is in another drafting.

    Parameters
    ----------
    attention, differences : rows of one theme, as for `count_sentences`
    """
    counts, unequal = count_sentences(attention, differences), differences[differences["direction"] != "same"]
    verdict = strongest(unequal["verdict"])
    sentences = [_open_theme(subject, counts)]
    if len(unequal):
        surest, most = unequal[unequal["verdict"] == verdict], counts.loc[_is_largest(counts), "doc_id"]
        of_most = surest[surest["before"].isin(most) | surest["after"].isin(most)]
        surest = surest if of_most.empty else of_most
        sentences.append(describe_difference(surest.loc[surest["probability"].idxmax()]))
    if len(unequal) and len(differences) > 1:
        sentences.append(count_verdicts(differences))
    return " ".join(sentences), verdict


def _is_largest(counts: pd.DataFrame) -> pd.Series:
    return counts["share"] == counts["share"].max()


def _open_theme(subject: Theme, counts: pd.DataFrame) -> str:
    """Which text speaks most of a theme, or which texts do, and how much of it the others speak."""
    largest = _is_largest(counts)
    most, others = counts[largest], counts[~largest & (counts["sentences"] > 0)]
    if not counts["sentences"].any():
        return f"No text names {subject.in_words}: {_list_counts(counts)}, all of them read."
    if len(counts) == 1:
        return (
            f"Sentences that name {subject.in_words}: {_list_counts(counts, noun='')} ({counts['share'].item():.0%})."
        )
    if largest.all():
        return f"All texts speak as much of {subject.in_words}: {_list_counts(counts)}."
    absent = counts[counts["sentences"] == 0]
    degree = " " if others.empty else " more " if len(counts) == 2 else " most "
    if len(most) == 1:
        first = most.iloc[0]
        who, speak = f"the {first['doc_id']} text", "speaks"
        found = f"{first['sentences']} of {count_noun(first['n_sentences'], 'sentence')} ({first['share']:.0%})"
    else:
        who, speak, found = join_words(list(most["doc_id"])), "speak", _list_counts(most)
    who = f"only {who}" if others.empty else who
    against = "" if others.empty else f", against {_list_counts(others, noun='')}"
    missing = join_words([f"in {row.doc_id} {state_absence(row.n_sentences)}" for row in absent.itertuples()])
    return (
        f"{who[0].upper()}{who[1:]} {speak}{degree}of {subject.in_words}: {found}{against}{missing and f'; {missing}'}."
    )


def _probability(value: float) -> str:
    """``probability .89``; what would be rounded to 1 is above .99."""
    return "probability above .99" if value >= 0.995 else f"probability {value:.2f}".replace(" 0", " ")


def describe_difference(row: pd.Series) -> str:
    """
    How sure one difference between two texts is, in a sentence: in these texts, and in another drafting.

    Parameters
    ----------
    row : one row of `analysis.themes.compare.compare_differences`, of a difference
    """
    claim = f"{row['after']} has {row['direction']} than {row['before']}"
    agreeing = int(row["counted"].split()[0].replace(",", ""))
    counted = f"{row['counted']} ways of counting {verb(agreeing, 'agrees')}"
    misread = count_noun(row["tipping"], "sentence")
    if row["verdict"] == DEPENDS:
        doubt = (
            "" if pd.isna(row["measurement"]) else f" ({_probability(row['measurement'])} with such errors allowed for)"
        )
        return (
            f"Whether {claim} depends on how it is counted: {counted}, and {misread} misread would turn it "
            f"round{doubt}; {_repeat(row['drafting'], 'say the same')} ({_probability(row['probability'])})."
        )
    sure = "is certain" if row["verdict"] == CERTAIN else f"holds {MOST_COUNTS}"
    return (
        f"That {claim} {sure}: {counted}, and {misread} would have to be misread to turn it round; "
        f"{_repeat(row['drafting'], 'say the same')} ({_probability(row['probability'])})."
    )


def _repeat(drafting: str, same: str) -> str:
    """Whether another drafting would `same`, a verb with its object."""
    if drafting == LIKELY:
        return f"another drafting would likely {same}"
    if drafting == LEANING:
        return f"another drafting would rather {same} than not"
    return f"whether another drafting would {same} is open"


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
    places = describe_places(study, hits)
    return {
        "name": "places",
        "caption": f"{places} One stroke per hit.",
        "alt": f"Strips, one per text, with a stroke at the place of every hit. {places}",
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
    extent = f"the {n_shown} most frequent are drawn" if n_shown < len(presence) else "all are drawn"
    return {
        "name": "vocabulary",
        "caption": f"{found}. Dots hold the number of hits; {extent}.",
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


def count_verdicts(differences: pd.DataFrame) -> str:
    """How many differences are how sure in these texts, and how many another drafting would likely repeat."""
    if differences.empty:
        return "With one text there is nothing to compare."
    unequal = differences[differences["direction"] != "same"]
    numbers = [
        *(int((unequal["verdict"] == verdict).sum()) for verdict in OF_DIFFERENCE),
        len(differences) - len(unequal),
    ]
    parts = [
        ("is", CERTAIN),
        ("holds", MOST_COUNTS),
        ("depends", "on how it is counted" if numbers[2] == 1 else "on how they are counted"),
        ("finds", "no difference"),
    ]
    if len(differences) == 1:
        found = next(f"{word} {rest}" for number, (word, rest) in zip(numbers, parts, strict=True) if number)
        again = f"; {_repeat(unequal['drafting'].item(), 'repeat it')}" if len(unequal) else ""
        return f"The one comparison of two texts {found}{again}."
    found = join_words(
        [
            f"{'all' if number == len(differences) else number} {verb(number, word)} {rest}"
            for number, (word, rest) in zip(numbers, parts, strict=True)
            if number
        ]
    )
    likely = int((unequal["drafting"] == LIKELY).sum())
    again = f"another drafting would likely repeat {likely or 'none'}"
    return f"Of {len(differences)} comparisons of two texts {found}; {again}."


def summarise_differences(attention: pd.DataFrame, differences: pd.DataFrame, themes: Themes) -> tuple[str, str]:
    """
    The finding over all themes: the text that names each most, how sure the differences are; the strongest verdict.

    Parameters
    ----------
    attention, differences : as for `count_sentences`
    """
    counts = count_sentences(attention, differences)
    named = [_place_most(themes[str(name)].label, own) for name, own in counts.groupby("theme", sort=False)]
    verdict = strongest(differences.loc[differences["direction"] != "same", "verdict"])
    return f"{join_words(named)}. {count_verdicts(differences)}", verdict


def _place_most(label: str, counts: pd.DataFrame) -> str:
    """``Cyber most in 2020 (14 of 68 sentences, 21%)``."""
    largest = _is_largest(counts)
    if not counts["sentences"].any():
        return f"{label} in none ({_list_counts(counts)})"
    most = [
        f"{row.doc_id} ({row.sentences} of {count_noun(row.n_sentences, 'sentence')}, {row.share:.0%})"
        for row in counts[largest].itertuples()
    ]
    degree = "" if len(counts) == 1 else " as much" if largest.all() else " more" if len(counts) == 2 else " most"
    return f"{label}{degree} in {join_words(most)}"


def caption_panels(shares: pd.DataFrame, differences: pd.DataFrame, themes: Themes) -> dict[str, str]:
    """Name, caption and alternative text of the figure of all themes, a panel each."""
    names = list(dict.fromkeys(shares["theme"]))
    spelled = [f"{themes[name].label}: {describe_shares(shares[shares['theme'] == name])}." for name in names]
    return {
        "name": "attention",
        "caption": f"{count_verdicts(differences)} Dots: share of paragraphs that name the theme; bars: 95 % "
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
