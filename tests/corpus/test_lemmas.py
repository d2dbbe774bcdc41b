"""Lemmas and compounds: cases read by hand, and simplemma's dictionary as the second route."""

from dataclasses import replace

import pytest
import simplemma

from analysis.corpus import lemmas as corpus_lemmas
from analysis.corpus.language import Language, is_stop_word, read_language
from analysis.corpus.lemmas import lemmatize, split_compound
from analysis.corpus.tokens import tokenize
from analysis.inputs import InputError


@pytest.mark.parametrize(
    ("token", "lemma"),
    [
        ("Landen", "land"),
        ("georganiseerde", "organiseren"),
        ("opgezet", "opzetten"),  # a separable verb: simplemma writes op_zetten
        ("EU-regels", "eu-regel"),
        ("EU-agentschappen", "eu-agentschap"),
        ("migratiedialogen", "migratiedialoog"),  # not in the dictionary: its tail is
        ("rechtshandhavingsautoriteiten", "rechtshandhavingsautoriteit"),
        ("korte-termijnvisa", "korte-termijnvisum"),
        ("grensoverschrijdende", "grensoverschrijdend"),
        ("PNR", "PNR"),
        ("SIS", "SIS"),
        ("JIT's", "JIT"),
        ("RBP'S", "RBP"),
        ("Europa's", "europa"),
        ("risico’s", "risico"),
        ("EU-LISA", "eu-lisa"),
        ("eu-LISA", "eu-lisa"),
        ("98/2013", "98/2013"),
        ("grens-", "grens-"),
    ],
)
def test_lemmas_are_dictionary_forms(dutch, token, lemma):
    assert lemmatize(token, dutch) == lemma


@pytest.mark.parametrize(
    ("token", "lemma"),
    [
        ("internet", "internet"),
        ("misbruik", "misbruik"),
        ("stap", "stap"),
        ("gevaren", "gevaar"),
        ("data", "data"),
        ("sprake", "sprake"),
        ("betrokkenen", "betrokkene"),
        ("mensensmokkel", "mensensmokkel"),
        ("migrantensmokkel", "migrantensmokkel"),
        ("keten", "keten"),
    ],
)
def test_known_errors_of_the_lemmatiser_are_corrected(dutch, token, lemma):
    assert lemmatize(token, dutch) == lemma
    assert lemmatize(token, replace(dutch, lemma_overrides={})) != lemma


def test_no_correction_is_idle(dutch):
    bare = replace(dutch, lemma_overrides={})
    assert [form for form, lemma in dutch.lemma_overrides.items() if lemmatize(form, bare) == lemma] == []


def test_english_works_from_its_own_folder(english):
    assert [lemmatize(word, english) for word in ("countries", "cyberattacks", "EU", "borders")] == [
        "country",
        "cyberattack",
        "EU",
        "border",
    ]
    assert is_stop_word("The", english)
    assert not is_stop_word("third", english)


@pytest.mark.parametrize("token", ["JIT's", "JIT’s", "JIT'S", "JIT'"])
def test_possessive_endings_are_cut_where_the_language_has_them(dutch, token):
    assert lemmatize(token, dutch) == "JIT"
    assert lemmatize(token, Language("nl")) != "JIT"


def test_a_language_without_lemmas_is_refused_when_they_are_asked_for(tmp_path):
    (tmp_path / "xx").mkdir()
    with pytest.raises(InputError, match=r"'xx', which simplemma does not know"):
        lemmatize("woord", read_language("xx", tmp_path))


def test_known_words_are_those_of_simplemma(here):
    words = {word for text in here.corpus.sentences["text"] for word in tokenize(text)}
    words |= {word[2:].lower() for word in words if len(word) > 5} | {"cafe\u0301", "risico's", "’s"}
    assert all(corpus_lemmas._is_known(word, "nl") == simplemma.is_known(word, lang="nl") for word in sorted(words))


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("cybercriminaliteit", ("cyber", "criminaliteit")),
        ("terrorismebestrijding", ("terrorisme", "bestrijding")),
        ("migrantensmokkel", ("migranten", "smokkel")),
        ("CBRN-beveiligingsnetwerk", ("CBRN", "beveiliging", "netwerk")),
        ("veiligheidsecosysteem", ("veiligheid", "ecosysteem")),
        ("asielzoekers", ("asiel", "zoekers")),
        ("cyberveiligheidsstrategie", ("cyber", "veiligheid", "strategie")),
        ("onlinediensten", ("online", "diensten")),
    ],
)
def test_compounds_split_at_their_seams(dutch, word, parts):
    vocabulary = {"bestrijding", "ecosysteem", "online", "migranten", "beveiliging", "netwerk", "cyberveiligheid"}
    assert split_compound(word, dutch, vocabulary) == parts


@pytest.mark.parametrize("word", ["samenleving", "overeenkomst", "belangrijke", "gemeenschappelijke", "mogelijkheden"])
def test_long_words_that_are_no_compounds_stay_whole(dutch, word):
    pieces = {"samen", "leving", "over", "eenkomst", "belang", "rijke", "gemeen", "schappelijke", "mogelijk", "heden"}
    assert split_compound(word, dutch, {word} | pieces) == (word,)
