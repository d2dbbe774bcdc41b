"""The texts of a study compared: themes and words."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.corpus import counts as terms
from analysis.corpus.describe import count_words
from analysis.stats import association, bootstrap, permutation, verdict
from analysis.study import Study
from analysis.themes import attention, keyness


@dataclass(frozen=True)
class Comparison:
    """How the texts differ in themes, and how sure that is."""

    shares: pd.DataFrame  # one row per theme and text: date, share, low, high, paragraphs, n_paragraphs, run_length
    tests: pd.DataFrame  # one row per theme and pair of texts: difference, low, high, p, p_adjusted, verdict
    windows: pd.DataFrame  # one row per theme and longer text: its excerpts as long as the shortest text


def compare_texts(
    here: Study, *, n_draws: int = 2000, n_permutations: int = 5000, seed: int, themes: list[str] | None = None
) -> Comparison:
    """
    Share of paragraphs of every declared theme in every text, and every pair of texts compared.

    All declared themes and pairs are tested together, so that the adjusted p-values allow for all of them, on
    whichever page they are read.
    """
    names = themes or here.themes.declared
    paragraphs = here.corpus.paragraphs
    paragraphs = paragraphs.set_index("paragraph_id", drop=False)
    marks = attention.mark_units(here.hits, paragraphs["paragraph_id"], names)
    documents, blocks = paragraphs["doc_id"], bootstrap.section_blocks(paragraphs)
    shares = bootstrap.share_intervals(marks, documents, n_draws=n_draws, seed=seed)
    dates = here.corpus.documents.set_index("doc_id")["date"]
    shares = shares.rename(columns={"count": "paragraphs", "n": "n_paragraphs"})
    shares.insert(1, "date", shares["doc_id"].map(dates))
    shares = _in_order(shares, here.documents, names)
    pairs = list(combinations(here.documents, 2))
    tests = permutation.change_test(marks, documents, blocks, pairs, n_draws=n_permutations, seed=seed)
    words = count_words(paragraphs["text"])
    shortest = str(words.groupby(documents).sum().idxmin())
    windows = bootstrap.window_quantile(marks, documents, words, short=shortest)
    return Comparison(shares, verdict.judge_changes(tests), windows)


def _in_order(table: pd.DataFrame, documents: list[str], themes: list[str]) -> pd.DataFrame:
    place = table["theme"].map(themes.index) * len(documents) + table["doc_id"].map(documents.index)
    return table.iloc[np.argsort(place.to_numpy(), kind="stable")].reset_index(drop=True)


def compare_words(here: Study, pair: tuple[str, str], *, n_draws: int = 20000, seed: int) -> pd.DataFrame:
    """
    The words that set the first text of a pair apart from the second.

    Rates are per 1,000 content words: stop words, institution words and numbers are no part of either text here.

    Returns
    -------
    DataFrame from `analysis.themes.keyness.compare`, with ``word``, the form of each term that is shown
    """
    words = here.words
    paragraphs = here.corpus.paragraphs
    counts = terms.count_terms(words, paragraphs["paragraph_id"])
    documents, blocks = paragraphs["doc_id"], bootstrap.section_blocks(paragraphs)
    table = keyness.compare(counts.matrix, list(counts.terms), documents, pair, blocks, n_draws=n_draws, seed=seed)
    table.insert(1, "word", table["term"].map(terms.show_forms(words)))
    return table


def measure_runs(here: Study) -> pd.DataFrame:
    """
    How long each declared theme runs in each text: `analysis.stats.bootstrap.run_lengths`, in order of theme and text.
    """
    paragraphs = here.corpus.paragraphs
    marks = attention.mark_units(here.hits, paragraphs["paragraph_id"], here.themes.declared)
    documents = paragraphs.set_index("paragraph_id")["doc_id"]
    runs = bootstrap.run_lengths(marks, documents)
    return _in_order(runs, here.documents, here.themes.declared)


def find_neighbour_words(words: pd.DataFrame, hits: pd.DataFrame, sentences: pd.DataFrame) -> pd.DataFrame:
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
    """
    own = _inside_hits(words, hits)
    beside = words["sentence_id"].isin(hits["sentence_id"])
    sizes = np.array((beside & ~own).sum()), np.array((~beside).sum())
    table = pd.DataFrame(
        {
            "beside": words[beside & ~own].groupby("lemma").size(),
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
