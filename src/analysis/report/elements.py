"""
What a notebook shows: findings, figures, tables, passages, Dutch terms with their gloss.

Each function returns a `Shown`, the last line of a cell; JupyterLab shows it, and `reports` sets it into a page.
Text is escaped: `str` never becomes markup. `Markup` (from `term`, `escape`, `mark_hits` or `fill`) is taken as it is.
"""

from __future__ import annotations

import base64
import html
import re
import string
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from analysis import inputs
from analysis.report import network_view
from analysis.report.glossary import gloss
from analysis.report.style import MARKERS, MUTED

if TYPE_CHECKING:
    import pandas as pd

Span = tuple[int, int] | tuple[int, int, str]

PASSAGE_COLUMNS = ("doc_id", "paragraph_id", "section", "text", "line_start", "line_end", "spans")


@dataclass(frozen=True)
class Shown:
    """One thing to show: its content by MIME type, and what `reports` must know of it."""

    data: Mapping[str, str]
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, str], dict[str, Any]]:
        return dict(self.data), dict(self.metadata)


def escape(value: object) -> Markup:
    """
    Any text as text, in markdown and in HTML alike: what it holds of markup is shown, not obeyed.

    All punctuation becomes character references, white space single blanks, so no line can start a list or a heading.

    Examples
    --------
    >>> escape("*nee*")
    Markup('&#42;nee&#42;')
    """
    one_line = " ".join(str(value).split())
    return Markup("".join(f"&#{ord(sign)};" if sign in string.punctuation else sign for sign in one_line))


def fill(template: str, *values: object, **named: object) -> Markup:
    """
    A sentence with values set in where braces stand; `Markup` as it is, all else escaped.

    Examples
    --------
    >>> fill("The 2018 text speaks of {} in {:.0%} of its sentences.", term("cyberaanval", {}), 0.125)
    Markup('The 2018 text speaks of <span lang="nl">cyberaanval</span> in 12% of its sentences.')
    """
    return Markup(template).format(*values, **named)


def term(word: str, glossary: Mapping[str, str], *, language: str = "nl") -> Markup:
    """
    A word in its language (none: unknown), and what it means in English; a word without a gloss stands plainly.

    Examples
    --------
    >>> term("cyberaanval", {"cyberaanval": "cyber attack"})
    Markup('<span lang="nl">cyberaanval</span> <span class="gloss">‘cyber attack’</span>')
    """
    shown = Markup('<span lang="{}">{}</span>').format(language, escape(word)) if language else escape(word)
    meaning = gloss(word, glossary)
    return shown + Markup(' <span class="gloss">‘{}’</span>').format(escape(meaning)) if meaning else shown


def finding(sentence: str, verdict: str, *, question: str = "") -> Shown:
    """
    What a notebook found, in a sentence with its numbers, and how sure it is; a page shows it below its title.

    `sentence` is markdown, like `prose`. Where a notebook is run several times, `question` is what this run asks, and
    the title of its page.
    """
    data = {"text/markdown": f"**Finding** ({verdict}). {sentence}", "text/plain": f"{plain(sentence)} ({verdict})"}
    return Shown(data, {"finding": {"sentence": str(sentence), "verdict": verdict, "question": str(question)}})


def prose(markdown: str) -> Shown:
    """
    Text with values in it. Put words from documents through `escape` or `term` first.

    Examples
    --------
    >>> prose("Three texts, **84** paragraphs in the first.").data["text/plain"]
    'Three texts, **84** paragraphs in the first.'
    """
    return Shown({"text/markdown": str(markdown), "text/plain": plain(markdown)})


def figure(svg: str, *, name: str, caption: str, alt: str) -> Shown:
    """
    A figure from the SVG that `exports.save_figure` returns.

    Parameters
    ----------
    name : str
        Its id on the page, for links.
    caption : str
        What the figure finds, in a sentence, then how to read it.
    alt : str
        For who does not see it: the kind of figure, what it compares, and what can be seen in it.
    """
    if not alt.strip() or not caption.strip():
        raise inputs.InputError(
            f"figure {name}", "an empty alt or caption", allowed="a sentence", remedy="Say what it shows."
        )
    width, height = _svg_size(svg)
    # The figure turns dark with the reader's system. JupyterLab's theme may not: there it brings its own ground.
    image = Markup(
        '<figure class="plot" id="{}"><div class="scroll" tabindex="0" role="group" aria-label="Figure: {}"'
        ' style="color-scheme: light dark; background: Canvas"><img style="--width: {}px" width="{}" height="{}"'
        ' alt="{}" src="{}"></div><figcaption>{}</figcaption></figure>'
    ).format(name, name.replace("-", " "), width, width, height, alt, _data_uri("image/svg+xml", svg), caption)
    return Shown({"text/html": str(image), "text/plain": f"Figure {name}: {alt}"})


def network(data: Mapping[str, Any], *, name: str, caption: str, alt: str, svg: str) -> Shown:
    """
    A network to explore: on a page one can walk it, search it and read the passages behind it; elsewhere a figure.

    Parameters
    ----------
    data : mapping, see `network_view.check_network`
        Its ``passages`` must stand on the same page, shown by `passages`.
    name, caption, alt : as for `figure`
    svg : str
        The same network as a figure, which `exports.save_figure` returned.

    Raises
    ------
    InputError : if something of the network is missing or cannot be drawn; names the key
    """
    still = figure(svg, name=name, caption=caption, alt=alt)
    view = network_view.check_network(_with_markers(data), f"network {name}")
    words = {"name": name, "caption": str(Markup("{}").format(caption)), "alt": alt}
    return Shown(still.data, {"network": {**view, **words}})


def _with_markers(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same network, each theme with its marker."""
    themes = [{"marker": MARKERS[place % len(MARKERS)], **theme} for place, theme in enumerate(data.get("themes", []))]
    return {**data, "themes": themes}


def table(
    frame: pd.DataFrame,
    *,
    caption: str,
    formats: Mapping[str, str] | None = None,
    dutch: Collection[str] = (),
    glossary: Mapping[str, str] | None = None,
    csv: str | None = None,
    name: str = "table",
    language: str = "nl",
) -> Shown:
    """
    A table with a caption; its first column names the rows. The index is not shown.

    Parameters
    ----------
    formats : mapping from column to format specification
        ``{"share": ".1%"}``. Elsewhere floats get three significant digits, whole numbers from 10,000 separators.
    dutch : columns in Dutch
        Each cell is marked as Dutch, and followed by its gloss where `glossary` has it.
    csv : str
        What `exports.save_table` returned: offered for download as ``<name>.csv``.
    """
    columns = list(frame.columns)
    numeric = [frame[column].dtype.kind in "iuf" for column in columns]
    head = [
        Markup('<th scope="col"{}>{}</th>').format(_number_class(right), str(column).replace("_", " "))
        for column, right in zip(columns, numeric, strict=True)
    ]
    for column in (*(formats or {}), *dutch):
        inputs.check_choice(column, f"table {name}, column", columns)
    show: dict[Any, Callable[[Any], object]]
    show = {column: partial(_cell, specification=(formats or {}).get(column, "")) for column in columns}
    show |= {column: partial(term, glossary=glossary or {}, language=language) for column in dutch}
    cells = zip(*(map(show[column], frame[column]) for column in columns), strict=True)
    rows = [_row(one, numeric) for one in cells]
    body = Markup(
        '<div class="table"><div class="scroll" tabindex="0" role="region" aria-label="Table: {}">'
        "<table><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>{}</div>"
    ).format(plain(caption), caption, Markup("").join(head), Markup("").join(rows), _download(csv, name))
    return Shown({"text/html": str(body), "text/plain": f"{plain(caption)}\n{frame.to_string(index=False)}"})


def fold(shown: Shown, summary: str) -> Shown:
    """
    The same thing folded away, opened by a click on its summary: for long tables that few readers want.

    Examples
    --------
    >>> fold(Shown({"text/html": "<p>x</p>", "text/plain": "x"}), "All words").data["text/html"]
    '<details class="fold"><summary>All words</summary><p>x</p></details>'
    """
    body = Markup('<details class="fold"><summary>{}</summary>{}</details>').format(
        summary, Markup(shown.data["text/html"])
    )
    return Shown({**shown.data, "text/html": str(body)}, shown.metadata)


def mark_hits(text: str, spans: Iterable[Span], glossary: Mapping[str, str] | None = None) -> Markup:
    """
    A text with its hits marked; hits that overlap become one. Hover shows the gloss of a hit.

    Each span is (start, end), offsets in `text`, or (start, end, term), where `term` is what the glossary knows the
    hit by: ``cyberaanval`` for *cyberaanvallen*.

    Examples
    --------
    >>> mark_hits("Twee cyberaanvallen.", [(5, 19, "cyberaanval")], {"cyberaanval": "cyber attack"})
    Markup('Twee <mark title="cyber attack">cyberaanvallen</mark>.')
    """
    pieces, position = [], 0
    for start, end, known_as in _union(spans, text):
        meaning = gloss(known_as, glossary or {})
        title = Markup(' title="{}"').format(meaning) if meaning else ""
        pieces += [html.escape(text[position:start]), Markup("<mark{}>{}</mark>").format(title, text[start:end])]
        position = end
    return Markup("".join([*pieces, html.escape(text[position:])]))


def passages(
    frame: pd.DataFrame,
    *,
    documents: Mapping[str, str],
    glossary: Mapping[str, str] | None = None,
    colour: str = MUTED,
    limit: int = 20,
    name: str = "p",
    language: str = "nl",
) -> Shown:
    """
    Paragraphs with their hits marked, folded by text; each can be linked to as ``#p-2014-001``.

    Parameters
    ----------
    frame : DataFrame, one row per paragraph, in the order in which they are shown
        Columns `PASSAGE_COLUMNS`; ``spans`` holds what `mark_hits` takes.
    documents : mapping from doc_id to what the text is called, in the order in which they are shown
    colour : str
        The theme's colour, ``#rrggbb``, under each hit; hits are bold as well.
    limit : int
        At most so many passages per text; where some are left out, that is said.
    name : str
        Start of the ids: give another one when a page shows the same paragraph twice.
    """
    lacking = [column for column in PASSAGE_COLUMNS if column not in frame.columns]
    if lacking:
        raise ValueError(
            f"passages needs the columns {', '.join(PASSAGE_COLUMNS)}, but the frame lacks {', '.join(lacking)}."
        )
    folds = []
    for doc_id, label in documents.items():
        rows = frame[frame["doc_id"] == doc_id]
        shown = [_passage(row, glossary or {}, name, language) for row in rows.head(limit).itertuples()]
        folds.append(_fold(shown, label, len(rows)))
    body = Markup('<div class="passages" style="--theme: {}">{}</div>').format(colour, Markup("").join(folds))
    return Shown({"text/html": str(body), "text/plain": f"{len(frame)} passages"})


def _fold(shown: Sequence[Markup], label: str, total: int) -> Markup:
    """The passages of one text, folded; a text without passages gets a line instead."""
    if not total:
        return Markup('<p class="none">{}: no passage.</p>').format(label)
    cut = Markup('<p class="cut">The first {} of {} passages are shown.</p>').format(len(shown), total)
    return Markup('<details class="fold"><summary>{} <span class="count">{} {}</span></summary>{}{}</details>').format(
        label,
        total,
        "passage" if total == 1 else "passages",
        cut if total > len(shown) else "",
        Markup("").join(shown),
    )


def _passage(row: Any, glossary: Mapping[str, str], name: str, language: str) -> Markup:
    """One paragraph, and below it where it stands and what its marked words mean."""
    section = term(row.section, glossary, language=language) + ", " if row.section else ""
    first, last = int(row.line_start), int(row.line_end)
    words = {
        known_as.casefold(): known_as for _, _, known_as in _union(row.spans, row.text) if gloss(known_as, glossary)
    }
    glossed = [term(word, glossary, language=language) for _, word in sorted(words.items())]
    return Markup(
        '<div class="passage" id="{}-{}"><blockquote lang="{}"><p>{}</p></blockquote><p class="source">{}{}{}</p></div>'
    ).format(
        name,
        row.paragraph_id,
        language,
        mark_hits(row.text, row.spans, glossary),
        section,
        f"line {first}" if first == last else f"lines {first}–{last}",
        Markup(". Marked: {}").format(Markup(", ").join(glossed)) if glossed else "",
    )


def _union(spans: Iterable[Span], text: str) -> list[tuple[int, int, str]]:
    """Spans in order, those that overlap joined, each with the term it is known by."""
    joined: list[tuple[int, int, str]] = []
    for start, end, *rest in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not 0 <= start < end <= len(text):
            raise ValueError(
                f"The span ({start}, {end}) lies outside a text of {len(text)} characters. Use its own offsets."
            )
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]), joined[-1][2])
        else:
            joined.append((int(start), int(end), str(rest[0]) if rest else text[start:end]))
    return joined


def _row(cells: Sequence[object], numeric: Sequence[bool]) -> Markup:
    first = Markup('<th scope="row"{}>{}</th>').format(_number_class(numeric[0]), cells[0])
    rest = [
        Markup("<td{}>{}</td>").format(_number_class(right), cell)
        for cell, right in zip(cells[1:], numeric[1:], strict=True)
    ]
    return Markup("<tr>{}</tr>").format(Markup("").join([first, *rest]))


def _number_class(numeric: bool) -> Markup:
    return Markup(' class="number"') if numeric else Markup("")


def _cell(value: Any, specification: str) -> object:
    """What stands in a cell: a dash for nothing, years as they are (2014), floats short, a true minus sign."""
    if isinstance(value, Markup | str):
        return value
    if value is None or value != value:  # NaN and NaT differ from themselves
        return "–"
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    if isinstance(value, bool) or kind == "b":
        return "yes" if value else "no"
    if hasattr(value, "isoformat"):
        return f"{value:%Y-%m-%d}"
    whole = isinstance(value, int) or (kind and kind in "iu")
    usual = "," if abs(value) >= 10_000 else "d"
    return format(value, specification or (usual if whole else ".3g")).replace("-", "−")


def _download(csv: str | None, name: str) -> Markup:
    if csv is None:
        return Markup("")
    link = '<p class="download"><a href="{}" download="{}.csv">Download this table (CSV, {}.csv)</a></p>'
    return Markup(link).format(_data_uri("text/csv;charset=utf-8", csv), name, name)


def _data_uri(kind: str, text: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(text.encode()).decode()}"


def _svg_size(svg: str) -> tuple[int, int]:
    """Width and height in CSS pixels, of which a point has 4/3."""
    size = re.search(r'<svg[^>]*? width="([\d.]+)pt" height="([\d.]+)pt"', svg)
    if size is None:
        raise ValueError(
            "figure needs the SVG text that exports.save_figure returns, with its width and height in points."
        )
    return round(float(size[1]) * 4 / 3), round(float(size[2]) * 4 / 3)


def plain(text: object) -> str:
    """Text without tags and character references, for consoles and labels."""
    return html.unescape(re.sub(r"</?\w[^>]*>", "", str(text)))
