"""
How often the intervals and tests of `analysis.stats.permutation` are right, in texts whose truth is known.

Texts of the study's lengths are simulated: a theme with share p that runs L paragraphs (a two-state Markov chain), a
theme that fills sections, and the same with noise. Counted is how often a nominal 95 % interval contains p, and how
often a test at 5 % finds a difference between texts that were made alike.

    PYTHONPATH=src python benchmarks/intervals.py [replicates]

writes ``benchmarks/results/intervals.csv`` and ``benchmarks/results/changes.csv``; 1000 replicates (500 of the tests)
take a quarter of an hour on two cores.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from analysis.stats.bootstrap import make_blocks, run_blocks, run_lengths, share_intervals
from analysis.stats.permutation import change_test, p_value, split_blocks, split_differences
from analysis.stats.proportions import wilson_interval

RESULTS = Path(__file__).parent / "results"
SEED = 20200724
STUDY = {"2014": 84, "2018": 40, "2020": 26}
# Paragraphs per section in the three texts of the study.
SECTIONS = {
    "2014": [12, 2, 7, 4, 2, 3, 2, 1, 3, 2, 2, 5, 5, 1, 11, 6, 5, 3, 3, 3, 2],
    "2018": [3, 6, 4, 2, 4, 1, 3, 7, 2, 4, 2, 2],
    "2020": [4, 5, 4, 4, 4, 5],
}
PAIRS = [("2014", "2018"), ("2018", "2020"), ("2014", "2020")]
DIFFERENT = [("2014", "2018"), ("2014", "2020")]  # where the first text is made unlike the others
# Share of paragraphs and run length of two themes of the study, as `run_lengths` estimates them.
SEEN = {
    "cyber": {"2014": (0.095, 2.0), "2018": (0.175, 2.2), "2020": (0.346, 1.9)},
    "migration": {"2014": (0.44, 6.7), "2018": (0.075, 3.2), "2020": (0.038, 3.6)},
}
SHARES, RUNS = (0.05, 0.2, 0.5), (1.25, 2.0, 3.0, 5.0)
Model = Callable[[int, np.random.Generator], np.ndarray]


def markov(share: float, run_length: float) -> Model:
    """Paragraphs of a theme that runs `run_length` paragraphs and fills `share` of the text."""
    stop, begin = 1 / run_length, share / ((1 - share) * run_length)

    def draw(n: int, rng: np.random.Generator) -> np.ndarray:
        chance, present = rng.random(n), np.empty(n, dtype=bool)
        present[0] = chance[0] < share
        for i in range(1, n):
            present[i] = chance[i] >= stop if present[i - 1] else chance[i] < begin
        return present

    return draw


def noisy(share: float, run_length: float, flips: float) -> Model:
    """The same, with a part of the paragraphs flipped: runs look shorter than the dependence reaches."""
    clean = markov(share, run_length)
    return lambda n, rng: clean(n, rng) ^ (rng.random(n) < flips)


def sections(part: float, inside: float, outside: float) -> Model:
    """Sections of 4 to 6 paragraphs; `part` of them are about the theme, which others mention in passing."""

    def draw(n: int, rng: np.random.Generator) -> np.ndarray:
        size = rng.integers(4, 7, size=n)
        chance = np.where(rng.random(n) < part, inside, outside)
        return rng.random(n) < np.repeat(chance, size)[:n]

    return draw


def simulate(model: dict[str, Model], sizes: dict[str, int], rng: np.random.Generator) -> tuple[pd.Series, pd.Series]:
    """One theme in some texts: the indicator and the text of each paragraph."""
    present = np.concatenate([model[name](n, rng) for name, n in sizes.items()])
    return pd.Series(present), pd.Series(np.repeat(list(sizes), list(sizes.values())))


def intervals_of(theme: pd.DataFrame, documents: pd.Series, seed: int) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each way to make an interval, with a table of ``n``, ``low`` and ``high`` per text."""
    for length in (1, 5, 10):
        name = f"percentile, blocks of {length}"
        yield name, share_intervals(theme, documents, length=length, n_draws=1000, method="percentile", seed=seed)
    reported = share_intervals(theme, documents, seed=seed)
    spread = reported["share"] * (1 - reported["share"])
    block_n = np.minimum(reported["n"], spread / (reported["se"] ** 2).where(spread > 0, np.nan))
    correlation_n = run_lengths(theme, documents)["effective_n"]
    for name, n in (("Wilson, n from block variance", block_n), ("Wilson, n from autocorrelation", correlation_n)):
        n = n.fillna(reported["n"])
        low, high = wilson_interval(reported["share"] * n, n)
        yield name, reported.assign(low=low, high=high)
    yield "score with run length (reported)", reported


def coverage(
    label: dict,
    models: dict[str, Model],
    truth: dict[str, float],
    sizes: dict[str, int],
    replicates: int,
    seed: list[int],
) -> pd.DataFrame:
    """Share of intervals that contain the true share, and their mean width, per text and method."""
    rng, tables = np.random.default_rng(seed), []
    for replicate in range(replicates):
        theme, documents = simulate(models, sizes, rng)
        for method, table in intervals_of(theme.to_frame("theme"), documents, replicate):
            true = table["doc_id"].map(truth)
            hit = (table["low"] <= true + 1e-9) & (true - 1e-9 <= table["high"])
            row = {"n": table["n"], "p": true, "method": method, "coverage": hit, "width": table["high"] - table["low"]}
            tables.append(pd.DataFrame(row))
    means = pd.concat(tables).groupby(["n", "p", "method"], sort=False).mean().reset_index()
    return means.assign(**label, replicates=replicates)


def coverage_cases() -> Iterator[tuple[dict, dict, dict, dict]]:
    """Label, models, true shares and sizes of every simulated situation."""
    together, names = STUDY, list(STUDY)
    for share, length in product(SHARES, RUNS):
        label = {"model": "markov", "run_length": length}
        for sizes in (together, {"30": 30}, {"84": 84}, {"150": 150}):
            texts = "three together" if sizes is together else "one alone"
            models = dict.fromkeys(sizes, markov(share, length))
            yield label | {"texts": texts}, models, dict.fromkeys(sizes, share), sizes
    for part, inside, outside in ((0.2, 0.8, 0.05), (0.3, 0.5, 0.1)):
        label = {"model": f"sections {part} {inside} {outside}", "texts": "three together"}
        share = part * inside + (1 - part) * outside
        yield label, dict.fromkeys(names, sections(part, inside, outside)), dict.fromkeys(names, share), together
    label = {"model": "noisy 0.1", "run_length": 5.0, "texts": "three together"}
    yield label, dict.fromkeys(names, noisy(0.2, 5, 0.1)), dict.fromkeys(names, 0.26), together
    for lengths in ((5.0, 2.0, 1.25), (1.25, 2.0, 5.0)):
        models = {name: markov(0.2, length) for name, length in zip(names, lengths, strict=True)}
        label = {"model": f"markov, run lengths {lengths}", "texts": "three together"}
        yield label, models, dict.fromkeys(names, 0.2), together
    for length in (1.25, 3.0, 5.0):
        label = {"model": "markov", "run_length": length, "texts": "one alone"}
        yield label, {"1500": markov(0.2, length)}, {"1500": 0.2}, {"1500": 1500}


def unstretched_p(theme: pd.Series, documents: pd.Series, blocks: pd.Series, pair: tuple[str, str], seed: int) -> float:
    """The p-value of `change_test` if the splits were taken as they are."""
    rows = documents.isin(pair)
    grouped = theme[rows].astype(float).groupby([documents[rows], blocks[rows]], sort=False)
    count, size = grouped.sum().to_numpy(), grouped.size().to_numpy()
    n_first = blocks[documents == pair[0]].nunique()
    first = next(split_blocks(len(size), n_first, n_draws=999, seed=seed))
    drawn = split_differences(count[:, None], size[:, None], first)[:, 0]
    observed = theme[documents == pair[1]].mean() - theme[documents == pair[0]].mean()
    return p_value(drawn, observed, tail="two-sided").item()


def test_rates(label: dict, themes: list[dict[str, Model]], replicates: int, seed: list[int]) -> pd.DataFrame:
    """
    How often texts are found to differ in the first theme: single p, p without stretching, interval without 0.

    ``any_adjusted`` is how often at least one theme and pair has an adjusted p of at most 0.05.
    """
    rng, rows = np.random.default_rng(seed), []
    pairs = PAIRS if label["truth"] == "alike" else DIFFERENT
    documents = simulate(themes[0], STUDY, rng)[1]
    sizes = np.concatenate(list(SECTIONS.values()))
    blocks = {
        "sections": pd.Series(np.repeat(np.arange(len(sizes)), sizes)),
        "runs of 8": run_blocks(documents.to_frame("doc_id"), 8),
        "single paragraphs": pd.Series(range(len(documents))),
        "of plain texts": make_blocks(pd.DataFrame({"doc_id": documents, "section_id": documents})),
    }
    for replicate in range(replicates):
        present = pd.DataFrame({str(i): simulate(theme, STUDY, rng)[0] for i, theme in enumerate(themes)})
        for name, block in blocks.items():
            table = change_test(present, documents, block, pairs, n_draws=999, seed=replicate)
            first = table[table["theme"] == "0"]
            plain = [unstretched_p(present["0"], documents, block, pair, replicate) for pair in pairs]
            row = {"single": (first["p"] <= 0.05).mean(), "unstretched": np.mean(np.array(plain) <= 0.05)}
            row |= {"interval_excludes_0": ((first["low"] > 0) | (first["high"] < 0)).mean()}
            rows.append({"blocks": name} | row | {"any_adjusted": (table["p_adjusted"] <= 0.05).any()})
    return pd.DataFrame(rows).groupby("blocks", sort=False).mean().reset_index().assign(**label, replicates=replicates)


def test_cases() -> Iterator[tuple[dict, list[dict[str, Model]]]]:
    """Label and four themes, each with a model per text; the last cases are true differences."""
    for share, length in product(SHARES, RUNS):
        label = {"truth": "alike", "model": "markov", "share": share, "run_length": length}
        yield label, [dict.fromkeys(STUDY, markov(share, length))] * 4
    label = {"truth": "alike", "model": "sections 0.2 0.8 0.05", "share": 0.2}
    yield label, [dict.fromkeys(STUDY, sections(0.2, 0.8, 0.05))] * 4
    for share, length in product((0.3, 0.5), (1.25, 2.0)):
        label = {"truth": "0.05 in the first text", "model": "markov", "share": share, "run_length": length}
        yield label, [{name: markov(0.05 if name == "2014" else share, length) for name in STUDY}]
    for theme, seen in SEEN.items():
        label = {"truth": f"{theme} as seen", "model": "markov"}
        yield label, [{name: markov(share, length) for name, (share, length) in seen.items()}]


def measure_intervals(replicates: int) -> pd.DataFrame:
    """Coverage and mean width of every interval in every situation."""
    cases = enumerate(coverage_cases())
    parts = Parallel(n_jobs=2)(delayed(coverage)(*case, replicates, [SEED, i]) for i, case in cases)
    columns = ["model", "run_length", "p", "n", "texts", "method", "coverage", "width", "replicates"]
    return pd.concat(parts)[columns].round({"coverage": 3, "width": 3})


def measure_tests(replicates: int) -> pd.DataFrame:
    """How often `change_test` finds a difference in every situation."""
    cases = enumerate(test_cases())
    parts = Parallel(n_jobs=2)(delayed(test_rates)(*case, replicates, [SEED, i]) for i, case in cases)
    columns = ["truth", "model", "share", "run_length", "blocks", "single", "unstretched", "any_adjusted"]
    return pd.concat(parts)[[*columns, "interval_excludes_0", "replicates"]].round(3)


def main(replicates: int) -> None:
    """All cases on two cores; each has its own seed, so that the figures do not depend on their order."""
    RESULTS.mkdir(exist_ok=True)
    measure_intervals(replicates).to_csv(RESULTS / "intervals.csv", index=False)
    # A test takes some ten times as long as an interval.
    measure_tests(replicates // 2).to_csv(RESULTS / "changes.csv", index=False)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
