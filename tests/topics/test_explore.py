"""Topics of small corpora of any shape: one text, many, texts of one paragraph, no themes, no word lists."""

import numpy as np
import pandas as pd
import pytest

from analysis import study as studies
from analysis.inputs import InputError
from analysis.topics import explore, stability

FEW = {"n_resamples": 2, "seed": 1}


def score(data, k=2):
    return explore.score_topics(data, k, n_shuffles=2, n_draws=4, **FEW)


def test_resampling_keeps_sections_together(make_study):
    data = explore.prepare_texts(make_study(6, headings=True))
    assert data.blocks.to_dict() == {f"t0-00{n}": f"t0-s0{n}" for n in range(1, 7)}


def test_resampling_keeps_runs_of_paragraphs_together_in_texts_without_headings(make_study):
    data = explore.prepare_texts(make_study(10, 1), unit="sentence")
    runs = [f"t0-b{n}" for n in (1, 1, 2, 2, 3, 3, 4, 4, 5, 5)]
    assert data.blocks.tolist() == [block for block in [*runs, "t1-b1"] for _ in range(3)]  # three sentences each
    assert data.documents.index.equals(data.blocks.index)


def test_as_many_topics_are_tried_as_the_texts_are_large_enough_for(make_study):
    data = explore.prepare_texts(make_study(4, 4))
    assert explore.list_numbers(data, 2, 8) == range(2, 5)  # two paragraphs each
    assert list(explore.list_numbers(data, 5, 8)) == []
    with pytest.raises(InputError, match=r"8 paragraphs and \d+ words .*, allowed is 10 or more of both for 5 topics"):
        score(data, 5)


@pytest.mark.parametrize(("least", "most", "name"), [(0, 3, "least"), (4, 3, "most")])
def test_numbers_of_topics_that_are_none_are_refused(make_study, least, most, name):
    with pytest.raises(InputError, match=name):
        explore.list_numbers(explore.prepare_texts(make_study(4, 4)), least, most)


def test_topics_that_texts_are_too_small_for_are_refused_in_one_line(make_study):
    data = explore.prepare_texts(make_study(1), unit="sentence")
    with pytest.raises(InputError, match="3 sentences and 2 words that topics can be made of") as error:
        score(data, 2)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("sizes", [(1,), (1, 1), (2,)])
def test_every_step_takes_texts_that_are_too_small_for_topics(make_study, sizes):
    study = make_study(*sizes, themes=["fish"])
    data = explore.prepare_texts(study)
    numbers = explore.list_numbers(data, 3, 8)
    curve = explore.compare_numbers(data, numbers, n_starts=1, **FEW)
    scored = score(data, stability.choose_k(curve).n_topics)
    matches = explore.match_declared(study, data, scored.topics)
    tables = [
        *(curve, scored.table, scored.shares, matches),
        explore.compare_wording(data, scored.topics, study.documents),
        explore.align_texts(data, scored.topics, seed=1),
        explore.suggest_words(study, data, scored.topics, matches),
        explore.find_passages(study, data, scored.topics),
    ]
    assert [len(table) for table in (numbers, *tables)] == [0] * 9
    assert all(len(table.columns) for table in tables)
    assert (scored.unstable, scored.tabulate_shares(study.documents).columns.tolist()) == ([], study.documents)
    assert explore.guide_topics(study, data, n_free=3, weight=2.0, seed=1).terms.empty


def test_a_single_paragraph_has_no_vocabulary(make_study):
    data = explore.prepare_texts(make_study(1))
    assert data.weights.shape == (1, 0)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "nl", "fr"])
def test_two_planted_subjects_are_two_topics_in_a_language_without_word_lists(make_study, language):
    study = make_study(12, 12, language=language, themes=["fish", "budget"])
    data = explore.prepare_texts(study)
    scored = score(data)
    matches = explore.match_declared(study, data, scored.topics)
    mutual = matches[matches["best_theme"] & matches["best_topic"]]
    assert sorted(mutual["theme"]) == ["budget", "fish"]
    assert (mutual["rho"] > 0.7).all()


SHAPES = {
    "one text": (12,),
    "two texts": (8, 8),
    "a text of one paragraph": (12, 1),
    "six texts": (4, 4, 4, 4, 4, 4),
    "two texts of two paragraphs": (2, 2),
}


@pytest.mark.slow
@pytest.mark.parametrize("sizes", SHAPES.values(), ids=SHAPES)
def test_every_step_takes_any_number_of_texts(make_study, sizes):
    study = make_study(*sizes, themes=["fish"])
    data = explore.prepare_texts(study)
    curve = explore.compare_numbers(data, explore.list_numbers(data, 2, 3), n_starts=1, **FEW)
    assert curve["stability"].between(0, 1).all()
    assert stability.choose_k(curve).n_topics in curve["n_topics"].to_numpy()
    scored = score(data)
    assert scored.shares.groupby("doc_id")["share"].sum().to_numpy() == pytest.approx(1)
    assert scored.shares["doc_id"].unique().tolist() == study.documents
    wording = explore.compare_wording(data, scored.topics, study.documents)
    assert wording.columns.tolist() == ["topic", *study.documents]
    assert not wording.isin(["; "]).any(axis=None)
    assert not wording[study.documents].apply(lambda cells: cells.str.endswith("; ")).any(axis=None)
    passages = studies.list_passages(study, explore.find_passages(study, data, scored.topics))
    assert set(passages["doc_id"]) == set(study.documents)
    aligned = explore.align_texts(data, scored.topics, seed=1)
    assert len(aligned) == (2 * len(sizes) if len(sizes) > 1 else 0)
    assert list(aligned["text"].unique()) == (study.documents if len(sizes) > 1 else [])
    assert aligned.columns.tolist() == ["text", "topic", "own", "similarity", "split", "merged", "linked"]


def test_a_text_that_lacks_a_topic_has_no_words_for_it(make_study):
    data = explore.prepare_texts(make_study(12, 1))
    topics = score(data).topics
    wording = explore.compare_wording(data, topics, ["t0", "t1"])
    absent = topics.units.loc["t1-001"].eq(0).to_numpy()
    assert absent.sum() == 1
    assert wording["t1"].eq("").tolist() == absent.tolist()


def test_a_text_without_a_word_of_the_vocabulary_has_no_topics(make_study):
    data = explore.prepare_texts(make_study(12, 12))
    data.weights.data[data.weights.nonzero()[0] >= 12] = 0
    data.weights.eliminate_zeros()
    scored = score(data)
    assert scored.tabulate_shares(["t0", "t1"]).isna().all().tolist() == [False, True]
    assert explore.align_texts(data, scored.topics, seed=1)["text"].unique().tolist() == ["t0"]


@pytest.mark.parametrize(
    ("themes", "ids"),
    [((), []), (("space",), []), (("fish",), ["fish"]), (("budget", "space", "fish"), ["budget", "fish"])],
)
def test_topics_are_guided_by_the_themes_whose_terms_occur(make_study, themes, ids):
    study = make_study(12, themes=themes)
    data = explore.prepare_texts(study)
    guided = explore.guide_topics(study, data, n_free=2, weight=2.0, seed=1)
    assert list(guided.terms.index) == [*ids, "free1", "free2"]
    assert guided.units.sum(axis=1).to_numpy() == pytest.approx(1)


def test_without_declared_themes_nothing_is_matched_or_suggested(make_study):
    study = make_study(12)
    data = explore.prepare_texts(study)
    topics = score(data).topics
    matches = explore.match_declared(study, data, topics)
    assert matches.empty
    assert explore.suggest_words(study, data, topics, matches).empty


def test_a_theme_that_is_in_no_unit_has_no_correlation(make_study):
    study = make_study(12, themes=["fish", "space"])
    data = explore.prepare_texts(study)
    matches = explore.match_declared(study, data, score(data).topics).set_index("theme")
    assert matches.loc["space", "rho"].isna().all()
    assert not matches.loc["space", ["best_theme", "best_topic"]].any(axis=None)


def test_suggested_words_are_those_that_the_dictionary_lacks(make_study):
    study = make_study(12, 12, themes=["fish", "budget"])
    data = explore.prepare_texts(study)
    topics = score(data).topics
    added = explore.suggest_words(study, data, topics, explore.match_declared(study, data, topics))
    fish = set(added.loc[added["theme"] == "fish", "word"])
    assert {"harbour", "nets"} <= fish
    assert not fish & {"cod", "herring", "budget"}


def test_the_same_seed_gives_the_same_topics(make_study):
    data = explore.prepare_texts(make_study(8, 8))
    first, second = score(data), score(data)
    pd.testing.assert_frame_equal(first.table, second.table)
    pd.testing.assert_frame_equal(first.shares, second.shares)


def test_the_floor_of_shuffled_words_stands_beside_the_curves(make_study):
    data = explore.prepare_texts(make_study(8, 8))
    curve = explore.compare_numbers(data, range(2, 4), n_starts=1, **FEW)
    assert curve["init"].value_counts().to_dict() == {"random": 2, "nndsvd": 2, "shuffled": 2}
    assert curve["error"].between(0, 1).all()
    assert np.isfinite(curve["npmi"]).all()
