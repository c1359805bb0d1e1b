"""What is counted of a partition while its batches go by. No row is kept: memory is bounded by the number of classes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pytest_flops_mock.flight.features import features_of
from pytest_flops_mock.partitions.scheme import DataToSplit

MAX_VALUES = 2**15
"""More different values than this are no classes."""

MAX_TEXT = 500
"""A longer text is no class."""

MAX_POINTS = 4_096
"""How many points stand for the values of a continuous target, once there are more than ``MAX_VALUES``."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Label:
    """The column with the labels.

    Attributes:
        column: Its name; empty if it is not clear which that is.
        of_classes: Whether the data set says that its numbers are classes: a negative one is no label then.
        names: The names of the classes 0, 1, …, as far as the data set has them.
    """

    column: str = ""
    of_classes: bool = False
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, data: DataToSplit) -> Label:
        """That of a data set."""
        feature = features_of(data.schema).get(data.label)
        if isinstance(feature, list) and feature:
            feature = feature[0]
        elif isinstance(feature, dict) and "feature" in feature:
            feature = feature["feature"]
        known = feature if isinstance(feature, dict) and feature.get("_type") == "ClassLabel" else None
        return cls(data.label, known is not None, tuple((known or {}).get("names") or ()))


class Counts:
    """The counts of one partition.

    Args:
        label: The column with the labels.

    Attributes:
        rows: Number of rows so far.
        missing: Values that are missing, by column.
        unlabelled: Rows without a label.
        values: How often each label occurs, while there are not too many different ones.
        points: Numbers that stand for the labels where there are too many, with their weights.
        moments: Number, mean and sum of squared deviations of those numbers, exactly.
        ends: The smallest and the largest of them.
        countable: Whether the labels can be counted at all.
        several: Whether a row has a list of labels.
    """

    def __init__(self, label: Label) -> None:
        self.label = label
        self.rows = self.unlabelled = 0
        self.missing: dict[str, int] = {}
        self.values: dict[Any, int] = {}
        self.points: tuple[Floats, Floats] | None = None
        self.moments = (0, 0.0, 0.0)
        self.ends = (np.inf, -np.inf)
        self.countable, self.several = bool(label.column), False

    def add(self, batch: pa.RecordBatch) -> None:
        """Count the rows of a batch."""
        self.rows += batch.num_rows
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            if gone := _missing(column):
                self.missing[name] = self.missing.get(name, 0) + gone
        if not self.countable:
            return
        if self.label.column not in batch.schema.names:  # drift has lost or renamed it
            self.unlabelled += batch.num_rows
            return
        self._add_labels(batch.column(self.label.column))

    def numbers(self) -> tuple[Floats, Floats]:
        """The labels as numbers with their weights."""
        if self.points is not None:
            return self.points
        return np.array(list(self.values), float), np.array(list(self.values.values()), float)

    def _add_labels(self, column: pa.Array) -> None:
        if isinstance(column, pa.DictionaryArray):
            column = column.dictionary_decode()
        self.unlabelled += column.null_count
        several = _is_list(column.type)
        self.several = self.several or several
        column = column.flatten() if several else column
        kind = column.type
        number = pa.types.is_floating(kind) or pa.types.is_decimal(kind)
        if pa.types.is_null(kind):
            return
        if not (pa.types.is_integer(kind) or pa.types.is_boolean(kind) or _is_text(kind) or (number and not several)):
            self._give_up()
            return
        column = column.cast(pa.float64()) if number else column.cast(pa.string()) if _is_text(kind) else column
        if self.points is not None:  # value by value it would take much longer
            self._add_points(*_unlike(column))
            return
        counted = pc.value_counts(column)
        for value, count in zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True):
            if value is None:
                continue
            if isinstance(value, str):
                if len(value) > MAX_TEXT:
                    self._give_up()
                    return
            elif not math.isfinite(value) or (self.label.of_classes and value < 0):
                self.unlabelled += 0 if several else count
                continue
            self.values[value] = self.values.get(value, 0) + count
        if len(self.values) > MAX_VALUES:
            if self.label.of_classes or self.several or any(isinstance(value, str) for value in self.values):
                self._give_up()
                return
            self.points = np.empty(0), np.empty(0)
            values, self.values = self.values, {}
            self._add_points(np.array(list(values), float), np.array(list(values.values()), float))

    def _add_points(self, values: Floats, weights: Floats) -> None:
        finite = np.isfinite(values)
        self.unlabelled += int(weights[~finite].sum())
        values, weights = values[finite], weights[finite]
        if self.points is None or not len(values):
            return
        self.moments = joined_moments(self.moments, moments_of(values, weights))
        self.ends = min(self.ends[0], float(values.min())), max(self.ends[1], float(values.max()))
        self.points = np.concatenate([self.points[0], values]), np.concatenate([self.points[1], weights])
        if len(self.points[0]) > MAX_VALUES:
            self.points = squeezed(*self.points, MAX_POINTS)

    def _give_up(self) -> None:
        self.countable, self.values, self.points = False, {}, None


def squeezed(values: Floats, weights: Floats, most: int) -> tuple[Floats, Floats]:
    """At most so many numbers for many, in ascending order: means of neighbours, each for an equal share of the weight."""
    order = np.argsort(values, kind="stable")
    values, weights = values[order], weights[order]
    if len(values):
        first = np.flatnonzero(np.diff(values, prepend=-np.inf) != 0)
        values, weights = values[first], np.add.reduceat(weights, first)
    if len(values) <= most:
        return values, weights
    middles = np.cumsum(weights) - weights / 2
    bins = np.minimum((middles / weights.sum() * most).astype(np.int64), most - 1)
    sums = np.bincount(bins, weights, minlength=most).astype(float)
    totals = np.bincount(bins, weights * values, minlength=most)
    there = sums > 0
    return totals[there] / sums[there], sums[there]


def moments_of(values: Floats, weights: Floats) -> tuple[int, float, float]:
    """Number, mean and sum of squared deviations."""
    total = weights.sum()
    mean = float(np.average(values, weights=weights)) if total else 0.0
    return int(total), mean, float((weights * (values - mean) ** 2).sum())


def joined_moments(one: tuple[int, float, float], other: tuple[int, float, float]) -> tuple[int, float, float]:
    """Those of two sets of numbers together (Chan, Golub and LeVeque 1979)."""
    total, apart = one[0] + other[0], other[1] - one[1]
    if not total:
        return one
    mean = one[1] + apart * other[0] / total
    return total, mean, one[2] + other[2] + apart**2 * one[0] * other[0] / total


def all_moments(parts: Sequence[tuple[int, float, float]]) -> tuple[int, float, float]:
    """Those of any number of sets together."""
    whole = (0, 0.0, 0.0)
    for part in parts:
        whole = joined_moments(whole, part)
    return whole


def _unlike(column: pa.Array) -> tuple[Floats, Floats]:
    values = column.drop_null().cast(pa.float64()).to_numpy(zero_copy_only=False)
    return values, np.ones(len(values))


def _missing(column: pa.Array) -> int:
    if pa.types.is_floating(column.type):  # null becomes NaN
        return int(np.count_nonzero(np.isnan(column.to_numpy(zero_copy_only=False))))
    return int(column.null_count)


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
