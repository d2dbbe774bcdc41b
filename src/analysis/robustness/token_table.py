"""
The token table: all texts as one stream of tokens, with every hit at its token; what specifications count.

Body, headings and footnotes stand in the stream in reading order, each token with its paragraph, sentence and block,
so that a choice of what counts as text is a choice of tokens, and a unit is a number given to each token.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.corpus import counts as terms
from analysis.corpus.language import split_sentences
from analysis.corpus.tokens import token_spans
from analysis.robustness.specifications import WITHOUT, Facts, Plan
from analysis.stats.bootstrap import make_blocks
from analysis.study import Study
from analysis.themes.dictionary import Theme, Themes, tag

BODY, HEADING, FOOTNOTE = range(3)

Spans = Sequence[list[tuple[int, int]]]  # of the tokens of each sentence


@dataclass(frozen=True)
class Stream:
    """All tokens of all texts in reading order; arrays with one entry per token."""

    block: np.ndarray  # number of the block that is moved between texts (`bootstrap.make_blocks`)
    paragraph: np.ndarray  # number; a heading and a footnote are paragraphs of their own
    sentence: np.ndarray  # number
    part: np.ndarray  # BODY, HEADING or FOOTNOTE
    content: np.ndarray  # bool: a content word begins here
    framed: np.ndarray  # bool: in a section that frames its text, such as an introduction


class Hits(NamedTuple):
    """Hits of a dictionary in the stream; arrays with one number per hit."""

    first: np.ndarray  # token
    last: np.ndarray  # token
    theme: np.ndarray


@dataclass(frozen=True)
class TokenTable:
    """What all specifications count; plain data that can be sent to other processes."""

    texts: tuple[str, ...]  # in order of date
    themes: tuple[str, ...]
    declared: tuple[str, ...]
    owner: np.ndarray  # text of each block, as a number
    stream: Stream
    hits: Mapping[str, Hits]  # by `name_dictionary`
    dictionary: Themes
    counts: Mapping[tuple[str, str, str], terms.Counts]  # by unit, compounds, institution_words; for topics
    facts: Facts


def build_token_table(study: Study, plan: Plan) -> TokenTable:
    """The texts of a study, tagged with every dictionary that a plan asks for."""
    sentences = list_sentences(study)
    spans = [token_spans(text) for text in sentences["text"]]
    framed = _find_frame(study, plan, sentences)
    stream, offsets = _build_stream(sentences, spans, study, framed)
    owner = sentences.drop_duplicates("block")["doc_id"].map(study.documents.index).to_numpy(dtype=int)
    full = tag(sentences, study.themes)
    carrying = _list_carrying_terms(full[full["paragraph_id"].isin(study.corpus.paragraphs["paragraph_id"])], plan)
    hits = {
        key: _place_hits(table, sentences, spans, offsets, study.themes.names)
        for key, table in _tag_all(sentences, full, study.themes, plan, carrying)
    }
    facts = _list_facts(study, sentences, framed, carrying)
    names = tuple(study.documents), tuple(study.themes.names), tuple(study.themes.declared)
    counts = _count_terms(study, plan, sentences[[len(tokens) > 0 for tokens in spans]])
    return TokenTable(*names, owner, stream, hits, study.themes, counts, facts)


def list_sentences(study: Study) -> pd.DataFrame:
    """
    Sentences of body, headings and footnotes in reading order.

    Returns
    -------
    DataFrame, one row per sentence; a heading is one
        ``sentence_id``, ``paragraph_id``, ``section_id`` (of the paragraph that a heading precedes, or that cites a
        note), ``doc_id``, ``part`` (BODY, HEADING or FOOTNOTE), ``text``, ``block`` (number).
    """
    corpus = study.corpus
    body = corpus.sentences[["sentence_id", "paragraph_id", "doc_id", "text"]].assign(part=BODY)
    table = pd.concat([body, _list_headings(study), _list_notes(study)], ignore_index=True)
    # a heading stands before the next paragraph of its text, a note after the paragraph that cites it
    places = pd.Series(np.arange(len(corpus.paragraphs)), index=corpus.paragraphs["paragraph_id"])
    table["place"] = table["at"].fillna(table["paragraph_id"]).map(places)
    table["before"] = table["part"].map({HEADING: 0, BODY: 1, FOOTNOTE: 2})
    table["section_id"] = corpus.paragraphs["section_id"].to_numpy()[table["place"]]
    table["block"] = make_blocks(corpus.paragraphs).to_numpy()[table["place"]]
    table = table.sort_values(["place", "before"], kind="stable", ignore_index=True)
    table["block"] = pd.factorize(table["block"])[0]
    return table[["sentence_id", "paragraph_id", "section_id", "doc_id", "part", "text", "block"]]


def _list_headings(study: Study) -> pd.DataFrame:
    """Headings that the sources print; ``at``: the paragraph they stand before, the last one if none follows."""
    corpus, rows = study.corpus, []
    printed = set(corpus.lines.loc[corpus.lines["role"] == "heading", "part_id"])  # (lead) is printed nowhere
    for doc, sections in corpus.sections[corpus.sections["section_id"].isin(printed)].groupby("doc_id", sort=False):
        paragraphs = corpus.paragraphs[corpus.paragraphs["doc_id"] == doc]
        after = np.searchsorted(paragraphs["line_start"], sections["line"]).clip(max=len(paragraphs) - 1)
        names = sections["section_id"] + ".h"
        at = paragraphs["paragraph_id"].to_numpy()[after]
        table = {"sentence_id": names, "paragraph_id": names, "doc_id": doc, "text": sections["title"], "at": at}
        rows.append(pd.DataFrame(table))
    columns = ["sentence_id", "paragraph_id", "doc_id", "text", "at"]
    return (pd.concat(rows) if rows else pd.DataFrame(columns=columns)).assign(part=HEADING)


def _list_notes(study: Study) -> pd.DataFrame:
    """Sentences of footnotes; ``at``: the paragraph that cites the note, the last of its text if none does."""
    rows = []
    last = study.corpus.paragraphs.drop_duplicates("doc_id", keep="last").set_index("doc_id")["paragraph_id"]
    for note in study.corpus.footnotes.itertuples():
        at = note.paragraph_id or last[note.doc_id]
        for number, (start, end) in enumerate(split_sentences(note.text, study.languages[note.doc_id]), start=1):
            rows.append((f"{note.footnote_id}.{number:02d}", note.footnote_id, note.doc_id, note.text[start:end], at))
    columns = ["sentence_id", "paragraph_id", "doc_id", "text", "at"]
    return pd.DataFrame(rows, columns=columns).assign(part=FOOTNOTE)


def _build_stream(sentences: pd.DataFrame, spans: Spans, study: Study, framed: np.ndarray) -> tuple[Stream, np.ndarray]:
    """The tokens, and the number of tokens before each sentence."""
    sizes = np.array([len(tokens) for tokens in spans], dtype=int)
    offsets = np.cumsum(sizes) - sizes
    content = np.zeros(sizes.sum(), dtype=bool)
    words = terms.list_words(sentences, study.languages)
    row = pd.Series(np.arange(len(sentences)), index=sentences["sentence_id"])
    for at, start in zip(words["sentence_id"].map(row), words["start"], strict=True):
        content[offsets[at] + _token_at(spans[at], start)] = True
    block, part, paragraph, sentence, framed = (
        np.repeat(values, sizes)
        for values in (
            sentences["block"].to_numpy(),
            sentences["part"].to_numpy(),
            pd.factorize(sentences["paragraph_id"])[0],
            np.arange(len(sentences)),
            framed,
        )
    )
    return Stream(block, paragraph, sentence, part, content, framed), offsets


def _token_at(spans: list[tuple[int, int]], start: int) -> int:
    """The last token that begins at or before a character."""
    return sum(begin <= start for begin, _ in spans) - 1


def _place_hits(
    table: pd.DataFrame, sentences: pd.DataFrame, spans: Spans, offsets: np.ndarray, names: list[str]
) -> Hits:
    row = pd.Series(np.arange(len(sentences)), index=sentences["sentence_id"])
    at = table["sentence_id"].map(row).to_numpy(dtype=int)
    first = [offsets[place] + _token_at(spans[place], start) for place, start in zip(at, table["start"], strict=True)]
    last = [offsets[place] + _token_at(spans[place], end - 1) for place, end in zip(at, table["end"], strict=True)]
    theme = table["theme"].map({name: number for number, name in enumerate(names)})
    return Hits(*(np.array(values, dtype=np.int64) for values in (first, last, theme)))


def name_dictionary(option: str, themes: Iterable[str]) -> str:
    """The dictionary of a specification: what is left out depends on the themes of its claim."""
    return f"{option}:{'+'.join(themes)}" if WITHOUT.fullmatch(option) else option


def _tag_all(
    sentences: pd.DataFrame, full: pd.DataFrame, themes: Themes, plan: Plan, carrying: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, pd.DataFrame]]:
    """The hits of each dictionary that the plan names."""
    asked = {
        (option, claim.themes)
        for claim in plan.claims.values()
        for option in plan.choices[claim.kind].get("dictionary", ())
    }
    yield "full", full
    options = {option for option, _ in asked}
    if "core" in options:
        yield "core", tag(sentences, themes.change(lambda theme: replace(theme, border=())))
    if "no-exclusions" in options:
        yield "no-exclusions", tag(sentences, themes.change(lambda theme: replace(theme, excluded=())))
    if "wide" in options:
        yield "wide", _tag_wide(sentences, themes)
    for option, names in sorted(asked):
        without = WITHOUT.fullmatch(option)
        if without and all(len(carrying[name]) >= int(without[1]) for name in names):
            left = [(name, carrying[name][int(without[1]) - 1]) for name in names]
            yield name_dictionary(option, names), _tag_without(sentences, full, themes, left)


def _tag_without(
    sentences: pd.DataFrame, full: pd.DataFrame, themes: Themes, left_out: list[tuple[str, str]]
) -> pd.DataFrame:
    """The hits without some terms: only sentences that had one are tagged again."""
    lost = pd.Series(list(zip(full["theme"], full["term"], strict=True)), index=full.index).isin(left_out)
    touched = full.loc[lost, "sentence_id"].unique()
    for theme, term in left_out:
        themes = themes.without(theme, term)
    again = tag(sentences[sentences["sentence_id"].isin(touched)], themes)
    return pd.concat([full[~full["sentence_id"].isin(touched)], again], ignore_index=True)


def _tag_wide(sentences: pd.DataFrame, themes: Themes) -> pd.DataFrame:
    """Border terms count beside a core term in the same paragraph, not only in the same sentence."""

    def promote(theme: Theme) -> Theme:
        return replace(theme, core=theme.core + theme.border, border=())

    hits = tag(sentences, themes.change(promote))
    pairs = zip(hits["theme"], hits["term"], strict=True)
    core = np.array([term in themes[theme].core for theme, term in pairs], dtype=bool)
    beside = pd.Series(core).groupby([hits["paragraph_id"], hits["theme"]]).transform("any")
    return hits[beside.to_numpy(dtype=bool)].reset_index(drop=True)


def _list_carrying_terms(hits: pd.DataFrame, plan: Plan) -> dict[str, tuple[str, ...]]:
    """For each theme that a claim names, its terms by the number of paragraphs they are found in, most first."""
    named = sorted(set(chain.from_iterable(claim.themes for claim in plan.claims.values())))
    counts = hits.groupby(["theme", "term"])["paragraph_id"].nunique()
    carrying = {}
    for theme in named:
        by_term = counts.loc[theme] if theme in counts.index.get_level_values(0) else counts.iloc[:0]
        order = sorted(by_term.items(), key=lambda item: (-item[1], item[0]))
        carrying[theme] = tuple(str(term) for term, _ in order[: plan.rule.terms_left_out])
    return carrying


def _find_frame(study: Study, plan: Plan, sentences: pd.DataFrame) -> np.ndarray:
    """Which sentences stand in a section that frames its text; a text that is nothing else has no frame."""
    titles = study.corpus.sections.set_index("section_id")["title"].str.lower()
    framed = sentences["section_id"].map(titles).isin(plan.frame)
    whole = framed.groupby(sentences["doc_id"]).transform("all")
    return (framed & ~whole).to_numpy(dtype=bool)


def _list_facts(
    study: Study, sentences: pd.DataFrame, framed: np.ndarray, carrying: Mapping[str, tuple[str, ...]]
) -> Facts:
    def texts_of(rows: pd.Series | np.ndarray) -> frozenset[str]:
        return frozenset(sentences.loc[rows, "doc_id"])

    footnotes, headings = (texts_of(sentences["part"] == part) for part in (FOOTNOTE, HEADING))
    border = frozenset(theme.name for theme in study.themes if theme.border)
    excluded = frozenset(theme.name for theme in study.themes if theme.excluded)
    alone = frozenset(name for name in study.themes.names if set(study.themes.declared) <= {name})
    return Facts(footnotes, headings, texts_of(framed), border, excluded, carrying, alone)


def _count_terms(study: Study, plan: Plan, worded: pd.DataFrame) -> dict[tuple[str, str, str], terms.Counts]:
    """Counts of content words for the topic models of a plan, in units with tokens: those of `worded` sentences."""
    if not any(claim.kind == "topic" for claim in plan.claims.values()):
        return {}
    axes = plan.choices["topic"]
    counts = {}
    for unit in axes["unit"]:
        kind, _, window = unit.partition("-")
        for compounds in axes["compounds"]:
            for institution in axes["institution_words"]:
                counted = terms.count_text(
                    study.corpus.sentences,
                    study.languages,
                    unit=kind,  # type: ignore[arg-type]
                    window=int(window or 100),
                    compounds=compounds == "open",
                    institution_words=institution == "in",
                )
                # a window is named after its text, 2014-w001
                names = counted.units.str.rpartition("-w").get_level_values(0) if kind == "window" else counted.units
                rows = np.flatnonzero(names.isin(worded["doc_id" if kind == "window" else f"{kind}_id"]))
                counted = terms.Counts(counted.matrix[rows], counted.units[rows], counted.terms)
                counts[unit, compounds, institution] = counted
    return counts
