"""The formats that a manifest may name, each with its parser."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from analysis.corpus.formats.blocks import Parsed
from analysis.corpus.formats.markdown import parse_markdown
from analysis.corpus.formats.pdf_text import parse_pdf_text
from analysis.corpus.formats.plain import parse_plain
from analysis.corpus.formats.press_release import parse_press_release
from analysis.inputs import check_choice


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


FORMATS: dict[str, Callable[[Sequence[str]], Parsed]] = {
    "pdf-text": parse_pdf_text,
    "markdown": parse_markdown,
    "press-release": parse_press_release,
    "plain": parse_plain,
}
