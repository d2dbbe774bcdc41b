"""
How often the probabilities of `analysis.stats.drafting` are right, in texts whose truth is known.

Two texts are simulated as the model has them: sections with logits of a known spread, of the sizes of the study's, 316
sentences in 21 sections, 84 in 12 and 26 in 6. The later text has the theme more often by a known difference of the
mean shares of sections: none, or one as seen in the study. Counted is how often the direction is called "likely" or
"leaning", rightly and wrongly, how often the 95 % interval holds the truth, and, with the differences drawn from the
prior, how often a probability of .8 to .9 is right.

    PYTHONPATH=src python benchmarks/drafting.py [replicates]

writes ``benchmarks/results/drafting.csv``; 100 replicates take two minutes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit

from analysis.stats.drafting import CENTRE, SIGMA, SPREAD, Drafting, compare_drafts
from analysis.stats.verdict import LEANING, LIKELY, judge_drafting

RESULTS = Path(__file__).parent / "results"
SEED = 20200724
SECTIONS = {316: 21, 84: 12, 26: 6}  # sentences of a text, in so many sections
PAIRS = [(316, 84), (316, 26), (84, 26), (26, 26)]
SHARE = 0.06  # of the earlier text: cyber in 2014
DIFFERENCES = (0.0, 0.03, 0.15)  # cyber from 2014 to 2018, and to 2020
SIGMAS = (0.5, 1.5, 3.0)
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(61)
BINS = [0.5, 0.65, 0.8, 0.9, 0.975, 1.0]


def mean_share(mu: np.ndarray | float, sigma: float) -> np.ndarray:
    """The mean share of sections whose logits are normal."""
    return expit(np.asarray(mu)[..., None] + sigma * NODES) @ WEIGHTS / WEIGHTS.sum()


def logit_of(share: float, sigma: float) -> float:
    """The mean logit that gives a mean share."""
    logits = np.linspace(-15, 10, 5001)
    return float(np.interp(share, mean_share(logits, sigma), logits))


def draw_text(n: int, mu: float, sigma: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Sentences with the theme, and sentences, of the sections of one text."""
    totals = 1 + rng.multinomial(n - SECTIONS[n], np.ones(SECTIONS[n]) / SECTIONS[n])
    return rng.binomial(totals, expit(mu + sigma * rng.normal(size=len(totals)))), totals


def draw_pair(pair: tuple[int, int], mu: list[float], sigma: float, rng: np.random.Generator) -> Drafting:
    return compare_drafts(*(draw_text(n, logit, sigma, rng) for n, logit in zip(pair, mu, strict=True)))


def count_verdicts(pair: tuple[int, int], difference: float, sigma: float, replicates: int, seed: list[int]) -> dict:
    """How often each word is given to the true and to the other direction, and the interval holds the truth."""
    rng = np.random.default_rng(seed)
    mu = [logit_of(share, sigma) for share in (SHARE, SHARE + difference)]
    drafts = [draw_pair(pair, mu, sigma, rng) for _ in range(replicates)]
    more = np.array([draft.probability for draft in drafts])
    row = {"what": "verdicts", "before": pair[0], "after": pair[1], "difference": difference, "sigma": sigma}
    for name, probability in (("more", more), ("less", 1 - more)):
        words = judge_drafting(probability)
        row |= {f"{word}_{name}": float((words == word).mean()) for word in (LIKELY, LEANING)}
    held = [draft.low <= difference <= draft.high for draft in drafts]
    width = np.mean([draft.high - draft.low for draft in drafts])
    estimated = np.mean([draft.sigma for draft in drafts])
    return row | {"coverage": np.mean(held), "width": width, "mean_sigma": estimated, "replicates": replicates}


def calibrate(pair: tuple[int, int], replicates: int, seed: list[int]) -> Iterator[dict]:
    """Truth drawn from the prior: how often the direction said is right, by how sure it was said to be."""
    rng = np.random.default_rng(seed)
    said, right, held = [], [], []
    for _ in range(replicates):
        sigma, mu = abs(rng.normal(0, SIGMA)), rng.normal(CENTRE, SPREAD, 2)
        draft = draw_pair(pair, list(mu), sigma, rng)
        difference = float(np.diff(mean_share(mu, sigma))[0])
        said.append(max(draft.probability, 1 - draft.probability))
        right.append((draft.probability > 0.5) == (difference > 0))
        held.append(draft.low <= difference <= draft.high)
    table = pd.DataFrame({"said": said, "right": right, "held": held})
    for interval, rows in table.groupby(pd.cut(table["said"], BINS, include_lowest=True), observed=True):
        yield {"what": "calibration", "before": pair[0], "after": pair[1], "said_from": interval.left,
               "said_to": interval.right, "said": rows["said"].mean(), "right": rows["right"].mean(),
               "coverage": rows["held"].mean(), "replicates": len(rows)}  # fmt: skip


def main(replicates: int = 100) -> None:
    cases = list(product(PAIRS, DIFFERENCES, SIGMAS))
    rows = [count_verdicts(*case, replicates, [SEED, number]) for number, case in enumerate(cases)]
    for number, pair in enumerate(PAIRS):
        rows += calibrate(pair, 5 * replicates, [SEED, 1000 + number])
    table = pd.DataFrame(rows)
    table.round(4).to_csv(RESULTS / "drafting.csv", index=False)
    print(table.round(3).to_string())


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
