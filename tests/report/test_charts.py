"""What is drawn is what was given: read back from the Axes."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from analysis.report import charts, style
from analysis.themes.dictionary import Theme, Themes
from analysis.validation import plots as validation_plots

mpl.use("agg")


@pytest.fixture
def ax():
    with plt.style.context(style.STYLE):
        fig, axes = plt.subplots(figsize=(style.WIDTH, 3))
        yield axes
        plt.close(fig)


def texts(ax):
    return [text.get_text() for text in ax.texts]


@pytest.mark.parametrize("background", ["#ffffff", "#16181a"])
def test_theme_colours_can_be_seen_on_light_and_on_dark(here, background):
    for theme in here.themes.declared:
        low, high = sorted(map(charts.relative_luminance, (here.themes[theme].colour, background)))
        assert (high + 0.05) / (low + 0.05) >= 3  # WCAG 2.2, 1.4.11


def test_scores_stand_on_a_row_for_each_text_with_their_counts(ax):
    rows = [
        ("cyber", "all", 3, 0, 1, 0.75, 0.3, 0.95),
        ("cyber", "2014", 0, 0, 0, np.nan, 0, 1),
        ("cbrn", "all", 1, 0, 1, 0.5, 0.1, 0.9),
    ]
    scores = pd.DataFrame(rows, columns=["theme", "doc_id", "tp", "fp", "fn", "recall", "recall_low", "recall_high"])
    themes = [
        Theme("cyber", "Cyber", "", "#0072b2", True, (), marker="o"),
        Theme("cbrn", "CBRN", "", "#a3488f", True, (), marker="D"),
    ]
    validation_plots.draw_scores(scores, ax, Themes({theme.name: theme for theme in themes}), measure="recall")
    assert texts(ax) == ["3/4", "0/0", "1/2", "Cyber", "CBRN"]
    assert [line.get_xdata()[0] for line in ax.lines] == [0.75, 0.5]  # nothing coded: no dot
    assert [label.get_text() for label in ax.get_yticklabels()] == ["all", "2014", "all"]


@pytest.mark.parametrize(("n", "slant"), [(3, 0), (12, 45)])
def test_names_of_columns_stand_at_a_slant_where_they_are_many(ax, n, slant):
    charts.label_columns(ax, [f"circular-{number}" for number in range(n)])
    assert {label.get_rotation() for label in ax.get_xticklabels()} == {slant}


@pytest.mark.parametrize(("n", "slant"), [(1, 0), (4, 0), (6, 45)])
def test_names_of_texts_stand_at_a_slant_where_they_are_many(ax, n, slant):
    charts.draw_time_axis(ax, np.arange(n) * 365.0, [f"{2014 + number}" for number in range(n)])
    assert {label.get_rotation() for label in ax.get_xticklabels()} == {slant}
