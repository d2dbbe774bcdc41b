"""Networks drawn: nodes and ties as numbers and an Axes go in, the Axes comes out, as in `analysis.report.charts`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from analysis.report.charts import paint_cells
from analysis.report.exports import HAIRLINE, INK, MUTED, PAPER

# What became of a tie: told by dash and weight as well as by colour. Colours from Okabe and Ito.
CHANGES: dict[str, dict[str, Any]] = {
    "stronger": {"color": "#00805a", "linestyle": "-", "linewidth": 2.4},
    "new": {"color": "#00805a", "linestyle": (0, (4, 1.5)), "linewidth": 2.4},
    "weaker": {"color": "#d55e00", "linestyle": "-", "linewidth": 1.2},
    "gone": {"color": "#d55e00", "linestyle": (0, (1, 1.5)), "linewidth": 2.4},
}
LEAST = 3  # units together, from which on a matrix says how far beyond chance that is
# Where a label stands beside its node: offset in points, and what of the label stands there.
SIDES = {
    "n": (0, 1, "center", "bottom"),
    "ne": (0.7, 0.7, "left", "bottom"),
    "e": (1, 0, "left", "center"),
    "se": (0.7, -0.7, "left", "top"),
    "s": (0, -1, "center", "top"),
    "sw": (-0.7, -0.7, "right", "top"),
    "w": (-1, 0, "right", "center"),
    "nw": (-0.7, 0.7, "right", "bottom"),
}


def plot_picture(picture: Mapping[str, Any], axes: Sequence[Axes]) -> Sequence[Axes]:
    """
    A network as `analysis.networks.prose.picture_network` gives it: an Axes per text, and one for what changed.

    Labels stand in the first panel and in that of changes; places are the same in all.
    """
    texts = [text["id"] for text in picture["texts"]]
    nodes = pd.DataFrame(picture["nodes"]).set_index("id").rename(columns={"label_at": "side"})
    ties = pd.DataFrame(picture["ties"], columns=["source", "target", "counts", "change"])
    colours, markers = ({theme["name"]: theme[key] for theme in picture["themes"]} for key in ("colour", "marker"))
    for place, (text, ax) in enumerate(zip(texts, axes, strict=False)):
        own, tied = (table.assign(**{text: [counts[place] for counts in table["counts"]]}) for table in (nodes, ties))
        plot_network(own, tied, ax, counts=text, colours=colours, markers=markers).set_title(text)
    title = f"Change from {picture['compare'][0]} to {picture['compare'][1]}"
    plot_change(nodes, ties, axes[len(texts)]).set_title(title)
    return axes


def plot_network(
    nodes: pd.DataFrame,
    ties: pd.DataFrame,
    ax: Axes,
    *,
    counts: str,
    colours: Mapping[str, str],
    markers: Mapping[str, str],
    size: float = 8,
) -> Axes:
    """
    The network of one text: what stands in more of its units is larger, what stands together more often tied thicker.

    Nodes that the text does not have stay at their place as small grey rings, so that networks can be compared.

    Parameters
    ----------
    nodes : DataFrame, index the nodes
        ``x``, ``y``, ``label``, ``side`` (a key of `SIDES`, or missing: no label), ``theme`` (or empty), and the
        column `counts`.
    ties : DataFrame with ``source``, ``target`` and the column `counts`; ties of 0 are left out
    counts : str
        The column that holds the units of this text with the node, or with both ends of the tie.
    colours, markers : mappings of theme to its colour and marker; nodes of other themes are grey circles
    """
    there = nodes[counts] > 0
    own = ties[ties[counts] > 0]
    _draw_ties(nodes, own, ax, color=MUTED, linewidths=0.5 + 0.9 * np.sqrt(own[counts]), alpha=0.55)
    ax.plot(nodes.loc[~there, "x"], nodes.loc[~there, "y"], "o", color=HAIRLINE, markerfacecolor=PAPER, markersize=4)
    for _, row in nodes[there].iterrows():
        colour = colours.get(str(row["theme"]), INK)
        area = 3 + 1.6 * np.sqrt(row[counts])
        marker = markers.get(str(row["theme"]), "o")
        ax.plot(row["x"], row["y"], marker, color=colour, markersize=area, markeredgecolor=PAPER)
    return _label_nodes(nodes[there], ax, size=size)


def plot_change(nodes: pd.DataFrame, ties: pd.DataFrame, ax: Axes, *, size: float = 8) -> Axes:
    """
    What became of the ties: stronger, weaker, new and gone ones in the style of `CHANGES`, all others as hair lines.

    Parameters
    ----------
    nodes : as in `plot_network`
    ties : DataFrame with ``source``, ``target`` and ``change``
    """
    changed = ties["change"].isin(list(CHANGES))
    _draw_ties(nodes, ties[~changed], ax, color=HAIRLINE, linewidths=0.8)
    for change, style in CHANGES.items():
        named = {"color": style["color"], "linestyles": [style["linestyle"]], "linewidths": style["linewidth"]}
        _draw_ties(nodes, ties[ties["change"] == change], ax, **named)
    ax.plot(nodes["x"], nodes["y"], "o", color=MUTED, markersize=4, markeredgecolor=PAPER)
    return _label_nodes(nodes, ax, size=size)


def _draw_ties(nodes: pd.DataFrame, ties: pd.DataFrame, ax: Axes, **style: Any) -> None:
    ends = [nodes.loc[ties[end], ["x", "y"]].to_numpy() for end in ("source", "target")]
    ax.add_collection(LineCollection(list(np.stack(ends, axis=1)), zorder=0, **style))


def _label_nodes(nodes: pd.DataFrame, ax: Axes, *, size: float) -> Axes:
    for _, row in nodes[nodes["side"].notna()].iterrows():
        right, up, ha, va = SIDES[row["side"]]
        ax.annotate(
            row["label"],
            (row["x"], row["y"]),
            (6 * right, 6 * up),
            textcoords="offset points",
            ha=ha,
            va=va,
            fontsize=size,
            annotation_clip=False,
        )
    ax.set(xticks=[], yticks=[], aspect="equal")
    ax.margins(0.12)
    ax.spines[:].set_visible(False)
    return ax


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
    told = below & (counts >= LEAST).to_numpy()
    shade = np.log2(lift.where(told & (lift > 1), 1)) / 2
    named = (below | np.eye(len(counts), dtype=bool)) & (counts > 0).to_numpy()
    paint_cells(shade, counts.astype(int).astype(str).where(named, ""), ax, most=1)
    ax.set_xticks(range(len(counts)), counts.columns, rotation=45, ha="right")
    ax.xaxis.tick_bottom()
    ax.tick_params(length=0)
    return ax


def plot_ego(ties: pd.DataFrame, ax: Axes, *, texts: Sequence[str], colour: str, marker: str) -> Axes:
    """
    What stands beside one theme: a line to each neighbour, thicker for more units together, dashed if chance will do.

    Parameters
    ----------
    ties : DataFrame, one row per neighbour, the first at the top
        ``label``, ``gloss``, ``n`` (units together), ``kept`` (more than chance), and a column of units for each text.
    texts : columns of counts, written beside each neighbour
    """
    rows = np.arange(len(ties))
    middle = (len(ties) - 1) / 2
    for row, (_, tie) in zip(rows, ties.iterrows(), strict=True):
        style = {"edgecolor": colour if tie["kept"] else MUTED, "linestyle": "-" if tie["kept"] else (0, (2, 2))}
        corners = np.array([(0, middle), (0.5, middle), (0.5, row), (1, row)])
        bend = Path(corners, [Path.MOVETO, *[Path.CURVE4] * 3])
        width = 0.6 + 0.8 * np.sqrt(tie["n"])
        ax.add_patch(PathPatch(bend, facecolor="none", linewidth=width, alpha=0.8, **style))
        ax.annotate(tie["label"], (1.03, row - (0.16 if tie["gloss"] else 0)), va="center", annotation_clip=False)
        ax.annotate(tie["gloss"], (1.03, row + 0.22), va="center", fontsize=8, color=MUTED, annotation_clip=False)
        for place, text in enumerate(texts):
            ax.annotate(f"{tie[text]:d}", (2.35 + 0.3 * place, row), va="center", ha="right", annotation_clip=False)
    for place, text in enumerate(texts):
        ax.annotate(text, (2.35 + 0.3 * place, -0.9), va="center", ha="right", color=MUTED, annotation_clip=False)
    ax.plot(0, middle, marker, color=colour, markersize=12)
    ax.set(xlim=(-0.12, 3.0), ylim=(len(ties) - 0.4, -1.3), xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    return ax
