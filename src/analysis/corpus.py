"""From the files of a manifest to tables: documents, sections, paragraphs, sentences, footnotes and source lines."""

from __future__ import annotations

import difflib
import hashlib
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.formats import FORMATS, Parsed, Starts, parse
from analysis.inputs import InputError, check_choice, check_keys, inside, read_text, read_yaml
from analysis.language import Language, language_codes, read_language, split_sentences

ONE_FILE = ("id", "title", "date", "kind", "language", "format", "file")
MANY_FILES = ("files", "kind", "language", "format")
OPTIONAL = ("reference", "source", "licence")
DOCUMENT_ID = re.compile(r"\w[\w.-]*")
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
SAME_SENTENCE = 0.95  # similarity from which two sentences are one, apart from marks that a parser took out

TEXT, WHOLE = "str", "int64"
SCHEMAS: dict[str, dict[str, str]] = {
    "documents": dict.fromkeys(("doc_id", "title"), TEXT)
    | {"date": "datetime64[s]"}
    | dict.fromkeys(("kind", "language", "format", "reference", "file", "sha256", "source", "licence"), TEXT),
    "sections": dict.fromkeys(("section_id", "doc_id", "parent"), TEXT)
    | {"level": WHOLE, "number": TEXT, "title": TEXT, "line": WHOLE, "order": WHOLE},
    "paragraphs": dict.fromkeys(("paragraph_id", "doc_id", "section_id"), TEXT)
    | {"order": WHOLE, "text": TEXT, "line_start": WHOLE, "line_end": WHOLE, "emphasis": "object"},
    "sentences": dict.fromkeys(("sentence_id", "paragraph_id", "section_id", "doc_id"), TEXT)
    | {"order": WHOLE, "start": WHOLE, "end": WHOLE, "text": TEXT, "line": WHOLE},
    "footnotes": dict.fromkeys(("footnote_id", "doc_id"), TEXT)
    | {"number": WHOLE, "text": TEXT, "paragraph_id": TEXT, "offset": WHOLE, "line_start": WHOLE, "line_end": WHOLE},
    "lines": {"doc_id": TEXT, "line": WHOLE, "role": TEXT, "part_id": TEXT},
}


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


# --- the manifest ------------------------------------------------------------------------------------------------


def read_manifest(path: Path) -> pd.DataFrame:
    """
    The documents of a study, as ``data/corpus.yml`` lists them; their files are there and their checksums right.

    Returns
    -------
    DataFrame, one row per document, in order of date
        ``doc_id``, ``title``, ``date``, ``kind``, ``language``, ``format``, ``reference``, ``file`` (below the
        folder of the manifest), ``sha256`` (of the file as it is), ``source``, ``licence``.

    Raises
    ------
    InputError : if an entry cannot be used; the message names the entry and the key
    """
    path = Path(path)
    entries = check_keys(read_yaml(path), str(path), required=("documents",))["documents"]
    if not isinstance(entries, list):
        raise InputError(
            f"{path}, documents",
            f"a {type(entries).__name__}",
            allowed="a list of entries",
            remedy="Begin each with '- '.",
        )
    codes = language_codes(path.parent / "language")
    rows: list[dict[str, Any]] = []
    seen: dict[str, str] = {}
    for number, entry in enumerate(entries):
        where = f"{path}, documents[{number}]"
        for row in _read_entry(entry, where, path.parent, codes):
            if row["doc_id"] in seen:
                raise InputError(
                    where,
                    f"the id {row['doc_id']!r} a second time (first in {seen[row['doc_id']]})",
                    allowed="an id of its own for each document",
                    remedy="Change one of the two ids, or rename the file where the id comes from its name.",
                )
            seen[row["doc_id"]] = f"documents[{number}]"
            rows.append(row)
    return _table("documents", rows).sort_values("date", kind="stable", ignore_index=True)


def _read_entry(entry: Any, where: str, folder: Path, codes: list[str]) -> Iterator[dict[str, Any]]:
    """The documents of one entry: one with ``file``, any number with ``files``."""
    many = isinstance(entry, dict) and "files" in entry
    optional = OPTIONAL if many else (*OPTIONAL, "sha256")
    check_keys(entry, where, required=MANY_FILES if many else ONE_FILE, optional=optional)
    texts = {key: _read_field(entry, key, where) for key in entry if key != "date"}
    shared = {key: texts.get(key, "") for key in ("kind", "language", "format", *OPTIONAL)}
    check_choice(shared["language"], f"{where}.language", codes)
    check_choice(shared["format"], f"{where}.format", FORMATS)
    if many:
        for name in _match_files(folder, texts["files"], f"{where}.files"):
            stem = Path(name).stem
            found = ISO_DATE.search(stem)
            day = _read_date(found[0] if found else stem, f"{where}.files, {name}")
            one = {"doc_id": _check_id(stem, f"{where}.files, {name}"), "title": stem, "date": day}
            yield {**one, **shared, "file": name, "sha256": _checksum(folder, name, f"{where}.files", "")}
    else:
        one = {"doc_id": _check_id(texts["id"], f"{where}.id"), "title": texts["title"]}
        day = _read_date(entry["date"], f"{where}.date")
        checksum = _checksum(folder, texts["file"], where, texts.get("sha256", ""))
        yield {**one, "date": day, **shared, "file": texts["file"], "sha256": checksum}


def _read_field(entry: Mapping[str, Any], key: str, where: str) -> str:
    value = "" if entry[key] is None else entry[key]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InputError(f"{where}.{key}", repr(value), allowed="a text", remedy="Put it in quotes.")
    return " ".join(str(value).split())


def _check_id(name: str, where: str) -> str:
    if not DOCUMENT_ID.fullmatch(name):
        raise InputError(
            where,
            repr(name),
            allowed="an id of letters, digits, '.', '-' and '_'",
            remedy="Write it without spaces or signs.",
        )
    return name


def _read_date(value: Any, where: str) -> date:
    """A date as YAML gives it or as text; nothing but year, month and day."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if not ISO_DATE.fullmatch(str(value)):
            raise ValueError
        return date.fromisoformat(str(value))
    except ValueError:
        raise InputError(where, repr(str(value)), allowed="a date YYYY-MM-DD", remedy="Correct the date.") from None


def _match_files(folder: Path, pattern: str, where: str) -> list[str]:
    """The files below `folder` that a glob matches, in order of name, hidden ones left out."""
    inside(folder, pattern, where)
    try:
        paths = sorted(path for path in folder.glob(pattern) if path.is_file() and not path.name.startswith("."))
    except ValueError as error:
        raise InputError(
            where, f"{pattern!r} ({error})", allowed="a glob such as own/*.txt", remedy="Correct it."
        ) from None
    if not paths:
        raise InputError(
            where,
            f"the glob {pattern!r}, which matches no file",
            allowed=f"a glob that matches files below {folder}",
            remedy="Check the folder's name and the ending of the files.",
        )
    return [path.relative_to(folder).as_posix() for path in paths]


def _checksum(folder: Path, name: str, where: str, expected: str) -> str:
    """SHA-256 of a file, once it is known to lie in the folder and to be the one expected."""
    path = inside(folder, name, f"{where}.file")
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(
            f"{where}.file",
            f"no readable file {path} ({error.strerror})",
            allowed="a file below the folder of the manifest",
            remedy="Check the name and its folder.",
        ) from None
    if expected and found != expected.lower():
        raise InputError(
            f"{where}.sha256, {path}",
            f"the checksum {found}",
            allowed=expected,
            remedy="Put the file back as it was received, or write its new checksum if the change is meant.",
        )
    return found


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
    tables = {field.name: _table(field.name, rows[field.name]) for field in fields(Corpus) if field.name != "documents"}
    return Corpus(documents=documents, **tables)


def _table(name: str, rows: list[Any]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(SCHEMAS[name])).astype(SCHEMAS[name])


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
