"""What is drawn is what was given: read back from the Axes."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from analysis.report import charts, style
from analysis.topics import plots as topics_plots
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


def test_stability_draws_the_floor_apart(ax):
    curves = pd.DataFrame(
        {"random start": [0.5, 0.4], "SVD start": [0.6, 0.5], "shuffled words": [0.4, 0.4]}, index=[3, 4]
    )
    topics_plots.plot_stability(curves, ax, chosen=3)
    assert [line.get_linestyle() for line in ax.lines[1:]] == ["-", "-", "--"]
    assert sorted(texts(ax)) == ["SVD start", "random start", "shuffled words"]


def test_unstable_topics_are_dashed_and_named(ax):
    shares = pd.DataFrame({"2014": [0.7, 0.3], "2018": [0.2, 0.8]}, index=["t01", "t02"])
    dates = pd.Series(pd.to_datetime(["2014-03-11", "2018-04-17"]), index=["2014", "2018"])
    topics_plots.plot_topic_shares(shares, dates, ax, labels={"t01": "a", "t02": "b"}, unstable=["t02"])
    assert [line.get_linestyle() for line in ax.lines] == ["-", "--"]
    assert ax.lines[1].get_ydata().tolist() == [0.3, 0.8]
    assert texts(ax) == ["a", "b"]


def test_a_matrix_writes_every_value_with_a_true_minus(ax):
    charts.plot_matrix(pd.DataFrame({"Cyber": [0.5, -0.25]}, index=["t01", "t02"]), ax)
    assert texts(ax) == ["0.50", "−0.25"]


def test_scores_stand_on_a_row_for_each_text_with_their_counts(ax):
    rows = [
        ("cyber", "all", 3, 0, 1, 0.75, 0.3, 0.95),
        ("cyber", "2014", 0, 0, 0, np.nan, 0, 1),
        ("cbrn", "all", 1, 0, 1, 0.5, 0.1, 0.9),
    ]
    scores = pd.DataFrame(rows, columns=["theme", "doc_id", "tp", "fp", "fn", "recall", "recall_low", "recall_high"])
    colours, labels = {"cyber": "#0072b2", "cbrn": "#a3488f"}, {"cyber": "Cyber", "cbrn": "CBRN"}
    validation_plots.plot_scores(
        scores, ax, measure="recall", colours=colours, labels=labels, markers={"cyber": "o", "cbrn": "D"}
    )
    assert texts(ax) == ["3/4", "0/0", "1/2", "Cyber", "CBRN"]
    assert [line.get_xdata()[0] for line in ax.lines] == [0.75, 0.5]  # nothing coded: no dot
    assert [label.get_text() for label in ax.get_yticklabels()] == ["all", "2014", "all"]
