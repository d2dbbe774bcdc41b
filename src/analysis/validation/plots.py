"""Figures of the validation: numbers go in, a Figure comes out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.report.style import MUTED, PAPER, new_figure
from analysis.themes.dictionary import Themes


def plot_scores(scores: pd.DataFrame, themes: Themes) -> Figure:
    """
    Precision and recall side by side.

    Parameters
    ----------
    scores : DataFrame as in `draw_scores`, with both measures
    """
    height = 0.24 * (len(scores) + scores["theme"].nunique()) + 0.8
    with new_figure(1, 2, height=height, sharey=True) as (fig, axes):
        for ax, measure in zip(axes, ("precision", "recall"), strict=True):
            draw_scores(scores, ax, themes, measure=measure)
    return fig


def draw_scores(scores: pd.DataFrame, ax: Axes, themes: Themes, *, measure: str) -> Axes:
    """
    Precision or recall: a group of rows for each theme, a row for each text, a dot with its interval and counts.

    Parameters
    ----------
    scores : DataFrame, one row per theme and text, in the order wanted, from top to bottom
        ``theme``, ``doc_id``, ``tp``, ``fp``, ``fn``; `measure`, also with ``_low`` and ``_high`` (0 to 1).
    measure : "precision" or "recall"
    """
    others = {"precision": "fp", "recall": "fn"}[measure]
    groups = scores["theme"].ne(scores["theme"].shift()).cumsum().to_numpy()
    rows = np.arange(len(scores)) + groups - 1.0  # a row between themes, for the label
    for row, (_, score) in zip(rows, scores.iterrows(), strict=True):
        theme, n = themes[score["theme"]], score["tp"] + score[others]
        if n:
            ax.hlines(row, score[f"{measure}_low"], score[f"{measure}_high"], color=theme.colour, linewidth=2.5)
            style: dict[str, Any] = {"color": theme.colour, "markeredgecolor": PAPER, "clip_on": False}
            ax.plot(score[measure], row, theme.marker, markersize=7, **style)
        place: dict[str, Any] = {"xycoords": ax.get_yaxis_transform(), "annotation_clip": False}
        ax.annotate(f"{score['tp']}/{n}", (1.05, row), va="center", fontsize=9, color=MUTED, **place)
    for group in np.unique(groups):
        first = int(np.flatnonzero(groups == group)[0])
        theme = themes[scores["theme"].iloc[first]]
        ax.text(0, rows[first] - 0.85, theme.label, va="center", weight="bold", color=theme.colour)
    ax.set(xlim=(0, 1), ylim=(rows.max(initial=0) + 0.6, -1.4), title=measure)
    ax.set_yticks(rows, list(scores["doc_id"]))
    ax.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    return ax
