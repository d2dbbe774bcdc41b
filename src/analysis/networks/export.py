"""
Graph files for other programs: Gephi, Cytoscape, igraph, Pajek, VOSviewer, spreadsheets.

The same graph gives the same bytes: nodes and ties are sorted, an attribute has one type throughout, numbers have nine
significant digits, nothing tells the date or the version of a tool. Missing values (None, NaN, infinity) are left out.
"""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from analysis.inputs import InputError
from analysis.report import Report
from analysis.report.files import csv_text, write_atomically

Record = dict[str, Any]

# What XML cannot hold, and line ends that its readers change.
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
META = re.compile(r"\s*<meta\b.*?</meta>", flags=re.DOTALL)  # the date and the version of networkx
# Names that the formats, or the writers of networkx, keep for something of their own.
TAKEN = {"id", "viz", "start", "end", "spells", "slices", "pid", "parents", "type", "key", "node", "source", "target"}


def plain_graph(graph: nx.Graph) -> nx.Graph:
    """
    The graph as every format can hold it: names as text, sorted, attributes of one plain type for each key.

    Truth values become 1 and 0; whole numbers become floats where some values of the key are; numbers and text together
    become text. Line ends become ``\\n``, and characters that no file can hold a space.

    Parameters
    ----------
    graph : Graph, attributes of nodes and ties text, numbers, truth values or missing

    Raises
    ------
    InputError : if the graph has directions or double ties, two names are the same text, a ``weight`` is no finite
        number (names the tie), or an attribute is of another kind or has a name that formats keep for themselves

    Examples
    --------
    >>> graph = nx.Graph([("b", "a", {"n": 2}), ("b", "c", {"n": 0.5})])
    >>> list(plain_graph(graph).edges(data="n"))
    [('a', 'b', 2.0), ('b', 'c', 0.5)]
    """
    if graph.is_directed() or graph.is_multigraph():
        remedy = "Make an undirected graph with one tie for two nodes."
        raise InputError("graph", str(graph), allowed="a Graph", remedy=remedy)
    for a, b, weight in graph.edges(data="weight", default=1):
        if isinstance(weight, str) or weight is None or not math.isfinite(weight):
            allowed, remedy = "a finite number", "Leave the tie out, or give it a weight."
            raise InputError(f"tie {a} – {b}, weight", repr(weight), allowed=allowed, remedy=remedy)
    names = {node: _clean(str(node)) for node in graph}
    if len(set(names.values())) < len(names) or "" in names.values():
        twice = sorted(name for name in set(names.values()) if list(names.values()).count(name) > 1 or not name)
        raise InputError("nodes", f"{twice} empty or twice", allowed="other names for each", remedy="Rename them.")
    plain = nx.Graph()
    nodes = _unify({names[node]: values for node, values in graph.nodes(data=True)})
    plain.add_nodes_from(sorted(nodes.items()))
    ties = {(*sorted((names[a], names[b])),): values for a, b, values in graph.edges(data=True)}
    plain.add_edges_from((*ends, values) for ends, values in sorted(_unify(ties).items()))
    return plain


def to_gexf(graph: nx.Graph) -> str:
    """
    GEXF 1.2, for Gephi: all attributes; ``x`` and ``y``, where both are given, are also where Gephi draws the node.
    """
    plain = plain_graph(graph)
    for _, values in plain.nodes(data=True):
        if "x" in values and "y" in values:
            values["viz"] = {"position": {"x": values["x"], "y": values["y"], "z": 0.0}}
    return HEAD + META.sub("", "\n".join(nx.generate_gexf(plain)), count=1) + "\n"


def to_graphml(graph: nx.Graph) -> str:
    """GraphML, for Cytoscape, igraph, yEd and others: all attributes."""
    return HEAD + "\n".join(nx.generate_graphml(plain_graph(graph))) + "\n"


def to_pajek(graph: nx.Graph) -> str:
    """
    Pajek's ``.net``: names, places and the attribute ``weight`` of ties (1 where there is none), and no more.

    By hand: networkx sets names without a blank without quotation marks, and then cannot read ``risico's`` itself. The
    format has no way to write ``"`` in a name: it becomes ``'``, a backslash ``/``, white space one space. Places are
    moved between 0 and 1, y downwards.
    """
    plain = plain_graph(graph)
    labels = [" ".join(node.replace('"', "'").replace("\\", "/").split()) for node in plain]
    twice = sorted({label for label in labels if labels.count(label) > 1})
    if twice:
        raise InputError("nodes", f"{twice} twice in Pajek's format", allowed="different names", remedy="Rename them.")
    number = {node: at for at, node in enumerate(plain, start=1)}
    points = pd.DataFrame(dict(plain.nodes(data=True)), dtype=object).T.reindex(columns=["x", "y"])
    places = _place_between(points.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float))
    nodes = [f'{at} "{label}"{place}' for at, label, place in zip(number.values(), labels, places, strict=True)]
    ties = [f"{number[a]} {number[b]} {value:.9g}" for a, b, value in plain.edges(data="weight", default=1)]
    return "\n".join([f"*Vertices {len(plain)}", *nodes, "*Edges", *ties]) + "\n"


def to_vosviewer_json(graph: nx.Graph, *, title: str = "", description: str = "") -> str:
    """
    VOSviewer's JSON, which app.vosviewer.com opens as well.

    Items are numbered from 1 in order of name. ``label`` (or the name), ``x``, ``y``, ``community`` and ``gloss``
    become what VOSviewer has for them: label, place, cluster and description. Other attributes of nodes that are whole
    numbers, none negative, become weights (what a circle's size can show); other numbers become scores (its colour).
    Links have the attribute ``weight``, or 1, as their strength.
    """
    plain = plain_graph(graph)
    number = {node: at for at, node in enumerate(plain, start=1)}
    links = [
        {"source_id": number[a], "target_id": number[b], "strength": value}
        for a, b, value in plain.edges(data="weight", default=1)
    ]
    network: Record = {"items": _list_items(plain), "links": links}
    if clusters := _clusters(plain):
        network["clusters"] = [{"cluster": cluster, "label": f"Community {cluster}"} for cluster in sorted(clusters)]
    content = {"network": network, "info": {"title": _clean(title), "description": _clean(description)}}
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def list_nodes(graph: nx.Graph) -> pd.DataFrame:
    """A row for each node, sorted: ``node`` and all attributes, missing values empty."""
    return _tabulate([{"node": node, **values} for node, values in plain_graph(graph).nodes(data=True)], ["node"])


def list_edges(graph: nx.Graph) -> pd.DataFrame:
    """A row for each tie, sorted: ``source``, ``target`` (sorted) and all attributes, missing values empty."""
    ties = [{"source": a, "target": b, **values} for a, b, values in plain_graph(graph).edges(data=True)]
    return _tabulate(ties, ["source", "target"])


def save_graph(
    report: Report, name: str, graph: nx.Graph, *, title: str = "", description: str = ""
) -> dict[str, Path]:
    """
    Write a graph in all formats among the tables of a report, ``tables/<run>-<name>.gexf`` and its neighbours.

    All texts are made before the first file is written, so that a graph that cannot be written changes nothing.

    Returns
    -------
    dict of format to path: ``gexf``, ``graphml``, ``pajek``, ``vosviewer`` (JSON), ``nodes``, ``edges`` (CSV)
    """
    files = {
        "gexf": ("", ".gexf", to_gexf(graph)),
        "graphml": ("", ".graphml", to_graphml(graph)),
        "pajek": ("", ".net", to_pajek(graph)),
        "vosviewer": ("-vosviewer", ".json", to_vosviewer_json(graph, title=title, description=description)),
        "nodes": ("-nodes", ".csv", csv_text(list_nodes(graph))),
        "edges": ("-edges", ".csv", csv_text(list_edges(graph))),
    }
    paths = {key: report.path("tables", f"{name}{part}", suffix) for key, (part, suffix, _) in files.items()}
    for key, (_, _, text) in files.items():
        write_atomically(paths[key], text.encode())
    return paths


# --- attributes


def _unify(records: Mapping[Any, Mapping[str, Any]]) -> dict[Any, Record]:
    """Records whose values are plain, of one type for each key, the keys sorted; missing values are left out."""
    plain = {name: _read_values(values, name) for name, values in records.items()}
    types: dict[str, set[type]] = {}
    for values in plain.values():
        for key, value in values.items():
            types.setdefault(key, set()).add(type(value))
    into = {key: _common_type(kinds) for key, kinds in types.items()}
    return {name: {key: into[key](values[key]) for key in sorted(values)} for name, values in plain.items()}


def _common_type(kinds: set[type]) -> type:
    if len(kinds) == 1:
        return next(iter(kinds))
    return float if kinds == {int, float} else str


def _read_values(values: Mapping[str, Any], where: Any) -> Record:
    plain = {}
    for key, value in values.items():
        value = value.item() if hasattr(value, "item") else value  # a number of numpy
        name = _clean(str(key))
        if name in TAKEN or not name.strip():
            allowed = f"other names than {', '.join(sorted(TAKEN))}"
            raise InputError(f"{where}, attribute", repr(key), allowed=allowed, remedy="Rename it.")
        if value is not None and not isinstance(value, str | int | float):
            remedy = "Give one attribute for each number, such as n_2014."
            kind, allowed = f"a {type(value).__name__}", "text, a number, true or false"
            raise InputError(f"{where}, attribute {key!r}", kind, allowed=allowed, remedy=remedy)
        if isinstance(value, bool):
            value = int(value)
        if isinstance(value, float):
            value = float(f"{value:.9g}") + 0.0 if math.isfinite(value) else None
        if value is not None:
            plain[name] = _clean(value) if isinstance(value, str) else value
    return plain


def _clean(text: str) -> str:
    """A text as files can hold it and give it back."""
    return UNSEEN.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n"))


def _tabulate(records: list[Record], first: list[str]) -> pd.DataFrame:
    keys = sorted({key for record in records for key in record} - set(first))
    return pd.DataFrame([[record.get(key) for key in [*first, *keys]] for record in records], columns=[*first, *keys])


# --- formats


def _place_between(points: np.ndarray) -> list[str]:
    """Places between .05 and .95, x and y to one scale, y downwards, as text; empty unless all nodes have one."""
    if not len(points) or np.isnan(points).any():
        return [""] * len(points)
    low, high = points.min(axis=0), points.max(axis=0)
    moved = 0.5 + 0.9 * (points - (low + high) / 2) / (max(high - low) or 1.0) * [1, -1]
    return [f" {round(x, 6):.9g} {round(y, 6):.9g}" for x, y in moved]


def _clusters(plain: nx.Graph) -> set[int]:
    """The communities of the nodes, where all of them are numbers from 1 to 1000, as VOSviewer wants them."""
    communities = {value for _, value in plain.nodes(data="community") if value is not None}
    return communities if all(type(value) is int and 1 <= value <= 1000 for value in communities) else set()


def _list_items(plain: nx.Graph) -> list[Record]:
    """The nodes as VOSviewer has them."""
    values_of: dict[str, list[Any]] = {}
    for _, values in plain.nodes(data=True):
        for key, value in values.items():
            values_of.setdefault(key, []).append(value)
    kept = {"label", "gloss", "x", "y", *(["community"] if _clusters(plain) else [])}
    numbers = [key for key in sorted(values_of) if key not in kept and type(values_of[key][0]) in (int, float)]
    weights = [key for key in numbers if type(values_of[key][0]) is int and min(values_of[key]) >= 0]
    items = []
    for number, (node, values) in enumerate(plain.nodes(data=True), start=1):
        item: Record = {"id": number, "label": str(values.get("label") or node)}
        if values.get("gloss"):
            item["description"] = html.escape(str(values["gloss"]), quote=False)  # VOSviewer reads HTML here
        item |= {axis: values[axis] for axis in ("x", "y") if type(values.get(axis)) in (int, float)}
        if "community" in kept and "community" in values:
            item["cluster"] = values["community"]
        present = [key for key in numbers if key in values]
        shown = {
            "weights": {key: values[key] for key in present if key in weights},
            "scores": {key: values[key] for key in present if key not in weights},
        }
        items.append(item | {kind: entries for kind, entries in shown.items() if entries})
    return items
