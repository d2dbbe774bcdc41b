"""
The network that a notebook gives to a page: texts, themes, terms and ties in plain words and numbers, checked.

It travels in the metadata of an output, without any markup; `network_panels` says where its parts stand on the screen.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from analysis import inputs
from analysis.report.style import MARKERS

View = dict[str, Any]

CHANGES = ("new", "gone", "stronger", "weaker", "inconclusive", "too few to tell")

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z]+)?")
PARAGRAPH = re.compile(r"[\w.-]+")


def check_network(data: Mapping[str, Any], where: str) -> View:
    """
    The network itself in plain numbers, lists and texts, once it is known to be complete.

    Parameters
    ----------
    data : mapping
        ``language`` (code of the labels, such as ``nl``); ``texts``, each with ``id`` and ``title``; ``compare``, two
        ids of texts, or none; ``themes``, each with ``name``, ``label``, ``colour`` and perhaps ``marker`` (one of
        `MARKERS`); ``nodes``, perhaps none, with ``id``, ``label``, ``x``, ``y`` (upwards, one scale for both) and
        ``counts`` (paragraphs, one per text), perhaps ``gloss``, ``language`` (of its label, if another), ``theme``,
        ``passages`` (ids of paragraphs), ``community`` and ``stability``; ``ties``, each with ``source``, ``target``,
        ``counts``, ``kept`` (per text: whether it passes the test), perhaps ``change`` (one of `CHANGES`),
        ``difference`` (of shares, the later text less the earlier) and ``passages``.
    where : str
        How messages call it.

    Raises
    ------
    InputError : names the key, such as ``network terms, nodes[3].counts``

    Examples
    --------
    >>> term = {"id": "grens", "label": "grens", "gloss": "border", "x": 0, "y": 0, "counts": [3]}
    >>> network = {"texts": [{"id": "2014", "title": "2014"}], "nodes": [term], "language": "nl"}
    >>> check_network(network | {"ties": [], "themes": [], "compare": []}, "network")["nodes"][0]["gloss"]
    'border'
    """
    _check_keys(data, where, ("texts", "nodes", "ties", "themes", "compare", "language"))
    texts = [_check_text(one, at) for at, one in _each(data, "texts", where)]
    if not texts:
        raise inputs.InputError(f"{where}, texts", "none", allowed="one or more", remedy="There is nothing to draw.")
    text_ids = _unique([text["id"] for text in texts], f"{where}, texts")
    themes = [_check_theme(one, at) for at, one in _each(data, "themes", where)]
    theme_names = _unique([theme["name"] for theme in themes], f"{where}, themes")
    language = _matching(data["language"], LANGUAGE, f"{where}, language", "a code such as nl")
    nodes = [_check_node(one, at, theme_names, len(texts), language) for at, one in _each(data, "nodes", where)]
    node_ids = _unique([node["id"] for node in nodes], f"{where}, nodes")
    ties = [_check_tie(one, at, node_ids, len(texts)) for at, one in _each(data, "ties", where)]
    _unique([" – ".join(sorted((tie["source"], tie["target"]))) for tie in ties], f"{where}, ties")
    compare = [inputs.check_choice(one, at, text_ids) for at, one in _each(data, "compare", where)]
    if len(set(compare)) != len(compare) or len(compare) not in (0, 2):
        raise inputs.InputError(
            f"{where}, compare", repr(compare), allowed="two texts, or none", remedy="Name the two to compare."
        )
    parts = {"texts": texts, "compare": compare, "themes": themes, "nodes": nodes, "ties": ties}
    return {**parts, "language": language}


def _check_keys(entry: Any, where: str, required: Sequence[str], optional: Sequence[str] = ()) -> None:
    """Whether the keys are there: their values, which may be 0 or empty, are looked at one by one."""
    names = dict.fromkeys(entry, True) if isinstance(entry, Mapping) else entry
    inputs.check_keys(names, where, required=required, optional=optional)


def _each(data: Mapping[str, Any], key: str, where: str) -> Iterator[tuple[str, Any]]:
    """Each entry of a list, and what messages call it."""
    for number, one in enumerate(_list(data[key], f"{where}, {key}")):
        yield f"{where}, {key}[{number}]", one


def _list(value: Any, where: str) -> list[Any]:
    if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
        raise inputs.InputError(where, f"a {type(value).__name__}", allowed="a list", remedy="Give a list.")
    return list(value)


def _unique(names: list[str], where: str) -> list[str]:
    twice = sorted(name for name, times in Counter(names).items() if times > 1)
    if twice:
        raise inputs.InputError(where, f"{twice[0]!r} twice", allowed="each once", remedy="Leave one out.")
    return names


def _check_text(entry: Any, where: str) -> View:
    _check_keys(entry, where, ("id", "title"))
    return {key: _text(entry[key], f"{where}.{key}") for key in ("id", "title")}


def _check_theme(entry: Any, where: str) -> View:
    _check_keys(entry, where, ("name", "label", "colour"), ("marker",))
    colour = _matching(entry["colour"], COLOUR, f"{where}.colour", "a colour #rrggbb")
    marker = inputs.check_choice(entry.get("marker") or "o", f"{where}.marker", MARKERS)
    names = {key: _text(entry[key], f"{where}.{key}") for key in ("name", "label")}
    return {**names, "colour": colour, "marker": marker}


def _check_node(entry: Any, where: str, themes: Sequence[str], n_texts: int, language: str) -> View:
    optional = ("gloss", "language", "theme", "passages", "community", "stability")
    _check_keys(entry, where, ("id", "label", "x", "y", "counts"), optional)
    theme = entry.get("theme")
    return {
        "id": _text(entry["id"], f"{where}.id"),
        "label": _text(entry["label"], f"{where}.label"),
        "gloss": str(entry.get("gloss") or ""),
        "language": _matching(entry.get("language") or language, LANGUAGE, f"{where}.language", "a code such as nl"),
        "theme": theme and inputs.check_choice(theme, f"{where}.theme", themes),
        **{axis: _number(entry[axis], f"{where}.{axis}") for axis in ("x", "y")},
        "counts": [_count(one, f"{where}.counts") for one in _per_text(entry["counts"], f"{where}.counts", n_texts)],
        "passages": _passages(entry, where),
    }


def _check_tie(entry: Any, where: str, nodes: Sequence[str], n_texts: int) -> View:
    _check_keys(entry, where, ("source", "target", "counts", "kept"), ("change", "difference", "passages"))
    source, target = (inputs.check_choice(entry[end], f"{where}.{end}", nodes) for end in ("source", "target"))
    if source == target:
        raise inputs.InputError(where, f"a tie of {source!r} with itself", allowed="two terms", remedy="Leave it out.")
    return {
        "source": source,
        "target": target,
        "counts": [_count(one, f"{where}.counts") for one in _per_text(entry["counts"], f"{where}.counts", n_texts)],
        "kept": [bool(one) for one in _per_text(entry["kept"], f"{where}.kept", n_texts)],
        "change": inputs.check_choice(entry.get("change") or "too few to tell", f"{where}.change", CHANGES),
        "difference": _number(entry.get("difference") or 0, f"{where}.difference"),
        "passages": _passages(entry, where),
    }


def _per_text(values: Any, where: str, n_texts: int) -> list[Any]:
    values = _list(values, where)
    if len(values) != n_texts:
        raise inputs.InputError(
            where, f"{len(values)} values", allowed=f"one per text, {n_texts}", remedy="Give one for each text."
        )
    return values


def _passages(entry: Mapping[str, Any], where: str) -> list[str]:
    ids = _list(entry.get("passages") or [], f"{where}.passages")
    return [_matching(one, PARAGRAPH, f"{where}.passages", "the id of a paragraph") for one in ids]


def _matching(value: Any, pattern: re.Pattern[str], where: str, allowed: str) -> str:
    if not pattern.fullmatch(str(value)):
        raise inputs.InputError(where, repr(value), allowed=allowed, remedy="Correct it.")
    return str(value)


def _text(value: Any, where: str) -> str:
    if not str(value).strip():
        raise inputs.InputError(where, "an empty text", allowed="a word", remedy="Give it a name.")
    return str(value)


def _number(value: Any, where: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise inputs.InputError(where, repr(value), allowed="a finite number", remedy="Look at the layout.")
    return number


def _count(value: Any, where: str) -> int:
    if _number(value, where) != int(value) or value < 0:
        raise inputs.InputError(where, repr(value), allowed="a whole number, 0 or more", remedy="Count paragraphs.")
    return int(value)
