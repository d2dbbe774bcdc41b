"""Lists of names by kind (actors, instruments), found in sentences as the terms of themes are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pandas as pd
from pydantic import model_validator

from analysis.inputs import InputError
from analysis.schema import Entry, Line, Listed, Text, read_optional
from analysis.themes.dictionary import GREY, TermText, Theme, Themes, tag

NAME_COLUMNS = ["name", "label", "kind", "kind_label"]
HIT_COLUMNS = ["sentence_id", "paragraph_id", "doc_id", "name", "kind", "term", "start", "end", "surface"]


@dataclass(frozen=True)
class Names:
    """Names to look for, by kind."""

    terms: Themes  # each name as an entry of a theme dictionary
    table: pd.DataFrame  # one row per name, in the order of the file: name, label, kind, kind_label

    @property
    def kinds(self) -> dict[str, str]:
        """Label of each kind, in the order of the file."""
        return dict(zip(self.table["kind"], self.table["kind_label"], strict=True))

    @property
    def labels(self) -> dict[str, str]:
        """Label of each name, in the order of the file."""
        return dict(zip(self.table["name"], self.table["label"], strict=True))


class _Name(Entry):
    label: Line
    core: Listed[TermText]
    border: Listed[TermText] = ()
    excluded: Listed[TermText] = ()
    notes: Text = ""


class _Kind(Entry):
    label: Line
    names: dict[str, _Name]


class _Kinds(Entry):
    kinds: dict[str, _Kind]

    @model_validator(mode="after")
    def _check_once(self) -> Self:
        times = Counter(name for kind in self.kinds.values() for name in kind.names)
        for label, kind in self.kinds.items():
            for name in kind.names:
                if times[name] > 1:
                    place = ("kinds", label, "names", name)
                    allowed = "each name under one kind"
                    raise InputError(place, f"{name!r} under two kinds", allowed=allowed, remedy="Rename one of them.")
        return self


def read_names(path: Path | None) -> Names:
    """
    Read a list of names by kind (``data/actors.yml``, ``data/instruments.yml``); without a file there are no names.

    Raises
    ------
    InputError : if a key is unknown or missing, a name stands under two kinds, or a term begins or ends with a gap; the
        message names its line and key
    """
    content = read_optional(_Kinds, path)
    themes, rows = {}, []
    for kind, entry in content.kinds.items() if content else ():
        for name, one in entry.names.items():
            themes[name] = Theme(name, one.label, "", GREY, False, one.core, one.border, one.excluded, one.notes)
            rows.append((name, one.label, kind, entry.label))
    return Names(Themes(themes), pd.DataFrame(rows, columns=NAME_COLUMNS, dtype="str"))


def tag_names(sentences: pd.DataFrame, names: Names) -> pd.DataFrame:
    """
    Find every name in sentences, the longest match first across all names (`analysis.themes.dictionary.tag`).

    Parameters
    ----------
    sentences : DataFrame, one row per sentence
        Columns ``sentence_id``, ``paragraph_id``, ``doc_id`` and ``text``.

    Returns
    -------
    DataFrame, one row per hit, in reading order
        Columns ``sentence_id``, ``paragraph_id``, ``doc_id``, ``name``, ``kind``, ``term`` (as the file has it),
        ``start``, ``end`` (offsets in the sentence) and ``surface`` (the words found).
    """
    hits = tag(sentences, names.terms).rename(columns={"theme": "name"})
    hits["kind"] = hits["name"].map(names.table.set_index("name")["kind"])
    return hits[HIT_COLUMNS]
