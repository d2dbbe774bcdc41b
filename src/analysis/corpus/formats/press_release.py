"""A press release copied from a web page (``press-release``)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from analysis.corpus.formats.blocks import Block, assemble, drop_bullet, ends_sentence, group_lines, join, tidy
from analysis.corpus.formats.parsed import Parsed
from analysis.corpus.language import Language

LINK_MARK = re.compile("\u00a0i\\b")  # an icon behind a name: no-break space and the letter i
GLUED = re.compile(r"(?<=[^\W\d_A-Z]{2})\.(?=[A-Z](?:[^\W\d_A-Z]|\s))")  # "mensenhandel.Van": a space is missing
LONGEST_HEADING = 200  # characters


def parse_press_release(lines: Sequence[str], language: Language) -> Parsed:
    """
    A press release: title, attribution, lead, headings as bullets or bare lines, a list of links at the end.

    A bare line (no full stop) is a heading when text follows, or when it is the first of a run of bare lines: then
    the others are links. A bullet is a heading when it stands alone and text follows, else an item of a list.
    Before the first text there are no headings. Attributions begin with an entry of the language's list.
    """
    groups = list(group_lines(lines, lambda raw, previous: raw.lstrip().startswith("•"), _repair))
    kinds = [_kind(join(group, language)[0], language, first=i == 0) for i, group in enumerate(groups)]
    blocks: list[Block] = []
    for i, group in enumerate(groups):
        before, after = kinds[i - 1] if i else "", kinds[i + 1] if i + 1 < len(kinds) else ""
        stands_alone = kinds[i] == "bullet" and before != "bullet" and after == "text"
        if stands_alone or (kinds[i] == "bare" and blocks and (before != "bare" or after == "text")):
            blocks.append(Block("heading", drop_bullet(group)))
        elif kinds[i] in ("text", "bullet"):
            blocks.append(Block("body", drop_bullet(group)))
    return assemble(blocks, lines, language)


def _repair(line: str) -> str:
    """A tidy line without link marks, and with the space that is missing between two sentences."""
    words = tidy(LINK_MARK.sub("", line)).split(" ")
    return " ".join(word if "/" in word or "@" in word else GLUED.sub(". ", word + " ").rstrip() for word in words)


def _kind(text: str, language: Language, *, first: bool) -> Literal["apparatus", "text", "bullet", "bare"]:
    is_attribution = any(text.lower().startswith(f"{begin} ") for begin in language.attributions)
    if is_attribution or (first and not ends_sentence(text)):
        return "apparatus"
    if text.startswith("•"):
        return "text" if ends_sentence(text) else "bullet"
    return "text" if ends_sentence(text) or len(text) > LONGEST_HEADING else "bare"
