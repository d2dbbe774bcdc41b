import json
from pathlib import Path

import pytest

from analysis.inputs import InputError
from analysis.pipeline.parameters import check_parameters, code_of, read_cells, read_parameters

DEFAULTS = """\
theme = "cyber"  # str, which theme
seed = 1  # int
share = 0.5
fast = True
texts = ["2014", "2018"]
limit: int | None = None
measure: Literal["count", "share"] = "share"
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
    found = read_parameters(notebook)
    assert {name: one.default for name, one in found.items()} == {
        "theme": "cyber", "seed": 1, "share": 0.5, "fast": True, "texts": ["2014", "2018"], "limit": None,
        "measure": "share", "colours": {"cyber": "blue"}, "output": "out",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme", "cbrn"), ("seed", 2), ("share", 1), ("share", 0.1), ("fast", False), ("texts", []), ("texts", ["x"]),
        ("limit", 3), ("limit", None), ("measure", "count"), ("colours", {}),
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
        ("limit", "3", "int or nothing (null)"),
        ("measure", "shares", "one of 'count', 'share'"),
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
