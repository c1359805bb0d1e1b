"""Values of the repository's code as plain facts: parameters, numbers, data."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping
from typing import Any

MAX_ARRAYS = 1000
MAX_LEAVES = 16
MAX_DEPTH = 4


def described_parameters(parameters: Any) -> dict[str, Any]:
    """Kind, and shape and dtype of each array; ``valid`` if Flower can send them and work with them."""
    import numpy as np

    kind = kind_of(parameters)
    values = list(parameters)[:MAX_ARRAYS] if isinstance(parameters, (list, tuple)) else []
    arrays = [_described_array(value) for value in values]
    return {
        "kind": kind,
        "is_list": isinstance(parameters, list),
        "arrays": arrays,
        "finite": all(array["finite"] for array in arrays),
        "valid": isinstance(parameters, list)
        and bool(arrays)
        and all(isinstance(value, np.ndarray) for value in values)
        and all(array["numeric"] for array in arrays),
    }


def _described_array(value: Any) -> dict[str, Any]:
    import numpy as np

    is_array = isinstance(value, np.ndarray)
    numeric = is_array and value.dtype.kind in "biuf"
    return {
        "kind": kind_of(value),
        "is_array": is_array,
        "shape": list(value.shape) if is_array else [],
        "dtype": str(value.dtype) if is_array else "",
        "numeric": numeric,
        "finite": bool(np.isfinite(value).all()) if numeric else True,
    }


def described_number(value: Any) -> dict[str, Any]:
    """Type and value of what should be a number that Flower can send."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    return {
        "kind": kind_of(value),
        "is_int": isinstance(value, int),
        "is_float": isinstance(value, float),
        "finite": math.isfinite(number),
        "value": number if math.isfinite(number) else None,
        "text": _text(value),
    }


def described_data(value: Any, place: str = "", depth: int = 0) -> list[dict[str, Any]]:
    """The arrays, tables and other things that ``get_data()`` gave, each with its place in the whole."""
    if depth < MAX_DEPTH and isinstance(value, (tuple, list)) and value and not _is_plain(value[0]):
        pairs: Iterator[tuple[str, Any]] = ((f"[{number}]", part) for number, part in enumerate(value))
    elif depth < MAX_DEPTH and isinstance(value, Mapping):
        pairs = ((f"[{key!r}]", part) for key, part in value.items())
    else:
        return [{"place": place, **_described_leaf(value)}]
    leaves: list[dict[str, Any]] = []
    for step, part in pairs:
        leaves += described_data(part, place + step, depth + 1)
        if len(leaves) >= MAX_LEAVES:
            break
    return leaves[:MAX_LEAVES]


def _described_leaf(value: Any) -> dict[str, Any]:
    shape = getattr(value, "shape", None)
    shape = list(shape) if isinstance(shape, tuple) else None
    try:
        length = len(value)
    except Exception:  # it has none, or is the repository's own class
        length = None
    return {
        "kind": kind_of(value),
        "shape": shape,
        "dtype": str(getattr(value, "dtype", "")) if shape is not None else "",
        "rows": length if isinstance(length, int) else None,
        "not_finite": _not_finite(value),
    }


def _not_finite(value: Any) -> int:
    """How many values of an array or table are NaN or infinite."""
    numpy = sys.modules.get("numpy")
    try:
        if numpy is None or not hasattr(value, "shape"):
            return 0
        array = numpy.asarray(value)
        return int(array.size - numpy.isfinite(array).sum()) if array.dtype.kind == "f" else 0
    except Exception:  # whatever it is, NumPy makes no array of it
        return 0


def _is_plain(value: Any) -> bool:
    return isinstance(value, (int, float, str, bytes, bool, type(None)))


def kind_of(value: Any) -> str:
    """The name of its type, with the package that it is from."""
    kind = type(value)
    module = str(kind.__module__).partition(".")[0]
    return kind.__qualname__ if module in ("builtins", "model_manager") else f"{module}.{kind.__qualname__}"


def _text(value: Any) -> str:
    try:
        text = str(value)
    except Exception:
        text = "(cannot be shown)"
    return cut(text, 100)


def cut(text: str, max_characters: int) -> str:
    """The text as it can be written, its end left out where it is longer."""
    text = text if len(text) <= max_characters else text[: max_characters - 1] + "…"
    return text.encode("utf-8", "backslashreplace").decode()
