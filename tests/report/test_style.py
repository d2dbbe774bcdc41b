"""Every theme has its look, and it can be seen."""

from itertools import cycle, islice

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt
from matplotlib.markers import MarkerStyle

from analysis.report import charts, markers, style


def contrast(one: str, other: str) -> float:
    low, high = sorted(map(charts.relative_luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def test_twenty_themes_look_different_and_ten_differ_by_marker_alone():
    looks = set(islice(zip(cycle(style.MARKERS), cycle(style.COLOURS), strict=False), 20))
    assert len(looks) == 20
    assert len(set(style.MARKERS)) >= 10


def test_the_tenth_theme_is_drawn_on_a_page_too():
    assert markers.marker_path(style.MARKERS[9], 4).count("L") == 4  # a pentagon


@pytest.mark.parametrize("paper", [style.PAPER, style.DARK[style.PAPER]])
def test_colours_can_be_seen_on_light_and_on_dark(paper):
    assert min(contrast(colour, paper) for colour in style.COLOURS) >= 3  # WCAG 2.2, 1.4.11


def test_every_marker_is_filled_so_that_its_edge_can_be_paper():
    assert all(MarkerStyle(marker).is_filled() for marker in style.MARKERS)


def area(marker: str) -> float:
    """The area of a marker drawn as large as a circle of radius 1, by the shoelace formula."""
    reach, points = markers.OUTLINES[marker]
    twice = sum(x * v - u * y for (x, y), (u, v) in zip(points, [*points[1:], *points[:1]], strict=True))
    return abs(twice) / 2 * reach**2


@pytest.mark.parametrize("marker", style.MARKERS[1:])
def test_a_marker_covers_about_the_area_of_its_circle(marker):
    assert area(marker) == pytest.approx(3.14, rel=0.31)  # triangles are smaller, for they look larger


def test_a_figure_is_in_the_style_of_all_and_the_style_ends_with_it():
    before = dict(mpl.rcParams)
    with plt.style.context("ggplot"), style.new_figure(2, 2, height=3, sharey=True) as (fig, axes):
        assert plt.rcParams["axes.spines.top"] is False
        assert plt.rcParams["axes.grid"] is False
        assert len(axes) == 4
    assert fig.get_size_inches().tolist() == [5.6, 3]
    assert dict(mpl.rcParams) == before
    assert not plt.fignum_exists(fig.number)
