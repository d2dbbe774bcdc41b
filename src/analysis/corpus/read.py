"""From the files of a manifest to tables: documents, sections, paragraphs, sentences, footnotes and source lines."""

from __future__ import annotations

import difflib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.corpus.formats.blocks import Parsed, Starts
from analysis.corpus.formats.registry import parse
from analysis.corpus.language import Language, read_language, split_sentences
from analysis.corpus.manifest import read_manifest
from analysis.corpus.tables import make_table
from analysis.inputs import InputError, read_text

SAME_SENTENCE = 0.95  # similarity from which two sentences are one, apart from marks that a parser took out


@dataclass(frozen=True)
class Corpus:
    """
    The texts of a study as six tables that share their ids; rows in reading order, documents in order of date.

    A sentence's ``start`` and ``end`` are offsets in the text of its paragraph, as is a footnote's ``offset`` (where
    its mark stood; -1 and an empty ``paragraph_id`` when it had none). ``line`` counts the lines of the source file
    from 1. ``lines`` gives every line of every file one role: body, heading, footnote, apparatus or blank.
    """

    documents: pd.DataFrame
    sections: pd.DataFrame
    paragraphs: pd.DataFrame
    sentences: pd.DataFrame
    footnotes: pd.DataFrame
    lines: pd.DataFrame


# --- the texts ---------------------------------------------------------------------------------------------------


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
    rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for doc_id, file, form, code in documents[["doc_id", "file", "format", "language"]].itertuples(index=False):
        text = read_text(path.parent / file)
        parsed = parse(text.removesuffix("\n").split("\n"), form)
        if not parsed.paragraphs:
            raise InputError(
                path.parent / file,
                f"no paragraph in a document of format {form!r}",
                allowed="a text with paragraphs",
                remedy=f"Check the file, or choose another format in {path.name}.",
            )
        for name, more in _tabulate(doc_id, parsed, languages[code]).items():
            rows[name] += more
    tables = {
        field.name: make_table(field.name, rows[field.name]) for field in fields(Corpus) if field.name != "documents"
    }
    return Corpus(documents=documents, **tables)


def _tabulate(doc: str, parsed: Parsed, language: Language) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of one document in each table but the first."""
    sections = [f"{doc}-s{i:02d}" for i in range(1, len(parsed.sections) + 1)]
    paragraphs = [f"{doc}-{i:03d}" for i in range(1, len(parsed.paragraphs) + 1)]
    footnotes = [f"{doc}-fn{i:02d}" for i in range(1, len(parsed.footnotes) + 1)]
    ids = {"heading": sections, "body": paragraphs, "footnote": footnotes}
    rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for i, one in enumerate(parsed.sections):
        parent = sections[one.parent] if one.parent >= 0 else ""
        rows["sections"].append((sections[i], doc, parent, one.level, one.number, one.title, one.line, i + 1))
    for i, part in enumerate(parsed.paragraphs):
        above, place = sections[part.section], _line_range(part.starts)
        rows["paragraphs"].append((paragraphs[i], doc, above, i + 1, part.text, *place, part.emphasis))
        for j, (start, end) in enumerate(split_sentences(part.text, language), start=1):
            names = (f"{paragraphs[i]}.{j:02d}", paragraphs[i], above, doc, len(rows["sentences"]) + 1)
            rows["sentences"].append((*names, start, end, part.text[start:end], line_at(part.starts, start)))
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
    The sentences that passages quote: what links codings, which carry their sentence's text, to a corpus.

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
    found = []
    for doc, text in passages[["doc_id", "text"]].itertuples(index=False):
        names = by_text[_most_similar(doc, text, by_text)]
        found.append(names.pop(0) if len(names) > 1 else names[0])
    return pd.Series(found, index=passages.index, name="sentence_id", dtype="str")


def _most_similar(doc: str, text: str, known: Mapping[tuple[str, str], list[str]]) -> tuple[str, str]:
    letters = "".join(text.split())
    if (doc, letters) in known:
        return doc, letters
    close = difflib.get_close_matches(letters, [other for one, other in known if one == doc], n=1, cutoff=SAME_SENTENCE)
    if not close:
        raise InputError(
            f"the passages, document {doc!r}",
            repr(text[:80]),
            allowed="the text of one sentence of that document",
            remedy="Check that the passages come from this version of the text.",
        )
    return doc, close[0]
