"""What notebooks that are not yet written with `analysis.report.Report` save with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.report.files import check_name, csv_text, json_text, png_bytes, svg_text, write_atomically
from analysis.report.style import DARK, HAIRLINE, INK, MUTED, PAPER

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["DARK", "HAIRLINE", "INK", "MUTED", "PAPER", "Outputs", "svg_text", "write_atomically"]


@dataclass(frozen=True)
class Outputs:
    """Where one run of a notebook writes: ``<folder>/figures/<run>-<name>.svg`` and its neighbours."""

    folder: Path
    run: str

    def path(self, kind: str, name: str, suffix: str) -> Path:
        """The file of one output; `name` goes into a file name, hence small letters, digits, ``-`` and ``_`` only."""
        return self.folder / kind / f"{self.run}-{check_name(name, f'{self.run}, name of an output')}{suffix}"


def open_outputs(folder: str | Path, run: str) -> Outputs:
    """The outputs of one run, below `folder`; makes the folders ``figures``, ``tables`` and ``values``."""
    outputs = Outputs(Path(folder), check_name(run, "run"))
    for kind in ("figures", "tables", "values"):
        (outputs.folder / kind).mkdir(parents=True, exist_ok=True)
    return outputs


def save_figure(outputs: Outputs, name: str, fig: Figure) -> str:
    """Write a figure as SVG and as PNG; returns the SVG text, for `elements.figure`."""
    from matplotlib import pyplot as plt

    target = outputs.path("figures", name, ".svg")
    svg, png = svg_text(fig, salt=name), png_bytes(fig)
    plt.close(fig)
    write_atomically(target, svg.encode())
    write_atomically(target.with_suffix(".png"), png)
    return svg


def save_table(outputs: Outputs, name: str, frame: pd.DataFrame) -> str:
    """Write a table as CSV; returns the CSV text."""
    csv = csv_text(frame)
    write_atomically(outputs.path("tables", name, ".csv"), csv.encode())
    return csv


def save_values(outputs: Outputs, values: Mapping[str, Any]) -> Path:
    """Write the numbers and sentences of a run as JSON."""
    target = outputs.folder / "values" / f"{outputs.run}.json"
    write_atomically(target, json_text(values).encode())
    return target
