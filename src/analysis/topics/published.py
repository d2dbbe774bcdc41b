"""Kept to reproduce published tables, and used by no notebook: latent Dirichlet allocation, to compare with."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.decomposition import LatentDirichletAllocation

from analysis.stats.threads import one_thread
from analysis.topics.models import Topics, arrange_topics, number_topics
from analysis.topics.nmf import MANY_UNITS, Matrix, canonical_order, check_shape, check_size, scale_rows


def fit_lda(
    counts: Matrix, units: pd.Index, terms: pd.Index, *, n_topics: int, max_iter: int = 100, seed: int
) -> Topics:
    """
    Fit latent Dirichlet allocation to counts (Blei, Ng & Jordan 2003; scikit-learn's, its priors 1 / `n_topics`).

    It makes `max_iter` passes over the units (10 in small batches from 50,000 units on). The result depends on the
    seed: compare several. Units without a term have no topic, though all topics are equally likely there by the model.

    Parameters
    ----------
    counts : array or sparse matrix (n_units, n_terms) of counts, not TF-IDF

    Returns
    -------
    Topics, ids as in `analysis.topics.models.fit_topics`

    Raises
    ------
    InputError : if the matrix does not have a row per unit and a column per term, or holds too little for `n_topics`
    """
    check_shape(counts, units, terms)
    check_size("n_topics", n_topics, counts.shape)
    many = counts.shape[0] >= MANY_UNITS
    way = {"learning_method": "online", "max_iter": min(max_iter, 10)} if many else {"max_iter": max_iter}
    model = LatentDirichletAllocation(n_topics, batch_size=4096, random_state=seed, **way)
    with one_thread():
        weights = model.fit_transform(counts)
    weights = weights * (np.asarray(counts.sum(axis=1)).reshape(-1, 1) > 0)
    components = scale_rows(model.components_)
    order = canonical_order(weights, components)
    solver = f"LatentDirichletAllocation ({model.learning_method})"
    about = {"model": "LDA", "solver": solver, "seed": seed, "n_iter": int(model.n_iter_)}
    return arrange_topics(components[order], weights[:, order], units, terms, number_topics(n_topics), about)
