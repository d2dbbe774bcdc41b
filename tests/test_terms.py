"""Words and their counts: by hand, and on the real texts."""

import pandas as pd

from analysis.terms import base_form, count_terms, count_tokens, list_words, show_forms

TEXT = pd.DataFrame(
    {
        "sentence_id": ["A1.1", "A2.1"],
        "paragraph_id": ["A1", "A2"],
        "doc_id": "A",
        "text": [
            "De Commissie bestrijdt de georganiseerde misdaad met derde landen.",
            "In 2014 bestreed zij asielzoekers niet.",
        ],
    }
)


def test_phrases_are_joined_before_stop_words_are_dropped(here):
    words = list_words(TEXT, {"A": here.languages["2014"]})
    lemmas = words["lemma"].tolist()
    assert "georganiseerde misdaad" in lemmas
    assert "derde landen" in lemmas  # though "derde" is a stop word
    assert "commissie" not in lemmas
    assert not {"de", "met", "2014"} & set(lemmas)


def test_institution_words_are_kept_on_request(here):
    words = list_words(TEXT, {"A": here.languages["2014"]}, institution_words=True)
    assert "commissie" in words["lemma"].tolist()


def test_words_lie_at_their_offsets(here):
    words = list_words(here.corpus.sentences, here.languages)
    text = words["sentence_id"].map(here.corpus.sentences.set_index("sentence_id")["text"])
    cut = [whole[start:end].lower() for whole, start, end in zip(text, words["start"], words["end"], strict=True)]
    assert cut == words["form"].tolist()
    assert len(words) > 4000


def test_only_the_last_word_of_a_phrase_becomes_a_lemma(here):
    dutch = here.languages["2014"]
    assert base_form("criminele netwerken", dutch) == base_form("Criminele netwerk", dutch) == "criminele netwerk"
    assert base_form("asielzoekers", dutch) == "asielzoeker"


def test_counts_by_hand_with_an_empty_unit():
    words = pd.DataFrame({"lemma": ["b", "a", "b"], "paragraph_id": ["A1", "A1", "A1"]})
    counts = count_terms(words, pd.Series(["A1", "A2"], name="paragraph_id"))
    assert counts.terms.tolist() == ["a", "b"]
    assert counts.matrix.toarray().tolist() == [[1, 2], [0, 0]]


def test_the_matrix_holds_every_word_once(here):
    words = list_words(here.corpus.sentences, here.languages)
    counts = count_terms(words, here.corpus.paragraphs["paragraph_id"])
    assert counts.matrix.sum() == len(words)
    assert counts.matrix.shape[0] == 150
    assert counts.terms.is_monotonic_increasing


def test_token_counts_include_stop_words_and_numbers():
    assert count_tokens(pd.DataFrame({"doc_id": ["A", "A"], "text": ["De EU in 2014.", "Ja"]})) == {"A": 5}


def test_the_form_shown_is_the_most_frequent_then_the_first():
    words = pd.DataFrame({"lemma": ["x"] * 3 + ["y"] * 2, "form": ["xs", "x", "xs", "yb", "ya"]})
    assert show_forms(words) == {"x": "xs", "y": "ya"}
