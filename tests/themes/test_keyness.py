"""Published numbers for one table, answers that follow from the formulas, and differences that were planted."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse, stats

from analysis.inputs import InputError
from analysis.stats import association
from analysis.stats.bootstrap import run_blocks
from analysis.themes import keyness


def test_g2_of_splits_takes_the_short_way_to_the_same_number():
    rng = np.random.default_rng(8)
    total, n1 = rng.integers(1, 50, size=30), rng.integers(300, 600, size=(20, 1))
    a = rng.binomial(total, 0.4, size=(20, 30))
    for row, size in zip(a, n1, strict=True):
        other = 1000 - size[0]
        blocks = np.vstack([row, total - row]), np.array([size[0], other])
        found = keyness._information(*blocks, np.array([[True, False], [False, True]]))
        assert 2000 * found[0] == pytest.approx(np.abs(association.g2(row, total - row, size, other)))
        assert (found[0] == found[1]).all()  # the same to the last bit, whichever text is the first


def test_dispersion_by_hand():
    counts = sparse.csr_array([[2, 0, 0], [2, 4, 0]])  # in paragraphs of 25 and 75 tokens
    assert keyness.deviation_of_proportions(counts, np.array([25, 75]))[:2] == pytest.approx([0.25, 0.25])
    assert np.isnan(keyness.deviation_of_proportions(counts, np.array([25, 75]))[2])
    assert keyness.paragraph_range(counts).tolist() == [2, 1, 0]


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 5), min_size=3, max_size=3), min_size=1, max_size=8), st.data())
def test_dispersion_is_half_the_distance_between_two_distributions(rows, data):
    counts = np.array(rows)
    sizes = np.array(data.draw(st.lists(st.integers(1, 50), min_size=len(rows), max_size=len(rows))))
    found = keyness.deviation_of_proportions(sparse.csr_array(counts), sizes)
    for term in np.flatnonzero(counts.sum(axis=0)):
        hits, tokens = counts[:, term] / counts[:, term].sum(), sizes / sizes.sum()
        assert found[term] == pytest.approx(np.abs(hits - tokens).sum() / 2)


def two_texts(rng, *, clustered=False, planted=0.0, n=60, words=40):
    """Counts of two texts of n paragraphs; word 0 can be more frequent in the first, all can come in clusters."""
    rate = np.full((2 * n, words), 1.0)
    rate[:n, 0] *= 1 + planted
    if clustered:
        rate *= 2.5 * (rng.random((2 * n // 6, words)) < 0.4).repeat(6, axis=0)
    counts = sparse.csr_array(rng.poisson(rate))
    documents = pd.Series(["A"] * n + ["B"] * n)
    return counts, [f"w{i:02}" for i in range(words)], documents


def test_compare_finds_the_planted_word_and_its_direction():
    counts, terms, documents = two_texts(np.random.default_rng(3), planted=1.5)
    blocks = run_blocks(documents.to_frame("doc_id"), 5)
    found = keyness.measure_keyness(counts, terms, documents, ("A", "B"), blocks, seed=1)
    assert found.loc[found["q"] <= 0.05, "term"].tolist() == ["w00"]
    word = found.iloc[0]
    assert word["g2"] > 0
    assert word["low"] <= np.log2(2.5) <= word["high"]


def test_compare_does_not_take_clusters_for_differences():
    rng, blockwise, wordwise = np.random.default_rng(5), [], []
    for seed in range(8):
        counts, terms, documents = two_texts(rng, clustered=True)
        sections = pd.Series(np.arange(len(documents)) // 6)
        found = keyness.measure_keyness(counts, terms, documents, ("A", "B"), sections, n_draws=400, seed=seed)
        blockwise.append((found["p"] <= 0.05).mean())
        wordwise.append((stats.chi2.sf(found["g2"].abs(), 1) <= 0.05).mean())
    assert np.mean(blockwise) == pytest.approx(0.05, abs=0.03)
    assert np.mean(wordwise) > 0.3  # what a table of chi-squared p-values would have claimed


def test_compare_counts_by_hand():
    counts = sparse.csr_array([[3, 1, 0, 0], [2, 0, 4, 0], [1, 1, 3, 5], [9, 9, 9, 9]])
    documents = pd.Series(["A", "A", "B", "C"])
    found = keyness.measure_keyness(
        counts, ["x", "y", "z", "u"], documents, ("A", "B"), pd.Series([1, 2, 1, 1]), min_paragraphs=2, seed=1
    )
    assert found["term"].tolist() == ["x", "z"]  # y stands twice, u in one paragraph
    assert found[["count_a", "count_b", "rate_a", "rate_b"]].to_numpy().tolist() == [[5, 1, 500, 100], [4, 3, 400, 300]]
    assert found[["range_a", "range_b"]].to_numpy().tolist() == [[2, 1], [1, 1]]
    assert found["dp_a"].tolist() == pytest.approx([0.2, 0.4])


def test_compare_swapped_gives_the_same_words_the_other_way_round():
    counts, terms, documents = two_texts(np.random.default_rng(7), n=20)
    blocks = run_blocks(documents.to_frame("doc_id"), 5)
    one, two = (
        keyness.measure_keyness(counts, terms, documents, pair, blocks, seed=2) for pair in (("A", "B"), ("B", "A"))
    )
    assert one["log_ratio"].to_numpy() == pytest.approx(-two["log_ratio"].to_numpy())
    assert one["p"].to_numpy() == pytest.approx(two["p"].to_numpy(), abs=0.06)
    assert one["p"].between(0, 1, inclusive="right").all()
    assert (one["q"] >= one["p"]).all()


def test_compare_is_the_same_for_the_same_seed_only():
    counts, terms, documents = two_texts(np.random.default_rng(9), n=20)
    blocks = run_blocks(documents.to_frame("doc_id"), 5)
    first, again, other = (
        keyness.measure_keyness(counts, terms, documents, ("A", "B"), blocks, seed=s) for s in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(first, again)
    assert not first["p"].equals(other["p"])


def test_compare_without_a_frequent_term_is_an_empty_table():
    found = keyness.measure_keyness(
        sparse.csr_array([[1], [1]]), ["x"], pd.Series(["A", "B"]), ("A", "B"), pd.Series([1, 1]), seed=1
    )
    assert found.empty
    assert found.columns[-2:].tolist() == ["p", "q"]


def test_compare_names_what_does_not_fit():
    counts, documents, blocks = sparse.csr_array([[1], [1]]), pd.Series(["2018", "2020"]), pd.Series([1, 1])
    with pytest.raises(InputError, match=r"pair: found '2019', allowed is one of 2018, 2020\. Did you mean '2018'"):
        keyness.measure_keyness(counts, ["x"], documents, ("2019", "2020"), blocks, seed=1)
    with pytest.raises(InputError, match="2 rows and 1 columns, allowed is 2 paragraphs and 2 terms"):
        keyness.measure_keyness(counts, ["x", "y"], documents, ("2018", "2020"), blocks, seed=1)
    with pytest.raises(InputError, match="no token in '2020'"):
        keyness.measure_keyness(sparse.csr_array([[1], [0]]), ["x"], documents, ("2018", "2020"), blocks, seed=1)
    with pytest.raises(InputError, match="more hits than tokens"):
        association.g2(5, 1, 4, 4)
