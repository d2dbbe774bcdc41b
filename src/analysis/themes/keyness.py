"""
Keyness: which words set one text apart from another.

A word stands a times among the :math:`N_1` tokens of text A and b times among the :math:`N_2` of text B; signs are
those of A. How large a difference is says `association.log_ratio`; whether random splits of the blocks of both texts
would give it too says `measure_keyness`. Tables of chi-squared p-values are not here: the words of a text are not
independent (Lijffijt et al. 2016).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.special import xlogy

from analysis.inputs import InputError, check_at_least
from analysis.stats.association import bic, g2, log_ratio
from analysis.stats.permutation import check_pairs, false_discovery_rate, p_value, split_blocks
from analysis.stats.proportions import aligned

# Terms times splits whose counts are held at once: few enough to stay in the processor's cache.
BATCH = 100_000


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


def measure_keyness(
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
        Text, and block (`bootstrap.make_blocks`).
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
    InputError : if terms, documents or blocks do not fit the counts, or the pair names an unknown or empty text, or one
        text twice
    """
    counts = sparse.csr_array(counts)
    _check_table(counts, terms, documents)
    check_pairs([pair], documents.drop_duplicates().tolist(), "pair")
    check_at_least("n_draws", n_draws, 1)
    blocks = aligned(blocks, documents, "blocks").astype(str)
    rows_a, rows_b = (_rows(counts, documents, text) for text in pair)
    sizes_a, sizes_b = counts[rows_a].sum(axis=1), counts[rows_b].sum(axis=1)
    both = counts[np.concatenate([rows_a, rows_b])]
    frequent = np.flatnonzero((both.sum(axis=0) >= min_count) & (paragraph_range(both) >= min_paragraphs))
    in_a, in_b = counts[rows_a][:, frequent], counts[rows_b][:, frequent]
    a, b, n1, n2 = in_a.sum(axis=0), in_b.sum(axis=0), sizes_a.sum(), sizes_b.sum()
    ratio = log_ratio(a, b, n1, n2)
    sums_a, tokens_a = _by_block(in_a, sizes_a, blocks.iloc[rows_a])
    sums_b, tokens_b = _by_block(in_b, sizes_b, blocks.iloc[rows_b])
    p = _split_p(
        np.vstack([sums_a, sums_b]),
        np.append(tokens_a, tokens_b),
        len(tokens_a),
        n_draws,
        seed,
    )
    table = {"term": [terms[column] for column in frequent], "count_a": a, "count_b": b}
    table |= {"rate_a": 1000 * a / n1, "rate_b": 1000 * b / n2, "g2": g2(a, b, n1, n2)}
    table |= {"log_ratio": ratio.value, "low": ratio.low, "high": ratio.high, "bic": bic(a, b, n1, n2)}
    table |= {"range_a": paragraph_range(in_a), "range_b": paragraph_range(in_b)}
    table |= {"dp_a": deviation_of_proportions(in_a, sizes_a), "dp_b": deviation_of_proportions(in_b, sizes_b)}
    return pd.DataFrame(table | {"p": p, "q": false_discovery_rate(p)})


def _rows(counts: sparse.csr_array, documents: pd.Series, text: str) -> np.ndarray:
    rows = np.flatnonzero(documents == text)
    if counts[rows].sum() == 0:
        raise InputError("pair", f"no token in {text!r}", allowed="a text with counted tokens", remedy="Name another.")
    return rows


def _by_block(counts: sparse.csr_array, sizes: np.ndarray, blocks: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Hits (blocks, terms) and tokens (blocks,) of one text."""
    codes, names = pd.factorize(blocks)
    member = sparse.csr_array((np.ones(len(codes)), (codes, np.arange(len(codes)))), shape=(len(names), len(codes)))
    return (member @ counts).toarray(), member @ sizes


def _split_p(sums: np.ndarray, tokens: np.ndarray, n_first: int, n_draws: int, seed: int) -> np.ndarray:
    """`p_value` of |G²| per term, among random splits of the blocks; the first `n_first` blocks are those of A."""
    step = max(1, BATCH // max(1, sums.shape[1]))
    splits = split_blocks(len(tokens), n_first, n_draws=n_draws, seed=seed)
    parts = (batch[start : start + step] for batch in splits for start in range(0, len(batch), step))
    real = np.arange(len(tokens))[None] < n_first
    return p_value((_information(sums, tokens, part) for part in parts), _information(sums, tokens, real)[0])


def _information(sums: np.ndarray, tokens: np.ndarray, first: np.ndarray) -> np.ndarray:
    """
    |G²|/2N of each split and term: the mutual information of word and text, from 0 to ln 2.

    In sums of x ln x, several times faster than with expected counts; per token, so that rounding stays below
    `ROUNDING` however long the texts are; and the same for two groups that exchange their places.
    """

    def f(x: np.ndarray) -> np.ndarray:
        return xlogy(x, x)

    n, word, n1, a = tokens.sum(), sums.sum(axis=0), (first @ tokens)[:, None], first @ sums
    n2, b = n - n1, word - a
    cells = (f(a) + f(b)) + (f(n1 - a) + f(n2 - b))
    return (cells - (f(word) + f(n - word)) - (f(n1) + f(n2)) + f(n)) / n


def _check_table(counts: sparse.csr_array, terms: list[str], documents: pd.Series) -> None:
    if counts.shape != (len(documents), len(terms)):
        raise InputError(
            "counts",
            f"{counts.shape[0]} rows and {counts.shape[1]} columns",
            allowed=f"{len(documents)} paragraphs and {len(terms)} terms",
            remedy="Take counts, terms and paragraphs from the same matrix.",
        )
