"""What is wrong with an ML repository, as far as that can be seen without running it."""

from __future__ import annotations

import ast
import os
import re
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import decode_source

from pytest_flops_mock.child.standin import TEMPLATES
from pytest_flops_mock.errors import Problem, RepositoryError, listing, nearest
from pytest_flops_mock.findings import Finding, findings_of
from pytest_flops_mock.opening import kind_inside
from pytest_flops_mock.repository.nearby import ML_FILES, no_repository
from pytest_flops_mock.repository.repository import MAX_READ, MLRepository
from pytest_flops_mock.texts import clean

ENTRY = "model_manager.py"
REQUIRED = (ENTRY, "conda.yaml")
"""The image builder refuses a repository without these."""

DATA_MANAGER = "data_manager.py"

METHODS = {template.removesuffix("Template"): methods for template, methods in TEMPLATES.items()}
"""The methods that each class must have."""

MAX_SOURCES = 10_000_000
"""Bytes of all sources that are parsed; of what is imported beyond that, running it will tell."""

MAX_SHOWN = 200
"""Characters of a line that are shown."""

_NO_SOURCE = re.compile(rb"coding[:=][ \t]*(?:idna|punycode|utf[-_]?7|(?:raw_)?unicode[-_]escape)", re.IGNORECASE)
"""Encodings in which nobody writes sources: they take time with the square of the length, or hide what is counted below."""

_UNGUARDED = sys.version_info < (3, 11)
MAX_LINKS = 50_000
"""Python 3.10 ends with SIGSEGV at a chain of 200,000 attributes, calls or subscripts; so many it parses in any thread."""

FLOPS_MODULES = ("main", "context", "data_loading", "notification_management", "aggregator_management")
FLOPS_PACKAGES = ("strategies", "learner_parts", "utils")
"""What the learner's and the aggregator's own files are called, which the image builder copies over the repository's."""


def structure_findings(repository: MLRepository) -> tuple[Finding, ...]:
    """All that is wrong with the files, their syntax, and the classes that FLOps looks for."""
    paths = repository.paths()
    if not any(_is_there(repository, name, paths) for name in ML_FILES):
        at_root = [path for path in paths if "/" not in path]
        return (Finding.of(no_repository(repository.root, repository.name, at_root), code="FM102"),)
    found = [_missing(repository, name, paths) for name in REQUIRED if name not in paths]
    if DATA_MANAGER not in paths:
        found.append(_missing(repository, DATA_MANAGER, paths, code="FM106"))
    trees: dict[str, ast.Module] = {}
    found += _parse(repository, [path for path in (ENTRY, DATA_MANAGER) if path in paths], frozenset(paths), trees)
    for path, name in ((ENTRY, "ModelManager"), (DATA_MANAGER, "DataManager")):
        if path in trees:
            found += _class_findings(path, trees[path], name)
    found += _replaced_modules(paths, trees)
    return tuple(found)


def _is_there(repository: MLRepository, name: str, paths: tuple[str, ...]) -> bool:
    """Whether something of that name is in the folder, be it of no use to the image builder."""
    return name in paths or (repository.root is not None and os.path.lexists(repository.root / name))


def _missing(repository: MLRepository, name: str, paths: tuple[str, ...], *, code: str = "FM102") -> Finding:
    at_root = [path for path in paths if "/" not in path]
    elsewhere = [path for path in paths if path.endswith("/" + name)]
    beside, kind = repository.absent(name), "" if repository.root is None else kind_inside(repository.root, name)
    got = f"at the root: {listing(at_root)}"
    if beside:
        got = f"it is in the folder, but {beside} in Git"
    elif kind:
        got = f"{kind} of that name, which is no file"
    return Finding.of(
        Problem(
            f"the repository has no {name} at its root",
            where=repository.name,
            expected=f"{name} beside the other files at the root",
            got=got,
            nearest="" if beside else next(iter(elsewhere), nearest(name, at_root)),
            fix=f"git add {'--force ' if beside == 'ignored' else ''}{name}, and commit it"
            if beside
            else "put it at the root; hidden files and what Git does not track do not exist for the image builder",
        ),
        code=code,
    )


def _parse(
    repository: MLRepository, waiting: list[str], paths: frozenset[str], trees: dict[str, ast.Module]
) -> Iterator[Finding]:
    """Parse the files that wait and, through their imports, the modules that they need; yields syntax errors."""
    seen: set[str] = set()
    total = 0
    while waiting:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        if path not in (ENTRY, DATA_MANAGER):
            size = repository.size(path)
            total += size
            if size > MAX_READ or total > MAX_SOURCES:
                continue
        try:
            content = repository.content(path)
            if _NO_SOURCE.search(content[:MAX_SHOWN]):
                raise SyntaxError("an encoding that no source has")
            if _UNGUARDED and sum(map(content.count, (b".", b"(", b"["))) > MAX_LINKS:
                if path not in (ENTRY, DATA_MANAGER):
                    continue
                raise RecursionError("nested too deeply")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # such as those about escapes, which this process may turn into errors
                # As bytes: the file may name its own encoding.
                trees[path] = ast.parse(content, filename=path)
        except RepositoryError as error:
            yield from findings_of(error)
        except (SyntaxError, ValueError, LookupError, RecursionError, MemoryError) as error:
            yield _syntax_error(path, _counted_in_characters(repository.content(path), error))
        else:
            imported = dict.fromkeys(file for module in _imported(trees[path], path) for file in _files(module))
            waiting += [file for file in imported if file in paths and file not in seen]


def _counted_in_characters(content: bytes, error: Exception) -> Exception:
    """The error of the decoded text, since Python counts the columns of bytes in bytes."""
    if getattr(error, "lineno", None) is None:  # it is about no line
        return error
    try:
        text = decode_source(content)
    except (SyntaxError, ValueError, LookupError):  # it is about the encoding
        return error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # as above
            ast.parse(text)
    except SyntaxError as same:
        return same
    except (ValueError, RecursionError, MemoryError):
        pass
    return error


def _files(module: str) -> Iterator[str]:
    """The files that importing ``module`` may run: its own, and those of the packages around it."""
    parts = module.split(".")[:MAX_SHOWN]
    for count in range(1, len(parts) + 1):
        stem = "/".join(parts[:count])
        yield from (f"{stem}.py", f"{stem}/__init__.py")


def _syntax_error(path: str, error: Exception) -> Finding:
    line = getattr(error, "lineno", None)
    source = ((getattr(error, "text", None) or "").splitlines() or [""])[0]
    column = min(getattr(error, "offset", None) or 1, len(source) + 1)
    if len(source) > MAX_SHOWN:
        start = max(column - MAX_SHOWN // 2, 1)
        source, column = source[start - 1 :][:MAX_SHOWN], column - start + 1
    encoding = "codec can't decode" in str(error)
    return Finding.of(
        Problem(
            f"{path} is not valid Python: {getattr(error, 'msg', None) or str(error) or type(error).__name__}",
            where=f"{path}:{line}" if line else path,
            fix="save the file in UTF-8" if encoding else "fix the syntax; the file was read as this Python reads it",
        ),
        code="FM103",
        detail=f"{clean(source)}\n{' ' * (column - 1)}^" if source.strip() and not encoding else "",
    )


def _imported(tree: ast.Module, path: str) -> Iterator[str]:
    """The modules that the file at ``path`` imports, and what may be modules."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            around = path.split("/")[: -node.level] if node.level else []
            module = ".".join([*around, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}".lstrip(".") for alias in node.names)


def _class_findings(path: str, tree: ast.Module, name: str) -> Iterator[Finding]:
    bound = _bound(tree.body)
    if {"*", "__getattr__"} & set(bound):  # only running it would tell
        return
    if name not in bound:
        yield Finding.of(
            Problem(
                f"{path} defines no class {name}",
                where=path,
                expected=f"class {name}({name}Template)",
                got=f"names defined there: {listing(bound)}",
                nearest=nearest(name, bound),
                fix=f"give the class in {path} that name",
            ),
            # FLOps imports the ModelManager itself; the DataManager is the ModelManager's business.
            code="FM104" if path == ENTRY else "FM107",
        )
        return
    node = bound[name][0]
    if len(bound[name]) > 1 or not isinstance(node, ast.ClassDef) or node.decorator_list or node.keywords:
        return  # methods may come from elsewhere
    template = f"{name}Template"
    bases = {_unparsed(base).rpartition(".")[2] for base in node.bases}
    # FLOps calls the ModelManager's methods itself; a DataManager without the template may have any.
    if bases - {template} or (not bases and path == DATA_MANAGER):
        return
    methods = _bound(node.body)
    if path == ENTRY:
        yield from _signature_findings(path, methods)
    missing = [method for method in METHODS[name] if method not in methods]
    others = [method for method in methods if method not in METHODS[name]]
    if missing:
        yield Finding.of(
            Problem(
                f"{name} has no method{'s' if len(missing) > 1 else ''} {', '.join(missing)}",
                where=f"{path}:{node.lineno}",
                expected=f"all methods that are abstract in {template}: {listing(METHODS[name])}",
                got=f"methods: {listing(methods)}",
                nearest=nearest(missing[0], others) if len(missing) == 1 else "",
                fix="write what is missing; FLOps cannot use the class without it",
            ),
            code="FM104",
        )


def _signature_findings(path: str, methods: dict[str, list[ast.AST]]) -> Iterator[Finding]:
    """Methods of the ModelManager that FLOps calls, and could not call as they are."""
    for name in METHODS["ModelManager"]:
        method = methods.get(name, [None])[-1]
        if not isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)) or method.decorator_list:
            continue
        given = 2 if name == "set_model_parameters" else 1  # self counts
        shown = f"{name}(self{', parameters' if given == 2 else ''})"
        takes, needed = _arguments(method.args)
        if isinstance(method, ast.AsyncFunctionDef):
            got = f"async def {name}"
        elif needed <= given <= takes and not _needed_keywords(method.args):
            continue
        else:
            got = f"{name}({_unparsed(method.args)})"
        yield Finding.of(
            Problem(
                f"{name} cannot be called as FLOps calls it",
                where=f"{path}:{method.lineno}",
                expected=f"def {shown}",
                got=got,
                fix="give further arguments a default, or take them from self",
            ),
            code="FM111",
        )


def _unparsed(node: ast.AST) -> str:
    """The node as source; an ellipsis for one that is nested too deeply, or has a number of thousands of digits."""
    try:
        return ast.unparse(node)
    except (RecursionError, ValueError):
        return "…"


def _arguments(arguments: ast.arguments) -> tuple[float, int]:
    """How many positional arguments a function takes at most, and how many it needs."""
    positional = len(arguments.posonlyargs) + len(arguments.args)
    return float("inf") if arguments.vararg else positional, positional - len(arguments.defaults)


def _needed_keywords(arguments: ast.arguments) -> bool:
    return any(default is None for default in arguments.kw_defaults)


def _bound(body: Iterable[ast.stmt]) -> dict[str, list[ast.AST]]:
    """The names that statements bind in their own scope, and what binds each; ``*`` for an import of everything."""
    found: dict[str, list[ast.AST]] = {}
    waiting: list[ast.AST] = list(reversed([*body]))
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            found.setdefault(node.name, []).append(node)
            continue  # its body is another scope
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                found.setdefault((alias.asname or alias.name).partition(".")[0], []).append(node)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.setdefault(node.id, []).append(node)
        waiting += [*ast.iter_child_nodes(node)][::-1]
    return found


def _replaced_modules(paths: tuple[str, ...], trees: dict[str, ast.Module]) -> Iterator[Finding]:
    """Modules that the repository imports and that are somebody else's in the image, and packages that hide FLOps' own.

    Packages are merged file by file: what counts is what the repository imports of ``__init__.py``.
    """
    used = {name for path, tree in trees.items() for name in _imported(tree, path)}
    tops = {name.partition(".")[0] for name in used}
    for module in FLOPS_MODULES:
        package = f"{module}/__init__.py"
        if package in paths and module != "main":
            yield _replaced(package, f"the package {module} hides FLOps' own module {module}.py in the image")
        elif f"{module}.py" in paths and module in tops and package not in paths:
            yield _replaced(f"{module}.py", f"{module} is replaced by FLOps' own in the image")
    for name in FLOPS_PACKAGES:
        package = f"{name}/__init__.py"
        if f"{name}.py" in paths and name in tops and package not in paths:
            yield _replaced(f"{name}.py", f"{name}.py is shadowed in the image by FLOps' own package {name}")
        elif package in trees and any(_is_of_package(one, name, paths, _bound(trees[package].body)) for one in used):
            yield _replaced(package, f"{package} is replaced by FLOps' own in the image")


def _is_of_package(used: str, package: str, paths: tuple[str, ...], bound: Mapping[str, object]) -> bool:
    """Whether an import takes something that the package's ``__init__.py`` binds."""
    top, _, rest = used.partition(".")
    name = rest.partition(".")[0]
    if top != package or any(path.startswith((f"{package}/{name}.py", f"{package}/{name}/")) for path in paths if name):
        return False
    return bool(bound) if name in ("", "*") else name in bound or "*" in bound


def _replaced(path: str, message: str) -> Finding:
    return Finding.of(
        Problem(
            message,
            where=path,
            expected=f"a module that is not called {listing([*FLOPS_MODULES, *FLOPS_PACKAGES])}",
            got=path,
            nearest=f"my_{path}",
            fix="rename the module and its imports; here it works, on FLOps the import finds another one",
        ),
        code="FM105",
    )
