import re

import pytest
from markupsafe import Markup
from nbconvert.filters.markdown_mistune import markdown2html_mistune

from analysis.report import elements

HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)"> & [link](javascript:alert(3))'


@pytest.mark.parametrize(
    "text", [HOSTILE, "# head", "1. one", "- item", "    code", "a\n\n> quote", "$x$", "&amp;", "`c`"]
)
def test_escape_makes_markdown_show_the_text_itself(text):
    shown = markdown2html_mistune(str(elements.escape(text)))
    plain = " ".join(text.split())
    assert re.fullmatch(r"<p>[^<]*</p>\n", shown)
    assert Markup(shown).striptags() == plain


def test_a_word_is_marked_with_its_language_and_followed_by_its_gloss():
    found = elements.term("cyberaanval", {"cyberaanval": "cyber attack"}, language="nl")
    assert found == '<span lang="nl">cyberaanval</span> <span class="gloss">‘cyber attack’</span>'


def test_a_word_of_unknown_language_is_not_marked():
    assert elements.term("mur", {}, language="") == "mur"


def test_text_of_documents_is_never_markup():
    shown = str(elements.term(HOSTILE, {HOSTILE.casefold(): HOSTILE}, language=HOSTILE))
    assert not re.search(r"<script|<img", shown)
    assert '<span lang="&lt;script&gt;' in shown
