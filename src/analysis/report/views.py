"""What the calls of a `Report` return: shown in JupyterLab at once, and with all that a page needs beside it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(eq=False)
class View:
    """
    One output of a notebook: its content by MIME type, and in its metadata what `analysis.report.pages` must know.

    `show` shows it at once, so that a loop may make several. Where a cell ends in a view that it has shown already,
    that is not shown twice. A table without rows, or an empty text, shows nothing.
    """

    data: Mapping[str, str]
    metadata: Mapping[str, Any] = field(default_factory=dict)
    _cell: int | None = field(default=None, init=False, repr=False)

    def show(self) -> None:
        """Show the view below the cell that runs; outside IPython, nothing."""
        shell = _shell()
        empty = not self.data["text/plain"] or self.metadata.get("report", {}).get("rows") == []
        if shell is not None and not empty:
            from IPython.display import display

            self._cell = shell.execution_count
            display(dict(self.data), metadata=dict(self.metadata), raw=True)

    def _ipython_display_(self) -> None:
        shell = _shell()
        if shell is None or shell.execution_count != self._cell:
            self.show()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, str], dict[str, Any]]:
        return dict(self.data), dict(self.metadata)

    def __repr__(self) -> str:
        return self.data["text/plain"]


@dataclass(eq=False, repr=False)
class TableView(View):
    """A table, and the DataFrame that it was made from."""

    frame: pd.DataFrame = field(kw_only=True)


@dataclass(eq=False, repr=False)
class FigureView(View):
    """A figure, and the Figure of matplotlib that it was made from."""

    figure: Figure = field(kw_only=True)


def _shell() -> Any:
    """The running IPython, if there is one; it is not imported for the question."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module else None
