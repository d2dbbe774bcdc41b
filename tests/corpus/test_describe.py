"""Sizes and outline of the real texts, and institution words counted by hand."""

import pandas as pd
import pytest

from analysis.corpus.describe import count_institution_words, count_lines, list_outline, measure_texts


def test_sizes_are_those_counted_by_hand(here):
    sizes = measure_texts(here.corpus, here.n_tokens).set_index("doc_id")
    assert sizes["paragraphs"].tolist() == [84, 40, 26]
    assert sizes["sentences"].tolist() == [316, 179, 68]
    assert sizes["words"].tolist() == [7389, 5860, 1629]
    assert sizes["footnotes"].tolist() == [0, 35, 0]


def test_every_line_of_the_sources_has_one_role(here):
    lines = count_lines(here.corpus.lines, here.documents).set_index("text")
    assert lines["all"].tolist() == [789, 234, 75]
    assert (lines.drop(columns="all").sum(axis=1) == lines["all"]).all()


def test_the_outline_is_the_reference_structure(here):
    reference = pd.read_csv(here.root / "tests/reference_structure.csv", dtype={"document": str, "number": str})
    outline = list_outline(here.corpus.sections, here.corpus.paragraphs)
    expected = reference.fillna({"number": ""})[["document", "level", "number", "title", "line", "paragraphs"]]
    assert outline.to_numpy().tolist() == expected.to_numpy().tolist()


def test_institution_words_by_hand(here):
    text = pd.DataFrame(
        {
            "sentence_id": ["x"],
            "paragraph_id": ["x"],
            "doc_id": ["A"],
            "text": ["De Commissie, de commissie en de burger."],
        }
    )
    table = count_institution_words(text, {"A": here.languages["2014"]}, {"A": 8})
    assert table.to_numpy().tolist() == [["commissie", pytest.approx(250)]]
