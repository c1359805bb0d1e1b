"""Whether an exception is about a column of the data."""

from __future__ import annotations

import ast
import linecache
import sys
import types
from collections.abc import Iterator, Mapping
from typing import Any

DATA_LIBRARIES = ("datasets", "pandas", "polars", "pyarrow")


def is_by_library(frames: list[types.FrameType], dataset: Any) -> bool:
    """Whether a data library, and not the repository, missed something, in what may be the learner's data."""
    by_library = any(str(frame.f_globals.get("__name__")).partition(".")[0] in DATA_LIBRARIES for frame in frames)
    return by_library and not _is_of_other_pandas(frames, dataset)


def _is_of_other_pandas(frames: list[types.FrameType], dataset: Any) -> bool:
    """Whether the library was asked by way of a pandas object that was not made of the data."""
    pandas: Any = sys.modules.get("pandas")
    try:
        receivers = [frame.f_locals.get("self") for frame in frames]
        asked = next(self for self in receivers if isinstance(self, (pandas.DataFrame, pandas.Series, pandas.Index)))
        keys = asked.columns if isinstance(asked, pandas.DataFrame) else getattr(asked, "index", asked)
        return not _has_columns(dict.fromkeys(keys), set(dataset.column_names))
    except Exception:  # there is no pandas, or none of its objects among them
        return False


def is_about_data(error: BaseException, frame: types.FrameType, line: int, dataset: Any) -> bool:
    """Whether the line that failed asked something made of the data (a row, rows, a table) for the missing key."""
    if not isinstance(error, KeyError) or not isinstance((*error.args, None)[0], str) or dataset is None:
        return False
    columns = set(dataset.column_names)
    source = "".join(linecache.getlines(frame.f_code.co_filename))
    try:
        tree = ast.parse(source)
        names = {**frame.f_globals, **frame.f_locals}
        # Since Python 3.12 the variables of a comprehension are gone once it has failed: what it went through is left.
        sources = {
            node.target.id: node.iter
            for node in ast.walk(tree)
            if isinstance(node, ast.comprehension) and isinstance(node.target, ast.Name) and node.target.id not in names
        }
        return any(
            _has_columns(value, columns)
            for asked in _asked(tree, line, error.args[0])
            for value in _values(asked, names, sources)
        )
    except Exception:  # the code under test may hold objects that can do anything when looked at
        return False


def _asked(tree: ast.AST, line: int, key: Any) -> Iterator[ast.expr]:
    """What the line asks for ``key``: the ``x`` of each ``x[key]``, and of ``x[y]`` where ``y`` is not written out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and node.lineno <= line <= (node.end_lineno or line):
            index: Any = getattr(node.slice, "value", None) if type(node.slice).__name__ == "Index" else node.slice
            if not isinstance(index, ast.Constant) or index.value == key:
                yield node.value


def _values(expression: ast.expr, names: dict[str, Any], sources: dict[str, ast.expr]) -> Iterator[Any]:
    """The variables and attributes that an expression is made of; for one of a comprehension, those that it came from."""
    for node in ast.walk(expression):
        if isinstance(node, ast.Name) and node.id in names:
            yield names[node.id]
        elif isinstance(node, ast.Name) and node.id in sources:
            yield from _values(sources[node.id], names, {})
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names:
            yield getattr(names[node.value.id], "__dict__", {}).get(node.attr)


def _has_columns(value: Any, columns: set[str]) -> bool:
    """Whether it is a row, a list of rows, a table or a data set: most of its keys are columns of the data."""
    if isinstance(value, (list, tuple)) and value:
        value = value[0]
    if not isinstance(value, Mapping):
        value = getattr(value, "column_names", None)
        value = value if isinstance(value, (list, tuple)) else ()
    common = columns & set(value)
    return bool(common) and len(common) * 2 >= len(value)
