"""Every Dutch word that stands by name on a committed page has its English gloss beside it."""

import html
import re
from pathlib import Path

import pytest

PAGES = sorted((Path(__file__).parents[1] / "reports").glob("*.html"))
SENTENCE = re.compile(r"^[A-Z].*\.$")  # sentences are quoted, not glossed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_dutch_word_has_a_gloss(page):
    bare = re.findall(r'<span lang="nl">([^<]+)</span>(?!\s*<span class="gloss")', page.read_text())
    assert not [word for word in map(html.unescape, bare) if not SENTENCE.match(word)]


def test_there_are_pages():
    assert len(PAGES) >= 8
