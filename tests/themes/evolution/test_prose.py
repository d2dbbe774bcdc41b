"""Headlines say what their tables say, in English that holds for one text and many."""

import re
from itertools import product

import pandas as pd
import pytest

from analysis import study as studies
from analysis.themes.evolution import actors, frames, modality, place, prose, survey
from analysis.themes.evolution.accuracy import score_marks
from analysis.themes.evolution.correspondence import analyse_correspondence
from analysis.themes.evolution.names import read_names, tag_names


def frame_counts(**texts: tuple[int, dict[str, int]]) -> pd.DataFrame:
    rows = [(text, frame, k, n) for text, (n, own) in texts.items() for frame, k in own.items()]
    counts = pd.DataFrame(rows, columns=["doc_id", "frame", "sentences", "n"])
    return counts.assign(share=counts["sentences"] / counts["n"].where(counts["n"] > 0))


def test_a_theme_turns_from_the_largest_fall_to_the_largest_rise():
    counts = frame_counts(
        a=(21, {"pursue": 10, "protect": 5, "prevent": 0}),
        b=(16, {"pursue": 4, "protect": 4, "prevent": 0}),
        c=(14, {"pursue": 1, "protect": 7, "prevent": 3}),
    )
    assert prose.describe_frames(counts, "cyber") == (
        "Cyber turns from pursuing (10 of 21 sentences in a, 1 of 14 in c) to protecting (5 of 21, 7 of 14)."
    )


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        (
            frame_counts(a=(10, {"pursue": 1, "protect": 2}), b=(10, {"pursue": 6, "protect": 2})),
            "CBRN comes to be spoken of more as pursuing (1 of 10 sentences in a, 6 of 10 in b).",
        ),
        (
            frame_counts(a=(10, {"threat": 6, "protect": 2}), b=(10, {"threat": 0, "protect": 2})),
            "CBRN comes to be spoken of less as threat (6 of 10 sentences in a, 0 of 10 in b).",
        ),
        (
            frame_counts(a=(10, {"manage": 6, "protect": 2}), b=(20, {"manage": 12, "protect": 4})),
            "CBRN keeps its frames, most often managing (6 of 10 sentences in a, 12 of 20 in b).",
        ),
        (
            frame_counts(
                a=(97, {"manage": 31, "protect": 31, "threat": 12}), b=(3, {"manage": 1, "protect": 0, "threat": 0})
            ),
            "In a, the only text with 8 sentences or more on it, CBRN is most often a matter of managing and "
            "protecting (31 of 97 sentences each).",
        ),
        (
            frame_counts(a=(9, {"manage": 5, "protect": 1})),
            "In a CBRN is most often a matter of managing (5 of 9 sentences).",
        ),
        (frame_counts(a=(9, {"manage": 0})), "In a none of the 9 sentences on CBRN has a frame."),
        (frame_counts(a=(2, {"manage": 1})), "No text has 8 sentences on CBRN: too few to compare frames."),
    ],
)
def test_other_shapes_have_their_own_sentence(counts, sentence):
    assert prose.describe_frames(counts, "CBRN") == sentence


def test_a_change_of_which_the_codes_are_unsure_is_not_told():
    counts = frame_counts(a=(10, {"pursue": 6, "protect": 2}), b=(10, {"pursue": 2, "protect": 6}))
    compared = pd.DataFrame({"frame": ["pursue", "protect"], "before": "a", "after": "b", "probability": [0.99, 0.5]})
    found = prose.describe_frames(counts, "cyber", compared=compared)
    assert found == "Cyber comes to be spoken of less as pursuing (6 of 10 sentences in a, 2 of 10 in b)."


def status_counts(**texts: tuple[int, dict[str, int]]) -> pd.DataFrame:
    return frame_counts(**texts).rename(columns={"frame": "status"})


def test_status_tells_first_and_last():
    counts = status_counts(
        a=(21, {"demanded": 9, "announced": 2, "fact": 10}), b=(2, {"demanded": 2, "announced": 0, "fact": 0}),
        c=(14, {"demanded": 4, "announced": 6, "fact": 4}),
    )  # fmt: skip
    assert prose.describe_status(counts, "cyber") == (
        "Acts on cyber are most often demanded in a (9 of 21 sentences) and announced in c (6 of 14)."
    )
    same = status_counts(a=(9, {"demanded": 5}), b=(9, {"demanded": 4}))
    assert prose.describe_status(same, "cyber").endswith("(5 of 9 sentences), and still in b (4 of 9).")
    only = status_counts(a=(9, {"demanded": 5}))
    assert prose.describe_status(only, "cyber") == "Acts on cyber are most often demanded in a (5 of 9 sentences)."
    assert prose.describe_status(status_counts(a=(9, {"fact": 9})), "cyber").startswith("No text has 8 sentences")


def test_codes_of_a_model_are_called_that_and_those_of_people_by_their_names():
    table = pd.DataFrame({"sentence_id": ["a", "a"], "theme": ["x", "y"]})
    model = frames.FrameCodes(table, pd.DataFrame(), ["threat"], "model", "three runs of one language model")
    assert prose.describe_codes(model) == (
        "2 pairs of sentence and theme (1 sentence), coded by three runs of one language model; the majority counts. "
        "They are not human codes."
    )
    people = frames.FrameCodes(table, pd.DataFrame(), ["threat"], "human", "Anna and Bram")
    assert "not human" not in prose.describe_codes(people)
    assert "Anna and Bram" in prose.describe_codes(people)
    assert prose.describe_codes(frames.read_frame_codes(None)) == "No sentence was coded for frames."


def test_accuracy_names_what_is_not_shown():
    coded, found = (pd.DataFrame({"x": [1, 1, 0], "y": side}, dtype=bool) for side in ([1, 0, 0], [0, 1, 0]))
    scores = score_marks(coded, found).assign(n=3)
    assert prose.describe_accuracy(scores, {"x": "threat", "y": "manage"}, "sentences of b") == (
        "Found by words in 3 sentences of b, precision and recall are: threat 1.00 and 1.00. One of the two is below "
        "0.7 for manage: only codes are shown."
    )
    assert prose.describe_accuracy(scores.head(0), {}, "sentences").startswith("Its accuracy is not known")


def actor_counts(**shares: list[int]) -> pd.DataFrame:
    texts = "abcdefgh"[: len(next(iter(shares.values())))]
    rows = [(label, text, k, 10, k / 10) for label, own in shares.items() for text, k in zip(texts, own, strict=True)]
    table = pd.DataFrame(rows, columns=["label", "doc_id", "sentences", "n", "share"])
    words = {
        label: "appears" if not own[0] and own[-1] else "vanishes" if own[0] and not own[-1] else "stays"
        for label, own in shares.items()
    }
    return table.assign(presence=table["label"].map(words))


def test_actors_tell_who_is_named_more_and_less():
    counts = actor_counts(Commission=[1, 5, 6], Union=[8, 3, 2], NATO=[0, 2, 1])
    assert prose.describe_actors(counts) == (
        "Named more: Commission (1 of 10 sentences in a, 6 of 10 in c); named less: Union (8 of 10 in a, 2 of 10 in c)."
    )
    assert prose.describe_presence(counts) == "Named in c and not in a: NATO."
    assert prose.describe_actors(actor_counts(NATO=[3])) == "Named most often: NATO, in 3 of 10 sentences."
    assert prose.describe_actors(actor_counts(NATO=[3, 3])) == "From a to b every actor keeps its share of sentences."
    assert prose.describe_actors(actor_counts(NATO=[3]).head(0)) == "No actor is named."


def test_a_long_list_of_actors_is_cut_and_counted():
    counts = actor_counts(**{f"Actor {number}": [9 - number, 0] for number in range(7)})
    assert prose.describe_presence(counts) == (
        "Named in a and not in b: Actor 0, Actor 1, Actor 2, Actor 3, Actor 4 and 2 others."
    )


def test_who_stands_beside_a_theme_is_told_for_texts_that_name_it_often():
    rows = [
        ("a", "Union", 3, 9),
        ("a", "NATO", 1, 9),
        ("b", "Union", 0, 2),
        ("b", "NATO", 2, 2),
        ("c", "Union", 0, 8),
        ("c", "NATO", 4, 8),
    ]
    crossed = pd.DataFrame(rows, columns=["doc_id", "label", "both", "n_theme"])
    assert prose.describe_beside(crossed, "cyber") == (
        "Named most often in sentences on cyber: Union in a (3 of 9 sentences) and NATO in c (4 of 8)."
    )
    assert prose.describe_beside(crossed.head(0), "cyber").startswith("No text has 8 sentences on cyber")


def mode_counts(**texts: dict[str, float]) -> pd.DataFrame:
    rows = [(text, mode, share) for text, own in texts.items() for mode, share in own.items()]
    table = pd.DataFrame(rows, columns=["doc_id", "mode", "share"])
    return table.assign(
        label=table["mode"].map({"demanded": "demands", "done": "reports", "describes": "describes"}),
        words="must",
        n=40,
    )


def test_each_text_is_told_by_the_mode_in_which_it_stands_out():
    counts = mode_counts(
        a={"demanded": 0.59, "done": 0.1, "describes": 0.3}, b={"demanded": 0.15, "done": 0.38, "describes": 0.5}
    )
    assert prose.describe_modes(counts) == (
        "The a text demands: words such as must stand in 59% of its sentences; the b text reports: words such as must "
        "stand in 38%."
    )
    only = mode_counts(a={"demanded": 0.2, "done": 0.3, "describes": 0.5})
    assert prose.describe_modes(only) == "The a text reports: words such as must stand in 30% of its sentences."
    alike = mode_counts(a={"demanded": 0.2}, b={"demanded": 0.2})
    assert prose.describe_modes(alike) == "The texts speak alike."
    short = pd.concat([mode_counts(a={"demanded": 0.2}), mode_counts(b={"demanded": 1.0}).assign(n=3)])
    assert prose.describe_modes(short) == "The a text demands: words such as must stand in 20% of its sentences."
    assert prose.describe_modes(mode_counts(a={"demanded": 0.2}).head(0)).startswith(
        "How the texts speak was not looked for"
    )


def test_places_have_names():
    row = {
        "headings": 0,
        "n_headings": 9,
        "sections": 5,
        "n_sections": 8,
        "hits": 30,
        "sentences": 20,
        "fullest_share": 0.4,
    }
    rows = [
        row | {"doc_id": "a", "headings": 1},
        row | {"doc_id": "b", "fullest_share": 0.6},
        row | {"doc_id": "c"},
        row | {"doc_id": "d", "sentences": 1, "hits": 2},
        row | {"doc_id": "e", "sentences": 0, "hits": 0},
    ]
    assert prose.describe_place(pd.DataFrame(rows), "CBRN") == (
        "CBRN: a chapter of a (1 of 9 headings names it), a passage of b (60% of its hits stand in one section), a "
        "thread through c (no heading, but 5 of 8 sections), a mention in d (1 sentence) and not named in e."
    )


@pytest.mark.parametrize("n_again", [0, 1, 2])
def test_instruments_are_counted(n_again):
    counts = pd.DataFrame({"instrument": ["SIS", "VIS", "EES"], "a": [3, 2, 1], "b": [2, 1, 0]})
    counts = counts.assign(texts=[2 if place < n_again else 1 for place in range(3)])
    found = prose.describe_instruments(counts, ["a", "b"])
    expected = {
        0: "3 instruments are named, none of them in more than one text.",
        1: "3 instruments are named; 1 of them is named in more than one text, most often SIS (3 in a and 2 in b).",
        2: "3 instruments are named; 2 of them are named in more than one text, most often SIS (3 in a and 2 in b).",
    }
    assert found == expected[n_again]


def test_one_text_has_no_other_and_no_list_no_instrument():
    counts = pd.DataFrame({"instrument": ["SIS"], "a": [3], "texts": [1]})
    assert prose.describe_instruments(counts, ["a"]) == "1 instrument is named."
    assert prose.describe_instruments(counts.head(0), ["a"]) == "No instrument is named."


def check_grammar(text: str) -> None:
    """What no generated sentence may be."""
    assert text[0] == text[0].upper()
    assert text.endswith(".")
    for wrong in (
        r"\b1 (sentences|headings|sections|instruments|pairs|others)\b",
        r"\b\d+ of 1 \w+s\b",
        r"  ",
        r"\.\.",
        r" ,",
        r"nan\b",
    ):
        assert not re.search(wrong, text), text


@pytest.mark.slow
def test_every_headline_of_the_study_is_english(here):
    text, themes = here.corpus.sentences, here.themes.declared
    codes = frames.read_frame_codes(here.find(studies.FRAME_CODES))
    counts, status = frames.count_frames(codes, text, themes), frames.count_status(codes, text, themes)
    compared = frames.compare_frames(codes, text, themes)
    names = read_names(here.find(studies.ACTORS))
    hits = tag_names(text, names)
    named, crossed = (actors.count_actors(hits, text, names), actors.cross_actors(here.hits, hits, text, names, themes))
    modes = modality.modes_by_text(here.languages, here.root / "data/language")
    spoken = modality.count_modes(modality.tag_modes(text, modes), text, modes)
    places = place.measure_places(here.hits, text, here.corpus.sections, here.themes, themes)
    for texts in (here.documents, here.documents[:2], here.documents[1:], here.documents[:1]):
        few = [table[table["doc_id"].isin(texts)] for table in (counts, status, named, crossed, spoken, places)]
        headlines = [prose.describe_actors(few[2]), prose.describe_modes(few[4])]
        headlines += [sentence for sentence in [prose.describe_presence(few[2])] if sentence]
        captions = [prose.caption_actors(few[3], here.themes), prose.caption_modes(few[4])]
        told = survey.Frames("codes", few[0], few[0], few[0], compared, few[1], few[0].head(0))
        captions.append(prose.caption_frames(told, codes, here.themes))
        speech = survey.Modality(few[4], pd.DataFrame(columns=["mode", "usable"]))
        headlines.append(prose.summarise(told, speech, few[5], here.themes))
        for name in themes:
            theme = here.themes[name].in_words
            own = [table[table["theme"] == name] for table in (few[0], few[1], few[3], few[5], compared)]
            headlines.append(prose.describe_frames(own[0], theme, compared=own[4]))
            headlines += [prose.describe_status(own[1], theme), prose.describe_beside(own[2], theme)]
            headlines.append(prose.describe_place(own[3], theme))
        for sentence in (*headlines, *(caption[part] for caption, part in product(captions, ("caption", "alt")))):
            check_grammar(sentence)


def test_the_headlines_of_the_study_are_those_that_were_read_aloud(here):
    codes = frames.read_frame_codes(here.find(studies.FRAME_CODES))
    counts = frames.count_frames(codes, here.corpus.sentences, here.themes.declared)
    said = {name: prose.describe_frames(counts[counts["theme"] == name], name) for name in ("cyber", "radicalisation")}
    assert said == {
        "cyber": (
            "Cyber turns from pursuing (10 of 21 sentences in 2014, 1 of 14 in 2020) to protecting (5 of 21, 7 of 14)."
        ),
        "radicalisation": (
            "Radicalisation turns from preventing (6 of 11 sentences in 2014, 3 of 9 in 2018) to pursuing "
            "(0 of 11, 6 of 9)."
        ),
    }
    assert prose.name_source(codes) == "coded by a language model"


def test_a_map_is_told_by_its_first_axis():
    table = pd.DataFrame({"2014": [9, 1, 3], "2018": [1, 9, 3]}, index=["asiel", "cyber", "online"])
    caption = prose.caption_correspondence(analyse_correspondence(table), "words", "texts")
    assert caption["alt"] in (
        "Map of words and texts. Axis 1 sets 2018 apart from 2014.",
        "Map of words and texts. Axis 1 sets 2014 apart from 2018.",
    )
    check_grammar(caption["caption"])
