"""What is drawn is what was given: read back from the Axes."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from analysis.corpus import plots as corpus_plots
from analysis.report import charts, style
from analysis.themes import plots as themes_plots
from analysis.topics import plots as topics_plots
from analysis.validation import plots as validation_plots

mpl.use("agg")
SHARES = pd.DataFrame(
    {
        "theme": "cyber",
        "doc_id": ["2014", "2018"],
        "date": pd.to_datetime(["2014-03-11", "2018-04-17"]),
        "share": [0.1, 0.4],
        "low": [0.05, 0.2],
        "high": [0.3, 0.6],
        "paragraphs": [2, 16],
        "n_paragraphs": [20, 40],
    }
)


@pytest.fixture
def ax():
    with plt.style.context(style.STYLE):
        fig, axes = plt.subplots(figsize=(style.WIDTH, 3))
        yield axes
        plt.close(fig)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_attention_stands_at_the_true_dates_with_its_counts(ax):
    themes_plots.plot_attention(SHARES, ax, colour="#0072b2")
    points = ax.lines[-1].get_xydata()
    assert np.diff(points[:, 0]).item() == (SHARES["date"][1] - SHARES["date"][0]).days
    assert points[:, 1].tolist() == [0.1, 0.4]
    assert texts(ax) == ["2 of 20", "16 of 40"]
    assert ax.get_ylim()[1] >= 0.6


def test_every_theme_is_named_at_its_line_and_no_two_names_meet(ax):
    other = SHARES.assign(theme="cbrn", share=[0.1, 0.41])
    colours = {"cyber": "#0072b2", "cbrn": "#a3488f"}
    themes_plots.plot_all_attention(
        pd.concat([SHARES, other]), ax, colours=colours, labels={"cyber": "Cyber", "cbrn": "CBRN"}
    )
    assert sorted(texts(ax)) == ["CBRN", "Cyber"]
    heights = sorted(text.xy[1] for text in ax.texts)
    assert heights[1] - heights[0] >= 0.02
    assert [text.get_color() for text in ax.texts] == ["#0072b2", "#a3488f"]


def test_the_heat_map_writes_every_share_and_count(ax):
    shares = pd.DataFrame({"2014": [0.1, 0.5], "2018": [0.0, 1.0]}, index=["Cyber", "Migration"])
    themes_plots.plot_theme_heatmap(shares, (shares * 10).astype(int), ax)
    assert texts(ax) == ["10% (1)", "0% (0)", "50% (5)", "100% (10)"]


def test_keyness_is_sorted_and_marks_the_side_by_fill(ax):
    words = pd.DataFrame({"word": ["b", "a"], "log_ratio": [-1.0, 2.0], "low": [-2.0, 1.0], "high": [0.0, 3.0]})
    themes_plots.plot_keyness(words, ax, glosses={"a": "alpha"}, texts=("2018", "2014"))
    assert [label.get_text().strip() for label in ax.get_yticklabels()] == ["b", "a"]
    assert "alpha" in texts(ax)
    assert ax.get_xlabel().startswith("← more in 2014")


def test_dispersion_draws_a_stroke_per_hit(ax):
    themes_plots.plot_dispersion([0.1, 0.5, 0.9], [0.0, 0.6], ax, colour="#0072b2")
    strokes = ax.collections[1].get_segments()
    assert [segment[0][0] for segment in strokes] == [0.1, 0.5, 0.9]


def test_vocabulary_rows_are_grouped_by_presence(ax):
    counts = pd.DataFrame({"2014": [0, 3], "2018": [2, 1]}, index=["nieuw", "oud"])
    presence = pd.Series(["appears", "stays"], index=counts.index)
    themes_plots.plot_vocabulary(counts, ax, colour="#0072b2", glosses={"nieuw": "new"}, presence=presence)
    assert [label.get_text().strip() for label in ax.get_yticklabels()] == ["oud", "nieuw"]
    assert {"3", "1", "2", "stays", "appears", "new"} <= set(texts(ax))


def test_paragraph_bars_are_as_high_as_their_words(ax):
    paragraphs = pd.DataFrame({"section_id": ["s1", "s1", "s2"], "n_words": [10, 20, 30]})
    corpus_plots.plot_paragraph_lengths(paragraphs, pd.DataFrame({"section_id": ["s1", "s2"], "level": [1, 2]}), ax)
    assert [bar.get_height() for bar in ax.patches] == [10, 20, 30]
    assert [line.get_xdata()[0] for line in ax.lines] == [-0.5, 1.5]


@pytest.mark.parametrize("background", ["#ffffff", "#16181a"])
def test_theme_colours_can_be_seen_on_light_and_on_dark(here, background):
    for theme in here.themes.declared:
        low, high = sorted(map(charts.relative_luminance, (here.themes[theme].colour, background)))
        assert (high + 0.05) / (low + 0.05) >= 3  # WCAG 2.2, 1.4.11


def test_every_cell_of_a_heat_map_can_be_read(ax):
    shares = pd.DataFrame({"2014": np.linspace(0, 1, 30)})
    themes_plots.plot_theme_heatmap(shares, shares.astype(int), ax)
    image = ax.images[0]
    for text, share in zip(ax.texts, shares["2014"], strict=True):
        cell = image.cmap(image.norm(share))
        low, high = sorted(map(charts.relative_luminance, (text.get_color(), cell)))
        assert (high + 0.05) / (low + 0.05) >= 4.4


def test_every_declared_theme_has_a_marker_of_its_own(here):
    markers = [style.MARKERS[theme] for theme in here.themes.declared]
    assert len(set(markers)) == len(markers)


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
    validation_plots.plot_scores(scores, ax, measure="recall", colours=colours, labels=labels)
    assert texts(ax) == ["3/4", "0/0", "1/2", "Cyber", "CBRN"]
    assert [line.get_xdata()[0] for line in ax.lines] == [0.75, 0.5]  # nothing coded: no dot
    assert [label.get_text() for label in ax.get_yticklabels()] == ["all", "2014", "all"]
