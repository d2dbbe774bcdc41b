"""What a notebook file holds: its code, its parameters with their types, and whether given values fit them."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.inputs import InputError, nearest, read_text

JSON_TYPES = (type(None), bool, int, float, str, list, dict)
MAGIC = re.compile(r"^(\s*)[%!].*$", flags=re.MULTILINE)


@dataclass(frozen=True)
class Parameter:
    """One name of a `parameters` cell, its default, and what may stand in its place."""

    name: str
    default: Any
    types: tuple[type, ...]  # of the value; empty: any
    elements: tuple[type, ...] = ()  # of the elements of a list; empty: any
    choices: tuple[Any, ...] = ()  # from Literal[...]; empty: any value of the types

    @property
    def allowed(self) -> str:
        """What may be given, in words."""
        if self.choices:
            return "one of " + ", ".join(map(repr, self.choices))
        names = " or ".join("nothing (null)" if one is type(None) else one.__name__ for one in self.types)
        return names + (f" of {' or '.join(one.__name__ for one in self.elements)}" if self.elements else "")

    def accepts(self, value: Any) -> bool:
        """Whether a value is of the right JSON type: a whole number is also a float, true and false are no numbers."""
        if self.choices:
            return any(value == choice and type(value) is type(choice) for choice in self.choices)
        if not fits(value, self.types):
            return False
        return not isinstance(value, list) or all(fits(element, self.elements) for element in value)


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


def texts_of(cells: list[dict[str, Any]]) -> set[str]:
    """The text constants in the code of a notebook; none when the code cannot be read."""
    try:
        nodes = ast.walk(ast.parse(code_of(cells)))
    except SyntaxError:
        return set()
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def read_parameters(path: Path) -> dict[str, Parameter]:
    """
    The parameters of a notebook: the assignments in its cell tagged ``parameters``.

    The type of a parameter is its annotation where it has one that JSON can give (``int | None``,
    ``Literal["count", "share"]``), else the type of its default.

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
    where = f"{path}, parameters cell"
    try:
        statements = ast.parse(MAGIC.sub(r"\1pass", cells[0]["source"])).body
    except SyntaxError as error:
        raise InputError(
            f"{where}, line {error.lineno}", error.msg, allowed="Python", remedy="Correct the line."
        ) from None
    parameters = [parameter for statement in statements for parameter in read_assignment(statement, where)]
    return {parameter.name: parameter for parameter in parameters}


def read_assignment(statement: ast.stmt, where: str) -> list[Parameter]:
    """The parameters that one statement of a `parameters` cell assigns; none for an import or an expression."""
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement.value is None:
        return []
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    annotation = getattr(statement, "annotation", None)
    try:
        default = ast.literal_eval(statement.value)
    except ValueError:
        raise InputError(
            f"{where}, line {statement.lineno}",
            ast.unparse(statement),
            allowed="a name and a plain value (text, number, true or false, list, dict, None)",
            remedy="Compute it in a later cell.",
        ) from None
    default = list(default) if isinstance(default, tuple) else default
    return [parameter_of(target.id, default, annotation) for target in targets if isinstance(target, ast.Name)]


def parameter_of(name: str, default: Any, annotation: ast.expr | None) -> Parameter:
    """A parameter with what it accepts, from its annotation or else its default."""
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value).split(".")[-1] == "Literal":
        choices = ast.literal_eval(annotation.slice)
        return Parameter(name, default, (), choices=choices if isinstance(choices, tuple) else (choices,))
    types = annotated_types(annotation)
    if not types and default is not None:
        types = (type(default),)
    elements = tuple(dict.fromkeys(map(type, default))) if isinstance(default, list) else ()
    return Parameter(name, default, types, elements)


def annotated_types(annotation: ast.expr | None) -> tuple[type, ...]:
    """The JSON types an annotation names, joined by ``|``; none when it says more than that."""
    if isinstance(annotation, ast.BinOp):
        left, right = annotated_types(annotation.left), annotated_types(annotation.right)
        return (*left, *right) if left and right else ()
    written = ast.unparse(annotation).split("[")[0] if annotation else ""
    return tuple(one for one in JSON_TYPES if written == ("None" if one is type(None) else one.__name__))


def fits(value: Any, types: tuple[type, ...]) -> bool:
    """Whether a value has one of the types, as JSON tells them apart; no types: any."""
    return not types or type(value) in types or (type(value) is int and float in types)


def check_parameters(path: Path, given: Mapping[str, Any]) -> None:
    """
    Make sure that a notebook can take the values it is to be run with; no kernel is needed for this.

    Raises
    ------
    InputError : if a name is unknown (names the nearest one), a value is of the wrong type, or the notebook has
        no `parameters` cell
    """
    known = read_parameters(path)
    for name, value in given.items():
        if name not in known:
            raise InputError(
                f"{path}, parameter {name!r}",
                "a name the notebook does not have",
                allowed=", ".join(known) or "no parameter",
                remedy=nearest(name, known) or "Choose one of these.",
            )
        if not known[name].accepts(value):
            found = "nothing (null)" if value is None else f"{value!r} ({type(value).__name__})"
            raise InputError(
                f"{path}, parameter {name!r}", found, allowed=known[name].allowed, remedy="Give a value of that kind."
            )
