"""Terms that stand together: by hand, as quanteda counts them, and on the real texts."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from analysis.corpus.cooccurrence import count_in_windows, keep_terms, units_with_both
from analysis.corpus.counts import count_text, list_sequences, prune
from analysis.inputs import InputError


def test_windows_of_3_as_quanteda_counts_them(as_sequences):
    # quanteda 4.3.1 (cran/quanteda), tests/testthat/test-fcm.R: "not weighted"
    half = [
        [4, 1, 4, 4, 5, 2],
        [0, 0, 1, 1, 2, 1],
        [0, 0, 0, 3, 3, 0],
        [0, 0, 0, 0, 4, 1],
        [0, 0, 0, 0, 0, 2],
        [0, 0, 0, 0, 0, 0],
    ]
    near = count_in_windows(as_sequences(["A D A C E A D F E B A C E D"]), window=3)
    assert near.toarray().tolist() == (np.array(half) + np.triu(half, 1).T).tolist()


def test_terms_left_out_become_gaps(as_sequences):
    sequences = as_sequences(["a b c", "b b a"])
    kept = keep_terms(sequences, pd.Index(["a", "c"]))
    assert kept.terms.tolist() == ["a", "c"]
    assert count_in_windows(kept, window=1).nnz == 0
    full = count_in_windows(sequences, window=2).toarray()
    assert count_in_windows(kept, window=2).toarray().tolist() == full[np.ix_([0, 2], [0, 2])].tolist()
    with pytest.raises(InputError, match="terms: found 'd', allowed is terms of the sequences"):
        keep_terms(sequences, pd.Index(["a", "d"]))


def test_a_zero_that_is_stored_is_no_occurrence():
    stored = sparse.csr_array((np.array([0, 1, 2]), np.array([0, 1, 1]), np.array([0, 2, 3])), shape=(2, 2))
    assert units_with_both(stored).toarray().tolist() == [[0, 0], [0, 2]]
    assert units_with_both(stored > 0).toarray().tolist() == [[0, 0], [0, 2]]


def test_gaps_keep_words_apart(as_sequences):
    assert count_in_windows(as_sequences(["strijd - - terreur", "terreur", "- strijd -"]), window=2).nnz == 0
    assert count_in_windows(as_sequences(["strijd - - terreur"]), window=3).toarray().tolist() == [[0, 1], [1, 0]]


def test_no_terms_give_no_pairs(as_sequences):
    assert count_in_windows(as_sequences(["", "- -"])).shape == (0, 0)


def test_a_window_without_tokens_is_refused(as_sequences):
    with pytest.raises(InputError, match="window: found 0, allowed is 1 or more"):
        count_in_windows(as_sequences(["a b"]), window=0)


def test_the_real_texts_counted_both_ways(here):
    sequences = list_sequences(here.corpus.sentences, here.languages)
    counts = prune(count_text(here.corpus.sentences, here.languages), min_units=3)
    kept = keep_terms(sequences, counts.terms)
    both = units_with_both(counts.matrix)
    assert both.diagonal().tolist() == (counts.matrix > 0).sum(axis=0).tolist()
    near, together = (sparse.triu(matrix > 0, k=1) for matrix in (count_in_windows(kept, window=10), both))
    assert 0 < near.nnz < together.nnz
    assert (near > together).nnz == 0  # words that are near are in the same paragraph
    place = counts.terms.get_loc("radicalisering")
    assert both[place, place] == counts.matrix[:, [place]].nnz
