"""The visual identity of all figures: width, matplotlib style, markers."""

from __future__ import annotations

from analysis.report.exports import HAIRLINE, INK, MUTED

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
