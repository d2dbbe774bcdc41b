"""The formats that a manifest may name. A new one is a module beside this one and an entry in `FORMATS`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from analysis.corpus.formats.blocks import read_lines
from analysis.corpus.formats.markdown import parse_markdown
from analysis.corpus.formats.parsed import Parsed
from analysis.corpus.formats.pdf_text import parse_pdf_text
from analysis.corpus.formats.plain import parse_plain
from analysis.corpus.formats.press_release import parse_press_release
from analysis.corpus.language import Language
from analysis.inputs import check_choice

Format = Callable[[Path, Language], Parsed]  # reads a file; its parts depend on the language for a few words only


def from_lines(parse_lines: Callable[[Sequence[str], Language], Parsed]) -> Format:
    """The format of files that are lines of UTF-8, by the function that parses their lines."""
    return lambda path, language: parse_lines(read_lines(path), language)


FORMATS: dict[str, Format] = {
    "pdf-text": from_lines(parse_pdf_text),
    "markdown": from_lines(parse_markdown),
    "press-release": from_lines(parse_press_release),
    "plain": from_lines(parse_plain),
}


def parse(path: Path, form: str, language: Language) -> Parsed:
    """
    The parts of the document in a file, under the rules of the format `form` (a key of `FORMATS`).

    Raises
    ------
    InputError : if the format is unknown or the file is not of it
    """
    return FORMATS[check_choice(form, "format", FORMATS)](path, language)
