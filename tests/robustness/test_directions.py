"""Agreement of specifications on a direction: counted by hand, and on the study's own grid."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.inputs import InputError
from analysis.robustness.directions import count_agreement, range_differences
from analysis.robustness.specifications import AXES, Claim

CLAIMS = {"fish": Claim("fish", "change", "More {theme}.", ("fish",), "A", "B", "more")}


def specify(rows):
    """Specifications of one claim, from (unit, measure, frame, dictionary, difference); the first is the reference."""
    table = pd.DataFrame(rows, columns=["unit", "measure", "frame", "dictionary", "difference"])
    others = {axis: "out" for axis in AXES if axis not in table.columns}
    return table.assign(finding="fish", kind="change", reference=table.index == 0, **others)


def test_each_cell_has_the_same_weight():
    """By hand: 3 of 3, 1 of 2 and 0 of 1 specifications rise: (1 + .5 + 0) / 3 = .5, of 4 in 6."""
    found = count_agreement(
        specify(
            [
                ("paragraph", "units", "in", "full", -0.2),
                ("sentence", "units", "in", "full", 0.1),
                ("sentence", "units", "in", "core", 0.2),
                ("sentence", "units", "in", "wide", 0.3),
                ("sentence", "tokens", "in", "full", 4.0),
                ("sentence", "tokens", "in", "core", 0.0),
            ]
        ),
        CLAIMS,
    ).iloc[0]
    assert (found["lead"], found["sign"]) == (0.1, 1)
    assert (found["specifications"], found["same_sign"], found["counted"]) == (6, 4, "4 of 6")
    assert found["agreement"] == pytest.approx(0.5)
    assert (found["low"], found["high"]) == (-0.2, 0.3)  # of shares, not of rates
    assert (found["theme"], found["before"], found["after"]) == ("fish", "A", "B")


def test_another_count_may_lead():
    table = specify([("paragraph", "units", "in", "full", 0.2), ("sentence", "units", "in", "full", -0.1)])
    assert count_agreement(table, CLAIMS)["sign"].item() == -1
    assert count_agreement(table, CLAIMS, signs={"fish": 1})["same_sign"].item() == 1


def test_no_share_of_sentences_is_named():
    with pytest.raises(InputError, match="findings, fish: found no share of sentences"):
        count_agreement(specify([("paragraph", "units", "in", "full", 0.2)]), CLAIMS)


def test_without_a_change_the_table_is_empty():
    assert count_agreement(specify([]), CLAIMS).empty
    assert range_differences(specify([])).empty


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=8))
def test_texts_in_the_other_order_agree_as_much(differences):
    rows = [("sentence", "units", "in", f"d{at}", difference) for at, difference in enumerate(differences)]
    tables = specify(rows), specify([(*row[:4], -row[4]) for row in rows])
    one, other = (count_agreement(table, CLAIMS).iloc[0] for table in tables)
    assert one["agreement"] == pytest.approx(other["agreement"])
    assert one["agreement"] >= 1 / len(rows)  # the lead agrees with itself
    assert one["sign"] == -other["sign"]


def test_ranges_hold_every_difference():
    table = specify([("paragraph", "units", "in", "full", 0.2), ("paragraph", "units", "out", "full", -0.1)])
    row = range_differences(table).iloc[0]
    assert row[["specifications", "more", "less", "low", "high"]].tolist() == [2, 1, 1, -0.1, 0.2]
    assert row["median"] == pytest.approx(np.mean([0.2, -0.1]))
