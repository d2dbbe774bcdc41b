"""All findings of a study in one table, with what the multiverse says of each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from analysis.inputs import InputError
from analysis.stats.verdict import OF_CLAIM

# Which claims a page makes can be seen by what its notebook hands on: the name of a theme, changes of all themes, ties.
CLAIMS = {"theme": "change", "changes": "change", "pairs": "tie", "n_topics": "topic"}


def read_values(folder: Path, runs: list[str], own: str = "") -> dict[str, dict[str, Any]]:
    """
    The values that other notebooks handed on, by the name of their run.

    Parameters
    ----------
    folder : holds ``<run>.json`` of each
    runs : which, in reading order; all in the folder, sorted, when empty
    own : the run that reads them, which is left out

    Raises
    ------
    InputError : if a notebook has not run; names it
    """
    runs = runs or sorted({path.stem for path in folder.glob("*.json")} - {own})
    missing = [run for run in runs if not (folder / f"{run}.json").is_file()]
    if missing:
        raise InputError(
            folder.name,
            f"no values of {', '.join(missing)}",
            allowed="the values of all notebooks",
            remedy="Run make reports.",
        )
    return {run: json.loads((folder / f"{run}.json").read_text()) for run in runs}


def list_findings(found: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """One row per page: ``page``, ``question``, ``finding``, ``verdict``."""
    rows = [(run, values["question"], values["finding"], values["verdict"]) for run, values in found.items()]
    return pd.DataFrame(rows, columns=["page", "question", "finding", "verdict"])


def pick_values(found: Mapping[str, Mapping[str, Any]], key: str) -> Mapping[str, Any]:
    """The values of the first run that hands on a value named `key`; none when no run does."""
    return next((values for values in found.values() if key in values), {})


def tell_robustness(found: Mapping[str, Mapping[str, Any]], declared: list[str]) -> list[Markup]:
    """
    For each page what becomes of its findings under other choices: each claim's verdict, a link to its curve.

    A theme's page has the changes of that theme, the page of all themes those of all declared ones, the pages of
    networks and topics the ties and the topics; other pages make no claim that other choices could change.

    Parameters
    ----------
    found : values by run, from `read_values`; the run that tried other choices hands on its ``verdicts``
    declared : names of the declared themes
    """
    page = next((run for run, values in found.items() if "verdicts" in values), "")
    verdicts = found[page]["verdicts"].values() if page else []
    texts = []
    for values in found.values():
        kind = next((kind for key, kind in CLAIMS.items() if key in values), "")
        about = [values["theme"]] if "theme" in values else declared
        claims = [claim for claim in verdicts if claim["kind"] == kind]
        claims = [claim for claim in claims if kind != "change" or claim["themes"][0] in about]
        texts.append(_list_verdicts(claims) if "theme" in values else _count_verdicts(claims, page))
    return texts


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
