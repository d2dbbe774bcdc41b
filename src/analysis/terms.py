"""From sentences to content words, and from words to a matrix of counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.language import TOKEN, Language, is_stop_word, lemmatize, token_spans


def count_tokens(sentences: pd.DataFrame) -> dict[str, int]:
    """
    Tokens of each text, words and numbers, stop words included: the denominator of every rate.

    Parameters
    ----------
    sentences : DataFrame with columns ``doc_id`` and ``text``
    """
    counts: Counter[str] = Counter()
    for document, text in zip(sentences["doc_id"], sentences["text"], strict=True):
        counts[document] += sum(1 for _ in TOKEN.finditer(text))
    return dict(counts)


def base_form(words: str, language: Language) -> str:
    """
    The form under which a word or phrase is counted: lower case, the last word as lemma.

    Only the last word of a phrase is made a lemma: *buitenlandse strijders* and *buitenlandse strijder* are one,
    and the adjective keeps the form in which it is read.
    """
    *before, last = words.split(" ")
    return " ".join([*(word.lower() for word in before), lemmatize(last, language).lower()])


def list_words(
    sentences: pd.DataFrame, languages: Mapping[str, Language], *, institution_words: bool = False
) -> pd.DataFrame:
    """
    The content words of sentences: phrases joined first, then stop words and numbers dropped, the rest made lemmas.

    Parameters
    ----------
    sentences : DataFrame, one row per sentence
        Columns ``sentence_id``, ``paragraph_id``, ``doc_id`` and ``text``.
    languages : mapping of doc_id to the language of that text
    institution_words : bool
        Whether words that name the sender and its papers (*Commissie*, *verordening*) are kept.

    Returns
    -------
    DataFrame, one row per word, in reading order
        Columns ``sentence_id``, ``paragraph_id``, ``doc_id``, ``lemma`` (phrases as written in the list of phrases),
        ``start``, ``end`` (offsets in the sentence) and ``form`` (as it stands in the text, lower case).
    """
    rows = []
    columns = zip(*(sentences[name] for name in ("sentence_id", "paragraph_id", "doc_id", "text")), strict=True)
    readers = {document: _Reader(language, institution_words) for document, language in languages.items()}
    for sentence, paragraph, document, text in columns:
        for lemma, start, end in readers[document].read(text):
            rows.append((sentence, paragraph, document, lemma, start, end, text[start:end].lower()))
    return pd.DataFrame(rows, columns=["sentence_id", "paragraph_id", "doc_id", "lemma", "start", "end", "form"])


class _Reader:
    """Reads sentences of one language; every type of word is decided on once."""

    def __init__(self, language: Language, institution_words: bool):
        self.language = language
        self.dropped = language.policy_words | (frozenset() if institution_words else language.institution_words)
        self.phrases: dict[str, list[tuple[str, ...]]] = {}
        for phrase in sorted(language.phrases, key=lambda phrase: -len(phrase.split())):
            words = tuple(phrase.lower().split())
            self.phrases.setdefault(words[0], []).append(words)
        self.lemmas: dict[str, str | None] = {}

    def read(self, text: str) -> list[tuple[str, int, int]]:
        spans = token_spans(text)
        tokens = [text[start:end] for start, end in spans]
        lower = [token.lower() for token in tokens]
        found, at = [], 0
        while at < len(tokens):
            length = self.phrase_length(lower, at)
            lemma = " ".join(lower[at : at + length]) if length > 1 else self.lemma(tokens[at])
            if lemma is not None and lemma not in self.dropped:
                found.append((lemma, spans[at][0], spans[at + length - 1][1]))
            at += length
        return found

    def phrase_length(self, lower: list[str], at: int) -> int:
        """Words in the longest phrase that begins at a token; 1 where none does."""
        for words in self.phrases.get(lower[at], ()):
            if tuple(lower[at : at + len(words)]) == words:
                return len(words)
        return 1

    def lemma(self, token: str) -> str | None:
        """The lemma of a token, None for one that is dropped: a stop word, a number, a single letter."""
        if token not in self.lemmas:
            kept = (
                any(letter.isalpha() for letter in token) and len(token) > 1 and not is_stop_word(token, self.language)
            )
            self.lemmas[token] = lemmatize(token, self.language) if kept else None
        return self.lemmas[token]


@dataclass(frozen=True)
class Counts:
    """How often each term stands in each unit."""

    matrix: sparse.csr_array  # (n_units, n_terms), int
    units: pd.Index
    terms: pd.Index  # sorted


def count_terms(words: pd.DataFrame, units: pd.Series) -> Counts:
    """
    Count terms in units: one frozen, sorted vocabulary over all texts.

    Parameters
    ----------
    words : DataFrame from `list_words`
    units : Series of unit ids in reading order; its name is the column of `words` that holds them. Units without a
        word get an empty row.
    """
    terms = pd.Index(sorted(set(words["lemma"])), name="lemma")
    index = pd.Index(units, name=units.name)
    rows, columns = index.get_indexer(words[str(units.name)]), terms.get_indexer(words["lemma"])
    ones = np.ones(len(words), dtype=np.int64)
    matrix = sparse.coo_array((ones, (rows, columns)), shape=(len(index), len(terms))).tocsr()
    matrix.sum_duplicates()
    return Counts(matrix, index, terms)


def show_forms(words: pd.DataFrame) -> dict[str, str]:
    """
    The form in which each lemma is shown to readers: the one met most often, the first in the alphabet among equals.
    """
    counts = words.groupby(["lemma", "form"]).size().reset_index(name="n")
    best = counts.sort_values(["n", "form"], ascending=[False, True], kind="stable").drop_duplicates("lemma")
    return dict(zip(best["lemma"], best["form"], strict=True))
