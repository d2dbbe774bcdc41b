"""
How often ties, bridges and their changes are found where there are none, and how often where there are.

    PYTHONPATH=src python benchmarks/ties.py

writes ``benchmarks/results/ties_summary.csv``; two minutes on two cores. `share` is a share of ties (or of simulated
networks, where the method says "any"), `error` its Monte Carlo standard error, from the spread between replicates, and
`n` the number of ties (or networks) it was counted on.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from intervals import SECTIONS, STUDY, markov
from joblib import Parallel, delayed
from scipy.special import chdtrc

from analysis.corpus import counts as terms
from analysis.corpus import describe
from analysis.networks import backbone, change, participation, published
from analysis.stats import association
from analysis.study import Study, open_study
from analysis.themes import attention

RESULTS = Path(__file__).parent / "results"
ROOT = Path(__file__).parents[1]
SEED = 20200724
SIGMAS = (0.0, 0.3, 0.45, 0.6, 0.9)
N_UNITS, N_WORDS, TYPICAL_LENGTH = 300, 60, 25
REPLICATES, SPLITS, COVERAGE = 40, 100, 200
PLANTED = (4, 6, 8, 12)
HALVES = [("one", "two")]


def independent_words(length: np.ndarray, rng: np.random.Generator, texts: np.ndarray | None = None) -> pd.DataFrame:
    """Words of .8 to 12 per 1,000, in units by their length alone; with `texts`, each has a rate of its own in each."""
    rate = np.exp(rng.uniform(np.log(0.0008), np.log(0.012), size=N_WORDS))
    if texts is not None:
        rate = rate * np.exp(rng.normal(0, 1, size=(texts.max() + 1, N_WORDS)))[texts]
    there = rng.random((len(length), N_WORDS)) < -np.expm1(-length[:, None] * rate)
    return pd.DataFrame(there).rename(columns="word {:02d}".format)


def p_values(words: pd.DataFrame) -> pd.DataFrame:
    """Each method's p for all pairs that meet."""
    found = backbone.sdsm(words)
    count, often, n = found["n"], words.sum(), len(words)
    first, second = found["source"].map(often), found["target"].map(often)
    g2 = association.g2(count, first - count, second, n - second)
    place = {name: number for number, name in enumerate(words.columns)}
    network = words.to_numpy(dtype=int).T @ words.to_numpy(dtype=int)
    np.fill_diagonal(network, 0)
    alpha = published.disparity(network)[found["source"].map(place), found["target"].map(place)]
    fixed = published.hypergeometric(words)["p"]
    table = {"SDSM": found["p"], "hypergeometric": fixed, "G2 (positive)": np.where(g2 > 0, chdtrc(1, np.abs(g2)), 1)}
    return pd.DataFrame(table | {"disparity": alpha})


def false_alarms(sigma: float | None, lengths: np.ndarray, replicate: int) -> list[tuple[str, int, int]]:
    """Method, ties below .05 and ties, for independent words in units of one unevenness (None: those of the study)."""
    rng = np.random.default_rng([SEED, 1, 0 if sigma is None else int(100 * sigma) + 1, replicate])
    drawn = lengths if sigma is None else np.exp(rng.normal(np.log(TYPICAL_LENGTH), sigma, size=N_UNITS))
    words = independent_words(drawn, rng)
    p = p_values(words)
    rows = [(method, int((p[method] < 0.05).sum()), len(p)) for method in p]
    return [*rows, ("SDSM, any q", int((backbone.sdsm(words)["q"] < 0.05).any()), 1)]


def false_alarms_by_text(lengths: np.ndarray, texts: np.ndarray, replicate: int) -> list[tuple[str, int, int]]:
    """The same for words whose rate differs between the texts, pooled and with the texts as strata."""
    words = independent_words(lengths, np.random.default_rng([SEED, 2, replicate]), texts)
    rows = []
    for method, strata in (("SDSM", None), ("SDSM, texts as strata", pd.Series(texts))):
        p = backbone.sdsm(words, strata=strata)["p"]
        rows.append((method, int((p < 0.05).sum()), len(p)))
    return rows


def power(planted: int, lengths: np.ndarray, replicate: int) -> list[tuple[str, int, int]]:
    """Whether two words of some 12 units each, put together into `planted` more, are found among 60."""
    rng = np.random.default_rng([SEED, 3, planted, replicate])
    words = independent_words(lengths, rng)
    together = np.isin(np.arange(len(lengths)), rng.choice(len(lengths), planted, replace=False))
    for word in ("word 00", "word 01"):
        words[word] = (rng.random(len(lengths)) < lengths * 12 / lengths.sum()) | together
    row = backbone.sdsm(words).set_index(["source", "target"]).loc[("word 00", "word 01")]
    return [("SDSM, p", int(row["p"] < 0.05), 1), ("SDSM, q", int(row["q"] < 0.05), 1)]


def placebo(incidence: pd.DataFrame, sections: np.ndarray, replicate: int) -> list[tuple[str, int, int]]:
    """Changes found between two halves of one text, its sections assigned at random."""
    rng = np.random.default_rng([SEED, 4, replicate, len(incidence), incidence.shape[1]])
    names = np.array(list(dict.fromkeys(sections)))
    first = rng.permutation(len(names)) < len(names) // 2 + (len(names) % 2) * rng.integers(2)
    half = pd.Series(np.where(np.isin(sections, names[first]), "one", "two"), index=incidence.index)
    blocks = pd.Series(sections, index=incidence.index)
    found = change.compare_tie_shares(incidence, half, blocks, HALVES, n_draws=999, seed=replicate)
    often = found["count_before"] + found["count_after"] >= 10
    whole = change.network_comparison_test(incidence, half, blocks, HALVES, n_draws=999, seed=replicate)
    rows = [("ties, single p", int((found["p"] <= 0.05).sum()), len(found))]
    rows += [("ties in 10 or more units, single p", int((found["p"][often] <= 0.05).sum()), int(often.sum()))]
    rows += [("any tie, max-T", int((found["p_adjusted"] <= 0.05).any()), 1)]
    rows += [("any tie, q", int((found["q"] <= 0.05).any()), 1)]
    return rows + [(f"networks, {row.measure}", int(row.p <= 0.05), 1) for row in whole.dropna().itertuples()]


def lift_coverage(share: float, run_length: float, lift: float, replicate: int) -> list[tuple[str, int, int]]:
    """Whether the intervals of `bridges` hold the planted lift and share, in texts of the study's sections."""
    rng = np.random.default_rng([SEED, 5, int(100 * share), int(100 * run_length), int(lift), replicate])
    draw, sizes = markov(share, run_length), STUDY.values()
    a = np.concatenate([draw(n, rng) for n in sizes])
    if lift == 1:
        b = np.concatenate([draw(n, rng) for n in sizes])
    else:
        b = rng.random(len(a)) < np.where(a, lift * share, share * (1 - lift * share) / (1 - share))
    sections = [f"{text}-{i}" for text, own in SECTIONS.items() for i, n in enumerate(own) for _ in range(n)]
    documents = pd.Series(np.repeat(list(STUDY), list(sizes)))
    incidence = pd.DataFrame({"a": a, "b": b})
    found = participation.bridges(incidence, documents, pd.Series(sections), n_draws=300, seed=replicate)[::2]
    rows = []
    for row in found.itertuples():
        if not np.isnan(row.lift):
            rows.append((f"lift, {row.n} units", int(row.lift_low <= lift <= row.lift_high), 1))
        if not np.isnan(row.share):
            rows.append((f"share, {row.n} units", int(row.share_low <= lift * share <= row.share_high), 1))
    return rows


def read_study(study: Study) -> tuple[np.ndarray, np.ndarray, pd.DataFrame, dict[str, pd.DataFrame]]:
    """Length and text of each paragraph, the paragraphs, and what they hold: themes, the 40 most widespread words."""
    paragraphs = study.corpus.paragraphs.set_index("paragraph_id", drop=False)
    lengths = describe.count_words(paragraphs["text"]).to_numpy(dtype=float)
    texts = pd.factorize(paragraphs["doc_id"])[0]
    counts = terms.count_text(study.corpus.sentences, study.languages)
    there = counts.matrix > 0
    widespread = np.argsort(-np.asarray(there.sum(axis=0)).ravel(), kind="stable")[:40]
    words = pd.DataFrame(there[:, widespread].toarray(), index=counts.units, columns=counts.terms[widespread])
    named = attention.mark_units(study.hits, paragraphs["paragraph_id"], study.themes.names)
    return lengths, texts, paragraphs, {"theme pairs": named, "word pairs": words.loc[paragraphs.index]}


def simulations(study: Study) -> Iterator[tuple[str, str, list]]:
    """Name, setting and calls of every simulation."""
    lengths, texts, paragraphs, held = read_study(study)
    for sigma in SIGMAS:
        calls = [delayed(false_alarms)(sigma, lengths, i) for i in range(REPLICATES)]
        yield "false alarms", f"sigma {sigma}", calls
    spread = backbone.length_spread(lengths).value
    calls = [delayed(false_alarms)(None, lengths, i) for i in range(2 * REPLICATES)]
    yield "false alarms", f"lengths of the study (sigma {spread:.2f})", calls
    calls = [delayed(false_alarms_by_text)(lengths, texts, i) for i in range(REPLICATES)]
    yield "false alarms", "lengths of the study, rates that differ between texts", calls
    for planted in PLANTED:
        calls = [delayed(power)(planted, lengths, i) for i in range(3 * REPLICATES)]
        yield "power", f"{planted} units planted", calls
    for kind, incidence in held.items():
        for text in study.documents:
            own = paragraphs["doc_id"] == text
            sections = paragraphs.loc[own, "section_id"].to_numpy()
            yield "placebo", f"{kind}, {text}", [delayed(placebo)(incidence[own], sections, i) for i in range(SPLITS)]
    for share, run_length, lift in [(p, run, lift) for p in (0.05, 0.2, 0.4) for run in (1.7, 3) for lift in (1, 2)]:
        calls = [delayed(lift_coverage)(share, run_length, lift, i) for i in range(COVERAGE)]
        yield "interval coverage", f"share {share}, runs of {run_length}, lift {lift}", calls


def summarise(simulation: str, setting: str, replicates: list[list[tuple[str, int, int]]]) -> pd.DataFrame:
    """One row per method: hits by cases, and the standard error of that ratio over replicates."""
    table = pd.DataFrame([row for rows in replicates for row in rows], columns=["method", "hits", "n"])
    rows = []
    for method, own in table.groupby("method", sort=False):
        share, n = own["hits"].sum() / max(1, own["n"].sum()), own["n"].sum()
        error = np.sqrt(((own["hits"] - share * own["n"]) ** 2).sum()) / max(1, n)
        rows.append((simulation, method, setting, share, error, n))
    return pd.DataFrame(rows, columns=["simulation", "method", "setting", "share", "error", "n"])


def main() -> None:
    tables = []
    with Parallel(n_jobs=2, backend="multiprocessing") as parallel:
        for simulation, setting, calls in simulations(open_study(root=ROOT)):
            tables.append(summarise(simulation, setting, parallel(calls)))
            pd.concat(tables).to_csv(RESULTS / "ties_summary.csv", index=False, float_format="%.4f")


if __name__ == "__main__":
    main()
