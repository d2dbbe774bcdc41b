"""Figures of topics: stability by number of topics, shares over time, and agreement with the declared themes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.dates as mdates
import pandas as pd
from matplotlib.figure import Figure

from analysis.report.cells import format_value
from analysis.report.charts import draw_time_axis, paint_cells, spread_labels
from analysis.report.style import HAIRLINE, INK, MUTED, PAPER, new_figure
from analysis.themes.dictionary import Themes

# What the kinds of initial values are called, in the order of the lines; the last is the floor, grey and dashed.
STARTS = {"random": "random start", "nndsvd": "SVD start", "shuffled": "shuffled words"}


def plot_stability(curve: pd.DataFrame, chosen: int) -> Figure:
    """
    The stability of topics by number of topics, one line per kind of initial values; a bar at the number chosen.

    Parameters
    ----------
    curve : DataFrame from `analysis.topics.explore.compare_numbers`
    chosen : number of topics
    """
    if curve.empty:
        return plot_nothing("no number of topics to compare")
    lines = curve.pivot(index="n_topics", columns="init", values="stability")[list(STARTS)]
    heights = spread_labels(list(lines.iloc[-1]), gap=0.06)
    with new_figure(height=3.2) as (fig, (ax,)):
        ax.axvline(chosen, color=HAIRLINE, linewidth=6, zorder=0)
        for place, (start, height) in enumerate(zip(lines.columns, heights, strict=True)):
            colour, fill = (INK, INK if place == 0 else PAPER) if place < 2 else (MUTED, MUTED)
            look: dict[str, Any] = {"linestyle": "-" if place < 2 else (0, (2, 2)), "markerfacecolor": fill}
            ax.plot(lines.index, lines[start], marker="o", color=colour, linewidth=1.5, markersize=5, **look)
            offset: dict[str, Any] = {"xytext": (8, 0), "textcoords": "offset points", "va": "center"}
            ax.annotate(STARTS[start], (lines.index[-1], height), annotation_clip=False, **offset)
        ax.set(xticks=list(lines.index), ylim=(0, 1), xlabel="number of topics", ylabel="stability")
        ax.grid(axis="y")
        ax.set_axisbelow(True)
    return fig


def plot_topic_shares(
    shares: pd.DataFrame, dates: pd.Series, labels: Mapping[str, str], unstable: Sequence[str] = ()
) -> Figure:
    """
    The share of each topic in each text by date, one line per topic, labelled at its right end.

    Parameters
    ----------
    shares : DataFrame, index the topics, one column per text in order of date; 0 to 1, or missing
    dates : Series of dates, index the texts
    labels : label of each topic
    unstable : topics that are drawn grey and dashed, for another run may not have them
    """
    if shares.empty:
        return plot_nothing("no topics")
    days = mdates.date2num(dates[shares.columns])
    with new_figure(height=4.2) as (fig, (ax,)):
        for topic, row in shares.iterrows():
            loose = topic in unstable
            look: dict[str, Any] = {"color": MUTED if loose else INK, "linestyle": (0, (2, 2)) if loose else "-"}
            ax.plot(days, row, marker="o", markersize=6, linewidth=1.5, markerfacecolor=PAPER if loose else INK, **look)
        draw_time_axis(ax, days, list(shares.columns))
        top = ax.get_ylim()[1]
        heights = spread_labels([max(height, 0.02 * top) for height in shares.iloc[:, -1].fillna(0)], gap=0.052 * top)
        for topic, height in zip(shares.index, heights, strict=True):
            colour = MUTED if topic in unstable else INK
            place = (days[-1] + 60, height)
            ax.annotate(labels[topic], place, color=colour, va="center", fontsize=9, annotation_clip=False)
        ax.set_ylabel("share of the text")
    return fig


def plot_agreement(matches: pd.DataFrame, themes: Themes, labels: Mapping[str, str]) -> Figure:
    """
    Topics by declared themes: the darker a cell, the higher the rank correlation; a dash where there is none.

    Parameters
    ----------
    matches : DataFrame from `analysis.topics.explore.match_declared`
    labels : label of each topic
    """
    if matches.empty:
        return plot_nothing("no topic and theme to compare")
    rho = matches.pivot(index="topic", columns="theme", values="rho")[list(matches["theme"].unique())]
    rho = rho.rename(index=labels, columns={theme.name: theme.label for theme in themes})
    with new_figure(height=0.36 * len(rho) + 0.7) as (fig, (ax,)):
        paint_cells(rho.fillna(0), rho.map(format_value, specification=".2f"), ax, most=1)
    return fig


def plot_nothing(reason: str) -> Figure:
    """A figure of what the texts are too small for: a single line that says so."""
    with new_figure(height=0.6) as (fig, (ax,)):
        ax.text(0.5, 0.5, reason, color=MUTED, ha="center", va="center", transform=ax.transAxes)
        ax.set_axis_off()
    return fig
