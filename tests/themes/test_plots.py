"""What is drawn of themes is what was given: read back from the Axes, for any number of themes and texts."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from analysis.report import charts, style
from analysis.themes import plots
from analysis.themes.dictionary import Theme, Themes

mpl.use("agg")
CYBER = Theme("cyber", "Cyber", "", "#0072b2", True, core=("cyber",))
CBRN = Theme("cbrn", "CBRN", "", "#a3488f", True, core=("gifgas",), marker="D")
THEMES = Themes({theme.name: theme for theme in (CYBER, CBRN)})
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


def texts(ax):
    return [text.get_text() for text in ax.texts]


def many(n_themes: int, n_texts: int) -> tuple[Themes, pd.DataFrame]:
    """So many themes, and their shares of so many texts, a year apart."""
    themes = [
        Theme(f"t{n}", f"Theme {n}", "", style.COLOURS[n], True, core=("x",), marker=style.MARKERS[n % 15])
        for n in range(n_themes)
    ]
    rows = [
        {"theme": theme.name, "doc_id": str(2000 + year), "date": pd.Timestamp(2000 + year, 1, 1), "share": 0.2}
        | {"low": 0.1, "high": 0.3, "paragraphs": 2, "n_paragraphs": 10}
        for theme in themes
        for year in range(n_texts)
    ]
    return Themes({theme.name: theme for theme in themes}), pd.DataFrame(rows)


def test_attention_stands_at_the_true_dates_with_its_counts():
    ax = plots.plot_attention(SHARES, CYBER).axes[0]
    points = ax.lines[-1].get_xydata()
    assert np.diff(points[:, 0]).item() == (SHARES["date"][1] - SHARES["date"][0]).days
    assert points[:, 1].tolist() == [0.1, 0.4]
    assert texts(ax) == ["2 of 20", "16 of 40"]
    assert ax.get_ylim()[1] >= 0.6


@pytest.mark.slow
@pytest.mark.parametrize("n_themes", [1, 2, 5, 20])
@pytest.mark.parametrize("n_texts", [1, 6])
def test_every_theme_has_its_panel_its_colour_and_its_marker(n_themes, n_texts):
    themes, shares = many(n_themes, n_texts)
    fig = plots.plot_attention_panels(shares, themes)
    assert [ax.get_title(loc="left") for ax in fig.axes] == [theme.label for theme in themes]
    drawn = [(ax.lines[-1].get_color(), ax.lines[-1].get_marker()) for ax in fig.axes]
    assert drawn == [(theme.colour, theme.marker) for theme in themes]
    assert len(set(drawn)) == n_themes
    assert all(len(ax.lines[-1].get_xdata()) == n_texts for ax in fig.axes)


@pytest.mark.parametrize("n_themes", [1, 5, 20])
def test_one_picture_holds_any_number_of_themes(n_themes):
    themes, shares = many(n_themes, 2)
    fig = plots.plot_all_attention(shares, themes)
    assert sorted(texts(fig.axes[0])) == sorted(theme.label for theme in themes)


def test_every_theme_is_named_at_its_line_and_no_two_names_meet():
    other = SHARES.assign(theme="cbrn", share=[0.1, 0.41])
    ax = plots.plot_all_attention(pd.concat([SHARES, other]), THEMES).axes[0]
    assert texts(ax) == ["Cyber", "CBRN"]
    heights = sorted(text.xy[1] for text in ax.texts)
    assert heights[1] - heights[0] >= 0.02
    assert [text.get_color() for text in ax.texts] == ["#0072b2", "#a3488f"]


def attention(shares: dict[str, list[float]]) -> pd.DataFrame:
    """A share for each theme of `THEMES`, by text."""
    rows = [
        {"theme": theme, "doc_id": text, "share_paragraphs": share, "paragraphs": int(10 * share)}
        for text, column in shares.items()
        for theme, share in zip(THEMES.names, column, strict=True)
    ]
    return pd.DataFrame(rows)


def test_the_heat_map_writes_every_share_and_count():
    fig = plots.plot_theme_heatmap(attention({"2014": [0.1, 0.5], "2018": [0.0, 1.0]}), THEMES, ["2014", "2018"])
    assert texts(fig.axes[0]) == ["10% (1)", "0% (0)", "50% (5)", "100% (10)"]


def test_every_cell_of_a_heat_map_can_be_read():
    themes, shares = many(20, 1)
    table = shares.assign(share_paragraphs=np.linspace(0, 1, 20))
    ax = plots.plot_theme_heatmap(table, themes, ["2000"]).axes[0]
    image = ax.images[0]
    for text, share in zip(ax.texts, table["share_paragraphs"], strict=True):
        cell = image.cmap(image.norm(share))
        low, high = sorted(map(charts.relative_luminance, (text.get_color(), cell)))
        assert (high + 0.05) / (low + 0.05) >= 4.4


def test_keyness_is_sorted_and_marks_the_side_by_fill():
    words = pd.DataFrame({"word": ["b", "a"], "log_ratio": [-1.0, 2.0], "low": [-2.0, 1.0], "high": [0.0, 3.0]})
    ax = plots.plot_keyness(words, ("2018", "2014"), {"a": "alpha"}).axes[0]
    assert [label.get_text().strip() for label in ax.get_yticklabels()] == ["b", "a"]
    assert "alpha" in texts(ax)
    assert ax.get_xlabel().startswith("← more in 2014")


def test_dispersion_draws_a_strip_for_each_text_and_a_stroke_for_each_hit():
    hits = pd.DataFrame({"doc_id": ["A", "A", "B", "A"]})
    sections = pd.DataFrame({"doc_id": ["A", "A", "B"], "position": [0.0, 0.6, 0.0]})
    fig = plots.plot_dispersion(hits, pd.Series([0.1, 0.5, 0.3, 0.9]), sections, CYBER, ["A", "B", "C"])
    strokes = [[segment[0][0] for segment in ax.collections[1].get_segments()] for ax in fig.axes]
    assert strokes == [[0.1, 0.5, 0.9], [0.3], []]
    assert [ax.get_title(loc="left") for ax in fig.axes] == ["A · 3 hits", "B · 1 hits", "C · 0 hits"]


def test_vocabulary_rows_are_grouped_by_presence():
    counts = pd.DataFrame({"2014": [0, 3], "2018": [2, 1]}, index=["nieuw", "oud"])
    presence = pd.Series(["appears", "stays"], index=counts.index)
    ax = plots.plot_vocabulary(counts, presence, CYBER, {"nieuw": "new"}).axes[0]
    assert [label.get_text().strip() for label in ax.get_yticklabels()] == ["oud", "nieuw"]
    assert {"3", "1", "2", "stays", "appears", "new"} <= set(texts(ax))
