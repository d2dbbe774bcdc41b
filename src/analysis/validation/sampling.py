"""
Sheets on which people code sentences: drawn, and combined once coded; `analysis.validation.sheets` writes and reads the
files.

Every theme and coder has a sheet of their own, so that nobody sees the other themes, the other coders or what the
dictionary found; sentences stand in another order on each. How many sentences a row stands for is not on the sheets but
in the key, which coders do not get.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.inputs import InputError, check_at_least
from analysis.validation import agreement

SHEET_COLUMNS = ["theme", "coder", "sentence_id", "before", "sentence", "after", "code"]
KEY_COLUMNS = ["theme", "sentence_id", "doc_id", "found", "probability", "weight"]


def draw_sample(sentences: pd.DataFrame, found: pd.DataFrame, *, n: int, seed: int) -> pd.DataFrame:
    """
    Draw sentences to code, for each theme apart: as many that the dictionary found as others, as many in every text.

    Where a text has too few of one kind the others get more. A theme is rare: were all sentences as likely, most would
    say nothing of it. The chance with which each was drawn is kept, so that shares can be weighted back.

    Parameters
    ----------
    sentences : DataFrame
        Columns ``sentence_id`` and ``doc_id``.
    found : DataFrame of bool from `analysis.themes.attention.mark_units`, sentences × themes
    n : int
        Sentences for each theme; all of them if there are fewer.

    Returns
    -------
    DataFrame, one row per theme and drawn sentence, in reading order: the key to the sheets
        ``theme``, ``sentence_id``, ``doc_id``, ``found``, ``probability`` (to be drawn, above 0 to 1), ``weight`` (its
        inverse: sentences it stands for).

    Examples
    --------
    >>> sentences = pd.DataFrame({"sentence_id": list("abcdef"), "doc_id": "2018"})
    >>> found = pd.DataFrame({"cyber": [True, False, False, False, False, False]}, index=list("abcdef"))
    >>> draw_sample(sentences, found, n=3, seed=1)[["found", "weight"]].values.tolist()
    [[True, 1.0], [False, 2.5], [False, 2.5]]
    """
    check_at_least("n", n, 1)
    check_at_least("seed", seed, 0)
    twice = found.columns[found.columns.duplicated()]
    if len(twice):
        raise InputError("themes", f"{twice[0]!r} twice", allowed="each theme once", remedy="Name it once.")
    marks = found.reindex(sentences["sentence_id"])
    if marks.isna().to_numpy().any():
        raise InputError(
            "found", "sentences without a mark", allowed="a row per sentence", remedy="Mark all sentences."
        )
    keys, children = [], np.random.SeedSequence(seed).spawn(found.shape[1])
    for theme, child in zip(found.columns, children, strict=True):
        table = sentences[["sentence_id", "doc_id"]].assign(theme=str(theme), found=marks[theme].to_numpy(dtype=bool))
        strata = [rows for _, rows in table.groupby(["doc_id", "found"], sort=True)]
        rng = np.random.default_rng(child)
        for rows, size in zip(strata, _share_out(n, [len(rows) for rows in strata]), strict=True):
            chosen = rows.iloc[np.sort(rng.choice(len(rows), size=size, replace=False))]
            keys.append(chosen.assign(probability=size / len(rows), weight=len(rows) / max(size, 1)))
    key = pd.concat(keys)
    order = key["theme"].map(list(map(str, found.columns)).index)
    return key.iloc[np.lexsort([key.index, order])][KEY_COLUMNS].reset_index(drop=True)


def _share_out(n: int, sizes: Sequence[int]) -> list[int]:
    """Numbers for strata of these sizes, as equal as can be, `n` in all (the sum of the sizes if that is less)."""
    given = [0] * len(sizes)
    while sum(given) < min(n, sum(sizes)):
        open_strata = [at for at, size in enumerate(sizes) if given[at] < size]
        each, rest = divmod(n - sum(given), len(open_strata))
        for place, at in enumerate(open_strata):
            given[at] = min(sizes[at], given[at] + each + (place < rest))
    return given


def make_sheet(key: pd.DataFrame, sentences: pd.DataFrame, *, theme: str, coder: str, seed: int) -> pd.DataFrame:
    """
    The sheet of one coder for one theme: its sentences in random order, each between its neighbours, codes blank.

    Returns
    -------
    DataFrame with the columns `SHEET_COLUMNS`, the rows in an order that depends on seed, theme and coder
    """
    text = sentences["text"].str.split().str.join(" ")
    document = sentences["doc_id"]
    context = pd.DataFrame(
        {
            "sentence_id": sentences["sentence_id"],
            "before": text.shift(1, fill_value="").where(document == document.shift(1), ""),
            "sentence": text,
            "after": text.shift(-1, fill_value="").where(document == document.shift(-1), ""),
        }
    )
    chosen = context[context["sentence_id"].isin(key.loc[key["theme"] == theme, "sentence_id"])]
    rng = np.random.default_rng([seed, *f"{theme} {coder}".encode()])
    sheet = chosen.iloc[rng.permutation(len(chosen))].assign(theme=theme, coder=coder, code="")
    return sheet[SHEET_COLUMNS].reset_index(drop=True)


@dataclass(frozen=True)
class Combined:
    """The codes of several coders as one, and how far they agree."""

    codes: pd.DataFrame  # as data/annotations holds them: a row per sentence, three columns per theme
    agreement: pd.DataFrame  # one row per theme: coders, units, ties, alpha, low, high


def combine(
    codes: pd.DataFrame, sentences: pd.DataFrame, *, key: pd.DataFrame | None = None, seed: int = 1
) -> Combined:
    """
    The code of the majority for every theme and sentence.

    Where as many coders say 1 as 0 the code is blank: the sentence is left out until it is settled, and counted.

    Parameters
    ----------
    codes : DataFrame from `read_sheets`
    sentences : DataFrame with ``sentence_id``, ``doc_id`` and ``text``
    key : DataFrame from `draw_sample`, optional
        Gives the weights; without it every sentence counts alike.

    Returns
    -------
    Combined
        ``codes`` has ``sentence``, ``document``, ``text`` and for each theme ``<theme>`` (0, 1 or blank),
        ``<theme>_codes`` (such as ``010``, one digit per coder in order of their names, - where one did not code it)
        and ``<theme>_weight``. ``agreement`` has alpha with its interval (sentences drawn),
        missing where a theme has one coder.
    """
    coded = sentences[sentences["sentence_id"].isin(codes["sentence_id"])]
    table = pd.DataFrame({"sentence": coded["sentence_id"], "document": coded["doc_id"], "text": coded["text"]})
    rows = []
    for theme in sorted(set(codes["theme"])):
        wide = codes[codes["theme"] == theme].pivot(index="sentence_id", columns="coder", values="code")
        wide = wide.sort_index(axis=1)
        majority = np.sign(wide.mean(axis=1) - 0.5).map({1.0: "1", -1.0: "0", 0.0: ""})
        digits = wide.apply(lambda row: "".join("-" if code != code else str(int(code)) for code in row), axis=1)
        columns = {theme: majority, f"{theme}_codes": digits, f"{theme}_weight": _weights(key, theme, wide.index)}
        table = table.assign(**{name: coded["sentence_id"].map(values).fillna("") for name, values in columns.items()})
        rows.append({"theme": theme, "coders": wide.shape[1], "units": len(wide), "ties": int((majority == "").sum())}
                    | _agreement(wide, seed))  # fmt: skip
    return Combined(table.reset_index(drop=True), pd.DataFrame(rows))


def _weights(key: pd.DataFrame | None, theme: str, names: pd.Index) -> pd.Series:
    """Sentences that each stands for, as text; a sentence that the key does not have is an error."""
    if key is None:
        return pd.Series("1", index=names)
    weights = key[key["theme"] == theme].set_index("sentence_id")["weight"].astype(float)
    unknown = names.difference(weights.index)
    if len(unknown):
        found = f"no weight for {theme} of {len(unknown)} sentences, the first {unknown[0]}"
        raise InputError(
            "key", found, allowed="the key of these sheets", remedy="Give the key.csv they were drawn with."
        )
    return weights.reindex(names).map("{:.9g}".format)


def _agreement(wide: pd.DataFrame, seed: int) -> dict[str, float]:
    if (wide.notna().sum(axis=1) >= 2).any():
        alpha = agreement.krippendorff_alpha(wide, seed=seed)
        return {"alpha": alpha.value, "low": alpha.low, "high": alpha.high}
    return dict.fromkeys(("alpha", "low", "high"), float("nan"))
