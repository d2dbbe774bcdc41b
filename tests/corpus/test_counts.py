"""Words and their counts: by hand, by a slow second route, and on the real texts."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.feature_extraction.text import TfidfTransformer

from analysis.corpus.counts import (
    Counts,
    base_form,
    count_terms,
    count_text,
    count_tokens,
    first_sentences,
    list_sequences,
    list_words,
    prune,
    show_forms,
    weigh,
)
from analysis.corpus.language import Language, is_stop_word
from analysis.corpus.lemmas import lemmatize
from analysis.corpus.tokens import TOKEN
from analysis.inputs import InputError

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

DUTCH = Language(
    "nl",
    stop_words=frozenset({"de", "en", "in", "het"}),
    policy_words=frozenset({"zaak", "in het kader van"}),
    institution_words=frozenset({"EU", "commissie"}),
    phrases=("in het kader van", "het kader", "kader van", "derde landen", "van derde", "grens"),
    compound_links=("s", "", "en"),
    compound_parts=frozenset({"cyber"}),
)
ENGLISH = Language("en", stop_words=frozenset({"the"}), phrases=("third countries",))


def read_slowly(sentences, languages, *, institution_words=False):
    """What `list_words` gives, as it is meant: word by word, the longest phrase at each, then on after it."""
    rows = []
    for row in sentences.itertuples():
        language = languages[row.doc_id]
        dropped = language.policy_words | (set() if institution_words else language.institution_words)
        phrases = sorted((phrase.lower().split() for phrase in language.phrases), key=len, reverse=True)
        found = list(TOKEN.finditer(row.text))
        tokens = [match.group() for match in found]
        at = 0
        while at < len(tokens):
            lower = [token.lower() for token in tokens[at:]]
            length = max(1, next((len(words) for words in phrases if lower[: len(words)] == words), 1))
            lemma = None
            if length > 1:
                lemma = " ".join(lower[:length])
            elif len(tokens[at]) > 1 and any(map(str.isalpha, tokens[at])) and not is_stop_word(tokens[at], language):
                lemma = lemmatize(tokens[at], language)
            if lemma is not None and lemma not in dropped:
                start, end = found[at].start(), found[at + length - 1].end()
                place = (row.sentence_id, row.paragraph_id, row.doc_id)
                rows.append((*place, lemma, start, end, row.text[start:end].lower()))
            at += length
    return pd.DataFrame(rows, columns=["sentence_id", "paragraph_id", "doc_id", "lemma", "start", "end", "form"])


def as_sentences(texts, *, document="A"):
    """One sentence a paragraph; `document` is one text for all, or a list."""
    ids = [f"{number:03d}" for number in range(len(texts))]
    return pd.DataFrame({"sentence_id": ids, "paragraph_id": ids, "doc_id": document, "text": texts})


def as_dicts(counts):
    """The counts of each unit that are not zero."""
    frame = pd.DataFrame(counts.matrix.toarray(), counts.units, counts.terms)
    return {unit: {term: n for term, n in row.items() if n} for unit, row in frame.iterrows()}


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


@pytest.mark.slow
@pytest.mark.parametrize("institution_words", [False, True])
def test_words_of_the_real_texts_are_those_of_the_slow_route(here, institution_words):
    fast = list_words(here.corpus.sentences, here.languages, institution_words=institution_words)
    slow = read_slowly(here.corpus.sentences, here.languages, institution_words=institution_words)
    pd.testing.assert_frame_equal(fast, slow)


def test_words_counted_by_hand():
    text = "In het kader van derde landen: De  zaak,\nGrenzen van EU-landen; 2014 a. PNR"
    words = list_words(as_sentences([text, ""]), {"A": DUTCH})
    assert words[["lemma", "start", "end", "form"]].to_numpy().tolist() == [
        ["derde landen", 17, 29, "derde landen"],
        ["grens", 41, 48, "grenzen"],
        ["van", 49, 52, "van"],
        ["eu-land", 53, 62, "eu-landen"],
        ["PNR", 72, 75, "pnr"],
    ]


PIECES = [
    "in",
    "In",
    "het",
    "kader",
    "van",
    "derde",
    "landen",
    "grens",
    "EU",
    "zaak",
    "third",
    "countries",
    "the",
    "é1",
]
SIGNS = [" ", " ", "  ", ", ", "\n", "-", "\u00a0", "\x1f", "’", "/", "grens- "]
TEXTS = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(SIGNS)).map("".join), max_size=12).map("".join)


@settings(deadline=None)  # the first call loads lemmas
@given(st.lists(st.tuples(TEXTS, st.sampled_from("ABC")), max_size=8), st.booleans())
def test_fast_and_slow_route_agree_on_any_text(pairs, institution_words):
    sentences = as_sentences([text for text, _ in pairs], document=[document for _, document in pairs])
    languages = {"A": DUTCH, "B": ENGLISH, "C": DUTCH}
    fast = list_words(sentences, languages, institution_words=institution_words)
    slow = read_slowly(sentences, languages, institution_words=institution_words)
    assert fast.to_dict("records") == slow.to_dict("records")
    counts = count_text(sentences, languages, institution_words=institution_words)
    expected = count_terms(slow, sentences["paragraph_id"])
    assert counts.units.tolist() == expected.units.tolist()
    assert counts.terms.tolist() == expected.terms.tolist()
    assert (counts.matrix.toarray() == expected.matrix.toarray()).all()


@pytest.mark.parametrize("unit", ["paragraph", "sentence"])
def test_counted_is_what_is_listed(here, unit):
    words = list_words(here.corpus.sentences, here.languages)
    units = here.corpus.sentences[f"{unit}_id"].drop_duplicates()
    counts, expected = count_text(here.corpus.sentences, here.languages, unit=unit), count_terms(words, units)
    pd.testing.assert_index_equal(counts.terms, expected.terms)
    pd.testing.assert_index_equal(counts.units, expected.units)
    assert counts.matrix.dtype == expected.matrix.dtype
    assert (counts.matrix != expected.matrix).nnz == 0


def list_slowly(sentences, languages, unit, **options):
    """Unit, place and lemma of every word: the tokens of a unit counted on from sentence to sentence."""
    words = read_slowly(sentences, languages, **options)
    before, seen = {}, Counter()
    for row in sentences.itertuples():
        before[row.sentence_id] = seen[getattr(row, f"{unit}_id")]
        seen[getattr(row, f"{unit}_id")] += len(TOKEN.findall(row.text))
    texts, units = sentences.set_index("sentence_id")["text"], list(dict.fromkeys(sentences[f"{unit}_id"]))
    found = [
        (units.index(getattr(row, f"{unit}_id")), before[row.sentence_id] + n_before, row.lemma)
        for row in words.itertuples()
        for n_before in [len(TOKEN.findall(texts[row.sentence_id][: row.start]))]
    ]
    return sorted(found, key=lambda place: place[:2])


def as_places(sequences):
    terms = sequences.terms[sequences.term].tolist()
    return list(zip(sequences.unit.tolist(), sequences.position.tolist(), terms, strict=True))


@settings(deadline=None)
@given(st.lists(st.tuples(TEXTS, st.sampled_from("ABC"), st.sampled_from("xyz")), max_size=8), st.booleans())
def test_sequences_have_every_word_at_its_place(triples, institution_words):
    sentences = as_sentences([text for text, *_ in triples], document=[document for _, document, _ in triples])
    sentences["paragraph_id"] = [f"{document}{paragraph}" for _, document, paragraph in triples]  # they may alternate
    languages = {"A": DUTCH, "B": ENGLISH, "C": DUTCH}
    for unit in ("paragraph", "sentence"):
        found = list_sequences(sentences, languages, unit=unit, institution_words=institution_words)
        assert as_places(found) == list_slowly(sentences, languages, unit, institution_words=institution_words)
        assert found.units.tolist() == list(dict.fromkeys(sentences[f"{unit}_id"]))
        assert found.n_units == len(found.units)


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["paragraph", "sentence"])
@pytest.mark.parametrize("compounds", [False, True])
def test_sequences_hold_what_is_counted(here, unit, compounds):
    sentences, languages = here.corpus.sentences, here.languages
    counts = count_text(sentences, languages, unit=unit, compounds=compounds)
    sequences = list_sequences(sentences, languages, unit=unit, compounds=compounds)
    pd.testing.assert_index_equal(counts.terms, sequences.terms)
    pd.testing.assert_index_equal(counts.units, sequences.units)
    unit_and_term = Counter(zip(sequences.unit.tolist(), sequences.term.tolist(), strict=True))
    rows, columns = counts.matrix.nonzero()
    places = zip(rows.tolist(), columns.tolist(), strict=True)
    assert dict(zip(places, counts.matrix[rows, columns].tolist(), strict=True)) == unit_and_term
    if not compounds:
        assert as_places(sequences) == list_slowly(sentences, languages, unit)


def test_an_opened_compound_and_its_parts_stand_at_one_place():
    sentences = as_sentences(["De grens, het beheer, grensbeheer in derde landen van de EU"])
    found = list_sequences(sentences, {"A": DUTCH}, compounds=True)
    assert as_places(found) == [
        (0, 1, "grens"), (0, 3, "beheer"), (0, 4, "grensbeheer"), (0, 4, "grens"), (0, 4, "beheer"),
        (0, 6, "derde landen"), (0, 8, "van"),
    ]  # fmt: skip


def test_sequences_of_other_units_are_refused():
    with pytest.raises(InputError, match="unit: found 'window', allowed is one of paragraph, sentence"):
        list_sequences(as_sentences(["aap"]), {"A": DUTCH}, unit="window")


def test_windows_are_cut_within_a_text_and_differ_by_a_token():
    sentences = as_sentences(["aap noot mies wim", "", "zus jet teun vuur gijs lam kees", "bok"], document=list("AAAB"))
    counts = count_text(sentences, {"A": Language("nl"), "B": Language("nl")}, unit="window", window=4)
    assert counts.units.tolist() == ["A-w001", "A-w002", "A-w003", "B-w001"]
    assert counts.matrix.sum(axis=1).tolist() == [4, 4, 3, 1]
    assert as_dicts(counts)["A-w002"] == {"zus": 1, "jet": 1, "teun": 1, "vuur": 1}
    assert first_sentences(sentences, counts)["sentence_id"].tolist() == ["000", "002", "002", "003"]


def test_stop_words_fill_windows_and_a_phrase_stays_where_it_begins():
    sentences = as_sentences(["de de derde landen de aap"])
    counts = count_text(sentences, {"A": DUTCH}, unit="window", window=3)
    assert as_dicts(counts) == {"A-w001": {"derde landen": 1}, "A-w002": {"aap": 1}}


def test_windows_of_the_real_texts_hold_every_word_once(here):
    sentences = here.corpus.sentences
    counts = count_text(sentences, here.languages, unit="window", window=100)
    assert counts.matrix.sum() == len(list_words(sentences, here.languages))
    n_windows = first_sentences(sentences, counts)["doc_id"].value_counts()
    assert {name: round(n / 100) for name, n in here.n_tokens.items()} == n_windows.to_dict()


def test_sentences_of_texts_that_alternate_are_put_together():
    sentences = as_sentences(["aap grens", "", "teun vuur", "de"], document=["A", "B", "A", "C"])
    counts = count_text(sentences, dict.fromkeys("ABC", DUTCH), unit="window", window=2)
    assert as_dicts(counts) == {
        "A-w001": {"aap": 1, "grens": 1}, "A-w002": {"teun": 1, "vuur": 1}, "B-w001": {}, "C-w001": {}
    }  # fmt: skip
    assert first_sentences(sentences, counts)["sentence_id"].tolist() == ["000", "002", "001", "003"]
    assert first_sentences(sentences, counts)["doc_id"].to_dict() == {
        "A-w001": "A", "A-w002": "A", "B-w001": "B", "C-w001": "C"
    }  # fmt: skip


@pytest.mark.parametrize("unit", ["paragraph", "sentence", "window"])
def test_every_unit_has_its_text(here, unit):
    counts = count_text(here.corpus.sentences, here.languages, unit=unit)
    documents = first_sentences(here.corpus.sentences, counts)["doc_id"]
    assert documents.index.equals(counts.units)
    assert (documents == documents.index.str[:4]).all()


def test_windows_of_other_sentences_are_refused():
    sentences = as_sentences(["aap noot"])
    counts = count_text(sentences, {"A": DUTCH}, unit="window")
    with pytest.raises(InputError, match="counts: found the unit 'A-w001', allowed is units of these sentences"):
        first_sentences(as_sentences(["aap noot"], document="B"), counts)


def test_compounds_are_opened_beside_the_whole():
    sentences = as_sentences(
        ["Grensbeheer, cyberbeheer, EU-grenzen, grens- en beheer.", "Verstrekking; grens in de EU."]
    )
    whole = count_text(sentences, {"A": DUTCH})
    opened = count_text(sentences, {"A": DUTCH}, compounds=True)
    assert as_dicts(whole)["000"] == dict.fromkeys(["grensbeheer", "cyberbeheer", "eu-grens", "grens-", "beheer"], 1)
    assert as_dicts(opened) == {
        "000": {**as_dicts(whole)["000"], "grens": 3, "beheer": 3, "cyber": 1},
        "001": {"verstrekking": 1, "grens": 1},  # no vers + rekking: these stand nowhere alone
    }
    kept = count_text(sentences, {"A": DUTCH}, compounds=True, institution_words=True)
    assert [as_dicts(kept)[unit]["EU"] for unit in ("000", "001")] == [1, 1]


def test_opening_compounds_adds_counts_and_takes_none_away(here):
    sentences, languages = here.corpus.sentences, here.languages
    whole, opened = count_text(sentences, languages), count_text(sentences, languages, compounds=True)
    assert set(whole.terms) <= set(opened.terms)
    more = opened.matrix[:, opened.terms.get_indexer(whole.terms)] - whole.matrix
    assert more.min() == 0
    frame = pd.Series(opened.matrix.sum(axis=0), index=opened.terms)
    assert frame["grens"] > whole.matrix[:, whole.terms.get_loc("grens")].sum()
    assert not {"lijn", "rekking", "eenkomst"} & (set(opened.terms) - set(whole.terms))


def test_the_counts_depend_on_no_order_but_that_of_reading(here):
    sentences, languages = here.corpus.sentences, here.languages
    once = count_text(sentences, languages, compounds=True)
    other = count_text(sentences[::-1], languages, compounds=True)
    assert once.terms.equals(other.terms)
    turned = other.matrix[other.units.get_indexer(once.units)]
    assert (once.matrix != turned).nnz == 0


def test_what_cannot_be_counted_is_named():
    sentences = as_sentences(["aap"])
    with pytest.raises(InputError, match=r"unit: found 'paragraf', .* Did you mean 'paragraph'"):
        count_text(sentences, {"A": DUTCH}, unit="paragraf")
    with pytest.raises(InputError, match="window: found 0, allowed is 1 or more"):
        count_text(sentences, {"A": DUTCH}, unit="window", window=0)
    with pytest.raises(InputError, match="text 'A': found no language, allowed is the texts B"):
        count_text(sentences, {"B": DUTCH})


COUNTS = Counts(
    sparse.csr_array(np.array([[1, 2, 0, 0], [1, 1, 3, 0], [1, 0, 0, 0], [0, 0, 0, 0]])),
    pd.Index(["p1", "p2", "p3", "p4"], name="paragraph_id"),
    pd.Index(["a", "b", "c", "d"], name="lemma"),
)


def test_prune_keeps_terms_of_enough_units_and_all_units():
    pruned = prune(COUNTS, min_units=2, max_share=0.5)
    assert pruned.terms.tolist() == ["b"]
    assert pruned.matrix.toarray().ravel().tolist() == [2, 1, 0, 0]
    assert pruned.units.equals(COUNTS.units)
    assert prune(COUNTS, min_units=1).terms.tolist() == ["a", "b", "c"]


def test_prune_says_so_when_nothing_is_left():
    with pytest.raises(InputError, match=r"no term in 4 or more and at most 100% of 4 units, .* lower min_units"):
        prune(COUNTS, min_units=4)
    with pytest.raises(InputError, match=r"max_share: found 5"):
        prune(COUNTS, max_share=5)


def test_tfidf_by_hand():
    weights = weigh(COUNTS, "tfidf").toarray()
    a, b = 1 + np.log(5 / 4), (1 + np.log(2)) * (1 + np.log(5 / 3))
    assert weights[0] == pytest.approx(np.array([a, b, 0, 0]) / np.hypot(a, b))
    assert weights[2].tolist() == [1, 0, 0, 0]
    assert weights[3].tolist() == [0, 0, 0, 0]


def test_tfidf_is_that_of_scikit_learn(here):
    counts = count_text(here.corpus.sentences, here.languages)
    reference = TfidfTransformer(sublinear_tf=True).fit_transform(sparse.csr_matrix(counts.matrix))
    assert abs(weigh(counts, "tfidf") - reference).max() < 1e-14


def test_weighing_leaves_the_counts_alone():
    before = COUNTS.matrix.toarray()
    assert (weigh(COUNTS, "count").toarray() == before).all()
    weigh(COUNTS, "tfidf")
    assert (COUNTS.matrix.toarray() == before).all()
    with pytest.raises(InputError, match="how: found 'tf', allowed is one of tfidf, count"):
        weigh(COUNTS, "tf")
