"""Press releases: headings, attributions, lists and links, in the text of 2020 and in others."""

import pytest

from analysis.corpus.formats.parsed import LEAD
from analysis.corpus.formats.press_release import parse_press_release


def outline(parsed):
    return [(one.level, one.number, one.title) for one in parsed.sections]


def texts(parsed):
    return [one.text for one in parsed.paragraphs]


def test_the_press_release_is_repaired_where_its_page_broke_it_and_nowhere_else(parsed):
    texts = [paragraph.text for paragraph in parsed["2020"].paragraphs]
    assert texts[1].startswith("Vicevoorzitter voor de bevordering van de Europese levenswijze Margaritis Schinas: “")
    assert sum("mensenhandel. Van de" in text for text in texts) == 1
    assert sum("informatie-uitwisseling van informatie" in text for text in texts) == 1  # clumsy, but the source's


def test_a_press_release_tells_headings_from_datelines_lists_and_links(dutch):
    source = """A new plan

Brussels, 1 January 2020

The Commission said something. See www.Some.Where.

What is next

It will do this:

• one thing
• other thing

Then it rests.

For more information

Link one

Link two"""
    found = parse_press_release(source.split("\n"), dutch)
    assert outline(found) == [(1, "", LEAD), (1, "", "What is next"), (1, "", "For more information")]
    assert texts(found)[1:] == ["It will do this:", "one thing", "other thing", "Then it rests."]
    assert [i for i, (role, _) in enumerate(found.roles, start=1) if role == "apparatus"] == [1, 3, 18, 20]


@pytest.mark.parametrize(
    ("line", "n_dutch", "n_english"),
    [
        ("Bron: Europese Commissie.", 1, 2),
        ("Met dank overgenomen van de Europese Commissie.", 1, 2),
        ("Source: European Commission.", 2, 1),
        ("Bronnen: vele.", 2, 2),
    ],
)
def test_attributions_are_those_of_the_language(dutch, english, line, n_dutch, n_english):
    lines = ["Titel", "", "Er is iets gezegd.", "", line]
    n_paragraphs = [len(parse_press_release(lines, language).paragraphs) for language in (dutch, english)]
    assert n_paragraphs == [n_dutch, n_english]
