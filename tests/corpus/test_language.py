"""Sentences as a reader counts them, and the lists of a language read from its folder."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.corpus.language import (
    Language,
    is_stop_word,
    known_languages,
    language_codes,
    missing_resources,
    read_language,
    split_sentences,
)
from analysis.corpus.lemmas import lemmatize
from analysis.corpus.tokens import tokenize
from analysis.inputs import InputError

FOLDER = Path(__file__).parents[2] / "data/language"
quick = settings(derandomize=True, max_examples=100, deadline=None, database=None)


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


def test_a_full_stop_that_sentencex_overlooks_ends_a_sentence_where_the_language_says_so():
    text = "Er is 100 miljoen EUR. Ook het onderzoek."
    assert len(split_sentences(text, Language("nl"))) == 1
    assert split_sentences(text, Language("nl", sentence_ends=frozenset({"EUR."}))) == [(0, 22), (23, 41)]
    assert len(split_sentences("Het is EUR. per stuk.", Language("nl", sentence_ends=frozenset({"EUR."})))) == 1


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


@pytest.mark.slow
def test_a_new_language_is_a_new_folder(tmp_path):
    (tmp_path / "de").mkdir()
    (tmp_path / "de/kept_words.txt").write_text("dritte  # Drittstaaten\n", encoding="utf-8")
    (tmp_path / "de/stop_words.txt").write_text("Hiermit\n", encoding="utf-8")
    german = read_language("de", tmp_path)
    assert is_stop_word("hiermit", german)
    assert is_stop_word("und", german)
    assert lemmatize("Länder", german) == "land"


def test_a_language_without_files_has_none_of_their_words(tmp_path):
    (tmp_path / "nl").mkdir()  # French has no folder
    assert "fr" in known_languages(tmp_path)
    assert "stop_words.txt" in missing_resources("fr", tmp_path)
    french = read_language("fr", tmp_path)
    lists = (french.possessives, french.conjunctions, french.page_words, french.attributions, french.sentence_ends)
    assert lists == (frozenset(),) * 5
    assert is_stop_word("Les", french)  # of the package stopwordsiso


@pytest.mark.parametrize(
    ("code", "files", "message"),
    [
        ("nll", {}, r"language: found 'nll', allowed is one of nl, .*\. Did you mean 'nl'\?"),
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
