"""Multi-word phrases in encoded tokens, joined into one term each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np


@dataclass(frozen=True)
class Phrases:
    """Phrases as a trie (a tree of words) for some `Tokens`: all tokens are compared with all phrases at once."""

    word_of_type: np.ndarray  # (n_types,), number of the word among those of phrases, -1 = in none
    node_of_type: np.ndarray  # (n_types,), the node a token leads to as first word, -1 = begins none
    edges: np.ndarray  # (n_edges,), sorted: node * n_words + word
    targets: np.ndarray  # (n_edges,), the node it leads to
    phrase_of_node: np.ndarray  # (n_nodes,), the phrase that ends there, -1 = none
    sizes: np.ndarray  # (n_phrases,), words of each phrase
    n_words: int

    @classmethod
    def of(cls, phrases: Sequence[Sequence[str]], types: Sequence[str]) -> Phrases:
        """The trie of `phrases`, lists of words in lower case, each of two words or more."""
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
        codes, texts : arrays, one entry per token
            Its type, and the text it stands in: a phrase does not reach into the next text.

        Returns
        -------
        Two arrays, one entry per match: the place of its first word in `codes`, and the number of the phrase

        Examples
        --------
        >>> from analysis.corpus.tokens import encode_tokens
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
