"""What is wrong with the rows of a partition, as on real devices: gaps, broken pictures, wrong labels, rare classes.

Each is a pure function of the rows, the seed and its share. Each draws from a random stream of its own, and each column too:
neither another drift nor another column moves it.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pytest_flops_mock.errors import DataSourceError, Problem, listing, nearest
from pytest_flops_mock.flight.features import features_of
from pytest_flops_mock.partitions.splitting import Partition
from pytest_flops_mock.sla.schemes import Drift

Seed = int | tuple[int, ...]


def with_drift(partition: Partition, drift: Drift, *, seed: int, label: str) -> Partition:
    """The partition with its drift. Without drift it streams as before; with drift its rows are held in memory.

    Args:
        partition: Rows without drift.
        drift: What is to be wrong with them.
        seed: Decides where; every partition has other places.
        label: The column with the classes; empty if there is none.
    """
    if not drift.given():
        return partition
    table = pa.Table.from_batches(partition.batches(), schema=partition.schema)
    table = drifted(table, drift, seed=(seed, partition.index), label=label)
    return replace(partition, schema=table.schema, rows=table.num_rows, make=lambda: iter(table.to_batches()))


def drifting(drift: Drift, count: int, seed: int, where: str) -> frozenset[int]:
    """The numbers of the partitions that have the drift.

    Args:
        drift: What is wrong, and for which partitions.
        count: How many partitions there are.
        seed: Decides which, if only a share of them has it.
        where: Which data set, for the message.

    Raises:
        DataSourceError: A partition is named that there is not.
    """
    named = list(dict.fromkeys(drift.partitions)) or list(range(count))
    if beyond := [number for number in named if number >= count]:
        raise DataSourceError(
            Problem(
                f"there is no partition {beyond[0]} that could have drift",
                where=where,
                expected=f"numbers from 0 to {count - 1}",
                got=f"partitions={listing(drift.partitions)}",
                fix="correct the numbers, or ask for more partitions",
            )
        )
    order = _stream(seed, "devices").permutation(len(named))[: round(drift.devices * len(named))]
    return frozenset(named[place] for place in order)


def drifted(table: pa.Table, drift: Drift, *, seed: Seed, label: str = "") -> pa.Table:
    """The rows with their drift: in the same order, but fewer if classes are made rare or rows are lost.

    Args:
        table: Rows without drift, with features in the schema; pictures as bytes.
        drift: How much of each.
        seed: Decides where.
        label: The column with the classes; empty if there is none.
    """
    features = features_of(table.schema)
    if drift.imbalance:
        table = _imbalanced(table, label, features, drift.imbalance, _stream(seed, "imbalance"))
    columns = []
    for name in table.column_names:
        column = table[name].combine_chunks()
        column = column.chunk(0) if isinstance(column, pa.ChunkedArray) and column.num_chunks else column
        if drift.label_noise and name == label:
            column = _mislabelled(column, features[name], drift.label_noise, _stream(seed, "label_noise"))
        if drift.corrupt_images and _is_image(features[name]) and drift.column in ("", name):
            column = _cut_off(column, drift.corrupt_images, _stream(seed, "corrupt_images", name))
        if drift.other_case and _is_text(column.type) and drift.column in ("", name):
            column = _in_other_case(column, drift.other_case, _stream(seed, "other_case", name))
        if drift.missing and name == (drift.column or name) and (drift.column or name != label):
            column = _with_gaps(column, drift.missing, _stream(seed, "missing", name))
        columns.append(column)
    table = pa.Table.from_arrays(columns, schema=table.schema)
    table = _repeating(table, drift.duplicates, _stream(seed, "duplicates")) if drift.duplicates else table
    # At last, so that it moves nothing else.
    return table.filter(_stream(seed, "lost").random(table.num_rows) >= drift.lost) if drift.lost else table


def label_to_drift(drift: Drift, schema: pa.Schema, known: str, where: str) -> str:
    """The column that a drift takes for the label: the one that is known, else the only one of the feature ``ClassLabel``.

    Args:
        drift: What is to be wrong.
        schema: Schema of the rows, with their features.
        known: The label as far as it is known; may be empty.
        where: Which data set, for the message.

    Returns:
        The column; empty if there is none and the drift needs none.

    Raises:
        DataSourceError: The data set has no label that is clear, or no images, and the drift needs them.
    """
    features = features_of(schema)
    columns = f"columns {listing(features)}"
    if drift.column and drift.column not in features:
        raise DataSourceError(
            Problem(
                f"the data set has no column {drift.column} that could have drift",
                where=where,
                expected=f"one of: {listing(features)}",
                got=f"column={drift.column}",
                nearest=nearest(drift.column, features),
                fix="correct the name, or leave column out",
            )
        )
    looked_at = [features[drift.column]] if drift.column else features.values()
    if drift.corrupt_images and not any(map(_is_image, looked_at)):
        raise DataSourceError(
            Problem(
                "the data set has no images that could be corrupt",
                where=where,
                expected="a data set with a column of images",
                got=columns,
                fix="leave corrupt_images out",
            )
        )
    if drift.other_case and not any(map(_is_text, [schema.field(drift.column).type] if drift.column else schema.types)):
        raise DataSourceError(
            Problem(
                "the data set has no text that could be in another case",
                where=where,
                expected="a column of text",
                got=columns if not drift.column else f"column={drift.column}",
                fix="leave other_case out" if not drift.column else "name a column of text, or leave other_case out",
            )
        )
    classes = [name for name, feature in features.items() if _is_a(feature, "ClassLabel")]
    of_classes = bool(drift.label_noise or drift.imbalance)
    label = (of_classes and drift.column) or known or (classes[0] if len(classes) == 1 else "")
    if of_classes and label and pa.types.is_nested(schema.field(label).type):
        raise DataSourceError(
            Problem(
                f"the column {label} has no classes that could be wrong or imbalanced",
                where=where,
                expected="a column of numbers or text",
                got=f"{label}, of type {schema.field(label).type}",
                fix="name another column, or leave label_noise and imbalance out",
            )
        )
    if (drift.label_noise or drift.imbalance) and not label:
        raise DataSourceError(
            Problem(
                f"the data set has {'several labels' if classes else 'no label'} that could be wrong or imbalanced",
                where=where,
                expected="one column of the feature ClassLabel, or a label that a twin or a recorded sample knows",
                got=f"{columns}, of which {listing(classes)} are of the feature ClassLabel" if classes else columns,
                fix="leave label_noise and imbalance out, or describe the data set with its label "
                "(flops-mock twin NAME --like DATA --label COLUMN)",
            )
        )
    return label


def _imbalanced(table: pa.Table, label: str, features: dict[str, Any], share: float, rng: np.random.Generator) -> pa.Table:
    """Rows of later classes are left out more often than those of earlier ones; rows without a class stay."""
    values = table[label].to_pylist()
    classes = _classes(values, features[label])
    chances = {value: 1 - share * rank / max(len(classes) - 1, 1) for rank, value in enumerate(classes)}
    stay = rng.random(len(values)) < np.array([chances.get(value, 1.0) for value in values])
    return table.filter(pa.array(stay))


def _mislabelled(column: pa.Array, feature: Any, share: float, rng: np.random.Generator) -> pa.Array:
    values = column.to_pylist()
    classes = _classes(values, feature)
    codes = {value: code for code, value in enumerate(classes)}
    wrong, steps = rng.random(len(values)) < share, rng.random(len(values))
    for row in np.flatnonzero(wrong).tolist():
        if len(classes) > 1 and values[row] in codes:
            step = 1 + int(steps[row] * (len(classes) - 1))
            values[row] = classes[(codes[values[row]] + step) % len(classes)]
    return pa.array(values, column.type)


def _cut_off(column: pa.Array, share: float, rng: np.random.Generator) -> pa.Array:
    """A share of the files is cut off half-way."""
    cut = rng.random(len(column)) < share
    parts = dict(zip((field.name for field in column.type), column.flatten(), strict=True))
    files = parts["bytes"].to_pylist()
    halves = [file[: len(file) // 2] if is_cut and file else file for file, is_cut in zip(files, cut, strict=True)]
    parts["bytes"] = pa.array(halves, parts["bytes"].type)
    made = pa.StructArray.from_arrays(list(parts.values()), fields=list(column.type))
    return _without(made, column.is_null().to_numpy(zero_copy_only=False))


def _in_other_case(column: pa.Array, share: float, rng: np.random.Generator) -> pa.Array:
    return pc.if_else(pa.array(rng.random(len(column)) < share), pc.utf8_swapcase(column), column)


def _is_text(type_: pa.DataType) -> bool:
    return bool(pa.types.is_string(type_) or pa.types.is_large_string(type_))


def _with_gaps(column: pa.Array, share: float, rng: np.random.Generator) -> pa.Array:
    return _without(column, rng.random(len(column)) < share)


def _without(column: pa.Array, gone: npt.NDArray[np.bool_]) -> pa.Array:
    return column.take(pa.array(np.arange(len(column)), mask=gone))  # no index, no value: for any type


def _repeating(table: pa.Table, share: float, rng: np.random.Generator) -> pa.Table:
    """A share of the rows gives way to another row of the same partition."""
    rows = np.arange(table.num_rows)
    repeated, shifts = rng.random(len(rows)) < share, rng.random(len(rows))
    others = (rows + 1 + (shifts * (len(rows) - 1)).astype(np.int64)) % max(len(rows), 1)
    return table.take(pa.array(np.where(repeated, others, rows)))


def _classes(values: Sequence[Any], feature: Any) -> list[Any]:
    """All classes that the feature knows, so that partitions agree on them; else those that occur."""
    if _is_a(feature, "ClassLabel") and (count := len(feature.get("names") or ()) or feature.get("num_classes")):
        return list(range(count))
    return sorted(set(values) - {None})


def _is_image(feature: Any) -> bool:
    return _is_a(feature, "Image")


def _is_a(feature: Any, kind: str) -> bool:
    return isinstance(feature, dict) and feature.get("_type") == kind


def _stream(seed: Seed, *names: str) -> np.random.Generator:
    """Random numbers for one drift of one column."""
    numbers = (seed,) if isinstance(seed, int) else seed
    return np.random.default_rng([*numbers, *(zlib.crc32(name.encode()) for name in names)])
