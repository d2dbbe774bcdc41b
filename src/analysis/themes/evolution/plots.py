"""Figures of frames, actors, modality and correspondence: numbers and Axes go in, Axes come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from analysis.report.charts import measure_text, paint_cells, relative_luminance
from analysis.report.exports import HAIRLINE, INK, MUTED, PAPER
from analysis.themes.dictionary import GREY
from analysis.themes.evolution.correspondence import Correspondence

# Modes from the one that asks most of others to the one that only describes; told apart by lightness too, the labels stand
# in the bars.
MODE_COLOURS = ("#7a2e0e", "#2b4c6f", "#3f7fae", "#9cc3dc", "#e4e2dd", "#8a6d00", "#a3488f")
LABEL_SIZE = 8


def plot_frames(counts: pd.DataFrame, ax: Axes, *, colour: str, labels: Mapping[str, str], title: str = "") -> Axes:
    """
    The frames of one theme in one text: a bar per frame, its share of the theme's sentences, with the count.

    Beside each other, with a shared vertical axis, such panels compare texts.

    Parameters
    ----------
    counts : DataFrame, rows of one theme and text from `frames.count_frames`: ``frame``, ``sentences``, ``n``, ``share``
    labels : mapping of frame to its label
    """
    rows = np.arange(len(counts))
    shares = counts["share"].fillna(0).to_numpy()
    ax.barh(rows, shares, color=colour, height=0.66)
    for row, (share, count) in enumerate(zip(shares, counts["sentences"], strict=True)):
        ax.annotate(
            str(count), (share, row), xytext=(3, 0), textcoords="offset points", va="center_baseline", fontsize=9,
            color=INK if count else MUTED,
        )  # fmt: skip
    ax.set_yticks(rows, [labels.get(frame, frame) for frame in counts["frame"]])
    ax.set(xlim=(0, 1), ylim=(len(counts) - 0.4, -0.6), title=title)
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_xticks([0, 0.5, 1])
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    return ax


def plot_actors(crossed: pd.DataFrame, ax: Axes, *, by: str, labels: Mapping[str, str], title: str = "") -> Axes:
    """
    Actors by themes in one text: cells with the number of sentences that name both, dark by share of the theme's.

    Parameters
    ----------
    crossed : DataFrame, rows of one text from `actors.cross_actors`: ``theme``, ``label``, ``both``, ``share`` and `by`
    by : "name" or "kind", the column of actors
    labels : mapping of theme to its label
    """
    themes, actors = (list(dict.fromkeys(crossed[name])) for name in ("theme", by))
    shares, counts = (
        crossed.pivot(index=by, columns="theme", values=name).loc[actors, themes] for name in ("share", "both")
    )
    told = crossed.drop_duplicates(by).set_index(by)["label"]
    index, columns = [told[actor] for actor in actors], [labels.get(theme, theme) for theme in themes]
    shown = counts.astype(int).astype(str).where(counts > 0, "")
    paint_cells(
        shares.fillna(0).set_axis(index).set_axis(columns, axis=1), shown.set_axis(index).set_axis(columns, axis=1), ax,
        most=0.5,
    )  # fmt: skip
    ax.tick_params(axis="x", labelrotation=90)
    ax.set_title(title)
    return ax


def plot_modes(counts: pd.DataFrame, ax: Axes) -> Axes:
    """
    How each text speaks: one bar per text, cut by the mode that leads in its sentences; shares in the bars.

    Parameters
    ----------
    counts : DataFrame from `modality.count_modes`: ``doc_id``, ``label``, ``share_leading``, ``n``
    """
    texts, labels = (list(dict.fromkeys(counts[name])) for name in ("doc_id", "label"))
    shares = counts.pivot(index="doc_id", columns="label", values="share_leading").reindex(texts, columns=labels).fillna(0)
    colours = dict(zip(labels, np.resize(MODE_COLOURS, len(labels) - 1).tolist() + [MODE_COLOURS[4]], strict=True))
    left = np.zeros(len(texts))
    for label in labels:
        width = shares[label].to_numpy()
        ax.barh(range(len(texts)), width, left=left, color=colours[label], height=0.7, label=label, edgecolor=PAPER)
        text_colour = "#fefefe" if relative_luminance(colours[label]) < 0.18 else "#010101"
        for row, share in enumerate(width):
            if share >= 0.05:
                ax.text(
                    left[row] + share / 2, row, f"{share:.0%}", ha="center", va="center_baseline", color=text_colour,
                    fontsize=9,
                )  # fmt: skip
        left = left + width
    n = counts.drop_duplicates("doc_id").set_index("doc_id")["n"]
    ax.set_yticks(range(len(texts)), [f"{text} ({n[text]})" for text in texts])
    ax.set(xlim=(0, 1), ylim=(len(texts) - 0.4, -0.6), xlabel="share of sentences")
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.tick_params(axis="y", length=0)
    ax.spines[["left"]].set_visible(False)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False, fontsize=9, handlelength=1)
    return ax


def plot_correspondence(
    found: Correspondence, ax: Axes, *, colours: Mapping[str, str] | None = None, n_rows: int = 25
) -> Axes:
    """
    A map of rows and columns in their first two axes (principal coordinates); one axis only makes a line.

    Labels that would lie on others are left out; the rows of largest contribution are labelled first.

    Parameters
    ----------
    colours : mapping of row item to its colour
    n_rows : rows that are drawn, those that contribute most to the two axes
    """
    rows, columns = (_first_axes(part) for part in (found.rows, found.columns))
    rows = rows.sort_values("contribution", ascending=False, kind="stable").head(n_rows)
    colours = colours or {}
    ax.axhline(0, color=HAIRLINE, linewidth=0.8)
    ax.axvline(0, color=HAIRLINE, linewidth=0.8)
    ax.scatter(rows["x"], rows["y"], s=14, color=[colours.get(str(item), GREY) for item in rows.index])
    ax.scatter(columns["x"], columns["y"], s=60, marker="s", color=INK)
    everything = pd.concat([columns, rows])
    for axis, values in (("x", everything["x"]), ("y", everything["y"])):
        room = 0.18 * (values.max() - values.min() or 1)
        getattr(ax, f"set_{axis}lim")(values.min() - room, values.max() + room)
    taken: list[tuple[float, float, float, float]] = []
    for part, size, weight in ((columns, 10, "bold"), (rows, LABEL_SIZE, "normal")):
        _label_points(part, ax, taken, size=size, weight=weight, colours=colours)
    shares = found.inertia["share"].tolist()
    ax.set_xlabel(f"axis 1 ({shares[0]:.0%} of inertia)")
    if len(shares) > 1:
        ax.set_ylabel(f"axis 2 ({shares[1]:.0%})")
    else:
        ax.set_yticks([])
    return ax


def _first_axes(part: pd.DataFrame) -> pd.DataFrame:
    """Coordinates of items on the first two axes, and their contributions to both, weighted by the axes' inertia."""
    table = part[part["axis"] <= 2].assign(weight=lambda one: one["mass"] * one["coordinate"] ** 2)
    x = table[table["axis"] == 1].set_index("item")["coordinate"]
    y = table[table["axis"] == 2].set_index("item")["coordinate"].reindex(x.index, fill_value=0.0)
    return pd.DataFrame({"x": x, "y": y, "contribution": table.groupby("item", sort=False)["weight"].sum()})


def _label_points(
    points: pd.DataFrame, ax: Axes, taken: list[tuple[float, float, float, float]], *, size: int, weight: str,
    colours: Mapping[str, str],
) -> None:  # fmt: skip
    """Label points beside them where no other label lies; `taken` holds the boxes of labels, in points."""
    texts = [str(item) for item in points.index]
    boxes = measure_text(texts, size=size)
    per_point = 72 / ax.figure.dpi
    places = ax.transData.transform(points[["x", "y"]].to_numpy()) * per_point
    for text, (x, y), width, height in zip(texts, places, boxes["w"], boxes["h"], strict=True):
        wide = width * (1.1 if weight == "bold" else 1)
        for dx, dy, align in ((5, 0, "left"), (-5, 0, "right"), (0, 8, "center"), (0, -8, "center")):
            left = x + dx - {"left": 0, "right": wide, "center": wide / 2}[align]
            box = (left, y + dy - height / 2, left + wide, y + dy + height / 2)
            if all(box[2] <= a or c <= box[0] or box[3] <= b or d <= box[1] for a, b, c, d in taken):
                taken.append(box)
                ax.annotate(
                    text, points.loc[points.index[texts.index(text)], ["x", "y"]].to_list(), xytext=(dx, dy),
                    textcoords="offset points", ha=align, va="center", fontsize=size, weight=weight,
                    color=colours.get(text, INK),
                )  # fmt: skip
                break


def order_frames(counts: pd.DataFrame) -> Sequence[str]:
    """The frames that any row has, in their order: what a figure need not draw is left out."""
    used = counts.groupby("frame", sort=False)["sentences"].sum()
    return list(used.index[used > 0])
