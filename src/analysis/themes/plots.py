"""Figures of themes: numbers and Axes go in, Axes come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.report.charts import draw_time_axis, label_rows, paint_cells, spread_labels
from analysis.report.exports import HAIRLINE, INK, MUTED, PAPER
from analysis.report.style import MARKERS

PRESENCE_ORDER = ["stays", "returns", "vanishes", "passes", "appears"]


def plot_attention(shares: pd.DataFrame, ax: Axes, *, colour: str, marker: str = "o") -> Axes:
    """
    One theme through the texts: its share of paragraphs at the date of each text, with interval and raw count.

    Parameters
    ----------
    shares : DataFrame, one row per text, in order of date
        ``date``, ``doc_id``, ``share``, ``low``, ``high`` (0 to 1), ``paragraphs`` and ``n_paragraphs`` (counts).
    """
    dates = mdates.date2num(shares["date"])
    ax.plot(dates, shares["share"], color=colour, linewidth=1.2, linestyle=(0, (1, 2)))
    ax.vlines(dates, shares["low"], shares["high"], color=colour, linewidth=2.5)
    ax.plot(dates, shares["share"], marker, color=colour, markersize=8, markeredgecolor=PAPER)
    for date, (_, row) in zip(dates, shares.iterrows(), strict=True):
        label = f"{row['paragraphs']} of {row['n_paragraphs']}"
        ax.annotate(label, (date, row["high"]), xytext=(0, 4), textcoords="offset points", ha="center", fontsize=9)
    draw_time_axis(ax, dates, list(shares["doc_id"]))
    ax.set_ylim(0, max(ax.get_ylim()[1], 1.15 * shares["high"].max()))  # room for the label above the tallest bar
    return ax


def plot_theme_heatmap(shares: pd.DataFrame, counts: pd.DataFrame, ax: Axes) -> Axes:
    """
    Theme x text: the darker, the larger the share of paragraphs; each cell states share and count.

    Parameters
    ----------
    shares, counts : DataFrames, the same index (labels of themes) and columns (texts); shares 0 to 1
    """
    labels = shares.map("{:.0%}".format) + " (" + counts.astype(str) + ")"
    return paint_cells(shares, labels, ax, most=shares.to_numpy().max())


def plot_keyness(words: pd.DataFrame, ax: Axes, *, glosses: Mapping[str, str], texts: tuple[str, str]) -> Axes:
    """
    Words that set two texts apart: log ratio with interval, right of zero for the first text, left for the second.

    Parameters
    ----------
    words : DataFrame, one row per word
        ``word``, ``log_ratio``, ``low``, ``high`` (binary logarithms: 1 = twice as frequent, 2 = four times).
    glosses : mapping of word to its gloss, shown below it
    """
    words = words.sort_values("log_ratio", kind="stable")
    rows = np.arange(len(words))
    ax.axvline(0, color=MUTED, linewidth=0.8)
    ax.hlines(rows, words["low"], words["high"], color=MUTED, linewidth=1.5)
    filled = words["log_ratio"] > 0
    ax.plot(words["log_ratio"][filled], rows[filled], "o", color=INK, markersize=6)
    ax.plot(words["log_ratio"][~filled], rows[~filled], "o", color=INK, markersize=6, markerfacecolor=PAPER)
    label_rows(ax, list(words["word"]), glosses)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    ax.set_ylim(-0.6, len(words) - 0.4)
    ax.set_xlabel(f"← more in {texts[1]} · log₂ ratio of rates · more in {texts[0]} →")
    return ax


def plot_dispersion(positions: Sequence[float], section_starts: Sequence[float], ax: Axes, *, colour: str) -> Axes:
    """
    Where in one text a theme speaks: a stroke per hit from the first word (0) to the last (1), ticks at sections.

    Parameters
    ----------
    positions, section_starts : positions in the text, 0 to 1
    """
    ax.vlines(list(section_starts), -0.35, 0, color=MUTED, linewidth=0.8)
    ax.vlines(list(positions), 0, 1, color=colour, linewidth=1.3)
    ax.axhline(0, color=MUTED, linewidth=0.8)
    ax.set(xlim=(-0.005, 1.005), ylim=(-0.4, 1.05), xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    return ax


def plot_vocabulary(
    counts: pd.DataFrame, ax: Axes, *, colour: str, glosses: Mapping[str, str], presence: pd.Series
) -> Axes:
    """
    The words of a theme by text: one row per word, the area of a dot is its number of hits, which stands inside.

    Parameters
    ----------
    counts : DataFrame, index the words, one column per text (hits)
    glosses : mapping of word to its gloss, shown below it
    presence : Series from `analysis.themes.attention.describe_presence`; groups the rows and is written beside them
    """
    order = sorted(counts.index, key=lambda word: (PRESENCE_ORDER.index(presence[word]), -counts.loc[word].sum(), word))
    for row, word in enumerate(order):
        for column, count in enumerate(counts.loc[word]):
            if count:
                ax.scatter(column, row, s=95 + 20 * min(count, 12), color=colour, linewidth=0)
                ax.text(column, row, str(count), ha="center", va="center_baseline", fontsize=8, color="#ffffff")
            else:
                ax.plot(column, row, "_", color=HAIRLINE, markersize=8)
    groups = [presence[word] for word in order]
    for row in range(1, len(order)):
        if groups[row] != groups[row - 1]:
            ax.axhline(row - 0.5, color=MUTED, linewidth=0.8)
    for row, group in enumerate(groups):
        if row == 0 or groups[row - 1] != group:
            ax.text(counts.shape[1] - 0.45, row, group, va="center", fontsize=9, color=MUTED, style="italic")
    ax.set_xticks(range(counts.shape[1]), counts.columns)
    label_rows(ax, order, glosses)
    ax.set(xlim=(-0.6, counts.shape[1] + 0.25), ylim=(len(order) - 0.4, -0.6))
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def plot_all_attention(
    shares: pd.DataFrame, ax: Axes, *, colours: Mapping[str, str], labels: Mapping[str, str]
) -> Axes:
    """
    All declared themes in one picture: share of paragraphs per text, the lines named at their right end.

    Parameters
    ----------
    shares : DataFrame, one row per theme and text: ``theme``, ``doc_id``, ``date``, ``share``, ``low``, ``high``
    """
    ends = {}
    themes = list(dict.fromkeys(shares["theme"]))
    for place, theme in enumerate(themes):
        own = shares[shares["theme"] == theme]
        dates = mdates.date2num(own["date"]) + 38 * (place - (len(themes) - 1) / 2)  # side by side, not on top
        ax.vlines(dates, own["low"], own["high"], color=colours[theme], linewidth=1.6, alpha=0.75)
        style: dict[str, Any] = {"color": colours[theme], "marker": MARKERS.get(theme, "o"), "markersize": 7}
        ax.plot(dates, own["share"], linewidth=1.6, markeredgecolor=PAPER, **style)
        ends[theme] = (dates[-1], own["share"].iloc[-1])
    top = ax.get_ylim()[1]
    heights = spread_labels([max(height, 0.025 * top) for _, height in ends.values()], gap=0.055 * top)
    right = max(date for date, _ in ends.values()) + 40
    for (theme, _), height in zip(ends.items(), heights, strict=True):
        ax.annotate(
            labels[theme], (right, height), color=colours[theme], va="center", weight="bold", annotation_clip=False
        )
    dates = mdates.date2num(shares["date"].drop_duplicates())
    draw_time_axis(ax, dates, list(dict.fromkeys(shares["doc_id"])))
    ax.set_ylabel("share of paragraphs")
    return ax
