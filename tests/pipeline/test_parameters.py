import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from analysis.inputs import InputError
from analysis.pipeline.parameters import check_parameters, code_of, read_cells, read_parameters

DEFAULTS = """\
theme = "cyber"  # str, which theme
seed = 1  # int
share = 0.5
fast = True
texts = ["2014", "2018"]
pairs = [
    ["2014", "2018"],  # a = b
]
limit: int | None = None  # None = no limit
colours = {"cyber": "blue"}
output = "out"
"""


def write_notebook(path: Path, *sources: str, tagged: int = 0) -> Path:
    cells = [
        {"cell_type": "code", "source": source, "metadata": {"tags": ["parameters"]} if at < tagged else {}}
        for at, source in enumerate(sources)
    ]
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}))
    return path


@pytest.fixture
def notebook(tmp_path) -> Path:
    return write_notebook(tmp_path / "02_themes.ipynb", DEFAULTS, "theme", tagged=1)


def test_parameters_are_the_assignments_of_the_tagged_cell(notebook):
    assert read_parameters(notebook) == {
        "theme": "cyber", "seed": 1, "share": 0.5, "fast": True, "texts": ["2014", "2018"],
        "pairs": [["2014", "2018"]], "limit": None, "colours": {"cyber": "blue"}, "output": "out",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme", "cbrn"), ("seed", 2), ("share", 1), ("share", 0.1), ("fast", False), ("texts", []), ("texts", ["x"]),
        ("pairs", [["2018", "2020"], ["2014", "2020"]]), ("limit", 3), ("limit", None), ("colours", {}),
    ],
)  # fmt: skip
def test_values_of_the_right_type_are_taken(notebook, name, value):
    check_parameters(notebook, {name: value})


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("theme", 3, "str"),
        ("theme", None, "str"),
        ("seed", 1.5, "int"),
        ("seed", "1", "int"),
        ("seed", True, "int"),
        ("share", "0.5", "float"),
        ("fast", 1, "bool"),
        ("texts", "2014", "list of str"),
        ("texts", [2014], "list of str"),
        ("pairs", ["2014", "2018"], "list of list of str"),
        ("colours", [], "dict"),
    ],
)
def test_a_value_of_another_type_is_refused_and_the_right_one_named(notebook, name, value, allowed):
    with pytest.raises(InputError) as caught:
        check_parameters(notebook, {name: value})
    message = str(caught.value)
    assert f"02_themes.ipynb, parameter '{name}': found" in message
    assert f"allowed is {allowed}. " in message


def test_an_unknown_name_is_refused_and_the_nearest_one_named(notebook):
    with pytest.raises(InputError, match=r"parameter 'themes'.* Did you mean 'theme'\?"):
        check_parameters(notebook, {"themes": "cyber"})


@pytest.mark.parametrize(("tagged", "found"), [(0, "no cells"), (2, "2 cells")])
def test_a_notebook_needs_one_cell_of_parameters(tmp_path, tagged, found):
    path = write_notebook(tmp_path / "a.ipynb", "seed = 1", "seed = 2", tagged=tagged)
    with pytest.raises(InputError, match=f"found {found} tagged 'parameters'"):
        check_parameters(path, {})


def test_a_default_that_is_computed_is_refused_with_its_line(tmp_path):
    path = write_notebook(tmp_path / "a.ipynb", "seed = 1\nfolder = Path('data')", tagged=1)
    with pytest.raises(InputError, match=r"line 2: found folder = Path\('data'\), allowed is a name and a plain value"):
        read_parameters(path)


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"nbformat": 3, "worksheets": []}'])
def test_a_file_that_is_no_notebook_is_refused(tmp_path, content):
    (tmp_path / "a.ipynb").write_text(content)
    with pytest.raises(InputError, match=r"a\.ipynb.*allowed is a Jupyter notebook"):
        read_cells(tmp_path / "a.ipynb")


def test_magic_lines_do_nothing_in_the_code_of_a_notebook(tmp_path):
    path = write_notebook(tmp_path / "a.ipynb", "%matplotlib inline\nx = 1", "if x:\n    !ls", "%%bash\nls")
    assert code_of(read_cells(path)) == "pass\nx = 1\nif x:\n    pass"


def papermill(folder: Path, *parameters: str) -> str:
    """What Papermill's own command says of a notebook that opens as ours do; empty when it ran to its end."""
    cells = [
        new_code_cell(DEFAULTS, metadata={"tags": ["parameters"]}),
        new_code_cell("from analysis.pipeline.parameters import check_injected\n\ncheck_injected()"),
    ]
    path = folder / "a.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    command = [sys.executable, "-m", "papermill", str(path), str(folder / "out.ipynb"), "--no-progress-bar"]
    command += ["--kernel", "python3", "--language", "python", *parameters]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    return done.stderr if done.returncode else ""


@pytest.mark.kernel
def test_papermill_as_typed_stops_at_a_misspelt_name_and_at_a_wrong_type(tmp_path):
    assert papermill(tmp_path, "-p", "theme", "cbrn", "-p", "seed", "2", "-y", "pairs: [[a, b]]") == ""
    misspelt = papermill(tmp_path, "-p", "thme", "cbrn")
    assert "parameter 'thme': found a name the notebook does not have" in misspelt
    assert "Did you mean 'theme'?" in misspelt
    assert "parameter 'seed': found '1st' (str), allowed is int" in papermill(tmp_path, "-p", "seed", "1st")
