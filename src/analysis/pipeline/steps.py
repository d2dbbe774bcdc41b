"""
The kinds of step: a run of a notebook, its page, the index. What each depends on, and how it makes its files.

The key of a step maps the name of each thing it depends on to the SHA-256 of that thing, or to itself as text.
"""

from __future__ import annotations

import importlib
import json
import platform
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.inputs import InputError
from analysis.pipeline import parameters
from analysis.pipeline.code_dependencies import Package
from analysis.pipeline.records import WORK, digest, put
from analysis.report.files import write_atomically

if TYPE_CHECKING:
    from analysis.report.about import About
    from analysis.report.pages import Page

# Papermill, nbconvert and pandas are imported where they are used: finding that there is nothing to do takes half a
# second without them and three with them.

LOCK = "requirements.lock"
ABOUT = "data/study.yml"
MANIFEST = "data/corpus.yml"
DATA = ("data/*.yml", "data/language/**/*", "data/raw/**/*")

# In a YAML file, which the check of the data reads in earnest.
FILE_KEY = re.compile(r"""\bfiles?:\s*["']?([^"'#,}\n]+)""")
PATH_VALUE = re.compile(r""":\s*["']?([\w./-]+/[\w.-]+)["']?[ \t]*$""", re.MULTILINE)  # from the folder of the study

VALUES = WORK / "values"
EXECUTED = WORK / "executed"
REPORTS = Path("reports")
FAILED = WORK / "failed"
PLACED = {
    "figures": Path("figures"),
    "tables": REPORTS / "tables",
    "values": VALUES,
}  # folder of a notebook -> ours


@dataclass(frozen=True)
class Run:
    """One notebook with one set of parameters."""

    notebook: str  # name of the file in notebooks/, without its ending
    label: str  # short name in the navigation
    parameters: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""  # beginning of the names of its files; the notebook's name when not given
    inputs: Sequence[str] = DATA  # patterns of the files it reads, below the project
    needs: Sequence[str] = ()  # names of runs whose values it reads
    group: str = ""  # heading under which it stands on the index
    early: bool = False  # begins at once, beside the check of the data: for the run that takes longest

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or self.notebook)

    @property
    def theme(self) -> str:
        """The theme that the notebook is run for, if it is run for one: other pages lead to this page by it."""
        return str(self.parameters.get("theme", ""))


@dataclass(frozen=True)
class Project:
    """
    Notebooks, data and code below one folder, the runs of the notebooks, and the root of what they make.

    The root is the project itself, or a scratch folder for what is only to be compared.
    """

    folder: Path
    root: Path
    runs: Sequence[Run]
    check: str = ""  # dotted name of a function of the package that reads all data, and raises where it cannot be used
    package: str = "src/analysis"

    def path_of(self, run: Run) -> Path:
        """The notebook of a run."""
        return self.folder / "notebooks" / f"{run.notebook}.ipynb"

    def digest_of(self, *names: str | Path) -> dict[str, str]:
        """Digests of files of the project, by their names; a file that is not there has an empty one."""
        paths = {str(name): self.folder / name for name in names}
        return {name: digest(path.read_bytes()) if path.is_file() else "" for name, path in paths.items()}

    def made(self, *names: Path) -> dict[str, str]:
        """Digests of files that steps have made, by their names; as `digest_of`."""
        paths = {str(name): self.root / name for name in names}
        return {name: digest(path.read_bytes()) if path.is_file() else "" for name, path in paths.items()}

    def inputs_of(self, run: Run) -> dict[str, str]:
        """
        Digests of the data files that a run reads.

        By its patterns; those that its notebook or parameters name; and those that a YAML file among them names (a
        manifest its texts, a list of codings its tables, the study its simulations).

        Raises
        ------
        InputError : if one of its patterns matches no file, the standard ones apart
        """
        declared = {name for pattern in run.inputs for name in match_files(self.folder, pattern)}
        code = parameters.code_of(parameters.read_cells(self.path_of(run)))
        texts = {*parameters.texts_in(code), *map(str, run.parameters.values())}
        named = declared | {text for text in texts if is_file_below(self.folder, text)}
        lists = [name for name in named if name.endswith((".yml", ".yaml"))]
        listed = {file for name in lists for file in files_named_in(self.folder, name)}
        return self.digest_of(*sorted(named | listed))

    def pages(self) -> list[Page]:
        """The pages in reading order; the title of each is the first heading of its notebook."""
        from analysis.report.pages import Page

        return [Page(run.name, title_of(self.path_of(run)), run.label, run.group, run.theme) for run in self.runs]


class StepError(RuntimeError):
    """A step that could not be done, and why."""


@cache
def read_package(folder: Path) -> Package:
    """The code of a package, read once: what changes during a run counts the next time."""
    return Package(folder)


def code_of(project: Project) -> Package:
    """The code that the notebooks use."""
    return read_package((project.folder / project.package).resolve())


def machinery(*modules: str) -> dict[str, str]:
    """The code of a kind of step: this file, and all that the modules reach with which the step makes its files."""
    package = read_package(Path(__file__).resolve().parents[1])
    return {"analysis/pipeline/steps.py": digest(Path(__file__).read_bytes())} | package.closure(*modules)


# --- the data as a whole: read once before anything is made from it


def check_key(project: Project) -> dict[str, str]:
    """What the check of the data depends on."""
    inputs = {name: value for run in project.runs for name, value in project.inputs_of(run).items()}
    return inputs | project.digest_of(LOCK) | code_of(project).closure(project.check)


def make_check(project: Project, tree: Path) -> None:
    """Read all data as the notebooks will."""
    if project.check:
        module, _, function = project.check.rpartition(".")
        getattr(importlib.import_module(module), function)(root=project.folder)


# --- a run: notebook to figures, tables, values and the executed notebook


def run_key(project: Project, run: Run) -> dict[str, str]:
    """What a run depends on: notebook, parameters, data, values of other runs, the lock, and the code it can reach."""
    path = project.path_of(run)
    cells = parameters.read_cells(path)
    content = [[cell["cell_type"], cell["source"], cell.get("metadata", {}).get("tags", [])] for cell in cells]
    return {
        f"notebooks/{path.name}": digest(json.dumps(content).encode()),
        "parameters": json.dumps(run.parameters, sort_keys=True),
        "Python": platform.python_version(),
        **project.digest_of(LOCK),
        **project.inputs_of(run),
        **project.made(*(VALUES / f"{name}.json" for name in run.needs)),
        **code_of(project).closure_of_source(parameters.code_of(cells), str(path)),
        **machinery("analysis.pipeline.run_notebook"),
    }


def make_run(project: Project, run: Run, tree: Path) -> None:
    """
    Execute the notebook of a run and put its files below `tree`, where they shall lie below the root.

    Raises
    ------
    StepError : if the notebook fails (it is kept below ``failed``) or writes a file that is not its own
    """
    import nbformat

    from analysis.pipeline.run_notebook import NotebookError, run_notebook

    out, scratch = tree.parent / "out", tree.parent / "scratch"
    scratch.mkdir()
    failed = project.root / FAILED / f"{run.name}.ipynb"
    try:
        notebook = run_notebook(
            project.path_of(run),
            places(project, run, out),
            project=project.folder,
            scratch=scratch,
            cache=project.root / WORK / "cache",
        )
    except NotebookError as error:
        failed.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(failed, nbformat.writes(error.notebook).encode())
        raise StepError(f"{error}\nThe notebook as far as it came: {FAILED / failed.name}") from None
    for file in sorted(file for file in out.rglob("*") if file.is_file()):
        put(file, tree / place_of(run, file.relative_to(out)))
    write(tree / EXECUTED / f"{run.name}.ipynb", nbformat.writes(notebook) + "\n")


def places(project: Project, run: Run, out: Path) -> dict[str, Any]:
    """The parameters of a run, the folder it writes to, and where which values lie that it reads."""
    values = {"values": str(project.root / VALUES), "needs": list(run.needs)} if run.needs else {}
    return {**run.parameters, "output": str(out), **values}


def place_of(run: Run, file: Path) -> Path:
    """
    Where a file that a notebook wrote belongs.

    Raises
    ------
    StepError : if it lies in no known folder, or its name does not begin with that of the run

    Examples
    --------
    >>> str(place_of(Run("02_themes", "Themes"), Path("tables/02_themes-share.csv")))
    'reports/tables/02_themes-share.csv'
    """
    if len(file.parts) != 2 or file.parts[0] not in PLACED or not is_named_after(file, [run.name]):
        raise StepError(
            f"{run.notebook}.ipynb wrote {file.as_posix()}; allowed are files {run.name}-… and {run.name}.json in"
            f" {', '.join(PLACED)}. Open its report with Report({run.name!r}, study, output)."
        )
    return PLACED[file.parts[0]] / file.name


def earlier_outputs(project: Project, run: Run) -> list[str]:
    """The figures, tables and values that are a run's by their names, whichever machine made them."""
    longer = [other.name for other in project.runs if is_named_after(Path(f"{other.name}."), [run.name])]
    files = list_outputs(project, PLACED.values(), [run.name])
    return [name for name in files if not is_named_after(Path(name), set(longer) - {run.name})]


def stray_outputs(project: Project) -> list[str]:
    """The files that notebooks of the project made for runs that it has no more, such as themes of another corpus."""
    files = list_outputs(project, [*PLACED.values(), EXECUTED, REPORTS], {run.notebook for run in project.runs})
    return [name for name in files if not is_named_after(Path(name), [run.name for run in project.runs])]


def list_outputs(project: Project, folders: Iterable[Path], names: Iterable[str]) -> list[str]:
    """The files in some folders below the root that are named after one of some runs or notebooks, sorted."""
    files = [folder / file.name for folder in folders for file in (project.root / folder).glob("*") if file.is_file()]
    return sorted(file.as_posix() for file in files if is_named_after(file, names))


def is_named_after(file: Path, names: Iterable[str]) -> bool:
    """Whether the name of a file is one of some names and a sign, as in ``02_themes-share.csv``, ``02_themes.json``."""
    return file.name.startswith(tuple(f"{name}{sign}" for name in names for sign in "-."))


# --- a page: executed notebook to HTML


def page_key(project: Project, run: Run) -> dict[str, str]:
    """What a page depends on: the executed notebook, what its foot says, the other pages' titles, the templates."""
    return {
        "provenance": json.dumps(describe_run(project, run), sort_keys=True),
        **pages_key(project),
        **project.made(EXECUTED / f"{run.name}.ipynb"),
        **machinery("analysis.report.pages", "analysis.report.about"),
    }


def make_page(project: Project, run: Run, tree: Path) -> None:
    """Write the page of a run below `tree`."""
    import nbformat

    from analysis.report.pages import render_page

    notebook = nbformat.read(project.root / EXECUTED / f"{run.name}.ipynb", as_version=4)
    provenance = describe_run(project, run)
    page = render_page(notebook, run=run.name, pages=project.pages(), provenance=provenance, about=about(project))
    write(tree / REPORTS / f"{run.name}.html", page)


def describe_run(project: Project, run: Run) -> dict[str, Any]:
    """What made a run: notebook, parameters, checksums, versions. No time, and no place."""
    return {
        "notebook": f"{run.notebook}.ipynb",
        "parameters": dict(run.parameters),
        "data": project.inputs_of(run),
        "lock": project.digest_of(LOCK)[LOCK],
        "versions": versions(project.folder / "pyproject.toml"),
    }


@cache
def versions(pyproject: Path) -> dict[str, str]:
    """The versions of Python and of the packages that a project names; Python's without its third number."""
    declared = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]["dependencies"]
    packages = sorted(re.split(r"[^\w-]", requirement, maxsplit=1)[0] for requirement in declared)
    # The lock fixes the packages. The third number of Python is the machine's, and changes no result.
    python = ".".join(platform.python_version_tuple()[:2])
    return {"Python": python, **{name: metadata.version(name) for name in packages}}


# --- the index


def pages_key(project: Project) -> dict[str, str]:
    """What the navigation depends on, and the foot of every page."""
    pages = [[run.name, title_of(project.path_of(run)), run.label, run.group, run.theme] for run in project.runs]
    return {"pages": json.dumps(pages), **project.digest_of(ABOUT)}


def about(project: Project) -> About:
    """What the study says of itself."""
    from analysis.report.about import read_about

    path = project.folder / ABOUT
    return read_about(path if path.is_file() else None)


def index_key(project: Project) -> dict[str, str]:
    """What the index depends on: the values of all runs, the figures they name, the manifest, the templates."""
    values = [VALUES / f"{run.name}.json" for run in project.runs]
    figures = [PLACED["figures"] / name for path in values if (name := figure_of(project.root / path))]
    return {
        **pages_key(project),
        **project.made(*values, *figures),
        **project.digest_of(MANIFEST),
        **machinery("analysis.report.pages", "analysis.report.about", "analysis.corpus.manifest"),
    }


def make_index(project: Project, tree: Path) -> None:
    """Write the index below `tree`."""
    from analysis.corpus.manifest import read_manifest
    from analysis.report.pages import render_index

    manifest = project.folder / MANIFEST
    page = render_index(
        project.pages(),
        project.root / VALUES,
        figures=project.root / PLACED["figures"],
        documents=read_manifest(manifest) if manifest.is_file() else None,
        about=about(project),
    )
    write(tree / REPORTS / "index.html", page)


def figure_of(values: Path) -> str:
    """The figure that the values of a run name for the index, if they do."""
    try:
        return str(json.loads(values.read_text(encoding="utf-8")).get("figure") or "")
    except (OSError, ValueError, AttributeError):
        return ""


# --- files


def title_of(notebook: Path) -> str:
    """
    The first heading of a notebook: the question it asks.

    Raises
    ------
    InputError : if its first cell does not begin with one
    """
    first = next(iter(parameters.read_cells(notebook)), {"source": ""})["source"].lstrip()
    heading = first.splitlines()[0] if first else ""
    if not heading.startswith("# "):
        raise InputError(
            f"{notebook}, first cell", repr(heading), allowed="a heading, # and a question", remedy="Add it on top."
        )
    return heading[2:].strip()


def match_files(folder: Path, pattern: str) -> list[str]:
    """
    The names of the files below a folder that match a pattern, sorted.

    Raises
    ------
    InputError : if there are none, and the pattern is not one of the standard ones in `DATA`
    """
    names = sorted(path.relative_to(folder).as_posix() for path in folder.glob(pattern) if path.is_file())
    if not names and pattern not in DATA:
        raise InputError(f"{folder.name}/{pattern}", "no file", allowed="at least one", remedy="Check the pattern.")
    return names


def files_named_in(folder: Path, name: str) -> set[str]:
    """
    The names of the files that a YAML file names: under ``file`` or ``files``, as paths or globs below its own folder;
    under any other key as a path from `folder`.
    """
    start, text = (folder / name).parent, (folder / name).read_text(encoding="utf-8", errors="replace")
    patterns = FILE_KEY.findall(text)
    paths: set[Path] = set()
    for pattern in {pattern.strip() for pattern in patterns}:
        with suppress(OSError, ValueError, IndexError, NotImplementedError):  # no pattern: the check says so
            paths |= {path for path in start.glob(pattern) if path.is_file()}
    named = {value for value in PATH_VALUE.findall(text) if is_file_below(folder, value)}
    return named | {path.relative_to(folder).as_posix() for path in paths if ".." not in path.parts}


def is_file_below(folder: Path, name: str) -> bool:
    """Whether a text is the name of a file below a folder, written from there."""
    try:
        path = folder / name
        return "\n" not in name and path.is_file() and path.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError):  # too long, or with a zero byte
        return False


def write(target: Path, text: str) -> None:
    """Write a text, making its folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
