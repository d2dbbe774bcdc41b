"""The study's topics: the texts prepared, the number of topics chosen, topics judged and held against the themes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.corpus import counts as terms
from analysis.corpus.tokens import tokenize
from analysis.stats.bootstrap import make_blocks
from analysis.study import Study
from analysis.themes import attention
from analysis.themes.dictionary import match_terms
from analysis.topics import coherence, models, stability
from analysis.topics.alignment import Fit, Model, align, average_jaccard, rank_terms
from analysis.topics.dynamic import fit_dynamic
from analysis.topics.estimators import TopicNMF
from analysis.topics.prevalence import refit_shares

# A topic is called stable when texts whose words were shuffled have one as stable in at most so many of 100 cases.
# (First it was to be found again in four fifths of the resamples; but a third of the topics of shuffled words pass
# that: models of overlapping texts share noise as well as topics.)
CHANCE = 0.05


@dataclass(frozen=True)
class Material:
    """The texts as topic models see them."""

    counts: terms.Counts  # of the terms that are left
    weights: sparse.csr_array  # (n_units, n_terms), what the models read
    documents: pd.Series  # text of each unit, index the units
    sections: pd.Series  # section of each unit, index the units
    forms: Mapping[str, str]  # term to the form that is shown


@dataclass(frozen=True)
class Judged:
    """Topics, and what they are worth."""

    topics: models.Topics
    table: pd.DataFrame  # one row per topic: topic, share, stability, chance (p), npmi, unstable
    shares: pd.DataFrame  # one row per topic and text: share, low, high, se
    floor: float  # mean stability of topics of shuffled words


def prepare_texts(
    here: Study,
    *,
    unit: Literal["paragraph", "sentence"] = "paragraph",
    weighting: Literal["tfidf", "count"] = "tfidf",
    compounds: bool = False,
    institution_words: bool = False,
    min_units: int = 2,
) -> Material:
    """Count and weigh the terms of all texts, one vocabulary for all, in paragraphs or sentences."""
    sentences = here.corpus.sentences
    options = {"compounds": compounds, "institution_words": institution_words}
    counts = terms.count_text(sentences, here.languages, unit=unit, **options)
    counts = terms.prune(counts, min_units=min_units)
    first = terms.first_sentences(sentences, counts)
    words = terms.list_words(sentences, here.languages, institution_words=institution_words)
    forms = {**{term: term for term in counts.terms}, **terms.show_forms(words)}
    blocks = make_blocks(here.corpus.paragraphs.set_index("paragraph_id"))
    first_blocks = first["paragraph_id"].map(blocks)
    return Material(counts, terms.weigh(counts, weighting), first["doc_id"], first_blocks, forms)


def make_fit(n_topics: int, init: str) -> Fit:
    """
    The joint NMF as a function of a matrix and a seed, for `analysis.topics.stability`.

    Hundreds of models are fitted on resamples, so these end where scikit-learn's own would (tolerance 1e-4, 200
    iterations); the model that is shown is fitted to the end.
    """

    def fit(X: sparse.csr_array, seed: int) -> Model:  # noqa: N803
        model = TopicNMF(n_topics, init=init, max_iter=200, tol=1e-4, random_state=seed)  # type: ignore[arg-type]
        weights = model.fit_transform(X)
        return weights, model.components_

    return fit


def compare_numbers(
    material: Material, numbers: range, *, n_resamples: int, n_starts: int = 6, seed: int
) -> pd.DataFrame:
    """
    Stability, coherence and fit for each number of topics, and the stability of topics of shuffled words.

    Parameters
    ----------
    n_resamples : resamples of sections for the model that begins at the SVD, and for shuffled words
    n_starts : reference models with a random start, each with two resamples: how stable topics look hangs more on the
        reference than on the resamples

    Returns
    -------
    DataFrame from `analysis.topics.stability.stability_curve`, ``init`` also ``shuffled`` (random start, words dealt
    anew over the units: the floor), with ``npmi`` (mean over topics, on these texts) and ``error`` (reconstruction
    error, relative: 0 = perfect, 1 = nothing explained) of the model that begins at the SVD
    """
    shuffled = stability.shuffle_terms(material.weights, np.random.SeedSequence(seed))

    def curve_of(text: sparse.csr_array, init: str, **options: int) -> pd.DataFrame:
        return stability.stability_curve(text, material.sections, make_fit, numbers, inits=[init], seed=seed, **options)

    random = curve_of(material.weights, "random", n_starts=n_starts, n_resamples=2)
    svd = curve_of(material.weights, "nndsvd", n_resamples=n_resamples)
    floor = curve_of(shuffled, "random", n_resamples=n_resamples).assign(init="shuffled")
    curve = pd.concat([random, svd, floor], ignore_index=True)
    found = {k: _fit(material, k, seed) for k in numbers}
    whole = np.sqrt((material.weights.data**2).sum())
    npmi = {k: coherence.npmi(material.counts, models.list_top_terms(one.terms)).mean() for k, one in found.items()}
    error = {k: one.about["reconstruction_error"] / whole for k, one in found.items()}
    return curve.assign(npmi=curve["n_topics"].map(npmi), error=curve["n_topics"].map(error))


def _fit(material: Material, n_topics: int, seed: int) -> models.Topics:
    units, vocabulary = material.counts.units, material.counts.terms
    return models.fit_topics(material.weights, units, vocabulary, n_topics=n_topics, seed=seed)


def find_topics(
    material: Material, n_topics: int, *, n_resamples: int, n_shuffles: int = 19, n_draws: int, seed: int
) -> Judged:
    """
    The joint topics of all texts, each with its stability under random starts, and its share of each text.

    Parameters
    ----------
    n_resamples : resamples of sections behind each stability
    n_shuffles : texts of shuffled words that stability is compared with; fewer than 19 can call no topic stable
    n_draws : refitted models behind each interval
    """
    found = _fit(material, n_topics, seed)
    reference = (found.units.to_numpy(), found.terms.to_numpy())
    random, svd = make_fit(n_topics, "random"), make_fit(n_topics, "nndsvd")
    data = (material.weights, material.sections)
    measured = stability.measure_stability(*data, random, n_resamples=n_resamples, reference=reference, seed=seed)
    options: dict[str, Any] = {"reference_fit": svd, "n_resamples": n_resamples, "seed": seed}
    null = stability.null_stability(*data, random, n_draws=n_shuffles, **options)
    chance = stability.chance_of(measured.topics, null)
    # every refitted model counts, each topic by the nearest one: leaving out draws in which it was not found again
    # would make the intervals of the loosest topics the narrowest
    draws: dict[str, Any] = {"n_draws": n_draws, "reference": reference, "seed": seed}
    shares = refit_shares(material.weights, material.documents, material.sections, svd, **draws)
    shares["topic"] = found.terms.index[shares["topic"]]
    table = pd.DataFrame(
        {
            "topic": found.terms.index,
            "share": found.units.mean().to_numpy(),
            "stability": measured.topics["stability"].to_numpy(),
            "chance": chance.to_numpy(),
            "npmi": coherence.npmi(material.counts, models.list_top_terms(found.terms)).to_numpy(),
            "unstable": (chance > CHANCE).to_numpy(),
        }
    )
    return Judged(found, table, shares, float(null["stability"].mean()))


def guide_topics(here: Study, material: Material, *, n_free: int, weight: float, seed: int) -> models.Topics:
    """Topics that begin at the declared themes, with free ones beside them; a theme without a term is left out."""
    units, vocabulary = material.counts.units, material.counts.terms
    seeds = models.list_seeds(here.themes, vocabulary, here.themes.declared)
    seeds = {theme: words for theme, words in seeds.items() if len(words)}
    return models.fit_guided(material.weights, units, vocabulary, seeds, n_free=n_free, weight=weight, seed=seed)


def match_declared(here: Study, material: Material, found: models.Topics) -> pd.DataFrame:
    """Rank correlation of each topic with each declared theme, over units: `analysis.topics.coherence.match_themes`."""
    marks = attention.mark_units(here.hits, pd.Series(material.counts.units), here.themes.declared)
    return coherence.match_themes(found.units, marks)


def compare_wording(material: Material, found: models.Topics, documents: list[str], *, n: int = 6) -> pd.DataFrame:
    """
    The first words of each topic in each text, the topic's weights in the units fixed
    (`analysis.topics.models.word_topics`).

    Returns
    -------
    DataFrame, one row per topic: ``topic`` and one column per text, terms joined by ``; ``, empty where the text does
    not speak of the topic
    """
    worded = models.word_topics(material.weights, found, material.documents)
    table = pd.DataFrame({"topic": found.terms.index})
    for text in documents:
        top = models.list_top_terms(worded[text], n=n)
        table[text] = ["; ".join(word for word in row if isinstance(word, str)) for row in top.to_numpy()]
    return table


def align_texts(material: Material, found: models.Topics, *, seed: int) -> pd.DataFrame:
    """
    Whether each text by itself gives the topics of all: its own (`analysis.topics.dynamic.fit_dynamic`) held against
    them.

    Returns
    -------
    DataFrame, one row per text and joint topic
        ``text``, ``topic``, ``own`` (the matching topic of the text, empty where none is more alike than topics of
        separately shuffled texts are), ``similarity`` (average Jaccard of the top ten words, 0 to 1), ``split`` (the
        topic resembles several of the text's own), ``merged`` (its match resembles several joint topics), ``linked``
        (the topic through all texts that the two-layer model puts the match into).
    """
    k, units, vocabulary = len(found.terms), material.counts.units, material.counts.terms
    layered = fit_dynamic(
        material.weights, units, vocabulary, material.documents, n_topics=k, n_window_topics=k, seed=seed
    )
    threshold = stability.null_threshold(material.weights, make_fit(k, "nndsvd"), n_draws=10, seed=seed)
    joint, rows = rank_terms(found.terms.to_numpy()), []
    for text, own in layered.windows.groupby("window", sort=False):
        alignment = align(
            average_jaccard(joint, rank_terms(layered.terms.loc[own["window_topic"]].to_numpy())), threshold
        )
        for pair in alignment.pairs.itertuples():
            match = own.iloc[pair.right] if pair.right >= 0 else None
            split = pair.left in set(alignment.splits["left"])
            merged = pair.right in set(alignment.merges["right"])
            named = ("", "") if match is None else (match["window_topic"], match["topic"])
            rows.append((text, found.terms.index[pair.left], named[0], pair.similarity, split, merged, named[1]))
    return pd.DataFrame(rows, columns=["text", "topic", "own", "similarity", "split", "merged", "linked"])


def suggest_words(here: Study, material: Material, found: models.Topics, matches: pd.DataFrame) -> pd.DataFrame:
    """
    Words of the topics that recover a declared theme which its dictionary lacks
    (`analysis.topics.coherence.added_words`).

    A topic recovers a theme when each agrees best with the other.
    """
    mutual = matches[matches["best_theme"] & matches["best_topic"]]
    recovered = dict(zip(mutual["theme"], mutual["topic"], strict=True))

    def themes_of(term: str) -> set[str]:
        return {match.term.theme for match in match_terms(tokenize(material.forms[term]), here.themes)}

    added = coherence.added_words(found.terms, recovered, themes_of)
    return added.assign(word=added["term"].map(material.forms))


def find_passages(here: Study, material: Material, found: models.Topics, *, n_terms: int = 10) -> pd.DataFrame:
    """
    For each topic and text the unit that has most of it: the topic's top terms in it, as hits to be marked.

    Returns
    -------
    DataFrame, one row per marked word, with the columns that `analysis.study.list_passages` reads
    """
    words = terms.list_words(here.corpus.sentences, here.languages, institution_words=True)
    unit = str(material.counts.units.name)
    chosen = []
    for topic in found.terms.index:
        top = models.list_top_terms(found.terms.loc[[topic]], n=n_terms).to_numpy().ravel()
        share = found.units[topic].groupby(material.documents.to_numpy(), sort=False)
        best = share.idxmax()[share.max() > 0]
        chosen.append(words[words[unit].isin(best) & words["lemma"].isin(top)])
    return pd.concat(chosen).drop_duplicates(["sentence_id", "start", "end"]).sort_index()
