import json
import re

import numpy as np
import pytest
from markupsafe import Markup

from analysis.inputs import InputError
from analysis.report import elements, network_panels, network_view, style

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="288pt" height="144pt"></svg>'


def show(data):
    return elements.network(data, name="terms", caption="Ties.", alt="A drawing.", svg=SVG)


def test_a_network_is_a_figure_and_carries_its_parts_beside_it(crossing):
    data, metadata = show(crossing)._repr_mimebundle_()
    assert data == elements.figure(SVG, name="terms", caption="Ties.", alt="A drawing.").data
    network = metadata["network"]
    assert (network["name"], network["caption"], network["alt"]) == ("terms", "Ties.", "A drawing.")
    assert [tie["change"] for tie in network["ties"]][:2] == ["gone", "too few to tell"]


def test_what_travels_is_plain_and_numbers_of_numpy_become_so(crossing):
    crossing["nodes"][0] |= {"counts": np.array([5, 5, 2]), "x": np.float64(0)}
    crossing["ties"][0]["kept"] = np.array([True, False, False])
    metadata = show(crossing).metadata
    assert json.loads(json.dumps(metadata)) == metadata
    assert metadata["network"]["nodes"][0]["counts"] == [5, 5, 2]


def test_a_caption_keeps_its_terms_and_escapes_all_else(crossing):
    term = elements.fill("{} of {}", "<b>", elements.term("grens", {"grens": "border"}))
    shown = elements.network(crossing, name="terms", caption=term, alt="a", svg=SVG)
    assert shown.metadata["network"]["caption"] == str(term)
    assert isinstance(term, Markup)
    plain = elements.network(crossing, name="terms", caption="<b>", alt="a", svg=SVG)
    assert plain.metadata["network"]["caption"] == "&lt;b&gt;"


def test_themes_have_the_markers_that_they_have_in_figures(crossing):
    themes = show(crossing).metadata["network"]["themes"]
    assert {theme["name"]: theme["marker"] for theme in themes} == {"cyber": "o", "radicalisation": "^"}
    assert set(style.MARKERS.values()) <= set(network_view.MARKERS) == set(network_panels.REACH)


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
