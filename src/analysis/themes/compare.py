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
from analysis.corpus.tokens import encode_tokens, token_spans
from analysis.inputs import InputError
from analysis.stats import association, bootstrap, permutation, verdict
from analysis.stats.drafting import compare_drafts
from analysis.stats.measurement import Counts, Errors, probability_of_order, share_of_codings, tipping_number
from analysis.stats.proportions import ROUNDING
from analysis.themes import attention, keyness
from analysis.themes.dictionary import Themes

WINDOW = 100  # tokens
LEAST_CODED = 0.95  # of the sentences of a text, from which its codes stand for what the dictionary found
DIRECTIONS = {1: "more", -1: "less", 0: "same"}  # of the later text
DIFFERENCE_COLUMNS = [
    *("theme", "before", "after", "counted_by", "y_before", "n_before", "y_after", "n_after"),
    *("sections_before", "sections_after", "difference", "paragraphs", "hits", "words", "windows", "direction"),
    *("agreement", "counted", "measurement", "tipping", "verdict"),
    *("probability", "low", "high", "sigma", "drafting"),
]


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
    names = _checked_themes(study, themes)
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


def compare_differences(
    study: TaggedTexts,
    *,
    codes: pd.DataFrame | None = None,
    agreement: pd.DataFrame | None = None,
    themes: Sequence[str] | None = None,
    seed: int,
) -> pd.DataFrame:
    """
    Every pair of texts by every declared theme: is it so, would another drafting say the same.

    The lead measure is the share of sentences; its sign is the direction claimed. Codes stand for what the dictionary
    found in two texts of which `LEAST_CODED` of the sentences are coded, else they say how often it errs.

    Parameters
    ----------
    codes : DataFrame, optional, one row per theme and coded sentence
        ``theme``, ``sentence_id``, ``coded``, ``found`` (true or false), ``codes`` (a digit per coder or run, ``-`` for
        none; empty where they are not known).
    agreement : DataFrame, optional, from `analysis.robustness.count_agreement`
        ``theme``, ``before``, ``after``, ``sign``, ``agreement``, ``counted``. A pair that is not there, and every pair
        by default, is judged by the five measures of this table instead. Where its direction is not that of the lead
        measure there is no agreement.
    themes : names of the themes to compare; by default the declared ones
    seed : int
        Of the draws behind ``measurement``.

    Returns
    -------
    DataFrame, one row per theme and pair of texts, the earlier text first
        ``theme``, ``before``, ``after``; ``counted_by`` ("codes" or "dictionary"); ``y_`` and ``n_`` (sentences with
        the theme, and all) and ``sections_`` (with the theme) of each text; ``difference`` of the share of sentences,
        later minus earlier, -1 to 1, and of the other measures: ``paragraphs``, ``words`` (share of the tokens in
        sentences with the theme), ``windows`` (of `WINDOW` tokens, by the dictionary), ``hits`` (per 1,000 tokens, by
        the dictionary); ``direction`` ("more", "less" or "same"); ``agreement`` (0 to 1), ``counted`` ("4 of 5");
        ``measurement`` (`stats.measurement`; missing where nobody coded, or only once); ``tipping`` (number of
        sentences); ``verdict`` (`stats.verdict.judge_difference`); ``probability`` (of this direction in new sections),
        ``low``, ``high`` (interval of the difference there), ``sigma`` (`stats.drafting`); ``drafting``
        (`stats.verdict.judge_drafting`).

    Raises
    ------
    InputError : if there are no themes
    """
    names = _checked_themes(study, themes)
    sentences = study.corpus.sentences.set_index("sentence_id", drop=False)
    found = attention.mark_units(study.hits, sentences["sentence_id"], names)
    sizes = pd.Series(encode_tokens(list(sentences["text"])).lengths, index=sentences.index)
    paragraphs = study.corpus.paragraphs.set_index("paragraph_id", drop=False)
    blocks = sentences["paragraph_id"].map(bootstrap.make_blocks(paragraphs))
    units = sentences[["doc_id", "paragraph_id"]].assign(tokens=sizes, block=blocks)
    hits = study.hits.assign(window=_window_of_hits(study.hits, units, sentences["text"]))
    rows = []
    for theme in names:
        of_theme = None if codes is None else codes[codes["theme"] == theme].set_index("sentence_id")
        for pair in combinations(study.documents, 2):
            within = units[units["doc_id"].isin(pair)].assign(marked=found[theme])
            theme_hits = hits[(hits["theme"] == theme) & hits["doc_id"].isin(pair)]
            rows.append({"theme": theme} | _compare_pair(within, pair, theme_hits, of_theme, seed))
    table = pd.DataFrame(rows, columns=[name for name in DIFFERENCE_COLUMNS if name not in ("verdict", "drafting")])
    if agreement is not None:
        table = _take_agreement(table, agreement)
    judged = table.assign(
        verdict=verdict.judge_difference(table["agreement"], table["measurement"]),
        drafting=verdict.judge_drafting(table["probability"]),
    )
    return judged[DIFFERENCE_COLUMNS]


def _checked_themes(study: TaggedTexts, themes: Sequence[str] | None) -> list[str]:
    names = list(study.themes.declared if themes is None else themes)
    if not names:
        remedy = "Declare one in the theme dictionary (declared: true)."
        raise InputError("themes", "no declared theme", allowed="at least one", remedy=remedy)
    return names


def _window_of_hits(hits: pd.DataFrame, units: pd.DataFrame, texts: pd.Series) -> pd.Series:
    """The number of the window in which each hit begins; those of a text differ by one token at most."""
    total = units["tokens"].groupby(units["doc_id"]).transform("sum")
    first = units["tokens"].groupby(units["doc_id"]).cumsum() - units["tokens"]
    spans = {sentence: token_spans(texts[sentence]) for sentence in hits["sentence_id"].unique()}
    starts = zip(hits["sentence_id"], hits["start"], strict=True)
    before = [sum(end <= start for _, end in spans[sentence]) for sentence, start in starts]
    of_text = hits["sentence_id"].map(total)
    return (hits["sentence_id"].map(first) + before) * _count_windows(of_text) // of_text


def _count_windows(n_tokens: pd.Series) -> pd.Series:
    return (n_tokens / WINDOW).round().clip(lower=1).astype(int)


def _compare_pair(
    units: pd.DataFrame, pair: tuple[str, str], hits: pd.DataFrame, codes: pd.DataFrame | None, seed: int
) -> dict[str, object]:
    """One theme in two texts; `units` has their sentences, ``marked`` by the dictionary."""
    units, by_codes = _mark_by_codes(units, codes)
    before, after = (units[units["doc_id"] == name] for name in pair)
    counts = Counts(int(before["marked"].sum()), len(before)), Counts(int(after["marked"].sum()), len(after))
    differences = _measure_differences((before, after), [hits[hits["doc_id"] == name] for name in pair])
    values = np.array(list(differences.values()))
    signs = np.where(np.abs(values) <= ROUNDING, 0, np.sign(values)).astype(int)
    same = signs == signs[0]
    if by_codes:
        measurement = _share_of_codings(counts, units, pair)
    else:
        measurement = np.nan if codes is None or codes.empty else _probability_of_order(counts, codes, seed)
    sections = [text.groupby("block", sort=False)["marked"].agg(["sum", "size"]) for text in (before, after)]
    drafts = compare_drafts(*((table["sum"], table["size"]) for table in sections))
    of_texts = {
        f"{name}_{end}": n
        for end, text, table in zip(("before", "after"), counts, sections, strict=True)
        for name, n in (*text._asdict().items(), ("sections", int((table["sum"] > 0).sum())))
    }
    return {
        **dict(zip(("before", "after"), pair, strict=True)),
        "counted_by": "codes" if by_codes else "dictionary",
        **of_texts,
        **differences,
        "direction": DIRECTIONS[int(signs[0])],
        "agreement": float(same.mean()),
        "counted": f"{same.sum()} of {len(same)}",
        "measurement": measurement,
        "tipping": tipping_number(*counts),
        "probability": {1: drafts.probability, -1: 1 - drafts.probability, 0: np.nan}[int(signs[0])],
        **{name: getattr(drafts, name) for name in ("low", "high", "sigma")},
    }


def _mark_by_codes(units: pd.DataFrame, codes: pd.DataFrame | None) -> tuple[pd.DataFrame, bool]:
    """The sentences ``marked`` by their codes, with the digits of these, where both texts are coded; else as given."""
    if codes is None:
        return units, False
    coded = codes.reindex(units.index)
    known = coded["coded"].notna()
    if known.groupby(units["doc_id"]).mean().min() < LEAST_CODED:
        return units, False
    return units.assign(marked=coded["coded"].where(known, units["marked"]).astype(bool), codes=coded["codes"]), True


def _measure_differences(texts: Sequence[pd.DataFrame], hits: list[pd.DataFrame]) -> dict[str, float]:
    """Differences of all measures between two texts, later minus earlier, the lead measure first."""
    measures = []
    for text, theme_hits in zip(texts, hits, strict=True):
        n_tokens = text["tokens"].sum()
        n_windows = _count_windows(pd.Series([n_tokens])).item()
        measures.append(
            {
                "difference": text["marked"].mean(),
                "paragraphs": text["marked"].groupby(text["paragraph_id"]).any().mean(),
                "hits": 1000 * len(theme_hits) / n_tokens,
                "words": text.loc[text["marked"], "tokens"].sum() / n_tokens,
                "windows": theme_hits["window"].nunique() / n_windows,
            }
        )
    before, after = measures
    return {name: float(after[name] - before[name]) for name in before}


def _share_of_codings(counts: tuple[Counts, Counts], units: pd.DataFrame, pair: tuple[str, str]) -> float:
    """`share_of_codings` of all coders or runs; missing where sentences were coded once."""
    n_codings = int(units["codes"].str.len().max())
    if n_codings < 2:
        return np.nan
    digits = pd.DataFrame({number: units["codes"].str[number] for number in range(n_codings)})
    marks = {number: (digit == "1").where(digit.isin(["0", "1"]), units["marked"]) for number, digit in digits.items()}
    sums = pd.DataFrame(marks).groupby(units["doc_id"]).sum()
    return share_of_codings(counts[0], counts[1], sums.loc[list(pair)].to_numpy().T)


def _probability_of_order(counts: tuple[Counts, Counts], codes: pd.DataFrame, seed: int) -> float:
    coded, found = codes["coded"].astype(bool), codes["found"].astype(bool)
    cells = (coded & found, ~coded & found, coded & ~found, ~coded & ~found)
    errors = Errors(*(int(cell.sum()) for cell in cells))
    return probability_of_order(counts[0], counts[1], errors, seed=seed)


def _take_agreement(table: pd.DataFrame, agreement: pd.DataFrame) -> pd.DataFrame:
    """The agreement of the multiverse for the pairs that it knows."""
    keys = ["theme", "before", "after"]
    known = table[keys].merge(agreement[[*keys, "sign", "agreement", "counted"]], on=keys, how="left", validate="1:1")
    sign = table["direction"].map({direction: number for number, direction in DIRECTIONS.items()})
    there = known["sign"].notna()
    share = known["agreement"].where(known["sign"] == sign, np.nan)
    return table.assign(
        agreement=share.where(there, table["agreement"]), counted=known["counted"].where(there, table["counted"])
    )


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
