"""
How long the way from sentences to a matrix of words takes, and how much memory, beside scikit-learn's CountVectorizer.

    PYTHONPATH=src python benchmarks/terms.py [--large]

writes ``benchmarks/results/terms.csv``: 10,000 paragraphs, 200,000 sentences (37 MB) and 100,000 paragraphs, about a
minute; with ``--large`` also a million paragraphs, some four minutes more and 5 GB. Text is made of runs of five words
of the study's texts, so that phrases occur, in which one word in twenty is a made compound: some 50,000 types, Zipf.
"""

from __future__ import annotations

import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import CountVectorizer

from analysis.corpus import counts as terms
from analysis.corpus.language import Language
from analysis.corpus.tokens import encode_tokens, tokenize
from analysis.study import open_study

RESULTS = Path(__file__).parent / "results"
SEED = 20200724
SENTENCES, RUNS, RUN = 3, 5, 5  # sentences of a paragraph, runs of a sentence, words of a run
SIZES = {"10,000 paragraphs": 10_000, "200,000 sentences": 66_667, "100,000 paragraphs": 100_000}
LARGE = {"1,000,000 paragraphs": 1_000_000}
N_MADE, SHARE_MADE = 47_000, 0.05


def make_sentences(n: int, seed: int) -> Iterator[str]:
    """Sentences for `n` paragraphs."""
    rng = np.random.default_rng(seed)
    words = [word for text in open_study().corpus.sentences["text"] for word in text.split()]
    short = sorted({word for word in words if word.isalpha() and word.islower() and 4 <= len(word) <= 8})
    made = [short[one] + short[other] for one, other in rng.integers(len(short), size=(N_MADE, 2))]
    vocabulary = np.array(words + made, dtype=object)
    chance = 1 / np.arange(100, N_MADE + 100)
    for first in range(0, n, 10_000):
        shape = (SENTENCES * min(10_000, n - first), RUNS * RUN)
        starts = rng.integers(len(words) - RUN, size=(shape[0], RUNS))
        chosen = (starts[:, :, None] + np.arange(RUN)).reshape(shape)
        new = rng.random(shape) < SHARE_MADE
        chosen[new] = len(words) + rng.choice(N_MADE, p=chance / chance.sum(), size=int(new.sum()))
        yield from (" ".join(sentence) for sentence in vocabulary[chosen])


def memory(field: str) -> float:
    """Memory of this process in MB: ``VmRSS`` now, ``VmHWM`` at its peak."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def measure(stage: str, work: Callable[[], Any]) -> tuple[dict[str, Any], Any]:
    """Seconds of some work, and the memory it took at its peak beyond what was there before."""
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before, begin, cpu = memory("VmRSS"), time.perf_counter(), time.process_time()
    result = work()
    seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
    peak = memory("VmHWM")
    return {"stage": stage, "seconds": seconds, "cpu_seconds": cpu, "mb": peak - before, "peak_mb": peak}, result


def read(path: Path) -> pd.DataFrame:
    """The sentences of a file, three to a paragraph, sixty to a text."""
    texts = path.read_text(encoding="utf-8").split("\n")
    number = np.arange(len(texts))
    frame = pd.DataFrame({"paragraph_id": number // SENTENCES, "doc_id": number // (20 * SENTENCES), "text": texts})
    return frame.assign(paragraph_id=frame["paragraph_id"].astype(str), doc_id=frame["doc_id"].astype(str))


def run_ours(path: Path) -> list[dict[str, Any]]:
    """The stages of `analysis.corpus.counts`; each of those that count begins with the text again."""
    sentences, dutch = read(path), open_study().languages["2014"]
    languages: dict[str, Language] = dict.fromkeys(sentences["doc_id"].unique(), dutch)
    rows = [measure("tokens", lambda: encode_tokens(list(sentences["text"])))[0]]
    row, counts = measure("text to matrix, first time", lambda: terms.count_text(sentences, languages))
    rows += [row | {"units": counts.matrix.shape[0], "terms": counts.matrix.shape[1], "n": int(counts.matrix.sum())}]
    rows += [measure("text to matrix, lemmas known", lambda: terms.count_text(sentences, languages))[0]]
    rows += [measure("windows of 100", lambda: terms.count_text(sentences, languages, unit="window"))[0]]
    rows += [measure("compounds opened", lambda: terms.count_text(sentences, languages, compounds=True))[0]]
    row, pruned = measure("prune", lambda: terms.prune(counts, min_units=3, max_share=0.5))
    rows += [row | {"terms": pruned.matrix.shape[1]}, measure("tfidf", lambda: terms.weigh(pruned, "tfidf"))[0]]
    return rows


def run_theirs(path: Path) -> list[dict[str, Any]]:
    """CountVectorizer, with its own tokens and with ours; it joins no phrases and makes no lemmas."""
    sentences, dutch = read(path), open_study().languages["2014"]
    paragraphs = sentences.groupby("paragraph_id", sort=False)["text"].agg(" ".join).tolist()
    stop_words = sorted(dutch.stop_words)
    plain = CountVectorizer()
    rows = []
    row, matrix = measure("CountVectorizer", lambda: plain.fit_transform(paragraphs))
    rows += [row | {"units": matrix.shape[0], "terms": matrix.shape[1], "n": int(matrix.sum())}]
    same = CountVectorizer(tokenizer=tokenize, token_pattern=None, stop_words=stop_words)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # stop words that are no tokens
        row, matrix = measure("CountVectorizer, our tokens", lambda: same.fit_transform(paragraphs))
    return [*rows, row | {"units": matrix.shape[0], "terms": matrix.shape[1], "n": int(matrix.sum())}]


def main(sizes: dict[str, int]) -> None:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, n in sizes.items():
            path = Path(folder, "sentences.txt")
            path.write_text("\n".join(make_sentences(n, SEED)), encoding="utf-8")
            for work in (run_ours, run_theirs):  # each in a process of its own: nothing is known from before
                with ProcessPoolExecutor(1, get_context("spawn")) as pool:
                    label = {"text": name, "text_mb": path.stat().st_size / 1e6}
                    rows += [label | row for row in pool.submit(work, path).result()]
            print(pd.DataFrame(rows)[lambda table, name=name: table["text"] == name].round(2).to_string(), flush=True)
    counted = {"units": "Int64", "terms": "Int64", "n": "Int64"}
    pd.DataFrame(rows).astype(counted).round(2).to_csv(RESULTS / "terms.csv", index=False)


if __name__ == "__main__":
    main(SIZES | (LARGE if "--large" in sys.argv[1:] else {}))
