"""Measures that are kept for their published numbers, and those numbers."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse, stats

from analysis.inputs import InputError
from analysis.stats import association, published
from analysis.stats.published import link_association, link_fractions

# CWTSLeiden/networkanalysis 1.3.0 (MIT), src/test/java/nl/cwts/networkanalysis/TestNetworkLayout.java: ten nodes
FIRST = [0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 6, 6, 7]
SECOND = [1, 9, 4, 6, 9, 5, 7, 8, 9, 4, 5, 7, 8, 9, 5, 6, 8, 9, 6, 7, 8, 7, 9, 8]
WEIGHT = [16, 90, 1, 1, 82, 2, 13, 72, 5, 13, 1, 2, 2, 2, 5, 15, 4, 2, 139, 6, 7, 4, 1, 15]


# quanteda's test table [[7, 3], [2, 7]]: a word 7 times in 10 tokens, and 2 times in 9.
TABLE = (7, 2, 10, 9)


def sizes_and_hits(largest=400):
    """Hits and tokens of a word in two texts."""
    text = st.integers(1, largest).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
    return st.tuples(text, text).map(lambda two: (two[0][0], two[1][0], two[0][1], two[1][1]))


@pytest.mark.parametrize(
    ("measure", "correction", "printed"),
    [
        (published.chi2, "none", 4.337160),
        (published.chi2, "yates", 2.632438),
        (published.chi2, "williams", 4.017626),
        (published.g2_corrected, "none", 4.534939),
        (published.g2_corrected, "williams", 4.200833),
    ],
)
def test_association_of_the_published_table(measure, correction, printed):
    assert measure(*TABLE, correction=correction) == pytest.approx(printed, abs=5e-7)


def test_p_values_of_the_published_table():
    assert stats.chi2.sf(association.g2(*TABLE), 1) == pytest.approx(0.033210, abs=5e-7)
    assert stats.chi2.sf(published.g2_corrected(*TABLE, correction="williams"), 1) == pytest.approx(0.040404, abs=5e-7)


def test_williams_q_of_the_published_table():
    assert association.g2(*TABLE) / published.g2_corrected(*TABLE, correction="williams") == pytest.approx(
        1.0795332, abs=5e-8
    )


@settings(deadline=None)
@given(sizes_and_hits())
def test_g2_agrees_with_scipy(hits):
    a, b, n1, n2 = hits
    table = np.array([[a, b], [n1 - a, n2 - b]])
    if (table.sum(axis=1) == 0).any():
        assert association.g2(*hits) == 0
        return
    for correction in ("none", "yates"):
        yates = correction == "yates"
        ours = published.g2_corrected(*hits, correction=correction)
        likelihood = stats.chi2_contingency(table, correction=yates, lambda_="log-likelihood").statistic
        assert abs(ours) == pytest.approx(max(0, likelihood), abs=1e-8)
        pearson = stats.chi2_contingency(table, correction=yates).statistic
        assert abs(published.chi2(*hits, correction=correction)) == pytest.approx(pearson, abs=1e-8)


def test_log_odds_with_a_prior_by_hand():
    delta, z = published.log_odds([3, 1], [1, 3], 4, 4, prior=[1, 1])
    assert delta == pytest.approx([np.log(4 / 2) - np.log(2 / 4), np.log(2 / 4) - np.log(4 / 2)])
    assert z == pytest.approx(delta / np.sqrt(1 / 4 + 1 / 2))


def test_log_odds_refuses_a_word_without_prior():
    with pytest.raises(InputError, match=r"prior: found 0\.0"):
        published.log_odds([3, 1], [1, 3], 4, 4, prior=[1, 0])


@settings(deadline=None)
@given(sizes_and_hits(), st.sampled_from(published.CORRECTIONS))
def test_swapping_the_texts_turns_every_sign(hits, correction):
    a, b, n1, n2 = hits
    for measure in (published.g2_corrected, published.chi2):
        swapped = measure(b, a, n2, n1, correction=correction)
        assert measure(*hits, correction=correction) == pytest.approx(-swapped, abs=1e-9)


def ten_nodes():
    half = sparse.coo_array((WEIGHT, (FIRST, SECOND)), shape=(10, 10)).tocsr()
    return half + half.T


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
