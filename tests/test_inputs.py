"""Files as a user may give them: each defect has its one message."""

import os
import pickle
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.inputs import InputError, check_choice, check_keys, decode, inside, load_yaml, read_text, read_yaml

BAD_YAML = [
    ("a: 1\na: 2\n", "line 2: found the key 'a' a second time (first on line 1)"),
    ("a: [1\nb: 2\n", "line 2: found"),
    ("- a\n", "found a list, allowed is a mapping"),
    ("a: !!python/object:os.system {}\n", "line 1: found could not determine a constructor"),
    ("  \n", "found an empty document"),
    ("# a remark\n", "found nothing, allowed is a mapping"),
    ("a: 1\nb: 2020-02-30\n", "line 2: found '2020-02-30', which is no timestamp"),
    ("a: !!int abc\n", "line 1: found 'abc', which is no int"),
    ("a: !!float abc\n", "line 1: found 'abc', which is no float"),
    ("a: !!bool soon\n", "line 1: found 'soon', which is no bool"),
    ("a: !!timestamp soon\n", "line 1: found 'soon', which is no timestamp"),
    ("a: !!binary é\n", "line 1: found"),
    ("a: 1\n? [b]\n: 2\n", "line 2: found a list as a key"),
    ("a:\n  ? {b: 1}\n  : 2\n", "line 2: found a dict as a key"),
    ("a: !!set {[b]}\n", "line 1: found a list as a key"),
    ("a: " + "[" * 5000 + "]" * 5000, "found lists or mappings nested too deep"),
    ("a: " + "1" * 5000, "line 1: found '111"),
    ("a: 1\n--- b\n", "line 2: found"),
    ("a: 1\nb: \x07\n", "line 2: found special characters are not allowed"),
    ("a: *b\n", "line 1: found undefined alias"),
    ("a: 1\n<<: 3\n", "line 2: found"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("text", "message"), BAD_YAML)
def test_bad_yaml_names_file_and_line(tmp_path, text, message):
    path = tmp_path / "x.yml"
    path.write_text(text)
    with pytest.raises(InputError) as error:
        read_yaml(path)
    assert str(error.value).startswith(f"{path}")
    assert message in str(error.value)
    assert len(str(error.value)) < len(str(path)) + 400


TOKENS = [
    "a",
    "é",
    ": ",
    "- ",
    "\n",
    "  ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "? ",
    "&a ",
    "*a",
    "!x ",
    "<<: ",
    "'",
    '"',
    "|",
    ">",
]
TOKENS += [
    "%",
    "@",
    "#",
    "---",
    "...",
    "\t",
    "\x00",
    "\x85",
    "\ufeff",
    "2020-13-01",
    "1e9",
    ".nan",
    "0x",
    "1:99",
    "~",
    "yes",
]
TOKENS += [
    f"!!{kind} " for kind in ("int", "float", "bool", "null", "timestamp", "binary", "set", "omap", "pairs", "map")
]


@pytest.mark.slow
@settings(derandomize=True, max_examples=500)
@given(st.lists(st.sampled_from(TOKENS), max_size=14).map("".join))
def test_whatever_the_loader_stumbles_over_becomes_the_one_error(text):
    with suppress(InputError):
        assert isinstance(load_yaml(text, "x.yml", optional=True), dict)


def test_a_file_that_is_not_utf_8_names_the_line(tmp_path):
    path = tmp_path / "x.txt"
    path.write_bytes("goed\nco\xf6peratie\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"x\.txt, line 2: found byte 0xf6, which is not UTF-8"):
        read_text(path)


def test_missing_and_unreadable_files_say_why(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        read_text(tmp_path / "none.txt")
    with pytest.raises(InputError, match="Is a directory"):
        read_text(tmp_path)


@pytest.mark.parametrize("name", ["a\0b", "a\ud800b", "a" * 5000, "loop", "loop/x"])
def test_names_that_no_file_can_have_are_refused_on_one_line(tmp_path, name):
    (tmp_path / "loop").symlink_to("loop")
    for read in (lambda: read_text(tmp_path / name), lambda: read_text(inside(tmp_path, name, "corpus.yml"))):
        with pytest.raises(InputError) as error:
            read()
        assert str(error.value).isprintable()


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="a pipe or a device"):
        read_text(tmp_path / "pipe")


def test_a_message_comes_back_from_another_process():
    error = InputError("x.yml", "'a'", allowed="b", remedy="Correct it.")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_long_values_and_many_choices_are_cut():
    with pytest.raises(InputError) as error:
        check_choice("x" * 10_000, "text", [f"text-{number}" for number in range(1000)])
    assert len(str(error.value)) < 500
    assert "text-19 and 980 others" in str(error.value)


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/hostname", "a/../../b.txt"])
def test_paths_may_not_leave_the_folder(tmp_path, name):
    with pytest.raises(InputError, match="which leaves the data folder"):
        inside(tmp_path, name, "corpus.yml")


def test_a_link_may_not_lead_out_of_the_folder(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    (tmp_path / "outside.txt").write_text("x")
    (folder / "link.txt").symlink_to(tmp_path / "outside.txt")
    with pytest.raises(InputError, match="which leaves the data folder"):
        inside(folder, "link.txt", "corpus.yml")


def test_unknown_keys_and_choices_come_with_the_nearest():
    with pytest.raises(InputError, match=r"the unknown key 'titel'.*Did you mean 'title'\?"):
        check_keys({"titel": "x"}, "entry", required=["title"])
    with pytest.raises(InputError, match=r"'nll', allowed is one of en, nl. Did you mean 'nl'\?"):
        check_choice("nll", "language", ["en", "nl"])


@settings(derandomize=True)
@given(st.text(min_size=1).filter(str.strip))
def test_text_comes_back_as_it_was_but_for_line_ends(text):
    back = decode(text.encode("utf-8", errors="ignore") or b"x", "x")
    assert "\r" not in back
