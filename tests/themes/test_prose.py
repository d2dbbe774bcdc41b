"""Sentences carry the numbers of their tables; verdicts follow the rule."""

import pandas as pd

from analysis.themes import prose
from analysis.themes.dictionary import Theme, Themes

SUBJECT = Theme("x", "Fish", "About fish.", "#000000", True, core=("vis",))
THEMES = Themes({"x": SUBJECT})
SHARES = pd.DataFrame(
    {
        "theme": "x",
        "doc_id": ["A", "B"],
        "paragraphs": [2, 9],
        "n_paragraphs": [20, 30],
        "share": [0.1, 0.3],
        "run_length": [1.0, 2.5],
    }
)
TEST = {"theme": "x", "before": "A", "after": "B", "p": 0.04, "p_adjusted": 0.2}


def with_verdict(verdict: str) -> pd.DataFrame:
    return pd.DataFrame([{**TEST, "verdict": verdict}])


def test_the_finding_of_a_theme_tells_counts_shares_and_chance():
    sentence, verdict = prose.describe_theme(SUBJECT, SHARES, with_verdict("holds with reservations"))
    assert verdict == "holds with reservations"
    assert sentence == (
        "The B text speaks most of fish: 9 of 30 paragraphs (30%), against 2 of 20 paragraphs (10%) in A. Chance alone "
        "would bring a difference as large as that between A and B in 4% of cases, but not all comparisons are allowed "
        "for in that."
    )


def test_too_few_is_said_and_nothing_else():
    sentence, verdict = prose.describe_theme(SUBJECT, SHARES, with_verdict("too few to tell"))
    assert verdict == "too few to tell"
    assert sentence.endswith("That is too few to tell whether the texts differ.")
    assert "chance" not in sentence


def test_the_summary_names_the_text_with_most_and_counts_clear_differences():
    sentence, verdict = prose.summarise_changes(SHARES, with_verdict("differs"), THEMES)
    assert sentence.startswith("Fish most in B (9 of 30 paragraphs, 30%).")
    assert "The one difference between texts is larger than chance" in sentence
    assert verdict == "differs"


def test_no_finding_speaks_of_policy(here, comparison):
    sentences = [prose.summarise_changes(comparison.shares, comparison.tests, here.themes)[0]]
    for theme in here.themes.declared:
        own = (table[table["theme"] == theme] for table in (comparison.shares, comparison.tests))
        sentences.append(prose.describe_theme(here.themes[theme], *own)[0])
    assert not any("policy" in sentence or "trend" in sentence for sentence in sentences)


def test_of_one_text_the_finding_is_its_share_and_nothing_is_compared():
    none = with_verdict("differs").head(0)
    assert prose.describe_theme(SUBJECT, SHARES.head(1), none) == (
        "Paragraphs that name fish: 2 of 20 paragraphs (10%) in A.",
        "descriptive",
    )
    assert prose.summarise_changes(SHARES.head(1), none, THEMES) == (
        "Paragraphs that name a theme: fish 2 of 20 paragraphs (10%). With one text there is nothing to compare.",
        "descriptive",
    )
    assert prose.describe_keyness({}) == ""


def test_a_text_of_one_paragraph_is_not_said_to_speak_most_of_a_theme():
    small = {"theme": "x", "doc_id": "C", "paragraphs": 1, "n_paragraphs": 1, "share": 1.0}
    shares = pd.concat([SHARES, pd.DataFrame([small])], ignore_index=True)
    sentence = prose.describe_theme(SUBJECT, shares, with_verdict("inconclusive"))[0]
    assert sentence.startswith(
        "The B text speaks most of fish, of the texts with five paragraphs or more (not C): 9 of"
    )
    assert "1 of 1 paragraph (100%) in C" in sentence
    summary = prose.summarise_changes(shares, with_verdict("inconclusive"), THEMES)[0]
    assert summary.startswith("Fish most in B (9 of 30 paragraphs, 30%), of the texts with five paragraphs or more")


def test_of_a_theme_that_no_text_names_none_is_said_to_name_it_most():
    shares = SHARES.assign(paragraphs=0, share=0.0)
    assert prose.describe_theme(SUBJECT, shares, with_verdict("too few to tell"))[0].startswith("No text names fish")
    assert prose.summarise_changes(shares, with_verdict("too few to tell"), THEMES)[0].startswith("Fish in none.")


def test_texts_that_name_a_theme_as_often_are_named_together():
    third = {"theme": "x", "doc_id": "C", "paragraphs": 9, "n_paragraphs": 30, "share": 0.3}
    shares = pd.concat([SHARES, pd.DataFrame([third])], ignore_index=True)
    sentence = prose.describe_theme(SUBJECT, shares, with_verdict("inconclusive"))[0]
    assert sentence.startswith("B and C speak most of fish: 9 of 30 paragraphs (30%) in B and 9 of 30")
    summary = prose.summarise_changes(shares, with_verdict("inconclusive"), THEMES)[0]
    assert summary.startswith("Fish most in B (9 of 30 paragraphs, 30%) and C (9 of 30 paragraphs, 30%).")


def test_verbs_fit_the_number_of_words():
    presence = pd.Series(["stays", "vanishes", "vanishes"], index=list("abc"))
    caption = prose.caption_vocabulary(presence, 2, SUBJECT)["caption"]
    assert caption.startswith("3 words for fish, by presence: 1 stays, 2 vanish.")


def test_places_count_the_hits_of_the_fullest_section(here):
    text = prose.describe_places(here, here.hits[here.hits["theme"] == "cbrn"])
    assert text.startswith("In 2014 3 of 3 hits stand in one section and the theme is met in 1 of 21")
    assert text.endswith("in 2020 there is no hit.")


def test_words_are_picked_from_both_sides_by_size():
    words = pd.DataFrame(
        {"word": list("abcd"), "log_ratio": [2.0, 1, -1, -3], "g2": [5.0, 9, -4, -8], "p": [0.01, 0.01, 0.2, 0.01]}
    )
    assert prose.pick_words(words, 1)["word"].tolist() == ["b", "d"]


def test_a_dictionary_entry_tells_how_many_terms_were_met(here):
    hits = here.hits[here.hits["theme"] == "cbrn"]
    text = str(prose.describe_dictionary(here.themes["cbrn"], hits, here.glossary, "nl"))
    met, core = hits.loc[hits["role"] == "core", "term"].nunique(), len(here.themes["cbrn"].core)
    assert f"{met} of {core} were met" in text
    assert '<span lang="nl">' in text


def test_the_caption_of_a_pair_names_the_words_of_largest_evidence_first():
    words = pd.DataFrame({"word": list("abc"), "log_ratio": [2.0, 1.0, -1.0], "g2": [3.0, 9.0, -4.0], "p": 0.01})
    caption = prose.caption_keyness(prose.pick_words(words, 5), ("2018", "2014"))
    assert caption["caption"].startswith("More in 2018: b and a; more in 2014: c.")
    assert caption["name"] == "keyness-2018-2014"


def test_neighbours_are_those_of_enough_units_text_by_text():
    table = pd.DataFrame({"theme": list("abcd"), "doc_id": ["B", "A", "A", "A"], "both": [9, 5, 7, 4]})
    assert prose.pick_neighbours(table, least=5)["theme"].tolist() == ["c", "b", "a"]


def test_the_power_told_is_that_of_the_sections_that_are_moved(here):
    rows = [("cyber as seen", "sections", 0.33), ("cyber as seen", "runs of 8", 0.9), ("alike", "sections", 0.05)]
    simulated = pd.DataFrame(rows, columns=["truth", "blocks", "single"])
    assert "a single test finds the difference for Cyber in 33% of cases" in prose.describe_power(
        simulated, here.themes
    )
    assert prose.describe_power(pd.DataFrame(), here.themes) == "Not found is not the same as not there."
    assert prose.describe_power(simulated, THEMES) == "Not found is not the same as not there."
