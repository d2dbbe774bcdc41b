"""
Whether topics are found again: by other starts, on other sections, and how many of them that leaves.

A stability says nothing by itself. Models of a text and of four fifths of it share noise as well as topics, and a few
frequent terms head the topics of any model, so that also a text whose words were shuffled agrees with most of itself.
`null_stability` measures that; only what lies above it speaks for topics.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import normalize

from analysis.inputs import InputError, check_at_least, check_choice, check_level
from analysis.stats.permutation import p_value
from analysis.stats.proportions import ROUNDING
from analysis.topics.alignment import Fit, Model, find_again, fit_once, number_blocks, run_tasks, topic_shares

# The rule of `choose_k`, fixed before any result was looked at.
NEAR_BEST = 0.9  # of the highest stability under random starts
LEAST_SHARE = 0.05  # of units in which a topic is the main one
LEAST_BLOCKS = 2  # sections in which it is the main one of some unit


@dataclass(frozen=True)
class Stability:
    """How far the topics of a reference model are found again in parts of the text."""

    topics: pd.DataFrame  # one row per topic: topic, stability, lowest, highest, matched, share_units, blocks
    resamples: pd.DataFrame  # one row per resample: agreement, ari, share (of units drawn)

    @property
    def mean(self) -> float:
        """Mean agreement with the reference over resamples, 0 to 1."""
        return float(self.resamples["agreement"].mean())


def measure_stability(
    X: sparse.csr_array,  # noqa: N803
    blocks: pd.Series,
    fit: Fit,
    *,
    n_resamples: int = 50,
    share: float = 0.8,
    depth: int = 10,
    threshold: float = 0.0,
    reference: Model | None = None,
    seed: int,
    n_jobs: int | None = None,
) -> Stability:
    """
    How well models of parts of the text agree with the model of all of it.

    Whole sections are drawn without replacement, a share of all of them, and the model is fitted on each draw
    (Greene, O'Callaghan & Cunningham 2014, who draw single documents: neighbouring paragraphs are too alike for that).
    A fit that starts at random shows how far topics depend on the start and the sections, one that starts from an SVD
    only how far on the sections: it looks more stable than the topics are.

    Parameters
    ----------
    X : sparse array, units x terms
    blocks : Series, the section of each unit, in the order of the rows of `X`
    threshold : float
        Least similarity at which a topic counts as found again, from `null_threshold`; mean values do not depend on it.
    reference : model of all units, optional
        Give the model that is shown, to have the stability of its topics; by default ``fit(X, ·)``.
    n_jobs : int, optional
        Processes (joblib); the result is the same for any number.

    Returns
    -------
    Stability
        Per topic ``stability`` (mean average Jaccard with its match, 0 to 1), ``lowest``, ``highest``, ``matched``
        (share of resamples with a match at the threshold or above), ``share_units`` (in which it is the main topic) and
        ``blocks`` (sections in which it is the main topic of some unit). Per resample ``agreement`` (mean over
        topics), ``ari`` (adjusted Rand index of main topics on the units drawn, 1 = the same partition, 0 = as chance)
        and ``share`` (of units drawn; sections differ in length).

    Raises
    ------
    InputError : if blocks do not fit the rows, are fewer than 2, or an option is out of range
    """
    codes = number_blocks(X, blocks)
    check_at_least("n_resamples", n_resamples, 1)
    check_level(share)
    first, *rest = np.random.SeedSequence(seed).spawn(n_resamples + 1)
    reference = fit_once(fit, X, first) if reference is None else reference
    n_drawn = min(max(1, round(share * (codes.max() + 1))), int(codes.max()))
    tasks = [(X, codes, n_drawn, fit, reference, depth, one) for one in rest]
    found = run_tasks(_resample, tasks, n_jobs)
    similarity = np.array([one[0] for one in found])
    main = topic_shares(reference)
    label = _main_topics(main)
    n_topics = main.shape[1]
    topics = {
        "topic": np.arange(n_topics),
        "stability": similarity.mean(axis=0),
        "lowest": similarity.min(axis=0),
        "highest": similarity.max(axis=0),
        "matched": ((similarity >= threshold) & (similarity > 0)).mean(axis=0),
        "share_units": [(label == topic).mean() for topic in range(n_topics)],
        "blocks": [len(np.unique(codes[label == topic])) for topic in range(n_topics)],
    }
    resamples = pd.DataFrame([one[1:] for one in found], columns=["agreement", "ari", "share"])
    return Stability(pd.DataFrame(topics), resamples)


def shuffle_terms(X: sparse.csr_array, seed: int | np.random.SeedSequence) -> sparse.csr_array:  # noqa: N803
    """
    A text without topics: the entries of the matrix dealt anew over its units.

    Units keep about their number of terms and terms their weights, but no two terms belong together any more. Where all
    rows had length 1 (TF-IDF), they have it again. Entries of one term that fall into one unit are added up.
    """
    entries = sparse.coo_array(X)
    rows = np.random.default_rng(seed).permutation(entries.row)
    dealt = sparse.coo_array((entries.data, (rows, entries.col)), shape=X.shape).tocsr()
    lengths = np.sqrt(X.multiply(X).sum(axis=1))
    return normalize(dealt) if np.allclose(lengths[lengths > 0], 1) else dealt


def null_threshold(
    X: sparse.csr_array,  # noqa: N803
    fit: Fit,
    *,
    n_draws: int = 20,
    depth: int = 10,
    quantile: float = 0.95,
    seed: int,
    n_jobs: int | None = None,
) -> float:
    """
    The similarity that unrelated topics reach when they are matched: below it is no match.

    The quantile of the matched average Jaccard between models of two texts whose terms were shuffled separately
    (`shuffle_terms`), over all topics and `n_draws` pairs. It tells whether two topics are the same; whether a topic is
    stable is told by `null_stability`.
    """
    check_at_least("n_draws", n_draws, 1)
    check_level(quantile)
    tasks = [(X, fit, depth, one) for one in np.random.SeedSequence(seed).spawn(n_draws)]
    return float(np.quantile(np.concatenate(run_tasks(_match_shuffled, tasks, n_jobs)), quantile))


def null_stability(
    X: sparse.csr_array,  # noqa: N803
    blocks: pd.Series,
    fit: Fit,
    *,
    n_draws: int = 19,
    reference_fit: Fit | None = None,
    seed: int,
    **options: Any,
) -> pd.DataFrame:
    """
    What `measure_stability` gives on texts without topics, `n_draws` of them (`shuffle_terms`).

    Its mean per number of topics is the floor of a stability curve; `chance_of` compares single topics with it.

    Parameters
    ----------
    reference_fit : the fit of the shown model, where `measure_stability` was given one as its reference: each shuffled
        text then gets its own by it
    options : those of `measure_stability`, which must be the ones of the measurement compared with

    Returns
    -------
    DataFrame, one row per draw and topic: ``draw`` and the columns of `Stability.topics`
    """
    check_at_least("n_draws", n_draws, 1)
    if options.get("reference") is not None:
        raise InputError(
            "reference", "a model", allowed="none: each shuffled text has its own", remedy="Give reference_fit."
        )
    tables = []
    for draw, one in enumerate(np.random.SeedSequence(seed).spawn(n_draws)):
        text, start = shuffle_terms(X, one), int(one.generate_state(1)[0])
        reference = fit_once(reference_fit, text, one) if reference_fit else None
        topics = measure_stability(text, blocks, fit, **{**options, "reference": reference}, seed=start).topics
        tables.append(topics.assign(draw=draw))
    table = pd.concat(tables, ignore_index=True)
    return table[["draw", *table.columns.drop("draw")]]


def chance_of(topics: pd.DataFrame, null: pd.DataFrame) -> pd.Series:
    r"""
    How likely a text without topics has any topic as stable as this one: small = more stable than chance.

    :math:`p = (1 + n_{\ge}) / (n + 1)`, from the n shuffled texts and those among them whose most stable topic is at
    least as stable. Because the most stable topic counts, 5 % is the chance that any topic of a shuffled text is
    marked; it takes 19 draws or more to get there.

    Parameters
    ----------
    topics : DataFrame, `Stability.topics`
    null : DataFrame from `null_stability`, for as many topics, resamples and as large a share

    Examples
    --------
    >>> null = pd.DataFrame({"draw": [0, 0, 1, 1], "stability": [0.3, 0.6, 0.5, 0.4]})
    >>> chance_of(pd.DataFrame({"stability": [0.9, 0.55]}), null).round(3).tolist()
    [0.333, 0.667]
    """
    highest = null.groupby("draw")["stability"].max().to_numpy()
    return pd.Series(p_value(highest[:, None], topics["stability"]), index=topics.index, name="p")


def stability_curve(
    X: sparse.csr_array,  # noqa: N803
    blocks: pd.Series,
    make_fit: Callable[[int, str], Fit],
    n_topics: Iterable[int],
    *,
    inits: Iterable[str] = ("random", "nndsvd"),
    n_starts: int = 1,
    seed: int,
    **options: Any,
) -> pd.DataFrame:
    """
    `measure_stability` for every number of topics and every way to start: what `choose_k` reads.

    Under random starts the reference is itself one of many, and in short texts the curve depends on which: measure it
    from several, and look at the same curve of `shuffle_terms` before reading anything into its shape.

    Parameters
    ----------
    make_fit : function of a number of topics and a name of `inits`, giving the fit
    n_starts : how many references, each with its own resamples, are measured and pooled
    options : those of `measure_stability`; all rows share their draws of sections

    Returns
    -------
    DataFrame, one row per init and number of topics
        ``init``, ``n_topics``, ``stability`` (mean agreement), ``lowest``, ``highest`` (over resamples), ``ari``
        (mean), ``smallest_share``, ``fewest_blocks`` (of the first reference's topics, the least).
    """
    check_at_least("n_starts", n_starts, 1)
    seeds = [seed, *(int(one) for one in np.random.SeedSequence(seed).generate_state(n_starts - 1))]
    rows = []
    for init, k in product(inits, n_topics):
        found = [measure_stability(X, blocks, make_fit(k, init), seed=one, **options) for one in seeds]
        resamples, topics = pd.concat([one.resamples for one in found]), found[0].topics
        agreements = resamples["agreement"]
        row = {"init": init, "n_topics": k, "stability": agreements.mean()}
        row |= {"lowest": agreements.min(), "highest": agreements.max(), "ari": resamples["ari"].mean()}
        row |= {"smallest_share": topics["share_units"].min(), "fewest_blocks": topics["blocks"].min()}
        rows.append(row)
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class Choice:
    """A number of topics, and why."""

    n_topics: int
    by_rule: bool  # False: no number met the rule, this is the most stable one
    candidates: pd.DataFrame  # one row per number: n_topics, stability, near_best, large_enough, spread_enough


def choose_k(table: pd.DataFrame, *, stability: str = "random", shown: str = "nndsvd") -> Choice:
    """
    The number of topics, by a rule that was written before any result was looked at.

    The largest k whose stability under random starts is at least 90 % of the highest one (over the k of the table),
    and in whose shown model every topic is the main one of at least 5 % of units and in at least 2 sections. If no k
    is such, the k of highest stability under random starts (the smallest among equals), and ``by_rule`` is False: say
    so wherever the number is used. The rule picks the finest picture that is about as stable as any; it does not say
    that the topics are stable, nor that this many exist.

    Parameters
    ----------
    table : DataFrame from `stability_curve`
    stability, shown : values of ``init``: whose stability counts, and whose model is shown

    Examples
    --------
    >>> table = pd.DataFrame({"init": "random", "n_topics": [3, 4, 5], "stability": [0.5, 0.48, 0.3],
    ...                       "smallest_share": 0.1, "fewest_blocks": 4})
    >>> choose_k(table, shown="random").n_topics
    4
    """
    for name in (stability, shown):
        check_choice(name, "init", sorted(set(table["init"])))
    curve = table[table["init"] == stability].set_index("n_topics")["stability"].sort_index()
    model = table[table["init"] == shown].set_index("n_topics").loc[curve.index]
    met = pd.DataFrame(
        {
            "stability": curve,
            "near_best": curve >= NEAR_BEST * curve.max() - ROUNDING,
            "large_enough": model["smallest_share"] >= LEAST_SHARE - ROUNDING,
            "spread_enough": model["fewest_blocks"] >= LEAST_BLOCKS,
        }
    )
    good = met.index[met[["near_best", "large_enough", "spread_enough"]].all(axis=1)]
    k = good.max() if len(good) else curve.idxmax()
    return Choice(int(k), len(good) > 0, met.reset_index())


def _match_shuffled(X: sparse.csr_array, fit: Fit, depth: int, seed: np.random.SeedSequence) -> np.ndarray:  # noqa: N803
    """Similarity of the matched topics of two texts without topics."""
    one, other = (fit_once(fit, shuffle_terms(X, part), part)[1] for part in seed.spawn(2))
    return find_again(one, other, depth)[0]


def _main_topics(shares: np.ndarray) -> np.ndarray:
    """The topic with the largest share of each unit; −1 for a unit without a known word."""
    return np.where(shares.sum(axis=1) > 0, shares.argmax(axis=1), -1)


def _resample(
    X: sparse.csr_array,  # noqa: N803
    codes: np.ndarray,
    n_drawn: int,
    fit: Fit,
    reference: Model,
    depth: int,
    seed: np.random.SeedSequence,
) -> tuple[np.ndarray, float, float, float]:
    """Similarity of each reference topic to its match in a model of some sections; agreement, ARI, share of units."""
    drawn = np.random.default_rng(seed).permutation(codes.max() + 1)[:n_drawn]
    rows = np.flatnonzero(np.isin(codes, drawn))
    model = fit_once(fit, X[rows], seed)
    matched, _ = find_again(reference[1], model[1], depth)
    labels = np.array([_main_topics(topic_shares(reference))[rows], _main_topics(topic_shares(model))])
    ari = adjusted_rand_score(*labels[:, (labels >= 0).all(axis=0)])
    return matched, matched.sum() / max(len(reference[1]), len(model[1])), ari, len(rows) / len(codes)
