"""The command as a user types it."""

import csv
import io
import os
import shutil
import subprocess
import sys
import threading
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import pytest

from analysis.cli import main
from analysis.themes.dictionary import tag

ROOT = Path(__file__).parents[1]


class Done(NamedTuple):
    returncode: int
    stdout: bytes
    stderr: bytes


def typed(*arguments: str, text: str = "", cwd: Path = ROOT) -> Done:
    """The command in a process of its own."""
    words = [sys.executable, "-m", "analysis", *arguments]
    done = subprocess.run(words, input=text.encode(), capture_output=True, cwd=cwd)
    return Done(done.returncode, done.stdout, done.stderr)


def analysis(*arguments: str, text: str | bytes = b"", cwd: Path = ROOT) -> Done:
    """The command in this process, which has loaded everything already."""
    raw = text.encode() if isinstance(text, str) else text
    streams = [io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline="") for content in (raw, b"", b"")]
    out, err = streams[1:]
    with patch.object(sys, "stdin", streams[0]), redirect_stdout(out), redirect_stderr(err), chdir(cwd):
        status = main(arguments)
        out.flush()
        err.flush()
    return Done(status, out.buffer.getvalue(), err.buffer.getvalue())


def rows(output: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(output.decode())))


@pytest.mark.slow
def test_tag_writes_one_row_per_hit_with_line_and_offsets():
    done = typed("tag", "-", "--lines", text="Niets hier.\nMigrantensmokkel en cyberaanvallen.\n")
    assert done.returncode == 0
    assert done.stdout.decode().splitlines() == [
        "line,theme,term,start,end",
        "2,migration,*migrant*,0,16",
        "2,organised_crime,migrantensmokkel*,0,16",
        "2,cyber,*cyber*,20,34",
    ]


def test_tag_agrees_with_the_package_on_the_real_sentences(study, tmp_path):
    sentences = study.corpus.sentences
    path = tmp_path / "sentences.txt"
    path.write_text("\n".join(sentences["text"]) + "\n")
    found = [
        (int(row["line"]), row["theme"], row["term"], int(row["start"]))
        for row in rows(analysis("tag", str(path), "--lines").stdout)
    ]
    line = dict(zip(sentences["sentence_id"], range(1, len(sentences) + 1), strict=True))
    hits = tag(sentences, study.themes)
    assert found == [(line[hit.sentence_id], hit.theme, hit.term, hit.start) for hit in hits.itertuples()]


@pytest.mark.slow
def test_tag_without_lines_joins_sentences_over_line_ends_and_counts_in_lines(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text(
        "De Unie helpt buitenlandse\nstrijders niet.\n\n  Kopen via internet. Tegen cyberaanvallen via internet.\n"
    )
    found = [(row["line"], row["theme"], row["start"], row["end"]) for row in rows(analysis("tag", str(path)).stdout)]
    assert ("1", "radicalisation", "14", "26") in found
    assert [row for row in found if row[1] == "cyber"] == [("4", "cyber", "28", "42"), ("4", "cyber", "47", "55")]


def test_tag_keeps_lines_of_files_with_windows_line_ends():
    done = analysis("tag", "-", "--lines", text="\ufeffNiets.\r\nCyberaanval.\r\n")
    assert done.stdout.decode().splitlines()[1:] == ["2,cyber,*cyber*,0,11"]


@pytest.mark.slow
def test_check_says_what_each_file_holds():
    done = typed("check")
    assert done.returncode == 0, done.stderr.decode()
    told = done.stdout.decode()
    assert told.startswith(f"study: {ROOT}\n")
    assert "3 documents, 150 paragraphs, 563 sentences" in told
    assert "  2018: 40 paragraphs; lines: 50 body, 14 heading, 36 footnote, 16 apparatus, 118 blank\n" in told
    assert "data/glossary.yml: 533 terms; every word shown has a gloss" in told
    assert "data/ties.yml: 18 pairs" in told
    assert "data/findings.yml: 27 findings" in told


@pytest.fixture
def english(tmp_path) -> Path:
    """A study of two English letters with two themes, and nothing else."""
    (tmp_path / "data/language/en").mkdir(parents=True)
    for year, text in ((2019, "The river is low.\n\nFish die."), (2022, "The river is high.")):
        (tmp_path / f"data/letter_{year}-03-01.txt").write_text(text)
    entry = "{files: letter*.txt, kind: letter, language: en, format: plain}"
    (tmp_path / "data/corpus.yml").write_text(f"documents:\n  - {entry}\n")
    theme = "{{label: {0}, definition: d, declared: true, core: [{0}]}}"
    lines = [f"  {name}: {theme.format(name)}\n" for name in ("river", "fish")]
    (tmp_path / "data/themes.yml").write_text("themes:\n" + "".join(lines))
    return tmp_path


def test_a_study_needs_texts_and_themes_alone(english):
    done = analysis("check", cwd=english)
    assert done.returncode == 0, done.stderr.decode()
    told = done.stdout.decode()
    assert "data/corpus.yml: 2 documents, 3 paragraphs, 3 sentences" in told
    assert "gloss" not in told  # the pages are in English, too
    assert "data/language/en: works less well without abbreviations.txt, " in told
    assert "data/annotations/codes.yml: no coded sentences" in told
    assert "data/ties.yml: 0 pairs of themes and 0 words" in told
    assert "data/findings.yml: 0 findings" in told


def test_check_says_which_study_is_read_where_the_folder_has_none(english):
    inner = english / "inner"
    (inner / "data").mkdir(parents=True)
    told = analysis("check", cwd=inner).stdout.decode()
    assert told.startswith(f"study: {english} (there is no data/corpus.yml in {inner})\n")


def test_tag_splits_sentences_in_the_language_of_the_study(english):
    done = analysis("tag", "-", text="Mr. Fish met the river.", cwd=english)
    assert [row["theme"] for row in rows(done.stdout)] == ["fish", "river"]


def test_tag_reads_a_pipe_that_is_named(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=("Cyberaanval.\n",))
    writer.start()
    assert len(rows(analysis("tag", str(tmp_path / "pipe"), "--lines").stdout)) == 1
    writer.join()


@pytest.mark.slow
def test_check_names_a_tie_and_a_finding_that_cannot_be(tmp_path):
    shutil.copytree(ROOT / "data", tmp_path / "data", ignore=shutil.ignore_patterns("processed"))
    ties, findings = tmp_path / "data/ties.yml", tmp_path / "data/findings.yml"
    ties.write_text(ties.read_text().replace("- cyberaanval", "- cyberaanvall"))
    findings.write_text(findings.read_text().replace("themes: [cbrn]", "themes: [cbnr]", 1))
    errors = analysis("check", cwd=tmp_path).stderr.decode()
    assert "data/ties.yml, words: found 'cyberaanvall'" in errors
    assert "'cbnr'" in errors


@pytest.mark.slow
def test_check_names_every_file_that_is_wrong(tmp_path):
    shutil.copytree(ROOT / "data", tmp_path / "data", ignore=shutil.ignore_patterns("processed"))
    themes = tmp_path / "data/themes.yml"
    themes.write_text(themes.read_text().replace("definition:", "defintion:", 1))
    (tmp_path / "data/glossary.yml").write_text("a: 1\n")
    done = analysis("check", cwd=tmp_path)
    errors = done.stderr.decode()
    assert done.returncode == 2
    assert "data/themes.yml, line 18, themes.cyber.defintion: found the unknown key 'defintion'" in errors
    assert "data/glossary.yml, a: found 1" in errors
    assert "data/corpus.yml: 3 documents" in done.stdout.decode()
    assert "Traceback" not in errors
    assert len(errors.splitlines()) == 2


BAD = [
    (["tag", "no-such-file.txt"], b"", "no-such-file.txt: found no readable file"),
    (["tag", "-", "--lines"], b"\xff\xfe", "standard input, line 1: found byte 0xff, which is not UTF-8"),
    (["tag", "-", "--lines"], b" \n", "standard input: found an empty document"),
    (["tag", "-", "--language", "xx"], b"Tekst.", "'xx'"),
    (["tag", "-", "--themes", "no.yml"], b"Tekst.", "no.yml: found no readable file"),
]


@pytest.mark.parametrize(("arguments", "text", "message"), BAD)
def test_bad_input_gives_one_line_and_status_2(arguments, text, message):
    done = analysis(*arguments, text=text)
    assert done.returncode == 2
    assert message in done.stderr.decode()
    assert len(done.stderr.decode().splitlines()) == 1
    assert done.stdout == b""


def test_wrong_words_give_the_usage_and_status_2():
    done = typed("tagg")
    assert done.returncode == 2
    assert "invalid choice: 'tagg'" in done.stderr.decode()


@pytest.mark.parametrize("command", ["check", "tag", "sheet", "codes"])
def test_help_shows_an_example(command, capsys):
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    assert f"  analysis {command}" in capsys.readouterr().out


@pytest.mark.slow
def test_check_names_the_words_without_a_gloss(tmp_path):
    shutil.copytree(ROOT / "data", tmp_path / "data", ignore=shutil.ignore_patterns("processed"))
    glossary = tmp_path / "data/glossary.yml"
    lines = glossary.read_text().splitlines(keepends=True)
    glossary.write_text("".join(line for line in lines if not line.startswith("cyberaanvallen:")))
    assert "shown without a gloss: cyberaanvallen" in analysis("check", cwd=tmp_path).stdout.decode()


@pytest.mark.slow
def test_sheets_are_drawn_coded_and_combined(study, tmp_path):
    folder = tmp_path / "coding"
    done = analysis("sheet", str(folder), "-n", "12", "--themes", "cyber", "--coders", "Anna", "Bram")
    assert done.returncode == 0, done.stderr.decode()
    files = [folder / "cyber-Anna.csv", folder / "cyber-Bram.csv"]
    assert done.stdout.decode().split() == [str(path) for path in [*files, folder / "key.csv"]]
    found = set(study.hits.loc[study.hits["theme"] == "cyber", "sentence_id"])
    for path in files:  # both code what the dictionary found, so that they agree and it is right
        sheet = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
        assert len(sheet) == 12
        text = io.StringIO()
        writer = csv.DictWriter(text, list(sheet[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(row | {"code": int(row["sentence_id"] in found)} for row in sheet)
        path.write_text(text.getvalue())
    done = analysis("codes", *map(str, files), "--key", str(folder / "key.csv"))
    assert done.returncode == 0
    assert done.stderr.decode() == "cyber: 2 coders, 12 sentences, 0 ties, alpha 1.00 (1.00 to 1.00)\n"
    table = rows(done.stdout)
    assert {row["sentence"] for row in table if row["cyber"] == "1"} <= found
    assert sum(float(row["cyber_weight"]) for row in table) == pytest.approx(len(study.corpus.sentences))


@pytest.mark.slow
def test_a_sheet_without_codes_and_a_folder_in_use_give_one_line_and_status_2(tmp_path):
    analysis("sheet", str(tmp_path), "-n", "6", "--themes", "cyber", "--coders", "A")
    for arguments, message in [
        (["codes", str(tmp_path / "cyber-A.csv")], "found 6 of 6 codes blank, the first on line 2"),
        (
            ["sheet", str(tmp_path), "-n", "6", "--themes", "cyber", "--coders", "A"],
            "cyber-A.csv, key.csv already there",
        ),
        (["sheet", str(tmp_path / "new"), "--themes", "cybr"], "--themes: found 'cybr'"),
        (["sheet", str(tmp_path / "new"), "--themes", "cyber", "cyber"], "themes: found 'cyber' twice"),
        (["sheet", str(tmp_path / "new"), "--seed", "-1"], "seed: found -1, allowed is 0 or more"),
        (["sheet", str(tmp_path / "cyber-A.csv"), "-n", "6"], "cyber-A.csv: found File exists, allowed is a folder"),
    ]:
        done = analysis(*arguments)
        assert done.returncode == 2
        assert message in done.stderr.decode()
        assert len(done.stderr.decode().splitlines()) == 1
    assert not (tmp_path / "new").exists()
