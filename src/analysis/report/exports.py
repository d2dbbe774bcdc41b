"""What a notebook hands on: figures, tables and values as files that are the same, byte for byte, on every run."""

from __future__ import annotations

import io
import json
import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis import inputs

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

# The four greys in which figures are drawn, and what each becomes on a dark screen. Contrast with the paper, light and
# dark: ink 17.4 and 14.0, muted 6.4 and 7.2 (text wants 4.5). Theme colours stay as they are.
INK, MUTED, HAIRLINE, PAPER = "#1a1a1a", "#5f5f5f", "#d4d4d4", "#ffffff"
DARK = {INK: "#e6e4e0", MUTED: "#a6a4a0", HAIRLINE: "#3d4043", PAPER: "#16181a"}

NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


@dataclass(frozen=True)
class Outputs:
    """Where one run of a notebook writes: ``<folder>/figures/<run>-<name>.svg`` and its neighbours."""

    folder: Path
    run: str

    def path(self, kind: str, name: str, suffix: str) -> Path:
        """The file of one output; `name` goes into a file name, hence small letters, digits, ``-`` and ``_`` only."""
        _check_name(name, f"{self.run}, name of a {kind.removesuffix('s')}")
        return self.folder / kind / f"{self.run}-{name}{suffix}"


def open_outputs(folder: str | Path, run: str) -> Outputs:
    """
    The outputs of one run, below `folder`; makes the folders ``figures``, ``tables`` and ``values``.

    Raises
    ------
    InputError : if `run` is no plain name, such as ``01_corpus`` or ``03_theme-cyber``
    """
    _check_name(run, "run")
    outputs = Outputs(Path(folder), run)
    for kind in ("figures", "tables", "values"):
        (outputs.folder / kind).mkdir(parents=True, exist_ok=True)
    return outputs


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


def save_figure(outputs: Outputs, name: str, fig: Figure) -> str:
    """
    Write a figure as SVG and as PNG (200 dpi, on white); returns the SVG text, for `elements.figure`.

    The figure is closed afterwards, so that Jupyter does not show it a second time.
    """
    import matplotlib as mpl
    from matplotlib import pyplot as plt

    target = outputs.path("figures", name, ".svg")
    svg = svg_text(fig, salt=name)
    fig.set_layout_engine("none")  # everything stands where it should: no need to work that out once more
    png = io.BytesIO()
    with mpl.rc_context({"savefig.transparent": False}):
        fig.savefig(png, format="png", dpi=200, facecolor=PAPER, metadata={"Software": None})
    plt.close(fig)
    write_atomically(target, svg.encode())
    write_atomically(target.with_suffix(".png"), png.getvalue())
    return svg


def save_table(outputs: Outputs, name: str, frame: pd.DataFrame) -> str:
    """Write a table as CSV, without its index, floats to 9 significant digits; returns the CSV text."""
    target = outputs.path("tables", name, ".csv")
    csv: str = frame.to_csv(index=False, float_format="%.9g", lineterminator="\n")
    write_atomically(target, csv.encode())
    return csv


def save_values(outputs: Outputs, values: Mapping[str, Any]) -> Path:
    """
    Write the numbers and sentences of a run as JSON, keys sorted, floats to 9 significant digits.

    Nine digits are far more than any finding carries, and few enough to agree between machines. Numbers of numpy
    become plain ones; NaN and infinity become null.
    """
    target = outputs.folder / "values" / f"{outputs.run}.json"
    text = json.dumps(_plain(values), ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    write_atomically(target, f"{text}\n".encode())
    return target


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


def _check_name(name: str, where: str) -> None:
    if not NAME.fullmatch(name):
        raise inputs.InputError(
            where,
            repr(name),
            allowed="small letters, digits, - and _",
            remedy="It becomes a file name: choose a plain one.",
        )


def _plain(value: Any) -> Any:
    """A value as JSON knows it, floats rounded to 9 significant digits."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if hasattr(value, "tolist"):  # numpy's numbers and arrays, pandas' columns
        return _plain(value.tolist())
    if isinstance(value, float):
        return float(f"{value:.9g}") if math.isfinite(value) else None
    return value


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
    rules = [
        f'[style*="{what}: {light}"]{{{what}:{dark} !important}}'
        for what in ("fill", "stroke")
        for light, dark in _pairs()
    ]
    dark = f"@media (prefers-color-scheme: dark){{svg{{fill:{DARK[INK]}}}{''.join(rules)}}}"
    return svg.replace("</style>", f"{dark}</style>", 1)


def _pairs() -> list[tuple[str, str]]:
    return [("#000000", DARK[INK]), *DARK.items()]
