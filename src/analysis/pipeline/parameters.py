"""The parameters of a notebook: names, defaults, and whether the values it is to be run with fit them."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from analysis.inputs import InputError, nearest, read_text

# Papermill has an inspection of its own. It loses parameters (whose line holds a second "=", also in a comment; whose
# type is a union), takes two seconds to import, and knows nothing of the cells of a running kernel, where a misspelt
# parameter has to stop too.

MAGIC = re.compile(r"^(\s*)[%!].*$", flags=re.MULTILINE)
INJECTED = "# Parameters\n"  # how Papermill begins the cell with the values it was given


def read_cells(path: Path) -> list[dict[str, Any]]:
    """
    The cells of a notebook as they stand in the file, their sources as one text each.

    Raises
    ------
    InputError : if the file is missing or is no notebook of format 4
    """
    allowed, remedy = "a Jupyter notebook (format 4)", "Open it in JupyterLab and save it again."
    try:
        notebook = json.loads(read_text(path))
        cells: list[dict[str, Any]] = notebook["cells" if notebook["nbformat"] == 4 else "cells of format 4"]
        sources = [source if isinstance(source := cell["source"], str) else "".join(source) for cell in cells]
    except json.JSONDecodeError as error:
        raise InputError(f"{path}, line {error.lineno}", "no JSON", allowed=allowed, remedy=remedy) from None
    except (KeyError, TypeError):
        raise InputError(path, "no cells of format 4", allowed=allowed, remedy=remedy) from None
    return [{**cell, "source": source} for cell, source in zip(cells, sources, strict=True)]


def code_of(cells: list[dict[str, Any]]) -> str:
    """The code of a notebook as one script; IPython's own lines (``%`` and ``!``) do nothing in it."""
    sources = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
    return "\n".join(MAGIC.sub(r"\1pass", source) for source in sources if not source.startswith("%%"))


@cache
def texts_in(code: str) -> frozenset[str]:
    """The text constants of a script; none when it is no valid Python."""
    try:
        nodes = ast.walk(ast.parse(code))
    except SyntaxError:
        return frozenset()
    return frozenset(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


def read_parameters(path: Path) -> dict[str, Any]:
    """
    The parameters of a notebook with their defaults: the assignments in its cell tagged ``parameters``.

    Raises
    ------
    InputError : if no cell, or more than one, is tagged ``parameters``, or a default is no plain value
    """
    cells = [cell for cell in read_cells(path) if "parameters" in cell.get("metadata", {}).get("tags", [])]
    if len(cells) != 1:
        raise InputError(
            path,
            f"{len(cells) or 'no'} cells tagged 'parameters'",
            allowed="one such cell",
            remedy="Tag the cell that assigns the defaults (JupyterLab: property inspector, cell tags).",
        )
    return read_assignments(cells[0]["source"], f"{path}, parameters cell")


def read_assignments(source: str, where: str) -> dict[str, Any]:
    """
    The names that the lines of a cell assign, with their plain values (texts, numbers, lists, dicts, None).

    Raises
    ------
    InputError : if a line is no valid Python or computes its value; names the line

    Examples
    --------
    >>> read_assignments('theme = "cyber"  # str\\nseed = 1', "cell 1")
    {'theme': 'cyber', 'seed': 1}
    """
    assigned: dict[str, Any] = {}
    try:
        for statement in ast.parse(MAGIC.sub(r"\1pass", source)).body:
            if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
                targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                names = [target.id for target in targets if isinstance(target, ast.Name)]
                assigned |= dict.fromkeys(names, ast.literal_eval(statement.value))
    except SyntaxError as error:
        where, found, allowed = f"{where}, line {error.lineno}", error.msg, "Python"
        raise InputError(where, found, allowed=allowed, remedy="Correct the line.") from None
    except ValueError:
        where, found = f"{where}, line {statement.lineno}", ast.unparse(statement)
        allowed = "a name and a plain value (text, number, true or false, list, dict, None)"
        raise InputError(where, found, allowed=allowed, remedy="Compute it in a later cell.") from None
    return assigned


def check_parameters(path: Path, given: Mapping[str, Any]) -> None:
    """
    Make sure that a notebook can take the values it is to be run with; no kernel is needed for this.

    Raises
    ------
    InputError : if a name is unknown (names the nearest one), a value is of the wrong type, or the notebook has
        no `parameters` cell
    """
    compare_parameters(read_parameters(path), given, f"{path}, ")


def check_injected() -> None:
    """
    Make sure, inside a running notebook, that the values Papermill put in fit the `parameters` cell before them.

    Papermill itself only logs a name that the notebook does not have, and runs on with the defaults. Does nothing
    outside a kernel, or where nothing was put in.

    Raises
    ------
    InputError : as `check_parameters`
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    cells = shell.user_ns.get("In", []) if shell else []
    for number, source in enumerate(cells):
        if number and source.startswith(INJECTED):
            defaults = read_assignments(cells[number - 1], f"code cell {number - 1}")
            compare_parameters(defaults, read_assignments(source, f"code cell {number}"), "")


def compare_parameters(defaults: Mapping[str, Any], given: Mapping[str, Any], where: str) -> None:
    """
    Make sure that every name given is one with a default, and every value of its type.

    Raises
    ------
    InputError : if one is not; `where` comes before the name of the parameter
    """
    for name, value in given.items():
        if name not in defaults:
            raise InputError(
                f"{where}parameter {name!r}",
                "a name the notebook does not have",
                allowed=", ".join(defaults) or "no parameter",
                remedy=nearest(name, defaults) or "Choose one of these.",
            )
        if not fits(value, defaults[name]):
            found = "nothing (null)" if value is None else f"{value!r} ({type(value).__name__})"
            raise InputError(
                f"{where}parameter {name!r}",
                found,
                allowed=type_name(defaults[name]),
                remedy="Give a value of that kind.",
            )


def fits(value: Any, default: Any) -> bool:
    """
    Whether a value has the JSON type of a default: the elements of a list that of its first, None any type.

    A whole number is also a float; true and false are no numbers.
    """
    if isinstance(default, (list, tuple)):
        return isinstance(value, (list, tuple)) and all(fits(element, default[0]) for element in value if default)
    return default is None or type(value) is type(default) or (type(value) is int and type(default) is float)


def type_name(default: Any) -> str:
    """
    The JSON type of a default in words.

    Examples
    --------
    >>> type_name([["2014", "2018"]])
    'list of list of str'
    """
    if isinstance(default, (list, tuple)):
        return "list" + (f" of {type_name(default[0])}" if default else "")
    return type(default).__name__
