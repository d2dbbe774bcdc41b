"""
Stability of topics under resampled sections and random initial values, its null distribution, and the choice of k.

A stability says nothing by itself. Models of a text and of four fifths of it share noise as well as topics, and a few
frequent terms come first in the topics of any model, so that a text whose words were permuted agrees with most of
itself, too. `measure_null_stability` measures that; only what lies above it is evidence of topics.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy import sparse
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import normalize

from analysis.inputs import InputError, check_at_least, check_choice, check_level
from analysis.stats.permutation import p_value
from analysis.stats.proportions import ROUNDING
from analysis.topics.alignment import compare_topics, matched_similarity, measure_agreement
from analysis.topics.refits import Fitter, Model, main_topics, number_blocks, refit, topic_shares

# The rule of `choose_k`, fixed before any result was looked at.
NEAR_BEST = 0.9  # of the highest stability under random starts
LEAST_SHARE = 0.05  # of units in which a topic is the main one
LEAST_BLOCKS = 2  # sections in which it is the main one of some unit
CRITERIA = ["near_best", "large_enough", "spread_enough"]
CURVE_COLUMNS = ["init", "n_topics", "stability", "lowest", "highest", "ari", "smallest_share", "fewest_blocks"]


@dataclass(frozen=True)
class Stability:
    """How far the topics of a reference model agree with those of models of parts of the text."""

    topics: pd.DataFrame  # one row per topic: topic, stability, lowest, highest, matched, share_units, blocks
    resamples: pd.DataFrame  # one row per resample: agreement, ari, share (of units in it)

    @property
    def mean(self) -> float:
        """Mean agreement with the reference over resamples, 0 to 1."""
        return float(self.resamples["agreement"].mean())


def measure_stability(
    X: sparse.csr_array,  # noqa: N803
    blocks: pd.Series,
    fit: Fitter,
    *,
    n_resamples: int = 50,
    share: float = 0.8,
    depth: int = 10,
    threshold: float = 0.0,
    reference: Model | None = None,
    seed: int,
) -> Stability:
    """
    Measure how well models of parts of the text agree with the model of all of it.

    Whole sections are sampled without replacement, a share of all of them, and the model is fitted on each sample
    (Greene, O'Callaghan & Cunningham 2014, who sample single documents: neighbouring paragraphs are too alike for
    that). With random initial values this shows how far topics depend on these and on the sections; with an SVD, on the
    sections only: topics look more stable than they are.

    Resamples run in parallel under `joblib.parallel_config`; the result is the same for any number of processes.

    Parameters
    ----------
    X : sparse array (n_units, n_terms), not negative
    blocks : Series, the section of each unit, in the order of the rows of `X`
    share : share of the sections in a resample, above 0 and below 1; at least one and not all are taken
    depth : number of first terms that are compared
    threshold : float, 0 to 1
        Least similarity at which a topic counts as matched, from `measure_null_threshold`; mean values do not depend
        on it.
    reference : model of all units, optional
        Give the model that is shown, to have the stability of its topics; by default ``fit(X, ·)``.

    Returns
    -------
    Stability
        Per topic ``stability`` (mean average Jaccard similarity to its match, 0 to 1), ``lowest``, ``highest``,
        ``matched`` (share of resamples with a match at the threshold or above), ``share_units`` (in which it is the
        main topic) and ``blocks`` (sections in which it is the main topic of some unit). Per resample ``agreement``
        (mean over topics), ``ari`` (adjusted Rand index of main topics on its units, 1 = the same partition, 0 = as
        chance) and ``share`` (of units in it; sections differ in length).

    Raises
    ------
    InputError : if blocks do not fit the rows, are fewer than 2, or an option is out of range
    """
    codes = number_blocks(X, blocks)
    check_at_least("n_resamples", n_resamples, 1)
    check_level(share)
    first, *seeds = np.random.SeedSequence(seed).spawn(n_resamples + 1)
    reference = refit(fit, X, first) if reference is None else reference
    n_sampled = min(max(1, round(share * (codes.max() + 1))), int(codes.max()))
    resample = delayed(_resample)
    results = Parallel()(resample(X, codes, n_sampled, fit, reference, depth, one) for one in seeds)
    similarity = np.array([result[0] for result in results])
    labels = main_topics(topic_shares(reference))
    numbers = range(len(reference[1]))
    topics = {
        "topic": np.array(numbers),
        "stability": similarity.mean(axis=0),
        "lowest": similarity.min(axis=0),
        "highest": similarity.max(axis=0),
        "matched": ((similarity >= threshold) & (similarity > 0)).mean(axis=0),
        "share_units": [(labels == topic).mean() for topic in numbers],
        "blocks": [len(np.unique(codes[labels == topic])) for topic in numbers],
    }
    resamples = pd.DataFrame([result[1:] for result in results], columns=["agreement", "ari", "share"])
    return Stability(pd.DataFrame(topics), resamples)


def shuffle_terms(X: sparse.csr_array, seed: int | np.random.SeedSequence) -> sparse.csr_array:  # noqa: N803
    """
    Permute the rows of the entries of a matrix (n_units, n_terms): a text without topics.

    Units keep about their number of terms and terms their weights, but no two terms belong together any more. Where all
    rows had length 1 (TF-IDF), they have it again. Entries of one term that fall into one unit are added up.
    """
    entries = sparse.coo_array(X)
    rows = np.random.default_rng(seed).permutation(entries.row)
    permuted = sparse.coo_array((entries.data, (rows, entries.col)), shape=X.shape).tocsr()
    lengths = np.sqrt(X.multiply(X).sum(axis=1))
    return normalize(permuted) if np.allclose(lengths[lengths > 0], 1) else permuted


def measure_null_threshold(
    X: sparse.csr_array,  # noqa: N803
    fit: Fitter,
    *,
    n_draws: int = 20,
    depth: int = 10,
    quantile: float = 0.95,
    seed: int,
) -> float:
    """
    Measure the similarity that unrelated topics reach when they are matched, 0 to 1: below it is no match.

    The quantile of the similarities of matched topics between models of two texts whose rows were permuted separately
    (`shuffle_terms`), over all topics and `n_draws` pairs. It decides whether two topics are the same; whether a topic
    is stable is decided by `measure_null_stability`.

    Raises
    ------
    InputError : if `n_draws` is below 1 or `quantile` not between 0 and 1
    """
    check_at_least("n_draws", n_draws, 1)
    check_level(quantile)
    seeds = np.random.SeedSequence(seed).spawn(n_draws)
    similarities = Parallel()(delayed(_match_shuffled)(X, fit, depth, one) for one in seeds)
    return float(np.quantile(np.concatenate(similarities), quantile))


def measure_null_stability(
    X: sparse.csr_array,  # noqa: N803
    blocks: pd.Series,
    fit: Fitter,
    *,
    n_draws: int = 19,
    reference_fit: Fitter | None = None,
    seed: int,
    **options: Any,
) -> pd.DataFrame:
    """
    Measure the stability of topics of texts without topics, `n_draws` of them (`shuffle_terms`).

    Its mean per number of topics is the floor of a stability curve; `compute_p_values` compares single topics with it.

    Parameters
    ----------
    X, blocks, fit : as in `measure_stability`
    reference_fit : the fitter of the shown model, where `measure_stability` was given one as its reference: each
        permuted text then gets its own by it
    options : those of `measure_stability`, which must be the ones of the measurement compared with

    Returns
    -------
    DataFrame, one row per draw and topic: ``draw`` and the columns of `Stability.topics`

    Raises
    ------
    InputError : as in `measure_stability`, or if `n_draws` is below 1 or a reference is given
    """
    check_at_least("n_draws", n_draws, 1)
    if options.get("reference") is not None:
        raise InputError(
            "reference", "a model", allowed="none: each shuffled text has its own", remedy="Give reference_fit."
        )
    tables = []
    for draw, start in enumerate(np.random.SeedSequence(seed).spawn(n_draws)):
        shuffled = shuffle_terms(X, start)
        reference = refit(reference_fit, shuffled, start) if reference_fit else None
        options |= {"reference": reference, "seed": int(start.generate_state(1)[0])}
        tables.append(measure_stability(shuffled, blocks, fit, **options).topics.assign(draw=draw))
    table = pd.concat(tables, ignore_index=True)
    return table[["draw", *table.columns.drop("draw")]]


def compute_p_values(topics: pd.DataFrame, null: pd.DataFrame) -> pd.Series:
    r"""
    The probability that a text without topics has any topic as stable as this one: small = more stable than chance.

    :math:`p = (1 + n_{\ge}) / (n + 1)`, from the n permuted texts and those among them whose most stable topic is at
    least as stable. Because the most stable topic counts, 5 % is the chance that any topic of a permuted text is
    called stable; it takes 19 draws or more to get there.

    Parameters
    ----------
    topics : DataFrame, `Stability.topics`
    null : DataFrame from `measure_null_stability`, for as many topics, resamples and as large a share

    Returns
    -------
    Series ``p``, index that of `topics`; above 0, to 1

    Examples
    --------
    >>> null = pd.DataFrame({"draw": [0, 0, 1, 1], "stability": [0.3, 0.6, 0.5, 0.4]})
    >>> compute_p_values(pd.DataFrame({"stability": [0.9, 0.55]}), null).round(3).tolist()
    [0.333, 0.667]
    """
    highest = null.groupby("draw")["stability"].max().to_numpy()
    return pd.Series(p_value(highest[:, None], topics["stability"]), index=topics.index, name="p")


def measure_stability_curve(
    X: sparse.csr_array,  # noqa: N803
    blocks: pd.Series,
    make_fitter: Callable[[int, Any], Fitter],
    n_topics: Iterable[int],
    *,
    inits: Iterable[str] = ("random", "nndsvd"),
    n_starts: int = 1,
    seed: int,
    **options: Any,
) -> pd.DataFrame:
    """
    `measure_stability` for every number of topics and every kind of initial values: what `choose_k` reads.

    With random initial values the reference is itself one of many, and in short texts the curve depends on which:
    measure it from several, and look at the same curve of `shuffle_terms` before reading anything into its shape.

    Parameters
    ----------
    X, blocks : as in `measure_stability`
    make_fitter : function of a number of topics and a name of `inits`, such as `analysis.topics.refits.make_fitter`
    n_starts : number of references, each with its own resamples, over which values are pooled
    options : those of `measure_stability`; all rows share their resamples of sections

    Returns
    -------
    DataFrame, one row per init and number of topics
        ``init``, ``n_topics``, ``stability`` (mean agreement, 0 to 1), ``lowest``, ``highest`` (over resamples),
        ``ari`` (mean), ``smallest_share``, ``fewest_blocks`` (of the first reference's topics, the least).

    Raises
    ------
    InputError : as in `measure_stability`, or if `n_starts` is below 1
    """
    check_at_least("n_starts", n_starts, 1)
    seeds = [seed, *(int(one) for one in np.random.SeedSequence(seed).generate_state(n_starts - 1))]
    rows = []
    for init, k in product(inits, n_topics):
        measured = [measure_stability(X, blocks, make_fitter(k, init), seed=one, **options) for one in seeds]
        resamples, topics = pd.concat([one.resamples for one in measured]), measured[0].topics
        agreements = resamples["agreement"]
        row = {"init": init, "n_topics": k, "stability": agreements.mean()}
        row |= {"lowest": agreements.min(), "highest": agreements.max(), "ari": resamples["ari"].mean()}
        row |= {"smallest_share": topics["share_units"].min(), "fewest_blocks": topics["blocks"].min()}
        rows.append(row)
    return pd.DataFrame(rows, columns=CURVE_COLUMNS)


@dataclass(frozen=True)
class Choice:
    """The number of topics that was chosen, and by which criteria."""

    n_topics: int
    by_rule: bool  # False: no number satisfies the rule, this is the most stable one
    candidates: pd.DataFrame  # one row per number: n_topics, stability, near_best, large_enough, spread_enough


def choose_k(table: pd.DataFrame, *, stability: str = "random", shown: str = "nndsvd") -> Choice:
    """
    Choose the number of topics, by a rule that was written before any result was looked at.

    The largest k whose stability with random initial values is at least 90 % of the highest one (over the k of the
    table), and in whose shown model every topic is the main one of at least 5 % of units and in at least 2 sections. If
    there is none, the k of highest stability with random initial values (the smallest among equals), and ``by_rule`` is
    False: say so wherever the number is used. The rule chooses the finest partition that is about as stable as any; it
    does not say that the topics are stable, nor that this many exist.

    Parameters
    ----------
    table : DataFrame from `measure_stability_curve`; without rows, the number is 0, and not by the rule
    stability, shown : values of ``init``: whose stability counts, and whose model is shown

    Raises
    ------
    InputError : if the table has no rows of `stability` or `shown`

    Examples
    --------
    >>> table = pd.DataFrame({"init": "random", "n_topics": [3, 4, 5], "stability": [0.5, 0.48, 0.3],
    ...                       "smallest_share": 0.1, "fewest_blocks": 4})
    >>> choose_k(table, shown="random").n_topics
    4
    """
    if table.empty:
        return Choice(0, False, pd.DataFrame(columns=["n_topics", "stability", *CRITERIA]))
    for name in (stability, shown):
        check_choice(name, "init", sorted(set(table["init"])))
    curve = table[table["init"] == stability].set_index("n_topics")["stability"].sort_index()
    model = table[table["init"] == shown].set_index("n_topics").loc[curve.index]
    criteria = pd.DataFrame(
        {
            "stability": curve,
            "near_best": curve >= NEAR_BEST * curve.max() - ROUNDING,
            "large_enough": model["smallest_share"] >= LEAST_SHARE - ROUNDING,
            "spread_enough": model["fewest_blocks"] >= LEAST_BLOCKS,
        }
    )
    good = criteria.index[criteria[CRITERIA].all(axis=1)]
    k = good.max() if len(good) else curve.idxmax()
    return Choice(int(k), len(good) > 0, criteria.reset_index())


def _match_shuffled(X: sparse.csr_array, fit: Fitter, depth: int, seed: np.random.SeedSequence) -> np.ndarray:  # noqa: N803
    """Similarities of the matched topics of two texts without topics."""
    left, right = (refit(fit, shuffle_terms(X, part), part)[1] for part in seed.spawn(2))
    return matched_similarity(compare_topics(left, right, depth))


def _resample(
    X: sparse.csr_array,  # noqa: N803
    codes: np.ndarray,
    n_sampled: int,
    fit: Fitter,
    reference: Model,
    depth: int,
    seed: np.random.SeedSequence,
) -> tuple[np.ndarray, float, float, float]:
    """Similarity of each reference topic to its match in a model of some sections; agreement, ARI, share of units."""
    sampled = np.random.default_rng(seed).permutation(codes.max() + 1)[:n_sampled]
    rows = np.flatnonzero(np.isin(codes, sampled))
    model = refit(fit, X[rows], seed)
    similarity = compare_topics(reference[1], model[1], depth)
    labels = np.array([main_topics(topic_shares(reference))[rows], main_topics(topic_shares(model))])
    ari = adjusted_rand_score(*labels[:, (labels >= 0).all(axis=0)])
    return matched_similarity(similarity), measure_agreement(similarity), ari, len(rows) / len(codes)
