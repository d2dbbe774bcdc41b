"""Specification curves draw what they are given: in order, marked where significant, every option in its strip."""

import numpy as np
import pandas as pd
import pytest

from analysis.robustness import plots


@pytest.fixture
def table():
    rng = np.random.default_rng(1)
    effect = rng.normal(1, 1, 300)
    return pd.DataFrame(
        {
            "id": [f"{number:03d}" for number in range(300)],
            "effect": effect,
            "significant": effect > 2,
            "reference": np.arange(300) == 7,
            "unit": np.where(effect > 1, "sentence", "paragraph"),
            "frame": "in",
        }
    )


@pytest.fixture
def curve(table):
    """The two axes of a curve."""

    def curve(choices, rows=table, **labels):
        return plots.plot_specification_curve(rows, choices, colour="#0072b2", labels=labels).axes

    return curve


def test_effects_rise_and_the_reference_is_marked_where_it_lies(table, curve):
    top, _ = curve(["unit", "frame"])
    _, effects, significant, reference = top.lines
    assert (np.diff(effects.get_ydata()) >= 0).all()
    assert np.nanmax(significant.get_ydata()) == table["effect"].max()
    assert np.isnan(significant.get_ydata()[0])
    assert reference.get_ydata().tolist() == [table["effect"][7]]
    assert [text.get_text() for text in top.texts] == ["reference"]


def test_strips_name_the_options_and_leave_out_a_choice_without_any(curve):
    _, bottom = curve(["unit", "frame"], **{"unit=sentence": "sentences"})
    names = [label.get_text() for label in bottom.get_yticklabels()]
    assert names == ["p ≤ .05, as claimed", "paragraph", "sentences"]
    assert "300 specifications" in bottom.get_xlabel()


def test_strips_are_as_high_as_an_option_is_frequent_at_that_place(curve):
    _, bottom = curve(["unit"])
    strip = bottom.patches[1].get_data()  # values, edges, baseline
    height = (1 + 0.43 - strip[0]) / 0.86
    assert height[0] == pytest.approx(1)  # small effects are those of paragraphs alone
    assert height[-1] == pytest.approx(0)  # large ones those of sentences


def test_equal_effects_stand_in_the_order_of_their_ids(table):
    order = plots.sort_curve(table.assign(effect=1.0).sample(frac=1, random_state=1))
    assert order["id"].is_monotonic_increasing


@pytest.mark.parametrize("number", [9, 1])
def test_few_specifications_have_a_place_each(table, curve, number):
    _, bottom = curve(["unit"], rows=table.head(number))
    assert bottom.get_xlim() == (0, number)


def test_ranges_name_every_finding_and_show_median_and_reference(table):
    both = pd.concat([table.assign(finding="a"), table.assign(finding="b", effect=-table["effect"])])
    (ax,) = plots.plot_ranges(both, {"b": "Second", "a": "First"}).axes
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Second", "First"]
    points = [float(np.ravel(line.get_xdata())[0]) for line in ax.lines[:4]]
    assert points[0] == pytest.approx(-table["effect"].median())
    assert points[3] == pytest.approx(table["effect"][7])
