"""The study put together: where it is found, its passages and places."""

import pytest

from analysis.inputs import InputError
from analysis.study import find_root, list_passages, locate_hits, locate_sections


def test_the_study_is_found_from_any_folder_below_it(here):
    assert find_root(here.root / "notebooks") == here.root
    assert find_root(here.root) == here.root


def test_outside_a_study_one_message_says_what_to_do(tmp_path):
    with pytest.raises(InputError, match=r"no data/corpus\.yml here or above.*Change to the study's folder"):
        find_root(tmp_path)


def test_passages_mark_what_was_found(here):
    hits = here.hits[here.hits["theme"] == "cbrn"]
    passages = list_passages(here, hits)
    marked = [row.text[start:end] for row in passages.itertuples() for start, end in row.spans]
    assert sorted(marked) == sorted(hits["surface"])
    assert passages["doc_id"].tolist() == ["2014", "2018", "2018"]


def test_passages_lie_on_the_lines_they_name(here):
    raw = (here.root / "data/raw/2018-security-union-14th-progress-report.nl.md").read_text().split("\n")
    passages = list_passages(here, here.hits[here.hits["theme"] == "cbrn"])
    salisbury = passages[passages["text"].str.startswith("De chemische aanval in Salisbury")].iloc[0]
    assert raw[salisbury["line_start"] - 1].startswith("De chemische aanval in Salisbury")


def test_places_run_from_0_to_1_in_reading_order(here):
    place = locate_hits(here, here.hits)
    assert place.between(0, 1).all()
    for _, own in place.groupby(here.hits["doc_id"]):
        assert own.is_monotonic_increasing


def test_sections_begin_where_their_first_sentence_stands(here):
    sections = locate_sections(here)
    assert sections.groupby("doc_id", sort=False)["position"].first().tolist() == [0, 0, 0]
    assert sections.groupby("doc_id").size().to_dict() == {"2014": 21, "2018": 12, "2020": 6}


def test_texts_are_told_apart_by_kind_and_date(here):
    assert here.titles["2020"] == "2020 · press release, 24 July 2020"
    assert here.documents == ["2014", "2018", "2020"]


def test_glosses_are_found_in_whatever_case(here):
    assert here.gloss(["Cyberaanvallen", "onzinwoord"]) == {"Cyberaanvallen": "cyber-attacks", "onzinwoord": ""}
