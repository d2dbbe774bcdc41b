"""What may be said of the texts themselves: sizes, lengths of paragraphs, the sender's standing words."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.report.wording import spell_noun


def ask_sizes(n_texts: int) -> str:
    """
    The question about the texts themselves.

    Examples
    --------
    >>> ask_sizes(1), ask_sizes(3)
    ('What is this text, and what may be compared?', 'What are these three texts, and what may be compared?')
    """
    which = "is this text" if n_texts == 1 else f"are these {spell_noun(n_texts, 'text')}"
    return f"What {which}, and what may be compared?"


def describe_sizes(sizes: pd.DataFrame, kinds: pd.Series) -> str:
    """
    The finding on the texts: how long each is, and what may therefore be compared.

    Parameters
    ----------
    sizes : DataFrame from `analysis.corpus.describe.measure_texts`
    kinds : Series, what kind of text each is
    """
    words = sizes.set_index("doc_id")["words"]
    lengths = ", ".join(f"{n:,} {'word' if n == 1 else 'words'} in {text}" for text, n in words.items())
    if len(words) == 1:
        return f"One text: {lengths}. There is nothing to compare it with."
    n_kinds, ratio = len(set(kinds)), words.max() / words.min()
    which = spell_noun(n_kinds, "genre")
    which = which if n_kinds == len(words) else f"{spell_noun(len(words), 'text')} of {which}"
    return (
        f"{which.capitalize()} of {'very different' if ratio >= 2 else 'similar'} length: {lengths}. The longest has "
        f"{ratio:.1f} times the words of the shortest. Shares and rates may be compared between them, totals may not, "
        "and no difference can be put down to the year."
    )


def caption_lengths(paragraphs: pd.DataFrame, texts: Sequence[str]) -> dict[str, str]:
    """
    Name, caption and alternative text of the figure of paragraph lengths.

    Parameters
    ----------
    paragraphs : DataFrame with ``doc_id`` and ``n_words``
    texts : in order of date
    """
    medians = paragraphs.groupby("doc_id")["n_words"].median().reindex(list(texts))
    spelled = ", ".join(f"{median:.0f} in {text}" for text, median in medians.items())
    longest, shortest = medians.idxmax(), medians.idxmin()
    if len(medians) == 1:
        spelled = f"{medians.iloc[0]:.0f} words in the median"
        return {
            "name": "paragraphs",
            "caption": f"How long paragraphs are: {spelled}. One bar per paragraph, as high as it has words.",
            "alt": f"Bar chart of paragraph lengths in reading order: {spelled}.",
        }
    return {
        "name": "paragraphs",
        "caption": f"Paragraphs are longest in {longest} (median words: {spelled}), so that one paragraph there has "
        "more room to name a theme. One bar per paragraph, as high as it has words.",
        "alt": "Bar charts, one per text, of paragraph lengths in reading order; the median is largest in "
        f"{longest} and smallest in {shortest}.",
    }


def describe_institution_words(rates: pd.DataFrame, texts: Sequence[str]) -> str:
    """
    How much of each text the sender's standing words are.

    Parameters
    ----------
    rates : DataFrame from `analysis.corpus.describe.count_institution_words`: uses per 1,000 words of each text
    """
    totals = rates[list(texts)].sum()
    if not totals.any():
        return ""
    if len(totals) == 1:
        return f"Institution words make up {totals.iloc[0]:.0f} of every 1,000 words."
    most, least = totals.idxmax(), totals.idxmin()
    return (
        f"Institution words make up {totals[most]:.0f} of every 1,000 words in {most}, {totals[least]:.0f} in {least}: "
        "the genre speaks in the vocabulary before any theme does."
    )
