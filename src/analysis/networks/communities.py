r"""
Communities: groups of nodes with more ties among themselves than the quality function asks for.

One run of a search depends on its seed, so no single run is reported: `consensus` searches many times, says which
nodes belong together in most runs, and how steadily each node belongs to its community.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import networkx as nx
import numpy as np
import pandas as pd
from scipy import sparse

from analysis.inputs import InputError, check_at_least, check_choice

Quality = Literal["modularity", "cpm"]
Ties = list[dict[int, float]]  # of each node, the weight of its tie to each neighbour

TIE = 1e-12  # of a node's own ties: a smaller gain is rounding, and would move nodes to and fro for ever
MAX_ROUNDS = 20  # of the consensus, which is found in two or three


@dataclass(frozen=True)
class Communities:
    """The communities on which many runs of a search agree."""

    table: pd.DataFrame  # one row per node, sorted: node, community (1 = the largest), stability (0 to 1)
    together: pd.DataFrame  # (n_nodes, n_nodes), share of runs in which two nodes were in one community
    quality: float  # of the consensus; NaN where there are no ties
    best: float  # highest quality of a single run
    agreement: float  # mean adjusted Rand index of two runs, 1 = all runs the same, 0 = as chance


def consensus(
    graph: nx.Graph,
    *,
    function: Quality = "modularity",
    resolution: float = 1.0,
    weight: str | None = "weight",
    n_runs: int = 100,
    seed: int,
) -> Communities:
    r"""
    Communities on which most of many runs agree, and how steadily each node belongs to its own.

    :math:`D_{ij}` is the share of runs in which nodes i and j are together. Shares below one half are dropped and the
    rest is grouped again, until all runs agree (Lancichinetti & Fortunato 2012, Scientific Reports 2, 336). Groups of D
    are sought with CPM at resolution .5, which puts together whom more than half of the runs put together: the
    partition nearest to all runs. It needs no resolution of its own, and does not see that of the first search.

    The stability of a node is the mean :math:`D_{ij}` with the others of its community; for a node alone, the share of
    runs in which it was alone. Below .7, do not speak of it as part of that community. A stable community need not be a
    strong one: look at the quality too.

    Parameters
    ----------
    graph : Graph, without direction, loops or negative weights
        In whatever order it was built: nodes and ties are sorted first.
    function, resolution, weight : as in `measure_quality`
    n_runs : int, searches from different beginnings

    Returns
    -------
    Communities
        Numbered from 1 by size, equal ones by their first node. A node without ties is alone; in a graph without ties
        all are, and quality is missing.

    Raises
    ------
    InputError : if the graph is of another kind, or an option is out of range

    Examples
    --------
    >>> found = consensus(nx.Graph(["ab", "bc", "ac", "cd", "de", "ef", "df"]), n_runs=10, seed=1)
    >>> "".join(found.table["node"]), found.table["community"].tolist(), round(found.quality, 3)
    ('abcdef', [1, 1, 1, 2, 2, 2], 0.357)
    """
    check_choice(function, "function", ["modularity", "cpm"])
    check_at_least("n_runs", n_runs, 1)
    nodes, ties = _read_ties(graph, weight, resolution)
    sizes, price = _weigh_nodes(ties, function, resolution)
    seeds = [int(one.generate_state(1)[0]) for one in np.random.SeedSequence(seed).spawn(n_runs)]
    runs = [_search(ties, sizes, price, random.Random(one)) for one in seeds]
    together, agreement = _compare_runs(runs)
    labels = _number(_agree(together, n_runs, seeds))
    scores = [_score(ties, sizes, price, run) for run in [labels, *runs]]
    share = together / n_runs
    table = {"node": nodes, "community": labels, "stability": _measure_stability(share, labels, runs)}
    frame = pd.DataFrame(share, index=pd.Index(nodes, name="node"), columns=pd.Index(nodes, name="node"))
    return Communities(pd.DataFrame(table), frame, scores[0], max(scores[1:]), agreement)


def search(
    graph: nx.Graph,
    *,
    function: Quality = "modularity",
    resolution: float = 1.0,
    weight: str | None = "weight",
    seed: int,
) -> list[set[Any]]:
    """
    Communities from one run of the Louvain search (Blondel et al. 2008): largest first, equal ones by their first node.

    After communities have been joined, single nodes are moved again, until nothing gains. The search of networkx is not
    used: it has no CPM, does not look back, and moves a node between two equal communities for ever when rounding makes
    each look better than the other.

    Examples
    --------
    >>> [sorted(one) for one in search(nx.Graph(["ab", "bc", "ac", "cd", "de", "ef", "df"]), seed=1)]
    [['a', 'b', 'c'], ['d', 'e', 'f']]
    """
    check_choice(function, "function", ["modularity", "cpm"])
    nodes, ties = _read_ties(graph, weight, resolution)
    labels = _number(_search(ties, *_weigh_nodes(ties, function, resolution), random.Random(seed)))
    found: dict[int, set[Any]] = defaultdict(set)
    for node, label in zip(nodes, labels, strict=True):
        found[label].add(node)
    return [found[label] for label in sorted(found)]


def measure_quality(
    graph: nx.Graph,
    communities: Iterable[Collection[Any]],
    *,
    function: Quality = "modularity",
    resolution: float = 1.0,
    weight: str | None = "weight",
) -> float:
    r"""
    How good a division into communities is: higher is better, at most 1; comparable on one graph and resolution only.

    With :math:`w_c` the weight of ties inside community c, m that of all ties, :math:`n_c` its nodes and :math:`k_c`
    the sum of their strengths: modularity is :math:`\sum_c w_c/m - \gamma (k_c/2m)^2`, which compares with ties dealt
    at random; CPM is :math:`\sum_c (2w_c - \gamma n_c^2)/2m`, as VOSviewer computes it, which asks for a mean tie of
    :math:`\gamma` between members, whatever the size of the graph (Traag, Van Dooren & Nesterov 2011).

    Parameters
    ----------
    communities : the nodes of each; each node of the graph in one of them
    resolution : float, γ: the higher, the smaller the communities
    weight : name of the attribute of edges, 1 where it is missing; None: all ties are equal

    Returns
    -------
    float, NaN where there are no ties

    Raises
    ------
    InputError : if communities are no partition of the nodes, or as in `consensus`

    Examples
    --------
    >>> path = nx.path_graph(4)
    >>> measure_quality(path, [{0, 1}, {2, 3}]), measure_quality(path, [{0, 1}, {2, 3}], function="cpm", resolution=0.1)
    (0.16666666666666666, 0.5333333333333333)
    """
    check_choice(function, "function", ["modularity", "cpm"])
    nodes, ties = _read_ties(graph, weight, resolution)
    groups = [list(members) for members in communities]
    label = {node: number for number, members in enumerate(groups) for node in members}
    if sorted(node for members in groups for node in members) != nodes:
        found, allowed = "communities that miss, repeat or add nodes", "each node of the graph in one community"
        raise InputError("communities", found, allowed=allowed, remedy="Give a list of sets, such as from search.")
    return _score(ties, *_weigh_nodes(ties, function, resolution), [label[node] for node in nodes])


# --- a graph as numbers


def _read_ties(graph: nx.Graph, weight: str | None, resolution: float) -> tuple[list[Any], Ties]:
    """The nodes sorted, and the ties between their positions."""
    remedy = "Make an undirected graph with one tie for two nodes, and no loops."
    if graph.is_directed() or graph.is_multigraph() or nx.number_of_selfloops(graph):
        raise InputError("graph", f"{graph} with direction, double ties or loops", allowed="a Graph", remedy=remedy)
    if not (resolution > 0 and math.isfinite(resolution)):
        raise InputError("resolution", repr(resolution), allowed="a number above 0", remedy="Take 1.")
    nodes = sorted(graph)
    place = {node: number for number, node in enumerate(nodes)}
    ties: Ties = [{} for _ in nodes]
    edges = sorted((*sorted((place[a], place[b])), value) for a, b, value in graph.edges(data=weight or "", default=1))
    for a, b, value in edges:
        if not (value >= 0 and math.isfinite(value)):
            raise InputError(
                f"tie {nodes[a]}, {nodes[b]}", f"weight {value!r}", allowed="0 or more", remedy="Leave the tie out."
            )
        if value:
            ties[a][b] = ties[b][a] = float(value)
    return nodes, ties


def _weigh_nodes(ties: Ties, function: Quality, resolution: float) -> tuple[list[float], float]:
    """
    The size of each node, and what two nodes of size 1 must have between them to be together.

    Both quality functions are then one: inside a community, the sum of ties less `price` times the squared sum of
    sizes. In CPM nodes have size 1, in modularity their strength.
    """
    strengths = [math.fsum(own.values()) for own in ties]
    if function == "cpm":
        return [1.0] * len(ties), resolution
    return strengths, resolution / (math.fsum(strengths) or 1.0)


def _score(ties: Ties, sizes: Sequence[float], price: float, labels: Sequence[int]) -> float:
    """The quality of a division into communities."""
    inside, size = 0.0, dict.fromkeys(labels, 0.0)
    for node, own in enumerate(ties):
        size[labels[node]] += sizes[node]
        inside += math.fsum(value for other, value in own.items() if labels[other] == labels[node])
    twice = math.fsum(value for own in ties for value in own.values())
    return (inside - price * math.fsum(one**2 for one in size.values())) / twice if twice else math.nan


# --- one search


def _search(ties: Ties, sizes: Sequence[float], price: float, chance: random.Random) -> list[int]:
    """The community of each node: nodes move one by one, then whole communities, until neither gains."""
    labels = _move_nodes(ties, sizes, price, chance, list(range(len(ties))))
    while True:
        names = {label: number for number, label in enumerate(dict.fromkeys(labels))}
        groups = [names[label] for label in labels]
        if len(names) == len(ties):
            return groups
        above = _search(*_merge(ties, sizes, groups, len(names)), price, chance)
        labels = [above[group] for group in groups]
        moved = _move_nodes(ties, sizes, price, chance, labels)
        if moved == labels:
            return labels
        labels = moved


def _move_nodes(
    ties: Ties, sizes: Sequence[float], price: float, chance: random.Random, labels: list[int]
) -> list[int]:
    """The community of each node after all have gone, in a random order, where they gain most, until none gains."""
    groups, total, members = list(labels), [0.0] * len(ties), [0] * len(ties)
    for node, group in enumerate(groups):
        total[group] += sizes[node]
        members[group] += 1
    order = list(range(len(ties)))
    chance.shuffle(order)
    moved = True
    while moved:
        moved = False
        for node in order:
            own = groups[node]
            total[own] -= sizes[node]
            members[own] -= 1
            to = {own: 0.0}
            for other, value in ties[node].items():
                to[groups[other]] = to.get(groups[other], 0.0) + value
            gains = {group: value - price * sizes[node] * total[group] for group, value in to.items()}
            if max(gains.values()) < 0:  # better alone
                gains[members.index(0)] = 0.0
            least = TIE * (sum(to.values()) + price * sizes[node] ** 2)
            if max(gains.values()) > gains[own] + least:
                # Equal ones have equal chances: the first by name would seem to hold the node steadily.
                best = [group for group, gain in gains.items() if gain > max(gains.values()) - least]
                groups[node], moved = chance.choice(best), True
            total[groups[node]] += sizes[node]
            members[groups[node]] += 1
    return groups


def _merge(ties: Ties, sizes: Sequence[float], groups: Sequence[int], n_groups: int) -> tuple[Ties, list[float]]:
    """Communities as the nodes of a smaller graph; ties inside them no longer matter."""
    merged: Ties = [{} for _ in range(n_groups)]
    size = [0.0] * n_groups
    for node, own in enumerate(ties):
        size[groups[node]] += sizes[node]
        for other, value in own.items():
            if groups[other] != groups[node]:
                merged[groups[node]][groups[other]] = merged[groups[node]].get(groups[other], 0.0) + value
    return merged, size


# --- many searches


def _compare_runs(runs: Sequence[Sequence[int]]) -> tuple[np.ndarray, float]:
    """In how many runs each two nodes are together, and the mean adjusted Rand index of all pairs of runs."""
    labels = np.array(runs, dtype=int).reshape(len(runs), -1)
    n_runs, n = labels.shape
    first = np.concatenate([[0], np.cumsum(labels.max(axis=1, initial=0) + 1)])
    columns = (labels + first[:-1, None]).ravel()
    member = sparse.csr_array((np.ones(columns.size), (np.tile(np.arange(n), n_runs), columns)), shape=(n, first[-1]))
    shared = (member.T @ member).power(2).tocoo()  # nodes that a community of one run has in common with one of another
    run = np.repeat(np.arange(n_runs), np.diff(first))
    pairs = sparse.coo_array((shared.data, (run[shared.row], run[shared.col])), shape=(n_runs, n_runs)).toarray()
    pairs = (pairs - n) / 2  # of nodes, together in both runs
    own, other = np.triu_indices(n_runs, k=1)
    a, b, both = pairs[own, own], pairs[other, other], pairs[own, other]
    chance = a * b / max(n * (n - 1) / 2, 1)
    spread = (a + b) / 2 - chance
    index = np.where(spread > 0, (both - chance) / np.where(spread > 0, spread, 1), 1.0)
    return (member @ member.T).toarray(), float(index.mean()) if len(index) else 1.0


def _agree(together: np.ndarray, n_runs: int, seeds: Sequence[int]) -> list[int]:
    """The community of each node on which the runs agree, from the number of runs in which two nodes are together."""
    for _ in range(MAX_ROUNDS):
        kept = np.where(2 * together >= n_runs, together, 0)
        np.fill_diagonal(kept, 0)
        ties = [{int(other): float(row[other]) for other in np.flatnonzero(row)} for row in kept]
        ones = [1.0] * len(ties)
        runs = [_search(ties, ones, n_runs / 2, random.Random(seed)) for seed in seeds]
        together, _ = _compare_runs(runs)
        if np.isin(together, [0, n_runs]).all():
            break
    return max(runs, key=lambda run: (_score(ties, ones, n_runs / 2, run), run))


def _measure_stability(share: np.ndarray, labels: Sequence[int], runs: Sequence[Sequence[int]]) -> np.ndarray:
    """The mean share with the others of the community; for a node alone, the share of runs in which it was alone."""
    same = np.equal.outer(np.array(labels), np.array(labels))
    others = same.sum(axis=1) - 1
    alone = np.array([[run.count(label) == 1 for label in run] for run in map(list, runs)]).mean(axis=0)
    return np.where(others > 0, ((share * same).sum(axis=1) - 1) / np.maximum(others, 1), alone)


def _number(labels: Sequence[int]) -> list[int]:
    """Communities numbered from 1 by size, equal ones by their first node."""
    members = {label: (-list(labels).count(label), list(labels).index(label)) for label in labels}
    order = {label: number for number, label in enumerate(sorted(members, key=members.__getitem__), start=1)}
    return [order[label] for label in labels]
