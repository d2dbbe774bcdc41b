r"""
Do the findings survive other reasonable choices? Every finding under every specification, and one test of all together.

A change is tested by dealing the sections of two texts anew, a tie by rotating one theme's marks within each text
against the other's. The same deals and rotations serve all specifications of a finding, so that the whole curve has a
p-value: how often its median effect would be as far from 0 if nothing but chance were in it (Simonsohn, Simmons &
Nelson 2020). Effects are in standard deviations of the deals, stretched as in `analysis.stats.permutation.change_test`
where a theme's runs ask for more, so that shares, rates and lifts can stand in one curve.

A multiverse is not a better estimate. It shows what hangs on choices; a mistake that all specifications share, it
repeats thousands of times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from joblib import Parallel, delayed, parallel_config

from analysis.inputs import InputError, check_at_least, check_choice
from analysis.robustness.measures import Measured, measure
from analysis.robustness.permutation import Effects, draw_chance, try_finding
from analysis.robustness.specifications import Finding, Plan, list_specifications
from analysis.robustness.storage import checksum_material, checksum_texts, load_chunk, save_chunk
from analysis.robustness.token_table import Material, gather
from analysis.stats.permutation import critical_size, p_value
from analysis.stats.threads import one_thread
from analysis.stats.verdict import Rule, judge_curve
from analysis.study import Study

Backend = Literal["loky", "threading", "dask"]
BACKENDS: tuple[Backend, ...] = ("loky", "threading", "dask")
CAUTION = (
    "A multiverse is not a better estimate: it shows how much hangs on the choices made here, and a mistake that all "
    "of them share it repeats in every specification. Specifications are not independent, and not equally good; and "
    "among many findings one that is robust by chance is no surprise."
)


@dataclass(frozen=True)
class Multiverse:
    """Findings under all specifications."""

    # one row per finding and specification: id, finding, kind, reference, the choices, n, difference (in its own unit),
    # effect (standard deviations; positive = as claimed), p, significant (in the direction claimed)
    specifications: pd.DataFrame
    # one row per finding: specifications, n, reference_effect, reference_p, median_effect, same_sign, significant,
    # joint_p, joint_p_significant, moved_most, moved_share, verdict
    verdicts: pd.DataFrame
    shares: pd.DataFrame  # one row per finding and choice: share of the variance of effects (eta squared), 0 to 1
    dropped: pd.DataFrame  # one row per finding and reason: specifications


def explore_study(here: Study, plan: Plan, *, seed: int, **options: Any) -> Multiverse:
    """Every finding of a plan under all of its specifications: `explore` on the texts of a study."""
    return explore(gather(here, plan), plan, seed=seed, **options)


def explore(
    material: Material,
    plan: Plan,
    *,
    specifications: pd.DataFrame | None = None,
    n_draws: int = 1000,
    chunk_size: int = 2000,
    n_jobs: int = 1,
    backend: Backend = "loky",
    cache: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    seed: int,
) -> Multiverse:
    """
    Every finding under all specifications, tested one by one and together.

    Parameters
    ----------
    specifications : DataFrame, optional
        Some rows of `analysis.robustness.specifications.list_specifications`, in any order; by default all. A finding
        without its reference is "too few to tell".
    n_draws : int
        Deals of sections, and rotations, shared by all specifications.
    chunk_size : int
        Specifications that one task measures; neither it nor the number of jobs changes a result.
    n_jobs, backend
        As joblib has them; ``dask`` sends the tasks to the cluster of the current ``distributed.Client``.
    cache : Path, optional
        Folder in which finished chunks are kept: a run that was killed goes on where it stopped. A chunk is known by
        the checksum of texts, dictionary, specifications and code; one that cannot be read is measured again.
    progress : function of the number of chunks that are done and that of all

    Raises
    ------
    InputError : if an option is out of range, or specifications are not of this plan
    """
    check_choice(backend, "backend", BACKENDS)
    for name, value in (("n_draws", n_draws), ("chunk_size", chunk_size)):
        check_at_least(name, value, 1)
    kept, dropped = list_specifications(plan, material.facts)
    table = kept if specifications is None else _select(kept, specifications)
    with one_thread():
        measured = _measure_all(table, plan, material, chunk_size, n_jobs, backend, cache, progress)
        chance = draw_chance(material, n_draws, seed)
        rows, verdicts, shares = [], [], []
        for name, own in table.groupby("finding", sort=False):
            finding = plan.findings[str(name)]
            counted = [measured[at] for at in own.index]
            tested = try_finding(finding, list(own["measure"]), counted, material, chance)
            judged = own.assign(n=[one.n for one in counted], **judge_specifications(tested, finding, plan.rule))
            explained = share_variance(judged, list(plan.choices[finding.kind]))
            rows.append(judged)
            shares.append(explained.assign(finding=name))
            verdicts.append(judge_finding(judged, tested, explained, finding, plan.rule))
    return Multiverse(
        pd.concat(rows, ignore_index=True),
        pd.DataFrame(verdicts),
        pd.concat(shares, ignore_index=True)[["finding", "choice", "share"]],
        dropped[dropped["finding"].isin(table["finding"])].reset_index(drop=True),
    )


def _select(kept: pd.DataFrame, some: pd.DataFrame) -> pd.DataFrame:
    """The rows of a plan with the ids of `some`, in the order of the plan."""
    unknown = sorted(set(some["id"]) - set(kept["id"]))
    if unknown or some.empty:
        raise InputError(
            "specifications",
            f"the id {unknown[0]!r}" if unknown else "none",
            allowed="rows of list_specifications for this plan and these texts",
            remedy="List them again.",
        )
    return kept[kept["id"].isin(some["id"])].reset_index(drop=True)


# --- measuring, in chunks ---------------------------------------------------------------------------------------


def _measure_all(
    table: pd.DataFrame,
    plan: Plan,
    material: Material,
    chunk_size: int,
    n_jobs: int,
    backend: Backend,
    cache: Path | None,
    progress: Callable[[int, int], None] | None,
) -> list[Measured]:
    """What each row counts, in the order of the rows; finished chunks are taken from the cache."""
    # rows that share stages stand in one chunk, so that few stages are computed twice
    stage_order = [
        "kind",
        "unit",
        "headings",
        "footnotes",
        "frame",
        "compounds",
        "institution_words",
        "model",
        "finding",
    ]
    order = table.sort_values([*stage_order, "id"], kind="stable").index.to_numpy()
    chunks = [order[first : first + chunk_size] for first in range(0, len(order), chunk_size)]
    base = checksum_material(material, plan.findings) if cache else ""
    files = [cache / f"{checksum_texts([base, *table['id'].loc[rows]])}.npz" if cache else None for rows in chunks]
    found = [load_chunk(file, len(rows)) if file else None for file, rows in zip(files, chunks, strict=True)]
    todo = [number for number, one in enumerate(found) if one is None]
    done = len(chunks) - len(todo)
    parts = (table.loc[chunks[number]] for number in todo)
    for number, one in zip(todo, _run(parts, plan.findings, material, n_jobs, backend), strict=True):
        found[number] = one
        file = files[number]
        if file is not None:
            save_chunk(file, one)
        done += 1
        if progress:
            progress(done, len(chunks))
    by_row = {
        row: one for rows, part in zip(chunks, found, strict=True) for row, one in zip(rows, part or [], strict=True)
    }
    return [by_row[row] for row in table.index]


def _run(
    parts: Iterable[pd.DataFrame], findings: Mapping[str, Finding], material: Material, n_jobs: int, backend: Backend
) -> Iterator[list[Measured]]:
    """The chunks in order, each as soon as it and those before it are done."""
    if n_jobs == 1 and backend != "dask":
        yield from (measure(part, findings, material) for part in parts)
        return
    with parallel_config(backend=backend, n_jobs=-1 if backend == "dask" else n_jobs):  # a cluster knows its size
        yield from Parallel(return_as="generator")(delayed(_measure_alone)(part, findings, material) for part in parts)


def _measure_alone(part: pd.DataFrame, findings: Mapping[str, Finding], material: Material) -> list[Measured]:
    """A chunk on a worker, which has settings of its own: one thread of linear algebra there too."""
    with one_thread():
        return measure(part, findings, material)


# --- judging ----------------------------------------------------------------------------------------------------


def judge_specifications(tested: Effects, finding: Finding, rule: Rule) -> dict[str, np.ndarray]:
    """``difference``, ``effect``, ``p`` and ``significant`` of each specification, effects positive as claimed."""
    effect = finding.sign * tested.effect
    p = p_value(tested.drawn.T, effect, tail="two-sided")
    significant = (p <= rule.level) & (effect > 0)
    return {"difference": tested.difference, "effect": effect, "p": p, "significant": significant}


def judge_finding(
    judged: pd.DataFrame, tested: Effects, explained: pd.DataFrame, finding: Finding, rule: Rule
) -> dict[str, Any]:
    """
    The curve of a finding as a whole, and the verdict of the rule.

    The joint p-value is two-sided, for the direction of a claim was taken from the texts: how often the median effect
    of the draws lies as far from 0 as that of the texts. ``joint_p_significant`` says the same of the share of
    specifications that are significant in one direction.
    """
    effect = judged["effect"].to_numpy()
    joint = p_value(np.median(tested.drawn, axis=0), np.median(effect), tail="two-sided")
    most, drawn = _share_significant(tested, rule.level)
    reference = judged[judged["reference"]]
    moved = explained.iloc[explained["share"].argmax()] if len(explained) else {"choice": "", "share": np.nan}
    row: dict[str, Any] = {
        "finding": finding.name,
        "kind": finding.kind,
        "specifications": len(judged),
        "n": int(reference["n"].iloc[0]) if len(reference) else 0,
        "reference_effect": reference["effect"].iloc[0] if len(reference) else np.nan,
        "reference_p": reference["p"].iloc[0] if len(reference) else np.nan,
        "median_effect": float(np.median(effect)),
        "same_sign": float((effect > 0).mean()),
        "significant": float(judged["significant"].mean()),
        "joint_p": float(joint),
        "joint_p_significant": float(p_value(drawn, most)),
        "moved_most": moved["choice"],
        "moved_share": moved["share"],
    }
    verdict = judge_curve(row["n"], row["same_sign"], row["significant"], row["joint_p"], rule)
    return {**row, "verdict": verdict}


def _share_significant(tested: Effects, level: float) -> tuple[float, np.ndarray]:
    """The share of specifications that are significant in one direction, the larger one: in the texts and each draw."""
    least = critical_size(tested.drawn.T, level)
    more, less = tested.drawn > least[:, None], tested.drawn < -least[:, None]
    observed = max((tested.effect > least).mean(), (tested.effect < -least).mean())
    return float(observed), np.maximum(more.mean(axis=0), less.mean(axis=0))


def share_variance(judged: pd.DataFrame, choices: Sequence[str]) -> pd.DataFrame:
    r"""
    The share of the variance of effects that goes with each choice: :math:`\eta^2`, main effects alone.

    :math:`\eta^2 = \sum_o n_o (ar e_o - ar e)^2 / \sum_i (e_i - ar e)^2` over the options o of a choice. Where
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
