"""Values for a column of any feature type, from what is known of it.

What is known may be nothing but the type. Then values are drawn that bear the row's class, as far as the type allows it:
numbers around a middle of the class' own, texts with words of its own, pictures with its motif, tones of its pitch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
import pyarrow as pa

from pytest_flops_mock.data.causes import UnfitError
from pytest_flops_mock.data.twins.drawing.drawn import Drawn
from pytest_flops_mock.data.twins.drawing.motifs import draw_motifs, make_motifs
from pytest_flops_mock.data.twins.drawing.numbers import array_column, choose, heaped
from pytest_flops_mock.data.twins.drawing.photos import photo_column
from pytest_flops_mock.data.twins.drawing.pixels import Bytes, Ints, balanced_labels, noise
from pytest_flops_mock.data.twins.drawing.sounds import RATE, Samples, tones, wav_column
from pytest_flops_mock.data.twins.plain import Value, is_a
from pytest_flops_mock.data.twins.series import between, default_numbers, in_steps, known_numbers, place_of
from pytest_flops_mock.data.twins.texts import make_texts
from pytest_flops_mock.data.twins.twin import Known

SIZE = 32  # pixels, of pictures of which no more is known; those of up to twice the size are drawn in so many
_COARSE = 20  # pixels, in which larger pictures are drawn to be enlarged
ITEMS = (1, 4)


class UnsupportedFeatureError(UnfitError):
    """A column of a feature type that cannot be made."""


def draw_classes(
    rng: np.random.Generator, rows: int, feature: Any | None, known: Known | None
) -> tuple[Drawn, pa.Array | None]:
    """The class of each row, and the column that says it.

    Args:
        rng: Decides which.
        rows: How many.
        feature: Feature of the column with the classes; ``None`` if there is none.
        known: What is known of that column.
    """
    known = known or Known()
    values: tuple[Any, ...] = known.values or possible_classes(feature)
    if feature is None or not values:
        return Drawn(np.zeros(rows, np.int64), ("",)), None
    kind = pa.int64()
    if is_a(feature, "ClassLabel"):
        names = [feature.names[value] if 0 <= value < feature.num_classes else str(value) for value in values]
    else:
        names, kind = [str(value) for value in values], feature.pa_type
    numbers = choose(rng, known.weights[:1], rows=rows) if known.weights else balanced_labels(rng, rows, len(values))
    labels = _as_column(values, kind).take(pa.array(numbers))
    return Drawn(numbers, tuple(names)), _with_gaps(rng, labels, known)


def possible_classes(feature: Any) -> tuple[Any, ...]:
    """The classes of a label of which no more is known than its feature; none for a feature that cannot be one."""
    kind = getattr(feature, "pa_type", None)
    if is_a(feature, "ClassLabel"):
        return tuple(range(feature.num_classes))
    if not isinstance(kind, pa.DataType):
        return ()
    if pa.types.is_boolean(kind):
        return (False, True)
    return (0, 1) if pa.types.is_integer(kind) else ("no", "yes") if _is_text(kind) else ()


def make_column(rng: np.random.Generator, feature: Any, known: Known, drawn: Drawn, name: str) -> pa.Array:
    """Values of a column.

    Args:
        rng: Where they come from.
        feature: The column's feature, plain or of ``datasets``.
        known: What is known of the values.
        drawn: The class of each row.
        name: The column's name.

    Raises:
        UnsupportedFeatureError: The feature's type is none that a learner can read.
    """
    return _with_gaps(rng, _values(rng, feature, known, drawn, name), known)


def _values(rng: np.random.Generator, feature: Any, known: Known, drawn: Drawn, name: str) -> pa.Array:
    if isinstance(feature, list):
        return _list(rng, feature[0], known, drawn, name, pa.ListArray)
    if isinstance(feature, Mapping):
        return _struct(rng, feature, known, drawn, name)
    make = _MAKERS.get(type(feature).__name__)
    if make is None:
        raise UnsupportedFeatureError(f"column {name}: feature type {type(feature).__name__}")
    return make(rng, feature, known, drawn, name)


def _with_gaps(rng: np.random.Generator, column: pa.Array, known: Known) -> pa.Array:
    if not known.missing:
        return column
    gaps = rng.random(len(column)) < known.missing
    return column.take(pa.array(np.arange(len(column)), mask=gaps))  # no index, no value: for any type


def _class_label(rng: np.random.Generator, feature: Any, known: Known, drawn: Drawn, _: str) -> pa.Array:
    if known.values:
        return _chosen(rng, known, drawn, pa.int64())
    return pa.array(balanced_labels(rng, len(drawn), feature.num_classes))


def _value(rng: np.random.Generator, feature: Any, known: Known, drawn: Drawn, name: str) -> pa.Array:
    kind, rows = feature.pa_type, len(drawn)
    if pa.types.is_null(kind) or known.missing == 1:
        return pa.nulls(rows, kind)
    if known.values:
        return _chosen(rng, known, drawn, kind)
    if pa.types.is_boolean(kind):
        return pa.array(rng.random(rows) < 0.2 + 0.6 * place_of(drawn, name))
    if _is_text(kind):
        return pa.array(make_texts(rng, known, drawn, name), pa.string()).cast(kind)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or str(kind) == "binary_view":
        lengths = between(rng, known.lengths or (8, 24), rows)
        return pa.array([rng.integers(0, 256, int(length), dtype=np.uint8).tobytes() for length in lengths], kind)
    return _numbers(rng, kind, known, drawn, name)


def _numbers(rng: np.random.Generator, kind: pa.DataType, known: Known, drawn: Drawn, name: str) -> pa.Array:
    is_real = pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    if known.quantiles or known.gaps:
        values = known_numbers(rng, known, drawn)
    elif pa.types.is_temporal(kind):
        values = np.floor(rng.random(len(drawn)) * 1_461) * _day(kind) + _day(kind) * _start(kind)
    else:
        values = default_numbers(rng, drawn, name)
        values = values / 10 if is_real else values
    if pa.types.is_decimal(kind):
        limit = 10.0 ** (kind.precision - kind.scale)
        places = 10.0 ** (2 if known.decimals is None else min(known.decimals, kind.scale))
        rounded = np.floor(np.clip(values, -limit, limit) * places) / places
        return pa.array(np.where(rounded >= limit, limit - 1, rounded)).cast(kind, safe=False)
    if is_real:
        if known.decimals is not None:
            values = np.floor(values * 10.0**known.decimals + 0.5) / 10.0**known.decimals
        return pa.array(values.astype(kind.to_pandas_dtype()))
    if pa.types.is_integer(kind):
        limits = np.iinfo(kind.to_pandas_dtype())
        highest = np.nextafter(limits.max + 1.0, 0)  # as a float, the largest itself would be one too many
        return pa.array(np.clip(np.floor(values + 0.5), limits.min, highest).astype(limits.dtype))
    numbers = in_steps(values, known)
    if pa.types.is_date64(kind):
        numbers = numbers // 86_400_000 * 86_400_000
    narrow = pa.types.is_date32(kind) or pa.types.is_time32(kind)
    return pa.array(numbers, pa.int64()).cast(pa.int32() if narrow else pa.int64()).cast(kind)


def _day(kind: pa.DataType) -> int:
    """A day in a unit of time; of a time of day, a minute."""
    if pa.types.is_date32(kind):
        return 1
    if pa.types.is_date64(kind):
        return 86_400_000
    ticks = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[kind.unit]
    return ticks * (60 if pa.types.is_time(kind) else 86_400)


def _start(kind: pa.DataType) -> int:
    """Days from 1970 to 2020 for points in time, none for durations and times of day (of which a day has 1,440 minutes)."""
    return 0 if pa.types.is_duration(kind) or pa.types.is_time(kind) else 18_262


def _picture(rng: np.random.Generator, _: Any, known: Known, drawn: Drawn, __: str) -> pa.Array:
    rows = len(drawn)
    sizes = known.sizes or ((SIZE, SIZE, 1),)
    modes = known.modes or (("RGB", 1),)
    size_of = choose(rng, (tuple(count for *_, count in sizes),), rows=rows)
    mode_of = choose(rng, (tuple(count for _, count in modes),), rows=rows)
    groups, group_of = np.unique(drawn.classes, return_inverse=True)
    motifs, columns, order = make_motifs(tuple(drawn.names[group] for group in groups.tolist())), [], []
    for size, mode in product(range(len(sizes)), range(len(modes))):
        width, height, _ = sizes[size]
        chosen = np.flatnonzero((size_of == size) & (mode_of == mode))
        enlarge = -(-max(width, height) // (SIZE if max(width, height) <= 2 * SIZE else _COARSE))
        side = -(-max(width, height) // enlarge)
        pictures = _in_mode(draw_motifs(rng, motifs, group_of[chosen], side), modes[mode][0])
        columns.append(photo_column(pictures, np.zeros(len(chosen), np.int64), [(height, width)], enlarge=enlarge))
        order.append(chosen)
    back = np.argsort(np.concatenate(order), kind="stable")
    return pa.concat_arrays(columns).take(pa.array(back))


def _in_mode(pictures: Bytes, mode: str) -> Bytes:
    if mode in ("RGB", "RGBA"):
        opaque = np.full((*pictures.shape[:3], 1), 255, np.uint8)
        return pictures if mode == "RGB" else np.concatenate([pictures, opaque], axis=3)
    red, green, blue = np.moveaxis(pictures.astype(np.int64), -1, 0)
    grey: Bytes = ((red + 2 * green + blue) >> 2).astype(np.uint8)
    return grey


def sized_pictures(rng: np.random.Generator, pictures: Bytes, known: Known) -> pa.Array:
    """The column of drawn pictures, each enlarged and cut to one of the sizes that are known.

    Args:
        rng: Decides which size.
        pictures: Shape ``(rows, height, width)`` for grey, ``(rows, height, width, 3)`` for RGB.
        known: What is known of the column.
    """
    sizes = [(height, width) for width, height, _ in known.sizes] or [pictures.shape[1:3]]
    kinds = choose(rng, (tuple(count for *_, count in known.sizes) or (1,),), rows=len(pictures))
    enlarge = max(-(-side // drawn) for size in sizes for side, drawn in zip(size, pictures.shape[1:3], strict=True))
    return photo_column(pictures, kinds, sizes, enlarge=enlarge)


def _sound(rng: np.random.Generator, feature: Any, known: Known, drawn: Drawn, name: str) -> pa.Array:
    rows, rate = len(drawn), feature.sampling_rate or RATE
    shortest, longest = known.seconds or (1.0, 1.0)
    lengths = between(rng, (max(int(shortest * rate), 8), max(int(longest * rate), 8)), rows)
    hertz = (200 + place_of(drawn, name) * rate * 0.2).astype(np.int64) + noise(rng, rows, 1)[:, 0] % 16
    loud = 128 + noise(rng, rows, 1)[:, 0] // 2
    clips: list[Samples] = []
    for pitch, length, each in zip(hertz, lengths.tolist(), loud.tolist(), strict=True):
        tone = tones(np.array([pitch]), length, rate)[0]
        clips.append(((tone * each >> 8) + noise(rng, length) - 128).astype(np.int16))
    return wav_column(clips, rate)


def _array(rng: np.random.Generator, feature: Any, _: Known, drawn: Drawn, name: str) -> pa.Array:
    rows, shape = len(drawn), tuple(ITEMS[1] if side is None else side for side in feature.shape)
    count = int(np.prod(shape))
    spread = np.full(rows * count, 4.0)
    middle = np.repeat(20 + 60 * place_of(drawn, name), count)
    numbers = np.floor(heaped(rng, middle, spread))
    import datasets

    return array_column(feature, pa.array(numbers).cast(datasets.Value(feature.dtype).pa_type), shape)


def _sequence(rng: np.random.Generator, feature: Any, known: Known, drawn: Drawn, name: str) -> pa.Array:
    inner, length = feature.feature, getattr(feature, "length", -1)
    if isinstance(inner, Mapping) and type(feature).__name__ == "Sequence":  # what datasets 4 calls a struct of lists
        return _aligned(rng, inner, known, drawn, name)
    if length is not None and length >= 0:
        times = np.full(len(drawn), length, np.int64)
        items = _items(rng, inner, known.items or Known(), drawn.repeated(times), name)
        return pa.FixedSizeListArray.from_arrays(items, length)
    kind = pa.LargeListArray if type(feature).__name__ == "LargeList" else pa.ListArray
    return _list(rng, inner, known, drawn, name, kind)


def _list(rng: np.random.Generator, inner: Any, known: Known, drawn: Drawn, name: str, kind: Any) -> pa.Array:
    times = between(rng, known.lengths or ITEMS, len(drawn))
    return _listed(rng, inner, known.items or Known(), drawn, name, times, kind)


def _listed(
    rng: np.random.Generator, inner: Any, known: Known, drawn: Drawn, name: str, times: Ints, kind: Any = pa.ListArray
) -> pa.Array:
    items = _items(rng, inner, known, drawn.repeated(times), name)
    ends = np.concatenate([[0], np.cumsum(times)])
    return kind.from_arrays(pa.array(ends, pa.int64() if kind is pa.LargeListArray else pa.int32()), items)


def _items(rng: np.random.Generator, inner: Any, known: Known, drawn: Drawn, name: str) -> pa.Array:
    if type(inner).__name__.startswith("Array"):  # pyarrow 15 ends the process when it casts them
        raise UnsupportedFeatureError(f"column {name}: a list of {type(inner).__name__}")
    return make_column(rng, inner, known, drawn, name)


def _struct(rng: np.random.Generator, feature: Mapping[str, Any], known: Known, drawn: Drawn, name: str) -> pa.Array:
    if not feature:
        return pa.array([{}] * len(drawn), pa.struct([]))
    if all(type(each).__name__ in ("Sequence", "List") and getattr(each, "length", -1) == -1 for each in feature.values()):
        return _aligned(rng, {key: each.feature for key, each in feature.items()}, known, drawn, name)
    fields = {
        key: make_column(rng, each, known.fields.get(key, Known()), drawn, f"{name}.{key}") for key, each in feature.items()
    }
    return pa.StructArray.from_arrays(list(fields.values()), names=list(fields))


def _aligned(rng: np.random.Generator, inner: Mapping[str, Any], known: Known, drawn: Drawn, name: str) -> pa.Array:
    """A struct of lists, those of a row of the same length: such are answers and where each starts."""
    of_key = {key: known.fields.get(key, Known()) for key in inner}
    lengths = next((each.lengths for each in of_key.values() if each.lengths), ITEMS)
    times = between(rng, lengths, len(drawn))
    lists = [_listed(rng, each, of_key[key].items or Known(), drawn, f"{name}.{key}", times) for key, each in inner.items()]
    return pa.StructArray.from_arrays(lists, names=list(inner))


def _translation(rng: np.random.Generator, feature: Any, known: Known, drawn: Drawn, name: str) -> pa.Array:
    return _struct(rng, {language: Value(pa.string()) for language in sorted(feature.languages)}, known, drawn, name)


def _translations(rng: np.random.Generator, feature: Any, known: Known, drawn: Drawn, name: str) -> pa.Array:
    languages = sorted(feature.languages or ["en"])
    times = between(rng, (1, len(languages)), len(drawn))
    said = pa.array([languages[:count] for count in times.tolist()], pa.list_(pa.string()))
    texts = _listed(rng, Value(pa.string()), known.items or Known(), drawn, name, times)
    return pa.StructArray.from_arrays([said, texts], names=["language", "translation"])


_MAKERS: Mapping[str, Callable[[np.random.Generator, Any, Known, Drawn, str], pa.Array]] = {
    "ClassLabel": _class_label,
    "Value": _value,
    "Image": _picture,
    "Audio": _sound,
    "Sequence": _sequence,
    "List": _sequence,
    "LargeList": _sequence,
    "Array2D": _array,
    "Array3D": _array,
    "Array4D": _array,
    "Array5D": _array,
    "Translation": _translation,
    "TranslationVariableLanguages": _translations,
}


def _chosen(rng: np.random.Generator, known: Known, drawn: Drawn, kind: pa.DataType) -> pa.Array:
    weights = known.weights or ((1,) * len(known.values),)
    numbers = choose(rng, weights, drawn.classes if len(weights) > 1 else None, rows=len(drawn))
    return _as_column(known.values, kind).take(pa.array(numbers))


@lru_cache(maxsize=256)
def _as_column(values: tuple[Any, ...], kind: pa.DataType) -> pa.Array:
    return pa.array(values, kind)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind)) or str(kind) == "string_view"
