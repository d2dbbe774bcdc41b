"""Networks as readers see them: sentences and cells checked by hand."""

import pandas as pd
import pytest

from analysis.networks import network, prose


@pytest.fixture(scope="module")
def incidence(here):
    return network.build_incidence(here)


@pytest.fixture(scope="module")
def labels(here, incidence):
    return prose.label_nodes(here, incidence)


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


def test_rare_nodes_are_drawn_in_and_no_two_change_sides():
    nodes = pd.DataFrame({"x": [0.0, 0.25, -4.0], "y": [0.0, 0.0, 0.0]}, index=list("abc"))
    drawn = prose._compress(nodes)
    assert drawn["x"].tolist() == [0.0, 0.5, -2.0]


def test_a_row_of_ties_has_its_texts_its_surest_change_and_the_paragraphs_behind_it(incidence, labels):
    pairs = network.pair_themes(incidence, [("cyber", "terrorism")])
    ties = network.test_ties(incidence, pairs)
    table = pd.DataFrame([("Cyber", "Terrorism", "2014", "2018", "inconclusive", 0.5, 0.1, -0.1, 0.3)])
    names = ["source", "target", "before", "after", "verdict", "p", "difference", "low", "high"]
    layout = prose.layout_ties(incidence, ties, table.set_axis(names, axis=1), labels)
    columns = ["tie", "2014", "2018", "2020", "expected", "p", "q", "change", "verdict", "passages"]
    assert layout["columns"] == columns
    assert layout["shown"].loc[0, "verdict"] == "inconclusive"
    assert len(layout["links"]["passages"][0]) == layout["shown"].loc[0, "n"] == 5
    alone = prose.layout_ties(incidence, ties, table.head(0).set_axis(names, axis=1), labels)
    assert alone["columns"] == [*columns[:7], "passages"]


def test_words_are_shown_by_their_usual_form_and_themes_by_their_label(labels):
    assert labels["Cyber"] == "Cyber"
    assert labels["cyberaanval"] == "cyberaanvallen"


def test_a_word_is_in_the_language_of_the_first_text_that_has_it():
    counts = pd.DataFrame({"n": [3, 2], "a": [0, 2], "b": [3, 0]}, index=["mer", "sea"])
    assert prose.first_texts(counts, ["a", "b"]).to_dict() == {"mer": "b", "sea": "a"}


def test_what_was_declared_is_said():
    declared = network.Declared([("cyber", "cbrn")], ["grens", "visum"])
    assert prose.describe_nodes(declared, ["Cyber", "CBRN"], ["grens"] * 60).endswith(
        "two themes and 60 words. Declared are one pair of themes and two words; all else is exploration."
    )
    assert "No pairs or words are declared" in prose.describe_nodes(network.Declared([], []), ["Cyber"], [])


def test_whole_networks_are_compared_in_a_sentence_or_it_is_said_why_not():
    whole = pd.DataFrame({"measure": ["largest change", "change of total", "change of total"], "p": [0.01, 0.02, 0.5]})
    assert prose.describe_whole(whole).startswith("In 1 of 2 comparisons the total of the ties changed more")
    assert "nothing to compare" in prose.describe_whole(whole.head(0))
