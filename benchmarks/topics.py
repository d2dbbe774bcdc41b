"""
How long topic models take on many paragraphs, and how much memory, beside scikit-learn's plain NMF on the same data.

    PYTHONPATH=src python benchmarks/topics.py [--large]

writes ``benchmarks/results/topics.csv``. Text as in `terms`; each stage in a process of its own. Plain NMF is left out
from a million paragraphs on: at a hundred thousand it takes minutes already.
"""

import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
from sklearn.decomposition import NMF
from terms import SEED, make_sentences, measure, read
from threadpoolctl import threadpool_limits

from analysis.corpus import counts as terms
from analysis.study import open_study
from analysis.topics.estimators import TopicNMF

RESULTS = Path(__file__).parent / "results"
N_TOPICS = 20


def fit(path: Path, n: int, ours: bool) -> dict[str, object]:
    """Seconds and memory of one model on the paragraphs of a file, the matrix given."""
    study, sentences = open_study(), read(path)
    languages = dict.fromkeys(sentences["doc_id"].unique(), study.languages[study.documents[0]])
    counts = terms.prune(terms.count_text(sentences, languages), min_units=5)
    weights = terms.weigh(counts, "tfidf")
    plain = NMF(N_TOPICS, init="nndsvd", max_iter=200, random_state=1)
    model = TopicNMF(N_TOPICS, random_state=1) if ours else plain
    with threadpool_limits(1):
        row, fitted = measure("TopicNMF" if ours else "plain NMF", lambda: model.fit(weights))
    found = {"paragraphs": n, "terms": weights.shape[1], "solver": getattr(fitted, "solver_", "NMF")}
    return (
        found | {"iterations": fitted.n_iter_} | {name: row[name] for name in ("stage", "seconds", "cpu_seconds", "mb")}
    )


def main() -> None:
    sizes = [10_000, 100_000, *([1_000_000] if "--large" in sys.argv else [])]
    rows = []
    for n in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "text.txt"
            path.write_text("\n".join(make_sentences(n, SEED)), encoding="utf-8")
            for ours in (True, False) if n < 1_000_000 else (True,):
                with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                    rows.append(pool.submit(fit, path, n, ours).result())
                print(rows[-1], flush=True)
        pd.DataFrame(rows).to_csv(RESULTS / "topics.csv", index=False, float_format="%.1f")


if __name__ == "__main__":
    main()
