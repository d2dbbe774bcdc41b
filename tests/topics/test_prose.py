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
    shares = pd.DataFrame({"topic": ["t01", "t02"], "A": [0.9, 0.1], "B": [0.2, 0.8]})
    table = prose.list_guided(DATA, TOPICS, shares, n=3)
    assert table.to_numpy().tolist() == [["t01", "cod; quotas", 0.9, 0.2], ["t02", "", 0.1, 0.8]]


def test_wording_shows_forms_and_leaves_empty_what_is_empty():
    wording = pd.DataFrame({"topic": ["t01", "t02"], "A": ["quota; tax", ""]})
    assert prose.show_forms(DATA, wording)["A"].tolist() == ["quotas; taxes", ""]


def test_the_finding_names_the_themes_that_topics_recover_and_those_they_do_not(make_study):
    study = make_study(2, themes=["fish", "space"])
    sentence = prose.describe_topics(study, SCORED, MATCHES, Choice(2, True, pd.DataFrame()))
    assert sentence == (
        "Left to themselves, the texts fall into 2 topics (by the rule), but 1 of them is more stable than topics of "
        "shuffled words. They come nearest to fish (t01, rank correlation 0.50); no topic chooses space."
    )
    by_hand = prose.describe_topics(study, SCORED, MATCHES, Choice(3, True, pd.DataFrame()))
    assert "(by stability alone)" in by_hand
    assert prose.describe_matches(study, MATCHES, {"t01": "t01 cod"}) == (
        "The best topic for each theme is Fish: t01 cod (0.50)."
    )


def test_the_finding_without_declared_themes_speaks_of_none(make_study):
    study = make_study(2)
    none = MATCHES[:0]
    single = ScoredTopics(TOPICS, TABLE[:1], pd.DataFrame(), 0.4)
    sentence = prose.describe_topics(study, single, none, Choice(1, True, pd.DataFrame()))
    assert sentence.startswith("Left to themselves, the texts fall into 1 topic (by the rule)")
    assert sentence.endswith("shuffled words.")
    assert prose.describe_matches(study, none, {}) == "No topic agrees with a theme."


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        ([], "Nothing to align: that takes a topic, and two texts or more."),
        (["A", "B"], "Found again by a text alone: 1 of 2 in A and 1 of 2 in B; 1 split and 0 merges."),
    ],
)
def test_the_alignment_counts_matches_splits_and_merges(texts, sentence):
    rows = [(text, f"t0{n}", "x" if n == 1 else "", n == 1 and text == "A", False) for text in texts for n in (1, 2)]
    aligned = pd.DataFrame(rows, columns=["text", "topic", "own", "split", "merged"])
    assert prose.describe_alignment(aligned) == sentence


def test_a_row_of_shares_reads_as_a_sentence():
    assert prose.describe_row(pd.Series({"2014": 0.2, "2018": 0.05})) == "20% in 2014 and 5% in 2018"
    assert prose.describe_row(pd.Series({"2014": 0.2, "2018": None})) == "20% in 2014"


def test_captions_name_the_number_chosen_and_the_topic_that_differs_most():
    rows = [(init, k, value) for init, value in (("random", 0.5), ("nndsvd", 0.25), ("shuffled", 0.4)) for k in (2, 3)]
    curve = pd.DataFrame(rows, columns=["init", "n_topics", "stability"])
    caption = prose.caption_stability(curve, Choice(3, False, pd.DataFrame()))
    assert caption["caption"].startswith("Of 2 to 3 topics no number meets the rule; the most stable is 3.")
    assert "at 3 topics 0.50 with random starts, 0.25 from the singular vectors, 0.40 for shuffled" in caption["alt"]
    labels = {"t01": "t01 cod", "t02": "t02 tax"}
    shares = pd.DataFrame({"A": [0.5, 0.5], "B": [0.6, 0.2]}, index=["t01", "t02"])
    caption = prose.caption_shares(shares, labels)["caption"]
    assert caption.startswith("Most different between the texts: t02 tax, 50% in A and 20% in B. Lines")
    assert prose.caption_shares(shares[["B"]], labels)["alt"].endswith("The largest topic: t01 cod, 60% in B.")
    assert prose.caption_topics(SCORED).endswith("(shuffled words: 0.40)")


def test_a_page_on_texts_that_are_too_small_says_so(make_study):
    study = make_study(1, themes=["fish"])
    data = explore.prepare_texts(study)
    scored = explore.score_topics(data, 0, n_resamples=1, n_draws=1, seed=1)
    matches, none = explore.match_declared(study, data, scored.topics), Choice(0, False, pd.DataFrame())
    assert prose.describe_texts(data).startswith("1 paragraph and 0 words, 0 different words to a paragraph on average")
    sentence = "The texts are too small to look for topics"
    assert prose.describe_topics(study, scored, matches, none) == (
        f"{sentence}: 1 paragraph, 0 words in more than one of them."
    )
    captions = [
        prose.caption_stability(pd.DataFrame(), none),
        prose.caption_shares(scored.tabulate_shares(study.documents), {}),
        prose.caption_agreement(study, matches, {}),
    ]
    assert [caption["name"] for caption in captions] == ["stability", "shares", "agreement"]
    assert [caption["caption"] for caption in captions[:2]] == [f"{sentence}."] * 2
    assert "nan" not in prose.caption_topics(scored)
    assert prose.list_topics(data, scored, n=3).columns.tolist() == [*explore.TOPIC_COLUMNS, "words"]
