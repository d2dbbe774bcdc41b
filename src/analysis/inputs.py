"""What a user gives, read once and refused with one clear message when it cannot be used."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Hashable, Iterable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import yaml

Place = tuple[str | int, ...]  # the keys and numbers that lead to a value: ("documents", 0, "date")
MOST_SHOWN = 120  # characters of a value, and
MOST_NAMED = 20  # names of a choice, that a message repeats


class InputError(ValueError):
    """
    Something a user gave cannot be used.

    The message is one line in four parts: where (file and line or key), what was found, what is allowed,
    what to do. It is raised before any output is touched. Where a value is checked without knowing its file, `where`
    is its `Place` in what is checked, and `analysis.schema` adds file and line.

    Examples
    --------
    >>> print(InputError("corpus.yml, documents[0].date", "'soon'", allowed="a date YYYY-MM-DD", remedy="Correct it."))
    corpus.yml, documents[0].date: found 'soon', allowed is a date YYYY-MM-DD. Correct it.
    """

    def __init__(self, where: str | Path | Place, found: str, *, allowed: str, remedy: str):
        self.where, self.found, self.allowed, self.remedy = where, found, allowed, remedy
        place = show_place(where) if isinstance(where, tuple) else str(where)
        message = f"{_cut(place)}: found {_cut(found)}, allowed is {_cut(allowed)}. {remedy}"
        # line ends, NUL and lone surrogates, as a file name or a value may hold them, are written out
        super().__init__("".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in message))

    def __reduce__(self) -> tuple[Any, ...]:  # so that it comes back from a worker process
        remake = partial(InputError, allowed=self.allowed, remedy=self.remedy)
        return remake, (self.where, self.found)


def _cut(text: str, most: int = 4 * MOST_SHOWN) -> str:
    return text if len(text) <= most else f"{text[: most // 2]}…{text[-most // 2 :]}"


def show_place(place: Place) -> str:
    """
    A place as it stands in a message.

    Examples
    --------
    >>> show_place(("documents", 0, "date"))
    'documents[0].date'
    """
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).removeprefix(".")


def show(value: object) -> str:
    """
    A value as it stands in a message: at most `MOST_SHOWN` characters; nothing and mappings by these words.

    Examples
    --------
    >>> show("soon"), show(None), show({"id": 1})
    ("'soon'", 'nothing', 'a mapping')
    """
    if value is None or isinstance(value, dict):
        return "nothing" if value is None else "a mapping"
    if isinstance(value, date):
        return str(value)
    try:
        text = repr(value)
    except (RecursionError, ValueError):  # a list within itself; a number of more digits than Python writes
        return f"a {type(value).__name__} that cannot be shown"
    return _cut(text, MOST_SHOWN)


def nearest(name: str, known: Iterable[str]) -> str:
    """
    A hint for a misspelt name: ``Did you mean 'cyber'?``, or an empty text when nothing is near.

    Examples
    --------
    >>> nearest("cybr", ["cyber", "cbrn", "migration"])
    "Did you mean 'cyber'?"
    """
    close = difflib.get_close_matches(str(name), [str(other) for other in known], n=1)
    return f"Did you mean {close[0]!r}?" if close else ""


def read_bytes(path: Path, where: Place | None = None) -> bytes:
    """
    The content of a file; `where` is the place of its name, if a file gives it.

    Raises
    ------
    InputError : if the file is missing, no regular file (a pipe would be waited for), unreadable, or no file can have
        such a name (NUL, lone surrogates)
    """
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            reason = "a pipe or a device"
        else:
            return path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
    except ValueError:
        reason = "no file can have this name"
    found = f"no readable file {'' if where is None else f'{path} '}({reason})"
    raise InputError(
        path if where is None else where, found, allowed="a regular file", remedy="Check the name and its folder."
    ) from None


def read_text(path: Path) -> str:
    """
    A text file as one string, its line ends made ``\\n`` and a byte-order mark removed.

    Raises
    ------
    InputError : as in `read_bytes`, or if the file is not UTF-8 (names the line and byte) or holds only white space
    """
    return decode(read_bytes(Path(path)), path)


def decode(raw: bytes, where: str | Path, *, optional: bool = False) -> str:
    """Bytes as text under the rules of `read_text`; `where` names their origin; `optional` allows an empty text."""
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
    if not text.strip() and not optional:
        raise InputError(where, "an empty document", allowed="a text with words", remedy="Check the file.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


class _Loader(yaml.SafeLoader):
    """PyYAML, but each key once, and every value that its constructors choke on an error with a line."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (yaml.YAMLError, RecursionError):
            raise
        except Exception:  # 2020-02-30, !!int abc, !!timestamp soon: each constructor has its own way to fail
            kind = node.tag.rpartition(":")[2]
            found = f"{show(node.value)}, which is no {kind}"
            raise yaml.constructor.ConstructorError(None, None, found, node.start_mark) from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        first: dict[Any, int] = {}
        for key_node, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            key, line = self.construct_object(key_node, deep=True), key_node.start_mark.line + 1
            if not isinstance(key, Hashable):
                problem = f"a {type(key).__name__} as a key"
            elif key in first:
                problem = f"the key {show(key)} a second time (first on line {first[key]})"
            else:
                first[key] = line
                continue
            raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> dict[str, Any]:
    """
    A YAML file whose top level is a mapping; a key may stand only once.

    Raises
    ------
    InputError : if the file cannot be read or is not such YAML; names the line
    """
    return load_yaml(read_text(path), path)


def load_yaml(text: str, path: str | Path, *, optional: bool = False) -> dict[str, Any]:
    """The content of `read_yaml` from the text of the file; `optional` makes an empty one an empty mapping."""
    remedy = "Check indentation, quotes and colons on that line and the one above."
    try:
        content = yaml.load(text, Loader=_Loader)
    except RecursionError:
        found, allowed = "lists or mappings nested too deep", "a few levels"
        raise InputError(path, found, allowed=allowed, remedy="Check brackets and indentation.") from None
    except Exception as error:  # YAMLError, or what a constructor of PyYAML stumbles over
        mark, position = getattr(error, "problem_mark", None), getattr(error, "position", None)
        line = mark.line if mark else text.count("\n", 0, position) if position is not None else None
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "no valid YAML"
        where = str(path) if line is None else f"{path}, line {line + 1}"
        found = problem.removeprefix("found ")
        raise InputError(where, found, allowed="valid YAML with each key once", remedy=remedy) from None
    if content is None and optional:
        return {}
    if not isinstance(content, dict):
        found = f"a {type(content).__name__}" if content is not None else "nothing"
        raise InputError(path, found, allowed="a mapping (key: value)", remedy="See the example in data/README.md.")
    return content


def check_keys(
    entry: Any, where: str | Place, *, required: Collection[str], optional: Collection[str] = ()
) -> dict[str, Any]:
    """
    The entry itself, once it is known to be a mapping with all `required` keys and no unknown one.

    Raises
    ------
    InputError : if it is no mapping, a key is unknown (with the nearest known one), missing or empty
    """
    known = [*required, *optional]
    allowed = f"the keys {', '.join(known)}"
    if not isinstance(entry, dict):
        raise InputError(where, show(entry), allowed=allowed, remedy="Write key: value, one a line.")
    for key in entry:
        if key not in known:
            place = (*where, str(key)) if isinstance(where, tuple) else where
            hint = nearest(str(key), known)
            raise InputError(place, f"the unknown key {show(key)}", allowed=allowed, remedy=hint or "Remove it.")
    for key in required:
        if entry.get(key) in (None, "", [], {}):
            raise InputError(where, f"no value for {key!r}", allowed=allowed, remedy=f"Add {key!r}.")
    return entry


def check_choice(value: Any, where: str | Place, choices: Iterable[str]) -> Any:
    """
    The value itself, once it is known to be one of `choices`.

    Raises
    ------
    InputError : otherwise, naming the choices (`MOST_NAMED` of them) and the nearest one
    """
    choices = list(choices)
    if value not in choices:
        hint = nearest(str(value)[:MOST_SHOWN], choices)
        more = f" and {len(choices) - MOST_NAMED} others" if len(choices) > MOST_NAMED else ""
        allowed = f"one of {', '.join(map(str, choices[:MOST_NAMED]))}{more}"
        raise InputError(where, show(value), allowed=allowed, remedy=hint or "Choose one.")
    return value


def inside(folder: Path, name: str, where: str | Place) -> Path:
    """
    The path of `name` below `folder`.

    Raises
    ------
    InputError : if the name is absolute, leads out of the folder, by ``..`` or by a link, or can be no name of a file
    """
    path = folder / name
    try:
        leaves = Path(name).is_absolute() or not path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):  # too long; a link to itself; NUL or a lone surrogate
        allowed = "a name that a file can have"
        raise InputError(where, show(name), allowed=allowed, remedy="Correct the name.") from None
    if leaves:
        raise InputError(
            where,
            f"{show(name)}, which leaves the data folder",
            allowed="a path below the folder of the manifest",
            remedy="Copy the file into the data folder.",
        )
    return path


def check_level(level: float) -> None:
    """Refuse, by `InputError`, a level of confidence or significance that is not between 0 and 1."""
    if not 0 < level < 1:
        raise InputError("level", repr(level), allowed="a number between 0 and 1", remedy="Take 0.95.")


def check_at_least(name: str, value: int, least: int) -> None:
    """Refuse, by `InputError`, a parameter called `name` whose value is less than `least`."""
    if value < least:
        raise InputError(name, repr(value), allowed=f"{least} or more", remedy="Give a larger number.")
