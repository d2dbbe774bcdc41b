"""
From executed notebooks to pages: one self-contained HTML file per run, and an index that gives the reading order.

A page asks for nothing outside itself and holds no script; only one with a network does, ``template/network.js``.
Markup comes from markdown and from templates; whatever else stands in an output (text of a document, say) is shown as
text: `analysis.report.sanitise` lists the tags and attributes that are allowed, and the Content-Security-Policy of the
page, which knows that one script by its checksum, is the second wall.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from analysis import inputs
from analysis.report.about import About
from analysis.report.files import PLACES
from analysis.report.render import data_uri, render_view
from analysis.report.sanitise import clean_output, clean_text

if TYPE_CHECKING:
    import pandas as pd
    from nbformat import NotebookNode

PASSAGES = "s-the-passages"  # the section of a theme's page to which its name leads
HIDDEN = {"parameters", "injected-parameters"}  # tags of cells whose content the foot of the page gives

ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}")
FOLDER = re.compile(r"(?<![\w./<:])(?:/(?:tmp|home|root|Users|var|usr|opt|private)/|[A-Z]:\\)[^\s'\"<>]*")
EMBEDDED = re.compile(r"data:[\w/+.;=-]+,[A-Za-z0-9+/=]*")


@dataclass(frozen=True)
class Page:
    """One page of the study: its run (``03_theme-cyber``), the question it asks, its short name in the navigation."""

    run: str
    title: str
    label: str
    group: str = ""  # pages of a group stand together on the index, under this heading
    theme: str = ""  # the theme whose page it is: other pages lead to its passages by that


@dataclass
class Section:
    """What stands under one heading: its cells in order. The first section has no heading."""

    heading: str = ""
    anchor: str = ""
    cells: list[NotebookNode] = field(default_factory=list)

    @property
    def code(self) -> str:
        """The code that made this section, cells that only set parameters left out."""
        return "\n\n".join(cell.source for cell in self.cells if cell.cell_type == "code" and _shows_code(cell))

    @property
    def shows(self) -> bool:
        """Whether any of its cells of code shows something, or it has none: text alone is there to be read."""
        code = [cell for cell in self.cells if cell.cell_type == "code"]
        return not code or not all(map(_is_silent, code))

    def drop_introductions(self) -> Section:
        """The section without each text after which cells of code follow that were to show something and do not."""
        groups: list[list[NotebookNode]] = [[]]
        for cell in self.cells:
            if cell.cell_type == "markdown":
                groups.append([])
            groups[-1].append(cell)
        kept = [cell for group in groups for cell in (group[1:] if _introduces_nothing(group) else group)]
        return Section(self.heading, self.anchor, kept)


def render_page(
    notebook: NotebookNode,
    *,
    run: str,
    pages: Sequence[Page],
    provenance: Mapping[str, Any],
    about: About | None = None,
) -> str:
    """
    An executed notebook as a page; a section whose cells show nothing is left out, unless it is the first or the last.

    Parameters
    ----------
    notebook : NotebookNode
        Its first cell is markdown that opens with ``# `` and the question.
    run : str
        Which of `pages` this is.
    provenance : mapping
        ``notebook`` (file name), ``parameters`` (mapping), ``data`` (file name to sha256), ``lock`` (sha256) and
        ``versions`` (name to version); what is absent is not shown, nor are the parameters `PLACES`.
    about : About
        What the study says of itself: the foot of the page has its sources.

    Raises
    ------
    InputError : if an output is an error, a warning, a figure without alt, an unnamed object or a bare table, or if
        the page would show a folder of this machine; names the cell
    """
    position = _position(run, pages)
    _check_outputs(notebook, run)
    title, sections = _sections(notebook, run)
    views = list(_views(notebook))
    findings = [view for view in views if view["kind"] == "finding"]
    page = {
        "title": next((one["question"] for one in findings if one.get("question")), title),
        "findings": findings,
        "sections": [
            *sections[:1],
            *(one.drop_introductions() for one in sections[1:-1] if one.shows),
            *sections[1:][-1:],
        ],
        "about": about or About(),
        "provenance": _made_by(provenance, run),
        "navigation": _navigation(pages, position),
        "script": _script() if any(view["kind"] == "network" for view in views) else None,
        "links": {page.theme: f"{page.run}.html#{PASSAGES}" for page in pages if page.theme},
    }
    html, _ = _exporter().from_notebook_node(notebook, resources={"page": page})
    _check_page(html, run)
    _check_links(html, run)
    return html


def render_index(
    pages: Sequence[Page],
    values: Path,
    *,
    figures: Path,
    documents: pd.DataFrame | None = None,
    about: About | None = None,
) -> str:
    """
    The index: every page in reading order, with its question, what it found, and one small figure.

    Parameters
    ----------
    values : folder
        Holds ``<run>.json`` of each page: ``question``, ``finding`` and ``verdict``, and perhaps ``figure`` (the name
        of an SVG in the folder `figures`) with its ``figure_alt``.
    documents : DataFrame from `manifest.read_manifest`
        The texts of the study, listed in the introduction.
    about : About
        What the study says of itself: title, introduction, citation and sources.
    """
    entries = [_entry(page, values, figures) for page in pages]
    groups = [(heading, list(members)) for heading, members in groupby(entries, key=lambda entry: entry["group"])]
    texts = documents.to_dict("records") if documents is not None else []
    html = (
        _exporter()
        .environment.get_template("overview.html.j2")
        .render(groups=groups, texts=texts, about=about or About(), navigation=_navigation(pages, None))
    )
    _check_page(html, "index")
    return html


@cache
def _exporter() -> HTMLExporter:
    """One exporter for all pages: making a new one costs five times what a page costs."""
    exporter = HTMLExporter(template_name="template", extra_template_basedirs=[str(Path(__file__).parent)])
    exporter.register_filter("markdown", render_markdown)
    exporter.register_filter("phrase", _render_phrase)
    exporter.register_filter("clean", clean_output)
    exporter.register_filter("shown", render_output)
    exporter.register_filter("network", _old_network)
    return exporter


def render_markdown(text: str) -> str:
    """
    Markdown as HTML, with the tags of text only; any other tag is shown as text.

    Examples
    --------
    >>> render_markdown("A *word* <script>")
    '<p>A <em>word</em> &lt;script&gt;</p>\\n'
    """
    html = MarkdownWithMath(IPythonRenderer(escape=False, exclude_anchor_links=True)).render(text)
    table = '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>'
    return clean_text(html).replace("<table>", table).replace("</table>", "</table></div>")


def render_output(view: Mapping[str, Any], links: Mapping[str, str]) -> str:
    """
    What a `Report` put into an output, as HTML that holds known tags and attributes only; a finding stands elsewhere.

    The drawings of a network are outside that list: its template writes numbers and escaped texts, nothing else.
    """
    if view["kind"] == "finding":
        return ""
    html = render_view(view, links)
    return html if view["kind"] == "network" else clean_output(html)


def _old_network(data: Mapping[str, Any]) -> str:
    words = {key: data[key] for key in ("name", "caption", "alt")}
    return render_view({"kind": "network", **words, "network": {key: data[key] for key in data if key not in words}})


@cache
def _script() -> dict[str, str]:
    """The script of pages with a network, and the checksum by which their Content-Security-Policy knows it."""
    text = (Path(__file__).parent / "template/network.js").read_text(encoding="utf-8")
    checksum = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return {"text": text, "checksum": f"sha256-{checksum}"}


def _views(notebook: NotebookNode) -> Iterator[Mapping[str, Any]]:
    """What the calls of a `Report` put into a notebook, in the order in which they stand there."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "report" in output.get("metadata", {}):
                yield output["metadata"]["report"]


def _render_phrase(text: str) -> str:
    """A sentence of markdown, without the paragraph around it."""
    return re.sub(r"^<p>(.*)</p>\s*$", r"\1", render_markdown(text).strip(), flags=re.DOTALL)


def _sections(notebook: NotebookNode, run: str) -> tuple[str, list[Section]]:
    """The title of a notebook, and its cells by section; a markdown cell is cut where a heading of level 2 stands."""
    first = notebook.cells[0] if notebook.cells else None
    if first is None or first.cell_type != "markdown" or not first.source.startswith("# "):
        raise inputs.InputError(
            run, "no title", allowed="a first cell of markdown that opens with '# '", remedy="Open with the question."
        )
    title, _, rest = first.source.partition("\n")
    sections, anchors = [Section()], set[str]()
    for cell in [_with_source(first, rest), *notebook.cells[1:]]:
        for heading, part in _cut(cell):
            if heading:
                anchor = _anchor(heading, anchors)
                sections.append(Section(heading, anchor))
            sections[-1].cells.append(part)
    return title.removeprefix("# ").strip(), sections


def _cut(cell: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    """A cell in pieces, each with the heading of level 2 that opens it; code cells stay whole, and so do fences."""
    if cell.cell_type != "markdown":
        yield "", cell
        return
    heading, lines, fenced = "", list[str](), False
    for line in cell.source.split("\n"):
        fenced ^= line.startswith("```")
        if line.startswith("## ") and not fenced:
            yield heading, _with_source(cell, "\n".join(lines))
            heading, lines = line.removeprefix("## ").strip(), []
        else:
            lines.append(line)
    yield heading, _with_source(cell, "\n".join(lines))


def _with_source(cell: NotebookNode, source: str) -> NotebookNode:
    return type(cell)({**cell, "source": source})


def _anchor(heading: str, taken: set[str]) -> str:
    """An id for a heading: its words joined by ``-``, with a number where a page has it already."""
    words = re.sub(r"<[^>]*>|&#?\w+;", " ", heading)
    plain = "-".join(re.findall(r"[^\W_]+", words.lower())) or "section"
    anchor = f"s-{plain}"
    while anchor in taken:
        anchor += "-2"
    taken.add(anchor)
    return anchor


def _is_silent(cell: NotebookNode) -> bool:
    """Whether a cell of code shows nothing."""
    return not cell.get("outputs")


def _introduces_nothing(group: Sequence[NotebookNode]) -> bool:
    """Whether a text is followed by cells of code that call a report, and by nothing to see."""
    code = [cell for cell in group if cell.cell_type == "code"]
    return len(code) < len(group) and any("report." in cell.source for cell in code) and all(map(_is_silent, code))


def _shows_code(cell: NotebookNode) -> bool:
    """Whether the source of a cell is for readers: parameters are not, the foot of the page gives them."""
    return bool(cell.source.strip()) and not HIDDEN & set(cell.metadata.get("tags", []))


def _made_by(provenance: Mapping[str, Any], run: str) -> dict[str, Any]:
    """What the foot of a page says; checksums by their first 12 signs."""
    known = ("notebook", "parameters", "data", "lock", "versions")
    inputs.check_keys(dict(provenance), f"{run}, provenance", required=(), optional=known)
    parameters = {name: value for name, value in provenance.get("parameters", {}).items() if name not in PLACES}
    data = {name: str(checksum)[:12] for name, checksum in provenance.get("data", {}).items()}
    return {**provenance, "parameters": parameters, "data": data, "lock": str(provenance.get("lock", ""))[:12]}


def _position(run: str, pages: Sequence[Page]) -> int:
    runs = [page.run for page in pages]
    return runs.index(inputs.check_choice(run, "run of a page", runs))


def _navigation(pages: Sequence[Page], position: int | None) -> dict[str, Any]:
    """All pages, the present one, and its neighbours; the index comes before the first page."""
    if position is None:
        return {"pages": pages, "current": None, "previous": None, "next": pages[0] if pages else None}
    return {
        "pages": pages,
        "current": pages[position],
        "previous": pages[position - 1] if position else None,
        "next": pages[position + 1] if position + 1 < len(pages) else None,
    }


def _entry(page: Page, values: Path, figures: Path) -> dict[str, Any]:
    """What the index says of one page, from the values that its run wrote."""
    where = values / f"{page.run}.json"
    text = inputs.read_text(where)
    try:
        entry = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"{where}, line {error.lineno}"
        raise inputs.InputError(place, "no JSON", allowed="JSON", remedy="Run its notebook again.") from None
    known = {key: entry[key] for key in ("question", "finding", "verdict", "figure", "figure_alt") if key in entry}
    inputs.check_keys(known, str(where), required=("question", "finding", "verdict"), optional=("figure", "figure_alt"))
    if known.get("figure"):
        inputs.check_keys(known, str(where), required=(*known, "figure_alt"))
        svg = inputs.read_text(inputs.inside(figures, known["figure"], f"{where}, figure"))
        known["image"] = data_uri(svg, "image/svg+xml")
    return {**known, "run": page.run, "label": page.label, "group": page.group}


def _check_outputs(notebook: NotebookNode, run: str) -> None:
    """Refuse what no reader should meet; each refusal names the cell, as Jupyter counts them, and what to do."""
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []):
            for found, allowed, remedy in _faults(output):
                raise inputs.InputError(f"{run}, cell {number}", found, allowed=allowed, remedy=remedy)
        for text in [cell.source if _shows_code(cell) else "", *_texts(cell)]:
            _check_text(text, f"{run}, cell {number}")


def _faults(output: NotebookNode) -> Iterator[tuple[str, str, str]]:
    if output.output_type == "error":
        yield f"{output.ename}: {output.evalue}", "a cell that runs", "Run the notebook by hand and correct it."
    if output.output_type == "stream" and output.name == "stderr":
        yield f"a message on stderr, {output.text[:80]!r}", "no warning", "Remove what it warns of."
    if "report" in output.get("metadata", {}):
        return
    data = output.get("data", {})
    html = "".join(data.get("text/html", ""))
    if any(kind.startswith("image/") for kind in data) and not html:
        yield "a figure without alt", "report.figure", "Show it by report.figure(…), which asks for caption and alt."
    if re.search(r"<img(?![^>]*\balt=\"[^\"]+\")", html, flags=re.IGNORECASE):
        yield "an image without alt", 'alt="what can be seen"', "Show it by report.figure(…)."
    if re.search(r'class="dataframe"|<table id="T_', html):
        yield "a bare table of pandas", "report.table", "Show it by report.table(…), which asks for a caption."


def _texts(cell: NotebookNode) -> Iterator[str]:
    """The texts that a page shows of a cell's outputs: of each output, the richest one."""
    for output in cell.get("outputs", []):
        data, view = output.get("data", {}), output.get("metadata", {}).get("report")
        if view:
            yield json.dumps({key: view[key] for key in view if key not in ("csv", "svg")}, ensure_ascii=False)
            continue
        kinds = [kind for kind in ("text/html", "text/markdown", "text/plain") if kind in data]
        yield data[kinds[0]] if kinds else output.get("text", "")


def _check_text(text: str, where: str) -> None:
    text = EMBEDDED.sub("", text)
    if address := ADDRESS.search(text):
        raise inputs.InputError(
            where, f"the address {address[0]}", allowed="text", remedy="End the cell with something to read, or with ;"
        )
    if folder := FOLDER.search(text) or re.search(_own_folders(), text):
        raise inputs.InputError(
            where, f"the folder {folder[0]}", allowed="no path of this machine", remedy="Show a file name, or nothing."
        )


def _own_folders() -> str:
    """A pattern for the folders of this run, wherever on the machine they lie."""
    folders = {str(path) for path in (Path.cwd(), Path.home(), Path(sys.prefix), Path(tempfile.gettempdir()))} - {"/"}
    return rf"(?<![\w./<:])(?:{'|'.join(map(re.escape, sorted(folders)))})\b"


def _check_page(html: str, run: str) -> None:
    """The last look at a finished page: no folder of this machine, no missing description, no id twice."""
    _check_text(html, run)
    if "No description has been provided" in html:
        raise inputs.InputError(run, "an image without alt", allowed='alt="…"', remedy="Show it by report.figure(…).")
    seen = set[str]()
    for name in re.findall(r'(?<=\sid=")[^"]+', EMBEDDED.sub("", html)):
        if name in seen:
            raise inputs.InputError(
                run, f"the id {name!r} twice", allowed="each id once", remedy="Give one another name."
            )
        seen.add(name)


def _check_links(html: str, run: str) -> None:
    """Whether a page shows each passage to which a network on it leads."""
    wanted = {one for ids in re.findall(r'\sdata-passages="([^"]*)"', html) for one in ids.split()}
    shown = set(re.findall(r'\sid="p-([^"]+)"', html))
    if lacking := sorted(wanted - shown):
        found = f"a network that leads to {len(lacking)} passages not shown, the first {lacking[0]!r}"
        remedy = "Show them by report.passages(…), with a higher limit."
        raise inputs.InputError(run, found, allowed="passages of the same page", remedy=remedy)
