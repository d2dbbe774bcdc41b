"""
Texts as integer codes: every type of token is looked at once, however often it occurs.

White space cuts text into pieces (*strategie,*), which a hash of their bytes turns into codes, whole arrays at once.
`analysis.corpus.tokens.TOKEN` never matches across white space, so the tokens of a piece are found once for each type
of piece. On 200,000 sentences (5 million tokens) that is some three times as fast as the expression on all text and a
dictionary of its tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import numpy as np

# --- tokens ------------------------------------------------------------------------------------------------------

TOKEN = re.compile(
    r"""
    \d+(?:[.,/]\d+)+(?:-[^\W\d_][^\W_]*)*   # numbers with inner signs: 17.4.2018, 98/2013, 1,25, 2016/681-richtlijn
    | [^\W_]+(?:['’‑-][^\W_]+)*             # words with inner hyphens and apostrophes: EU-regels, risico's, eu-LISA
      (?:-(?![\w-]))?                       # the hyphen of a suspended compound: grens- (en kustwacht)
    """,
    re.VERBOSE,
)


def token_spans(text: str) -> list[tuple[int, int]]:
    """Where the tokens of a text start and end."""
    return [match.span() for match in TOKEN.finditer(text)]


def tokenize(text: str) -> list[str]:
    """
    The words and numbers of a text, as they stand; punctuation is left out and a slash between words separates.

    Examples
    --------
    >>> tokenize("Het inreis-/uitreissysteem van eu-LISA (98/2013): risico's, 1,25 miljard.")
    ['Het', 'inreis-', 'uitreissysteem', 'van', 'eu-LISA', '98/2013', "risico's", '1,25', 'miljard']
    """
    return TOKEN.findall(text)


# Characters of text read at once: small enough for a processor's cache, large enough for arrays (2^15 to 2^19 tried).
BLOCK = 2**18
# The bytes b of a piece make the hash sum of b_i * MULTIPLIER^i modulo 2^64: odd, so that powers have an inverse.
# Two of a million types share one hash with a chance of some 3e-8.
MULTIPLIER = 0x9E3779B97F4A7C15


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
        """Ranges of whole texts with some `BLOCK` / 2 tokens each: what is worked on at once."""
        steps = np.searchsorted(self.bounds, np.arange(0, self.bounds[-1], BLOCK // 2), side="right") - 1
        edges = np.unique([*steps, 0, len(self.bounds) - 1])
        return zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)


def encode_tokens(texts: Sequence[str]) -> Tokens:
    """
    The tokens of texts, those of `analysis.corpus.tokens.tokenize`, as integer codes.

    Time and memory grow with the text: four bytes for a token when done, some thirty at the peak.

    Examples
    --------
    >>> tokens = encode_tokens(["De EU, de landen.", "", "De EU-landen"])
    >>> tokens.types, tokens.codes.tolist(), tokens.bounds.tolist()
    (['De', 'EU', 'de', 'landen', 'EU-landen'], [0, 1, 2, 3, 0, 4], [0, 4, 4, 6])
    """
    pieces, bounds, kinds = _encode_pieces(texts)
    types: dict[str, int] = {}
    table = [[types.setdefault(token, len(types)) for token in tokenize(kind)] for kind in kinds]
    folds = Ragged.of(table)
    before = np.concatenate([[0], np.cumsum(folds.sizes[pieces], dtype=np.int64)])
    codes = np.empty(before[-1], dtype=np.int32)
    for first in range(0, len(pieces), BLOCK):
        some = pieces[first : first + BLOCK]
        codes[before[first] : before[first + len(some)]] = folds.unfold(some)
    return Tokens(codes, before[bounds], list(types))


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


def _encode_pieces(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Codes of the pieces of all texts, the bounds of each text among them, and the type of each code."""
    table, kinds = _HashTable(), list[str]()
    codes, counts = [np.empty(0, dtype=np.int32)], [np.zeros(1, dtype=np.int64)]
    for some in _in_blocks(texts):
        encoded = [text.encode("utf-8", "surrogatepass") for text in some]
        raw = b"\n".join([b"", *encoded, b""])
        starts, ends, hashes = _hash_pieces(np.frombuffer(raw, dtype=np.uint8))
        found = table.find(hashes)
        unknown = np.flatnonzero(found < 0)
        if len(unknown):
            new, first = np.unique(hashes[unknown], return_index=True)
            order = np.argsort(first)  # codes in order of first use
            table.add(new[order])
            at = unknown[first[order]]
            kinds += [
                raw[start:end].decode("utf-8", "surrogatepass")
                for start, end in zip(starts[at].tolist(), ends[at].tolist(), strict=True)
            ]
            found[unknown] = table.find(hashes[unknown])
        codes.append(found)
        begins = np.cumsum([1, *(len(text) + 1 for text in encoded)])
        counts.append(np.diff(np.searchsorted(starts, begins)))
    return np.concatenate(codes), np.cumsum(np.concatenate(counts)), kinds


def _in_blocks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Runs of texts of about `BLOCK` characters; a longer text stays whole."""
    upto = np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)))
    first = 0
    while first < len(texts):
        last = max(first + 1, int(np.searchsorted(upto, (upto[first - 1] if first else 0) + BLOCK, side="right")))
        yield texts[first:last]
        first = last


def _hash_pieces(raw: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Start, end and hash of every run of bytes between blanks (and control characters, no part of any token)."""
    blank = raw <= ord(" ")
    edges = np.flatnonzero(blank[1:] != blank[:-1]) + 1
    starts, ends = edges[::2], edges[1::2]
    powers, inverse = _powers(1 << max(len(raw), BLOCK).bit_length())
    sums = raw * powers[: len(raw)]  # modulo 2^64, as all below
    np.cumsum(sums, out=sums)
    return starts, ends, (sums[ends - 1] - sums[starts - 1]) * inverse[starts]


@lru_cache(maxsize=1)
def _powers(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Powers 0 to n - 1 of the multiplier, and of its inverse, modulo 2^64."""
    tables = []
    for base in (MULTIPLIER, pow(MULTIPLIER, -1, 2**64)):
        powers = np.full(n, base, dtype=np.uint64)
        powers[0] = 1
        tables.append(np.multiply.accumulate(powers))
    return tables[0], tables[1]


class _HashTable:
    """Codes 0, 1, … of hashes, in the order added: open addresses, probed for whole arrays at once."""

    def __init__(self) -> None:
        self.n = 0
        self._make(2**16)

    def find(self, hashes: np.ndarray) -> np.ndarray:
        """The code of each hash, -1 where it has none."""
        slots = self._slots(hashes)
        codes = self.codes[slots]
        left = np.flatnonzero((self.keys[slots] != hashes) & (codes >= 0))
        while len(left):
            slots[left] = (slots[left] + 1) % len(self.keys)
            codes[left] = self.codes[slots[left]]
            left = left[(self.keys[slots[left]] != hashes[left]) & (codes[left] >= 0)]
        return codes

    def add(self, hashes: np.ndarray) -> None:
        """Give codes to hashes that are all different and new."""
        if 4 * (self.n + len(hashes)) > len(self.keys):
            taken = self.codes >= 0
            keys, codes = self.keys[taken], self.codes[taken]
            self._make(4 * len(self.keys) * (1 + len(hashes) // len(self.keys)))
            self._place(keys, codes)
        self._place(hashes, np.arange(self.n, self.n + len(hashes), dtype=np.int32))
        self.n += len(hashes)

    def _make(self, size: int) -> None:
        self.keys, self.codes = np.zeros(size, dtype=np.uint64), np.full(size, -1, dtype=np.int32)

    def _slots(self, hashes: np.ndarray) -> np.ndarray:
        # the upper half of the hash, where all bytes of a piece have left their trace
        return ((hashes >> np.uint64(32)) % np.uint64(len(self.keys))).astype(np.int64)

    def _place(self, hashes: np.ndarray, codes: np.ndarray) -> None:
        slots, left = self._slots(hashes), np.arange(len(hashes))
        while len(left):
            free = left[self.codes[slots[left]] < 0]
            self.codes[slots[free]] = codes[free]  # of several that want a slot, the last one has it
            won = self.codes[slots[left]] == codes[left]
            self.keys[slots[left[won]]] = hashes[left[won]]
            left = left[~won]
            slots[left] = (slots[left] + 1) % len(self.keys)


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
