r"""
The multiverse: every claim under all reasonable specifications, tested one by one and all together.

In a test of a change, blocks of two texts are randomly reassigned between them; in a test of a tie, one theme's
incidence is shifted within each text against the other's. The same permutations serve all specifications of a claim, so
that the whole curve has a p-value: how often its median effect would be as far from 0 if nothing but chance were in it
(Simonsohn, Simmons & Nelson 2020). Effects are in standard deviations of the permutations, stretched as in
`analysis.stats.permutation.change_test` where a theme's runs ask for more, so that shares, rates and lifts can stand in
one curve.

A multiverse is not a better estimate. It shows what hangs on choices; a mistake that all specifications share, it
repeats thousands of times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from analysis.inputs import InputError, check_at_least
from analysis.robustness.measures import Measured, measure
from analysis.robustness.permutation import Effects, draw_permutations, permute_claim
from analysis.robustness.specifications import AXES, Claim, Plan, list_specifications
from analysis.robustness.token_table import TokenTable, build_token_table
from analysis.stats.permutation import critical_size, p_value
from analysis.stats.threads import one_thread
from analysis.stats.verdict import Rule, judge_curve
from analysis.study import Study

SPECIFICATION_COLUMNS = ["id", "finding", "kind", "reference", *AXES, "n", "difference", "effect", "p", "significant"]
VERDICT_COLUMNS = [
    *("finding", "kind", "specifications", "n", "reference_effect", "reference_p", "median_effect", "same_sign"),
    *("significant", "joint_p", "joint_p_significant", "moved_most", "moved_share", "verdict"),
]
SHARE_COLUMNS = ["finding", "choice", "share"]
ATTAINABLE_COLUMNS = ["finding", "least_p"]


@dataclass(frozen=True)
class Multiverse:
    """Claims under all specifications; the column ``finding`` holds the name of a claim."""

    # one row per claim and specification: id, finding, kind, reference, the choices, n (units with the theme),
    # difference (in its own unit), effect (standard deviations; positive = as claimed), p, significant (as claimed)
    specifications: pd.DataFrame
    # one row per claim: specifications, n, reference_effect, reference_p, median_effect, same_sign (share, 0 to 1),
    # significant (share), joint_p, joint_p_significant, moved_most (choice), moved_share, verdict
    verdicts: pd.DataFrame
    shares: pd.DataFrame  # one row per claim and choice: share of the variance of effects (eta squared), 0 to 1
    dropped: pd.DataFrame  # one row per claim and reason: specifications
    attainable: pd.DataFrame  # one row per claim: least_p, how small a p-value its texts allow


def explore_study(study: Study, plan: Plan, *, seed: int, **options: Any) -> Multiverse:
    """Every claim of a plan under all of its specifications: `explore` on the texts of a study."""
    return explore(build_token_table(study, plan), plan, seed=seed, **options)


def explore(
    tokens: TokenTable,
    plan: Plan,
    *,
    specifications: pd.DataFrame | None = None,
    n_draws: int = 1000,
    chunk_size: int = 2000,
    seed: int,
) -> Multiverse:
    """
    Every claim under all specifications, tested one by one and together; empty tables where no claim is declared.

    Chunks are measured as the caller configures joblib: one after the other, in processes within
    ``joblib.parallel_config("loky", n_jobs=4)``, on the cluster of the current ``distributed.Client`` within
    ``joblib.parallel_config("dask")``. No result depends on it.

    Parameters
    ----------
    specifications : DataFrame, optional
        Some rows of `specifications.list_specifications`, in any order; by default all. A claim without its reference
        is "too few to tell".
    n_draws : int
        Permutations of blocks, and shifts, shared by all specifications.
    chunk_size : int
        Specifications that one task measures.

    Raises
    ------
    InputError : if an option is out of range, or specifications are not of this plan
    """
    for name, value in (("n_draws", n_draws), ("chunk_size", chunk_size)):
        check_at_least(name, value, 1)
    listed, dropped = list_specifications(plan, tokens.facts)
    table = listed if specifications is None else _select(listed, specifications)
    if table.empty:
        columns = (SPECIFICATION_COLUMNS, VERDICT_COLUMNS, SHARE_COLUMNS, ATTAINABLE_COLUMNS)
        measured, verdicts, shares, attainable = (pd.DataFrame(columns=names) for names in columns)
        return Multiverse(measured, verdicts, shares, dropped, attainable)
    with one_thread():
        measured = _measure_all(table, plan, tokens, chunk_size)
        permutations = draw_permutations(tokens, n_draws, seed)
        rows, verdicts, shares, attainable = [], [], [], []
        for name, listed in table.groupby("finding", sort=False):
            claim = plan.claims[str(name)]
            counted = [measured[at] for at in listed.index]
            tested = permute_claim(claim, list(listed["measure"]), counted, tokens, permutations)
            judged = listed.assign(n=[one.n for one in counted], **judge_specifications(tested, claim, plan.rule))
            explained = share_variance(judged, list(plan.choices[claim.kind]))
            rows.append(judged)
            shares.append(explained.assign(finding=name))
            attainable.append((name, tested.least_p))
            verdicts.append(judge_claim(judged, tested, explained, claim, plan.rule))
    return Multiverse(
        pd.concat(rows, ignore_index=True),
        pd.DataFrame(verdicts),
        pd.concat(shares, ignore_index=True)[SHARE_COLUMNS],
        dropped[dropped["finding"].isin(table["finding"])].reset_index(drop=True),
        pd.DataFrame(attainable, columns=ATTAINABLE_COLUMNS),
    )


def _select(listed: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    """The rows of a plan with the ids of `chosen`, in the order of the plan."""
    unknown = sorted(set(chosen["id"]) - set(listed["id"]))
    if unknown:
        raise InputError(
            "specifications",
            f"the id {unknown[0]!r}",
            allowed="rows of list_specifications for this plan and these texts",
            remedy="List them again.",
        )
    return listed[listed["id"].isin(chosen["id"])].reset_index(drop=True)


def _measure_all(table: pd.DataFrame, plan: Plan, tokens: TokenTable, chunk_size: int) -> list[Measured]:
    """What each row counts, in the order of the rows."""
    # rows that share stages stand in one chunk, so that few stages are computed twice
    stages = ["kind", "unit", "headings", "footnotes", "frame", "compounds", "institution_words", "model", "finding"]
    order = table.sort_values([*stages, "id"], kind="stable").index.to_numpy()
    chunks = [order[first : first + chunk_size] for first in range(0, len(order), chunk_size)]
    tasks = (delayed(_measure_alone)(table.loc[chunk], plan.claims, tokens) for chunk in chunks)
    measured = chain.from_iterable(Parallel()(tasks))
    by_row = dict(zip(order.tolist(), measured, strict=True))
    return [by_row[row] for row in table.index]


def _measure_alone(part: pd.DataFrame, claims: Mapping[str, Claim], tokens: TokenTable) -> list[Measured]:
    """A chunk on a worker, which has settings of its own: one thread of linear algebra there too."""
    with one_thread():
        return measure(part, claims, tokens)


def judge_specifications(tested: Effects, claim: Claim, rule: Rule) -> dict[str, np.ndarray]:
    """``difference``, ``effect``, ``p`` and ``significant`` of each specification, effects positive as claimed."""
    effect = claim.sign * tested.effect
    p = p_value(tested.drawn.T, effect, tail="two-sided")
    significant = (p <= rule.level) & (effect > 0)
    return {"difference": tested.difference, "effect": effect, "p": p, "significant": significant}


def judge_claim(
    judged: pd.DataFrame, tested: Effects, explained: pd.DataFrame, claim: Claim, rule: Rule
) -> dict[str, Any]:
    """
    The curve of a claim as a whole, and the verdict of the rule.

    The joint p-value is two-sided, for the direction of a claim was taken from the texts: how often the median effect
    of the draws lies as far from 0 as that of the texts. ``joint_p_significant`` says the same of the share of
    specifications that are significant in one direction.
    """
    effect = judged["effect"].to_numpy()
    joint = p_value(np.median(tested.drawn, axis=0), np.median(effect), tail="two-sided")
    most, most_permuted = _share_significant(tested, rule.level)
    reference = judged[judged["reference"]]
    moved = explained.iloc[explained["share"].argmax()] if len(explained) else {"choice": "", "share": np.nan}
    row: dict[str, Any] = {
        "finding": claim.name,
        "kind": claim.kind,
        "specifications": len(judged),
        "n": int(reference["n"].iloc[0]) if len(reference) else 0,
        "reference_effect": reference["effect"].iloc[0] if len(reference) else np.nan,
        "reference_p": reference["p"].iloc[0] if len(reference) else np.nan,
        "median_effect": float(np.median(effect)),
        "same_sign": float((effect > 0).mean()),
        "significant": float(judged["significant"].mean()),
        "joint_p": float(joint),
        "joint_p_significant": float(p_value(most_permuted, most)),
        "moved_most": moved["choice"],
        "moved_share": moved["share"],
    }
    judged_by = row["n"], row["same_sign"], row["significant"], row["joint_p"]
    return {**row, "verdict": judge_curve(*judged_by, rule, least_p=tested.least_p)}


def _share_significant(tested: Effects, level: float) -> tuple[float, np.ndarray]:
    """The share of specifications that are significant in one direction, the larger one: in the texts and each draw."""
    least = critical_size(tested.drawn.T, level)
    more, less = tested.drawn > least[:, None], tested.drawn < -least[:, None]
    observed = max((tested.effect > least).mean(), (tested.effect < -least).mean())
    return float(observed), np.maximum(more.mean(axis=0), less.mean(axis=0))


def share_variance(judged: pd.DataFrame, choices: Sequence[str]) -> pd.DataFrame:
    r"""
    The share of the variance of effects that goes with each choice: :math:`\eta^2`, main effects alone.

    :math:`\eta^2 = \sum_o n_o (\bar e_o - \bar e)^2 / \sum_i (e_i - \bar e)^2` over the options o of a choice. Where
    specifications were dropped the grid is not balanced: shares then overlap and may sum to more than 1.

    Returns
    -------
    DataFrame, one row per choice with at least two options: ``choice``, ``share`` (0 to 1), the largest first
    """
    effect = judged["effect"]
    total = ((effect - effect.mean()) ** 2).sum()
    rows = []
    for choice in choices:
        groups = effect.groupby(judged[choice], sort=True)
        if groups.ngroups > 1:
            between = (groups.size() * (groups.mean() - effect.mean()) ** 2).sum()
            rows.append((choice, float(between / total) if total > 0 else 0.0))
    table = pd.DataFrame(rows, columns=["choice", "share"])
    return table.sort_values(["share", "choice"], ascending=[False, True], kind="stable").reset_index(drop=True)
