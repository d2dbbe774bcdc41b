"""The texts of a study compared: themes and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Protocol

import numpy as np
import pandas as pd

from analysis.corpus import counts as terms
from analysis.corpus.describe import count_words
from analysis.corpus.read import Corpus
from analysis.inputs import InputError
from analysis.stats import association, bootstrap, permutation, verdict
from analysis.themes import attention, keyness
from analysis.themes.dictionary import Themes


class TaggedTexts(Protocol):
    """What a comparison needs to know of the texts; an `analysis.study.Study` has it all."""

    @property
    def corpus(self) -> Corpus: ...
    @property
    def themes(self) -> Themes: ...
    @property
    def documents(self) -> list[str]:
        """Ids of the texts, in order of date."""
        ...

    @property
    def hits(self) -> pd.DataFrame:
        """From `analysis.themes.dictionary.tag`."""
        ...

    @property
    def words(self) -> pd.DataFrame:
        """From `analysis.corpus.counts.list_words`."""
        ...


@dataclass(frozen=True)
class Comparison:
    """How the texts differ in themes, and how sure that is."""

    shares: pd.DataFrame  # one row per theme and text: date, share, low, high, paragraphs, n_paragraphs, run_length
    tests: pd.DataFrame  # one row per theme and pair of texts: difference, low, high, p, p_adjusted, verdict
    windows: pd.DataFrame  # one row per theme and longer text: its excerpts as long as the shortest text
    attainable: pd.DataFrame  # one row per pair of texts: blocks of both, least p-value that they allow


def compare_texts(
    study: TaggedTexts,
    *,
    n_draws: int = 2000,
    n_permutations: int = 5000,
    seed: int,
    themes: Sequence[str] | None = None,
) -> Comparison:
    """
    Share of paragraphs of every declared theme in every text, and every pair of texts compared.

    All declared themes and pairs are tested together, so that the adjusted p-values allow for all of them, on
    whichever page they are read. A study of one text has no pair to compare: tests and windows are empty.

    Parameters
    ----------
    n_draws : draws behind each interval (`bootstrap.share_intervals`)
    n_permutations : permutations of blocks (`bootstrap.make_blocks`) behind each p-value (`permutation.change_test`)
    themes : names of the themes to compare; by default the declared ones

    Raises
    ------
    InputError : if there are no themes or no paragraphs
    """
    names = list(study.themes.declared if themes is None else themes)
    if not names:
        remedy = "Declare one in the theme dictionary (declared: true)."
        raise InputError("themes", "no declared theme", allowed="at least one", remedy=remedy)
    paragraphs = study.corpus.paragraphs.set_index("paragraph_id", drop=False)
    incidence = attention.mark_units(study.hits, paragraphs["paragraph_id"], names)
    documents, blocks = paragraphs["doc_id"], bootstrap.make_blocks(paragraphs)
    shares = bootstrap.share_intervals(incidence, documents, n_draws=n_draws, seed=seed)
    dates = study.corpus.documents.set_index("doc_id")["date"]
    shares = shares.rename(columns={"count": "paragraphs", "n": "n_paragraphs"})
    shares.insert(1, "date", shares["doc_id"].map(dates))
    shares = _in_order(shares, study.documents, names)
    pairs = list(combinations(study.documents, 2))
    tests = permutation.change_test(incidence, documents, blocks, pairs, n_draws=n_permutations, seed=seed)
    attainable = permutation.attainable_p(documents, blocks, pairs, n_draws=n_permutations)
    words = count_words(paragraphs["text"])
    shortest = str(words.groupby(documents).sum().idxmin())
    windows = bootstrap.window_quantile(incidence, documents, words, short=shortest)
    return Comparison(shares, verdict.judge_changes(tests, attainable=attainable), windows, attainable)


def _in_order(table: pd.DataFrame, documents: list[str], themes: list[str]) -> pd.DataFrame:
    place = table["theme"].map(themes.index) * len(documents) + table["doc_id"].map(documents.index)
    return table.iloc[np.argsort(place.to_numpy(), kind="stable")].reset_index(drop=True)


def pair_neighbours(documents: Sequence[str]) -> list[tuple[str, str]]:
    """
    Each text with the one before it, the later first: the pairs whose words are compared; none for one text.

    Examples
    --------
    >>> pair_neighbours(["2014", "2018", "2020"])
    [('2018', '2014'), ('2020', '2018')]
    """
    return [(later, earlier) for earlier, later in pairwise(documents)]


def compare_words(study: TaggedTexts, pair: tuple[str, str], *, n_draws: int = 20000, seed: int) -> pd.DataFrame:
    """
    The words that set the first text of a pair apart from the second.

    Rates are per 1,000 content words: stop words, institution words and numbers are no part of either text here.

    Returns
    -------
    DataFrame from `analysis.themes.keyness.measure_keyness`, with ``word``, the form of each term that is shown

    Raises
    ------
    InputError : if the pair names an unknown text, one without content words, or one text twice
    """
    paragraphs = study.corpus.paragraphs
    counts = terms.count_terms(study.words, paragraphs["paragraph_id"])
    documents, blocks = paragraphs["doc_id"], bootstrap.make_blocks(paragraphs)
    table = keyness.measure_keyness(
        counts.matrix, list(counts.terms), documents, pair, blocks, n_draws=n_draws, seed=seed
    )
    table.insert(1, "word", table["term"].map(terms.show_forms(study.words)))
    return table


def measure_runs(study: TaggedTexts) -> pd.DataFrame:
    """
    How long each declared theme runs in each text: `bootstrap.run_lengths`, in order of theme and text.
    """
    paragraphs = study.corpus.paragraphs
    incidence = attention.mark_units(study.hits, paragraphs["paragraph_id"], study.themes.declared)
    documents = paragraphs.set_index("paragraph_id")["doc_id"]
    runs = bootstrap.run_lengths(incidence, documents)
    return _in_order(runs, study.documents, study.themes.declared)


def find_neighbour_words(words: pd.DataFrame, hits: pd.DataFrame) -> pd.DataFrame:
    """
    Words drawn to the sentences of a theme, over all texts; the theme's own words are left out.

    Parameters
    ----------
    words : DataFrame from `analysis.corpus.counts.list_words`
    hits : DataFrame from `analysis.themes.dictionary.tag`, of one theme

    Returns
    -------
    DataFrame, one row per word with at least 4 uses beside the theme and twice the rate of elsewhere, by G²
        ``word``, ``beside``, ``elsewhere`` (uses), ``log_ratio`` (binary; 1 = twice as frequent beside it), ``g2``.
        Empty where no sentence or every sentence names the theme: there is nothing to compare.
    """
    inside = _inside_hits(words, hits)
    beside = words["sentence_id"].isin(hits["sentence_id"])
    if beside.all() or not beside.any():
        return pd.DataFrame(columns=["word", "beside", "elsewhere", "log_ratio", "g2"])
    sizes = np.array((beside & ~inside).sum()), np.array((~beside).sum())
    table = pd.DataFrame(
        {
            "beside": words[beside & ~inside].groupby("lemma").size(),
            "elsewhere": words[~beside].groupby("lemma").size(),
        }
    )
    table = table.fillna(0).astype(int)
    table = table[table["beside"] >= 4]
    counts = table["beside"].to_numpy(), table["elsewhere"].to_numpy()
    table["log_ratio"] = association.log_ratio(*counts, *sizes).value
    table["g2"] = association.g2(*counts, *sizes)
    table = table[table["log_ratio"] >= 1].reset_index()
    table = table.sort_values(["g2", "lemma"], ascending=[False, True], kind="stable").reset_index(drop=True)
    table.insert(0, "word", table.pop("lemma").map(terms.show_forms(words)))
    return table


def _inside_hits(words: pd.DataFrame, hits: pd.DataFrame) -> pd.Series:
    """Which words are part of a hit."""
    pairs = words.reset_index()[["index", "sentence_id", "start", "end"]].merge(
        hits[["sentence_id", "start", "end"]], on="sentence_id", suffixes=("", "_hit")
    )
    inside = pairs[(pairs["start"] >= pairs["start_hit"]) & (pairs["end"] <= pairs["end_hit"])]
    return pd.Series(words.index.isin(inside["index"]), index=words.index)
