"""Numbers and an Axes go in, the Axes comes out; nothing is computed, saved or shown here."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize, to_rgb
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator, PercentFormatter
from matplotlib.typing import ColorType

from analysis.report.glossary import gloss
from analysis.report.style import MUTED

MOST_ABREAST = 4  # texts whose names, and counts, stand side by side in half the width of a page
LINE = 60  # letters that stand side by side above the columns of a matrix


def draw_time_axis(ax: Axes, dates: np.ndarray, labels: Sequence[str]) -> Axes:
    """Years at their true distance, shares from 0 in per cent, room for labels at both ends."""
    room = 0.2 * (dates.max() - dates.min() or 365)
    ax.set(xlim=(dates.min() - room, dates.max() + room), xticks=dates, ylim=(0, None))
    ax.set_xticklabels(labels)
    if len(labels) > MOST_ABREAST:
        _turn(ax.get_xticklabels(), "right")
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.yaxis.set_major_locator(MaxNLocator(4))
    ax.grid(axis="y")
    ax.set_axisbelow(True)
    return ax


def _turn(labels: Sequence[Text], end: Literal["left", "right"]) -> None:
    """Labels at a slant, that end of them at their tick."""
    for label in labels:
        label.set(rotation=45, ha=end, rotation_mode="anchor")


def paint_cells(values: pd.DataFrame, labels: pd.DataFrame, ax: Axes, *, most: float) -> Axes:
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
    label_columns(ax, list(values.columns))
    ax.set_yticks(range(values.shape[0]), values.index)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def label_columns(ax: Axes, names: Sequence[object]) -> None:
    """The name of each column above the axis; at a slant where they are too long to stand side by side."""
    ax.set_xticks(range(len(names)), [str(name) for name in names])
    ax.xaxis.tick_top()
    if len(names) * max((len(str(name)) for name in names), default=0) > LINE:
        _turn(ax.get_xticklabels(), "left")


def label_rows(ax: Axes, words: Sequence[str], glossary: Mapping[str, str]) -> None:
    """The word of each row left of the axis, its gloss below it, smaller and grey."""
    glosses = {word: gloss(word, glossary) for word in words}
    ax.set_yticks(range(len(words)), [f"{word}\n" if glosses[word] else word for word in words])
    ax.tick_params(axis="y", length=0)
    for label in ax.get_yticklabels():
        label.set(linespacing=1.0, va="center")
    for row, word in enumerate(words):
        short = textwrap.shorten(glosses[word], 38, placeholder=" …")
        place: dict[str, Any] = {
            "xycoords": ax.get_yaxis_transform(),
            "textcoords": "offset points",
            "annotation_clip": False,
        }
        ax.annotate(short, (0, row), (-4, -6), ha="right", va="center", fontsize=8, color=MUTED, **place)


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
