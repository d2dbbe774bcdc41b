"""Specification curves: effects in their order, and below them which options they go with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.report.style import HAIRLINE, INK, MUTED, PAPER, new_figure
from analysis.report.wording import spell_noun

# With more specifications than this, neighbours are drawn together: a strip shows the share of each option among them.
MOST_BINS = 48
ROW = 0.17  # inch that one option takes
TOP = 1.9  # inch of the curve


def plot_specification_curve(
    table: pd.DataFrame, choices: Sequence[str], *, colour: str, labels: Mapping[str, str] | None = None
) -> Figure:
    """
    All specifications of one finding by effect, and below each the options that it chose.

    Parameters
    ----------
    table : DataFrame, one row per specification of the finding
        ``effect`` (positive: as claimed), ``significant``, ``reference`` (bool), ``id``, and one column per choice.
    choices : columns of the choices, in the order in which they are drawn; those with one option are left out
    colour : the theme's, for significant specifications
    labels : mapping of options to what readers see, by ``choice=option``
    """
    table = sort_curve(table)
    strips = ROW * (1 + len(list_rows(table, choices))) + 0.35
    with new_figure(2, height=TOP + strips, height_ratios=[TOP, strips]) as (fig, (top, bottom)):
        plot_effects(table, top, colour=colour)
        plot_options(table, choices, bottom, colour=colour, labels=labels or {})
        top.set_xlim(0, len(table))
        bottom.set_xlim(0, len(table))
    return fig


def sort_curve(table: pd.DataFrame) -> pd.DataFrame:
    """Specifications from the smallest effect to the largest; equal ones by id."""
    return table.sort_values(["effect", "id"], kind="stable", ignore_index=True)


def list_rows(table: pd.DataFrame, choices: Sequence[str]) -> list[tuple[str, str]]:
    """The rows below a curve: choice and option, choices with a single option left out."""
    options = {choice: list(dict.fromkeys(sorted(table[choice]))) for choice in choices}
    return [(choice, option) for choice in choices for option in options[choice] if len(options[choice]) > 1]


def plot_effects(table: pd.DataFrame, ax: Axes, *, colour: str) -> Axes:
    """The effects as one line, thick where significant, the reference as an open circle with its name."""
    place = np.arange(len(table)) + 0.5
    effect, significant = table["effect"].to_numpy(), table["significant"].to_numpy(dtype=bool)
    ax.axhline(0, color=MUTED, linewidth=0.8)
    ax.plot(place, effect, color=MUTED, linewidth=1.5)
    marked = significant | np.append(significant[1:], False)  # a line needs two points
    ax.plot(place, np.where(marked, effect, np.nan), color=colour, linewidth=5, solid_capstyle="butt")
    for at in np.flatnonzero(table["reference"].to_numpy(dtype=bool)):
        ax.plot(place[at], effect[at], "o", color=INK, markersize=7, markerfacecolor=PAPER, zorder=4)
        right = at > len(table) / 2
        style: dict[str, Any] = {"ha": "right", "va": "bottom"} if right else {"ha": "left", "va": "top"}
        beside = (-7, 4) if right else (7, -4)
        ax.annotate("reference", (place[at], effect[at]), beside, textcoords="offset points", fontsize=9, **style)
    ax.set(ylabel="effect (sd)", xticks=[])
    ax.yaxis.set_major_locator(MaxNLocator(5))
    ax.grid(axis="y")
    ax.set_axisbelow(True)
    ax.spines["bottom"].set_visible(False)
    return ax


def plot_options(
    table: pd.DataFrame, choices: Sequence[str], ax: Axes, *, colour: str, labels: Mapping[str, str]
) -> Axes:
    """
    One strip per option: the higher, the larger its share among the specifications at that place of the curve.

    The first strip is that of significant specifications.
    """
    edges = np.linspace(0, len(table), min(len(table), MOST_BINS) + 1).round().astype(int)
    rows = list_rows(table, choices)
    strips = [table["significant"].to_numpy(dtype=float), *((table[choice] == option) for choice, option in rows)]
    names = ["p ≤ .05, as claimed", *(labels.get(f"{choice}={option}", option) for choice, option in rows)]
    for row, strip in enumerate(strips):
        share = np.add.reduceat(np.asarray(strip, dtype=float), edges[:-1]) / np.diff(edges)
        base = row + 0.43
        ax.stairs(base - 0.86 * share, edges, baseline=base, fill=True, color=MUTED if row else colour, linewidth=0)
    first = [1 + row for row, (choice, _) in enumerate(rows) if row == 0 or rows[row - 1][0] != choice]
    for row in first:
        ax.axhline(row - 0.5, color=HAIRLINE, linewidth=0.8)
    ax.set_yticks(range(len(names)), names, fontsize=8)
    ax.tick_params(axis="y", length=0)
    ax.set(ylim=(len(names) - 0.4, -0.6), xticks=[], xlabel=f"{spell_noun(len(table), 'specification')}, by effect")
    ax.spines[:].set_visible(False)
    return ax


def plot_ranges(table: pd.DataFrame, names: Mapping[str, str]) -> Figure:
    """
    Every finding in one picture: where four fifths of its effects lie, their median, and the reference.

    Parameters
    ----------
    table : DataFrame, one row per specification: ``finding``, ``effect``, ``reference`` (bool)
    names : mapping of findings, in the order in which they are drawn, to what readers see
    """
    with new_figure(height=0.2 * len(names) + 0.7) as (fig, (ax,)):
        for row, finding in enumerate(names):
            own = table[table["finding"] == finding]
            low, middle, high = np.quantile(own["effect"], [0.1, 0.5, 0.9])
            ax.hlines(row, low, high, color=MUTED, linewidth=2.5)
            ax.plot(middle, row, "o", color=INK, markersize=6)
            reference = own.loc[own["reference"], "effect"]
            ax.plot(reference, [row] * len(reference), "o", color=INK, markersize=6, markerfacecolor=PAPER)
        ax.axvline(0, color=MUTED, linewidth=0.8)
        ax.set_yticks(range(len(names)), list(names.values()), fontsize=8)
        ax.tick_params(axis="y", length=0)
        ax.set(ylim=(len(names) - 0.4, -0.6), xlabel="← against the claim · effect (sd) · as claimed →")
        ax.spines["left"].set_visible(False)
        ax.grid(axis="x")
        ax.set_axisbelow(True)
    return fig
