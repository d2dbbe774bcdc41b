"""Topics: planted and found back, shuffled and lost, the same bytes on every run, and on the three real texts."""

import json
import os
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.optimize import nnls
from sklearn.decomposition import NMF
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.preprocessing import normalize
from sklearn.utils.estimator_checks import parametrize_with_checks

from analysis.corpus.counts import count_terms, list_words
from analysis.inputs import InputError
from analysis.topics import models
from analysis.topics.dynamic import DynamicNMF, fit_dynamic
from analysis.topics.estimators import GuidedNMF, TopicNMF
from analysis.topics.nmf import reconstruction_error, round_shares, solve_weights

# Four subjects of ten words, and words that any text uses.
SUBJECTS = {
    "cyber": "cyberaanval hacker netwerk malware wachtwoord server encryptie botnet phishing datalek",
    "migratie": "asiel grens visum migrant opvang hervestiging terugkeer vluchteling smokkelaar verblijf",
    "cbrn": "chemisch nucleair explosief stof detectie besmetting laboratorium straling vaccin ziekteverwekker",
    "geld": "bank witwassen rekening fraude betaling belasting vermogen confiscatie valuta boekhouding",
}
WORDS = {subject: words.split() for subject, words in SUBJECTS.items()}
COMMON = [f"woord{number}" for number in range(40)]
TERMS = pd.Index(sorted([*COMMON, *(word for words in WORDS.values() for word in words)]), name="lemma")


def plant(n_units, *, seed, subjects=tuple(WORDS), length=30):
    """Units of `length` words, two thirds from one subject with Zipf weights, one third from the common words."""
    rng = np.random.default_rng(seed)
    zipf = 1 / np.arange(1, 11)
    labels = rng.choice(list(subjects), size=n_units)
    counts = np.zeros((n_units, len(TERMS)), dtype=int)
    for row, subject in zip(counts, labels, strict=True):
        own = rng.choice(WORDS[subject], size=2 * length // 3, p=zipf / zipf.sum())
        np.add.at(row, TERMS.get_indexer([*own, *rng.choice(COMMON, size=length // 3)]), 1)
    units = pd.Index([f"A{number:06d}" for number in range(n_units)], name="paragraph_id")
    return sparse.csr_array(counts), units, labels


def weigh(counts):
    return sparse.csr_array(TfidfTransformer(sublinear_tf=True).fit_transform(counts))


def subject_of(words):
    """The subject that a list of words is about, if at least 6 of 10 are its words."""
    best = max(WORDS, key=lambda subject: len(set(words) & set(WORDS[subject])))
    return best if len(set(words) & set(WORDS[best])) >= 6 else None


@pytest.fixture(scope="module")
def planted():
    counts, units, labels = plant(160, seed=1)
    return counts, weigh(counts), units, labels


@pytest.fixture(scope="module")
def real(here):
    words = list_words(here.corpus.sentences, here.languages)
    counted = count_terms(words, here.corpus.paragraphs["paragraph_id"])
    kept = np.flatnonzero((counted.matrix > 0).sum(axis=0) >= 2)
    counts = sparse.csr_array(counted.matrix[:, kept])
    documents = here.corpus.paragraphs.set_index("paragraph_id")["doc_id"]
    return counts, weigh(counts), counted.units, counted.terms[kept], documents


# --- estimators ---


# Nothing deviates: no check is expected to fail. MiniBatchNMF and random beginnings are held to the same.
@parametrize_with_checks(
    [
        TopicNMF(2),
        TopicNMF(2, init="random"),
        TopicNMF(2, solver="MiniBatchNMF"),
        GuidedNMF(),
        DynamicNMF(2, n_window_components=2),
    ],
    expected_failed_checks=lambda estimator: {},
)
def test_estimators_follow_the_conventions_of_scikit_learn(estimator, check):
    check(estimator)


def test_weights_are_those_of_non_negative_least_squares():
    rng = np.random.default_rng(1)
    values, components = rng.random((50, 12)), rng.random((5, 12)) * (rng.random((5, 12)) < 0.5)
    expected = [nnls(components.T, row)[0] for row in values]
    assert solve_weights(sparse.csr_array(values), components) == pytest.approx(np.array(expected), abs=1e-9)


def test_a_topic_without_terms_has_no_weight():
    assert solve_weights(np.ones((2, 3)), np.array([[0.0, 0, 0], [1, 1, 1]])).tolist() == [[0, 1], [0, 1]]


def test_the_error_is_that_of_the_whole_matrix(planted):
    _, matrix, _, _ = planted
    model = TopicNMF(4)
    weights = model.fit_transform(matrix)
    assert model.reconstruction_err_ == pytest.approx(np.linalg.norm(matrix.toarray() - weights @ model.components_))


def test_the_error_of_any_weights_by_hand():
    # X − WH = [[3 − 1, 0 − 2], [0 − 2, 4 − 4]]
    error = reconstruction_error(np.array([[3.0, 0], [0, 4]]), np.array([[1.0], [2.0]]), np.array([[1.0, 2.0]]))
    assert error == pytest.approx(np.sqrt(4 + 4 + 4))


def test_topics_fit_as_well_as_those_of_scikit_learn(planted):
    _, matrix, _, _ = planted
    theirs = NMF(4, init="nndsvd", random_state=1, tol=1e-5, max_iter=1000).fit(matrix)
    assert TopicNMF(4).fit(matrix).reconstruction_err_ <= theirs.reconstruction_err_ * 1.0001


def test_more_topics_than_the_matrix_holds_are_refused():
    with pytest.raises(InputError, match="n_components: found 4, allowed is 1 to 3"):
        TopicNMF(4).fit(np.ones((5, 3)))


def test_the_order_of_units_changes_no_topic(real):
    _, matrix, _, _, _ = real
    order = np.random.default_rng(1).permutation(matrix.shape[0])
    one, other = TopicNMF(6).fit(matrix), TopicNMF(6).fit(matrix[order])
    assert other.components_ == pytest.approx(one.components_, abs=1e-9)


def test_nndsvd_does_not_hang_on_the_seed(real):
    _, matrix, _, _, _ = real
    one, other = TopicNMF(4, random_state=0).fit(matrix), TopicNMF(4, random_state=2).fit(matrix)
    assert (one.components_ == other.components_).all()


def test_a_search_that_does_not_end_is_told_not_warned_of(real):
    _, matrix, _, _, _ = real
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        stopped = TopicNMF(6, max_iter=3).fit(matrix)
        guided = GuidedNMF(n_free=2, max_iter=3).fit(matrix)
        dynamic = DynamicNMF(1, n_window_components=6, max_iter=100).fit(matrix)  # only the first layer needs more
    assert (stopped.n_iter_, stopped.converged_) == (3, False)
    assert not guided.converged_
    assert (dynamic.n_iter_ < 100, dynamic.converged_) == (True, False)
    assert all(TopicNMF(k).fit(matrix).converged_ for k in (1, 2, 6))


# --- topics over all texts ---


@pytest.mark.parametrize("n_units", [40, 160, 2000])
@pytest.mark.parametrize("init", ["nndsvd", "random"])
def test_planted_topics_are_found_again(n_units, init):
    counts, units, labels = plant(n_units, seed=n_units)
    found = models.fit_topics(weigh(counts), units, TERMS, n_topics=4, init=init, seed=1)
    subjects = models.list_top_terms(found.terms).apply(subject_of, axis=1)
    assert set(subjects) == set(WORDS)
    assert (found.units.idxmax(axis=1).map(subjects).to_numpy() == labels).mean() > 0.97


def test_planted_topics_are_found_in_a_large_corpus_by_mini_batches(monkeypatch):
    monkeypatch.setattr("analysis.topics.nmf.MANY_UNITS", 3000)
    monkeypatch.setattr("analysis.topics.nmf.BATCH_UNITS", 200)
    counts, units, labels = plant(3000, seed=3)
    found = models.fit_topics(weigh(counts), units, TERMS, n_topics=4, seed=1)
    assert found.about["solver"] == "MiniBatchNMF"
    subjects = models.list_top_terms(found.terms).apply(subject_of, axis=1)
    assert set(subjects) == set(WORDS)
    assert (found.units.idxmax(axis=1).map(subjects).to_numpy() == labels).mean() > 0.97
    fewer = models.fit_topics(weigh(counts[:2999]), units[:2999], TERMS, n_topics=4, seed=1)
    assert fewer.about["solver"] == "NMF"
    assert found.about["reconstruction_error"] < fewer.about["reconstruction_error"] * 1.01


def test_seeds_guide_mini_batches_too(planted):
    _, matrix, units, _ = planted
    seeds = {"cyber": ["malware", "botnet"], "migratie": ["asiel", "terugkeer"]}
    found = models.fit_guided(matrix, units, TERMS, seeds, n_free=2, solver="MiniBatchNMF", seed=1)
    assert found.about["seeds_on_top"] == {"cyber": 2, "migratie": 2}
    subjects = models.list_top_terms(found.terms).apply(subject_of, axis=1)
    assert set(subjects) == set(WORDS)


def test_shuffled_terms_give_topics_about_nothing(planted):
    counts, _, units, _ = planted
    rng = np.random.default_rng(5)
    shuffled = np.column_stack([rng.permutation(column) for column in counts.toarray().T])
    found = models.fit_topics(weigh(shuffled), units, TERMS, n_topics=4, seed=1)
    assert set(models.list_top_terms(found.terms).apply(subject_of, axis=1)) == {None}


def test_lda_finds_planted_topics_and_leaves_empty_units_without():
    counts, units, labels = plant(300, seed=7)
    counts = sparse.csr_array(sparse.vstack([counts, sparse.csr_array((1, len(TERMS)), dtype=int)]))
    found = models.fit_lda(counts, units.append(pd.Index(["leeg"])), TERMS, n_topics=4, seed=1)
    subjects = models.list_top_terms(found.terms).apply(subject_of, axis=1)
    assert set(subjects) == set(WORDS)
    assert found.units.loc["leeg"].sum() == 0
    assert (found.units.iloc[:-1].idxmax(axis=1).map(subjects).to_numpy() == labels).mean() > 0.9


def test_topics_are_listed_by_share_then_by_first_word():
    counts, units, _ = plant(100, seed=2, subjects=["cyber"] * 4 + ["geld"])
    found = models.fit_topics(weigh(counts), units, TERMS, n_topics=2, seed=1)
    assert models.list_top_terms(found.terms).apply(subject_of, axis=1).to_dict() == {"t01": "cyber", "t02": "geld"}
    even = models.fit_topics(np.diag([1.0, 1.0]), pd.Index(["A", "B"]), pd.Index(["b", "a"]), n_topics=2, seed=1)
    assert models.list_top_terms(even.terms, 1)[1].tolist() == ["b", "a"]  # in the order of the columns


def test_the_share_of_a_topic_weighs_its_terms():
    # H rows (1, 0) and (0, 1): W = X, so unit A is one quarter first term
    found = models.fit_topics(
        np.array([[1.0, 3.0], [0.0, 2.0]]), pd.Index(["A", "B"]), pd.Index(["vis", "euro"]), n_topics=2, seed=1
    )
    by_word = models.list_top_terms(found.terms, 1)[1]
    shares = found.units.rename(columns=by_word)
    assert shares.loc["A"].to_dict() == pytest.approx({"euro": 0.75, "vis": 0.25}, abs=1e-3)
    assert shares.loc["B"].to_dict() == pytest.approx({"euro": 1.0, "vis": 0.0}, abs=1e-3)


@pytest.mark.parametrize(
    ("matrix", "message"),
    [(np.ones((2, 3)), r"a shape of \(2, 3\)"), (np.zeros((2, 2)), "only zeros")],
)
def test_a_matrix_that_does_not_fit_is_refused(matrix, message):
    with pytest.raises(InputError, match=message):
        models.fit_topics(matrix, pd.Index(["A", "B"]), pd.Index(["vis", "euro"]), n_topics=1, seed=1)


# --- guided topics ---


def test_guided_topics_keep_their_seeds_on_top(planted):
    _, matrix, units, labels = planted
    seeds = {"cyber": ["malware", "botnet", "virus"], "migratie": ["asiel", "terugkeer"]}
    found = models.fit_guided(matrix, units, TERMS, seeds, n_free=2, seed=1)
    assert list(found.terms.index) == ["cyber", "migratie", "free1", "free2"]
    assert found.about["seeds_left_out"] == {"cyber": ["virus"]}
    assert found.about["seeds_on_top"] == {"cyber": 2, "migratie": 2}
    first = models.list_top_terms(found.terms)
    assert {"malware", "botnet"} <= set(first.loc["cyber"])
    assert {"asiel", "terugkeer"} <= set(first.loc["migratie"])
    subjects = first.apply(subject_of, axis=1)
    assert subjects["cyber"] == "cyber"
    assert subjects["migratie"] == "migratie"
    assert {subjects["free1"], subjects["free2"]} == {"cbrn", "geld"}
    assert (found.units.idxmax(axis=1).map(subjects).to_numpy() == labels).mean() > 0.9


def test_seeds_can_join_what_the_texts_keep_apart(planted):
    _, matrix, units, _ = planted
    seeds = {"samen": [*WORDS["cyber"], *WORDS["geld"]]}
    first = models.list_top_terms(models.fit_guided(matrix, units, TERMS, seeds, n_free=2, weight=8, seed=1).terms, 20)
    assert min(len(set(first.loc["samen"]) & set(WORDS[subject])) for subject in ("cyber", "geld")) >= 7


def test_guided_topics_without_themes_are_topics(planted):
    _, matrix, units, _ = planted
    guided = models.fit_guided(matrix, units, TERMS, {}, n_free=4, seed=1)
    free = models.fit_topics(matrix, units, TERMS, n_topics=4, seed=1)
    assert list(guided.terms.index) == ["free1", "free2", "free3", "free4"]
    assert guided.terms.to_numpy() == pytest.approx(free.terms.to_numpy(), abs=0.01)


def test_a_theme_that_does_not_occur_is_refused(planted):
    _, matrix, units, _ = planted
    with pytest.raises(InputError, match=r"seeds\['drugs'\]: found none of \['cocaïne'\] in the texts"):
        models.fit_guided(matrix, units, TERMS, {"drugs": ["cocaïne"]}, n_free=2, seed=1)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"weight": -1}, "weight: found -1"), ({"n_free": 0}, "n_free: found 0"), ({"seeds": np.zeros((1, 3))}, "theme")],
)
def test_options_of_guided_topics_are_checked(options, message):
    with pytest.raises(InputError, match=message):
        GuidedNMF(**options).fit(np.ones((4, 3)))


def test_seeds_are_terms_of_the_vocabulary_that_the_dictionary_matches_whole(here):
    terms = pd.Index(["asielzoeker", "cyberaanval", "grens", "kwaadaardige software", "software"])
    seeds = models.list_seeds(here.themes, terms, ["cyber", "migration", "cbrn"])
    assert seeds == {"cyber": ["cyberaanval", "kwaadaardige software"], "migration": ["asielzoeker"], "cbrn": []}


# --- wording and shares of single texts ---


def test_word_topics_gives_each_text_its_own_words():
    early, units, _ = plant(120, seed=1, subjects=["cyber", "geld"])
    late = early.toarray()
    old, new = TERMS.get_indexer(["cyberaanval", "woord0"])
    late[:, new] = late[:, old]  # the late text says it with another word
    late[:, old] = 0
    counts = sparse.csr_array(np.vstack([early.toarray(), late]))
    units = pd.Index([f"{year}-{unit}" for year in (2014, 2020) for unit in units], name="paragraph_id")
    documents = pd.Series([unit[:4] for unit in units], index=units, name="doc_id")
    found = models.fit_topics(weigh(counts), units, TERMS, n_topics=2, seed=1)
    cyber = models.list_top_terms(found.terms).apply(subject_of, axis=1).eq("cyber").idxmax()
    wording = models.word_topics(weigh(counts), found, documents)
    assert list(wording) == ["2014", "2020"]
    first = {year: models.list_top_terms(table, 3).loc[cyber].tolist() for year, table in wording.items()}
    assert "cyberaanval" in first["2014"]
    assert "woord0" in first["2020"]
    assert wording["2020"].loc[cyber, "cyberaanval"] == 0
    assert all(table.sum(axis=1).to_numpy() == pytest.approx(1) for table in wording.values())


def test_wording_is_the_least_squares_solution(planted):
    _, matrix, units, _ = planted
    found = models.fit_topics(matrix, units, TERMS, n_topics=4, seed=1)
    documents = pd.Series(np.where(np.arange(len(units)) < 60, "A", "B"), index=units)
    wording = models.word_topics(matrix, found, documents)["A"]
    weights = solve_weights(matrix, found.terms.to_numpy())[:60]
    rows = np.array([nnls(weights, column)[0] for column in matrix.toarray()[:60].T]).T
    assert wording.to_numpy() == pytest.approx(rows / rows.sum(axis=1, keepdims=True), abs=1e-8)


def test_shares_of_texts_are_means_over_units_by_hand():
    units = pd.DataFrame({"t01": [1.0, 0.5, 0.0, 0.2], "t02": [0.0, 0.5, 0.0, 0.8]}, index=["A1", "A2", "A3", "B1"])
    documents = pd.Series({"B1": "B", "A1": "A", "A2": "A", "A3": "A"})
    assert models.share_topics(units, documents).to_dict() == {
        "A": {"t01": 0.75, "t02": 0.25},  # A3 speaks of no topic
        "B": {"t01": 0.2, "t02": 0.8},
    }
    tokens = pd.Series({"A1": 30, "A2": 10, "A3": 10, "B1": 5})
    assert models.share_topics(units, documents, weights=tokens)["A"].tolist() == [0.875, 0.125]


def test_units_without_a_text_are_named():
    units = pd.DataFrame({"t01": [1.0, 1.0]}, index=["A1", "A2"])
    with pytest.raises(InputError, match="documents: found no value for 1 units, such as 'A2'"):
        models.share_topics(units, pd.Series({"A1": "A"}))


def test_top_terms_are_ordered_by_share_then_alphabet_and_leave_out_zeros():
    terms = pd.DataFrame([[0.25, 0.5, 0.25, 0.0]], index=["t01"], columns=["vis", "euro", "haven", "net"])
    assert models.list_top_terms(terms, 4).loc["t01"].to_dict() == {1: "euro", 2: "haven", 3: "vis", 4: ""}


# --- two layers ---


def drifting(n_windows=4, n_units=60):
    """Windows in which one subject changes its words, one or two each time, while the others keep theirs."""
    old, new = WORDS["cyber"], [f"nieuw{number}" for number in range(10)]
    terms = pd.Index(sorted([*TERMS, *new]))
    blocks, windows = [], []
    for window in range(n_windows):
        counts = pd.DataFrame(plant(n_units, seed=window, subjects=["cyber", "geld", "migratie"])[0].toarray())
        counts.columns = TERMS
        changed = round(window * 10 / n_windows)
        counts = counts.rename(columns=dict(zip(old[:changed], new[:changed], strict=True)))
        blocks.append(counts.reindex(columns=terms, fill_value=0))
        windows.extend([str(2014 + window)] * n_units)
    units = pd.Index([f"u{number:04d}" for number in range(n_windows * n_units)], name="paragraph_id")
    return weigh(pd.concat(blocks).to_numpy()), units, terms, pd.Series(windows, index=units)


@pytest.mark.parametrize("n_windows", [1, 2, 4])
def test_dynamic_topics_follow_words_that_drift(n_windows):
    matrix, units, terms, windows = drifting(n_windows)
    found = fit_dynamic(matrix, units, terms, windows, n_topics=3, n_window_topics=3, seed=1)
    assert found.windows.groupby("topic")["window"].nunique().tolist() == [n_windows] * 3
    cyber = found.topics.terms["botnet"].idxmax()  # one of the words that stay longest
    path = found.windows[found.windows["topic"] == cyber]["window_topic"]
    for number, topic in enumerate(path):
        first = set(models.list_top_terms(found.terms, 10).loc[topic])
        changed = round(number * 10 / n_windows)
        assert len(first & {*WORDS["cyber"][changed:], *(f"nieuw{one}" for one in range(changed))}) >= 9
    assert found.topics.units.sum(axis=1).to_numpy() == pytest.approx(1)
    assert found.windows.groupby("window")["share"].sum().to_numpy() == pytest.approx(1)


def test_dynamic_topics_by_a_second_route(planted):
    _, matrix, units, _ = planted
    windows = np.where(np.arange(len(units)) < 70, "2014", "2018")
    model = DynamicNMF(4, n_window_components=4).fit(matrix, windows=windows)
    rows = []
    for window in ("2014", "2018"):  # scikit-learn by hand, as Greene & Cross do it
        components = NMF(4, init="nndsvd", random_state=1, max_iter=1000).fit(matrix[windows == window]).components_
        shares = components / components.sum(axis=1, keepdims=True)
        rows.append(np.where(shares >= 1e-6, components, 0))
    second = NMF(4, init="nndsvd", random_state=1, max_iter=1000).fit(normalize(np.vstack(rows)))
    expected = normalize(second.components_)
    likeness = expected @ normalize(model.components_).T
    assert sorted(likeness.argmax(axis=1)) == [0, 1, 2, 3]
    assert likeness.max(axis=1) == pytest.approx(1, abs=0.01)
    assert model.reconstruction_err_ == pytest.approx(second.reconstruction_err_, rel=1e-3)


def test_units_of_windows_are_the_sums_of_their_window_topics(planted):
    _, matrix, units, _ = planted
    windows = np.where(np.arange(len(units)) < 70, "2014", "2018")
    model = DynamicNMF(2, n_window_components={"2014": 3, "2018": 2}).fit(matrix, windows=windows)
    assert model.window_labels_.tolist() == ["2014"] * 3 + ["2018"] * 2
    one = solve_weights(matrix[:1], model.window_components_[:3])[0]
    by_hand = [one[model.assignments_[:3] == topic].sum() for topic in (0, 1)]
    assert model.weigh_units(matrix[:1], ["2014"])[0] == pytest.approx(by_hand)
    with pytest.raises(InputError, match="2020"):
        model.weigh_units(matrix[:1], ["2020"])


def test_only_the_first_terms_of_window_topics_are_linked_on_request(planted):
    _, matrix, units, _ = planted
    windows = pd.Series(np.where(np.arange(len(units)) < 70, "2014", "2018"), index=units)
    found = fit_dynamic(matrix, units, TERMS, windows, n_topics=4, n_window_topics=4, n_top_terms=5, seed=1)
    assert ((found.topics.terms > 0).sum(axis=1) <= 10).all()


def test_a_window_with_few_units_has_fewer_topics():
    matrix, units, terms, windows = drifting(2)
    few = np.r_[0:60, 60:62]
    found = fit_dynamic(matrix[few], units[few], terms, windows.iloc[few], n_topics=3, n_window_topics=3, seed=1)
    assert found.windows.groupby("window").size().to_dict() == {"2014": 3, "2015": 2}


def test_more_dynamic_topics_than_window_topics_are_refused():
    matrix, units, terms, windows = drifting(2)
    with pytest.raises(InputError, match="7 with 6 window topics"):
        fit_dynamic(matrix, units, terms, windows, n_topics=7, n_window_topics=3, seed=1)


# --- files and bytes ---


def test_topics_are_read_as_they_were_saved(planted, tmp_path):
    _, matrix, units, _ = planted
    terms = TERMS.where(
        ~TERMS.isin(["woord0", "woord1", "woord2"]), ["null", 'a "b", c', "coördinatie"] * 26 + ["x"] * 2
    )
    found = models.fit_guided(matrix, units, terms, {"cyber": ["malware"]}, n_free=3, seed=1)
    paths = models.save_topics(found, tmp_path / "new", "joint")
    assert [path.name for path in paths] == ["joint-terms.csv", "joint-units.csv", "joint.json"]
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted(path.name for path in paths)
    back = models.load_topics(tmp_path / "new", "joint")
    pd.testing.assert_frame_equal(back.terms, found.terms)
    pd.testing.assert_frame_equal(back.units, found.units)
    assert back.about == found.about
    again = models.save_topics(back, tmp_path / "again", "joint")
    assert [path.read_bytes() for path in paths] == [path.read_bytes() for path in again]


def test_saved_topics_need_only_a_csv_reader(planted, tmp_path):
    _, matrix, units, _ = planted
    found = models.fit_topics(matrix, units, TERMS, n_topics=2, seed=1)
    terms, _, about = models.save_topics(found, tmp_path)
    header, first, *_ = terms.read_text().splitlines()
    assert header == "term,t01,t02"
    assert first.split(",")[0] == TERMS[0]
    assert json.loads(about.read_text())["about"]["converged"] is True


def test_files_that_do_not_belong_together_are_refused(planted, tmp_path):
    _, matrix, units, _ = planted
    for name, n_topics in (("one", 2), ("two", 3)):
        models.save_topics(models.fit_topics(matrix, units, TERMS, n_topics=n_topics, seed=1), tmp_path, name)
    (tmp_path / "two-units.csv").replace(tmp_path / "one-units.csv")
    with pytest.raises(InputError, match=r"one-units.csv: found 160 rows and columns t01, t02, t03"):
        models.load_topics(tmp_path, "one")
    with pytest.raises(InputError, match="no readable file"):
        models.load_topics(tmp_path, "three")
    (tmp_path / "one.json").write_text("{}")
    with pytest.raises(InputError, match=r"one.json: found 'topics'"):
        models.load_topics(tmp_path, "one")


def test_rounded_shares_are_the_numbers_their_text_reads_back_as():
    values = np.random.default_rng(1).random(2000) ** 8
    rounded = round_shares(values)
    assert [float(f"{value:.9g}") for value in rounded] == rounded.tolist()
    assert rounded == pytest.approx(np.where(values < 1e-12, 0, values), rel=1e-8)
    assert round_shares(np.array([1.0, 0.0, 0.1234567894, 0.1234567896])).tolist() == [1, 0, 0.123456789, 0.12345679]


FITTING = """
import hashlib, sys
from pathlib import Path
import numpy as np, pandas as pd
from analysis.topics import models
from analysis.topics.dynamic import fit_dynamic
data = np.load(sys.argv[1])
units, terms = pd.Index(data["units"].tolist()), pd.Index(data["terms"].tolist())
windows = pd.Series(data["documents"].tolist(), index=units)
matrix, folder = data["matrix"], Path(sys.argv[2])
joint = models.fit_topics(matrix, units, terms, n_topics=6, init="random", seed=3)
models.save_topics(joint, folder, "random")
models.save_topics(models.fit_topics(matrix, units, terms, n_topics=6, seed=3), folder, "joint")
models.save_topics(models.fit_topics(matrix, units, terms, n_topics=6, solver="MiniBatchNMF", seed=3), folder, "batch")
seeds = {"migratie": ["migrant", "asiel"], "cyber": ["cyberaanval"]}
models.save_topics(models.fit_guided(matrix, units, terms, seeds, n_free=3, init="random", seed=3), folder, "guided")
models.save_topics(models.fit_lda(data["counts"], units, terms, n_topics=4, max_iter=20, seed=3), folder, "lda")
linked = fit_dynamic(matrix, units, terms, windows, n_topics=5, n_window_topics=5, seed=3)
models.save_topics(linked.topics, folder, "dynamic")
for name, table in models.word_topics(matrix, joint, windows).items():
    table.to_csv(folder / f"wording-{name}.csv")
for path in sorted(folder.iterdir()):
    print(path.name, hashlib.sha256(path.read_bytes()).hexdigest())
"""


def test_the_same_seed_gives_the_same_bytes_whatever_the_threads_and_hash_seed(real, tmp_path):
    counts, matrix, units, terms, documents = real
    file = tmp_path / "data.npz"
    texts = {"units": units, "terms": terms, "documents": documents.loc[units]}
    arrays = {name: np.array(list(values)) for name, values in texts.items()}
    np.savez(file, matrix=matrix.toarray(), counts=counts.toarray(), **arrays)
    printed = []
    for hash_seed, threads in (("0", "1"), ("1", "2"), ("2", "4")):
        folder = tmp_path / threads
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        environment |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), threads)
        command = [sys.executable, "-W", "error", "-c", FITTING, str(file), str(folder)]
        printed.append(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)
    assert len(printed[0].splitlines()) == 6 * 3 + 3
    assert printed[0] == printed[1] == printed[2]


def test_random_beginnings_hang_on_the_seed(real):
    _, matrix, units, terms, _ = real
    errors = [
        models.fit_topics(matrix, units, terms, n_topics=6, init="random", seed=seed).about["reconstruction_error"]
        for seed in (0, 0, 1)
    ]
    assert errors[0] == errors[1] != errors[2]


# --- the three texts ---


@pytest.mark.parametrize("model", ["joint", "guided", "lda", "dynamic"])
def test_topics_of_the_three_texts_have_the_shape_of_the_contract(here, real, model):
    counts, matrix, units, terms, documents = real
    before = matrix.copy()
    seeds = models.list_seeds(here.themes, terms, here.themes.declared)
    fits = {
        "joint": lambda: models.fit_topics(matrix, units, terms, n_topics=8, seed=1),
        "guided": lambda: models.fit_guided(matrix, units, terms, seeds, n_free=4, seed=1),
        "lda": lambda: models.fit_lda(counts, units, terms, n_topics=8, max_iter=10, seed=1),
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
    for wording in models.word_topics(matrix, found, documents).values():
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
