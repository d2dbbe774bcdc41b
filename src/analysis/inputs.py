"""What a user gives, read once and refused with one clear message when it cannot be used."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Hashable, Iterable
from pathlib import Path
from typing import Any

import yaml


class InputError(ValueError):
    """
    Something a user gave cannot be used.

    The message is one line in four parts: where (file and line or key), what was found, what is allowed,
    what to do. It is raised before any output is touched.

    Examples
    --------
    >>> print(InputError("corpus.yml, documents[0].date", "'soon'", allowed="a date YYYY-MM-DD", remedy="Correct it."))
    corpus.yml, documents[0].date: found 'soon', allowed is a date YYYY-MM-DD. Correct it.
    """

    def __init__(self, where: str | Path, found: str, *, allowed: str, remedy: str):
        super().__init__(f"{where}: found {found}, allowed is {allowed}. {remedy}")


def nearest(name: str, known: Iterable[str]) -> str:
    """
    A hint for a misspelt name: ``Did you mean 'cyber'?``, or an empty text when nothing is near.

    Examples
    --------
    >>> nearest("cybr", ["cyber", "cbrn", "migration"])
    "Did you mean 'cyber'?"
    """
    close = difflib.get_close_matches(str(name), [str(one) for one in known], n=1)
    return f"Did you mean {close[0]!r}?" if close else ""


def read_text(path: Path) -> str:
    """
    A text file as one string, its line ends made ``\\n`` and a byte-order mark removed.

    Raises
    ------
    InputError : if the file is missing, is not UTF-8 (names the line and byte) or holds only white space
    """
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise InputError(
            path, f"no readable file ({error.strerror})", allowed="a text file", remedy="Check the name and its folder."
        ) from None
    return decode(raw, path)


def decode(raw: bytes, where: str | Path) -> str:
    """Bytes as text under the rules of `read_text`; `where` names their origin in messages."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{where}, line {line}",
            f"byte 0x{raw[error.start]:02x}, which is not UTF-8",
            allowed="text in UTF-8",
            remedy="Save the file again with the encoding UTF-8.",
        ) from None
    if not text.strip():
        raise InputError(where, "an empty document", allowed="a text with words", remedy="Check the file.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


class _UniqueKeyLoader(yaml.SafeLoader):
    """PyYAML keeps the last of two equal keys without a word; here the second is an error with its line."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: dict[Any, int] = {}
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} a second time (first on line {seen[key]})", key_node.start_mark
                )
            seen[key] = key_node.start_mark.line + 1
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> dict[str, Any]:
    """
    A YAML file whose top level is a mapping; a key may stand only once.

    Raises
    ------
    InputError : if the file cannot be read or is not such YAML; names the line
    """
    text = read_text(path)
    try:
        content = yaml.load(text, Loader=_UniqueKeyLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}, line {mark.line + 1}" if mark else str(path)
        raise InputError(
            where,
            getattr(error, "problem", None) or "no valid YAML",
            allowed="valid YAML with each key once",
            remedy="Check indentation, quotes and colons on that line and the one above.",
        ) from None
    if not isinstance(content, dict):
        raise InputError(
            path, f"a {type(content).__name__}", allowed="a mapping (key: value)", remedy="See the example in data/."
        )
    return content


def check_keys(entry: Any, where: str, *, required: Collection[str], optional: Collection[str] = ()) -> dict[str, Any]:
    """
    The entry itself, once it is known to be a mapping with all `required` keys and no unknown one.

    Raises
    ------
    InputError : if it is no mapping, a key is unknown (with the nearest known one), missing or empty
    """
    known = [*required, *optional]
    allowed = f"the keys {', '.join(known)}"
    if not isinstance(entry, dict):
        raise InputError(where, f"a {type(entry).__name__}", allowed=allowed, remedy="Write key: value, one a line.")
    for key in entry:
        if key not in known:
            hint = nearest(str(key), known)
            raise InputError(where, f"the unknown key {key!r}", allowed=allowed, remedy=hint or "Remove it.")
    for key in required:
        if entry.get(key) in (None, "", [], {}):
            raise InputError(where, f"no value for {key!r}", allowed=allowed, remedy=f"Add {key!r}.")
    return entry


def check_choice(value: Any, where: str, choices: Iterable[str]) -> Any:
    """
    The value itself, once it is known to be one of `choices`.

    Raises
    ------
    InputError : otherwise, naming the choices and the nearest one
    """
    choices = list(choices)
    if value not in choices:
        hint = nearest(str(value), choices)
        raise InputError(
            where, repr(value), allowed=f"one of {', '.join(map(str, choices))}", remedy=hint or "Choose one."
        )
    return value


def inside(folder: Path, name: str, where: str) -> Path:
    """
    The path of `name` below `folder`.

    Raises
    ------
    InputError : if the name is absolute or leads out of the folder, by ``..`` or by a link
    """
    path = folder / name
    if Path(name).is_absolute() or not path.resolve().is_relative_to(folder.resolve()):
        raise InputError(
            where,
            f"{name!r}, which leaves the data folder",
            allowed="a path below the folder of the manifest",
            remedy="Copy the file into the data folder.",
        )
    return path


def check_level(level: float) -> None:
    if not 0 < level < 1:
        raise InputError("level", repr(level), allowed="a number between 0 and 1", remedy="Take 0.95.")


def check_at_least(name: str, value: int, least: int) -> None:
    if value < least:
        raise InputError(name, repr(value), allowed=f"{least} or more", remedy="Give a larger number.")
