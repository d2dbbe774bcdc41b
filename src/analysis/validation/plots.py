"""Figures of the validation: numbers and Axes go in, Axes come out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.report.exports import MUTED, PAPER


def plot_scores(
    scores: pd.DataFrame,
    ax: Axes,
    *,
    measure: str,
    colours: Mapping[str, str],
    labels: Mapping[str, str],
    markers: Mapping[str, str],
) -> Axes:
    """
    Precision or recall: a group of rows for each theme, a row for each text, a dot with its interval and counts.

    Parameters
    ----------
    scores : DataFrame, one row per theme and text, in the order wanted, from top to bottom
        ``theme``, ``doc_id``, ``tp``, ``fp``, ``fn``; `measure`, also with ``_low`` and ``_high`` (0 to 1).
    measure : "precision" or "recall"
    colours, markers : mappings of theme to its colour and marker
    labels : mapping of theme to its label, written above its rows
    """
    others = {"precision": "fp", "recall": "fn"}[measure]
    groups = scores["theme"].ne(scores["theme"].shift()).cumsum().to_numpy()
    rows = np.arange(len(scores)) + groups - 1.0  # a row between themes, for the label
    for row, (_, one) in zip(rows, scores.iterrows(), strict=True):
        n = one["tp"] + one[others]
        if n:
            ax.hlines(row, one[f"{measure}_low"], one[f"{measure}_high"], color=colours[one["theme"]], linewidth=2.5)
            style: dict[str, Any] = {"color": colours[one["theme"]], "markeredgecolor": PAPER, "clip_on": False}
            ax.plot(one[measure], row, markers[one["theme"]], markersize=7, **style)
        place: dict[str, Any] = {"xycoords": ax.get_yaxis_transform(), "annotation_clip": False}
        ax.annotate(f"{one['tp']}/{n}", (1.05, row), va="center", fontsize=9, color=MUTED, **place)
    for group in np.unique(groups):
        first = int(np.flatnonzero(groups == group)[0])
        label = labels[scores["theme"].iloc[first]]
        ax.text(0, rows[first] - 0.85, label, va="center", weight="bold", color=colours[scores["theme"].iloc[first]])
    ax.set(xlim=(0, 1), ylim=(rows.max(initial=0) + 0.6, -1.4), title=measure)
    ax.set_yticks(rows, list(scores["doc_id"]))
    ax.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    return ax
