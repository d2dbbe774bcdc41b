"""Comparisons of the real texts: nothing lost on the way from hits to tests; planted neighbours are found."""

import pandas as pd
import pytest

from analysis.inputs import InputError
from analysis.themes.compare import (
    compare_texts,
    compare_words,
    find_neighbour_words,
    measure_runs,
    pair_neighbours,
)


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


def test_no_neighbours_where_no_or_every_sentence_names_the_theme():
    words = pd.DataFrame({"sentence_id": ["s1"], "lemma": ["bank"], "start": [0], "end": [4], "form": ["bank"]})
    for sentences in ([], ["s1"]):
        hits = pd.DataFrame({"sentence_id": pd.Series(sentences, dtype=str), "start": 0, "end": 4})
        found = find_neighbour_words(words, hits)
        assert found.empty
        assert found.columns.tolist() == ["word", "beside", "elsewhere", "log_ratio", "g2"]


# --- corpora of other shapes ------------------------------------------------------------------------------------

FISH = {"fish": ["fish*"]}


def test_a_large_difference_between_plain_texts_is_found(make_study, write_text):
    # each is a single section: moved as wholes, every p was 1
    study = make_study(
        {"2019-01-01": write_text(30, 1, {"fish": 0.1}), "2020-01-01": write_text(30, 2, {"fish": 0.8})}, FISH
    )
    found = compare_texts(study, n_draws=50, n_permutations=999, seed=1)
    assert found.tests["verdict"].tolist() == ["differs"]
    assert found.attainable[["blocks_before", "blocks_after"]].to_numpy().tolist() == [[8, 8]]
    assert found.attainable["least_p"].item() == 1 / 1000


@pytest.mark.slow
def test_plain_texts_that_are_alike_seldom_differ(make_study, write_text):
    p = []
    for seed in range(0, 24, 2):
        texts = {f"201{n}-01-01": write_text(24, seed + n, {"fish": 0.3}) for n in range(2)}
        p.append(compare_texts(make_study(texts, FISH), n_draws=20, n_permutations=199, seed=1).tests["p"].item())
    assert sum(value <= 0.05 for value in p) <= 2


def test_a_text_of_one_paragraph_is_too_few_to_tell(make_study, write_text):
    study = make_study({"2019-01-01": "One fish.", "2020-01-01": write_text(12, 1, {"fish": 0.9})}, FISH)
    found = compare_texts(study, n_draws=20, n_permutations=99, seed=1)
    assert found.attainable["least_p"].item() == 1 / 6  # one block and five
    assert found.tests["verdict"].tolist() == ["too few to tell"]
    assert len(measure_runs(study)) == 2


def test_one_text_has_nothing_to_compare_in_tables_of_the_same_columns(make_study, write_text, comparison):
    study = make_study({"2019-01-01": write_text(12, 1, {"fish": 0.3})}, FISH)
    found = compare_texts(study, n_draws=20, n_permutations=99, seed=1)
    assert len(found.shares) == 1
    for name in ("tests", "windows", "attainable"):
        assert getattr(found, name).empty
        assert getattr(found, name).columns.tolist() == getattr(comparison, name).columns.tolist()
    assert pair_neighbours(study.documents) == []


def test_two_texts_are_one_pair_and_no_text_is_compared_with_itself(make_study, write_text):
    texts = {"2019-01-01": write_text(12, 1, {"fish": 0.3}), "2020-01-01": write_text(9, 2, {"fish": 0.3})}
    study = make_study(texts, FISH)
    assert pair_neighbours(study.documents) == [("2020-01-01", "2019-01-01")]
    assert len(compare_words(study, ("2020-01-01", "2019-01-01"), n_draws=20, seed=1))
    with pytest.raises(InputError, match="pair: found '2020-01-01' twice"):
        compare_words(study, ("2020-01-01", "2020-01-01"), n_draws=20, seed=1)


def test_a_paragraph_without_words_is_a_paragraph(make_study, write_text):
    texts = {day: "~ ~ ~\n\n" + write_text(12, 1, {"fish": 0.3}) for day in ("2019-01-01", "2020-01-01")}
    found = compare_texts(make_study(texts, FISH), n_draws=20, n_permutations=99, seed=1)
    assert found.shares["n_paragraphs"].tolist() == [13, 13]


def test_a_dictionary_without_declared_themes_is_named(here):
    with pytest.raises(InputError, match=r"themes: found no declared theme.*declared: true"):
        compare_texts(here, themes=[], seed=1)
