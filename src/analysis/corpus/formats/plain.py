"""Plain text (``plain``): paragraphs between empty lines, no headings."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.corpus.formats.blocks import Block, assemble, group_lines
from analysis.corpus.formats.parsed import Parsed
from analysis.corpus.language import Language


def parse_plain(lines: Sequence[str], language: Language) -> Parsed:
    """
    Plain text: paragraphs between empty lines, no headings, nothing left out.

    Examples
    --------
    >>> [paragraph.text for paragraph in parse_plain(["Hello,", "world.", "", "Bye."], Language("en")).paragraphs]
    ['Hello, world.', 'Bye.']
    """
    return assemble([Block("body", tuple(group)) for group in group_lines(lines)], lines, language)
