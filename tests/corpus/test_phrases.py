"""Phrases in encoded tokens: by hand."""

import numpy as np

from analysis.corpus.phrases import Phrases
from analysis.corpus.tokens import encode_tokens


def find(phrases, texts):
    tokens = encode_tokens(texts)
    number = np.repeat(np.arange(len(texts)), tokens.lengths)
    places, which = Phrases.of(phrases, tokens.types).find(tokens.codes, number)
    return list(zip(places.tolist(), which.tolist(), strict=True))


def test_the_longest_phrase_is_taken_from_the_left():
    phrases = [("a", "b"), ("b", "c", "d"), ("a", "b", "c"), ("d", "a")]
    assert find(phrases, ["a b c d a b"]) == [(0, 2), (3, 3)]
    assert find(phrases, ["b c", "d A"]) == [(2, 3)]  # no phrase reaches into the next text; capitals do not matter


def test_a_longer_phrase_that_is_not_completed_leaves_the_shorter():
    phrases = [("a", "b"), ("a", "b", "c", "d")]
    assert find(phrases, ["a b c e a b c d a"]) == [(0, 0), (4, 1)]


def test_no_phrases_are_found_where_there_are_none():
    assert find([], ["a b"]) == []
    assert find([("x", "y")], ["a b"]) == []
    assert find([("a", "b")], []) == []
    assert find([("a", "b", "b")], ["a b"]) == []  # the last token is not read twice
