import itertools
import os
import subprocess
import sys
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import procrustes
from scipy.spatial.distance import pdist

from analysis.inputs import InputError
from analysis.networks import layout
from analysis.networks.layout import lay_out, measure_layout, pool_strengths
from analysis.themes import attention

# CWTSLeiden/networkanalysis, src/test/java/nl/cwts/networkanalysis/TestNetworkLayout.java (MIT)
EDGES = [
    *[(0, 1, 16), (0, 9, 90), (1, 4, 1), (1, 6, 1), (1, 9, 82), (2, 5, 2), (2, 7, 13), (2, 8, 72), (2, 9, 5)],
    *[(3, 4, 13), (3, 5, 1), (3, 7, 2), (3, 8, 2), (3, 9, 2), (4, 5, 5), (4, 6, 15), (4, 8, 4), (4, 9, 2)],
    *[(5, 6, 139), (5, 7, 6), (5, 8, 7), (6, 7, 4), (6, 9, 1), (7, 8, 15)],
]
PUBLISHED = pd.DataFrame(
    [
        *[(1.136341835, -0.149931232), (0.879152105, 0.318787053), (-0.512331857, -0.661664094)],
        *[(-0.032236745, 0.007739771), (-0.146102352, 0.280012379), (-0.528511035, 0.612571137)],
        *[(-0.754004637, 0.328330118), (-0.542296378, -0.205903696), (-0.22047403, -0.460960297)],
        (0.720463094, -0.068981139),
    ],
    columns=["x", "y"],
)


def association(graph: nx.Graph, weight: str | None = "weight") -> pd.DataFrame:
    """Association strength as VOSviewer has it: a tie times the sum of all strengths, over those of its two ends."""
    nodes = sorted(graph)
    ties = nx.to_numpy_array(graph, nodelist=nodes, weight=weight)
    strength = ties.sum(axis=1)
    return pd.DataFrame(ties * strength.sum() / np.outer(strength, strength), index=nodes, columns=nodes)


def ten_nodes() -> pd.DataFrame:
    graph = nx.Graph()
    graph.add_weighted_edges_from(EDGES)
    return association(graph)


@pytest.fixture(scope="module")
def theme_ties(here) -> pd.DataFrame:
    """The study's own network: how much more often than by chance two themes share a paragraph, over all texts."""
    texts = []
    for document in here.documents:
        own = here.corpus.paragraphs.loc[here.corpus.paragraphs["doc_id"] == document, "paragraph_id"]
        marks = attention.mark_units(here.hits, own, here.themes.names)
        there = marks.loc[:, marks.any()]
        both = there.T.astype(int) @ there.astype(int)
        n = np.diag(both)
        texts.append(both * len(there) / np.outer(n, n) * (1 - np.eye(len(n))))
    return pool_strengths(texts)


def distances(points: pd.DataFrame) -> pd.DataFrame:
    values = points.to_numpy()
    table = np.sqrt(((values[:, None] - values[None]) ** 2).sum(axis=2))
    return pd.DataFrame(table, index=points.index, columns=points.index)


def random_ties(n: int, density: float, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    half = np.triu(rng.random((n, n)) * (rng.random((n, n)) < density), k=1)
    names = [f"n{number:02}" for number in range(n)]
    return pd.DataFrame(half + half.T, index=names, columns=names)


def test_the_quality_of_a_published_layout_is_the_published_one():
    ties = ten_nodes()
    assert ties.to_numpy().sum() / 2 == pytest.approx(59.01145827229578, abs=1e-10)
    # The published places have nine decimals, which leaves eight of the quality.
    quality = measure_layout(ties, PUBLISHED, attraction=2, repulsion=-2)
    assert quality == pytest.approx(55.06823414047805, abs=1e-8)


def test_our_layout_is_at_least_as_good_as_the_published_one():
    ties = ten_nodes()
    ours = lay_out(ties, attraction=2, repulsion=-2)
    assert measure_layout(ties, ours, attraction=2, repulsion=-2) <= 55.06823414047805
    # also when each has the size that suits it best
    sizes = np.linspace(0.3, 1.5, 200)
    best = [min(measure_layout(ties, one * k, attraction=2, repulsion=-2) for k in sizes) for one in (ours, PUBLISHED)]
    assert best[0] <= best[1]


def test_quality_is_the_sum_over_pairs():
    ties, points = (
        random_ties(5, 0.8, seed=1),
        pd.DataFrame(np.random.default_rng(2).random((5, 2)), columns=["x", "y"]),
    )
    points.index = ties.index
    gap = distances(points)
    pairs = list(itertools.combinations(ties.index, 2))
    for a, r, power in ((2, 1, lambda d: d), (2, 0, np.log), (3, -1, lambda d: -1 / d)):
        expected = sum(ties.loc[i, j] * gap.loc[i, j] ** a / a - power(gap.loc[i, j]) for i, j in pairs)
        assert measure_layout(ties, points, attraction=a, repulsion=r) == pytest.approx(expected)


@pytest.mark.parametrize(("attraction", "repulsion"), [(2, 1), (2, -2), (2, 0), (3, 1)])
def test_gradient_and_curvature_are_those_of_the_quality(attraction, repulsion):
    ties = random_ties(6, 0.7, seed=3).to_numpy()
    flat = np.random.default_rng(4).standard_normal(12)

    def slope(function, at, step=1e-6):
        shifts = np.eye(len(at)) * step
        return np.array([(function(at + one) - function(at - one)) / (2 * step) for one in shifts])

    options = (ties, attraction, repulsion)
    gradient = layout._energy(flat, *options)[1]
    assert gradient == pytest.approx(slope(lambda at: layout._energy(at, *options)[0], flat), abs=1e-6)
    curvature = layout._curvature(flat, *options)
    assert curvature == pytest.approx(slope(lambda at: layout._energy(at, *options)[1], flat), abs=1e-5)


def test_two_nodes_stand_as_far_as_their_tie_asks():
    # s d² / 2 − d is least at d = 1/s; three alike nodes stand in a triangle with sides of 1 after scaling
    ties = np.array([[0.0, 4.0], [4.0, 0.0]])
    points = layout._settle(ties, layout._begin(ties, "random", 1, 0), 2, 1)
    assert np.linalg.norm(points[0] - points[1]) == pytest.approx(0.25)
    names = list("abc")
    triangle = lay_out(pd.DataFrame(1 - np.eye(3), index=names, columns=names))
    assert pdist(triangle) == pytest.approx([1, 1, 1], abs=2e-3)
    assert triangle.to_numpy().tolist() == [[-0.289, 0.5], [-0.289, -0.5], [0.577, 0.0]]


def test_strongly_tied_nodes_stand_nearer():
    groups = np.kron(np.eye(2), np.ones((5, 5))) + 0.05
    names = [f"n{number}" for number in range(10)]
    gap = distances(lay_out(pd.DataFrame(groups, index=names, columns=names))).to_numpy()
    inside, across = gap[:5, :5][np.triu_indices(5, k=1)], gap[:5, 5:]
    assert inside.max() < across.min() / 3


def check_starts(ties: pd.DataFrame, seeds: range, tolerance: float) -> None:
    reference = lay_out(ties)
    for seed in seeds:
        other = lay_out(ties, start="random", n_starts=1, seed=seed)
        assert procrustes(reference, other)[2] <= tolerance


def test_twenty_random_starts_end_at_the_same_layout_of_the_themes(theme_ties):
    assert len(theme_ties) == 19
    check_starts(theme_ties, range(20), 1e-20)
    assert lay_out(theme_ties).equals(lay_out(theme_ties, start="random", n_starts=1, seed=99))


def test_random_starts_end_at_the_same_layout_of_the_karate_club():
    check_starts(association(nx.karate_club_graph()), range(4), 1e-4)


def test_the_forces_on_the_nodes_are_in_balance_far_beyond_the_digits_kept(theme_ties):
    ties = layout._link_parts(layout._scale(theme_ties.to_numpy()))
    points = layout._settle(ties, layout._begin(ties, "spectral", 1, 0), 2, 1)
    assert np.abs(layout._energy(points.ravel(), ties, 2, 1)[1]).max() < 1e-11


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.integers(2, 12), st.floats(0, 1), st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_a_layout_is_standard_and_does_not_depend_on_the_order_of_nodes(n, density, seed, chance):
    ties = random_ties(n, density, seed)
    points = lay_out(ties, n_starts=2)
    assert pdist(points).mean() == pytest.approx(1, abs=2e-3)
    assert points.mean().abs().max() < 1e-3
    assert points.equals(points.round(3))
    assert points["x"].var() >= points["y"].var() - 1e-3
    order = list(ties.index)
    chance.shuffle(order)
    assert lay_out(ties.loc[order, order], n_starts=2).equals(points)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.01, 100))
def test_only_the_proportions_of_strengths_matter(seed, factor):
    ties = random_ties(8, 0.9, seed)
    one, two = lay_out(ties, n_starts=3), lay_out(ties * factor, n_starts=3)
    assert (one - two).abs().to_numpy().max() <= 0.0015


def test_the_heaviest_node_stands_right_of_the_middle_and_above_it(theme_ties):
    for heaviest in theme_ties.index[:6]:
        weights = pd.Series(1.0, index=theme_ties.index)
        weights[heaviest] = 2
        points = lay_out(theme_ties, weights=weights, n_starts=1)
        assert (points.loc[heaviest] >= 0).all()


def test_nodes_with_the_same_ties_stand_from_left_to_right_heaviest_first():
    star = nx.relabel_nodes(nx.star_graph(4), dict(enumerate(["hub", "d", "a", "c", "b"])))
    star.add_edge("hub", "z", weight=3)
    weights = pd.Series({"hub": 9, "z": 9, "a": 1, "b": 1, "c": 2, "d": 3})
    points = lay_out(nx.to_pandas_adjacency(star), weights=weights, start="random", n_starts=1, seed=5)
    leaves = points.loc[["d", "c", "a", "b"], "x"]
    assert leaves.is_monotonic_increasing
    assert len(set(leaves)) > 1


def test_unlinked_parts_stay_together_by_a_hundredth_of_the_mean_tie():
    ties = pd.DataFrame(np.kron(np.eye(3), 1 - np.eye(3)), index=list("abcdefghi"), columns=list("abcdefghi"))
    linked = layout._link_parts(layout._scale(ties.to_numpy()))
    assert linked[0, 3] == pytest.approx(0.01)
    assert linked[0, 1] == pytest.approx(4.01)
    points = lay_out(ties)
    assert np.isfinite(points.to_numpy()).all()
    assert distances(points).to_numpy().max() < 3


@pytest.mark.parametrize(("names", "expected"), [("", []), ("a", [[0.0, 0.0]]), ("ab", [[-0.5, 0.0], [0.5, 0.0]])])
@pytest.mark.parametrize("tie", [0.0, 1.0])
def test_the_smallest_networks_have_a_layout(names, expected, tie):
    ties = pd.DataFrame(tie * (1 - np.eye(len(names))), index=list(names), columns=list(names))
    assert lay_out(ties).to_numpy().tolist() == expected


def test_nodes_without_any_tie_are_spread():
    points = lay_out(random_ties(7, 0, seed=1))
    assert pdist(points).min() > 0.2


@pytest.mark.slow
def test_the_hash_seed_and_the_number_of_threads_do_not_matter():
    script = (
        "import networkx as nx; from analysis.networks.layout import lay_out;"
        "print(lay_out(nx.to_pandas_adjacency(nx.karate_club_graph())).to_csv())"
    )
    source = str(Path(layout.__file__).parents[2])
    results = set()
    for number in ("1", "2"):
        variables = {"PYTHONHASHSEED": number, "OPENBLAS_NUM_THREADS": number, "PYTHONPATH": source}
        command = [sys.executable, "-c", script]
        run = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, check=True)
        results.add(run.stdout)
    assert len(results) == 1


def test_pooling_gives_each_text_the_same_say():
    long, short = random_ties(6, 0.9, seed=1), random_ties(6, 0.9, seed=2)
    pooled = pool_strengths([long * 50, short])
    pd.testing.assert_frame_equal(pooled, pool_strengths([short, long]), check_names=False)
    means = [table / table.to_numpy().sum() for table in (long, short)]
    expected = (means[0] + means[1]) / 2 * 30
    np.testing.assert_allclose(pooled, expected)


def test_pooling_takes_nodes_and_texts_without_ties():
    first = pd.DataFrame([[0, 2.0], [2.0, 0]], index=["b", "a"], columns=["b", "a"])
    nothing = pd.DataFrame([[0.0]], index=["c"], columns=["c"])
    pooled = pool_strengths([first, nothing])
    assert pooled.to_dict() == {
        "a": {"a": 0, "b": 3, "c": 0},
        "b": {"a": 3, "b": 0, "c": 0},
        "c": {"a": 0, "b": 0, "c": 0},
    }
    assert (pool_strengths([nothing]).to_numpy() == 0).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda ties: ties.set_axis(["n00"] * 4, axis=0), "breaks a rule"),
        (lambda ties: ties.iloc[:, :3], "table 4 x 3"),
        (lambda ties: -ties, "0 or more"),
        (lambda ties: ties * np.nan, "0 or more"),
        (lambda ties: ties + np.triu(np.ones((4, 4))), "symmetric"),
    ],
)
def test_a_table_that_holds_no_ties_is_refused(change, message):
    with pytest.raises(InputError, match=message):
        lay_out(change(random_ties(4, 1, seed=1)))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"start": "sprectral"}, "Did you mean 'spectral'"),
        ({"n_starts": 0}, "n_starts"),
        ({"attraction": 1, "repulsion": 1}, "attraction above repulsion"),
        ({"weights": pd.Series({"n00": 1})}, r"none for \['n01'"),
    ],
)
def test_options_that_make_no_layout_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        lay_out(random_ties(4, 1, seed=1), **options)


def test_pooling_nothing_is_refused():
    with pytest.raises(InputError, match="one table or more"):
        pool_strengths([])
