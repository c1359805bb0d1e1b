"""What is known of a data set at hand: the statistics from which a twin of it is made. No row is kept.

Of numbers, quantiles are kept, each rounded to three digits of their range, without the outermost two in a hundred.
Values themselves are kept only of columns that have few, and only those that come often: a name or a diagnosis that one
person has is none.
"""

from __future__ import annotations

import io
import math
import wave
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pytest_flops_mock.data.reading import quiet_datasets
from pytest_flops_mock.data.twins.columns import Known
from pytest_flops_mock.data.twins.own import FORM, Description
from pytest_flops_mock.errors import DataSourceError, Problem, listing, nearest

LEAST_ROWS = 20
"""Statistics of fewer rows would be the rows themselves."""

MOST_ROWS = 10_000
"""So many rows, evenly spread, are looked at."""

MOST_FILES = 200
"""So many pictures or sounds are opened for their size."""

MOST_VALUES, LEAST_TIMES, LONGEST = 100, 5, 60
"""How many different values a column may have for them to be kept, how often each has to come, and its most characters."""

MOST_CODES = 20
"""The same for whole numbers, which are codes only if they are few."""

MOST_CLASSES = 50
"""Statistics are kept class by class for so many classes."""

STEPS = 20
"""Quantiles are this many steps from end to end."""

EDGE = 0.02
"""Share of the smallest and of the largest numbers that are left out: they may belong to one person each."""

MOST_SIZES = 4
"""So many sizes of pictures are kept, the most frequent."""

MODES = {"1": "L", "L": "L", "I": "L", "I;16": "L", "F": "L", "LA": "L", "RGBA": "RGBA"}
"""The mode that a twin's pictures get; all others get RGB."""

Groups = Sequence[npt.NDArray[np.int64]]
"""The rows of each class."""


def describe(
    data: Mapping[str, datasets.Dataset], name: str, label: str | None, config_name: str = "default"
) -> Description:
    """What a twin of a data set is to be like.

    Args:
        data: Its splits; that called ``train`` is looked at, or the first.
        name: Name by which SLAs will call it.
        label: The column that a model learns to tell; by default the first that has named classes.
        config_name: The name of the configuration.

    Raises:
        DataSourceError: There are too few rows, or no such column.
    """
    main = data["train"] if "train" in data else next(iter(data.values()))
    if main.num_rows < LEAST_ROWS:
        raise DataSourceError(
            Problem(
                "the data set has too few rows: its statistics would be the rows themselves",
                where=name,
                expected=f"at least {LEAST_ROWS} rows",
                came=f"{main.num_rows} row{'s' * (main.num_rows != 1)}",
                hint="describe the twin by its schema alone: --features FILE",
            )
        )
    chosen = label_of(main.features, label, name)
    with quiet_datasets():
        table = _looked_at(main)
    groups = _groups(table[chosen], isinstance(main.features[chosen], datasets.ClassLabel)) if chosen else []
    columns = {}
    for column, feature in main.features.items():
        known = _known(feature, table[column].combine_chunks(), [] if column == chosen else groups)
        if known != Known():
            columns[str(column)] = known
    return Description(
        form=FORM,
        dataset=name,
        config_name=config_name,
        splits={str(split): rows.num_rows for split, rows in data.items() if rows.num_rows},
        features=main.features.to_dict(),
        label=chosen,
        columns=columns,
    )


def label_of(features: Mapping[str, Any], label: str | None, name: str) -> str | None:
    """The column that a model learns to tell: the one that is asked for, else the first with named classes, else none.

    Raises:
        DataSourceError: There is no such column.
    """
    if label is None:
        return next((str(column) for column, kind in features.items() if isinstance(kind, datasets.ClassLabel)), None)
    if label not in features:
        raise DataSourceError(
            Problem(
                f"there is no column {label!r}",
                where=name,
                expected=f"one of: {listing(features)}",
                came=label,
                nearest=nearest(label, list(features)),
                hint="name the column of the classes with --label, or leave it out",
            )
        )
    return label


def _looked_at(main: datasets.Dataset) -> pa.Table:
    rows = np.unique(np.linspace(0, main.num_rows - 1, min(main.num_rows, MOST_ROWS)).astype(np.int64))
    table: pa.Table = main.select(rows).with_format("arrow")[:]
    return table


def _groups(labels: pa.ChunkedArray, named: bool) -> Groups:
    """The rows of each class, if there are not too many, and each has enough rows for statistics."""
    counted = _counts(labels)
    if not 2 <= len(counted) <= MOST_CLASSES or (pa.types.is_floating(labels.type) and not named):
        return []
    classes = _kept_values(labels, MOST_CLASSES)
    if classes is None or any(counted[value] < LEAST_ROWS for value in classes):
        return []
    return [np.flatnonzero(pc.equal(labels, pa.scalar(value, labels.type)).fill_null(False)) for value in classes]


def _known(feature: Any, column: pa.Array, groups: Groups) -> Known:
    missing = round(column.null_count / len(column), 3) if len(column) else 0.0
    if isinstance(column, pa.ExtensionArray):
        return Known(missing=missing)  # an array of numbers, of which the shape is known
    if isinstance(feature, list):
        return _known_list(feature[0], column, missing)
    if isinstance(feature, Mapping):
        inner = {key: _known(each, _field(column, key), []) for key, each in feature.items()}
        return Known(missing=missing, fields=inner)
    look = _LOOKS.get(type(feature).__name__)
    return look(feature, column, missing, groups) if look else Known(missing=missing)


def _known_value(feature: Any, column: pa.Array, missing: float, groups: Groups) -> Known:
    kind = column.type
    if pa.types.is_boolean(kind) or isinstance(feature, datasets.ClassLabel):
        values = _kept_values(column, len(column), times=1)  # those of the schema, of whom all may come
        return Known(missing=missing, **(_weighted(column, values, groups) if values else {}))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _known_text(column, missing, groups)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return Known(missing=missing, lengths=_ends(pc.binary_length(column)))
    if pa.types.is_integer(kind) and (values := _kept_values(column, MOST_CODES)):
        return Known(missing=missing, **_weighted(column, values, groups))
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind) or pa.types.is_temporal(kind):
        return Known(missing=missing, quantiles=_quantiles(column, groups))
    return Known(missing=missing)


def _known_text(column: pa.Array, missing: float, groups: Groups) -> Known:
    values = _kept_values(column, MOST_VALUES)
    if values and max(map(len, values)) <= LONGEST:
        return Known(missing=missing, **_weighted(column, values, groups))
    texts = column.drop_null()
    words = pc.list_value_length(pc.utf8_split_whitespace(pc.utf8_trim_whitespace(texts)))
    different = len(texts.unique())
    if len(texts) and pc.max(words).as_py() <= 1 and different < len(texts):
        return Known(missing=missing, people=different)
    return Known(missing=missing, lengths=_ends(words))


def _known_list(inner: Any, column: pa.Array, missing: float) -> Known:
    lengths = _ends(pc.list_value_length(column))
    return Known(missing=missing, lengths=lengths, items=_known(inner, pc.list_flatten(column), []))


def _known_sequence(feature: Any, column: pa.Array, missing: float, _: Groups) -> Known:
    inner = feature.feature
    if isinstance(inner, Mapping) and pa.types.is_struct(column.type):  # a struct of lists of the same length
        fields = {key: _known(each, pc.list_flatten(_field(column, key)), []) for key, each in inner.items()}
        lengths = _ends(pc.list_value_length(_field(column, next(iter(inner))))) if inner else None
        return Known(missing=missing, lengths=lengths, items=Known(fields=fields))
    return _known_list(inner, column, missing)


def _known_picture(_: Any, column: pa.Array, missing: float, __: Groups) -> Known:
    from PIL import Image

    sizes, modes = Counter[tuple[int, int]](), Counter[str]()
    for file in _files(column):
        try:
            with Image.open(file) as picture:
                sizes[picture.size] += 1
                modes[MODES.get(picture.mode, "RGB")] += 1
        except (OSError, ValueError):
            continue  # it cannot be opened, which is no statistic of a twin
    return Known(
        missing=missing, sizes=tuple(size for size, _ in sizes.most_common(MOST_SIZES)), modes=tuple(modes.most_common())
    )


def _known_sound(_: Any, column: pa.Array, missing: float, __: Groups) -> Known:
    seconds = []
    for file in _files(column):
        try:
            with wave.open(file) as sound:
                seconds.append(sound.getnframes() / sound.getframerate())
        except (OSError, EOFError, wave.Error):
            continue  # another format, or none
    return Known(missing=missing, seconds=(round(min(seconds), 2), round(max(seconds), 2)) if seconds else None)


_LOOKS: Mapping[str, Callable[[Any, pa.Array, float, Groups], Known]] = {
    "Value": _known_value,
    "ClassLabel": _known_value,
    "Image": _known_picture,
    "Audio": _known_sound,
    "Sequence": _known_sequence,
    "List": _known_sequence,
    "LargeList": _known_sequence,
}


def _files(column: pa.Array) -> list[Any]:
    """The first pictures or sounds, each as something to read from."""
    kept = column.drop_null()[:MOST_FILES].to_pylist()
    whole = [io.BytesIO(file["bytes"]) if file["bytes"] is not None else file["path"] for file in kept]
    return [file for file in whole if file is not None and (not isinstance(file, str) or Path(file).is_file())]


def _field(column: pa.Array, key: str) -> pa.Array:
    return pc.struct_field(column, [column.type.get_field_index(key)])


def _kept_values(column: Any, most: int, times: int = LEAST_TIMES) -> list[Any] | None:
    """The values that come often, in order, if there are few different ones."""
    counted = _counts(column)
    if not counted or len(counted) > most:
        return None
    kept = [value for value, count in counted.items() if count >= times]
    return sorted(kept) if kept else None


def _counts(column: Any) -> Counter[Any]:
    counted = Counter({entry["values"]: entry["counts"] for entry in pc.value_counts(column).to_pylist()})
    del counted[None]
    return counted


def _weighted(column: pa.Array, values: list[Any], groups: Groups) -> dict[str, Any]:
    """How often each value comes, in each class."""

    def weights(rows: pa.Array) -> tuple[int, ...]:
        counts = _counts(rows)
        return tuple(math.ceil(1_000 * counts[value] / max(len(rows), 1)) for value in values)

    by_group = tuple(weights(column.take(pa.array(rows))) for rows in groups)
    if not by_group or any(not any(each) for each in by_group):
        by_group = (weights(column),)
    return {"values": tuple(values), "weights": by_group}


def _quantiles(column: pa.Array, groups: Groups) -> tuple[tuple[float, ...], ...]:
    """Quantiles, in each class that has enough numbers, else over all."""
    numbers = _as_numbers(column)
    parts = [numbers[rows] for rows in groups] or [numbers]
    if any(np.isfinite(part).sum() < LEAST_ROWS for part in parts):
        parts = [numbers]
    parts = [part[np.isfinite(part)] for part in parts]
    if not len(parts[0]):
        return ()
    points = EDGE + (1 - 2 * EDGE) * np.arange(STEPS + 1) / STEPS
    return tuple(_rounded(np.quantile(part, points)) for part in parts)


def _as_numbers(column: pa.Array) -> npt.NDArray[np.float64]:
    kind = column.type
    if pa.types.is_temporal(kind):
        column = column.cast(pa.int32() if kind.bit_width == 32 else pa.int64()).cast(pa.int64())
    return np.array([np.nan if value is None else float(value) for value in column.to_pylist()], np.float64)


def _rounded(numbers: npt.NDArray[np.float64]) -> tuple[float, ...]:
    """Numbers to about three digits of their range; equal ones as they are."""
    spread = float(numbers[-1] - numbers[0])
    if not spread:
        return tuple(numbers.tolist())
    digits = 2 - math.floor(math.log10(spread))
    return tuple(round(number, digits) for number in numbers.tolist())


def _ends(lengths: pa.Array) -> tuple[int, int]:
    """Usual short and long ones: the outermost may be one row's."""
    numbers = lengths.drop_null().to_numpy(zero_copy_only=False)
    if not len(numbers):
        return 0, 0
    low, high = np.quantile(numbers, [0.05, 0.95], method="nearest")
    return int(low), int(high)
