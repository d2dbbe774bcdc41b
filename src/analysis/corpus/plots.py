"""Figures of the texts themselves: numbers go in, a Figure comes out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.report.style import HAIRLINE, INK, MUTED, new_figure


def plot_paragraph_lengths(paragraphs: pd.DataFrame, sections: pd.DataFrame, texts: Sequence[str]) -> Figure:
    """
    The paragraphs of every text, a panel each, all with the same scale.

    Parameters
    ----------
    paragraphs : DataFrame, in reading order, with ``doc_id`` and what `draw_paragraph_lengths` needs
    sections : DataFrame with ``section_id`` and ``level``: lines of level 1 are stronger
    texts : in the order of the panels
    """
    with new_figure(len(texts), height=1.55 * len(texts), sharey=True) as (fig, axes):
        for ax, text in zip(axes, texts, strict=True):
            draw_paragraph_lengths(paragraphs[paragraphs["doc_id"] == text], sections, ax).set_title(text)
        axes[-1].set_xlabel("paragraphs in reading order; a line where a section begins")
    return fig


def draw_paragraph_lengths(paragraphs: pd.DataFrame, sections: pd.DataFrame, ax: Axes) -> Axes:
    """
    One bar per paragraph of one text, as high as it has words; hairlines where a section begins.

    Parameters
    ----------
    paragraphs : DataFrame, in reading order, with ``section_id`` and ``n_words``
    sections : DataFrame with ``section_id`` and ``level``
    """
    ax.bar(np.arange(len(paragraphs)), paragraphs["n_words"], width=0.8, color=MUTED, linewidth=0)
    starts = np.flatnonzero(paragraphs["section_id"].ne(paragraphs["section_id"].shift()).to_numpy())
    levels = paragraphs["section_id"].iloc[starts].map(sections.set_index("section_id")["level"])
    for start, level in zip(starts, levels, strict=True):
        ax.axvline(start - 0.5, color=INK if level == 1 else HAIRLINE, linewidth=0.8, zorder=0)
    ax.set(xlim=(-0.5, max(len(paragraphs), 1) - 0.5), ylabel="words")
    ax.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    return ax
