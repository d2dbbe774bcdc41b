"""Intervals and tests on texts whose truth was planted; blocks, windows and verdicts counted by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.inputs import InputError
from analysis.stats import bootstrap, permutation, verdict


def text_of(pattern, name="2018"):
    """One theme in one text, written as a word of 1s and 0s."""
    theme = pd.DataFrame({"cyber": [sign == "1" for sign in pattern]})
    return theme, pd.Series([name] * len(pattern))


def markov(rng, n, share, run_length):
    """A theme that runs `run_length` paragraphs on average and fills `share` of a text."""
    stop, begin = 1 / run_length, share / ((1 - share) * run_length)
    present = [rng.random() < share]
    for chance in rng.random(n - 1):
        present.append(chance >= stop if present[-1] else chance < begin)
    return present


def study(rng, share, run_length, sizes=(84, 40, 26), n_themes=1):
    """Themes in three texts of the study's lengths; `share` is one number, or one per text."""
    shares = np.broadcast_to(share, len(sizes))
    texts = [[markov(rng, n, p, run_length) for n, p in zip(sizes, shares, strict=True)] for _ in range(n_themes)]
    themes = {f"theme {i}": np.concatenate(theme) for i, theme in enumerate(texts)}
    return pd.DataFrame(themes), pd.Series(np.repeat(["2014", "2018", "2020"], sizes))


TEXTS = st.lists(st.tuples(st.sampled_from(["A", "B", "C"]), st.booleans(), st.booleans()), min_size=2, max_size=60)


def tables(rows):
    return pd.DataFrame([row[1:] for row in rows], columns=["cyber", "cbrn"]), pd.Series([row[0] for row in rows])


def test_run_lengths_counts_runs_by_hand():
    theme, documents = text_of("110111000010")
    row = bootstrap.run_lengths(theme, documents).iloc[0]
    assert row[["n", "count", "runs"]].tolist() == [12, 6, 3]


def test_run_lengths_finds_the_length_that_was_planted():
    theme, documents = study(np.random.default_rng(1), 0.2, 4, sizes=(20000, 10000, 10000))
    table = bootstrap.run_lengths(theme, documents)
    assert table["run_length"].to_numpy() == pytest.approx(4, rel=0.05)
    # λ = 1 − 1/(4 · 0.8), so that n shrinks by (1 − λ)/(1 + λ) = 1/5.4
    assert (table["n"] / table["effective_n"]).to_numpy() == pytest.approx(5.4, rel=0.15)


def test_run_lengths_of_a_short_text_lean_on_the_others():
    long, documents = study(np.random.default_rng(2), 0.2, 5, sizes=(2000, 2000, 10))
    long.iloc[-10:] = False
    lengths = bootstrap.run_lengths(long, documents).set_index("doc_id")["run_length"]
    assert lengths["2020"] == pytest.approx(5, rel=0.1)


def test_run_lengths_do_not_reach_from_one_text_into_the_next():
    theme = pd.DataFrame({"cyber": [False, True, True, True, True, False]})
    runs = bootstrap.run_lengths(theme, pd.Series(["A", "A", "A", "B", "B", "B"]))["runs"]
    assert runs.tolist() == [1, 1]


def test_effective_n_is_missing_where_nothing_varies():
    theme, documents = text_of("0000")
    assert bootstrap.run_lengths(theme, documents)["effective_n"].isna().all()


def test_section_blocks_are_the_sections():
    paragraphs = pd.DataFrame({"doc_id": ["A", "A", "B"], "section_id": ["A-s1", "A-s2", "B-s1"]})
    assert bootstrap.section_blocks(paragraphs).tolist() == ["A-s1", "A-s2", "B-s1"]


def test_run_blocks_cut_every_text_evenly():
    blocks = bootstrap.run_blocks(pd.DataFrame({"doc_id": ["A"] * 26 + ["B"] * 3}), 5)
    assert blocks.value_counts(sort=False).tolist() == [6, 5, 5, 5, 5, 3]
    assert blocks.is_monotonic_increasing  # consecutive paragraphs


def test_drawn_texts_consist_of_circular_blocks():
    # Ten paragraphs, one block of ten: each draw is the text itself, turned round.
    theme, documents = text_of("1110000000")
    row = bootstrap.share_intervals(theme, documents, length=10, method="percentile", seed=1).iloc[0]
    assert row[["share", "low", "high", "se"]].tolist() == pytest.approx([0.3, 0.3, 0.3, 0])


def test_single_paragraph_draws_have_the_binomial_standard_error():
    theme, documents = text_of("1" * 30 + "0" * 70)
    row = bootstrap.share_intervals(theme, documents, length=1, n_draws=20000, seed=1).iloc[0]
    assert row["se"] == pytest.approx(np.sqrt(0.3 * 0.7 / 100), rel=0.02)


def test_block_draws_have_the_standard_error_of_the_blocks():
    # Means of circular blocks of 2 in 1100 1100 …: 1, ½, 0, ½ with equal chances, variance 1/8; ten blocks.
    theme, documents = text_of("1100" * 5)
    row = bootstrap.share_intervals(theme, documents, length=2, n_draws=20000, seed=1).iloc[0]
    assert row["se"] == pytest.approx(np.sqrt(1 / 8 / 10), rel=0.02)


@pytest.mark.parametrize("run_length", [1.25, 3, 5])
def test_share_intervals_cover_the_planted_share(run_length):
    rng, hits = np.random.default_rng(3), []
    for seed in range(150):
        theme, documents = study(rng, 0.2, run_length)
        table = bootstrap.share_intervals(theme, documents, n_draws=200, seed=seed)
        hits += ((table["low"] <= 0.2) & (table["high"] >= 0.2)).tolist()
    assert np.mean(hits) >= 0.93


@settings(deadline=None, max_examples=60)
@given(TEXTS, st.sampled_from(["score", "percentile"]), st.sampled_from([None, 1, 4]))
def test_intervals_are_never_reversed_nor_outside_and_contain_the_share(rows, method, length):
    theme, documents = tables(rows)
    table = bootstrap.share_intervals(theme, documents, length=length, n_draws=20, method=method, seed=1)
    assert (table["low"] >= 0).all()
    assert (table["high"] <= 1).all()
    assert (table["low"] <= table["high"]).all()
    if method == "score":
        assert (table["low"] <= table["share"]).all()
        assert (table["share"] <= table["high"]).all()
        assert (table["high"] - table["low"] > 0.01).all()  # also when none or all have the theme


def test_an_interval_for_a_theme_that_never_occurs_is_not_empty():
    theme, documents = text_of("0" * 26)
    row = bootstrap.share_intervals(theme, documents, seed=1).iloc[0]
    assert row["low"] == 0
    assert 0.05 < row["high"] < 0.5


def test_the_same_seed_gives_the_same_table_whatever_the_index():
    theme, documents = study(np.random.default_rng(4), 0.2, 3, n_themes=2)
    turned = theme.set_axis(theme.index[::-1]), documents.set_axis(documents.index[::-1])
    first = bootstrap.share_intervals(theme, documents, seed=1)
    pd.testing.assert_frame_equal(first, bootstrap.share_intervals(*turned, seed=1))
    assert not first["se"].equals(bootstrap.share_intervals(theme, documents, seed=2)["se"])


def test_change_test_finds_the_planted_change_and_its_direction():
    theme, documents = study(np.random.default_rng(5), (0.05, 0.7, 0.7), 2, n_themes=2)
    blocks = bootstrap.run_blocks(documents.to_frame("doc_id"), 5)
    pairs = [("2014", "2018"), ("2018", "2020"), ("2018", "2014")]
    found = verdict.judge_changes(permutation.change_test(theme, documents, blocks, pairs, n_draws=999, seed=1))
    assert found["verdict"].tolist() == ["differs"] * 2 + ["inconclusive"] * 2 + ["differs"] * 2
    assert found.loc[[0, 1, 4, 5], "direction"].tolist() == ["more", "more", "less", "less"]
    assert found["difference"].between(found["low"], found["high"]).all()


@pytest.mark.parametrize("run_length", [1.25, 4])
def test_change_test_seldom_finds_a_change_where_there_is_none(run_length):
    rng, single, adjusted = np.random.default_rng(6), [], []
    for seed in range(50):
        theme, documents = study(rng, 0.2, run_length, n_themes=3)
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


def test_change_test_stretches_the_splits_of_blocks_shorter_than_the_runs():
    theme, documents = study(np.random.default_rng(7), 0.3, 6)
    stretch = {}
    for length in (1, 12):
        blocks = bootstrap.run_blocks(documents.to_frame("doc_id"), length)
        found = permutation.change_test(theme, documents, blocks, [("2014", "2018")], n_draws=500, seed=1)
        stretch[length] = found["stretch"].item()
    assert stretch[1] > 2
    assert stretch[12] < stretch[1] / 1.5


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


def test_window_quantile_by_hand():
    # Windows of two paragraphs in 1 1 0 0 0: shares 1, ½, 0, 0. The short text has ½: two lie below, one is equal.
    theme = pd.DataFrame({"cyber": [True, True, False, False, False, True, False]})
    documents = pd.Series(["long"] * 5 + ["short"] * 2)
    row = bootstrap.window_quantile(theme, documents, pd.Series([100] * 7), short="short").iloc[0]
    assert row[["windows", "window_share", "quantile"]].tolist() == [4, 0.375, (2 + 1 / 2) / 4]
    assert row[["window_low", "window_high", "share_short"]].tolist() == [0, 1, 0.5]


def test_windows_are_as_long_as_the_short_text_in_tokens():
    # From paragraph 1 on: 90 tokens are nearer to 100 than 190; from 2 on: 100 exactly; from 3 on there are not enough.
    theme = pd.DataFrame({"cyber": [True, False, True, False]})
    documents, tokens = pd.Series(["long"] * 3 + ["short"]), pd.Series([90, 100, 50, 100])
    row = bootstrap.window_quantile(theme, documents, tokens, short="short").iloc[0]
    assert row[["windows", "window_share"]].tolist() == [2, 0.5]


def test_window_quantile_leaves_out_shorter_texts():
    theme, documents = pd.DataFrame({"cyber": [True, False, True]}), pd.Series(["short", "short", "tiny"])
    table = bootstrap.window_quantile(theme, documents, pd.Series([50, 50, 10]), short="short")
    assert table.empty
    assert "quantile" in table


def test_verdict_follows_the_rule():
    changes = pd.DataFrame({"count_before": [4, 5, 50, 50], "count_after": [5, 5, 50, 50]})
    changes = changes.assign(
        difference=[0.1, 0.1, -0.1, 0], p=[0.001, 0.001, 0.04, 0.06], p_adjusted=[0.01, 0.05, 0.06, 1]
    )
    found = verdict.judge_changes(changes)
    assert found["verdict"].tolist() == ["too few to tell", "differs", "holds with reservations", "inconclusive"]
    assert found["direction"].tolist() == ["more", "more", "less", "same"]


def test_what_cannot_be_used_is_named():
    theme, documents = text_of("1010")
    blocks = bootstrap.run_blocks(documents.to_frame("doc_id"), 2)
    with pytest.raises(InputError, match="other values than true and false"):
        bootstrap.share_intervals(theme * 2, documents, seed=1)
    with pytest.raises(InputError, match="indicators: found no rows"):
        bootstrap.share_intervals(theme.iloc[:0], documents.iloc[:0], seed=1)
    with pytest.raises(InputError, match="documents: found 3 rows"):
        bootstrap.run_lengths(theme, documents.iloc[:3])
    with pytest.raises(InputError, match="level: found 95, allowed is a number between 0 and 1"):
        bootstrap.share_intervals(theme, documents, level=95, seed=1)
    with pytest.raises(InputError, match="length: found 0, allowed is 1 or more"):
        bootstrap.share_intervals(theme, documents, length=0, seed=1)
    with pytest.raises(InputError, match="pairs: found '2019', allowed is one of 2018"):
        permutation.change_test(theme, documents, blocks, [("2019", "2018")], seed=1)
    with pytest.raises(InputError, match="'2018' twice"):
        permutation.change_test(theme, documents, blocks, [("2018", "2018")], seed=1)
    with pytest.raises(InputError, match="a negative or missing number"):
        bootstrap.window_quantile(theme, documents, pd.Series([-1, 1, 1, 1]), short="2018")
