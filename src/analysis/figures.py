"""Numbers and an Axes go in, the Axes comes out; nothing is computed, saved or shown here."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize, to_rgb
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.ticker import MaxNLocator, PercentFormatter
from matplotlib.typing import ColorType

from analysis.exports import HAIRLINE, INK, MUTED, PAPER

# Figures are drawn narrow (5.6 inch) with 10 point type, so that on a phone, where they shrink to about two thirds,
# their labels can still be read. DejaVu Sans comes with matplotlib: the same glyphs on every machine.
WIDTH = 5.6
STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.labelsize": 10,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "grid.color": HAIRLINE,
    "grid.linewidth": 0.8,
    "lines.linewidth": 2,
    "figure.constrained_layout.use": True,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}
# One marker a theme: a theme is told by its form and its label, never by colour alone.
MARKERS = {"cyber": "o", "cbrn": "D", "radicalisation": "^", "migration": "s"}
PRESENCE_ORDER = ["stays", "returns", "vanishes", "passes", "appears"]


def plot_paragraph_lengths(paragraphs: pd.DataFrame, sections: pd.DataFrame, ax: Axes) -> Axes:
    """
    One bar per paragraph of one text, as high as it has words; hairlines where a section begins.

    Parameters
    ----------
    paragraphs : DataFrame, in reading order, with ``section_id`` and ``n_words``
    sections : DataFrame with ``section_id`` and ``level``: lines of level 1 are stronger
    """
    ax.bar(np.arange(len(paragraphs)), paragraphs["n_words"], width=0.8, color=MUTED, linewidth=0)
    starts = np.flatnonzero(paragraphs["section_id"].ne(paragraphs["section_id"].shift()).to_numpy())
    levels = paragraphs["section_id"].iloc[starts].map(sections.set_index("section_id")["level"])
    for start, level in zip(starts, levels, strict=True):
        ax.axvline(start - 0.5, color=INK if level == 1 else HAIRLINE, linewidth=0.8, zorder=0)
    ax.set(xlim=(-0.5, max(len(paragraphs), 1) - 0.5), ylabel="words")
    ax.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    return ax


def plot_attention(shares: pd.DataFrame, ax: Axes, *, colour: str, marker: str = "o") -> Axes:
    """
    One theme through the texts: its share of paragraphs at the date of each text, with interval and raw count.

    Parameters
    ----------
    shares : DataFrame, one row per text, in order of date
        ``date``, ``doc_id``, ``share``, ``low``, ``high`` (0 to 1), ``paragraphs`` and ``n_paragraphs`` (counts).
    """
    dates = mdates.date2num(shares["date"])
    ax.plot(dates, shares["share"], color=colour, linewidth=1.2, linestyle=(0, (1, 2)))
    ax.vlines(dates, shares["low"], shares["high"], color=colour, linewidth=2.5)
    ax.plot(dates, shares["share"], marker, color=colour, markersize=8, markeredgecolor=PAPER)
    for date, (_, row) in zip(dates, shares.iterrows(), strict=True):
        label = f"{row['paragraphs']} of {row['n_paragraphs']}"
        ax.annotate(label, (date, row["high"]), xytext=(0, 4), textcoords="offset points", ha="center", fontsize=9)
    _time_axis(ax, dates, list(shares["doc_id"]))
    ax.set_ylim(0, max(ax.get_ylim()[1], 1.15 * shares["high"].max()))  # room for the label above the tallest bar
    return ax


def _time_axis(ax: Axes, dates: np.ndarray, labels: Sequence[str]) -> Axes:
    """Years at their true distance, shares from 0 in per cent, room for labels at both ends."""
    room = 0.2 * (dates.max() - dates.min() or 365)
    ax.set(xlim=(dates.min() - room, dates.max() + room), xticks=dates, ylim=(0, None))
    ax.set_xticklabels(labels)
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.yaxis.set_major_locator(MaxNLocator(4))
    ax.grid(axis="y")
    ax.set_axisbelow(True)
    return ax


def plot_theme_heatmap(shares: pd.DataFrame, counts: pd.DataFrame, ax: Axes) -> Axes:
    """
    Theme x text: the darker, the larger the share of paragraphs; each cell states share and count.

    Parameters
    ----------
    shares, counts : DataFrames, the same index (labels of themes) and columns (texts); shares 0 to 1
    """
    labels = shares.map("{:.0%}".format) + " (" + counts.astype(str) + ")"
    return _paint_cells(shares, labels, ax, most=shares.to_numpy().max())


def _paint_cells(values: pd.DataFrame, labels: pd.DataFrame, ax: Axes, *, most: float) -> Axes:
    """Cells from light (0 and below) to dark (`most`), each with its label in black or white: what is read better."""
    blues = LinearSegmentedColormap.from_list("paper to ink", ["#f4f2ee", "#2b4c6f"])
    norm = Normalize(0, max(most, 1e-9), clip=True)
    ax.imshow(values.to_numpy(dtype=float), cmap=blues, norm=norm, aspect="auto")
    for (row, column), value in np.ndenumerate(values.to_numpy(dtype=float)):
        if not labels.iloc[row, column]:
            continue
        # not INK and PAPER, which change places on a dark screen: cells keep their colour
        colour = "#fefefe" if relative_luminance(blues(norm(value))) < 0.18 else "#010101"
        ax.text(column, row, labels.iloc[row, column], ha="center", va="center", color=colour, fontsize=9)
    ax.set_xticks(range(values.shape[1]), values.columns)
    ax.set_yticks(range(values.shape[0]), values.index)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def plot_keyness(words: pd.DataFrame, ax: Axes, *, glosses: Mapping[str, str], texts: tuple[str, str]) -> Axes:
    """
    Words that set two texts apart: log ratio with interval, right of zero for the first text, left for the second.

    Parameters
    ----------
    words : DataFrame, one row per word
        ``word``, ``log_ratio``, ``low``, ``high`` (binary logarithms: 1 = twice as frequent, 2 = four times).
    glosses : mapping of word to its gloss, shown below it
    """
    words = words.sort_values("log_ratio", kind="stable")
    rows = np.arange(len(words))
    ax.axvline(0, color=MUTED, linewidth=0.8)
    ax.hlines(rows, words["low"], words["high"], color=MUTED, linewidth=1.5)
    filled = words["log_ratio"] > 0
    ax.plot(words["log_ratio"][filled], rows[filled], "o", color=INK, markersize=6)
    ax.plot(words["log_ratio"][~filled], rows[~filled], "o", color=INK, markersize=6, markerfacecolor=PAPER)
    _label_rows(ax, list(words["word"]), glosses)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    ax.set_ylim(-0.6, len(words) - 0.4)
    ax.set_xlabel(f"← more in {texts[1]} · log₂ ratio of rates · more in {texts[0]} →")
    return ax


def _label_rows(ax: Axes, words: Sequence[str], glosses: Mapping[str, str]) -> None:
    """The word of each row left of the axis, its gloss below it, smaller and grey."""
    ax.set_yticks(range(len(words)), [f"{word}\n" if glosses.get(word) else word for word in words])
    ax.tick_params(axis="y", length=0)
    for label in ax.get_yticklabels():
        label.set(linespacing=1.0, va="center")
    for row, word in enumerate(words):
        gloss = textwrap.shorten(glosses.get(word, ""), 38, placeholder=" …")
        place: dict[str, Any] = {
            "xycoords": ax.get_yaxis_transform(),
            "textcoords": "offset points",
            "annotation_clip": False,
        }
        ax.annotate(gloss, (0, row), (-4, -6), ha="right", va="center", fontsize=8, color=MUTED, **place)


def plot_dispersion(positions: Sequence[float], section_starts: Sequence[float], ax: Axes, *, colour: str) -> Axes:
    """
    Where in one text a theme speaks: a stroke per hit from the first word (0) to the last (1), ticks at sections.

    Parameters
    ----------
    positions, section_starts : positions in the text, 0 to 1
    """
    ax.vlines(list(section_starts), -0.35, 0, color=MUTED, linewidth=0.8)
    ax.vlines(list(positions), 0, 1, color=colour, linewidth=1.3)
    ax.axhline(0, color=MUTED, linewidth=0.8)
    ax.set(xlim=(-0.005, 1.005), ylim=(-0.4, 1.05), xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    return ax


def plot_vocabulary(
    counts: pd.DataFrame, ax: Axes, *, colour: str, glosses: Mapping[str, str], presence: pd.Series
) -> Axes:
    """
    The words of a theme by text: one row per word, the area of a dot is its number of hits, which stands inside.

    Parameters
    ----------
    counts : DataFrame, index the words, one column per text (hits)
    glosses : mapping of word to its gloss, shown below it
    presence : Series from `analysis.attention.describe_presence`; groups the rows and is written beside them
    """
    order = sorted(counts.index, key=lambda word: (PRESENCE_ORDER.index(presence[word]), -counts.loc[word].sum(), word))
    for row, word in enumerate(order):
        for column, count in enumerate(counts.loc[word]):
            if count:
                ax.scatter(column, row, s=95 + 20 * min(count, 12), color=colour, linewidth=0)
                ax.text(column, row, str(count), ha="center", va="center_baseline", fontsize=8, color="#ffffff")
            else:
                ax.plot(column, row, "_", color=HAIRLINE, markersize=8)
    groups = [presence[word] for word in order]
    for row in range(1, len(order)):
        if groups[row] != groups[row - 1]:
            ax.axhline(row - 0.5, color=MUTED, linewidth=0.8)
    for row, group in enumerate(groups):
        if row == 0 or groups[row - 1] != group:
            ax.text(counts.shape[1] - 0.45, row, group, va="center", fontsize=9, color=MUTED, style="italic")
    ax.set_xticks(range(counts.shape[1]), counts.columns)
    _label_rows(ax, order, glosses)
    ax.set(xlim=(-0.6, counts.shape[1] + 0.25), ylim=(len(order) - 0.4, -0.6))
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def plot_all_attention(
    shares: pd.DataFrame, ax: Axes, *, colours: Mapping[str, str], labels: Mapping[str, str]
) -> Axes:
    """
    All declared themes in one picture: share of paragraphs per text, the lines named at their right end.

    Parameters
    ----------
    shares : DataFrame, one row per theme and text: ``theme``, ``doc_id``, ``date``, ``share``, ``low``, ``high``
    """
    ends = {}
    themes = list(dict.fromkeys(shares["theme"]))
    for place, theme in enumerate(themes):
        own = shares[shares["theme"] == theme]
        dates = mdates.date2num(own["date"]) + 38 * (place - (len(themes) - 1) / 2)  # side by side, not on top
        ax.vlines(dates, own["low"], own["high"], color=colours[theme], linewidth=1.6, alpha=0.75)
        style: dict[str, Any] = {"color": colours[theme], "marker": MARKERS.get(theme, "o"), "markersize": 7}
        ax.plot(dates, own["share"], linewidth=1.6, markeredgecolor=PAPER, **style)
        ends[theme] = (dates[-1], own["share"].iloc[-1])
    top = ax.get_ylim()[1]
    heights = spread_labels([max(height, 0.025 * top) for _, height in ends.values()], gap=0.055 * top)
    right = max(date for date, _ in ends.values()) + 40
    for (theme, _), height in zip(ends.items(), heights, strict=True):
        ax.annotate(
            labels[theme], (right, height), color=colours[theme], va="center", weight="bold", annotation_clip=False
        )
    dates = mdates.date2num(shares["date"].drop_duplicates())
    _time_axis(ax, dates, list(dict.fromkeys(shares["doc_id"])))
    ax.set_ylabel("share of paragraphs")
    return ax


def spread_labels(heights: Sequence[float], *, gap: float) -> list[float]:
    """
    Heights of labels, each as near to its line as can be with at least `gap` between neighbours, none below 0.

    Examples
    --------
    >>> spread_labels([0.5, 0.5, 0.0], gap=0.2)
    [0.5, 0.7, 0.0]
    """
    order = sorted(range(len(heights)), key=lambda at: (heights[at], at))
    placed: dict[int, float] = {}
    last = -np.inf
    for at in order:
        last = max(heights[at], last + gap)
        placed[at] = float(last)
    return [round(placed[at], 9) for at in range(len(heights))]


def relative_luminance(colour: ColorType) -> float:
    """
    How bright a colour is, from 0 (black) to 1 (white), as WCAG 2.2 has it; contrast is (a + 0.05) / (b + 0.05).

    Examples
    --------
    >>> relative_luminance("#ffffff"), relative_luminance("#000000")
    (1.0, 0.0)
    """
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    return round(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2], 9)


def plot_stability(curves: pd.DataFrame, ax: Axes, *, chosen: int) -> Axes:
    """
    How stable topics are for each number of topics, under two ways to start; a line at the number chosen.

    Parameters
    ----------
    curves : DataFrame, index the number of topics, columns random start, SVD start, shuffled words
        Mean agreement with the reference model, 0 to 1; what comes third is the floor, drawn grey and dashed.
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
    Topics through the texts: a line per topic, its share at the date of each text, its words at the right end.

    Parameters
    ----------
    shares : DataFrame, index the topics, one column per text in order of date; 0 to 1
    dates : Series of dates, index the texts
    unstable : topics drawn grey and dashed, for they may be gone in the next run
    """
    days = mdates.date2num(dates[shares.columns])
    for topic, row in shares.iterrows():
        loose = topic in unstable
        style: dict[str, Any] = {"color": MUTED if loose else INK, "linestyle": (0, (2, 2)) if loose else "-"}
        ax.plot(days, row, marker="o", markersize=6, linewidth=1.5, markerfacecolor=PAPER if loose else INK, **style)
    _time_axis(ax, days, list(shares.columns))
    top = ax.get_ylim()[1]
    heights = spread_labels([max(height, 0.02 * top) for height in shares.iloc[:, -1]], gap=0.052 * top)
    for topic, height in zip(shares.index, heights, strict=True):
        colour = MUTED if topic in unstable else INK
        place = (days[-1] + 60, height)
        ax.annotate(labels[topic], place, color=colour, va="center", fontsize=9, annotation_clip=False)
    ax.set_ylabel("share of the text")
    return ax


def plot_matrix(values: pd.DataFrame, ax: Axes) -> Axes:
    """
    A matrix of correlations: cells from white (0 or below) to dark (1), each with its number.

    Parameters
    ----------
    values : DataFrame, −1 to 1
    """
    labels = values.map(lambda value: f"{value:.2f}".replace("-", "−"))
    return _paint_cells(values, labels, ax, most=1)


def measure_text(texts: Sequence[str], *, size: float) -> pd.DataFrame:
    """
    How wide and high words are in DejaVu Sans, which comes with matplotlib and is wider than most screen fonts.

    Parameters
    ----------
    size : font size, in the unit that is wanted back: pixels on a page, points in a figure

    Returns
    -------
    DataFrame, one row per text, ``w`` and ``h``; the height is that of a line, the same for all

    Examples
    --------
    >>> measure_text(["cyber", "cyberaanval", ""], size=10).to_numpy().tolist()
    [[28.028, 11.641], [61.446, 11.641], [0.0, 11.641]]
    """
    font = get_font(findfont(FontProperties(family="DejaVu Sans")))
    # At 1000 dots to the unit, without hinting: the same widths at every size.
    font.set_size(1000, 72)
    widths = []
    for text in texts:
        font.set_text(" ".join(text.split()), 0, flags=LoadFlags.NO_HINTING)
        widths.append(font.get_width_height()[0] / 64 / 1000 * size)
    line = (font.ascender - font.descender) / font.units_per_EM * size
    return pd.DataFrame({"w": np.round(widths, 3), "h": round(line, 3)}, columns=["w", "h"])


def plot_scores(
    scores: pd.DataFrame, ax: Axes, *, measure: str, colours: Mapping[str, str], labels: Mapping[str, str]
) -> Axes:
    """
    Precision or recall: a group of rows for each theme, a row for each text, a dot with its interval and counts.

    Parameters
    ----------
    scores : DataFrame, one row per theme and text, in the order wanted, from top to bottom
        ``theme``, ``doc_id``, ``tp``, ``fp``, ``fn``; `measure`, also with ``_low`` and ``_high`` (0 to 1).
    measure : "precision" or "recall"
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
            ax.plot(one[measure], row, MARKERS.get(one["theme"], "o"), markersize=7, **style)
        place: dict[str, Any] = {"xycoords": ax.get_yaxis_transform(), "annotation_clip": False}
        ax.annotate(f"{one['tp']}/{n}", (1.05, row), va="center", fontsize=9, color=MUTED, **place)
    for group in np.unique(groups):
        first = int(np.flatnonzero(groups == group)[0])
        label = labels[scores["theme"].iloc[first]]
        ax.text(0, rows[first] - 0.85, label, va="center", weight="bold", color=colours[scores["theme"].iloc[first]])
    ax.set(xlim=(0, 1), ylim=(rows[-1] + 0.6, -1.4), title=measure)
    ax.set_yticks(rows, list(scores["doc_id"]))
    ax.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    return ax
