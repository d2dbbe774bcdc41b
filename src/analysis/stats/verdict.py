"""What may be said of a difference, by fixed rules."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from analysis.stats.proportions import (
    ROUNDING,
)

Verdict = Literal["differs", "holds with reservations", "inconclusive", "too few to tell"]


def verdict(changes: pd.DataFrame, *, min_units: int = 10, level: float = 0.05) -> pd.DataFrame:
    """
    What may be said of each change, by a rule fixed before looking.

    "too few to tell" when fewer than `min_units` paragraphs of the two texts together have the theme; otherwise
    "differs" when the p-value adjusted for all comparisons is at most `level`, "holds with reservations" when only the
    single p-value is, "inconclusive" when neither is. A difference between texts is not a trend.

    Parameters
    ----------
    changes : DataFrame
        The table of `change_test`.

    Returns
    -------
    DataFrame : the same rows with ``direction`` ("more", "less" or "same", of the later text) and ``verdict``

    Examples
    --------
    >>> changes = pd.DataFrame({"count_before": [20, 2], "count_after": [3, 1], "difference": [-0.2, -0.1],
    ...                         "p": [0.001, 0.3], "p_adjusted": [0.01, 0.9]})
    >>> verdict(changes)[["direction", "verdict"]].values.tolist()
    [['less', 'differs'], ['less', 'too few to tell']]
    """
    few = changes["count_before"] + changes["count_after"] < min_units
    rules = [few, changes["p_adjusted"] <= level, changes["p"] <= level]
    words: list[Verdict] = ["too few to tell", "differs", "holds with reservations"]
    direction = np.select(
        [changes["difference"] > ROUNDING, changes["difference"] < -ROUNDING], ["more", "less"], "same"
    )
    return changes.assign(direction=direction, verdict=np.select(rules, words, "inconclusive"))
