"""What is known of a data set at hand: the statistics from which a twin of it is made. No row is kept.

Of numbers, quantiles are kept, each rounded to three digits of their range, without the outermost two in a hundred.
Values themselves are kept only of columns that have few, and only those of several rows each: not a diagnosis that one
person has, however often. Columns whose name says that they name people keep none, and so do those that the user hides.
"""

from __future__ import annotations

import io
import math
import wave
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pytest_flops_mock.data.reading import quiet_datasets
from pytest_flops_mock.data.twins.columns import Known, names_people
from pytest_flops_mock.data.twins.own import FORM, Description
from pytest_flops_mock.errors import DataSourceError, Problem, listing, nearest

LEAST_ROWS = 20
"""Statistics of fewer rows would be the rows themselves."""

MOST_ROWS = 10_000
"""So many rows, evenly spread, are looked at."""

MOST_FILES = 200
"""So many pictures or sounds are opened for their size."""

MOST_VALUES, LEAST_TIMES, LONGEST = 100, 5, 60
"""How many values a column may have for them to be kept, of how many rows each has to be, and its most characters."""

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


@dataclass(frozen=True)
class _Column:
    """Values to look at.

    Attributes:
        values: The values.
        owners: The row that each of them is of: items of a list have one row.
        hidden: Whether no value itself may be kept.
    """

    values: pa.Array
    owners: npt.NDArray[np.int64]
    hidden: bool

    @property
    def missing(self) -> float:
        """Share of nulls."""
        return round(self.values.null_count / len(self.values), 3) if len(self.values) else 0.0

    def field(self, key: str) -> _Column:
        """A field of structs."""
        inner = pc.struct_field(self.values, [self.values.type.get_field_index(key)])
        return replace(self, values=inner, hidden=self.hidden or names_people(key))

    def items(self) -> _Column:
        """The items of lists."""
        parents = pc.list_parent_indices(self.values).to_numpy(zero_copy_only=False)
        return replace(self, values=pc.list_flatten(self.values), owners=self.owners[parents])

    def counts(self) -> Counter[Any]:
        """Of how many rows each value is."""
        counted = (
            pa.table({"value": self.values, "row": self.owners}).group_by("value").aggregate([("row", "count_distinct")])
        )
        counts = Counter(dict(zip(counted["value"].to_pylist(), counted["row_count_distinct"].to_pylist(), strict=True)))
        del counts[None]
        return counts


def describe(
    data: Mapping[str, datasets.Dataset],
    name: str,
    label: str | None,
    config_name: str = "default",
    hide: Collection[str] = (),
) -> Description:
    """What a twin of a data set is to be like.

    Args:
        data: Its splits; that called ``train`` is looked at, or the first.
        name: Name by which SLAs will call it.
        label: The column that a model learns to tell; by default the first that has named classes.
        config_name: The name of the configuration.
        hide: Columns of which no value is kept.

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
    for column in hide:
        check_column(main.features, column, name, "--hide")
    with quiet_datasets():
        table = _looked_at(main)
    rows = np.arange(table.num_rows)
    looked = {
        str(column): _Column(table[column].combine_chunks(), rows, column in hide or names_people(str(column)))
        for column in main.features
    }
    classes = (
        Known() if chosen is None else _known(main.features[chosen], replace(looked[chosen], hidden=chosen in hide), [])
    )
    groups = [] if chosen is None else _groups(looked[chosen].values, classes.values)
    columns = {
        name: classes if name == chosen else _known(feature, looked[name], groups) for name, feature in main.features.items()
    }
    return Description(
        form=FORM,
        dataset=name,
        config_name=config_name,
        splits={str(split): rows.num_rows for split, rows in data.items() if rows.num_rows},
        features=main.features.to_dict(),
        label=chosen,
        columns={column: known for column, known in columns.items() if known != Known()},
    )


def with_values(description: Description) -> Iterator[str]:
    """The columns of which a description keeps values that are not in the schema."""
    for name, known in description.columns.items():
        yield from _with_values(name, known)


def _with_values(name: str, known: Known) -> Iterator[str]:
    if any(not isinstance(value, bool) for value in known.values):
        yield name
    if known.items is not None:
        yield from _with_values(f"{name}[]", known.items)
    for key, inner in known.fields.items():
        yield from _with_values(f"{name}.{key}", inner)


def label_of(features: Mapping[str, Any], label: str | None, name: str) -> str | None:
    """The column that a model learns to tell: the one that is asked for, else the first with named classes, else none.

    Raises:
        DataSourceError: There is no such column.
    """
    if label is None:
        return next((str(column) for column, kind in features.items() if isinstance(kind, datasets.ClassLabel)), None)
    check_column(features, label, name, "--label")
    return label


def check_column(features: Mapping[str, Any], column: str, name: str, option: str) -> None:
    """Refuse what is no column.

    Raises:
        DataSourceError: There is no such column.
    """
    if column not in features:
        raise DataSourceError(
            Problem(
                f"there is no column {column!r}",
                where=name,
                expected=f"one of: {listing(features)}",
                came=column,
                nearest=nearest(column, list(features)),
                hint=f"name another column with {option}, or leave it out",
            )
        )


def _looked_at(main: datasets.Dataset) -> pa.Table:
    rows = np.unique(np.linspace(0, main.num_rows - 1, min(main.num_rows, MOST_ROWS)).astype(np.int64))
    table: pa.Table = main.select(rows).with_format("arrow")[:]
    return table


def _groups(labels: pa.Array, classes: Sequence[Any]) -> Groups:
    """The rows of each class, if there are not too many, and each has enough rows for statistics."""
    if not 2 <= len(classes) <= MOST_CLASSES:
        return []
    groups = [np.flatnonzero(pc.equal(labels, pa.scalar(value, labels.type)).fill_null(False)) for value in classes]
    return groups if min(map(len, groups)) >= LEAST_ROWS else []


def _known(feature: Any, column: _Column, groups: Groups) -> Known:
    if isinstance(column.values, pa.ExtensionArray):
        return Known(missing=column.missing)  # an array of numbers, of which the shape is known
    if isinstance(feature, list):
        return _known_list(feature[0], column)
    if isinstance(feature, Mapping):
        inner = {key: _known(each, column.field(key), []) for key, each in feature.items()}
        return Known(missing=column.missing, fields=inner)
    look = _LOOKS.get(type(feature).__name__)
    return look(feature, column, groups) if look else Known(missing=column.missing)


def _known_value(feature: Any, column: _Column, groups: Groups) -> Known:
    kind, missing = column.values.type, column.missing
    if pa.types.is_boolean(kind) or isinstance(feature, datasets.ClassLabel):
        values = tuple(sorted(column.counts()))  # they are in the schema
        return _weighted(column, values, groups) if values else Known(missing=missing)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _known_text(column, groups)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return Known(missing=missing, lengths=_ends(pc.binary_length(column.values)))
    if pa.types.is_integer(kind) and (values := _kept_values(column, MOST_CODES)):
        return _weighted(column, values, groups)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind) or pa.types.is_temporal(kind):
        return Known(missing=missing, quantiles=_quantiles(column.values, groups))
    return Known(missing=missing)


def _known_text(column: _Column, groups: Groups) -> Known:
    values = _kept_values(column, MOST_VALUES)
    if values and max(map(len, values)) <= LONGEST:
        return _weighted(column, values, groups)
    texts = column.values.drop_null()
    words = pc.list_value_length(pc.utf8_split_whitespace(pc.utf8_trim_whitespace(texts)))
    different = len(texts.unique())
    if len(texts) and pc.max(words).as_py() <= 1 and different < len(texts):
        return Known(missing=column.missing, people=different)
    return Known(missing=column.missing, lengths=_ends(words))


def _known_list(inner: Any, column: _Column) -> Known:
    lengths = _ends(pc.list_value_length(column.values))
    return Known(missing=column.missing, lengths=lengths, items=_known(inner, column.items(), []))


def _known_sequence(feature: Any, column: _Column, _: Groups) -> Known:
    inner = feature.feature
    if isinstance(inner, Mapping) and pa.types.is_struct(column.values.type):  # a struct of lists of the same length
        fields = {key: _known(each, column.field(key).items(), []) for key, each in inner.items()}
        lengths = _ends(pc.list_value_length(column.field(next(iter(inner))).values)) if inner else None
        return Known(missing=column.missing, lengths=lengths, items=Known(fields=fields))
    return _known_list(inner, column)


def _known_picture(_: Any, column: _Column, __: Groups) -> Known:
    from PIL import Image

    sizes, modes = Counter[tuple[int, int]](), Counter[str]()
    for file in _files(column.values):
        try:
            with Image.open(file) as picture:
                sizes[picture.size] += 1
                modes[MODES.get(picture.mode, "RGB")] += 1
        except (OSError, ValueError):
            continue  # it cannot be opened, which is no statistic of a twin
    common = tuple(size for size, _ in sizes.most_common(MOST_SIZES))
    return Known(missing=column.missing, sizes=common, modes=tuple(modes.most_common()))


def _known_sound(_: Any, column: _Column, __: Groups) -> Known:
    seconds = []
    for file in _files(column.values):
        try:
            with wave.open(file) as sound:
                seconds.append(sound.getnframes() / sound.getframerate())
        except (OSError, EOFError, wave.Error):
            continue  # another format, or none
    ends = (round(min(seconds), 2), round(max(seconds), 2)) if seconds else None
    return Known(missing=column.missing, seconds=ends)


_LOOKS: Mapping[str, Callable[[Any, _Column, Groups], Known]] = {
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


def _kept_values(column: _Column, most: int) -> tuple[Any, ...]:
    """The values that come often, in order, if there are few different ones."""
    counted = Counter[Any]() if column.hidden else column.counts()
    if len(counted) > most:
        return ()
    return tuple(sorted(value for value, rows in counted.items() if rows >= LEAST_TIMES))


def _weighted(column: _Column, values: tuple[Any, ...], groups: Groups) -> Known:
    """How often each value comes, in each class, in thousandths."""

    def weights(rows: pa.Array) -> tuple[int, ...]:
        counts = Counter({entry["values"]: entry["counts"] for entry in pc.value_counts(rows).to_pylist()})
        return tuple(math.ceil(1_000 * counts[value] / max(len(rows), 1)) for value in values)

    by_group = tuple(weights(column.values.take(pa.array(rows))) for rows in groups)
    if not by_group or any(not any(each) for each in by_group):
        by_group = (weights(column.values),)
    return Known(missing=column.missing, values=values, weights=by_group)


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
