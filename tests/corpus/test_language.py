"""Sentences, tokens, lemmas and compounds: cases read by hand, and statements true of any text."""

from dataclasses import replace
from pathlib import Path

import pytest
import simplemma
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.corpus import lemmas as corpus_lemmas
from analysis.corpus.language import is_stop_word, language_codes, read_language, split_sentences
from analysis.corpus.lemmas import lemmatize, split_compound
from analysis.corpus.tokens import token_spans, tokenize
from analysis.inputs import InputError

FOLDER = Path(__file__).parents[2] / "data/language"
PIECES = ["EUR. ", "“Ja. ", "Nee.” ", "nr. ", "Zin", " 3", "…", "\n", "\u00a0", "😀", " "]
quick = settings(derandomize=True, max_examples=100, deadline=None, database=None)


@pytest.fixture(scope="module")
def dutch():
    return read_language("nl", FOLDER)


@pytest.fixture(scope="module")
def english():
    return read_language("en", FOLDER)


# --- sentences ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sentences",
    [
        ["Verordening (EU) nr. 98/2013, PB L 39 van 9.2.2013, blz. 1.", "Zie ook art. 5 van de richtlijn."],
        ["Er is 100 miljoen EUR.", "Ook het onderzoek levert een bijdrage."],
        ['Het motto "Open and safe Europe: What\'s next?" op 29 en 30 januari 2014.', "Ook daar."],
        ["De commissaris: “Veilig is veilig.", "Wij beginnen vandaag.”", "Dat zei zij."],
        ["Zij zei het.", "“Wij beginnen.”"],
        ["Er zijn twee doelen: 1) dit, 2) dat; meer niet.", "Is dat zo?", "Ja!"],
        ["Onderzoek (bv. universiteiten, d.w.z. Delft) telt mee.", "De heer dhr. Jansen ook."],
        ["Het kost 5 mld. EUR per jaar (vgl. Frankrijk).", "Dat is veel."],
    ],
)
def test_sentences_are_those_a_reader_would_count(dutch, sentences):
    text = " ".join(sentences)
    assert [text[start:end] for start, end in split_sentences(text, dutch)] == sentences


def test_english_sentences_know_english_abbreviations(english):
    text = "See e.g. Article 5. Mr. Smith (cf. No. 3) agrees. So does he."
    assert [text[start:end] for start, end in split_sentences(text, english)] == [
        "See e.g. Article 5.",
        "Mr. Smith (cf. No. 3) agrees.",
        "So does he.",
    ]


@quick
@given(
    text=st.text(max_size=80)
    | st.lists(st.sampled_from(["EUR. ", "“Ja. ", "Nee.” ", "nr. ", "Zin", " 3", "…", "\n"])).map("".join)
)
def test_sentences_tile_any_text(dutch, text):
    rest, last = [], 0
    for start, end in split_sentences(text, dutch):
        assert last <= start < end
        assert text[start:end] == text[start:end].strip()
        rest.append(text[last:start])
        last = end
    assert not "".join([*rest, text[last:]]).strip()


# --- tokens ------------------------------------------------------------------------------------------------------


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
        ("COM(2018) 225; 2015-2020; EC3", ["COM", "2018", "225", "2015-2020", "EC3"]),
    ],
)
def test_tokens_are_words_and_numbers_as_they_stand(text, tokens):
    assert tokenize(text) == tokens


@quick
@given(text=st.text(max_size=60) | st.text("aé-'’/.,1 2_–", max_size=40))
def test_tokens_stand_where_their_offsets_say_and_hold_every_letter(text):
    spans = token_spans(text)
    assert [text[start:end] for start, end in spans] == tokenize(text)
    covered = {i for start, end in spans for i in range(start, end)}
    assert all(i in covered for i, letter in enumerate(text) if letter.isalnum())


# --- lemmas ------------------------------------------------------------------------------------------------------


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


# --- compounds ---------------------------------------------------------------------------------------------------


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


# --- lists of words ----------------------------------------------------------------------------------------------


def test_words_that_carry_a_subject_are_no_stop_words(dutch):
    assert not [word for word in ("derde", "vrij", "grens", "open", "recht", "gegevens") if is_stop_word(word, dutch)]
    assert all(is_stop_word(word, dutch) for word in ("De", "waarbij", "teneinde", "momenteel", "januari", "miljoen"))


def test_agencies_are_signals_and_institutions_are_not(dutch):
    assert dutch.institution_words.isdisjoint({"europol", "frontex", "eu-lisa", "eurojust"})
    assert dutch.institution_words.issuperset({"EU", "commissie", "lidstaat", "europees parlement"})


@pytest.mark.parametrize("code", ["nl", "en"])
def test_lists_hold_what_the_lemmatiser_gives(code):
    language = read_language(code, FOLDER)
    listed = language.policy_words | language.institution_words
    lemmas = {word: lemmatize(word, language) for word in listed if " " not in word}
    assert {word: lemma for word, lemma in lemmas.items() if lemma not in listed} == {}


@pytest.mark.parametrize("code", ["nl", "en"])
def test_phrases_come_longest_first_and_are_written_as_tokens(code):
    phrases = read_language(code, FOLDER).phrases
    lengths = [len(phrase.split()) for phrase in phrases]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[-1] > 1
    assert [phrase for phrase in phrases if tokenize(phrase) != phrase.split()] == []


def test_phrases_that_are_dropped_are_read_as_phrases_first(dutch):
    assert {"europees parlement", "met het oog op", "derde landen"} <= set(dutch.phrases)
    assert {"europees parlement", "met het oog op"} <= dutch.policy_words | dutch.institution_words
    assert "derde landen" not in dutch.policy_words | dutch.institution_words


def test_a_new_language_is_a_new_folder(tmp_path):
    (tmp_path / "de").mkdir()
    (tmp_path / "de/kept_words.txt").write_text("dritte  # Drittstaaten\n", encoding="utf-8")
    (tmp_path / "de/stop_words.txt").write_text("Hiermit\n", encoding="utf-8")
    german = read_language("de", tmp_path)
    assert is_stop_word("hiermit", german)
    assert is_stop_word("und", german)
    assert lemmatize("Länder", german) == "land"


@pytest.mark.parametrize(
    ("code", "files", "message"),
    [
        ("nll", {}, r"language: found 'nll', allowed is one of nl\. Did you mean 'nl'\?"),
        (
            "nl",
            {"stopwords.txt": "de"},
            r"stopwords\.txt: found a file of unknown name, .* mean 'stop_words\.txt'\?",
        ),
        ("nl", {"lemmas.yml": "no: nee"}, r"lemmas\.yml, False: found 'nee', allowed is form: lemma, both words\. Put"),
        ("nl", {"lemmas.yml": "a: b\na: c"}, r"lemmas\.yml, line 2: found the key 'a' a second time"),
        (
            "nl",
            {"compounds.yml": "link: [s]"},
            r"compounds\.yml: found the unknown key 'link', .* mean 'links'\?",
        ),
        ("nl", {"compounds.yml": "links: s"}, r"compounds\.yml, links: found 's', allowed is a list of words\. Write"),
    ],
)
def test_a_language_that_cannot_be_read_is_refused(tmp_path, code, files, message):
    (tmp_path / "language/nl").mkdir(parents=True)
    for name, content in files.items():
        (tmp_path / "language/nl" / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_language(code, tmp_path / "language")


def test_a_missing_folder_of_languages_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nowhere: found no folder of a language, allowed is one folder per language"):
        language_codes(tmp_path / "nowhere")


def test_a_language_without_lemmas_is_refused_when_they_are_asked_for(tmp_path):
    (tmp_path / "xx").mkdir()
    with pytest.raises(InputError, match=r"'xx', which simplemma does not know"):
        lemmatize("woord", read_language("xx", tmp_path))


def test_known_words_are_those_of_simplemma(here):
    words = {word for text in here.corpus.sentences["text"] for word in tokenize(text)}
    words |= {word[2:].lower() for word in words if len(word) > 5} | {"cafe\u0301", "risico's", "’s"}
    assert all(corpus_lemmas._is_known(word, "nl") == simplemma.is_known(word, lang="nl") for word in sorted(words))
