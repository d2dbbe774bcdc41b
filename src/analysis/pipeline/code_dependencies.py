"""Which code a notebook uses: the functions, classes and constants of the package that it can reach."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from analysis.inputs import InputError, read_text

# Code that looks up names while it runs may mean any name of its module.
DYNAMIC = {"globals", "eval", "exec"}
# Code that looks for files beside itself depends on the templates and other data files of the package.
FILE_FINDERS = ("importlib.resources", "pkgutil")

DATA_FILES = "data files:"  # the symbol for them

Functions = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Module:
    """The top-level statements of one file, without docstrings, by the names they bind."""

    name: str
    statements: tuple[ast.stmt, ...]
    definitions: Mapping[str, tuple[ast.stmt, ...]]
    imports: Mapping[str, frozenset[str]]  # name in this file -> dotted names it may stand for
    effects: tuple[ast.stmt, ...]  # statements that do more than bind a name: they count for every user of the module


class Package:
    """
    The code of one package as a graph of symbols: functions, classes (whole) and constants at the top of a module.

    A symbol depends on every symbol its text names. A use that cannot be resolved (a module handed on as a value,
    ``eval``) counts as the whole module: a step may run once too often, never once too seldom. Libraries are not
    followed; the lock stands for them.

    A symbol is written ``module:name``; ``module:`` is what importing the module does, ``module:*`` the whole module.
    """

    def __init__(self, folder: Path):
        self.folder = Path(folder)
        self.name = self.folder.name
        self.files = {module_name(self.folder, file): file for file in sorted(self.folder.rglob("*.py"))}
        self._modules: dict[str, Module] = {}
        self._uses: dict[str, frozenset[str]] = {}
        self._digests: dict[str, str] = {}
        self._meant: dict[str, tuple[str, ...]] = {}
        self._run: dict[str, tuple[str, ...]] = {}

    def closure(self, roots: Iterable[str]) -> dict[str, str]:
        """
        Every symbol that the dotted names in `roots` can reach, sorted, with the digest of its code.

        Comments, docstrings and formatting do not change a digest.
        """
        return self._reach(symbol for root in roots for symbol in self._resolve(root))

    def closure_of_source(self, source: str, where: str) -> dict[str, str]:
        """
        Every symbol that a script, or the code of a notebook, can reach; see `closure`.

        Raises
        ------
        InputError : if the source is no valid Python
        """
        script = parse_module("__main__", source, where=where, package=self.name)
        return self._reach(self._used_by(script, script.statements))

    @cached_property
    def data_files(self) -> dict[str, str]:
        """The files of the package that are not Python (templates, styles), with the digest of their bytes."""
        files = [file for file in sorted(self.folder.rglob("*")) if file.is_file()]
        return {
            file.relative_to(self.folder.parent).as_posix(): digest(file.read_bytes())
            for file in files
            if file.suffix not in {".py", ".pyc"}
        }

    def _reach(self, symbols: Iterable[str]) -> dict[str, str]:
        found: set[str] = set()
        waiting = list(symbols)
        while waiting:
            symbol = waiting.pop()
            if symbol not in found:
                found.add(symbol)
                waiting.extend(self._uses_of(symbol) if symbol != DATA_FILES else ())
        digests = {symbol: self._digest_of(symbol) for symbol in sorted(found - {DATA_FILES})}
        return digests | (self.data_files if DATA_FILES in found else {})

    def _module(self, name: str) -> Module:
        if name not in self._modules:
            file = self.files[name]
            source = read_text(file) if file.read_bytes().strip() else ""
            package = name if file.name == "__init__.py" else name.rpartition(".")[0]
            self._modules[name] = parse_module(name, source, where=str(file), package=package)
        return self._modules[name]

    def _home(self, dotted: str) -> str:
        """The longest beginning of a dotted name that is a module of the package, or an empty text."""
        while dotted and dotted not in self.files:
            dotted = dotted.rpartition(".")[0]
        return dotted

    def _resolve(self, dotted: str, seen: frozenset[str] = frozenset()) -> Iterator[str]:
        """The symbols a dotted name may stand for; nothing when it lies outside the package."""
        home = self._home(dotted)
        if not home or dotted in seen:
            return
        yield f"{home}:"
        module = self._module(home)
        first, _, rest = dotted[len(home) + 1 :].partition(".")
        if first in module.imports:  # the module only hands the name on
            for target in module.imports[first]:
                yield from self._resolve(f"{target}.{rest}".rstrip("."), seen | {dotted})
        if first in module.definitions:
            yield f"{home}:{first}"
        elif first not in module.imports:
            yield f"{home}:*"

    def _code_of(self, symbol: str) -> tuple[Module, tuple[ast.stmt, ...]]:
        name, _, part = symbol.partition(":")
        module = self._module(name)
        if part == "*":
            return module, module.statements
        return module, module.definitions[part] if part else module.effects

    def _uses_of(self, symbol: str) -> frozenset[str]:
        if symbol not in self._uses:
            self._uses[symbol] = frozenset(self._used_by(*self._code_of(symbol)))
        return self._uses[symbol]

    def _used_by(self, module: Module, statements: tuple[ast.stmt, ...]) -> Iterator[str]:
        for name in {name for statement in statements for name in names_in(statement)}:
            if self._finds_files(name, module):
                yield DATA_FILES
            for dotted in meanings(name, module):
                yield from self._known(dotted)
        for text in {text for statement in statements for text in texts_in(statement)}:
            if text in self.files:  # as in importlib.import_module("analysis.report.charts")
                yield f"{text}:*"
        for target in module.imports.get("*", ()):
            yield from self._resolve(f"{target}.*")
        yield from self._run_by_import(module)

    def _known(self, dotted: str) -> tuple[str, ...]:
        """What `_resolve` says, asked once."""
        if dotted not in self._meant:
            self._meant[dotted] = tuple(self._resolve(dotted))
        return self._meant[dotted]

    def _run_by_import(self, module: Module) -> tuple[str, ...]:
        """Importing a module runs it, and before it the packages that it lies in."""
        if module.name not in self._run:
            homes = {self._home(target) for targets in module.imports.values() for target in targets}
            parts = [home.split(".") for home in sorted(homes) if home]
            self._run[module.name] = tuple(".".join(one[: end + 1]) + ":" for one in parts for end in range(len(one)))
        return self._run[module.name]

    def _finds_files(self, name: str, module: Module) -> bool:
        meant = module.imports.get(name.split(".")[0], ())
        return name == "__file__" or any(target.startswith(FILE_FINDERS) for target in meant)

    def _digest_of(self, symbol: str) -> str:
        if symbol not in self._digests:
            _, statements = self._code_of(symbol)
            self._digests[symbol] = digest("\n".join(map(ast.dump, statements)).encode())
        return self._digests[symbol]


def digest(content: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


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


def parse_module(name: str, source: str, *, where: str, package: str) -> Module:
    """
    Sort the statements of one file by the names they bind; `package` is what its relative imports start from.

    Raises
    ------
    InputError : if the source is no valid Python; names the line
    """
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise InputError(
            f"{where}, line {error.lineno}",
            f"a syntax error ({error.msg})",
            allowed="Python",
            remedy="Correct the line.",
        ) from None
    if "__doc__" not in source:  # else they are data
        drop_docstrings(tree)
    statements = tuple(tree.body)
    imports = read_imports(tree, package)
    definitions: dict[str, tuple[ast.stmt, ...]] = {}
    for statement in statements:
        for bound in sorted(bound_names(statement)):
            definitions[bound] = (*definitions.get(bound, ()), statement)
    root = package.split(".")[0] + "."
    imported = {local for local, targets in imports.items() if any(one.startswith(root) for one in targets)}
    ours = {*definitions, *imported}
    effects = tuple(statement for statement in statements if has_effect(statement, ours))
    return Module(name, statements, definitions, imports, effects)


def drop_docstrings(tree: ast.Module) -> None:
    """Take texts that stand alone out of a freshly parsed tree: they are comments to the reader."""
    for node in list(statements_in(tree)):
        if isinstance(node, (ast.Module, ast.ClassDef, *Functions)):
            kept = [one for one in node.body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
            node.body = kept if kept or isinstance(node, ast.Module) else [ast.Pass()]


def read_imports(tree: ast.Module, package: str) -> dict[str, frozenset[str]]:
    """What each imported name of a file may stand for; ``*`` collects the modules whose names are all imported."""
    imports: dict[str, set[str]] = {}
    for node in statements_in(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                target = alias.name if alias.asname else alias.name.split(".")[0]
                imports.setdefault(alias.asname or target, set()).add(target)
                imports.setdefault("", set()).add(alias.name)  # run, whatever name is bound
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                target = source if alias.name == "*" else f"{source}.{alias.name}"
                imports.setdefault(alias.asname or alias.name, set()).add(target)
    return {name: frozenset(targets) for name, targets in imports.items()}


def bound_names(statement: ast.stmt) -> set[str]:
    """The names a top-level statement binds, imports apart."""
    if isinstance(statement, (ast.ClassDef, *Functions)):
        return {statement.name}
    stored = {node.id for node in nodes_in(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    defined = {node.name for node in nodes_in(statement) if isinstance(node, (ast.ClassDef, *Functions))}
    return stored | defined


def has_effect(statement: ast.stmt, ours: set[str]) -> bool:
    """Whether a top-level statement may do more than bind names: a call, a changed table, a registering decorator."""
    if isinstance(statement, (ast.Import, ast.ImportFrom, ast.Pass)):
        return False
    if isinstance(statement, (ast.ClassDef, *Functions)):
        return any(name.split(".")[0] in ours for one in statement.decorator_list for name in names_in(one))
    if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return any(isinstance(node, (ast.Attribute, ast.Subscript)) for target in targets for node in nodes_in(target))
    return True


def meanings(name: str, module: Module) -> Iterator[str]:
    """What a dotted name in a module may stand for, seen from outside the module."""
    first, _, rest = name.partition(".")
    if first in DYNAMIC:
        yield f"{module.name}.*"
        yield from (f"{target}.*" for targets in module.imports.values() for target in targets)
    if first in module.definitions:
        yield f"{module.name}.{first}"
    for target in module.imports.get(first, ()):
        yield f"{target}.{rest}".rstrip(".")


def names_in(node: ast.AST) -> Iterator[str]:
    """
    The names a piece of code uses, dotted as far as they are written so, arguments of its functions left out.

    Examples
    --------
    >>> list(names_in(ast.parse("def plot(ax): ax.plot(figures.COLOURS[theme])")))
    ['figures.COLOURS', 'theme']
    """
    waiting: list[tuple[ast.AST, frozenset[str]]] = [(node, frozenset())]
    while waiting:
        node, local = waiting.pop()
        if isinstance(node, (ast.Attribute, ast.Name)):
            parts = written_name(node)
            if parts:
                if parts[0] not in local:
                    yield ".".join(parts)
                continue
        inner = local
        if isinstance(node, (ast.Lambda, *Functions)):
            arguments = node.args
            every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
            inner = local | {argument.arg for argument in every if argument}
        for field in reversed(node._fields):
            scope = inner if field == "body" else local
            waiting.extend((child, scope) for child in reversed(children(node, field)))


def children(node: ast.AST, field: str) -> list[ast.AST]:
    """The nodes in one field of a node."""
    value = getattr(node, field, None)
    if isinstance(value, ast.AST):
        return [value]
    return [one for one in value if isinstance(one, ast.AST)] if isinstance(value, list) else []


def statements_in(tree: ast.Module) -> Iterator[ast.AST]:
    """A module and all its statements, also those inside others, in any order."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            value = getattr(node, field, None)
            waiting.extend(value if isinstance(value, list) else ())


def nodes_in(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it, in any order: three times as fast as `ast.walk`, which all steps wait for."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        for field in node._fields:
            value = getattr(node, field, None)
            if isinstance(value, ast.AST):
                waiting.append(value)
            elif value.__class__ is list:
                waiting.extend(one for one in value if isinstance(one, ast.AST))


def written_name(node: ast.expr) -> list[str]:
    """``["a", "b", "c"]`` for ``a.b.c``; nothing when the chain starts with something else, as in ``f(x).b``."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return [*parts, node.id][::-1] if isinstance(node, ast.Name) else []


def texts_in(statement: ast.stmt) -> Iterator[str]:
    """The text constants of a statement."""
    for node in nodes_in(statement):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
