"""All findings of a study in one table, with what the multiverse says of each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from markupsafe import Markup

from analysis.inputs import InputError
from analysis.stats.verdict import OF_CLAIM


def read_values(folder: Path, runs: list[str]) -> dict[str, dict[str, Any]]:
    """
    The values that other notebooks saved, by name of the run.

    Raises
    ------
    InputError : if a notebook has not run; names it
    """
    missing = [run for run in runs if not (folder / f"{run}.json").is_file()]
    if missing:
        raise InputError(
            folder.name,
            f"no values of {', '.join(missing)}",
            allowed="the values of all notebooks",
            remedy="Run make reports.",
        )
    return {run: json.loads((folder / f"{run}.json").read_text()) for run in runs}


def list_findings(values: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """One row per page, from its values: ``page``, ``question``, ``finding``, ``verdict``."""
    rows = [(page, of_page["question"], of_page["finding"], of_page["verdict"]) for page, of_page in values.items()]
    return pd.DataFrame(rows, columns=["page", "question", "finding", "verdict"])


class About(NamedTuple):
    """Which claims a page makes."""

    kind: str  # change, tie or topic
    themes: Sequence[str] = ()  # of these themes; without any, of all
    short: bool = False  # each claim by itself, not their number


def describe_robustness(
    pages: pd.Series, verdicts: Mapping[str, Mapping[str, Any]], about: Mapping[str, About], *, page: str
) -> pd.Series:
    """
    For each page what becomes of its findings under other choices: each claim's verdict, a link to its curve.

    Parameters
    ----------
    pages : Series of names of pages
    verdicts : the values of the page of robustness (`prose.list_verdicts`)
    about : page to its claims; other pages make none that other choices could change
    page : name of the page of robustness, without ``.html``

    Returns
    -------
    Series of Markup with the index of `pages`
    """
    texts = []
    for name in pages:
        kind, themes, short = about.get(name, About(""))
        claims = [
            claim
            for claim in verdicts.values()
            if claim["kind"] == kind and (not themes or claim["themes"][0] in themes)
        ]
        texts.append(_list_verdicts(claims) if short else _count_verdicts(claims, page))
    return pd.Series(texts, index=pages.index, dtype=object)


def _list_verdicts(claims: list[Mapping[str, Any]]) -> Markup:
    parts = [
        Markup('<a href="{}">{}–{}</a>: {}').format(claim["link"], claim["before"], claim["after"], claim["verdict"])
        for claim in claims
    ]
    return Markup("; ").join(parts)


def _count_verdicts(claims: list[Mapping[str, Any]], page: str) -> Markup:
    if not claims:
        return Markup("–")
    counts = [(sum(claim["verdict"] == verdict for claim in claims), verdict) for verdict in OF_CLAIM]
    listed = ", ".join(f"{count} {verdict}" for count, verdict in counts if count)
    return Markup('<a href="{}.html#s-the-verdicts">{} tried</a>: {}').format(page, len(claims), listed)


def list_claims(verdicts: Mapping[str, Mapping[str, Any]], kinds: list[str]) -> pd.DataFrame:
    """One row per declared finding that is more than too few to tell, strongest verdict first, with its curve."""
    claims = [claim for claim in verdicts.values() if claim["kind"] in kinds and claim["verdict"] in OF_CLAIM[:3]]
    claims.sort(key=lambda claim: (OF_CLAIM.index(claim["verdict"]), claim["joint_p"]))
    links = [Markup('<a href="{}">{}</a>').format(claim["link"], claim["claim"]) for claim in claims]
    table = {
        "claim": pd.Series(links, dtype=object),
        "verdict": [claim["verdict"] for claim in claims],
        "same_sign": [f"{claim['same_sign']:.0%}" for claim in claims],
        "significant": [f"{claim['significant']:.0%}" for claim in claims],
        "joint_p": [f"{claim['joint_p']:.3f}" for claim in claims],
        "specifications": [claim["specifications"] for claim in claims],
    }
    return pd.DataFrame(table)


def link_findings(table: pd.DataFrame) -> pd.DataFrame:
    """The same table for readers, each question a link to its page."""
    links = [
        Markup('<a href="{}.html">{}</a>').format(page, question)
        for page, question in zip(table["page"], table["question"], strict=True)
    ]
    return table.assign(question=pd.Series(links, dtype=object, index=table.index)).drop(columns="page")
