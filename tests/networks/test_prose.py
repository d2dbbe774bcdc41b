"""Networks as readers see them: sentences and cells checked by hand."""

import pandas as pd
import pytest
from markupsafe import Markup

from analysis.networks import network, prose


@pytest.fixture(scope="module")
def incidence(here):
    return network.build_incidence(here)


def test_paragraphs_are_linked_by_text():
    cell = prose.link_paragraphs(["2014-003", "2014-017", "2018-004"])
    assert prose.plain(cell) == "2014: 3, 17; 2018: 4"
    assert '<a href="#p-2014-017" title="2014-017">17</a>' in cell
    assert prose.link_paragraphs([]) == "–"


def changes(*verdicts: str) -> pd.DataFrame:
    rows = [("a", "b", "2014", "2018", verdict, 0.5) for verdict in verdicts]
    return pd.DataFrame(rows, columns=["source", "target", "before", "after", "verdict", "p"])


def ties(p: float, q: float, p_apart: float = 1.0) -> pd.DataFrame:
    row = {"source": "A", "target": "B", "n": 9, "expected": 3.2, "p": p, "q": q, "p_apart": p_apart}
    return pd.DataFrame([row, row | {"source": "C", "p": 0.5, "q": 1.0, "p_apart": 0.5}])


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (
            ties(0.001, 0.01),
            "A with B (9 times, 3.2 expected) stands together more often than chance when all pairs",
        ),
        (ties(0.001, 0.2), "none stands together more often than chance when all pairs are allowed for; taken alone A"),
        (ties(1.0, 1.0, 0.001), "less often than chance: A with B (9 times, 3.2 expected)"),
    ],
)
def test_a_tie_is_told_as_surely_as_it_was_tested(found, told):
    sentence, verdict = prose.describe_pairs(found, changes("inconclusive"))
    assert told in sentence
    assert verdict == "inconclusive"


def test_the_verdict_is_that_on_change():
    assert prose.describe_pairs(ties(1, 1), changes("new", "inconclusive"))[1] == "differs"
    assert prose.describe_pairs(ties(1, 1), changes("too few to tell", "too few to tell"))[1] == "too few to tell"


def test_of_the_comparisons_of_a_tie_the_surest_is_shown():
    table = changes("inconclusive", "stronger", "too few to tell")
    assert prose.pick_changes(table.head(1), table)["verdict"].tolist() == ["stronger"]


def test_a_name_is_plain_without_its_gloss():
    assert prose.plain(Markup('<span lang="nl">grens</span> <span class="gloss">‘border’</span>')) == "grens"


def test_rare_nodes_are_drawn_in_and_no_two_change_sides():
    nodes = pd.DataFrame({"x": [0.0, 0.25, -4.0], "y": [0.0, 0.0, 0.0]}, index=list("abc"))
    drawn = prose._compress(nodes)
    assert drawn["x"].tolist() == [0.0, 0.5, -2.0]


def test_the_passages_behind_a_tie_stand_on_the_page(here, incidence):
    shown = prose.pick_passages(here, incidence, ["Cyber", "Terrorism"])
    pairs = network.pair_themes(incidence, [("cyber", "terrorism")])
    evidence = network.list_evidence(incidence, network.test_ties(incidence, pairs))[0]
    assert len(evidence) == 5
    assert set(evidence) <= set(shown["paragraph_id"])


def test_words_are_named_in_dutch_with_their_gloss_and_themes_by_their_label(here, incidence):
    names = prose.name_nodes(here, incidence)
    assert names["Cyber"] == "Cyber"
    assert prose.plain(names["cyberaanval"]) == "cyberaanvallen"
    assert "cyber-attacks" in prose.plain(Markup(str(names["cyberaanval"]).replace('class="gloss"', "")))
