"""
Coded sentences: who coded them, and each beside what the dictionary found.

``data/annotations/codes.yml`` names the file of codes and says who made them; everything that is said of the codes in a
report comes from there, so that other codes need no other code.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from analysis.corpus.read import find_sentences
from analysis.inputs import InputError, check_choice, check_keys, inside, read_text, read_yaml
from analysis.stats.bootstrap import make_blocks
from analysis.study import Study
from analysis.themes import attention
from analysis.validation import agreement

KEYS = ["file", "kind", "coders", "used_for_dictionary"]


@dataclass(frozen=True)
class Annotations:
    """Codes as their file holds them, and what the manifest says of them."""

    table: pd.DataFrame  # of text: sentence, text; per theme <theme>, perhaps <theme>_codes and <theme>_weight
    themes: list[str]
    kind: Literal["model", "human"]
    coders: str  # in words
    used_for_dictionary: bool
    file: str


def read_annotations(manifest: Path) -> Annotations:
    """
    Read the codes that a manifest names.

    A sentence that was not coded for a theme is blank there; `<theme>_codes` has a digit per coder (``-``: none).

    Raises
    ------
    InputError : if a key is missing or wrong, or the file lacks a column or holds another code than 0, 1 or blank
    """
    entry = check_keys(read_yaml(manifest), str(manifest), required=KEYS[:3], optional=KEYS[3:])
    check_choice(entry["kind"], f"{manifest}, kind", ["model", "human"])
    used = entry.get("used_for_dictionary", True)
    if not isinstance(used, bool):
        where = f"{manifest}, used_for_dictionary"
        raise InputError(
            where, repr(used), allowed="true or false", remedy="Say whether the dictionary's author saw them."
        )
    file = inside(manifest.parent, str(entry["file"]), f"{manifest}, file")
    read_text(file)  # names what is wrong with it
    table = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    extra = {"sentence", "document", "text"}
    themes = [name for name in table.columns if name not in extra and not name.endswith(("_codes", "_weight"))]
    missing = [name for name in ("sentence", "text") if name not in table.columns]
    if missing or not themes or table.empty:
        found = f"no {', '.join(missing) or ('rows' if themes else 'theme')}"
        allowed = "the columns sentence, text and one for each theme, with a row per sentence"
        raise InputError(f"{file}, line 1", found, allowed=allowed, remedy="Make it with `analysis codes`.")
    for theme in themes:
        _check_theme(file, table, theme)
    return Annotations(table, themes, entry["kind"], str(entry["coders"]), used, str(entry["file"]))


def _check_theme(file: Path, table: pd.DataFrame, theme: str) -> None:
    """The cells of one theme: codes, digits of coders, weights."""
    n_coders = 0
    for column, allowed, says in (
        (theme, r"[01]?", "0, 1 or blank"),
        (f"{theme}_codes", r"[01-]*", "a digit per coder, - for none"),
        (f"{theme}_weight", r"(\d+(\.\d+)?)?", "a number"),
    ):
        if column not in table.columns:
            continue
        cells = table[column]
        wrong = ~cells.str.fullmatch(allowed)
        if column.endswith("_codes"):
            n_coders = int(cells.str.len().max())
            wrong |= (cells != "") & (cells.str.len() != n_coders)
        if wrong.any():
            line, cell = 2 + int(wrong.to_numpy().argmax()), cells[wrong].iloc[0]
            raise InputError(f"{file}, line {line}, {column}", repr(cell), allowed=says, remedy="Correct the cell.")


def judge(here: Study, annotations: Annotations) -> pd.DataFrame:
    """
    Every code beside what the dictionary found in that sentence; errors may cluster in its block (`make_blocks`).

    Sentences are found in the corpus by their id where the text there is the same, else by their text.

    Returns
    -------
    DataFrame, one row per theme and coded sentence, themes in the order of the dictionary, sentences in reading order
        ``theme``, ``sentence_id``, ``doc_id``, ``block``, ``text``, ``coded``, ``found`` (true or false), ``weight``,
        ``codes`` (a digit per coder; empty where they are not known).

    Raises
    ------
    InputError : if a coded sentence is not in the corpus, or no coded theme is in the dictionary
    """
    table, themes = annotations.table, [name for name in here.themes.names if name in annotations.themes]
    if not themes:
        raise InputError(annotations.file, f"the themes {', '.join(annotations.themes)}",
                         allowed=f"themes of the dictionary: {', '.join(here.themes.names)}",
                         remedy="Name the columns after the themes of data/themes.yml.")  # fmt: skip
    corpus = here.corpus.sentences.set_index("sentence_id", drop=False)
    units = _locate(table, corpus)
    corpus["block"] = corpus["paragraph_id"].map(make_blocks(here.corpus.paragraphs.set_index("paragraph_id")))
    found = attention.mark_units(here.hits, pd.Series(corpus.index, name="sentence_id"), themes)
    parts = []
    for theme in themes:
        own = units[table[theme] != ""]
        rows = corpus.loc[own, ["sentence_id", "doc_id", "block", "text"]].reset_index(drop=True)
        cells = table.loc[own.index].reset_index(drop=True)
        weight = cells.get(f"{theme}_weight", pd.Series("1", index=cells.index))
        parts.append(
            rows.assign(
                theme=theme,
                coded=cells[theme] == "1",
                found=found.loc[own, theme].to_numpy(),
                weight=weight.replace("", "1").astype(float),
                codes=cells.get(f"{theme}_codes", pd.Series("", index=cells.index)),
            )
        )
    judged = pd.concat(parts, ignore_index=True)
    order = np.lexsort([corpus.index.get_indexer(judged["sentence_id"]), judged["theme"].map(themes.index)])
    columns = ["theme", "sentence_id", "doc_id", "block", "text", "coded", "found", "weight", "codes"]
    return judged.iloc[order][columns].reset_index(drop=True)


def _locate(table: pd.DataFrame, corpus: pd.DataFrame) -> pd.Series:
    """The sentence of the corpus that each row speaks of."""
    text = corpus["text"].str.split().str.join(" ")
    same = table["sentence"].map(text) == table["text"].str.split().str.join(" ")
    units = table["sentence"].where(same)
    rest = table[~same]
    documents = rest["sentence"].str.rsplit("-", n=1).str[0]
    others = corpus[~corpus.index.isin(units.dropna())]
    units[~same] = find_sentences(pd.DataFrame({"doc_id": documents, "text": rest["text"]}), others)
    return units.rename("sentence_id")


def list_errors(judged: pd.DataFrame) -> pd.DataFrame:
    """
    The sentences where the dictionary and the codes differ, to be read.

    Returns
    -------
    DataFrame with ``theme``, ``kind`` ("missed": coded but not found; "false alarm": found but not coded),
    ``sentence_id``, ``doc_id``, ``text``
    """
    wrong = judged[judged["coded"] != judged["found"]]
    table = wrong.assign(kind=np.where(wrong["coded"], "missed", "false alarm"))
    return table[["theme", "kind", "sentence_id", "doc_id", "text"]].reset_index(drop=True)


def measure_agreement(judged: pd.DataFrame, *, n_draws: int = 1000, seed: int) -> pd.DataFrame:
    """
    Krippendorff's alpha of the coders for every theme, with two intervals: sentences drawn, and whole sections.

    Returns
    -------
    DataFrame, one row per theme that two coders coded
        ``theme``, ``coders``, ``sentences`` (coded twice), ``coded`` (with the theme, by the majority), ``split`` (on
        which coders differ), ``alpha``, ``low``, ``high`` (sections) and ``low_sentences``, ``high_sentences``.
    """
    rows = []
    for theme, own in judged[judged["codes"].str.len() > 1].groupby("theme", sort=False):
        codes = pd.DataFrame([[np.nan if code == "-" else float(code) for code in one] for one in own["codes"]])
        twice = (codes.notna().sum(axis=1) >= 2).to_numpy()
        if not twice.any():
            continue
        codes, blocks = codes[twice].reset_index(drop=True), own.loc[twice, "block"].reset_index(drop=True)
        whole = agreement.krippendorff_alpha(codes, blocks=blocks, n_draws=n_draws, seed=seed)
        single = agreement.krippendorff_alpha(codes, n_draws=n_draws, seed=seed)
        split = int((codes.min(axis=1) != codes.max(axis=1)).sum())
        coded = int(own.loc[twice, "coded"].sum())
        rows.append((theme, codes.shape[1], len(codes), coded, split, whole.value, whole.low, whole.high,
                     single.low, single.high))  # fmt: skip
    names = [
        "theme",
        "coders",
        "sentences",
        "coded",
        "split",
        "alpha",
        "low",
        "high",
        "low_sentences",
        "high_sentences",
    ]
    return pd.DataFrame(rows, columns=names)
