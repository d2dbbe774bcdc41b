"""Actors: counted by name and kind, beside themes, and measured on coded sentences."""

import pandas as pd
import pytest

from analysis import study as studies
from analysis.inputs import InputError
from analysis.themes.evolution import actors
from analysis.themes.evolution.names import read_names, tag_names

LIST = """
kinds:
  council:
    label: Councils
    names:
      council: {label: Council, core: ["Raad"]}
      european_council: {label: European Council, core: ["Europese Raad"]}
  organisation:
    label: Organisations
    names:
      coe: {label: Council of Europe, core: ["Raad van Europa"]}
      nato: {label: NATO, core: ["NAVO"]}
"""


@pytest.fixture
def names(tmp_path):
    (tmp_path / "actors.yml").write_text(LIST)
    return read_names(tmp_path / "actors.yml")


@pytest.fixture(scope="module")
def ours(here):
    names = read_names(here.find(studies.ACTORS))
    return names, tag_names(here.corpus.sentences, names)


TEXT = pd.DataFrame(
    {
        "sentence_id": ["a1", "a2", "b1"],
        "paragraph_id": ["a", "a", "b"],
        "doc_id": ["a", "a", "b"],
        "text": ["De Raad en de Europese Raad.", "De Raad van Europa zweeg.", "De Raad en de NAVO, niet de navo."],
    }
)


def test_the_longest_name_wins_across_kinds(names):
    hits = tag_names(TEXT, names)
    assert hits[["sentence_id", "name"]].to_numpy().tolist() == [
        ["a1", "council"], ["a1", "european_council"], ["a2", "coe"], ["b1", "council"], ["b1", "nato"],
    ]  # fmt: skip


def test_actors_are_counted_in_sentences_and_told_by_presence(names):
    table = actors.count_actors(tag_names(TEXT, names), TEXT, names)
    counts = table.pivot(index="name", columns="doc_id", values="sentences")
    assert counts.loc[["council", "coe", "nato"]].to_numpy().tolist() == [[1, 1], [1, 0], [0, 1]]
    assert table.drop_duplicates("name").set_index("name")["presence"].to_dict() == {
        "council": "stays", "european_council": "vanishes", "coe": "vanishes", "nato": "appears",
    }  # fmt: skip
    assert table.loc[table["doc_id"] == "a", "share"].tolist() == [0.5, 0.5, 0.5, 0]


def test_a_sentence_counts_once_for_a_kind(names):
    table = actors.count_actors(tag_names(TEXT, names), TEXT, names, by="kind")
    assert table[["kind", "label", "doc_id", "sentences"]].to_numpy().tolist() == [
        ["council", "Councils", "a", 1], ["council", "Councils", "b", 1],
        ["organisation", "Organisations", "a", 1], ["organisation", "Organisations", "b", 1],
    ]  # fmt: skip


def test_theme_by_actor_counts_sentences_that_name_both(names):
    themes = pd.DataFrame(
        {"sentence_id": ["a1", "a1", "b1"], "paragraph_id": ["a", "a", "b"], "doc_id": ["a", "a", "b"]}
    )
    themes = themes.assign(theme="x")
    hits = tag_names(TEXT, names)
    table = actors.cross_actors(themes, hits, TEXT, names, ["x"]).set_index(["name", "doc_id"])
    assert table.loc[("nato", "b"), ["both", "n_theme", "n_actor", "share"]].tolist() == [1, 1, 1, 1]
    assert table.loc[("nato", "a"), ["both", "n_theme", "n_actor"]].tolist() == [0, 1, 0]
    assert "coe" not in table.index.get_level_values("name")  # stands beside no theme
    assert len(actors.list_beside(themes, hits)) == table["both"].sum()


def test_the_printed_counts_are_found_again(here, ours):
    names, hits = ours
    table = actors.count_actors(hits, here.corpus.sentences, names)
    counts = table.pivot(index="name", columns="doc_id", values="sentences")
    assert counts.loc["nato"].tolist() == [0, 2, 1]
    assert counts.loc["member_states"].tolist() == [44, 25, 1]  # by stems: 44, 23, 1
    assert counts.loc["commission"].tolist() == [10, 50, 19]  # by stems, without its members: 10, 47, 16
    assert (counts.loc[["easo", "unhcr"], ["2018", "2020"]] == 0).all(axis=None)
    crossed = actors.cross_actors(here.hits, hits, here.corpus.sentences, names, ["radicalisation"], by="kind")
    industry = crossed[crossed["kind"] == "industry"]
    assert industry["both"].tolist() == [2, 5, 0]


def test_the_list_is_measured_on_sentences_coded_before_it_was_run_on_them(here, ours):
    names, hits = ours
    coded = actors.read_coded_actors(here.find(studies.CODED_ACTORS), names)
    assert coded.groupby("round").size().tolist() == [100, 100]
    second = actors.score_actors(hits, coded[coded["round"] == 2], names).set_index("label")
    # as first measured on 26 November 2026; the list has not been changed since
    assert second.loc["all", ["tp", "fp", "fn", "n"]].tolist() == [94, 1, 10, 100]
    assert list(second.index[~second["usable"]]) == ["citizens"]
    first = actors.score_actors(hits, coded[coded["round"] == 1], names).set_index("label")
    assert first.loc["all", ["tp", "fp", "fn"]].tolist() == [89, 2, 4]  # 81, 5, 12 before the corrections they led to


def test_coded_sentences_are_those_of_the_corpus(here):
    coded = pd.read_csv(here.find(studies.CODED_ACTORS), dtype=str, keep_default_na=False)
    text = here.corpus.sentences.set_index("sentence_id")["text"]
    assert coded["sentence_id"].is_unique
    assert (coded["sentence_id"].map(text) == coded["text"]).all()


def test_an_unknown_name_in_the_codes_is_named(tmp_path, names):
    (tmp_path / "a.csv").write_text("sentence_id,round,text,actors\na1,1,x,council council/* counsil\n")
    with pytest.raises(InputError, match=r"line 2, actors: found 'counsil'.*Did you mean 'council'\?"):
        actors.read_coded_actors(tmp_path / "a.csv", names)


def test_without_a_list_nothing_is_found(here):
    names = read_names(None)
    hits = tag_names(here.corpus.sentences, names)
    assert hits.empty
    assert actors.count_actors(hits, here.corpus.sentences, names).empty
    assert actors.cross_actors(here.hits, hits, here.corpus.sentences, names, ["cyber"]).empty


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (("nato:", "council:"), r"found 'council' under two kinds"),
        (('core: ["NAVO"]', 'cores: ["NAVO"]'), r"the unknown key 'cores'"),
        (('"NAVO"', '"NAVO ..."'), r"Begin and end with a word"),
    ],
)
def test_a_wrong_list_is_refused_with_its_line(tmp_path, edit, message):
    (tmp_path / "actors.yml").write_text(LIST.replace(*edit))
    with pytest.raises(InputError, match=message):
        read_names(tmp_path / "actors.yml")
