"""The parsers are exact on the three texts and sensible on others of their kind."""

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.corpus.formats.blocks import LEAD, tidy
from analysis.corpus.formats.registry import FORMATS, parse

ROOT = Path(__file__).parents[2]
SOURCES = {
    "2014": ("2014-open-and-safe-europe.nl.txt", "pdf-text"),
    "2018": ("2018-security-union-14th-progress-report.nl.md", "markdown"),
    "2020": ("2020-security-union-strategy-press-release.nl.txt", "press-release"),
}
quick = settings(derandomize=True, max_examples=80, deadline=None, database=None)


def source_lines(document):
    return (ROOT / "data/raw" / SOURCES[document][0]).read_text(encoding="utf-8").split("\n")


@pytest.fixture(scope="module")
def parsed():
    return {document: parse(source_lines(document), form) for document, (_, form) in SOURCES.items()}


# --- the three texts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("document", SOURCES)
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
def test_cover_rules_and_link_lists_are_all_that_is_left_out(parsed, document, apparatus):
    roles = [role for role, _ in parsed[document].roles]
    lines = source_lines(document)
    assert [i for i, role in enumerate(roles, start=1) if role == "apparatus"] == apparatus
    assert [role == "blank" for role in roles] == [not line.strip() for line in lines]


@pytest.mark.parametrize("document", ["2014", "2020"])
def test_paragraphs_hold_the_letters_of_their_source_lines_and_no_others(parsed, document):
    text, lines = parsed[document], source_lines(document)
    for i, paragraph in enumerate(text.paragraphs):
        own = [line.replace("\u00a0i", "") for line, role in zip(lines, text.roles, strict=True) if role == ("body", i)]
        assert "".join(paragraph.text.split()) == "".join("".join(own).removeprefix("  •").split())


def test_a_hyphen_at_a_line_end_stays_and_takes_no_space(parsed):
    words = " ".join(paragraph.text for paragraph in parsed["2014"].paragraphs).split()
    for joined in ("EU-niveau", "niet-discriminerende", "re-integratie", "(EU-LISA).", "EU-cyberveiligheidsstrategie"):
        assert joined in words


def test_paragraphs_that_a_page_cut_in_two_are_whole_again(parsed):
    split = [(26, 28), (50, 62), (68, 76), (106, 116), (124, 140), (150, 156), (162, 172), (180, 190), (196, 204)]
    ranges = {(one.starts[0][1], one.starts[-1][1]) for one in parsed["2018"].paragraphs}
    assert {pair for pair in ranges if pair[0] < pair[1]} == {*split, (212, 220)}
    broken_pages = [86, 246, 299, 460, 514, 568, 658, 714, 770]
    continued = {line for one in parsed["2014"].paragraphs for _, line in one.starts[1:]}
    assert continued.issuperset(broken_pages)
    assert continued.isdisjoint([190, 353, 405])


def test_each_of_35_footnotes_stands_where_its_mark_stood(parsed):
    text = parsed["2018"]
    assert [note.number for note in text.footnotes] == list(range(1, 36))
    before = {
        note.number: text.paragraphs[note.paragraph].text[: note.offset].rsplit(" ", 1)[-1] for note in text.footnotes
    }
    counted = {
        1: "strafzaken",
        10: "voorstel",
        11: "explosieven",
        15: "familieleden",
        17: "vuurwapens",
        18: "aanbeveling",
    }
    assert {number: before[number] for number in counted} == counted
    assert (before[26], before[30], before[33]) == ("(PNR)", "cyberbeveiliging", 'cyberdiplomatie")')
    assert all(word[-1].isalnum() or word[-1] in ').",' for word in before.values())


def test_the_footnote_that_a_page_cut_in_two_is_whole_again(parsed):
    note = parsed["2018"].footnotes[16]
    assert note.starts[0][1] == 114
    assert note.starts[-1][1] == 128
    assert "georganiseerde criminele groepen die betrokken zijn" in note.text


def test_markup_is_gone_and_bold_spans_are_kept(parsed):
    text = parsed["2018"]
    spans = [span for paragraph in text.paragraphs for span in paragraph.emphasis]
    assert len(spans) == 33
    assert spans[:2] == ["elektronisch bewijsmateriaal", "financiële gegevens"]
    everything = [one.text for one in (*text.paragraphs, *text.footnotes)] + [one.title for one in text.sections]
    assert not [text for text in everything if any(sign in text for sign in ("*", "<", ">", "](", "\\", "  "))]
    assert "de Wannacry- en NotPetya-cyberaanvallen" in text.paragraphs[35].text
    assert text.footnotes[3].text.count("https://") == 2
    assert text.footnotes[3].text.endswith("e-evidence_en.")


def test_the_press_release_is_repaired_where_its_page_broke_it_and_nowhere_else(parsed):
    texts = [paragraph.text for paragraph in parsed["2020"].paragraphs]
    assert texts[1].startswith("Vicevoorzitter voor de bevordering van de Europese levenswijze Margaritis Schinas: “")
    assert sum("mensenhandel. Van de" in text for text in texts) == 1
    assert sum("informatie-uitwisseling van informatie" in text for text in texts) == 1  # clumsy, but the source's


# --- other texts of the same formats -----------------------------------------------------------------------------


def outline(parsed):
    return [(one.level, one.number, one.title) for one in parsed.sections]


def texts(parsed):
    return [one.text for one in parsed.paragraphs]


def test_markdown_takes_levels_from_hashes_where_no_heading_has_a_roman_number():
    source = "# Report\n\nText of it.\n## 1.2 Ports\nMore text\nhere.\n\n### 2020 in review\n\n- one\n- two *x*\n"
    found = parse(source.split("\n"), "markdown")
    assert outline(found) == [(1, "", "Report"), (2, "1.2", "Ports"), (3, "", "2020 in review")]
    assert [one.parent for one in found.sections] == [-1, 0, 1]
    assert texts(found) == ["Text of it.", "More text here.", "one", "two x"]


def test_markdown_reads_caret_footnotes_and_leaves_other_raised_numbers_in_the_text():
    source = [
        "# Report",
        "",
        "Of 5 km<sup>2</sup> __bold__ and _italic_[^1], [a link](http://x/_y_).",
        "",
        "[^1]: A note.",
    ]
    found = parse(source, "markdown")
    assert texts(found) == ["Of 5 km2 bold and italic, a link."]
    assert (found.paragraphs[0].emphasis, found.footnotes[0].text) == (("bold",), "A note.")
    assert found.paragraphs[0].text[: found.footnotes[0].offset].endswith("italic")


def test_a_footnote_number_that_starts_again_is_tied_in_order():
    source = [
        "# A",
        "",
        "One<sup>1</sup>.",
        "",
        "<sup>1</sup> First.",
        "",
        "Two<sup>1</sup>.",
        "",
        "<sup>1</sup> Second.",
    ]
    found = parse(source, "markdown")
    assert [(note.text, note.paragraph) for note in found.footnotes] == [("First.", 0), ("Second.", 1)]


def test_pdf_text_finds_headings_and_leaves_out_cover_and_page_numbers():
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
    found = parse(source.split("\n"), "pdf-text")
    assert outline(found) == [(1, "1", "INTRODUCTION"), (2, "1.1", "First things"), (1, "2", "NEXT STEPS")]
    assert texts(found) == [
        "The Union will do its best to protect everyone. It will work on the internal market too.",
        "1. The Commission will propose new rules on the internal market. It will do more.",
    ]
    assert found.roles[13] == ("apparatus", -1)


def test_pdf_text_goes_on_over_a_page_break_also_with_a_capital():
    found = parse(["De leden van het", " Europees Parlement stemden.", " De Raad stemde ook."], "pdf-text")
    assert texts(found) == ["De leden van het Europees Parlement stemden.", "De Raad stemde ook."]


def test_suspended_compounds_keep_their_space_at_a_line_end():
    assert texts(parse(["grens-", "en EU-", "burgers"], "plain")) == ["grens- en EU-burgers"]


def test_a_page_that_holds_only_the_rest_of_a_footnote_does_not_end_the_paragraph():
    source = "De Raad<sup>1</sup> en de\n\n<sup>1</sup> Een noot die\n\n---\n\ndoorloopt.\n\nCommissie werken samen."
    found = parse(["# A", *source.split("\n")], "markdown")
    assert texts(found) == ["De Raad en de Commissie werken samen."]
    assert found.footnotes[0].text == "Een noot die doorloopt."


def test_items_of_a_list_are_paragraphs_of_their_own():
    found = parse(["# A", "", "Er zijn drie", "", "a) eerste", "", "b) tweede", "", "- derde"], "markdown")
    assert texts(found) == ["Er zijn drie", "a) eerste", "b) tweede", "derde"]


def test_markup_around_nothing_is_no_paragraph():
    found = parse(["# A", "", "[](x)", "", "Iets."], "markdown")
    assert texts(found) == ["Iets."]
    assert found.roles[2] == ("apparatus", -1)


def test_a_press_release_tells_headings_from_datelines_lists_and_links():
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
    found = parse(source.split("\n"), "press-release")
    assert outline(found) == [(1, "", LEAD), (1, "", "What is next"), (1, "", "For more information")]
    assert texts(found)[1:] == ["It will do this:", "one thing", "other thing", "Then it rests."]
    assert [i for i, (role, _) in enumerate(found.roles, start=1) if role == "apparatus"] == [1, 3, 18, 20]


def test_plain_text_is_paragraphs_between_blank_lines():
    found = parse(["One,", "and on.", " \t", "# Two"], "plain")
    assert outline(found) == [(1, "", LEAD)]
    assert [one.starts for one in found.paragraphs] == [((0, 1), (5, 2)), ((0, 4),)]


@pytest.mark.parametrize("form", FORMATS)
def test_script_in_a_document_stays_text(form):
    line = "Dit is <script>alert('x')</script> een zin van de Commissie."
    assert texts(parse([line], form)) == [line]


# --- any text ----------------------------------------------------------------------------------------------------

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


@quick
@given(lines=marked_lines | st.lists(st.text(max_size=30).filter(lambda text: "\n" not in text), max_size=8))
@pytest.mark.parametrize("form", FORMATS)
def test_every_line_has_one_role_and_every_part_knows_its_lines(form, lines):
    found = parse(lines, form)
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


@quick
@given(lines=st.lists(st.text("ab .\t", max_size=8), max_size=12))
def test_plain_text_loses_no_letter(lines):
    kept = "".join(paragraph.text for paragraph in parse(lines, "plain").paragraphs)
    assert "".join(kept.split()) == "".join("".join(lines).split())
