r"""
Bipartite configuration model (BiCM): null probabilities of a table of units and nodes, given its row and column sums.

A long paragraph holds many words, a frequent word stands in many paragraphs, and so they meet without being tied. The
model says how often: among all random tables it is the one of greatest entropy in which every unit has as many nodes,
and every node as many units, as observed, in expectation (Squartini & Garlaschelli 2011; Saracco et al. 2015). Then
:math:`p_{ik} = x_i y_k / (1 + x_i y_k)`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.inputs import InputError
from analysis.stats.proportions import aligned

# Margins are met to this part of themselves (of 1 where they are below 1).
PRECISION = 1e-10
MOST_STEPS = 200
# Odds change by a factor of e² at most in a step: far from the answer the quadratic that Newton trusts misleads.
LONGEST_STEP = 2.0


@dataclass(frozen=True)
class Bicm:
    """Fitted probabilities; units of one text and one richness share a row, nodes of one frequency a column."""

    p: np.ndarray  # (classes of units, classes of nodes), 0 to 1
    sizes: np.ndarray  # (classes of units,), how many units each has
    units: np.ndarray  # (n_units,), class of each unit
    nodes: np.ndarray  # (n_nodes,), class of each node

    def table(self) -> np.ndarray:
        """The probability that a unit holds a node, (n_units, n_nodes), 0 to 1."""
        return self.p[self.units][:, self.nodes]

    def restrict(self, rows: np.ndarray) -> Bicm:
        """The probabilities of some units; of all units of a text they are those fitted to that text."""
        classes, units, sizes = np.unique(self.units[rows], return_inverse=True, return_counts=True)
        return Bicm(self.p[classes], sizes, units, self.nodes)


def fit_bicm(incidence: pd.DataFrame | sparse.csr_array | np.ndarray, strata: pd.Series | None = None) -> Bicm:
    r"""
    Fit the probabilities :math:`p_{ik}` to the margins of a table.

    Units of equal richness have equal probabilities, and so have nodes of equal frequency: the equations are solved
    once per class, so that a million paragraphs cost little more than a thousand. They are solved by Newton's method on
    the likelihood, after everything that the margins force has been set to 0 or 1: empty and full rows and columns,
    and blocks where the Gale–Ryser inequality is an equality (there the likelihood has no highest point).

    Parameters
    ----------
    incidence : table of true and false, (n_units, n_nodes)
    strata : Series, optional
        Text of each unit. Each text is fitted by itself: to its own frequencies and its own richness.

    Returns
    -------
    Bicm : its margins equal those observed to 1e-10 of themselves

    Raises
    ------
    InputError : if the table is empty or holds other values than 0 and 1, strata have other rows, or the margins are
        not met after 200 steps (not seen so far)

    Examples
    --------
    >>> fit_bicm(np.array([[0, 0, 1], [0, 1, 0], [1, 0, 1]])).table().round(3).tolist()
    [[0.216, 0.216, 0.568], [0.216, 0.216, 0.568], [0.568, 0.568, 0.863]]
    """
    matrix = read_incidence(incidence)
    text = read_strata(strata, incidence)
    richness = np.diff(matrix.indptr)
    parts = [np.flatnonzero(text == number) for number in range(text.max() + 1)]
    frequency = np.array([np.bincount(matrix[rows].indices, minlength=matrix.shape[1]) for rows in parts])
    nodes_by_class, nodes = np.unique(frequency, axis=1, return_inverse=True)
    tables, sizes, units, n_classes = [], [], np.empty(len(text), dtype=np.int64), 0
    for rows, of_class in zip(parts, nodes_by_class, strict=True):
        rich, unit_class, n_units = np.unique(richness[rows], return_inverse=True, return_counts=True)
        often, place = np.unique(of_class, return_inverse=True)
        n_nodes = np.bincount(place, weights=np.bincount(nodes.ravel())).astype(np.int64)
        tables.append(_fit_text(rich, n_units, often, n_nodes)[:, place])
        sizes.append(n_units)
        units[rows] = unit_class + n_classes
        n_classes += len(rich)
    return Bicm(np.vstack(tables), np.concatenate(sizes), units, nodes.ravel())


def read_incidence(incidence: pd.DataFrame | sparse.csr_array | np.ndarray) -> sparse.csr_array:
    """A table of units and nodes as 0/1 csr with sorted indices and no stored zeros, once it is known to be one."""
    values = incidence.to_numpy() if isinstance(incidence, pd.DataFrame) else incidence
    matrix = sparse.csr_array(values, copy=True)
    if not all(matrix.shape):
        raise InputError(
            "incidence", f"a table of {matrix.shape}", allowed="units and nodes", remedy="Check the corpus."
        )
    if not np.isin(matrix.data, (0, 1)).all():
        raise InputError(
            "incidence", "other values than true and false", allowed="0/1", remedy="Compare counts with 0."
        )
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    return matrix.astype(np.int64)


def read_strata(strata: pd.Series | None, incidence: pd.DataFrame | sparse.csr_array | np.ndarray) -> np.ndarray:
    """Number of the text of each unit, from 0 in order of appearance."""
    n_units = incidence.shape[0]
    if strata is None:
        return np.zeros(n_units, dtype=np.int64)
    like = incidence if isinstance(incidence, pd.DataFrame) else strata
    if len(strata) != n_units:
        raise InputError("strata", f"{len(strata)} rows", allowed=f"the {n_units} units", remedy="One entry per unit.")
    return pd.factorize(aligned(strata, like, "strata"))[0]


def _fit_text(rich: np.ndarray, n_units: np.ndarray, often: np.ndarray, n_nodes: np.ndarray) -> np.ndarray:
    """Probabilities (classes of units, classes of nodes) of one text, from margins and how many share them."""
    p = np.zeros((len(rich), len(often)))
    todo = [(np.arange(len(rich)), rich, np.arange(len(often)), often)]
    while todo:
        rows, r, columns, c = todo.pop()
        if not len(rows) or not len(columns):
            continue
        m, k = n_units[rows], n_nodes[columns]
        full_row, full_column = r == k.sum(), c == m.sum()
        settled_row, settled_column = full_row | (r == 0), full_column | (c == 0)
        if settled_column.any():
            p[np.ix_(rows, columns[full_column])] = 1
            todo.append((rows, r - k[full_column].sum(), columns[~settled_column], c[~settled_column]))
        elif settled_row.any():
            p[np.ix_(rows[full_row], columns)] = 1
            todo.append((rows[~settled_row], r[~settled_row], columns, c - m[full_row].sum()))
        else:
            top, t = _forced(r, m, c, k)
            if t:
                high, low = c > t, c < t
                p[np.ix_(rows[top], columns[~low])] = 1
                todo.append((rows[top], r[top] - k[~low].sum(), columns[low], c[low]))
                todo.append((rows[~top], r[~top], columns[high], c[high] - t))
            else:
                p[np.ix_(rows, columns)] = _newton(r, m, c, k)
    return p


def _forced(r: np.ndarray, m: np.ndarray, c: np.ndarray, k: np.ndarray) -> tuple[np.ndarray, int]:
    r"""
    The richest t units, if they hold all :math:`\sum_k \min(c_k, t)` there is room for; t = 0 if there are none.

    Then they hold every node of frequency t or more, and the other units none of frequency t or less.
    """
    order = np.argsort(-r, kind="stable")[:-1]
    held, t = np.cumsum((r * m)[order]), np.cumsum(m[order])
    room = np.array([(np.minimum(c, one) * k).sum() for one in t.tolist()], dtype=np.int64)
    tight = np.flatnonzero(held == room)
    top = np.zeros(len(r), dtype=bool)
    if not len(tight):
        return top, 0
    top[order[: tight[0] + 1]] = True
    return top, int(t[tight[0]])


def _newton(r: np.ndarray, m: np.ndarray, c: np.ndarray, k: np.ndarray) -> np.ndarray:
    """Probabilities with row sums r (m rows alike) and column sums c (k columns alike), none of which forces any."""
    if len(r) > len(c):  # the smaller side is solved for, the other follows
        return _newton(c, k, r, m).T
    total = float((r * m).sum())
    x, y = np.log(r / np.sqrt(total)), np.log(c / np.sqrt(total))
    weight = np.outer(m, k).astype(float)

    def misfit(x: np.ndarray, y: np.ndarray) -> float:
        softplus = np.logaddexp(0, x[:, None] + y)
        return float((weight * softplus).sum() - (m * r * x).sum() - (k * c * y).sum())

    value = misfit(x, y)
    for _ in range(MOST_STEPS):
        p = 1 / (1 + np.exp(-(x[:, None] + y)))
        over_r, over_c = (p * k).sum(axis=1) - r, (p * m[:, None]).sum(axis=0) - c
        if max((np.abs(over_r) / np.maximum(r, 1)).max(), (np.abs(over_c) / np.maximum(c, 1)).max()) <= PRECISION:
            return p
        dx, dy = _newton_step(weight * p * (1 - p), m * over_r, k * over_c)
        step = min(1.0, LONGEST_STEP / max(np.abs(dx).max(), np.abs(dy).max()))
        slack = 1e-13 * abs(value)  # what adding up may lose
        while (new := misfit(x + step * dx, y + step * dy)) > value + slack and step > 1e-6:
            step /= 2
        x, y, value = x + step * dx, y + step * dy, new
    raise InputError(
        "incidence", f"margins not met after {MOST_STEPS} steps", allowed="margins", remedy="Leave out rare nodes."
    )


def _newton_step(spread: np.ndarray, over_r: np.ndarray, over_c: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Newton's step for both sides; x of the last row stays, since only sums of x and y matter."""
    rows, columns = spread.sum(axis=1), spread.sum(axis=0)
    part = spread / columns
    reduced = np.diag(rows) - part @ spread.T
    dx = np.zeros(len(rows))
    dx[:-1] = np.linalg.solve(reduced[:-1, :-1], (part @ over_c - over_r)[:-1])
    return dx, -(over_c + dx @ spread) / columns
