"""Keywords in context: quanteda's published rows, a slow second route, and the real texts."""

import string

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.corpus.concordance import kwic
from analysis.corpus.tokens import token_spans, tokenize
from analysis.inputs import InputError

LETTERS = " ".join(string.ascii_uppercase)


def rows(found):
    return [tuple(row) for row in found.to_numpy().tolist()]


@pytest.mark.parametrize(
    ("pattern", "window", "row"),
    [
        ("D", 5, (4, 4, "A B C", "D", "E F G H I")),
        ("D", 2, (4, 4, "B C", "D", "E F")),
        ("A", 5, (1, 1, "", "A", "B C D E F")),
        ("Z", 5, (26, 26, "U V W X Y", "Z", "")),
        ("D E", 5, (4, 5, "A B C", "D E", "F G H I J")),
    ],
)
def test_letters_as_quanteda_shows_them(pattern, window, row):
    # quanteda 4.3.1, tests/testthat/test-kwic.R: "test kwic general", "on first", "on last token", "on two tokens"
    assert rows(kwic(pd.Series({"text1": LETTERS}), pattern, window=window)) == [("text1", *row, pattern)]


def test_several_places_as_quanteda_shows_them():
    # the same file: "test kwic on multiple texts", "with multiple matches", "where one is the last (fixed bug)"
    texts = pd.Series({"text1": LETTERS[2:], "text2": LETTERS})
    assert rows(kwic(texts, "A")) == [("text2", 1, 1, "", "A", "B C D E F", "A")]
    twice = kwic(pd.Series({"text1": f"{LETTERS} {LETTERS}"}), "A")
    assert twice[["from", "pre"]].to_numpy().tolist() == [[1, ""], [27, "V W X Y Z"]]
    fox = kwic(pd.Series({"text1": "what does the fox say fox"}), "fox")
    assert rows(fox) == [
        ("text1", 4, 4, "what does the", "fox", "say fox", "fox"),
        ("text1", 6, 6, "what does the fox say", "fox", "", "fox"),
    ]


def test_context_stands_as_in_the_text():
    texts = pd.Series({"a": "De EU\n(Unie) bestrijdt “terreur”, ook: georganiseerde\nmisdaad."})
    assert rows(kwic(texts, "terreur", window=2)) == [
        ("a", 5, 5, "Unie) bestrijdt “", "terreur", "”, ook: georganiseerde", "terreur")
    ]
    assert kwic(texts, "georganiseerde misdaad")["keyword"].tolist() == ["georganiseerde misdaad"]


def test_patterns_read_as_in_the_dictionary():
    texts = pd.Series({"a": "Het SIS is de basis; sis niet. Cyberaanval en EU-cyberbeleid."})
    assert kwic(texts, "SIS")["from"].tolist() == [2]
    assert kwic(texts, "sis")["from"].tolist() == [2, 6]
    assert kwic(texts, "cyber").empty  # a whole word
    assert kwic(texts, "*cyber*")["keyword"].tolist() == ["Cyberaanval", "EU-cyberbeleid"]
    assert kwic(texts, "de * sis")["keyword"].tolist() == ["de basis; sis"]
    assert kwic(texts, ["niet", "is de"])[["from", "to", "pattern"]].to_numpy().tolist() == [
        [3, 4, "is de"],
        [7, 7, "niet"],
    ]


def find_slowly(texts, pattern, window):
    found = []
    for name, text in texts.items():
        tokens, size = [token.lower() for token in tokenize(text)], len(pattern.split())
        for at in range(len(tokens) - size + 1):
            if tokens[at : at + size] == pattern.lower().split():
                pre, post = tokens[max(0, at - window) : at], tokens[at + size : at + size + window]
                found.append((name, at + 1, at + size, pre, tokens[at : at + size], post))
    return found


TEXTS = st.lists(st.lists(st.sampled_from(["a", "B", "c,", "(a", "-"]), max_size=8).map(" ".join), max_size=5)


@settings(deadline=None)
@given(TEXTS, st.sampled_from(["a", "b", "a b", "a a", "b c a", "x"]), st.integers(0, 3))
def test_any_text_is_searched_word_by_word(texts, pattern, window):
    named = pd.Series(texts, index=[f"t{number}" for number in range(len(texts))], dtype=object)
    found = kwic(named, pattern, window=window)
    split = [
        (name, begin, end, *([token.lower() for token in tokenize(part)] for part in (pre, keyword, post)))
        for name, begin, end, pre, keyword, post, _ in rows(found)
    ]
    assert split == find_slowly(named, pattern, window)


def test_the_real_sentences_are_found_by_their_ids(here):
    sentences = here.corpus.sentences.set_index("sentence_id")["text"]
    found = kwic(sentences, "radicalisering", window=4)
    plain = sum(tokenize(text.lower()).count("radicalisering") for text in sentences)
    assert len(found) == plain > 0
    for row in found.to_dict("records"):
        text = sentences[row["docname"]]
        start, end = token_spans(text)[row["from"] - 1]
        assert text[start:end] == row["keyword"]


def test_nothing_found_is_an_empty_table_and_bad_patterns_are_named():
    texts = pd.Series({"a": "aap"})
    assert list(kwic(texts, "noot").columns) == ["docname", "from", "to", "pre", "keyword", "post", "pattern"]
    assert kwic(texts, "noot mies").empty
    assert kwic(texts[:0], "noot").empty
    for pattern in ("", "aap ... noot"):
        with pytest.raises(InputError, match=r"pattern: found .*, allowed is words"):
            kwic(texts, pattern)
    with pytest.raises(InputError, match="window: found -1, allowed is 0 or more"):
        kwic(texts, "aap", window=-1)
