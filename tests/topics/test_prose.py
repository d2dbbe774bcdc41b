"""Tables of topics are plain, and sentences carry their numbers, whatever their number."""

import pandas as pd
import pytest

from analysis.topics import explore, prose
from analysis.topics.explore import ScoredTopics, TopicData
from analysis.topics.models import Topics
from analysis.topics.stability import Choice

TERMS = pd.DataFrame([[0.6, 0.4, 0.0], [0.0, 0.0, 0.0]], index=["t01", "t02"], columns=["cod", "quota", "tax"])
TOPICS = Topics(TERMS, pd.DataFrame())
DATA = TopicData(None, None, None, None, {"cod": "cod", "quota": "quotas", "tax": "taxes"})
TABLE = pd.DataFrame({"topic": ["t01", "t02"], "share": [0.7, 0.3], "unstable": [False, True]})
TABLE = TABLE.assign(stability=0.5, chance=[0.05, 0.5], npmi=0.1)
SCORED = ScoredTopics(TOPICS, TABLE, pd.DataFrame(), 0.4)
MATCHES = pd.DataFrame(
    {
        "topic": ["t01", "t01", "t02", "t02"],
        "theme": ["fish", "space"] * 2,
        "rho": [0.5, None, -0.2, None],
        "best_theme": [True, False, False, False],
        "best_topic": [True, False, False, False],
    }
)


def test_a_topic_is_labelled_by_the_glosses_of_its_first_words():
    assert prose.label_topics(DATA, TOPICS, {"cod": "a fish, eaten"}) == {"t01": "t01 a fish, quotas", "t02": "t02"}


def test_words_of_topics_are_plain_text_in_the_forms_that_are_shown():
    table = prose.list_topics(DATA, SCORED, n=2)
    assert table["words"].tolist() == ["cod; quotas", ""]
    assert prose.list_topics(DATA, SCORED, n=1)["words"].tolist() == ["cod", ""]


def test_guided_topics_have_their_words_and_a_share_of_each_text():
    shares = pd.DataFrame({"A": [0.9, 0.1], "B": [0.2, 0.8]}, index=["t01", "t02"])
    table = prose.list_guided(DATA, TOPICS, shares, n=3)
    assert table.to_numpy().tolist() == [["t01", "cod; quotas", 0.9, 0.2], ["t02", "", 0.1, 0.8]]


def test_wording_shows_forms_and_leaves_empty_what_is_empty():
    wording = pd.DataFrame({"topic": ["t01", "t02"], "A": ["quota; tax", ""]})
    assert prose.show_forms(DATA, wording)["A"].tolist() == ["quotas; taxes", ""]
    assert prose.present_words(wording, DATA, {})["A"].tolist()[1] == ""


def test_unstable_topics_are_called_so():
    assert prose.present_topics(DATA, SCORED, {}, n=2)["topic"].tolist() == ["t01", "t02 (unstable)"]


def test_the_finding_names_the_themes_that_topics_recover_and_those_they_do_not(make_study):
    study = make_study(2, themes=["fish", "space"])
    sentence = prose.describe_topics(study, SCORED, MATCHES, Choice(2, True, pd.DataFrame()), 2)
    assert sentence == (
        "Left to themselves, the texts fall into 2 topics (by the rule), but 1 of them is more stable than topics of "
        "shuffled words. They come nearest to fish (t01, rank correlation 0.50); no topic chooses space."
    )
    by_hand = prose.describe_topics(study, SCORED, MATCHES, Choice(3, True, pd.DataFrame()), 2)
    assert "(by stability alone)" in by_hand
    assert prose.describe_matches(study, MATCHES, {"t01": "t01 cod"}) == (
        "The best topic for each theme is Fish: t01 cod (0.50)."
    )


def test_the_finding_without_declared_themes_speaks_of_none(make_study):
    study = make_study(2)
    none = MATCHES[:0]
    sentence = prose.describe_topics(study, SCORED, none, Choice(1, True, pd.DataFrame()), 1)
    assert sentence.startswith("Left to themselves, the texts fall into 1 topic (by the rule)")
    assert sentence.endswith("shuffled words.")
    assert prose.describe_matches(study, none, {}) == "No topic agrees with a theme."


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        ([], "There is one text only: nothing to align."),
        (["A", "B"], "Found again by a text alone: 1 of 2 in A and 1 of 2 in B; 1 split and 0 merges."),
    ],
)
def test_the_alignment_counts_matches_splits_and_merges(texts, sentence):
    rows = [(text, f"t0{n}", "x" if n == 1 else "", n == 1 and text == "A", False) for text in texts for n in (1, 2)]
    aligned = pd.DataFrame(rows, columns=["text", "topic", "own", "split", "merged"])
    assert prose.describe_alignment(aligned) == sentence


def test_a_row_of_shares_reads_as_a_sentence():
    assert prose.describe_row(pd.Series({"2014": 0.2, "2018": 0.05})) == "20% in 2014 and 5% in 2018"
    assert prose.describe_row(pd.Series({"2014": 0.2})) == "20% in 2014"


def test_words_without_a_gloss_are_shown_as_they_are(make_study):
    study = make_study(8, 8, themes=["fish"])
    data = explore.prepare_texts(study)
    scored = explore.score_topics(data, 2, n_resamples=1, n_shuffles=1, n_draws=2, seed=1)
    table = prose.present_topics(data, scored, study.glossary, n=3)
    assert table.columns.tolist() == ["topic", "words", "share", "stability", "chance", "npmi"]
    assert all(words.count(", ") == 2 for words in prose.list_topics(data, scored, n=3)["words"].str.replace(";", ","))
