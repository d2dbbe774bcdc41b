"""
Keywords in context (KWIC): every place where words stand, with the words around them.

No page uses it; it is for reading the texts in a notebook (see the recipes in the README).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.corpus.tokens import Tokens, compile_word, encode_tokens, token_spans
from analysis.inputs import InputError, check_at_least

COLUMNS = ["docname", "from", "to", "pre", "keyword", "post", "pattern"]


def kwic(texts: pd.Series, pattern: str | Sequence[str], *, window: int = 5) -> pd.DataFrame:
    """
    Where a word or phrase stands, with up to `window` tokens before and after, as a table like quanteda's ``kwic``.

    Context is shown as it stands in the text, with its punctuation, and ends where the text does.

    Parameters
    ----------
    texts : Series of texts, index their names
        ``corpus.sentences.set_index("sentence_id")["text"]``, or whole paragraphs.
    pattern : one pattern or several
        Words with a space between them. As in the theme dictionary, ``*`` in a word stands for any letters and alone
        for any one word, and a word in capitals matches capitals only.

    Returns
    -------
    DataFrame, one row per place, in reading order
        ``docname``; ``from`` and ``to`` (first and last token of the keyword, 1 = first of the text; punctuation is no
        token); ``pre``, ``keyword``, ``post``; ``pattern`` (which one it matches; a place may match several).

    Raises
    ------
    InputError : if a pattern is empty or has a gap (``...``), or `window` is negative

    Examples
    --------
    >>> texts = pd.Series({"s1": "Wij sluiten de grens (in 2020), niet de grenzen van de EU."})
    >>> kwic(texts, "grens", window=2)[["from", "to", "pre", "keyword", "post"]].to_numpy().tolist()
    [[4, 4, 'sluiten de', 'grens', '(in 2020']]
    >>> kwic(texts, "de gren*", window=1)[["from", "to", "keyword"]].to_numpy().tolist()
    [[3, 4, 'de grens'], [8, 9, 'de grenzen']]
    """
    check_at_least("window", window, 0)
    patterns = [pattern] if isinstance(pattern, str) else list(pattern)
    for words in patterns:
        _check_pattern(words)
    tokens, whole = encode_tokens(list(texts)), list(texts)
    matches = [
        (at, len(words), number)
        for number, words in enumerate(pattern.split() for pattern in patterns)
        for at in _find(tokens, words)
    ]
    spans = {text: token_spans(whole[text]) for text in {_text_of(tokens, at) for at, _, _ in matches}}
    rows = []
    for at, size, number in sorted(matches):
        text = _text_of(tokens, at)
        first = at - int(tokens.bounds[text])
        pieces = _cut(whole[text], spans[text], first, first + size, window)
        rows.append((texts.index[text], first + 1, first + size, *pieces, patterns[number]))
    return pd.DataFrame(rows, columns=COLUMNS)


def _text_of(tokens: Tokens, at: int) -> int:
    """The text in which a token stands."""
    return int(np.searchsorted(tokens.bounds, at, side="right")) - 1


def _find(tokens: Tokens, words: Sequence[str]) -> list[int]:
    """The tokens at which a run of words begins, none of which reaches into the next text."""
    n = len(tokens.codes) - len(words) + 1
    if n < 1:
        return []
    fits = np.ones(n, dtype=bool)
    for step, word in enumerate(words):
        matches = compile_word(word).fullmatch
        of_type = np.fromiter((matches(kind) is not None for kind in tokens.types), dtype=bool, count=len(tokens.types))
        fits &= of_type[tokens.codes[step : step + n]]
    places = np.flatnonzero(fits)
    begin, end = (np.searchsorted(tokens.bounds, at, side="right") for at in (places, places + len(words) - 1))
    return places[begin == end].tolist()


def _cut(text: str, spans: Sequence[tuple[int, int]], first: int, last: int, window: int) -> tuple[str, str, str]:
    """The text before, of and after the tokens `first` to `last` (not included), white space made one blank."""
    begin, end = spans[max(0, first - window)][0], spans[min(len(spans), last + window) - 1][1]
    from_keyword, to_keyword = spans[first][0], spans[last - 1][1]
    pieces = text[begin:from_keyword], text[from_keyword:to_keyword], text[to_keyword:end]
    pre, keyword, post = (" ".join(piece.split()) for piece in pieces)
    return pre, keyword, post


def _check_pattern(pattern: str) -> None:
    words = pattern.split()
    if not words or "..." in words:
        allowed = "words, with * in a word or alone"
        raise InputError("pattern", repr(pattern), allowed=allowed, remedy="Give the words, or several patterns.")
