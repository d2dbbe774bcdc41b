"""
How long the way from sentences to co-occurrence takes, in paragraphs and in windows of 5, and how much memory.

    PYTHONPATH=src python benchmarks/networks.py [--large]

measures 200,000 sentences (37 MB), with ``--large`` a million paragraphs instead, and writes its rows of
``benchmarks/results/networks.csv``. Text as in `terms`. Each run is a process of its own, in which no lemma is known
yet; of several runs the one with the fewest CPU seconds is kept, since other work on the machine only adds to them. The
way is: sequences, their matrix, the vocabulary cut, both counts. The other ways to count come after it and are not part
of the sum.
"""

from __future__ import annotations

import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from terms import SEED, SENTENCES, make_sentences, measure, read

from analysis.corpus import cooccurrence, published
from analysis.corpus import counts as terms
from analysis.study import open_study

RESULTS = Path(__file__).parent / "results"
SIZES = {"200,000 sentences": (66_667, 7), "1,000,000 paragraphs": (1_000_000, 2)}  # paragraphs, runs
MIN_SHARE = 1 / 5_000  # of the paragraphs have a term that is kept: 14 of 66,667, 200 of a million
WAY = ["sequences", "matrix", "vocabulary cut", "paragraphs", "windows of 5"]


def run(path: Path) -> list[dict[str, Any]]:
    """One row per stage, and their sum."""
    sentences, dutch = read(path), open_study().languages["2014"]
    languages = dict.fromkeys(sentences["doc_id"].unique(), dutch)
    least = -(-len(sentences) // round(SENTENCES / MIN_SHARE))
    rows = []

    def stage(name: str, work: Any) -> Any:
        row, result = measure(name, work)
        rows.append(row | {"entries": getattr(result, "nnz", None)})
        return result

    sequences = stage("sequences", lambda: terms.list_sequences(sentences, languages))
    counts = stage("matrix", lambda: _tabulate(sequences))
    kept, cut = stage("vocabulary cut", lambda: _cut(sequences, counts, least))
    stage("paragraphs", lambda: cooccurrence.units_with_both(kept.matrix))
    stage("windows of 5", lambda: cooccurrence.count_in_windows(cut, window=5))
    way = pd.DataFrame(rows)
    whole = way[["seconds", "cpu_seconds"]].sum().to_dict() | {"peak_mb": way["peak_mb"].max()}
    rows.append({"stage": "all of it", **whole, "terms": len(kept.terms), "tokens": len(sequences.term)})
    stage("paragraphs, frequency", lambda: published.fcm_in_units(kept.matrix))
    stage("windows of 5, boolean", lambda: published.fcm_in_windows(cut, window=5, count="boolean"))
    stage("windows of 5, weighted", lambda: published.fcm_in_windows(cut, window=5, count="weighted"))
    stage("windows of 5, ordered", lambda: published.fcm_ordered(cut, window=5))
    stage("windows of 5, gaps closed", lambda: cooccurrence.count_in_windows(published.close_gaps(cut), window=5))
    stage("windows of 10", lambda: cooccurrence.count_in_windows(cut, window=10))
    return rows


def _tabulate(sequences: terms.Sequences) -> terms.Counts:
    ones, shape = np.ones(len(sequences.term), dtype=np.int64), (sequences.n_units, len(sequences.terms))
    matrix = sparse.coo_array((ones, (sequences.unit, sequences.term)), shape=shape).tocsr()
    return terms.Counts(matrix, sequences.units, sequences.terms)


def _cut(sequences: terms.Sequences, counts: terms.Counts, least: int) -> tuple[terms.Counts, terms.Sequences]:
    kept = terms.prune(counts, min_units=least)
    return kept, cooccurrence.keep_terms(sequences, kept.terms)


def measure_text(name: str, n: int, n_runs: int) -> pd.DataFrame:
    """The best of several runs on one text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "sentences.txt")
        path.write_text("\n".join(make_sentences(n, SEED)), encoding="utf-8")
        runs = []
        for _ in range(n_runs):
            with ProcessPoolExecutor(1, get_context("spawn")) as pool:
                runs.append(pd.DataFrame(pool.submit(run, path).result()))
    cpu = [table.set_index("stage").loc["all of it", "cpu_seconds"] for table in runs]
    best = runs[cpu.index(min(cpu))].assign(runs=n_runs, most_cpu_seconds=float("nan"))
    best.loc[best["stage"] == "all of it", "most_cpu_seconds"] = max(cpu)
    best.insert(0, "text", name)
    return best


def main(name: str) -> None:
    file, found = RESULTS / "networks.csv", measure_text(name, *SIZES[name])
    print(found.round(2).to_string(), flush=True)
    others = [pd.read_csv(file).query("text != @name")] if file.exists() else []
    whole = dict.fromkeys(["entries", "terms", "tokens"], "Int64")
    pd.concat([*others, found]).astype(whole).round(2).to_csv(file, index=False)


if __name__ == "__main__":
    main("1,000,000 paragraphs" if "--large" in sys.argv[1:] else "200,000 sentences")
