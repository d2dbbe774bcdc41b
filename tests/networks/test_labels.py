import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.inputs import InputError
from analysis.networks.labels import PLACES, place_labels
from analysis.report.charts import measure_text

NUMBERS = st.floats(0, 300)
NODES = st.lists(st.tuples(NUMBERS, NUMBERS, st.floats(1, 80), st.floats(5, 15), st.floats(0, 12)), max_size=15)


def study(rows, names=None):
    names = names or [f"n{number:02}" for number in range(len(rows))]
    table = pd.DataFrame(rows, columns=["x", "y", "w", "h", "r"], index=names)
    return table[["x", "y"]], table[["w", "h"]], table["r"]


def boxes_of(found: pd.DataFrame, sizes: pd.DataFrame) -> pd.DataFrame:
    half = sizes / 2
    sides = {"left": found["x"] - half["w"], "right": found["x"] + half["w"]}
    sides |= {"top": found["y"] - half["h"], "bottom": found["y"] + half["h"]}
    return pd.DataFrame(sides)[found["placed"]]


@given(NODES, st.floats(0, 4))
def test_labels_that_are_placed_cover_neither_each_other_nor_a_node_and_stay_inside(rows, gap):
    points, sizes, radii = study(rows)
    found = place_labels(points, sizes, radii, radii, (0, 0, 300, 300), gap=gap)
    boxes = boxes_of(found, sizes)
    assert found["placed"].equals(found["place"] != "")
    assert found["placed"].equals(found["x"].notna())
    assert (boxes[["left", "top"]] >= -1e-9).all(axis=None)
    assert (boxes[["right", "bottom"]] <= 300 + 1e-9).all(axis=None)
    for at, (name, one) in enumerate(boxes.iterrows()):
        for _, other in boxes.iloc[at + 1 :].iterrows():
            beside = max(one["left"], other["left"]) - min(one["right"], other["right"])
            above = max(one["top"], other["top"]) - min(one["bottom"], other["bottom"])
            assert max(beside, above) >= gap - 1e-9
        for node, point in points.iterrows():
            across = max(one["left"] - point["x"], point["x"] - one["right"], 0)
            down = max(one["top"] - point["y"], point["y"] - one["bottom"], 0)
            assert np.hypot(across, down) >= radii[node] + gap - 1e-9, (name, node)


@pytest.mark.parametrize("place", PLACES)
def test_each_of_the_eight_places_is_taken_when_it_is_the_only_one_inside(place):
    right, down = PLACES[place]
    points, sizes, radii = study([(100, 100, 40, 12, 6)])
    off = 8 if 0 in (right, down) else 8 / 2**0.5  # from the middle of the node to the near edge, or corner
    x, y = 100 + right * (20 + off), 100 + down * (6 + off)
    bounds = (x - 21, y - 7, x + 21, y + 7)
    found = place_labels(points, sizes, radii, radii, bounds)
    assert found["place"].tolist() == [place]


def test_the_heavier_node_chooses_first_and_equal_ones_by_name():
    points, sizes, radii = study([(50, 50, 40, 12, 5), (50, 75, 40, 12, 5)], ["b", "a"])
    narrow = (40, 0, 100, 62)  # room for one label right of the upper node only
    for weights, expected in (([1, 2], [True, False]), ([1, 1], [True, False])):
        found = place_labels(points, sizes, pd.Series(weights, index=points.index), radii, narrow)
        assert found["placed"].tolist() == expected
    same = points.assign(y=50.0)
    found = place_labels(same, sizes, pd.Series([1, 1], index=points.index), radii, (50, 0, 100, 100))
    assert found["place"].tolist() == ["", "right"]
    found = place_labels(same, sizes, pd.Series([2, 1], index=points.index), radii, (50, 0, 100, 100))
    assert found["place"].tolist() == ["right", ""]


def test_a_label_without_words_is_left_out():
    points, sizes, radii = study([(50, 50, 0, 12, 5)])
    assert not place_labels(points, sizes, radii, radii, (0, 0, 100, 100))["placed"].any()


def test_no_nodes_have_no_labels():
    points, sizes, radii = study([])
    assert list(place_labels(points, sizes, radii, radii, (0, 0, 100, 100)).columns) == ["x", "y", "place", "placed"]


def test_a_node_without_a_size_is_named():
    points, sizes, radii = study([(50, 50, 10, 12, 5)], ["cyber"])
    with pytest.raises(InputError, match=r"\['cyber'\]"):
        place_labels(points, sizes.iloc[:0], radii, radii, (0, 0, 100, 100))


def test_words_are_as_wide_as_their_letters():
    sizes = measure_text(["i", "m", "mm", "ë", "$a$", "two\nlines", "two lines"], size=12)
    assert len(set(sizes["h"])) == 1
    assert sizes["w"][0] < sizes["w"][1] < sizes["w"][2]
    assert sizes["w"][5] == sizes["w"][6]
    pd.testing.assert_series_equal(
        measure_text(["mm"], size=24)["w"], measure_text(["mm"], size=12)["w"] * 2, atol=2e-3
    )
