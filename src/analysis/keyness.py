r"""
Which words set one text apart from another.

A word stands a times among the :math:`N_1` tokens of text A and b times among the :math:`N_2` of text B. All measures
take these four numbers, alone or as arrays, and have the sign of A: above 0 where A uses the word more. How large a
difference is says `log_ratio`; whether blocks of text reshuffled between A and B would give it too says `compare`.
Tables of chi-squared p-values are not here: the words of a text are not independent (Lijffijt et al. 2016).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import sparse
from scipy.special import ndtri, xlogy

from analysis.inputs import InputError, check_choice
from analysis.intervals import aligned, check_at_least, check_level
from analysis.resampling import split_blocks
from analysis.significance import adjust

Correction = Literal["none", "yates", "williams"]
# Terms times splits whose counts are held at once: few enough to stay in the processor's cache.
BATCH = 100_000


@dataclass(frozen=True)
class Ratio:
    """A log ratio with its interval, each one number per term."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray


def g2(a: np.ndarray, b: np.ndarray, n1: np.ndarray, n2: np.ndarray, *, correction: Correction = "none") -> np.ndarray:
    r"""
    The log-likelihood ratio :math:`\pm 2\sum O \ln(O/E)` over four cells, word and others in A and B (Dunning 1993).

    Above 0 where A uses the word more, below where B does, 0 where they use it alike. It grows with the size of the
    texts: compare it only between words of the same pair. ``yates`` moves every cell half a unit towards its
    expectation (or onto it); ``williams`` divides by q (Williams 1976).

    Examples
    --------
    >>> float(g2(7, 2, 10, 9).round(6)), float(g2(7, 2, 10, 9, correction="williams").round(6))
    (4.534939, 4.200833)
    """
    observed, expected = _cells(a, b, n1, n2)
    if correction == "yates":
        observed = _towards(observed, expected)
    statistic = 2 * (xlogy(observed, observed) - xlogy(observed, expected)).sum(axis=0)
    return _sign(a, b, n1, n2) * np.maximum(0, statistic) / _williams(a, b, n1, n2, correction)


def chi2(
    a: np.ndarray, b: np.ndarray, n1: np.ndarray, n2: np.ndarray, *, correction: Correction = "none"
) -> np.ndarray:
    r"""
    Pearson's :math:`\pm\sum (O - E)^2 / E` over the same cells, with the signs and corrections of `g2`.

    Examples
    --------
    >>> [float(chi2(7, 2, 10, 9, correction=way).round(6)) for way in ("none", "yates", "williams")]
    [4.33716, 2.632438, 4.017626]
    """
    observed, expected = _cells(a, b, n1, n2)
    if correction == "yates":
        observed = _towards(observed, expected)
    statistic = ((observed - expected) ** 2 / np.where(expected > 0, expected, 1)).sum(axis=0)
    return _sign(a, b, n1, n2) * statistic / _williams(a, b, n1, n2, correction)


def bic(a: np.ndarray, b: np.ndarray, n1: np.ndarray, n2: np.ndarray) -> np.ndarray:
    r"""
    :math:`|G^2| - \ln(N_1 + N_2)`: from 2 positive, 6 strong, 10 very strong evidence of a difference (Wilson 2013).

    Below 0 the data speak for no difference. It takes words as independent, and so says too much.
    """
    return np.abs(g2(a, b, n1, n2)) - np.log(np.add(n1, n2))


def pmi(a: np.ndarray, b: np.ndarray, n1: np.ndarray, n2: np.ndarray) -> np.ndarray:
    r"""
    Pointwise mutual information :math:`\ln\frac{a / N_1}{(a + b)/(N_1 + N_2)}` of word and text A; −∞ where a is 0.

    It is largest for words that stand once, in A; kept for comparison with published tables.

    Examples
    --------
    >>> float(pmi(3, 2, 17, 12).round(6))
    0.023257
    """
    a, b, n1, n2 = _numbers(a, b, n1, n2)
    with np.errstate(divide="ignore"):
        return np.log(a / n1) - np.log((a + b) / (n1 + n2))


def log_ratio(a: np.ndarray, b: np.ndarray, n1: np.ndarray, n2: np.ndarray, *, level: float = 0.95) -> Ratio:
    r"""
    :math:`\log_2\frac{a / N_1}{b / N_2}` (Hardie 2014): 1 is twice as often in A, −1 twice as often in B, 0 alike.

    A count of 0 is taken as ½. The interval is Wald's, :math:`\pm z\sqrt{1/a + 1/b - 1/N_1 - 1/N_2} / \ln 2`; it takes
    words as independent, and is too short for words that come in clusters.

    Examples
    --------
    >>> twice = log_ratio(20, 10, 1000, 1000)
    >>> float(twice.value), float(twice.low.round(2)), float(twice.high.round(2))
    (1.0, -0.09, 2.09)
    """
    check_level(level)
    a, b, n1, n2 = _numbers(a, b, n1, n2)
    a, b = np.where(a > 0, a, 0.5), np.where(b > 0, b, 0.5)
    value = np.log2((a / n1) / (b / n2))
    half = ndtri((1 + level) / 2) * np.sqrt((1 / a - 1 / n1) + (1 / b - 1 / n2)) / np.log(2)
    return Ratio(value, value - half, value + half)


def log_odds(
    a: np.ndarray, b: np.ndarray, n1: np.ndarray, n2: np.ndarray, *, prior: ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    r"""
    Log-odds ratio with a Dirichlet prior, and its z-score (Monroe, Colaresi & Quinn 2008).

    :math:`\delta = \ln\frac{a + \alpha_w}{N_1 + \alpha_0 - a - \alpha_w}
    - \ln\frac{b + \alpha_w}{N_2 + \alpha_0 - b - \alpha_w}` with :math:`\alpha_0 = \sum\alpha_w`, and
    :math:`z = \delta / \sqrt{1/(a + \alpha_w) + 1/(b + \alpha_w)}`, for words that are a small part of the text.
    Both are above 0 where A uses the word more. The prior pulls rare words towards 0.

    prior : one number above 0 per word, for all words: e.g. ``500 * (a + b) / (n1 + n2)``

    Examples
    --------
    >>> a, b = np.array([9, 1, 90]), np.array([1, 0, 99])
    >>> delta, z = log_odds(a, b, 100, 100, prior=50 * (a + b) / 200)
    >>> delta[:2].round(2).tolist(), z[:2].round(2).tolist()
    ([1.25, 1.62], [2.04, 0.74])
    """
    a, b, n1, n2 = _numbers(a, b, n1, n2)
    prior = np.asarray(prior, dtype=float)
    if not (prior > 0).all():
        raise InputError("prior", f"{float(prior.min())}", allowed="numbers above 0", remedy="Leave out unused words.")
    total = prior.sum()
    delta = np.log((a + prior) / (n1 + total - a - prior)) - np.log((b + prior) / (n2 + total - b - prior))
    return delta, delta / np.sqrt(1 / (a + prior) + 1 / (b + prior))


def paragraph_range(counts: sparse.csr_array) -> np.ndarray:
    """In how many paragraphs (rows) each term (column) stands."""
    return np.bincount(sparse.csr_array(counts > 0).indices, minlength=counts.shape[1])


def deviation_of_proportions(counts: sparse.csr_array, sizes: np.ndarray) -> np.ndarray:
    r"""
    Gries' DP: how unevenly a term is spread over paragraphs.

    :math:`\tfrac12\sum_i |v_i - s_i|`, with :math:`v_i` the share of the term's hits in paragraph i and :math:`s_i`
    that paragraph's share of all tokens (Gries 2008). 0: spread like the text; near 1: all in one short
    paragraph. Missing for a term without hits.

    counts : sparse array (paragraphs, terms);  sizes : tokens of each paragraph

    Examples
    --------
    >>> deviation_of_proportions(sparse.csr_array([[2, 4], [2, 0]]), np.array([50, 50])).tolist()
    [0.0, 0.5]
    """
    hits = sparse.coo_array(counts)
    share = np.asarray(sizes, dtype=float) / max(np.sum(sizes), 1)
    total = np.bincount(hits.col, hits.data, minlength=hits.shape[1])
    total = np.where(total > 0, total, np.nan)
    # A paragraph without the term adds s_i. Over all paragraphs these add to 1; those with the term are then set right.
    with_term = np.abs(hits.data / total[hits.col] - share[hits.row]) - share[hits.row]
    uneven = (1 + np.bincount(hits.col, with_term, minlength=hits.shape[1])) / 2
    return np.where(np.isnan(total), np.nan, np.clip(uneven, 0, 1))


def compare(
    counts: sparse.csr_array,
    terms: list[str],
    documents: pd.Series,
    pair: tuple[str, str],
    blocks: pd.Series,
    *,
    min_count: int = 5,
    min_paragraphs: int = 3,
    n_draws: int = 2000,
    seed: int,
) -> pd.DataFrame:
    r"""
    The words that set text A apart from text B, one row per term.

    p is the share of random splits of the blocks of both texts that give a :math:`|G^2|` as large as theirs,
    :math:`(1 + \#)/(B + 1)`; q is p adjusted for the number of terms (Benjamini & Hochberg 1995). To read the table,
    keep q below 0.05 and sort by the size of ``log_ratio``: never by p.

    Parameters
    ----------
    counts : sparse array (paragraphs, terms)
        Hits of each term; all tokens of a text should be in it, since its rows add up to :math:`N`.
    terms : list
        Names of the columns.
    documents, blocks : Series, one entry per paragraph
        Text, and block (`resampling.section_blocks` or `resampling.run_blocks`).
    pair : (A, B)
        Positive signs stand for A.
    min_count, min_paragraphs : int
        Terms with fewer hits, or in fewer paragraphs, in both texts together are left out.

    Returns
    -------
    DataFrame, one row per term, in the order of `terms`
        ``term``, ``count_a``, ``count_b``, ``rate_a``, ``rate_b`` (per 1000 tokens), ``g2``, ``log_ratio``, ``low``,
        ``high``, ``bic``, ``range_a``, ``range_b`` (paragraphs with the term), ``dp_a``, ``dp_b``, ``p``, ``q``.

    Raises
    ------
    InputError : if terms, documents or blocks do not fit the counts, or the pair names an unknown or empty text
    """
    counts = sparse.csr_array(counts)
    _check_table(counts, terms, documents)
    check_at_least("n_draws", n_draws, 1)
    blocks = aligned(blocks, documents, "blocks").astype(str)
    rows_a, rows_b = (_rows(counts, documents, text) for text in pair)
    sizes_a, sizes_b = counts[rows_a].sum(axis=1), counts[rows_b].sum(axis=1)
    both = counts[np.concatenate([rows_a, rows_b])]
    kept = np.flatnonzero((both.sum(axis=0) >= min_count) & (paragraph_range(both) >= min_paragraphs))
    in_a, in_b = counts[rows_a][:, kept], counts[rows_b][:, kept]
    a, b, n1, n2 = in_a.sum(axis=0), in_b.sum(axis=0), sizes_a.sum(), sizes_b.sum()
    ratio = log_ratio(a, b, n1, n2)
    sums_a, tokens_a = _by_block(in_a, sizes_a, blocks.iloc[rows_a])
    sums_b, tokens_b = _by_block(in_b, sizes_b, blocks.iloc[rows_b])
    p = _split_p(
        np.vstack([sums_a, sums_b]),
        np.append(tokens_a, tokens_b),
        len(tokens_a),
        np.abs(g2(a, b, n1, n2)),
        n_draws,
        seed,
    )
    table = {"term": [terms[column] for column in kept], "count_a": a, "count_b": b}
    table |= {"rate_a": 1000 * a / n1, "rate_b": 1000 * b / n2, "g2": g2(a, b, n1, n2)}
    table |= {"log_ratio": ratio.value, "low": ratio.low, "high": ratio.high, "bic": bic(a, b, n1, n2)}
    table |= {"range_a": paragraph_range(in_a), "range_b": paragraph_range(in_b)}
    table |= {"dp_a": deviation_of_proportions(in_a, sizes_a), "dp_b": deviation_of_proportions(in_b, sizes_b)}
    return pd.DataFrame(table | {"p": p, "q": adjust(p)})


def _numbers(*values: np.ndarray) -> list[np.ndarray]:
    return [np.asarray(value, dtype=float) for value in values]


def _cells(a: np.ndarray, b: np.ndarray, n1: np.ndarray, n2: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Observed and expected counts of word in A, word in B, other in A, other in B, along the first axis."""
    a, b, n1, n2 = np.broadcast_arrays(*_numbers(a, b, n1, n2))
    observed = np.stack([a, b, n1 - a, n2 - b])
    if not (observed >= 0).all():
        raise InputError("counts", "more hits than tokens, or fewer than 0", allowed="0 to N", remedy="Count again.")
    word = (a + b) / (n1 + n2)
    return observed, np.stack([n1 * word, n2 * word, n1 * (1 - word), n2 * (1 - word)])


def _towards(observed: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Observed counts moved half a unit towards the expected ones, but not past them (Yates 1934)."""
    return observed + np.clip(expected - observed, -0.5, 0.5)


def _williams(a: np.ndarray, b: np.ndarray, n1: np.ndarray, n2: np.ndarray, correction: Correction) -> np.ndarray:
    """Williams' q for a 2 × 2 table, the number to divide by; 1 for the other corrections."""
    check_choice(correction, "correction", ["none", "yates", "williams"])
    a, b, n1, n2 = np.broadcast_arrays(*_numbers(a, b, n1, n2))
    n, word = n1 + n2, a + b
    varies = (word > 0) & (word < n)
    if correction != "williams":
        return np.ones(n.shape)
    word = np.where(varies, word, n / 2)
    q = 1 + (n / n1 + n / n2 - 1) * (n / word + n / (n - word) - 1) / (6 * n)
    return np.where(varies, q, 1.0)


def _sign(a: np.ndarray, b: np.ndarray, n1: np.ndarray, n2: np.ndarray) -> np.ndarray:
    a, b, n1, n2 = _numbers(a, b, n1, n2)
    return np.sign(a * n2 - b * n1)


def _rows(counts: sparse.csr_array, documents: pd.Series, text: str) -> np.ndarray:
    check_choice(text, "pair", documents.drop_duplicates().tolist())
    rows = np.flatnonzero(documents == text)
    if counts[rows].sum() == 0:
        raise InputError("pair", f"no token in {text!r}", allowed="a text with counted tokens", remedy="Name another.")
    return rows


def _by_block(counts: sparse.csr_array, sizes: np.ndarray, blocks: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Hits (blocks, terms) and tokens (blocks,) of one text."""
    codes, names = pd.factorize(blocks)
    member = sparse.csr_array((np.ones(len(codes)), (codes, np.arange(len(codes)))), shape=(len(names), len(codes)))
    return (member @ counts).toarray(), member @ sizes


def _split_p(
    sums: np.ndarray, tokens: np.ndarray, n_first: int, observed: np.ndarray, n_draws: int, seed: int
) -> np.ndarray:
    """Share of random splits of the blocks whose |G²| reaches the observed one, per term."""
    exceeding, n, total = np.zeros(len(observed)), tokens.sum(), sums.sum(axis=0)
    step = max(1, BATCH // max(1, len(observed)))
    for batch in split_blocks(len(tokens), n_first, n_draws=n_draws, seed=seed):
        for start in range(0, len(batch), step):
            first = batch[start : start + step]
            n1, a = (first @ tokens)[:, None], first @ sums
            exceeding += (_g2_size(a, total - a, n1, n - n1) >= observed - 1e-6).sum(axis=0)
    return (1 + exceeding) / (n_draws + 1)


def _g2_size(a: np.ndarray, b: np.ndarray, n1: np.ndarray, n2: np.ndarray) -> np.ndarray:
    """The size of G² without expected counts, in sums of x ln x: several times faster, good to some 1e-8."""

    def f(x: np.ndarray) -> np.ndarray:
        return xlogy(x, x)

    cells = f(a) + f(b) + f(n1 - a) + f(n2 - b)
    # Hits in both texts are the same in every split: one row will do.
    word = (a + b)[:1]
    return 2 * (cells - f(word) - f((n1 + n2)[:1] - word) - f(n1) - f(n2) + f(n1 + n2))


def _check_table(counts: sparse.csr_array, terms: list[str], documents: pd.Series) -> None:
    if counts.shape != (len(documents), len(terms)):
        raise InputError(
            "counts",
            f"{counts.shape[0]} rows and {counts.shape[1]} columns",
            allowed=f"{len(documents)} paragraphs and {len(terms)} terms",
            remedy="Take counts, terms and paragraphs from the same matrix.",
        )
