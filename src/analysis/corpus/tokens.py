"""
Tokens of a text, and many texts as integer codes of their tokens.

Codes let every type of token be looked at once, however often it occurs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# --- tokens ------------------------------------------------------------------------------------------------------

TOKEN = re.compile(
    r"""
    \d+(?:[.,/]\d+)+(?:-[^\W\d_][^\W_]*)*   # numbers with inner signs: 17.4.2018, 98/2013, 1,25, 2016/681-richtlijn
    | (?:[cdjlmnstv]|[^\W_]*qu|un|[^\W_]{0,3}ll)(?=['’][aehiouyàâæèéêëìîïòôöùûüœ])  # elided: l'eau, qu'il, dell'acqua
    | [^\W_]+(?:['’‑-][^\W_]+)*             # words with inner hyphens and apostrophes: EU-regels, risico's, eu-LISA
      (?:-(?![\w-]))?                       # the hyphen of a suspended compound: grens- (en kustwacht)
    """,
    re.VERBOSE | re.IGNORECASE,
)


def token_spans(text: str) -> list[tuple[int, int]]:
    """Where the tokens of a text start and end."""
    return [match.span() for match in TOKEN.finditer(text)]


def tokenize(text: str) -> list[str]:
    """
    The words and numbers of a text, as they stand; punctuation is left out and a slash between words separates.

    So does an apostrophe for the vowel that a Romance article, pronoun or conjunction lost before another.

    Examples
    --------
    >>> tokenize("Het inreis-/uitreissysteem van eu-LISA (98/2013): risico's, 1,25 miljard.")
    ['Het', 'inreis-', 'uitreissysteem', 'van', 'eu-LISA', '98/2013', "risico's", '1,25', 'miljard']
    >>> tokenize("Qu'il reste de l’eau aujourd'hui")
    ['Qu', 'il', 'reste', 'de', 'l', 'eau', "aujourd'hui"]
    """
    return TOKEN.findall(text)


CHUNK = 2**13  # texts encoded at once: more cost memory, fewer cost time (2^11 to 2^15 tried)
BLOCK = 2**17  # tokens worked on at once: few enough for a processor's cache, enough for arrays (2^14 to 2^18 tried)


@dataclass(frozen=True)
class Tokens:
    """Texts, in order, as codes of their tokens."""

    codes: np.ndarray  # (n_tokens,), int32: index in `types`
    bounds: np.ndarray  # (n_texts + 1,), int64: text i holds the tokens bounds[i] to bounds[i + 1]
    types: list[str]  # every token as it stands, in order of first use

    @property
    def lengths(self) -> np.ndarray:
        """Tokens of each text."""
        return np.diff(self.bounds)

    def blocks(self) -> Iterator[tuple[int, int]]:
        """Ranges (first, last + 1) of whole texts with about `BLOCK` tokens each."""
        steps = np.searchsorted(self.bounds, np.arange(0, self.bounds[-1], BLOCK), side="right") - 1
        edges = np.unique([*steps, 0, len(self.bounds) - 1])
        return zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)


def encode_tokens(texts: Sequence[str]) -> Tokens:
    """
    The tokens of texts, those of `tokenize`, as integer codes.

    White space cuts a text into pieces (*strategie,*); `TOKEN` never matches across it, so each type of piece is
    tokenized once. Time and memory grow with the text: four bytes for a token when done, some twenty at the peak.

    Examples
    --------
    >>> tokens = encode_tokens(["De EU, de landen.", "", "De EU-landen"])
    >>> tokens.types, tokens.codes.tolist(), tokens.bounds.tolist()
    (['De', 'EU', 'de', 'landen', 'EU-landen'], [0, 1, 2, 3, 0, 4], [0, 4, 4, 6])
    """
    chunks, n_pieces = [], [np.zeros(1, dtype=np.int64)]
    for first in range(0, len(texts) or 1, CHUNK):
        pieces = pc.ascii_split_whitespace(pa.array(texts[first : first + CHUNK], pa.large_string()))
        chunks.append(pieces.values.dictionary_encode())
        n_pieces.append(pieces.value_lengths().to_numpy())
    encoded = pa.chunked_array(chunks).unify_dictionaries()
    types: dict[str, int] = {}
    tokens_of_piece = Ragged.of(
        [
            [types.setdefault(token, len(types)) for token in tokenize(piece)]
            for piece in encoded.chunk(0).dictionary.to_pylist()
        ]
    )
    numbers = [chunk.indices.to_numpy() for chunk in encoded.chunks]
    codes = np.concatenate([tokens_of_piece.unfold(number) for number in numbers])
    before = np.cumsum(np.concatenate([[0], *(tokens_of_piece.sizes[number] for number in numbers)]))
    return Tokens(codes, before[np.cumsum(np.concatenate(n_pieces))], list(types))


@dataclass(frozen=True)
class Ragged:
    """For each code a list of other codes, of any length."""

    items: np.ndarray  # all lists, one after the other
    starts: np.ndarray  # (n_codes,), where the list of a code begins
    sizes: np.ndarray  # (n_codes,), its length

    @classmethod
    def of(cls, lists: Sequence[Sequence[int]]) -> Ragged:
        sizes = np.fromiter(map(len, lists), dtype=np.int32, count=len(lists))
        items = np.fromiter(chain.from_iterable(lists), dtype=np.int32, count=int(sizes.sum()))
        return cls(items, (np.cumsum(sizes) - sizes).astype(np.int32), sizes)

    def unfold(self, codes: np.ndarray) -> np.ndarray:
        """
        The lists of codes, one after the other.

        Examples
        --------
        >>> Ragged.of([[7], [], [8, 9]]).unfold(np.array([2, 1, 0, 0])).tolist()
        [8, 9, 7, 7]
        """
        sizes = self.sizes[codes]
        ends = np.cumsum(sizes)
        shift = self.starts[codes] - (ends - sizes)
        return self.items[np.repeat(shift, sizes) + np.arange(ends[-1] if len(ends) else 0)]


def compile_word(word: str) -> re.Pattern[str]:
    """
    The regular expression of one word of a term: ``*`` is any run of characters.

    A word in capitals (two letters or more) is an acronym and matches capitals only: ``SIS`` is not in *basis*,
    ``VIS`` is no fish. Every other word matches upper and lower case.

    Examples
    --------
    >>> bool(compile_word("*cyber*").fullmatch("EU-cyberveiligheidsstrategie"))
    True
    >>> bool(compile_word("VIS").fullmatch("vis"))
    False
    """
    flags = re.NOFLAG if is_acronym(word) else re.IGNORECASE
    return re.compile(".*".join(re.escape(part) for part in word.split("*")), flags)


def is_acronym(word: str) -> bool:
    """
    Whether a word of a term has two letters or more, all of them capitals.

    Examples
    --------
    >>> is_acronym("DDoS*"), is_acronym("CBRN-*"), is_acronym("K*")
    (False, True, False)
    """
    letters = "".join(filter(str.isalpha, word))
    return len(letters) > 1 and letters.isupper()
