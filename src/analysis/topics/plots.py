"""Figures of topics: stability by number of topics, and shares of topics over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes

from analysis.report.charts import draw_time_axis, spread_labels
from analysis.report.exports import HAIRLINE, INK, MUTED, PAPER


def plot_stability(curves: pd.DataFrame, ax: Axes, *, chosen: int) -> Axes:
    """
    Plot the stability of topics by number of topics, one line per kind of initial values; a bar at the number chosen.

    Parameters
    ----------
    curves : DataFrame, index the numbers of topics, columns random start, SVD start, shuffled words
        Mean agreement with the reference model, 0 to 1; the third column is the floor, grey and dashed.
    chosen : number of topics
    """
    ax.axvline(chosen, color=HAIRLINE, linewidth=6, zorder=0)
    for place, start in enumerate(curves.columns):
        colour, fill = (INK, INK if place == 0 else PAPER) if place < 2 else (MUTED, MUTED)
        style: dict[str, Any] = {"linestyle": "-" if place < 2 else (0, (2, 2)), "markerfacecolor": fill}
        ax.plot(curves.index, curves[start], marker="o", color=colour, linewidth=1.5, markersize=5, **style)
    ends = curves.iloc[-1]
    heights = spread_labels(list(ends), gap=0.06)
    for start, height in zip(curves.columns, heights, strict=True):
        ax.annotate(
            start, (curves.index[-1], height), (8, 0), textcoords="offset points", va="center", annotation_clip=False
        )
    ax.set(xticks=list(curves.index), ylim=(0, 1), xlabel="number of topics", ylabel="stability")
    ax.grid(axis="y")
    ax.set_axisbelow(True)
    return ax


def plot_topic_shares(
    shares: pd.DataFrame, dates: pd.Series, ax: Axes, *, labels: Mapping[str, str], unstable: Sequence[str] = ()
) -> Axes:
    """
    Plot the share of each topic in each text by date, one line per topic, labelled at its right end.

    Parameters
    ----------
    shares : DataFrame, index the topics, one column per text in order of date; 0 to 1
    dates : Series of dates, index the texts
    labels : label of each topic
    unstable : topics that are drawn grey and dashed, for another run may not have them
    """
    days = mdates.date2num(dates[shares.columns])
    for topic, row in shares.iterrows():
        loose = topic in unstable
        style: dict[str, Any] = {"color": MUTED if loose else INK, "linestyle": (0, (2, 2)) if loose else "-"}
        ax.plot(days, row, marker="o", markersize=6, linewidth=1.5, markerfacecolor=PAPER if loose else INK, **style)
    draw_time_axis(ax, days, list(shares.columns))
    top = ax.get_ylim()[1]
    heights = spread_labels([max(height, 0.02 * top) for height in shares.iloc[:, -1]], gap=0.052 * top)
    for topic, height in zip(shares.index, heights, strict=True):
        colour = MUTED if topic in unstable else INK
        place = (days[-1] + 60, height)
        ax.annotate(labels[topic], place, color=colour, va="center", fontsize=9, annotation_clip=False)
    ax.set_ylabel("share of the text")
    return ax
