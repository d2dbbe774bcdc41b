import os
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.pipeline import records

KEY = {"notebook": "a1", "data/corpus.yml": "b2"}


def publish(root: Path, files: dict[str, str], key: dict[str, str] = KEY, earlier: tuple[str, ...] = ()) -> None:
    with records.staging(root, "run:02_themes") as folder:
        for name, text in files.items():
            (folder / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "tree" / name).write_text(text)
        records.publish(folder / "tree", root, "run:02_themes", key, earlier)


def reason(root: Path, key: dict[str, str] = KEY) -> str:
    return records.reason_to_run(root, "run:02_themes", key)


def test_a_published_step_needs_no_second_run(tmp_path):
    assert reason(tmp_path) == "never run"
    publish(tmp_path, {"figures/a.svg": "1"})
    assert reason(tmp_path) == ""
    assert (tmp_path / "figures/a.svg").read_text() == "1"


def test_the_reason_names_what_is_not_as_recorded(tmp_path):
    publish(tmp_path, {"figures/a.svg": "1"})
    assert reason(tmp_path, KEY | {"data/corpus.yml": "c3"}) == "data/corpus.yml changed"
    assert reason(tmp_path, KEY | {"data/themes.yml": "c3"}) == "data/themes.yml is new"
    assert reason(tmp_path, {"notebook": "a1"}) == "data/corpus.yml is gone"
    (tmp_path / "figures/a.svg").write_text("2")
    assert reason(tmp_path) == "figures/a.svg was changed"
    (tmp_path / "figures/a.svg").unlink()
    assert reason(tmp_path) == "figures/a.svg is missing"


def test_a_record_cut_short_counts_as_none(tmp_path):
    publish(tmp_path, {"figures/a.svg": "1"})
    path = records.record_file(tmp_path, "run:02_themes")
    path.write_text(path.read_text()[:20])
    assert reason(tmp_path) == "never run"


def test_files_no_longer_made_are_removed_and_those_of_others_stay(tmp_path):
    publish(tmp_path, {"figures/a.svg": "1", "figures/b.svg": "1"})
    (tmp_path / "figures/c.svg").write_text("of another clone")
    (tmp_path / "figures/mine.svg").write_text("mine")
    publish(tmp_path, {"figures/a.svg": "2"}, earlier=("figures/c.svg",))
    assert sorted(file.name for file in (tmp_path / "figures").iterdir()) == ["a.svg", "mine.svg"]


def test_a_step_that_fails_half_way_leaves_everything_as_it_was(tmp_path):
    publish(tmp_path, {"figures/a.svg": "1"})
    with pytest.raises(IsADirectoryError):
        publish(tmp_path, {"figures/a.svg": "2", "figures": "no file"})
    assert (tmp_path / "figures/a.svg").read_text() == "1"
    assert reason(tmp_path) == ""
    assert not list((tmp_path / records.WORK).glob(".run*"))


def test_what_steps_that_are_no_more_have_made_is_removed(tmp_path):
    publish(tmp_path, {"figures/a.svg": "1"})
    records.forget_others(tmp_path, ["run:02_themes"])
    assert (tmp_path / "figures/a.svg").exists()
    records.forget_others(tmp_path, ["run:01_corpus"])
    assert not (tmp_path / "figures/a.svg").exists()
    assert reason(tmp_path) == "never run"


def test_sweeping_removes_staging_folders_and_sockets_of_processes_that_are_gone(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    monkeypatch.setattr(records, "LONGEST", 1000)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    staging = tmp_path / records.WORK / f".run-02_themes.tmp-{gone.pid}"
    sockets = [tmp_path / "temporary" / f"{records.SOCKETS}{pid}-x" for pid in (gone.pid, os.getpid())]
    kept = tmp_path / records.WORK / "values"
    for folder in (staging, *sockets, kept):
        folder.mkdir(parents=True)
    records.sweep(tmp_path)
    assert [folder.exists() for folder in (staging, *sockets, kept)] == [False, False, True, True]


def test_outputs_are_reserved_for_one_run_at_a_time(tmp_path):
    held = records.lock(tmp_path)
    with pytest.raises(records.BusyError, match="Another run is writing"):
        records.lock(tmp_path)
    held.close()
    records.lock(tmp_path).close()
