"""Words of generated sentences: lists, plurals, numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def join_words(parts: Sequence[str]) -> str:
    """
    A list as it is read: ``a, b and c``.

    Examples
    --------
    >>> join_words(["a", "b", "c"])
    'a, b and c'
    """
    return "".join(parts) if len(parts) < 2 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def count_noun(number: int, noun: str) -> str:
    """
    A number and its noun: ``1 text``, ``2 texts`` (for nouns whose plural ends in s).

    Examples
    --------
    >>> count_noun(1, "text"), count_noun(0, "text")
    ('1 text', '0 texts')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def verb(number: int, singular: str) -> str:
    """
    A verb that fits a number, from its form for one thing.

    Examples
    --------
    >>> [verb(number, form) for number, form in ((1, "stays"), (2, "stays"), (3, "vanishes"), (0, "is"))]
    ['stays', 'stay', 'vanish', 'are']
    """
    if number == 1:
        return singular
    if singular == "is":
        return "are"
    return singular.removesuffix("es") if singular.endswith(("shes", "sses")) else singular.removesuffix("s")


def spell_noun(number: int, noun: str) -> str:
    """
    A number and its noun, the number in words up to twelve.

    Examples
    --------
    >>> spell_noun(1, "text"), spell_noun(3, "text"), spell_noun(40, "text")
    ('one text', 'three texts', '40 texts')
    """
    word = NUMBERS[number] if 0 <= number < len(NUMBERS) else f"{number:,}"
    return f"{word} {noun}" if number == 1 else f"{word} {noun}s"


def list_points(texts: Iterable[str]) -> str:
    """
    Texts as a list in markdown, one a point; nothing of none.

    Examples
    --------
    >>> list_points(["One.", "Two."])
    '- One.\\n- Two.'
    """
    return "\n".join(f"- {text}" for text in texts)
