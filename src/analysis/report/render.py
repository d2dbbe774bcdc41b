"""From what a notebook shows to HTML: the views of a `Report`, set by templates that escape everything."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from analysis import inputs
from analysis.report import network_panels, network_view
from analysis.report.cells import format_value

KINDS = ("figure", "network", "passages", "table")
ID = r"[A-Za-z][\w.-]*"


def render_view(view: Mapping[str, Any], links: Mapping[str, str] | None = None) -> str:
    """
    A view as HTML; whatever its texts hold of markup is shown as text.

    Parameters
    ----------
    view : mapping
        The ``report`` among the metadata of an output: its ``kind``, one of `KINDS`, and what belongs to that.
    links : mapping of theme to the address of its passages; themes that it lacks are not linked

    Raises
    ------
    InputError : if the view is of another kind, or its network cannot be drawn

    Examples
    --------
    >>> column = {"label": "share", "numeric": True, "format": ".0%"}
    >>> table = {"kind": "table", "caption": "Shares", "columns": [column], "rows": [[0.125]], "name": "", "csv": ""}
    >>> '<th scope="row" class="number">12%</th>' in render_view(table)
    True
    """
    inputs.check_choice(view.get("kind"), "kind of an output", KINDS)
    if view["kind"] == "network":
        return _render_network(view)
    return environment().get_template("outputs.html.j2").render(view=view, links=links or {})


def _render_network(view: Mapping[str, Any]) -> str:
    """A network as drawings and controls, and the figure of it for those who print."""
    where = f"network {view['name']}"
    if not re.fullmatch(ID, view["name"]):
        allowed = "a letter, then letters, digits, - and _"
        raise inputs.InputError(where, f"the name {view['name']!r}", allowed=allowed, remedy="It becomes an id.")
    network = network_view.check_network(view["network"], where)
    words = {key: view[key] for key in ("name", "caption", "alt")}
    drawn = {**words, **network, **network_panels.draw_panels(network)}
    return environment().get_template("network.html.j2").render(network=drawn)


@cache
def environment() -> Environment:
    """The templates of outputs, with the filters that they use."""
    folder = Path(__file__).parent / "outputs"  # apart from those of pages: a change of these runs the notebooks again
    made = Environment(loader=FileSystemLoader(folder), autoescape=True)
    made.filters |= {"clean": _clean, "data_uri": data_uri, "value": format_value}
    return made


def _clean(html: str) -> str:
    from analysis.report.sanitise import clean_output  # bleach is for pages, which a notebook does not make

    return clean_output(html)


def data_uri(text: str, kind: str) -> str:
    """
    A text as an address that holds it.

    Examples
    --------
    >>> data_uri("a", "text/csv")
    'data:text/csv;base64,YQ=='
    """
    return f"data:{kind};base64,{base64.b64encode(text.encode()).decode()}"


def plain(markup: object) -> str:
    """
    Markup as text, without tags and character references.

    Examples
    --------
    >>> plain('<span lang="nl">grens</span> &#38; meer')
    'grens & meer'
    """
    return Markup(str(markup)).striptags()
