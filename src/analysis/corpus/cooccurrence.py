r"""
Which terms stand together: in the same unit of text, or near each other.

Counts follow quanteda's ``fcm`` (Benoit et al. 2018, JOSS 3(30), 774) to the digit, its diagonal included. All are full
matrices, one row and one column per term; `triangle` gives the upper half that quanteda shows. The study itself counts
`units_with_both`. Cut the vocabulary first (`counts.prune`, `keep_terms`): time and memory grow with its square.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.corpus.counts import Sequences
from analysis.inputs import InputError, check_at_least, check_choice

WindowCount = Literal["frequency", "boolean", "weighted"]
WINDOW_COUNTS: tuple[WindowCount, ...] = ("frequency", "boolean", "weighted")
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
    return _product(_present(matrix))


def count_in_units(
    matrix: sparse.csr_array, *, count: Literal["frequency", "boolean"] = "frequency"
) -> sparse.csr_array:
    r"""
    Co-occurrence within units, as quanteda's ``fcm(context = "document")`` has it.

    With :math:`x_{di}` the count of term i in unit d: "frequency" is :math:`\sum_d x_{di} x_{dj}`, on the diagonal
    :math:`\sum_d x_{di} (x_{di} - 1) / 2`, all pairs of tokens. "boolean" is the number of units with both, on the
    diagonal the number of units that have the term twice or more (`units_with_both` has all of them).

    Parameters
    ----------
    matrix : sparse array of int (units, terms)

    Returns
    -------
    csr_array of int, (terms, terms), symmetric

    Examples
    --------
    >>> counts = sparse.csr_array([[3, 2], [1, 1]])
    >>> [count_in_units(counts, count=way).toarray().tolist() for way in ("frequency", "boolean")]
    [[[3, 7], [7, 1]], [[1, 2], [2, 1]]]
    """
    check_choice(count, "count", ("frequency", "boolean"))
    x = sparse.csr_array(matrix)
    if count == "boolean":
        return _with_diagonal(units_with_both(x), np.bincount(x.indices[x.data > 1], minlength=x.shape[1]))
    pairs = np.zeros(x.shape[1], dtype=np.int64)
    np.add.at(pairs, x.indices, x.data.astype(np.int64) * (x.data.astype(np.int64) - 1) // 2)
    return _with_diagonal(_product(x.astype(np.int64)), pairs)


def count_in_windows(
    sequences: Sequences,
    *,
    window: int = 5,
    count: WindowCount = "frequency",
    weights: Sequence[float] | None = None,
) -> sparse.csr_array:
    """
    Co-occurrence at a distance of 1 to `window` tokens within a unit, as quanteda's ``fcm(context = "window")`` has it.

    "frequency": every pair of tokens counts 1. "weighted": it counts 1 by its distance, or the weight given for it.
    "boolean": two terms count once a unit, however often they are near. A term near itself counts twice in each way,
    once seen from either token. Windows never reach into the next unit; gaps keep words apart.

    Parameters
    ----------
    sequences : Sequences
        From `counts.list_sequences`; after `close_gaps` distance is counted in terms, not in tokens.
    weights : one number per distance, 1 to `window`
        Only with "weighted".

    Returns
    -------
    csr_array, (terms, terms), symmetric; int, "weighted" float

    Raises
    ------
    InputError : if `window` is not positive, `count` is unknown, or the weights do not fit

    Examples
    --------
    >>> terms, unit = pd.Index(["a", "b"]), np.zeros(3, dtype=np.int32)
    >>> aba = Sequences(unit, np.arange(3, dtype=np.int32), np.array([0, 1, 0], dtype=np.int32), pd.Index(["u"]), terms)
    >>> [count_in_windows(aba, window=2, count=way).toarray().tolist() for way in ("frequency", "boolean", "weighted")]
    [[[2, 2], [2, 0]], [[2, 1], [1, 0]], [[1.0, 2.0], [2.0, 0.0]]]
    """
    scale = _check_window(window, count, weights)
    if count != "boolean":
        ordered = _count_ordered(sequences, scale)
        return ordered + ordered.T.tocsr()
    either = _count_once(sequences, window, both_ways=True)
    return _with_diagonal(either, 2 * either.diagonal())


def count_ordered(
    sequences: Sequences,
    *,
    window: int = 5,
    count: WindowCount = "frequency",
    weights: Sequence[float] | None = None,
) -> sparse.csr_array:
    """
    Like `count_in_windows`, with order: the term of the row stands before the term of the column.

    A term near itself counts once. The matrix is not symmetric; added to its transpose it gives `count_in_windows`,
    "boolean" apart.

    Examples
    --------
    >>> terms, unit = pd.Index(["a", "b"]), np.zeros(3, dtype=np.int32)
    >>> aba = Sequences(unit, np.arange(3, dtype=np.int32), np.array([0, 1, 0], dtype=np.int32), pd.Index(["u"]), terms)
    >>> count_ordered(aba, window=2).toarray().tolist()
    [[1, 1], [1, 0]]
    """
    scale = _check_window(window, count, weights)
    if count == "boolean":
        return _count_once(sequences, window, both_ways=False)
    return _count_ordered(sequences, scale)


def triangle(matrix: sparse.csr_array) -> sparse.csr_array:
    """
    The upper half of a symmetric matrix, diagonal included: quanteda's ``tri = TRUE`` after ``fcm_sort``.

    Examples
    --------
    >>> triangle(sparse.csr_array([[1, 2], [2, 3]])).toarray().tolist()
    [[1, 2], [0, 3]]
    """
    return sparse.csr_array(sparse.triu(matrix, format="csr"))


def keep_terms(sequences: Sequences, terms: pd.Index) -> Sequences:
    """
    Some terms alone, as `counts.prune` chose them; the others become gaps.

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


def close_gaps(sequences: Sequences) -> Sequences:
    """
    Terms at positions 0, 1, … of their unit, as if what was left out had never stood there.

    This is the default of most tools. It widens windows: *strijd tegen de terreur* has *terreur* next to *strijd*.
    Terms that share a position still do.

    Examples
    --------
    >>> unit, place, term = np.array([0, 0, 1]), np.array([2, 7, 1]), np.array([0, 1, 0])
    >>> closed = close_gaps(Sequences(unit, place, term, pd.Index(["u", "v"]), pd.Index(["a", "b"])))
    >>> closed.position.tolist()
    [0, 1, 0]
    """
    new_unit = np.diff(sequences.unit, prepend=-1) != 0
    place = np.cumsum(np.diff(sequences.position, prepend=-1) != 0)
    first = place[new_unit]
    position = place - np.repeat(first, np.diff(np.append(np.flatnonzero(new_unit), len(place))))
    return Sequences(sequences.unit, position.astype(np.int32), sequences.term, sequences.units, sequences.terms)


def _check_window(window: int, count: WindowCount, weights: Sequence[float] | None) -> np.ndarray:
    """The weight of each distance, 1 to `window`."""
    check_at_least("window", window, 1)
    check_choice(count, "count", WINDOW_COUNTS)
    if weights is None:
        return 1 / np.arange(1, window + 1) if count == "weighted" else np.ones(window, dtype=np.int64)
    if count != "weighted":
        raise InputError("weights", f"weights with count {count!r}", allowed="none", remedy='Say count="weighted".')
    if len(weights) != window:
        raise InputError(
            "weights", f"{len(weights)} numbers", allowed=f"{window}, one per distance", remedy="Give as many."
        )
    return np.asarray(weights, dtype=float)


def _count_ordered(sequences: Sequences, weights: np.ndarray) -> sparse.csr_array:
    """
    Pairs of an earlier and a later term, by their distance.

    Pairs of distances that weigh the same are counted as integers and weighed after: so the sum depends on no order.
    """
    n_terms = len(sequences.terms)
    total = sparse.csr_array((n_terms, n_terms), dtype=weights.dtype)
    for weight in dict.fromkeys(weights.tolist()):
        apart = None if (weights == weight).all() else np.append(False, weights == weight)
        counts = _Sum(n_terms)
        for block in _blocks(sequences, len(weights)):
            counts.add(_to_terms(_near(block, len(weights), apart), block), block.term)
        total = total + counts.matrix * weight
    return total


def _count_once(sequences: Sequences, window: int, *, both_ways: bool) -> sparse.csr_array:
    """Units in which a term stands near another (with `both_ways`), or up to `window` before it."""
    n_terms = len(sequences.terms)
    counts = _Sum(n_terms)
    for block in _blocks(sequences, window):
        near = _near(block, window)
        near = near + near.T.tocsr() if both_ways else near
        key, group = np.unique(block.unit.astype(np.int64) * n_terms + block.term, return_inverse=True)
        in_unit = _member(group, len(key)).T.tocsr() @ _to_terms(near, block)  # (term of a unit, terms near it)
        in_unit.data[:] = 1
        counts.add(in_unit, key % n_terms)
    return counts.matrix


class _Sum:
    """A matrix of terms by terms that grows block by block; kept as its transpose, since transposing sorts it."""

    def __init__(self, n_terms: int) -> None:
        self.transposed = sparse.csr_array((n_terms, n_terms), dtype=np.int64)

    def add(self, rows: sparse.csr_array, term: np.ndarray) -> None:
        """Add each row to that of its term."""
        new = _member(term, self.transposed.shape[0]).T.tocsr() @ rows
        self.transposed = self.transposed + new.tocsc().T

    @property
    def matrix(self) -> sparse.csr_array:
        return self.transposed.T.tocsr()


def _blocks(sequences: Sequences, window: int) -> Iterator[Sequences]:
    """Runs of whole units with some `PAIRS` pairs each."""
    size = max(1, PAIRS // window)
    begins = np.flatnonzero(np.diff(sequences.unit, prepend=-1, append=sequences.n_units))
    steps = np.searchsorted(begins, np.arange(0, len(sequences.unit), size), side="right") - 1
    edges = np.append(begins[np.unique(steps)], len(sequences.unit)) if len(sequences.unit) else begins[:0]
    for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        part = slice(first, last)
        yield Sequences(
            sequences.unit[part], sequences.position[part], sequences.term[part], sequences.units, sequences.terms
        )


def _near(block: Sequences, window: int, apart: np.ndarray | None = None) -> sparse.csr_array:
    """
    Which token of a block stands 1 to `window` before which other one, as a matrix of tokens by tokens.

    Tokens are in order, so those near one are a run of rows: it begins after those of the same position, and ends
    where the window does. With `apart` (True for each distance that counts, from 0) only some of the run are taken.
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
    if apart is not None:
        first = np.repeat(np.arange(n, dtype=np.int32), sizes)
        taken = apart[place[later] - place[first]]
        later, ends = later[taken], np.cumsum(np.bincount(first[taken], minlength=n))
    bounds = np.append(0, ends).astype(np.int32)
    return sparse.csr_array((np.ones(len(later), dtype=np.int32), later, bounds), shape=(n, n))


def _to_terms(near: sparse.csr_array, block: Sequences) -> sparse.csr_array:
    """The terms of near tokens in place of the tokens: one row per token, a column per term, repeated at times."""
    shape = (near.shape[0], len(block.terms))
    return sparse.csr_array((near.data, block.term[near.indices], near.indptr), shape=shape)


def _member(group: np.ndarray, n_groups: int) -> sparse.csr_array:
    """The group of each row: a matrix with one 1 a row."""
    n = len(group)
    bounds = np.arange(n + 1, dtype=np.int32)
    return sparse.csr_array((np.ones(n, dtype=np.int32), group.astype(np.int32), bounds), shape=(n, n_groups))


def _present(matrix: sparse.csr_array) -> sparse.csr_array:
    """1 where the matrix is above 0."""
    present = sparse.csr_array(matrix > 0)
    narrow = present.indices.astype(np.int32), present.indptr.astype(np.int32)
    return sparse.csr_array((np.ones(present.nnz, dtype=np.int32), *narrow), shape=present.shape)


def _product(x: sparse.csr_array) -> sparse.csr_array:
    """The product of the columns of a matrix with each other."""
    product = x.T.tocsr() @ x
    product = product.tocsc().T  # itself, being symmetric, with sorted indices: three times as fast as sorting them
    return sparse.csr_array((product.data.astype(np.int64), product.indices, product.indptr), shape=product.shape)


def _with_diagonal(matrix: sparse.csr_array, diagonal: np.ndarray) -> sparse.csr_array:
    """The matrix with another diagonal."""
    change = sparse.diags_array(diagonal - matrix.diagonal(), format="csr", dtype=matrix.dtype)
    return sparse.csr_array(matrix + change)  # which keeps no zeros
