"""Where a theme stands: headings, sections, stretches, and themes by heading."""

import pandas as pd

from analysis.themes.dictionary import Theme, Themes, tag
from analysis.themes.evolution import place

FISH = Themes({"fish": Theme("fish", "Fish", "", "#000000", True, core=("vis*",))})
SECTIONS = pd.DataFrame({"section_id": ["s1", "s2", "s3"], "doc_id": "d", "title": ["(lead)", "Visserij", "Boter"]})
SENTENCES = pd.DataFrame(
    {
        "sentence_id": list("abcdef"),
        "section_id": ["s1", "s2", "s2", "s2", "s3", "s3"],
        "paragraph_id": "p",
        "doc_id": "d",
        "text": ["Kaas.", "Vis en vissen.", "Vis.", "Kaas.", "Vis.", "Kaas."],
    }
)


def test_places_are_counted_by_hand():
    row = place.measure_places(tag(SENTENCES, FISH), SENTENCES, SECTIONS, FISH, ["fish"]).iloc[0]
    assert row[["headings", "n_headings", "sections", "n_sections", "hits"]].tolist() == [1, 2, 2, 3, 4]
    assert row[["fullest", "fullest_title", "fullest_share"]].tolist() == ["s2", "Visserij", 0.75]
    assert row[["stretches", "sentences"]].tolist() == [2, 3]  # b and c run on, e stands alone


def test_a_theme_that_is_not_named_has_no_fullest_section():
    row = place.measure_places(tag(SENTENCES.head(1), FISH), SENTENCES, SECTIONS, FISH, ["fish"]).iloc[0]
    assert row["fullest"] == ""
    assert pd.isna(row["fullest_share"])


def test_themes_by_heading_are_sentences():
    table = place.cross_headings(tag(SENTENCES, FISH), SENTENCES, SECTIONS, ["fish"])
    assert table[["title", "sentences", "n"]].to_numpy().tolist() == [
        ["(lead)", 0, 1],
        ["Visserij", 2, 3],
        ["Boter", 1, 2],
    ]


def test_the_headings_printed_are_found_again(here):
    arguments = here.corpus.sentences, here.corpus.sections, here.themes, here.themes.declared
    table = place.measure_places(here.hits, *arguments).set_index(["theme", "doc_id"])
    migration = table.loc["migration"]
    assert list(zip(migration["headings"], migration["n_headings"], strict=True)) == [(7, 23), (0, 14), (0, 6)]
    assert table.loc[("cbrn", "2020"), ["hits", "sentences", "stretches"]].tolist() == [0, 0, 0]


def test_the_table_by_heading_adds_up_to_the_sentences_of_a_theme(here):
    table = place.cross_headings(here.hits, here.corpus.sentences, here.corpus.sections, here.themes.declared)
    expected = here.hits.groupby(["theme", "doc_id"])["sentence_id"].nunique()
    found = table.groupby(["theme", "doc_id"])["sentences"].sum()
    assert (found[found > 0] == expected[found[found > 0].index]).all()
