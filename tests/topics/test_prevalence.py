"""Shares of topics per text, by hand and with planted differences; intervals that include the topics' own doubt."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joblib import parallel_config
from scipy import sparse
from sklearn.decomposition import NMF

from analysis.inputs import InputError
from analysis.topics.prevalence import expanded_level, refit_shares

VOCABULARY = 12  # four words for each of three topics


def nmf(n_topics):
    def fit(matrix, seed):
        model = NMF(n_topics, init="nndsvd", random_state=seed, max_iter=100, tol=0)
        return model.fit_transform(matrix), model.components_

    return fit


def plant(shares, *, n_sections=12, seed=1):
    """Texts whose paragraphs are about one topic each, in sections of four; `shares` is one row per text."""
    rng = np.random.default_rng(seed)
    words = np.kron(np.eye(3), [4, 3, 2, 1])
    main = np.concatenate([rng.choice(3, size=n_sections * 4, p=row) for row in np.array(shares)])
    matrix = sparse.csr_array(rng.poisson(words[main]).astype(float))
    section = np.arange(len(main)) // 4
    return matrix, pd.Series(section // n_sections).map(str), pd.Series(section), main


TEXTS = plant([[0.6, 0.2, 0.2], [0.2, 0.2, 0.6]])


def test_shares_are_those_that_were_planted_and_lie_in_their_intervals():
    matrix, documents, blocks, main = TEXTS
    table = refit_shares(matrix, documents, blocks, nmf(3), n_draws=60, threshold=0.2, seed=1)
    assert (table["matched"] == 1).all()
    assert table["share"].between(table["low"], table["high"]).all()
    assert table.groupby("doc_id")["share"].sum().tolist() == pytest.approx([1, 1])
    counted = pd.crosstab(main, documents, normalize="columns").to_numpy()
    found = table.pivot(index="topic", columns="doc_id", values="share").to_numpy()
    order = np.argmax(nmf(3)(matrix, 1)[1].reshape(3, 3, 4).sum(axis=2), axis=1)
    assert found == pytest.approx(counted[order], abs=0.04)


def test_a_planted_difference_between_texts_shows_in_the_intervals():
    matrix, documents, blocks, _ = plant([[0.8, 0.1, 0.1], [0.1, 0.1, 0.8]], n_sections=15)
    table = refit_shares(matrix, documents, blocks, nmf(3), n_draws=60, threshold=0.2, seed=1)
    apart = table.groupby("topic").apply(lambda rows: rows["low"].max() > rows["high"].min())
    assert apart.sum() == 2


def test_topics_that_are_not_found_again_are_counted():
    matrix, documents, blocks, _ = TEXTS
    weights, components = nmf(3)(matrix, 1)
    foreign = np.hstack([components, np.zeros((3, 4))])
    foreign[2] = [0] * VOCABULARY + [4, 3, 2, 1]  # a topic of words that the texts do not have
    wider = sparse.csr_array(sparse.hstack([matrix, sparse.csr_array((matrix.shape[0], 4))]))
    options = {"reference": (weights, foreign), "threshold": 0.2, "n_draws": 20, "seed": 1}
    table = refit_shares(wider, documents, blocks, nmf(3), **options).set_index("topic")
    assert (table.loc[[0, 1], "matched"] == 1).all()
    assert (table.loc[2, "matched"] == 0).all()
    assert table.loc[2, ["low", "high", "se"]].isna().all(axis=None)
    assert table.loc[2, "share"].notna().all()


def test_units_without_a_known_word_do_not_count():
    matrix, documents, blocks, _ = TEXTS
    empty = sparse.csr_array(sparse.vstack([matrix, sparse.csr_array((6, VOCABULARY))]))
    more = [pd.concat([one, pd.Series([one.iloc[0]] * 6)], ignore_index=True) for one in (documents, blocks)]
    reference = nmf(3)(matrix, 1)
    padded = np.vstack([reference[0], np.zeros((6, 3))]), reference[1]
    without = refit_shares(matrix, documents, blocks, nmf(3), reference=reference, n_draws=3, seed=1)
    found = refit_shares(empty, *more, nmf(3), reference=padded, n_draws=3, seed=1)
    assert found["share"].tolist() == pytest.approx(without["share"].tolist())


def test_sections_are_drawn_within_their_text():
    matrix, documents, blocks, _ = TEXTS
    drawn = []

    def fit(text, seed):
        drawn.append(text)
        return nmf(3)(text, seed)

    refit_shares(matrix, documents, blocks, fit, n_draws=3, seed=1)
    rows = {tuple(row) for row in matrix.toarray()[(documents == "0").to_numpy()]}
    for text in drawn[1:]:
        assert text.shape == matrix.shape
        assert all(tuple(row) in rows for row in text.toarray()[:48])


def test_the_same_seed_gives_the_same_table_for_any_number_of_processes():
    matrix, documents, blocks, _ = TEXTS
    fit = nmf(3)
    one = refit_shares(matrix, documents, blocks, fit, n_draws=6, seed=1)
    with parallel_config(n_jobs=2):
        two = refit_shares(matrix, documents, blocks, fit, n_draws=6, seed=1)
    pd.testing.assert_frame_equal(one, two, check_exact=True)
    assert not one["se"].equals(refit_shares(matrix, documents, blocks, fit, n_draws=6, seed=2)["se"])


def test_a_text_of_one_section_has_no_interval():
    matrix, documents, blocks, _ = TEXTS
    table = refit_shares(matrix, documents, blocks.where(documents == "0", 99), nmf(3), n_draws=4, seed=1)
    missing = table["low"].isna()
    assert (missing == (table["doc_id"] == "1")).all()


@settings(derandomize=True, deadline=None, max_examples=50)
@given(st.floats(0.5, 0.99), st.integers(2, 200))
def test_few_sections_widen_the_level_and_many_leave_it(level, n_blocks):
    wide = expanded_level(level, n_blocks)
    assert level < wide <= 1
    assert expanded_level(level, n_blocks + 1) <= wide
    assert expanded_level(level, 10**6) == pytest.approx(level, abs=1e-5)


def test_what_cannot_be_used_is_named():
    matrix, documents, blocks, _ = TEXTS
    with pytest.raises(InputError, match="documents: found 5 values, 0 missing"):
        refit_shares(matrix, documents[:5], blocks, nmf(3), seed=1)
    with pytest.raises(InputError, match="level: found 95"):
        refit_shares(matrix, documents, blocks, nmf(3), level=95, seed=1)
    with pytest.raises(InputError, match="n_draws: found 0"):
        refit_shares(matrix, documents, blocks, nmf(3), n_draws=0, seed=1)
