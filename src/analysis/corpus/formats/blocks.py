"""Sources made of lines: groups of lines (`Block`), and how they become sections, paragraphs and footnotes."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, NamedTuple

from analysis.corpus.formats.parsed import LEAD, Footnote, Paragraph, Parsed, Role, Section, Starts
from analysis.corpus.language import Language
from analysis.inputs import read_text

MARK = re.compile(r" ?(?:<sup>(?P<sup>\d+)</sup>|\[\^(?P<caret>\d+)\])")  # a footnote's mark
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))  # soft hyphen, zero-width space and joiner, BOM
SENTENCE_END = re.compile(r"[.!?:…][\"'”’»)\]]*$")
INNER_END = re.compile(r"[^\W\d_]{3}[.!?] [\"“(]?[^\W\da-z_]")
BULLET = re.compile(r"[•*+-]\s+(?=\S)")


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


class Marked(NamedTuple):
    """Text freed of its markup, with what the markup said."""

    text: str
    starts: Starts
    emphasis: tuple[str, ...] = ()
    marks: tuple[tuple[int, int], ...] = ()  # (footnote number, offset)


def read_lines(path: Path) -> list[str]:
    """
    The lines of a text file in UTF-8, the last one without its line end.

    Raises
    ------
    InputError : if the file cannot be read, is not UTF-8 or holds only white space
    """
    return split_lines(read_text(path))


def split_lines(text: str) -> list[str]:
    """The lines of a text, however they end."""
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")


def tidy(line: str) -> str:
    """A line in composed characters (NFC), without invisible ones, every run of white space made one space."""
    return " ".join(unicodedata.normalize("NFC", line).translate(INVISIBLE).split())


def group_lines(
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


def join(pieces: Sequence[Piece], language: Language) -> tuple[str, Starts]:
    """
    The lines of a part as one text, and where in it each line starts.

    A hyphen at a line's end is a true hyphen in these sources (measured: 9 of 9), so it stays and no space follows,
    except in suspended compounds, which a conjunction of the language follows.

    Examples
    --------
    >>> dutch = Language("nl", conjunctions=frozenset({"en"}))
    >>> join([Piece(3, "de grens-"), Piece(4, "en EU-"), Piece(5, "burgers")], dutch)
    ('de grens- en EU-burgers', ((0, 3), (10, 4), (16, 5)))
    """
    text, starts = "", []
    for piece in pieces:
        suspended = re.split(r"\W", piece.text, maxsplit=1)[0] in language.conjunctions
        hyphenated = text.endswith("-") and text[-2:-1].isalnum() and not suspended
        text += " " if text and not hyphenated else ""
        starts.append((len(text), piece.line))
        text += piece.text
    return text, tuple(starts)


def drop_bullet(group: Sequence[Piece]) -> tuple[Piece, ...]:
    """The lines of a group without the bullet that opens it."""
    first, *others = group
    bullet = BULLET.match(first.text)
    return Piece(first.line, first.text[bullet.end() :] if bullet else first.text), *others


def ends_sentence(text: str) -> bool:
    """Whether the text ends like a sentence or the introduction of a list: in . ! ? : or … and closing quotes."""
    return bool(SENTENCE_END.search(text[-8:]))


def assemble(
    blocks: Sequence[Block],
    lines: Sequence[str],
    language: Language,
    unmark: Callable[[str, Starts, frozenset[int]], Marked] = lambda text, starts, numbers: Marked(text, starts),
) -> Parsed:
    """
    Blocks in reading order as parts of a document, every line with its role.

    Parameters
    ----------
    lines : all lines of the source; those in no block are apparatus or blank
    unmark : frees a joined text of the format's markup, given its starts and the numbers of all footnotes
    """
    numbers = frozenset(int(block.number) for block in blocks if block.kind == "footnote")
    top = min((block.level for block in blocks if block.kind == "heading"), default=1)  # the highest becomes level 1
    roles: list[tuple[Role, int]] = [("apparatus" if tidy(line) else "blank", -1) for line in lines]
    sections: list[Section] = []
    paragraphs: list[Paragraph] = []
    footnotes: list[Footnote] = []
    marks: dict[int, deque[tuple[int, int]]] = defaultdict(deque)
    for block in blocks:
        marked = unmark(*join(block.pieces, language), numbers)
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


def add_paragraph(blocks: list[Block], group: Sequence[Piece], *, broken: bool) -> None:
    """
    Add a paragraph to `blocks`, or its text to the paragraph before when a page break cut that in two.

    `broken` says that page matter (footnotes, a number) stood between. Items of lists ("a) ...") stand alone.
    """
    last, text = last_block(blocks, "body", "heading"), group[0].text
    goes_on = (broken or text[0].islower()) and not re.match(r"\w\)", text) and not BULLET.match(text)
    if goes_on and last is not None and blocks[last].kind == "body" and not ends_sentence(last_line(blocks[last])):
        blocks[last] = replace(blocks[last], pieces=(*blocks[last].pieces, *group))
    else:
        blocks.append(Block("body", drop_bullet(group)))


def last_block(blocks: Sequence[Block], *kinds: str) -> int | None:
    """Index of the last block of one of these kinds."""
    return next((i for i in range(len(blocks) - 1, -1, -1) if blocks[i].kind in kinds), None)


def last_line(block: Block) -> str:
    """The last line of a block, without marks of footnotes and emphasis behind its full stop."""
    return MARK.sub("", block.pieces[-1].text).rstrip("*_ ")


def is_prose(text: str) -> bool:
    """Whether a text reads like a sentence: what stands before the first that does is cover matter or headings."""
    return text.count(" ") >= 3 and (ends_sentence(text) or bool(INNER_END.search(text)))
