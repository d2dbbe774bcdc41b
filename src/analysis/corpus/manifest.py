"""The manifest of a corpus (``corpus.yml``): which texts there are, with date, kind, language and checksum."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
from pydantic import AfterValidator, PlainValidator, ValidationInfo

from analysis.corpus.formats.registry import FORMATS
from analysis.corpus.language import known_languages
from analysis.corpus.tables import make_table
from analysis.inputs import InputError, Place, check_choice, inside, read_bytes
from analysis.schema import Day, Entry, Line, Listed, context_of, find_date, read_entry

OPTIONAL = ("reference", "source", "licence")
Row = dict[str, Any]
DOCUMENT_ID = re.compile(r"\w[\w.-]*")


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
    InputError : if an entry cannot be used; the message names its line and key
    """
    path = Path(path)
    context = {"folder": path.parent, "languages": known_languages(path.parent / "language")}
    rows = [row for entry in read_entry(_Manifest, path, context=context).documents for row in entry]
    return make_table("documents", rows).sort_values("date", kind="stable", ignore_index=True)


def _check_language(code: str, info: ValidationInfo) -> str:
    return str(check_choice(code, (), context_of(info)["languages"]))


def _check_format(name: str) -> str:
    return str(check_choice(name, (), FORMATS))


class _Shared(Entry):
    """What every entry may say."""

    kind: Line
    language: Annotated[Line, AfterValidator(_check_language)]
    format: Annotated[Line, AfterValidator(_check_format)]
    reference: Line = ""
    source: Line = ""
    licence: Line = ""


class _OneFile(_Shared):
    id: Line
    title: Line
    date: Day
    file: Line
    sha256: Line = ""


class _ManyFiles(_Shared):
    files: Line


def _read_entry(entry: Any, info: ValidationInfo) -> list[Row]:
    """The documents of one entry: one with ``file``, any number with ``files``; their files are looked at."""
    folder = context_of(info)["folder"]
    if isinstance(entry, dict) and "files" in entry:
        many = _ManyFiles.model_validate(entry, context=info.context)
        rows = list(_match_files(folder, many.files))
        return [row | many.model_dump(exclude={"files"}) for row in rows]
    document = _OneFile.model_validate(entry, context=info.context)
    check_id(document.id, ("id",))
    checksum = _checksum(folder, document.file, ("file",))
    if document.sha256 and checksum != document.sha256.lower():
        found, allowed = f"the checksum {checksum} of {document.file}", document.sha256
        remedy = "Put the file back as it was received, or write its new checksum if the change is meant."
        raise InputError(("sha256",), found, allowed=allowed, remedy=remedy)
    return [document.model_dump(exclude={"id"}) | {"doc_id": document.id, "sha256": checksum}]


def _check_ids(documents: tuple[list[Row], ...]) -> tuple[list[Row], ...]:
    """The documents of all entries, once no two have the same id."""
    first: dict[str, int] = {}
    for number, rows in enumerate(documents):
        for row in rows:
            name = row["doc_id"]
            if name in first:
                found = f"the id {name!r} a second time (first in documents[{first[name]}])"
                remedy = "Change one of the two ids, or rename the file where the id comes from its name."
                raise InputError((number,), found, allowed="an id of its own for each document", remedy=remedy)
            first[name] = number
    return documents


class _Manifest(Entry):
    documents: Annotated[Listed[Annotated[list[Row], PlainValidator(_read_entry)]], AfterValidator(_check_ids)]


def _match_files(folder: Path, pattern: str) -> Iterator[Row]:
    """The files below `folder` that a glob matches, hidden ones left out: a document each, named and dated by it."""
    place = ("files",)
    inside(folder, pattern, place)
    try:
        paths = sorted(path for path in folder.glob(pattern) if path.is_file() and not path.name.startswith("."))
    except (OSError, ValueError, IndexError) as error:  # too long; no pattern; the pattern "."
        allowed = "a glob such as own/*.txt"
        raise InputError(place, f"{pattern!r} ({error})", allowed=allowed, remedy="Correct it.") from None
    if not paths:
        found, allowed = f"the glob {pattern!r}, which matches no file", f"a glob that matches files below {folder}"
        raise InputError(place, found, allowed=allowed, remedy="Check the folder's name and the ending of the files.")
    for path in paths:
        name = path.relative_to(folder).as_posix()
        check_id(path.stem, place)
        day = find_date(path.stem)
        if day is None:
            found, allowed = f"{name}, which has no date in its name", "files named with a date YYYY-MM-DD"
            raise InputError(place, found, allowed=allowed, remedy="Rename it, or give it an entry of its own.")
        checksum = _checksum(folder, name, place)
        yield {"doc_id": path.stem, "title": path.stem, "date": day, "file": name, "sha256": checksum}


def check_id(name: str, where: str | Place) -> str:
    """
    The id of a document, once it is known to be usable as part of the ids of its paragraphs.

    Raises
    ------
    InputError : if it holds anything but letters, digits, ``.``, ``-`` and ``_``, or begins with a sign
    """
    if not DOCUMENT_ID.fullmatch(name):
        allowed = "an id of letters, digits, '.', '-' and '_'"
        raise InputError(where, repr(name), allowed=allowed, remedy="Write it without spaces or signs.")
    return name


def _checksum(folder: Path, name: str, place: Place) -> str:
    """SHA-256 of a file, once it is known to lie in the folder."""
    return hashlib.sha256(read_bytes(inside(folder, name, place), place)).hexdigest()
