"""
A table as it travels to a page: numbers as numbers, words with their language and gloss, links, and how to show them.

A cell is a number, a text, true or false, or nothing; or a mapping with a ``value`` and what else there is to it:
``lang`` and ``gloss`` of a word, the ``theme`` whose label it is, the address ``href`` it leads to, the ``passages``
behind it (ids of paragraphs by text); or a list of such cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from analysis import inputs
from analysis.report import cells
from analysis.report.files import plain_values
from analysis.report.passages import show_word
from analysis.report.render import plain

if TYPE_CHECKING:
    import pandas as pd
    from pandas.io.formats.style import Styler

    from analysis.report.report import Study

MOST_ROWS = 100  # rows that JupyterLab shows; a page shows all


def show_table(
    frame: pd.DataFrame,
    study: Study,
    *,
    columns: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    formats: Mapping[str, str] | None = None,
    roles: Mapping[str, str] | None = None,
    templates: Mapping[str, str] | None = None,
    links: Mapping[str, Iterable[str | Sequence[str]]] | None = None,
    where: str = "table",
) -> dict[str, Any]:
    """
    The columns and rows of a table as a page needs them; parameters as in `analysis.report.Report.table`.

    Returns
    -------
    dict
        ``columns``, each with its ``label``, whether it is ``numeric`` (set to the right) and its ``format``; one that
        joins several also with ``parts`` (the texts between them) and their ``formats``; ``rows``, lists of cells.

    Raises
    ------
    InputError : if a column is named that the table does not have, or a role is unknown
    """
    joined = {**cells.TEMPLATES, **(templates or {})}
    known = [str(column) for column in frame.columns]
    extra = [column for column in (*(templates or {}), *(links or {})) if column not in known]
    chosen = list(columns) if columns is not None else list(dict.fromkeys([*known, *extra]))
    for column in (*chosen, *(labels or {}), *(formats or {}), *(roles or {})):
        inputs.check_choice(column, f"{where}, column", [*known, *joined, *extra])
    maker = _Cells(frame.set_axis(known, axis=1), study, formats or {}, roles or {}, where)
    made = [maker.column(column, joined) for column in chosen]
    for (_, values), column in zip(made, chosen, strict=True):
        if links and column in links:
            values[:] = [_link(value, target) for value, target in zip(values, links[column], strict=True)]
    heads = [
        {"label": (labels or {}).get(name, cells.label_of(name)), **head}
        for name, (head, _) in zip(chosen, made, strict=True)
    ]
    rows: list[list[Any]] = plain_values([list(row) for row in zip(*(values for _, values in made), strict=True)])
    return {"columns": heads, "rows": rows}


class _Cells:
    """The cells of one table, made column by column."""

    def __init__(
        self, frame: pd.DataFrame, study: Study, formats: Mapping[str, str], roles: Mapping[str, str], where: str
    ):
        self.frame, self.study, self.formats, self.where = frame, study, formats, where
        self.roles = {**cells.ROLES, **roles}
        self.codes = {text: language.code for text, language in study.languages.items()}
        self.languages = row_languages(frame, self.codes)

    def column(self, column: str, templates: Mapping[str, str]) -> tuple[dict[str, Any], list[Any]]:
        """How a column is shown, and its cells."""
        if column in self.frame.columns:
            return {"numeric": self.kind(column) in "iuf", "format": self.format(column)}, self.values(column)
        if column not in templates:  # links alone
            return {"numeric": False, "format": ""}, [None] * len(self.frame)
        parts = cells.split_template(templates[column])
        fields = [inputs.check_choice(one, f"{self.where}, {column}", self.frame.columns) for one in parts[1::2]]
        missing = self.frame[fields].isna().any(axis=1)
        rows = zip(*(self.values(field) for field in fields), strict=True)
        values = [None if empty else list(row) for empty, row in zip(missing, rows, strict=True)]
        head = {"numeric": all(self.kind(field) in "iuf" for field in fields), "format": ""}
        return {**head, "parts": parts[::2], "formats": [self.format(field) for field in fields]}, values

    def kind(self, column: str) -> str:
        return str(self.frame[column].dtype.kind)

    def format(self, column: str) -> str:
        usual = cells.format_of(column, list(self.frame.columns), self.formats)
        return usual if column in self.formats or self.kind(column) == "f" else ""

    def values(self, column: str) -> list[Any]:
        """The cells of a column of the table, by its role."""
        role = "plain" if self.kind(column) in "iufb" else self.roles.get(column, "plain")
        inputs.check_choice(role, f"{self.where}, role of {column}", cells.ROLE_NAMES)
        values = [_scalar(value) for value in self.frame[column]]
        if role == "theme":
            return [self.theme(value) for value in values]
        if role in ("word", "words"):
            own = self.codes.get(column)  # a column for each text holds words of that text
            languages = self.languages if own is None else [own] * len(values)
            show = self.word if role == "word" else self.words
            return [show(value, language) for value, language in zip(values, languages, strict=True)]
        return values

    def theme(self, value: Any) -> Any:
        """A theme, by its name or label, as its label; what is no theme stays as it is."""
        known = next((theme for theme in self.study.themes if value in (theme.name, theme.label)), None)
        return {"value": known.label, "theme": known.name} if known else value

    def word(self, value: Any, language: str) -> Any:
        """A word with its language and gloss; the label of a theme, which is no word of a text, stays as it is."""
        labels = [theme.label for theme in self.study.themes]
        return show_word(value, self.study.glossary, language) if value and value not in labels else value

    def words(self, value: Any, language: str) -> Any:
        listed = value.split("; ") if isinstance(value, str) else value or []
        return [self.word(one, language) for one in listed if one]


def row_languages(frame: pd.DataFrame, codes: Mapping[str, str]) -> list[str]:
    """
    The language of the words in each row: that of its text, or the one that all texts share; else empty.

    Parameters
    ----------
    frame : DataFrame, which may name a text in ``doc_id`` or ``text``
    codes : mapping of text to the code of its language
    """
    for column in ("doc_id", "text"):
        if column in frame.columns and frame[column].isin(list(codes)).all():
            return [codes[text] for text in frame[column]]
    shared = next(iter(codes.values())) if len(set(codes.values())) == 1 else ""
    return [shared] * len(frame)


def style_table(view: Mapping[str, Any], name: str = "") -> Styler:
    """The first rows of a table as a Styler of pandas: what JupyterLab shows of it."""
    import pandas as pd

    columns, rows = view["columns"], view["rows"][:MOST_ROWS]
    frame = pd.DataFrame([pd.Series(row, dtype=object) for row in rows], columns=range(len(columns)), dtype=object)
    cut = f" (the first {MOST_ROWS} of {len(view['rows'])} rows)" if len(view["rows"]) > MOST_ROWS else ""
    show = {
        place: lambda value, column=column: escape(content_text(value, column)) for place, column in enumerate(columns)
    }
    left = ",".join(f".col{place}" for place, column in enumerate(columns) if not column["numeric"])
    styles = [{"selector": left, "props": "text-align: left"}] if left else []
    styler = frame.style.format(show).hide(axis="index").set_caption(f"{view['caption']}{cut}")
    styler = styler.set_table_styles(styles).set_uuid(name or "table")
    return styler.relabel_index([str(escape(column["label"])) for column in columns], axis=1)


def table_text(view: Mapping[str, Any]) -> str:
    """The first rows of a table as plain text, below its caption."""
    import pandas as pd

    columns, rows = view["columns"], view["rows"][:MOST_ROWS]
    texts = [[content_text(value, column) for value, column in zip(row, columns, strict=True)] for row in rows]
    frame = pd.DataFrame(texts, columns=[column["label"] for column in columns])
    return f"{plain(view['caption'])}\n{frame.to_string(index=False)}"


def content_text(value: Any, column: Mapping[str, Any]) -> str:
    """What stands in a cell, as plain text."""
    if "parts" not in column or value is None:
        return _text(value, column["format"])
    first, *rest = column["parts"]
    fields = [_text(one, form) for one, form in zip(value, column["formats"], strict=True)]
    return str(first) + "".join(field + text for field, text in zip(fields, rest, strict=True))


def _text(cell: Any, form: str) -> str:
    if isinstance(cell, list):
        return ", ".join(_text(one, form) for one in cell) or "–"
    if not isinstance(cell, Mapping):
        return cells.format_value(cell, form)
    parts = [cells.format_value(cell["value"], form)] if "value" in cell else []
    parts += [f"‘{cell['gloss']}’"] if cell.get("gloss") else []
    by_text = {text: ", ".join(_number(one) for one in ids) for text, ids in cell.get("passages", {}).items()}
    return " ".join([*parts, "; ".join(f"{text}: {numbers}" for text, numbers in by_text.items())]).strip() or "–"


def _number(paragraph: str) -> str:
    """The number of a paragraph, from its id: ``17`` of ``2014-017``."""
    return paragraph.rsplit("-", 1)[-1].lstrip("0")


def _link(cell: Any, target: str | Sequence[str]) -> Any:
    """A cell that leads to an address, or to passages on the same page."""
    whole = dict(cell) if isinstance(cell, Mapping) else {} if cell is None else {"value": cell}
    if isinstance(target, str):
        return {**whole, "href": target}
    by_text: dict[str, list[str]] = {}
    for paragraph in target:
        by_text.setdefault(paragraph.rsplit("-", 1)[0], []).append(paragraph)
    return {**whole, "passages": by_text}


def _scalar(value: Any) -> Any:
    """A value of a table as JSON knows it; a date as its day."""
    if hasattr(value, "date"):
        return None if value != value else value.date().isoformat()
    if isinstance(value, Markup):
        return str(value)
    return None if isinstance(value, float) and value != value else value
