"""Text extracted from a PDF file (``pdf-text``), one line of text per line of a page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analysis.corpus.formats.blocks import (
    Block,
    Parsed,
    Piece,
    add_paragraph,
    assemble,
    ends_sentence,
    group_lines,
    is_prose,
    join,
)

# --- text taken from a PDF ---
LONG_LINE, LONG_CAPITALS, SHORT_REST = 70, 60, 20  # characters; a heading runs on only from a line that was full
NUMBERED_LINE = re.compile(r"(?P<number>\d{1,2}(?=\.)(?:\.\d{1,2})*)\.?\s+(?P<title>[^\W\da-zà-ÿ_].*|[\"“(].*)")
PAGE_MATTER = re.compile(r"(?:[Pp]age |[Pp]agina |blz\. )?\d{1,4}|([A-Z]{2}) (?:\d{1,4} )?\1")


def parse_pdf_text(lines: Sequence[str]) -> Parsed:
    """
    Raw text of a PDF: hard line breaks, blank lines between paragraphs, headings known by numbers or capitals.

    A line that starts with a space or form feed opens a page: it continues the line before it, unless that ends a
    sentence. Before the first prose only the headings directly above it count; the rest is the cover. Footnotes
    cannot be told from text in this format and stay text.
    """
    groups = group_lines(lines, lambda raw, before: raw[0] in " \f" and ends_sentence(before))
    items = [_split_heading(group) for group in groups]
    blocks: list[Block] = []
    broken = False
    for heading, rest in items[_cover_ends(items) :]:
        blocks += [heading] if heading else []
        if PAGE_MATTER.fullmatch(join(rest)[0]):
            broken = True
            continue
        if rest:
            add_paragraph(blocks, rest, broken=broken)
        broken = False
    return assemble(blocks, lines)


def _cover_ends(items: Sequence[tuple[Block | None, list[Piece]]]) -> int:
    """Index of the first prose, or of the first heading above it: numbered ones and at most one in capitals."""
    begin = next((i for i, (_, rest) in enumerate(items) if is_prose(join(rest)[0])), len(items))
    while 0 < begin < len(items) and items[begin - 1][0] is not None:
        heading = items[begin][0]
        if heading is not None and not heading.number:
            break
        begin -= 1
    return begin


def _split_heading(group: list[Piece]) -> tuple[Block | None, list[Piece]]:
    """The heading at the head of a group, if there is one, and the lines under it."""
    first = group[0].text
    numbered = NUMBERED_LINE.fullmatch(first)
    if not numbered and not _in_capitals(first):
        return None, group
    size = 1
    while size < len(group) and _runs_on(group, size):
        size += 1
    rest = group[size:]
    if size > 3 or (rest and rest[0].text[0].islower()) or ends_sentence(group[size - 1].text):
        return None, group  # an item of a numbered list
    number = numbered["number"] if numbered else ""
    title = Piece(group[0].line, numbered["title"] if numbered else first)
    level = 2 + number.count(".") if number else 1
    return Block("heading", (title, *group[1:size]), level=level, number=number), rest


def _in_capitals(text: str) -> bool:
    return text.isupper() and sum(map(str.isalpha, text)) >= 4 and not PAGE_MATTER.fullmatch(text)


def _runs_on(group: list[Piece], size: int) -> bool:
    """Whether line number `size` of the group still belongs to the heading that the lines above it began."""
    before, line = group[size - 1].text, group[size].text
    if _in_capitals(before) and _in_capitals(line):
        return True
    full = len(before) >= (LONG_CAPITALS if before.isupper() else LONG_LINE)
    short_rest = len(line) < SHORT_REST and size + 1 == len(group)
    return full and (line[0].islower() or short_rest)
