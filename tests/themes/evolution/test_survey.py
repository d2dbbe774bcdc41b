"""A study surveyed: with codes, with words only, with nothing; every number leads to its paragraphs."""

import pandas as pd
import pytest

from analysis import study as studies
from analysis.themes import evolution
from analysis.themes.dictionary import Themes
from analysis.themes.evolution import plots, prose
from analysis.themes.evolution.names import read_names

NO_CODES = evolution.read_frame_codes(None)


@pytest.fixture(scope="module")
def codes(here):
    return evolution.read_frame_codes(here.find(studies.FRAME_CODES))


@pytest.fixture(scope="module")
def dictionary(here):
    return evolution.read_frame_dictionary(here.find(studies.FRAMES))


def test_codes_come_before_words(here, codes, dictionary):
    coded, worded = (evolution.measure_frames(here, one, dictionary) for one in (codes, NO_CODES))
    assert (coded.source, worded.source) == ("codes", "words")
    assert worded.status.empty
    assert worded.compared is None
    assert set(worded.counts["label"]) == set(coded.counts["label"])


@pytest.mark.parametrize("coded", [True, False])
def test_every_count_of_a_frame_leads_to_paragraphs(here, codes, dictionary, coded):
    frames = evolution.measure_frames(here, codes if coded else NO_CODES, dictionary)
    evidence = evolution.list_evidence(frames.counts, frames.hits, ["theme", "doc_id", "frame"])
    n_paragraphs = pd.Series([len(ids) for ids in evidence])
    assert ((n_paragraphs > 0) == (frames.counts["sentences"] > 0)).all()
    assert (n_paragraphs <= frames.counts["sentences"]).all()
    assert {one for ids in evidence for one in ids} <= set(frames.sentences["paragraph_id"])


def test_a_study_without_codes_and_lists_is_told_what_to_add(here):
    frames = evolution.measure_frames(here, NO_CODES, Themes({}))
    assert frames.source == ""
    assert frames.counts.empty
    assert prose.describe_source(frames, NO_CODES, "a.yml", "b.yml").startswith(
        "Frames were not looked for: there is no `a.yml` or `b.yml`."
    )
    assert prose.list_frames(frames, here.themes) == ""
    actors = evolution.measure_actors(here, read_names(None), frames.sentences)
    assert prose.introduce_actors(actors, "c.yml").startswith("Actors were not looked for: there is no `c.yml`.")
    assert prose.list_beside(actors.crossed, here.themes) == prose.describe_presence(actors.counts) == ""
    assert evolution.spread(frames.counts, ["theme", "doc_id", "n"], "label", "sentences").empty
    folder = here.root / "data/nowhere"
    speech = evolution.measure_modality(here, evolution.read_coded_status(None), folder)
    finding = prose.summarise(frames, speech, evolution.list_places(here), here.themes)
    assert finding == prose.describe_place(evolution.list_places(here).query("theme == 'cyber'"), "cyber")


def test_actors_are_counted_beside_coded_sentences_too(here, codes):
    sentences = evolution.list_sentences(here, codes)
    assert sentences.groupby("theme").size().to_dict() == {
        "cbrn": 14,
        "cyber": 51,
        "migration": 102,
        "radicalisation": 24,
    }
    actors = evolution.measure_actors(here, read_names(here.find(studies.ACTORS)), sentences)
    rows = actors.crossed.set_index(["theme", "kind", "doc_id"])
    assert rows.loc[("radicalisation", "industry", "2018"), ["both", "n_theme"]].tolist() == [6, 9]


def test_only_modes_that_are_found_well_lead_the_finding():
    rows = [("a", "demanded", "demands", 0.6), ("a", "done", "reports", 0.1)]
    rows += [("b", "demanded", "demands", 0.2), ("b", "done", "reports", 0.5)]
    counts = pd.DataFrame(rows, columns=["doc_id", "mode", "label", "share"]).assign(words="must", n=40)
    scores = pd.DataFrame({"mode": ["demanded", "done"], "usable": [True, False]})
    assert prose.describe_manner(counts, scores) == (
        "The a text demands in 60% of its sentences (the other in 20%), which is partly genre."
    )
    assert "the b text reports in 50% of its sentences (the other in 10%)" in prose.describe_manner(
        counts, scores.head(0)
    )


def test_words_of_a_theme_have_its_colour_and_the_map_its_list(here):
    words = evolution.map_words(here, least=6)
    assert (words.themes["migrant"], words.columns) == ("migration", "texts")
    assert words.listed.loc[words.listed["word"] == "migrant", "count"].item() == 15
    assert evolution.map_words(here, least=10_000) is None


def test_figures_have_a_panel_per_theme_and_text(here, codes, dictionary):
    frames = evolution.measure_frames(here, codes, dictionary)
    assert len(plots.plot_frames(frames.counts, here.themes).axes) == 12
    crossed = pd.concat(
        [
            pd.DataFrame({"theme": ["cyber"], "kind": "k", "label": "Kind", "doc_id": text, "both": 1, "share": 0.5})
            for text in "abcd"
        ]
    )
    assert len(plots.plot_actors(crossed, here.themes).axes) == 4
