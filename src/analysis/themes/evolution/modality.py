"""
How a text speaks: in how many of its sentences it calls upon somebody, asks, announces or reports as done.

By lists of verbs for each language (``data/language/<code>/modality.yml``). It is partly genre: a programme asks, a
progress report reports. Print it as what explains the counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.corpus.language import Language
from analysis.inputs import InputError, read_text
from analysis.schema import Entry, Line, Listed, read_optional
from analysis.themes.dictionary import GREY, TermText, Theme, Themes, tag
from analysis.themes.evolution.accuracy import score_marks

OTHER = "describes"  # what a sentence does that has no mode: a state of affairs, or what is going on
HIT_COLUMNS = ["sentence_id", "paragraph_id", "doc_id", "mode", "term", "start", "end", "surface"]


@dataclass(frozen=True, eq=False)
class Modes:
    """The modes of one language, in the order in which they lead where a sentence has several."""

    labels: Mapping[str, str]  # by name: "demands"
    words: Mapping[str, str]  # by name, what readers are told: "must, should, could or is needed"
    terms: Themes  # each mode as an entry of a theme dictionary
    beside: Themes  # of some modes: words of which one must stand in the sentence too


class _Mode(Entry):
    label: Line
    words: Line
    core: Listed[TermText]
    beside: Listed[TermText] = ()
    excluded: Listed[TermText] = ()


class _Modality(Entry):
    modes: dict[str, _Mode]


def read_modes(path: Path | None) -> Modes:
    """
    Read the modes of a language (``data/language/<code>/modality.yml``); without a file there are none.

    Raises
    ------
    InputError : if a key is unknown or missing, or a term begins or ends with a gap; the message names its line and key
    """
    content = read_optional(_Modality, path if path and path.exists() else None)
    entries = content.modes if content else {}
    terms = {name: _theme(name, one.core, one.excluded) for name, one in entries.items()}
    beside = {name: _theme(name, one.beside) for name, one in entries.items() if one.beside}
    labels = {name: one.label for name, one in entries.items()}
    return Modes(labels, {name: one.words for name, one in entries.items()}, Themes(terms), Themes(beside))


def modes_by_text(languages: Mapping[str, Language], folder: Path) -> dict[str, Modes]:
    """The modes of each text, by the language of each text; `folder` is ``data/language``."""
    by_code = {code: read_modes(folder / code / "modality.yml") for code in {one.code for one in languages.values()}}
    return {document: by_code[language.code] for document, language in languages.items()}


def _theme(name: str, core: tuple[str, ...], excluded: tuple[str, ...] = ()) -> Theme:
    return Theme(name, name, "", GREY, False, core, (), excluded)


def tag_modes(sentences: pd.DataFrame, modes: Mapping[str, Modes]) -> pd.DataFrame:
    """
    Find the words of every mode.

    Parameters
    ----------
    sentences : DataFrame, one row per sentence
        Columns ``sentence_id``, ``paragraph_id``, ``doc_id`` and ``text``.
    modes : mapping of doc_id to the modes of its language

    Returns
    -------
    DataFrame, one row per hit, texts in the order of `modes`
        ``sentence_id``, ``paragraph_id``, ``doc_id``, ``mode``, ``term``, ``start``, ``end``, ``surface``.
    """
    parts = []
    for one in dict.fromkeys(modes.values()):
        rows = sentences[sentences["doc_id"].isin([name for name, other in modes.items() if other is one])]
        hits = tag(rows, one.terms, nested_scope="key")
        beside = tag(rows, one.beside, nested_scope="key")
        helped = pd.MultiIndex.from_frame(hits[["sentence_id", "theme"]]).isin(
            pd.MultiIndex.from_frame(beside[["sentence_id", "theme"]])
        )
        parts.append(hits[helped | ~hits["theme"].isin(one.beside.names)])
    hits = pd.concat(parts, ignore_index=True) if parts else tag(sentences, Themes({}))
    return hits.rename(columns={"theme": "mode"})[HIT_COLUMNS]


def lead_modes(hits: pd.DataFrame, sentences: pd.DataFrame, modes: Mapping[str, Modes]) -> pd.Series:
    """
    The one mode that leads in each sentence: the first in the order of the file; `OTHER` where it has none.

    (Tried: the mode whose words come first in the sentence. On the sentences of 2014 that is right less often, .88
    against .92.)

    Returns
    -------
    Series of str ``mode``, index ``sentence_id``, in the order of `sentences`
    """
    order = {name: place for one in modes.values() for place, name in enumerate(one.labels)}
    first = hits.assign(place=hits["mode"].map(order)).sort_values("place", kind="stable")
    leading = first.drop_duplicates("sentence_id").set_index("sentence_id")["mode"]
    return leading.reindex(sentences["sentence_id"]).fillna(OTHER).rename("mode")


def count_modes(hits: pd.DataFrame, sentences: pd.DataFrame, modes: Mapping[str, Modes]) -> pd.DataFrame:
    """
    In how many sentences of each text the words of each mode stand, and in how many it leads.

    Returns
    -------
    DataFrame, one row per text and mode, in the order of the file, `OTHER` last
        ``doc_id``, ``mode``, ``label``, ``words``; ``sentences`` (with words of the mode; a sentence may have several)
        and ``share`` (of ``n``, 0 to 1); ``leading`` (sentences in which it leads) and ``share_leading``, which sums to
        1 in a text; ``n`` (sentences of the text). No row for a text whose language has no list.
    """
    leading = lead_modes(hits, sentences, modes)
    rows = []
    for document, own in sentences.groupby("doc_id", sort=False)["sentence_id"]:
        if document not in modes or not modes[document].labels:
            continue
        words = hits[hits["doc_id"] == document].groupby("mode")["sentence_id"].nunique()
        leads = leading.loc[own].value_counts()
        for mode in [*modes[document].labels, OTHER]:
            n_with = int(leads.get(mode, 0) if mode == OTHER else words.get(mode, 0))
            label, listed = modes[document].labels.get(mode, OTHER), modes[document].words.get(mode, "")
            n_leading = int(leads.get(mode, 0))
            rows.append(
                (document, mode, label, listed, n_with, n_with / len(own), n_leading, n_leading / len(own), len(own))
            )
    columns = ["doc_id", "mode", "label", "words", "sentences", "share", "leading", "share_leading", "n"]
    return pd.DataFrame(rows, columns=columns)


def score_modes(leading: pd.Series, coded: pd.DataFrame, modes: Sequence[str]) -> pd.DataFrame:
    """
    How well the leading mode tells the status that sentences were coded with.

    A mode stands for the status of its name, `OTHER` for every other status (a fact, running).

    Parameters
    ----------
    leading : Series from `lead_modes`
    coded : DataFrame with columns ``sentence_id`` and ``status``; rows without a status are left out
    modes : names of the modes

    Returns
    -------
    DataFrame, one row per mode, `OTHER` last, from `analysis.themes.evolution.accuracy.score_marks`
        with ``n`` (sentences, and ways in which a sentence was coded).
    """
    coded = coded[coded["status"] != ""].drop_duplicates(["sentence_id", "status"])
    status = coded["status"].where(coded["status"].isin(modes), OTHER)
    found = coded["sentence_id"].map(leading)
    marks = [pd.DataFrame({mode: values == mode for mode in [*modes, OTHER]}) for values in (status, found)]
    return score_marks(*marks).assign(n=len(coded))


def read_coded_status(path: Path | None) -> pd.DataFrame:
    """
    Read the status of coded sentences (``data/annotations/status.csv``); without a file there are none.

    Returns
    -------
    DataFrame with ``sentence_id`` and ``status``

    Raises
    ------
    InputError : if the file cannot be read or lacks a column
    """
    if path is None:
        return pd.DataFrame(columns=["sentence_id", "status"], dtype="str")
    read_text(path)  # names what is wrong with it
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    missing = [name for name in ("sentence_id", "status") if name not in table.columns]
    if missing:
        found = f"no {', '.join(missing)}"
        raise InputError(f"{path}, line 1", found, allowed="sentence_id and status", remedy="Add the column.")
    return table[["sentence_id", "status"]]
