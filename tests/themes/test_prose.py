"""Sentences carry the numbers of their tables; verdicts follow the rule."""

from itertools import combinations

import pandas as pd

from analysis.themes import prose
from analysis.themes.attention import count_attention
from analysis.themes.compare import compare_differences
from analysis.themes.dictionary import Theme, Themes

SUBJECT = Theme("x", "Fish", "About fish.", "#000000", True, core=("vis",))
THEMES = Themes({"x": SUBJECT})


def attend(**counts: tuple[int, int]) -> pd.DataFrame:
    """Sentences with the theme, and all, by text."""
    rows = [("x", text, *numbers) for text, numbers in counts.items()]
    return pd.DataFrame(rows, columns=["theme", "doc_id", "sentences", "n_sentences"])


def differ(*, before: str = "A", after: str = "B", **values: object) -> dict[str, object]:
    """A certain and likely difference between two texts, but for the `values` given."""
    usual = {"theme": "x", "before": before, "after": after, "counted_by": "dictionary", "y_before": 2, "y_after": 9}
    judged = {"direction": "more", "counted": "5 of 5", "measurement": 0.99, "tipping": 3, "verdict": "certain"}
    return usual | judged | {"probability": 0.98, "drafting": "likely"} | values


def table(*rows: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(rows or [differ()]).head(len(rows))


TWO = attend(A=(2, 20), B=(9, 30))
SAME = differ(direction="same", verdict="depends on how it is counted", probability=float("nan"), drafting="open")
UNSURE = differ(
    verdict="depends on how it is counted",
    measurement=0.67,
    tipping=1,
    counted="1 of 5",
    probability=0.6,
    drafting="open",
)


def test_the_finding_of_a_theme_tells_counts_and_both_answers():
    sentence, verdict = prose.describe_theme(SUBJECT, TWO, table(differ()))
    assert verdict == "certain"
    assert sentence == (
        "The B text speaks more of fish: 9 of 30 sentences (30%), against 2 of 20 in A. That B has more than A is "
        "certain: 5 of 5 ways of counting agree, and 3 sentences would have to be misread to turn it round; another "
        "drafting would likely say the same (probability .98)."
    )


def test_what_depends_on_counting_is_asked_and_not_claimed():
    sentence, verdict = prose.describe_theme(SUBJECT, TWO, table(UNSURE))
    assert verdict == "depends on how it is counted"
    assert sentence.endswith(
        "Whether B has more than A depends on how it is counted: 1 of 5 ways of counting agrees, and 1 sentence "
        "misread would turn it round (probability .67 with such errors allowed for); whether another drafting would "
        "say the same is open (probability .60)."
    )
    unmeasured = prose.describe_difference(pd.Series(UNSURE | {"measurement": float("nan")}))
    assert "round; whether" in unmeasured


def test_most_counts_and_a_leaning_have_their_words():
    mostly = {"verdict": "by most counts", "drafting": "leaning", "probability": 0.9999}
    sentence = prose.describe_difference(pd.Series(differ(**mostly)))
    assert sentence.startswith("That B has more than A holds by most counts: 5 of 5")
    assert sentence.endswith("another drafting would rather say the same than not (probability above .99).")


def test_the_surest_of_several_differences_is_told_and_all_are_counted():
    three = attend(A=(2, 20), B=(9, 30), C=(0, 40))
    rows = [
        UNSURE,
        differ(after="C", direction="less"),
        differ(before="B", after="C", direction="less", probability=0.99),
    ]
    sentence, verdict = prose.describe_theme(SUBJECT, three, table(*rows))
    assert verdict == "certain"
    assert sentence.startswith(
        "The B text speaks most of fish: 9 of 30 sentences (30%), against 2 of 20 in A; in C not named in any of the "
        "40 sentences, all of them read. That C has less than B is certain"
    )
    assert sentence.endswith(
        "Of 3 comparisons of two texts 2 are certain and 1 depends on how it is counted; another drafting would likely "
        "repeat 2."
    )


def test_a_difference_of_the_text_that_speaks_most_is_told_before_others_as_certain():
    three = attend(A=(2, 20), B=(9, 30), C=(3, 40))
    elsewhere = differ(after="C", direction="less", probability=0.995)
    assert "That B has more than A" in prose.describe_theme(SUBJECT, three, table(differ(), elsewhere))[0]
    assert "That C has less than A" in prose.describe_theme(SUBJECT, three, table(UNSURE, elsewhere))[0]


def test_the_summary_names_the_text_with_most_and_counts_verdicts():
    sentence, verdict = prose.summarise_differences(TWO, table(differ()), THEMES)
    assert sentence == (
        "Fish more in B (9 of 30 sentences, 30%). The one comparison of two texts is certain; another drafting would "
        "likely repeat it."
    )
    assert verdict == "certain"


def test_six_texts_are_compared_in_one_sentence():
    six = attend(**{text: (number, 20) for number, text in enumerate("ABCDEF")})
    rows = [differ(before=first, after=second, drafting="leaning") for first, second in combinations("ABCDEF", 2)]
    rows[0] |= {"verdict": "by most counts"}
    sentence, _ = prose.summarise_differences(six, table(*rows[:-1], SAME), THEMES)
    assert sentence == (
        "Fish most in F (5 of 20 sentences, 25%). Of 15 comparisons of two texts 13 are certain, 1 holds by most "
        "counts and 1 finds no difference; another drafting would likely repeat none."
    )
    assert prose.count_verdicts(table(*rows[1:])).startswith("Of 14 comparisons of two texts all are certain;")


def test_no_finding_speaks_of_policy(here):
    attention = count_attention(here.hits, here.corpus.sentences, here.n_tokens, here.themes.declared)
    differences = compare_differences(here, seed=1)
    sentences = [prose.summarise_differences(attention, differences, here.themes)[0]]
    for theme in here.themes.declared:
        own = (rows[rows["theme"] == theme] for rows in (attention, differences))
        sentences.append(prose.describe_theme(here.themes[theme], *own)[0])
    assert not any("policy" in sentence or "trend" in sentence for sentence in sentences)


def test_of_one_text_the_finding_is_its_share_and_nothing_is_compared():
    one = attend(A=(2, 20))
    assert prose.describe_theme(SUBJECT, one, table()) == (
        "Sentences that name fish: 2 of 20 in A (10%).",
        "descriptive",
    )
    assert prose.summarise_differences(one, table(), THEMES) == (
        "Fish in A (2 of 20 sentences, 10%). With one text there is nothing to compare.",
        "descriptive",
    )
    assert prose.describe_keyness({}) == ""


def test_a_theme_of_one_text_alone_is_not_in_the_others():
    sentence = prose.describe_theme(SUBJECT, attend(A=(0, 1), B=(1, 1)), table(differ()))[0]
    assert sentence.startswith("Only the B text speaks of fish: 1 of 1 sentence (100%); in A not named in the only")


def test_of_a_theme_that_no_text_names_none_is_said_to_name_it_most():
    none = attend(A=(0, 20), B=(0, 30))
    assert prose.describe_theme(SUBJECT, none, table(SAME)) == (
        "No text names fish: 0 of 20 sentences in A and 0 of 30 in B, all of them read.",
        "descriptive",
    )
    assert prose.summarise_differences(none, table(SAME), THEMES) == (
        "Fish in none (0 of 20 sentences in A and 0 of 30 in B). The one comparison of two texts finds no difference.",
        "descriptive",
    )


def test_texts_that_name_a_theme_as_often_are_named_together():
    three = attend(A=(2, 20), B=(9, 30), C=(3, 10))
    sentence = prose.describe_theme(SUBJECT, three, table(differ()))[0]
    assert sentence.startswith(
        "B and C speak most of fish: 9 of 30 sentences in B and 3 of 10 in C, against 2 of 20 in A."
    )
    summary = prose.summarise_differences(three, table(differ()), THEMES)[0]
    assert summary.startswith("Fish most in B (9 of 30 sentences, 30%) and C (3 of 10 sentences, 30%).")
    alike = attend(B=(9, 30), C=(3, 10))
    assert prose.describe_theme(SUBJECT, alike, table(SAME))[0].startswith("All texts speak as much of fish: 9 of 30")
    assert prose.summarise_differences(alike, table(SAME), THEMES)[0].startswith("Fish as much in B (9 of 30")


def test_counts_are_of_codes_where_codes_were_compared():
    counts = prose.count_sentences(attend(A=(2, 20), B=(9, 30), C=(4, 8)), table(differ(counted_by="codes", y_after=6)))
    assert counts["sentences"].tolist() == [2, 6, 4]
    assert counts["share"].tolist() == [0.1, 0.2, 0.5]


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
