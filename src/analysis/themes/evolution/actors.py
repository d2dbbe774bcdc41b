"""
Which actors stand beside a theme: who acts, is to act, is addressed or dealt with.

By a list of names (``data/actors.yml``, read by `analysis.themes.evolution.names.read_names`); its accuracy is measured
on sentences coded by a language model (``data/annotations/ACTORS_CODEBOOK.md``).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pandas as pd

from analysis.inputs import InputError, check_choice, read_text
from analysis.themes import attention
from analysis.themes.evolution.accuracy import score_marks
from analysis.themes.evolution.names import Names

By = Literal["name", "kind"]


def count_actors(hits: pd.DataFrame, sentences: pd.DataFrame, names: Names, *, by: By = "name") -> pd.DataFrame:
    """
    In how many sentences of each text each actor is named, and what becomes of it from text to text.

    Parameters
    ----------
    hits : DataFrame from `analysis.themes.evolution.names.tag_names`
    sentences : DataFrame, one row per sentence: ``sentence_id``, ``doc_id``
    by : str
        "name": each actor; "kind": all actors of a kind together, a sentence counted once.

    Returns
    -------
    DataFrame, one row per actor that is named at all and text, in the order of the list
        ``kind``, ``name`` (with "name"), ``label``, ``doc_id``, ``sentences``, ``n`` (sentences of the text), ``share``
        (0 to 1), ``presence`` (`analysis.themes.attention.describe_presence`).
    """
    check_choice(by, "by", ("name", "kind"))
    counts = _cross(hits, sentences, names, by)
    presence = attention.describe_presence(counts)
    n = sentences.groupby("doc_id", sort=False)["sentence_id"].nunique()
    table = counts.rename_axis(index=by, columns="doc_id").T.unstack().rename("sentences").reset_index()
    table = _describe(table, names, by).assign(n=table["doc_id"].map(n).astype(int), presence=table[by].map(presence))
    table.insert(table.columns.get_loc("n") + 1, "share", table["sentences"] / table["n"])
    return table


def cross_actors(
    theme_hits: pd.DataFrame, hits: pd.DataFrame, sentences: pd.DataFrame, names: Names, themes: Sequence[str], *,
    by: By = "name",
) -> pd.DataFrame:  # fmt: skip
    """
    Theme by actor in each text: the two-mode table of sentences that name both.

    Returns
    -------
    DataFrame, one row per theme, actor that stands beside any of `themes`, and text
        ``theme``, ``kind``, ``name`` (with "name"), ``label``, ``doc_id``, ``both`` (sentences), ``n_theme``,
        ``n_actor`` (sentences of that text), ``share`` (both / n_theme, 0 to 1; missing where the theme is not named).
    """
    check_choice(by, "by", ("name", "kind"))
    pairs = list_beside(theme_hits, hits)
    pairs = pairs[pairs["theme"].isin(themes)]
    documents = list(dict.fromkeys(sentences["doc_id"]))
    order = [one for one in _order(names, by) if one in set(pairs[by])]
    index = pd.MultiIndex.from_product([themes, order, documents], names=["theme", by, "doc_id"])
    both = pairs.groupby(["theme", by, "doc_id"])["sentence_id"].nunique().reindex(index, fill_value=0)
    n_theme = theme_hits.groupby(["theme", "doc_id"])["sentence_id"].nunique()
    n_actor = hits.groupby([by, "doc_id"])["sentence_id"].nunique()
    table = both.rename("both").reset_index()
    for name, counts in (("n_theme", n_theme), ("n_actor", n_actor)):
        keys = pd.MultiIndex.from_frame(table[list(counts.index.names)])
        table[name] = counts.reindex(keys, fill_value=0).to_numpy()
    table["share"] = table["both"] / table["n_theme"].where(table["n_theme"] > 0)
    described = _describe(table, names, by)
    return described[["theme", *dict.fromkeys(["kind", by]), "label", "doc_id", "both", "n_theme", "n_actor", "share"]]


def list_beside(theme_hits: pd.DataFrame, hits: pd.DataFrame) -> pd.DataFrame:
    """
    The sentences behind `cross_actors`: each that names a theme and an actor (or an instrument), once per pair.

    Returns
    -------
    DataFrame, in reading order of `theme_hits`
        ``sentence_id``, ``paragraph_id``, ``doc_id``, ``theme``, ``name``, ``kind``.
    """
    themes = theme_hits.drop_duplicates(["sentence_id", "theme"])[["sentence_id", "paragraph_id", "doc_id", "theme"]]
    names = hits.drop_duplicates(["sentence_id", "name"])[["sentence_id", "name", "kind"]]
    return themes.merge(names, on="sentence_id").reset_index(drop=True)


def _order(names: Names, by: By) -> list[str]:
    return list(names.labels if by == "name" else names.kinds)


def _cross(hits: pd.DataFrame, sentences: pd.DataFrame, names: Names, by: By) -> pd.DataFrame:
    """Sentences by actor and text, actors that are named nowhere left out."""
    once = hits.drop_duplicates(["sentence_id", by])
    counts = pd.crosstab(once[by], once["doc_id"])
    order = [one for one in _order(names, by) if one in counts.index]
    return counts.reindex(index=order, columns=list(dict.fromkeys(sentences["doc_id"])), fill_value=0).astype(int)


def _describe(table: pd.DataFrame, names: Names, by: By) -> pd.DataFrame:
    """The table with kind and label of each actor, first."""
    if by == "kind":
        table.insert(1, "label", table["kind"].map(names.kinds))
        return table
    kinds = names.table.set_index("name")["kind"]
    table.insert(0, "kind", table["name"].map(kinds))
    table.insert(2, "label", table["name"].map(names.labels))
    return table


# --- accuracy ----------------------------------------------------------------------------------------------------


def read_coded_actors(path: Path | None, names: Names) -> pd.DataFrame:
    """
    Read coded actors (``data/annotations/actors.csv``); without a file there are none.

    The file has a row per sentence: ``sentence_id``, ``round`` (in which it was drawn), ``text``, ``actors`` (names of
    `names`, separated by spaces; ``kind/*`` for an actor of that kind that has no name there).

    Returns
    -------
    DataFrame, one row per sentence: ``sentence_id``, ``round`` (int), ``names`` and ``kinds`` (frozensets)

    Raises
    ------
    InputError : if a name is unknown
    """
    if path is None:
        return pd.DataFrame(columns=["sentence_id", "round", "names", "kinds"])
    read_text(path)  # names what is wrong with it
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    missing = [name for name in ("sentence_id", "round", "actors") if name not in table.columns]
    if missing:
        found = f"no {', '.join(missing)}"
        allowed = "the columns sentence_id, round and actors"
        raise InputError(f"{path}, line 1", found, allowed=allowed, remedy="Add the column.")
    kinds = names.table.set_index("name")["kind"].to_dict() | {f"{kind}/*": kind for kind in names.kinds}
    coded = table["actors"].str.split()
    for line, entries in enumerate(coded, start=2):
        for one in entries:
            check_choice(one, f"{path}, line {line}, actors", list(kinds))
    return pd.DataFrame(
        {
            "sentence_id": table["sentence_id"],
            "round": table["round"].astype(int),
            "names": coded.map(frozenset),
            "kinds": coded.map(lambda entries: frozenset(kinds[one] for one in entries)),
        }
    )


def score_actors(hits: pd.DataFrame, coded: pd.DataFrame, names: Names) -> pd.DataFrame:
    """
    How well the list finds the kinds of actors that were coded.

    Parameters
    ----------
    coded : DataFrame from `read_coded_actors`, of one round

    Returns
    -------
    DataFrame, one row per kind and a last row "all" (all kinds counted together)
        from `analysis.themes.evolution.accuracy.score_marks`, with ``n`` (sentences).
    """
    kinds = list(names.kinds)
    found = pd.crosstab(hits["sentence_id"], hits["kind"]).gt(0)
    marks = found.reindex(index=coded["sentence_id"], columns=kinds, fill_value=False).astype(bool)
    truth = pd.DataFrame([[kind in own for kind in kinds] for own in coded["kinds"]], columns=kinds, dtype=bool)
    whole = [pd.DataFrame({"all": table.to_numpy().ravel()}) for table in (truth, marks)]
    return pd.concat([score_marks(truth, marks), score_marks(*whole)], ignore_index=True).assign(n=len(coded))
