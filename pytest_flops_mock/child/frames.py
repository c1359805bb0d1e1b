"""Places in the repository: calls of a traceback, and the ``return`` that a value came from."""

from __future__ import annotations

import ast
import inspect
import linecache
import os
import sys
import textwrap
import types
from collections.abc import Callable, Iterator
from typing import Any

from .values import cut

MAX_PATH = 1000
MAX_SOURCE = 200


class Places:
    """Tells places in the repository that lies in ``folder``."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._returns: dict[types.CodeType, list[int]] = {}  # looked up in each round, of each example of a search

    def inside(self, filename: str) -> bool:
        """Whether a file is one of the repository's."""
        # Cython's frames name files relative to their own source: those are not here.
        return os.path.realpath(filename).startswith(self.folder + os.sep) and os.path.isfile(filename)

    def place(self, filename: str, line: int, function: str) -> dict[str, Any]:
        """File, line, function, and the line's text."""
        path = os.path.relpath(os.path.realpath(filename), self.folder).replace(os.sep, "/")
        source = cut(linecache.getline(filename, line).strip(), MAX_SOURCE)
        return {"file": cut(path, MAX_PATH), "line": line, "function": function, "source": source}

    def of(self, function: Any) -> dict[str, Any] | None:
        """Where a method of the repository begins; nothing if it is no method of the repository's."""
        code = getattr(inspect.unwrap(function), "__code__", None)
        if not isinstance(code, types.CodeType) or not self.inside(code.co_filename):
            return None
        return self.place(code.co_filename, code.co_firstlineno, code.co_name)

    def returned(self, function: Callable[[], Any]) -> tuple[Any, dict[str, Any] | None]:
        """What a method of the repository returns, and the place of the ``return`` that it came from.

        Args:
            function: The bound method; it is called once.
        """
        code = getattr(inspect.unwrap(function), "__code__", None)
        if not isinstance(code, types.CodeType) or not self.inside(code.co_filename):
            return function(), None
        if code not in self._returns:
            self._returns[code] = list(_returns(function, code))
        lines = self._returns[code]
        value, line = _watched(function, code) if len(lines) > 1 else (function(), 0)
        line = line or (lines[0] if lines else code.co_firstlineno)
        return value, self.place(code.co_filename, line, code.co_name)


def _returns(function: Any, code: types.CodeType) -> Iterator[int]:
    """The lines on which a function returns a value."""
    try:
        source = textwrap.dedent("".join(inspect.getsourcelines(inspect.unwrap(function))[0]))
        (definition,) = ast.parse(source).body
    except (OSError, TypeError, ValueError, SyntaxError):
        return
    pending: list[ast.AST] = list(ast.iter_child_nodes(definition))
    while pending:
        node = pending.pop(0)
        if isinstance(node, ast.Return):
            yield code.co_firstlineno + node.lineno - 1
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            pending += ast.iter_child_nodes(node)


def _watched(function: Callable[[], Any], code: types.CodeType) -> tuple[Any, int]:
    """What it returns and on which line; no line where something else (a debugger, coverage) is watching already."""
    if sys.gettrace() is not None:
        return function(), 0
    line = 0

    def at_return(frame: types.FrameType, event: str, _: Any) -> Any:
        nonlocal line
        if event == "return":
            line = frame.f_lineno
        return at_return

    def at_call(frame: types.FrameType, *_: Any) -> Any:
        if frame.f_code is not code:
            return None
        frame.f_trace_lines = False  # the calls and returns of this one function alone: training stays as fast
        return at_return

    sys.settrace(at_call)
    try:
        return function(), line
    finally:
        sys.settrace(None)
