"""Sentences drawn with known chances; codes combined by majority."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.inputs import InputError
from analysis.validation import sampling

SENTENCES = pd.DataFrame(
    {
        "sentence_id": [f"{doc}-{n:03}.01" for doc, size in (("2014", 60), ("2018", 20)) for n in range(size)],
        "doc_id": ["2014"] * 60 + ["2018"] * 20,
        "text": [f"Zin  {n}." for n in range(80)],
    }
)
FOUND = pd.DataFrame({"cyber": np.arange(80) % 4 == 0, "cbrn": np.arange(80) == 3}, index=SENTENCES["sentence_id"])


def test_a_sample_has_as_many_found_as_others_in_every_text():
    key = sampling.draw_sample(SENTENCES, FOUND[["cyber"]], n=16, seed=1)
    assert key.groupby(["doc_id", "found"]).size().tolist() == [4, 4, 4, 4]
    first = key[(key["doc_id"] == "2014") & key["found"]]
    assert first["probability"].tolist() == [4 / 15] * 4
    assert first["weight"].tolist() == [15 / 4] * 4


def test_where_few_were_found_the_others_get_more():
    key = sampling.draw_sample(SENTENCES, FOUND[["cbrn"]], n=16, seed=1)
    assert len(key) == 16
    assert key.loc[key["found"], "weight"].tolist() == [1.0]


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 200), st.integers(0, 5))
def test_the_weights_of_a_theme_sum_to_all_sentences_once_each_kind_is_drawn(n, seed):
    key = sampling.draw_sample(SENTENCES, FOUND, n=n, seed=seed)
    for theme, own in key.groupby("theme"):
        assert len(own) == min(n, 80)
        assert own["sentence_id"].is_unique
        assert (own["found"].to_numpy() == FOUND.loc[own["sentence_id"], theme].to_numpy()).all()
        if n >= 8:
            assert own["weight"].sum() == pytest.approx(80)


def test_a_sample_depends_on_its_seed_alone():
    draw = [sampling.draw_sample(SENTENCES, FOUND, n=20, seed=seed) for seed in (1, 1, 2)]
    pd.testing.assert_frame_equal(draw[0], draw[1])
    assert not draw[0].equals(draw[2])


@pytest.mark.slow
def test_a_weighted_sample_gives_back_the_share_it_was_drawn_from():
    coded = pd.Series(np.random.default_rng(1).random(80) < 0.3, index=SENTENCES["sentence_id"])
    shares = []
    for seed in range(300):
        key = sampling.draw_sample(SENTENCES, FOUND[["cyber"]], n=24, seed=seed)
        shares.append((coded[key["sentence_id"]].to_numpy() * key["weight"]).sum() / 80)
    assert np.mean(shares) == pytest.approx(coded.mean(), abs=0.02)


def test_a_sheet_shows_sentence_and_neighbours_and_nothing_of_the_dictionary():
    key = sampling.draw_sample(SENTENCES, FOUND, n=80, seed=1)
    sheet = sampling.make_sheet(key, SENTENCES, theme="cyber", coder="A", seed=1)
    assert list(sheet.columns) == sampling.SHEET_COLUMNS
    assert set(sheet["code"]) == {""}
    row = sheet.set_index("sentence_id").loc["2018-000.01"]
    assert row[["before", "sentence", "after"]].tolist() == ["", "Zin 60.", "Zin 61."]


def test_coders_and_themes_see_sentences_in_orders_of_their_own():
    key = sampling.draw_sample(SENTENCES, FOUND, n=80, seed=1)
    pairs = [("cyber", "A"), ("cyber", "B"), ("cbrn", "A")]
    orders = {
        tuple(sampling.make_sheet(key, SENTENCES, theme=theme, coder=coder, seed=1)["sentence_id"])
        for theme, coder in pairs
    }
    assert len(orders) == 3
    assert tuple(SENTENCES["sentence_id"]) not in orders


def code_rows(*rows: tuple[str, str, int]) -> pd.DataFrame:
    """Rows of coder, sentence and code."""
    table = pd.DataFrame(rows, columns=["coder", "sentence_id", "code"])
    return table.assign(theme="cyber")


def test_the_majority_counts_and_a_tie_is_left_blank():
    first, second, third = SENTENCES["sentence_id"][:3]
    codes = code_rows(("A", first, 1), ("B", first, 1), ("C", first, 0), ("A", second, 1), ("C", second, 0))
    combined = sampling.combine(pd.concat([codes, code_rows(("A", third, 0))]), SENTENCES)
    table = combined.codes.set_index("sentence")
    assert table["cyber"].tolist() == ["1", "", "0"]
    assert table["cyber_codes"].tolist() == ["110", "1-0", "0--"]
    assert table["text"].tolist() == SENTENCES["text"][:3].tolist()
    assert combined.agreement[["coders", "units", "ties"]].to_numpy().tolist() == [[3, 3, 1]]


def test_the_key_gives_the_weights_and_must_have_every_sentence():
    key = sampling.draw_sample(SENTENCES, FOUND[["cyber"]], n=4, seed=1)
    codes = code_rows(*(("A", name, 1) for name in key["sentence_id"]))
    combined = sampling.combine(codes, SENTENCES, key=key)
    assert combined.codes["cyber_weight"].astype(float).tolist() == pytest.approx(key["weight"].tolist())
    assert np.isnan(combined.agreement["alpha"]).all()  # one coder
    with pytest.raises(InputError, match="no weight for cyber of 1 sentences"):
        sampling.combine(codes, SENTENCES, key=key.iloc[1:])


def test_what_cannot_be_drawn_is_named():
    with pytest.raises(InputError, match="n: found 0"):
        sampling.draw_sample(SENTENCES, FOUND, n=0, seed=1)
    with pytest.raises(InputError, match="sentences without a mark"):
        sampling.draw_sample(SENTENCES, FOUND.iloc[1:], n=4, seed=1)
