"""Figures of themes: numbers go in, a Figure comes out; as many panels as there are themes or texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.report.charts import MOST_ABREAST, draw_time_axis, label_columns, label_rows, paint_cells, spread_labels
from analysis.report.style import HAIRLINE, INK, MUTED, PAPER, new_figure
from analysis.themes.dictionary import Theme, Themes

PRESENCE_ORDER = ["stays", "returns", "vanishes", "passes", "appears"]


def plot_attention_panels(shares: pd.DataFrame, themes: Themes) -> Figure:
    """
    Every theme through the texts, a panel each, two in a row where the texts are few, all with the same scale.

    Parameters
    ----------
    shares : DataFrame, one row per theme and text, texts in order of date
        ``theme`` and what `draw_attention` needs.
    """
    names = list(dict.fromkeys(shares["theme"]))
    columns = 1 if shares["doc_id"].nunique() > MOST_ABREAST else min(2, len(names))
    rows = -(-len(names) // columns)
    with new_figure(rows, columns, height=2.6 * rows, sharey=True) as (fig, axes):
        for ax, name in zip(axes, names, strict=False):
            draw_attention(shares[shares["theme"] == name], ax, themes[name]).set_title(themes[name].label)
        for ax in axes[len(names) :]:
            ax.remove()
        fig.supylabel("share of paragraphs")
    return fig


def plot_attention(shares: pd.DataFrame, theme: Theme) -> Figure:
    """
    One theme through the texts, with the scale of all themes, so that figures of two themes can be compared.

    Parameters
    ----------
    shares : DataFrame as in `plot_attention_panels`, of all themes
    """
    with new_figure(height=3.4) as (fig, (ax,)):
        draw_attention(shares[shares["theme"] == theme.name], ax, theme)
        ax.set(ylabel="share of paragraphs", ylim=(0, 1.15 * shares["high"].max()))
    return fig


def draw_attention(shares: pd.DataFrame, ax: Axes, theme: Theme) -> Axes:
    """
    One theme in one panel: its share of paragraphs at the date of each text, with interval and raw count.

    Parameters
    ----------
    shares : DataFrame, one row per text, in order of date
        ``date``, ``doc_id``, ``share``, ``low``, ``high`` (0 to 1), ``paragraphs`` and ``n_paragraphs`` (counts).
    """
    dates = mdates.date2num(shares["date"])
    ax.plot(dates, shares["share"], color=theme.colour, linewidth=1.2, linestyle=(0, (1, 2)))
    ax.vlines(dates, shares["low"], shares["high"], color=theme.colour, linewidth=2.5)
    ax.plot(dates, shares["share"], theme.marker, color=theme.colour, markersize=8, markeredgecolor=PAPER)
    for date, (_, row) in zip(dates, shares.iterrows(), strict=True):
        label = f"{row['paragraphs']} of {row['n_paragraphs']}"
        ax.annotate(label, (date, row["high"]), xytext=(0, 4), textcoords="offset points", ha="center", fontsize=9)
    draw_time_axis(ax, dates, list(shares["doc_id"]))
    ax.set_ylim(0, max(ax.get_ylim()[1], 1.15 * shares["high"].max()))  # room for the label above the tallest bar
    return ax


def plot_all_attention(shares: pd.DataFrame, themes: Themes) -> Figure:
    """
    All themes in one picture: share of paragraphs per text, the lines named at their right end.

    Parameters
    ----------
    shares : DataFrame, one row per theme and text: ``theme``, ``doc_id``, ``date``, ``share``, ``low``, ``high``
    """
    names = list(dict.fromkeys(shares["theme"]))
    ends = {}
    with new_figure(height=4.2) as (fig, (ax,)):
        for place, name in enumerate(names):
            theme, own = themes[name], shares[shares["theme"] == name]
            dates = mdates.date2num(own["date"]) + 38 * (place - (len(names) - 1) / 2)  # side by side, not on top
            ax.vlines(dates, own["low"], own["high"], color=theme.colour, linewidth=1.6, alpha=0.75)
            style: dict[str, Any] = {"color": theme.colour, "marker": theme.marker, "markersize": 7}
            ax.plot(dates, own["share"], linewidth=1.6, markeredgecolor=PAPER, **style)
            ends[name] = (dates[-1], own["share"].iloc[-1])
        _name_lines(ends, themes, ax)
        draw_time_axis(ax, mdates.date2num(shares["date"].drop_duplicates()), list(dict.fromkeys(shares["doc_id"])))
        ax.set_ylabel("share of paragraphs")
    return fig


def _name_lines(ends: Mapping[str, tuple[float, float]], themes: Themes, ax: Axes) -> None:
    """The label of each theme right of the end (date, share) of its line, none on top of another."""
    top = ax.get_ylim()[1]
    heights = spread_labels([max(height, 0.025 * top) for _, height in ends.values()], gap=0.055 * top)
    right = max(date for date, _ in ends.values()) + 40
    for name, height in zip(ends, heights, strict=True):
        style: dict[str, Any] = {"color": themes[name].colour, "weight": "bold", "va": "center"}
        ax.annotate(themes[name].label, (right, height), annotation_clip=False, **style)


def plot_theme_heatmap(attention: pd.DataFrame, themes: Themes, texts: Sequence[str]) -> Figure:
    """
    Themes by texts: the darker, the larger the share of paragraphs; each cell states share and count.

    Parameters
    ----------
    attention : DataFrame from `analysis.themes.attention.count_attention`: a row for each theme, in its order
    texts : in the order of the columns
    """
    names = list(dict.fromkeys(attention["theme"]))
    shares, counts = (
        attention.pivot(index="theme", columns="doc_id", values=measure).loc[names, list(texts)]
        for measure in ("share_paragraphs", "paragraphs")
    )
    shares.index = counts.index = pd.Index([themes[name].label for name in names])
    labels = shares.map("{:.0%}".format) + " (" + counts.astype(str) + ")"
    with new_figure(height=0.3 * len(names) + 0.6) as (fig, (ax,)):
        paint_cells(shares, labels, ax, most=shares.to_numpy().max())
    return fig


def plot_keyness(words: pd.DataFrame, pair: Sequence[str], glossary: Mapping[str, str]) -> Figure:
    """
    Words that set two texts apart: log ratio with interval, right of zero for the first text, left for the second.

    Parameters
    ----------
    words : DataFrame, one row per word
        ``word``, ``log_ratio``, ``low``, ``high`` (binary logarithms: 1 = twice as frequent, 2 = four times).
    glossary : mapping of word to its gloss, which is shown below it
    """
    words = words.sort_values("log_ratio", kind="stable")
    rows = np.arange(len(words))
    with new_figure(height=0.36 * max(len(words), 2) + 0.9) as (fig, (ax,)):
        ax.axvline(0, color=MUTED, linewidth=0.8)
        ax.hlines(rows, words["low"], words["high"], color=MUTED, linewidth=1.5)
        more = words["log_ratio"] > 0
        ax.plot(words["log_ratio"][more], rows[more], "o", color=INK, markersize=6)
        ax.plot(words["log_ratio"][~more], rows[~more], "o", color=INK, markersize=6, markerfacecolor=PAPER)
        label_rows(ax, list(words["word"]), glossary)
        ax.spines["left"].set_visible(False)
        ax.grid(axis="x")
        ax.set_axisbelow(True)
        ax.set_ylim(-0.6, len(words) - 0.4)
        ax.set_xlabel(f"← more in {pair[1]} · log₂ ratio of rates · more in {pair[0]} →")
    return fig


def plot_dispersion(
    hits: pd.DataFrame, position: pd.Series, sections: pd.DataFrame, theme: Theme, texts: Sequence[str]
) -> Figure:
    """
    Where in each text a theme is named: a strip per text with a stroke per hit, small ticks where a section begins.

    Parameters
    ----------
    hits : DataFrame of the hits of the theme, with ``doc_id``
    position : Series from `analysis.study.locate_hits`, index as `hits`: from the first word (0) to the last (1)
    sections : DataFrame from `analysis.study.locate_sections`: ``doc_id``, ``position``
    texts : in the order of the strips
    """
    with new_figure(len(texts), height=0.75 * len(texts) + 0.4) as (fig, axes):
        for ax, text in zip(axes, texts, strict=True):
            own = position[hits["doc_id"] == text]
            starts = sections.loc[sections["doc_id"] == text, "position"]
            ax.vlines(list(starts), -0.35, 0, color=MUTED, linewidth=0.8)
            ax.vlines(list(own), 0, 1, color=theme.colour, linewidth=1.3)
            ax.axhline(0, color=MUTED, linewidth=0.8)
            ax.set(xlim=(-0.005, 1.005), ylim=(-0.4, 1.05), xticks=[], yticks=[])
            ax.spines[:].set_visible(False)
            ax.set_title(f"{text} · {len(own)} hits")
        axes[-1].set_xlabel("from the first word to the last; small ticks below: a section begins")
    return fig


def plot_vocabulary(counts: pd.DataFrame, presence: pd.Series, theme: Theme, glossary: Mapping[str, str]) -> Figure:
    """
    The words of a theme by text: one row per word, the area of a dot is its number of hits, which stands inside.

    Parameters
    ----------
    counts : DataFrame, index the words, one column per text (hits)
    presence : Series from `analysis.themes.attention.describe_presence`; groups the rows and is written beside them
    glossary : mapping of word to its gloss, which is shown below it
    """
    order = sorted(counts.index, key=lambda word: (PRESENCE_ORDER.index(presence[word]), -counts.loc[word].sum(), word))
    with new_figure(height=0.38 * len(counts) + 0.8) as (fig, (ax,)):
        for row, word in enumerate(order):
            for column, count in enumerate(counts.loc[word]):
                if count:
                    ax.scatter(column, row, s=95 + 20 * min(count, 12), color=theme.colour, linewidth=0)
                    ax.text(column, row, str(count), ha="center", va="center_baseline", fontsize=8, color="#ffffff")
                else:
                    ax.plot(column, row, "_", color=HAIRLINE, markersize=8)
        _name_groups([presence[word] for word in order], counts.shape[1], ax)
        label_columns(ax, list(counts.columns))
        label_rows(ax, order, glossary)
        ax.set(xlim=(-0.6, counts.shape[1] + 0.25), ylim=(len(order) - 0.4, -0.6))
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
    return fig


def _name_groups(groups: Sequence[str], n_columns: int, ax: Axes) -> None:
    """A line between groups of rows, and the name of each beside its first row."""
    for row in range(1, len(groups)):
        if groups[row] != groups[row - 1]:
            ax.axhline(row - 0.5, color=MUTED, linewidth=0.8)
    for row, group in enumerate(groups):
        if row == 0 or groups[row - 1] != group:
            ax.text(n_columns - 0.45, row, group, va="center", fontsize=9, color=MUTED, style="italic")
