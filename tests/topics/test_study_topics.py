"""The topics of this study's three texts: models, scores, and what the page says of them."""

import numpy as np
import pandas as pd
import pytest

from analysis import study
from analysis.topics import explore, models, prose, stability
from analysis.topics.dynamic import fit_dynamic
from analysis.topics.published import fit_lda


@pytest.fixture(scope="module")
def data(here):
    return explore.prepare_texts(here)


@pytest.fixture(scope="module")
def scored(data):
    return explore.score_topics(data, 3, n_resamples=2, n_shuffles=2, n_draws=4, seed=1)


def test_every_paragraph_is_a_unit_with_its_text_and_section(here, data):
    paragraphs = here.corpus.paragraphs.set_index("paragraph_id")
    assert data.documents.to_dict() == paragraphs["doc_id"].to_dict()
    assert data.blocks.to_dict() == paragraphs["section_id"].to_dict()
    lengths = np.sqrt(data.weights.power(2).sum(axis=1))
    assert set(lengths.round(9)) <= {0.0, 1.0}


def test_institution_words_and_rare_words_are_left_out_unless_asked_for(here, data):
    terms = set(data.counts.terms)
    assert not terms & here.languages["2014"].institution_words
    with_them = explore.prepare_texts(here, institution_words=True)
    assert "commissie" in set(with_them.counts.terms)
    assert ((data.counts.matrix > 0).sum(axis=0) >= 2).all()


def test_two_shuffled_texts_can_call_no_topic_stable(scored):
    assert scored.table["chance"].min() >= 1 / 3
    assert scored.table["unstable"].all()


def test_shares_add_up_to_one_in_each_text(here, scored):
    assert scored.shares.groupby("doc_id")["share"].sum().to_numpy() == pytest.approx(np.ones(3))
    assert scored.table["share"].sum() == pytest.approx(1, abs=0.02)  # a unit without a known word has no topic
    inside = scored.shares.dropna()
    assert (inside["low"] <= inside["high"]).all()


def test_migration_is_the_theme_that_a_topic_recovers(here, data, scored):
    matches = explore.match_declared(here, data, scored.topics)
    best = matches.loc[matches["rho"].idxmax()]
    assert best["theme"] == "migration"
    assert best["rho"] > 0.6


def test_suggested_words_are_none_of_the_dictionary(here, data, scored):
    matches = explore.match_declared(here, data, scored.topics)
    added = explore.suggest_words(here, data, scored.topics, matches)
    own = added[added["theme"] == "migration"]
    assert len(own) > 3
    assert not any("migra" in word for word in own["word"])


def test_guided_topics_keep_the_names_of_their_themes(here, data):
    guided = explore.guide_topics(here, data, n_free=2, weight=2.0, seed=1)
    assert list(guided.terms.index) == [*here.themes.declared, "free1", "free2"]
    assert (
        "asiel" in guided.terms.loc["migration"].nlargest(40).index
        or "migrant" in guided.terms.loc["migration"].nlargest(40).index
    )


def test_passages_show_the_words_of_the_topic_in_every_text(here, data, scored):
    passages = study.list_passages(here, explore.find_passages(here, data, scored.topics))
    assert set(passages["doc_id"]) == {"2014", "2018", "2020"}
    assert len(passages) <= 9
    assert passages["spans"].map(len).min() >= 1


def test_wording_names_words_for_each_text(here, data, scored):
    wording = explore.compare_wording(data, scored.topics, here.documents, n=4)
    assert wording.columns.tolist() == ["topic", "2014", "2018", "2020"]
    assert wording["2014"].str.count("; ").max() == 3


def test_unstable_topics_are_marked_and_words_are_those_of_the_texts(data, scored):
    table = prose.list_topics(data, scored, n=3)
    assert table["unstable"].all()
    assert scored.unstable == ["t01", "t02", "t03"]
    assert set("; ".join(table["words"]).split("; ")) <= set(data.forms.values())


def test_the_finding_says_when_no_topic_is_more_than_chance(here, data, scored):
    matches = explore.match_declared(here, data, scored.topics)
    choice = stability.Choice(3, True, pd.DataFrame())
    sentence = prose.describe_topics(here, scored, matches, choice)
    assert sentence.startswith(
        "Left to themselves, the texts fall into 3 topics (by the rule), but none of them is more"
    )
    assert "migration (t03, rank correlation" in sentence


def test_a_text_alone_is_held_against_the_topics_of_all(here, data, scored):
    aligned = explore.align_texts(data, scored.topics, seed=1)
    assert aligned.groupby("text", sort=False).size().to_dict() == {"2014": 3, "2018": 3, "2020": 3}
    matched = aligned[aligned["own"] != ""]
    assert matched["similarity"].between(0, 1).all()
    assert not matched.duplicated(["text", "own"]).any()
    assert prose.describe_alignment(aligned).startswith("Found again by a text alone: ")


def test_labels_are_glosses_where_there_are_any(data, scored):
    labels = prose.label_topics(data, scored.topics, {"migranten": "migrants, people"})
    assert any(label.startswith("t03 migrants, ") for label in labels.values())


@pytest.mark.parametrize("model", ["joint", "guided", "lda", "dynamic"])
def test_topics_of_the_three_texts_have_the_shape_of_the_contract(here, real, model):
    counts, matrix, units, terms, documents = real
    before = matrix.copy()
    seeds = models.list_seeds(here.themes, terms, here.themes.declared)
    fits = {
        "joint": lambda: models.fit_topics(matrix, units, terms, n_topics=8, seed=1),
        "guided": lambda: models.fit_guided(matrix, units, terms, seeds, n_free=4, seed=1),
        "lda": lambda: fit_lda(counts, units, terms, n_topics=8, max_iter=10, seed=1),
        "dynamic": lambda: fit_dynamic(matrix, units, terms, documents, n_topics=8, n_window_topics=8, seed=1).topics,
    }
    found = fits[model]()
    free = [f"t0{number}" for number in range(1, 9)]
    ids = [*here.themes.declared, "free1", "free2", "free3", "free4"] if model == "guided" else free
    assert list(found.terms.index) == list(found.units.columns) == ids
    assert found.terms.columns.equals(terms)
    assert found.units.index.equals(units)
    assert found.terms.sum(axis=1).to_numpy() == pytest.approx(1, abs=1e-7)
    sums = found.units.sum(axis=1).to_numpy()
    assert np.where(sums > 0, sums, 1) == pytest.approx(1, abs=1e-7)
    assert found.about.get("converged", True)
    shares = models.share_topics(found.units, documents)
    assert list(shares.columns) == here.documents
    assert shares.sum().to_numpy() == pytest.approx(1, abs=1e-7)
    overall = found.units[sums > 0].mean()[ids[4:] if model == "guided" else ids]
    assert overall.is_monotonic_decreasing
    for wording in models.estimate_wording(matrix, found, documents).values():
        assert wording.shape == found.terms.shape
        assert np.isin(wording.sum(axis=1).round(6), [0, 1]).all()
    assert (matrix != before).nnz == 0  # nothing that was given has changed


def test_themes_keep_their_seeds_on_the_three_texts_when_these_weigh_enough(here, real):
    _, matrix, units, terms, _ = real
    seeds = models.list_seeds(here.themes, terms, here.themes.declared)
    heavy = models.fit_guided(matrix, units, terms, seeds, n_free=3, seed=1).about
    assert heavy["seeds_on_top"] == {theme: len(words) for theme, words in heavy["seeds"].items()}
    light = models.fit_guided(matrix, units, terms, seeds, n_free=3, weight=0.5, seed=1).about
    assert light["seeds_on_top"]["cbrn"] < heavy["seeds_on_top"]["cbrn"]  # a topic of that name about something else
