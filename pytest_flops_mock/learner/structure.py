"""What can be said of an ML repository without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pytest_flops_mock.errors import Problem, RepositoryError, listing, nearest
from pytest_flops_mock.findings import Finding, findings_of
from pytest_flops_mock.learner.repository import MLRepository

ENTRY = "model_manager.py"
REQUIRED = (ENTRY, "conda.yaml")
"""The image builder refuses a repository without these."""

DATA_MANAGER = "data_manager.py"

METHODS = {
    "ModelManager": (
        "set_model_data",
        "get_model",
        "get_model_parameters",
        "set_model_parameters",
        "fit_model",
        "evaluate_model",
    ),
    "DataManager": ("_prepare_data", "get_data"),
}
"""The abstract methods of the templates in ``flops_utils.ml_repo_templates``."""

REPLACED = (
    "main",
    "context",
    "data_loading",
    "notification_management",
    "aggregator_management",
    "strategies",
    "learner_parts",
)
"""Modules at the root that the image builder overwrites with the learner's or the aggregator's own."""

SHADOWED = "utils"
"""A module ``utils.py`` loses against the actors' package of that name; a package ``utils/`` is merged with it."""


def structure_findings(repository: MLRepository) -> tuple[Finding, ...]:
    """All that is wrong with the files, their syntax, and the classes that FLOps looks for."""
    paths = repository.paths()
    found = [_missing(repository, name, paths) for name in REQUIRED if name not in paths]
    if DATA_MANAGER not in paths:
        found.append(_missing(repository, DATA_MANAGER, paths, code="FM106"))
    if ENTRY in paths:
        trees: dict[str, ast.Module] = {}
        found += _parse(repository, ENTRY, paths, trees)
        if DATA_MANAGER in paths:
            found += _parse(repository, DATA_MANAGER, paths, trees)
            found += _class_findings(repository, DATA_MANAGER, "DataManager", trees)
        found += _class_findings(repository, ENTRY, "ModelManager", trees)
        found += _replaced_modules(repository, paths, trees)
    return tuple(found)


def _missing(repository: MLRepository, name: str, paths: tuple[str, ...], *, code: str = "FM102") -> Finding:
    at_root = [path for path in paths if "/" not in path]
    elsewhere = [path for path in paths if path.endswith("/" + name)]
    return Finding.of(
        Problem(
            f"the repository has no {name} at its root",
            where=repository.name,
            expected=f"{name} beside the other files at the root",
            came=f"at the root: {listing(at_root)}",
            nearest=next(iter(elsewhere), nearest(name, at_root)),
            hint="put it at the root; hidden files and what Git ignores do not exist for the image builder",
        ),
        code=code,
    )


def _parse(
    repository: MLRepository, path: str, paths: tuple[str, ...], trees: dict[str, ast.Module]
) -> Iterator[Finding]:
    """Parse ``path`` and, through its imports, the repository's modules that it needs; yields syntax errors."""
    if path in trees:
        return
    try:
        trees[path] = ast.parse(repository.text(path), filename=path)
    except RepositoryError as error:
        yield from findings_of(error)
        return
    except (SyntaxError, ValueError) as error:
        trees[path] = ast.Module(body=[], type_ignores=[])
        yield _syntax_error(path, error)
        return
    for module in _imported(trees[path]):
        for candidate in (f"{module.replace('.', '/')}.py", f"{module.replace('.', '/')}/__init__.py"):
            if candidate in paths:
                yield from _parse(repository, candidate, paths, trees)


def _syntax_error(path: str, error: SyntaxError | ValueError) -> Finding:
    line = getattr(error, "lineno", None)
    source = (getattr(error, "text", None) or "").rstrip("\n")
    column = getattr(error, "offset", None) or 1
    return Finding.of(
        Problem(
            f"{path} is not valid Python: {getattr(error, 'msg', error)}",
            where=f"{path}:{line}" if line else path,
            hint="mend the syntax; the file was read as this Python reads it",
        ),
        code="FM103",
        detail=f"{source}\n{' ' * (column - 1)}^" if source else "",
    )


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def _class_findings(
    repository: MLRepository, path: str, name: str, trees: dict[str, ast.Module]
) -> Iterator[Finding]:
    body = trees[path].body if path in trees else []
    bound = {bound_name: node for node in body for bound_name in _bound_names(node)}
    if not body or "*" in bound:  # told already, or not to be said without running
        return
    if name not in bound:
        yield Finding.of(
            Problem(
                f"{path} defines no class {name}",
                where=path,
                expected=f"class {name}({name}Template)",
                came=f"names defined there: {listing(bound)}",
                nearest=nearest(name, bound),
                hint=f"FLOps imports {name} from {path}; give the class that name",
            ),
            code="FM104",
        )
        return
    node = bound[name]
    if not isinstance(node, ast.ClassDef) or {ast.unparse(base).rpartition(".")[2] for base in node.bases} - {
        f"{name}Template"
    }:
        return  # methods may come from elsewhere
    methods = [child.name for child in node.body if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef))]
    for missing in (method for method in METHODS[name] if method not in methods):
        yield Finding.of(
            Problem(
                f"{name} has no method {missing}",
                where=f"{path}:{node.lineno}",
                expected=f"def {missing}(self, ...), abstract in {name}Template",
                came=f"methods: {listing(methods)}",
                nearest=nearest(missing, methods),
                hint="write it; without it the class cannot be instantiated",
            ),
            code="FM104",
        )


def _bound_names(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name for alias in node.names)
    elif isinstance(node, ast.Assign):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))
    elif isinstance(node, (ast.If, ast.Try)):
        for child in [*node.body, *node.orelse]:
            yield from _bound_names(child)


def _replaced_modules(
    repository: MLRepository, paths: tuple[str, ...], trees: dict[str, ast.Module]
) -> Iterator[Finding]:
    """Modules that the repository imports and that are somebody else's in the image."""
    used = {module.partition(".")[0] for tree in trees.values() for module in _imported(tree)}
    for module in REPLACED:
        files = [path for path in paths if path == f"{module}.py" or path.startswith(f"{module}/")]
        if files and module in used:
            yield _replaced(files[0], f"{module} is replaced by FLOps' own in the image")
    if f"{SHADOWED}.py" in paths and SHADOWED in used:
        yield _replaced(f"{SHADOWED}.py", "utils.py is shadowed in the image by FLOps' own package utils")


def _replaced(path: str, message: str) -> Finding:
    return Finding.of(
        Problem(
            message,
            where=path,
            expected=f"a module that is not called {listing([*REPLACED, SHADOWED])}",
            came=path,
            nearest=f"my_{path}",
            hint="rename the module and its imports; here it works, on FLOps the import finds another one",
        ),
        code="FM105",
    )
