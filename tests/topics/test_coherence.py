"""Coherence by published numbers; agreement of topics with themes, planted and by a second route."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.stats import spearmanr

from analysis.corpus.counts import Counts
from analysis.inputs import InputError
from analysis.topics.coherence import list_added_words, match_themes, npmi


def count(texts):
    """Words of texts, written as one line each, as a matrix."""
    words = [text.split() for text in texts]
    terms = pd.Index(sorted({word for text in words for word in text}))
    matrix = np.array([[text.count(term) for term in terms] for text in words])
    return Counts(sparse.csr_array(matrix), pd.RangeIndex(len(texts)), terms)


# The nine titles of Deerwester et al. 1990 that gensim tests with (its `common_texts`).
TITLES = count(
    [
        "human interface computer",
        "survey user computer system response time",
        "eps user interface system",
        "system human system eps",
        "user response time",
        "trees",
        "graph trees",
        "graph minors trees",
        "graph minors survey",
    ]
)


@pytest.mark.parametrize(
    ("topic", "published"),
    [
        ("human computer system interface", 0.2768026848),
        ("graph minors trees eps", -0.2211565054),
        ("user graph minors system", -0.4102170816),
        ("time graph survey minors", -0.0239730734),
    ],
)
def test_npmi_of_the_topics_of_gensim(topic, published):
    # gensim 4.4.0, CoherenceModel(coherence="c_npmi")
    assert npmi(TITLES, pd.DataFrame([topic.split()])).item() == pytest.approx(published, abs=1e-9)


@pytest.mark.parametrize(
    ("texts", "published"),
    [
        (["a", "a b c", "a b c"], 1 / 3),
        (["b c", "a c", "a b"], np.log(3 / 4) / np.log(3)),
        (["d", "b", "c", "a b c"], 1 / 3),
    ],
)
def test_npmi_as_palmetto_tests_it(texts, published):
    # NormalizedLogRatioCoherenceCalculationTest: three words, one over one
    assert npmi(count(texts), pd.DataFrame([["a", "b", "c"]])).item() == pytest.approx(published, abs=1e-9)


def test_words_that_never_meet_score_about_minus_1():
    # Palmetto's fourth case: ln(8ε)/−ln ε twice, and 0 for b with c, who meet as often as chance has them meet
    found = npmi(count(["a", "b", "c", "b c"]), pd.DataFrame([["a", "b", "c"]])).item()
    assert found == pytest.approx(2 / 3 * np.log(8e-12) / -np.log(1e-12), abs=1e-9)


def test_a_word_the_reference_corpus_lacks_stands_with_none():
    found = npmi(count(["a b", "c"]), pd.DataFrame([["a", "b", "onbekend"], ["a", "b", None], ["a", None, ""]]))
    assert found.iloc[:2].tolist() == pytest.approx([(1 - 1 - 1) / 3, 1])
    assert np.isnan(found.iloc[2])


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.lists(st.text("abcd", max_size=6), min_size=1, max_size=12), st.integers(1, 3))
def test_npmi_lies_between_its_bounds_and_ignores_order_and_repetition(texts, times):
    texts = [" ".join(text) for text in texts]
    top = pd.DataFrame([list("abcd"), list("dbca")])
    found = npmi(count(texts), top)
    assert found.between(-1, 1 + 1e-9).all()
    assert found[0] == pytest.approx(found[1])
    repeated = npmi(count([" ".join([text] * times) for text in reversed(texts)]), top)
    assert repeated.tolist() == pytest.approx(found.tolist())


def planted(n=200, seed=1):
    """Two topics, each of which follows a theme, a third that follows none, and marks with some error."""
    rng = np.random.default_rng(seed)
    shares = pd.DataFrame(rng.dirichlet([0.3, 0.3, 0.3], n), columns=["t01", "t02", "t03"])
    noise = rng.random((n, 2)) < 0.05
    marks = pd.DataFrame((shares[["t02", "t01"]].to_numpy() > 0.5) ^ noise, columns=["cyber", "migration"])
    return shares, marks


def test_match_themes_finds_the_topics_that_were_planted():
    found = match_themes(*planted())
    chosen = found[found["best_theme"] & found["best_topic"]]
    assert chosen[["topic", "theme"]].to_numpy().tolist() == [["t01", "migration"], ["t02", "cyber"]]
    assert (chosen["rho"] > 0.6).all()
    assert not found.loc[found["topic"] == "t03", "best_topic"].any()


def test_match_themes_is_spearmans_correlation():
    shares, marks = planted()
    hits = marks.astype(int) * np.arange(1, len(marks) + 1)[:, None] % 4
    for row in match_themes(shares, hits).itertuples():
        assert row.rho == pytest.approx(spearmanr(shares[row.topic], hits[row.theme]).statistic, abs=1e-12)


def test_each_theme_has_one_best_topic_and_each_topic_one_best_theme():
    shares = pd.DataFrame({"t01": [0.1, 0.2, 0.6, 0.7], "t02": [0.1, 0.2, 0.8, 0.7], "t03": [0.8, 0.6, 0.0, 0.0]})
    marks = pd.DataFrame({"cyber": [0, 0, 3, 2], "migration": [1, 0, 0, 0]})
    found = match_themes(shares, marks)
    assert found.loc[found["best_topic"], ["topic", "theme"]].to_numpy().tolist() == [
        ["t02", "cyber"],
        ["t03", "migration"],
    ]
    assert found.loc[found["best_theme"], ["topic", "theme"]].to_numpy().tolist() == [
        ["t01", "cyber"],
        ["t02", "cyber"],
        ["t03", "migration"],
    ]


def test_without_themes_there_is_nothing_to_match():
    shares, marks = planted(20)
    assert match_themes(shares, marks[[]]).columns.tolist() == ["topic", "theme", "rho", "best_theme", "best_topic"]
    assert match_themes(shares, marks[[]]).empty


def test_a_theme_that_is_nowhere_agrees_with_no_topic():
    shares, marks = planted(20)
    found = match_themes(shares, marks.assign(cyber=False)).set_index("theme")
    assert found.loc["cyber", "rho"].isna().all()
    assert not found.loc["cyber", ["best_theme", "best_topic"]].to_numpy().any()


def test_a_theme_that_a_topic_avoids_is_not_recovered_by_it():
    found = match_themes(pd.DataFrame({"t01": [0.9, 0.1, 0.2]}), pd.DataFrame({"cyber": [False, True, True]}))
    assert found["rho"].item() < 0
    assert not found[["best_theme", "best_topic"]].to_numpy().any()


def test_added_words_leave_out_what_the_dictionary_has():
    terms = pd.DataFrame(
        [[4.0, 3, 2, 1, 0], [0, 0, 0, 1, 9]],
        index=["t01", "t02"],
        columns=["cyberaanval", "netwerk", "hacker", "grens", "asiel"],
    )
    dictionary = {"cyberaanval": {"cyber"}, "grens": {"borders", "migration"}, "asiel": {"migration"}}
    found = list_added_words(terms, {"cyber": "t01", "migration": "t02"}, lambda term: dictionary.get(term, set()))
    assert found[["theme", "term", "rank", "elsewhere"]].to_numpy().tolist() == [
        ["cyber", "netwerk", 2, ""],
        ["cyber", "hacker", 3, ""],
        ["cyber", "grens", 4, "borders, migration"],
    ]
    fewer = list_added_words(terms, {"cyber": "t01"}, lambda term: dictionary.get(term, set()), n_terms=2)
    assert fewer["term"].tolist() == ["netwerk"]


def test_what_cannot_be_used_is_named():
    shares, marks = planted(20)
    with pytest.raises(InputError, match="20 units of topics and 19 others"):
        match_themes(shares, marks.iloc[1:])
    with pytest.raises(InputError, match=r"matched\['cyber'\]: found 't04'"):
        list_added_words(shares.T, {"cyber": "t04"}, lambda term: ())
    with pytest.raises(InputError, match="counts: found no units"):
        npmi(Counts(sparse.csr_array((0, 1)), pd.Index([]), pd.Index(["a"])), pd.DataFrame([["a"]]))
