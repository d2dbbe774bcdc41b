"""Bridges between themes: counted by hand, by a second route, and planted."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.inputs import InputError
from analysis.networks import participation
from analysis.stats import bootstrap
from analysis.themes import attention


def random_texts(seed, sizes=(60, 30), n_nodes=5, share=0.3):
    rng = np.random.default_rng(seed)
    incidence = pd.DataFrame(rng.random((sum(sizes), n_nodes)) < share, columns=list("abcdefgh")[:n_nodes])
    documents = pd.Series(np.repeat(["A", "B"], sizes))
    return incidence, documents, bootstrap.run_blocks(documents.to_frame("doc_id"), 4)


def test_lift_and_share_by_hand():
    # Ten units; a in 4, b in 5, both in 3: lift 3 · 10 / (4 · 5), three of the four units with a hold b.
    a, b = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0], [1, 1, 1, 0, 1, 1, 0, 0, 0, 0]
    incidence = pd.DataFrame({"a": a, "b": b, "c": 0}, dtype=bool)
    found = participation.bridges(incidence, pd.Series(["A"] * 10), pd.Series(range(10)), seed=1).set_index(["a", "b"])
    row = found.loc[("a", "b")]
    assert row[["n_a", "n_b", "both", "n", "share", "lift"]].tolist() == [4, 5, 3, 10, 0.75, 1.5]
    assert found.loc[("b", "a"), "share"] == 0.6
    assert found.loc[("a", "c"), ["share", "share_low"]].tolist() == [0, 0]
    assert found.loc[("a", "c"), ["lift", "lift_low", "lift_high"]].isna().all()
    assert found.loc[("c", "a"), ["share", "share_low", "share_high", "lift"]].isna().all()


def test_bridges_count_as_neighbours_do(here):
    paragraphs = here.corpus.paragraphs.set_index("paragraph_id", drop=False)
    incidence = attention.mark_units(here.hits, paragraphs["paragraph_id"], here.themes.names)
    blocks = bootstrap.make_blocks(paragraphs)
    found = participation.bridges(incidence, paragraphs["doc_id"], blocks, n_draws=50, seed=1)
    for theme in here.themes.declared:
        own = found[found["a"] == theme].sort_values(["doc_id", "b"], ignore_index=True)
        beside = attention.count_neighbours(incidence, theme, paragraphs["doc_id"])
        beside = beside.sort_values(["doc_id", "theme"], ignore_index=True)
        assert own[["both", "n_a", "n_b", "n"]].to_numpy().tolist() == (
            beside[["both", "n_theme", "n_other", "n"]].to_numpy().tolist()
        )
        assert own["lift"].to_numpy() == pytest.approx(beside["lift"].to_numpy(), nan_ok=True)


@pytest.mark.slow
@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.sampled_from([0.02, 0.2, 0.6, 1.0]))
def test_intervals_hold_their_value_and_are_never_reversed(seed, share):
    incidence, documents, blocks = random_texts(seed, share=share)
    found = participation.bridges(incidence, documents, blocks, n_draws=30, seed=seed)
    known = found.dropna(subset="lift")
    assert (known["lift_low"] <= known["lift"]).all()
    assert (known["lift"] <= known["lift_high"]).all()
    assert (known["lift_low"] >= 0).all()
    named = found.dropna(subset="share")
    assert named["share"].between(named["share_low"] - 1e-12, named["share_high"] + 1e-12).all()
    assert found["lift"].isna().equals((found["n_a"] == 0) | (found["n_b"] == 0))


def test_themes_that_never_meet_have_an_interval_from_zero_that_is_not_empty():
    incidence, documents, blocks = random_texts(1, share=0.2)
    incidence["b"] &= ~incidence["a"]
    row = participation.bridges(incidence, documents, blocks, ["a", "b"], seed=1).iloc[0]
    assert (row["both"], row["lift"], row["lift_low"]) == (0, 0, 0)
    assert 0.1 < row["lift_high"] < 10


def test_themes_that_come_in_the_same_sections_have_a_wider_interval():
    sections = np.repeat(np.arange(20), 5)
    inside = pd.DataFrame({"a": sections < 6, "b": sections < 6})
    mixed = inside.sample(frac=1, random_state=1).reset_index(drop=True)
    width = []
    for incidence in (inside, mixed):
        row = participation.bridges(incidence, pd.Series(["A"] * 100), pd.Series(sections), seed=1).iloc[0]
        width.append(np.log(row["lift_high"] / row["lift_low"]))
    assert width[0] > 1.3 * width[1]


def test_participation_by_hand():
    # h has 2 ties to its own community x, 1 to y and 1 to z: P = 1 − (4 + 1 + 1)/16.
    nodes = ["h", "x1", "y1", "z1"]
    table = pd.DataFrame(0, index=nodes, columns=nodes)
    for other, weight in (("x1", 2), ("y1", 1), ("z1", 1)):
        table.loc["h", other] = table.loc[other, "h"] = weight
    table.loc["h", "h"] = 9  # not read
    found = participation.participation(table, {"h": "x", "x1": "x", "y1": "y", "z1": "z"}).set_index("node")
    assert found.loc["h", ["strength", "across", "participation"]].tolist() == [4, 2, 1 - 6 / 16]
    assert found.loc["y1", ["strength", "across", "participation"]].tolist() == [1, 1, 0]


def test_a_node_without_ties_has_no_participation():
    found = participation.participation(pd.DataFrame([[0]], index=["a"], columns=["a"]), {"a": "x"})
    assert found["participation"].isna().item()


def test_bridging_terms_are_counted_from_units_as_from_the_network():
    incidence, documents, blocks = random_texts(2)
    communities = dict(zip("abcde", "xxyyz", strict=True))
    there = incidence.to_numpy(dtype=int)
    network = pd.DataFrame(there.T @ there, index=incidence.columns, columns=incidence.columns)
    expected = participation.participation(network, communities).set_index("node")
    found = participation.bridging_terms(incidence, communities, documents, blocks, n_draws=20, seed=1).set_index(
        "node"
    )
    assert found["n"].to_dict() == incidence.sum().to_dict()
    pd.testing.assert_frame_equal(found.loc[list("abcde"), expected.columns], expected)


@pytest.mark.parametrize("by", ["participation", "across"])
def test_the_planted_bridge_has_the_first_rank(by):
    rng = np.random.default_rng(3)
    section = np.repeat(np.arange(24), 5)
    incidence = pd.DataFrame({f"x{i}": (section % 2 == 0) & (rng.random(120) < 0.4) for i in range(4)})
    incidence = incidence.join(pd.DataFrame({f"y{i}": (section % 2 == 1) & (rng.random(120) < 0.4) for i in range(4)}))
    incidence["bridge"] = rng.random(120) < 0.4
    communities = {node: node[0] for node in incidence.columns} | {"bridge": "x"}
    found = participation.bridging_terms(
        incidence, communities, pd.Series(["A"] * 120), pd.Series(section), by=by, n_draws=200, seed=1
    )
    first = found.iloc[0]
    assert first[["node", "rank", "rank_low"]].tolist() == ["bridge", 1, 1]
    assert first["rank_high"] <= 2 < found["rank_high"].iloc[1:].min()


def test_ranks_and_draws_do_not_depend_on_the_order_of_columns_or_batches(monkeypatch):
    incidence, documents, blocks = random_texts(4)
    communities = dict(zip("abcde", "xxyyz", strict=True))
    found = participation.bridging_terms(incidence, communities, documents, blocks, n_draws=50, seed=1)
    turned = participation.bridging_terms(incidence[list("edcba")], communities, documents, blocks, n_draws=50, seed=1)
    pd.testing.assert_frame_equal(turned, found)
    lifts = participation.bridges(incidence, documents, blocks, n_draws=50, seed=1)
    monkeypatch.setattr(participation, "BATCH", 100)
    pd.testing.assert_frame_equal(
        participation.bridging_terms(incidence, communities, documents, blocks, n_draws=50, seed=1), found
    )
    pd.testing.assert_frame_equal(participation.bridges(incidence, documents, blocks, n_draws=50, seed=1), lifts)


def test_what_cannot_bridge_is_named():
    incidence, documents, blocks = random_texts(5)
    with pytest.raises(InputError, match="no community for 'b' and 3 more"):
        participation.bridging_terms(incidence, {"a": "x"}, documents, blocks, seed=1)
    with pytest.raises(InputError, match="themes: found 'z'"):
        participation.bridges(incidence, documents, blocks, ["a", "z"], seed=1)
    with pytest.raises(InputError, match="weights: found another table"):
        participation.participation(pd.DataFrame([[0, 1], [2, 0]]), {"0": "x", "1": "x"})
