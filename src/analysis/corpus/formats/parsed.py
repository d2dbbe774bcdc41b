"""What every format gives: a document as sections, paragraphs and footnotes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["body", "heading", "footnote", "apparatus", "blank"]
Starts = tuple[tuple[int, int], ...]

LEAD = "(lead)"  # title of the section that holds paragraphs before the first heading


@dataclass(frozen=True)
class Section:
    """A heading; `level` is 1 at the top, `parent` the index of the section that holds it, -1 at the top."""

    level: int
    number: str
    title: str
    line: int
    parent: int


@dataclass(frozen=True)
class Paragraph:
    """
    A paragraph of section number `section`.

    `starts` are pairs (offset in the text, line of the source), one for each line of the paragraph. Lines count from 1;
    a source without lines has its paragraphs or pages counted in their place.
    """

    section: int
    text: str
    starts: Starts
    emphasis: tuple[str, ...] = ()  # what is set in bold


@dataclass(frozen=True)
class Footnote:
    """A footnote and where its mark stood: index of the paragraph and offset in its text, -1 when there was no mark."""

    number: int
    text: str
    starts: Starts
    paragraph: int = -1
    offset: int = -1


@dataclass(frozen=True)
class Parsed:
    """
    A document in parts, each in reading order.

    `roles` accounts for every line of the source: its role, and the index of the section, paragraph or footnote it
    belongs to (-1: none). It is empty where a source has no lines.
    """

    sections: tuple[Section, ...]
    paragraphs: tuple[Paragraph, ...]
    footnotes: tuple[Footnote, ...] = ()
    roles: tuple[tuple[Role, int], ...] = ()
