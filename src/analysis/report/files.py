"""Figures, tables and values as files that are the same, byte for byte, on every run and on every machine."""

from __future__ import annotations

import io
import json
import math
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis import inputs
from analysis.report.style import DARK, INK, PAPER

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

# Parameters that the pipeline gives: folders a notebook writes to or reads from, and what it reads there. They are no
# choice of the study and never reach a page.
PLACES = ("output", "values", "needs")

NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


def check_name(name: str, where: str) -> str:
    """
    The name itself, once it is known to be usable in the names of files and in addresses.

    Raises
    ------
    InputError : if it has other than small letters, digits, ``-`` and ``_``
    """
    if not NAME.fullmatch(name):
        raise inputs.InputError(
            where,
            repr(name),
            allowed="small letters, digits, - and _",
            remedy="It becomes a file name: choose a plain one.",
        )
    return name


def make_name(*parts: str) -> str:
    """
    A name for files from any words, ids of texts say, that `check_name` lets pass.

    Examples
    --------
    >>> make_name("keyness", "Circular.2017", "2016")
    'keyness-circular-2017-2016'
    """
    return "-".join(re.findall(r"[a-z0-9_]+", "-".join(parts).lower()))


def svg_text(fig: Figure, *, salt: str = "figure") -> str:
    """
    A figure as SVG that is the same on every run, has no fonts to miss, and turns dark with the reader's screen.

    Text becomes paths; the background is left open; dates, names of tools and comments are left out; coordinates keep
    two decimals (1/7200 inch). `salt` goes into the ids, so that figures with different salts can share a document.
    """
    import matplotlib as mpl

    file = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": salt, "svg.fonttype": "path"}):
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        fig.savefig(file, format="svg", transparent=True, metadata=nothing)
    return _adapt(_shorten(file.getvalue()))


def png_bytes(fig: Figure) -> bytes:
    """A figure as PNG: 200 dots per inch, on white, without the name of a tool; laid out as `svg_text` left it."""
    import matplotlib as mpl

    fig.set_layout_engine("none")  # everything stands where it should: no need to work that out once more
    file = io.BytesIO()
    with mpl.rc_context({"savefig.transparent": False}):
        fig.savefig(file, format="png", dpi=200, facecolor=PAPER, metadata={"Software": None})
    return file.getvalue()


def svg_size(svg: str) -> tuple[int, int]:
    """
    Width and height of an SVG of matplotlib in CSS pixels, of which a point has 4/3.

    Raises
    ------
    ValueError : if the SVG does not state its size in points

    Examples
    --------
    >>> svg_size('<svg xmlns="http://www.w3.org/2000/svg" width="288pt" height="144pt"></svg>')
    (384, 192)
    """
    size = re.search(r'<svg[^>]*? width="([\d.]+)pt" height="([\d.]+)pt"', svg)
    if size is None:
        raise ValueError("The SVG does not state its width and height in points. Take the text that svg_text returns.")
    return round(float(size[1]) * 4 / 3), round(float(size[2]) * 4 / 3)


def csv_text(frame: pd.DataFrame) -> str:
    """A table as CSV, without its index, floats to 9 significant digits, lines that end in ``\\n``."""
    text: str = frame.to_csv(index=False, float_format="%.9g", lineterminator="\n")
    return text


def json_text(values: Mapping[str, Any]) -> str:
    """Values as JSON, keys sorted, made plain by `plain_values`."""
    return json.dumps(plain_values(values), ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n"


def plain_values(value: Any) -> Any:
    """
    A value as JSON knows it: numbers of numpy become plain ones, NaN and infinity null, dates texts.

    Floats keep 9 significant digits: far more than any finding carries, few enough to agree between machines.

    Examples
    --------
    >>> plain_values({"share": 1 / 3, "n": (1, float("nan"))})
    {'share': 0.333333333, 'n': [1, None]}
    """
    if isinstance(value, Mapping):
        return {str(key): plain_values(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain_values(one) for one in value]
    if hasattr(value, "tolist"):  # numpy's numbers and arrays, pandas' columns
        return plain_values(value.tolist())
    if isinstance(value, float):
        return float(f"{value:.9g}") if math.isfinite(value) else None
    return value


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that, whatever happens, either the old or the whole new content stands under its name."""
    temporary = path.with_name(f".{path.name}.tmp-{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)  # the new name, too, outlives a power cut
    os.close(folder)


def _shorten(svg: str) -> str:
    """Leave out of an SVG what no reader sees: comments, metadata, document type, digits beyond 1/100 point."""
    svg = re.sub(r"<!--.*?-->|<!DOCTYPE[^>]*>|<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(?<= d=")[^"]*', lambda path: _shorten_path(path[0]), svg)
    return re.sub(r"\s*\n\s*", "\n", svg)


def _shorten_path(data: str) -> str:
    rounded = re.sub(r"-?\d+\.\d{3,}(?![\de])", lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), data)
    return " ".join("0" if number == "-0" else number for number in rounded.split())


def _adapt(svg: str) -> str:
    """
    Add the colours for a dark screen: each grey by its own rule, black (what states no colour) as ink.

    `!important`, because matplotlib writes colours into ``style``, which no other rule outranks.
    """
    greys = [("#000000", DARK[INK]), *DARK.items()]
    rules = [
        f'[style*="{what}: {light}"]{{{what}:{dark} !important}}'
        for what in ("fill", "stroke")
        for light, dark in greys
    ]
    dark = f"@media (prefers-color-scheme: dark){{svg{{fill:{DARK[INK]}}}{''.join(rules)}}}"
    return svg.replace("</style>", f"{dark}</style>", 1)
