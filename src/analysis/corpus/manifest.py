"""The manifest of a corpus (``corpus.yml``): which texts there are, with date, kind, language and checksum."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.corpus.formats.registry import FORMATS
from analysis.corpus.language import language_codes
from analysis.corpus.tables import make_table
from analysis.inputs import InputError, check_choice, check_keys, inside, read_yaml

ONE_FILE = ("id", "title", "date", "kind", "language", "format", "file")
MANY_FILES = ("files", "kind", "language", "format")
OPTIONAL = ("reference", "source", "licence")
DOCUMENT_ID = re.compile(r"\w[\w.-]*")
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


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
    return make_table("documents", rows).sort_values("date", kind="stable", ignore_index=True)


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
            iso = ISO_DATE.search(stem)
            day = read_date(iso[0] if iso else stem, f"{where}.files, {name}")
            document = {"doc_id": check_id(stem, f"{where}.files, {name}"), "title": stem, "date": day}
            yield {**document, **shared, "file": name, "sha256": _checksum(folder, name, f"{where}.files", "")}
    else:
        document = {"doc_id": check_id(texts["id"], f"{where}.id"), "title": texts["title"]}
        day = read_date(entry["date"], f"{where}.date")
        checksum = _checksum(folder, texts["file"], where, texts.get("sha256", ""))
        yield {**document, "date": day, **shared, "file": texts["file"], "sha256": checksum}


def _read_field(entry: Mapping[str, Any], key: str, where: str) -> str:
    value = "" if entry[key] is None else entry[key]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InputError(f"{where}.{key}", repr(value), allowed="a text", remedy="Put it in quotes.")
    return " ".join(str(value).split())


def check_id(name: str, where: str) -> str:
    """
    The id of a document, once it is known to be usable as part of the ids of its paragraphs.

    Raises
    ------
    InputError : if it holds anything but letters, digits, ``.``, ``-`` and ``_``, or begins with a sign
    """
    if not DOCUMENT_ID.fullmatch(name):
        raise InputError(
            where,
            repr(name),
            allowed="an id of letters, digits, '.', '-' and '_'",
            remedy="Write it without spaces or signs.",
        )
    return name


def read_date(value: Any, where: str) -> date:
    """
    A date, given as such or as text YYYY-MM-DD; nothing but year, month and day.

    Raises
    ------
    InputError : if it is anything else, a time of day included
    """
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
        checksum = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(
            f"{where}.file",
            f"no readable file {path} ({error.strerror})",
            allowed="a file below the folder of the manifest",
            remedy="Check the name and its folder.",
        ) from None
    if expected and checksum != expected.lower():
        raise InputError(
            f"{where}.sha256, {path}",
            f"the checksum {checksum}",
            allowed=expected,
            remedy="Put the file back as it was received, or write its new checksum if the change is meant.",
        )
    return checksum
