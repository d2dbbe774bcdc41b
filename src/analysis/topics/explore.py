"""The study's topics: texts prepared, number of topics chosen, topics scored and compared with the declared themes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.corpus import counts as terms
from analysis.corpus.tokens import tokenize
from analysis.inputs import InputError, check_at_least
from analysis.report.wording import count_noun
from analysis.stats.bootstrap import make_blocks
from analysis.study import Study
from analysis.themes import attention
from analysis.themes.dictionary import match_terms
from analysis.topics import coherence, models, stability
from analysis.topics.alignment import align_topics, compare_topics
from analysis.topics.dynamic import fit_dynamic
from analysis.topics.prevalence import SHARE_COLUMNS, refit_shares
from analysis.topics.refits import make_fitter

# A topic is called stable when at most 5 % of texts whose rows were permuted have a topic as stable. (The first rule
# was a match in four fifths of the resamples; but a third of the topics of permuted texts pass that: models of
# overlapping texts share noise as well as topics.)
CHANCE = 0.05
# A topic is more than one unit, and its words more than one word: `stability.choose_k` asks for two sections.
LEAST_PER_TOPIC = 2
TOPIC_COLUMNS = ["topic", "share", "stability", "chance", "npmi", "unstable"]


@dataclass(frozen=True)
class TopicData:
    """The texts as topic models read them."""

    counts: terms.Counts  # (n_units, n_terms), the terms of the vocabulary
    weights: sparse.csr_array  # (n_units, n_terms), what the models read
    documents: pd.Series  # text of each unit, index the units
    blocks: pd.Series  # what resampling keeps together, index the units: sections, or runs of paragraphs
    forms: Mapping[str, str]  # term to the form that is shown


@dataclass(frozen=True)
class ScoredTopics:
    """Topics with their stability, coherence and shares."""

    topics: models.Topics
    table: pd.DataFrame  # one row per topic: topic, share, stability, chance (p), npmi, unstable
    shares: pd.DataFrame  # one row per topic and text: share, low, high, se
    floor: float  # mean stability of topics of permuted texts

    @property
    def unstable(self) -> list[str]:
        """The topics that permuted texts may have by chance."""
        return list(self.table.loc[self.table["unstable"].astype(bool), "topic"])

    def tabulate_shares(self, documents: Sequence[str]) -> pd.DataFrame:
        """The share of each topic (rows) in each text (columns, in this order), 0 to 1, or missing."""
        return self.shares.pivot(index="topic", columns="doc_id", values="share").reindex(columns=documents)


def prepare_texts(
    study: Study,
    *,
    unit: Literal["paragraph", "sentence"] = "paragraph",
    weighting: Literal["tfidf", "count"] = "tfidf",
    compounds: bool = False,
    institution_words: bool = False,
    min_units: int = 2,
) -> TopicData:
    """
    Count and weigh the content words of all texts, one vocabulary for all, in paragraphs or sentences.

    Resampling keeps the blocks of `analysis.stats.bootstrap.make_blocks` together: sections, or runs of paragraphs.

    Parameters
    ----------
    compounds, institution_words : as in `analysis.corpus.counts.count_text`
    min_units : least number of units with a term of the vocabulary, which may be empty
    """
    sentences = study.corpus.sentences
    options = {"compounds": compounds, "institution_words": institution_words}
    counts = terms.count_text(sentences, study.languages, unit=unit, **options)
    recurring = np.flatnonzero((counts.matrix > 0).sum(axis=0) >= min_units)
    counts = terms.Counts(counts.matrix[:, recurring], counts.units, counts.terms[recurring])
    first = terms.first_sentences(sentences, counts)
    words = terms.list_words(sentences, study.languages, institution_words=institution_words)
    forms = {**{term: term for term in counts.terms}, **terms.show_forms(words)}
    blocks = first["paragraph_id"].map(make_blocks(study.corpus.paragraphs.set_index("paragraph_id")))
    return TopicData(counts, terms.weigh(counts, weighting), first["doc_id"], blocks, forms)


def list_numbers(data: TopicData, least: int, most: int) -> range:
    """
    The numbers of topics from `least` to `most` that the texts are large enough for; empty where there is none.

    Each topic takes two units with a word of the vocabulary, and two words; resampling takes two blocks.

    Raises
    ------
    InputError : if `least` is below 1, or above `most`
    """
    check_at_least("least", least, 1)
    check_at_least("most", most, least)
    size = min(count_readable(data), data.weights.shape[1]) if len(set(data.blocks)) > 1 else 0
    return range(least, max(least, min(most, size // LEAST_PER_TOPIC) + 1))


def count_readable(data: TopicData) -> int:
    """The number of units with a word of the vocabulary."""
    return int((data.weights.sum(axis=1) > 0).sum())


def compare_numbers(data: TopicData, numbers: range, *, n_resamples: int, n_starts: int = 6, seed: int) -> pd.DataFrame:
    """
    Stability, coherence and fit for each number of topics, and the stability of topics of permuted texts.

    Parameters
    ----------
    numbers : numbers of topics, from `list_numbers`
    n_resamples : resamples of sections for the model initialised by SVD, and for permuted texts
    n_starts : reference models with random initial values, each with two resamples: stability depends more on the
        reference than on the resamples

    Returns
    -------
    DataFrame from `analysis.topics.stability.measure_stability_curve`
        ``init`` is ``random``, ``nndsvd`` or ``shuffled`` (random initial values, rows permuted: the floor). Also
        ``npmi`` (mean over topics, on these texts) and ``error`` (reconstruction error, relative: 0 = perfect, 1 =
        nothing explained), both of the model of the texts initialised by SVD. No rows where there are no `numbers`.
    """
    if not numbers:
        return pd.DataFrame(columns=[*stability.CURVE_COLUMNS, "npmi", "error"])
    shuffled = stability.shuffle_terms(data.weights, np.random.SeedSequence(seed))

    def measure(matrix: sparse.csr_array, init: str, **options: int) -> pd.DataFrame:
        options = {**options, "seed": seed}
        return stability.measure_stability_curve(matrix, data.blocks, make_fitter, numbers, inits=[init], **options)

    random = measure(data.weights, "random", n_starts=n_starts, n_resamples=2)
    svd = measure(data.weights, "nndsvd", n_resamples=n_resamples)
    floor = measure(shuffled, "random", n_resamples=n_resamples).assign(init="shuffled")
    curve = pd.concat([random, svd, floor], ignore_index=True)
    fits = {k: _fit(data, k, seed) for k in numbers}
    length = np.sqrt((data.weights.data**2).sum())
    npmi = {k: coherence.npmi(data.counts, models.list_top_terms(topics.terms)).mean() for k, topics in fits.items()}
    error = {k: topics.about["reconstruction_error"] / length for k, topics in fits.items()}
    return curve.assign(npmi=curve["n_topics"].map(npmi), error=curve["n_topics"].map(error))


def _fit(data: TopicData, n_topics: int, seed: int) -> models.Topics:
    return models.fit_topics(data.weights, data.counts.units, data.counts.terms, n_topics=n_topics, seed=seed)


def _no_topics(data: TopicData) -> models.Topics:
    none, terms_read = pd.Index([], name="topic", dtype=object), data.counts.terms.rename("term")
    shares = {"terms": pd.DataFrame(0.0, none, terms_read), "units": pd.DataFrame(0.0, data.counts.units, none)}
    return models.Topics(**shares, about={"model": "none"})


def score_topics(
    data: TopicData, n_topics: int, *, n_resamples: int, n_shuffles: int = 19, n_draws: int, seed: int
) -> ScoredTopics:
    """
    Fit topics over all texts, and measure the stability of each with random initial values and its share of each text.

    Parameters
    ----------
    n_resamples : resamples of sections behind each stability
    n_shuffles : permuted texts that stability is compared with; with fewer than 19 no topic can be called stable
    n_draws : refitted models behind each interval

    Returns
    -------
    ScoredTopics; without rows, and its floor missing, for 0 topics

    Raises
    ------
    InputError : if the texts are too small for `n_topics`
    """
    if n_topics == 0:
        table, shares = (pd.DataFrame(columns=columns) for columns in (TOPIC_COLUMNS, SHARE_COLUMNS))
        return ScoredTopics(_no_topics(data), table, shares, np.nan)
    if not list_numbers(data, n_topics, n_topics):
        unit, needed = str(data.counts.units.name).removesuffix("_id"), LEAST_PER_TOPIC * n_topics
        size = f"{count_noun(count_readable(data), unit)} and {count_noun(data.weights.shape[1], 'word')}"
        raise InputError(
            "texts",
            f"{size} that topics can be made of",
            allowed=f"{needed} or more of both for {n_topics} topics, in 2 or more sections or runs of paragraphs",
            remedy="Ask for fewer topics, take sentences as units, or add texts.",
        )
    topics = _fit(data, n_topics, seed)
    reference = (topics.units.to_numpy(), topics.terms.to_numpy())
    random, svd = make_fitter(n_topics, "random"), make_fitter(n_topics, "nndsvd")
    options: dict[str, Any] = {"n_resamples": n_resamples, "seed": seed}
    measured = stability.measure_stability(data.weights, data.blocks, random, reference=reference, **options)
    options |= {"reference_fit": svd, "n_draws": n_shuffles}
    null = stability.measure_null_stability(data.weights, data.blocks, random, **options)
    chance = stability.compute_p_values(measured.topics, null)
    # every refitted model counts, each topic by its nearest match: leaving out samples in which it has none would make
    # the intervals of the least stable topics the narrowest
    options = {"n_draws": n_draws, "reference": reference, "seed": seed}
    shares = refit_shares(data.weights, data.documents, data.blocks, svd, **options)
    shares["topic"] = topics.terms.index[shares["topic"]]
    table = pd.DataFrame(
        {
            "topic": topics.terms.index,
            "share": topics.units.mean().to_numpy(),
            "stability": measured.topics["stability"].to_numpy(),
            "chance": chance.to_numpy(),
            "npmi": coherence.npmi(data.counts, models.list_top_terms(topics.terms)).to_numpy(),
            "unstable": (chance > CHANCE).to_numpy(),
        },
        columns=TOPIC_COLUMNS,
    )
    return ScoredTopics(topics, table, shares, float(null["stability"].mean()))


def guide_topics(study: Study, data: TopicData, *, n_free: int, weight: float, seed: int) -> models.Topics:
    """
    Fit topics guided by the declared themes, and `n_free` free ones (`analysis.topics.models.fit_guided`).

    Themes without a term in the vocabulary are left out; any number of themes may be left, also none.

    Returns
    -------
    Topics; none of them if the texts are too small for so many, or there is neither a theme nor a free topic
    """
    units, vocabulary = data.counts.units, data.counts.terms
    seeds = models.list_seeds(study.themes, vocabulary, study.themes.declared)
    seeds = {theme: words for theme, words in seeds.items() if words}
    n_topics = len(seeds) + n_free
    if not n_topics or not list_numbers(data, n_topics, n_topics):
        return _no_topics(data)
    return models.fit_guided(data.weights, units, vocabulary, seeds, n_free=n_free, weight=weight, seed=seed)


def match_declared(study: Study, data: TopicData, topics: models.Topics) -> pd.DataFrame:
    """Rank correlation of each topic with each declared theme, over units: `analysis.topics.coherence.match_themes`."""
    incidence = attention.mark_units(study.hits, pd.Series(data.counts.units), study.themes.declared)
    return coherence.match_themes(topics.units, incidence)


def compare_wording(data: TopicData, topics: models.Topics, documents: list[str], *, n: int = 6) -> pd.DataFrame:
    """
    The `n` first terms of each topic in each text, the weights of units fixed
    (`analysis.topics.models.estimate_wording`).

    Returns
    -------
    DataFrame, one row per topic: ``topic`` and one column per text, terms joined by ``; ``, empty where the text has
    none of the topic
    """
    if topics.terms.empty:
        return pd.DataFrame(columns=["topic", *documents])
    wording = models.estimate_wording(data.weights, topics, data.documents)
    table = pd.DataFrame({"topic": topics.terms.index})
    for text in documents:
        top = models.list_top_terms(wording[text], n=n)
        table[text] = ["; ".join(filter(None, row)) for row in top.to_numpy()]
    return table


def align_texts(data: TopicData, topics: models.Topics, *, seed: int) -> pd.DataFrame:
    """
    Align the topics of all texts with those of each text alone (`analysis.topics.dynamic.fit_dynamic`).

    Returns
    -------
    DataFrame, one row per text with topics and joint topic; no rows where there is only one text, or no topic
        ``text``, ``topic``, ``own`` (the matching topic of the text, empty where none is more similar than topics of
        separately permuted texts are), ``similarity`` (average Jaccard of the top ten words, 0 to 1), ``split`` (the
        topic resembles several of the text's own), ``merged`` (its match resembles several joint topics), ``linked``
        (the dynamic topic to which the two-layer model assigns the match).
    """
    columns = ["text", "topic", "own", "similarity", "split", "merged", "linked"]
    if data.documents.nunique() < 2 or topics.terms.empty:
        return pd.DataFrame(columns=columns)
    k, units, vocabulary = len(topics.terms), data.counts.units, data.counts.terms
    dynamic = fit_dynamic(data.weights, units, vocabulary, data.documents, n_topics=k, n_window_topics=k, seed=seed)
    threshold = stability.measure_null_threshold(data.weights, make_fitter(k, "nndsvd"), n_draws=10, seed=seed)
    rows = []
    windows = dict(list(dynamic.windows.groupby("window")))
    for text in filter(windows.__contains__, data.documents.unique()):
        window = windows[text]
        window_terms = dynamic.terms.loc[window["window_topic"]].to_numpy()
        alignment = align_topics(compare_topics(topics.terms.to_numpy(), window_terms), threshold)
        split, merged = set(alignment.splits["left"]), set(alignment.merges["right"])
        for pair in alignment.pairs.itertuples():
            match = window.iloc[pair.right] if pair.right >= 0 else {"window_topic": "", "topic": ""}
            similarity = (match["window_topic"], pair.similarity, pair.left in split, pair.right in merged)
            rows.append((text, topics.terms.index[pair.left], *similarity, match["topic"]))
    return pd.DataFrame(rows, columns=columns)


def suggest_words(study: Study, data: TopicData, topics: models.Topics, matches: pd.DataFrame) -> pd.DataFrame:
    """
    Words of the topics that match a declared theme which its dictionary lacks.

    A topic and a theme match when each correlates best with the other.

    Returns
    -------
    DataFrame from `analysis.topics.coherence.list_added_words`, with ``word`` (the form of the term that is shown)
    """
    mutual = matches[matches["best_theme"] & matches["best_topic"]]

    def themes_of(term: str) -> set[str]:
        return {match.term.theme for match in match_terms(tokenize(data.forms[term]), study.themes)}

    matched = dict(zip(mutual["theme"], mutual["topic"], strict=True))
    added = coherence.list_added_words(topics.terms, matched, themes_of)
    return added.assign(word=added["term"].map(data.forms))


def find_passages(study: Study, data: TopicData, topics: models.Topics, *, n_terms: int = 10) -> pd.DataFrame:
    """
    For each topic and text the unit with the largest share of it, with the topic's top terms there as hits.

    Returns
    -------
    DataFrame, one row per term in such a unit, with the columns that `analysis.report.Report.passages` reads
    """
    words = terms.list_words(study.corpus.sentences, study.languages, institution_words=True)
    unit = str(data.counts.units.name)
    passages = [words[:0]]
    for topic in topics.terms.index:
        top = models.list_top_terms(topics.terms.loc[[topic]], n=n_terms).to_numpy().ravel()
        share = topics.units[topic].groupby(data.documents.to_numpy(), sort=False)
        largest = share.idxmax()[share.max() > 0]
        passages.append(words[words[unit].isin(largest) & words["lemma"].isin(top)])
    return pd.concat(passages).drop_duplicates(["sentence_id", "start", "end"]).sort_index()
