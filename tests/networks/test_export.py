import csv
import io
import json
import re
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.inputs import InputError
from analysis.networks import export
from analysis.networks.export import (
    plain_graph,
    save_graph,
    to_edge_table,
    to_gexf,
    to_graphml,
    to_node_table,
    to_pajek,
    to_vosviewer_json,
    to_vosviewer_map,
    to_vosviewer_network,
)
from analysis.pipeline.steps import Run, place_of
from analysis.report import exports

WRITERS = [
    *[to_gexf, to_graphml, to_pajek, to_vosviewer_json, to_vosviewer_map],
    *[to_vosviewer_network, to_node_table, to_edge_table],
]
HOSTILE = 'coördinatie "één" <b>&amp;\n\ttab, komma; \\ \'s % #1'
NODES = {
    "cyber": {"label": HOSTILE, "gloss": "a <script> & more", "theme": "cyber", "community": 1, "n_2014": 3, "x": 0.5},
    "cbrn": {"label": "", "theme": "", "community": 2, "n_2014": 0, "n_2018": 2, "stability": 0.5, "x": -1.25, "y": 2},
    "migratie": {"label": "migratie", "community": 1, "n_2014": 12, "stability": np.float64(1) / 3, "x": 0, "y": 0.25},
}
TIES = [
    ("migratie", "cyber", {"weight": 1.5, "n_2014": np.int64(2), "p": 0.04999999999999999, "change": "new"}),
    ("cyber", "cbrn", {"weight": 2, "n_2014": 1, "p": float("nan"), "change": None, "kept": True}),
]


@pytest.fixture
def graph() -> nx.Graph:
    made = nx.Graph()
    made.add_nodes_from(NODES.items())
    made.add_edges_from(TIES)
    made.nodes["cyber"]["y"] = -0.5
    return made


def content(graph: nx.Graph) -> tuple[dict, dict]:
    return dict(graph.nodes(data=True)), {(*sorted((a, b)),): values for a, b, values in graph.edges(data=True)}


def read_table(text: str, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def test_the_plain_graph_has_one_type_for_each_key(graph):
    nodes, ties = content(plain_graph(graph))
    assert nodes["cbrn"] == {
        **{"community": 2, "label": "", "n_2014": 0, "n_2018": 2, "stability": 0.5, "theme": "", "x": -1.25, "y": 2.0}
    }
    assert ties["cyber", "migratie"] == {"change": "new", "n_2014": 2, "p": 0.05, "weight": 1.5}
    assert ties["cbrn", "cyber"] == {"kept": 1, "n_2014": 1, "weight": 2.0}
    types: dict[str, set] = {}
    for values in [*nodes.values(), *ties.values()]:
        for key, value in values.items():
            types.setdefault(key, set()).add(type(value))
    assert {key for key, kinds in types.items() if len(kinds) > 1} == set()


def test_numbers_beside_words_become_words():
    graph = nx.Graph()
    graph.add_nodes_from([("a", {"grade": 1}), ("b", {"grade": "high"}), ("c", {"grade": 0.5})])
    assert dict(plain_graph(graph).nodes(data="grade")) == {"a": "1", "b": "high", "c": "0.5"}


def test_gexf_reads_back_as_the_same_graph(graph):
    back = nx.read_gexf(io.BytesIO(to_gexf(graph).encode()))
    nodes, ties = content(back)
    places = {name: values.pop("viz")["position"] for name, values in nodes.items()}
    for values in ties.values():
        values.pop("id")
    assert (nodes, ties) == content(plain_graph(graph))
    assert places["cyber"] == {"x": 0.5, "y": -0.5, "z": 0.0}


def test_graphml_reads_back_as_the_same_graph(graph):
    back = nx.read_graphml(io.BytesIO(to_graphml(graph).encode()))
    expected = content(plain_graph(graph))
    assert content(back) == expected
    assert {type(value) for _, value in back.nodes(data="n_2014")} == {int}


def test_pajek_reads_back_as_the_same_network(graph):
    # networkx reads UTF-8 from a file; Pajek's own labels cannot hold a quotation mark or a second line
    back = nx.read_pajek(io.BytesIO(to_pajek(graph).encode()))
    label = "coördinatie 'één' <b>&amp; tab, komma; / 's % #1"
    assert list(back) == ["cbrn", label, "migratie"]
    ties = {(*sorted((a, b)),): weight for a, b, weight in back.edges(data="weight")}
    assert ties == {("cbrn", label): 2.0, (label, "migratie"): 1.5}


def test_pajek_draws_the_network_as_the_layout_has_it(graph):
    rows = [line.split('"')[2].split() for line in to_pajek(graph).splitlines()[1:4]]
    places = dict(zip(["cbrn", "cyber", "migratie"], np.array(rows, dtype=float), strict=True))
    assert places["cbrn"].tolist() == [0.185, 0.05]  # left and high: y goes down there
    assert places["cyber"].tolist() == [0.815, 0.95]
    lengths = [np.linalg.norm(places["cyber"] - places[name]) for name in ("cbrn", "migratie")]
    assert lengths[0] / lengths[1] == pytest.approx(np.hypot(1.75, 2.5) / np.hypot(0.5, 0.75), rel=1e-4)


def test_pajek_tells_nodes_of_one_label_apart():
    graph = nx.Graph()
    graph.add_nodes_from(
        [("a", {"label": "x"}), ("b", {"label": "x"}), ("c", {"label": "x (a)"}), ('d"', {}), ("d'", {})]
    )
    lines = to_pajek(graph).splitlines()
    assert lines[:6] == ["*Vertices 5", '1 "x (a)"', '2 "x (b)"', '3 "x (a) [3]"', "4 \"d' (d')\"", "5 \"d' (d') [5]\""]


def test_vosviewer_json_has_what_vosviewer_asks_for(graph):
    found = json.loads(to_vosviewer_json(graph, title="Themes", description="2014–2020"))
    assert found["info"] == {"title": "Themes", "description": "2014–2020"}
    cbrn, cyber, _ = found["network"]["items"]
    assert cbrn == {
        **{"id": 1, "label": "cbrn", "x": -1.25, "y": 2.0, "cluster": 2},
        **{"weights": {"n_2014": 0, "n_2018": 2}, "scores": {"stability": 0.5}},
    }
    assert cyber["label"] == HOSTILE
    assert cyber["description"] == "a &lt;script&gt; &amp; more"
    links = found["network"]["links"]
    assert links == [
        {"source_id": 1, "target_id": 2, "strength": 2.0},
        {"source_id": 2, "target_id": 3, "strength": 1.5},
    ]
    assert [one["cluster"] for one in found["network"]["clusters"]] == [1, 2]


def test_communities_that_vosviewer_cannot_number_are_left_out(graph):
    graph.nodes["cyber"]["community"] = 0
    network = json.loads(to_vosviewer_json(graph))["network"]
    assert "clusters" not in network
    assert not any("cluster" in item for item in network["items"])
    assert "cluster" not in to_vosviewer_map(graph).splitlines()[0].split("\t")


def test_vosviewer_map_and_network_hold_the_same_as_the_json(graph):
    network = json.loads(to_vosviewer_json(graph))["network"]
    rows = read_table(to_vosviewer_map(graph), delimiter="\t")
    first = ["id", "label", "description", "x", "y", "cluster"]
    assert list(rows[0]) == [*first, "weight<n_2014>", "weight<n_2018>", "score<stability>"]
    for row, item in zip(rows, network["items"], strict=True):
        assert row["label"] == " ".join(item["label"].split())
        assert [float(row[key]) for key in ("id", "x", "y", "cluster")] == [
            item[k] for k in ("id", "x", "y", "cluster")
        ]
        assert row["weight<n_2018>"] == str(item["weights"].get("n_2018", ""))
    links = [tuple(map(float, line.split("\t"))) for line in to_vosviewer_network(graph).splitlines()]
    assert links == [tuple(link.values()) for link in network["links"]]


def test_tables_read_back_as_the_same_graph(graph):
    nodes, ties = content(plain_graph(graph))
    for rows, ends, expected in (
        (read_table(to_node_table(graph)), ["node"], {(name,): values for name, values in nodes.items()}),
        (read_table(to_edge_table(graph)), ["source", "target"], ties),
    ):
        found = {tuple(row.pop(key) for key in ends): row for row in rows}
        assert list(found) == sorted(expected)
        for name, row in found.items():
            assert {key: value for key, value in row.items() if value} == {
                key: f"{value:.9g}" if isinstance(value, float) else str(value)
                for key, value in expected[name].items()
                if value != ""
            }


TEXT = st.text(max_size=12)
VALUES = st.one_of(TEXT, st.integers(-(10**9), 10**9), st.floats(), st.booleans(), st.none())


@settings(max_examples=60)
@given(st.lists(st.tuples(TEXT, VALUES), min_size=1, max_size=5), VALUES)
def test_any_label_and_value_survive_in_gexf_and_graphml(rows, weight):
    graph = nx.Graph()
    graph.add_nodes_from((f"n{at}", {"label": label, "value": value}) for at, (label, value) in enumerate(rows))
    graph.add_edge("n0", f"n{len(rows)}", note=weight)
    expected = content(plain_graph(graph))
    expected[0][f"n{len(rows)}"] = {"label": f"n{len(rows)}"}  # GEXF gives every node a label
    graph.nodes[f"n{len(rows)}"]["label"] = f"n{len(rows)}"
    for back in (
        nx.read_graphml(io.BytesIO(to_graphml(graph).encode())),
        nx.read_gexf(io.BytesIO(to_gexf(graph).encode())),
    ):
        for _, _, values in back.edges(data=True):
            values.pop("id", None)
        assert content(back) == expected
    for writer in WRITERS:
        writer(graph)


@pytest.mark.parametrize("writer", WRITERS)
def test_the_order_in_which_a_graph_was_built_does_not_matter(writer, graph):
    graph.add_edges_from([("cyber", "drugs"), ("cyber", "borders"), ("drugs", "cbrn"), ("borders", "drugs")], weight=1)
    other = nx.Graph()
    other.add_edges_from(
        (b, a, dict(reversed(values.items()))) for a, b, values in reversed(list(graph.edges(data=True)))
    )
    other.add_nodes_from((node, dict(reversed(values.items()))) for node, values in graph.nodes(data=True))
    assert writer(graph) == writer(other)


@pytest.mark.parametrize("writer", WRITERS)
def test_files_tell_no_date_and_no_tool_and_leave_the_graph_alone(writer, graph):
    before = json.dumps([list(graph.nodes(data=True)), list(graph.edges(data=True))], default=str)
    text = writer(graph)
    assert re.findall(r"20[2-9]\d-\d\d|lastmodified|NetworkX|creator", text) == []
    assert json.dumps([list(graph.nodes(data=True)), list(graph.edges(data=True))], default=str) == before


@pytest.mark.parametrize("writer", WRITERS)
def test_an_empty_graph_has_a_file(writer):
    assert isinstance(writer(nx.Graph()), str)


def test_an_empty_graph_reads_back():
    assert len(nx.read_gexf(io.BytesIO(to_gexf(nx.Graph()).encode()))) == 0
    assert len(nx.read_graphml(io.BytesIO(to_graphml(nx.Graph()).encode()))) == 0
    assert json.loads(to_vosviewer_json(nx.Graph()))["network"] == {"items": [], "links": []}


def test_a_graph_is_saved_in_all_formats_among_the_tables_of_its_run(tmp_path, graph):
    outputs = exports.open_outputs(tmp_path, "05_networks")
    paths = save_graph(outputs, "themes", graph)
    names = sorted(path.name for path in (tmp_path / "tables").iterdir())
    assert names == sorted(path.name for path in paths.values())
    assert names == [
        *["05_networks-themes-edges.csv", "05_networks-themes-nodes.csv", "05_networks-themes-vosviewer-map.txt"],
        *["05_networks-themes-vosviewer-network.txt", "05_networks-themes-vosviewer.json"],
        *["05_networks-themes.gexf", "05_networks-themes.graphml", "05_networks-themes.net"],
    ]
    assert paths["graphml"].read_text(encoding="utf-8") == to_graphml(graph)
    assert nx.read_pajek(paths["pajek"]).number_of_edges() == 2
    assert len(pd.read_csv(paths["nodes"])) == 3


def test_what_is_saved_is_carried_to_the_reports(tmp_path, graph):
    outputs = exports.open_outputs(tmp_path, "05_networks")
    for path in save_graph(outputs, "themes", graph).values():
        place = place_of(Run("05_networks", "Networks"), path.relative_to(tmp_path))
        assert place == Path("reports/tables") / path.name


def test_a_graph_that_cannot_be_written_changes_nothing(tmp_path, graph):
    graph.nodes["cyber"]["by_text"] = {"2014": 3}
    with pytest.raises(InputError, match=r"cyber, attribute 'by_text': found a dict.*n_2014"):
        save_graph(exports.open_outputs(tmp_path, "05_networks"), "themes", graph)
    assert list((tmp_path / "tables").iterdir()) == []


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nx.DiGraph(["ab"]), "allowed is a Graph"),
        (lambda: nx.MultiGraph(["ab"]), "allowed is a Graph"),
        (lambda: nx.Graph([(1, "1")]), r"\['1'\] empty or twice"),
        (lambda: nx.Graph([("", "a")]), r"\[''\] empty or twice"),
        (lambda: nx.Graph([("a", "b", {"id": 3})]), "attribute: found 'id'"),
    ],
)
def test_graphs_that_formats_cannot_hold_are_refused(make, message):
    with pytest.raises(InputError, match=message):
        export.plain_graph(make())
