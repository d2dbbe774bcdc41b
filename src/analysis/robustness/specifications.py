"""
Findings declared as data, the choices under which they are tried, and the rule for the verdict: ``data/findings.yml``.

A specification is one finding and one option of every choice. The first option of each choice is the reference.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from itertools import product
from pathlib import Path
from typing import Literal, NamedTuple

import pandas as pd

from analysis.inputs import InputError, check_choice, check_keys, read_yaml
from analysis.stats.verdict import Bounds, Rule

Kind = Literal["change", "tie", "topic"]
Choices = Mapping[str, tuple[str, ...]]

UNITS = ("paragraph", "sentence", "window-50", "window-100")
IN_OUT = ("in", "out")
DICTIONARIES = ("full", "core", "wide", "no-exclusions")
WITHOUT = re.compile(r"without-([1-9])")  # the dictionary without one of the terms that carry most
# What may be chosen; every axis needs at least its reference.
OPTIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "change": {
        "unit": UNITS,
        "measure": ("units", "tokens", "words", "composition", "text"),
        "counting": ("once", "each"),
        "headings": IN_OUT,
        "footnotes": IN_OUT,
        "frame": IN_OUT,
        "dictionary": DICTIONARIES,
    },
    "tie": {
        "unit": UNITS,
        "measure": ("units", "lift", "named"),
        "headings": IN_OUT,
        "footnotes": IN_OUT,
        "frame": IN_OUT,
        "shared": IN_OUT,
        "dictionary": DICTIONARIES,
    },
    "topic": {
        "unit": UNITS,
        "measure": ("mean", "main"),
        "compounds": ("closed", "open"),
        "institution_words": IN_OUT,
        "weighting": ("tfidf", "count"),
        "min_units": ("1", "2", "3", "4", "5"),
        "model": tuple(f"{model}-{n}" for model, most in (("guided", 9), ("plain", 20)) for n in range(1, most + 1)),
    },
}
AXES = list(dict.fromkeys(axis for axes in OPTIONS.values() for axis in axes))
DIRECTIONS: Mapping[str, tuple[str, str]] = {
    "change": ("more", "less"),
    "tie": ("together", "apart"),
    "topic": ("more", "less"),
}


@dataclass(frozen=True)
class Finding:
    """A claim that can be tried under other choices."""

    name: str
    kind: Kind
    claim: str  # with {theme}, {other}, {before}, {after} in place of what it speaks of
    themes: tuple[str, ...]  # one; two for a tie
    before: str  # text; empty for a tie
    after: str
    direction: str

    @property
    def sign(self) -> int:
        """1 where the claim is of more, or together; -1 where it is of less, or apart."""
        return 1 if self.direction == DIRECTIONS[self.kind][0] else -1


@dataclass(frozen=True)
class Plan:
    """All of ``data/findings.yml``."""

    rule: Rule
    frame: tuple[str, ...]  # titles of sections that frame a text, in small letters
    choices: Mapping[str, Choices]  # by kind; the reference first
    findings: Mapping[str, Finding]


class Facts(NamedTuple):
    """What must be known of texts and dictionary to tell which specifications make sense."""

    footnotes: frozenset[str]  # texts that have some
    headings: frozenset[str]
    framed: frozenset[str]
    border: frozenset[str]  # themes with border terms
    excluded: frozenset[str]
    carrying: Mapping[str, tuple[str, ...]]  # theme to its terms met in most paragraphs


def read_findings(path: Path, *, themes: Collection[str], texts: Collection[str]) -> Plan:
    """
    Read ``data/findings.yml``.

    Parameters
    ----------
    themes, texts : the names that findings may speak of

    Raises
    ------
    InputError : if a key is unknown or missing, a finding names an unknown theme, text, kind or direction, a claim
        holds a number or an unknown blank, or a choice has no such option; the message names file and key
    """
    content = check_keys(read_yaml(path), str(path), required=["rule", "choices", "findings"], optional=["frame"])
    rule = _read_rule(content["rule"], f"{path}, rule")
    where = f"{path}, choices"
    kinds = check_keys(content["choices"], where, required=[], optional=list(OPTIONS))
    choices = {kind: _read_choices(axes, kind, f"{where}.{kind}", rule) for kind, axes in kinds.items()}
    if not isinstance(content["findings"], dict):
        raise InputError(f"{path}, findings", "no mapping", allowed="name: finding", remedy="Give each one a name.")
    findings = {
        str(name): _read_finding(str(name), entry, f"{path}, findings.{name}", themes, texts)
        for name, entry in content["findings"].items()
    }
    for name, finding in findings.items():
        check_choice(finding.kind, f"{path}, findings.{name}.kind", choices)
    frame = tuple(title.lower() for title in _texts_of(content.get("frame") or [], f"{path}, frame"))
    return Plan(rule, frame, choices, findings)


def _read_rule(entry: object, where: str) -> Rule:
    keys = ["decided", "level", "robust", "reservations", "least_units", "terms_left_out"]
    fields = check_keys(entry, where, required=keys)
    if not isinstance(fields["decided"], date):
        raise InputError(
            f"{where}.decided", repr(fields["decided"]), allowed="a date YYYY-MM-DD", remedy="Write the day."
        )
    bounds = {}
    for verdict in ("robust", "reservations"):
        given = check_keys(fields[verdict], f"{where}.{verdict}", required=[], optional=Bounds._fields)
        bounds[verdict] = Bounds(*(_share(given.get(key), f"{where}.{verdict}.{key}") for key in Bounds._fields))
    numbers = [_count(fields[key], f"{where}.{key}") for key in ("least_units", "terms_left_out")]
    level = _share(fields["level"], f"{where}.level")
    return Rule(fields["decided"], level, bounds["robust"], bounds["reservations"], *numbers)


def _share(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise InputError(where, repr(value), allowed="a number from 0 to 1", remedy="Correct it.")
    return float(value)


def _count(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**6:
        raise InputError(where, repr(value), allowed="a whole number from 1", remedy="Correct it.")
    return value


def _texts_of(value: object, where: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InputError(where, repr(value), allowed="a list of texts", remedy="Put brackets around, and quotes.")
    return value


def _read_choices(entry: object, kind: str, where: str, rule: Rule) -> Choices:
    axes = check_keys(entry, where, required=list(OPTIONS[kind]))
    choices = {}
    for axis, known in OPTIONS[kind].items():
        options = _texts_of(axes[axis], f"{where}.{axis}")
        left_out = [f"without-{n}" for n in range(1, rule.terms_left_out + 1)] if axis == "dictionary" else []
        for option in options:
            check_choice(option, f"{where}.{axis}", [*known, *left_out])
        if len(set(options)) < len(options):
            raise InputError(f"{where}.{axis}", repr(options), allowed="each option once", remedy="Keep one.")
        choices[axis] = tuple(options)
    return choices


def _read_finding(name: str, entry: object, where: str, themes: Collection[str], texts: Collection[str]) -> Finding:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
        raise InputError(where, repr(name), allowed="small letters, digits and -", remedy="It becomes a link.")
    fields = check_keys(entry, where, required=["kind", "claim", "themes", "direction"], optional=["before", "after"])
    kind = check_choice(fields["kind"], f"{where}.kind", OPTIONS)
    named = _texts_of(fields["themes"], f"{where}.themes")
    for theme in named:
        check_choice(theme, f"{where}.themes", themes)
    wanted = 2 if kind == "tie" else 1
    if len(set(named)) != wanted or len(named) != wanted:
        raise InputError(f"{where}.themes", repr(named), allowed=f"{wanted} for a {kind}", remedy="Correct it.")
    check_choice(fields["direction"], f"{where}.direction", DIRECTIONS[kind])
    before, after = (_read_text(fields.get(key), f"{where}.{key}", kind, texts) for key in ("before", "after"))
    if kind != "tie" and before == after:
        raise InputError(f"{where}.after", repr(after), allowed="another text than before", remedy="Correct it.")
    claim = _read_claim(fields["claim"], f"{where}.claim", kind)
    return Finding(name, kind, claim, tuple(named), before, after, fields["direction"])


def _read_text(value: object, where: str, kind: str, texts: Collection[str]) -> str:
    if kind == "tie":
        if value is not None:
            raise InputError(where, repr(value), allowed="nothing: a tie is of all texts", remedy="Remove it.")
        return ""
    return str(check_choice(value, where, texts))


def _read_claim(value: object, where: str, kind: str) -> str:
    blanks = ["theme", "other"] if kind == "tie" else ["theme", "before", "after"]
    allowed = f"a sentence without numbers, with {', '.join(f'{{{blank}}}' for blank in blanks)} for what it speaks of"
    try:
        pieces = list(string.Formatter().parse(str(value)))
    except ValueError as error:
        raise InputError(where, f"{value!r} ({error})", allowed=allowed, remedy="Close each brace.") from None
    for text, blank, *_ in pieces:
        if re.search(r"\d", text) or (blank is not None and blank not in blanks):
            raise InputError(where, repr(value), allowed=allowed, remedy="Numbers come from the texts, not by hand.")
    return str(value)


def list_specifications(plan: Plan, facts: Facts) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Every finding under every combination of options, those left out that make no sense or repeat another one.

    Returns
    -------
    kept : DataFrame, one row per specification, in the order of the file
        ``id`` (by finding and options alone), ``finding``, ``kind``, ``reference`` (bool: the first option of every
        choice), and one column per choice, empty where the kind does not have it.
    dropped : DataFrame, one row per finding and reason, with ``specifications``, their number
        The first reason counts.
    """
    rows, dropped = [], []
    for finding in plan.findings.values():
        choices = plan.choices[finding.kind]
        reference = tuple(options[0] for options in choices.values())
        for options in product(*choices.values()):
            chosen = dict(zip(choices, options, strict=True))
            reason = next(_reasons(finding, chosen, facts), "")
            if reason:
                dropped.append((finding.name, reason))
            else:
                rows.append(
                    (name_specification(finding, chosen), finding.name, finding.kind, options == reference, chosen)
                )
    kept = pd.DataFrame([row[:4] for row in rows], columns=["id", "finding", "kind", "reference"])
    table = pd.DataFrame([[row[4].get(axis, "") for axis in AXES] for row in rows], columns=AXES)
    counts = pd.DataFrame(dropped, columns=["finding", "reason"]).value_counts(sort=False).rename("specifications")
    order = list(plan.findings)
    left = counts.reset_index().sort_values(
        ["finding", "reason"], key=lambda column: column.map(order.index) if column.name == "finding" else column
    )
    return pd.concat([kept, table], axis=1), left.reset_index(drop=True)


def name_specification(finding: Finding, chosen: Mapping[str, str]) -> str:
    """The id of a specification: ten hexadecimal digits made from its finding and options, in any order."""
    text = "|".join([finding.name, *(f"{axis}={chosen[axis]}" for axis in sorted(chosen))])
    return blake2b(text.encode(), digest_size=5).hexdigest()


def _reasons(finding: Finding, chosen: Mapping[str, str], facts: Facts) -> Iterator[str]:
    """Why a specification is left out; nothing for one that is kept."""
    texts = {finding.before, finding.after} - {""}
    has: Callable[[frozenset[str]], bool] = lambda found: bool(found & texts if texts else found)  # noqa: E731
    themes, option = set(finding.themes), chosen.get("dictionary", "")
    if chosen.get("counting") == "each" and chosen["measure"] in ("units", "text"):
        yield "a unit names a theme or not: it cannot count several times"
    if chosen.get("counting") == "each" and chosen["unit"] != "paragraph":
        yield "every hit counts: the unit makes no difference, it is counted with paragraphs"
    if chosen.get("footnotes") == "in" and not has(facts.footnotes):
        yield "the texts have no footnotes"
    if chosen.get("headings") == "in" and not has(facts.headings):
        yield "the texts have no headings"
    if chosen.get("frame") == "out" and not has(facts.framed):
        yield "the texts have no introduction or conclusion to leave out"
    if option in ("core", "wide") and not themes & facts.border:
        yield "the dictionary has no border term for it"
    if option == "no-exclusions" and not themes & facts.excluded:
        yield "the dictionary has no excluded term for it"
    without = WITHOUT.fullmatch(option)
    if without and not all(len(facts.carrying.get(theme, ())) >= int(without[1]) for theme in themes):
        yield "the texts have no such term to leave out"
