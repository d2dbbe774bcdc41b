"""Figures of networks: numbers and an Axes go in, the Axes comes out, as in `analysis.report.charts`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle, PathPatch, Polygon
from matplotlib.path import Path

from analysis.report import network_panels
from analysis.report.charts import paint_cells
from analysis.report.markers import OUTLINES
from analysis.report.network_view import check_network
from analysis.report.style import HAIRLINE, INK, MUTED, PAPER, WIDTH, new_figure

# Colour, width in pixels and dash (in pixels) of ties by class; width and dash are those of ``template/network.css``.
# These two stand out from white (contrast 4.2 and 3.1) and from a dark page (4.3 and 5.7): figures have them on both.
FEWER, MIDDLE = "#b36b00", "#929292"
STROKES: dict[str, tuple[str, float, tuple[float, float] | None]] = {
    "loose": (HAIRLINE, 0.7, None),
    "kept": (MUTED, 0.7, None),
    "unsure more": (MIDDLE, 0.9, None),
    "unsure fewer": (MIDDLE, 0.9, (3, 3)),
    "unsure even": (HAIRLINE, 0.5, None),
    "stronger": (INK, 1.5, None),
    "new": (INK, 3, None),
    "weaker": (FEWER, 1.5, (7, 4)),
    "gone": (FEWER, 3, (0.1, 5)),
}
TIE_WIDTHS = {"w1": 0.7, "w2": 1.1, "w3": 1.6, "w4": 2.2, "w5": 3, "w6": 4}
PIXEL = 0.75  # points
PANEL = 0.875 * WIDTH  # inches, so that letters have 8 points
LABELS = 2  # which of `network_panels.LABEL_SIZES` figures have
MOST_TEXTS = 5  # whose counts stand beside a neighbour
LEAST = 3  # units together, from which on a matrix says how far beyond chance that is


def plot_panels(picture: Mapping[str, Any]) -> Figure:
    """
    A network as `analysis.networks.prose.picture_network` gives it: a panel per text, and one for what changed.

    The drawing is that of the page, `analysis.report.network_panels`; up to four panels stand two in a row, up to nine
    three, and so on.
    """
    drawing = network_panels.draw_panels(check_network(picture, "picture"))
    n_panels = len(drawing["panels"])
    n_columns = min(n_panels, max(2, math.ceil(n_panels**0.5)))
    n_rows = math.ceil(n_panels / n_columns)
    height = PANEL * drawing["height"] / drawing["width"] + 0.3
    with new_figure(n_rows, n_columns, height=height * n_rows, width=PANEL * n_columns) as (fig, axes):
        for ax in axes[n_panels:]:
            ax.set_axis_off()
        for number, ax in enumerate(axes[:n_panels]):
            plot_panel(drawing, number, ax, unit=72 * PANEL / drawing["width"])
    return fig


def plot_panel(drawing: Mapping[str, Any], number: int, ax: Axes, *, unit: float = 0.9) -> Axes:
    """
    One panel of a network: ties in the style of their class, markers as large as their counts, labels that fit.

    Parameters
    ----------
    drawing : from `analysis.report.network_panels.draw_panels`
    number : of the panel
    unit : points to a unit of the drawing, for the size of letters
    """
    panel, terms = drawing["panels"][number], drawing["terms"]
    for tie in panel["ties"]:
        colour, width, dash = find_stroke(tie["classes"])
        dashes = (0, tuple(PIXEL * length for length in dash)) if dash else "-"
        style = {"colors": colour, "linewidths": PIXEL * width, "linestyles": [dashes], "capstyle": "round"}
        ax.add_collection(LineCollection([tie["ends"]], zorder=0, **style), autolim=False)
    for node in panel["nodes"]:
        term, ghost = terms[node["number"]], node["classes"] == "ghost"
        place, radius = np.array([term["x"], term["y"]]), node["radius"]
        reach, outline = OUTLINES[term["marker"]]
        corners = reach * radius * np.array(outline)
        mark = Polygon(place + corners) if len(corners) else Circle((term["x"], term["y"]), radius)
        mark.set(facecolor=PAPER if ghost else term["colour"] or MUTED, edgecolor=MUTED if ghost else PAPER)
        mark.set_linewidth(PIXEL * (0.5 if ghost else 0.8))
        ax.add_patch(mark)
        if node["fit"] >= len(network_panels.LABEL_SIZES) - LABELS:
            _write_label(term, ax, network_panels.LABEL_SIZES[LABELS], unit)
    ax.set(xlim=(0, drawing["width"]), ylim=(drawing["height"], 0), xticks=[], yticks=[], aspect="equal")
    ax.set_title(panel["name"])
    ax.spines[:].set_visible(False)
    return ax


def find_stroke(classes: str) -> tuple[str, float, tuple[float, float] | None]:
    """Colour, width and dash of a tie with the classes of `network_panels`, such as ``kept w3``."""
    name, _, width = classes.rpartition(" ") if classes.split()[-1] in TIE_WIDTHS else (classes, "", "")
    colour, usual, dash = STROKES[name]
    return colour, TIE_WIDTHS.get(width, usual), dash


def _write_label(term: Mapping[str, Any], ax: Axes, size: float, unit: float) -> None:
    at = term["at"]
    side = {"start": "left", "middle": "center", "end": "right"}[at["anchor"]]
    place = (term["x"] + at["x"], term["y"] + at["y"] + at["dy"] * size)
    weight = "bold" if term["theme"] else "normal"
    ax.text(*place, term["label"], ha=side, va="baseline", fontsize=size * unit, fontweight=weight)


def plot_matrices(matrices: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]]) -> Figure:
    """Matrices of `count_pairs` by `plot_pairs`, an Axes per text, from four on two in a row."""
    n_columns = 1 if len(matrices) <= 3 else 2
    n_rows = math.ceil(len(matrices) / n_columns)
    height, width = 3.5 * n_rows + 0.9, n_columns * WIDTH
    with new_figure(n_rows, n_columns, height=height, width=width, sharex=True) as (fig, axes):
        for ax in axes[len(matrices) :]:
            ax.set_axis_off()
        for ax, (text, (counts, lift)) in zip(axes, matrices.items(), strict=False):
            plot_pairs(counts, lift, ax).set_title(text)
        for ax in axes[len(matrices) - n_columns : len(matrices)]:
            ax.tick_params(labelbottom=True)  # the last of each column, also where an empty Axes stands below it
    return fig


def plot_pairs(counts: pd.DataFrame, lift: pd.DataFrame, ax: Axes) -> Axes:
    """
    Themes by themes in one text: units with both, below the diagonal; the darker, the more often beyond chance.

    Pairs with fewer than `LEAST` units stay light, for one unit of two rare themes is far beyond chance.

    Parameters
    ----------
    counts : DataFrame, themes x themes, units with both; the diagonal holds the units of the theme
    lift : DataFrame of the same shape; 1 and below = light, 4 and above = dark
    """
    below = np.tril(np.ones(counts.shape, dtype=bool), -1)
    enough = below & (counts >= LEAST).to_numpy()
    shade = np.log2(lift.where(enough & (lift > 1), 1)) / 2
    named = (below | np.eye(len(counts), dtype=bool)) & (counts > 0).to_numpy()
    paint_cells(shade, counts.astype(int).astype(str).where(named, ""), ax, most=1)
    ax.set_xticks(range(len(counts)), counts.columns, rotation=45, ha="right")
    ax.xaxis.tick_bottom()
    ax.tick_params(length=0)
    return ax


def plot_neighbours(neighbours: pd.DataFrame, *, texts: Sequence[str]) -> Figure:
    """
    Ego networks one below the other, an Axes per theme, by `plot_ego`.

    Parameters
    ----------
    neighbours : DataFrame, one row per theme and neighbour, at least one
        ``theme`` and the columns of `plot_ego`: from `analysis.networks.prose.label_neighbours`.
    """
    egos = dict(list(neighbours.groupby("theme", sort=False)))
    heights = [len(ties) + 1.7 for ties in egos.values()]
    with new_figure(len(egos), height=0.36 * sum(heights), height_ratios=heights) as (fig, axes):
        for ax, (theme, ties) in zip(axes, egos.items(), strict=True):
            plot_ego(ties, ax, texts=texts).set_title(theme)
    return fig


def plot_ego(ties: pd.DataFrame, ax: Axes, *, texts: Sequence[str]) -> Axes:
    """
    Ego network of one theme: a line to each neighbour, thicker for more units together, dashed if chance will do.

    Parameters
    ----------
    ties : DataFrame, one row per neighbour, the first at the top
        ``label``, ``gloss``, ``n`` (units together), ``significant`` (more than chance), a column of units for each
        text, and the theme's ``colour`` and ``marker``.
    texts : columns of counts, written beside each neighbour; of more than `MOST_TEXTS` the sum alone, ``n``
    """
    columns = {text: text for text in texts} if len(texts) <= MOST_TEXTS else {"n": "all"}
    size = min(10, 60 / max(map(len, columns.values()), default=1))
    rows, colour = np.arange(len(ties)), ties["colour"].iloc[0]
    middle = (len(ties) - 1) / 2
    for row, (_, tie) in zip(rows, ties.iterrows(), strict=True):
        edge, dash = (colour, "-") if tie["significant"] else (MUTED, (0, (2, 2)))
        line = {"edgecolor": edge, "linestyle": dash, "linewidth": 0.6 + 0.8 * np.sqrt(tie["n"])}
        corners = np.array([(0, middle), (0.5, middle), (0.5, row), (1, row)])
        bend = Path(corners, [Path.MOVETO, *[Path.CURVE4] * 3])
        ax.add_patch(PathPatch(bend, facecolor="none", alpha=0.8, **line))
        ax.annotate(tie["label"], (1.03, row - (0.16 if tie["gloss"] else 0)), va="center", annotation_clip=False)
        ax.annotate(tie["gloss"], (1.03, row + 0.22), va="center", fontsize=8, color=MUTED, annotation_clip=False)
        for place, column in enumerate(columns):
            ax.annotate(f"{tie[column]:d}", (2.35 + 0.3 * place, row), va="center", ha="right", annotation_clip=False)
    head: dict[str, Any] = {"va": "center", "ha": "right", "color": MUTED, "fontsize": size, "annotation_clip": False}
    for place, name in enumerate(columns.values()):
        ax.annotate(name, (2.35 + 0.3 * place, -0.9), **head)
    ax.plot(0, middle, ties["marker"].iloc[0], color=colour, markersize=12)
    ax.set(xlim=(-0.12, max(3.0, 2.4 + 0.3 * (len(columns) - 1))), ylim=(len(ties) - 0.4, -1.3), xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    return ax
