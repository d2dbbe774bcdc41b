"""A notebook run by Papermill in a kernel without the user's settings; equal inputs give equal bytes."""

from __future__ import annotations

import logging
import os
import platform
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from textwrap import indent
from typing import Any

# Papermill checks notebooks with jsonschema, which compiles 35 grammars (1.6 s) where JupyterLab has brought this
# module, and does well without it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

import nbformat  # noqa: E402
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager  # noqa: E402
from jupyter_client.manager import AsyncKernelManager  # noqa: E402
from nbformat import NotebookNode  # noqa: E402
from papermill.clientwrap import PapermillNotebookClient  # noqa: E402
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines  # noqa: E402
from papermill.exceptions import PapermillExecutionError  # noqa: E402
from papermill.execute import execute_notebook, remove_error_markers  # noqa: E402

from analysis.pipeline.records import SOCKETS, socket_home  # noqa: E402
from analysis.report.files import PLACES  # noqa: E402

# Sums must not depend on how many cores a machine has: one thread per kernel; steps run side by side instead.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")

# A kernel must not outlive its run, whichever way that ends. On Linux the system sees to it (PR_SET_PDEATHSIG is 1,
# SIGKILL is 9); elsewhere ipykernel looks once a second whether its parent is still there.
LAUNCHER = """\
import os, sys
if sys.platform == "linux":
    import ctypes
    ctypes.CDLL(None).prctl(1, 9)
    if os.getppid() != int(os.environ["JPY_PARENT_PID"]):
        os._exit(1)
from ipykernel.kernelapp import launch_new_instance
launch_new_instance()
"""

# What JupyterLab and Papermill note for themselves: no part of what a notebook says.
VOLATILE = ("papermill", "execution", "collapsed", "scrolled", "ExecuteTime", "trusted")
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
CELL_LINE = re.compile(r"Cell In\[\d+\], line (\d+)")
MODULE_LINE = re.compile(r"File (\S+\.py):(\d+), in")
ADDRESS = re.compile(r"(?<= at )0x[0-9a-f]+")
CELL_FILE = re.compile(r"[^\s\"'<>]{0,200}/ipykernel_\d+/\d+\.py")
# Said once per machine, after five slow seconds: not about the notebook.
FONT_CACHE = re.compile(r"^Matplotlib is building the font cache.*\n?", flags=re.MULTILINE)


class NotebookError(RuntimeError):
    """A notebook that did not reach its end without warnings; `notebook` is as far as it came."""

    def __init__(self, message: str, notebook: NotebookNode):
        super().__init__(message)
        self.notebook = notebook


def run_notebook(
    path: Path, parameters: Mapping[str, Any], *, project: Path, scratch: Path, cache: Path
) -> NotebookNode:
    """
    Execute a notebook with Papermill; its working folder is the project.

    The kernel is this Python, reached through a socket file, with an environment of its own and no settings of the
    user.

    Parameters
    ----------
    path : Path of the notebook, which is left as it is
    parameters : values for the names in its `parameters` cell, already checked
    project : folder in which the notebook runs; its ``src`` comes first on the module path
    scratch : folder for the kernel's settings and log, empty
    cache : folder for what libraries keep between runs (matplotlib's list of fonts)

    Returns
    -------
    NotebookNode, the executed notebook as `settle` leaves it: equal inputs give equal notebooks

    Raises
    ------
    NotebookError : if a cell fails or writes to stderr (a warning), or if the kernel dies
    """
    logging.getLogger("papermill").setLevel(logging.CRITICAL)  # what it has to say is raised below
    executed = [read_notebook(path)]
    failure = ""
    with kernel_manager() as manager, (scratch / "kernel.log").open("wb") as log:
        launch = {"env": environment(project, scratch, cache), "cwd": str(project), "stdout": log, "stderr": log}
        try:
            execute_notebook(
                executed[0], None, dict(parameters), engine_name="study", kernel_name="python3", language="python",
                progress_bar=False, manager=manager, launch=launch, executed=executed,
            )  # fmt: skip
        except PapermillExecutionError as error:
            failure = f"{error.ename}: {error.evalue}"
        except RuntimeError as error:  # the kernel did not start, or died
            failure = f"{error} (out of memory?) {(scratch / 'kernel.log').read_text()[-2000:]}".strip()
    notebook = settle(executed[-1], parameters, (scratch, project, Path(sys.prefix)))
    if problem := describe_problem(notebook) or failure:
        raise NotebookError(f"{path.relative_to(project)}, {problem}", notebook)
    return notebook


class StudyEngine(Engine):
    """Papermill's own engine, with a given kernel manager and its way to launch."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, *, manager: AsyncKernelManager,
        launch: Mapping[str, Any], executed: list[NotebookNode], **_: Any,
    ) -> None:  # fmt: skip
        executed.append(nb_man.nb)
        # An idle kernel has nothing to tidy up: no need to wait for it to say goodbye.
        client = PapermillNotebookClient(nb_man, km=manager, record_timing=False, shutdown_kernel="immediate")
        client.execute(cleanup_kc=True, **launch)


papermill_engines.register("study", StudyEngine)


class ThisPython(KernelSpecManager):
    """Knows one kernel: the Python that is running. A kernel of that name among the user's settings does not count."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-P", "-c", LAUNCHER, "--HistoryManager.enabled=False", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name=KERNEL["display_name"], language=KERNEL["language"])


@contextmanager
def kernel_manager() -> Iterator[AsyncKernelManager]:
    """A manager for one kernel that talks through socket files: no port is opened."""
    with tempfile.TemporaryDirectory(prefix=f"{SOCKETS}{os.getpid()}-", dir=socket_home()) as sockets:
        yield AsyncKernelManager(
            kernel_name="python3",
            kernel_spec_manager=ThisPython(),
            transport="ipc",
            connection_file=str(Path(sockets) / "kernel.json"),
        )


def environment(project: Path, scratch: Path, cache: Path) -> dict[str, str]:
    """The environment of a kernel: what finds programs and libraries, and for the rest fixed values."""
    passed_on = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    fixed = {
        "HOME": str(scratch),
        "IPYTHONDIR": str(scratch / "ipython"),
        "JUPYTER_CONFIG_DIR": str(scratch / "jupyter"),
        "JUPYTER_DATA_DIR": str(scratch / "jupyter"),
        "LC_ALL": "C.UTF-8",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": str(cache / "matplotlib"),
        "PYTHONHASHSEED": "0",
        "PYTHONNOUSERSITE": "1",
        "PYTHONPATH": str(project / "src"),
        "TZ": "UTC",
        "XDG_CACHE_HOME": str(cache),
    }
    return passed_on | fixed | dict.fromkeys(THREADS, "1") | blas_kernel()


def blas_kernel() -> dict[str, str]:
    """
    OpenBLAS's kernel for AVX2 wherever the processor has that: newer ones sum in another order, and a topic model
    would differ in its last digits between two machines.
    """
    try:
        has_avx2 = " avx2 " in Path("/proc/cpuinfo").read_text()
    except OSError:  # not Linux: as the library chooses
        has_avx2 = False
    return {"OPENBLAS_CORETYPE": "Haswell"} if has_avx2 and platform.machine() == "x86_64" else {}


def read_notebook(path: Path) -> NotebookNode:
    """A notebook whose cells all have an id, counted where the file gives none (Papermill would draw them)."""
    notebook = nbformat.read(path, as_version=4)
    for position, cell in enumerate(notebook.cells):
        cell.setdefault("id", f"cell-{position}")
    notebook.nbformat_minor = max(notebook.nbformat_minor, 5)
    return notebook


def settle(notebook: NotebookNode, parameters: Mapping[str, Any], folders: tuple[Path, ...]) -> NotebookNode:
    """
    A copy of an executed notebook without what differs between runs and machines.

    Times, the parameters that are places, random ids, paths below `folders`, process numbers, memory addresses.
    """
    notebook = remove_error_markers(nbformat.from_dict(notebook))
    lasting = {key: value for key, value in notebook.metadata.items() if key not in VOLATILE}
    notebook.metadata = nbformat.from_dict(lasting | {"kernelspec": KERNEL, "language_info": {"name": "python"}})
    shown = {name: value for name, value in parameters.items() if name not in PLACES}
    injected = "# Parameters\n" + "\n".join(f"{name} = {value!r}" for name, value in shown.items())
    cells = []
    for cell in notebook.cells:
        tags = cell.metadata.pop("tags", [])
        cell.metadata = nbformat.from_dict(
            {key: value for key, value in cell.metadata.items() if key not in VOLATILE}
            | ({"tags": tags} if tags else {})
        )
        if "injected-parameters" in tags:
            if not shown:
                continue
            cell.update(id="injected-parameters", source=injected)
        cell.update({"outputs": [clean(output, folders) for output in cell.outputs]} if "outputs" in cell else {})
        cells.append(cell)
    notebook.cells = cells
    return notebook


def clean(value: Any, folders: tuple[Path, ...]) -> Any:
    """
    An output of a cell with its texts freed of places, and of addresses where they are not shown; images stay.

    Examples
    --------
    >>> clean({"text/html": "<b>figures</b>", "text/plain": "<Axes at 0x7f3a5c>"}, ())
    {'text/html': '<b>figures</b>', 'text/plain': '<Axes at 0x…>'}
    >>> clean(["/home/a/study/figures"], (Path("/home/a/study"),))
    ['figures']
    """
    if isinstance(value, dict):
        if len(value) > 1 and "text/plain" in value:  # a name for what is shown in a better form
            value = {**value, "text/plain": ADDRESS.sub("0x…", value["text/plain"])}
        cleaned = {key: part if key.startswith("image/p") else clean(part, folders) for key, part in value.items()}
        return nbformat.from_dict(cleaned) if isinstance(value, NotebookNode) else cleaned
    if isinstance(value, list):
        return [clean(part, folders) for part in value]
    if not isinstance(value, str):
        return value
    for folder in folders:
        value = value.replace(f"{folder}/", "")
    value = CELL_FILE.sub("<cell>", value) if "/ipykernel_" in value else value
    return FONT_CACHE.sub("", value)


def describe_problem(notebook: NotebookNode) -> str:
    """The first cell that failed or wrote to stderr: which, on which line, what it said; empty when there is none."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    written = [cell for cell in code if "injected-parameters" not in cell.metadata.get("tags", [])]
    for cell in code:
        where = f"code cell {written.index(cell) + 1}" if cell in written else "the injected parameters"
        for output in cell.outputs:
            if output.output_type == "error":
                return f"{where}{describe_error(output, cell.source)}"
            if output.get("name") == "stderr" and output.text.strip():
                return f"{where}: wrote to stderr, which no page may carry:\n{indent(output.text.strip(), '    ')}"
    return ""


def describe_error(output: NotebookNode, source: str) -> str:
    """Line, text of the line and message of an error in a cell, and the line of the package where it arose."""
    trace = COLOUR.sub("", "\n".join(output.traceback))
    lines = [int(number) for number in CELL_LINE.findall(trace)]
    written = source.splitlines()[lines[0] - 1].strip() if lines and lines[0] <= len(source.splitlines()) else ""
    place = f", line {lines[0]}" if lines else ""
    origin = [f"{file}:{number}" for file, number in MODULE_LINE.findall(trace) if file.startswith("src/")]
    inside = f"\n    raised in {origin[-1]}" if origin else ""
    return f"{place}: {output.ename}: {output.evalue}" + (f"\n    {written}" if written else "") + inside
