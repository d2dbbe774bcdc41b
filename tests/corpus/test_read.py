"""The manifest is refused when it cannot be used; the tables are exact on the three texts."""

import hashlib
import shutil
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from analysis.corpus.language import read_language, split_sentences
from analysis.corpus.manifest import read_manifest
from analysis.corpus.read import find_sentences, read_corpus
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


# --- the three texts ---------------------------------------------------------------------------------------------


def count(table):
    return table.groupby("doc_id").size().to_dict()


def test_sizes_are_those_counted_by_hand(corpus):
    assert count(corpus.sections) == {"2014": 23, "2018": 14, "2020": 7}
    assert count(corpus.paragraphs) == {"2014": 84, "2018": 40, "2020": 26}
    assert count(corpus.sentences) == {"2014": 316, "2018": 179, "2020": 68}
    assert count(corpus.footnotes) == {"2018": 35}
    assert count(corpus.lines) == {"2014": 789, "2018": 234, "2020": 75}
    words = corpus.paragraphs["text"].str.split().str.len().groupby(corpus.paragraphs["doc_id"]).sum()
    assert words.to_dict() == {"2014": 7389, "2018": 5860, "2020": 1629}
    dutch = read_language("nl", ROOT / "data/language")
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


# --- own texts ---------------------------------------------------------------------------------------------------


@pytest.fixture
def study(tmp_path):
    """A folder with two own texts; call it with changes to the manifest's one entry, get the manifest's path."""
    shutil.copytree(ROOT / "data/language", tmp_path / "data/language")
    (tmp_path / "data/own").mkdir()
    (tmp_path / "data/own/letter_2019-03-01.txt").write_text("Beste lezer.\n\nTot ziens.", encoding="utf-8")
    (tmp_path / "data/own/letter_2018-12-24.txt").write_text("Vrede.\r\n", encoding="utf-8")
    (tmp_path / "outside.txt").write_text("Geheim.", encoding="utf-8")

    def write(*entries, text=None):
        path = tmp_path / "data/corpus.yml"
        path.write_text(text or yaml.safe_dump({"documents": list(entries)}), encoding="utf-8")
        return path

    return write


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


def test_one_own_text_needs_no_checksum_and_gets_one(study):
    documents = read_manifest(study(ONE))
    assert documents.loc[0, "sha256"] == hashlib.sha256(b"Beste lezer.\n\nTot ziens.").hexdigest()
    assert documents.loc[0, ["reference", "source", "licence"]].tolist() == ["", "", ""]


def test_a_glob_makes_each_file_a_document_dated_by_its_name(study):
    path = study({**MANY, "files": "own/*"})
    (path.parent / "own/.hidden").write_text("Niet dit.", encoding="utf-8")
    corpus = read_corpus(path)
    assert corpus.documents["doc_id"].tolist() == ["letter_2018-12-24", "letter_2019-03-01"]
    assert corpus.documents["date"].tolist() == [pd.Timestamp("2018-12-24"), pd.Timestamp("2019-03-01")]
    assert corpus.paragraphs["text"].tolist() == ["Vrede.", "Beste lezer.", "Tot ziens."]
    assert count(corpus.lines) == {"letter_2018-12-24": 1, "letter_2019-03-01": 3}


def test_tables_without_rows_keep_their_columns_and_types(study):
    footnotes = read_corpus(study(ONE)).footnotes
    assert footnotes.empty
    assert {name: str(dtype) for name, dtype in footnotes.dtypes.items()} == SCHEMAS["footnotes"]


def test_documents_come_in_order_of_date(study):
    later = {**ONE, "id": "b", "date": "2018-01-01"}
    assert read_manifest(study(ONE, later))["doc_id"].tolist() == ["b", "a"]


def test_english_texts_are_read_with_the_english_lists(study):
    corpus = read_corpus(study({**ONE, "language": "en"}))
    assert corpus.sentences["text"].tolist() == ["Beste lezer.", "Tot ziens."]


# --- bad input ---------------------------------------------------------------------------------------------------

AT = r"corpus\.yml, line \d, documents\[0\]"  # the entry that is refused
REFUSED = {
    "a wrong checksum": (
        {"sha256": "0" * 64},
        AT + r"\.sha256: found the checksum \w{64} of .*-01\.txt, allowed is 0{64}\. Put the file back",
    ),
    "a missing file": (
        {"file": "own/no.txt"},
        AT + r"\.file: found no readable file .*no\.txt .*\. Check",
    ),
    "a folder for a file": ({"file": "own"}, AT + r"\.file: found no readable file"),
    "an unknown format": (
        {"format": "markdwon"},
        AT + r"\.format: found 'markdwon', allowed is one of pdf-text, .*\. Did you mean 'markdown'\?",
    ),
    "an unknown language": (
        {"language": "fr"},
        AT + r"\.language: found 'fr', allowed is one of en, nl\. Choose",
    ),
    "an unknown key": (
        {"titel": "x"},
        AT + r"\.titel: found the unknown key 'titel', allowed is .* mean 'title'\?",
    ),
    "a missing key": (
        {"title": ""},
        AT + r": found no value for 'title', allowed is the keys .*\. Add 'title'",
    ),
    "a date that is no date": (
        {"date": "soon"},
        AT + r"\.date: found 'soon', allowed is a date YYYY-MM-DD\. C",
    ),
    "a date with a time": ({"date": datetime(2019, 3, 1, 10)}, AT + r"\.date: found 2019-03-01 10:00:00, allowed"),
    "a day that does not exist": ({"date": "2019-02-30"}, AT + r"\.date: found '2019-02-30', allowed is a date"),
    "a list for a text": ({"title": ["x"]}, AT + r"\.title: found \['x'\], allowed is a text\. Put it in quotes"),
    "an id with a space": ({"id": "a b"}, AT + r"\.id: found 'a b', allowed is an id of letters, .*\. Write it"),
    "a path that leaves the folder": (
        {"file": "../outside.txt"},
        AT + r"\.file: found '\.\./outside\.txt', which leaves the data folder, allowed is a path .*\. Copy",
    ),
    "an absolute path": ({"file": "/etc/hostname"}, AT + r"\.file: found '/etc/hostname', which leaves"),
}


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED)
def test_an_entry_that_cannot_be_used_is_refused(study, change, message):
    with pytest.raises(InputError, match=message):
        read_corpus(study({**ONE, **change}))


REFUSED_GLOBS = {
    "a glob without match": (
        {"files": "own/*.md"},
        AT + r"\.files: found the glob 'own/\*\.md', which matches no file, allowed is .*\. Check the folder",
    ),
    "a glob that leaves the folder": ({"files": "../*.txt"}, AT + r"\.files: found '\.\./\*\.txt', which leaves"),
    "a glob that is none": (
        {"files": "own/**.txt"},
        AT + r"\.files: found 'own/\*\*\.txt' .*, allowed is a glob",
    ),
    "one checksum for many files": ({"sha256": "0"}, AT + r"\.sha256: found the unknown key 'sha256'"),
    "a file without a date in its name": (
        {"files": "own/*"},
        AT + r"\.files: found own/undated\.txt, which has no date in its name, allowed is .* YYYY-MM-DD\. Rename",
    ),
}


@pytest.mark.parametrize(("change", "message"), REFUSED_GLOBS.values(), ids=REFUSED_GLOBS)
def test_a_collection_that_cannot_be_used_is_refused(study, change, message):
    path = study({**MANY, **change})
    if change.get("files") == "own/*":
        (path.parent / "own/undated.txt").write_text("Ooit.", encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_corpus(path)


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
def test_a_text_that_cannot_be_read_is_refused(study, raw, message):
    path = study({**ONE, "format": "markdown"})
    (path.parent / ONE["file"]).write_bytes(raw)
    with pytest.raises(InputError, match=message):
        read_corpus(path)


REFUSED_MANIFESTS = {
    "broken YAML": ("documents:\n  - id: [\n", r"corpus\.yml, line \d: found .*, allowed is valid YAML"),
    "a key twice": ("documents:\n  - id: a\n    id: b\n", r"corpus\.yml, line 3: found the key 'id' a second time"),
    "a misspelt top key": (
        "document:\n  - id: a\n",
        r"corpus\.yml, line 1, document: found the unknown key 'document', .*'documents'\?",
    ),
    "no documents": ("documents: []\n", r"corpus\.yml, line 1: found no value for 'documents'"),
    "no list": ("documents:\n  id: a\n", r"corpus\.yml, line 1, documents: found a mapping, allowed is a list\. Begin"),
    "an entry that is a word": ("documents: [a]\n", AT + r": found 'a', allowed is the keys"),
}


@pytest.mark.parametrize(("text", "message"), REFUSED_MANIFESTS.values(), ids=REFUSED_MANIFESTS)
def test_a_manifest_that_cannot_be_read_is_refused(study, text, message):
    with pytest.raises(InputError, match=message):
        read_manifest(study(text=text))


def test_an_id_may_stand_only_once(study):
    message = r"documents\[1\]: found the id 'a' a second time \(first in documents\[0\]\), allowed is an id of its own"
    with pytest.raises(InputError, match=message):
        read_manifest(study(ONE, ONE))


def test_a_file_may_not_be_reached_through_a_link_out_of_the_folder(study):
    path = study({**ONE, "file": "own/link.txt"})
    (path.parent / "own/link.txt").symlink_to(path.parent.parent / "outside.txt")
    with pytest.raises(InputError, match="which leaves the data folder"):
        read_manifest(path)


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
