"""Correspondence analysis of a table of counts: words by texts, themes by headings, actors by themes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.inputs import InputError


@dataclass(frozen=True)
class Correspondence:
    """Rows and columns of a table in the same few dimensions."""

    rows: pd.DataFrame  # one row per row and axis: item, axis, mass, coordinate, standard, contribution, quality
    columns: pd.DataFrame  # the same of the columns
    inertia: pd.DataFrame  # one row per axis: axis (1, 2, …), inertia, share, cumulative
    total: float  # total inertia: the chi-square statistic divided by the sum of the table


def analyse_correspondence(table: pd.DataFrame) -> Correspondence:
    r"""
    Simple correspondence analysis (Greenacre 2017, Correspondence Analysis in Practice, 3rd ed., appendix A).

    With :math:`P = N / n`, row and column masses :math:`r, c` and standardised residuals :math:`S = D_r^{-1/2} (P - r
    c^\top) D_c^{-1/2} = U D_\alpha V^\top`: principal coordinates :math:`F = D_r^{-1/2} U D_\alpha` and :math:`G =
    D_c^{-1/2} V D_\alpha`, standard ones without :math:`D_\alpha`, inertia :math:`\lambda_k = \alpha_k^2`. Distances
    between rows (or between columns) in principal coordinates are chi-square distances; a row lies near the columns of
    which it has more than the average row. With few counts positions are unsure: read contributions and masses before
    distances.

    Parameters
    ----------
    table : DataFrame of counts, 0 or more, its row and column names the items; rows and columns without any count are
        left out

    Returns
    -------
    Correspondence, all axes with any inertia (at most the smaller number of rows and columns, less one)
        ``coordinate`` is principal, ``standard`` the standard coordinate; ``contribution`` the share of the axis's
        inertia that the item makes (0 to 1, sums to 1 on an axis); ``quality`` the share of the item's inertia that
        lies on the axis (cos², 0 to 1). The sign of an axis is such that the column of largest contribution is
        positive.

    Raises
    ------
    InputError : if a count is negative or missing, or fewer than two rows or columns have any

    Examples
    --------
    >>> table = pd.DataFrame({"2014": [9, 1], "2018": [1, 9]}, index=["asiel", "cyber"])
    >>> found = analyse_correspondence(table)
    >>> round(found.total, 2), found.columns["coordinate"].round(2).tolist()
    (0.64, [0.8, -0.8])
    """
    counts = table.to_numpy(dtype=float)
    if np.isnan(counts).any() or (counts < 0).any():
        raise InputError("table", "a negative or missing count", allowed="counts, 0 or more", remedy="Count again.")
    table = table.loc[counts.sum(axis=1) > 0, counts.sum(axis=0) > 0]
    if min(table.shape) < 2:
        found = f"{table.shape[0]} rows and {table.shape[1]} columns with a count"
        raise InputError("table", found, allowed="two of each at least", remedy="Take a larger table.")
    shares = table.to_numpy(dtype=float) / table.to_numpy(dtype=float).sum()
    r, c = shares.sum(axis=1), shares.sum(axis=0)
    residuals = (shares - np.outer(r, c)) / np.sqrt(np.outer(r, c))
    u, alpha, v = np.linalg.svd(residuals, full_matrices=False)
    axes = alpha**2 > 1e-12 * max(1.0, (residuals**2).sum())
    u, alpha, v = u[:, axes], alpha[axes], v[axes].T
    flip = np.sign(v[np.abs(v).argmax(axis=0), range(v.shape[1])])
    inertia = pd.DataFrame({"axis": range(1, len(alpha) + 1), "inertia": alpha**2})
    inertia["share"] = inertia["inertia"] / inertia["inertia"].sum()
    return Correspondence(
        rows=_place(table.index, r, u * flip, alpha),
        columns=_place(table.columns, c, v * flip, alpha),
        inertia=inertia.assign(cumulative=inertia["share"].cumsum()),
        total=float((residuals**2).sum()),
    )


def _place(items: pd.Index, mass: np.ndarray, vectors: np.ndarray, alpha: np.ndarray) -> pd.DataFrame:
    """One row per item and axis."""
    standard = vectors / np.sqrt(mass)[:, None]
    coordinate = standard * alpha
    distance = (coordinate**2).sum(axis=1, keepdims=True)
    quality = coordinate**2 / np.where(distance > 0, distance, 1)
    n_axes = len(alpha)
    return pd.DataFrame(
        {
            "item": np.repeat(items.to_numpy(), n_axes),
            "axis": np.tile(np.arange(1, n_axes + 1), len(items)),
            "mass": np.repeat(mass, n_axes),
            "coordinate": coordinate.ravel(),
            "standard": standard.ravel(),
            "contribution": (vectors**2).ravel(),
            "quality": quality.ravel(),
        }
    )
