"""The visual identity of all figures: width, greys, matplotlib style, and a colour and a marker for every theme."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# The four greys in which figures are drawn, and what each becomes on a dark screen. Contrast with the paper, light and
# dark: ink 17.4 and 14.0, muted 6.4 and 7.2 (text wants 4.5). Theme colours stay as they are.
INK, MUTED, HAIRLINE, PAPER = "#1a1a1a", "#5f5f5f", "#d4d4d4", "#ffffff"
DARK = {INK: "#e6e4e0", MUTED: "#a6a4a0", HAIRLINE: "#3d4043", PAPER: "#16181a"}

# Figures are drawn narrow (5.6 inch) with 10 point type, so that on a phone, where they shrink to about two thirds,
# their labels can still be read. DejaVu Sans comes with matplotlib: the same glyphs on every machine.
WIDTH = 5.6
STYLE: dict[Any, Any] = {
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

# A theme is told by its marker and its label, never by colour alone. Markers as matplotlib calls them, all filled: the
# sixteenth declared theme has the marker of the first again, in another colour.
MARKERS = ("o", "D", "^", "s", "v", "P", "*", "X", "<", "p", ">", "h", "d", "8", "H")
# Colours of declared themes that name none. Each has a contrast of 3 or more (WCAG 2.2, 1.4.11) with both papers: the
# first four after Okabe and Ito, then hues of OKLCH lightness .56, then of .64.
COLOURS = (
    *("#0072b2", "#d55e00", "#00805a", "#a3488f"),
    *("#8b7122", "#c44132", "#4f69d7", "#6c7e1e", "#be3d70", "#2f818e", "#8557c8", "#a7611b"),
    *("#388cf0", "#b68028", "#2ea37a", "#d15aa3", "#97902a", "#e0576a", "#b267d2", "#089ac3"),
)


@contextmanager
def in_style() -> Iterator[None]:
    """The style of all figures, whatever style has been chosen elsewhere, for as long as the ``with`` lasts."""
    from matplotlib import pyplot as plt

    with plt.style.context(["default", STYLE]):
        yield


@contextmanager
def new_figure(
    rows: int = 1, columns: int = 1, *, height: float, width: float = WIDTH, **options: Any
) -> Iterator[tuple[Figure, Sequence[Axes]]]:
    """
    A new figure and its Axes, row by row, in the style of all figures: what is drawn inside the ``with`` has it too.

    The style ends with the ``with``, and pyplot forgets the figure: JupyterLab shows it where a cell ends in it, or
    where `analysis.report.Report.figure` is given it, once.

    Parameters
    ----------
    height, width : inches
    options : what ``Figure.subplots`` takes, such as ``sharey`` and ``height_ratios``

    Examples
    --------
    >>> with new_figure(height=2) as (fig, (ax,)):
    ...     lines = ax.plot([2014, 2018], [0.1, 0.2])
    >>> fig.get_size_inches().tolist()
    [5.6, 2.0]
    """
    from matplotlib import pyplot as plt

    with in_style():
        fig = plt.figure(figsize=(width, height))
        try:
            yield fig, fig.subplots(rows, columns, squeeze=False, **options).ravel().tolist()
        finally:
            plt.close(fig)
