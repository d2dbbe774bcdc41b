"""Text extracted from a PDF file (``pdf-text``), one line of text per line of a page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analysis.corpus.formats.blocks import (
    Block,
    Piece,
    add_paragraph,
    assemble,
    ends_sentence,
    group_lines,
    is_prose,
    join,
)
from analysis.corpus.formats.parsed import Parsed
from analysis.corpus.language import Language

LONG_LINE, LONG_CAPITALS, SHORT_REST = 70, 60, 20  # characters; a heading runs on only from a line that was full
NUMBERED_LINE = re.compile(r"(?P<number>\d{1,2}(?=\.)(?:\.\d{1,2})*)\.?\s+(?P<title>[^\W\da-zà-ÿ_].*|[\"“(].*)")
PAGE_NUMBER = re.compile(r"(?:(?P<word>\S+) )?\d{1,4}")
LANGUAGE_MARK = re.compile(r"([A-Z]{2}) (?:\d{1,4} )?\1")  # NL 5 NL, at the foot of pages of the European Union


def parse_pdf_text(lines: Sequence[str], language: Language) -> Parsed:
    """
    Raw text of a PDF: hard line breaks, blank lines between paragraphs, headings known by numbers or capitals.

    A line that starts with a space or form feed opens a page: it continues the line before it, unless that ends a
    sentence. Before the first prose only the headings directly above it count; the rest is the cover. Footnotes
    cannot be told from text in this format and stay text. Page numbers, alone or after a page word of the language, are
    left out.
    """
    groups = group_lines(lines, lambda raw, before: raw[0] in " \f" and ends_sentence(before))
    items = [_split_heading(group, language) for group in groups]
    texts = [join(rest, language)[0] for _, rest in items]
    begin = _cover_ends(items, texts)
    blocks: list[Block] = []
    broken = False
    for (heading, rest), text in zip(items[begin:], texts[begin:], strict=True):
        blocks += [heading] if heading else []
        if _is_page_matter(text, language):
            broken = True
            continue
        if rest:
            add_paragraph(blocks, rest, broken=broken)
        broken = False
    return assemble(blocks, lines, language)


def _cover_ends(items: Sequence[tuple[Block | None, list[Piece]]], texts: Sequence[str]) -> int:
    """Index of the first prose, or of the first heading above it: numbered ones and at most one in capitals."""
    begin = next((i for i, text in enumerate(texts) if is_prose(text)), len(items))
    while 0 < begin < len(items) and items[begin - 1][0] is not None:
        heading = items[begin][0]
        if heading is not None and not heading.number:
            break
        begin -= 1
    return begin


def _split_heading(group: list[Piece], language: Language) -> tuple[Block | None, list[Piece]]:
    """The heading at the head of a group, if there is one, and the lines under it."""
    first = group[0].text
    numbered = NUMBERED_LINE.fullmatch(first)
    if not numbered and not _in_capitals(first, language):
        return None, group
    size = 1
    while size < len(group) and _runs_on(group, size, language):
        size += 1
    rest = group[size:]
    if size > 3 or (rest and rest[0].text[0].islower()) or ends_sentence(group[size - 1].text):
        return None, group  # an item of a numbered list
    number = numbered["number"] if numbered else ""
    title = Piece(group[0].line, numbered["title"] if numbered else first)
    level = 2 + number.count(".") if number else 1
    return Block("heading", (title, *group[1:size]), level=level, number=number), rest


def _is_page_matter(text: str, language: Language) -> bool:
    number = PAGE_NUMBER.fullmatch(text)
    if number:
        return number["word"] is None or number["word"].lower() in language.page_words
    return LANGUAGE_MARK.fullmatch(text) is not None


def _in_capitals(text: str, language: Language) -> bool:
    return text.isupper() and sum(map(str.isalpha, text)) >= 4 and not _is_page_matter(text, language)


def _runs_on(group: list[Piece], size: int, language: Language) -> bool:
    """Whether line number `size` of the group still belongs to the heading that the lines above it began."""
    before, line = group[size - 1].text, group[size].text
    if _in_capitals(before, language) and _in_capitals(line, language):
        return True
    full = len(before) >= (LONG_CAPITALS if before.isupper() else LONG_LINE)
    short_rest = len(line) < SHORT_REST and size + 1 == len(group)
    return full and (line[0].islower() or short_rest)
