"""Runs and blocks counted by hand, intervals on texts whose truth was planted, windows by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.inputs import InputError
from analysis.stats import bootstrap

TEXTS = st.lists(st.tuples(st.sampled_from(["A", "B", "C"]), st.booleans(), st.booleans()), min_size=2, max_size=60)


def tables(rows):
    return pd.DataFrame([row[1:] for row in rows], columns=["cyber", "cbrn"]), pd.Series([row[0] for row in rows])


def text_of(pattern, name="2018"):
    """One theme in one text, written as a word of 1s and 0s."""
    theme = pd.DataFrame({"cyber": [sign == "1" for sign in pattern]})
    return theme, pd.Series([name] * len(pattern))


def test_run_lengths_counts_runs_by_hand():
    theme, documents = text_of("110111000010")
    row = bootstrap.run_lengths(theme, documents).iloc[0]
    assert row[["n", "count", "runs"]].tolist() == [12, 6, 3]


def test_run_lengths_finds_the_length_that_was_planted(simulate):
    theme, documents = simulate(np.random.default_rng(1), 0.2, 4, sizes=(20000, 10000, 10000))
    table = bootstrap.run_lengths(theme, documents)
    assert table["run_length"].to_numpy() == pytest.approx(4, rel=0.05)
    # λ = 1 − 1/(4 · 0.8), so that n shrinks by (1 − λ)/(1 + λ) = 1/5.4
    assert (table["n"] / table["effective_n"]).to_numpy() == pytest.approx(5.4, rel=0.15)


def test_run_lengths_of_a_short_text_lean_on_the_others(simulate):
    long, documents = simulate(np.random.default_rng(2), 0.2, 5, sizes=(2000, 2000, 10))
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


def test_a_text_with_five_sections_or_more_has_them_as_blocks():
    paragraphs = pd.DataFrame({"doc_id": ["A"] * 6 + ["B"] * 4})
    paragraphs["section_id"] = ["A-s1", "A-s2", "A-s2", "A-s3", "A-s4", "A-s5", "B-s1", "B-s2", "B-s3", "B-s4"]
    blocks = bootstrap.make_blocks(paragraphs)
    assert blocks[:6].tolist() == paragraphs["section_id"][:6].tolist()
    assert blocks[6:].tolist() == ["B-b1", "B-b2", "B-b3", "B-b4"]


@pytest.mark.parametrize(
    ("n", "sizes"), [(1, [1]), (4, [1] * 4), (7, [2, 1, 2, 1, 1]), (20, [4] * 5), (43, [4] * 10 + [3])]
)
def test_a_plain_text_is_cut_into_runs_of_about_four_paragraphs_five_if_it_can(n, sizes):
    plain = pd.DataFrame({"doc_id": ["A"] * n, "section_id": ["A-s01"] * n})
    blocks = bootstrap.make_blocks(plain)
    assert sorted(blocks.value_counts()) == sorted(sizes)
    assert (blocks != blocks.shift()).sum() == len(sizes)  # consecutive paragraphs


def test_blocks_of_the_study_are_its_sections(study):
    assert (bootstrap.make_blocks(study.corpus.paragraphs) == study.corpus.paragraphs["section_id"]).all()


def test_blocks_do_not_hang_on_the_order_of_texts_or_the_index():
    plain = pd.DataFrame({"doc_id": list("ABABBA"), "section_id": ["s"] * 6}, index=list("uvwxyz"))
    assert bootstrap.make_blocks(plain).to_dict() == dict(
        zip("uvwxyz", ["A-b1", "B-b1", "A-b2", "B-b2", "B-b3", "A-b3"], strict=True)
    )


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


@pytest.mark.slow
@pytest.mark.parametrize("run_length", [1.25, 3, 5])
def test_share_intervals_cover_the_planted_share(simulate, run_length):
    rng, hits = np.random.default_rng(3), []
    for seed in range(150):
        theme, documents = simulate(rng, 0.2, run_length)
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


def test_the_same_seed_gives_the_same_table_whatever_the_index(simulate):
    theme, documents = simulate(np.random.default_rng(4), 0.2, 3, n_themes=2)
    turned = theme.set_axis(theme.index[::-1]), documents.set_axis(documents.index[::-1])
    first = bootstrap.share_intervals(theme, documents, seed=1)
    pd.testing.assert_frame_equal(first, bootstrap.share_intervals(*turned, seed=1))
    assert not first["se"].equals(bootstrap.share_intervals(theme, documents, seed=2)["se"])


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


def test_what_cannot_be_used_is_named():
    theme, documents = text_of("1010")
    with pytest.raises(InputError, match="other values than true and false"):
        bootstrap.share_intervals(theme * 2, documents, seed=1)
    with pytest.raises(InputError, match="incidence: found no rows"):
        bootstrap.share_intervals(theme.iloc[:0], documents.iloc[:0], seed=1)
    with pytest.raises(InputError, match="documents: found 3 rows"):
        bootstrap.run_lengths(theme, documents.iloc[:3])
    with pytest.raises(InputError, match="level: found 95, allowed is a number between 0 and 1"):
        bootstrap.share_intervals(theme, documents, level=95, seed=1)
    with pytest.raises(InputError, match="length: found 0, allowed is 1 or more"):
        bootstrap.share_intervals(theme, documents, length=0, seed=1)
    with pytest.raises(InputError, match="a negative or missing number"):
        bootstrap.window_quantile(theme, documents, pd.Series([-1, 1, 1, 1]), short="2018")
    with pytest.raises(InputError, match="paragraphs: found no column 'section_id'"):
        bootstrap.make_blocks(documents.to_frame("doc_id"))
