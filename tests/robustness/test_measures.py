"""What specifications count is what the tables of the study count, by another route."""

import numpy as np
import pytest

from analysis.corpus import counts as terms
from analysis.robustness import measures
from analysis.themes import attention
from analysis.themes.dictionary import tag


def ratio(one, tokens, text):
    blocks = tokens.owner == tokens.texts.index(text)
    return one.table[0][blocks].sum() / one.table[1][blocks].sum()


def test_migration_is_in_37_of_84_paragraphs_and_then_in_3_of_40(tokens, measure_one):
    one = measure_one("migration-2014-2018")
    by_text = [one.table[:2, tokens.owner == text].sum(axis=1).tolist() for text in (0, 1)]
    assert by_text == [[37, 84], [3, 40]]


@pytest.mark.parametrize(
    ("chosen", "column", "times"),
    [
        ({"unit": "sentence"}, "share_sentences", 1),
        ({"measure": "tokens", "counting": "each"}, "per_1000", 1000),
        ({"measure": "composition", "counting": "each"}, "composition", 1),
    ],
)
def test_other_measures_are_those_of_the_attention_table(study, tokens, measure_one, chosen, column, times):
    table = attention.count_attention(study.hits, study.corpus.sentences, study.n_tokens, study.themes.declared)
    shares = table.set_index(["theme", "doc_id"])[column]
    one = measure_one("cyber-2014-2018", **chosen)
    for text in ("2014", "2018"):
        assert times * ratio(one, tokens, text) == pytest.approx(shares["cyber", text])


def test_content_words_are_those_that_are_listed(study, tokens, measure_one):
    one = measure_one("cyber-2014-2018", measure="words", counting="each")
    words = terms.list_words(study.corpus.sentences, study.languages).groupby("doc_id").size()
    assert [one.table[1][tokens.owner == text].sum() for text in range(3)] == words.tolist()


def test_windows_are_cut_as_for_topic_models(study, tokens):
    stages = measures.Stages(tokens)
    units = measures.cut_units(stages, "window-100", "out", "out", "in")
    counts = terms.count_text(study.corpus.sentences, study.languages, unit="window", window=100)
    assert len(units.text) == len(counts.units)
    assert units.n_tokens.min() >= 95
    assert units.n_tokens.sum() == sum(study.n_tokens.values())


def test_without_its_first_term_a_theme_is_what_another_tagging_finds(study, tokens, measure_one):
    term = tokens.facts.carrying["migration"][0]
    again = tag(study.corpus.sentences, study.themes.without("migration", term))
    wanted = again[again["theme"] == "migration"].groupby("doc_id")["paragraph_id"].nunique()
    one = measure_one("migration-2014-2018", dictionary="without-1")
    assert one.table[0][tokens.owner == 0].sum() == wanted["2014"] < 37


def test_dictionaries_grow_from_core_to_wide(measure_one):
    def n_sentences(option):
        one = measure_one("migration-2014-2018", unit="sentence", dictionary=option)
        return one.table[0].sum()

    assert n_sentences("core") <= n_sentences("full") < n_sentences("wide")


def test_a_tie_counts_the_paragraphs_that_name_both(study, measure_one):
    marks = attention.mark_units(study.hits, study.corpus.paragraphs["paragraph_id"], study.themes.names)
    assert measure_one("migration-with-external").n == (marks["migration"] & marks["external"]).sum() == 14


def test_words_of_both_themes_can_be_left_out(measure_one):
    name = "borders-with-information-systems"  # SIS, VIS, PNR are terms of both
    assert measure_one(name, shared="out").n < measure_one(name).n


def test_shared_stages_count_what_stages_of_their_own_count(plan, tokens, sixty):
    together = measures.measure(sixty, plan.claims, tokens)
    for place, shared in enumerate(together):
        alone = measures.measure(sixty.iloc[[place]], plan.claims, tokens)[0]
        assert np.array_equal(alone.table, shared.table)
        assert alone[1:] == shared[1:]
