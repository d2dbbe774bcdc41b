"""
Co-occurrence of terms: in the same unit of text, or within a window of tokens.

All results are full matrices, one row and one column per term. Cut the vocabulary first (`counts.prune`, `keep_terms`):
time and memory grow with its square. Other ways to count, which published tables use, are in `published`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.corpus.counts import Sequences
from analysis.inputs import InputError, check_at_least

# Pairs held at once: fewer cost time, since every block adds a matrix; more cost memory (2^21 to 2^24 tried).
PAIRS = 2**22


def units_with_both(matrix: sparse.csr_array) -> sparse.csr_array:
    r"""
    In how many units two terms stand together, :math:`n_{ij}`; on the diagonal, in how many each stands, :math:`n_i`.

    Parameters
    ----------
    matrix : sparse array (units, terms)
        Counts, or True and False; what is above 0 is there.

    Returns
    -------
    csr_array of int, (terms, terms), symmetric, from 0 to the number of units

    Examples
    --------
    >>> units_with_both(sparse.csr_array([[2, 1, 0], [1, 0, 0]])).toarray().tolist()
    [[2, 1, 0], [1, 1, 0], [0, 0, 0]]
    """
    return multiply_columns(_present(matrix))


def count_in_windows(sequences: Sequences, *, window: int = 5) -> sparse.csr_array:
    """
    How many pairs of tokens of two terms stand at a distance of 1 to `window` tokens within a unit.

    A term near itself counts twice, once seen from either token. Windows never reach into the next unit; gaps keep
    words apart. This is the ``fcm(context = "window")`` of quanteda (Benoit et al. 2018, JOSS 3(30), 774).

    Parameters
    ----------
    sequences : Sequences
        From `counts.list_sequences`.
    window : int
        Largest distance, 1 or more; 1 = next to each other.

    Returns
    -------
    csr_array of int, (terms, terms), symmetric

    Raises
    ------
    InputError : if `window` is not positive

    Examples
    --------
    >>> terms, unit = pd.Index(["a", "b"]), np.zeros(3, dtype=np.int32)
    >>> aba = Sequences(unit, np.arange(3, dtype=np.int32), np.array([0, 1, 0], dtype=np.int32), pd.Index(["u"]), terms)
    >>> count_in_windows(aba, window=2).toarray().tolist()
    [[2, 2], [2, 0]]
    """
    check_at_least("window", window, 1)
    ordered = count_ordered_pairs(sequences, window)
    return ordered + ordered.T.tocsr()


def keep_terms(sequences: Sequences, terms: pd.Index) -> Sequences:
    """
    The sequences of some terms only, for example of those that `counts.prune` left; the others become gaps.

    Raises
    ------
    InputError : if a term does not occur

    Examples
    --------
    >>> unit, place, term = np.zeros(3, dtype=np.int32), np.arange(3, dtype=np.int32), np.array([0, 1, 0])
    >>> kept = keep_terms(Sequences(unit, place, term, pd.Index(["u"]), pd.Index(["a", "b"])), pd.Index(["b"]))
    >>> kept.position.tolist(), kept.term.tolist()
    ([1], [0])
    """
    unknown = terms.difference(sequences.terms)
    if len(unknown):
        raise InputError("terms", repr(unknown[0]), allowed="terms of the sequences", remedy="Choose from their terms.")
    number = terms.get_indexer(sequences.terms).astype(np.int32)[sequences.term]
    kept = number >= 0
    return Sequences(sequences.unit[kept], sequences.position[kept], number[kept], sequences.units, terms)


# --- pairs of tokens ---------------------------------------------------------------------------------------------


def count_ordered_pairs(sequences: Sequences, window: int, distances: np.ndarray | None = None) -> sparse.csr_array:
    """
    Pairs of an earlier term (row) and a later one (column), 1 to `window` tokens apart within a unit.

    With `distances` (True for each distance that counts, from 0) only pairs at some distances.
    """
    counts = TermSum(len(sequences.terms))
    for block in split_blocks(sequences, window):
        counts.add(to_terms(near_tokens(block, window, distances), block), block.term)
    return counts.matrix


class TermSum:
    """A matrix of terms by terms that grows block by block; kept as its transpose, since transposing sorts it."""

    def __init__(self, n_terms: int) -> None:
        self.transposed = sparse.csr_array((n_terms, n_terms), dtype=np.int64)

    def add(self, rows: sparse.csr_array, term: np.ndarray) -> None:
        """Add each row to that of its term."""
        new = membership(term, self.transposed.shape[0]).T.tocsr() @ rows
        self.transposed = self.transposed + new.tocsc().T

    @property
    def matrix(self) -> sparse.csr_array:
        return self.transposed.T.tocsr()


def split_blocks(sequences: Sequences, window: int) -> Iterator[Sequences]:
    """Runs of whole units with about `PAIRS` pairs each."""
    size = max(1, PAIRS // window)
    begins = np.flatnonzero(np.diff(sequences.unit, prepend=-1, append=sequences.n_units))
    steps = np.searchsorted(begins, np.arange(0, len(sequences.unit), size), side="right") - 1
    edges = np.append(begins[np.unique(steps)], len(sequences.unit)) if len(sequences.unit) else begins[:0]
    for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        part = slice(first, last)
        yield Sequences(
            sequences.unit[part], sequences.position[part], sequences.term[part], sequences.units, sequences.terms
        )


def near_tokens(block: Sequences, window: int, distances: np.ndarray | None = None) -> sparse.csr_array:
    """
    Which token of a block stands 1 to `window` before which other one, as a matrix of tokens by tokens.

    Tokens are in order, so those near a token are a run of rows: it begins after those of the same position, and ends
    where the window does. With `distances` (True for each distance that counts, from 0) only part of the run is taken.
    """
    n, place = len(block.unit), block.unit.astype(np.int64) * (block.position.max(initial=0) + window + 1)
    place += block.position
    same, within = np.zeros(n, dtype=np.int32), np.zeros(n, dtype=np.int32)
    for step in range(1, n):
        distance = place[step:] - place[:-step]
        inside = distance <= window
        if not inside.any():
            break
        within[:-step] += inside
        same[:-step] += distance == 0
    sizes = within - same
    ends = np.cumsum(sizes)
    later = np.arange(sizes.sum(), dtype=np.int32)
    later += np.repeat((np.arange(1, n + 1) + same - (ends - sizes)).astype(np.int32), sizes)
    if distances is not None:
        first = np.repeat(np.arange(n, dtype=np.int32), sizes)
        taken = distances[place[later] - place[first]]
        later, ends = later[taken], np.cumsum(np.bincount(first[taken], minlength=n))
    bounds = np.append(0, ends).astype(np.int32)
    return sparse.csr_array((np.ones(len(later), dtype=np.int32), later, bounds), shape=(n, n))


def to_terms(near: sparse.csr_array, block: Sequences) -> sparse.csr_array:
    """The terms of near tokens in place of the tokens: one row per token, a column per term, repeated at times."""
    shape = (near.shape[0], len(block.terms))
    return sparse.csr_array((near.data, block.term[near.indices], near.indptr), shape=shape)


def membership(group: np.ndarray, n_groups: int) -> sparse.csr_array:
    """The group of each row: a matrix with one 1 a row."""
    n = len(group)
    bounds = np.arange(n + 1, dtype=np.int32)
    return sparse.csr_array((np.ones(n, dtype=np.int32), group.astype(np.int32), bounds), shape=(n, n_groups))


def _present(matrix: sparse.csr_array) -> sparse.csr_array:
    """1 where the matrix is above 0."""
    present = sparse.csr_array(matrix > 0)
    narrow = present.indices.astype(np.int32), present.indptr.astype(np.int32)
    return sparse.csr_array((np.ones(present.nnz, dtype=np.int32), *narrow), shape=present.shape)


def multiply_columns(x: sparse.csr_array) -> sparse.csr_array:
    """The product of the columns of a matrix with each other."""
    product = x.T.tocsr() @ x
    product = product.tocsc().T  # itself, being symmetric, with sorted indices: three times as fast as sorting them
    return sparse.csr_array((product.data.astype(np.int64), product.indices, product.indptr), shape=product.shape)
