"""The paragraphs that hold hits, with their hits marked: the evidence that numbers lead to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from analysis.report.glossary import gloss

if TYPE_CHECKING:
    import pandas as pd

    from analysis.report.report import Study

LEAD = "(lead)"  # what `analysis.corpus` calls a section without a heading

Span = tuple[int, int] | tuple[int, int, str]


def list_passages(study: Study, hits: pd.DataFrame, also: Iterable[str] = ()) -> pd.DataFrame:
    """
    The paragraphs that hold hits, and `also` others, by id, with nothing marked.

    Parameters
    ----------
    hits : DataFrame, one row per hit
        ``paragraph_id``, ``sentence_id``, ``start``, ``end`` (offsets in the sentence).

    Returns
    -------
    DataFrame, one row per paragraph, texts in order of date
        ``doc_id``, ``paragraph_id``, ``section`` (title), ``text``, ``line_start``, ``line_end``, ``spans`` (pairs of
        offsets in the paragraph).
    """
    corpus = study.corpus
    offset = hits["sentence_id"].map(corpus.sentences.set_index("sentence_id")["start"]).astype(int)
    spans: dict[str, list[tuple[int, int]]] = {paragraph: [] for paragraph in also}
    for paragraph, start, end in zip(hits["paragraph_id"], offset + hits["start"], offset + hits["end"], strict=True):
        spans.setdefault(paragraph, []).append((start, end))
    table = corpus.paragraphs[corpus.paragraphs["paragraph_id"].isin(spans)]
    table = table.assign(spans=table["paragraph_id"].map(spans).astype(object))
    table["section"] = table["section_id"].map(corpus.sections.set_index("section_id")["title"])
    table["doc_order"] = table["doc_id"].map(list(study.documents).index)
    table = table.sort_values(["doc_order", "order"], kind="stable")
    columns = ["doc_id", "paragraph_id", "section", "text", "line_start", "line_end", "spans"]
    return table[columns].reset_index(drop=True)


def split_hits(text: str, spans: Iterable[Span], glossary: Mapping[str, str]) -> list[dict[str, Any]]:
    """
    A text in pieces, hits apart from what stands between them; hits that overlap become one.

    Parameters
    ----------
    spans : (start, end), offsets in `text`, or (start, end, term), where `term` is what the glossary knows the hit by:
        ``cyberaanval`` for *cyberaanvallen*

    Returns
    -------
    list of dict, which together hold the text: ``text``; for hits also ``mark`` (true), ``term`` and its ``gloss``

    Raises
    ------
    ValueError : if a span lies outside the text

    Examples
    --------
    >>> split_hits("Twee cyberaanvallen.", [(5, 19, "cyberaanval")], {"cyberaanval": "cyber attack"})[1]
    {'text': 'cyberaanvallen', 'mark': True, 'term': 'cyberaanval', 'gloss': 'cyber attack'}
    """
    pieces: list[dict[str, Any]] = []
    position = 0
    for start, end, term in _union(spans, text):
        pieces.append({"text": text[position:start]})
        pieces.append({"text": text[start:end], "mark": True, "term": term, "gloss": gloss(term, glossary)})
        position = end
    return [piece for piece in [*pieces, {"text": text[position:]}] if piece["text"]]


def _union(spans: Iterable[Span], text: str) -> list[tuple[int, int, str]]:
    """Spans in order, those that overlap joined, each with the term it is known by."""
    joined: list[tuple[int, int, str]] = []
    for start, end, *rest in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not 0 <= start < end <= len(text):
            raise ValueError(
                f"The span ({start}, {end}) lies outside a text of {len(text)} characters. Use its own offsets."
            )
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]), joined[-1][2])
        else:
            joined.append((int(start), int(end), str(rest[0]) if rest else text[start:end]))
    return joined


def show_passage(row: Any, glossary: Mapping[str, str], language: str) -> dict[str, Any]:
    """
    One paragraph as a page shows it: its pieces, and where it stands.

    Parameters
    ----------
    row : a row of `list_passages`, as ``itertuples`` gives it
    language : code of the language of its text

    Returns
    -------
    dict with ``id``, ``lang``, ``place``, ``pieces``, and the cells ``section`` and ``marked``
    """
    pieces = split_hits(row.text, row.spans, glossary)
    known = {piece["term"].casefold(): piece["term"] for piece in pieces if piece.get("gloss")}
    first, last = int(row.line_start), int(row.line_end)
    return {
        "id": row.paragraph_id,
        "lang": language,
        "section": show_word(row.section, glossary, language),
        "place": f"line {first}" if first == last else f"lines {first}–{last}",
        "pieces": pieces,
        "marked": [show_word(term, glossary, language) for _, term in sorted(known.items())],
    }


def show_word(word: str, glossary: Mapping[str, str], language: str) -> dict[str, str]:
    """
    A word of a text as a cell: in its language, with its gloss where the glossary has one.

    What stands in the place of a heading where there is none is no word of a text: an empty cell.

    Examples
    --------
    >>> show_word("grens", {"grens": "border"}, "nl")
    {'value': 'grens', 'lang': 'nl', 'gloss': 'border'}
    """
    if word == LEAD:
        return {"value": ""}
    return {"value": word, "lang": language, "gloss": gloss(word, glossary)}
