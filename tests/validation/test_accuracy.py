"""Precision, recall and corrected shares counted by hand; planted differences are found, others are not."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.inputs import InputError
from analysis.validation import accuracy


def judge(rows: list[tuple], theme: str = "cyber") -> pd.DataFrame:
    """Rows of text, block, coded, found and perhaps weight."""
    table = pd.DataFrame([(*row, 1.0)[:5] for row in rows], columns=["doc_id", "block", "coded", "found", "weight"])
    return table.assign(theme=theme)


HAND = judge(
    [("2014", "a", 1, 1), ("2014", "a", 1, 1), ("2014", "b", 0, 0), ("2018", "c", 1, 0), ("2018", "c", 0, 1)]
    + [("2018", "d", 0, 0)] * 4
)


def test_scores_by_hand_per_text():
    table = accuracy.score_accuracy(HAND).set_index("doc_id")
    assert table.index.tolist() == ["all", "2014", "2018"]
    assert table.loc["all", ["n", "blocks", "tp", "fp", "fn"]].tolist() == [9, 4, 2, 1, 1]
    assert table.loc["all", ["precision", "recall", "f1"]].tolist() == pytest.approx([2 / 3] * 3)
    assert table.loc["2014", ["precision", "recall", "f1"]].tolist() == [1, 1, 1]
    assert table.loc["2018", ["precision", "recall", "f1"]].tolist() == [0, 0, 0]


def test_a_dictionary_without_an_error_is_not_sure_to_be_right():
    row = accuracy.score_accuracy(judge([("2014", n, 1, 1) for n in range(10)] + [("2014", 10, 0, 0)] * 5)).iloc[0]
    for name in accuracy.MEASURES:
        assert row[name] == row[f"{name}_high"] == 1
        assert 0.3 < row[f"{name}_low"] < 0.8


def test_a_theme_neither_coded_nor_found_has_no_scores():
    row = accuracy.score_accuracy(judge([("2014", 1, 0, 0)] * 3)).iloc[0]
    assert np.isnan([row["precision"], row["recall"], row["f1"]]).all()
    assert [row["recall_low"], row["recall_high"]] == [0, 1]


def test_weights_count_the_sentences_that_were_not_drawn():
    # 4 found sentences, all coded; 2 of 20 others coded, one of them with the theme: 10 of 20 were missed
    sheet = judge([("2014", n, 1, 1, 1.0) for n in range(4)] + [("2014", 5, 1, 0, 10.0), ("2014", 6, 0, 0, 10.0)])
    row = accuracy.score_accuracy(sheet).iloc[0]
    assert row["recall"] == pytest.approx(4 / 14)
    assert row["f1"] == pytest.approx(2 * 4 / (4 + 14))
    assert row["fn"] == 1


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.booleans(), st.floats(1, 9)), min_size=1, max_size=25))
def test_scores_lie_in_their_intervals(units):
    row = accuracy.score_accuracy(judge([("2014", *unit) for unit in units])).iloc[0]
    for name in accuracy.MEASURES:
        assert 0 <= row[f"{name}_low"] <= row[f"{name}_high"] <= 1
        if not np.isnan(row[name]):
            assert row[f"{name}_low"] - 1e-9 <= row[name] <= row[f"{name}_high"] + 1e-9


def test_the_correction_of_rogan_and_gladen_by_hand():
    # (0.3 + 0.8 − 1) / (0.9 + 0.8 − 1) = 0.1 / 0.7
    assert accuracy.rogan_gladen(0.3, 0.9, 0.8) == pytest.approx(1 / 7)
    assert accuracy.rogan_gladen(0.1, 0.9, 0.8) == 0  # fewer found than the others alone would give
    assert accuracy.rogan_gladen(0.95, 0.9, 0.8) == 1
    assert np.isnan(accuracy.rogan_gladen(0.3, 0.5, 0.5))
    assert np.isnan(accuracy.rogan_gladen(0.3, 0.4, 0.5))


def observed(share: float, n: int) -> pd.DataFrame:
    row = {"theme": "cyber", "doc_id": "2014", "count": round(share * n), "n": n, "share": share, "design_effect": 1.0}
    return pd.DataFrame([row])


def test_the_share_of_the_coded_sentences_is_corrected_to_what_was_coded():
    rng = np.random.default_rng(1)
    coded = rng.random(500) < 0.3
    found = np.where(coded, rng.random(500) < 0.9, rng.random(500) < 0.2)
    own = judge([("2014", n, coded[n], found[n]) for n in range(500)])
    row = accuracy.correct_shares(own, observed(found.mean(), 500), seed=1).iloc[0]
    assert row["corrected"] == pytest.approx(coded.mean())
    assert [row["sensitivity"], row["specificity"]] == pytest.approx([found[coded].mean(), 1 - found[~coded].mean()])
    assert row["low"] < 0.3 < row["high"]
    assert row["undefined"] == 0


def test_a_correction_by_text_asks_for_coded_sentences_of_that_text():
    own = judge([("2018", n, n % 2, n % 2) for n in range(20)])
    pooled = accuracy.correct_shares(own, observed(0.3, 50), seed=1).iloc[0]
    by_text = accuracy.correct_shares(own, observed(0.3, 50), errors="by text", seed=1).iloc[0]
    assert pooled["corrected"] == pytest.approx(0.3)
    assert np.isnan([by_text["corrected"], by_text["low"], by_text["high"]]).all()


def test_a_correction_that_finding_cannot_bear_is_missing():
    guess = judge([("2014", n, n % 2, (n // 2) % 2) for n in range(40)])  # found whether it is coded or not
    row = accuracy.correct_shares(guess, observed(0.5, 50), seed=1).iloc[0]
    assert np.isnan([row["corrected"], row["low"], row["high"]]).all()


def test_planted_errors_in_one_text_are_found_and_precision_is_left_alone():
    rows = [(text, f"{text}-{n}", 1, not (text == "2014" and n % 2)) for text in ("2014", "2018") for n in range(20)]
    table = accuracy.compare_errors(judge(rows), n_draws=500, seed=1).set_index(["theme", "measure"])
    assert table.loc[("cyber", "recall"), ["errors", "n"]].tolist() == [10, 40]
    assert table.loc[("cyber", "recall"), "p_adjusted"] < 0.01
    assert np.isnan(table.loc[("cyber", "precision"), "p"])


@pytest.mark.slow
def test_the_test_of_errors_rarely_cries_wolf():
    # Errors of whole sections of five, spread over two texts alike.
    rejected = []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        right = rng.random(20) < 0.7
        rows = [("AB"[n % 2], n, 1, right[n]) for n in range(20) for _ in range(5)]
        p = accuracy.compare_errors(judge(rows), n_draws=99, seed=seed).query(
            "theme == 'cyber' and measure == 'recall'"
        )
        rejected.append(p["p"].item() <= 0.05)
    assert np.mean(rejected) <= 0.1


def test_where_nothing_was_coded_tables_have_their_columns_and_no_rows():
    nothing = HAND.head(0)
    assert list(accuracy.score_accuracy(nothing)) == list(accuracy.score_accuracy(HAND))
    assert accuracy.correct_shares(nothing, observed(0.3, 50), seed=1).empty
    assert accuracy.compare_errors(nothing, n_draws=9, seed=1)["p"].isna().all()


def test_what_cannot_be_judged_is_named():
    with pytest.raises(InputError, match="no column weight"):
        accuracy.score_accuracy(HAND.drop(columns="weight"))
    with pytest.raises(InputError, match=r"blocks of two texts: \['a'\]"):
        accuracy.compare_errors(HAND.assign(block="a"), seed=1)
    with pytest.raises(InputError, match="errors: found 'pooed'"):
        accuracy.correct_shares(HAND, observed(0.3, 50), errors="pooed", seed=1)
