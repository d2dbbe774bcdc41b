"""Figures show the numbers they are given, for one text, two and many."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from analysis.report.style import STYLE
from analysis.themes.evolution import plots
from analysis.themes.evolution.correspondence import analyse_correspondence


@pytest.fixture
def ax():
    import matplotlib as mpl

    with mpl.rc_context(STYLE):
        yield Figure(figsize=(5.6, 4)).add_subplot()


def texts_of(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_frames_are_bars_with_their_counts(ax):
    counts = pd.DataFrame({"frame": ["pursue", "protect"], "sentences": [3, 0], "n": 6, "share": [0.5, 0.0]})
    plots.draw_frames(counts, ax, colour="#0072b2", labels={"pursue": "Pursue"}, title="2014 (6)")
    assert texts_of(ax) == ["3", "0"]
    assert [bar.get_width() for bar in ax.patches] == [0.5, 0]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Pursue", "protect"]


def test_frames_of_a_text_without_the_theme_are_empty_bars(ax):
    counts = pd.DataFrame({"frame": ["pursue"], "sentences": [0], "n": 0, "share": [np.nan]})
    plots.draw_frames(counts, ax, colour="#0072b2", labels={})
    assert [bar.get_width() for bar in ax.patches] == [0]


def test_frames_that_no_sentence_has_are_left_out():
    counts = pd.DataFrame({"frame": ["a", "b", "a", "b"], "sentences": [0, 0, 2, 0]})
    assert plots.order_frames(counts) == ["a"]


def test_actors_by_themes_show_counts_and_leave_noughts_blank(ax):
    rows = [
        ("cyber", "k", "Kind", 2, 0.5),
        ("cyber", "l", "Other", 0, 0),
        ("cbrn", "k", "Kind", 0, np.nan),
        ("cbrn", "l", "Other", 1, 1),
    ]
    crossed = pd.DataFrame(rows, columns=["theme", "kind", "label", "both", "share"])
    plots.draw_actors(crossed, ax, by="kind", labels={"cyber": "Cyber", "cbrn": "CBRN"}, title="2014")
    assert texts_of(ax) == ["2", "1"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["Cyber", "CBRN"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Kind", "Other"]


@pytest.mark.parametrize("n_texts", [1, 2, 7])
def test_modes_fill_each_bar(ax, n_texts):
    rows = [
        (f"t{text}", label, share, 10)
        for text in range(n_texts)
        for label, share in (("demands", 0.97), ("describes", 0.03))
    ]
    plots.draw_modes(pd.DataFrame(rows, columns=["doc_id", "label", "share_leading", "n"]), ax)
    assert sum(bar.get_width() for bar in ax.patches) == pytest.approx(n_texts)
    assert texts_of(ax) == ["97%"] * n_texts  # 3 % is too narrow to write in


def test_a_map_names_columns_and_rows_that_do_not_cover_each_other(ax):
    table = pd.DataFrame({"2014": [9, 1, 3], "2018": [1, 9, 3], "2020": [2, 2, 9]}, index=["asiel", "cyber", "online"])
    plots.draw_correspondence(analyse_correspondence(table), ax, colours={"cyber": "#0072b2"})
    assert set(texts_of(ax)) == {"2014", "2018", "2020", "asiel", "cyber", "online"}
    assert ax.get_ylabel().startswith("axis 2")
    renderer = ax.figure.canvas.get_renderer() if hasattr(ax.figure.canvas, "get_renderer") else None
    boxes = [text.get_window_extent(renderer) for text in ax.texts]
    assert not any(one.overlaps(other) for at, one in enumerate(boxes) for other in boxes[at + 1 :])


def test_two_texts_make_a_line(ax):
    table = pd.DataFrame({"2014": [9, 1, 3], "2018": [1, 9, 3]}, index=["asiel", "cyber", "online"])
    plots.draw_correspondence(analyse_correspondence(table), ax)
    assert {"2014", "2018", "asiel", "cyber"} <= set(texts_of(ax))
    assert ax.get_ylabel() == ""
    assert len(ax.get_yticks()) == 0


def test_the_same_word_twice_in_one_place_is_written_where_there_is_room(ax):
    counts = {"a": [9] * 6 + [1, 1], "b": [1] * 6 + [9, 1], "c": [2] * 6 + [2, 9]}
    table = pd.DataFrame(counts, index=[f"woord{number}" for number in range(8)])
    plots.draw_correspondence(analyse_correspondence(table), ax)
    assert {"a", "b", "c"} <= set(texts_of(ax))
    assert len(texts_of(ax)) < 11  # six points lie on each other: their names would too
