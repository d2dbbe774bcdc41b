"""
Claims declared as data, the choices under which they are tested, and the rule for the verdict: ``data/findings.yml``.

A specification is one claim and one option of every choice. The first option of each choice is the reference.
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
from typing import Annotated, Any, Literal, NamedTuple, Self

import pandas as pd
from pydantic import AfterValidator, ValidationInfo, field_validator, model_validator

from analysis.inputs import InputError, check_choice, check_keys, show
from analysis.report.files import make_name
from analysis.schema import Day, Entry, Line, Listed, context_of, read_optional
from analysis.stats.verdict import Bounds, Rule
from analysis.themes.attention import MEASURES

Kind = Literal["change", "tie", "topic"]
Choices = Mapping[str, tuple[str, ...]]

UNITS = ("paragraph", "sentence", "window-50", "window-100")
NAME = re.compile(r"\w[\w.-]*")  # of a claim, often made of the names of themes and texts
IN_OUT = ("in", "out")
DICTIONARIES = ("full", "core", "wide", "no-exclusions")
WITHOUT = re.compile(r"without-([1-9])")  # the dictionary without one of the terms that carry most
# What may be chosen; every axis needs at least its reference.
OPTIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "change": {
        "unit": UNITS,
        "measure": tuple(MEASURES),
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
class Claim:
    """A declared finding: a sentence that can be tested under other choices."""

    name: str
    kind: Kind
    sentence: str  # with {theme}, {other}, {before}, {after} in place of what it speaks of
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
    choices: Mapping[Kind, Choices]  # by kind; the reference first
    claims: Mapping[str, Claim]


# Where no finding is declared; its rule nothing could pass.
EMPTY = Plan(Rule(date.max, 0, Bounds(1, 1, 0), Bounds(1, 1, 0), 1, 1), (), {}, {})


class Facts(NamedTuple):
    """What must be known of texts and dictionary to tell which specifications make sense."""

    footnotes: frozenset[str]  # texts that have some
    headings: frozenset[str]
    framed: frozenset[str]
    border: frozenset[str]  # themes with border terms
    excluded: frozenset[str]
    carrying: Mapping[str, tuple[str, ...]]  # theme to its terms found in most paragraphs
    alone: frozenset[str] = frozenset()  # themes beside which no other is declared


def read_findings(path: Path | None, *, themes: Collection[str], texts: Collection[str]) -> Plan:
    """
    Read ``data/findings.yml``; without a file, or from an empty one, there is no finding.

    Parameters
    ----------
    themes, texts : the names that findings may speak of

    Raises
    ------
    InputError : if a key is unknown or missing, a finding names an unknown theme, text, kind or direction, a claim
        holds a number or an unknown blank, or a choice has no such option; the message names file, line and key
    """
    plan = read_optional(_Plan, path, context={"themes": themes, "texts": texts})
    if plan is None:
        return EMPTY
    claims = {name: entry.claim_named(name) for name, entry in plan.findings.items()}
    return Plan(plan.rule.rule(), tuple(title.lower() for title in plan.frame), plan.choices, claims)


def _check_name(name: str) -> str:
    if not NAME.fullmatch(name):
        raise InputError((), repr(name), allowed="letters, digits, -, _ and .", remedy="It becomes the name of a file.")
    return name


def _check_claim(claim: str, kind: Kind) -> None:
    blanks = ["theme", "other"] if kind == "tie" else ["theme", "before", "after"]
    allowed = f"a sentence without numbers, with {', '.join(f'{{{blank}}}' for blank in blanks)} for what it speaks of"
    try:
        pieces = list(string.Formatter().parse(claim))
    except ValueError as error:
        found = f"{claim!r} ({error})"
        raise InputError(("claim",), found, allowed=allowed, remedy="Close each brace.") from None
    for text, blank, *_ in pieces:
        if re.search(r"\d", text) or (blank is not None and blank not in blanks):
            remedy = "Numbers come from the texts, not by hand."
            raise InputError(("claim",), repr(claim), allowed=allowed, remedy=remedy)


def _check_share(value: float) -> float:
    if not 0 <= value <= 1:
        raise InputError((), repr(value), allowed="a number from 0 to 1", remedy="Correct it.")
    return value


def _check_count(value: int) -> int:
    if not 0 < value < 10**6:
        raise InputError((), show(value), allowed="a whole number from 1", remedy="Correct it.")
    return value


Share = Annotated[float, AfterValidator(_check_share)]
Count = Annotated[int, AfterValidator(_check_count)]


class _Bounds(Entry):
    same_sign: Share
    significant: Share
    joint_p: Share


class _Rule(Entry):
    decided: Day
    level: Share
    robust: _Bounds
    reservations: _Bounds
    least_units: Count
    terms_left_out: Count

    def rule(self) -> Rule:
        bounds = {name: Bounds(**dict(getattr(self, name))) for name in ("robust", "reservations")}
        return Rule(**(dict(self) | bounds))


class _Finding(Entry):
    """A finding as the file has it."""

    kind: Kind
    claim: Line
    themes: Listed[str]
    direction: str
    before: Line = ""
    after: Line = ""

    def claim_named(self, name: str) -> Claim:
        return Claim(name, self.kind, self.claim, self.themes, self.before, self.after, self.direction)

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> Self:
        known = context_of(info)
        for number, theme in enumerate(self.themes):
            check_choice(theme, ("themes", number), known["themes"])
        wanted = 2 if self.kind == "tie" else 1
        if len(self.themes) != wanted or len(set(self.themes)) != wanted:
            found = show(list(self.themes))
            raise InputError(("themes",), found, allowed=f"{wanted} for a {self.kind}", remedy="Correct it.")
        check_choice(self.direction, ("direction",), DIRECTIONS[self.kind])
        for key in ("before", "after"):
            text = getattr(self, key)
            if self.kind != "tie":
                check_choice(text or None, (key,), known["texts"])
            elif text:
                raise InputError((key,), repr(text), allowed="nothing: a tie is of all texts", remedy="Remove it.")
        if self.kind != "tie" and self.before == self.after:
            allowed = "another text than before"
            raise InputError(("after",), repr(self.after), allowed=allowed, remedy="Correct it.")
        _check_claim(self.claim, self.kind)
        return self


class _Plan(Entry):
    """All of the file."""

    rule: _Rule
    frame: Listed[str] = ()
    choices: dict[Kind, dict[str, Listed[str]]]
    findings: dict[Annotated[str, AfterValidator(_check_name)], _Finding]

    @field_validator("choices")
    @classmethod
    def _check_choices(cls, choices: dict[Kind, dict[str, Any]], info: ValidationInfo) -> dict[Kind, dict[str, Any]]:
        """Every axis of each kind, in the order of `OPTIONS`."""
        terms_left_out = info.data["rule"].terms_left_out if "rule" in info.data else 0
        for kind, axes in choices.items():
            check_keys(axes, (kind,), required=list(OPTIONS[kind]))
            for axis, options in axes.items():
                known = list(OPTIONS[kind][axis])
                known += [f"without-{n}" for n in range(1, terms_left_out + 1) if axis == "dictionary"]
                for number, option in enumerate(options):
                    check_choice(option, (kind, axis, number), known)
                if len(set(options)) < len(options):
                    found = show(list(options))
                    raise InputError((kind, axis), found, allowed="each option once", remedy="Keep one.")
        return {kind: {axis: choices[kind][axis] for axis in OPTIONS[kind]} for kind in choices}

    @field_validator("findings")
    @classmethod
    def _check_files(cls, findings: dict[str, _Finding]) -> dict[str, _Finding]:
        """No two claims whose curves would be written to the same file."""
        files: dict[str, str] = {}
        for name in findings:
            other = files.setdefault(make_name(name), name)
            if other != name:
                allowed = f"a name that differs from {other!r} in more than capitals and signs"
                raise InputError((name,), repr(name), allowed=allowed, remedy="Both become the same name of a file.")
        return findings

    @field_validator("findings")
    @classmethod
    def _check_kinds(cls, findings: dict[str, _Finding], info: ValidationInfo) -> dict[str, _Finding]:
        for name, finding in findings.items():
            check_choice(finding.kind, (name, "kind"), info.data.get("choices", [finding.kind]))
        return findings


def list_specifications(plan: Plan, facts: Facts) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Every claim under every combination of options, those left out that make no sense or repeat another one.

    Returns
    -------
    specifications : DataFrame, one row per specification, in the order of the file
        ``id`` (by claim and options alone), ``finding``, ``kind``, ``reference`` (bool: the first option of every
        choice), and one column per choice, empty where the kind does not have it.
    dropped : DataFrame, one row per claim and reason, with ``specifications``, their number
        The first reason counts.
    """
    rows, dropped = [], []
    for claim in plan.claims.values():
        choices = plan.choices[claim.kind]
        reference = tuple(options[0] for options in choices.values())
        for options in product(*choices.values()):
            chosen = dict(zip(choices, options, strict=True))
            reason = next(_reasons(claim, chosen, facts), "")
            if reason:
                dropped.append((claim.name, reason))
            else:
                rows.append((name_specification(claim, chosen), claim.name, claim.kind, options == reference, chosen))
    listed = pd.DataFrame([row[:4] for row in rows], columns=["id", "finding", "kind", "reference"])
    table = pd.DataFrame([[row[4].get(axis, "") for axis in AXES] for row in rows], columns=AXES)
    counts = pd.DataFrame(dropped, columns=["finding", "reason"]).value_counts(sort=False).rename("specifications")
    order = list(plan.claims)
    left = counts.reset_index().sort_values(
        ["finding", "reason"], key=lambda column: column.map(order.index) if column.name == "finding" else column
    )
    return pd.concat([listed, table], axis=1), left.reset_index(drop=True)


def name_specification(claim: Claim, chosen: Mapping[str, str]) -> str:
    """The id of a specification: ten hexadecimal digits made from its finding and options, in any order."""
    text = "|".join([claim.name, *(f"{axis}={chosen[axis]}" for axis in sorted(chosen))])
    return blake2b(text.encode(), digest_size=5).hexdigest()


def _reasons(claim: Claim, chosen: Mapping[str, str], facts: Facts) -> Iterator[str]:
    """Why a specification is left out; nothing for one that is kept."""
    texts = {claim.before, claim.after} - {""}
    has: Callable[[frozenset[str]], bool] = lambda known: bool(known & texts if texts else known)  # noqa: E731
    themes, option = set(claim.themes), chosen.get("dictionary", "")
    if chosen.get("counting") == "each" and "hits" not in MEASURES[chosen["measure"]]:
        yield "a unit names a theme or not: it cannot count several times"
    if chosen.get("counting") == "each" and chosen["unit"] != "paragraph":
        yield "every hit counts: the unit makes no difference, it is counted with paragraphs"
    if chosen["measure"] == "composition" and themes & facts.alone:
        yield "no other theme is declared: the hits of one have no composition"
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
