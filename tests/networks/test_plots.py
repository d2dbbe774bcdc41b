"""Drawn networks hold what went in, and compute nothing."""

import re
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch

from analysis.networks import plots
from analysis.report import network_panels
from analysis.report.network_view import check_network

CSS = Path(network_panels.__file__).parent / "template/network.css"


def draw(crossing, panel: int):
    drawing = network_panels.draw_panels(check_network(crossing, "network"))
    return plots.plot_panel(drawing, panel, Figure().subplots())


def lines(ax) -> list[LineCollection]:
    return [one for one in ax.collections if isinstance(one, LineCollection)]


def test_a_text_draws_its_own_ties_and_names_the_nodes_it_has(crossing):
    ax = draw(crossing, 1)  # 2018 lacks preventie and cyberaanval, and has two ties
    assert len(lines(ax)) == 2
    assert len(ax.patches) == 5  # those it lacks are hollow
    assert {text.get_text() for text in ax.texts} <= {"radicalisering", "terrorisme", "grens"}
    assert "grens" in {text.get_text() for text in ax.texts}


def test_figure_and_page_have_their_places_from_one_drawing(crossing):
    drawing = network_panels.draw_panels(check_network(crossing, "network"))
    ax = plots.plot_panel(drawing, 0, Figure().subplots())
    ends = sorted(tuple(map(tuple, one.get_segments()[0].tolist())) for one in lines(ax))
    assert ends == sorted(tuple(map(tuple, tie["ends"])) for tie in drawing["panels"][0]["ties"])


def test_widths_and_dashes_are_those_of_the_page():
    rules = dict(re.findall(r"\.network \.([a-z0-9]+) \{ ([^}]*) \}", CSS.read_text(encoding="utf-8")))

    def width(name: str) -> float:
        return float(re.search(r"stroke-width: ([\d.]+)", rules[name])[1])

    def dash(name: str) -> tuple | None:
        dash = re.search(r"stroke-dasharray: ([\d.]+) ([\d.]+)", rules[name])
        return dash and (float(dash[1]), float(dash[2]))

    for name in ("stronger", "new", "weaker", "gone"):
        assert plots.find_stroke(name)[1:] == (width(name), dash(name)), name
    for name in ("w2", "w3", "w4", "w5", "w6"):
        assert plots.find_stroke(f"kept {name}")[1] == width(name)
    assert plots.find_stroke("unsure fewer")[1:] == (width("unsure"), dash("fewer"))
    assert plots.find_stroke("unsure even")[1] == width("even")


def test_a_change_differs_by_dash_and_weight_not_only_by_colour():
    styles = {plots.find_stroke(change)[1:] for change in network_panels.SURE_CHANGES}
    assert len(styles) == len(network_panels.SURE_CHANGES) == 4


@pytest.mark.slow
@pytest.mark.parametrize("n_texts", [1, 2, 3, 4, 12])
def test_there_are_as_many_panels_as_texts_and_one_for_the_change_between_two(crossing, n_texts):
    texts = [{"id": str(2001 + number), "title": "t"} for number in range(n_texts)]
    compare = [texts[0]["id"], texts[-1]["id"]] if n_texts > 1 else []
    for part in (*crossing["nodes"], *crossing["ties"]):
        part["counts"] = (part["counts"] * 4)[:n_texts]
    for tie in crossing["ties"]:
        tie["kept"] = (tie["kept"] * 4)[:n_texts]
    fig = plots.plot_panels(crossing | {"texts": texts, "compare": compare})
    titles = [ax.get_title(loc="left") or ax.get_title() for ax in fig.axes]
    assert [title for title in titles if title][:n_texts] == [text["id"] for text in texts]
    assert len([title for title in titles if title]) == n_texts + (n_texts > 1)


def test_a_network_without_ties_can_be_drawn(crossing):
    assert lines(draw(crossing | {"ties": []}, 3)) == []


def test_a_matrix_tells_counts_below_the_diagonal_and_leaves_out_what_is_not():
    counts = pd.DataFrame([[9, 4, 0], [4, 5, 1], [0, 1, 2]], index=list("abc"), columns=list("abc"))
    lift = pd.DataFrame(2.0, counts.index, counts.columns)
    ax = plots.plot_pairs(counts, lift, Figure().subplots())
    assert sorted(text.get_text() for text in ax.texts) == ["1", "2", "4", "5", "9"]


def test_a_fan_has_a_line_for_each_neighbour_dashed_where_chance_will_do():
    ties = pd.DataFrame({"label": ["x", "y"], "gloss": ["", "why"], "n": [4, 2], "2014": [4, 2]})
    ties = ties.assign(significant=[True, False], colour="#0072b2", marker="o")
    ax = plots.plot_ego(ties, Figure().subplots(), texts=["2014"])
    assert [patch.get_linestyle() == "-" for patch in ax.patches if isinstance(patch, PathPatch)] == [True, False]
    assert {"x", "y", "why", "4", "2", "2014"} <= {text.get_text() for text in ax.texts}


def test_beside_a_neighbour_stand_the_counts_of_five_texts_or_their_sum():
    texts = [str(year) for year in range(2001, 2013)]
    ties = pd.DataFrame({"label": ["x"], "gloss": [""], "n": [24], **{text: [2] for text in texts}})
    ties = ties.assign(significant=True, colour="#0072b2", marker="o")
    few, many = (plots.plot_ego(ties, Figure().subplots(), texts=texts[:n]) for n in (5, 12))
    assert [text.get_text() for text in few.texts].count("2") == 5
    assert {"24", "all"} <= {text.get_text() for text in many.texts}
    assert few.get_xlim()[1] > 3
