"""The manifest is refused when it cannot be used, whatever is wrong with it."""

import hashlib
import os
from datetime import datetime

import pytest

from analysis.corpus.manifest import read_manifest
from analysis.corpus.read import read_corpus
from analysis.inputs import InputError

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


def test_one_own_text_needs_no_checksum_and_gets_one(write_manifest):
    documents = read_manifest(write_manifest(ONE))
    assert documents.loc[0, "sha256"] == hashlib.sha256(b"Beste lezer.\n\nTot ziens.").hexdigest()
    assert documents.loc[0, ["reference", "source", "licence"]].tolist() == ["", "", ""]


def test_documents_come_in_order_of_date(write_manifest):
    later = {**ONE, "id": "b", "date": "2018-01-01"}
    assert read_manifest(write_manifest(ONE, later))["doc_id"].tolist() == ["b", "a"]


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
        {"language": "xx"},
        AT + r"\.language: found 'xx', allowed is one of .*nl, .*\. Choose",
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
def test_an_entry_that_cannot_be_used_is_refused(write_manifest, change, message):
    with pytest.raises(InputError, match=message):
        read_corpus(write_manifest({**ONE, **change}))


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
    "the folder itself": ({"files": "."}, AT + r"\.files: found '\.' .*, allowed is a glob"),
    "a name no file can have": ({"files": "own/\0*"}, AT + r"\.files: found 'own/\\x00\*'"),
    "one checksum for many files": ({"sha256": "0"}, AT + r"\.sha256: found the unknown key 'sha256'"),
    "a file without a date in its name": (
        {"files": "own/*"},
        AT + r"\.files: found own/undated\.txt, which has no date in its name, allowed is .* YYYY-MM-DD\. Rename",
    ),
}


@pytest.mark.parametrize(("change", "message"), REFUSED_GLOBS.values(), ids=REFUSED_GLOBS)
def test_a_collection_that_cannot_be_used_is_refused(write_manifest, change, message):
    path = write_manifest({**MANY, **change})
    if change.get("files") == "own/*":
        (path.parent / "own/undated.txt").write_text("Ooit.", encoding="utf-8")
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
def test_a_manifest_that_cannot_be_read_is_refused(write_manifest, text, message):
    with pytest.raises(InputError, match=message):
        read_manifest(write_manifest(text=text))


def test_a_pipe_is_no_text_and_is_not_waited_for(write_manifest):
    path = write_manifest({**ONE, "file": "own/pipe"})
    os.mkfifo(path.parent / "own/pipe")
    with pytest.raises(InputError, match=AT + r"\.file: found no readable file .*pipe \(a pipe or a device\)"):
        read_manifest(path)


def test_an_id_may_stand_only_once(write_manifest):
    message = r"documents\[1\]: found the id 'a' a second time \(first in documents\[0\]\), allowed is an id of its own"
    with pytest.raises(InputError, match=message):
        read_manifest(write_manifest(ONE, ONE))


def test_a_file_may_not_be_reached_through_a_link_out_of_the_folder(write_manifest):
    path = write_manifest({**ONE, "file": "own/link.txt"})
    (path.parent / "own/link.txt").symlink_to(path.parent.parent / "outside.txt")
    with pytest.raises(InputError, match="which leaves the data folder"):
        read_manifest(path)
