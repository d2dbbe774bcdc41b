"""Attention counted by hand on a text one can read at a glance, and statements true of the real texts."""

import pandas as pd
import pytest

from analysis.themes.attention import (
    count_attention,
    count_neighbours,
    count_vocabulary,
    describe_presence,
    leave_one_term_out,
    mark_units,
)
from analysis.themes.dictionary import Theme, Themes, tag

# A: two paragraphs, three sentences; B: one paragraph, one sentence.
SENTENCES = pd.DataFrame(
    {
        "sentence_id": ["A1.1", "A1.2", "A2.1", "B1.1"],
        "paragraph_id": ["A1", "A1", "A2", "B1"],
        "doc_id": ["A", "A", "A", "B"],
        "text": ["Hackers en malware.", "Meer malware.", "Niets.", "Hackers!"],
    }
)
THEMES = Themes(
    {
        "cyber": Theme("cyber", "Cyber", "", "#000000", True, core=("hackers", "malware")),
        "cbrn": Theme("cbrn", "CBRN", "", "#000000", True, core=("gifgas",)),
    }
)
TOKENS = {"A": 6, "B": 1}
HITS = tag(SENTENCES, THEMES)


def test_attention_counted_by_hand():
    table = count_attention(HITS, SENTENCES, TOKENS, ["cyber", "cbrn"]).set_index(["theme", "doc_id"])
    counts = ["hits", "sentences", "paragraphs", "n_sentences", "n_paragraphs"]
    assert table.loc[("cyber", "A"), counts].tolist() == [3, 2, 1, 3, 2]
    assert table.loc[("cyber", "A"), ["share_sentences", "share_paragraphs", "per_1000"]].tolist() == [2 / 3, 0.5, 500]
    assert table.loc[("cbrn", "B"), [*counts, "composition"]].tolist() == [0, 0, 0, 1, 1, 0]


def test_composition_adds_up_to_one_and_no_share_exceeds_one(here):
    table = count_attention(here.hits, here.corpus.sentences, here.n_tokens, here.themes.names)
    assert table.groupby("doc_id")["composition"].sum().tolist() == pytest.approx([1, 1, 1])
    assert table[["share_sentences", "share_paragraphs"]].to_numpy().max() <= 1
    assert len(table) == len(here.themes.names) * 3


def test_marks_say_which_paragraphs_have_which_theme():
    marks = mark_units(HITS, pd.Series(["A1", "A2", "B1"], name="paragraph_id"), ["cyber", "cbrn"])
    assert marks.to_numpy().tolist() == [[True, False], [False, False], [True, False]]


def test_the_term_that_matters_most_is_found():
    table = leave_one_term_out(HITS, SENTENCES, THEMES, ["cyber", "cbrn"]).set_index(["theme", "doc_id"])
    assert table.loc[("cyber", "A")].tolist() == [1, 1, "", 0.0]  # either word would do
    assert table.loc[("cyber", "B")].tolist() == [1, 0, "hackers", 1.0]
    assert table.loc[("cbrn", "A")].tolist() == [0, 0, "", 0.0]


def test_forms_of_a_word_are_counted_together_under_the_most_frequent():
    surface = ["Cyberaanval", "cyberaanvallen", "cyberaanvallen", "EC3", "EC3", "Boedapest"]
    hits = pd.DataFrame({"surface": surface, "start": [0, 9, 9, 0, 9, 9], "doc_id": list("AABBBB")})
    table = count_vocabulary(hits, lambda word: word.removesuffix("len"))
    assert table.index.tolist() == ["cyberaanvallen", "EC3", "Boedapest"]
    assert table.loc["cyberaanvallen"].tolist() == [2, 1]


def test_vocabulary_holds_every_hit_of_the_real_texts(here):
    for theme in here.themes.declared:
        hits = here.hits[here.hits["theme"] == theme]
        assert count_vocabulary(hits, here.base_form).to_numpy().sum() == len(hits)


def test_presence_names_each_of_five_fates():
    counts = pd.DataFrame([[1, 1, 1], [1, 0, 1], [1, 1, 0], [0, 1, 0], [0, 0, 1]], index=list("abcde"))
    assert describe_presence(counts).tolist() == ["stays", "returns", "vanishes", "passes", "appears"]


def test_neighbours_by_hand_lift_is_one_at_chance():
    # four paragraphs, two with x, two with y, one with both: together as often as chance has it
    marks = pd.DataFrame({"x": [1, 1, 0, 0], "y": [1, 0, 1, 0], "z": [0, 0, 0, 0]}, index=list("abcd")).astype(bool)
    table = count_neighbours(marks, "x", pd.Series("A", index=marks.index)).set_index("theme")
    assert table.loc["y", ["both", "n_theme", "n_other", "n", "share", "lift"]].tolist() == [1, 2, 2, 4, 0.5, 1.0]
    assert table.loc["z", "both"] == 0
    assert pd.isna(table.loc["z", "lift"])
