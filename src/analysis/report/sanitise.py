"""Which tags and attributes may stand on a page; any other is shown as text, or dropped."""

from __future__ import annotations

import re
from functools import cache

import bleach

TEXT_TAGS = {
    *("a", "abbr", "blockquote", "br", "cite", "code", "dd", "del", "div", "dl", "dt", "em", "h2", "h3", "h4", "hr"),
    *("li", "ol", "p", "pre", "q", "s", "span", "strong", "sub", "sup", "ul"),
    *("table", "tbody", "td", "th", "thead", "tr"),
}
OUTPUT_TAGS = TEXT_TAGS | {"caption", "details", "figcaption", "figure", "img", "mark", "summary"}
ATTRIBUTES = {
    **dict.fromkeys(("alt", "class", "download", "title"), r"[^\n]*"),
    "aria-label": r"[^\n]*",
    **dict.fromkeys(("colspan", "height", "rowspan", "start", "width"), r"\d{1,4}"),
    "href": r"(?:https?://|mailto:|data:text/csv;)\S*|(?!//)[\w./-]*(?:#[\w.-]*)?",
    "id": r"[A-Za-z][\w.-]*",
    "lang": r"[A-Za-z-]{2,10}",
    "role": r"region|group",
    "scope": r"row|col",
    "src": r"data:image/(?:svg\+xml|png);base64,[A-Za-z0-9+/=]+",
    "style": r"--width: \d+px|--theme: #[0-9a-fA-F]{6}|text-align: ?(?:left|right|center);?",
    "tabindex": r"0",
}


def clean_text(html: str) -> str:
    """HTML of markdown with the tags of text only; any other tag is shown as text."""
    return _clean(html, frozenset(TEXT_TAGS))


def clean_output(html: str) -> str:
    """
    HTML of an output with the tags and attributes that the templates write; any other tag is shown as text.

    Examples
    --------
    >>> clean_output('<a href="javascript:alert(1)">x</a> <script>')
    '<a>x</a> &lt;script&gt;'
    """
    return _clean(html, frozenset(OUTPUT_TAGS))


def _clean(html: str, tags: frozenset[str]) -> str:
    cleaned: str = _cleaner(tags).clean(html)
    return cleaned


@cache
def _cleaner(tags: frozenset[str]) -> bleach.Cleaner:
    return bleach.Cleaner(
        tags=tags, attributes=_allow, protocols={"http", "https", "mailto", "data"}, css_sanitizer=_AllowedStyle()
    )


def _allow(tag: str, name: str, value: str) -> bool:
    """Whether an attribute may stay: known by name, and its value of the one form in which the templates write it."""
    return name in ATTRIBUTES and re.fullmatch(ATTRIBUTES[name], value) is not None


class _AllowedStyle:
    """What bleach asks about a ``style`` that `_allow` let pass: it may stay as it is."""

    def sanitize_css(self, style: str) -> str:
        return style
