"""Correspondence analysis: a published example, a second route, and what is true of any table."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from analysis.inputs import InputError
from analysis.themes.evolution.correspondence import analyse_correspondence

# Smoking by staff group (Greenacre 1984; Correspondence Analysis in Practice, 3rd ed., exhibit 9.1 and appendix B)
SMOKERS = pd.DataFrame(
    [[4, 2, 3, 2], [4, 3, 7, 4], [25, 10, 12, 4], [18, 24, 33, 13], [10, 6, 7, 2]],
    index=["SM", "JM", "SE", "JE", "SC"],
    columns=["none", "light", "medium", "heavy"],
)


def on_axis(part: pd.DataFrame, axis: int, name: str) -> list[float]:
    return part.loc[part["axis"] == axis, name].round(3).tolist()


def test_the_published_example_is_found_again():
    found = analyse_correspondence(SMOKERS)
    assert round(found.total, 4) == 0.0852
    assert found.inertia["inertia"].round(4).tolist() == [0.0748, 0.0100, 0.0004]
    assert found.inertia["share"].round(3).tolist() == [0.878, 0.118, 0.005]
    assert on_axis(found.rows, 1, "coordinate") == [0.066, -0.259, 0.381, -0.233, 0.201]
    assert on_axis(found.columns, 1, "coordinate") == [0.393, -0.099, -0.196, -0.294]
    assert on_axis(found.rows, 2, "coordinate") == [0.194, 0.243, 0.011, -0.058, -0.079]
    assert on_axis(found.columns, 2, "coordinate") == [0.030, -0.141, -0.007, 0.198]
    assert on_axis(found.rows, 1, "contribution") == [0.003, 0.084, 0.512, 0.331, 0.070]
    assert on_axis(found.rows, 1, "quality") == [0.092, 0.526, 0.999, 0.942, 0.865]


tables = st.integers(2, 5).flatmap(
    lambda n: st.lists(st.lists(st.integers(0, 20), min_size=n, max_size=n), min_size=2, max_size=6)
)


@settings(deadline=None)
@given(tables)
def test_inertia_is_chi_square_by_n_and_distances_are_chi_square_distances(rows):
    table = pd.DataFrame(rows)
    table = table.loc[table.sum(axis=1) > 0, table.sum(axis=0) > 0]
    if min(table.shape) < 2:
        with pytest.raises(InputError, match="two of each at least"):
            analyse_correspondence(pd.DataFrame(rows))
        return
    found = analyse_correspondence(pd.DataFrame(rows))
    n = table.to_numpy().sum()
    assert found.total == pytest.approx(chi2_contingency(table, correction=False).statistic / n, abs=1e-9)
    if found.inertia.empty:  # all rows alike
        return
    assert found.inertia["inertia"].sum() == pytest.approx(found.total, abs=1e-9)
    places = found.rows.pivot(index="item", columns="axis", values="coordinate").loc[list(table.index)].to_numpy()
    profiles = table.div(table.sum(axis=1), axis=0).to_numpy()
    distance = ((profiles[0] - profiles[1]) ** 2 / (table.sum(axis=0) / n).to_numpy()).sum()
    assert ((places[0] - places[1]) ** 2).sum() == pytest.approx(distance, abs=1e-6)
    for part in (found.rows, found.columns):
        assert part.groupby("axis")["contribution"].sum().tolist() == pytest.approx([1] * len(found.inertia))
        assert part.assign(m=part["mass"] * part["coordinate"]).groupby("axis")["m"].sum().to_numpy() == pytest.approx(
            np.zeros(len(found.inertia)), abs=1e-9
        )


def test_two_texts_have_one_axis_and_an_item_without_counts_none():
    table = pd.DataFrame({"a": [5, 1, 0], "b": [1, 5, 0]}, index=["x", "y", "z"])
    found = analyse_correspondence(table)
    assert len(found.inertia) == 1
    assert set(found.rows["item"]) == {"x", "y"}


@pytest.mark.parametrize("count", [-1, np.nan])
def test_what_is_no_count_is_refused(count):
    with pytest.raises(InputError, match="a negative or missing count"):
        analyse_correspondence(pd.DataFrame({"a": [1, count], "b": [1, 2]}))
