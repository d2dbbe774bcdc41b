"""Files as a user may give them: each defect has its one message."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.inputs import InputError, check_choice, check_keys, decode, inside, read_text, read_yaml

BAD_YAML = [
    ("a: 1\na: 2\n", "line 2: found the key 'a' a second time (first on line 1)"),
    ("a: [1\nb: 2\n", "line 2: found"),
    ("- a\n", "found a list, allowed is a mapping"),
    ("a: !!python/object:os.system {}\n", "line 1: found could not determine a constructor"),
    ("  \n", "found an empty document"),
]


@pytest.mark.parametrize(("text", "message"), BAD_YAML)
def test_bad_yaml_names_file_and_line(tmp_path, text, message):
    path = tmp_path / "x.yml"
    path.write_text(text)
    with pytest.raises(InputError) as error:
        read_yaml(path)
    assert str(error.value).startswith(f"{path}")
    assert message in str(error.value)


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
