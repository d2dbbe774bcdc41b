"""Plain text (``plain``): paragraphs between empty lines, no headings."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.corpus.formats.blocks import Block, Parsed, assemble, group_lines


def parse_plain(lines: Sequence[str]) -> Parsed:
    """Plain text: paragraphs between blank lines, no headings, nothing left out."""
    return assemble([Block("body", tuple(group)) for group in group_lines(lines)], lines)
