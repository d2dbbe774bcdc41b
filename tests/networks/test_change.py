"""Changes of ties: counted by hand, planted and found, bounded by max-T, with the power of Fisher's exact test."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.inputs import InputError
from analysis.networks import change
from analysis.stats import bootstrap
from analysis.themes.attention import mark_units

PAIRS = [("A", "B")]


def texts_of(counts, sizes, every=4):
    """Nodes i and ii together in so many units of A and B, never in neighbouring ones; every unit is its own block."""
    there = [np.isin(np.arange(n), every * np.arange(count)) for count, n in zip(counts, sizes, strict=True)]
    incidence = pd.DataFrame({"i": np.concatenate(there), "ii": np.concatenate(there)})
    return incidence, pd.Series(np.repeat(["A", "B"], sizes)), pd.Series(np.arange(sum(sizes)))


def random_texts(seed, sizes=(60, 40), n_nodes=6, share=0.3):
    rng = np.random.default_rng(seed)
    incidence = pd.DataFrame(rng.random((sum(sizes), n_nodes)) < share, columns=list("abcdefgh")[:n_nodes])
    documents = pd.Series(np.repeat(["A", "B"], sizes))
    return incidence, documents, bootstrap.run_blocks(documents.to_frame("doc_id"), 4)


def test_ties_are_units_with_both_counted_by_hand():
    incidence = pd.DataFrame({"visa": [1, 1, 0, 1, 0], "grens": [1, 0, 1, 1, 1], "kust": [0, 0, 0, 1, 0]}, dtype=bool)
    documents, blocks = pd.Series(list("AAABB")), pd.Series(range(5))
    found = change.compare_tie_shares(incidence, documents, blocks, PAIRS, n_draws=50, seed=1)
    assert found[["source", "target"]].to_numpy().tolist() == [["grens", "kust"], ["grens", "visa"], ["kust", "visa"]]
    assert found[["count_before", "count_after"]].to_numpy().tolist() == [[0, 1], [1, 1], [0, 1]]
    assert found["difference"].tolist() == pytest.approx([1 / 2, 1 / 2 - 1 / 3, 1 / 2])
    assert set(found["verdict"]) == {"too few to tell"}


def test_the_list_of_ties_does_not_depend_on_the_text():
    incidence = random_texts(1, share=0.05)[0]
    shuffled = np.random.default_rng(2).permutation(len(incidence))
    assert change.list_ties(incidence) == change.list_ties(incidence.iloc[shuffled])
    assert len(change.list_ties(incidence)) < 15


# Smallest changes between two texts of 100 that Fisher's exact test finds at 5 %, and the largest that it does not.
@pytest.mark.slow
@pytest.mark.parametrize(("before", "after"), [(0, 6), (1, 8), (2, 10), (5, 15), (10, 21)])
def test_single_units_have_the_power_of_fishers_exact_test(before, after):
    for count, significant in ((after, True), (after - 1, False)):
        incidence, documents, blocks = texts_of((before, count), (100, 100))
        found = change.compare_tie_shares(incidence, documents, blocks, PAIRS, n_draws=20000, seed=1).iloc[0]
        exact = stats.fisher_exact([[before, 100 - before], [count, 100 - count]]).pvalue
        assert (exact <= 0.05) == significant
        if found["stretch"] == 1:
            assert found["p"] == pytest.approx(exact, abs=0.006)
        assert found["p"] >= exact - 0.006  # stretched, it is the more careful


def test_planted_ties_are_found_and_named():
    rng = np.random.default_rng(3)
    incidence, documents, blocks = random_texts(3, sizes=(120, 120), share=0.1)
    first = np.arange(240) < 120
    incidence["new one"] = incidence["new two"] = ~first & (rng.random(240) < 0.3)
    incidence["old one"] = incidence["old two"] = first & (rng.random(240) < 0.3)
    incidence["more one"] = incidence["more two"] = rng.random(240) < np.where(first, 0.1, 0.5)
    incidence["less one"] = incidence["less two"] = rng.random(240) < np.where(first, 0.5, 0.1)
    planted = [(f"{word} one", f"{word} two") for word in ("new", "old", "more", "less")]
    others = list(combinations("abcdef", 2))
    found = change.compare_tie_shares(
        incidence, documents, blocks, PAIRS, ties=[*planted, *others], n_draws=2000, seed=1
    )
    assert found["verdict"][:4].tolist() == ["new", "gone", "stronger", "weaker"]
    assert set(found["verdict"][4:]) <= {"inconclusive", "too few to tell"}
    back = change.compare_tie_shares(incidence, documents, blocks, [("B", "A")], ties=planted, n_draws=2000, seed=1)
    assert back["verdict"].tolist() == ["gone", "new", "weaker", "stronger"]
    assert back["difference"].to_numpy() == pytest.approx(-found["difference"][:4].to_numpy())


def test_a_tie_absent_from_one_text_is_not_new_unless_sure():
    incidence, documents, blocks = texts_of((0, 12), (12, 100))  # 12 units without it say little
    found = change.compare_tie_shares(incidence, documents, blocks, PAIRS, n_draws=2000, seed=1)
    assert found["count_before"].item() == 0
    assert found["verdict"].item() == "inconclusive"


def test_what_only_the_single_p_finds_is_inconclusive():
    incidence, documents, blocks = texts_of((2, 11), (100, 100))
    rng = np.random.default_rng(4)
    others = pd.DataFrame(rng.random((200, 12)) < 0.4).rename(columns="w{:02d}".format)
    found = change.compare_tie_shares(incidence.join(others), documents, blocks, PAIRS, n_draws=2000, seed=1)
    row = found.set_index(["source", "target"]).loc[("i", "ii")]
    assert row["p"] <= 0.05 < row["p_adjusted"]
    assert row["verdict"] == "inconclusive"


def test_identical_texts_are_inconclusive():
    incidence, _, blocks = random_texts(5, sizes=(50, 50))
    incidence = pd.concat([incidence[:50], incidence[:50]], ignore_index=True)
    documents = pd.Series(np.repeat(["A", "B"], 50))
    found = change.compare_tie_shares(incidence, documents, blocks, PAIRS, n_draws=500, min_units=1, seed=1)
    assert set(found["verdict"]) == {"inconclusive"}
    assert found["p"].tolist() == [1] * len(found)
    whole = change.network_comparison_test(incidence, documents, blocks, PAIRS, n_draws=500, seed=1)
    assert whole["value"].tolist() == pytest.approx([0, 0, 1, 1], abs=1e-12)
    assert whole["p"].tolist() == [1] * 4


@pytest.mark.slow
@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.sampled_from([(30, 12), (9, 9), (40, 5)]), st.sampled_from([0.05, 0.3, 0.7]))
def test_adjusted_p_values_are_at_least_the_single_ones_and_equal_them_for_one_tie(seed, sizes, share):
    incidence, documents, blocks = random_texts(seed, sizes, share=share)
    if not change.list_ties(incidence):
        return
    found = change.compare_tie_shares(incidence, documents, blocks, PAIRS, n_draws=99, seed=seed)
    assert (found["p_adjusted"] >= found["p"]).all()
    assert (found["q"] >= found["p"] - 1e-12).all()
    assert found["p"].between(0.01, 1).all()
    assert found["difference"].between(found["low"], found["high"]).all()
    single = change.compare_tie_shares(
        incidence, documents, blocks, PAIRS, ties=change.list_ties(incidence)[:1], n_draws=99, seed=seed
    )
    assert single["p"].tolist() == single["p_adjusted"].tolist()


def test_ties_do_not_depend_on_the_order_of_columns():
    incidence, documents, blocks = random_texts(6)
    found = change.compare_tie_shares(incidence, documents, blocks, PAIRS, n_draws=200, seed=1)
    pd.testing.assert_frame_equal(
        change.compare_tie_shares(incidence[incidence.columns[::-1]], documents, blocks, PAIRS, n_draws=200, seed=1),
        found,
    )


def test_networks_are_measured_by_hand():
    # Ties ab, ac, bc: 2, 1, 0 of 4 units in A; 1, 1, 2 of 5 in B.
    a = ["ab", "ab", "ac", ""]
    b = ["ab", "ac", "bc", "bc", ""]
    incidence = pd.DataFrame({node: [node in unit for unit in a + b] for node in "abc"})
    documents, blocks = pd.Series(list("AAAABBBBB")), pd.Series(range(9))
    found = change.network_comparison_test(incidence, documents, blocks, PAIRS, n_draws=50, seed=1).set_index(
        "measure"
    )["value"]
    assert found["largest change"] == pytest.approx(0.4)
    assert found["change of total"] == pytest.approx(abs(4 / 5 - 3 / 4))
    assert found["weighted Jaccard"] == pytest.approx((0.2 + 0.2) / (0.5 + 0.25 + 0.4))
    assert found["Spearman"] == pytest.approx(stats.spearmanr([2, 1, 0], [1, 1, 2]).statistic)


def test_networks_with_other_ties_differ_and_alike_ones_seldom():
    rng, p = np.random.default_rng(7), []
    for seed in range(30):
        incidence, documents, blocks = random_texts(seed, sizes=(60, 60))
        p.append(change.network_comparison_test(incidence, documents, blocks, PAIRS, n_draws=199, seed=seed)["p"])
    assert (np.array(p) <= 0.05).mean(axis=0).max() <= 0.14
    later = documents == "B"
    incidence.loc[later, "a"] = incidence.loc[later, "b"]
    incidence.loc[~later, "c"] = incidence.loc[~later, "d"] = rng.random(60) < 0.5
    found = change.network_comparison_test(incidence, documents, blocks, PAIRS, n_draws=499, seed=1).set_index(
        "measure"
    )
    assert found.loc[["largest change", "weighted Jaccard"], "p"].max() <= 0.02
    assert found.loc["weighted Jaccard", "value"] < found.loc["weighted Jaccard", "expected"]


def test_deals_of_networks_are_those_of_ties():
    # One tie: the largest change is that tie's, and its p the same, for the deals and the stretch are.
    incidence, documents, blocks = random_texts(8)
    one = [("a", "b")]
    single = change.compare_tie_shares(incidence, documents, blocks, PAIRS, ties=one, n_draws=300, seed=5)
    whole = change.network_comparison_test(incidence, documents, blocks, PAIRS, ties=one, n_draws=300, seed=5)
    assert whole["p"][0] == whole["p"][1] == pytest.approx(single["p"].item())


def test_networks_where_ranks_say_nothing_have_no_spearman():
    incidence, documents, blocks = texts_of((5, 5), (30, 30))
    found = change.network_comparison_test(incidence, documents, blocks, PAIRS, n_draws=20, seed=1).set_index("measure")
    assert found.loc["Spearman", ["value", "p"]].isna().all()


def test_the_study_has_ties_of_themes_that_can_be_compared(here):
    paragraphs = here.corpus.paragraphs.set_index("paragraph_id", drop=False)
    incidence = mark_units(here.hits, paragraphs["paragraph_id"], here.themes.names)
    blocks, pairs = bootstrap.make_blocks(paragraphs), list(combinations(here.documents, 2))
    found = change.compare_tie_shares(incidence, paragraphs["doc_id"], blocks, pairs, n_draws=200, seed=1)
    assert len(found) == 3 * len(change.list_ties(incidence))
    assert found["count_before"].sum() > 0
    whole = change.network_comparison_test(incidence, paragraphs["doc_id"], blocks, pairs, n_draws=200, seed=1)
    assert whole["p"].between(1 / 201, 1).all()


def test_what_cannot_be_compared_is_named():
    incidence, documents, blocks = random_texts(9)
    with pytest.raises(InputError, match="ties: found 'z', allowed is one of a, b"):
        change.compare_tie_shares(incidence, documents, blocks, PAIRS, ties=[("a", "z")], seed=1)
    for doubled in ([("a", "b"), ("b", "a")], [("a", "a")]):
        with pytest.raises(InputError, match="twice, allowed is different pairs"):
            change.compare_tie_shares(incidence, documents, blocks, PAIRS, ties=doubled, seed=1)
    with pytest.raises(InputError, match="ties: found none"):
        change.network_comparison_test(incidence & False, documents, blocks, PAIRS, seed=1)
    with pytest.raises(InputError, match="'A' twice"):
        change.network_comparison_test(incidence, documents, blocks, [("A", "A")], seed=1)
