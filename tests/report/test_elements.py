import base64
import re

import pandas as pd
import pytest
from markupsafe import Markup
from nbconvert.filters.markdown_mistune import markdown2html_mistune

from analysis.inputs import InputError
from analysis.report import elements

GLOSSARY = {"cyberaanval": "cyber attack", "dreigingen": "threats"}
HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)"> & [link](javascript:alert(3))'
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="288pt" height="144pt"></svg>'

passage = {
    "doc_id": "2014",
    "paragraph_id": "2014-001",
    "section": "Dreigingen",
    "text": "Twee cyberaanvallen & meer.",
    "line_start": 3,
    "line_end": 4,
    "spans": [(5, 19, "cyberaanval")],
}


def html(shown: elements.Shown) -> str:
    return shown.data["text/html"]


def passages(**changed):
    options = {"documents": {"2014": "2014, communication"}, "glossary": GLOSSARY} | changed.pop("options", {})
    return html(elements.passages(pd.DataFrame([passage | changed]), **options))


@pytest.mark.parametrize(
    "text", [HOSTILE, "# head", "1. one", "- item", "    code", "a\n\n> quote", "$x$", "&amp;", "`c`"]
)
def test_escape_makes_markdown_show_the_text_itself(text):
    shown = markdown2html_mistune(str(elements.escape(text)))
    plain = " ".join(text.split())
    assert re.fullmatch(r"<p>[^<]*</p>\n", shown)
    assert Markup(shown).striptags() == plain


def test_escape_gives_markup_that_no_other_function_escapes_again():
    assert "&#60;b&#62;" in html(elements.figure(SVG, name="n", caption=elements.escape("<b>"), alt="a"))


def test_fill_escapes_words_and_keeps_terms():
    filled = elements.fill("{} and {}", "<b>", elements.term("cyberaanval", GLOSSARY))
    expected = '&lt;b&gt; and <span lang="nl">cyberaanval</span> <span class="gloss">‘cyber attack’</span>'
    assert filled == expected


def test_finding_tells_reports_what_it_is():
    data, metadata = elements.finding("All is **well**.", "robust")._repr_mimebundle_()
    assert metadata == {"finding": {"sentence": "All is **well**.", "verdict": "robust", "question": ""}}
    assert data["text/plain"] == "All is **well**. (robust)"


def test_figure_embeds_its_svg_with_alt_caption_and_size():
    shown = html(elements.figure(SVG, name="attention", caption="It grows.", alt='A "line" <chart>'))
    assert 'width="384" height="192"' in shown  # 288 × 144 points, 4/3 pixels each
    assert 'alt="A &#34;line&#34; &lt;chart&gt;"' in shown
    assert "<figcaption>It grows.</figcaption>" in shown
    encoded = re.search(r"base64,([^\"]+)", shown)
    assert encoded is not None
    assert base64.b64decode(encoded[1]).decode() == SVG


@pytest.mark.parametrize("lacking", ["alt", "caption"])
def test_figure_refuses_to_go_without_alt_or_caption(lacking):
    with pytest.raises(InputError, match="an empty alt or caption"):
        elements.figure(SVG, **({"name": "n", "alt": "a", "caption": "c"} | {lacking: " "}))


def test_table_names_its_columns_and_rows():
    shown = html(elements.table(pd.DataFrame({"term": ["a"], "n_hits": [3]}), caption="Terms"))
    assert "<caption>Terms</caption>" in shown
    assert '<th scope="col">term</th><th scope="col" class="number">n hits</th>' in shown
    assert '<tr><th scope="row">a</th><td class="number">3</td></tr>' in shown
    assert 'class="scroll" tabindex="0" role="region" aria-label="Table: Terms"' in shown


def test_table_writes_numbers_as_readers_expect_them():
    frame = pd.DataFrame(
        {
            "year": [2014, 2018],
            "words": [74_000, 9_999],
            "share": [0.1234, float("nan")],
            "change": [-1.5, 0.25],
            "seen": [True, False],
            "date": pd.to_datetime(["2014-03-11", None]),
        }
    )
    shown = html(elements.table(frame, caption="c", formats={"share": ".1%", "change": "+.2f"}))
    cells = re.findall(r"<t[hd](?: scope=\"row\")?(?: class=\"number\")?>([^<]*)</t", shown)
    assert cells == ["2014", "74,000", "12.3%", "−1.50", "yes", "2014-03-11", "2018", "9999", "–", "+0.25", "no", "–"]


def test_table_marks_dutch_columns_and_glosses_them():
    shown = html(elements.table(pd.DataFrame({"t": ["Cyberaanval", "x"]}), caption="c", dutch=["t"], glossary=GLOSSARY))
    assert '<span lang="nl">Cyberaanval</span> <span class="gloss">‘cyber attack’</span>' in shown
    assert '<span lang="nl">x</span></th>' in shown


@pytest.mark.parametrize("option", [{"formats": {"shar": ".1%"}}, {"dutch": ["shar"]}])
def test_table_refuses_a_column_it_does_not_have(option):
    with pytest.raises(InputError, match="Did you mean 'share'"):
        elements.table(pd.DataFrame({"share": [1.0]}), caption="c", **option)


def test_table_offers_its_csv_for_download():
    shown = html(elements.table(pd.DataFrame({"a": ["é"]}), caption="c", csv="a\né\n", name="01_corpus-words"))
    link = re.search(r'href="data:text/csv;charset=utf-8;base64,([^"]+)" download="01_corpus-words.csv"', shown)
    assert link is not None
    assert base64.b64decode(link[1]).decode() == "a\né\n"


def test_mark_hits_marks_and_escapes():
    marked = elements.mark_hits("een <b>aanval</b>", [(7, 13)])
    assert marked == "een &lt;b&gt;<mark>aanval</mark>&lt;/b&gt;"


def test_mark_hits_joins_hits_that_overlap_and_keeps_neighbours_apart():
    assert elements.mark_hits("abcdef", [(3, 4), (0, 2), (1, 3)]) == "<mark>abc</mark><mark>d</mark>ef"


@pytest.mark.parametrize("span", [(0, 9), (-1, 2), (2, 2)])
def test_mark_hits_refuses_a_span_outside_the_text(span):
    with pytest.raises(ValueError, match="lies outside a text of 3 characters"):
        elements.mark_hits("abc", [span])


def test_passages_can_be_linked_to_and_say_where_they_stand():
    shown = passages()
    assert 'id="p-2014-001"' in shown
    assert '<blockquote lang="nl"><p>Twee <mark title="cyber attack">cyberaanvallen</mark> &amp; meer.</p>' in shown
    assert '<span lang="nl">Dreigingen</span> <span class="gloss">‘threats’</span>, lines 3–4. Marked: ' in shown
    assert '2014, communication <span class="count">1 passage</span>' in shown


def test_passages_say_how_many_are_left_out():
    frame = pd.DataFrame([passage | {"paragraph_id": f"2014-{number:03}"} for number in range(1, 6)])
    shown = html(elements.passages(frame, documents={"2014": "2014"}, limit=2))
    assert re.findall(r'id="([^"]+)"', shown) == ["p-2014-001", "p-2014-002"]
    assert "The first 2 of 5 passages are shown." in shown
    assert "5 passages</span>" in shown


def test_passages_say_where_a_text_has_none():
    assert '<p class="none">2018: no passage.</p>' in passages(options={"documents": {"2018": "2018"}})


def test_passages_name_the_columns_they_lack():
    with pytest.raises(ValueError, match="the frame lacks spans"):
        elements.passages(pd.DataFrame([passage]).drop(columns="spans"), documents={})


def test_text_of_documents_is_never_markup():
    frame = pd.DataFrame({HOSTILE: [HOSTILE], "dutch": [HOSTILE]})
    everything = [
        html(
            elements.table(frame, caption=HOSTILE, dutch=["dutch"], glossary={HOSTILE.casefold(): HOSTILE}, csv=HOSTILE)
        ),
        html(elements.figure(SVG, name="n", caption=HOSTILE, alt=HOSTILE)),
        passages(text=HOSTILE, section=HOSTILE, spans=[(0, 8)], options={"documents": {"2014": HOSTILE}}),
        str(elements.term(HOSTILE, {HOSTILE.casefold(): HOSTILE})),
        str(elements.mark_hits(HOSTILE, [(0, 30)], {HOSTILE[:30].casefold(): HOSTILE})),
    ]
    for shown in everything:
        assert not re.search(r"<script|<img src=x|<img[^>]*onerror=\"", shown)
        assert not re.search(r"(href|src)=\"javascript", shown)
