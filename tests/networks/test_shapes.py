"""Corpora of other shapes: any number of texts and themes, none of this or that."""

import networkx as nx
import pandas as pd
import pytest

from analysis import networks
from analysis.inputs import InputError
from analysis.networks import change, participation, plots, prose
from analysis.networks.network import TIE_COLUMNS

TWO = {"cyber": ["cyber*", "hacker*"], "migration": ["migration", "border"]}
FIVE = TWO | {"food": ["bread", "farmer*"], "sea": ["sea", "water"], "ghost": ["unicorn*"]}
SMALL = {"n_draws": 30, "seed": 1}


def whole_way(study, pairs=()):
    """All that the page on networks computes, on the words and on the themes."""
    incidence = networks.build_incidence(study)
    labels = prose.label_nodes(study, incidence)
    found = {"incidence": incidence, "labels": labels, "lengths": networks.measure_lengths(study)}
    found["pairs"] = networks.test_ties(incidence, networks.pair_themes(incidence, list(pairs)))
    found["changes"] = networks.compare_ties(incidence, found["pairs"], **SMALL)
    found["units"] = networks.compare_units(study, incidence, list(pairs))
    chosen = {"themes": networks.choose_themes(incidence, []), "words": networks.choose_words(incidence, [], 20)}
    for kind, nodes in chosen.items():
        measured = networks.measure_network(incidence, nodes, alpha=0.1, min_together=2, n_runs=5, **SMALL)
        found |= {f"{kind} network": measured.network, f"{kind} ties": measured.pair_tests}
        found[f"{kind} picture"] = prose.picture_network(study, incidence, measured, labels)
        found[f"{kind} layout"] = prose.layout_measured(incidence, measured, labels, kind)
        described = prose.describe_network(measured, labels, alpha=0.1)
        found[f"{kind} says"] = described, prose.describe_groups(measured.network)
    found["bridging words"] = networks.find_bridging_words(incidence, found["words network"], **SMALL)
    found["bridges"] = networks.measure_bridges(incidence, incidence.themes, **SMALL)
    found["around"] = networks.find_neighbours(incidence, incidence.themes)
    found["matrices"] = networks.count_pairs(incidence, incidence.themes)
    family = networks.pair_nodes(incidence, incidence.themes)
    found["whole"] = networks.compare_networks(incidence, family, **SMALL)
    return found


def count_titles(fig) -> int:
    return sum(bool(ax.get_title(loc="left") or ax.get_title()) for ax in fig.axes)


@pytest.mark.slow
@pytest.mark.parametrize(("n_texts", "themes"), [(1, TWO), (2, TWO), (4, FIVE), (7, FIVE)])
def test_any_number_of_texts_and_themes_is_measured_and_drawn(make_study, town, n_texts, themes):
    study = make_study({f"t{number}": town(number, 8) for number in range(n_texts)}, themes)
    found = whole_way(study, [("cyber", "migration")])
    n_pairs = n_texts * (n_texts - 1) // 2
    assert list(found["pairs"].columns) == ["source", "target", *TIE_COLUMNS, *study.documents]
    assert len(found["changes"]) == n_pairs
    assert list(found["changes"].columns) == change.COLUMNS
    assert len(found["whole"]) == 4 * n_pairs
    assert list(found["whole"].columns) == change.NETWORK_COLUMNS
    assert list(found["bridging words"].columns) == participation.COLUMNS
    for kind in ("themes", "words"):
        fig = plots.plot_panels(found[f"{kind} picture"])
        assert count_titles(fig) == n_texts + (n_texts > 1)
    assert count_titles(plots.plot_matrices(found["matrices"])) == n_texts
    markers = [theme["marker"] for theme in found["themes picture"]["themes"]]
    assert markers == ["o", "D", "^", "s", "v"][: len(themes)]


def test_a_theme_in_no_paragraph_has_no_ties_and_no_strength(make_study, town):
    study = make_study({"a": town(0, 8), "b": town(3, 8)}, FIVE)
    found = whole_way(study, [("ghost", "sea")])
    tie = found["pairs"].iloc[0]
    assert tie[["source", "target", "n", "expected", "p", "q"]].tolist() == ["Ghost", "Sea", 0, 0, 1, 1]
    assert tie["strength"] == 0
    assert found["themes network"].nodes.loc["Ghost", ["n", "a", "b"]].tolist() == [0, 0, 0]
    assert "Ghost" not in set(found["around"]["theme"])


def test_where_nothing_is_declared_and_nothing_tied_that_is_said(make_study, town):
    study = make_study({"a": town(0, 2), "b": town(2, 2)}, TWO)
    found = whole_way(study)
    assert found["pairs"].empty
    assert list(found["pairs"].columns) == ["source", "target", *TIE_COLUMNS, "a", "b"]
    assert list(found["changes"].columns) == change.COLUMNS
    assert prose.describe_pairs(found["pairs"], found["changes"])[1] == "descriptive"
    assert found["themes network"].ties.empty
    said, groups = found["themes says"]
    assert said == "No tie passes the test at 10% (1 pair tested): none is drawn."
    assert groups == "There are no ties, and so no groups and no words between them."
    assert found["themes layout"]["shown"].empty
    assert found["themes layout"]["links"] == {"passages": []}
    laid_out = prose.layout_groups(found["incidence"], found["themes network"], found["labels"])
    assert laid_out["shown"].empty
    between = pd.DataFrame({"node": ["Cyber"], "n": 1})
    assert prose.layout_bridging(found["incidence"], found["themes network"], between, found["labels"])["shown"].empty


@pytest.mark.slow
@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ({"a": ["Unicorns."], "b": ["Hackers."]}, []),
        ({"a": ["Sea.", "Sea."], "b": ["Farms."]}, ["sea"]),
        ({"a": ["Sea and farms.", "Sea and farms."], "b": ["Farms."]}, ["farm", "sea"]),
    ],
)
def test_fewer_than_three_words_make_an_honest_network(make_study, texts, words):
    found = whole_way(make_study(texts, TWO))
    assert found["incidence"].words == words
    assert list(found["words network"].nodes.index) == sorted(words, key=list(found["words network"].nodes.index).index)
    assert len(found["words ties"]) == len(words) * (len(words) - 1) / 2
    assert len(found["bridging words"]) == len(words)
    if len(words) < 2:
        assert found["words says"][0] == "There are no pairs to be tested."
    plots.plot_panels(found["words picture"])


def test_one_text_has_nothing_to_compare(make_study, town):
    study = make_study({"a": town(0, 16)}, TWO)
    found = whole_way(study, [("cyber", "migration")])
    assert found["changes"].empty
    assert found["whole"].empty
    assert found["words picture"]["compare"] == []
    sentence, verdict = prose.describe_pairs(found["pairs"], found["changes"])
    assert sentence.endswith("There is one text: no difference to be judged.")
    assert verdict == "descriptive"
    layout = prose.layout_ties(found["incidence"], found["pairs"], found["changes"], found["labels"])
    assert "change" not in layout["columns"]


def test_a_theme_and_a_word_of_one_name_are_two_nodes(make_study, town):
    study = make_study({"a": town(0, 8)}, {"sea": ["sea"], "border": ["border"]}, {"sea": "sea"})
    incidence = networks.build_incidence(study)
    assert incidence.table.columns.is_unique
    assert incidence.themes == ["sea (theme)", "Border"]
    assert incidence.nodes.loc["sea"].tolist() == ["word", "sea"]
    assert networks.compare_units(study, incidence, [("sea", "border")])["windows"].tolist() == [0]


def test_simulations_speak_for_the_texts_with_which_they_were_made(here, make_study, town):
    simulated = here.benchmark("ties")
    study = make_study({"a": town(0, 8)}, TWO)
    assert study.benchmark("ties").empty
    own, other = networks.measure_lengths(here), networks.measure_lengths(study)
    assert "SDSM" in prose.describe_lengths(own, simulated)
    assert "SDSM" not in prose.describe_lengths(other, simulated)
    assert prose.describe_placebo(simulated, own)
    assert prose.describe_placebo(simulated, other) == prose.describe_placebo(study.benchmark("ties"), own) == ""


def test_a_word_graph_counts_by_hand_and_leaves_out_what_never_meets(make_study):
    texts = {
        "a": ["Sea and farms.", "Sea and farms.", "Sea and bread.", "Bread."],
        "b": ["Bread and farms.", "Bread and farms."],
    }
    study = make_study(texts, TWO)
    graph = networks.word_graph(study, "a")
    assert dict(graph.nodes(data="n")) == {"bread": 2, "farm": 2, "sea": 3}
    assert dict(graph.nodes(data="label")) == {"bread": "bread", "farm": "farms", "sea": "sea"}
    assert sorted(graph.edges(data="n")) == [("bread", "sea", 1), ("farm", "sea", 2)]
    assert graph.edges["farm", "sea"]["weight"] == 2
    values = [value for _, _, data in graph.edges(data=True) for value in data.values()]
    assert {type(value) for value in values} == {int, float}
    assert not graph.is_directed()
    assert nx.density(graph) < 1
    both = networks.word_graph(study)
    assert both.edges["bread", "farm"]["n"] == 2
    assert list(networks.word_graph(study, "a", min_together=2).edges) == [("farm", "sea")]
    assert set(networks.word_graph(study, "a", n_words=1)) == {"sea"}
    assert networks.word_graph(study, "b", alpha=0.0).number_of_edges() == 0


def test_a_word_graph_of_an_unknown_text_is_refused(make_study, town):
    study = make_study({"a": town(0, 3)}, TWO)
    with pytest.raises(InputError, match="text: found 'b', allowed is one of a"):
        networks.word_graph(study, "b")
    with pytest.raises(InputError, match="n_words: found 0"):
        networks.word_graph(study, "a", n_words=0)
