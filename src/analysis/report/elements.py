"""Text of a page with words of documents in it: escaped, marked with their language and followed by their gloss."""

from __future__ import annotations

import string
from collections.abc import Mapping

from markupsafe import Markup

from analysis.report.glossary import gloss


def escape(value: object) -> Markup:
    """
    Any text as text, in markdown and in HTML alike: what it holds of markup is shown, not obeyed.

    All punctuation becomes character references, white space single blanks, so no line can start a list or a heading.

    Examples
    --------
    >>> escape("*nee*")
    Markup('&#42;nee&#42;')
    """
    one_line = " ".join(str(value).split())
    return Markup("".join(f"&#{ord(sign)};" if sign in string.punctuation else sign for sign in one_line))


def term(word: str, glossary: Mapping[str, str], *, language: str) -> Markup:
    """
    A word in its language (none: unknown), and what it means in English; a word without a gloss stands plainly.

    Examples
    --------
    >>> term("cyberaanval", {"cyberaanval": "cyber attack"}, language="nl")
    Markup('<span lang="nl">cyberaanval</span> <span class="gloss">‘cyber attack’</span>')
    """
    shown = Markup('<span lang="{}">{}</span>').format(language, escape(word)) if language else escape(word)
    meaning = gloss(word, glossary)
    return shown + Markup(' <span class="gloss">‘{}’</span>').format(escape(meaning)) if meaning else shown
