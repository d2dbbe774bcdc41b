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
    list_edges,
    list_nodes,
    plain_graph,
    save_graph,
    to_gexf,
    to_graphml,
    to_pajek,
    to_vosviewer_json,
)
from analysis.pipeline.steps import Run, place_of


def to_node_table(graph: nx.Graph) -> str:
    return list_nodes(graph).to_csv(index=False, float_format="%.9g")


def to_edge_table(graph: nx.Graph) -> str:
    return list_edges(graph).to_csv(index=False, float_format="%.9g")


WRITERS = [to_gexf, to_graphml, to_pajek, to_vosviewer_json, to_node_table, to_edge_table]
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


def read_table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


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
    # networkx reads UTF-8 from a file; Pajek's own names cannot hold a quotation mark or a second line
    graph = nx.relabel_nodes(graph, {"cyber": HOSTILE, "migratie": "risico's"})
    back = nx.read_pajek(io.BytesIO(to_pajek(graph).encode()))
    label = "coördinatie 'één' <b>&amp; tab, komma; / 's % #1"
    assert list(back) == ["cbrn", label, "risico's"]
    ties = {(*sorted((a, b)),): weight for a, b, weight in back.edges(data="weight")}
    assert ties == {("cbrn", label): 2.0, (label, "risico's"): 1.5}


def test_pajek_draws_the_network_as_the_layout_has_it(graph):
    rows = [line.split('"')[2].split() for line in to_pajek(graph).splitlines()[1:4]]
    places = dict(zip(["cbrn", "cyber", "migratie"], np.array(rows, dtype=float), strict=True))
    assert places["cbrn"].tolist() == [0.185, 0.05]  # left and high: y goes down there
    assert places["cyber"].tolist() == [0.815, 0.95]
    lengths = [np.linalg.norm(places["cyber"] - places[name]) for name in ("cbrn", "migratie")]
    assert lengths[0] / lengths[1] == pytest.approx(np.hypot(1.75, 2.5) / np.hypot(0.5, 0.75), rel=1e-4)


def test_names_that_pajek_cannot_tell_apart_are_refused():
    with pytest.raises(InputError, match=r'd\'"\] twice in Pajek'):
        to_pajek(nx.Graph([('d"', "d'")]))


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


@settings(deadline=None, max_examples=60)
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


def test_a_graph_is_saved_in_all_formats_among_the_tables_of_its_run(open_report, graph):
    report = open_report("05_networks")
    paths = save_graph(report, "themes", graph)
    names = sorted(path.name for path in (report.folder / "tables").iterdir())
    assert names == sorted(path.name for path in paths.values())
    assert names == [
        *["05_networks-themes-edges.csv", "05_networks-themes-nodes.csv", "05_networks-themes-vosviewer.json"],
        *["05_networks-themes.gexf", "05_networks-themes.graphml", "05_networks-themes.net"],
    ]
    assert paths["graphml"].read_text(encoding="utf-8") == to_graphml(graph)
    assert nx.read_pajek(paths["pajek"]).number_of_edges() == 2
    assert len(pd.read_csv(paths["nodes"])) == 3


def test_what_is_saved_is_carried_to_the_reports(open_report, graph):
    report = open_report("05_networks")
    for path in save_graph(report, "themes", graph).values():
        place = place_of(Run("05_networks", "Networks"), path.relative_to(report.folder))
        assert place == Path("reports/tables") / path.name


def test_a_graph_that_cannot_be_written_changes_nothing(open_report, graph):
    report = open_report("05_networks")
    graph.nodes["cyber"]["by_text"] = {"2014": 3}
    with pytest.raises(InputError, match=r"cyber, attribute 'by_text': found a dict.*n_2014"):
        save_graph(report, "themes", graph)
    assert list((report.folder / "tables").iterdir()) == []


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("weight", [float("nan"), float("inf"), -float("inf"), np.float64("nan"), "strong", None])
def test_a_weight_that_is_no_finite_number_is_refused_with_its_tie(writer, weight):
    graph = nx.Graph([("cyber", "cbrn", {"weight": 1}), ("cyber", "drugs", {"weight": weight})])
    with pytest.raises(InputError, match="tie cyber – drugs, weight: found"):
        writer(graph)


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
