"""The report of one notebook: each call writes a file, shows its content below the cell and hands it to the page."""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from markupsafe import Markup

from analysis import inputs
from analysis.report import network_view, tables
from analysis.report.files import (
    check_name,
    csv_text,
    json_text,
    plain_values,
    png_bytes,
    svg_size,
    svg_text,
    write_atomically,
)
from analysis.report.passages import list_passages, show_passage
from analysis.report.render import plain, render_view
from analysis.report.style import MUTED, in_style
from analysis.report.views import FigureView, TableView, View

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

AnyView = TypeVar("AnyView", bound=View)


class Theme(Protocol):
    """What a report must know of a theme."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def colour(self) -> str: ...
    @property
    def marker(self) -> str: ...


class Themes(Protocol):
    """The themes of a study, by name."""

    def __iter__(self) -> Iterator[Theme]: ...
    def __getitem__(self, name: str) -> Theme: ...


class Language(Protocol):
    """The language of a text, by its code: ``nl``."""

    @property
    def code(self) -> str: ...


class Corpus(Protocol):
    """The tables behind the passages."""

    @property
    def sections(self) -> pd.DataFrame: ...
    @property
    def paragraphs(self) -> pd.DataFrame: ...
    @property
    def sentences(self) -> pd.DataFrame: ...


class Study(Protocol):
    """What a report must know of a study; `analysis.study.Study` knows it."""

    @property
    def root(self) -> Path: ...
    @property
    def corpus(self) -> Corpus: ...
    @property
    def themes(self) -> Themes: ...
    @property
    def languages(self) -> Mapping[str, Language]: ...  # by text
    @property
    def glossary(self) -> Mapping[str, str]: ...
    @property
    def documents(self) -> Sequence[str]: ...  # ids of the texts, in order of date
    @property
    def titles(self) -> Mapping[str, str]: ...  # what readers are told each text is, in order of date


class Report:
    """
    What one run of a notebook shows and writes: tables, figures, passages, sentences, and its finding.

    Files lie below the folder `output`: ``figures/<run>-<name>.svg`` and ``.png``, ``tables/<run>-<name>.csv`` and
    ``values/<run>.json``, the same byte for byte on every run. Every call shows its result below the cell at once.

    Parameters
    ----------
    run : str
        The name of the run and of its page: ``02_themes``, ``03_theme-cyber``.
    study : Study
    output : str or Path
        The folder to write to, from the folder of the study.

    Raises
    ------
    InputError : if `run` is no plain name
    """

    def __init__(self, run: str, study: Study, output: str | Path):
        self.run = check_name(run, "run")
        self.study = study
        self.folder = Path(study.root) / output
        self._finding: dict[str, str] = {}
        self._figures: dict[str, str] = {}  # alternative text by name, in the order of the calls
        for kind in ("figures", "tables", "values"):
            (self.folder / kind).mkdir(parents=True, exist_ok=True)

    def path(self, kind: str, name: str, suffix: str) -> Path:
        """
        The file of one output: ``<output>/<kind>/<run>-<name><suffix>``.

        Raises
        ------
        InputError : if `name` has other than small letters, digits, ``-`` and ``_``
        """
        check_name(name, f"{self.run}, name of a {kind.removesuffix('s')}")
        return self.folder / kind / f"{self.run}-{name}{suffix}"

    def table(
        self,
        frame: pd.DataFrame,
        caption: str,
        name: str = "",
        *,
        columns: Sequence[str] | None = None,
        labels: Mapping[str, str] | None = None,
        formats: Mapping[str, str] | None = None,
        roles: Mapping[str, str] | None = None,
        cells: Mapping[str, str] | None = None,
        shown: pd.DataFrame | None = None,
        links: Mapping[str, Iterable[str | Sequence[str]]] | None = None,
        head: int | None = None,
        folded: bool | str = False,
    ) -> TableView:
        """
        A table: written as CSV with all rows and columns, shown with those that are asked for.

        Its first column names the rows; the index is not shown. How a column is called and shown follows from its name
        (`analysis.report.cells`): the name of a theme becomes its label and leads to the theme's passages, words of a
        text are marked with its language and followed by their gloss, shares become per cent.

        Parameters
        ----------
        caption : str or Markup
        name : str
            Of the file; without one, nothing is written and the page offers no download.
        columns : list of str
            What is shown, in this order: columns of the table, of `cells` or of `links`; ``interval`` is always known
            (``low`` to ``high``). All columns if not given.
        labels, formats, roles : mappings from column
            What a column is called; its format specification (``.0%``; ``+.0pp`` for percentage points); what its cells
            are: a ``theme``, a ``word`` of a text, several ``words`` (a list, or joined by ``"; "``), or ``plain``.
        cells : mapping from a new column to a template
            Several columns in one cell: ``{"paragraphs": "{count} of {n}"}``; empty where one of them is missing.
        links : mapping from column to a target per row that is shown
            An address to which the cell leads (empty: none), or ids of paragraphs whose passages stand on the page. If
            the table has no such column, it holds the links alone.
        shown : DataFrame
            What is shown instead of the table: some of its rows, say, in another order.
        head : int
            Only so many rows are shown.
        folded : bool or str
            Whether the page shows the table folded away, under its caption or under this summary.

        Returns
        -------
        TableView, whose ``frame`` is `frame`

        Raises
        ------
        InputError : if a column is named that the table does not have; names the nearest
        """
        csv = csv_text(frame) if name else ""
        if name:
            write_atomically(self.path("tables", name, ".csv"), csv.encode())
        rows = frame if shown is None else shown
        links = links and {column: list(targets)[:head] for column, targets in links.items()}
        content = tables.show_table(
            rows.head(len(rows) if head is None else head),
            self.study,
            columns=columns,
            labels=labels,
            formats=formats,
            roles=roles,
            templates=cells,
            links=links,
            where=f"{self.run}, table {name}".strip(),
        )
        file = f"{self.run}-{name}" if name else ""
        summary = plain(_markup(caption)) if folded is True else folded or ""
        view = {"kind": "table", "name": file, "caption": _markup(caption), "csv": csv, "folded": summary, **content}
        data = {"text/html": tables.style_table(view, file).to_html(), "text/plain": tables.table_text(view)}
        return _shown(TableView(data, {"report": view}, frame=frame))

    def figure(self, fig: Figure, caption: str, alt: str, name: str) -> FigureView:
        """
        A figure, written as SVG and as PNG (200 dots per inch, on white).

        Parameters
        ----------
        fig : Figure
            Best from `analysis.report.style.new_figure`.
        caption : str or Markup
            What the figure finds, in a sentence, then how to read it.
        alt : str
            For who does not see it: the kind of figure, what it compares, and what can be seen in it.
        name : str
            Of its files, and its id on the page.

        Returns
        -------
        FigureView, whose ``figure`` is `fig`

        Raises
        ------
        InputError : if `alt` or `caption` is empty
        """
        data, view, metadata = self._draw(fig, caption, alt, name)
        return _shown(FigureView(data, {"report": {"kind": "figure", **view}, **metadata}, figure=fig))

    def network(self, network: Mapping[str, Any], fig: Figure, caption: str, alt: str, name: str) -> FigureView:
        """
        A network to explore: on a page one can walk it, search it and read the passages behind it; elsewhere a figure.

        Parameters
        ----------
        network : mapping, see `analysis.report.network_view.check_network`
            Its ``passages`` must stand on the same page, shown by `passages`. Themes get the markers of the study.
        fig : Figure
            The same network, drawn.
        caption, alt, name : as for `figure`

        Raises
        ------
        InputError : if something of the network is missing or cannot be drawn; names the key
        """
        known = {theme.name: theme.marker for theme in self.study.themes}
        themes = [{"marker": known.get(theme.get("name", ""), "o"), **theme} for theme in network.get("themes", [])]
        checked = network_view.check_network({**network, "themes": themes}, f"network {name}")
        data, view, metadata = self._draw(fig, caption, alt, name)
        view = {"kind": "network", **view, "network": plain_values(checked)}
        return _shown(FigureView(data, {"report": view, **metadata}, figure=fig))

    def _draw(
        self, fig: Figure, caption: str, alt: str, name: str
    ) -> tuple[dict[str, str], dict[str, Any], dict[str, Any]]:
        """Write a figure; what JupyterLab shows of it, what a page needs, and how large the picture is."""
        from matplotlib import pyplot as plt

        target = self.path("figures", name, ".svg")
        if not str(alt).strip() or not str(caption).strip():
            allowed, remedy = "a sentence", "Say what it shows."
            raise inputs.InputError(f"figure {name}", "an empty alt or caption", allowed=allowed, remedy=remedy)
        with in_style():
            svg, png = svg_text(fig, salt=name), png_bytes(fig)
        plt.close(fig)  # so that Jupyter does not show it a second time
        write_atomically(target, svg.encode())
        write_atomically(target.with_suffix(".png"), png)
        self._figures[name] = alt
        width, height = svg_size(svg)
        view = {"name": name, "caption": _markup(caption), "alt": str(alt), "svg": svg}
        size = {"width": width, "height": height}
        data = {"image/png": base64.b64encode(png).decode(), "text/plain": f"Figure {name}: {alt}"}
        return data, view | size, {"image/png": size}

    def passages(
        self, hits: pd.DataFrame, *, limit: int = 20, also: Collection[str] = (), colour: str = "", name: str = "p"
    ) -> View:
        """
        The paragraphs that hold hits, with these marked, folded by text; each can be linked to as ``#p-2014-001``.

        Parameters
        ----------
        hits : DataFrame, one row per hit
            ``paragraph_id``, ``sentence_id``, ``start``, ``end``, and perhaps ``theme``.
        limit : int
            At most so many passages per text; where others are left out, that is said.
        also : ids of more paragraphs, with nothing marked
        colour : str
            ``#rrggbb``, under each hit, which is bold as well; if not given that of the theme, if it is only one.
        name : str
            Start of the ids: give another one when a page shows the same paragraph twice.
        """
        rows = list_passages(self.study, hits, also)
        themes = list(hits["theme"].unique()) if "theme" in hits.columns else []
        texts = []
        for doc_id, title in self.study.titles.items():
            own, language = rows[rows["doc_id"] == doc_id], self.study.languages[doc_id].code
            shown = [show_passage(row, self.study.glossary, language) for row in own.head(limit).itertuples()]
            texts.append({"label": title, "total": len(own), "passages": shown})
        usual = self.study.themes[themes[0]].colour if len(themes) == 1 else MUTED
        view = {"kind": "passages", "name": name, "colour": colour or usual, "texts": plain_values(texts)}
        data = {"text/html": render_view(view), "text/plain": f"{len(rows)} passages"}
        return _shown(View(data, {"report": view}))

    def prose(self, text: str) -> View:
        """
        Text with values in it, as markdown; of an empty text nothing is shown.

        Put words from documents through `analysis.report.elements.term` first.
        """
        return _shown(View({"text/markdown": str(text), "text/plain": plain(text)}))

    def finding(self, sentence: str, verdict: str, *, question: str) -> View:
        """
        What the notebook found, in a sentence with its numbers, and how sure it is; a page shows it below its title.

        Parameters
        ----------
        sentence : str or Markup
            Markdown, as for `prose`.
        verdict : how sure it is, in the words of `analysis.stats.verdict`
        question : str
            What this run asks: the title of its page.
        """
        self._finding = {"question": str(question), "finding": str(sentence), "verdict": verdict}
        data = {"text/markdown": f"**Finding** ({verdict}). {sentence}", "text/plain": f"{plain(sentence)} ({verdict})"}
        view = {"kind": "finding", "sentence": str(sentence), "verdict": verdict, "question": str(question)}
        return _shown(View(data, {"report": view}))

    def save(self, *, figure: str = "", **numbers: Any) -> None:
        """
        Write the values of the run, for the index and for the notebooks that sum up: question, finding, verdict and a
        figure by itself, and `numbers`.

        Parameters
        ----------
        figure : str
            The name of the figure that the index shows; if not given, the first.
        numbers : whatever JSON holds, numbers of numpy too

        Raises
        ------
        InputError : if the run has no finding, or no figure of that name
        """
        if not self._finding:
            remedy = "Call report.finding(…) before report.save(…)."
            raise inputs.InputError(self.run, "no finding", allowed="one finding a run", remedy=remedy)
        picture = {}
        if figure or self._figures:
            first = inputs.check_choice(figure or next(iter(self._figures)), "figure for the index", self._figures)
            picture = {"figure": f"{self.run}-{first}.svg", "figure_alt": self._figures[first]}
        text = json_text({**self._finding, **picture, **numbers})
        write_atomically(self.folder / "values" / f"{self.run}.json", text.encode())


def _markup(text: str) -> str:
    """Text as markup: what holds none by intent is escaped."""
    return str(Markup("{}").format(text))


def _shown(view: AnyView) -> AnyView:
    """The view itself, once it is shown; one of an empty text is not."""
    if view.data["text/plain"]:
        view.show()
    return view
