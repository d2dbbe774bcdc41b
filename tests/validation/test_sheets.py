"""Sheets go out, come back from a spreadsheet, and say what is wrong with them."""

import csv
import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.inputs import InputError
from analysis.validation import sampling, sheets

SENTENCES = pd.DataFrame(
    {
        "sentence_id": [f"2014-{n:03}.01" for n in range(6)],
        "doc_id": "2014",
        "text": ["=SOM(A1:A3); zei hij.", "- een streepje", "'s Avonds, laat.", '"Nee", zei zij.', "Eén.", "@home"],
    }
)
FOUND = pd.DataFrame({"cyber": [1, 0, 1, 0, 1, 0], "cbrn": [0, 0, 0, 0, 1, 1]}, index=SENTENCES["sentence_id"]).astype(
    bool
)
CODES = dict(zip(SENTENCES["sentence_id"], "101010", strict=True))


@pytest.fixture
def folder(tmp_path) -> Path:
    key = sampling.draw_sample(SENTENCES, FOUND, n=6, seed=1)
    sheets.write_sheets(tmp_path, key, SENTENCES, coders=["A", "B"], seed=1)
    return tmp_path


def fill(path: Path, *, delimiter: str = ",", mark: str = "\ufeff", head: str = "", codes: dict = CODES) -> Path:
    """What a coder saves: codes filled in, by a spreadsheet with its own habits."""
    rows = list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(row | {"code": codes[row["sentence_id"]]} for row in rows)
    path.write_bytes((mark + head + text.getvalue()).encode())
    return path


def test_sheets_are_written_per_theme_and_coder_and_the_key_apart(folder):
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["cbrn-A.csv", "cbrn-B.csv", "cyber-A.csv", "cyber-B.csv", "key.csv"]
    text = (folder / "cyber-A.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbftheme,coder,sentence_id,before,sentence,after,code\r\n")
    assert b"found" not in text
    assert b"weight" not in text


def test_no_cell_begins_a_formula(folder):
    for path in folder.glob("*-?.csv"):
        rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))
        assert not [cell for row in rows for cell in row if cell[:1] in {"=", "+", "-", "@"} and cell]


@pytest.mark.parametrize(
    "habits",
    [{}, {"mark": ""}, {"delimiter": ";"}, {"delimiter": "\t"}, {"delimiter": ";", "head": "sep=;\r\n"}],
    ids=["as written", "no mark", "semicolons", "tabs", "sep line"],
)
def test_what_was_coded_comes_back(folder, habits):
    codes = sheets.read_sheets([fill(folder / "cyber-A.csv", **habits)], SENTENCES)
    assert dict(zip(codes["sentence_id"], codes["code"].astype(str), strict=True)) == CODES
    assert set(codes["theme"] + codes["coder"]) == {"cyberA"}


def test_sheets_of_all_coders_become_one_table_with_its_weights(folder):
    files = [fill(path) for path in sorted(folder.glob("*-?.csv"))]
    codes = sheets.read_sheets(files, SENTENCES)
    combined = sampling.combine(codes, SENTENCES, key=sheets.read_key(folder / "key.csv"))
    assert combined.codes["cyber"].tolist() == list(CODES.values())
    assert set(combined.codes["cyber_weight"]) == {"1"}
    assert combined.agreement["alpha"].tolist() == [1, 1]


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip))
def test_any_text_survives_the_guard(text):
    text = " ".join(text.split())
    assert sheets._plain(sheets.guard(text)) == text
    assert not sheets.guard(text).startswith(("=", "+", "-", "@"))


def test_blank_codes_are_counted_and_may_be_skipped(folder):
    path = fill(folder / "cyber-A.csv", codes=CODES | {"2014-002.01": "", "2014-004.01": ""})
    with pytest.raises(InputError, match=r"cyber-A\.csv: found 2 of 6 codes blank, the first on line \d"):
        sheets.read_sheets([path], SENTENCES)
    assert len(sheets.read_sheets([path], SENTENCES, blanks="skip")) == 4


def spoil(old: str, new: str):
    def change(path: Path) -> list[Path]:
        text = fill(path).read_text("utf-8-sig")
        assert old in text
        path.write_text(text.replace(old, new, 1))
        return [path]

    return change


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def change_text(path: Path) -> list[Path]:
    rows = list(csv.DictReader(io.StringIO(fill(path).read_text("utf-8-sig"))))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(row | {"sentence": row["sentence"].replace("Eén.", "Een.")} for row in rows)
    path.write_text(text.getvalue())
    return [path]


def repeat(path: Path) -> list[Path]:
    lines = fill(path).read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines, lines[1]]))
    return [path]


def give_twice(path: Path) -> list[Path]:
    other = path.with_name("copy.csv")
    other.write_bytes(fill(path).read_bytes())
    return [path, other]


BAD = [
    (spoil("after,code", "after,kode"), r"line 1: found no column code, allowed is the columns theme, coder"),
    (spoil("2014-004.01", "2014-994.01"), r"line \d: found the unknown sentence '2014-994.01'"),
    (change_text, r"line \d: found another text for 2014-004.01: 'Een.', allowed is 'Eén.'"),
    (repeat, r"line 8: found sentence 2014-00\d.01 a second time \(first on line 2\)"),
    (lambda path: [fill(path, codes=CODES | {"2014-003.01": "ja"})], r"the code 'ja', allowed is 0 \(no\), 1 \(yes\)"),
    (lambda path: [fill(path, codes=CODES | {"2014-003.01": "2"})], "the code '2'"),
    (spoil("cyber,A,2014-003", "cyber,B,2014-003"), "the coder '[AB]', allowed is one coder in a sheet"),
    (give_twice, r"copy\.csv: found a second sheet of coder 'A' for 'cyber', the first is .*cyber-A\.csv"),
    (lambda path: [path.with_name("none.csv")], "no readable file"),
    (lambda path: [path.parent], "no readable file .Is a directory"),
    (lambda path: [write(path, "sep=;")], "line 1: found no column theme, coder"),
    (lambda path: [write(path, "sep=;\nsep=;\n")], "line 2: found no column theme, coder"),
    (lambda path: [write(path, "theme,coder,sentence_id,sentence,code\n")], "no row below the names"),
    (lambda path: [write(path, "theme,theme,coder,sentence_id,sentence,code\n")], "the column theme twice"),
    (spoil("2014-004.01", "x" * 140_000), r"line \d: found a row that is no CSV .field larger than field limit"),
    (spoil("cyber,A,2014-003", '"cyber,A,2014-003'), r"line \d: found a row that is no CSV"),
    (spoil("\ncyber,A", "\ncyber,extra,A"), r"line 2: found the cell '.*' too many, allowed is 7 cells"),
]


@pytest.mark.parametrize(("change", "message"), BAD)
def test_a_sheet_that_cannot_be_read_is_named_with_its_line(folder, change, message):
    files = change(folder / "cyber-A.csv")
    with pytest.raises(InputError, match=message):
        sheets.read_sheets(files, SENTENCES)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("cyber,2014-000.01", "cbrn,2014-000.01", r"line \d+: found a sentence a second time for its theme"),
        (",1.0\r\n", ",\r\n", "line 2: found no weight, allowed is a number from 1"),
        (",1.0\r\n", ",inf\r\n", "line 2: found no weight"),
        ("weight", "weights", "line 1: found no column weight"),
    ],
)
def test_a_key_that_is_none_is_named_with_its_line(folder, old, new, message):
    key = folder / "key.csv"
    assert old.encode() in key.read_bytes()
    key.write_bytes(key.read_bytes().replace(old.encode(), new.encode(), 1))
    with pytest.raises(InputError, match=message):
        sheets.read_key(key)


@pytest.mark.parametrize("place", ["file", "file/below", "x" * 300])
def test_a_folder_that_cannot_be_written_is_named(tmp_path, place):
    (tmp_path / "file").write_text("")
    key = sampling.draw_sample(SENTENCES, FOUND, n=6, seed=1)
    with pytest.raises(InputError, match="allowed is a folder in which files can be written"):
        sheets.write_sheets(tmp_path / place, key, SENTENCES, coders=["A"], seed=1)


def test_codes_are_never_overwritten(folder):
    key = sheets.read_key(folder / "key.csv")
    before = (folder / "cyber-A.csv").read_bytes()
    with pytest.raises(InputError, match=r"found cyber-A\.csv, .* already there"):
        sheets.write_sheets(folder, key, SENTENCES, coders=["A", "B"], seed=2)
    assert (folder / "cyber-A.csv").read_bytes() == before


def test_names_of_coders_must_be_plain_and_differ(tmp_path):
    key = sampling.draw_sample(SENTENCES, FOUND, n=6, seed=1)
    for coders in (["../A"], ["A", "A"]):
        with pytest.raises(InputError, match="coders"):
            sheets.write_sheets(tmp_path / "new", key, SENTENCES, coders=coders, seed=1)
    assert not (tmp_path / "new").exists()
