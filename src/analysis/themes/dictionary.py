"""Declared themes: a dictionary of terms, its hits in sentences, and how much of each text goes to each theme."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import cycle
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

import pandas as pd
from pydantic import AfterValidator, model_validator

from analysis.corpus.tokens import compile_word, is_acronym, token_spans
from analysis.inputs import InputError
from analysis.report.style import COLOURS, MARKERS
from analysis.schema import Entry, Line, Listed, Text, check_entry, read_entry

Role = Literal["core", "border", "excluded"]
NestedScope = Literal["dictionary", "key"]
ROLES: tuple[Role, ...] = ("core", "border", "excluded")

# A gap (...) stands for at most this many words: enough for a Dutch clause to put its verb last, too few to join
# two separate statements (median sentence of the three texts: 24 words).
GAP = 5

NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
GREY = "#6b6b6b"  # of themes that are context and state no colour

HIT_COLUMNS = ["sentence_id", "paragraph_id", "doc_id", "theme", "term", "role", "start", "end", "surface"]


@dataclass(frozen=True)
class Theme:
    """One declared theme: what it means, how it is drawn, and by which terms it is found."""

    name: str
    label: str
    definition: str
    colour: str
    declared: bool  # one of the study's subjects, or context
    core: tuple[str, ...]
    border: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    notes: str = ""
    marker: str = "o"  # as matplotlib calls it

    @property
    def in_words(self) -> str:
        """The label as it stands within a sentence: its first letter small, unless that begins an acronym."""
        return self.label if self.label[1:2].isupper() else self.label[:1].lower() + self.label[1:]


class Term(NamedTuple):
    """A pattern of words; ``None`` among its elements is a gap."""

    theme: str
    role: Role
    text: str
    elements: tuple[str | None, ...]

    @property
    def length(self) -> int:
        """Words a match uses, gaps not counted."""
        return sum(element is not None for element in self.elements)


class Match(NamedTuple):
    """A term found at some tokens of a sentence."""

    term: Term
    tokens: tuple[int, ...]


@dataclass(frozen=True)
class Themes:
    """A theme dictionary: all themes by name, in the order of the file."""

    themes: Mapping[str, Theme]
    _elements_of_type: dict[str, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_dict(cls, themes: Mapping[str, Sequence[str] | Mapping[str, Any]]) -> Themes:
        """
        A dictionary written in a notebook.

        Parameters
        ----------
        themes : mapping of a name (small letters, digits, - and _) to the core terms of the theme, or to an entry as in
            ``data/themes.yml``, of which ``core`` is needed. A theme is declared unless it says otherwise, and its
            label is its name.

        Raises
        ------
        InputError : as in `read_themes`

        Examples
        --------
        >>> fraud = {"core": ["fraude"], "border": ["bank"]}
        >>> themes = Themes.from_dict({"cyber": ["*cyber*", "hack*"], "fraud": fraud})
        >>> themes.declared, themes["cyber"].label, themes["fraud"].border
        (['cyber', 'fraud'], 'Cyber', ('bank',))
        """
        entries = {}
        for name, entry in themes.items():
            label = str(name).replace("_", " ").capitalize()
            given = dict(entry) if isinstance(entry, Mapping) else {"core": list(entry)}
            entries[name] = {"label": label, "definition": given.get("label", label), "declared": True} | given
        return _build(check_entry(_Dictionary, {"themes": entries}))

    def __iter__(self) -> Iterator[Theme]:
        return iter(self.themes.values())

    def __getitem__(self, name: str) -> Theme:
        return self.themes[name]

    @property
    def names(self) -> list[str]:
        return list(self.themes)

    @property
    def declared(self) -> list[str]:
        """Names of the study's subjects."""
        return [theme.name for theme in self if theme.declared]

    @cached_property
    def terms(self) -> list[Term]:
        return [
            Term(theme.name, role, text, parse_term(text))
            for theme in self
            for role in ROLES
            for text in getattr(theme, role)
        ]

    def without(self, theme: str, term: str) -> Themes:
        """The same dictionary with one term of one theme left out."""
        left: dict[str, Any] = {
            role: tuple(text for text in getattr(self[theme], role) if text != term) for role in ROLES
        }
        return self.change(lambda one: replace(one, **left) if one.name == theme else one)

    def change(self, how: Callable[[Theme], Theme]) -> Themes:
        """The same dictionary, every theme changed; no theme may gain a term that no theme had."""
        # the lookups of token types are shared: a word that no term uses any more starts no match
        return Themes({theme.name: how(theme) for theme in self}, self._elements_of_type)

    @cached_property
    def _terms_by_first(self) -> dict[str, list[Term]]:
        terms = defaultdict(list)
        for term in self.terms:
            terms[str(term.elements[0])].append(term)
        return dict(terms)

    @cached_property
    def _words(self) -> tuple[dict[str, list[str]], dict[str, list[tuple[str, re.Pattern[str]]]]]:
        """Words without a wild card by the token they match; those with one by their first letter, or ``*``."""
        plain: dict[str, list[str]] = defaultdict(list)
        wild: dict[str, list[tuple[str, re.Pattern[str]]]] = defaultdict(list)
        for word in sorted({element for term in self.terms for element in term.elements if element is not None}):
            if "*" in word:
                wild[word[0].lower()].append((word, compile_word(word)))
            else:
                plain[word if is_acronym(word) else word.lower()].append(word)
        return dict(plain), dict(wild)

    def elements_of(self, token: str) -> frozenset[str]:
        """Which words of the dictionary a token matches; every type of token is looked up once."""
        found = self._elements_of_type.get(token)
        if found is None:
            plain, wild = self._words
            words = {word for form in (token, token.lower()) for word in plain.get(form, ())}
            near = [*wild.get(token[0].lower(), ()), *wild.get("*", ())]
            found = frozenset(words.union(word for word, pattern in near if pattern.fullmatch(token)))
            self._elements_of_type[token] = found
        return found


def parse_term(text: str) -> tuple[str | None, ...]:
    """
    The words of a term; a gap is ``None``.

    Words are separated by spaces, ``*`` within a word stands for any letters, ``*`` alone for one word,
    ``...`` for up to `GAP` words. Punctuation between words is ignored.

    Examples
    --------
    >>> parse_term("sluiten ... aan bij terroristische groep*")
    ('sluiten', None, 'aan', 'bij', 'terroristische', 'groep*')
    """
    return tuple(None if word == "..." else word for word in text.split())


def read_themes(path: Path) -> Themes:
    """
    Read a theme dictionary (``data/themes.yml``).

    Declared themes have the markers of `analysis.report.style`, in their order; one without a colour gets one of its
    colours that no other theme has. Other themes have circles, and `GREY` where they state no colour.

    Raises
    ------
    InputError : if a key is unknown or missing, a name is no plain one, a colour no ``#rrggbb``, a term stands twice in
        a theme or begins or ends with a gap; the message names its line and key
    """
    return _build(read_entry(_Dictionary, path))


def _build(dictionary: _Dictionary) -> Themes:
    entries = dictionary.themes
    taken = {entry.colour for entry in entries.values()}
    colours = cycle([colour for colour in COLOURS if colour not in taken] or COLOURS)
    markers = cycle(MARKERS)
    themes = {}
    for name, entry in entries.items():
        look = {"colour": entry.colour or (next(colours) if entry.declared else GREY)}
        look |= {"marker": next(markers)} if entry.declared else {}
        themes[name] = Theme(name=name, **(dict(entry) | look))
    return Themes(themes)


def _check_name(name: str) -> str:
    if not NAME.fullmatch(name):
        allowed = "a name of small letters, digits, - and _"
        raise InputError((), repr(name), allowed=allowed, remedy="It names files and links; readers see the label.")
    return name


def _check_colour(colour: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        raise InputError((), repr(colour), allowed="a colour '#rrggbb' in quotes", remedy="Correct it.")
    return colour


def _check_term(text: str) -> str:
    words = text.split()
    if not words or "..." in (words[0], words[-1]) or all(set(word) <= {"*", "."} for word in words):
        allowed = "words, with * in a word and ... between words"
        remedy = "Begin and end with a word; a term of wild cards alone would match everything."
        raise InputError((), repr(text), allowed=allowed, remedy=remedy)
    return text


TermText = Annotated[str, AfterValidator(_check_term)]


class _Theme(Entry):
    """One theme, as the file has it."""

    label: Line
    definition: Text
    colour: Annotated[str, AfterValidator(_check_colour)] = ""
    declared: bool = False
    core: Listed[TermText]
    border: Listed[TermText] = ()
    excluded: Listed[TermText] = ()
    notes: Text = ""

    @model_validator(mode="after")
    def _check_twice(self) -> Self:
        first: dict[str, Role] = {}
        for role in ROLES:
            for number, text in enumerate(getattr(self, role)):
                if text in first:
                    found = f"{text!r} a second time (also under {first[text]})"
                    raise InputError((role, number), found, allowed="a term once a theme", remedy="Keep one.")
                first[text] = role
        return self


class _Dictionary(Entry):
    themes: dict[Annotated[str, AfterValidator(_check_name)], _Theme]


def match_terms(tokens: Sequence[str], themes: Themes, nested_scope: NestedScope = "dictionary") -> list[Match]:
    """
    The terms of a sentence, longest match first across themes.

    A match inside a longer one is dropped, whatever its theme; with `nested_scope` "key" only inside one of its own
    theme (as in quanteda). Two matches of one theme never share a word, so nothing counts twice. Two themes may share a
    term. A match that shares a word with an excluded term of its theme is dropped.
    """
    elements = [themes.elements_of(token) for token in tokens]
    found = [match for at in range(len(tokens)) for match in _matches_at(at, elements, themes)]
    # longest first; among equals exclusion before core before border, then the tightest, then the leftmost, then by
    # the alphabet: which of two equal terms is named must not depend on the order of a set
    rank = {"excluded": 0, "core": 1, "border": 2}
    found.sort(
        key=lambda match: (
            -match.term.length,
            rank[match.term.role],
            match.tokens[-1] - match.tokens[0],
            match.tokens,
            match.term.text,
        )
    )
    kept: list[Match] = []
    for match in found:
        words = set(match.tokens)
        if not any(
            (nested_scope == "dictionary" and words < set(other.tokens) and other.term.role != "excluded")
            or (other.term.theme == match.term.theme and words & set(other.tokens))
            for other in kept
        ):
            kept.append(match)
    return sorted(
        (match for match in kept if match.term.role != "excluded"), key=lambda match: (match.tokens, match.term)
    )


def _matches_at(at: int, elements: Sequence[frozenset[str]], themes: Themes) -> Iterator[Match]:
    """Every term whose first word is the token `at`, each with its nearest following words."""
    for word in elements[at]:
        for term in themes._terms_by_first.get(word, ()):
            tokens = _follow(term.elements[1:], at, elements)
            if tokens is not None:
                yield Match(term, (at, *tokens))


def _follow(
    rest: Sequence[str | None], at: int, elements: Sequence[frozenset[str]], reach: int = 1
) -> tuple[int, ...] | None:
    """Positions of the words in `rest` after token `at`, the next within `reach` tokens; None if they are not there."""
    if not rest:
        return ()
    if rest[0] is None:
        return _follow(rest[1:], at, elements, GAP + 1)
    for position in range(at + 1, min(at + 1 + reach, len(elements))):
        if rest[0] in elements[position]:
            tail = _follow(rest[1:], position, elements)
            if tail is not None:
                return (position, *tail)
    return None


def tag(sentences: pd.DataFrame, themes: Themes, *, nested_scope: NestedScope = "dictionary") -> pd.DataFrame:
    """
    Find every term of every theme; a border term counts only beside a core term of its theme in the same sentence.

    So what a sentence is tagged with depends on that sentence alone. (Tried: beside a core term in the same paragraph.
    On the development sentences that lowers the precision of migration from 1.00 to .93 and finds 2 more of 52.)

    Parameters
    ----------
    sentences : DataFrame, one row per sentence
        Columns ``sentence_id``, ``paragraph_id``, ``doc_id`` and ``text``.
    nested_scope : str
        Whether a match may lie inside a longer one of another theme ("key") or not, see `match_terms`.

    Returns
    -------
    DataFrame, one row per hit, in reading order
        Columns ``sentence_id``, ``paragraph_id``, ``doc_id``, ``theme``, ``term`` (as written in the dictionary),
        ``role`` (core or border), ``start``, ``end`` (offsets in the sentence) and ``surface`` (the words found).

    Examples
    --------
    >>> cyber = Theme("cyber", "Cyber", "Digital crime", "#0072b2", True, core=("*cyber*",), border=("internet",))
    >>> text = pd.DataFrame({"sentence_id": ["a.1", "b.1"], "paragraph_id": ["a", "b"], "doc_id": "d",
    ...                      "text": ["Cyberaanvallen via internet.", "Kopen via internet."]})
    >>> tag(text, Themes({"cyber": cyber}))[["sentence_id", "role", "surface"]].values.tolist()
    [['a.1', 'core', 'Cyberaanvallen'], ['a.1', 'border', 'internet']]
    """
    rows = []
    columns = zip(*(sentences[name] for name in ("sentence_id", "paragraph_id", "doc_id", "text")), strict=True)
    for sentence, paragraph, document, text in columns:
        spans = token_spans(text)
        for term, tokens in match_terms([text[start:end] for start, end in spans], themes, nested_scope):
            start, end = spans[tokens[0]][0], spans[tokens[-1]][1]
            rows.append((sentence, paragraph, document, term.theme, term.text, term.role, start, end, text[start:end]))
    hits = pd.DataFrame(rows, columns=HIT_COLUMNS).astype({"start": int, "end": int})
    beside_core = hits["role"].eq("core").groupby([hits["sentence_id"], hits["theme"]]).transform("any")
    return hits[beside_core.astype(bool)].reset_index(drop=True)
