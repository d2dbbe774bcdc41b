"""Words of generated sentences: lists, plurals."""

from __future__ import annotations


def join_words(parts: list[str]) -> str:
    """
    A list as it is read: ``a, b and c``.

    Examples
    --------
    >>> join_words(["a", "b", "c"])
    'a, b and c'
    """
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def count_noun(number: int, noun: str) -> str:
    """
    A number and its noun: ``1 text``, ``2 texts`` (for nouns whose plural ends in s).

    Examples
    --------
    >>> count_noun(1, "text"), count_noun(0, "text")
    ('1 text', '0 texts')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
