"""
Verdicts: every rule by which a finding gets one, and the words in which it is given.

The rules were fixed before looking at results. All other modules read the words from here.

A difference between texts that were read completely raises three questions, with an answer each. Is it so in these
texts? (`judge_difference`; `state_absence`.) Would another drafting say the same? (`judge_drafting`.) Why is it so?
(`state_limits`.)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.stats.proportions import ROUNDING

ROBUST, DIFFERS, RESERVATIONS = "robust", "differs", "holds with reservations"
INCONCLUSIVE, TOO_FEW, DESCRIPTIVE = "inconclusive", "too few to tell", "descriptive"
NEW, GONE, STRONGER, WEAKER = "new", "gone", "stronger", "weaker"
# What each kind of finding may be called, the strongest first.
OF_CHANGE = (DIFFERS, RESERVATIONS, INCONCLUSIVE, TOO_FEW)  # two texts compared
OF_TIE = (NEW, GONE, STRONGER, WEAKER, INCONCLUSIVE, TOO_FEW)  # a tie in two texts
OF_CLAIM = (ROBUST, RESERVATIONS, INCONCLUSIVE, TOO_FEW)  # a claim under other choices; a measurement

CERTAIN, MOST_COUNTS, DEPENDS = "certain", "by most counts", "depends on how it is counted"
LIKELY, LEANING, OPEN = "likely", "leaning", "open"
OF_DIFFERENCE = (CERTAIN, MOST_COUNTS, DEPENDS)  # between two texts as they are
OF_DRAFTING = (LIKELY, LEANING, OPEN)  # of texts as they might have been drafted
AGREEMENT = {CERTAIN: 0.95, MOST_COUNTS: 0.8}  # least agreement, and least measurement probability
DRAFTING = {LIKELY: 0.975, LEANING: 0.8}  # least probability

LEAST_UNITS = 10  # with fewer units that have the theme nothing is said
LEVEL = 0.05
LEAST_F1 = 0.8  # from which a dictionary is taken to do: Krippendorff's bar for agreement between coders


class Bounds(NamedTuple):
    """What a verdict asks of a claim under other choices, from 0 to 1."""

    same_sign: float  # least share of specifications in the direction claimed
    significant: float  # least share that is significant in that direction
    joint_p: float  # largest p-value of the curve as a whole


@dataclass(frozen=True)
class Rule:
    """When a claim under other choices may be called what (``data/findings.yml``)."""

    decided: date
    level: float
    robust: Bounds
    reservations: Bounds
    least_units: int
    terms_left_out: int


def judge_difference(agreement: ArrayLike, measurement: ArrayLike) -> np.ndarray:
    """
    What may be said of the direction of a difference between two texts that were read completely.

    - "certain": `agreement` and `measurement` are both at least .95;
    - "by most counts": both are at least .8;
    - "depends on how it is counted": otherwise.

    Parameters
    ----------
    agreement : share of specifications with the direction claimed, 0 to 1
    measurement : probability of that direction given the errors of measurement, 0 to 1
        Missing (NaN) where they were not measured: no more than "by most counts" is said then.

    Returns
    -------
    array of str (one of `OF_DIFFERENCE`), in the shape of both

    Examples
    --------
    >>> judge_difference([1.0, 0.93, 0.22, 1.0], [1.0, 1.0, 0.98, float("nan")]).tolist()
    ['certain', 'by most counts', 'depends on how it is counted', 'by most counts']
    """
    agreement, measurement = np.broadcast_arrays(*(np.asarray(part, dtype=float) for part in (agreement, measurement)))
    sure, mostly = (AGREEMENT[word] - ROUNDING for word in (CERTAIN, MOST_COUNTS))
    rules = [(agreement >= sure) & (measurement >= sure), (agreement >= mostly) & ~(measurement < mostly)]
    return np.select(rules, [CERTAIN, MOST_COUNTS], DEPENDS)


def judge_drafting(probability: ArrayLike) -> np.ndarray:
    """
    What may be said of the direction of a difference if both texts were drafted anew.

    "likely" from a probability of .975 (that new sections have the direction claimed), "leaning" from .8, else "open".

    Returns
    -------
    array of str (one of `OF_DRAFTING`), in the shape of `probability`

    Examples
    --------
    >>> judge_drafting([0.99, 0.83, 0.3]).tolist()
    ['likely', 'leaning', 'open']
    """
    probability = np.asarray(probability, dtype=float)
    rules = [probability >= DRAFTING[word] - ROUNDING for word in (LIKELY, LEANING)]
    return np.select(rules, [LIKELY, LEANING], OPEN)


def state_absence(n: int, unit: str = "sentences") -> str:
    """
    That a theme is not in a text: a fact, for all of the text was read.

    Examples
    --------
    >>> state_absence(68)
    'not named in any of the 68 sentences, all of them read'
    """
    if n == 1:
        return f"not named in the only {unit.removesuffix('s')}, which was read"
    return f"not named in any of the {n:,} {unit}, all of them read"


def state_limits(dates: Collection[date]) -> str:
    """
    What no count of these texts can say, for the foot of a page; empty where there are no two texts to compare.

    Examples
    --------
    >>> state_limits([date(2014, 3, 11), date(2018, 4, 17), date(2020, 7, 24)])
    'With one text a year, what the year did cannot be told apart from genre, length, drafter and remit.'
    >>> state_limits([date(2014, 3, 11), date(2014, 9, 2)])
    'With one text a date, what the date did cannot be told apart from genre, length, drafter and remit.'
    """
    if len(dates) < 2:
        return ""
    for name, values in (("year", [day.year for day in dates]), ("date", list(dates))):
        if len(set(values)) == len(dates):
            others = "genre, length, drafter and remit"
            return f"With one text a {name}, what the {name} did cannot be told apart from {others}."
    return "Counts say that texts differ, not why: date, genre, length, drafter and remit may all have a part in it."


def judge_changes(
    changes: pd.DataFrame,
    *,
    min_units: int = LEAST_UNITS,
    level: float = LEVEL,
    attainable: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """
    What may be said of each change of a share between two texts.

    - "too few to tell": fewer than `min_units` units of the two texts together have the theme, or the texts have too
      few blocks for any p-value to reach `level`;
    - "differs": the p-value adjusted for all comparisons is at most `level`;
    - "holds with reservations": only the single p-value is;
    - "inconclusive": neither is. A difference between texts is not a trend.

    Parameters
    ----------
    changes : DataFrame from `permutation.change_test`
        Columns ``before``, ``after``, ``count_before``, ``count_after``, ``difference``, ``p``, ``p_adjusted``.
    attainable : DataFrame from `permutation.attainable_p`, optional

    Returns
    -------
    DataFrame : the same rows with ``direction`` ("more", "less" or "same", of the later text) and ``verdict`` (one of
        `OF_CHANGE`)

    Examples
    --------
    >>> changes = pd.DataFrame({"count_before": [20, 2], "count_after": [3, 1], "difference": [-0.2, -0.1],
    ...                         "p": [0.001, 0.3], "p_adjusted": [0.01, 0.9]})
    >>> judge_changes(changes)[["direction", "verdict"]].values.tolist()
    [['less', 'differs'], ['less', 'too few to tell']]
    """
    rules = [_too_few(changes, min_units, level, attainable), changes["p_adjusted"] <= level, changes["p"] <= level]
    more, less = changes["difference"] > ROUNDING, changes["difference"] < -ROUNDING
    verdict = np.select(rules, [TOO_FEW, DIFFERS, RESERVATIONS], INCONCLUSIVE)
    return changes.assign(direction=np.select([more, less], ["more", "less"], "same"), verdict=verdict)


def judge_ties(
    changes: pd.DataFrame,
    *,
    min_units: int = LEAST_UNITS,
    level: float = LEVEL,
    attainable: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """
    What may be said of each tie in two texts.

    - "too few to tell": as in `judge_changes`, of units that hold both nodes;
    - "new" and "gone": the change is significant when all ties and pairs are allowed for (``p_adjusted``), and no unit
      of the earlier text ("new") or of the later one ("gone") holds both. A tie that is merely absent from one text is
      no news: words vanish by chance from short texts;
    - "stronger" and "weaker": significant in the same way, and present in both;
    - "inconclusive": all others, also where ``p`` alone is at most `level`.

    Parameters
    ----------
    changes, attainable : as in `judge_changes`

    Returns
    -------
    DataFrame : the same rows with ``verdict`` (one of `OF_TIE`)
    """
    sure = changes["p_adjusted"] <= level
    rules = [_too_few(changes, min_units, level, attainable)]
    rules += [sure & (changes["count_before"] == 0), sure & (changes["count_after"] == 0)]
    rules += [sure & (changes["difference"] > 0), sure & (changes["difference"] < 0)]
    return changes.assign(verdict=np.select(rules, [TOO_FEW, NEW, GONE, STRONGER, WEAKER], INCONCLUSIVE))


def _too_few(changes: pd.DataFrame, min_units: int, level: float, attainable: pd.DataFrame | None) -> pd.Series:
    few = changes["count_before"] + changes["count_after"] < min_units
    if attainable is None:
        return few
    least = attainable.set_index(["before", "after"])["least_p"]
    return few | (least.reindex(pd.MultiIndex.from_frame(changes[["before", "after"]])).to_numpy() > level)


def judge_network(verdicts: pd.Series) -> str:
    """
    What may be said of all ties together: "differs" where any of them changed, "too few to tell" where most are.

    Examples
    --------
    >>> judge_network(pd.Series(["new", "inconclusive"])), judge_network(pd.Series(["too few to tell"]))
    ('differs', 'too few to tell')
    """
    if (~verdicts.isin([INCONCLUSIVE, TOO_FEW])).any():
        return DIFFERS
    return TOO_FEW if (verdicts == TOO_FEW).sum() > len(verdicts) / 2 else INCONCLUSIVE


def judge_curve(
    n: int, same_sign: float, significant: float, joint_p: float, rule: Rule, *, least_p: float = 0.0
) -> str:
    """
    What a claim may be called after it was tried under other choices (one of `OF_CLAIM`).

    Parameters
    ----------
    n : units with the theme in the reference specification
    same_sign, significant : shares of specifications, 0 to 1, with the sign claimed, and significant with it
    joint_p : p-value of the median effect
    least_p : the least p-value that the texts allow; above the level of the rule there are too few blocks to tell
    """
    if n < rule.least_units or least_p > rule.level:
        return TOO_FEW
    for verdict, bounds in ((ROBUST, rule.robust), (RESERVATIONS, rule.reservations)):
        if same_sign >= bounds.same_sign and significant >= bounds.significant and joint_p <= bounds.joint_p:
            return verdict
    return INCONCLUSIVE


def judge_accuracy(scores: pd.DataFrame, *, independent: bool) -> str:
    """
    How far a dictionary may be trusted (one of `OF_CLAIM`; written when the scores on the codes at hand were known).

    "robust" when codes are independent (by people, and the dictionary was written without them) and the lower end of F1
    is 0.8 or more for every theme; "holds with reservations" when F1 is 0.8 or more for every theme coded in ten
    sentences or more; "too few to tell" when there is no such theme; "inconclusive" otherwise.

    Parameters
    ----------
    scores : DataFrame, one row per theme
        ``tp``, ``fn`` (sentences), ``f1`` and ``f1_low`` (0 to 1).
    """
    enough = scores[scores["tp"] + scores["fn"] >= LEAST_UNITS]
    if enough.empty:
        return TOO_FEW
    if independent and len(enough) == len(scores) and (scores["f1_low"] >= LEAST_F1).all():
        return ROBUST
    return RESERVATIONS if (enough["f1"] >= LEAST_F1).all() else INCONCLUSIVE


def strongest(verdicts: Iterable[str]) -> str:
    """
    The strongest of several verdicts on differences between texts; "descriptive" where nothing differs.

    Examples
    --------
    >>> strongest(["depends on how it is counted", "certain", "by most counts"]), strongest([])
    ('certain', 'descriptive')
    """
    return min(verdicts, key=OF_DIFFERENCE.index, default=DESCRIPTIVE)
