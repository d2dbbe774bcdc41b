"""
How often the intervals of `analysis.validation.accuracy` and of alpha are right, when errors come in blocks.

Coded sentences are simulated whose truth is known: sections as long as the coded ones of the study, seven themes that
fill some sections more than others, and a dictionary that misses and wrongly finds, in some sections more than in
others. Counted is how often a nominal 95 % interval contains the truth.

    PYTHONPATH=src python benchmarks/validation.py [replicates]

writes ``benchmarks/results/validation.csv``; 100 replicates (50 of shares and alpha) take some six minutes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from analysis.stats.bootstrap import share_intervals
from analysis.stats.proportions import wilson_interval
from analysis.validation import accuracy, agreement

RESULTS = Path(__file__).parent / "results"
SEED = 20200724
# Coded sentences per section in the development half of the three texts.
SECTIONS = {
    "2014": [26, 23, 4, 6, 6, 5, 3, 8, 1, 11, 32, 8, 8, 2, 8, 5],
    "2018": [7, 11, 9, 8, 6, 4, 29, 9, 7, 11],
    "2020": [13, 9, 6, 6, 3],
}
PREVALENCE = [0.1, 0.02, 0.04, 0.18, 0.09, 0.17, 0.18]  # of the seven coded themes
THEME = "theme 3"  # the fourth: the one that is looked at, with enough sentences to speak of recall


def by_block(mean: float, correlation: float, blocks: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """True or false per unit, with this mean and this correlation between units of one block (beta-binomial)."""
    n_blocks = blocks.max() + 1
    chance = np.full(n_blocks, mean)
    if correlation > 0 and 0 < mean < 1:
        size = 1 / correlation - 1
        chance = rng.beta(mean * size, (1 - mean) * size, n_blocks)
    return rng.random(len(blocks)) < chance[blocks]


def simulate(
    sections: dict[str, list[int]], recall: float, precision: float, correlation: float, rng: np.random.Generator
) -> pd.DataFrame:
    """Sentences of seven themes, as `accuracy` takes them, every sentence coded."""
    sizes = [size for text in sections.values() for size in text]
    blocks = np.repeat(np.arange(len(sizes)), sizes)
    documents = np.repeat(list(sections), [sum(text) for text in sections.values()])
    tables = []
    for number, prevalence in enumerate(PREVALENCE):
        coded = by_block(prevalence, 0.2, blocks, rng)
        false_alarms = recall * prevalence * (1 / precision - 1) / (1 - prevalence)
        missed, wrong = (
            by_block(1 - recall, correlation, blocks, rng),
            by_block(false_alarms, correlation, blocks, rng),
        )
        table = {"theme": f"theme {number}", "doc_id": documents, "block": blocks, "coded": coded}
        tables.append(pd.DataFrame(table | {"found": np.where(coded, ~missed, wrong), "weight": 1.0}))
    return pd.concat(tables, ignore_index=True)


def draw_by_found(judged: pd.DataFrame, n: int, rng: np.random.Generator) -> pd.DataFrame:
    """As many sentences found as not found are coded, each with its weight."""
    parts = []
    for _, group in judged.groupby(["theme", "found"], sort=False):
        rows = rng.choice(len(group), size=min(n // 2, len(group)), replace=False)
        parts.append(group.iloc[rows].assign(weight=len(group) / len(rows)))
    return pd.concat(parts, ignore_index=True)


def draw_blocks(judged: pd.DataFrame, column: str, rng: np.random.Generator, n_draws: int = 400) -> tuple[float, float]:
    """The percentile interval of blocks drawn with replacement."""
    right = (judged["coded"] & judged["found"]).groupby(judged["block"]).sum().to_numpy()
    all_of = judged[column].groupby(judged["block"]).sum().to_numpy()
    drawn = rng.integers(len(right), size=(n_draws, len(right)))
    n = all_of[drawn].sum(axis=1)
    share = right[drawn].sum(axis=1)[n > 0] / n[n > 0]
    return tuple(np.quantile(share, [0.025, 0.975])) if len(share) else (0.0, 1.0)


def intervals_of(
    judged: pd.DataFrame, measure: str, rng: np.random.Generator
) -> Iterator[tuple[str, str, float, float]]:
    """Each way to make an interval, for the theme looked at: text, method, low, high."""
    reported = accuracy.score_accuracy(judged)
    column = {"precision": "found", "recall": "coded"}[measure]
    texts = [accuracy.ALL, *SECTIONS] if set(judged["doc_id"]) == set(SECTIONS) else [accuracy.ALL]
    for row in reported[(reported["theme"] == THEME) & reported["doc_id"].isin(texts)].itertuples():
        text = judged[(judged["theme"] == THEME) & ((judged["doc_id"] == row.doc_id) | (row.doc_id == accuracy.ALL))]
        n = int(text[column].sum())
        if n:
            low, high = wilson_interval(np.array(row.tp), np.array(n))
            yield row.doc_id, "Wilson, sentences", float(low), float(high)
            yield row.doc_id, "blocks drawn", *draw_blocks(text, column, rng)
            yield row.doc_id, "reported", getattr(row, f"{measure}_low"), getattr(row, f"{measure}_high")


def cover_scores(number: int, case: dict, replicates: int) -> pd.DataFrame:
    """Coverage and width of the intervals of recall and precision in one situation."""
    rows = []
    for replicate in range(replicates):
        rng = np.random.default_rng([SEED, number, replicate])
        sections = {"all sentences": [20] * 100} if case["design"] == "sheet" else SECTIONS
        judged = simulate(sections, case["recall"], case["precision"], case["correlation"], rng)
        judged = draw_by_found(judged, 120, rng) if case["design"] == "sheet" else judged
        for measure in ("recall", "precision"):
            for text, method, low, high in intervals_of(judged, measure, rng):
                rows.append((measure, text, method, low <= case[measure] <= high, high - low))
    table = pd.DataFrame(rows, columns=["measure", "text", "method", "coverage", "width"])
    table = table.groupby(["measure", "text", "method"], sort=False).mean().reset_index()
    return table.assign(**case, replicates=replicates)


def score_cases() -> Iterator[dict]:
    for design, recall, correlation in product(("study", "sheet"), (0.6, 0.9, 0.98), (0.0, 0.1, 0.3)):
        yield {"design": design, "recall": recall, "precision": 0.95, "correlation": correlation}


def cover_shares(number: int, case: dict, replicates: int) -> pd.DataFrame:
    """Coverage of the corrected share, half of the sections of each text coded; and of the share as it was found."""
    whole, rows = {name: sizes * 2 for name, sizes in SECTIONS.items()}, []
    for replicate in range(replicates):
        rng = np.random.default_rng([SEED, 100 + number, replicate])
        judged = simulate(whole, case["recall"], case["precision"], case["correlation"], rng)
        text = judged[judged["theme"] == THEME].reset_index(drop=True)
        found = share_intervals(text[["found"]].set_axis([THEME], axis=1), text["doc_id"], seed=replicate, n_draws=200)
        half = judged[judged["block"] % 2 == 0]
        for errors in ("pooled", "by text"):
            corrected = accuracy.correct_shares(half, found, errors=errors, n_draws=500, seed=replicate)
            for name, table in ((f"corrected, {errors}", corrected), ("as found", found)):
                for row in table.itertuples():
                    share = text.loc[text["doc_id"] == row.doc_id, "coded"].mean()
                    covers, in_text = row.low <= PREVALENCE[3] <= row.high, row.low <= share <= row.high
                    rows.append(("share", row.doc_id, name, covers, row.high - row.low, in_text))
    table = pd.DataFrame(rows, columns=["measure", "text", "method", "coverage", "width", "coverage_this_text"])
    table = table.groupby(["measure", "text", "method"], sort=False).mean().reset_index()
    return table.assign(**case, replicates=replicates)


def share_cases() -> Iterator[dict]:
    for recall, precision, correlation in product((0.7, 0.95), (0.8, 0.98), (0.0, 0.2)):
        yield {"design": "study", "recall": recall, "precision": precision, "correlation": correlation}


def draw_codes(
    prevalence: float, error: float, correlation: float, blocks: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    """Three codings of the truth, each with errors of its own."""
    truth = by_block(prevalence, 0.2, blocks, rng)
    return pd.DataFrame({coder: truth ^ by_block(error, correlation, blocks, rng) for coder in "ABC"}).astype(float)


def cover_alpha(number: int, case: dict, replicates: int) -> pd.DataFrame:
    """Coverage of alpha's interval, drawing sentences and drawing sections."""
    sizes = [size for text in SECTIONS.values() for size in text]
    blocks = pd.Series(np.repeat(np.arange(len(sizes)), sizes))
    error = case["error"]
    share = case["prevalence"] * (1 - error) + (1 - case["prevalence"]) * error  # of the codes 1
    truth = 1 - error * (1 - error) / (share * (1 - share))  # two coders differ with chance 2e(1 − e)
    rows = []
    for replicate in range(replicates):
        rng = np.random.default_rng([SEED, 200 + number, replicate])
        codes = draw_codes(case["prevalence"], case["error"], case["correlation"], blocks.to_numpy(), rng)
        for method, drawn in (("sentences drawn", None), ("reported", blocks)):
            alpha = agreement.krippendorff_alpha(codes, blocks=drawn, n_draws=200, seed=replicate)
            if alpha.value == alpha.value:
                rows.append(("alpha", "all", method, alpha.low <= truth <= alpha.high, alpha.high - alpha.low))
    table = pd.DataFrame(rows, columns=["measure", "text", "method", "coverage", "width"])
    table = table.groupby(["measure", "text", "method"], sort=False).mean().reset_index()
    return table.assign(design="study", truth=round(truth, 3), **case, replicates=replicates)


def alpha_cases() -> Iterator[dict]:
    for prevalence, error, correlation in product((0.04, 0.18), (0.001, 0.01, 0.05), (0.0, 0.2)):
        yield {"prevalence": prevalence, "error": error, "correlation": correlation}


def main(replicates: int) -> None:
    """All situations on two cores, each with its own seed."""
    RESULTS.mkdir(exist_ok=True)
    parts = [delayed(cover_scores)(i, case, replicates) for i, case in enumerate(score_cases())]
    parts += [delayed(cover_shares)(i, case, replicates // 2) for i, case in enumerate(share_cases())]
    parts += [delayed(cover_alpha)(i, case, replicates // 2) for i, case in enumerate(alpha_cases())]
    table = pd.concat(Parallel(n_jobs=2)(parts), ignore_index=True).round(3)
    first = [
        "measure",
        "design",
        "text",
        "recall",
        "precision",
        "prevalence",
        "error",
        "truth",
        "correlation",
        "method",
    ]
    table[[*first, *table.columns.difference(first, sort=False)]].to_csv(RESULTS / "validation.csv", index=False)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
