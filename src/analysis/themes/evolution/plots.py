"""Figures of frames, actors, modality and correspondence: as many panels as there are themes and texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from analysis.report.charts import measure_text, paint_cells, relative_luminance
from analysis.report.style import HAIRLINE, INK, MUTED, PAPER, new_figure
from analysis.themes.dictionary import GREY, Themes
from analysis.themes.evolution.correspondence import Correspondence
from analysis.themes.evolution.survey import WordMap

# Modes from the one that asks most of others to the one that only describes; told apart by lightness too, the labels
# stand in the bars.
MODE_COLOURS = ("#7a2e0e", "#2b4c6f", "#3f7fae", "#9cc3dc", "#8a6d00", "#a3488f")
OTHER_COLOUR = "#e4e2dd"  # of sentences in which no mode leads


ROOM_FOR_SHARES = 3  # panels in a row up to which their axis has room for a label in the middle


def plot_frames(counts: pd.DataFrame, themes: Themes) -> Figure:
    """
    The frames of each theme in each text: a row of panels per theme, a column per text, frames that nobody has left
    out.

    Parameters
    ----------
    counts : DataFrame from `frames.count_frames`, with ``label``
    """
    labels = dict(zip(counts["frame"], counts["label"], strict=True))
    counts = counts[counts["frame"].isin(order_frames(counts))]
    names, texts = (list(dict.fromkeys(counts[column])) for column in ("theme", "doc_id"))
    height = len(names) * (0.19 * counts["frame"].nunique() + 0.6) + 0.2
    with new_figure(len(names), len(texts), height=height, sharex=True, sharey=True) as (fig, axes):
        panels = [(name, text) for name in names for text in texts]
        for ax, (name, text) in zip(axes, panels, strict=True):
            rows = counts[(counts["theme"] == name) & (counts["doc_id"] == text)]
            draw_frames(rows, ax, colour=themes[name].colour, labels=labels, title=f"{text} (of {rows['n'].iloc[0]})")
            if text == texts[0]:
                title = ax.set_title(f"{themes[name].label}\n{ax.get_title(loc='left')}", loc="left")
                title.set_linespacing(1.3)
            if len(texts) > ROOM_FOR_SHARES:
                ax.set_xticks([0, 1], ["0", "100%"])
        fig.supxlabel("share of the sentences on the theme")
    return fig


def plot_actors(crossed: pd.DataFrame, themes: Themes) -> Figure:
    """
    Kinds of actors by themes, a panel per text, three in a row.

    Parameters
    ----------
    crossed : DataFrame from `actors.cross_actors`, by kind
    """
    texts = list(dict.fromkeys(crossed["doc_id"]))
    columns = min(3, len(texts))
    rows = -(-len(texts) // columns)
    labels = {theme.name: theme.label for theme in themes}
    with new_figure(rows, columns, height=rows * (0.24 * crossed["kind"].nunique() + 1.4), sharey=True) as (fig, axes):
        for ax, text in zip(axes, texts, strict=False):
            draw_actors(crossed[crossed["doc_id"] == text], ax, by="kind", labels=labels, title=text)
        for ax in axes[len(texts) :]:
            ax.remove()
    return fig


def plot_modes(counts: pd.DataFrame) -> Figure:
    """How each text speaks, a bar per text; `counts` as in `draw_modes`."""
    with new_figure(height=0.45 * counts["doc_id"].nunique() + 1.3) as (fig, (ax,)):
        draw_modes(counts, ax)
    return fig


def plot_words(words: WordMap, themes: Themes, *, n_words: int = 25) -> Figure:
    """
    A map of words and texts, words by which a theme is found in its colour.

    Parameters
    ----------
    n_words : words that are drawn, those that contribute most
    """
    colours = {word: themes[theme].colour for word, theme in words.themes.items()}
    with new_figure(height=4.6) as (fig, (ax,)):
        draw_correspondence(words.found, ax, colours=colours, n_rows=n_words)
    return fig


def draw_frames(counts: pd.DataFrame, ax: Axes, *, colour: str, labels: Mapping[str, str], title: str = "") -> Axes:
    """
    The frames of one theme in one text: a bar per frame, its share of the theme's sentences, with the count.

    Beside each other, with a shared vertical axis, such panels compare texts.

    Parameters
    ----------
    counts : DataFrame, rows of one theme and text from `frames.count_frames`
        ``frame``, ``sentences``, ``n``, ``share``.
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
    ax.set_xticks([0, 0.5, 1], ["0", "50%", "100%"])
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    return ax


def draw_actors(crossed: pd.DataFrame, ax: Axes, *, by: str, labels: Mapping[str, str], title: str = "") -> Axes:
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


def draw_modes(counts: pd.DataFrame, ax: Axes) -> Axes:
    """
    How each text speaks: one bar per text, cut by the mode that leads in its sentences; shares in the bars.

    Parameters
    ----------
    counts : DataFrame from `modality.count_modes`: ``doc_id``, ``label``, ``share_leading``, ``n``
    """
    texts, labels = (list(dict.fromkeys(counts[name])) for name in ("doc_id", "label"))
    shares = (
        counts.pivot(index="doc_id", columns="label", values="share_leading").reindex(texts, columns=labels).fillna(0)
    )
    colours = dict(zip(labels, [*np.resize(MODE_COLOURS, len(labels) - 1).tolist(), OTHER_COLOUR], strict=True))
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


def draw_correspondence(
    found: Correspondence, ax: Axes, *, colours: Mapping[str, str] | None = None, n_rows: int = 25
) -> Axes:
    """
    A map of rows (dots) and columns (squares) in their first two axes, principal coordinates.

    Where there is one axis only, each row has a line of its own. Labels that would lie on others are left out; columns
    and the rows of largest contribution come first.

    Parameters
    ----------
    colours : mapping of row item to its colour
    n_rows : rows that are drawn, those that contribute most to the two axes
    """
    colours = colours or {}
    rows, columns = _first_axes(found.rows), _first_axes(found.columns)
    rows = rows.sort_values("contribution", ascending=False, kind="stable").head(n_rows)
    shares = found.inertia["share"].tolist()
    if len(shares) == 1:
        rows["y"], columns["y"] = rows["x"].rank(method="first"), 0.0
    ax.axvline(0, color=HAIRLINE, linewidth=0.8)
    ax.axhline(0, color=HAIRLINE, linewidth=0.8)
    ax.scatter(rows["x"], rows["y"], s=14, color=[colours.get(str(item), GREY) for item in rows.index])
    ax.scatter(columns["x"], columns["y"], s=60, marker="s", color=INK)
    ax.margins(0.2, 0.1)
    ax.set_xlabel(f"axis 1 ({shares[0]:.0%} of inertia)")
    if len(shares) > 1:
        ax.set_ylabel(f"axis 2 ({shares[1]:.0%})")
    else:
        ax.set_yticks([])
    figure = ax.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()  # so that it is known where points stand
    _label_points([(columns, 10, "bold"), (rows, 8, "normal")], ax, colours)
    return ax


def _first_axes(part: pd.DataFrame) -> pd.DataFrame:
    """Coordinates of items on the first two axes, and what they make of the inertia of both."""
    table = part[part["axis"] <= 2].assign(contribution=part["mass"] * part["coordinate"] ** 2)
    x, y = (table[table["axis"] == axis].set_index("item")["coordinate"] for axis in (1, 2))
    contribution = table.groupby("item", sort=False)["contribution"].sum()
    return pd.DataFrame({"x": x, "y": y.reindex(x.index, fill_value=0.0), "contribution": contribution})


def _label_points(groups: Sequence[tuple[pd.DataFrame, int, str]], ax: Axes, colours: Mapping[str, str]) -> None:
    """Write the names of points, with type size and weight, beside them: where they lie on no point and no other
    name."""
    to_points = 72 / ax.figure.dpi
    frame = ax.get_window_extent().get_points().ravel() * to_points
    places = [ax.transData.transform(points[["x", "y"]].to_numpy()) * to_points for points, _, _ in groups]
    taken = [(x - 3, y - 3, x + 3, y + 3) for x, y in np.concatenate(places)]
    for (points, size, weight), positions in zip(groups, places, strict=True):
        sizes = measure_text([str(item) for item in points.index], size=size)
        for item, (x, y), at, wide, high in zip(
            points.index, positions, points[["x", "y"]].to_numpy(), sizes["w"], sizes["h"], strict=True
        ):
            width = wide * (1.12 if weight == "bold" else 1)
            for dx, dy, align in ((6, 0, "left"), (-6, 0, "right"), (0, 9, "center"), (0, -9, "center")):
                left = x + dx - {"left": 0, "right": width, "center": width / 2}[align]
                box = (left, y + dy - high / 2, left + width, y + dy + high / 2)
                inside = box[0] >= frame[0] and box[2] <= frame[2]
                if inside and all(box[2] <= a or c <= box[0] or box[3] <= b or d <= box[1] for a, b, c, d in taken):
                    taken.append(box)
                    label = ax.annotate(
                        str(item), (at[0], at[1]), xytext=(dx, dy), textcoords="offset points", ha=align, va="center",
                        fontsize=size, weight=weight, color=colours.get(str(item), INK),
                    )  # fmt: skip
                    label.set_in_layout(False)
                    break


def order_frames(counts: pd.DataFrame) -> Sequence[str]:
    """The frames that any sentence has, in their order: a figure leaves out the others."""
    used = counts.groupby("frame", sort=False)["sentences"].sum()
    return list(used.index[used > 0])
