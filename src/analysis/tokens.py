"""
Texts as integer codes: every type of token is looked at once, however often it occurs.

White space cuts text into pieces (*strategie,*), which a hash of their bytes turns into codes, whole arrays at once.
`analysis.language.TOKEN` never matches across white space, so the tokens of a piece are found once for each type of
piece. On 200,000 sentences (5 million tokens) that is some three times as fast as the expression on all text and a
dictionary of its tokens.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import numpy as np

from analysis.language import tokenize

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
    The tokens of texts, those of `analysis.language.tokenize`, as integer codes.

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


@dataclass(frozen=True)
class Phrases:
    """Phrases as a tree of words, for some `Tokens`: all tokens are compared with all phrases at once."""

    word_of_type: np.ndarray  # (n_types,), number of the word among those of phrases, -1 = in none
    node_of_type: np.ndarray  # (n_types,), the node a token leads to as first word, -1 = begins none
    edges: np.ndarray  # (n_edges,), sorted: node * n_words + word
    targets: np.ndarray  # (n_edges,), the node it leads to
    phrase_of_node: np.ndarray  # (n_nodes,), the phrase that ends there, -1 = none
    sizes: np.ndarray  # (n_phrases,), words of each phrase
    n_words: int

    @classmethod
    def of(cls, phrases: Sequence[Sequence[str]], types: Sequence[str]) -> Phrases:
        """The tree of `phrases`, lists of words in lower case, each of two words or more."""
        words = {word: number for number, word in enumerate(sorted(set(chain.from_iterable(phrases))))}
        tree: dict[int, int] = {}  # node * n_words + word -> node
        ends = {}
        for number, phrase in enumerate(phrases):
            node = 0
            for word in phrase:
                node = tree.setdefault(node * len(words) + words[word], len(tree) + 1)
            ends[node] = number
        edges = np.array(sorted(tree), dtype=np.int64)
        word_of_type = np.fromiter((words.get(kind.lower(), -1) for kind in types), dtype=np.int32, count=len(types))
        return cls(
            word_of_type,
            np.array([tree.get(word, -1) if word >= 0 else -1 for word in word_of_type.tolist()], dtype=np.int32),
            edges,
            np.array([tree[edge] for edge in edges.tolist()], dtype=np.int32),
            np.array([ends.get(node, -1) for node in range(len(tree) + 1)], dtype=np.int32),
            np.array([len(phrase) for phrase in phrases], dtype=np.int32),
            len(words),
        )

    def find(self, codes: np.ndarray, texts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """
        Where phrases stand, read from left to right, the longest first; no two share a token.

        Parameters
        ----------
        codes, texts : arrays, one entry a token
            Its type, and the text it stands in: a phrase does not reach into the next one.

        Returns
        -------
        Places of first words, and which phrase stands there

        Examples
        --------
        >>> tokens = encode_tokens(["in het kader van de", "De unie in het kader"])
        >>> phrases = Phrases.of([("in", "het"), ("in", "het", "kader", "van"), ("de", "unie")], tokens.types)
        >>> [found.tolist() for found in phrases.find(tokens.codes, np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]))]
        [[0, 5, 7], [1, 2, 0]]
        """
        node = self.node_of_type[codes]
        places = np.flatnonzero(node >= 0)
        node, going = node[places], np.arange(len(places))
        longest = np.full(len(places), -1, dtype=np.int32)
        step = 0
        while len(going):
            ends = self.phrase_of_node[node]
            longest[going] = np.where(ends >= 0, ends, longest[going])
            step += 1
            after = np.minimum(places[going] + step, len(codes) - 1)
            same_text = (texts[after] == texts[places[going]]) & (after == places[going] + step)
            node = np.where(same_text, self._follow(node, self.word_of_type[codes[after]]), -1)
            going, node = going[node >= 0], node[node >= 0]
        places, longest = places[longest >= 0], longest[longest >= 0]
        free = _leftmost(places, places + self.sizes[longest])
        return places[free], longest[free]

    def _follow(self, nodes: np.ndarray, words: np.ndarray) -> np.ndarray:
        """The node that a word leads to from each node, -1 where there is none."""
        wanted = nodes.astype(np.int64) * self.n_words + words
        at = np.minimum(np.searchsorted(self.edges, wanted), len(self.edges) - 1)
        return np.where((self.edges[at] == wanted) & (words >= 0), self.targets[at], -1)


def _leftmost(starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """
    Which intervals are taken from left to right, leaving out those that begin inside one taken before.

    Examples
    --------
    >>> _leftmost(np.array([0, 2, 4, 9]), np.array([3, 5, 6, 11])).tolist()
    [True, False, True, True]
    """
    reach = np.maximum.accumulate(ends)
    taken = np.concatenate([[True], starts[1:] >= reach[:-1]])[: len(starts)]
    end = 0
    for number in np.flatnonzero(~taken).tolist():  # few: those that touch one before
        end = ends[number - 1] if taken[number - 1] else end
        taken[number] = starts[number] >= end
    return taken
