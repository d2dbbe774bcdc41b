"""Import closure: the files of the package that a notebook can reach, each with the digest of its bytes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from analysis.inputs import InputError
from analysis.pipeline.records import digest

# Code that finds files beside itself depends on the package's other files (templates, styles) below its folder, as far
# as it names them or their folders; code that computes the name of a module, on all modules there.
FILE_FINDERS = ("__file__", "importlib.resources")
MODULE_FINDERS = ("import_module", "__import__", "__path__")
QUOTED = re.compile(r"""["']([^"'\n]+)["']""")
CODE = {".py", ".pyi", ".pyc"}


class Package:
    """
    The files of one package as a graph of imports.

    A step may run once too often, never once too seldom: a module counts as a whole, with its comments, as soon as an
    import names it, wherever that import stands. ``from analysis.themes import plots`` reaches ``plots.py`` and the
    ``__init__.py`` above it; ``from analysis.report import Report`` the module where the stub of the lazily loaded
    package says it is defined; ``from analysis import themes`` everything that its stub lists. A module's name in
    quotes counts as an import. Libraries are not followed: the lock stands for them.
    """

    def __init__(self, folder: Path):
        self.folder = Path(folder)
        self.modules = {module_name(self.folder, file): file for file in sorted(self.folder.rglob("*.py"))}
        self.quoted = re.compile(rf"""["']({self.folder.name}(?:\.\w+)*\.?)(?=["'{{])""")
        self.imports_of = cache(self._imports_of)
        self.stub_of = cache(self._stub_of)
        self.digest_of = cache(lambda file: digest(file.read_bytes()))

    def closure(self, *names: str) -> dict[str, str]:
        """
        The files that dotted names (``analysis.study.open_study``) can reach.

        Returns
        -------
        dict, name of a file below the folder that holds the package, sorted -> SHA-256 of its bytes

        Raises
        ------
        InputError : if one of the files is no valid Python; names file and line
        """
        reached: set[Path] = set()
        waiting = [file for name in names for file in self._resolve(name)]
        while waiting:
            file = waiting.pop()
            if file not in reached:
                reached.add(file)
                waiting.extend(self.imports_of(file))
        return {file.relative_to(self.folder.parent).as_posix(): self.digest_of(file) for file in sorted(reached)}

    def closure_of_source(self, source: str, where: str) -> dict[str, str]:
        """The files that a script, or the code of a notebook, can reach; see `closure`."""
        return self.closure(*self._names_in(source, where, ""))

    def _imports_of(self, file: Path) -> frozenset[Path]:
        """The files that one file of the package imports or looks for."""
        if file.suffix not in {".py", ".pyi"}:
            return frozenset()
        source = file.read_text(encoding="utf-8-sig", errors="replace")
        package = module_name(self.folder, file.parent / "__init__.py")
        names = self._names_in(source, str(file), package)
        files = {imported for name in names for imported in self._resolve(name)}
        lazy = file.with_suffix(".pyi").is_file()  # names itself only to say where its stub is
        if not lazy and any(word in source for word in FILE_FINDERS):
            files |= self._files_below(
                file.parent, {part for text in QUOTED.findall(source) for part in text.split("/")}
            )
        return frozenset(files)

    def _files_below(self, folder: Path, names: set[str]) -> set[Path]:
        """The other files below a folder that are named, or lie in a folder that is; all of them when none is."""
        files = {path for path in folder.rglob("*") if path.is_file() and path.suffix not in CODE}
        return {path for path in files if names & {*path.relative_to(folder).parts}} or files

    def _names_in(self, source: str, where: str, package: str) -> set[str]:
        """The dotted names that a source imports or may import."""
        computed = any(word in source for word in MODULE_FINDERS)
        anywhere = {f"{package or self.folder.name}."} if computed else set()
        return read_imports(source, where, package) | {*self.quoted.findall(source)} | anywhere

    def _resolve(self, dotted: str) -> Iterator[Path]:
        """The files that importing a dotted name may run; all modules below it when it ends with a dot."""
        if dotted.endswith("."):
            yield from (file for name, file in self.modules.items() if name.startswith(dotted))
        home = dotted
        while home and home not in self.modules:
            home = home.rpartition(".")[0]
        yield from (self.modules[name] for name in beginnings(home) if name in self.modules)
        if home and (stub := self.modules[home].with_suffix(".pyi")).is_file():
            listed = self.stub_of(stub)
            name = dotted[len(home) + 1 :].split(".")[0]
            yield from [stub] if name not in listed else self._resolve(listed[name])

    def _stub_of(self, stub: Path) -> dict[str, str]:
        """The names that a lazily loaded package lists, and where each is defined."""
        package = module_name(self.folder, stub)
        names = read_imports(stub.read_text(encoding="utf-8"), str(stub), package)
        return {name.rpartition(".")[2]: name for name in names}


def module_name(folder: Path, file: Path) -> str:
    """
    The dotted name of a file in a package's folder.

    Examples
    --------
    >>> module_name(Path("src/analysis"), Path("src/analysis/report/charts.py"))
    'analysis.report.charts'
    >>> module_name(Path("src/analysis"), Path("src/analysis/__init__.py"))
    'analysis'
    """
    parts = file.relative_to(folder.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def beginnings(dotted: str) -> list[str]:
    """``["a", "a.b", "a.b.c"]`` for ``a.b.c``."""
    parts = dotted.split(".")
    return [".".join(parts[: end + 1]) for end in range(len(parts))]


def read_imports(source: str, where: str, package: str = "") -> set[str]:
    """
    The dotted names that a source imports, inside functions too; relative ones start from `package`.

    Raises
    ------
    InputError : if the source is no valid Python; names the line

    Examples
    --------
    >>> sorted(read_imports("from .themes import plots; import analysis.study", "a.py", "analysis"))
    ['analysis', 'analysis.study', 'analysis.themes.plots']
    """
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        found, remedy = f"a syntax error ({error.msg})", "Correct the line."
        raise InputError(f"{where}, line {error.lineno}", found, allowed="Python", remedy=remedy) from None
    names: set[str] = set()
    for statement in statements_in(tree):
        if isinstance(statement, ast.Import):  # binds the first name, through which all others can be reached
            names |= {above for alias in statement.names for above in beginnings(alias.name)}
        elif isinstance(statement, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - statement.level + 1] if statement.level else []
            start = ".".join([*above, *([statement.module] if statement.module else [])])
            names |= {f"{start}.{alias.name}" for alias in statement.names}
    return names


def statements_in(tree: ast.AST) -> Iterator[ast.AST]:
    """All statements of a tree, also those inside others: a fraction of what `ast.walk` visits."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            inner = getattr(node, part, None)
            waiting.extend(inner if isinstance(inner, list) else ())
