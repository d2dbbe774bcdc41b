"""Alpha of matrices whose value is printed; precision and recall counted by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import agreement
from analysis.inputs import InputError

NAN = np.nan
# Krippendorff 2011: four coders, twelve units.
FOUR = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]
# Wikipedia, Krippendorff's alpha: three coders, fifteen units.
THREE = [
    [NAN, NAN, NAN, NAN, NAN, 3, 4, 1, 2, 1, 1, 3, 3, NAN, 3],
    [1, NAN, 2, 1, 3, 3, 4, 3, NAN, NAN, NAN, NAN, NAN, NAN, NAN],
    [NAN, NAN, 2, 1, 3, 4, 4, NAN, 2, 1, 1, 3, 3, NAN, 4],
]
# Krippendorff 2011: two coders, twelve units with values a to e, and ten with 0 and 1.
TWO = [[1, 1, 2, 2, 4, 3, 3, 3, 5, 4, 4, 1], [2, 1, 2, 2, 2, 3, 3, 3, 5, 4, 4, 4]]
BINARY = [[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]


def coded(rows):
    return pd.DataFrame(np.array(rows, dtype=float).T)


@pytest.mark.parametrize(
    ("rows", "level", "printed"),
    [
        (FOUR, "nominal", 0.743421),
        (FOUR, "ordinal", 0.815388),
        (FOUR, "interval", 0.849107),
        (FOUR, "ratio", 0.797403),
        (THREE, "nominal", 0.691358),
        (THREE, "interval", 0.810845),
        (TWO, "nominal", 0.691964),
        (BINARY, "nominal", 0.095238),
    ],
)
def test_alpha_has_the_published_value(rows, level, printed):
    alpha = agreement.krippendorff_alpha(coded(rows), level, n_draws=20, seed=1)
    assert alpha.value == pytest.approx(printed, abs=5e-7)
    assert alpha.low <= alpha.value <= alpha.high


def test_alpha_counts_the_units_that_two_coders_coded():
    assert agreement.krippendorff_alpha(coded(FOUR), n_draws=1, seed=1).units == 11
    assert agreement.krippendorff_alpha(coded(THREE), n_draws=1, seed=1).units == 12


def test_alpha_interval_covers_the_truth_for_independent_units():
    # Each coder reports the true value of a unit, or with probability e the other: alpha tends to (1 − 2e)².
    rng, error, hits = np.random.default_rng(2), 0.15, []
    for seed in range(100):
        truth = rng.random((80, 1)) < 0.5
        codes = pd.DataFrame((truth ^ (rng.random((80, 2)) < error)).astype(float))
        alpha = agreement.krippendorff_alpha(codes, n_draws=120, seed=seed)
        hits.append(alpha.low <= (1 - 2 * error) ** 2 <= alpha.high)
    assert np.mean(hits) == pytest.approx(0.95, abs=0.06)


def test_alpha_of_a_theme_nobody_saw_is_missing():
    alpha = agreement.krippendorff_alpha(pd.DataFrame({"A": [0, 0], "B": [0, 0]}), n_draws=5, seed=1)
    assert np.isnan([alpha.value, alpha.low, alpha.high]).all()
    assert alpha.undefined == 1


def test_alpha_of_a_rare_theme_says_how_many_draws_lack_it():
    codes = pd.DataFrame({"A": [1] + [0] * 9, "B": [1] + [0] * 9})
    alpha = agreement.krippendorff_alpha(codes, n_draws=2000, seed=1)
    assert alpha.value == 1
    assert alpha.undefined == pytest.approx(0.9**10, abs=0.03)


def test_alpha_needs_two_coders():
    with pytest.raises(InputError, match="1 coders and 0 units coded twice"):
        agreement.krippendorff_alpha(pd.DataFrame({"A": [0, 1]}), seed=1)
    with pytest.raises(InputError, match=r"level: found 'nominl'.*Did you mean 'nominal'"):
        agreement.krippendorff_alpha(coded(BINARY), "nominl", seed=1)


def themes(rows, columns=("cyber", "cbrn")):
    return pd.DataFrame(rows, columns=list(columns), index=[f"2018-{i:03}.01" for i in range(len(rows))])


def test_scores_by_hand_per_theme_and_text():
    gold = themes([[1, 0], [1, 0], [1, 0], [0, 0], [0, 1]])
    found = themes([[1, 0], [1, 0], [0, 0], [1, 0], [0, 0]])
    documents = pd.Series(["2014", "2014", "2018", "2018", "2018"], index=gold.index)
    table = agreement.scores(found, gold, documents).set_index(["theme", "doc_id"])
    assert table.loc[("cyber", "all"), ["tp", "fp", "fn"]].tolist() == [2, 1, 1]
    assert table.loc[("cyber", "all"), ["precision", "recall", "f1"]].tolist() == pytest.approx([2 / 3] * 3)
    assert table.loc[("cyber", "2014"), ["tp", "fp", "fn", "f1"]].tolist() == [2, 0, 0, 1]
    assert table.loc[("cyber", "2018"), ["tp", "fp", "fn", "f1"]].tolist() == [0, 1, 1, 0]
    assert table.loc[("cbrn", "all"), ["tp", "fp", "fn", "recall"]].tolist() == [0, 0, 1, 0]
    assert np.isnan(table.loc[("cbrn", "all"), "precision"])


def test_scores_have_wilson_intervals():
    gold = themes([[1, 0]] * 8 + [[0, 0]] * 2)
    found = themes([[1, 0]] * 10)
    row = agreement.scores(found, gold).iloc[0]
    assert [row["precision_low"], row["precision_high"]] == pytest.approx([0.4901625, 0.9433178])  # 8 of 10
    assert row["recall_high"] == 1
    assert row["recall_low"] == pytest.approx(8 / (8 + 1.959964**2))


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_scores_lie_in_their_intervals_and_swap_with_the_tables(pairs):
    found, gold = (themes([[pair[side]] for pair in pairs], ["cyber"]) for side in (0, 1))
    row, swapped = agreement.scores(found, gold).iloc[0], agreement.scores(gold, found).iloc[0]
    for name in ("precision", "recall", "f1"):
        assert 0 <= row[f"{name}_low"] < row[f"{name}_high"] <= 1
        assert np.isnan(row[name]) or row[f"{name}_low"] - 1e-12 <= row[name] <= row[f"{name}_high"] + 1e-12
    assert row["precision"] == pytest.approx(swapped["recall"], nan_ok=True)
    assert row["f1"] == pytest.approx(swapped["f1"], nan_ok=True)


def test_disagreements_lists_what_was_missed_and_what_was_a_false_alarm():
    gold, found = themes([[1, 0], [0, 0], [1, 1]]), themes([[0, 0], [1, 0], [1, 1]])
    ids = ["2018-009.01", *gold.index]  # the first sentence was not coded
    sentences = pd.DataFrame({"sentence_id": ids, "doc_id": "2018", "text": ["n", "a", "b", "c"]})
    listed = agreement.disagreements(found, gold, sentences)
    assert listed[["theme", "kind", "text"]].to_numpy().tolist() == [
        ["cyber", "missed", "a"],
        ["cyber", "false alarm", "b"],
    ]


def test_codings_that_do_not_fit_are_named():
    gold = themes([[1, 0], [0, 0]])
    sentences = pd.DataFrame({"sentence_id": ["2018-000.01"], "doc_id": "2018", "text": "a"})
    with pytest.raises(InputError, match=r"1 coded sentences that are not in the text, the first '2018-001\.01'"):
        agreement.disagreements(gold, gold, sentences)
    with pytest.raises(InputError, match=r"other themes in one than in the other: \['cbrn', 'migration'\]"):
        agreement.scores(gold.rename(columns={"cbrn": "migration"}), gold)
    with pytest.raises(InputError, match="sentences twice or in disorder"):
        agreement.scores(gold.iloc[::-1], gold)
    with pytest.raises(InputError, match="gold: found no rows or other values"):
        agreement.scores(gold, gold * 2)


def test_alpha_of_blocks_widens_where_units_of_a_block_are_alike():
    rng = np.random.default_rng(1)
    blocks = pd.Series(np.repeat(np.arange(20), 10))
    truth, wrong = (rng.random(20) < 0.5)[blocks], (rng.random(20) < 0.2)[blocks]
    codes = pd.DataFrame({"A": truth, "B": truth ^ wrong}).astype(float)
    single = agreement.krippendorff_alpha(codes, n_draws=400, seed=1)
    whole = agreement.krippendorff_alpha(codes, blocks=blocks, n_draws=400, seed=1)
    assert whole.value == single.value
    assert whole.high - whole.low > 2 * (single.high - single.low)


def test_alpha_of_coders_who_never_differ_is_not_sure_to_be_1():
    codes = pd.DataFrame([[1, 1, 1]] * 5 + [[0, 0, 0]] * 95, columns=list("ABC"))
    rare = agreement.krippendorff_alpha(codes, blocks=pd.Series(np.arange(100)), n_draws=100, seed=1)
    assert rare.value == rare.high == 1
    # Wilson's upper end for 0 of 100, t(99): t²/(100 + t²) = .0379; d = 2/3; D_e = 1 − (15·14 + 285·284)/(300·299)
    assert rare.low == pytest.approx(1 - 0.0378821 * (2 / 3) / 0.0953177, abs=1e-4)
    assert agreement.krippendorff_alpha(codes, n_draws=100, seed=1).low == 1


def test_drawn_alphas_are_those_of_the_formula():
    counts = (coded(FOUR).to_numpy()[:, :, None] == np.arange(1, 6)).sum(axis=1)
    counts = counts[counts.sum(axis=1) >= 2]
    drawn = np.random.default_rng(1).integers(len(counts), size=(5, len(counts)))
    again = [agreement._alpha(counts[row], np.arange(1, 6), "nominal") for row in drawn]
    assert agreement._nominal_alphas(counts, np.arange(len(counts)), drawn) == pytest.approx(again)


def test_blocks_of_other_units_are_refused():
    with pytest.raises(InputError, match="blocks"):
        agreement.krippendorff_alpha(coded(BINARY), blocks=pd.Series([1, 2]), seed=1)
