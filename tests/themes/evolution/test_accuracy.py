"""Precision and recall by hand, and what is true of any marks."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.themes.evolution.accuracy import score_marks


def marks(values: str) -> pd.DataFrame:
    return pd.DataFrame({"x": [value == "1" for value in values]})


def test_counts_by_hand():
    row = score_marks(marks("11110000"), marks("11101000")).iloc[0]
    assert row[["tp", "fp", "fn"]].tolist() == [3, 1, 1]
    assert row[["precision", "recall", "f1"]].tolist() == [0.75, 0.75, 0.75]
    assert row["usable"]
    assert (row["precision_low"], row["precision_high"]) == pytest.approx((0.3006, 0.9544), abs=1e-4)  # Wilson, 3 of 4


def test_what_was_never_found_is_not_usable():
    row = score_marks(marks("1100"), marks("0000")).iloc[0]
    assert pd.isna(row["precision"])
    assert row["recall"] == 0
    assert not row["usable"]


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1))
def test_intervals_hold_their_rates(pairs):
    row = score_marks(*(pd.DataFrame({"x": side}) for side in zip(*pairs, strict=True))).iloc[0]
    for name in ("precision", "recall"):
        if not pd.isna(row[name]):
            assert row[f"{name}_low"] - 1e-12 <= row[name] <= row[f"{name}_high"] + 1e-12
