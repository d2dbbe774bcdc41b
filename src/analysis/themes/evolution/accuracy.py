"""How well a list of terms does: what it marks in units that were coded, beside the codes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import binomtest

LEAST_ACCURACY = 0.7  # with a precision or recall below, a page shows the codes only
COLUMNS = ["label", "tp", "fp", "fn", "precision", "precision_low", "precision_high", "recall", "recall_low",
           "recall_high", "f1", "usable"]  # fmt: skip


def score_marks(coded: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    r"""
    Precision and recall of each label: :math:`tp / (tp + fp)` and :math:`tp / (tp + fn)`.

    Parameters
    ----------
    coded, found : DataFrames of bool, one row per unit, one column per label; the same rows and columns

    Returns
    -------
    DataFrame, one row per label
        ``label``; ``tp``, ``fp``, ``fn`` (units); ``precision``, ``recall`` with 95 % intervals ``*_low``, ``*_high``
        (Wilson 1927; units taken as independent) and ``f1`` (0 to 1, missing where nothing was found, or coded);
        ``usable`` (precision and recall are `LEAST_ACCURACY` or more).

    Examples
    --------
    >>> coded, found = (pd.DataFrame({"threat": values}) for values in ([True, True, False], [True, False, False]))
    >>> score_marks(coded, found)[["tp", "fp", "fn", "precision", "recall"]].values.tolist()
    [[1.0, 0.0, 1.0, 1.0, 0.5]]
    """
    rows = []
    for label in coded.columns:
        one, other = coded[label].to_numpy(dtype=bool), found[label].to_numpy(dtype=bool)
        tp, fp, fn = int((one & other).sum()), int((~one & other).sum()), int((one & ~other).sum())
        precision, recall = _rate(tp, tp + fp), _rate(tp, tp + fn)
        f1 = 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else np.nan
        usable = precision[0] >= LEAST_ACCURACY and recall[0] >= LEAST_ACCURACY
        rows.append((label, tp, fp, fn, *precision, *recall, f1, bool(usable)))
    return pd.DataFrame(rows, columns=COLUMNS)


def _rate(k: int, n: int) -> tuple[float, float, float]:
    """k of n with its Wilson interval; missing where n is 0."""
    if not n:
        return np.nan, np.nan, np.nan
    interval = binomtest(k, n).proportion_ci(method="wilson")
    return k / n, interval.low, interval.high
