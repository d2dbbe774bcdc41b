"""Where in a text a theme stands: headings, sections, concentration, stretches; and themes by heading."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.corpus.formats.blocks import LEAD
from analysis.themes.dictionary import Themes, tag

COLUMNS = ["theme", "doc_id", "headings", "n_headings", "sections", "n_sections", "hits", "fullest", "fullest_title",
           "fullest_share", "stretches", "sentences"]  # fmt: skip


def measure_places(
    hits: pd.DataFrame, sentences: pd.DataFrame, sections: pd.DataFrame, dictionary: Themes, themes: Sequence[str]
) -> pd.DataFrame:
    """
    Whether a theme is a chapter of its text or a thread through it.

    Parameters
    ----------
    hits : DataFrame from `analysis.themes.dictionary.tag`, of the sentences
    sentences : DataFrame, one row per sentence, in reading order: ``sentence_id``, ``section_id``, ``doc_id``
    sections : DataFrame, one row per heading: ``section_id``, ``doc_id``, ``title``
    dictionary : the theme dictionary, which finds themes in headings as in sentences

    Returns
    -------
    DataFrame, one row per theme and text
        ``headings`` that name the theme, of ``n_headings`` (the lead before the first heading is none); ``sections``
        with a hit, of ``n_sections`` (that have sentences); ``hits``; ``fullest`` (id of the section with most hits,
        the first of equals; empty without hits), ``fullest_title``, ``fullest_share`` (of the hits, 0 to 1; missing
        without hits); ``stretches`` (runs of consecutive sentences with a hit); ``sentences`` (with a hit).
    """
    titles = tag_headings(sections, dictionary)
    n_headings = sections[sections["title"] != LEAD].groupby("doc_id").size()
    section = sentences.set_index("sentence_id")["section_id"]
    title = sections.set_index("section_id")["title"]
    rows = []
    for theme in themes:
        for document, own in sentences.groupby("doc_id", sort=False):
            theme_hits = hits[(hits["theme"] == theme) & (hits["doc_id"] == document)]
            named = titles[(titles["theme"] == theme) & (titles["doc_id"] == document)]
            per_section = theme_hits["sentence_id"].map(section).value_counts(sort=False)
            fullest = str(per_section.idxmax()) if len(per_section) else ""
            present = own["sentence_id"].isin(theme_hits["sentence_id"])
            stretches = int((present & ~present.shift(fill_value=False)).sum())
            share = per_section.max() / len(theme_hits) if len(theme_hits) else float("nan")
            rows.append((theme, document, named["section_id"].nunique(), int(n_headings.get(document, 0)),
                         len(per_section), own["section_id"].nunique(), len(theme_hits), fullest,
                         title.get(fullest, ""), share, stretches, int(present.sum())))  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def tag_headings(sections: pd.DataFrame, dictionary: Themes) -> pd.DataFrame:
    """
    The themes that headings name.

    Returns
    -------
    DataFrame, one row per hit, as from `analysis.themes.dictionary.tag`, with ``section_id`` for ``sentence_id``
    """
    headings = pd.DataFrame(dict.fromkeys(("sentence_id", "paragraph_id"), sections["section_id"]))
    headings = headings.assign(doc_id=sections["doc_id"], text=sections["title"])
    hits = tag(headings, dictionary).drop(columns="paragraph_id")
    return hits.rename(columns={"sentence_id": "section_id"})


def cross_headings(
    hits: pd.DataFrame, sentences: pd.DataFrame, sections: pd.DataFrame, themes: Sequence[str]
) -> pd.DataFrame:
    """
    Theme by heading in each text: the two-mode table of sentences that name the theme under that heading.

    Returns
    -------
    DataFrame, one row per heading with sentences and theme, in reading order
        ``doc_id``, ``section_id``, ``title``, ``theme``, ``sentences``, ``n`` (sentences under the heading), ``share``.
    """
    size = sentences.groupby("section_id", sort=False)["sentence_id"].nunique()
    with_section = hits.merge(sentences[["sentence_id", "section_id"]], on="sentence_id")
    counts = with_section.groupby(["section_id", "theme"])["sentence_id"].nunique()
    index = pd.MultiIndex.from_product([size.index, themes], names=["section_id", "theme"])
    table = counts.reindex(index, fill_value=0).rename("sentences").reset_index()
    about = sections.set_index("section_id")
    table.insert(0, "doc_id", table["section_id"].map(about["doc_id"]))
    table.insert(2, "title", table["section_id"].map(about["title"]))
    table["n"] = table["section_id"].map(size)
    return table.assign(share=table["sentences"] / table["n"])
