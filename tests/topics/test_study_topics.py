"""Topic models of the study's three texts."""

import numpy as np
import pytest

from analysis.topics import models
from analysis.topics.dynamic import fit_dynamic
from analysis.topics.published import fit_lda


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
