"""The formats are exact on the three texts of the study, and account for every line of any other."""

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.corpus.formats.blocks import tidy
from analysis.corpus.formats.markdown import parse_markdown
from analysis.corpus.formats.pdf_text import parse_pdf_text
from analysis.corpus.formats.plain import parse_plain
from analysis.corpus.formats.press_release import parse_press_release
from analysis.corpus.formats.registry import FORMATS, parse
from analysis.inputs import InputError

ROOT = Path(__file__).parents[3]
quick = settings(derandomize=True, max_examples=80, deadline=None, database=None)
PARSERS = {
    "pdf-text": parse_pdf_text,
    "markdown": parse_markdown,
    "press-release": parse_press_release,
    "plain": parse_plain,
}


def texts(parsed):
    return [one.text for one in parsed.paragraphs]


@pytest.mark.parametrize("document", ["2014", "2018", "2020"])
def test_headings_and_paragraph_counts_are_those_counted_by_hand(parsed, document):
    with (ROOT / "tests/reference_structure.csv").open(encoding="utf-8", newline="") as file:
        reference = [row for row in csv.DictReader(file) if row["document"] == document]
    expected = [(r["level"], r["number"], r["title"], r["line"], r["paragraphs"]) for r in reference]
    text = parsed[document]
    under = [sum(one.section == i for one in text.paragraphs) for i in range(len(text.sections))]
    found = [
        (str(one.level), one.number, one.title, str(one.line), str(n))
        for one, n in zip(text.sections, under, strict=True)
    ]
    assert found == expected


@pytest.mark.parametrize(
    ("document", "apparatus"),
    [
        ("2014", [4, 9, 10, 12, 13, 17, 18, 20, 22, 24, 30, 32, 33, 35, 37]),
        ("2018", [5, 6, 8, 9, 11, 12, 34, 52, 70, 84, 126, 164, 182, 198, 214, 230]),
        ("2020", [1, 3, 69, 71, 73, 75]),
    ],
)
def test_cover_rules_and_link_lists_are_all_that_is_left_out(parsed, source_lines, document, apparatus):
    roles = [role for role, _ in parsed[document].roles]
    lines = source_lines[document]
    assert [i for i, role in enumerate(roles, start=1) if role == "apparatus"] == apparatus
    assert [role == "blank" for role in roles] == [not line.strip() for line in lines]


@pytest.mark.parametrize("document", ["2014", "2020"])
def test_paragraphs_hold_the_letters_of_their_source_lines_and_no_others(parsed, source_lines, document):
    text, lines = parsed[document], source_lines[document]
    for i, paragraph in enumerate(text.paragraphs):
        own = [line.replace("\u00a0i", "") for line, role in zip(lines, text.roles, strict=True) if role == ("body", i)]
        assert "".join(paragraph.text.split()) == "".join("".join(own).removeprefix("  •").split())


def test_every_format_is_tried_here():
    assert list(PARSERS) == list(FORMATS)


def test_an_unknown_format_is_refused(dutch, tmp_path):
    with pytest.raises(InputError, match=r"format: found 'markdwon', .* Did you mean 'markdown'\?"):
        parse(tmp_path / "text.md", "markdwon", dutch)


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_is_parsed_as_its_lines_are(dutch, tmp_path, form):
    lines = ["# Titel", "", "De Raad stemde in. Het werkt.", "", "Bron: wij"]
    (tmp_path / "text").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert parse(tmp_path / "text", form, dutch) == PARSERS[form](lines, dutch)


@pytest.mark.parametrize("form", FORMATS)
def test_script_in_a_document_stays_text(dutch, form):
    line = "Dit is <script>alert('x')</script> een zin van de Commissie."
    assert texts(PARSERS[form]([line], dutch)) == [line]


SIGNS = [
    "#",
    "##",
    "I.",
    "1.",
    "1.1.",
    "---",
    "**b**",
    "*i*",
    "<sup>1</sup>",
    "[^1]:",
    "•",
    "-",
    "[x](y)",
    "[](y)",
    "\\_",
]

WORDS = ["EU-", "en", "Zin.", "zin,", "WOORD", "woord", "(a)", "7", " ", "\f", "\u00a0i", "é", "\u00ad"]
marked_lines = st.lists(st.lists(st.sampled_from(SIGNS + WORDS), max_size=5).map(" ".join), max_size=14)


@pytest.mark.slow
@quick
@given(lines=marked_lines | st.lists(st.text(max_size=30).filter(lambda text: "\n" not in text), max_size=8))
@pytest.mark.parametrize("form", FORMATS)
def test_every_line_has_one_role_and_every_part_knows_its_lines(dutch, form, lines):
    found = PARSERS[form](lines, dutch)
    assert len(found.roles) == len(lines)
    for kind, parts in (("body", found.paragraphs), ("footnote", found.footnotes)):
        for i, part in enumerate(parts):
            own = [line for line, role in enumerate(found.roles, start=1) if role == (kind, i)]
            assert [line for _, line in part.starts] == own
            assert part.text.strip()
            offsets = [offset for offset, _ in part.starts]
            assert offsets == sorted(offsets)
            assert offsets[-1] <= len(part.text)
    assert all((role == "blank") == (not tidy(line)) for (role, _), line in zip(found.roles, lines, strict=True))
    assert all(
        0 <= note.offset <= len(found.paragraphs[note.paragraph].text)
        for note in found.footnotes
        if note.paragraph >= 0
    )
