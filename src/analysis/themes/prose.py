"""What may be said: the sentences that carry the numbers, and the tables as readers see them."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd
from markupsafe import Markup

from analysis.report import elements
from analysis.report.wording import join_words
from analysis.stats.verdict import DIFFERS, RESERVATIONS, TOO_FEW, strongest
from analysis.themes.compare import TaggedTexts
from analysis.themes.dictionary import Theme, Themes


def describe_shares(shares: pd.DataFrame) -> str:
    """``8 of 84 paragraphs (10%) in 2014 and 6 of 40 (15%) in 2018``: counts first, then shares, for one theme."""
    return join_words([f"{_share(row)} in {row['doc_id']}" for _, row in shares.iterrows()])


def _share(row: pd.Series) -> str:
    return f"{row['paragraphs']} of {row['n_paragraphs']} paragraphs ({row['share']:.0%})"


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
    most = shares["share"].idxmax()
    others = describe_shares(shares.drop(index=most))
    opening = f"The {shares.loc[most, 'doc_id']} text speaks most of {subject.in_words}: {_share(shares.loc[most])}"
    told = tests[tests["verdict"] == verdict]
    return f"{opening}, against {others}. {describe_test(told.loc[told['p'].idxmin()])}", verdict


def present_changes(tests: pd.DataFrame) -> pd.DataFrame:
    """The comparisons as readers see them: differences and intervals in percentage points."""

    def points(values: pd.Series) -> pd.Series:
        return (100 * values).map("{:+.0f}".format).str.replace("-", "−")

    return pd.DataFrame(
        {
            "theme": tests["theme"],
            "from": tests["before"],
            "to": tests["after"],
            "paragraphs": [
                f"{row.count_before}/{row.n_before} → {row.count_after}/{row.n_after}" for row in tests.itertuples()
            ],
            "difference": points(tests["difference"]),
            "interval": points(tests["low"]) + " to " + points(tests["high"]),
            "p": tests["p"].map("{:.3f}".format),
            "adjusted_p": tests["p_adjusted"].map("{:.3f}".format),
            "verdict": tests["verdict"],
        }
    )


def link_passages(table: pd.DataFrame, themes: Themes) -> pd.DataFrame:
    """The same table, its column ``theme`` by label; a declared theme leads to the passages behind its numbers."""
    shown = [
        Markup('<a href="03_theme-{}.html#s-the-passages">{}</a>').format(name, themes[name].label)
        if name in themes.declared
        else themes[name].label
        for name in table["theme"]
    ]
    return table.assign(theme=pd.Series(shown, dtype=object, index=table.index))


def describe_places(here: TaggedTexts, hits: pd.DataFrame) -> str:
    """For each text, what share of a theme's hits stands in the section that holds most of them."""
    sections = here.corpus.paragraphs.set_index("paragraph_id")["section_id"]
    parts = []
    for document in here.documents:
        counts = hits.loc[hits["doc_id"] == document, "paragraph_id"].map(sections).value_counts()
        n_sections = (here.corpus.sentences["doc_id"] == document).pipe(
            lambda own: here.corpus.sentences.loc[own, "section_id"].nunique()
        )
        if len(counts):
            parts.append(
                f"in {document} {counts.max()} of {counts.sum()} hits stand in one section and the theme is met in "
                f"{len(counts)} of {n_sections}"
            )
        else:
            parts.append(f"in {document} there is no hit")
    text = join_words(parts)
    return f"{text[0].upper()}{text[1:]}."


def describe_dictionary(subject: Theme, hits: pd.DataFrame, glossary: Mapping[str, str]) -> str:
    """What the dictionary says of a theme: definition, notes, terms that count with reserve, terms that never do."""
    met = set(hits["term"])
    seen = sum(term in met for term in subject.core)
    parts = [
        Markup("**Definition.** {}").format(subject.definition),
        Markup("**Notes.** {}").format(_gloss_words(subject.notes, glossary)) if subject.notes else "",
        Markup("**Core terms.** {} of {} were met; the others are there for other texts.").format(
            seen, len(subject.core)
        ),
        Markup("**Border terms.** {}.").format(_list_terms(subject.border, glossary)) if subject.border else "",
        Markup("**Excluded.** {}.").format(_list_terms(subject.excluded, glossary)) if subject.excluded else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _gloss_words(text: str, glossary: Mapping[str, str]) -> Markup:
    """A text in which words between asterisks are Dutch: each with its gloss."""
    pieces = re.split(r"\*([^*]+)\*", text)
    return Markup("").join(
        elements.term(piece, glossary) if place % 2 else Markup("{}").format(piece)
        for place, piece in enumerate(pieces)
    )


def _list_terms(texts: tuple[str, ...], glossary: Mapping[str, str]) -> Markup:
    return Markup(", ").join(elements.term(text, glossary) for text in texts)


def describe_test(test: pd.Series) -> str:
    """What one comparison of two texts says, in a sentence with its p-value."""
    pair = f"between {test['before']} and {test['after']}"
    if test["verdict"] == TOO_FEW:
        return "That is too few to tell whether the texts differ."
    rare = f"Chance alone would bring a difference as large as that {pair} in {test['p']:.0%} of cases"
    if test["verdict"] == DIFFERS:
        return f"{rare}; it stands with all comparisons allowed for."
    if test["verdict"] == RESERVATIONS:
        return f"{rare}, but not all comparisons are allowed for in that."
    return f"{rare}: not rare enough to tell the texts apart."


def describe_power(simulated: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """
    How often the test would find differences as large as those seen, if they were there (``benchmarks/README.md``).

    Parameters
    ----------
    simulated : DataFrame, the rates that ``benchmarks/intervals.py`` writes, rows "cyber as seen" and the like
    """
    seen = simulated[simulated["truth"].str.endswith(" as seen") & (simulated["blocks"] == "sections")]
    parts = [f"{labels[row.truth.removesuffix(' as seen')]} in {row.single:.0%}" for row in seen.itertuples()]
    return (
        "Not found is not the same as not there. In simulated texts that truly differ as much as these seem to, with "
        f"themes that run on as long, a single test finds the difference for {join_words(parts)} of cases "
        "(benchmarks/README.md): texts this short cannot show more."
    )


def describe_changes(tests: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """How many comparisons differ, in one sentence for a caption."""
    clear = tests[tests["verdict"] == DIFFERS]
    named = [f"{labels[row.theme]} ({row.before} to {row.after})" for row in clear.itertuples()]
    number = f"{len(clear)} are" if len(clear) > 1 else f"{len(clear) or 'none'} is"
    found = f"Of {len(tests)} differences between texts {number} larger than chance could bring"
    named_or_none = f": {join_words(named)}" if named else ""
    return f"{found}, with themes that run on as they do here{named_or_none}."


def summarise_changes(shares: pd.DataFrame, tests: pd.DataFrame, labels: Mapping[str, str]) -> tuple[str, str]:
    """The finding over all themes: where each is named most, how many differences are clear; the strongest verdict."""
    most = shares.loc[shares.groupby("theme", sort=False)["share"].idxmax()]
    named = [
        f"{labels[row.theme]} most in {row.doc_id} ({row.paragraphs} of {row.n_paragraphs} paragraphs, {row.share:.0%})"
        for row in most.itertuples()
    ]
    return f"{join_words(named)}. {describe_changes(tests, labels)}", strongest(tests["verdict"])


def present_windows(windows: pd.DataFrame) -> pd.DataFrame:
    """The length control as readers see it, shares in per cent."""
    return pd.DataFrame(
        {
            "theme": windows["theme"],
            "excerpts_of": windows["doc_id"],
            "excerpts": windows["windows"],
            "short_text": windows["share_short"].map("{:.0%}".format),
            "mean": windows["window_share"].map("{:.0%}".format),
            "range": windows["window_low"].map("{:.0%}".format) + " to " + windows["window_high"].map("{:.0%}".format),
            "quantile": windows["quantile"].map("{:.2f}".format),
        }
    )


def pick_words(words: pd.DataFrame, n_words: int, *, p: float = 0.05) -> pd.DataFrame:
    """Of the words whose single p-value is at most `p`, the `n_words` of largest |G²| on either side, for reading."""
    clear = words[words["p"] <= p]
    more = clear[clear["log_ratio"] > 0].nlargest(n_words, ["g2", "log_ratio"])
    less = clear[clear["log_ratio"] < 0].nsmallest(n_words, ["g2", "log_ratio"])
    return pd.concat([more, less]).reset_index(drop=True)


def describe_keyness(keyness: Mapping[tuple[str, str], pd.DataFrame], *, q: float = 0.05) -> str:
    """How many words were compared in each pair, and how many are clear when the number compared is allowed for."""
    parts = [
        f"between {first} and {second} {int((words['q'] < q).sum())} of {len(words)} words frequent enough to compare"
        for (first, second), words in keyness.items()
    ]
    found = f"With a false-discovery rate below {q:.0%} stand {join_words(parts)}"
    return f"{found}. The figures are for reading, not for proof."


def caption_keyness(shown: pd.DataFrame, pair: tuple[str, str]) -> dict[str, str]:
    """Name, caption and alternative text of the keyness figure of a pair."""
    first, second = pair
    by_size = shown.reindex(shown["g2"].abs().sort_values(ascending=False, kind="stable").index)
    more, less = (list(by_size.loc[side, "word"]) for side in (by_size["log_ratio"] > 0, by_size["log_ratio"] < 0))
    found = f"{first} has more of {join_words(more[:3] or ['none'])}; {second} of {join_words(less[:3] or ['none'])}."
    return {
        "name": f"keyness-{first}-{second}",
        "caption": f"{found} Filled: more in {first}; open: more in {second}. Dots: log ratio; bars: 95 % intervals.",
        "alt": f"Dots with intervals, one row per word: log ratio of {first} to {second}. {found}",
    }


def present_keyness(words: pd.DataFrame, pair: tuple[str, str]) -> pd.DataFrame:
    """The words of a keyness figure with their counts, effect, evidence and dispersion, largest |G²| first."""
    words = words.reindex(words["g2"].abs().sort_values(ascending=False, kind="stable").index)
    interval = words["low"].map("{:+.1f}".format) + " to " + words["high"].map("{:+.1f}".format)
    return pd.DataFrame(
        {
            "word": words["word"],
            f"in_{pair[0]}": words["count_a"],
            f"in_{pair[1]}": words["count_b"],
            "log_ratio": words["log_ratio"].map("{:+.1f}".format).str.replace("-", "−"),
            "interval": interval.str.replace("-", "−"),
            "G²": words["g2"].abs(),
            "BIC": words["bic"],
            "paragraphs": words["range_a"].astype(str) + " + " + words["range_b"].astype(str),
            "p": words["p"].map("{:.3f}".format),
            "q": words["q"].map("{:.3f}".format),
        }
    )
