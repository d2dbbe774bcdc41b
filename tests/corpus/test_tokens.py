"""Tokens by hand; as codes they are those of the regular expression, whatever the text or chunk."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.corpus import tokens as module
from analysis.corpus.tokens import Ragged, encode_tokens, token_spans, tokenize

quick = settings(derandomize=True, max_examples=100, deadline=None, database=None)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("EU-agentschappen, risico's en eu-LISA.", ["EU-agentschappen", "risico's", "en", "eu-LISA"]),
        ("de e-privacy-richtlijn", ["de", "e-privacy-richtlijn"]),
        ("grens- en kustwacht; in- en uitvoer", ["grens-", "en", "kustwacht", "in-", "en", "uitvoer"]),
        ("het inreis-/uitreissysteem", ["het", "inreis-", "uitreissysteem"]),
        ("17.4.2018 nr. 98/2013: 1,25 miljard", ["17.4.2018", "nr", "98/2013", "1,25", "miljard"]),
        ("vertegenwoordiger/de EDEO", ["vertegenwoordiger", "de", "EDEO"]),
        ("Europa 's – reisinformatie en -autorisatie", ["Europa", "s", "reisinformatie", "en", "autorisatie"]),
        ("Qu'il y ait de l’eau", ["Qu", "il", "y", "ait", "de", "l", "eau"]),  # what was elided hides no word
        ("aujourd'hui, dell'acqua", ["aujourd'hui", "dell", "acqua"]),
        ("I've z'n m'n d'r o'clock we'll", ["I've", "z'n", "m'n", "d'r", "o'clock", "we'll"]),
        ("COM(2018) 225; 2015-2020; EC3", ["COM", "2018", "225", "2015-2020", "EC3"]),
    ],
)
def test_tokens_are_words_and_numbers_as_they_stand(text, tokens):
    assert tokenize(text) == tokens


@pytest.mark.slow
@quick
@given(text=st.text(max_size=60) | st.text("aé-'’/.,1 2_–", max_size=40))
def test_tokens_stand_where_their_offsets_say_and_hold_every_letter(text):
    spans = token_spans(text)
    assert [text[start:end] for start, end in spans] == tokenize(text)
    covered = {i for start, end in spans for i in range(start, end)}
    assert all(i in covered for i, letter in enumerate(text) if letter.isalnum())


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


@pytest.mark.parametrize("n_texts", [1, 7, 1000])
def test_chunks_and_blocks_change_nothing(here, monkeypatch, n_texts):
    texts = list(here.corpus.sentences["text"])
    whole = encode_tokens(texts)
    monkeypatch.setattr(module, "CHUNK", n_texts)
    monkeypatch.setattr(module, "BLOCK", 500)
    parts = encode_tokens(texts)
    assert parts.types == whole.types
    assert (parts.codes == whole.codes).all()
    assert (parts.bounds == whole.bounds).all()
    blocks = list(parts.blocks())
    assert len(blocks) > 10
    assert [first for first, _ in blocks] == [0, *(last for _, last in blocks[:-1])]
    assert blocks[-1][1] == len(texts)


def test_a_text_longer_than_a_block_is_read(monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 8)
    texts = ["kort", "een twee drie " * 50, "", "kort"]
    tokens = encode_tokens(texts)
    assert decode(tokens) == [text.split() for text in texts]
    assert list(tokens.blocks()) == [(0, 1), (1, 4)]


def test_as_many_types_as_one_likes():
    words = [f"w{number}" for number in range(70_000)]
    tokens = encode_tokens([" ".join(words), " ".join(reversed(words))])
    assert tokens.types == words
    assert (tokens.codes[70_000:] == np.arange(70_000)[::-1]).all()


@pytest.mark.parametrize("texts", [[], [""], ["", " ", "..."]])
def test_texts_without_words(texts):
    tokens = encode_tokens(texts)
    assert (len(tokens.codes), tokens.types, tokens.bounds.tolist()) == (0, [], [0] * (len(texts) + 1))


def test_ragged_lists_may_be_empty():
    assert Ragged.of([]).unfold(np.array([], dtype=int)).tolist() == []
    assert Ragged.of([[], [3]]).unfold(np.array([0, 0])).tolist() == []
