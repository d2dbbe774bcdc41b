"""Read a corpus: documents, sections, paragraphs, sentences, footnotes and source lines as tables."""

from __future__ import annotations

import difflib
import hashlib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.corpus.formats.blocks import split_lines, tidy
from analysis.corpus.formats.parsed import Parsed, Starts
from analysis.corpus.formats.plain import parse_plain
from analysis.corpus.formats.registry import parse
from analysis.corpus.language import Language, read_language, split_sentences
from analysis.corpus.manifest import OPTIONAL, check_id, read_manifest
from analysis.corpus.tables import make_table
from analysis.inputs import InputError, check_choice
from analysis.schema import read_date

SAME_SENTENCE = 0.95  # similarity from which two sentences are one, apart from marks that a parser took out


@dataclass(frozen=True)
class Corpus:
    """
    The texts of a study as six tables that share their ids; rows in reading order, documents in order of date.

    A sentence's ``start`` and ``end`` are offsets in the text of its paragraph, as is a footnote's ``offset`` (where
    its mark stood; -1 and an empty ``paragraph_id`` when it had none). ``line`` counts the lines of the source file
    from 1 (where a format has no lines: its paragraphs or pages). ``lines`` gives every line of every file one role:
    body, heading, footnote, apparatus or blank.
    """

    documents: pd.DataFrame  # doc_id, title, date, kind, language, format, reference, file, sha256, source, licence
    sections: pd.DataFrame  # section_id, doc_id, parent, level (1 = top), number, title, line, order
    paragraphs: pd.DataFrame  # paragraph_id, doc_id, section_id, order, text, line_start, line_end, emphasis
    sentences: pd.DataFrame  # sentence_id, paragraph_id, section_id, doc_id, order, start, end, text, line
    footnotes: pd.DataFrame  # footnote_id, doc_id, number, text, paragraph_id, offset, line_start, line_end
    lines: pd.DataFrame  # doc_id, line, role, part_id


def read_corpus(path: Path) -> Corpus:
    """
    The texts that the manifest `path` (``data/corpus.yml``) lists, parsed and split into sentences.

    Ids stay the same as long as a text does: section ``2014-s05``, paragraph ``2014-001``, sentence ``2014-001.01``,
    footnote ``2018-fn03``. The lists of the languages lie in ``language`` beside the manifest.

    Raises
    ------
    InputError : if the manifest, a text or a language cannot be used
    """
    path = Path(path)
    documents = read_manifest(path)
    languages = {code: read_language(code, path.parent / "language") for code in sorted(set(documents["language"]))}
    parsed = []
    for file, form, code in documents[["file", "format", "language"]].itertuples(index=False):
        parts = parse(path.parent / file, form, languages[code])
        if not parts.paragraphs:
            raise InputError(
                path.parent / file,
                f"no paragraph in a document of format {form!r}",
                allowed="a text with paragraphs",
                remedy=f"Check the file, or choose another format in {path.name}.",
            )
        parsed.append(parts)
    return _build_corpus(documents, parsed, languages)


def corpus_from_frame(frame: pd.DataFrame, languages: Mapping[str, Language]) -> Corpus:
    """
    The texts of a DataFrame, parsed as plain text and split into sentences.

    A paragraph ends at an empty line; a document is one section. Ids are made as by `read_corpus`.

    Parameters
    ----------
    frame : DataFrame, one row per document
        Columns ``doc_id`` (unique), ``date`` (a date, or YYYY-MM-DD) and ``text``; if there, ``language`` (its code),
        ``title`` (else the id), ``kind``, ``reference``, ``source`` and ``licence``. Other columns are left out.
    languages : mapping of code to language
        The languages of the texts; where there is no column ``language``, the one language of all.

    Returns
    -------
    Corpus : documents in order of date; their ``sha256`` is that of the text in UTF-8, their ``file`` is empty

    Raises
    ------
    InputError : if a column is missing, or an id, date, text or language cannot be used; names the document

    Examples
    --------
    >>> letters = pd.DataFrame({"doc_id": ["a"], "date": ["2019-03-01"], "text": ["Dear all. Hello.\\n\\nYours, B."]})
    >>> corpus_from_frame(letters, {"en": Language("en")}).sentences[["sentence_id", "text"]].to_numpy().tolist()
    [['a-001.01', 'Dear all.'], ['a-001.02', 'Hello.'], ['a-002.01', 'Yours, B.']]
    """
    required = ("doc_id", "date", "text") if len(languages) == 1 else ("doc_id", "date", "text", "language")
    for name in required:
        if name not in frame:
            allowed = f"the columns {', '.join(required)}"
            raise InputError("frame", f"no column {name!r}", allowed=allowed, remedy="Add it, or rename another one.")
    rows = [_read_row(row, languages) for row in frame.to_dict("records")]
    ids = pd.Series([row["doc_id"] for row in rows], dtype="str")
    if ids.duplicated().any():
        doubled = ids[ids.duplicated()].iloc[0]
        raise InputError(
            "frame",
            f"the doc_id {doubled!r} a second time",
            allowed="one row per document",
            remedy="Drop or rename one.",
        )
    documents = make_table("documents", rows).sort_values("date", kind="stable")
    texts = frame["text"].iloc[documents.index]
    parsed = [
        parse_plain(split_lines(text), languages[code]) for text, code in zip(texts, documents["language"], strict=True)
    ]
    return _build_corpus(documents.reset_index(drop=True), parsed, languages)


def _read_row(row: Mapping[str, Any], languages: Mapping[str, Language]) -> dict[str, Any]:
    """The row of the table of documents for a row of a DataFrame."""
    where = f"frame, document {row['doc_id']!r}"
    day, text = row["date"], row["text"]
    if not isinstance(text, str) or not tidy(text):
        raise InputError(f"{where}, text", repr(text), allowed="a text with words", remedy="Drop the row.")
    given = {key: "" if pd.isna(row.get(key)) else str(row[key]) for key in ("title", "kind", *OPTIONAL)}
    return {
        **given,
        "doc_id": check_id(str(row["doc_id"]), where),
        "title": given["title"] or str(row["doc_id"]),
        "date": read_date(day.date() if isinstance(day, datetime) and not pd.isna(day) else day, f"{where}, date"),
        "language": check_choice(row.get("language", next(iter(languages), "")), f"{where}, language", languages),
        "format": "plain",
        "file": "",
        "sha256": hashlib.sha256(text.encode("utf-8")).hexdigest(),
    }


def _build_corpus(documents: pd.DataFrame, parsed: Iterable[Parsed], languages: Mapping[str, Language]) -> Corpus:
    """The tables of the parsed documents, in the order of `documents`."""
    rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for doc_id, code, parts in zip(documents["doc_id"], documents["language"], parsed, strict=True):
        for name, more in _tabulate(doc_id, parts, languages[code]).items():
            rows[name] += more
    names = [field.name for field in fields(Corpus) if field.name != "documents"]
    return Corpus(documents=documents, **{name: make_table(name, rows[name]) for name in names})


def _tabulate(doc: str, parsed: Parsed, language: Language) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of one document in each table but the first."""
    sections = [f"{doc}-s{i:02d}" for i in range(1, len(parsed.sections) + 1)]
    paragraphs = [f"{doc}-{i:03d}" for i in range(1, len(parsed.paragraphs) + 1)]
    footnotes = [f"{doc}-fn{i:02d}" for i in range(1, len(parsed.footnotes) + 1)]
    ids = {"heading": sections, "body": paragraphs, "footnote": footnotes}
    rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for i, section in enumerate(parsed.sections):
        parent = sections[section.parent] if section.parent >= 0 else ""
        heading = (section.level, section.number, section.title, section.line)
        rows["sections"].append((sections[i], doc, parent, *heading, i + 1))
    for i, paragraph in enumerate(parsed.paragraphs):
        above, lines = sections[paragraph.section], _line_range(paragraph.starts)
        rows["paragraphs"].append((paragraphs[i], doc, above, i + 1, paragraph.text, *lines, paragraph.emphasis))
        for j, (start, end) in enumerate(split_sentences(paragraph.text, language), start=1):
            names = (f"{paragraphs[i]}.{j:02d}", paragraphs[i], above, doc, len(rows["sentences"]) + 1)
            line = line_at(paragraph.starts, start)
            rows["sentences"].append((*names, start, end, paragraph.text[start:end], line))
    for i, note in enumerate(parsed.footnotes):
        mark = (paragraphs[note.paragraph], note.offset) if note.paragraph >= 0 else ("", -1)
        rows["footnotes"].append((footnotes[i], doc, note.number, note.text, *mark, *_line_range(note.starts)))
    for i, (role, index) in enumerate(parsed.roles):
        rows["lines"].append((doc, i + 1, role, ids[role][index] if index >= 0 else ""))
    return rows


def _line_range(starts: Starts) -> tuple[int, int]:
    return starts[0][1], starts[-1][1]


def line_at(starts: Starts, offset: int) -> int:
    """
    The source line on which the character at `offset` of a joined text stands.

    Examples
    --------
    >>> line_at(((0, 40), (88, 41)), 87), line_at(((0, 40), (88, 41)), 88)
    (40, 41)
    """
    return starts[bisect_right(starts, offset, key=lambda start: start[0]) - 1][1]


def find_sentences(passages: pd.DataFrame, sentences: pd.DataFrame) -> pd.Series:
    """
    The sentences that passages quote, which links codings, carrying their sentence's text, to a corpus.

    Passages are found by their text, white space apart; else the most similar sentence of the document is taken,
    for a text that was coded before a parser took a mark out. A text that stands twice is found in order.

    Parameters
    ----------
    passages : DataFrame with columns ``doc_id`` and ``text``
    sentences : DataFrame, the sentences of a `Corpus`

    Returns
    -------
    Series of ``sentence_id``, with the index of `passages`

    Raises
    ------
    InputError : if no sentence of its document is like a passage
    """
    by_text: dict[tuple[str, str], list[str]] = defaultdict(list)
    for doc, text, name in sentences[["doc_id", "text", "sentence_id"]].itertuples(index=False):
        by_text[doc, "".join(text.split())].append(name)
    sentence_ids = []
    for doc, text in passages[["doc_id", "text"]].itertuples(index=False):
        names = by_text[_most_similar(doc, text, by_text)]
        sentence_ids.append(names.pop(0) if len(names) > 1 else names[0])
    return pd.Series(sentence_ids, index=passages.index, name="sentence_id", dtype="str")


def _most_similar(doc: str, text: str, known: Mapping[tuple[str, str], list[str]]) -> tuple[str, str]:
    letters = "".join(text.split())
    if (doc, letters) in known:
        return doc, letters
    of_document = [sentence for name, sentence in known if name == doc]
    close = difflib.get_close_matches(letters, of_document, n=1, cutoff=SAME_SENTENCE)
    if not close:
        raise InputError(
            f"the passages, document {doc!r}",
            repr(text[:80]),
            allowed="the text of one sentence of that document",
            remedy="Check that the passages come from this version of the text.",
        )
    return doc, close[0]
