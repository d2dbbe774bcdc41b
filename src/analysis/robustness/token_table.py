"""
The texts as one stream of tokens, with every hit at its token: what specifications are measured on.

Body, headings and footnotes stand in the stream in reading order, each token with its paragraph, sentence and section,
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
from analysis.study import Study
from analysis.themes.dictionary import Theme, Themes, tag

BODY, HEADING, FOOTNOTE = range(3)


Spans = Sequence[list[tuple[int, int]]]  # of the tokens of each sentence


@dataclass(frozen=True)
class Stream:
    """All tokens of all texts in reading order; arrays with one number per token."""

    block: np.ndarray  # section; headings without paragraphs of their own go with the next section
    paragraph: np.ndarray  # a heading and a footnote are paragraphs of their own
    sentence: np.ndarray
    part: np.ndarray  # BODY, HEADING or FOOTNOTE
    content: np.ndarray  # bool: a content word begins here


class Hits(NamedTuple):
    """Hits of a dictionary in the stream, as arrays with one number per hit."""

    first: np.ndarray  # token
    last: np.ndarray  # token
    theme: np.ndarray


@dataclass(frozen=True)
class Material:
    """What all specifications share; plain data that can be sent to other processes."""

    texts: tuple[str, ...]  # in order of date
    themes: tuple[str, ...]
    declared: tuple[str, ...]
    owner: np.ndarray  # text of each block, as a number
    framed: np.ndarray  # bool per block: part of the frame of its text
    stream: Stream
    hits: Mapping[str, Hits]  # by `name_dictionary`
    dictionary: Themes
    counts: Mapping[tuple[str, str, str], terms.Counts]  # by unit, compounds, institution_words; for topics
    facts: Facts


def gather(here: Study, plan: Plan) -> Material:
    """The texts of a study, tagged with every dictionary that a plan asks for."""
    sentences = list_sentences(here)
    spans = [token_spans(text) for text in sentences["text"]]
    stream, offsets = _stream_of(sentences, spans, here)
    blocks = sentences.drop_duplicates("block")
    owner = blocks["doc_id"].map(here.documents.index).to_numpy()
    full = tag(sentences, here.themes)
    carrying = _carrying_terms(full[full["paragraph_id"].isin(here.corpus.paragraphs["paragraph_id"])], plan)
    hits = {
        key: _place_hits(found, sentences, spans, offsets, here.themes.names)
        for key, found in _tag_all(sentences, full, here.themes, plan, carrying)
    }
    framed = _find_frame(here, plan, blocks["section_id"], owner)
    facts = _list_facts(here, sentences, framed, owner, carrying)
    names = tuple(here.documents), tuple(here.themes.names), tuple(here.themes.declared)
    return Material(*names, owner, framed, stream, hits, here.themes, _count_texts(here, plan), facts)


def list_sentences(here: Study) -> pd.DataFrame:
    """
    Sentences of body, headings and footnotes in reading order.

    Returns
    -------
    DataFrame, one row per sentence; a heading is one
        ``sentence_id``, ``paragraph_id``, ``section_id`` (that of the block), ``doc_id``, ``part``, ``text``,
        ``block`` (number).
    """
    corpus = here.corpus
    body = corpus.sentences[["sentence_id", "paragraph_id", "doc_id", "text"]].assign(part=BODY)
    table = pd.concat([body, _list_headings(here), _list_notes(here)], ignore_index=True)
    # a heading stands before the next paragraph of its text, a note after the paragraph that cites it
    places = pd.Series(np.arange(len(corpus.paragraphs)), index=corpus.paragraphs["paragraph_id"])
    table["place"] = table["at"].fillna(table["paragraph_id"]).map(places)
    table["before"] = table["part"].map({HEADING: 0, BODY: 1, FOOTNOTE: 2})
    table["section_id"] = corpus.paragraphs["section_id"].to_numpy()[table["place"]]
    table = table.sort_values(["place", "before"], kind="stable", ignore_index=True)
    table["block"] = pd.factorize(table["section_id"])[0]
    return table[["sentence_id", "paragraph_id", "section_id", "doc_id", "part", "text", "block"]]


def _list_headings(here: Study) -> pd.DataFrame:
    """Headings that the sources print; ``at``: the paragraph they stand before, the last one if none follows."""
    corpus, rows = here.corpus, []
    printed = set(corpus.lines.loc[corpus.lines["role"] == "heading", "part_id"])  # (lead) is printed nowhere
    for doc, own in corpus.sections[corpus.sections["section_id"].isin(printed)].groupby("doc_id", sort=False):
        paragraphs = corpus.paragraphs[corpus.paragraphs["doc_id"] == doc]
        after = np.searchsorted(paragraphs["line_start"], own["line"]).clip(max=len(paragraphs) - 1)
        names = own["section_id"] + ".h"
        at = paragraphs["paragraph_id"].to_numpy()[after]
        table = {"sentence_id": names, "paragraph_id": names, "doc_id": doc, "text": own["title"], "at": at}
        rows.append(pd.DataFrame(table))
    columns = ["sentence_id", "paragraph_id", "doc_id", "text", "at"]
    return (pd.concat(rows) if rows else pd.DataFrame(columns=columns)).assign(part=HEADING)


def _list_notes(here: Study) -> pd.DataFrame:
    """Sentences of footnotes; ``at``: the paragraph that cites the note, the last of its text if none does."""
    rows = []
    last = here.corpus.paragraphs.drop_duplicates("doc_id", keep="last").set_index("doc_id")["paragraph_id"]
    for note in here.corpus.footnotes.itertuples():
        at = note.paragraph_id or last[note.doc_id]
        for number, (start, end) in enumerate(split_sentences(note.text, here.languages[note.doc_id]), start=1):
            rows.append((f"{note.footnote_id}.{number:02d}", note.footnote_id, note.doc_id, note.text[start:end], at))
    columns = ["sentence_id", "paragraph_id", "doc_id", "text", "at"]
    return pd.DataFrame(rows, columns=columns).assign(part=FOOTNOTE)


def _stream_of(sentences: pd.DataFrame, spans: Spans, here: Study) -> tuple[Stream, np.ndarray]:
    """The tokens, and the number of tokens before each sentence."""
    sizes = np.array([len(one) for one in spans])
    offsets = np.cumsum(sizes) - sizes
    repeated = {name: np.repeat(sentences[name].to_numpy(), sizes) for name in ("block", "part")}
    content = np.zeros(sizes.sum(), dtype=bool)
    words = terms.list_words(sentences, here.languages)
    row = pd.Series(np.arange(len(sentences)), index=sentences["sentence_id"])
    for at, start in zip(words["sentence_id"].map(row), words["start"], strict=True):
        content[offsets[at] + _token_at(spans[at], start)] = True
    paragraph = np.repeat(pd.factorize(sentences["paragraph_id"])[0], sizes)
    sentence = np.repeat(np.arange(len(sentences)), sizes)
    return Stream(repeated["block"], paragraph, sentence, repeated["part"], content), offsets


def _token_at(spans: list[tuple[int, int]], start: int) -> int:
    """The last token that begins at or before a character."""
    return sum(begin <= start for begin, _ in spans) - 1


def _place_hits(
    found: pd.DataFrame,
    sentences: pd.DataFrame,
    spans: Spans,
    offsets: np.ndarray,
    names: list[str],
) -> Hits:
    row = pd.Series(np.arange(len(sentences)), index=sentences["sentence_id"])
    at = found["sentence_id"].map(row).to_numpy(dtype=int)
    first = [offsets[one] + _token_at(spans[one], start) for one, start in zip(at, found["start"], strict=True)]
    last = [offsets[one] + _token_at(spans[one], end - 1) for one, end in zip(at, found["end"], strict=True)]
    theme = found["theme"].map({name: number for number, name in enumerate(names)})
    return Hits(*(np.array(values, dtype=np.int64) for values in (first, last, theme)))


def name_dictionary(option: str, themes: Iterable[str]) -> str:
    """The dictionary of a specification: what is left out depends on the themes of its finding."""
    return f"{option}:{'+'.join(themes)}" if WITHOUT.fullmatch(option) else option


def _tag_all(
    sentences: pd.DataFrame, full: pd.DataFrame, themes: Themes, plan: Plan, carrying: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, pd.DataFrame]]:
    """The hits of each dictionary that the plan names."""
    asked = {
        (option, finding.themes)
        for finding in plan.findings.values()
        for option in plan.choices[finding.kind].get("dictionary", ())
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

    found = tag(sentences, themes.change(promote))
    pairs = zip(found["theme"], found["term"], strict=True)
    core = np.array([term in themes[theme].core for theme, term in pairs], dtype=bool)
    beside = pd.Series(core).groupby([found["paragraph_id"], found["theme"]]).transform("any")
    return found[beside.to_numpy(dtype=bool)].reset_index(drop=True)


def _carrying_terms(found: pd.DataFrame, plan: Plan) -> dict[str, tuple[str, ...]]:
    """For each theme that a finding names, its terms by the number of paragraphs they are met in, most first."""
    named = sorted(set(chain.from_iterable(finding.themes for finding in plan.findings.values())))
    counts = found.groupby(["theme", "term"])["paragraph_id"].nunique()
    carrying = {}
    for theme in named:
        own = counts.loc[theme] if theme in counts.index.get_level_values(0) else counts.iloc[:0]
        order = sorted(own.items(), key=lambda item: (-item[1], item[0]))
        carrying[theme] = tuple(str(term) for term, _ in order[: plan.rule.terms_left_out])
    return carrying


def _find_frame(here: Study, plan: Plan, blocks: pd.Series, owner: np.ndarray) -> np.ndarray:
    """Which blocks frame their text; a text that is nothing else has no frame."""
    titles = here.corpus.sections.set_index("section_id")["title"].str.lower()
    framed = blocks.map(titles).isin(plan.frame).to_numpy(copy=True)
    for text in range(len(here.documents)):
        own = owner == text
        framed[own] &= not framed[own].all()
    return framed


def _list_facts(
    here: Study, sentences: pd.DataFrame, framed: np.ndarray, owner: np.ndarray, carrying: Mapping[str, tuple[str, ...]]
) -> Facts:
    def texts_with(part: int) -> frozenset[str]:
        return frozenset(sentences.loc[sentences["part"] == part, "doc_id"])

    with_frame = frozenset(here.documents[text] for text in set(owner[framed].tolist()))
    border = frozenset(theme.name for theme in here.themes if theme.border)
    excluded = frozenset(theme.name for theme in here.themes if theme.excluded)
    return Facts(texts_with(FOOTNOTE), texts_with(HEADING), with_frame, border, excluded, carrying)


def _count_texts(here: Study, plan: Plan) -> dict[tuple[str, str, str], terms.Counts]:
    """Counts of content words for the topic models of a plan."""
    if not any(finding.kind == "topic" for finding in plan.findings.values()):
        return {}
    axes = plan.choices["topic"]
    counts = {}
    for unit in axes["unit"]:
        kind, _, window = unit.partition("-")
        for compounds in axes["compounds"]:
            for institution in axes["institution_words"]:
                counts[unit, compounds, institution] = terms.count_text(
                    here.corpus.sentences,
                    here.languages,
                    unit=kind,  # type: ignore[arg-type]
                    window=int(window or 100),
                    compounds=compounds == "open",
                    institution_words=institution == "in",
                )
    return counts
