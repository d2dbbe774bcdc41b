"""Plain text: paragraphs between empty lines, and nothing lost."""

from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.corpus.formats.parsed import LEAD
from analysis.corpus.formats.plain import parse_plain

quick = settings(derandomize=True, max_examples=80, deadline=None, database=None)


def outline(parsed):
    return [(one.level, one.number, one.title) for one in parsed.sections]


def test_plain_text_is_paragraphs_between_blank_lines(dutch):
    found = parse_plain(["One,", "and on.", " \t", "# Two"], dutch)
    assert outline(found) == [(1, "", LEAD)]
    assert [one.starts for one in found.paragraphs] == [((0, 1), (5, 2)), ((0, 4),)]


@quick
@given(lines=st.lists(st.text("ab .\t", max_size=8), max_size=12))
def test_plain_text_loses_no_letter(dutch, lines):
    kept = "".join(paragraph.text for paragraph in parse_plain(lines, dutch).paragraphs)
    assert "".join(kept.split()) == "".join("".join(lines).split())
