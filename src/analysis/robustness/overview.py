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


def read_values(folder: Path, runs: list[str]) -> dict[str, dict[str, Any]]:
    """
    What other notebooks found.

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


def list_findings(found: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """One row per page: ``page``, ``question``, ``finding``, ``verdict``."""
    rows = [(run, values["question"], values["finding"], values["verdict"]) for run, values in found.items()]
    return pd.DataFrame(rows, columns=["page", "question", "finding", "verdict"])


def tell_robustness(pages: pd.Series, verdicts: Mapping[str, Mapping[str, Any]], declared: list[str]) -> pd.Series:
    """
    For each page what becomes of its findings under other choices: each claim's verdict, a link to its curve.

    A theme's page has the changes of that theme, the page of all themes those of all declared ones, the pages of
    networks and topics the ties and the topics; other pages make no claim that other choices could change.

    Parameters
    ----------
    pages : Series of names of runs
    verdicts : the ``verdicts`` among the values of ``08_robustness``
    """
    texts = []
    for page in pages:
        kind = {"04_topics": "topic", "05_networks": "tie"}.get(page, "change")
        theme = page.removeprefix("03_theme-")
        about = declared if page == "02_themes" else [theme] if theme != page else []
        own = [
            one for one in verdicts.values() if one["kind"] == kind and (kind != "change" or one["themes"][0] in about)
        ]
        short = page.startswith("03_theme-")
        texts.append(_list_robustness(own) if short else _count_robustness(own))
    return pd.Series(texts, index=pages.index, dtype=object)


def _list_robustness(own: list[Mapping[str, Any]]) -> Markup:
    parts = [
        Markup('<a href="{}">{}–{}</a>: {}').format(one["link"], one["before"], one["after"], one["verdict"])
        for one in own
    ]
    return Markup("; ").join(parts)


def _count_robustness(own: list[Mapping[str, Any]]) -> Markup:
    counts = [(sum(one["verdict"] == verdict for one in own), verdict) for verdict in OF_CLAIM]
    if not own:
        return Markup("–")
    told = ", ".join(f"{count} {verdict}" for count, verdict in counts if count)
    return Markup('<a href="08_robustness.html#s-the-verdicts">{} tried</a>: {}').format(len(own), told)


def list_claims(verdicts: Mapping[str, Mapping[str, Any]], kinds: list[str]) -> pd.DataFrame:
    """One row per declared finding that is more than too few to tell, strongest verdict first, with its curve."""
    rows = [one for one in verdicts.values() if one["kind"] in kinds and one["verdict"] in OF_CLAIM[:3]]
    rows.sort(key=lambda one: (OF_CLAIM.index(one["verdict"]), one["joint_p"]))
    table = {
        "claim": pd.Series(
            [Markup('<a href="{}">{}</a>').format(one["link"], one["claim"]) for one in rows], dtype=object
        ),
        "verdict": [one["verdict"] for one in rows],
        "same_sign": [f"{one['same_sign']:.0%}" for one in rows],
        "significant": [f"{one['significant']:.0%}" for one in rows],
        "joint_p": [f"{one['joint_p']:.3f}" for one in rows],
        "specifications": [one["specifications"] for one in rows],
    }
    return pd.DataFrame(table)


def link_findings(table: pd.DataFrame) -> pd.DataFrame:
    """The same table for readers, each question a link to its page."""
    links = [
        Markup('<a href="{}.html">{}</a>').format(page, question)
        for page, question in zip(table["page"], table["question"], strict=True)
    ]
    return table.assign(question=pd.Series(links, dtype=object, index=table.index)).drop(columns="page")
