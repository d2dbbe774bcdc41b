"""The tables of a corpus: their columns and types."""

from __future__ import annotations

from typing import Any

import pandas as pd

TEXT, WHOLE = "str", "int64"
SCHEMAS: dict[str, dict[str, str]] = {
    "documents": dict.fromkeys(("doc_id", "title"), TEXT)
    | {"date": "datetime64[s]"}
    | dict.fromkeys(("kind", "language", "format", "reference", "file", "sha256", "source", "licence"), TEXT),
    "sections": dict.fromkeys(("section_id", "doc_id", "parent"), TEXT)
    | {"level": WHOLE, "number": TEXT, "title": TEXT, "line": WHOLE, "order": WHOLE},
    "paragraphs": dict.fromkeys(("paragraph_id", "doc_id", "section_id"), TEXT)
    | {"order": WHOLE, "text": TEXT, "line_start": WHOLE, "line_end": WHOLE, "emphasis": "object"},
    "sentences": dict.fromkeys(("sentence_id", "paragraph_id", "section_id", "doc_id"), TEXT)
    | {"order": WHOLE, "start": WHOLE, "end": WHOLE, "text": TEXT, "line": WHOLE},
    "footnotes": dict.fromkeys(("footnote_id", "doc_id"), TEXT)
    | {"number": WHOLE, "text": TEXT, "paragraph_id": TEXT, "offset": WHOLE, "line_start": WHOLE, "line_end": WHOLE},
    "lines": {"doc_id": TEXT, "line": WHOLE, "role": TEXT, "part_id": TEXT},
}


def make_table(name: str, rows: list[Any]) -> pd.DataFrame:
    """
    A table of the corpus from its rows, with the columns and types of `SCHEMAS`.

    Parameters
    ----------
    name : a key of `SCHEMAS`
    rows : tuples in the order of the columns, or mappings by column
    """
    return pd.DataFrame(rows, columns=list(SCHEMAS[name])).astype(SCHEMAS[name])
