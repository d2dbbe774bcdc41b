"""
YAML files checked against a model (pydantic), every fault one `InputError` with file, line and key.

A file is a subclass of `Entry`: its keys with their types and defaults. What a type cannot say, a validator says by
raising `InputError` with the `analysis.inputs.Place` below what it checks, such as ``()`` for the value itself.
Apart from `analysis.inputs`, for pydantic takes time to load.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Strict,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from analysis.inputs import (
    InputError,
    Place,
    check_choice,
    check_keys,
    decode,
    load_yaml,
    read_bytes,
    read_text,
    show,
    show_place,
)

ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

# What pydantic refuses by itself: what is allowed, and what to do.
MESSAGES = {
    "string_type": ("a text", "Put it in quotes."),
    "tuple_type": ("a list", "Begin each entry with '- '."),
    "dict_type": ("a mapping", "Write name: value, one a line, indented."),
    "bool_type": ("true or false", "Correct it."),
    "int_type": ("a whole number", "Correct it."),
    "float_type": ("a number", "Correct it."),
}


class Entry(BaseModel):
    """A mapping of a YAML file: unknown keys are refused; a key without a value is missing, or has its default."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _check_keys(cls, entry: Any) -> Any:
        required = [name for name, field in cls.model_fields.items() if field.is_required()]
        check_keys(entry, (), required=required, optional=[name for name in cls.model_fields if name not in required])
        return {key: value for key, value in entry.items() if value is not None}


AnyEntry = TypeVar("AnyEntry", bound=Entry)


def read_entry(model: type[AnyEntry], path: Path, *, context: Mapping[str, Any] | None = None) -> AnyEntry:
    """
    A YAML file as an instance of its model; `context` is for validators.

    Raises
    ------
    InputError : if the file cannot be read, is no YAML, or something in it is not as the model has it: the first fault
    """
    text = read_text(path)
    return _validate(model, load_yaml(text, path), text, path, context)


def read_optional(
    model: type[AnyEntry], path: Path | None, *, context: Mapping[str, Any] | None = None
) -> AnyEntry | None:
    """As `read_entry`; None where there is no file, or nothing in it but remarks."""
    text = "" if path is None else decode(read_bytes(path), path, optional=True)
    content = load_yaml(text, path or "", optional=True)
    return _validate(model, content, text, path, context) if path and content else None


def check_entry(model: type[AnyEntry], content: Any, *, context: Mapping[str, Any] | None = None) -> AnyEntry:
    """
    A mapping, such as one written in a notebook, as an instance of its model.

    Raises
    ------
    InputError : if something in it is not as the model has it: the first fault, with its `Place`
    """
    try:
        return model.model_validate(content, context=context)
    except ValidationError as error:
        raise _first_fault(error) from None


def _validate(
    model: type[AnyEntry], content: Any, text: str, path: Path, context: Mapping[str, Any] | None
) -> AnyEntry:
    try:
        return check_entry(model, content, context=context)
    except InputError as error:
        fault = error
    place = fault.where if isinstance(fault.where, tuple) else ()
    where = f"{path}, line {_find_line(text, place)}" + (f", {show_place(place)}" if place else "")
    raise InputError(where, fault.found, allowed=fault.allowed, remedy=fault.remedy) from None


def _first_fault(error: ValidationError) -> InputError:
    """The first thing that a model refuses, at its place in what was checked."""
    first = error.errors(include_url=False)[0]
    place: Place = first["loc"]
    if place and place[-1] == "[key]":  # pydantic would number the key `true`
        place = (*place[:-2], str(first["input"]))
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, ValidationError):  # an entry whose model is chosen by its keys
        cause = _first_fault(cause)
    if isinstance(cause, InputError):
        below = cause.where if isinstance(cause.where, tuple) else ()
        return InputError((*place, *below), cause.found, allowed=cause.allowed, remedy=cause.remedy)
    if first["type"] == "literal_error":
        try:
            check_choice(first["input"], place, re.findall(r"'(.*?)'", first["ctx"]["expected"]))
        except InputError as fault:
            return fault
    allowed, remedy = MESSAGES.get(first["type"], (first["msg"].removeprefix("Input should be "), "Correct it."))
    return InputError(place, show(first["input"]), allowed=allowed, remedy=remedy)


def _find_line(text: str, place: Place) -> int:
    """The line of a file on which a value stands, or the nearest mapping or list around it that has a line."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    line = node.start_mark.line if node else 0
    for part in place:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line
        elif isinstance(node, yaml.MappingNode):
            keys = [pair for pair in node.value if str(pair[0].value).lower() == str(part).lower()]
            if not keys:
                break
            line, node = keys[0][0].start_mark.line, keys[0][1]
        else:
            break
    return int(line) + 1


def context_of(info: ValidationInfo) -> Mapping[str, Any]:
    """What `read_entry` was given for validators."""
    return info.context or {}


# --- types of values -------------------------------------------------------------------------------------------------


def _join_lines(value: Any) -> Any:
    """A text on one line; a number is taken as it is written."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return " ".join(str(value).split()) if number or isinstance(value, str) else value


def find_date(text: str) -> date | None:
    """The first date YYYY-MM-DD in a text."""
    match = ISO_DATE.search(text)
    try:
        return date.fromisoformat(match[0]) if match else None
    except ValueError:  # 2020-02-30
        return None


def read_date(value: Any, where: str | Place = ()) -> date:
    """
    A date, given as such or as text YYYY-MM-DD; nothing but year, month and day.

    Raises
    ------
    InputError : if it is anything else, a time of day included
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    day = find_date(value) if isinstance(value, str) and ISO_DATE.fullmatch(value) else None
    if day is None:
        raise InputError(where, show(value), allowed="a date YYYY-MM-DD", remedy="Correct the date.")
    return day


Item = TypeVar("Item")
Listed = Annotated[tuple[Item, ...], Strict(False)]  # a list of the file, as a tuple
Line = Annotated[str, BeforeValidator(_join_lines)]  # a text on one line; numbers are taken as written
Text = Annotated[str, AfterValidator(str.strip)]
Day = Annotated[date, BeforeValidator(lambda value: read_date(value))]
