"""What becomes of each type of word, and the parts of compounds."""

import pandas as pd

from analysis.corpus.language import Language
from analysis.corpus.vocabulary import tokenize_texts


def list_parts(text, **lists):
    """Parts by term of one text, read in a language with these lists."""
    sentences = pd.DataFrame({"doc_id": ["A"], "text": [text]})
    (texts,) = tokenize_texts(sentences, {"A": Language("nl", **lists)}, compounds=True)
    return dict(zip(texts.terms, texts.parts, strict=True))


def test_each_language_reads_its_own_texts(here):
    sentences = here.corpus.sentences.head(4).assign(doc_id=["A", "B", "A", "C"])
    dutch, english = Language("nl"), Language("en")
    tokenized = list(tokenize_texts(sentences, {"A": dutch, "B": english, "C": dutch}))
    assert [texts.rows.tolist() for texts in tokenized] == [[0, 2, 3], [1]]


def test_words_that_are_no_compounds_have_no_parts(here):
    tokenized = tokenize_texts(here.corpus.sentences, here.languages, compounds=True)
    parts = {term: of for texts in tokenized for term, of in zip(texts.terms, texts.parts, strict=True)}
    assert not any(
        parts[word] for word in ("samenleving", "vragen", "plannen", "verstrekking", "georganiseerde misdaad")
    )
    assert parts["rechtshandhavingsautoriteit"] == ["recht", "handhaving", "autoriteit"]
    assert parts["eu-migratiebeleid"] == ["migratiebeleid", "migratie", "beleid"]
    assert parts["cbrn-risico"] == ["CBRN", "risico"]
    assert parts["pnr-richtlijn"] == ["PNR"]  # richtlijn is an institution word
    assert parts["grens-"] == ["grens"]


def test_a_word_once_set_in_capitals_is_no_acronym():
    parts = list_parts("NETWERK, netwerk, PNR, PNR-netwerk, grens")
    assert parts["pnr-netwerk"] == ["PNR", "netwerk"]


def test_parts_of_a_dropped_word_are_dropped_with_it():
    dropped = frozenset({"grensbeheer"})
    assert list_parts("PNR-grensbeheer, PNR, grens en beheer", policy_words=dropped)["pnr-grensbeheer"] == ["PNR"]


def test_no_word_is_a_part_of_itself():
    overrides = {"cyber": "cyberbeheer", "cyberbeheer": "cyberbeheer", "beheer": "beheer"}
    assert list_parts("cyber, beheer, cyberbeheer", lemma_overrides=overrides)["cyberbeheer"] == ["beheer"]
