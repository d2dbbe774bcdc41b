"""Networks: a small one counted by hand, and that of the three texts."""

import numpy as np
import pandas as pd
import pytest

from analysis.inputs import InputError
from analysis.networks import network as networks
from analysis.networks.network import Incidence


@pytest.fixture
def small() -> Incidence:
    """Six units of two texts; cyber and internet always together in A, the word hack is cyber's own."""
    table = pd.DataFrame(
        {
            "Cyber": [1, 1, 1, 0, 0, 1],
            "Drugs": [0, 0, 1, 1, 1, 0],
            "hack": [1, 1, 0, 0, 0, 0],
            "internet": [1, 1, 1, 0, 0, 0],
        },
        index=pd.Index(list("abcdef"), name="unit"),
        dtype=bool,
    )
    nodes = pd.DataFrame(
        {"kind": ["theme", "theme", "word", "word"], "theme": ["cyber", "drugs", "cyber", ""]},
        index=pd.Index(table.columns, name="node"),
    )
    units = pd.DataFrame(
        {"doc_id": ["A"] * 4 + ["B"] * 2, "section_id": list("112233"), "paragraph_id": list("abcdef")}, table.index
    )
    return Incidence(table, nodes, units)


@pytest.fixture(scope="module")
def incidence(here) -> Incidence:
    return networks.build_incidence(here)


def test_a_theme_and_its_own_word_are_no_pair(small):
    pairs = networks.pair_nodes(small, list(small.table.columns))
    assert ("Cyber", "hack") not in set(pairs.itertuples(index=False, name=None))
    assert len(pairs) == 5


def test_ties_are_counted_by_hand(small):
    ties = networks.test_ties(small, networks.pair_nodes(small, ["Cyber", "internet", "Drugs"]))
    found = ties.set_index(["source", "target"])
    assert found.loc[("Cyber", "internet"), ["n", "A", "B"]].tolist() == [3, 3, 0]
    assert found.loc[("Cyber", "Drugs"), ["n", "A", "B"]].tolist() == [1, 1, 0]
    assert found.loc[("Cyber", "internet"), "strength"] == pytest.approx(3 * 6 / (4 * 3))
    assert found.loc[("Cyber", "internet"), "npmi"] == pytest.approx(np.log(1.5) / np.log(2))


def test_pairs_that_never_meet_are_told_too(small):
    ties = networks.test_ties(small, pd.DataFrame({"source": ["Drugs"], "target": ["hack"]}))
    assert ties[["n", "p", "q", "npmi"]].to_numpy().tolist() == [[0, 1, 1, -1]]


def test_how_few_is_few_is_told_alike_for_pairs_that_meet_and_pairs_that_never_do(incidence):
    pairs = networks.pair_themes(incidence, [("cyber", "migration"), ("migration", "terrorism")])
    ties = networks.test_ties(incidence, pairs).set_index("source")
    chances = pd.DataFrame(incidence.model.table(), columns=incidence.table.columns)
    together = chances["Migration"] * chances["Terrorism"]
    assert ties.loc["Migration", "expected"] == pytest.approx(together.sum())  # the same chances by either way
    never = chances["Cyber"] * chances["Migration"]
    assert ties.loc["Cyber", ["n", "expected"]].tolist() == [0, pytest.approx(never.sum())]
    assert ties.loc["Cyber", "p_apart"] == pytest.approx(np.exp(np.log1p(-never).sum()))


def test_the_test_of_a_tie_holds_each_text_by_itself(small):
    tested = small.tests.set_index(["source", "target"])
    alone = networks.list_p_by_text(small, pd.DataFrame({"source": ["Cyber"], "target": ["internet"]}))
    assert alone["A"].item() == pytest.approx(tested.loc[("Cyber", "internet"), "p"])  # they meet in A only
    assert alone["B"].item() == 1


def test_declared_words_come_first_and_the_most_widespread_follow(small):
    assert networks.choose_words(small, ["hack"], 2) == ["hack", "internet"]
    with pytest.raises(InputError, match=r"data/ties.yml, words: found 'internt'.*internet"):
        networks.choose_words(small, ["internt"], 2)


def test_a_network_has_one_place_for_each_node_and_the_counts_of_each_text(small):
    ties = networks.test_ties(small, networks.pair_nodes(small, ["Cyber", "Drugs", "internet"]))
    network = networks.build_network(small, ["Cyber", "Drugs", "internet"], ties, ties[ties["n"] > 1], n_runs=5, seed=1)
    assert network.nodes.loc["Drugs", ["n", "A", "B"]].tolist() == [3, 2, 1]
    assert network.nodes["community"].to_dict() == {"Cyber": 1, "Drugs": 2, "internet": 1}
    apart = network.nodes.loc["Drugs", ["x", "y"]] - network.nodes.loc["internet", ["x", "y"]]
    beside = network.nodes.loc["Cyber", ["x", "y"]] - network.nodes.loc["internet", ["x", "y"]]
    assert np.hypot(*apart) > np.hypot(*beside)


def test_a_graph_tells_its_units_by_text(small):
    ties = networks.test_ties(small, networks.pair_nodes(small, ["Cyber", "internet"]))
    network = networks.build_network(small, ["Cyber", "internet"], ties, ties, n_runs=5, seed=1)
    graph = networks.export_graph(network, {"Cyber": "Cyber", "internet": "internet"}, {"internet": "the net"})
    assert graph.edges["Cyber", "internet"]["units_A"] == 3
    assert graph.edges["Cyber", "internet"]["weight"] == 3
    assert graph.nodes["internet"]["gloss"] == "the net"


def test_evidence_leads_to_the_paragraphs(small):
    ties = pd.DataFrame({"source": ["Cyber", "Drugs"], "target": ["internet", "hack"]})
    assert networks.list_evidence(small, ties) == [["a", "b", "c"], []]


def test_the_texts_tie_radicalisation_to_terrorism(incidence):
    pairs = networks.pair_themes(incidence, [("terrorism", "radicalisation")])
    tie = networks.test_ties(incidence, pairs).iloc[0]
    assert tie[["source", "target", "n", "2014", "2018", "2020"]].tolist() == [
        "Radicalisation",
        "Terrorism",
        9,
        3,
        4,
        2,
    ]
    assert tie["p"] < 0.01


def test_incidence_agrees_with_the_hits(here, incidence):
    hits = here.hits[here.hits["theme"] == "cyber"]
    assert incidence.table["Cyber"].sum() == hits["paragraph_id"].nunique() == 24
    assert incidence.nodes.loc["cybercriminaliteit", "theme"] == "cyber"
    assert incidence.nodes.loc["samenwerking", "theme"] == ""


def test_sentences_are_smaller_units(here):
    incidence = networks.build_incidence(here, unit="sentence")
    assert len(incidence.units) == 563
    assert incidence.units["paragraph_id"].nunique() == 150


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("pairs: [[cyber, cyber]]\nwords: [a]", r"line 1, pairs\[0\]: found \['cyber', 'cyber'\]"),
        ("pairs: [[cyber, cbnr]]\nwords: [a]", r"line 1, pairs\[0\]: found 'cbnr'.*cbrn"),
        ("pairs: [[cyber, cbrn], [cbrn, cyber]]\nwords: [a]", r"pairs\[1\]: found cbrn and cyber twice"),
        ("pairs: [[cyber, cbrn]]\nwords: [a, a]", r"line 2, words\[1\]: found a twice"),
        ("words: [a, 2014]", r"words\[1\]: found 2014, allowed is a text. Put it in quotes"),
        ("pairs: cyber", r"pairs: found 'cyber', allowed is a list"),
        ("pairs: [[cyber, cbrn]]\nword: [a]", r"the unknown key 'word'"),
    ],
)
def test_a_wrong_declaration_is_told(tmp_path, here, content, message):
    path = tmp_path / "ties.yml"
    path.write_text(content)
    with pytest.raises(InputError, match=message):
        networks.read_declared(path, here.themes)


@pytest.mark.parametrize("content", [None, "", "# nothing leads\n", "words: []\n"])
def test_where_nothing_is_declared_nothing_leads(tmp_path, here, content):
    path = tmp_path / "ties.yml"
    path.write_text(content or "")
    assert networks.read_declared(None if content is None else path, here.themes) == networks.Declared([], [])


def test_the_study_declares_its_pairs_and_words(here, incidence):
    declared = networks.read_declared(here.root / "data/ties.yml", here.themes)
    assert len(declared.pairs) == 18
    assert len(networks.choose_words(incidence, declared.words, 60)) == 60


def test_an_unknown_theme_to_tie_is_told(incidence):
    assert networks.choose_themes(incidence, ["cyber", "cbrn"]) == ["Cyber", "CBRN"]
    assert len(networks.choose_themes(incidence, [])) == 19
    with pytest.raises(InputError, match="parameter themes: found 'cyberr'"):
        networks.choose_themes(incidence, ["cyberr", "cbrn"])
    with pytest.raises(InputError, match="two themes or more"):
        networks.choose_themes(incidence, ["cyber"])
