"""
From the lines of a source file to sections, paragraphs and footnotes: one parser per format.

A parser groups the lines and says what each group is (a `Block`); what it names no block for is apparatus (cover,
page numbers, link lists). `assemble` joins the blocks, ties footnotes to marks, and gives every line one role.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Literal, NamedTuple

from analysis.inputs import check_choice

Role = Literal["body", "heading", "footnote", "apparatus", "blank"]
Starts = tuple[tuple[int, int], ...]  # (offset in the text, source line), one for each line of the part

LEAD = "(lead)"  # title of the section that holds paragraphs before the first heading


class Piece(NamedTuple):
    """The text of one source line, white space made single."""

    line: int
    text: str


@dataclass(frozen=True)
class Block:
    """Lines that belong together: a heading (its text without its number), a paragraph or a footnote."""

    kind: Literal["heading", "body", "footnote"]
    pieces: tuple[Piece, ...]
    level: int = 1
    number: str = ""


@dataclass(frozen=True)
class Section:
    """A heading; `parent` is the index of the section that holds it, -1 at the top."""

    level: int
    number: str
    title: str
    line: int
    parent: int


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of section number `section`; `starts` maps offsets in its text to source lines."""

    section: int
    text: str
    starts: Starts
    emphasis: tuple[str, ...]


@dataclass(frozen=True)
class Footnote:
    """A footnote and where its mark stood: paragraph index and offset in its text, -1 when there was no mark."""

    number: int
    text: str
    starts: Starts
    paragraph: int = -1
    offset: int = -1


@dataclass(frozen=True)
class Parsed:
    """A document in parts. `roles` has one entry a line: its role and the index of its part (-1: none)."""

    sections: tuple[Section, ...]
    paragraphs: tuple[Paragraph, ...]
    footnotes: tuple[Footnote, ...]
    roles: tuple[tuple[Role, int], ...]


class Marked(NamedTuple):
    """Text freed of its markup, with what the markup said."""

    text: str
    starts: Starts
    emphasis: tuple[str, ...] = ()
    marks: tuple[tuple[int, int], ...] = ()  # (footnote number, offset)


def parse(lines: Sequence[str], form: str) -> Parsed:
    """
    The parts of a document, under the rules of the format `form` (a key of `FORMATS`).

    Examples
    --------
    >>> parsed = parse(["# Inleiding", "", "De EU werkt", "samen."], "markdown")
    >>> parsed.sections[0].title, parsed.paragraphs[0].text
    ('Inleiding', 'De EU werkt samen.')
    """
    return FORMATS[check_choice(form, "format", FORMATS)](lines)


# --- lines and groups of lines ---
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))  # soft hyphen, zero-width space and joiner, BOM
CONJUNCTION = re.compile(r"(?:en|of|als|and|or)\b")  # after these a hyphen belongs to a suspended compound
SENTENCE_END = re.compile(r"[.!?:…][\"'”’»)\]]*$")
INNER_END = re.compile(r"[^\W\d_]{3}[.!?] [\"“(]?[^\W\da-z_]")
BULLET = re.compile(r"[•*+-]\s+(?=\S)")


def tidy(line: str) -> str:
    """A line in composed characters (NFC), without invisible ones, every run of white space made one space."""
    return " ".join(unicodedata.normalize("NFC", line).translate(INVISIBLE).split())


def _group(
    lines: Sequence[str],
    opens: Callable[[str, str], bool] = lambda raw, previous: False,
    clean: Callable[[str], str] = tidy,
) -> Iterator[list[Piece]]:
    """Runs of lines between blank ones; a line also begins a run where `opens(raw line, text before)` says so."""
    group: list[Piece] = []
    for number, raw in enumerate(lines, start=1):
        text = clean(raw)
        if group and (not text or opens(raw, group[-1].text)):
            yield group
            group = []
        if text:
            group.append(Piece(number, text))
    if group:
        yield group


def join(pieces: Sequence[Piece]) -> tuple[str, Starts]:
    """
    The lines of a part as one text, and where in it each line starts.

    A hyphen at a line's end is a true hyphen in these sources (measured: 9 of 9), so it stays and no space follows,
    except in suspended compounds.

    Examples
    --------
    >>> join([Piece(3, "de grens-"), Piece(4, "en EU-"), Piece(5, "burgers")])
    ('de grens- en EU-burgers', ((0, 3), (10, 4), (16, 5)))
    """
    text, starts = "", []
    for piece in pieces:
        hyphenated = text.endswith("-") and text[-2:-1].isalnum() and not CONJUNCTION.match(piece.text)
        text += " " if text and not hyphenated else ""
        starts.append((len(text), piece.line))
        text += piece.text
    return text, tuple(starts)


def _without_bullet(group: Sequence[Piece]) -> tuple[Piece, ...]:
    first, *others = group
    bullet = BULLET.match(first.text)
    return Piece(first.line, first.text[bullet.end() :] if bullet else first.text), *others


def ends_sentence(text: str) -> bool:
    """Whether the text ends like a sentence or the introduction of a list: in . ! ? : or … and closing quotes."""
    return bool(SENTENCE_END.search(text[-8:]))


def assemble(
    blocks: Sequence[Block],
    lines: Sequence[str],
    unmark: Callable[[Sequence[Piece], frozenset[int]], Marked] = lambda pieces, numbers: Marked(*join(pieces)),
) -> Parsed:
    """Blocks in reading order as parts of a document; `unmark` frees joined lines of the format's markup."""
    numbers = frozenset(int(block.number) for block in blocks if block.kind == "footnote")
    top = min((block.level for block in blocks if block.kind == "heading"), default=1)  # the highest becomes level 1
    roles: list[tuple[Role, int]] = [("apparatus" if tidy(line) else "blank", -1) for line in lines]
    sections: list[Section] = []
    paragraphs: list[Paragraph] = []
    footnotes: list[Footnote] = []
    marks: dict[int, deque[tuple[int, int]]] = defaultdict(deque)
    for block in blocks:
        marked = unmark(block.pieces, numbers)
        if not marked.text.strip():  # markup around nothing
            continue
        first_line = block.pieces[0].line
        if block.kind == "heading":
            part, level = len(sections), block.level - top + 1
            sections.append(Section(level, block.number, marked.text, first_line, _parent(sections, level)))
        elif block.kind == "footnote":
            part = len(footnotes)
            footnotes.append(Footnote(int(block.number), marked.text, marked.starts))
        else:
            part = len(paragraphs)
            if not sections:
                sections.append(Section(1, "", LEAD, first_line, -1))
            for number, offset in marked.marks:
                marks[number].append((part, offset))
            paragraphs.append(Paragraph(len(sections) - 1, marked.text, marked.starts, marked.emphasis))
        for piece in block.pieces:
            roles[piece.line - 1] = (block.kind, part)
    for i, note in enumerate(footnotes):  # where numbers start again, the first mark belongs to the first footnote
        if marks[note.number]:
            paragraph, offset = marks[note.number].popleft()
            footnotes[i] = replace(note, paragraph=paragraph, offset=offset)
    return Parsed(tuple(sections), tuple(paragraphs), tuple(footnotes), tuple(roles))


def _parent(sections: Sequence[Section], level: int) -> int:
    """The nearest section before that stands higher."""
    parent = len(sections) - 1
    while parent >= 0 and sections[parent].level >= level:
        parent = sections[parent].parent
    return parent


def _add_paragraph(blocks: list[Block], group: Sequence[Piece], *, broken: bool) -> None:
    """
    Add a paragraph to `blocks`, or its text to the paragraph before when a page break cut that in two.

    `broken` says that page matter (footnotes, a number) stood between. Items of lists ("a) ...") stand alone.
    """
    last, text = _last(blocks, "body", "heading"), group[0].text
    goes_on = (broken or text[0].islower()) and not re.match(r"\w\)", text) and not BULLET.match(text)
    if goes_on and last is not None and blocks[last].kind == "body" and not ends_sentence(_last_line(blocks[last])):
        blocks[last] = replace(blocks[last], pieces=(*blocks[last].pieces, *group))
    else:
        blocks.append(Block("body", _without_bullet(group)))


def _last(blocks: Sequence[Block], *kinds: str) -> int | None:
    """Index of the last block of one of these kinds."""
    return next((i for i in range(len(blocks) - 1, -1, -1) if blocks[i].kind in kinds), None)


def _last_line(block: Block) -> str:
    """The last line of a block, without marks of footnotes and emphasis behind its full stop."""
    return MARK.sub("", block.pieces[-1].text).rstrip("*_ ")


def _is_prose(text: str) -> bool:
    """Whether a text reads like a sentence: what stands before the first that does is cover matter or headings."""
    return text.count(" ") >= 3 and (ends_sentence(text) or bool(INNER_END.search(text)))


def parse_plain(lines: Sequence[str]) -> Parsed:
    """Plain text: paragraphs between blank lines, no headings, nothing left out."""
    return assemble([Block("body", tuple(group)) for group in _group(lines)], lines)


# --- text taken from a PDF ---
NUMBERED_LINE = re.compile(r"(?P<number>\d{1,2}(?=\.)(?:\.\d{1,2})*)\.?\s+(?P<title>[^\W\da-zà-ÿ_].*|[\"“(].*)")
PAGE_MATTER = re.compile(r"(?:[Pp]age |[Pp]agina |blz\. )?\d{1,4}|([A-Z]{2}) (?:\d{1,4} )?\1")
LONG_LINE, LONG_CAPITALS, SHORT_REST = 70, 60, 20  # characters; a heading runs on only from a line that was full


def parse_pdf_text(lines: Sequence[str]) -> Parsed:
    """
    Raw text of a PDF: hard line breaks, blank lines between paragraphs, headings known by numbers or capitals.

    A line that starts with a space or form feed opens a page: it continues the line before it, unless that ends a
    sentence. Before the first prose only the headings directly above it count; the rest is the cover. Footnotes
    cannot be told from text in this format and stay text.
    """
    groups = _group(lines, lambda raw, before: raw[0] in " \f" and ends_sentence(before))
    items = [_split_heading(group) for group in groups]
    blocks: list[Block] = []
    broken = False
    for heading, rest in items[_cover_ends(items) :]:
        blocks += [heading] if heading else []
        if PAGE_MATTER.fullmatch(join(rest)[0]):
            broken = True
            continue
        if rest:
            _add_paragraph(blocks, rest, broken=broken)
        broken = False
    return assemble(blocks, lines)


def _cover_ends(items: Sequence[tuple[Block | None, list[Piece]]]) -> int:
    """Index of the first prose, or of the first heading above it: numbered ones and at most one in capitals."""
    begin = next((i for i, (_, rest) in enumerate(items) if _is_prose(join(rest)[0])), len(items))
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


# --- Markdown ---
RULE = re.compile(r"(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,}")
HASHES = re.compile(r"(?P<hashes>#{1,6})\s+(?P<title>.*?)(?:\s+#+)?")
LOOSE_HEADING = re.compile(r"\d+\.\s+\*[^*]+\*")  # "3. *Title*": a numbered heading that lost its hashes
NOTE = re.compile(r"<sup>(?P<sup>\d+)</sup>\s*|\[\^(?P<caret>\d+)\]:\s*")
HEADING_NUMBER = re.compile(r"(?:(?P<roman>[IVX]+)\.\s*|(?P<arabic>\d{1,2}(?=\.)(?:\.\d{1,2})*)\.?\s+)(?=\S)")

MARK = re.compile(r" ?(?:<sup>(?P<sup>\d+)</sup>|\[\^(?P<caret>\d+)\])")
RAISED = re.compile(r"</?sup>")  # what is left of these is no mark: m<sup>2</sup>
BOLD = re.compile(r"(\*\*|(?<!\w)__)(?=\S)(.+?)(?<=\S)\1")
ITALIC = re.compile(r"(?<![\w*\\])\*(?=[^\s*])[^*]*(?<=\S)\*|(?<![\w\\])_(?=[^\s_])[^_]*(?<=\S)_(?!\w)")
LINK = re.compile(r"!?\[([^\]]*)\](\([^)\s]*(?:\s\"[^\"]*\")?\))|<(https?://[^>\s]+)>")
ESCAPE = re.compile(r"\\+(?=[\\`*_{}\[\]()#+.!-])")


def parse_markdown(lines: Sequence[str]) -> Parsed:
    """
    Markdown: headings with hashes, footnotes as ``<sup>1</sup> text`` or ``[^1]: text``, pages parted by ``---``.

    Where a heading carries a Roman number, levels come from the numbers (Roman 1, Arabic 2, restarting), for
    converters from PDF give hashes at random; else the hashes count. Before the first heading only what reads
    like sentences is text. A paragraph or footnote that a page cut in two is joined again.
    """
    groups = list(_group(lines, _opens_block))
    labels = [HEADING_NUMBER.match(_heading_text(group, loose=False)) for group in groups]
    roman = any(label and label["roman"] for label in labels)
    begin = _front_matter_ends(groups, loose=roman)
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
    return assemble(blocks, lines, unmark)


def _opens_block(raw: str, previous: str) -> bool:
    """Headings and rules stand alone; footnotes and items of lists begin a block of their own."""
    alone = any(pattern.fullmatch(text) for pattern in (HASHES, RULE) for text in (tidy(raw), previous))
    return alone or bool(NOTE.match(tidy(raw)) or BULLET.match(tidy(raw)))


def _heading_text(group: list[Piece], *, loose: bool) -> str:
    """The text of a heading without hashes and stars, or an empty text when the group is none."""
    text = group[0].text
    match = HASHES.fullmatch(text)
    if match:
        return unmark([Piece(0, match["title"])], frozenset()).text
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


def _front_matter_ends(groups: list[list[Piece]], *, loose: bool) -> int:
    """Index of the first group that is a heading or reads like a sentence."""
    for i, group in enumerate(groups):
        if _heading_text(group, loose=loose) or _is_prose(unmark(group, frozenset()).text):
            return i
    return len(groups)


def _add_text(blocks: list[Block], group: list[Piece], *, broken: bool, after_rule: bool) -> bool:
    """Add lines that are no heading and open no footnote to `blocks`; returns whether the page break is still open."""
    note = _last(blocks, "footnote") if after_rule and group[0].text[0].islower() else None
    if note is not None and not ends_sentence(_last_line(blocks[note])):
        blocks[note] = replace(blocks[note], pieces=(*blocks[note].pieces, *group))
        return True  # the page's own footnotes follow: still no text
    _add_paragraph(blocks, group, broken=broken)
    return False


def unmark(pieces: Sequence[Piece], numbers: frozenset[int]) -> Marked:
    """
    Lines of Markdown as plain text, with bold spans and the places of the footnote marks in `numbers`.

    Examples
    --------
    >>> unmark([Piece(1, "een **voorstel<sup>10</sup>** van *de* [Raad](x)")], frozenset({10}))
    Marked(text='een voorstel van de Raad', starts=((0, 1),), emphasis=('voorstel',), marks=((10, 12),))
    """
    raw, starts = join(pieces)
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


ATTRIBUTION = re.compile(r"(?:Met dank overgenomen van|Bron:|Source:)\s")
LINK_MARK = re.compile("\u00a0i\\b")  # an icon behind a name: no-break space and the letter i
GLUED = re.compile(r"(?<=[^\W\d_A-Z]{2})\.(?=[A-Z](?:[^\W\d_A-Z]|\s))")  # "mensenhandel.Van": a space is missing
LONGEST_HEADING = 200  # characters


def parse_press_release(lines: Sequence[str]) -> Parsed:
    """
    A press release: title, attribution, lead, headings as bullets or bare lines, a list of links at the end.

    A bare line (no full stop) is a heading when text follows, or when it is the first of a run of bare lines: then
    the others are links. A bullet is a heading when it stands alone and text follows, else an item of a list.
    Before the first text there are no headings.
    """
    groups = list(_group(lines, lambda raw, previous: raw.lstrip().startswith("•"), _repair))
    kinds = [_kind(group, first=i == 0) for i, group in enumerate(groups)]
    blocks: list[Block] = []
    for i, group in enumerate(groups):
        before, after = kinds[i - 1] if i else "", kinds[i + 1] if i + 1 < len(kinds) else ""
        stands_alone = kinds[i] == "bullet" and before != "bullet" and after == "text"
        if stands_alone or (kinds[i] == "bare" and blocks and (before != "bare" or after == "text")):
            blocks.append(Block("heading", _without_bullet(group)))
        elif kinds[i] in ("text", "bullet"):
            blocks.append(Block("body", _without_bullet(group)))
    return assemble(blocks, lines)


def _repair(line: str) -> str:
    """A tidy line without link marks, and with the space that is missing between two sentences."""
    words = tidy(LINK_MARK.sub("", line)).split(" ")
    return " ".join(word if "/" in word or "@" in word else GLUED.sub(". ", word + " ").rstrip() for word in words)


def _kind(group: list[Piece], *, first: bool) -> Literal["apparatus", "text", "bullet", "bare"]:
    text = join(group)[0]
    if ATTRIBUTION.match(text) or (first and not ends_sentence(text)):
        return "apparatus"
    if text.startswith("•"):
        return "text" if ends_sentence(text) else "bullet"
    return "text" if ends_sentence(text) or len(text) > LONGEST_HEADING else "bare"


FORMATS: dict[str, Callable[[Sequence[str]], Parsed]] = {
    "pdf-text": parse_pdf_text,
    "markdown": parse_markdown,
    "press-release": parse_press_release,
    "plain": parse_plain,
}
