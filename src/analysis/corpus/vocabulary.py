"""Content words of texts, as lemmas, phrases and parts of compounds: which are kept, and as what they count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.corpus.language import Language, is_stop_word
from analysis.corpus.lemmas import lemmatize, split_compound
from analysis.corpus.phrases import Phrases
from analysis.corpus.tokens import Tokens, encode_tokens
from analysis.inputs import InputError


class Words(NamedTuple):
    """Content words of one language in reading order, as arrays of equal length."""

    text: np.ndarray  # which sentence of that language
    first: np.ndarray  # first token, counted over these sentences
    last: np.ndarray  # last token: another one in phrases only
    term: np.ndarray  # index in the terms of the `TokenizedTexts`


@dataclass(frozen=True)
class TokenizedTexts:
    """The sentences of one language as tokens, and the term of each type of token."""

    rows: np.ndarray  # numbers of these sentences among all
    tokens: Tokens
    phrases: Phrases
    terms: list[str]  # lemmas and phrases, in order of first use
    parts: list[list[str]]  # the terms a term is made of, if it is a compound that is opened
    term_of_type: np.ndarray  # (n_types,), -1 = dropped
    term_of_phrase: np.ndarray  # (n_phrases,), -1 = dropped

    def words(self) -> Iterator[Words]:
        """The words that are kept, a block of sentences at a time."""
        bounds = self.tokens.bounds
        for first, last in self.tokens.blocks():
            start, codes = bounds[first], self.tokens.codes[bounds[first] : bounds[last]]
            text = np.repeat(np.arange(first, last, dtype=np.int32), np.diff(bounds[first : last + 1]))
            term, more = self.term_of_type[codes], np.zeros(len(codes), dtype=np.int32)
            at, phrase = self.phrases.find(codes, text)
            more[at] = self.phrases.sizes[phrase] - 1
            for step in range(1, more.max(initial=0) + 1):
                term[at[more[at] >= step] + step] = -1
            term[at] = self.term_of_phrase[phrase]
            kept = np.flatnonzero(term >= 0)
            yield Words(text[kept], kept + start, kept + more[kept] + start, term[kept])


def tokenize_texts(
    sentences: pd.DataFrame,
    languages: Mapping[str, Language],
    *,
    institution_words: bool = False,
    compounds: bool = False,
) -> Iterator[TokenizedTexts]:
    """
    The sentences of each language as tokens and terms, language by language; every type of word is decided on once.

    Parameters and errors are those of `analysis.corpus.counts.count_text`.
    """
    document, names = pd.factorize(sentences["doc_id"])
    for name in names:
        if name not in languages:
            known = ", ".join(map(str, languages)) or "none"
            raise InputError(f"text {name!r}", "no language", allowed=f"the texts {known}", remedy="Name its language.")
    of_text = [languages[name] for name in names]
    for language in dict.fromkeys(of_text):
        rows = np.flatnonzero(np.array([other is language for other in of_text])[document])
        texts = sentences["text"].to_numpy(dtype=object)[rows]
        yield _decide(rows, encode_tokens(list(texts)), language, institution_words, compounds)


def _decide(
    rows: np.ndarray, tokens: Tokens, language: Language, institution_words: bool, compounds: bool
) -> TokenizedTexts:
    """Decide on each type of token, and on each phrase."""
    dropped = language.policy_words | (frozenset() if institution_words else language.institution_words)
    phrases = sorted({tuple(phrase.lower().split()) for phrase in language.phrases if len(phrase.split()) > 1})
    joined = [" ".join(words) for words in phrases]
    lemmas = [_lemma(token, language, dropped) for token in tokens.types]
    kept = [*lemmas, *(None if phrase in dropped else phrase for phrase in joined)]
    terms = {term: number for number, term in enumerate(dict.fromkeys(term for term in kept if term is not None))}
    term_of = np.array([-1 if term is None else terms[term] for term in kept], dtype=np.int32)
    n = len(tokens.types)
    parts = _open_compounds(list(terms), tokens.types, language, dropped) if compounds else [[] for _ in terms]
    return TokenizedTexts(rows, tokens, Phrases.of(phrases, tokens.types), list(terms), parts, term_of[:n], term_of[n:])


def _lemma(token: str, language: Language, dropped: frozenset[str]) -> str | None:
    """The lemma of a token, None for one that is dropped: a stop word, a number, a single letter."""
    if len(token) < 2 or not any(letter.isalpha() for letter in token) or is_stop_word(token, language):
        return None
    lemma = lemmatize(token, language)
    return None if lemma in dropped else lemma


def _open_compounds(
    terms: Sequence[str], types: Sequence[str], language: Language, dropped: frozenset[str]
) -> list[list[str]]:
    """
    For each term the lemmas of the words it is made of, itself left out; nothing for phrases and single words.

    A compound is opened only if its parts stand alone in the texts too, or are among the language's `compound_parts`:
    so *verstrekking* is not vers + rekking, and all parts are terms that may tie the compound to others.
    """
    known = {kind.lower() for kind in types} | {lemmatize(kind, language) for kind in types} | language.compound_parts
    acronyms = _list_acronyms(types)

    def parts_of(term: str) -> Iterator[str | None]:
        for piece in filter(None, term.split("-")):
            whole = _lemma(acronyms.get(piece, piece), language, dropped)
            if whole is None:  # with a dropped word its parts are dropped: no lijn of richtlijn
                continue
            if piece != term and piece in known:
                yield whole
            words = split_compound(piece, language, known)
            if len(words) > 1 and known.issuperset(words):
                yield from (_lemma(word, language, dropped) for word in words)

    return [
        [part for part in dict.fromkeys(parts_of(term)) if part is not None and part != term] if " " not in term else []
        for term in terms
    ]


def _list_acronyms(types: Sequence[str]) -> dict[str, str]:
    """Words written in capitals only, by their lower case: the eu of the lemma eu-regel is EU."""
    known = set(types)
    capitals = (kind for kind in types if kind.isupper())
    return {kind.lower(): kind for kind in capitals if not {kind.lower(), kind.capitalize()} & known}
