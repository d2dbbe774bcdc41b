import re

import pytest

from analysis.inputs import InputError
from analysis.report import markers, network_panels, network_view, style


def show(data):
    return network_view.check_network(data, "network terms")


def test_every_marker_of_a_theme_has_an_outline():
    assert set(markers.OUTLINES) == set(style.MARKERS)


def test_what_was_checked_passes_again(crossing):
    once = network_view.check_network(crossing, "network")
    assert network_view.check_network(once, "network") == once


def without(key):
    return lambda data: data.pop(key)


def change(place, number, **values):
    return lambda data: data[place][number].update(values)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (without("ties"), "network terms: found no value for 'ties'"),
        (lambda data: data.update(edges=[]), "network terms: found the unknown key 'edges'"),
        (lambda data: data.update(texts=[]), "network terms, texts: found none"),
        (lambda data: data.update(ties="ab"), "network terms, ties: found a str, allowed is a list"),
        (lambda data: data["nodes"][3].pop("counts"), "network terms, nodes[3]: found no value for 'counts'"),
        (
            change("nodes", 1, counts=[1, 2]),
            "network terms, nodes[1].counts: found 2 values, allowed is one per text, 3",
        ),
        (change("nodes", 1, counts=[1, 2, -1]), "nodes[1].counts: found -1, allowed is a whole number"),
        (change("nodes", 1, counts=[1, 2, 0.5]), "nodes[1].counts: found 0.5"),
        (change("nodes", 0, x=float("nan")), "nodes[0].x: found nan, allowed is a finite number"),
        (change("nodes", 0, y="up"), "nodes[0].y: found 'up'"),
        (change("nodes", 0, label=" "), "nodes[0].label: found an empty text"),
        (change("nodes", 0, theme="cybr"), "nodes[0].theme: found 'cybr', allowed is one of cyber, radicalisation"),
        (change("nodes", 0, language="nl_NL"), "nodes[0].language: found 'nl_NL'"),
        (change("nodes", 0, passages=['1" onload="x']), "nodes[0].passages: found '1\" onload=\"x'"),
        (change("nodes", 1, id="grens"), "network terms, nodes: found 'grens' twice"),
        (change("ties", 2, target="grenz"), "ties[2].target: found 'grenz'"),
        (change("ties", 2, target="cyberaanval"), "ties[2]: found a tie of 'cyberaanval' with itself"),
        (change("ties", 2, change="rising"), "ties[2].change: found 'rising', allowed is one of new, gone, stronger"),
        (change("ties", 2, kept=[True]), "ties[2].kept: found 1 values"),
        (
            change("ties", 1, source="terrorisme", target="radicalisering"),
            "ties: found 'radicalisering – terrorisme' twice",
        ),
        (change("themes", 0, colour="blue"), "themes[0].colour: found 'blue', allowed is a colour #rrggbb"),
        (change("themes", 0, marker="star"), "themes[0].marker: found 'star'"),
        (lambda data: data.update(compare=["2014"]), "compare: found ['2014'], allowed is two texts, or none"),
        (lambda data: data.update(compare=["2014", "2021"]), "compare[1]: found '2021'"),
        (lambda data: data.update(language='nl" x="'), "language: found 'nl\" x=\"'"),
    ],
)
def test_a_network_that_lacks_something_is_refused_by_its_key(crossing, spoil, message):
    spoil(crossing)
    with pytest.raises(InputError, match=re.escape(message)):
        show(crossing)


def test_a_network_may_have_no_nodes(crossing):
    view = network_view.check_network(crossing | {"nodes": [], "ties": []}, "network")
    drawn = network_panels.draw_panels(view)
    assert [panel["label"] for panel in drawn["panels"]][::3] == [
        "2014: 0 of 0 terms, 0 ties; 0 pass the test.",
        "Change from 2014 to 2020, ties: none.",
    ]


def test_a_network_may_have_no_ties_no_themes_and_nothing_to_compare(crossing):
    for node in crossing["nodes"]:
        node["theme"] = None
    view = network_view.check_network(crossing | {"ties": [], "themes": [], "compare": []}, "network")
    assert len(network_panels.draw_panels(view)["panels"]) == 3
