"""Topics: planted and found back, shuffled and lost, and the same bytes on every run."""

import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.optimize import nnls

from analysis.inputs import InputError
from analysis.topics import models
from analysis.topics.nmf import solve_weights

# --- topics over all texts ---


@pytest.mark.slow
@pytest.mark.parametrize("n_units", [40, 160, 2000])
@pytest.mark.parametrize("init", ["nndsvd", "random"])
def test_planted_topics_are_found_again(planting, n_units, init):
    counts, units, labels = planting.plant(n_units, seed=n_units)
    found = models.fit_topics(planting.weigh(counts), units, planting.terms, n_topics=4, init=init, seed=1)
    subjects = planting.subjects_of(found.terms)
    assert set(subjects) == set(planting.words)
    assert (found.units.idxmax(axis=1).map(subjects).to_numpy() == labels).mean() > 0.97


def test_planted_topics_are_found_in_a_large_corpus_by_mini_batches(planting, monkeypatch):
    monkeypatch.setattr("analysis.topics.nmf.MANY_UNITS", 3000)
    monkeypatch.setattr("analysis.topics.nmf.BATCH_UNITS", 200)
    counts, units, labels = planting.plant(3000, seed=3)
    found = models.fit_topics(planting.weigh(counts), units, planting.terms, n_topics=4, seed=1)
    assert found.about["solver"] == "MiniBatchNMF"
    subjects = planting.subjects_of(found.terms)
    assert set(subjects) == set(planting.words)
    assert (found.units.idxmax(axis=1).map(subjects).to_numpy() == labels).mean() > 0.97
    fewer = models.fit_topics(planting.weigh(counts[:2999]), units[:2999], planting.terms, n_topics=4, seed=1)
    assert fewer.about["solver"] == "NMF"
    assert found.about["reconstruction_error"] < fewer.about["reconstruction_error"] * 1.01


def test_seeds_guide_mini_batches_too(planting, planted):
    _, matrix, units, _ = planted
    seeds = {"cyber": ["malware", "botnet"], "migratie": ["asiel", "terugkeer"]}
    found = models.fit_guided(matrix, units, planting.terms, seeds, n_free=2, solver="MiniBatchNMF", seed=1)
    assert found.about["seeds_on_top"] == {"cyber": 2, "migratie": 2}
    subjects = planting.subjects_of(found.terms)
    assert set(subjects) == set(planting.words)


def test_shuffled_terms_give_topics_about_nothing(planting, planted):
    counts, _, units, _ = planted
    rng = np.random.default_rng(5)
    shuffled = np.column_stack([rng.permutation(column) for column in counts.toarray().T])
    found = models.fit_topics(planting.weigh(shuffled), units, planting.terms, n_topics=4, seed=1)
    assert set(planting.subjects_of(found.terms)) == {None}


def test_topics_are_listed_by_share_then_by_first_word(planting):
    counts, units, _ = planting.plant(100, seed=2, subjects=["cyber"] * 4 + ["geld"])
    found = models.fit_topics(planting.weigh(counts), units, planting.terms, n_topics=2, seed=1)
    assert planting.subjects_of(found.terms).to_dict() == {"t01": "cyber", "t02": "geld"}
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


def test_random_initial_values_depend_on_the_seed(real):
    _, matrix, units, terms, _ = real
    errors = [
        models.fit_topics(matrix, units, terms, n_topics=6, init="random", seed=seed).about["reconstruction_error"]
        for seed in (0, 0, 1)
    ]
    assert errors[0] == errors[1] != errors[2]


# --- guided topics ---


def test_guided_topics_keep_their_seeds_on_top(planting, planted):
    _, matrix, units, labels = planted
    seeds = {"cyber": ["malware", "botnet", "virus"], "migratie": ["asiel", "terugkeer"]}
    found = models.fit_guided(matrix, units, planting.terms, seeds, n_free=2, seed=1)
    assert list(found.terms.index) == ["cyber", "migratie", "free1", "free2"]
    assert found.about["seeds_left_out"] == {"cyber": ["virus"]}
    assert found.about["seeds_on_top"] == {"cyber": 2, "migratie": 2}
    first = models.list_top_terms(found.terms)
    assert {"malware", "botnet"} <= set(first.loc["cyber"])
    assert {"asiel", "terugkeer"} <= set(first.loc["migratie"])
    subjects = planting.subjects_of(found.terms)
    assert subjects["cyber"] == "cyber"
    assert subjects["migratie"] == "migratie"
    assert {subjects["free1"], subjects["free2"]} == {"cbrn", "geld"}
    assert (found.units.idxmax(axis=1).map(subjects).to_numpy() == labels).mean() > 0.9


def test_seeds_can_join_what_the_texts_keep_apart(planting, planted):
    _, matrix, units, _ = planted
    seeds = {"samen": [*planting.words["cyber"], *planting.words["geld"]]}
    found = models.fit_guided(matrix, units, planting.terms, seeds, n_free=2, weight=8, seed=1)
    first = models.list_top_terms(found.terms, 20)
    assert min(len(set(first.loc["samen"]) & set(planting.words[subject])) for subject in ("cyber", "geld")) >= 7


def test_guided_topics_without_themes_are_topics(planting, planted):
    _, matrix, units, _ = planted
    guided = models.fit_guided(matrix, units, planting.terms, {}, n_free=4, seed=1)
    free = models.fit_topics(matrix, units, planting.terms, n_topics=4, seed=1)
    assert list(guided.terms.index) == ["free1", "free2", "free3", "free4"]
    assert guided.terms.to_numpy() == pytest.approx(free.terms.to_numpy(), abs=0.01)


def test_a_theme_that_does_not_occur_is_refused(planting, planted):
    _, matrix, units, _ = planted
    with pytest.raises(InputError, match=r"seeds\['drugs'\]: found none of \['cocaïne'\] in the texts"):
        models.fit_guided(matrix, units, planting.terms, {"drugs": ["cocaïne"]}, n_free=2, seed=1)


def test_seeds_are_terms_of_the_vocabulary_that_the_dictionary_matches_whole(here):
    terms = pd.Index(["asielzoeker", "cyberaanval", "grens", "kwaadaardige software", "software"])
    seeds = models.list_seeds(here.themes, terms, ["cyber", "migration", "cbrn"])
    assert seeds == {"cyber": ["cyberaanval", "kwaadaardige software"], "migration": ["asielzoeker"], "cbrn": []}


# --- wording and shares of single texts ---


def test_each_text_has_its_own_wording(planting):
    early, units, _ = planting.plant(120, seed=1, subjects=["cyber", "geld"])
    late = early.toarray()
    old, new = planting.terms.get_indexer(["cyberaanval", "woord0"])
    late[:, new] = late[:, old]  # the late text says it with another word
    late[:, old] = 0
    counts = sparse.csr_array(np.vstack([early.toarray(), late]))
    units = pd.Index([f"{year}-{unit}" for year in (2014, 2020) for unit in units], name="paragraph_id")
    documents = pd.Series([unit[:4] for unit in units], index=units, name="doc_id")
    found = models.fit_topics(planting.weigh(counts), units, planting.terms, n_topics=2, seed=1)
    cyber = planting.subjects_of(found.terms).eq("cyber").idxmax()
    wording = models.estimate_wording(planting.weigh(counts), found, documents)
    assert list(wording) == ["2014", "2020"]
    first = {year: models.list_top_terms(table, 3).loc[cyber].tolist() for year, table in wording.items()}
    assert "cyberaanval" in first["2014"]
    assert "woord0" in first["2020"]
    assert wording["2020"].loc[cyber, "cyberaanval"] == 0
    assert all(table.sum(axis=1).to_numpy() == pytest.approx(1) for table in wording.values())


def test_wording_is_the_least_squares_solution(planting, planted):
    _, matrix, units, _ = planted
    found = models.fit_topics(matrix, units, planting.terms, n_topics=4, seed=1)
    documents = pd.Series(np.where(np.arange(len(units)) < 60, "A", "B"), index=units)
    wording = models.estimate_wording(matrix, found, documents)["A"]
    weights = solve_weights(matrix, found.terms.to_numpy())[:60]
    rows = np.array([nnls(weights, column)[0] for column in matrix.toarray()[:60].T]).T
    assert wording.to_numpy() == pytest.approx(rows / rows.sum(axis=1, keepdims=True), abs=1e-8)


def test_shares_of_texts_are_means_over_units_by_hand():
    shares = {"t01": [1.0, 0.5, 0.0, 0.2, 0.0], "t02": [0.0, 0.5, 0.0, 0.8, 0.0]}
    units = pd.DataFrame(shares, index=["A1", "A2", "A3", "B1", "C1"])
    documents = pd.Series({"B1": "B", "A1": "A", "A2": "A", "A3": "A", "C1": "C"})
    assert models.share_topics(units, documents).to_dict() == {
        "A": {"t01": 0.75, "t02": 0.25},  # A3 has no topic
        "B": {"t01": 0.2, "t02": 0.8},
        "C": {"t01": 0.0, "t02": 0.0},
    }


def test_units_without_a_text_are_named():
    units = pd.DataFrame({"t01": [1.0, 1.0]}, index=["A1", "A2"])
    with pytest.raises(InputError, match="documents: found no value for 1 units, such as 'A2'"):
        models.share_topics(units, pd.Series({"A1": "A"}))


def test_top_terms_are_ordered_by_share_then_alphabet_and_leave_out_zeros():
    terms = pd.DataFrame([[0.25, 0.5, 0.25, 0.0]], index=["t01"], columns=["vis", "euro", "haven", "net"])
    assert models.list_top_terms(terms, 4).loc["t01"].to_dict() == {1: "euro", 2: "haven", 3: "vis", 4: ""}


# --- files and bytes ---


def test_saved_topics_are_read_back_equal(planting, planted, tmp_path):
    _, matrix, units, _ = planted
    terms = planting.terms.where(
        ~planting.terms.isin(["woord0", "woord1", "woord2"]), ["null", 'a "b", c', "coördinatie"] * 26 + ["x"] * 2
    )
    found = models.fit_guided(matrix, units, terms, {"cyber": ["malware"]}, n_free=3, seed=1)
    paths = models.save_topics(found, tmp_path / "new", "joint")
    assert [path.name for path in paths] == ["joint-terms.csv", "joint-units.csv", "joint.json"]
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted(path.name for path in paths)
    back = [pd.read_csv(path, index_col=0, keep_default_na=False) for path in paths[:2]]
    pd.testing.assert_frame_equal(back[0].T, found.terms, check_names=False)
    pd.testing.assert_frame_equal(back[1], found.units, check_names=False)
    assert json.loads(paths[2].read_text())["about"] == found.about


def test_saved_topics_need_only_a_csv_reader(planting, planted, tmp_path):
    _, matrix, units, _ = planted
    found = models.fit_topics(matrix, units, planting.terms, n_topics=2, seed=1)
    terms, _, about = models.save_topics(found, tmp_path)
    header, first, *_ = terms.read_text().splitlines()
    assert header == "term,t01,t02"
    assert first.split(",")[0] == planting.terms[0]
    assert json.loads(about.read_text())["about"]["converged"] is True


FITTING = """
import hashlib, sys
from pathlib import Path
import numpy as np, pandas as pd
from analysis.topics import models
from analysis.topics.dynamic import fit_dynamic
from analysis.topics.published import fit_lda
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
models.save_topics(fit_lda(data["counts"], units, terms, n_topics=4, max_iter=20, seed=3), folder, "lda")
linked = fit_dynamic(matrix, units, terms, windows, n_topics=5, n_window_topics=5, seed=3)
models.save_topics(linked.topics, folder, "dynamic")
for name, table in models.estimate_wording(matrix, joint, windows).items():
    table.to_csv(folder / f"wording-{name}.csv")
for path in sorted(folder.iterdir()):
    print(path.name, hashlib.sha256(path.read_bytes()).hexdigest())
"""


@pytest.mark.slow
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
