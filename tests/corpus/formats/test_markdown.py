"""Markdown: headings, footnotes and markup, in the text of 2018 and in others."""

from analysis.corpus.formats.markdown import parse_markdown


def outline(parsed):
    return [(one.level, one.number, one.title) for one in parsed.sections]


def texts(parsed):
    return [one.text for one in parsed.paragraphs]


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


def test_markdown_takes_levels_from_hashes_where_no_heading_has_a_roman_number(dutch):
    source = "# Report\n\nText of it.\n## 1.2 Ports\nMore text\nhere.\n\n### 2020 in review\n\n- one\n- two *x*\n"
    found = parse_markdown(source.split("\n"), dutch)
    assert outline(found) == [(1, "", "Report"), (2, "1.2", "Ports"), (3, "", "2020 in review")]
    assert [one.parent for one in found.sections] == [-1, 0, 1]
    assert texts(found) == ["Text of it.", "More text here.", "one", "two x"]


def test_markdown_reads_caret_footnotes_and_leaves_other_raised_numbers_in_the_text(dutch):
    source = [
        "# Report",
        "",
        "Of 5 km<sup>2</sup> __bold__ and _italic_[^1], [a link](http://x/_y_).",
        "",
        "[^1]: A note.",
    ]
    found = parse_markdown(source, dutch)
    assert texts(found) == ["Of 5 km2 bold and italic, a link."]
    assert (found.paragraphs[0].emphasis, found.footnotes[0].text) == (("bold",), "A note.")
    assert found.paragraphs[0].text[: found.footnotes[0].offset].endswith("italic")


def test_a_footnote_number_that_starts_again_is_tied_in_order(dutch):
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
    found = parse_markdown(source, dutch)
    assert [(note.text, note.paragraph) for note in found.footnotes] == [("First.", 0), ("Second.", 1)]


def test_a_page_that_holds_only_the_rest_of_a_footnote_does_not_end_the_paragraph(dutch):
    source = "De Raad<sup>1</sup> en de\n\n<sup>1</sup> Een noot die\n\n---\n\ndoorloopt.\n\nCommissie werken samen."
    found = parse_markdown(["# A", *source.split("\n")], dutch)
    assert texts(found) == ["De Raad en de Commissie werken samen."]
    assert found.footnotes[0].text == "Een noot die doorloopt."


def test_items_of_a_list_are_paragraphs_of_their_own(dutch):
    found = parse_markdown(["# A", "", "Er zijn drie", "", "a) eerste", "", "b) tweede", "", "- derde"], dutch)
    assert texts(found) == ["Er zijn drie", "a) eerste", "b) tweede", "derde"]


def test_markup_around_nothing_is_no_paragraph(dutch):
    found = parse_markdown(["# A", "", "[](x)", "", "Iets."], dutch)
    assert texts(found) == ["Iets."]
    assert found.roles[2] == ("apparatus", -1)
