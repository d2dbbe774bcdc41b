"""The tables are exact on the three texts, and right for texts of one's own, from files or from a DataFrame."""

import hashlib
import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.corpus.formats import registry
from analysis.corpus.formats.parsed import Paragraph, Parsed, Section
from analysis.corpus.language import Language, split_sentences
from analysis.corpus.read import corpus_from_frame, find_sentences, read_corpus
from analysis.corpus.tables import SCHEMAS
from analysis.inputs import InputError

ROOT = Path(__file__).parents[2]
MANIFEST = ROOT / "data/corpus.yml"
NAMES = ["documents", "sections", "paragraphs", "sentences", "footnotes", "lines"]


@pytest.fixture(scope="module")
def corpus():
    return read_corpus(MANIFEST)


@pytest.fixture(scope="module")
def coded():
    table = pd.read_csv(ROOT / "data/annotations/sentences_dev.csv", dtype=str, encoding="utf-8")
    return table.assign(doc_id=table["sentence"].str.partition("-")[0])


def count(table):
    return table.groupby("doc_id").size().to_dict()


def test_sizes_are_those_counted_by_hand(corpus, dutch):
    assert count(corpus.sections) == {"2014": 23, "2018": 14, "2020": 7}
    assert count(corpus.paragraphs) == {"2014": 84, "2018": 40, "2020": 26}
    assert count(corpus.sentences) == {"2014": 316, "2018": 179, "2020": 68}
    assert count(corpus.footnotes) == {"2018": 35}
    assert count(corpus.lines) == {"2014": 789, "2018": 234, "2020": 75}
    words = corpus.paragraphs["text"].str.split().str.len().groupby(corpus.paragraphs["doc_id"]).sum()
    assert words.to_dict() == {"2014": 7389, "2018": 5860, "2020": 1629}
    assert sum(len(split_sentences(text, dutch)) for text in corpus.footnotes["text"]) == 36


def test_every_coded_sentence_is_one_sentence_of_the_corpus(corpus, coded):
    # The coded sentences carry paragraph numbers of another division of the texts: they are linked by their text.
    found = find_sentences(coded, corpus.sentences)
    assert len(found) == 294
    assert found.is_unique
    text = corpus.sentences.set_index("sentence_id")["text"]
    differing = coded[coded["text"].to_numpy() != text[found].to_numpy()]
    # Coded with the link mark behind a name, which the parser takes out.
    assert differing["text"].str.replace(" i: “", ": “").tolist() == text[found[differing.index]].tolist()
    assert differing["sentence"].tolist() == ["2020-003.01", "2020-004.01"]


def test_coded_sentences_keep_their_order_and_their_neighbours(corpus, coded):
    order = corpus.sentences.set_index("sentence_id")["order"]
    found = find_sentences(coded, corpus.sentences)
    for _, names in found.groupby(coded["doc_id"]):
        assert order[names].is_monotonic_increasing


def test_ids_are_unique_stable_and_point_to_each_other(corpus):
    assert corpus.paragraphs["paragraph_id"].iloc[[0, 83, 84]].tolist() == ["2014-001", "2014-084", "2018-001"]
    assert corpus.sentences["sentence_id"].iloc[[0, 1, 2]].tolist() == ["2014-001.01", "2014-001.02", "2014-002.01"]
    assert corpus.sections["section_id"].iloc[[4, 23]].tolist() == ["2014-s05", "2018-s01"]
    assert corpus.footnotes["footnote_id"].iloc[2] == "2018-fn03"
    for name, key in [("sections", "section_id"), ("paragraphs", "paragraph_id"), ("sentences", "sentence_id")]:
        assert getattr(corpus, name)[key].is_unique
    assert set(corpus.sentences["paragraph_id"]) == set(corpus.paragraphs["paragraph_id"])
    assert set(corpus.paragraphs["section_id"]) <= set(corpus.sections["section_id"])
    parents = corpus.sections.set_index("section_id")["parent"]
    assert parents[["2014-s01", "2014-s03", "2014-s04", "2018-s03"]].tolist() == [
        "",
        "2014-s02",
        "2014-s03",
        "2018-s02",
    ]


def test_sentences_are_slices_of_their_paragraphs(corpus):
    joined = corpus.sentences.merge(corpus.paragraphs, on="paragraph_id", suffixes=("", "_paragraph"))
    slices = [row.text_paragraph[row.start : row.end] for row in joined.itertuples()]
    assert joined["text"].tolist() == slices
    assert ((joined["line_start"] <= joined["line"]) & (joined["line"] <= joined["line_end"])).all()


def test_a_sentence_knows_the_source_line_on_which_it_starts(corpus):
    for doc, file in corpus.documents[["doc_id", "file"]].itertuples(index=False):
        lines = (ROOT / "data" / file).read_text(encoding="utf-8").split("\n")
        rows = corpus.sentences[corpus.sentences["doc_id"] == doc]
        first_words = rows["text"].str.split().str[0].str.rstrip(",:")
        assert [word for word, line in zip(first_words, rows["line"], strict=True) if word not in lines[line - 1]] == []
    line = corpus.sentences.set_index("sentence_id")["line"]
    assert line[["2014-001.01", "2014-001.02", "2014-002.02"]].tolist() == [40, 40, 47]


def test_every_source_line_has_one_role_and_names_its_part(corpus):
    lines = corpus.lines
    assert set(lines["role"]) == {"body", "heading", "footnote", "apparatus", "blank"}
    keys = {"body": corpus.paragraphs["paragraph_id"], "heading": corpus.sections["section_id"]}
    for role, known in {**keys, "footnote": corpus.footnotes["footnote_id"]}.items():
        assert set(lines.loc[lines["role"] == role, "part_id"]) <= set(known)
    assert (lines.loc[lines["role"].isin(["apparatus", "blank"]), "part_id"] == "").all()
    assert lines[(lines["doc_id"] == "2018") & (lines["line"] == 128)]["part_id"].item() == "2018-fn17"


def test_footnotes_point_to_the_paragraph_that_carries_their_mark(corpus):
    note = corpus.footnotes.iloc[16]
    assert (note["paragraph_id"], note["line_start"], note["line_end"]) == ("2018-020", 114, 128)
    text = corpus.paragraphs.set_index("paragraph_id").loc["2018-020", "text"]
    assert text[: note["offset"]].endswith("de illegale handel in vuurwapens")


def test_reading_twice_gives_equal_tables(corpus):
    again = read_corpus(MANIFEST)
    for name in NAMES:
        pd.testing.assert_frame_equal(getattr(corpus, name), getattr(again, name))


ONE = {
    "id": "a",
    "title": "Brief",
    "date": "2019-03-01",
    "kind": "letter",
    "language": "nl",
    "format": "plain",
    "file": "own/letter_2019-03-01.txt",
}

MANY = {"files": "own/*.txt", "kind": "letter", "language": "nl", "format": "plain"}


def test_a_glob_makes_each_file_a_document_dated_by_its_name(write_manifest):
    path = write_manifest({**MANY, "files": "own/*"})
    (path.parent / "own/.hidden").write_text("Niet dit.", encoding="utf-8")
    corpus = read_corpus(path)
    assert corpus.documents["doc_id"].tolist() == ["letter_2018-12-24", "letter_2019-03-01"]
    assert corpus.documents["date"].tolist() == [pd.Timestamp("2018-12-24"), pd.Timestamp("2019-03-01")]
    assert corpus.paragraphs["text"].tolist() == ["Vrede.", "Beste lezer.", "Tot ziens."]
    assert count(corpus.lines) == {"letter_2018-12-24": 1, "letter_2019-03-01": 3}


def test_a_corpus_without_footnotes_keeps_their_columns_and_types(write_manifest):
    footnotes = read_corpus(write_manifest(ONE)).footnotes
    assert footnotes.empty
    assert {name: str(dtype) for name, dtype in footnotes.dtypes.items()} == SCHEMAS["footnotes"]


def test_english_texts_are_read_with_the_english_lists(write_manifest):
    corpus = read_corpus(write_manifest({**ONE, "language": "en"}))
    assert corpus.sentences["text"].tolist() == ["Beste lezer.", "Tot ziens."]


REFUSED_TEXTS = {
    "not UTF-8": (
        b"Eerste.\nCaf\xe9.",
        r"-01\.txt, line 2: found byte 0xe9, which is not UTF-8, allowed is",
    ),
    "an empty document": (
        b" \n\n",
        r"-01\.txt: found an empty document, allowed is a text with words\. ",
    ),
    "nothing but headings": (
        b"# A\n## B\n",
        r"found no paragraph in a document of format 'markdown', allowed is",
    ),
}


@pytest.mark.parametrize(("raw", "message"), REFUSED_TEXTS.values(), ids=REFUSED_TEXTS)
def test_a_text_that_cannot_be_read_is_refused(write_manifest, raw, message):
    path = write_manifest({**ONE, "format": "markdown"})
    (path.parent / ONE["file"]).write_bytes(raw)
    with pytest.raises(InputError, match=message):
        read_corpus(path)


def test_a_passage_that_no_sentence_is_like_is_refused(corpus):
    passages = pd.DataFrame({"doc_id": ["2014"], "text": ["Dit staat nergens."]})
    with pytest.raises(InputError, match=r"document '2014': found 'Dit staat nergens\.', allowed is the text of one"):
        find_sentences(passages, corpus.sentences)


def test_a_text_that_stands_twice_is_found_in_order():
    sentences = pd.DataFrame({"sentence_id": ["a.1", "a.2", "b.1"], "doc_id": ["a", "a", "b"], "text": "Ja."})
    passages = pd.DataFrame({"doc_id": ["a", "b", "a"], "text": "Ja ."}, index=[5, 6, 7])
    found = find_sentences(passages, sentences)
    assert found.to_dict() == {5: "a.1", 6: "b.1", 7: "a.2"}
    assert np.array_equal(found.index, [5, 6, 7])


def parse_slides(path, language):
    """A format of our own that is no text: slides in JSON, one paragraph each, counted in place of lines."""
    slides = json.loads(path.read_bytes())
    section = Section(level=1, number="", title="Slides", line=1, parent=-1)
    return Parsed((section,), tuple(Paragraph(0, text, ((0, i),)) for i, text in enumerate(slides, start=1)))


def test_a_format_need_not_be_lines_of_text(write_manifest, monkeypatch):
    monkeypatch.setitem(registry.FORMATS, "slides", parse_slides)
    path = write_manifest({**ONE, "format": "slides", "file": "own/slides.json"}, MANY)
    (path.parent / "own/slides.json").write_bytes(json.dumps(["Een. Twee.", "Drie."]).encode("utf-16"))
    corpus = read_corpus(path)
    slides = corpus.sentences[corpus.sentences["doc_id"] == "a"]
    assert slides[["sentence_id", "text", "line"]].to_numpy().tolist() == [
        ["a-001.01", "Een.", 1],
        ["a-001.02", "Twee.", 1],
        ["a-002.01", "Drie.", 2],
    ]
    assert count(corpus.lines) == {"letter_2018-12-24": 1, "letter_2019-03-01": 3}  # it has no lines to account for


# --- from a DataFrame --------------------------------------------------------------------------------------------

LETTERS = pd.DataFrame(
    {
        "doc_id": ["b", "a"],
        "date": ["2019-03-01", "2018-12-24"],
        "text": ["Beste lezer, zie nr. 5. Dag.\r\n\r\nTot\r\nziens.", "Vrede."],
        "kind": ["letter", None],
        "page": [1, 2],
    }
)


def test_a_frame_is_read_into_paragraphs_and_sentences(dutch):
    corpus = corpus_from_frame(LETTERS, {"nl": dutch})
    assert corpus.documents[["doc_id", "title", "kind", "language", "format"]].to_numpy().tolist() == [
        ["a", "a", "", "nl", "plain"],
        ["b", "b", "letter", "nl", "plain"],
    ]
    assert corpus.documents["date"].tolist() == [pd.Timestamp("2018-12-24"), pd.Timestamp("2019-03-01")]
    assert corpus.paragraphs[["paragraph_id", "section_id", "text"]].to_numpy().tolist() == [
        ["a-001", "a-s01", "Vrede."],
        ["b-001", "b-s01", "Beste lezer, zie nr. 5. Dag."],
        ["b-002", "b-s01", "Tot ziens."],
    ]
    assert corpus.sentences["text"].tolist() == ["Vrede.", "Beste lezer, zie nr. 5.", "Dag.", "Tot ziens."]
    assert len(corpus.sections) == 2
    assert count(corpus.lines) == {"a": 1, "b": 4}


def test_a_frame_and_the_same_texts_in_files_are_one_corpus(write_manifest, dutch):
    files = read_corpus(write_manifest(MANY))
    read = {name: (write_manifest(MANY).parent / name).read_text(encoding="utf-8") for name in files.documents["file"]}
    frame = files.documents.assign(text=files.documents["file"].map(read))
    corpus = corpus_from_frame(frame[::-1], {"nl": dutch})
    for name in NAMES[1:]:
        pd.testing.assert_frame_equal(getattr(corpus, name), getattr(files, name))
    left_out = ["file", "sha256"]  # the checksum of a file with other line ends than its text
    pd.testing.assert_frame_equal(corpus.documents.drop(columns=left_out), files.documents.drop(columns=left_out))
    assert corpus.documents["sha256"].iloc[0] == hashlib.sha256(b"Vrede.\n").hexdigest()


def test_each_text_of_a_frame_is_split_by_its_language(dutch, english):
    text = "See Ms. A. Zie nr. 5."
    frame = pd.DataFrame({"doc_id": ["x", "y"], "date": "2020-01-01", "text": text, "language": ["en", "nl"]})
    sentences = corpus_from_frame(frame, {"nl": dutch, "en": english}).sentences
    assert sentences.groupby("doc_id")["text"].agg(list).to_dict() == {
        "x": [text[start:end] for start, end in split_sentences(text, english)],
        "y": [text[start:end] for start, end in split_sentences(text, dutch)],
    }


@pytest.mark.parametrize("day", [date(2020, 1, 31), pd.Timestamp("2020-01-31 10:00"), np.datetime64("2020-01-31")])
def test_a_frame_may_have_dates_of_any_type(day):
    frame = pd.DataFrame({"doc_id": [7], "date": [day], "text": ["Ja."]})
    documents = corpus_from_frame(frame, {"nl": Language("nl")}).documents
    assert documents[["doc_id", "date"]].to_numpy().tolist() == [["7", pd.Timestamp("2020-01-31")]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"doc_id": "x"}, r"frame: found the doc_id 'x' a second time, allowed is one row per document"),
        ({"doc_id": ["a b", "c"]}, r"frame, document 'a b': found 'a b', allowed is an id of letters"),
        ({"date": ["2019", "2018-12-24"]}, r"document 'b', date: found '2019', allowed is a date YYYY-MM-DD"),
        ({"date": pd.to_datetime(["2019-03-01", None])}, r"document 'a', date: found NaT, allowed is a date"),
        ({"text": [None, "Ja."]}, r"document 'b', text: found .*, allowed is a text with words"),
        ({"text": ["Ja.", "\u00ad \n"]}, r"document 'a', text: found .*, allowed is a text with words"),
        ({"language": "de"}, r"document 'b', language: found 'de', allowed is one of nl"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused(dutch, change, message):
    with pytest.raises(InputError, match=message):
        corpus_from_frame(LETTERS.assign(**change), {"nl": dutch})


@pytest.mark.parametrize("column", ["doc_id", "date", "text"])
def test_a_frame_without_a_column_is_refused(dutch, column):
    with pytest.raises(
        InputError, match=f"frame: found no column '{column}', allowed is the columns doc_id, date, text"
    ):
        corpus_from_frame(LETTERS.drop(columns=column), {"nl": dutch})


def test_where_there_are_several_languages_each_text_has_to_name_its_own(dutch, english):
    with pytest.raises(InputError, match="frame: found no column 'language'"):
        corpus_from_frame(LETTERS, {"nl": dutch, "en": english})
