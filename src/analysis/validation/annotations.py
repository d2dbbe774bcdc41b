"""
Coded sentences: who coded them, each beside what the dictionary found, and agreement between codings.

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
from analysis.inputs import InputError, inside, show
from analysis.schema import Entry, Line, read_optional
from analysis.stats.bootstrap import make_blocks, share_intervals
from analysis.study import Study
from analysis.themes import attention
from analysis.validation import agreement
from analysis.validation.accuracy import correct_shares
from analysis.validation.sheets import read_rows

CODEBOOK = "CODEBOOK.md"
WORDS = ["sentence", "text"]  # the columns that a file of codes must have, and
OTHER_COLUMNS = ["document", "half"]  # others that are no theme
ALIASES = {"sentence_id": "sentence"}
JUDGED = {"theme": "str", "sentence_id": "str", "doc_id": "str", "block": "str", "text": "str", "coded": "bool",
          "found": "bool", "weight": "float64", "codes": "str"}  # fmt: skip


@dataclass(frozen=True)
class Annotations:
    """Codes as their file holds them, and what the manifest says of them; no theme where nothing was coded."""

    table: pd.DataFrame  # of text: sentence, text; per theme <theme>, perhaps <theme>_codes and <theme>_weight
    themes: list[str]
    kind: Literal["model", "human", ""]  # who coded; empty: nobody
    coders: str  # in words
    used_for_dictionary: bool
    file: str
    codebook: str = ""  # name of the file beside the manifest, where there is one


class _Codes(Entry):
    """All of ``codes.yml``."""

    file: Line
    kind: Literal["model", "human"]
    coders: Line
    used_for_dictionary: bool = True


def read_annotations(manifest: Path | None) -> Annotations:
    """
    Read the codes that a manifest names; without one, or from an empty one, nothing is coded.

    A sentence that was not coded for a theme is blank there; `<theme>_codes` has a digit per coding (``-``: none).

    Raises
    ------
    InputError : if a key is missing or wrong, or the file lacks a column or holds another code than 0, 1 or blank;
        names the line
    """
    codes = read_optional(_Codes, manifest)
    if manifest is None or codes is None:
        return Annotations(pd.DataFrame(columns=WORDS, dtype="str"), [], "", "", False, "")
    file = inside(manifest.parent, codes.file, f"{manifest}, file")
    lines, rows = zip(*read_rows(file, WORDS, aliases=ALIASES), strict=True)
    table = pd.DataFrame(list(rows), dtype="str")
    themes = [name for name in table.columns if _is_theme(name)]
    if not themes:
        allowed = "the columns sentence, text and one for each theme"
        raise InputError(f"{file}, line 1", "no theme", allowed=allowed, remedy="Make it with `analysis codes`.")
    for theme in themes:
        _check_theme(file, table.set_axis(list(lines)), theme)
    codebook = CODEBOOK if (manifest.parent / CODEBOOK).is_file() else ""
    return Annotations(table, themes, codes.kind, codes.coders, codes.used_for_dictionary, codes.file, codebook)


def _is_theme(column: str) -> bool:
    return bool(column) and column not in (*WORDS, *OTHER_COLUMNS) and not column.endswith(("_codes", "_weight"))


def _check_theme(file: Path, table: pd.DataFrame, theme: str) -> None:
    """The cells of one theme: codes, digits of codings, weights; `table` is indexed by line."""
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
            wrong |= (cells != "") & (cells.str.len() != cells.str.len().max())
        if wrong.any():
            where = f"{file}, line {wrong.idxmax()}, {column}"
            raise InputError(where, show(cells[wrong].iloc[0]), allowed=says, remedy="Correct the cell.")


def judge(study: Study, annotations: Annotations) -> pd.DataFrame:
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
    table, themes = annotations.table, [name for name in study.themes.names if name in annotations.themes]
    if not annotations.themes:
        return pd.DataFrame(columns=list(JUDGED)).astype(JUDGED)
    if not themes:
        raise InputError(annotations.file, f"the themes {', '.join(annotations.themes)}",
                         allowed=f"themes of the dictionary: {', '.join(study.themes.names)}",
                         remedy="Name the columns after the themes of data/themes.yml.")  # fmt: skip
    corpus = study.corpus.sentences.set_index("sentence_id", drop=False)
    units = _locate(table, corpus)
    corpus["block"] = corpus["paragraph_id"].map(make_blocks(study.corpus.paragraphs.set_index("paragraph_id")))
    found = attention.mark_units(study.hits, pd.Series(corpus.index, name="sentence_id"), themes)
    parts = []
    for theme in themes:
        coded = units[table[theme] != ""]
        rows = corpus.loc[coded, ["sentence_id", "doc_id", "block", "text"]].reset_index(drop=True)
        cells = table.loc[coded.index].reset_index(drop=True)
        weight = cells.get(f"{theme}_weight", pd.Series("1", index=cells.index))
        parts.append(
            rows.assign(
                theme=theme,
                coded=cells[theme] == "1",
                found=found.loc[coded, theme].to_numpy(),
                weight=weight.replace("", "1").astype(float),
                codes=cells.get(f"{theme}_codes", pd.Series("", index=cells.index)),
            )
        )
    judged = pd.concat(parts, ignore_index=True)
    order = np.lexsort([corpus.index.get_indexer(judged["sentence_id"]), judged["theme"].map(themes.index)])
    return judged.iloc[order][list(JUDGED)].reset_index(drop=True)


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
    Krippendorff's alpha of the codings of every theme, with two intervals: sentences drawn, and whole sections.

    Returns
    -------
    DataFrame, one row per theme that was coded twice
        ``theme``, ``coders`` (people, or runs of a model), ``sentences`` (coded twice), ``coded`` (with the theme, by
        the majority), ``split`` (on which codings differ), ``alpha``, ``low``, ``high`` (sections) and
        ``low_sentences``, ``high_sentences``.
    """
    rows = []
    for theme, of_theme in judged[judged["codes"].str.len() > 1].groupby("theme", sort=False):
        codes = pd.DataFrame([[np.nan if code == "-" else float(code) for code in cell] for cell in of_theme["codes"]])
        twice = (codes.notna().sum(axis=1) >= 2).to_numpy()
        if not twice.any():
            continue
        codes, blocks = codes[twice].reset_index(drop=True), of_theme.loc[twice, "block"].reset_index(drop=True)
        whole = agreement.krippendorff_alpha(codes, blocks=blocks, n_draws=n_draws, seed=seed)
        single = agreement.krippendorff_alpha(codes, n_draws=n_draws, seed=seed)
        split = int((codes.min(axis=1) != codes.max(axis=1)).sum())
        coded = int(of_theme.loc[twice, "coded"].sum())
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


def estimate_shares(study: Study, judged: pd.DataFrame, *, n_draws: int = 2000, seed: int) -> pd.DataFrame:
    """
    The share of sentences with each declared theme in each text: as found, and corrected for errors of the dictionary.

    Returns
    -------
    DataFrame, one row per declared theme that was coded and text, in order of date
        ``theme``, ``doc_id`` and the columns of `analysis.validation.accuracy.correct_shares`: with the errors of all
        texts together, and, ending in ``_by_text``, with those of each text.
    """
    sentences = study.corpus.sentences.set_index("sentence_id", drop=False)
    marks = attention.mark_units(study.hits, sentences["sentence_id"], study.themes.declared)
    shares = share_intervals(marks, sentences["doc_id"], n_draws=n_draws, seed=seed).set_index(["theme", "doc_id"])
    order = pd.MultiIndex.from_product([study.themes.declared, study.documents], names=shares.index.names)
    observed = shares.loc[order].reset_index()
    pooled = correct_shares(judged, observed, n_draws=n_draws, seed=seed)
    by_text = correct_shares(judged, observed, errors="by text", n_draws=n_draws, seed=seed)
    return pooled.merge(by_text, on=["theme", "doc_id"], suffixes=("", "_by_text"))
