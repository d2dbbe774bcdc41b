"""Text of PDFs: headings, cover, page breaks and page numbers, in the text of 2014 and in others."""

import pytest

from analysis.corpus.formats.pdf_text import parse_pdf_text


def outline(parsed):
    return [(one.level, one.number, one.title) for one in parsed.sections]


def texts(parsed):
    return [one.text for one in parsed.paragraphs]


def test_a_hyphen_at_a_line_end_stays_and_takes_no_space(parsed):
    words = " ".join(paragraph.text for paragraph in parsed["2014"].paragraphs).split()
    for joined in ("EU-niveau", "niet-discriminerende", "re-integratie", "(EU-LISA).", "EU-cyberveiligheidsstrategie"):
        assert joined in words


def test_pdf_text_finds_headings_and_leaves_out_cover_and_page_numbers(dutch):
    source = """EUROPEAN COMMISSION

Brussels, 1.1.2020
COM(2020) 1 final

COMMUNICATION FROM THE COMMISSION
on things

1. INTRODUCTION

1.1. First things
The Union will do its best to protect everyone. It will work on

2

the internal market too.

2. NEXT STEPS

1. The Commission will propose new rules on the
internal market. It will do more."""
    found = parse_pdf_text(source.split("\n"), dutch)
    assert outline(found) == [(1, "1", "INTRODUCTION"), (2, "1.1", "First things"), (1, "2", "NEXT STEPS")]
    assert texts(found) == [
        "The Union will do its best to protect everyone. It will work on the internal market too.",
        "1. The Commission will propose new rules on the internal market. It will do more.",
    ]
    assert found.roles[13] == ("apparatus", -1)


def test_pdf_text_goes_on_over_a_page_break_also_with_a_capital(dutch):
    found = parse_pdf_text(["De leden van het", " Europees Parlement stemden.", " De Raad stemde ook."], dutch)
    assert texts(found) == ["De leden van het Europees Parlement stemden.", "De Raad stemde ook."]


@pytest.mark.parametrize("number", ["3", "Pagina 3", "blz. 3", "NL 3 NL", "NL NL"])
def test_page_numbers_are_left_out_with_the_words_of_the_language(dutch, number):
    found = parse_pdf_text(
        ["De Raad stemde vandaag. De leden van het", "", number, "", "Europees Parlement stemden."], dutch
    )
    assert texts(found) == ["De Raad stemde vandaag. De leden van het Europees Parlement stemden."]
    assert found.roles[2] == ("apparatus", -1)


def test_page_words_of_another_language_are_text(english):
    found = parse_pdf_text(["This is all there is.", "", "Pagina 3", "", "Page 3"], english)
    assert texts(found) == ["This is all there is.", "Pagina 3"]
