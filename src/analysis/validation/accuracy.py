r"""
How often the dictionary is right, by theme and text, and what its errors do to a share.

All functions take `judged`: one row per theme and coded sentence, with ``theme``, ``doc_id``, ``block`` (sentences
whose errors may have one cause, such as a section), ``coded`` and ``found`` (true or false), and ``weight`` (how many
sentences it stands for; 1 where every sentence had the same chance to be coded).

Of the sentences found, the share P that is coded is the precision; of those not found, the share Q that is coded is
what was missed. With :math:`N_1` and :math:`N_0` sentences found and not found, :math:`A = PN_1` are rightly found
and :math:`B = QN_0` are missed. Recall and F1 follow from these two shares. So they are right also when sentences that
were found had a larger chance to be coded than others, as on the sheets of `analysis.validation.sampling`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.inputs import InputError, check_at_least, check_choice, check_level
from analysis.stats.clustered import Rate, block_correlation, block_rate
from analysis.stats.permutation import min_p
from analysis.stats.proportions import ROUNDING

COLUMNS = ["theme", "doc_id", "block", "coded", "found", "weight"]
MEASURES = ("precision", "recall", "f1")
ENDS = ("", "_low", "_high")
ALL = "all"  # all texts together


@dataclass(frozen=True)
class _Rates:
    """Of one theme in one set of sentences: the share coded among those found, and among those not found."""

    found: Rate
    others: Rate


def score_accuracy(judged: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    r"""
    Precision, recall and F1 of every theme, in all texts together and in each.

    Precision P and the share missed Q have the intervals of `analysis.stats.clustered.block_rate`; recall
    :math:`A / (A + B)` and :math:`F_1 = 2A / (N_1 + A + B)` those that follow from both by square-and-add (MOVER,
    Donner & Zou 2012). ``benchmarks/README.md`` says how often they are right.

    Returns
    -------
    DataFrame, one row per theme, for ``doc_id`` "all" and then each text
        ``theme``, ``doc_id``, ``n`` (coded sentences), ``blocks``, ``tp``, ``fp``, ``fn`` (sentences, not weighted),
        and ``precision``, ``recall``, ``f1``, each also with ``_low`` and ``_high``; all from 0 to 1, missing where
        nothing was found or coded.

    Raises
    ------
    InputError : if a column is missing

    Examples
    --------
    >>> judged = pd.DataFrame({"theme": "cyber", "doc_id": "2018", "block": [1, 1, 2, 2, 3, 3], "weight": 1.0,
    ...                        "coded": [1, 1, 1, 0, 0, 0], "found": [1, 1, 0, 1, 0, 0]})
    >>> score_accuracy(judged)[["tp", "fp", "fn", "precision", "recall", "f1"]].round(3).values.tolist()[0]
    [2.0, 1.0, 1.0, 0.667, 0.667, 0.667]
    """
    judged = _checked(judged)
    check_level(level)
    correlation = _correlation(judged)
    rows = []
    for doc_id in [ALL, *dict.fromkeys(judged["doc_id"])]:
        in_text = judged if doc_id == ALL else judged[judged["doc_id"] == doc_id]
        for theme in dict.fromkeys(judged["theme"]):
            of_theme = in_text[in_text["theme"] == theme]
            rates = _rates(of_theme, correlation, level)
            rows.append({"theme": theme, "doc_id": doc_id} | _counts(of_theme) | _measures(rates))
    columns = ["theme", "doc_id", "n", "blocks", "tp", "fp", "fn"]
    return pd.DataFrame(rows, columns=[*columns, *(f"{name}{end}" for name in MEASURES for end in ENDS)])


def compare_errors(judged: pd.DataFrame, *, n_draws: int = 5000, seed: int) -> pd.DataFrame:
    r"""
    Whether precision or recall differ between texts, for errors that differ would look like a change.

    Permutation test: whole blocks are randomly reassigned to the texts. The statistic is the weighted variance of the
    share of errors between texts, :math:`\sum_t E_t^2 / N_t - E^2 / N`, and p the share of permutations with one as
    large. ``p_adjusted`` is adjusted for all rows by the least p of each permutation (min-P, Westfall & Young 1993).
    With few errors only a gross difference could be seen: a large p is no proof that texts are read alike.

    Returns
    -------
    DataFrame, one row per theme ("all" first: the errors of all themes together) and measure
        ``theme``, ``measure`` ("precision" or "recall"), ``errors``, ``n`` (found, or coded, sentences), ``p`` and
        ``p_adjusted``, missing where there is no error at all.

    Raises
    ------
    InputError : as in `score_accuracy`, or if a block belongs to two texts
    """
    judged = _checked(judged)
    check_at_least("n_draws", n_draws, 1)
    blocks = judged.drop_duplicates(["block", "doc_id"]).set_index("block")["doc_id"]
    if not blocks.index.is_unique:
        twice = sorted(set(blocks.index[blocks.index.duplicated()].astype(str)))[:3]
        remedy = "Name blocks with their text, such as 2014-s01."
        raise InputError("judged", f"blocks of two texts: {twice}", allowed="blocks of one text", remedy=remedy)
    names, errors, sizes = _block_errors(judged, blocks.index)
    owner = pd.get_dummies(blocks).to_numpy(dtype=float)
    rng = np.random.default_rng(seed)
    orders = [np.arange(len(owner)), *(rng.permutation(len(owner)) for _ in range(n_draws))]  # the observed one first
    statistics = np.array([_between(owner[order].T @ errors, owner[order].T @ sizes) for order in orders])
    some = errors.sum(axis=0) > 0
    table = pd.DataFrame(names, columns=["theme", "measure", "errors", "n"]).assign(p=np.nan, p_adjusted=np.nan)
    table.loc[some, ["p", "p_adjusted"]] = np.column_stack(min_p(statistics[:, some]))
    return table


def rogan_gladen(observed: np.ndarray, sensitivity: np.ndarray, specificity: np.ndarray) -> np.ndarray:
    r"""
    The share there is, from the share that was found by something that errs.

    :math:`\hat p = (p_{obs} + sp - 1) / (se + sp - 1)`, clipped to [0, 1] (Rogan & Gladen 1978); missing where
    :math:`se + sp \le 1`, for then finding says nothing.

    Parameters
    ----------
    observed : share found, 0 to 1
    sensitivity, specificity : share of the right ones that are found, and of the others that are not

    Examples
    --------
    >>> rogan_gladen(np.array([0.3, 0.3, 0.1]), np.array([0.9, 0.5, 0.9]), np.array([0.8, 0.5, 0.8])).round(6).tolist()
    [0.142857, nan, 0.0]
    """
    given = (np.asarray(share, dtype=float) for share in (observed, sensitivity, specificity))
    observed, se, sp = np.broadcast_arrays(*given)
    telling = se + sp - 1
    useful = telling > ROUNDING
    corrected = (observed + sp - 1) / np.where(useful, telling, 1)
    return np.where(useful, np.clip(corrected, 0, 1), np.nan)


def correct_shares(
    judged: pd.DataFrame,
    observed: pd.DataFrame,
    *,
    errors: Literal["pooled", "by text"] = "pooled",
    n_draws: int = 2000,
    level: float = 0.95,
    seed: int,
) -> pd.DataFrame:
    r"""
    The share of sentences on each theme in each text, corrected for what the dictionary misses and wrongly finds.

    `rogan_gladen`, with sensitivity :math:`A / (A + B)` and specificity :math:`(N_0 - B) / (N_0 - B + N_1 - A)`. The
    interval comes from draws of all that is uncertain: P, Q and the observed share, each from
    :math:`Beta(\tfrac12 + pn, \tfrac12 + (1 - p)n)` with n its effective number (Jeffreys), so that it neither vanishes
    where no error was seen nor takes sentences for independent.

    ``pooled`` takes sensitivity and specificity from all texts together: sure, but right only if the dictionary errs
    alike in all of them. ``by text`` takes those of each text: right, but with a handful of coded sentences a text all
    but unknown.

    Parameters
    ----------
    observed : DataFrame from `analysis.stats.bootstrap.share_intervals`, of sentences
        ``theme``, ``doc_id``, ``count``, ``n``, ``share`` and ``design_effect``.

    Returns
    -------
    DataFrame, one row per theme and text, as in `observed`
        ``theme``, ``doc_id``, ``count``, ``n``, ``observed``, ``sensitivity``, ``specificity``, ``corrected``, ``low``,
        ``high`` (0 to 1; missing where sensitivity + specificity is at most 1, or unknown) and ``undefined`` (share of
        draws left out for that).

    Raises
    ------
    InputError : as in `score_accuracy`, or if an option is out of range
    """
    judged = _checked(judged)
    check_choice(errors, "errors", ["pooled", "by text"])
    check_level(level)
    check_at_least("n_draws", n_draws, 1)
    correlation, rng, rows = _correlation(judged), np.random.default_rng(seed), []
    for row in observed[observed["theme"].isin(judged["theme"])].itertuples():
        of_theme = judged[judged["theme"] == row.theme]
        rates = _rates(
            of_theme if errors == "pooled" else of_theme[of_theme["doc_id"] == row.doc_id], correlation, level
        )
        se, sp = _sensitivity(rates, np.array([rates.found.share]), np.array([rates.others.share]))
        seen = _draw(rng, row.share, row.n / row.design_effect, n_draws)
        p, q = (_draw(rng, rate.share, rate.effective_n, n_draws) for rate in (rates.found, rates.others))
        draws = rogan_gladen(seen, *_sensitivity(rates, p, q))
        corrected = rogan_gladen(np.array([row.share]), se, sp)[0]
        low, high = _ends(draws, level) if corrected == corrected else (np.nan, np.nan)
        undefined = float(np.isnan(draws).mean())
        rows.append((row.theme, row.doc_id, row.count, row.n, row.share, se[0], sp[0], corrected, low, high, undefined))
    names = ["theme", "doc_id", "count", "n", "observed", "sensitivity", "specificity", "corrected", "low", "high"]
    return pd.DataFrame(rows, columns=[*names, "undefined"])


def _checked(judged: pd.DataFrame) -> pd.DataFrame:
    missing = [name for name in COLUMNS if name not in judged.columns]
    if missing:
        found, allowed = f"no column {', '.join(missing)}", f"the columns {', '.join(COLUMNS)}"
        raise InputError("judged", found, allowed=allowed, remedy="Take the table of annotations.judge.")
    return judged.astype({"coded": bool, "found": bool, "weight": float, "doc_id": str})


def _correlation(judged: pd.DataFrame) -> float:
    """How alike errors of one block are, all themes together: among those found and among those not found."""
    groups = [group for _, group in judged.groupby(["theme", "found"], sort=False)]
    return block_correlation((group["coded"].to_numpy(), group["block"].to_numpy()) for group in groups)


def _rates(judged: pd.DataFrame, correlation: float, level: float) -> _Rates:
    sides = [judged[judged["found"]], judged[~judged["found"]]]
    columns = [[side[name].to_numpy() for name in ("coded", "block", "weight")] for side in sides]
    return _Rates(*(block_rate(*three, correlation=correlation, level=level) for three in columns))


def _counts(judged: pd.DataFrame) -> dict[str, int]:
    coded, found = judged["coded"].to_numpy(), judged["found"].to_numpy()
    cells = {"tp": coded & found, "fp": ~coded & found, "fn": coded & ~found}
    return {"n": len(judged), "blocks": judged["block"].nunique()} | {
        name: int(cell.sum()) for name, cell in cells.items()
    }


def _measures(rates: _Rates) -> dict[str, float]:
    """Precision, recall and F1 with their intervals."""
    found = rates.found
    values = {"precision": (found.share, found.low, found.high)}
    values |= {"recall": _ratio(rates, top=1, rest=0), "f1": _ratio(rates, top=2, rest=found.total)}
    return {f"{name}{end}": value for name in MEASURES for end, value in zip(ENDS, values[name], strict=True)}


def _ratio(rates: _Rates, *, top: int, rest: float) -> tuple[float, float, float]:
    r"""
    :math:`x = top \cdot A / (rest + A + B)` with its interval.

    The ends are where :math:`(top - x)A - xB - x \cdot rest` lies as far from 0 as square-and-add allows.
    """
    (a, a_low, a_high), (b, b_low, b_high) = (
        tuple(0.0 if rate.total == 0 else rate.total * share for share in (rate.share, rate.low, rate.high))
        for rate in (rates.found, rates.others)
    )
    if rest + a + b == 0:
        return float("nan"), 0.0, 1.0
    value = top * a / (rest + a + b)

    def end(outside: float, down: float, up: float) -> float:
        inside = value
        for _ in range(50):
            x = (inside + outside) / 2
            gap = abs((top - x) * a - x * b - x * rest)
            inside, outside = (x, outside) if gap <= np.hypot((top - x) * down, x * up) else (inside, x)
        return inside

    return value, end(0.0, a - a_low, b_high - b), end(1.0, a_high - a, b - b_low)


def _sensitivity(rates: _Rates, p: np.ndarray, q: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sensitivity and specificity, from the shares coded among those found (p) and not found (q)."""
    a = p * rates.found.total if rates.found.total else np.zeros(len(p))
    b = q * rates.others.total if rates.others.total else np.zeros(len(q))
    right, wrong = rates.others.total - b, rates.found.total - a
    with np.errstate(invalid="ignore"):  # no sentence coded, or none not coded: unknown
        return a / (a + b), right / (right + wrong)


def _draw(rng: np.random.Generator, share: float, n: float, n_draws: int) -> np.ndarray:
    share = share if n > 0 else 0.5
    return rng.beta(0.5 + share * n, 0.5 + (1 - share) * n, size=n_draws)


def _ends(drawn: np.ndarray, level: float) -> tuple[float, float]:
    defined = drawn[~np.isnan(drawn)]
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2]) if len(defined) else (np.nan, np.nan)
    return float(low), float(high)


def _block_errors(judged: pd.DataFrame, blocks: pd.Index) -> tuple[list[tuple], np.ndarray, np.ndarray]:
    """Name and counts of each comparison, and its weighted errors and sentences per block (blocks, comparisons)."""
    names, errors, sizes = [], [], []
    wrong = judged["weight"] * (judged["coded"] != judged["found"])
    for theme in [ALL, *dict.fromkeys(judged["theme"])]:
        for measure, column in (("precision", "found"), ("recall", "coded")):
            rows = judged[column] & ((judged["theme"] == theme) | (theme == ALL))
            block = judged.loc[rows, "block"]
            names.append((theme, measure, int((wrong[rows] > 0).sum()), int(rows.sum())))
            errors.append(wrong[rows].groupby(block).sum().reindex(blocks, fill_value=0))
            sizes.append(judged.loc[rows, "weight"].groupby(block).sum().reindex(blocks, fill_value=0))
    return names, np.column_stack(errors), np.column_stack(sizes)


def _between(errors: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """How much the share of errors varies between texts (rows), for each comparison (columns)."""
    some = np.where(sizes > 0, sizes, 1)
    total = sizes.sum(axis=0)
    spread: np.ndarray = (errors**2 / some).sum(axis=0) - errors.sum(axis=0) ** 2 / np.where(total > 0, total, 1)
    return spread
