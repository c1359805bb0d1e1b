"""What the code of an ML repository says of its data and its model, as far as it can be read without running it."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

OF_IMAGES = frozenset(("bytes", "path"))
"""Fields of a picture in Arrow format, which are read as columns are."""

_READ_BY = frozenset(("column", "select", "select_columns", "remove_columns"))
_NOT_DATA = frozenset(("environ", "kwargs", "config", "os"))
_FLAVORS = {"torch": "pytorch", "keras": "keras", "tensorflow": "keras", "sklearn": "sklearn"}


@dataclass(frozen=True)
class Code:
    """What the sources say.

    Attributes:
        columns: Names that are read as columns are, sorted.
        text: All sources, for names of data sets in it.
        flavor: The flavour of MLflow that the imports speak for; empty if none does.
    """

    columns: tuple[str, ...] = ()
    text: str = ""
    flavor: str = ""


def read_code(sources: Mapping[str, str], data_manager: str = "data_manager.py") -> Code:
    """Read sources by path; those that are not Python say their words only.

    Args:
        sources: Their texts.
        data_manager: The one that reads columns; all of them where it is not there.
    """
    columns: set[str] = set()
    imported: set[str] = set()
    for path, text in sources.items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(text)
            found, modules = {*_columns(tree)}, {*_modules(tree)}
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        imported |= modules
        if path == data_manager or data_manager not in sources:
            columns |= found
    flavor = next((flavor for module, flavor in _FLAVORS.items() if module in imported), "")
    return Code(tuple(sorted(columns - OF_IMAGES)), "\n".join(sources.values()), flavor)


def _columns(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and _name(node.value) not in _NOT_DATA:
            yield from _texts(node.slice)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _READ_BY:
            for argument in node.args:
                yield from _texts(argument)


def _texts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, (ast.List, ast.Tuple)):
        for element in node.elts:
            yield from _texts(element)


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _modules(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]


def mentions(text: str, names: Mapping[str, str]) -> list[str]:
    """What of these a text names, in the order of the mapping.

    ``cifar-10`` and ``CIFAR10`` are one name, and what is named ``fashion_mnist`` does not name ``mnist``.

    Args:
        text: Any text.
        names: What each name stands for.
    """
    found: set[str] = set()
    text = text.casefold()
    for name in sorted(names, key=len, reverse=True):
        pattern = _spelled(name.casefold())
        if pattern.search(text):
            found.add(names[name])
            text = pattern.sub(" ", text)
    return [meant for meant in dict.fromkeys(names.values()) if meant in found]


def _spelled(name: str) -> re.Pattern[str]:
    parts = re.findall(r"[a-z]+|[0-9]+", name)
    return re.compile(r"(?<![a-z0-9])" + r"[-_ ]?".join(map(re.escape, parts)) + r"(?![a-z0-9])")
