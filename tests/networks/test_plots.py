"""Drawn networks hold what went in, and compute nothing."""

import pandas as pd
import pytest
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch

from analysis.networks import plots


@pytest.fixture
def nodes() -> pd.DataFrame:
    table = {"x": [0, 1, 0.5], "y": [0, 0, 1], "label": ["a", "b", "c"], "side": ["e", None, "n"], "2014": [4, 1, 0]}
    return pd.DataFrame(table | {"theme": ["cyber", "", ""]}, index=list("abc"))


@pytest.fixture
def ties() -> pd.DataFrame:
    return pd.DataFrame({"source": ["a", "a"], "target": ["b", "c"], "2014": [4, 0], "change": ["new", "inconclusive"]})


def lines(ax) -> list[LineCollection]:
    return [one for one in ax.collections if isinstance(one, LineCollection) and len(one.get_segments())]


def test_a_text_draws_its_own_ties_and_names_the_nodes_it_has(nodes, ties):
    ax = plots.plot_network(
        nodes, ties, Figure().subplots(), counts="2014", colours={"cyber": "#0072b2"}, markers={"cyber": "o"}
    )
    assert [len(one.get_segments()) for one in lines(ax)] == [1]
    assert [text.get_text() for text in ax.texts] == ["a"]  # b has no room, c is not there


def test_a_change_differs_by_dash_and_weight_not_only_by_colour():
    styles = {str((style["linestyle"], style["linewidth"])) for style in plots.CHANGES.values()}
    assert len(styles) == len(plots.CHANGES) == 4


def test_only_changes_that_are_sure_are_drawn_strongly(nodes, ties):
    ax = plots.plot_change(nodes, ties, Figure().subplots())
    assert sorted(one.get_linewidth()[0] for one in lines(ax)) == [0.8, 2.4]


def test_a_matrix_tells_counts_below_the_diagonal_and_leaves_out_what_is_not(nodes):
    counts = pd.DataFrame([[9, 4, 0], [4, 5, 1], [0, 1, 2]], index=list("abc"), columns=list("abc"))
    lift = pd.DataFrame(2.0, counts.index, counts.columns)
    ax = plots.plot_pairs(counts, lift, Figure().subplots())
    assert sorted(text.get_text() for text in ax.texts) == ["1", "2", "4", "5", "9"]


def test_a_fan_has_a_line_for_each_neighbour_dashed_where_chance_will_do():
    ties = pd.DataFrame({"label": ["x", "y"], "gloss": ["", "why"], "n": [4, 2], "kept": [True, False], "2014": [4, 2]})
    ax = plots.plot_ego(ties, Figure().subplots(), texts=["2014"], colour="#0072b2", marker="o")
    assert [patch.get_linestyle() == "-" for patch in ax.patches if isinstance(patch, PathPatch)] == [True, False]
    assert {"x", "y", "why", "4", "2", "2014"} <= {text.get_text() for text in ax.texts}
