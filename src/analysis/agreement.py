"""
Whether coders agree with each other, and the dictionary with the coders.

Codings are tables with one row per sentence: a column per coder (for one theme), or a column per theme.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import krippendorff
import numpy as np
import pandas as pd

from analysis.clusters import block_rate
from analysis.inputs import InputError, check_choice
from analysis.intervals import aligned, check_at_least, check_level, wilson_interval

Level = Literal["nominal", "ordinal", "interval", "ratio"]


@dataclass(frozen=True)
class Alpha:
    """Krippendorff's alpha with its interval; missing (NaN) where all values are the same."""

    value: float
    low: float
    high: float
    units: int  # coded by two coders at least
    undefined: float  # share of bootstrap draws without any variation, left out of the interval


def krippendorff_alpha(
    codes: pd.DataFrame,
    level: Level = "nominal",
    *,
    blocks: pd.Series | None = None,
    n_draws: int = 1000,
    confidence: float = 0.95,
    seed: int,
) -> Alpha:
    r"""
    Krippendorff's :math:`\alpha = 1 - D_o / D_e`: how far coders agree beyond chance.

    1 is perfect agreement, 0 what chance would give, below 0 less. The usual bars are .80 to rely on and .667 for
    tentative conclusions (Krippendorff 2004). The interval draws units with replacement, which takes units next to each
    other in a text as independent; with `blocks` it draws whole blocks. Where coders hardly differ all draws are alike,
    so with `blocks` the lower end of a nominal alpha is at most :math:`1 - \bar q d / D_e`: :math:`\bar q` is the upper
    end of the share of units with a disagreement (`analysis.clusters.block_rate`) and d what such a unit adds to
    :math:`D_o` (2 by the number of coders, where there is none). For a rare theme alpha rests on few units: look at the
    interval.

    Parameters
    ----------
    codes : DataFrame, one row per unit, one column per coder
        Numbers; missing where a coder did not code the unit.
    level : str
        Level of measurement, which decides how far apart two values are.
    blocks : Series, optional
        The block of each unit, such as its section.

    Raises
    ------
    InputError : if there are fewer than two coders, no unit was coded by two, or blocks have other rows than `codes`

    Examples
    --------
    >>> codes = pd.DataFrame({"A": [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], "B": [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]})
    >>> round(krippendorff_alpha(codes, seed=1).value, 6)
    0.095238
    """
    check_choice(level, "level", ["nominal", "ordinal", "interval", "ratio"])
    check_level(confidence)
    check_at_least("n_draws", n_draws, 1)
    values = codes.to_numpy(dtype=float)
    domain = np.unique(values[~np.isnan(values)])
    counts = (values[:, :, None] == domain).sum(axis=1)
    twice = counts.sum(axis=1) >= 2
    counts = counts[twice]
    if codes.shape[1] < 2 or not len(counts):
        raise InputError(
            "codes",
            f"{codes.shape[1]} coders and {len(counts)} units coded twice",
            allowed="two coders and a unit both coded",
            remedy="Add codings.",
        )
    own = np.arange(len(counts)) if blocks is None else aligned(blocks, codes, "blocks").to_numpy()[twice]
    value = _alpha(counts, domain, level)
    drawn = _draw_alphas(counts, domain, level, own, n_draws, np.random.default_rng(seed))
    defined = drawn[~np.isnan(drawn)]
    low, high = np.quantile(defined, [(1 - confidence) / 2, (1 + confidence) / 2]) if len(defined) else (np.nan, np.nan)
    if blocks is not None and level == "nominal":
        low = min(low, _least_alpha(counts, value, own, confidence))
    return Alpha(value, float(low), float(high), len(counts), 1 - len(defined) / n_draws)


def scores(
    predicted: pd.DataFrame, gold: pd.DataFrame, documents: pd.Series | None = None, *, level: float = 0.95
) -> pd.DataFrame:
    r"""
    How well predicted themes match the coded ones.

    Precision :math:`tp / (tp + fp)` is the share of found sentences that are right, recall :math:`tp / (tp + fn)` the
    share of right ones that were found, :math:`F_1 = 2tp / (2tp + fp + fn)`; all from 0 to 1, missing where the
    denominator is 0. The intervals are Wilson's; that of F1 comes from :math:`J = tp / (tp + fp + fn)` by
    :math:`F_1 = 2J / (1 + J)`. They take sentences as independent. Errors that differ between texts fake a change:
    look at the rows per text.

    Parameters
    ----------
    predicted, gold : DataFrame, one row per sentence, one column per theme
        True or false, with the same rows and columns.
    documents : Series, optional
        Text of each sentence, for rows per text.

    Returns
    -------
    DataFrame, one row per theme, for ``doc_id`` "all" and then each text
        ``theme``, ``doc_id``, ``tp``, ``fp``, ``fn``, and ``precision``, ``recall`` and ``f1``, each also with
        ``_low`` and ``_high``.

    Raises
    ------
    InputError : if the tables differ in rows or themes, or hold other values than true and false

    Examples
    --------
    >>> gold = pd.DataFrame({"cyber": [1, 1, 1, 0, 0]}, index=list("abcde"))
    >>> found = pd.DataFrame({"cyber": [1, 1, 0, 1, 0]}, index=list("abcde"))
    >>> scores(found, gold)[["tp", "fp", "fn", "precision", "recall", "f1"]].round(3).values.tolist()
    [[2.0, 1.0, 1.0, 0.667, 0.667, 0.667]]
    """
    predicted, gold = _both(predicted, gold)
    parts = {"all": np.ones(len(gold), dtype=bool)}
    if documents is not None:
        documents = aligned(documents, gold, "documents")
        parts |= {str(name): (documents == name).to_numpy() for name in documents.drop_duplicates()}
    tables = [_score(predicted[rows], gold[rows], level).assign(doc_id=name) for name, rows in parts.items()]
    table = pd.concat(tables, ignore_index=True)
    return table[["theme", "doc_id", *table.columns.drop(["theme", "doc_id"])]]


def disagreements(predicted: pd.DataFrame, gold: pd.DataFrame, sentences: pd.DataFrame) -> pd.DataFrame:
    """
    The sentences where prediction and coding differ, to be read.

    Parameters
    ----------
    predicted, gold : DataFrame
        As for `scores`, with ``sentence_id`` as index.
    sentences : DataFrame
        Columns ``sentence_id``, ``doc_id`` and ``text``; sentences that were not coded are passed over.

    Returns
    -------
    DataFrame, one row per theme and sentence, themes in their order, sentences in reading order
        ``theme``, ``kind`` ("missed": coded but not found; "false alarm": found but not coded), ``sentence_id``,
        ``doc_id``, ``text``.

    Raises
    ------
    InputError : if a sentence with a coding is not among the sentences, and as in `scores`
    """
    predicted, gold = _both(predicted, gold)
    unknown = gold.index.difference(sentences["sentence_id"])
    if len(unknown):
        found = f"{len(unknown)} coded sentences that are not in the text, the first {unknown[0]!r}"
        raise InputError("sentences", found, allowed="the sentences of the corpus", remedy="Check the codings' ids.")
    text = sentences[sentences["sentence_id"].isin(gold.index)]
    tables = []
    for theme in gold.columns:
        coded, found = (table.loc[text["sentence_id"], theme].to_numpy() for table in (gold, predicted))
        rows = text.loc[coded != found, ["sentence_id", "doc_id", "text"]]
        rows.insert(0, "kind", np.where(coded[coded != found], "missed", "false alarm"))
        rows.insert(0, "theme", str(theme))
        tables.append(rows)
    return pd.concat(tables, ignore_index=True)


def _alpha(counts: np.ndarray, domain: np.ndarray, level: Level) -> float:
    """Alpha of units × values counts; NaN where only one value occurs, for then nothing could disagree."""
    if (counts.sum(axis=0) > 0).sum() < 2:
        return float("nan")
    return float(krippendorff.alpha(value_counts=counts, value_domain=domain, level_of_measurement=level))


def _draw_alphas(
    counts: np.ndarray, domain: np.ndarray, level: Level, blocks: np.ndarray, n_draws: int, rng: np.random.Generator
) -> np.ndarray:
    """Alpha of as many blocks as there are, drawn with replacement, again and again."""
    number, names = pd.factorize(blocks)
    drawn = rng.integers(len(names), size=(n_draws, len(names)))
    if level == "nominal":
        return _nominal_alphas(counts, number, drawn)
    members = [np.flatnonzero(number == block) for block in range(len(names))]
    return np.array([_alpha(counts[np.concatenate([members[block] for block in row])], domain, level) for row in drawn])


def _nominal_alphas(counts: np.ndarray, number: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Nominal alpha of each draw of blocks: both disagreements are sums over blocks, so no unit is looked at again."""
    sizes = counts.sum(axis=1)
    differing = (sizes**2 - (counts**2).sum(axis=1)) / (sizes - 1)  # ordered pairs of unlike codes
    per_block = np.zeros((drawn.shape[1], counts.shape[1] + 1))
    np.add.at(per_block, number, np.column_stack([counts, differing]))
    sums = np.array([per_block[row].sum(axis=0) for row in drawn])
    per_value, n = sums[:, :-1], sums[:, :-1].sum(axis=1)
    expected = 1 - (per_value * (per_value - 1)).sum(axis=1) / (n * (n - 1))
    varies = (per_value > 0).sum(axis=1) > 1
    return np.where(varies, 1 - sums[:, -1] / n / np.where(varies, expected, 1), np.nan)


def _least_alpha(counts: np.ndarray, alpha: float, blocks: np.ndarray, confidence: float) -> float:
    """The lowest nominal alpha that the share of units with a disagreement does not contradict."""
    sizes, per_value = counts.sum(axis=1), counts.sum(axis=0)
    n = sizes.sum()
    expected = 1 - (per_value * (per_value - 1)).sum() / (n * (n - 1))
    differ = counts.max(axis=1) < sizes
    each = (1 - alpha) * expected / differ.mean() if differ.any() else 2 / sizes.mean()
    return float(1 - block_rate(differ, blocks, level=confidence).high * each / expected) if expected > 0 else alpha


def _score(predicted: pd.DataFrame, gold: pd.DataFrame, level: float) -> pd.DataFrame:
    """The rows of `scores` for one set of sentences."""
    tp, fp, fn = (cells.sum(axis=0).to_numpy() for cells in (predicted & gold, predicted & ~gold, ~predicted & gold))
    table = {"theme": [str(theme) for theme in gold.columns], "tp": tp, "fp": fp, "fn": fn}
    for name, n in (("precision", tp + fp), ("recall", tp + fn), ("f1", tp + fp + fn)):
        share = np.where(n > 0, tp / np.where(n > 0, n, 1), np.nan)
        values = share, *wilson_interval(tp, n, level=level)
        if name == "f1":
            values = tuple(2 * jaccard / (1 + jaccard) for jaccard in values)
        table |= dict(zip((name, f"{name}_low", f"{name}_high"), values, strict=True))
    return pd.DataFrame(table)


def _both(predicted: pd.DataFrame, gold: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both tables as true/false, once they are known to speak of the same sentences and themes."""
    for what, ours, theirs in (("sentences", predicted.index, gold.index), ("themes", predicted.columns, gold.columns)):
        if not ours.equals(theirs) or not ours.is_unique:
            different = ours.symmetric_difference(theirs).tolist()[:3]
            found = (
                f"other {what} in one than in the other: {different}" if different else f"{what} twice or in disorder"
            )
            raise InputError("predicted and gold", found, allowed=f"the same {what}", remedy="Select them from both.")
    for name, table in (("predicted", predicted), ("gold", gold)):
        if table.empty or not np.isin(table.to_numpy(), (0, 1)).all():
            raise InputError(name, "no rows or other values than 0 and 1", allowed="0/1", remedy="Check the codings.")
    return predicted.astype(bool), gold.astype(bool)
