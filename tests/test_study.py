"""The study put together: where it is found, its passages and places."""

from dataclasses import replace

import pytest

from analysis.inputs import InputError, read_yaml
from analysis.report.about import About, read_about
from analysis.study import (
    OPTIONAL,
    find_input,
    find_root,
    list_passages,
    list_shared_passages,
    list_shown_words,
    locate_hits,
    locate_sections,
    open_study,
)


def test_the_study_is_found_from_any_folder_below_it(study):
    assert find_root(study.root / "notebooks") == study.root
    assert find_root(study.root) == study.root


def test_a_simulation_is_shown_for_the_study_that_names_it(study):
    assert len(study.benchmark("multiverse"))
    assert study.benchmark("other").empty
    other = replace(study, about=About())
    assert other.benchmark("multiverse").empty
    with pytest.raises(InputError, match=r"benchmarks.x: found no file x.csv"):
        replace(study, about=About(benchmarks={"x": "x.csv"})).benchmark("x")


def test_outside_a_study_one_message_says_what_to_do(tmp_path):
    with pytest.raises(InputError, match=r"no data/corpus\.yml here or above.*Change to the study's folder"):
        find_root(tmp_path)


def test_passages_mark_what_was_found(study):
    hits = study.hits[study.hits["theme"] == "cbrn"]
    passages = list_passages(study, hits)
    marked = [row.text[start:end] for row in passages.itertuples() for start, end in row.spans]
    assert sorted(marked) == sorted(hits["surface"])
    assert passages["doc_id"].tolist() == ["2014", "2018", "2018"]


def test_passages_lie_on_the_lines_they_name(study):
    raw = (study.root / "data/raw/2018-security-union-14th-progress-report.nl.md").read_text().split("\n")
    passages = list_passages(study, study.hits[study.hits["theme"] == "cbrn"])
    salisbury = passages[passages["text"].str.startswith("De chemische aanval in Salisbury")].iloc[0]
    assert raw[salisbury["line_start"] - 1].startswith("De chemische aanval in Salisbury")


def test_places_run_from_0_to_1_in_reading_order(study):
    place = locate_hits(study, study.hits)
    assert place.between(0, 1).all()
    for _, own in place.groupby(study.hits["doc_id"]):
        assert own.is_monotonic_increasing


def test_sections_begin_where_their_first_sentence_stands(study):
    sections = locate_sections(study)
    assert sections.groupby("doc_id", sort=False)["position"].first().tolist() == [0, 0, 0]
    assert sections.groupby("doc_id").size().to_dict() == {"2014": 21, "2018": 12, "2020": 6}


def test_texts_are_told_apart_by_kind_and_date(study):
    assert study.titles["2020"] == "2020 · press release, 24 July 2020"
    assert study.documents == ["2014", "2018", "2020"]


def test_glosses_are_found_in_whatever_case(study):
    assert study.gloss(["Cyberaanvallen", "onzinwoord"]) == {"Cyberaanvallen": "cyber-attacks", "onzinwoord": ""}


def test_the_paragraphs_that_name_two_themes_are_those_with_hits_of_both(study):
    passages = list_shared_passages(study, "radicalisation", "terrorism")
    named = study.hits.groupby("paragraph_id")["theme"].agg(set)
    both = set(named.index[named.map({"radicalisation", "terrorism"}.issubset)])
    assert set(passages["paragraph_id"]) == both
    assert len(passages) == len(both) == 9
    words = {row.text[start:end].lower() for row in passages.itertuples() for start, end in row.spans}
    assert any("radicalis" in word for word in words)
    assert any("terroris" in word for word in words)


def test_no_paragraph_names_cyber_and_migration(study):
    assert list_shared_passages(study, "cyber", "migration").empty
    with pytest.raises(InputError, match=r"themes: found 'cybr'.*Did you mean 'cyber'"):
        list_shared_passages(study, "cyber", "cybr")


def test_optional_files_may_be_missing_at_their_usual_places_alone(study, tmp_path):
    for file in OPTIONAL:
        assert study.find(file) == study.root / file
        assert find_input(tmp_path, file) is None
    assert find_input(tmp_path, "data/other.yml") == tmp_path / "data/other.yml"
    with pytest.raises(InputError, match=r"data/other\.yml: found no readable file"):
        open_study(glossary_file="data/other.yml", root=study.root)


def test_the_study_says_its_title_sources_and_caveats(study):
    assert study.about.title == "How do themes move between texts on EU internal security?"
    assert "Decision 2011/833/EU" in study.about.sources
    assert len(study.about.caveats) == 3
    citation = read_yaml(study.root / "CITATION.cff")
    for part in (citation["authors"][0]["name"], citation["title"], f"version {citation['version']}"):
        assert part in study.about.citation


@pytest.mark.parametrize("content", [None, "", "# to be written\n"])
def test_a_study_that_says_nothing_of_itself_has_a_neutral_title(tmp_path, content):
    path = tmp_path / "study.yml"
    path.write_text(content or "")
    assert read_about(None if content is None else path) == About()


BAD = [
    ("tilte: x\n", r"study\.yml, line 1, tilte: found the unknown key 'tilte'.*Did you mean 'title'"),
    ("title: x\ncaveats: none\n", r"line 2, caveats: found 'none', allowed is a list\. Begin each entry"),
    ("caveats:\n  - a\n  - 3\n", r"line 3, caveats\[1\]: found 3, allowed is a text\. Put it in quotes"),
    ("sources: [a]\n", r"line 1, sources: found \['a'\], allowed is a text"),
]


@pytest.mark.parametrize(("content", "message"), BAD)
def test_what_a_study_cannot_say_of_itself_is_named_with_its_line(tmp_path, content, message):
    (tmp_path / "study.yml").write_text(content)
    with pytest.raises(InputError, match=message):
        read_about(tmp_path / "study.yml")


def test_words_of_english_texts_need_no_gloss(study):
    assert "cyberaanvallen" in list_shown_words(study)
    english = {text: replace(language, code="en") for text, language in study.languages.items()}
    assert list_shown_words(replace(study, languages=english)) == []
