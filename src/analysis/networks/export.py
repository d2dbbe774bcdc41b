"""
Graphs as files that other programs read: Gephi, Cytoscape, igraph, Pajek, VOSviewer, spreadsheets.

The same graph gives the same bytes: nodes and ties are sorted, an attribute has one type throughout, numbers have nine
significant digits, nothing tells the date or the version of a tool. Missing values (None, NaN, infinity) are left out.
"""

from __future__ import annotations

import csv
import html
import io
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import networkx as nx

from analysis.inputs import InputError
from analysis.report.exports import Outputs, write_atomically

Record = dict[str, Any]

# What XML cannot hold, and line ends that its readers change.
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
PLACE = ("x", "y")
XML = re.compile(r"^<\?xml[^>]*>\s*")
META = re.compile(r"\s*<meta\b.*?</meta>", flags=re.DOTALL)  # the date and the version of networkx
# Names that the formats, or the writers of networkx, keep for something of their own.
TAKEN = {"id", "viz", "start", "end", "spells", "slices", "pid", "parents", "type", "key", "node", "source", "target"}


def plain_graph(graph: nx.Graph) -> nx.Graph:
    """
    The graph as every format can hold it: names as text, sorted, attributes of one plain type for each key.

    Truth values become 1 and 0; whole numbers become floats where some values of the key are; numbers and text together
    become text.
    Line ends become ``\\n`` and characters that no file can hold a space. All other text is kept as it is.

    Parameters
    ----------
    graph : Graph, attributes of nodes and ties text, numbers, truth values or missing

    Raises
    ------
    InputError : if the graph has directions or double ties, two names are the same text, or an attribute is of another
        kind or has a name that formats keep for themselves

    Examples
    --------
    >>> graph = nx.Graph([("b", "a", {"n": 2}), ("b", "c", {"n": 0.5})])
    >>> list(plain_graph(graph).edges(data="n"))
    [('a', 'b', 2.0), ('b', 'c', 0.5)]
    """
    if graph.is_directed() or graph.is_multigraph():
        remedy = "Make an undirected graph with one tie for two nodes."
        raise InputError("graph", str(graph), allowed="a Graph", remedy=remedy)
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
        if all(axis in values for axis in PLACE):
            values["viz"] = {"position": {"x": values["x"], "y": values["y"], "z": 0.0}}
    text = "\n".join(nx.generate_gexf(plain))
    return _write_xml(META.sub("", text, count=1))


def to_graphml(graph: nx.Graph) -> str:
    """GraphML, for Cytoscape, igraph, yEd and others: all attributes."""
    return _write_xml("\n".join(nx.generate_graphml(plain_graph(graph))))


def to_pajek(graph: nx.Graph) -> str:
    """
    Pajek's ``.net``: labels, places and the attribute ``weight`` of ties (1 where there is none), and no more.

    The format has no way to write ``"`` in a label: it becomes ``'``, and white space one space. Where labels are the
    same, or empty, the name of the node stands with them. Places are moved between 0 and 1, y downwards.
    """
    plain = plain_graph(graph)
    labels, places = _label_apart(plain), _place_between(plain)
    number = {node: at for at, node in enumerate(plain, start=1)}
    nodes = [" ".join([f'{at} "{labels[node]}"', *map(_show, places.get(node, ()))]) for node, at in number.items()]
    lines = [f"*Vertices {len(plain)}", *nodes, "*Edges"]
    lines += [f"{number[a]} {number[b]} {_show(value)}" for a, b, value in plain.edges(data="weight", default=1)]
    return "\n".join(lines) + "\n"


def to_vosviewer_json(graph: nx.Graph, *, title: str = "", description: str = "") -> str:
    """
    VOSviewer's JSON, which app.vosviewer.com opens as well.

    Items are numbered from 1 in order of name. ``label`` (or the name), ``x``, ``y``, ``community`` and ``gloss``
    become what VOSviewer has for them: label, place, cluster and description. Other attributes of nodes that are whole
    numbers, none negative, become weights (what a circle's size can show); other numbers become scores (its colour).
    Links have the attribute ``weight``, or 1, as their strength.
    """
    plain = plain_graph(graph)
    items, links = _list_items(plain), _list_links(plain)
    clusters = [{"cluster": one, "label": f"Community {one}"} for one in sorted(_clusters(plain))]
    ends = ("source_id", "target_id", "strength")
    network: Record = {"items": items, "links": [dict(zip(ends, link, strict=True)) for link in links]}
    if clusters:
        network["clusters"] = clusters
    content = {"network": network, "info": {"title": _clean(title), "description": _clean(description)}}
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def to_vosviewer_map(graph: nx.Graph) -> str:
    """VOSviewer's map file (columns between tabs): the items of `to_vosviewer_json`; white space becomes one space."""
    rows = []
    for item in _list_items(plain_graph(graph)):
        row = {key: value for key, value in item.items() if key not in ("weights", "scores")}
        for kind in ("weight", "score"):
            row |= {f"{kind}<{key}>": value for key, value in item.get(f"{kind}s", {}).items()}
        rows.append({_one_line(key): _one_line(value) for key, value in row.items()})
    first = ["id", "label", "description", *PLACE, "cluster"]
    keys = {key for row in rows for key in row}
    columns = [key for key in first if key in keys or key in ("id", "label")]
    kinds = [sorted(key for key in keys if key.startswith(kind)) for kind in ("weight<", "score<")]
    return _write_table([*columns, *kinds[0], *kinds[1]], rows, delimiter="\t")


def to_vosviewer_network(graph: nx.Graph) -> str:
    """VOSviewer's network file: the numbers of two items and the strength of their link, between tabs."""
    links = _list_links(plain_graph(graph))
    return "".join(f"{a}\t{b}\t{_show(strength)}\n" for a, b, strength in links)


def to_node_table(graph: nx.Graph) -> str:
    """CSV: a row for each node, ``node`` and all attributes, missing values empty."""
    rows = [{"node": node, **values} for node, values in plain_graph(graph).nodes(data=True)]
    return _write_table(["node", *_keys(rows, {"node"})], rows)


def to_edge_table(graph: nx.Graph) -> str:
    """CSV: a row for each tie, ``source``, ``target`` (in order of name) and all attributes, missing values empty."""
    rows = [{"source": a, "target": b, **values} for a, b, values in plain_graph(graph).edges(data=True)]
    return _write_table(["source", "target", *_keys(rows, {"source", "target"})], rows)


def save_graph(
    outputs: Outputs, name: str, graph: nx.Graph, *, title: str = "", description: str = ""
) -> dict[str, Path]:
    """
    Write a graph in all formats among the tables of a run, ``tables/<run>-<name>.gexf`` and its neighbours.

    All texts are made before the first file is written, so that a graph that cannot be written changes nothing.

    Returns
    -------
    dict of format to path: ``gexf``, ``graphml``, ``pajek``, ``vosviewer`` (JSON), ``vosviewer_map``,
        ``vosviewer_network``, ``nodes``, ``edges`` (CSV)
    """
    texts = {
        "gexf": ("", ".gexf", to_gexf(graph)),
        "graphml": ("", ".graphml", to_graphml(graph)),
        "pajek": ("", ".net", to_pajek(graph)),
        "vosviewer": ("-vosviewer", ".json", to_vosviewer_json(graph, title=title, description=description)),
        "vosviewer_map": ("-vosviewer-map", ".txt", to_vosviewer_map(graph)),
        "vosviewer_network": ("-vosviewer-network", ".txt", to_vosviewer_network(graph)),
        "nodes": ("-nodes", ".csv", to_node_table(graph)),
        "edges": ("-edges", ".csv", to_edge_table(graph)),
    }
    paths = {key: outputs.path("tables", f"{name}{part}", suffix) for key, (part, suffix, _) in texts.items()}
    for key, (_, _, text) in texts.items():
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
    found = {}
    for key, value in values.items():
        value = value.item() if hasattr(value, "item") else value  # a number of numpy
        name = _clean(str(key))
        if name in TAKEN or not name.strip():
            allowed = f"other names than {', '.join(sorted(TAKEN))}"
            raise InputError(f"{where}, attribute", repr(key), allowed=allowed, remedy="Rename it.")
        if value is not None and not isinstance(value, str | int | float):
            remedy = "Give one attribute for each number, such as n_2014."
            found_, allowed = f"a {type(value).__name__}", "text, a number, true or false"
            raise InputError(f"{where}, attribute {key!r}", found_, allowed=allowed, remedy=remedy)
        if isinstance(value, bool):
            value = int(value)
        if isinstance(value, float):
            value = float(f"{value:.9g}") + 0.0 if math.isfinite(value) else None
        if value is not None:
            found[name] = _clean(value) if isinstance(value, str) else value
    return found


def _clean(text: str) -> str:
    """A text as files can hold it and give it back."""
    return UNSEEN.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n"))


def _show(value: Any) -> str:
    """A value as text; a number with nine significant digits, a whole one without a point."""
    return f"{value:.9g}" if isinstance(value, float) else str(value)


def _one_line(value: Any) -> str:
    return " ".join(_show(value).split())


def _keys(rows: Sequence[Record], but: set[str]) -> list[str]:
    return sorted({key for row in rows for key in row} - but)


# --- formats


def _write_xml(text: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{XML.sub("", text)}\n'


def _write_table(columns: Sequence[str], rows: Iterable[Record], *, delimiter: str = ",") -> str:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_show(row.get(key, "")) for key in columns] for row in rows)
    return file.getvalue()


def _label_apart(plain: nx.Graph) -> dict[str, str]:
    """For each node a label on one line, without quotation marks, that no other node has."""
    shown = {
        node: _one_line(label).replace('"', "'").replace("\\", "/")
        for node, label in plain.nodes(data="label", default="")
    }
    names = {node: _one_line(node).replace('"', "'").replace("\\", "/") for node in plain}
    labels = {node: shown[node] or names[node] for node in plain}
    often = list(labels.values())
    labels = {node: f"{one} ({names[node]})" if often.count(one) > 1 else one for node, one in labels.items()}
    taken: set[str] = set()
    for number, (node, label) in enumerate(labels.items(), start=1):
        labels[node] = f"{label} [{number}]" if label in taken else label
        taken.add(labels[node])
    return labels


def _place_between(plain: nx.Graph) -> dict[str, tuple[float, float]]:
    """Places between .05 and .95, x and y to one scale, y downwards; only where all nodes have one."""
    points = [(values.get("x"), values.get("y")) for _, values in plain.nodes(data=True)]
    if not points or not all(isinstance(one, int | float) for point in points for one in point):
        return {}
    low, high = ([edge(axis) for axis in zip(*points, strict=True)] for edge in (min, max))
    size = max(high[0] - low[0], high[1] - low[1]) or 1.0
    middle = [(a + b) / 2 for a, b in zip(low, high, strict=True)]
    moved = [(0.5 + 0.9 * (x - middle[0]) / size, 0.5 - 0.9 * (y - middle[1]) / size) for x, y in points]
    return {node: (round(x, 6), round(y, 6)) for node, (x, y) in zip(plain, moved, strict=True)}


def _clusters(plain: nx.Graph) -> set[int]:
    """The communities of the nodes, where all of them are numbers from 1 to 1000, as VOSviewer wants them."""
    found = {value for _, value in plain.nodes(data="community") if value is not None}
    return found if all(type(one) is int and 1 <= one <= 1000 for one in found) else set()


def _list_items(plain: nx.Graph) -> list[Record]:
    """The nodes as VOSviewer has them."""
    own = {"label", "gloss", *PLACE, *(["community"] if _clusters(plain) else [])}
    values_of: dict[str, list[Any]] = {}
    for _, values in plain.nodes(data=True):
        for key, value in values.items():
            values_of.setdefault(key, []).append(value)
    numbers = {key: found for key, found in values_of.items() if key not in own and type(found[0]) in (int, float)}
    weights = sorted(key for key, found in numbers.items() if type(found[0]) is int and min(found) >= 0)
    scores = sorted(set(numbers) - set(weights))
    items = []
    for number, (node, values) in enumerate(plain.nodes(data=True), start=1):
        item: Record = {"id": number, "label": str(values.get("label") or node)}
        if values.get("gloss"):
            item["description"] = html.escape(str(values["gloss"]), quote=False)  # VOSviewer reads HTML here
        item |= {axis: values[axis] for axis in PLACE if type(values.get(axis)) in (int, float)}
        if "community" in own and "community" in values:
            item["cluster"] = values["community"]
        for kind, keys in (("weights", weights), ("scores", scores)):
            if present := {key: values[key] for key in keys if key in values}:
                item[kind] = present
        items.append(item)
    return items


def _list_links(plain: nx.Graph) -> list[tuple[int, int, float]]:
    """The numbers of the two nodes of each tie, and its weight."""
    number = {node: at for at, node in enumerate(plain, start=1)}
    return [(number[a], number[b], value) for a, b, value in plain.edges(data="weight", default=1)]
