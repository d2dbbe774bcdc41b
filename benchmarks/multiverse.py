"""
Is the multiverse quick, and how often does it call a finding robust that is none?

    PYTHONPATH=src python benchmarks/multiverse.py speed
    PYTHONPATH=src python benchmarks/multiverse.py placebo [first]

``speed`` runs the full grid of ``data/findings.yml`` with 1 and 2 processes. ``placebo`` runs all changes and ties,
with the study's own choices, on texts in which there is nothing to find, and on texts with something planted:

shuffled   the sections of the real texts randomly reassigned to three texts of as many sections
rotated    for ties: the second theme's hits shifted within each text
chains     hits of four made themes in the real texts' paragraphs: a two-state Markov chain of share p and mean run L,
           on across the ends of sections and texts; each text alike
planted    the same chains with a larger share in one text

The direction of a claim is that of the reference specification, as in the study. Results go to results/multiverse.csv;
with `first` the situations before that number are kept from there.
"""

import os
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed, parallel_config

from analysis.robustness import multiverse, permutation, specifications, token_table
from analysis.robustness.measures import measure
from analysis.robustness.token_table import BODY, FOOTNOTE, Hits, TokenTable
from analysis.stats.verdict import RESERVATIONS, ROBUST, TOO_FEW
from analysis.study import open_study

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks/results"
SEED = 20200724
N_DRAWS = 500


def prepare(kinds: tuple[str, ...]) -> tuple[TokenTable, specifications.Plan]:
    here = open_study(root=ROOT)
    path = ROOT / "data/findings.yml"
    plan = specifications.read_findings(path, themes=here.themes.names, texts=here.documents)
    plan = replace(plan, claims={name: claim for name, claim in plan.claims.items() if claim.kind in kinds})
    return token_table.build_token_table(here, plan), plan


def shuffle_sections(tokens: TokenTable, rng: np.random.Generator) -> TokenTable:
    """Sections in another order, so that each text gets as many as it had, but others."""
    order, stream = rng.permutation(len(tokens.owner)), tokens.stream
    rows = np.concatenate([np.flatnonzero(stream.block == block) for block in order])
    place = np.empty_like(rows)
    place[rows] = np.arange(len(rows))
    moved = {name: values[rows] for name, values in vars(stream).items()}
    moved["block"] = np.argsort(order)[moved["block"]]
    stream = token_table.Stream(**moved)
    hits = {name: Hits(place[of.first], place[of.last], of.theme) for name, of in tokens.hits.items()}
    text = tokens.owner[stream.block]
    named = {key: frozenset(tokens.texts[number] for number in set(text[where].tolist()))
             for key, where in (("footnotes", stream.part == FOOTNOTE), ("framed", stream.framed))}  # fmt: skip
    return replace(tokens, stream=stream, hits=hits, facts=tokens.facts._replace(**named))


def rotate_theme(tokens: TokenTable, theme: str, rng: np.random.Generator) -> TokenTable:
    """The hits of one theme moved on within each text by as many tokens as chance says."""
    text, number = tokens.owner[tokens.stream.block], tokens.themes.index(theme)
    first = np.searchsorted(text, np.arange(len(tokens.texts)))
    length = np.bincount(text)
    shift = rng.integers(length)
    hits = {}
    for name, one in tokens.hits.items():
        at = text[one.first]
        moved = first[at] + (one.first - first[at] + shift[at]) % length[at]
        start = np.where(one.theme == number, moved, one.first)
        hits[name] = Hits(start, start + one.last - one.first, one.theme)
    return replace(tokens, hits=hits)


def make_chains(tokens: TokenTable, shares: list[float], run_length: float, rng: np.random.Generator) -> TokenTable:
    """Hits of the four themes as chains over paragraphs; dictionaries find between 70 and 100 % of them."""
    stream = tokens.stream
    body = np.flatnonzero(stream.part == BODY)
    paragraph = stream.paragraph[body]
    numbers, begins = np.unique(paragraph, return_index=True)
    order = np.argsort(begins)
    numbers, text = numbers[order], tokens.owner[stream.block[body[begins[order]]]]
    rows = []
    for theme in tokens.declared:
        marked = numbers[draw_chain(np.array(shares)[text], run_length, rng)]
        inside = body[np.isin(paragraph, marked)]
        sentence = stream.sentence[inside]
        starts = inside[np.flatnonzero(np.diff(sentence, prepend=-1))]
        kept = starts[rng.random(len(starts)) < 0.6]  # some sentences of the paragraph name the theme, one at least
        firsts = inside[np.flatnonzero(np.diff(stream.paragraph[inside], prepend=-1))]
        at = np.unique(np.concatenate([kept, firsts]))
        rows.append((at, np.full(len(at), tokens.themes.index(theme))))
    notes = np.flatnonzero(np.diff(stream.sentence, prepend=-1) * (stream.part != BODY))
    extra = notes[rng.random(len(notes)) < np.mean(shares)]  # headings and footnotes name themes by chance
    rows.append((extra, rng.choice([tokens.themes.index(theme) for theme in tokens.declared], len(extra))))
    first, theme = (np.concatenate(column) for column in zip(*rows, strict=True))
    hits = {}
    for name in tokens.hits:
        found = rng.random(len(first)) < (1 if name in ("full", "wide") else rng.uniform(0.7, 1))
        hits[name] = Hits(first[found], first[found], theme[found])
    return replace(tokens, hits=hits)


def draw_chain(share: np.ndarray, run_length: float, rng: np.random.Generator) -> np.ndarray:
    """A two-state chain whose share may change on the way; runs have the given mean length."""
    state, marks = rng.random() < share[0], []
    for p in share:
        stay, begin = 1 - 1 / run_length, p / (1 - p) / run_length
        state = rng.random() < (stay if state else min(begin, 1))
        marks.append(state)
    return np.array(marks)


def judge(tokens: TokenTable, plan: specifications.Plan, names: list[str], *, seed: int) -> list[dict]:
    """The verdict of each finding, its direction taken from its reference, as in the study."""
    plan = replace(plan, claims={name: plan.claims[name] for name in names})
    table, _ = specifications.list_specifications(plan, tokens.facts)
    measured = measure(table, plan.claims, tokens)
    permutations, rows = permutation.draw_permutations(tokens, N_DRAWS, seed), []
    for name, own in table.groupby("finding", sort=False):
        claim = plan.claims[name]
        counted = [measured[at] for at in own.index]
        tested = permutation.permute_claim(claim, list(own["measure"]), counted, tokens, permutations)
        at = int(own["reference"].to_numpy().argmax())
        direction = specifications.DIRECTIONS[claim.kind][0 if tested.effect[at] >= 0 else 1]
        claim = replace(claim, direction=direction)
        judged = own.assign(n=[one.n for one in counted], **multiverse.judge_specifications(tested, claim, plan.rule))
        rows.append(multiverse.judge_claim(judged, tested, multiverse.share_variance(judged, []), claim, plan.rule))
    return rows


def simulate(kind: str, number: int, tokens: TokenTable, plan: specifications.Plan, settings: tuple) -> list[dict]:
    rng = np.random.default_rng([SEED, number, *map(ord, kind)])
    changes = [name for name, one in plan.claims.items() if one.kind == "change"]
    if kind == "shuffled":
        rows = judge(shuffle_sections(tokens, rng), plan, changes, seed=number)
    elif kind == "rotated":
        rows = []
        for name, finding in plan.claims.items():
            if finding.kind == "tie":
                rows += judge(rotate_theme(tokens, finding.themes[1], rng), plan, [name], seed=number)
    else:
        shares, run_length = settings
        changes = changes if kind == "chains" else [name for name in changes if name.endswith("2014-2018")]
        rows = judge(make_chains(tokens, list(shares), run_length, rng), plan, changes, seed=number)
    return [{"situation": kind, "settings": describe(settings), **row} for row in rows]


def describe(settings: tuple) -> str:
    return f"p={'/'.join(map(str, dict.fromkeys(settings[0])))} L={settings[1]}" if settings else ""


# What is simulated, with which settings (shares of the texts, mean run length), and how often.
SITUATIONS = [
    ("chains", ((0.2, 0.2, 0.2), 5), 60),
    ("shuffled", (), 40),
    ("chains", ((0.2, 0.2, 0.2), 3), 20),
    ("chains", ((0.2, 0.2, 0.2), 1.25), 20),
    ("rotated", (), 20),
    ("planted", ((0.05, 0.5, 0.05), 2), 15),
    ("planted", ((0.05, 0.3, 0.05), 1.25), 15),
]


def placebo(first: int) -> None:
    tokens, plan = prepare(("change", "tie"))
    tables = [pd.read_csv(RESULTS / "multiverse.csv")] if first else []
    for kind, settings, n in SITUATIONS[first:]:
        begin = time.perf_counter()
        tasks = (delayed(simulate)(kind, number, tokens, plan, settings) for number in range(n))
        found = pd.DataFrame([row for rows in Parallel(n_jobs=2)(tasks) for row in rows])
        table = summarise(found).assign(simulations=n)
        tables.append(table)
        print(f"{kind} {describe(settings)}: {time.perf_counter() - begin:.0f} s\n{table.to_string()}", flush=True)
        pd.concat(tables).to_csv(RESULTS / "multiverse.csv", index=False, float_format="%.4g", lineterminator="\n")


def summarise(found: pd.DataFrame) -> pd.DataFrame:
    """Shares of simulated findings by verdict; ``joint`` and ``single`` are p-values of at most .05."""
    rows = []
    for key, own in found.groupby(["situation", "settings"], sort=False):
        enough = own[own["verdict"] != TOO_FEW]
        row = {"findings": len(own), "enough_units": len(enough)}
        row |= {
            "robust": (own["verdict"] == ROBUST).mean(),
            "robust_of_enough": (enough["verdict"] == ROBUST).mean(),
        }
        held = enough["verdict"] == RESERVATIONS
        row |= {"reservations_of_enough": held.mean(), "joint_of_enough": (enough["joint_p"] <= 0.05).mean()}
        row |= {"single_of_enough": (enough["reference_p"] <= 0.05).mean()}
        rows.append(dict(zip(("situation", "settings"), key, strict=True)) | row)
    return pd.DataFrame(rows)


def speed() -> None:
    rows = []
    for n_jobs in (1, 2):
        begin, cpu = time.perf_counter(), time.process_time()
        tokens, plan = prepare(("change", "tie", "topic"))
        gathered = time.perf_counter()
        with parallel_config("loky", n_jobs=n_jobs):
            found = multiverse.explore(tokens, plan, n_draws=1000, seed=SEED)
        done = time.perf_counter()
        own = time.process_time() - cpu
        peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
        rows.append((n_jobs, len(found.specifications), 1000, gathered - begin, done - gathered, own, peak))
        print(rows[-1], f"load {os.getloadavg()[0]:.1f}", flush=True)
    columns = ["processes", "specifications", "draws", "s_gather", "s_explore", "s_cpu_main", "peak_mb"]
    table = pd.DataFrame(rows, columns=columns)
    table.to_csv(RESULTS / "multiverse_speed.csv", index=False, float_format="%.3g", lineterminator="\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["placebo"]:
        placebo(int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    else:
        speed()
