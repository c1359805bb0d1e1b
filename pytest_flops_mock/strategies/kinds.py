"""Hugging Face features that a learner can get, and values of each of them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.types as pt
from hypothesis import strategies as st

from pytest_flops_mock.errors import DataSourceError, Problem

if TYPE_CHECKING:
    import datasets as hf

_NUMBERS = ("int64", "float32", "float64", "int8", "int16", "int32", "uint8", "uint16", "uint32", "uint64", "float16")
_OTHERS = (
    *("bool", "string", "large_string", "binary", "large_binary", "date32", "date64", "time32[s]", "time64[us]"),
    *("timestamp[s]", "timestamp[ns]", "timestamp[us, tz=UTC]", "duration[ms]", "decimal128(10, 2)"),
)
_BLOBS = st.integers(0, 2**16 - 1)
"""Seeds of what NumPy makes."""

_MISSING = st.sampled_from([False, False, False, True])
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_DAY = 24 * 60 * 60
_LATE = 2**32
"""Seconds until the year 2106."""


def features(*, label: bool | None = None, max_columns: int = 5) -> st.SearchStrategy[hf.Features]:
    """Features of data sets that FLOps' mock data provider can send and a learner can read.

    Values of every type, classes, pictures, sounds, translations, and lists and structs of them; arrays within structs only,
    since the provider dies of a whole column of them. They shrink to ``{"a": Value("int64")}``, or to
    ``{"label": ClassLabel(names=["a", "b"])}`` with a label.

    Args:
        label: Whether there is a column ``label`` of the feature ``ClassLabel`` and no other; by default some have it.
        max_columns: How many columns there are at most.

    Example:
        >>> @given(features=features(label=True))
        ... def test_features(features): ...
    """
    from datasets import Features

    kinds = _kinds()
    least = 0 if label else 1
    plain = st.dictionaries(_names(), kinds, min_size=least, max_size=max_columns - bool(label))
    labelled = st.builds(
        lambda columns, classes: {**columns, "label": classes},
        st.dictionaries(_names(), kinds, max_size=max_columns - 1),
        _classes(),
    )
    columns = {True: labelled, False: plain, None: plain | labelled}[label]
    return columns.map(Features)


def values_of(feature: Any, where: str, *, missing: bool) -> st.SearchStrategy[Any]:
    """Values as :func:`stored` takes them, none of which is missing as a whole; pictures and sounds are seeds.

    Args:
        feature: The feature of a column, or of a part of it.
        where: Which column, for the message.
        missing: Whether values within lists and structs may be missing.

    Raises:
        DataSourceError: It is of no kind that can be drawn.
    """
    if isinstance(feature, Mapping):
        children = {name: _part_of(child, where, missing) for name, child in feature.items()}
        return st.fixed_dictionaries(children)
    if _is_list(feature):
        length = getattr(feature, "length", -1)
        if _holds_array(_inner(feature)):  # Arrow makes no lists of an extension type
            raise _no_such_kind(repr(feature), where)
        inner = _part_of(_inner(feature), where, missing)
        return st.lists(inner, min_size=max(length, 0), max_size=length if length >= 0 else 3)
    return _one(feature, where)


def _one(feature: Any, where: str) -> st.SearchStrategy[Any]:
    kind = type(feature).__name__
    if kind == "ClassLabel":
        return st.integers(0, feature.num_classes - 1)
    if kind in ("Image", "Audio"):
        return _BLOBS
    if kind == "Translation":
        return st.fixed_dictionaries(dict.fromkeys(feature.languages, st.text(max_size=5)))
    if kind in ("Array2D", "Array3D", "Array4D", "Array5D") and all(feature.shape):
        return _BLOBS.map(lambda seed: _array(seed, feature.shape, feature.dtype))
    if kind == "Value":
        return _plain(feature.pa_type, where)
    raise _no_such_kind(repr(feature), where)


def stored(feature: Any, value: Any, form: tuple[int, int, int]) -> Any:
    """A value as Arrow takes it.

    Args:
        feature: The feature that it is of.
        value: What :func:`values_of` draws.
        form: Height, width and channels of pictures.
    """
    if value is None:
        return None
    if isinstance(feature, Mapping):
        return {name: stored(child, value[name], form) for name, child in feature.items()}
    kind = type(feature).__name__
    if isinstance(feature, list) or kind in _LISTS:
        inner = _inner(feature)
        return [stored(inner, each, form) for each in value]
    if kind == "Image":
        return {"bytes": _picture(value, form), "path": None}
    if kind == "Audio":
        return {"bytes": _sound(value), "path": None}
    return value


def never_missing(feature: Any) -> bool:
    """Whether a value always is there: classes, arrays, and lists of a fixed length, which Parquet cannot miss."""
    if isinstance(feature, Mapping):
        return any(map(never_missing, feature.values()))
    kind = type(feature).__name__
    if isinstance(feature, list) or kind in _LISTS:
        return getattr(feature, "length", -1) >= 0
    return kind == "ClassLabel" or kind.startswith("Array")


_LISTS = ("Sequence", "List", "LargeList")


def _names() -> st.SearchStrategy[str]:
    """Column names; ``label`` is not among them."""
    rest = st.text(st.characters(categories=["L", "N"], include_characters="_-. "), max_size=8)
    return st.tuples(st.sampled_from(_LETTERS), rest).map("".join).map(lambda name: name if name != "label" else "l")


def _classes() -> st.SearchStrategy[Any]:
    from datasets import ClassLabel

    names = st.lists(st.text(_LETTERS, min_size=1, max_size=3), min_size=2, max_size=5, unique=True)
    return names.map(lambda several: ClassLabel(names=several))


def _kinds() -> st.SearchStrategy[Any]:
    from datasets import Array2D, Audio, Image, Sequence, Translation, Value

    values = [Value(name) for name in _NUMBERS + _OTHERS]
    leaves = [*values, Image(), Audio(), Translation(languages=["de", "en"])]
    arrays = {"array": Array2D(shape=(2, 2), dtype="int32")}
    # One draw for each, so that no kind is simpler than a number.
    fields = st.text(_LETTERS, min_size=1, max_size=2)

    def extended(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        structs = st.dictionaries(fields, inner, min_size=1, max_size=2)
        plain = inner.map(lambda feature: [feature] if isinstance(feature, dict) else Sequence(feature))
        fixed = st.builds(Sequence, st.sampled_from(values), st.integers(1, 3))
        return st.one_of(plain, structs, fixed)

    several = st.sampled_from([*leaves, arrays])
    return several | st.recursive(st.sampled_from(leaves), extended, max_leaves=3)


def _part_of(feature: Any, where: str, missing: bool) -> st.SearchStrategy[Any]:
    values = values_of(feature, where, missing=missing)
    if not missing or never_missing(feature):
        return values
    # Drawn beside the value: a missing one would be simpler than any other, and all would shrink to it.
    return st.tuples(_MISSING, values).map(lambda drawn: None if drawn[0] else drawn[1])


def _plain(kind: pa.DataType, where: str) -> st.SearchStrategy[Any]:  # noqa: PLR0911 - a table, in order
    if pt.is_boolean(kind):
        return st.booleans()
    if pt.is_integer(kind):
        signed = pt.is_signed_integer(kind)
        bits = kind.bit_width - signed
        return st.integers(-(2**bits) if signed else 0, 2**bits - 1)
    if pt.is_floating(kind):
        floats = st.floats(width=kind.bit_width)
        return floats.map(np.float16) if kind.bit_width == 16 else floats
    if pt.is_string(kind) or pt.is_large_string(kind):
        return st.text(max_size=10)
    if pt.is_binary(kind) or pt.is_large_binary(kind):  # the provider writes it as text
        return st.text(max_size=10).map(str.encode)
    if pt.is_time(kind):
        return st.integers(0, _DAY - 1).map(_units(kind).__mul__)
    if pt.is_date32(kind):
        return st.integers(0, _LATE // _DAY)
    if pt.is_date64(kind):
        return st.integers(0, _LATE // _DAY).map((_DAY * 1000).__mul__)
    if pt.is_timestamp(kind) or pt.is_duration(kind):
        return st.integers(0, _LATE).map(_units(kind).__mul__)
    if pt.is_decimal(kind):
        most = min(10**kind.precision, 2**63) - 1
        return st.integers(-most, most).map(lambda digits: Decimal(digits).scaleb(-kind.scale))
    if pt.is_null(kind):
        return st.none()
    raise _no_such_kind(str(kind), where)


def _units(kind: Any) -> int:
    """How many of a type's units make a second."""
    return {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[kind.unit]


def _is_list(feature: Any) -> bool:
    """In ``datasets`` 2.x a ``Sequence`` of a struct is a struct of lists, which is of no kind that is drawn here."""
    kind = type(feature).__name__
    return (
        isinstance(feature, list) or kind == "List" or (kind in _LISTS and not isinstance(_inner(feature), Mapping | list))
    )


def _inner(feature: Any) -> Any:
    return feature[0] if isinstance(feature, list) else feature.feature


def _holds_array(feature: Any) -> bool:
    if isinstance(feature, Mapping):
        return any(map(_holds_array, feature.values()))
    return type(feature).__name__.startswith("Array")


def _picture(seed: int, form: tuple[int, int, int]) -> bytes:
    from io import BytesIO

    from PIL import Image

    height, width, channels = form
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype=np.uint8)
    file = BytesIO()
    Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels).save(file, "PNG")
    return file.getvalue()


def _sound(seed: int) -> bytes:
    import wave
    from io import BytesIO

    samples = np.random.default_rng(seed).integers(-(2**15), 2**15, 16, dtype=np.int16)
    file = BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(samples.tobytes())
    return file.getvalue()


def _array(seed: int, shape: tuple[int, ...], dtype: str) -> Any:
    numbers = np.random.default_rng(seed).integers(0, 100, shape)
    return numbers.astype(dtype).tolist()


def _no_such_kind(got: str, where: str) -> DataSourceError:
    return DataSourceError(
        Problem(
            "values of this feature cannot be drawn",
            where=where,
            expected="a feature that the mock data provider can send: values, classes, pictures, lists and structs of them",
            got=got,
            fix="leave the column out, or draw its rows yourself",
        )
    )
