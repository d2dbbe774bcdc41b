"""Markdown (``markdown``): headings, paragraphs and footnotes by their marks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from analysis.corpus.formats.blocks import (
    BULLET,
    MARK,
    Block,
    Marked,
    Piece,
    add_paragraph,
    assemble,
    ends_sentence,
    group_lines,
    is_prose,
    join,
    last_block,
    last_line,
    tidy,
)
from analysis.corpus.formats.parsed import Parsed, Starts
from analysis.corpus.language import Language

RULE = re.compile(r"(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,}")
HASHES = re.compile(r"(?P<hashes>#{1,6})\s+(?P<title>.*?)(?:\s+#+)?")
LOOSE_HEADING = re.compile(r"\d+\.\s+\*[^*]+\*")  # "3. *Title*": a numbered heading that lost its hashes
NOTE = re.compile(r"<sup>(?P<sup>\d+)</sup>\s*|\[\^(?P<caret>\d+)\]:\s*")
HEADING_NUMBER = re.compile(r"(?:(?P<roman>[IVX]+)\.\s*|(?P<arabic>\d{1,2}(?=\.)(?:\.\d{1,2})*)\.?\s+)(?=\S)")

RAISED = re.compile(r"</?sup>")  # what is left of these is no mark: m<sup>2</sup>
BOLD = re.compile(r"(\*\*|(?<!\w)__)(?=\S)(.+?)(?<=\S)\1")
ITALIC = re.compile(r"(?<![\w*\\])\*(?=[^\s*])[^*]*(?<=\S)\*|(?<![\w\\])_(?=[^\s_])[^_]*(?<=\S)_(?!\w)")
LINK = re.compile(r"!?\[([^\]]*)\](\([^)\s]*(?:\s\"[^\"]*\")?\))|<(https?://[^>\s]+)>")
ESCAPE = re.compile(r"\\+(?=[\\`*_{}\[\]()#+.!-])")


def parse_markdown(lines: Sequence[str], language: Language) -> Parsed:
    """
    Markdown: headings with hashes, footnotes as ``<sup>1</sup> text`` or ``[^1]: text``, pages parted by ``---``.

    Where a heading carries a Roman number, levels come from the numbers (Roman 1, Arabic 2, restarting), for
    converters from PDF give hashes at random; else the hashes count. Before the first heading only what reads
    like sentences is text. A paragraph or footnote that a page cut in two is joined again.

    Examples
    --------
    >>> parsed = parse_markdown(["# Inleiding", "", "De EU werkt", "**samen**."], Language("nl"))
    >>> parsed.sections[0].title, parsed.paragraphs[0].text, parsed.paragraphs[0].emphasis
    ('Inleiding', 'De EU werkt samen.', ('samen',))
    """
    groups = list(group_lines(lines, _opens_block))
    labels = [HEADING_NUMBER.match(_heading_text(group, loose=False)) for group in groups]
    roman = any(label and label["roman"] for label in labels)
    begin = _front_matter_ends(groups, language, loose=roman)
    blocks: list[Block] = []
    broken = after_rule = False
    chapter = ""
    for group in groups[begin:]:
        if RULE.fullmatch(group[0].text):
            broken = after_rule = True
            continue
        if _heading_text(group, loose=roman):
            blocks.append(_heading_block(group, chapter, roman=roman))
            chapter = blocks[-1].number.partition(".")[0]
            broken = False
        elif note := NOTE.match(group[0].text):
            body = Piece(group[0].line, group[0].text[note.end() :])
            blocks.append(Block("footnote", (body, *group[1:]), number=note["sup"] or note["caret"]))
            broken = True
        else:
            broken = _add_text(blocks, group, broken=broken, after_rule=after_rule)
        after_rule = False
    return assemble(blocks, lines, language, unmark)


def _opens_block(raw: str, previous: str) -> bool:
    """Headings and rules stand alone; footnotes and items of lists begin a block of their own."""
    alone = any(pattern.fullmatch(text) for pattern in (HASHES, RULE) for text in (tidy(raw), previous))
    return alone or bool(NOTE.match(tidy(raw)) or BULLET.match(tidy(raw)))


def _heading_text(group: list[Piece], *, loose: bool) -> str:
    """The text of a heading without hashes and stars, or an empty text when the group is none."""
    text = group[0].text
    match = HASHES.fullmatch(text)
    if match:
        return unmark(match["title"]).text
    is_loose = loose and len(group) == 1 and LOOSE_HEADING.fullmatch(text)
    return text.replace("*", "") if is_loose else ""


def _heading_block(group: list[Piece], chapter: str, *, roman: bool) -> Block:
    text = _heading_text(group, loose=roman)
    hashes = HASHES.fullmatch(group[0].text)
    level = len(hashes["hashes"]) if hashes and not roman else 1
    number = HEADING_NUMBER.match(text)
    label = (number["roman"] or number["arabic"]) if number else ""
    if roman and number and number["arabic"]:
        level = 2 + label.count(".")
        label = f"{chapter}.{label}".lstrip(".")
    title = Piece(group[0].line, text[number.end() :] if number else text)
    return Block("heading", (title,), level=level, number=label)


def _front_matter_ends(groups: list[list[Piece]], language: Language, *, loose: bool) -> int:
    """Index of the first group that is a heading or reads like a sentence."""
    for i, group in enumerate(groups):
        if _heading_text(group, loose=loose) or is_prose(unmark(join(group, language)[0]).text):
            return i
    return len(groups)


def _add_text(blocks: list[Block], group: list[Piece], *, broken: bool, after_rule: bool) -> bool:
    """Add lines that are no heading and open no footnote to `blocks`; returns whether the page break is still open."""
    note = last_block(blocks, "footnote") if after_rule and group[0].text[0].islower() else None
    if note is not None and not ends_sentence(last_line(blocks[note])):
        blocks[note] = replace(blocks[note], pieces=(*blocks[note].pieces, *group))
        return True  # the page's own footnotes follow: still no text
    add_paragraph(blocks, group, broken=broken)
    return False


def unmark(raw: str, starts: Starts = (), numbers: frozenset[int] = frozenset()) -> Marked:
    """
    Markdown as plain text, with bold spans, the places of the footnote marks in `numbers`, and `starts` moved along.

    Examples
    --------
    >>> unmark("een **voorstel<sup>10</sup>** van *de* [Raad](x)", ((0, 1), (40, 2)), frozenset({10}))
    Marked(text='een voorstel van de Raad', starts=((0, 1), (20, 2)), emphasis=('voorstel',), marks=((10, 12),))
    """
    marks = [match for match in MARK.finditer(raw) if int(match["sup"] or match["caret"]) in numbers]
    bold = list(BOLD.finditer(raw))
    cuts = [match.span() for match in (*marks, *ESCAPE.finditer(raw), *RAISED.finditer(raw))]
    for match in bold:
        cuts += [(match.start(), match.start(2)), (match.end(2), match.end())]
    for match in LINK.finditer(raw):
        inner = 1 if match[2] else 3
        cuts += [(match.start(), match.start(inner)), (match.end(inner), match.end())]
    cut = bytearray(len(raw))  # 1 where a letter goes
    for start, end in cuts:
        cut[start:end] = b"\x01" * (end - start)
    rest = "".join(" " if gone else letter for letter, gone in zip(raw, cut, strict=True))
    for match in ITALIC.finditer(rest):
        cut[match.start()] = cut[match.end() - 1] = 1
    text = "".join(letter for letter, gone in zip(raw, cut, strict=True) if not gone)
    offsets = [0, *accumulate(1 - gone for gone in cut)]
    return Marked(
        text,
        tuple((offsets[start], line) for start, line in starts),
        tuple(text[offsets[match.start(2)] : offsets[match.end(2)]] for match in bold),
        tuple((int(match["sup"] or match["caret"]), offsets[match.start()]) for match in marks),
    )
