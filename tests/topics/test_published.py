"""Latent Dirichlet allocation, kept to compare with."""

import pandas as pd
import pytest
from scipy import sparse

from analysis.topics.published import fit_lda


@pytest.mark.slow
def test_lda_finds_planted_topics_and_leaves_empty_units_without(planting):
    counts, units, labels = planting.plant(300, seed=7)
    counts = sparse.csr_array(sparse.vstack([counts, sparse.csr_array((1, len(planting.terms)), dtype=int)]))
    found = fit_lda(counts, units.append(pd.Index(["leeg"])), planting.terms, n_topics=4, seed=1)
    subjects = planting.subjects_of(found.terms)
    assert set(subjects) == set(planting.words)
    assert found.units.loc["leeg"].sum() == 0
    assert (found.units.iloc[:-1].idxmax(axis=1).map(subjects).to_numpy() == labels).mean() > 0.9
