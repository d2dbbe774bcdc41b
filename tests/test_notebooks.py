"""The notebooks as a researcher runs them: by Papermill's own command, from the project or from their folder."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def code_cells(path: Path) -> list[str]:
    cells = json.loads(path.read_text())["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


@pytest.mark.kernel
@pytest.mark.parametrize("cwd", [".", "notebooks"])
def test_papermill_as_typed_gives_the_committed_figures(cwd, tmp_path):
    notebook, executed = ROOT / "notebooks/03_theme.ipynb", tmp_path / "out.ipynb"
    parameters = ["-p", "theme", "cbrn", "-p", "output", str(tmp_path)]
    command = [sys.executable, "-m", "papermill", str(notebook), str(executed), *parameters, "--no-progress-bar"]
    done = subprocess.run(command, cwd=ROOT / cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    figures = sorted((tmp_path / "figures").glob("*.svg"))
    assert [path.name for path in figures] == [
        f"03_theme-cbrn-{name}.svg" for name in ("attention", "places", "vocabulary")
    ]
    assert all(path.read_bytes() == (ROOT / "figures" / path.name).read_bytes() for path in figures)


@pytest.mark.kernel
def test_an_unknown_theme_stops_the_notebook_before_it_writes(tmp_path):
    notebook, executed = ROOT / "notebooks/03_theme.ipynb", tmp_path / "out.ipynb"
    parameters = ["-p", "theme", "cybr", "-p", "output", str(tmp_path / "out")]
    command = [sys.executable, "-m", "papermill", str(notebook), str(executed), *parameters, "--no-progress-bar"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode != 0
    assert "parameter theme: found 'cybr'" in done.stderr
    assert "Did you mean 'cyber'?" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_defines_nothing_and_says_what_each_parameter_is(path):
    cells = code_cells(path)
    trees = [ast.parse(cell.replace("%", "#")) for cell in cells if not cell.startswith("%")]
    assert not any(isinstance(node, ast.FunctionDef | ast.ClassDef) for tree in trees for node in ast.walk(tree))
    assert all("  # " in line for line in cells[0].splitlines())


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_opens_with_its_question(path):
    first = json.loads(path.read_text())["cells"][0]
    assert "".join(first["source"]).split("\n")[0].startswith("# ")
    assert "".join(first["source"]).split("\n")[0].endswith("?")


@pytest.mark.kernel
def test_codes_of_people_take_the_place_of_the_models_without_a_change_of_code(here, tmp_path):
    sentences = here.corpus.sentences.iloc[::4]
    hits = set(here.hits.loc[here.hits["theme"] == "cyber", "sentence_id"])
    code = [str(int(name in hits)) for name in sentences["sentence_id"]]
    table = pd.DataFrame({"sentence": sentences["sentence_id"], "text": sentences["text"], "cyber": code})
    table.to_csv(tmp_path / "own.csv", index=False)
    manifest = tmp_path / "codes.yml"
    manifest.write_text("file: own.csv\nkind: human\ncoders: Anna\nused_for_dictionary: false\n")
    parameters = ["-p", "codes_file", str(manifest), "-p", "output", str(tmp_path), "--no-progress-bar"]
    notebook, executed = ROOT / "notebooks/06_validation.ipynb", tmp_path / "out.ipynb"
    command = [sys.executable, "-m", "papermill", str(notebook), str(executed), *parameters]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    values = json.loads((tmp_path / "values/06_validation.json").read_text())
    assert values["finding"].startswith(f"People coded {len(table)} sentences, {code.count('1')} times")
    assert "model" not in values["finding"]
    assert values["alpha"] == []
