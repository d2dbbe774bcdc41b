"""Lemmas of words and the parts of compounds, by the lemmatiser and the word lists of a language."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from typing import Any

from analysis.corpus.language import Language
from analysis.inputs import InputError

# --- lemmas ------------------------------------------------------------------------------------------------------

LONG_TAIL = 7  # letters; a known tail this long is no accident: (rechtshandhavings)autoriteiten
SHORTEST_PART = 4  # letters; shorter parts (net, wet, ver) split words that are none


@lru_cache(maxsize=2**19)
def lemmatize(token: str, language: Language) -> str:
    """
    The lemma (dictionary form) of a token, in lower case; acronyms stay as they are.

    simplemma's form (https://github.com/adbar/simplemma), corrected by the language's overrides, without its possessive
    endings. Of a word with a hyphen, or one that simplemma does not know, the last part is lemmatised: compounds are
    inflected at their end.

    Raises
    ------
    InputError : if simplemma does not know the language

    Examples
    --------
    >>> dutch = Language("nl", compound_links=("", "s", "en"), possessives=frozenset({"'s"}))
    >>> [lemmatize(token, dutch) for token in ("Landen", "EU-regels", "migratiedialogen", "PNR", "JIT's")]
    ['land', 'eu-regel', 'migratiedialoog', 'PNR', 'JIT']
    """
    stem = _cut_possessive(token, language)
    if stem.isupper() and len(stem) > 1 and "-" not in stem:
        return stem
    word = token.lower().replace("’", "'").replace("‑", "-")
    if word in language.lemma_overrides:
        return language.lemma_overrides[word]
    head, hyphen, tail = word.rpartition("-")
    if hyphen:
        return f"{head}-{lemmatize(tail, language)}" if tail else word
    if _is_known(word, language.code):
        return _lemma(word, language.code)
    stem = _cut_possessive(word, language)
    return lemmatize(stem, language) if stem != word else _lemmatize_compound(word, language)


def _cut_possessive(word: str, language: Language) -> str:
    plain = word.replace("’", "'").lower()
    endings = (ending for ending in language.possessives if plain.endswith(ending))
    return word[: len(word) - max(map(len, endings), default=0)]


def _lemmatize_compound(word: str, language: Language) -> str:
    """An unknown word with its longest known tail lemmatised, if what stands before is known, or the tail is long."""
    for cut in range(2, len(word) - SHORTEST_PART + 1):
        head, tail = word[:cut], word[cut:]
        known = tail in language.lemma_overrides or _is_known(tail, language.code)
        if known and tail not in language.compound_not_tails and (len(tail) >= LONG_TAIL or _heads(head, language, ())):
            return head + lemmatize(tail, language)
    return _lemma(word, language.code)


def _lemma(word: str, code: str) -> str:
    import simplemma  # loads its dictionaries: a third of a second that reading a corpus need not pay

    # The Dutch lemmas of separable verbs come as op_zetten.
    return _with_language(simplemma.lemmatize, word, code).replace("_", "").lower()


@lru_cache(maxsize=2**19)
def _is_known(word: str, code: str) -> bool:
    return _with_language(_dictionaries().get_lemma, unicodedata.normalize("NFC", word), code) is not None


@lru_cache(maxsize=1)
def _dictionaries() -> Any:
    """What simplemma.is_known looks into, without its checks on every call: half the time of lemmas of new words."""
    from simplemma.strategies import DictionaryLookupStrategy

    return DictionaryLookupStrategy()


def _with_language(function: Any, word: str, code: str) -> Any:
    try:
        return function(word, lang=code)
    except ValueError:
        raise InputError(
            f"data/language/{code}",
            f"the language {code!r}, which simplemma does not know",
            allowed="a language with lemmas in simplemma (see its manual)",
            remedy="Choose another code.",
        ) from None


# --- compounds ---------------------------------------------------------------------------------------------------


def split_compound(word: str, language: Language, vocabulary: Collection[str]) -> tuple[str, ...]:
    """
    The words a compound is made of, without the letters that link them; the word alone when it is no compound.

    A part is known to simplemma, to the language's `compound_parts`, or stands in `vocabulary` (lower case). Of
    several cuts the most balanced one is taken; a part that only `vocabulary` knows is cut again.

    Examples
    --------
    >>> dutch = Language("nl", compound_links=("", "s", "en", "e"), compound_parts=frozenset({"cyber"}))
    >>> split_compound("veiligheidssysteem", dutch, {"veiligheid"}), split_compound("asielzoekers", dutch, ())
    (('veiligheid', 'systeem'), ('asiel', 'zoekers'))
    >>> split_compound("samenleving", dutch, ())
    ('samenleving',)
    """
    if "-" in word:
        pieces = [piece for piece in word.split("-") if piece]
        return tuple(itertools.chain.from_iterable(split_compound(piece, language, vocabulary) for piece in pieces))
    low = word.lower()
    for cut in sorted(range(SHORTEST_PART, len(low) - SHORTEST_PART + 1), key=lambda cut: abs(2 * cut - len(low))):
        head, tail = _heads(low[:cut], language, vocabulary), low[cut:]
        if head and tail not in language.compound_not_tails and _is_part(tail, language, vocabulary):
            return tuple(
                part
                for half in (head[0], tail)
                for part in ((half,) if _is_word(half, language) else split_compound(half, language, vocabulary))
            )
    return (word,)


def _heads(text: str, language: Language, vocabulary: Collection[str]) -> list[str]:
    """The words that `text` may be, read as the first part of a compound with its linking letters."""
    words = (text.removesuffix(link) for link in language.compound_links if text.endswith(link))
    return [
        word
        for word in words
        if len(word) >= SHORTEST_PART
        and word not in language.compound_not_heads
        and _is_part(word, language, vocabulary)
    ]


def _is_part(word: str, language: Language, vocabulary: Collection[str]) -> bool:
    return word in vocabulary or _is_word(word, language)


def _is_word(word: str, language: Language) -> bool:
    """Whether the language knows a word, so that it is not cut again."""
    known = word in language.compound_parts or word in language.lemma_overrides
    return known or _is_known(word, language.code)
