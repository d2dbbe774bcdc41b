"""Association of terms: published numbers, closed forms, and what holds of any counts."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse, stats

from analysis.corpus.cooccurrence import units_with_both
from analysis.inputs import InputError
from analysis.stats.association import (
    association_strength,
    link_association,
    link_fractions,
    measure_pairs,
    npmi,
    pmi,
    signed_g2,
)

# CWTSLeiden/networkanalysis 1.3.0 (MIT), src/test/java/nl/cwts/networkanalysis/TestNetworkLayout.java: ten nodes
FIRST = [0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 6, 6, 7]
SECOND = [1, 9, 4, 6, 9, 5, 7, 8, 9, 4, 5, 7, 8, 9, 5, 6, 8, 9, 6, 7, 8, 7, 9, 8]
WEIGHT = [16, 90, 1, 1, 82, 2, 13, 72, 5, 13, 1, 2, 2, 2, 5, 15, 4, 2, 139, 6, 7, 4, 1, 15]


def ten_nodes():
    half = sparse.coo_array((WEIGHT, (FIRST, SECOND)), shape=(10, 10)).tocsr()
    return half + half.T


@st.composite
def any_counts(draw, largest=300):
    """Units with both, with one, with the other, and all."""
    n = draw(st.integers(1, largest))
    n_i, n_j = draw(st.integers(0, n)), draw(st.integers(0, n))
    return draw(st.integers(max(0, n_i + n_j - n), min(n_i, n_j))), n_i, n_j, n


def test_links_of_ten_nodes_normalised_as_vosviewer_does():
    # testTotalEdgeWeightAfterNormalization
    graph = ten_nodes()
    assert graph.sum() / 2 == 500
    assert link_association(graph).sum() / 2 == pytest.approx(59.01145827229578, abs=1e-10)
    assert link_fractions(graph).sum() / 2 == pytest.approx(50, abs=1e-10)
    assert graph.sum() / 2 == 500  # as it was


def test_links_of_a_graph_are_those_of_its_matrix():
    graph = nx.Graph()
    graph.add_weighted_edges_from(zip(FIRST, SECOND, WEIGHT, strict=True))
    found = link_association(nx.to_scipy_sparse_array(graph, nodelist=range(10), dtype=float))
    assert found.toarray() == pytest.approx(link_association(ten_nodes()).toarray())


def test_link_association_does_not_depend_on_the_unit_of_weight_and_skips_a_node_without_links():
    wide = sparse.csr_array(np.pad(ten_nodes().toarray(), (0, 1)))
    found = link_association(wide * 7).toarray()
    assert found[:10, :10] == pytest.approx(link_association(ten_nodes()).toarray())
    assert not found[10].any()


@pytest.mark.parametrize("odd", [[[0, 1], [2, 0]], [[1, 1], [1, 0]], [[0, -1], [-1, 0]], [[0, 1, 1], [1, 0, 1]]])
def test_links_must_be_a_symmetric_matrix_without_diagonal(odd):
    with pytest.raises(InputError, match="weights: found another matrix"):
        link_association(sparse.csr_array(odd))


def test_g2_of_the_published_table():
    # quanteda.textstats, test-textstat_keyness.R: 7 of 10 and 2 of 9
    assert signed_g2(7, 9, 10, 19) == pytest.approx(4.534939, abs=5e-7)


@settings(deadline=None)
@given(any_counts())
def test_g2_is_that_of_scipy_on_the_four_cells(counts):
    both, first, second, n = counts
    table = np.array([[both, first - both], [second - both, n - first - second + both]])
    found = signed_g2(*counts)
    if 0 in (first, second) or n in (first, second):
        assert found == 0
        return
    told = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic
    assert abs(found) == pytest.approx(max(0, told), abs=1e-8)
    assert np.sign(found) == np.sign(both * n - first * second) or abs(found) < 1e-9


def test_npmi_says_nothing_of_how_much_it_rests_on():
    # one unit with both and no other with either; 2 of 3 and 4 in 300; 20 of 60 and 80
    assert npmi([1, 2, 20], [1, 3, 60], [1, 4, 80], 300).round(3).tolist() == [1.0, 0.781, 0.082]


def test_limits_of_npmi():
    assert npmi([0, 0, 5, 5], [3, 0, 5, 5], [4, 2, 5, 5], [9, 9, 9, 5]).tolist() == pytest.approx([-1, -1, 1, 1])


@settings(deadline=None)
@given(any_counts())
def test_measures_have_their_ranges_and_agree_on_what_chance_is(counts):
    both, first, second, n = counts
    turned = (both, second, first, n)
    for measure in (association_strength, pmi, npmi, signed_g2):
        assert measure(*counts) == pytest.approx(measure(*turned), abs=1e-9)
    assert 0 <= association_strength(*counts) <= n + 1e-9
    assert -1 <= npmi(*counts) <= 1 + 1e-12
    chance = np.sign(both * n - first * second)
    if both and both < n:
        assert np.exp(pmi(*counts)) == pytest.approx(association_strength(*counts))
        assert pmi(*counts) == pytest.approx(np.log(both * n / (first * second)), abs=1e-12)
        assert npmi(*counts) == pytest.approx(pmi(*counts) / -np.log(both / n), abs=1e-12)
        assert np.sign(np.round(pmi(*counts), 9)) == chance
    elif not both:
        assert (pmi(*counts), npmi(*counts), association_strength(*counts)) == (-np.inf, -1, 0)


def test_measures_take_columns_of_a_table():
    table = pd.DataFrame({"both": [6, 2], "first": [10, 10], "second": [20, 20]})
    found = pmi(table["both"], table["first"], table["second"], 100)
    assert found.tolist() == pytest.approx([np.log(3), 0])


@pytest.mark.parametrize("counts", [(5, 4, 9, 20), (-1, 4, 9, 20), (1, 15, 9, 20), (0, 0, 0, 0)])
def test_impossible_counts_are_refused(counts):
    with pytest.raises(InputError, match=r"counts: found .* units with both of"):
        pmi(*counts)


def test_pairs_by_hand():
    units = sparse.csr_array(np.array([[1, 1, 0]] * 4 + [[1, 0, 1]] * 2 + [[0, 1, 1]] * 3 + [[0, 0, 0]]))
    both = units_with_both(units)
    found = measure_pairs(both, pd.Index(list("xyz")), 10)
    assert found[["first", "second", "n_ij", "n_i", "n_j"]].to_numpy().tolist() == [
        ["x", "y", 4, 6, 7],
        ["y", "z", 3, 7, 5],
    ]
    assert found["association_strength"].tolist() == pytest.approx([40 / 42, 30 / 35])
    assert (found["g2"] < 0).all()
    assert len(measure_pairs(both, pd.Index(list("xyz")), 10, min_together=1, min_units=1)) == 3
    assert measure_pairs(both, pd.Index(list("xyz")), 10, min_units=6)["second"].tolist() == ["y"]


def test_a_planted_tie_ranks_first():
    rng = np.random.default_rng(4)
    units = rng.random((400, 12)) < 0.15
    units[:, 3] = np.where(rng.random(400) < 0.7, units[:, 8], units[:, 3])
    found = measure_pairs(units_with_both(sparse.csr_array(units)), pd.Index([f"w{i:02}" for i in range(12)]), 400)
    for name in ("association_strength", "pmi", "npmi", "g2"):
        assert found.loc[found[name].idxmax(), ["first", "second"]].tolist() == ["w03", "w08"]


def test_pairs_of_other_terms_are_refused():
    with pytest.raises(InputError, match="both: found 2 rows and 2 columns, allowed is 3 terms each way"):
        measure_pairs(sparse.csr_array((2, 2), dtype=int), pd.Index(list("xyz")), 10)
