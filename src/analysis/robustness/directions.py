"""
Whether specifications agree on the direction of a change: counts of specifications, on raw differences.

Effects in standard deviations and shares of significant specifications mix agreement with power; here only the sign of
the difference counts, whatever its size. The lead measure is the share of sentences, all other choices as on the other
pages: paragraphs are of unlike length in different texts, and a longer one names more themes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.inputs import InputError
from analysis.robustness import multiverse
from analysis.robustness.specifications import AXES, Claim, Plan
from analysis.stats.proportions import ROUNDING
from analysis.study import Study

CELL = ["measure", "unit", "frame"]  # each combination has the same weight
LEAD = {"measure": "units", "unit": "sentence"}
KEYS = ["finding", "theme", "before", "after"]


def count_agreement(
    specifications: pd.DataFrame, claims: Mapping[str, Claim], *, signs: Mapping[str, int] | None = None
) -> pd.DataFrame:
    """
    How many specifications of each change have the direction of the lead measure.

    Specifications are weighted so that each cell of measure, unit and frame has the same weight, however many
    dictionaries and ways of counting it holds, and all within a cell.

    Parameters
    ----------
    specifications : DataFrame from `multiverse.Multiverse`
    claims : the claims of its plan
    signs : mapping of finding to 1, 0 or -1, optional
        The direction where another count leads, such as that of the codes; by default that of the lead measure.

    Returns
    -------
    DataFrame, one row per claim of a change, in their order
        ``finding``, ``theme``, ``before``, ``after``, ``lead`` (difference of the share of sentences), ``sign``,
        ``specifications``, ``same_sign`` (how many have this sign), ``counted`` ("1,147 of 1,152"), ``agreement``
        (their weighted share, 0 to 1), ``low`` and ``high`` (range of the differences of shares of units, -1 to 1).

    Raises
    ------
    InputError : if a change lacks the lead measure, and no sign is given for it
    """
    rows = []
    for name, table in _changes(specifications):
        claim = claims[name]
        lead = _lead(table)
        if signs is None and np.isnan(lead):
            allowed = "the unit sentence and the measure units among its choices"
            raise InputError(f"findings, {name}", "no share of sentences", allowed=allowed, remedy="Add them.")
        sign = _signs(lead) if signs is None else signs[name]
        same = pd.Series(_signs(table["difference"]) == sign, index=table.index)
        shares = table.loc[table["measure"] == "units", "difference"]
        rows.append(
            {
                **dict(zip(KEYS, (name, claim.themes[0], claim.before, claim.after), strict=True)),
                "lead": lead,
                "sign": int(sign),
                "specifications": len(table),
                "same_sign": int(same.sum()),
                "counted": f"{same.sum():,} of {len(table):,}",
                "agreement": float(same.groupby([table[axis] for axis in CELL]).mean().mean()),
                "low": shares.min(),
                "high": shares.max(),
            }
        )
    columns = [*KEYS, "lead", "sign", "specifications", "same_sign", "counted", "agreement", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def measure_agreement(study: Study, plan: Plan, themes: Sequence[str]) -> pd.DataFrame | None:
    """
    `count_agreement` of the changes that a plan claims of some themes, whatever direction it claims.

    Only directions are looked at, so that nothing is permuted: far cheaper than `multiverse.explore_study`.

    Returns
    -------
    DataFrame as from `count_agreement`; None where the plan claims no change of these themes
    """
    claims = {
        name: claim for name, claim in plan.claims.items() if claim.kind == "change" and claim.themes[0] in themes
    }
    if not claims:
        return None
    found = multiverse.explore_study(study, replace(plan, claims=claims), n_draws=1, seed=0)
    return count_agreement(found.specifications, claims)


def range_differences(specifications: pd.DataFrame) -> pd.DataFrame:
    """
    The range of raw differences of each change by measure and unit, each in the unit of its measure.

    Returns
    -------
    DataFrame, one row per change, measure and unit
        ``finding``, ``measure``, ``unit``, ``specifications``, ``more``, ``less`` (how many have a larger and a smaller
        value in the later text), ``low``, ``median``, ``high`` (differences).
    """
    table = specifications[specifications["kind"] == "change"]
    sign = pd.Series(_signs(table["difference"]), index=table.index)
    groups = table.assign(more=sign > 0, less=sign < 0).groupby(["finding", "measure", "unit"], sort=False)
    ranges = groups.agg(
        specifications=("difference", "size"),
        more=("more", "sum"),
        less=("less", "sum"),
        low=("difference", "min"),
        median=("difference", "median"),
        high=("difference", "max"),
    )
    return ranges.reset_index()


def _changes(specifications: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    table = specifications[specifications["kind"] == "change"]
    return [(str(name), rows) for name, rows in table.groupby("finding", sort=False)]


def _lead(table: pd.DataFrame) -> float:
    """The difference of the lead measure: the reference but for measure and unit; missing where it is not tried."""
    reference = table[table["reference"]]
    if reference.empty:
        return np.nan
    wanted = {axis: reference[axis].iloc[0] for axis in AXES} | LEAD
    rows = table[(table[list(wanted)] == pd.Series(wanted)).all(axis=1)]
    return float(rows["difference"].iloc[0]) if len(rows) else np.nan


def _signs(differences: pd.Series | float) -> np.ndarray:
    """1, 0 or −1; ratios of the same integers may differ in their last bits."""
    values = np.asarray(differences, dtype=float)
    return np.where(np.abs(values) <= ROUNDING, 0, np.sign(values)).astype(int)
