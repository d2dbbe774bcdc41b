"""The glossary: what each Dutch term means, for readers who do not read Dutch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from analysis import inputs


def read_glossary(path: Path | None) -> dict[str, str]:
    """
    The glossary file as a mapping from a term, in lower case, to its English gloss; empty without a file.

    The file is flat YAML, ``term: gloss``. Quote what YAML reads as something else (``"nee": "no"``).

    Raises
    ------
    InputError : if a term stands twice (in whatever case), or a term or gloss is no text
    """
    glossary: dict[str, str] = {}
    if path is None:
        return glossary
    text = inputs.decode(inputs.read_bytes(path), path, optional=True)
    for term, meaning in inputs.load_yaml(text, path, optional=True).items():
        _check_entry(term, meaning, path)
        if _key(term) in glossary:
            raise inputs.InputError(
                f"{path}, {term}",
                "the term a second time",
                allowed="each term once, in whatever case",
                remedy="Remove one.",
            )
        glossary[_key(term)] = meaning.strip()
    return glossary


def gloss(term: str, glossary: Mapping[str, str]) -> str:
    """
    The English gloss of a term, in whatever case it stands; empty when the glossary lacks it.

    Examples
    --------
    >>> gloss("Cyberaanval", {"cyberaanval": "cyber attack"})
    'cyber attack'
    >>> gloss("grens", {"cyberaanval": "cyber attack"})
    ''
    """
    return glossary.get(_key(term), "")


def missing(terms: Iterable[str], glossary: Mapping[str, str]) -> list[str]:
    """
    The terms without a gloss, each once, in alphabetical order.

    Examples
    --------
    >>> missing(["visum", "cyberaanval", "grens", "visum"], {"cyberaanval": "cyber attack"})
    ['grens', 'visum']
    """
    return sorted({term for term in terms if not gloss(term, glossary)})


def _key(term: str) -> str:
    return " ".join(term.split()).casefold()


def _check_entry(term: object, meaning: object, path: Path) -> None:
    """YAML reads a bare ``nee`` or ``2014`` as truth or number: both sides must be text."""
    for value in (term, meaning):
        if not isinstance(value, str) or not value.strip():
            raise inputs.InputError(
                f"{path}, {term}",
                repr(value),
                allowed="text on both sides of the colon",
                remedy="Write the gloss, and put quotation marks around words that YAML reads as a value.",
            )
