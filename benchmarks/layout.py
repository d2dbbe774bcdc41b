"""
Does a layout depend on where it begins, and how long does it take, beside the spring layout of networkx?

    PYTHONPATH=src python benchmarks/layout.py [--large]

writes ``benchmarks/results/layout.csv``: for each network and method, how far twenty layouts from random starts are
from the reference (Procrustes disparity: the share of a layout's variance that no shift, turn or scale explains), the
quality that VOS minimises (each layout at the size that suits it best), and the time of one layout. With ``--large``
a network of 200 nodes too, which takes ten minutes.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

import networkx as nx
import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.spatial import procrustes

from analysis.networks.layout import lay_out, measure_layout, pool_strengths
from analysis.study import open_study
from analysis.themes import attention

RESULTS = Path(__file__).parent / "results"
N_STARTS = 20


def associate(ties: np.ndarray, names: list) -> pd.DataFrame:
    """Association strength: each tie times the sum of all strengths, over those of its two ends."""
    strength = ties.sum(axis=1)
    over = np.outer(strength, strength)
    return pd.DataFrame(np.where(over > 0, ties * strength.sum() / np.maximum(over, 1e-300), 0), names, names)


def tie_themes() -> pd.DataFrame:
    """The study's own network: in each text, themes that share paragraphs; then the mean over the texts."""
    study = open_study()
    texts = []
    for document in study.documents:
        units = study.corpus.paragraphs.loc[study.corpus.paragraphs["doc_id"] == document, "paragraph_id"]
        incidence = attention.mark_units(study.hits, units, study.themes.names).to_numpy().astype(int)
        both = (incidence.T @ incidence).astype(float)
        np.fill_diagonal(both, 0)
        texts.append(associate(both, study.themes.names))
    return pool_strengths(texts)


def make_networks() -> dict[str, pd.DataFrame]:
    """The networks by name; the large one is larger than any that is drawn."""
    graphs = {"karate club": nx.karate_club_graph(), "Les Misérables": nx.les_miserables_graph()}
    if "--large" in sys.argv:
        graphs["planted, 200 nodes"] = nx.planted_partition_graph(8, 25, 0.3, 0.01, seed=1)
    found = {"themes of the study": tie_themes()}
    return found | {name: associate(nx.to_numpy_array(graph), sorted(graph)) for name, graph in graphs.items()}


def spring(ties: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The layout of networkx from the same strengths."""
    places = nx.spring_layout(nx.from_pandas_adjacency(ties), seed=seed)
    return pd.DataFrame.from_dict(places, orient="index", columns=["x", "y"]).loc[ties.index]


def best_quality(ties: pd.DataFrame, points: pd.DataFrame) -> float:
    """The quality of a layout at the size that suits it best."""
    found = minimize_scalar(
        lambda size: measure_layout(ties, points * np.exp(size)), bounds=(-10, 10), method="bounded"
    )
    return float(found.fun)


def compare(ties: pd.DataFrame, name: str, draw: Callable[[int], pd.DataFrame], reference: pd.DataFrame) -> dict:
    """One row: layouts from random starts beside the reference."""
    layouts, seconds = [], []
    for seed in range(N_STARTS):
        begin = process_time()
        layouts.append(draw(seed))
        seconds.append(process_time() - begin)
    apart = [procrustes(reference, one)[2] for one in layouts]
    quality = [best_quality(ties, one) for one in layouts]
    row = {"method": name, "median_disparity": np.median(apart), "largest_disparity": max(apart)}
    return row | {"best_quality": min(quality), "worst_quality": max(quality), "cpu_seconds": np.median(seconds)}


def main() -> None:
    rows = []
    for network, ties in make_networks().items():
        reference = lay_out(ties)
        methods: dict[str, tuple[Callable[[int], pd.DataFrame], pd.DataFrame]] = {
            "VOS, 1 random start": (lambda seed, t=ties: lay_out(t, start="random", n_starts=1, seed=seed), reference),
            "VOS, best of 10": (lambda seed, t=ties: lay_out(t, start="random", seed=100 + seed), reference),
            "networkx spring": (lambda seed, t=ties: spring(t, seed + 1), spring(ties, 0)),
        }
        for name, (draw, beside) in methods.items():
            rows.append({"network": network, "nodes": len(ties), **compare(ties, name, draw, beside)})
            print(rows[-1], flush=True)
    pd.DataFrame(rows).to_csv(RESULTS / "layout.csv", index=False, float_format="%.4g")


if __name__ == "__main__":
    main()
