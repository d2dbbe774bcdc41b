r"""
Other ways to count co-occurrence: kept to reproduce published tables, used by no notebook.

They follow quanteda's ``fcm`` (Benoit et al. 2018, JOSS 3(30), 774) to the digit, its diagonal included. All results
are full matrices, one row and one column per term; `triangle` gives the upper half that quanteda shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from scipy import sparse

from analysis.corpus.cooccurrence import (
    TermSum,
    count_ordered_pairs,
    membership,
    multiply_columns,
    near_tokens,
    split_blocks,
    to_terms,
    units_with_both,
)
from analysis.corpus.counts import Sequences
from analysis.inputs import InputError, check_at_least, check_choice

WindowCount = Literal["frequency", "boolean", "weighted"]
WINDOW_COUNTS: tuple[WindowCount, ...] = ("frequency", "boolean", "weighted")


def fcm_in_units(matrix: sparse.csr_array, *, count: Literal["frequency", "boolean"] = "frequency") -> sparse.csr_array:
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
    >>> [fcm_in_units(counts, count=way).toarray().tolist() for way in ("frequency", "boolean")]
    [[[3, 7], [7, 1]], [[1, 2], [2, 1]]]
    """
    check_choice(count, "count", ("frequency", "boolean"))
    x = sparse.csr_array(matrix)
    if count == "boolean":
        return _set_diagonal(units_with_both(x), np.bincount(x.indices[x.data > 1], minlength=x.shape[1]))
    pairs = np.zeros(x.shape[1], dtype=np.int64)
    np.add.at(pairs, x.indices, x.data.astype(np.int64) * (x.data.astype(np.int64) - 1) // 2)
    return _set_diagonal(multiply_columns(x.astype(np.int64)), pairs)


def fcm_in_windows(
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
    window : int
        Largest distance, 1 or more; 1 = next to each other.
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
    >>> import pandas as pd
    >>> terms, unit = pd.Index(["a", "b"]), np.zeros(3, dtype=np.int32)
    >>> aba = Sequences(unit, np.arange(3, dtype=np.int32), np.array([0, 1, 0], dtype=np.int32), pd.Index(["u"]), terms)
    >>> [fcm_in_windows(aba, window=2, count=way).toarray().tolist() for way in ("frequency", "boolean", "weighted")]
    [[[2, 2], [2, 0]], [[2, 1], [1, 0]], [[1.0, 2.0], [2.0, 0.0]]]
    """
    scale = _check_window(window, count, weights)
    if count != "boolean":
        ordered = _weigh_pairs(sequences, scale)
        return ordered + ordered.T.tocsr()
    either = _count_once(sequences, window, both_ways=True)
    return _set_diagonal(either, 2 * either.diagonal())


def fcm_ordered(
    sequences: Sequences,
    *,
    window: int = 5,
    count: WindowCount = "frequency",
    weights: Sequence[float] | None = None,
) -> sparse.csr_array:
    """
    Like `fcm_in_windows`, with order: the term of the row stands before the term of the column.

    A term near itself counts once. The matrix is not symmetric; added to its transpose it gives `fcm_in_windows`,
    "boolean" apart. Parameters and errors are those of `fcm_in_windows`.

    Examples
    --------
    >>> import pandas as pd
    >>> terms, unit = pd.Index(["a", "b"]), np.zeros(3, dtype=np.int32)
    >>> aba = Sequences(unit, np.arange(3, dtype=np.int32), np.array([0, 1, 0], dtype=np.int32), pd.Index(["u"]), terms)
    >>> fcm_ordered(aba, window=2).toarray().tolist()
    [[1, 1], [1, 0]]
    """
    scale = _check_window(window, count, weights)
    if count == "boolean":
        return _count_once(sequences, window, both_ways=False)
    return _weigh_pairs(sequences, scale)


def triangle(matrix: sparse.csr_array) -> sparse.csr_array:
    """
    The upper half of a symmetric matrix, diagonal included: quanteda's ``tri = TRUE`` after ``fcm_sort``.

    Examples
    --------
    >>> triangle(sparse.csr_array([[1, 2], [2, 3]])).toarray().tolist()
    [[1, 2], [0, 3]]
    """
    return sparse.csr_array(sparse.triu(matrix, format="csr"))


def close_gaps(sequences: Sequences) -> Sequences:
    """
    Terms at positions 0, 1, … of their unit, as if what was left out had never stood there.

    This is the default of most tools. It widens windows: *strijd tegen de terreur* has *terreur* next to *strijd*.
    Terms that share a position still do.

    Examples
    --------
    >>> import pandas as pd
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


def _weigh_pairs(sequences: Sequences, weights: np.ndarray) -> sparse.csr_array:
    """
    Pairs of an earlier and a later term, by their distance.

    Pairs of distances that weigh the same are counted as integers first, so that the sum depends on no order.
    """
    n_terms = len(sequences.terms)
    total = sparse.csr_array((n_terms, n_terms), dtype=weights.dtype)
    for weight in dict.fromkeys(weights.tolist()):
        distances = None if (weights == weight).all() else np.append(False, weights == weight)
        total = total + count_ordered_pairs(sequences, len(weights), distances) * weight
    return total


def _count_once(sequences: Sequences, window: int, *, both_ways: bool) -> sparse.csr_array:
    """Units in which a term stands near another (with `both_ways`), or up to `window` before it."""
    n_terms = len(sequences.terms)
    counts = TermSum(n_terms)
    for block in split_blocks(sequences, window):
        near = near_tokens(block, window)
        near = near + near.T.tocsr() if both_ways else near
        key, group = np.unique(block.unit.astype(np.int64) * n_terms + block.term, return_inverse=True)
        in_unit = membership(group, len(key)).T.tocsr() @ to_terms(near, block)  # (term of a unit, terms near it)
        in_unit.data[:] = 1
        counts.add(in_unit, key % n_terms)
    return counts.matrix


def _set_diagonal(matrix: sparse.csr_array, diagonal: np.ndarray) -> sparse.csr_array:
    """The matrix with another diagonal."""
    change = sparse.diags_array(diagonal - matrix.diagonal(), format="csr", dtype=matrix.dtype)
    return sparse.csr_array(matrix + change)  # which keeps no zeros
