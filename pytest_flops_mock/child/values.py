"""Values of the repository's code as plain facts: parameters, numbers, data."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from .arrays import averaged, sent
from .labels import classes_in

MAX_ARRAYS = 1000
MAX_LEAVES = 16
MAX_DEPTH = 4
MIN_FILE_BYTES = 64
FILES = {
    b"\x80\x02": "a pickle",
    b"\x80\x03": "a pickle",
    b"\x80\x04": "a pickle",
    b"\x80\x05": "a pickle",
    b"PK\x03\x04": "a zip file, such as PyTorch, Keras and NumPy write",
    b"\x89HDF": "an HDF5 file",
    b"\x93NUMPY": "a NumPy file",
    b"\x1f\x8b": "a gzip file",
}
"""How files begin in which models are saved."""


def described_parameters(parameters: Any) -> tuple[dict[str, Any], list[Any]]:
    """Which parameters there are, as facts, and as arrays that the other side of the wire gets.

    Each is sent as Flower sends it and averaged as Flower averages it: what that gives decides, not its type.
    """
    values = list(parameters)[:MAX_ARRAYS] if isinstance(parameters, (list, tuple)) else []
    described = [_described_array(value) for value in values]
    facts = [fact for fact, _ in described]
    valid = isinstance(parameters, list) and bool(facts) and not any(f["refused"] or f["not_averaged"] for f in facts)
    return {
        "kind": kind_of(parameters),
        "is_list": isinstance(parameters, list),
        "arrays": facts,
        "finite": all(fact["finite"] for fact in facts),
        "valid": valid,
    }, [array for _, array in described]


def _described_array(value: Any) -> tuple[dict[str, Any], Any]:
    import numpy as np

    facts = {"kind": kind_of(value), "refused": "", "not_averaged": "", "lost": "", "shape": [], "dtype": "", "finite": True}
    try:
        array = sent(value)
    except Exception as error:
        return {**facts, "refused": _said(error)}, None
    try:
        finite = bool(np.isfinite(averaged(([array], 1), ([array], 2))[0]).all())
    except Exception as error:
        return {**facts, "shape": list(array.shape), "dtype": str(array.dtype), "not_averaged": _said(error)}, array
    facts = {**facts, "shape": list(array.shape), "dtype": str(array.dtype), "finite": finite}
    return {**facts, "lost": _lost(value), "not_averaged": _disguised(array)}, array


def _lost(value: Any) -> str:
    """What of a value does not travel."""
    masked = getattr(getattr(value, "mask", None), "any", None)
    return "the mask" if type(value).__name__ == "MaskedArray" and callable(masked) and masked() else ""


def _disguised(array: Any) -> str:
    """What kind of file the bytes of an array are, if they are one: averaging makes nothing of such bytes."""
    if array.dtype.kind not in "iu" or array.dtype.itemsize != 1 or array.ndim != 1 or array.size < MIN_FILE_BYTES:
        return ""
    start = array[:8].tobytes()
    return next((f"they are the bytes of {what}" for magic, what in FILES.items() if start.startswith(magic)), "")


def _said(error: BaseException) -> str:
    try:
        return cut(f"{type(error).__name__}: {' '.join(str(error).split())}", 200)
    except Exception:
        return type(error).__name__


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
    length = shape[0] if shape else _rows(value)
    return {
        "kind": kind_of(value),
        "shape": shape,
        "dtype": str(getattr(value, "dtype", "")) if shape is not None else "",
        "rows": length,
        "not_finite": _not_finite(value),
        "classes": classes_in(value),
    }


def _rows(value: Any) -> int | None:
    """How many rows something without a shape holds, where its length says that; a loader's counts batches."""
    inner = getattr(value, "dataset", None)
    if inner is not None and hasattr(value, "batch_size"):
        value = inner
    counts_rows = isinstance(value, (list, tuple)) or hasattr(value, "column_names") or hasattr(type(value), "__getitem__")
    try:
        length = len(value) if counts_rows else None
    except Exception:  # it has none, or is the repository's own class
        return None
    return length if isinstance(length, int) else None


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
