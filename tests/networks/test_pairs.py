"""Pairs in detail: between texts, around themes, by unit."""

import pandas as pd
import pytest

from analysis.networks import network
from analysis.networks import pairs as dyads
from analysis.themes import attention


@pytest.fixture(scope="module")
def incidence(here):
    return network.build_incidence(here)


def test_paragraphs_are_unevenly_long(here):
    lengths = dyads.measure_lengths(here).set_index("text")
    assert lengths["paragraphs"].tolist() == [84, 40, 26, 150]
    assert lengths.loc["all", "spread"] == pytest.approx(0.596, abs=5e-4)
    assert lengths.loc["all", "reading"].startswith("uneven")


def test_pairs_agree_with_the_neighbours_of_a_theme(here, incidence):
    matrices = dyads.count_pairs(incidence, ["Cyber", "Organised crime"])
    marks = attention.mark_units(here.hits, here.corpus.paragraphs["paragraph_id"], here.themes.names)
    documents = here.corpus.paragraphs.set_index("paragraph_id")["doc_id"]
    known = attention.count_neighbours(marks, "cyber", documents)
    known = known[known["theme"] == "organised_crime"].set_index("doc_id")
    for text, (counts, lift) in matrices.items():
        assert counts.loc["Cyber", "Organised crime"] == known.loc[text, "both"]
        assert lift.loc["Cyber", "Organised crime"] == pytest.approx(known.loc[text, "lift"])


def test_bridges_agree_with_the_pairs(incidence):
    bridges = dyads.measure_bridges(incidence, ["Cyber"], n_draws=50, seed=1)
    counts, lift = dyads.count_pairs(incidence, incidence.themes)["2014"]
    own = bridges[bridges["doc_id"] == "2014"].set_index("b")
    assert own["both"].to_dict() == counts.loc["Cyber"].drop("Cyber").to_dict()
    assert own.loc["Terrorism", "lift"] == pytest.approx(lift.loc["Cyber", "Terrorism"])


def test_a_neighbour_is_no_word_of_the_theme_itself(incidence):
    around = dyads.find_neighbours(incidence, ["Cyber"], min_together=3)
    assert "cybercriminaliteit" not in set(around["neighbour"])
    assert "Organised crime" in set(around["neighbour"])
    assert (around["n"] >= 3).all()
    assert around["p"].is_monotonic_increasing


def test_a_window_holds_fewer_pairs_than_its_paragraph(here):
    near = {window: dyads.count_near(here, window=window) for window in (1, 10, 10_000)}
    paragraphs = attention.mark_units(here.hits, here.corpus.paragraphs["paragraph_id"], here.themes.names)
    both = (paragraphs["radicalisation"] & paragraphs["terrorism"]).sum()
    found = [table.loc["radicalisation", "terrorism"] for table in near.values()]
    assert found[0] <= found[1] <= found[2] == both


def test_comparisons_stand_beside_their_tie(incidence):
    pairs = network.pair_themes(incidence, [("cyber", "organised_crime"), ("migration", "borders")])
    changes = dyads.compare_ties(incidence, pairs, n_draws=99, seed=1)
    wide = dyads.join_changes(network.test_ties(incidence, pairs), changes)
    assert len(changes) == 6
    assert wide.shape[0] == 2
    one = changes[(changes["before"] == "2014") & (changes["after"] == "2018")].set_index("source")
    assert wide.set_index("source").loc["Cyber", "difference_2014_2018"] == one.loc["Cyber", "difference"]


def test_counts_of_a_pair_agree_in_all_units(here, incidence):
    units = dyads.compare_units(here, incidence, [("radicalisation", "terrorism")])
    assert units[["paragraphs", "sentences"]].to_numpy().tolist() == [[9, 17]]
    assert isinstance(units, pd.DataFrame)


def test_units_agree_in_what_stands_together(here):
    words = ["migratie", "migrant", "grens", "terrorisme", "radicalisering", "cybercriminaliteit", "onderzoek"]
    agreement = dyads.correlate_units(here, words)
    assert (agreement.to_numpy().diagonal() == 1).all()
    assert (agreement.to_numpy() > 0.3).all()
