"""
How a sentence frames its theme, and how far its act is: coded frames and status, and frames by a dictionary.

Frames are the strands of the EU counter-terrorism strategy of 2005 (prevent, protect, pursue, respond) with threat,
manage, opportunity, cooperate, rules and money (``data/annotations/FRAMES_CODEBOOK.md``); they do not exclude each
other. The codes of this study were made by three runs of one language model: they are no human codes, and where the
runs agree that is stability in Krippendorff's sense, not reproducibility by people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from analysis.inputs import InputError, inside, read_text
from analysis.schema import Entry, Line, Listed, read_optional
from analysis.stats.proportions import ROUNDING
from analysis.themes.dictionary import Themes, read_themes, tag
from analysis.themes.evolution.accuracy import score_marks

HIT_COLUMNS = ["sentence_id", "paragraph_id", "doc_id", "theme", "frame"]
COUNT_COLUMNS = ["theme", "doc_id", "frame", "sentences", "n", "share"]


@dataclass(frozen=True)
class FrameCodes:
    """Coded sentences as their file holds them, and what the manifest says of them; empty tables without a file."""

    table: (
        pd.DataFrame
    )  # one row per sentence and theme: sentence_id, theme, a column per frame (0, 1, missing), status
    runs: pd.DataFrame  # the same rows: per frame and for status the codes of each run, as text, columns (frame, run)
    frames: list[str]
    kind: Literal["model", "human"] = "model"
    coders: str = ""
    used_for_dictionary: tuple[str, ...] = ()  # texts on whose codes the frame dictionary was written


class _Manifest(Entry):
    file: Line
    kind: Literal["model", "human"]
    coders: Line
    used_for_dictionary: Listed[Line] = ()


def read_frame_codes(manifest: Path | None) -> FrameCodes:
    """
    Read the frame codes that a manifest names (``data/annotations/frame_codes.yml``); without one there are none.

    The file has one row per sentence and theme: ``sentence_id``, ``theme``, per frame 0, 1 or blank (by majority) and
    ``<frame>_codes`` (a digit per run, ``-`` for none), ``status`` and ``status_codes`` (one per run, with ``/``
    between).

    Raises
    ------
    InputError : if a key is missing or wrong, or the file lacks a column, names a sentence and theme twice or holds
        another code
    """
    entry = read_optional(_Manifest, manifest)
    if entry is None or manifest is None:
        empty = pd.DataFrame(columns=["sentence_id", "theme", "status"], dtype="str")
        return FrameCodes(empty, pd.DataFrame(), [])
    file = inside(manifest.parent, entry.file, f"{manifest}, file")
    read_text(file)  # names what is wrong with it
    cells = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    frames = [name for name in cells.columns if f"{name}_codes" in cells.columns and name != "status"]
    missing = [name for name in ("sentence_id", "theme", "status", "status_codes") if name not in cells.columns]
    if missing or not frames:
        found = f"no {', '.join(missing) or 'column of a frame with its <frame>_codes'}"
        allowed = "sentence_id, theme, status, status_codes and two columns per frame"
        raise InputError(f"{file}, line 1", found, allowed=allowed, remedy="See data/README.md.")
    _check_cells(file, cells, frames)
    table = cells[["sentence_id", "theme", *frames, "status"]].copy()
    table[frames] = table[frames].replace("", np.nan).astype(float)
    runs = {(name, run): codes for name in frames for run, codes in _split(cells[f"{name}_codes"].map(list)).items()}
    runs |= {("status", run): codes for run, codes in _split(cells["status_codes"].str.split("/")).items()}
    return FrameCodes(table, pd.DataFrame(runs), frames, entry.kind, entry.coders, entry.used_for_dictionary)


def _check_cells(file: Path, cells: pd.DataFrame, frames: list[str]) -> None:
    twice = cells.duplicated(["sentence_id", "theme"])
    if twice.any():
        row = cells[twice].iloc[0]
        where = f"{file}, line {2 + int(twice.to_numpy().argmax())}"
        found = f"{row['sentence_id']} and {row['theme']} a second time"
        raise InputError(where, found, allowed="a sentence and theme once", remedy="Keep one row.")
    for name, allowed, says in [(frame, r"[01]?", "0, 1 or blank") for frame in frames] + [
        (f"{frame}_codes", r"[01-]*", "a digit per run, - for none") for frame in frames
    ]:
        wrong = ~cells[name].str.fullmatch(allowed)
        if wrong.any():
            line, cell = 2 + int(wrong.to_numpy().argmax()), cells.loc[wrong, name].iloc[0]
            raise InputError(f"{file}, line {line}, {name}", repr(cell), allowed=says, remedy="Correct the cell.")


def _split(codes: pd.Series) -> dict[str, pd.Series]:
    """The codes of each run, named A, B, C, …, in the order of the file; none is missing."""
    table = pd.DataFrame(codes.to_list(), index=codes.index).replace({"-": np.nan, "": np.nan, None: np.nan})
    return {chr(ord("A") + run): table[run] for run in table.columns}


# --- counts of codes ---------------------------------------------------------------------------------------------


def list_frame_hits(codes: FrameCodes, sentences: pd.DataFrame) -> pd.DataFrame:
    """
    The sentences behind every count of a frame.

    Parameters
    ----------
    sentences : DataFrame, one row per sentence
        Columns ``sentence_id``, ``paragraph_id``, ``doc_id``.

    Returns
    -------
    DataFrame, one row per sentence, theme and frame that it has by majority, in reading order
        ``sentence_id``, ``paragraph_id``, ``doc_id``, ``theme``, ``frame``.

    Raises
    ------
    InputError : if a coded sentence is not among `sentences`
    """
    table = _place(codes, sentences).melt(
        ["sentence_id", "paragraph_id", "doc_id", "theme"], codes.frames, var_name="frame"
    )
    table = table[table["value"] == 1]
    order = sentences["sentence_id"].reset_index(drop=True)
    place = table["sentence_id"].map(pd.Series(order.index, index=order))
    return table.iloc[np.argsort(place.to_numpy(), kind="stable")][HIT_COLUMNS].reset_index(drop=True)


def count_frames(codes: FrameCodes, sentences: pd.DataFrame, themes: Sequence[str]) -> pd.DataFrame:
    """
    How many sentences of each theme and text have each frame, by majority of the runs.

    Returns
    -------
    DataFrame, one row per theme, text and frame, in the order of `themes`, `sentences` and the file; texts without a
    coded sentence on the theme included
        ``theme``, ``doc_id``, ``frame``, ``sentences`` (with the frame), ``n`` (sentences on the theme, coded),
        ``share`` (0 to 1; missing where n is 0).
    """
    coded = _place(codes, sentences)
    return _count(coded.melt(["theme", "doc_id"], codes.frames, var_name="frame"), codes.frames, sentences, themes)


def count_status(codes: FrameCodes, sentences: pd.DataFrame, themes: Sequence[str]) -> pd.DataFrame:
    """
    How many sentences of each theme and text are a fact, done, running, announced, demanded or a call.

    Returns
    -------
    DataFrame, one row per theme, text and status, as `count_frames`, with ``status`` for ``frame``; where no majority
    of runs gave a status the sentence counts in ``n`` only.
    """
    coded = _place(codes, sentences)
    names = [name for name in STATUS if (coded["status"] == name).any()]
    names += sorted(set(coded["status"]) - {"", *STATUS})
    marks = pd.DataFrame({name: (coded["status"] == name).astype(float) for name in names}, index=coded.index)
    long = pd.concat([coded[["theme", "doc_id"]], marks], axis=1).melt(["theme", "doc_id"], names, var_name="frame")
    return _count(long, names, sentences, themes).rename(columns={"frame": "status"})


STATUS = ("demanded", "called_on", "announced", "running", "done", "fact")  # from what is asked to what is


def _place(codes: FrameCodes, sentences: pd.DataFrame) -> pd.DataFrame:
    """The coded rows with the text and paragraph of their sentence."""
    table = codes.table.merge(sentences[["sentence_id", "paragraph_id", "doc_id"]], on="sentence_id", how="left")
    lost = table.loc[table["doc_id"].isna(), "sentence_id"]
    if len(lost):
        found = f"{lost.nunique()} sentences that are not in the corpus, such as {lost.iloc[0]!r}"
        raise InputError("frame codes", found, allowed="sentence_id of the corpus", remedy="Code this version.")
    return table


def _count(long: pd.DataFrame, frames: Sequence[str], sentences: pd.DataFrame, themes: Sequence[str]) -> pd.DataFrame:
    documents = list(dict.fromkeys(sentences["doc_id"]))
    index = pd.MultiIndex.from_product([themes, documents, frames], names=["theme", "doc_id", "frame"])
    by_frame = long.groupby(["theme", "doc_id", "frame"])["value"]
    table = pd.DataFrame({"sentences": by_frame.sum(), "n": by_frame.count()}).reindex(index, fill_value=0)
    table = table.astype(int).reset_index()
    table["share"] = table["sentences"] / table["n"].where(table["n"] > 0)
    return table[COUNT_COLUMNS]


def compare_frames(codes: FrameCodes, sentences: pd.DataFrame, themes: Sequence[str]) -> pd.DataFrame:
    r"""
    How sure the direction of every difference between two texts is, as far as the codes go.

    With :math:`D` the difference of shares by majority, and :math:`D^*` the same with the code of one run for each
    sentence, drawn anew and independently: :math:`P = \Pr(\mathrm{sign}\,D^* = \mathrm{sign}\,D)`, exact (the counts
    are sums of independent Bernoulli variables). It says how far the answer hangs on the coding, not on chance: the
    texts were coded completely.

    Returns
    -------
    DataFrame, one row per theme, frame and pair of texts in which both name the theme
        ``theme``, ``frame``, ``before``, ``after``, ``count_before``, ``n_before``, ``count_after``, ``n_after``,
        ``difference`` (share after - share before, -1 to 1), ``runs_same`` and ``n_runs`` (runs whose own codes give
        the same sign), ``probability`` (P, 0 to 1).
    """
    coded = _place(codes, sentences)
    documents = list(dict.fromkeys(sentences["doc_id"]))
    rows = []
    for theme, frame in product(themes, codes.frames):
        runs, majority = codes.runs[frame].astype(float).to_numpy(), coded[frame].to_numpy(dtype=float)
        runs = np.where(np.isnan(runs), majority[:, None], runs)  # a run that did not code a sentence changes nothing
        with_code = (coded["theme"] == theme).to_numpy() & ~np.isnan(majority)
        units = {name: np.flatnonzero(with_code & (coded["doc_id"] == name).to_numpy()) for name in documents}
        for before, after in combinations([name for name in documents if len(units[name])], 2):
            first, second = units[before], units[after]
            counts = int(majority[first].sum()), int(majority[second].sum())
            difference = counts[1] / len(second) - counts[0] / len(first)
            by_run = runs[second].mean(axis=0) - runs[first].mean(axis=0)
            same = int((_sign(by_run) == _sign(difference)).sum())
            distributions = (_distribution(runs[first].mean(axis=1)), _distribution(runs[second].mean(axis=1)))
            rows.append((theme, frame, before, after, counts[0], len(first), counts[1], len(second), difference, same,
                         runs.shape[1], _same_sign(distributions, difference)))  # fmt: skip
    columns = ["theme", "frame", "before", "after", "count_before", "n_before", "count_after", "n_after", "difference",
               "runs_same", "n_runs", "probability"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _distribution(chances: np.ndarray) -> np.ndarray:
    """The distribution of a sum of independent Bernoulli variables (Poisson-binomial): n + 1 probabilities."""
    total = np.ones(1)
    for chance in chances:
        total = np.convolve(total, [1 - chance, chance])
    return total


def _same_sign(distributions: tuple[np.ndarray, np.ndarray], difference: float) -> float:
    """The probability that of two shares, given by the chances of their counts, the second is to the first as said."""
    before, after = (np.arange(len(chances)) / (len(chances) - 1) for chances in distributions)
    signs = _sign(after[None, :] - before[:, None])
    return float((np.outer(*distributions) * (signs == _sign(difference))).sum())


def _sign(values: np.ndarray | float) -> np.ndarray:
    return np.asarray(np.sign(np.where(np.abs(values) < ROUNDING, 0, values)))


# --- frames by a dictionary --------------------------------------------------------------------------------------


def read_frame_dictionary(path: Path | None) -> Themes:
    """The frame dictionary (``data/frames.yml``, in the form of a theme dictionary); without a file it has no frame."""
    return Themes({}) if path is None else read_themes(path)


def tag_frames(sentences: pd.DataFrame, dictionary: Themes) -> pd.DataFrame:
    """
    Find frames by their words (``data/frames.yml``, in the form of a theme dictionary), each frame by itself.

    Frames do not exclude each other, so the longest match wins within a frame only.

    Returns
    -------
    DataFrame, one row per hit, as from `analysis.themes.dictionary.tag`, with ``frame`` for ``theme``
    """
    return tag(sentences, dictionary, nested_scope="key").rename(columns={"theme": "frame"})


def count_tagged_frames(
    frame_hits: pd.DataFrame, theme_hits: pd.DataFrame, sentences: pd.DataFrame, frames: Sequence[str],
    themes: Sequence[str],
) -> pd.DataFrame:  # fmt: skip
    """
    How many sentences of each theme and text have each frame, both by words: for texts without codes.

    Parameters
    ----------
    frame_hits, theme_hits : DataFrames from `tag_frames` and `analysis.themes.dictionary.tag`

    Returns
    -------
    DataFrame as from `count_frames`
    """
    pairs = theme_hits.drop_duplicates(["sentence_id", "theme"])[["sentence_id", "doc_id", "theme"]]
    found = pd.crosstab(frame_hits["sentence_id"], frame_hits["frame"]).gt(0).astype(float)
    marks = found.reindex(index=pairs["sentence_id"], columns=list(frames), fill_value=0).set_axis(pairs.index)
    long = pd.concat([pairs, marks], axis=1).melt(["theme", "doc_id"], list(frames), var_name="frame")
    return _count(long, frames, sentences, themes)


def score_frames(codes: FrameCodes, frame_hits: pd.DataFrame, sentences: pd.DataFrame) -> pd.DataFrame:
    """
    How well the dictionary finds coded frames in texts on whose codes it was not written.

    Returns
    -------
    DataFrame, one row per frame, from `analysis.themes.evolution.accuracy.score_marks`
        with ``n`` (sentences and themes it was tested on). ``usable`` false: show codes only.
    """
    coded = _place(codes, sentences)
    coded = coded[~coded["doc_id"].isin(codes.used_for_dictionary)]
    found = pd.crosstab(frame_hits["sentence_id"], frame_hits["frame"]).gt(0)
    found = found.reindex(index=coded["sentence_id"], columns=codes.frames, fill_value=False)
    return score_marks(coded[codes.frames] == 1, found.astype(bool)).assign(n=len(coded))
