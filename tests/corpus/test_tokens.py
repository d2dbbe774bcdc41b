"""Texts as codes: the tokens are those of the regular expression, whatever the text, block or hash."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.corpus import tokens as module
from analysis.corpus.phrases import Phrases
from analysis.corpus.tokens import Ragged, encode_tokens, tokenize


def decode(tokens):
    """The tokens of each text, as they stand."""
    words = [tokens.types[code] for code in tokens.codes]
    return [words[start:end] for start, end in zip(tokens.bounds[:-1], tokens.bounds[1:], strict=True)]


def test_tokens_of_the_real_texts_are_those_of_the_expression(here):
    for table in (here.corpus.sentences, here.corpus.paragraphs):
        tokens = encode_tokens(list(table["text"]))
        assert decode(tokens) == [tokenize(text) for text in table["text"]]
        assert len(set(tokens.types)) == len(tokens.types)


SIGNS = "aZé9-‑’'.,/ \t\n\r\x00\x1f\x85\u00a0\u2003🙂“"


@settings(deadline=None)
@given(st.lists(st.text(st.sampled_from(SIGNS)) | st.text(), max_size=5))
def test_tokens_of_any_text_are_those_of_the_expression(texts):
    tokens = encode_tokens(texts)
    assert decode(tokens) == [tokenize(text) for text in texts]
    assert tokens.lengths.tolist() == [len(tokenize(text)) for text in texts]


def test_blocks_change_nothing(here, monkeypatch):
    texts = list(here.corpus.sentences["text"])
    whole = encode_tokens(texts)
    monkeypatch.setattr(module, "BLOCK", 1000)
    parts = encode_tokens(texts)
    assert parts.types == whole.types
    assert (parts.codes == whole.codes).all()
    blocks = list(parts.blocks())
    assert len(blocks) > 10
    assert [first for first, _ in blocks] == [0, *(last for _, last in blocks[:-1])]
    assert blocks[-1][1] == len(texts)


def test_a_text_longer_than_a_block_is_read(monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 16)
    texts = ["kort", "een twee drie " * 50, "", "kort"]
    assert decode(encode_tokens(texts)) == [text.split() for text in texts]


def test_as_many_types_as_one_likes():
    words = [f"w{number}" for number in range(70_000)]
    tokens = encode_tokens([" ".join(words), " ".join(reversed(words))])
    assert tokens.types == words
    assert (tokens.codes[70_000:] == np.arange(70_000)[::-1]).all()


def test_hashes_that_want_one_place_keep_their_own_codes():
    table = module._HashTable()
    hashes = np.arange(1, 30, dtype=np.uint64)  # upper halves equal: all begin at the same slot
    table.add(hashes[:20])
    assert table.find(hashes).tolist() == [*range(20), *[-1] * 9]
    table.add(hashes[20:])
    assert table.find(hashes[::-1]).tolist() == list(range(29))[::-1]


@pytest.mark.parametrize("texts", [[], [""], ["", " ", "..."]])
def test_texts_without_words(texts):
    tokens = encode_tokens(texts)
    assert (len(tokens.codes), tokens.types, tokens.bounds.tolist()) == (0, [], [0] * (len(texts) + 1))


def test_ragged_lists_may_be_empty():
    assert Ragged.of([]).unfold(np.array([], dtype=int)).tolist() == []
    assert Ragged.of([[], [3]]).unfold(np.array([0, 0])).tolist() == []


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
