"""p-values counted by hand; tests on texts whose truth was planted."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.inputs import InputError
from analysis.stats import bootstrap, permutation, verdict

TEXTS = st.lists(st.tuples(st.sampled_from(["A", "B", "C"]), st.booleans(), st.booleans()), min_size=2, max_size=60)


def tables(rows):
    return pd.DataFrame([row[1:] for row in rows], columns=["cyber", "cbrn"]), pd.Series([row[0] for row in rows])


def test_p_values_count_the_observed_value_and_equal_draws():
    drawn = np.array([3.0, 2, 1, -3])
    assert permutation.p_value(drawn, 2) == 3 / 5
    assert permutation.p_value(drawn, 2, tail="lower") == 4 / 5
    assert permutation.p_value(drawn, -2.5, tail="two-sided") == 3 / 5
    assert permutation.p_value(drawn, 9) == 1 / 5


def test_a_draw_equal_but_for_rounding_is_as_extreme():
    third = sum([0.1] * 3)  # .30000000000000004
    assert permutation.p_value(np.array([0.3]), third) == permutation.p_value(np.array([third]), 0.3) == 1
    assert permutation.p_value(np.array([0.3]), third, tail="lower") == 1


def test_draws_without_a_value_are_extreme_and_no_value_has_no_p():
    drawn = np.array([[0.1, np.nan], [0.2, 0.0]])
    assert permutation.p_value(drawn, [0.3, 0.3]).tolist() == [1 / 3, 2 / 3]
    assert permutation.p_value(drawn, [0.3, 0.3], tail="lower").tolist() == [1, 1]
    assert np.isnan(permutation.p_value(drawn, [np.nan, 0.3])[0])


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(-5, 5), min_size=3, max_size=3), min_size=1, max_size=12), st.integers(1, 12))
def test_batches_give_the_p_values_of_all_draws_at_once(rows, size):
    drawn, observed = np.array(rows, dtype=float), np.array([0.0, 2, -3])
    for tail in ("upper", "lower", "two-sided"):
        batches = (drawn[start : start + size] for start in range(0, len(drawn), size))
        assert (
            permutation.p_value(batches, observed, tail=tail) == permutation.p_value(drawn, observed, tail=tail)
        ).all()


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(-5, 5), min_size=2, max_size=2), min_size=2, max_size=12))
def test_min_p_has_the_p_values_of_each_test_and_never_smaller_adjusted_ones(rows):
    statistics = np.array(rows, dtype=float)
    p, adjusted = permutation.min_p(statistics)
    assert p.tolist() == permutation.p_value(statistics[1:], statistics[0]).tolist()
    assert (adjusted >= p).all()
    assert permutation.min_p(statistics[:, :1])[1] == pytest.approx(p[0])  # nothing to allow for


@settings(deadline=None)
@given(st.lists(st.integers(-9, 9), min_size=1, max_size=40), st.floats(0.01, 0.5))
def test_what_exceeds_the_critical_size_is_significant_and_nothing_else_is(values, level):
    drawn = np.array(values, dtype=float)
    critical = permutation.critical_size(drawn, level)
    for size in range(12):
        significant = permutation.p_value(drawn, size, tail="two-sided") <= level + 1e-12
        assert significant == (size > critical)


def test_the_least_p_value_is_that_of_all_splits():
    theme = pd.DataFrame({"cyber": [True] * 3 + [False] * 3})
    documents, blocks = pd.Series(["A"] * 3 + ["B"] * 3), pd.Series(range(6))
    found = permutation.change_test(theme, documents, blocks, [("A", "B")], n_draws=20000, seed=1)
    least = permutation.attainable_p(documents, blocks, [("A", "B")], n_draws=20000)["least_p"].item()
    assert least == 0.1  # 2 of C(6, 3) = 20 splits put all hits into one group
    assert found["p"].item() == pytest.approx(least, abs=0.01)


def test_one_block_a_text_can_show_nothing():
    theme = pd.DataFrame({"cyber": [True] * 9 + [False] * 9})
    documents = pd.Series(["A"] * 9 + ["B"] * 9)
    assert permutation.change_test(theme, documents, documents, [("A", "B")], n_draws=99, seed=1)["p"].item() == 1
    assert permutation.attainable_p(documents, documents, [("A", "B")], n_draws=99)["least_p"].item() == 1


def test_one_text_has_nothing_to_compare():
    theme, documents = pd.DataFrame({"cyber": [True, False]}), pd.Series(["A", "A"])
    found = permutation.change_test(theme, documents, documents, [], seed=1)
    assert found.empty
    two = permutation.change_test(theme, pd.Series(["A", "B"]), documents, [("A", "B")], n_draws=9, seed=1)
    assert found.columns.tolist() == two.columns.tolist()
    assert permutation.attainable_p(documents, documents, [], n_draws=9).empty


def test_false_discovery_rates_are_those_of_scipy():
    p = np.random.default_rng(2).random(40) ** 3
    assert permutation.false_discovery_rate(p) == pytest.approx(stats.false_discovery_control(p))
    more = stats.false_discovery_control(np.append(p, np.ones(60)))
    assert permutation.false_discovery_rate(p, 100) == pytest.approx(more[:40])


def test_change_test_finds_the_planted_change_and_its_direction(simulate):
    theme, documents = simulate(np.random.default_rng(5), (0.05, 0.7, 0.7), 2, n_themes=2)
    blocks = bootstrap.run_blocks(documents.to_frame("doc_id"), 5)
    pairs = [("2014", "2018"), ("2018", "2020"), ("2018", "2014")]
    found = verdict.judge_changes(permutation.change_test(theme, documents, blocks, pairs, n_draws=999, seed=1))
    assert found["verdict"].tolist() == ["differs"] * 2 + ["inconclusive"] * 2 + ["differs"] * 2
    assert found.loc[[0, 1, 4, 5], "direction"].tolist() == ["more", "more", "less", "less"]
    assert found["difference"].between(found["low"], found["high"]).all()


@pytest.mark.slow
@pytest.mark.parametrize("run_length", [1.25, 4])
def test_change_test_seldom_finds_a_change_where_there_is_none(simulate, run_length):
    rng, single, adjusted = np.random.default_rng(6), [], []
    for seed in range(50):
        theme, documents = simulate(rng, 0.2, run_length, n_themes=3)
        blocks = bootstrap.run_blocks(documents.to_frame("doc_id"), 5)
        pairs = [("2014", "2018"), ("2014", "2020")]
        found = permutation.change_test(theme, documents, blocks, pairs, n_draws=199, seed=seed)
        single += (found["p"] <= 0.05).tolist()
        adjusted.append((found["p_adjusted"] <= 0.05).any())
    assert np.mean(single) <= 0.07
    assert np.mean(adjusted) <= 0.1


def test_change_test_has_the_exact_p_of_all_splits():
    # 3 of 6 paragraphs and 3 of 12. With k of the 6 hits in the first text |k/6 − (6 − k)/12| reaches 1/4 unless k = 2,
    # which C(6, 2) C(12, 4) = 7425 of the C(18, 6) = 18564 splits give.
    theme = pd.DataFrame({"cyber": [True, False] * 3 + [False, False, True, False] * 3})
    documents = pd.Series(["A"] * 6 + ["B"] * 12)
    found = permutation.change_test(theme, documents, pd.Series(range(18)), [("A", "B")], n_draws=20000, seed=1).iloc[0]
    assert found["stretch"] == pytest.approx(1, abs=0.01)
    assert found["p"] == pytest.approx(1 - 7425 / 18564, abs=0.01)


def test_change_test_stretches_the_splits_of_blocks_shorter_than_the_runs(simulate):
    theme, documents = simulate(np.random.default_rng(7), 0.3, 6)
    stretch = {}
    for length in (1, 12):
        blocks = bootstrap.run_blocks(documents.to_frame("doc_id"), length)
        found = permutation.change_test(theme, documents, blocks, [("2014", "2018")], n_draws=500, seed=1)
        stretch[length] = found["stretch"].item()
    assert stretch[1] > 2
    assert stretch[12] < stretch[1] / 1.5


@pytest.mark.slow
@settings(deadline=None, max_examples=40)
@given(TEXTS)
def test_p_values_lie_between_0_and_1_and_grow_by_adjustment(rows):
    theme, documents = tables(rows)
    if documents.nunique() < 2:
        return
    first, second = documents.unique()[:2]
    blocks = bootstrap.run_blocks(documents.to_frame("doc_id"), 2)
    found = permutation.change_test(theme, documents, blocks, [(first, second)], n_draws=49, seed=1)
    back = permutation.change_test(theme, documents, blocks, [(second, first)], n_draws=49, seed=1)
    assert found["p"].between(1 / 50, 1).all()
    assert (found["p_adjusted"] >= found["p"]).all()
    assert found["difference"].to_numpy() == pytest.approx(-back["difference"].to_numpy())
    assert found["low"].to_numpy() == pytest.approx(-back["high"].to_numpy())


def test_matrix_products_do_what_splitting_by_hand_does():
    rng = np.random.default_rng(1)
    numerator, denominator = rng.integers(0, 5, (8, 3)), rng.integers(0, 9, (8, 3))
    first = rng.random((20, 8)) < 0.5
    first[0] = True  # nothing is left for the second group
    found = permutation.split_differences(numerator, denominator, first)
    for split, row in np.ndindex(found.shape):
        sides = []
        for group in (first[split], ~first[split]):
            total = sum(denominator[at, row] for at in range(8) if group[at])
            sides.append(sum(numerator[at, row] for at in range(8) if group[at]) / total if total else 0)
        assert found[split, row] == pytest.approx(sides[1] - sides[0])


def test_what_cannot_be_used_is_named():
    theme, documents = pd.DataFrame({"cyber": [True, False] * 2}), pd.Series(["2018"] * 4)
    with pytest.raises(InputError, match="pairs: found '2019', allowed is one of 2018"):
        permutation.change_test(theme, documents, documents, [("2019", "2018")], seed=1)
    with pytest.raises(InputError, match="'2018' twice"):
        permutation.change_test(theme, documents, documents, [("2018", "2018")], seed=1)
    with pytest.raises(InputError, match="tail: found 'left', allowed is one of upper, lower, two-sided"):
        permutation.p_value(np.array([1.0]), 1, tail="left")
