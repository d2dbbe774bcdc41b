r"""
Measures that no page uses, kept to reproduce published tables and to compare with: ``benchmarks/ties.py``.

For pairs of words or themes in units use `analysis.networks.backbone.sdsm`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.inputs import InputError
from analysis.networks.backbone import IncidenceTable, count_meetings, sort_columns
from analysis.stats.permutation import false_discovery_rate


def hypergeometric(incidence: IncidenceTable, names: Sequence[str] | None = None) -> pd.DataFrame:
    r"""
    The table of `sdsm` by the hypergeometric distribution ("fixedrow"; Tumminello et al. 2011).

    :math:`P(X \ge n_{ij})` when :math:`n_j` units are drawn from N, of which :math:`n_i` hold i. It takes all units as
    equally rich: where lengths are uneven, long units make independent nodes meet, and it calls them tied.

    Parameters
    ----------
    incidence, names : as in `sdsm`

    Returns
    -------
    DataFrame : rows and columns as from `sdsm`; ``q`` over all pairs of nodes that occur

    Examples
    --------
    >>> words = pd.DataFrame({"grens": [1, 0, 1, 1], "kust": [0, 1, 0, 0], "visa": [1, 0, 0, 1]})
    >>> hypergeometric(words).round(9).values.tolist()
    [['grens', 'visa', 2, 1.5, 0.5, 1.0, 1.0]]
    """
    from scipy import stats  # .3 s that only those who compare should spend

    matrix, labels, _ = sort_columns(incidence, names)
    frequency, size = np.bincount(matrix.indices, minlength=matrix.shape[1]), matrix.shape[0]
    source, target, n = count_meetings(matrix)
    null = stats.hypergeom(size, frequency[source], frequency[target])
    table = {"source": labels[source], "target": labels[target], "n": n}
    table |= {"expected": frequency[source] * frequency[target] / size, "p": null.sf(n - 1), "p_lower": null.cdf(n)}
    occurring = int((frequency > 0).sum())
    return pd.DataFrame(table | {"q": false_discovery_rate(table["p"], occurring * (occurring - 1) // 2)})


def disparity(weights: np.ndarray) -> np.ndarray:
    r"""
    Disparity filter: how likely a tie this strong is if each node spread its weight over its ties at random.

    With :math:`k_i` ties at node i and :math:`p_{ij} = w_{ij} / \sum_j w_{ij}`,
    :math:`\alpha_{ij} = (1 - p_{ij})^{k_i - 1}`; a tie takes the smaller value of its two ends (Serrano, Boguñá &
    Vespignani 2009, PNAS 106, 6483). Row i holds the ties that leave i, column i those that reach it; in a symmetric
    table they are the same. For networks whose ties were measured as such: on counts of co-occurrence it is a
    ranking, not a test, and in small or dense ones it keeps next to nothing at .05.

    weights : array, shape (n_nodes, n_nodes), not negative; 0 means no tie
    Returns the same shape, from 0 (surely more than chance) to 1 (no tie, or a tie like any other).

    Raises
    ------
    InputError : if weights are no square table of numbers of 0 or more

    Examples
    --------
    >>> disparity(np.array([[0, 9, 1], [9, 0, 0], [1, 0, 0]])).round(2).tolist()
    [[1.0, 0.1, 0.9], [0.1, 1.0, 1.0], [0.9, 1.0, 1.0]]
    """
    weights = np.asarray(weights, dtype=float)
    if weights.ndim != 2 or weights.shape[0] != weights.shape[1] or not (weights >= 0).all():
        found = f"a table of {weights.shape}, or a number below 0"
        raise InputError("weights", found, allowed="a square table, 0 or more", remedy="Give a weighted network.")
    return np.minimum(_alpha(weights), _alpha(weights.T).T)


def _alpha(weights: np.ndarray) -> np.ndarray:
    n_ties = (weights > 0).sum(axis=1, keepdims=True)
    strength = weights.sum(axis=1, keepdims=True)
    share = weights / np.where(strength > 0, strength, 1)
    return np.where(weights > 0, (1 - share) ** np.maximum(n_ties - 1.0, 0), 1.0)
