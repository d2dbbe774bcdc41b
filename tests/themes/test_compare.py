"""Comparisons of the real texts: nothing lost on the way from hits to tests; planted neighbours are found."""

import pandas as pd

from analysis.themes.compare import compare_texts, compare_words, find_neighbour_words, measure_runs


def test_shares_and_tests_count_the_same_paragraphs(here, comparison):
    counts = here.hits.groupby(["theme", "doc_id"])["paragraph_id"].nunique()
    for row in comparison.shares.itertuples():
        assert row.paragraphs == counts.get((row.theme, row.doc_id), 0)
        assert row.low <= row.share <= row.high
    assert len(comparison.tests) == 4 * 3
    assert comparison.shares["theme"].drop_duplicates().tolist() == here.themes.declared


def test_cbrn_is_too_few_to_tell(comparison):
    assert set(comparison.tests.loc[comparison.tests["theme"] == "cbrn", "verdict"]) == {"too few to tell"}


def test_a_comparison_depends_on_its_seed_alone(here, comparison):
    again = compare_texts(here, n_draws=200, n_permutations=500, seed=1)
    pd.testing.assert_frame_equal(again.tests, comparison.tests)
    other = compare_texts(here, n_draws=200, n_permutations=500, seed=2)
    assert not other.tests["p"].equals(comparison.tests["p"])


def test_runs_of_migration_in_2014_are_long(here):
    runs = measure_runs(here).set_index(["theme", "doc_id"])
    assert runs.loc[("migration", "2014"), "run_length"] > 5
    assert runs.loc[("cyber", "2020"), "count"] == 9


def test_words_only_in_one_text_lie_on_its_side(here):
    words = compare_words(here, ("2018", "2014"), n_draws=100, seed=1).set_index("term")
    assert words.loc["effectbeoordeling", "log_ratio"] > 0
    assert words.loc["derde landen", "log_ratio"] < 0


def test_planted_neighbours_are_found_and_the_theme_itself_is_not():
    rows = [("s1", "cyberaanval", 0, 11), ("s1", "bank", 12, 16), *[(f"r{n}", "rest", 0, 4) for n in range(40)]]
    words = pd.DataFrame(rows * 4, columns=["sentence_id", "lemma", "start", "end"]).assign(form=lambda w: w["lemma"])
    hits = pd.DataFrame({"sentence_id": ["s1"], "start": [0], "end": [11]})
    assert find_neighbour_words(words, hits)["word"].tolist() == ["bank"]
