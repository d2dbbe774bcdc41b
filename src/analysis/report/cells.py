"""How the cells of a table are shown, by the name of their column: one place for labels, formats and roles."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

# Format specifications of Python; one that ends in ``pp`` is for percentage points (0.08 with ``+.0pp``: +8).
# The first pattern that fits counts, and only for columns of floats: a count named like a share stays a count.
FORMATS = {
    **dict.fromkeys(("p", "p_*", "*_p", "q"), ".3f"),
    **dict.fromkeys(("share*", "*_share", "window_*", "composition", "lost", "same_sign", "significant"), ".0%"),
    "difference": "+.0pp",
    "log_ratio": "+.1f",
    **dict.fromkeys(("g2", "bic", "lift", "per_1000", "expected", "run_length", "median_effect"), ".1f"),
    "effective_n": ".0f",
    **dict.fromkeys(("precision", "recall", "f1", "alpha", "rho", "npmi", "ari", "stability", "similarity"), ".2f"),
    **dict.fromkeys(("participation", "quantile", "chance"), ".2f"),
}

# What a column is called, where its name is not what readers are told. Elsewhere ``_`` becomes a blank.
LABELS = {
    "doc_id": "text",
    "before": "from",
    "after": "to",
    "p_adjusted": "adjusted p",
    "g2": "G²",
    "bic": "BIC",
    "f1": "F1",
}

# What the cells of a column are: the name or label of a ``theme``, a ``word`` or phrase of a text, several ``words``
# (a list, or joined by semicolons), or ``plain``.
ROLES = {
    "theme": "theme",
    **dict.fromkeys(("word", "term", "surface", "title"), "word"),
    "words": "words",
}
ROLE_NAMES = ("theme", "word", "words", "plain")

# Columns that are not in a table but are asked of it: several of its columns in one cell.
TEMPLATES = {"interval": "{low} to {high}"}

END = re.compile(r"(?:(.+)_)?(?:low|high)")
FIELD = re.compile(r"\{(\w+)\}")


def label_of(column: str) -> str:
    """
    What readers are told a column is.

    Examples
    --------
    >>> label_of("doc_id"), label_of("share_paragraphs")
    ('text', 'share paragraphs')
    """
    return LABELS.get(column, column.replace("_", " "))


def format_of(column: str, columns: Sequence[str], given: Mapping[str, str]) -> str:
    """
    The format of a column: the one that is `given`, else by its name; an end of an interval has that of its estimate.

    The estimate of ``recall_low`` is ``recall``; that of ``low`` and ``high`` is the column that stands before them.

    Parameters
    ----------
    columns : all columns of the table, in their order
    given : formats that override `FORMATS`, by column

    Returns
    -------
    str, a format specification; empty: as `format_value` does it by itself

    Examples
    --------
    >>> [format_of(name, ["difference", "low", "high"], {}) for name in ("difference", "high")]
    ['+.0pp', '+.0pp']
    """
    if column in given:
        return given[column]
    end = END.fullmatch(column)
    if end and not end[1]:
        before = [name for name in columns[: list(columns).index(column)] if not END.fullmatch(name)]
        return format_of(before[-1], columns, given) if before else ""
    named = next((form for pattern, form in FORMATS.items() if fnmatchcase(column, pattern)), "")
    return named or (format_of(end[1], columns, given) if end else "")


def format_value(value: Any, specification: str = "") -> str:
    """
    A value as readers see it: a dash for nothing, years as they are, floats short, a true minus sign.

    Parameters
    ----------
    specification : str
        Empty: whole numbers from 10,000 get separators, floats three significant digits.

    Examples
    --------
    >>> [format_value(2014), format_value(74000), format_value(-0.123456), format_value(None), format_value(True)]
    ['2014', '74,000', '−0.123', '–', 'yes']
    >>> format_value(0.125, ".0%"), format_value(-0.034, "+.0pp")
    ('12%', '−3')
    """
    if isinstance(value, str):
        return value
    if value is None or value != value:  # NaN differs from itself
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if specification.endswith("pp"):
        value, specification = 100 * value, specification.removesuffix("pp") + "f"
    usual = ".3g" if isinstance(value, float) else "," if abs(value) >= 10_000 else "d"
    return format(value, specification or usual).replace("-", "−")


def split_template(template: str) -> list[str]:
    """
    A template as texts and names of columns, in turn.

    Examples
    --------
    >>> split_template("{low} to {high}")
    ['', 'low', ' to ', 'high', '']
    """
    return FIELD.split(template)
