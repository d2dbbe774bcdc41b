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
