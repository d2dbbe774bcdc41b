r"""
Community detection: groups of nodes with more ties among themselves than the quality function asks for.

One run of the Leiden algorithm depends on its seed, so no single run is reported: `consensus` searches many times, says
which nodes are together in most runs, and how steadily each node belongs to its community.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import graspologic_native
import networkx as nx
import numpy as np
import pandas as pd
from scipy import sparse
from scipy.cluster import hierarchy

from analysis.inputs import InputError, check_at_least, check_choice

Quality = Literal["modularity", "cpm"]

ITERATIONS = 5  # of the Leiden algorithm in one run: more find no better division of the networks in the tests
ROUNDING = 1e-12  # of all ties: a smaller gain is none


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
    Consensus clustering of many Leiden runs, and how steadily each node belongs to its community.

    :math:`D_{ij}` is the share of runs in which nodes i and j are together. Average linkage of :math:`1 - D`, cut at ½,
    joins two groups as long as their nodes are together in half of the runs or more, on average (Monti et al. 2003,
    Machine Learning 52, 91). The consensus has no resolution of its own, and does not see that of the search.

    The stability of a node is the mean :math:`D_{ij}` with the others of its community; for a node alone, the share of
    runs in which it was alone. Below .7, do not speak of it as part of that community. It is stability over runs of the
    search, not over other texts, and a stable community need not be a strong one: look at the quality too.

    Parameters
    ----------
    graph : Graph, without direction, loops or negative weights
        In whatever order it was built: nodes and ties are sorted first.
    function, resolution, weight : as in `measure_quality`
    n_runs : int, runs of the search, each with a seed and an order of nodes of its own

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
    >>> groups = consensus(nx.Graph(["ab", "bc", "ac", "cd", "de", "ef", "df"]), n_runs=10, seed=1)
    >>> "".join(groups.table["node"]), groups.table["community"].tolist(), round(groups.quality, 3)
    ('abcdef', [1, 1, 1, 2, 2, 2], 0.357)
    """
    check_choice(function, "function", ["modularity", "cpm"])
    check_at_least("n_runs", n_runs, 1)
    nodes, ties = _read_ties(graph, weight, resolution)
    seeds = np.random.SeedSequence(seed).spawn(n_runs)
    runs = np.array([_search(ties, function, resolution, child) for child in seeds])
    together, agreement = _compare_runs(runs)
    share = together / n_runs
    labels = _agree(share)
    best = max(_score(ties, run, function, resolution) for run in np.unique(runs, axis=0))
    table = pd.DataFrame({"node": nodes, "community": labels, "stability": _measure_stability(share, labels, runs)})
    frame = pd.DataFrame(share, index=pd.Index(nodes, name="node"), columns=pd.Index(nodes, name="node"))
    return Communities(table, frame, _score(ties, labels, function, resolution), best, agreement)


def search(
    graph: nx.Graph,
    *,
    function: Quality = "modularity",
    resolution: float = 1.0,
    weight: str | None = "weight",
    seed: int,
) -> list[set[Any]]:
    """
    Communities from one run of the Leiden algorithm (Traag, Waltman & Van Eck 2019, Scientific Reports 9, 5233).

    Returns
    -------
    list of sets of nodes : largest first, equal ones by their first node

    Examples
    --------
    >>> [sorted(members) for members in search(nx.Graph(["ab", "bc", "ac", "cd", "de", "ef", "df"]), seed=1)]
    [['a', 'b', 'c'], ['d', 'e', 'f']]
    """
    check_choice(function, "function", ["modularity", "cpm"])
    nodes, ties = _read_ties(graph, weight, resolution)
    labels = _number(_search(ties, function, resolution, np.random.SeedSequence(seed)))
    return [{nodes[at] for at in np.flatnonzero(labels == label)} for label in range(1, labels.max(initial=0) + 1)]


def measure_quality(
    graph: nx.Graph,
    communities: Iterable[Collection[Any]],
    *,
    function: Quality = "modularity",
    resolution: float = 1.0,
    weight: str | None = "weight",
) -> float:
    r"""
    Modularity or CPM of a division into communities: higher is better, at most 1; comparable on one graph only.

    With :math:`w_c` the weight of ties inside community c, m that of all ties, :math:`n_c` its nodes and :math:`k_c`
    the sum of their strengths: modularity is :math:`\sum_c w_c/m - \gamma (k_c/2m)^2`, which compares with ties placed
    at random; the constant Potts model (CPM) is :math:`\sum_c (2w_c - \gamma n_c^2)/2m`, as VOSviewer computes it,
    which asks for a mean tie of :math:`\gamma` between members, whatever the size of the graph (Traag, Van Dooren &
    Nesterov 2011).

    Parameters
    ----------
    communities : the nodes of each; each node of the graph in one of them
    function : "modularity" or "cpm"
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
    >>> round(measure_quality(path, [{0, 1}, {2, 3}]), 4)
    0.1667
    >>> round(measure_quality(path, [{0, 1}, {2, 3}], function="cpm", resolution=0.1), 4)
    0.5333
    """
    check_choice(function, "function", ["modularity", "cpm"])
    nodes, ties = _read_ties(graph, weight, resolution)
    groups = [list(members) for members in communities]
    label = {node: number for number, members in enumerate(groups) for node in members}
    if sorted(node for members in groups for node in members) != nodes:
        found, allowed = "communities that miss, repeat or add nodes", "each node of the graph in one community"
        raise InputError("communities", found, allowed=allowed, remedy="Give a list of sets, such as from search.")
    return _score(ties, np.array([label[node] for node in nodes], dtype=np.int64), function, resolution)


def _read_ties(graph: nx.Graph, weight: str | None, resolution: float) -> tuple[list[Any], sparse.csr_array]:
    """The nodes sorted, and the weights of the ties between them, (n_nodes, n_nodes)."""
    remedy = "Make an undirected graph with one tie for two nodes, and no loops."
    if graph.is_directed() or graph.is_multigraph() or nx.number_of_selfloops(graph):
        raise InputError("graph", f"{graph} with direction, double ties or loops", allowed="a Graph", remedy=remedy)
    if not (resolution > 0 and math.isfinite(resolution)):
        raise InputError("resolution", repr(resolution), allowed="a number above 0", remedy="Take 1.")
    for a, b, value in graph.edges(data=weight or "", default=1):
        if not (value >= 0 and math.isfinite(value)):
            where = "tie " + ", ".join(map(str, sorted((a, b))))
            raise InputError(where, f"weight {value!r}", allowed="0 or more", remedy="Leave the tie out.")
    nodes = sorted(graph)
    if not nodes:
        return [], sparse.csr_array((0, 0))
    ties = sparse.csr_array(nx.to_scipy_sparse_array(graph, nodelist=nodes, weight=weight, dtype=float))
    ties.eliminate_zeros()
    return nodes, ties


def _search(ties: sparse.csr_array, function: Quality, resolution: float, seed: np.random.SeedSequence) -> np.ndarray:
    """
    The community of each node, from one run of the Leiden algorithm; then no single node gains by moving.

    Of two communities that would gain a node alike the algorithm takes the first it sees, and the node would seem to
    belong there steadily: each run sees the nodes in an order of its own.
    """
    n = ties.shape[0]
    if not ties.nnz:
        return np.arange(n)
    network, gamma = (ties, resolution) if function == "modularity" else _equal_strengths(ties, resolution)
    order = np.random.default_rng(seed).permutation(network.shape[0])
    mixed = sparse.csr_array(network[order][:, order])
    mixed.sort_indices()
    _, of_node = graspologic_native.leiden_csr(
        mixed.indptr.astype(np.int64),
        mixed.indices.astype(np.int32),
        mixed.data,
        len(order),
        resolution=gamma,
        iterations=ITERATIONS,
        seed=int(seed.generate_state(1)[0]),
    )
    labels = np.empty(len(order), dtype=np.int64)
    labels[order] = [of_node[place] for place in range(len(order))]
    return _move_nodes(ties, np.unique(labels[:n], return_inverse=True)[1], *_price(ties, function, resolution))


def _move_nodes(ties: sparse.csr_array, labels: np.ndarray, sizes: np.ndarray, price: float) -> np.ndarray:
    """Communities after single nodes went where they gain most, or stayed alone, until none gains."""
    n, least = len(labels), ROUNDING * ties.sum()
    total = np.bincount(labels, weights=sizes, minlength=n)
    moved = True
    while moved:
        moved = False
        for node in range(n):
            near = slice(ties.indptr[node], ties.indptr[node + 1])
            total[labels[node]] -= sizes[node]
            tied = np.bincount(labels[ties.indices[near]], weights=ties.data[near], minlength=n)
            gains = tied - price * sizes[node] * total
            best = gains.argmax()
            if gains[best] > gains[labels[node]] + least:
                labels[node], moved = best, True
            total[labels[node]] += sizes[node]
    return labels


def _equal_strengths(ties: sparse.csr_array, resolution: float) -> tuple[sparse.csr_array, float]:
    r"""
    A network, and a resolution, of which the modularity has its maximum where CPM has it in the network given.

    Modularity charges a community for the strengths of its nodes, CPM for their number: where all strengths are equal
    the two are one. So each node gets a companion, tied to it alone with half of what it lacks to the strongest node's
    strength W: each couple then has strength W, and :math:`\gamma_{mod} = \gamma n / W`. The library's own CPM does not
    aggregate its network rightly (version 1.3.1: best of 100 runs .793 on Les Misérables at γ = .1; this way .824).
    """
    strengths = ties.sum(axis=1)
    companions = sparse.diags_array((strengths.max() - strengths) / 2)
    both = sparse.csr_array(sparse.block_array([[ties, companions], [companions, None]]))
    both.eliminate_zeros()
    return both, resolution * len(strengths) / strengths.max()


def _price(ties: sparse.csr_array, function: Quality, resolution: float) -> tuple[np.ndarray, float]:
    """
    The size of each node, and what two nodes of size 1 must have between them to be together.

    Both quality functions are then one: the ties inside a community, less `price` times the squared sum of its sizes.
    """
    strengths = ties.sum(axis=1)
    if function == "modularity":
        return strengths, resolution / (strengths.sum() or 1.0)
    return np.ones(len(strengths)), resolution


def _score(ties: sparse.csr_array, labels: np.ndarray, function: Quality, resolution: float) -> float:
    """The quality of a division into communities."""
    if not ties.nnz:
        return math.nan
    member, (sizes, price) = _membership(labels), _price(ties, function, resolution)
    inside = (member.T @ ties @ member).trace()
    return float((inside - price * ((member.T @ sizes) ** 2).sum()) / ties.sum())


def _membership(labels: np.ndarray) -> sparse.csr_array:
    """(n_nodes, n_communities), 1 where the node is in the community."""
    n = len(labels)
    return sparse.csr_array((np.ones(n), (np.arange(n), labels)), shape=(n, labels.max(initial=-1) + 1))


def _compare_runs(runs: np.ndarray) -> tuple[np.ndarray, float]:
    """In how many runs each two nodes are together, and the mean adjusted Rand index of all pairs of runs."""
    n_runs, n = runs.shape
    member = sparse.csr_array(sparse.hstack([_membership(run) for run in runs]))
    run = np.repeat(np.arange(n_runs), runs.max(axis=1, initial=-1) + 1)
    shared = (member.T @ member).power(2).tocoo()  # nodes that a community of one run has in common with one of another
    pairs = sparse.coo_array((shared.data, (run[shared.row], run[shared.col])), shape=(n_runs, n_runs)).toarray()
    pairs = (pairs - n) / 2  # of nodes, together in both runs
    own, other = np.triu_indices(n_runs, k=1)
    a, b, both = pairs[own, own], pairs[other, other], pairs[own, other]
    chance = a * b / max(n * (n - 1) / 2, 1)
    spread = (a + b) / 2 - chance
    index = np.where(spread > 0, (both - chance) / np.where(spread > 0, spread, 1), 1.0)
    return (member @ member.T).toarray(), float(index.mean()) if len(index) else 1.0


def _agree(share: np.ndarray) -> np.ndarray:
    """The community of each node, from the share of runs in which two nodes are together."""
    if len(share) < 2:
        return np.ones(len(share), dtype=np.int64)
    distance = 1 - share[np.triu_indices(len(share), k=1)]
    return _number(hierarchy.fcluster(hierarchy.average(distance), 0.5, criterion="distance"))


def _measure_stability(share: np.ndarray, labels: np.ndarray, runs: np.ndarray) -> np.ndarray:
    """The mean share with the others of the community; for a node alone, the share of runs in which it was alone."""
    same = np.equal.outer(labels, labels)
    others = same.sum(axis=1) - 1
    alone = np.array([np.bincount(run)[run] == 1 for run in runs]).mean(axis=0)
    return np.where(others > 0, ((share * same).sum(axis=1) - 1) / np.maximum(others, 1), alone)


def _number(labels: np.ndarray) -> np.ndarray:
    """Communities numbered from 1 by size, equal ones by their first node."""
    _, first, group, size = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    return (np.lexsort((first, -size)).argsort() + 1)[group]
