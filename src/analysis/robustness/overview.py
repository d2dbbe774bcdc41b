"""All findings of a study in one table, with what the multiverse says of each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.inputs import InputError
from analysis.report.wording import count_noun
from analysis.stats.verdict import DESCRIPTIVE, OF_CLAIM

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


def list_shares(changes: Mapping[str, Any], dates: Mapping[str, Any]) -> pd.DataFrame:
    """
    The shares of paragraphs that a run handed on: ``theme``, ``doc_id``, ``share``, ``low``, ``high``, ``date``.

    Parameters
    ----------
    changes : values of the run, from `pick_values`; without any, the table is empty
    dates : the day of each text
    """
    shares = pd.DataFrame(changes.get("shares", []), columns=["theme", "doc_id", "share", "low", "high"])
    return shares.assign(date=shares["doc_id"].map(dates))


def summarise(changes: Mapping[str, Any]) -> tuple[str, str]:
    """The finding over all themes and its verdict, from the values of the run that compared the texts."""
    return changes.get("finding", "No page that compares the texts has been made."), changes.get("verdict", DESCRIPTIVE)


def caption_themes(changes: Mapping[str, Any]) -> dict[str, str]:
    """Name, caption and alternative text of the figure of all themes."""
    return {
        "name": "themes",
        "caption": f"{changes['finding']} Markers: share of paragraphs; bars: 95 % intervals, set side by side.",
        "alt": f"Line chart of the share of paragraphs that name each theme in each text. {changes['finding']}",
    }


def count_verdicts(found: Mapping[str, Mapping[str, Any]], declared: Sequence[str]) -> pd.DataFrame:
    """
    For each page how many of its claims got which verdict under other choices: ``robustness``, ``link``.

    A theme's page has the changes of that theme, the page of all themes those of all declared ones, the pages of
    networks and topics the ties and the topics; of other pages, which make no claim that other choices could change,
    both columns are empty.

    Parameters
    ----------
    found : values by run, from `read_values`; the run that tried other choices hands on its ``verdicts``
    declared : names of the declared themes
    """
    page = next((run for run, values in found.items() if "verdicts" in values), "")
    verdicts = found[page]["verdicts"].values() if page else []
    rows = []
    for values in found.values():
        kind = next((kind for key, kind in CLAIMS.items() if key in values), "")
        about = [values["theme"]] if "theme" in values else declared
        claims = [claim for claim in verdicts if claim["kind"] == kind]
        claims = [claim for claim in claims if kind != "change" or claim["themes"][0] in about]
        row = (f"{len(claims)} tried: {_count(claims)}", f"{page}.html#s-the-verdicts")
        rows.append(row if claims else (None, ""))
    return pd.DataFrame(rows, columns=["robustness", "link"])


def _count(claims: Sequence[Mapping[str, Any]]) -> str:
    """How many claims got which verdict: ``1 robust, 2 inconclusive``."""
    counts = [(sum(claim["verdict"] == verdict for claim in claims), verdict) for verdict in OF_CLAIM]
    return ", ".join(f"{count} {verdict}" for count, verdict in counts if count)


def list_claims(verdicts: Mapping[str, Mapping[str, Any]], kinds: Sequence[str] = ("change", "tie")) -> pd.DataFrame:
    """
    One row per claim that rests on enough units, strongest verdict first.

    Returns
    -------
    DataFrame: ``claim`` (its sentence), ``verdict``, ``same_sign`` and ``significant`` (shares, as text), ``joint_p``
        (as text), ``specifications``, and ``link``, where its curve or its row is
    """
    claims = [claim for claim in verdicts.values() if claim["kind"] in kinds and claim["verdict"] in OF_CLAIM[:3]]
    claims.sort(key=lambda claim: (OF_CLAIM.index(claim["verdict"]), claim["joint_p"]))
    columns = ["claim", "verdict", "same_sign", "significant", "joint_p", "specifications", "link"]
    table = pd.DataFrame(claims, columns=columns)
    forms = {"same_sign": "{:.0%}", "significant": "{:.0%}", "joint_p": "{:.3f}"}
    return table.assign(**{column: table[column].map(form.format) for column, form in forms.items()})


def describe_claims(verdicts: Mapping[str, Mapping[str, Any]]) -> str:
    """How many claims got which verdict, in a sentence."""
    if not verdicts:
        return "No finding of this study is tried under other choices."
    return f"{count_noun(len(verdicts), 'claim')} tried under other choices: {_count(list(verdicts.values()))}."
