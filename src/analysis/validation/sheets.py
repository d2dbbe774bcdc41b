"""
The files on which people code: a sheet per theme and coder, written for a spreadsheet and read back from one.

What is on a sheet is settled in `analysis.validation.sampling`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import pandas as pd

from analysis.inputs import InputError, check_choice, decode, read_bytes, show
from analysis.validation.sampling import KEY_COLUMNS, make_sheet

NEEDED = ["theme", "coder", "sentence_id", "sentence", "code"]
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
# A cell that begins with one of these is a formula to a spreadsheet (OWASP, CSV injection).
FORMULA = re.compile(r"'*[=+\-@\t\r]")
GUARD = "'"


def write_sheets(
    folder: Path, key: pd.DataFrame, sentences: pd.DataFrame, *, coders: Sequence[str], seed: int
) -> list[Path]:
    """
    Write a sheet for every theme and coder (``<theme>-<coder>.csv``) and the key (``key.csv``).

    The files open in a spreadsheet: UTF-8 with a byte-order mark, and no cell that would be taken for a formula.

    Raises
    ------
    InputError : if a coder's name is no plain one or stands twice, a file is already there, for codes are not
        overwritten, or the folder cannot be written
    """
    for coder in coders:
        if not NAME.fullmatch(coder) or list(coders).count(coder) > 1:
            remedy = "Name each coder once, with letters, digits, - and _."
            raise InputError("coders", repr(coder), allowed="different plain names", remedy=remedy)
    sheets = {f"{theme}-{coder}.csv": (theme, coder) for theme in dict.fromkeys(key["theme"]) for coder in coders}
    try:
        there = [name for name in [*sheets, "key.csv"] if (folder / name).exists()]
        if there:
            remedy = "Choose another folder: codes are not overwritten."
            raise InputError(folder, f"{', '.join(there[:3])} already there", allowed="an empty folder", remedy=remedy)
        folder.mkdir(parents=True, exist_ok=True)
        for name, (theme, coder) in sheets.items():
            _write(folder / name, make_sheet(key, sentences, theme=theme, coder=coder, seed=seed).map(guard))
        _write(folder / "key.csv", key)
    except OSError as error:  # a file of that name, no right to write, too long a name, no room left
        allowed = "a folder in which files can be written"
        raise InputError(folder, error.strerror or str(error), allowed=allowed, remedy="Choose another.") from None
    return [folder / name for name in [*sheets, "key.csv"]]


def guard(cell: str) -> str:
    """
    A cell that no spreadsheet takes for a formula: an apostrophe goes before what would begin one.

    Examples
    --------
    >>> guard("=1+1"), guard("Geen formule.")
    ("'=1+1", 'Geen formule.')
    """
    return GUARD + cell if FORMULA.match(cell) else cell


def _write(path: Path, table: pd.DataFrame) -> None:
    path.write_bytes(table.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig"))


def read_sheets(
    files: Sequence[Path], sentences: pd.DataFrame, *, blanks: Literal["refuse", "skip"] = "refuse"
) -> pd.DataFrame:
    """
    Read coded sheets, as a spreadsheet saved them: with or without byte-order mark, commas, semicolons or tabs.

    Parameters
    ----------
    sentences : DataFrame
        Columns ``sentence_id`` and ``text``: what the sheets were drawn from.
    blanks : str
        Whether a sentence without a code stops the reading, or is left out.

    Returns
    -------
    DataFrame, one row per code: ``theme``, ``coder``, ``sentence_id``, ``code`` (0 or 1)

    Raises
    ------
    InputError : if a column is missing, a sentence is unknown, changed or stands twice, a code is not 0, 1 or blank,
        codes are blank, a sheet mixes themes or coders, or two sheets are of the same coder and theme; names the file
        and line
    """
    check_choice(blanks, "blanks", ["refuse", "skip"])
    texts = dict(zip(sentences["sentence_id"], sentences["text"].str.split().str.join(" "), strict=True))
    tables: list[pd.DataFrame] = []
    whose: dict[tuple[str, str], Path] = {}
    for file in files:
        table = _read_sheet(Path(file), texts, blanks)
        owner = (table["theme"].iloc[0], table["coder"].iloc[0])
        if owner in whose:
            found = f"a second sheet of coder {owner[1]!r} for {owner[0]!r}, the first is {whose[owner]}"
            raise InputError(file, found, allowed="one sheet per coder and theme", remedy="Give the right one only.")
        whose[owner] = Path(file)
        tables.append(table[table["code"] != ""])
    if not tables:
        raise InputError("sheets", "no file", allowed="coded sheets", remedy="Name the files.")
    codes = pd.concat(tables, ignore_index=True).drop(columns="line")
    return codes.assign(code=codes["code"].astype(int))


def _read_sheet(file: Path, texts: dict[str, str], blanks: str) -> pd.DataFrame:
    """One sheet, checked: theme, coder, sentence_id, code ("", "0" or "1"), line."""
    rows: list[dict[str, object]] = []
    first: dict[str, int] = {}
    for line, cells in read_rows(file, NEEDED):
        where = f"{file}, line {line}"
        name, code = cells["sentence_id"], cells["code"]
        if name not in texts:
            raise InputError(where, f"the unknown sentence {name!r}", allowed="sentence_id as on the sheet drawn",
                             remedy="Restore it, or read the sheet with the texts it was drawn from.")  # fmt: skip
        if cells["sentence"] != texts[name]:
            raise InputError(where, f"another text for {name}: {cells['sentence'][:60]!r}",
                             allowed=repr(texts[name][:60]),
                             remedy="Restore the sentence: a code holds for the text that was read.")  # fmt: skip
        if name in first:
            raise InputError(where, f"sentence {name} a second time (first on line {first[name]})",
                             allowed="each sentence once", remedy="Remove one of the two.")  # fmt: skip
        if code not in ("", "0", "1"):
            raise InputError(where, f"the code {code!r}", allowed="0 (no), 1 (yes) or blank (not coded)",
                             remedy="Write 0 or 1, no words.")  # fmt: skip
        first[name] = line
        rows.append({"theme": cells["theme"], "coder": cells["coder"], "sentence_id": name, "code": code, "line": line})
    table = pd.DataFrame(rows)
    _check_owner(file, table)
    blank = table.loc[table["code"] == "", "line"]
    if len(blank) and (blanks == "refuse" or len(blank) == len(table)):
        found = f"{len(blank)} of {len(table)} codes blank, the first on line {blank.iloc[0]}"
        remedy = "Code them, or have blanks left out (--blanks skip)."
        raise InputError(file, found, allowed="0 or 1 in every row", remedy=remedy)
    return table


def read_rows(
    file: Path, needed: Sequence[str], *, aliases: Mapping[str, str] | None = None
) -> Iterator[tuple[int, dict[str, str]]]:
    """
    The rows of a CSV file as a spreadsheet saves it: commas, semicolons or tabs, perhaps a line ``sep=;`` above.

    A column may have another name, as `aliases` maps it to its own.

    Yields the line number and the cells of each row that is not empty, by column; missing cells are empty, and
    apostrophes of `guard` taken off.

    Raises
    ------
    InputError : if the file cannot be read, a column of `needed` is missing or a column stands twice, a row has more
        cells than there are columns, or a quotation mark is not closed; names the line
    """
    rows = _parse(file, decode(read_bytes(Path(file)), file))
    line, names = next(rows, (1, []))
    names = [(aliases or {}).get(name.strip(), name.strip()) for name in names]
    missing = [name for name in needed if name not in names]
    twice = [name for name in names if name and names.count(name) > 1]
    if missing or twice:
        found = f"no column {', '.join(missing)}" if missing else f"the column {twice[0]} twice"
        raise InputError(f"{file}, line {line}", found, allowed=f"the columns {', '.join(needed)}",
                         remedy="Restore the first line.")  # fmt: skip
    empty = True
    for line, cells in rows:
        surplus = [cell for cell in cells[len(names) :] if cell.strip()]
        if surplus:
            raise InputError(f"{file}, line {line}", f"the cell {show(surplus[0])} too many",
                             allowed=f"{len(names)} cells", remedy="Put a text with a comma in quotes.")  # fmt: skip
        row = {name: _plain(cell) for name, cell in zip(names, cells, strict=False)}
        if any(row.values()):
            empty = False
            yield line, dict.fromkeys(names, "") | row
    if empty:
        raise InputError(file, "no row below the names of the columns", allowed="coded sentences", remedy="Check it.")


def _parse(file: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """First line and cells of each row of a CSV text, the names of the columns first."""
    first = text.split("\n", 1)[0]
    given = re.fullmatch(r'"?sep=(.)"?', first.strip())  # Excel may put this above the names of the columns
    delimiter = given[1] if given else max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if line > 1 or not given:
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{file}, line {line}", f"a row that is no CSV ({error})",
                         allowed="cells apart by commas, semicolons or tabs, each quotation mark closed",
                         remedy="Look for a quotation mark too many, or a very long cell.") from None  # fmt: skip


def _plain(cell: str) -> str:
    cell = " ".join(cell.split())
    return cell[1:] if cell.startswith(GUARD) and FORMULA.match(cell[1:]) else cell


def _check_owner(file: Path, table: pd.DataFrame) -> None:
    for column in ("theme", "coder"):
        other = table[(table[column] != table[column].iloc[0]) | (table[column] == "")]
        if len(other):
            first = other.iloc[0]
            raise InputError(f"{file}, line {first['line']}", f"the {column} {first[column]!r}",
                             allowed=f"one {column} in a sheet", remedy="Restore the column.")  # fmt: skip


def read_key(file: Path) -> pd.DataFrame:
    """
    The key to the sheets, as `write_sheets` wrote it.

    Raises
    ------
    InputError : if it is no such file
    """
    lines, rows = zip(*read_rows(file, KEY_COLUMNS), strict=True)
    key = pd.DataFrame(list(rows), index=list(lines))[KEY_COLUMNS]
    key["weight"] = pd.to_numeric(key["weight"], errors="coerce")
    twice = key.duplicated(["theme", "sentence_id"])
    wrong = ~key["weight"].between(1, float("inf"), inclusive="left")
    for faults, found, allowed in (
        (wrong, "no weight", "a number from 1"),
        (twice, "a sentence a second time for its theme", "each once"),
    ):
        if faults.any():
            where = f"{file}, line {faults.idxmax()}"
            raise InputError(where, found, allowed=allowed, remedy="Restore the key as it was written.")
    return key.reset_index(drop=True)
