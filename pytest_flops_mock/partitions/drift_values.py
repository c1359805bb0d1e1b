"""Drift of values: gaps, wrong labels, other units, wrong clocks, numbers far off, texts in another case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pytest_flops_mock.errors import DataSourceError, Problem
from pytest_flops_mock.partitions.drift_columns import classes_of, without

Floats = npt.NDArray[np.float64]

UNITS = {
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
    "us": timedelta(microseconds=1),
    "ns": timedelta(microseconds=1),
    "day": timedelta(days=1),
}
"""The smallest times that columns can tell, as far as a time can be written."""


def mislabelled(column: pa.Array, feature: Any, share: float, rng: np.random.Generator) -> pa.Array:
    """A share of the rows has the label of another class."""
    values = column.to_pylist()
    classes = classes_of(values, feature)
    codes = {value: code for code, value in enumerate(classes)}
    wrong, steps = rng.random(len(values)) < share, rng.random(len(values))
    for row in np.flatnonzero(wrong).tolist():
        if len(classes) > 1 and values[row] in codes:
            step = 1 + int(steps[row] * (len(classes) - 1))
            values[row] = classes[(codes[values[row]] + step) % len(classes)]
    return pa.array(values, column.type)


def in_other_case(column: pa.Array, share: float, rng: np.random.Generator) -> pa.Array:
    """In a share of the texts capitals and small letters change places."""
    return pc.if_else(pa.array(rng.random(len(column)) < share), pc.utf8_swapcase(column), column)


def with_gaps(column: pa.Array, share: float, rng: np.random.Generator) -> pa.Array:
    """A share of the values is null."""
    return without(column, rng.random(len(column)) < share)


def in_other_units(column: pa.Array, factor: float) -> pa.Array:
    """Each number times the factor."""
    return _changed(column, lambda numbers: numbers * factor)


def far_off(column: pa.Array, spreads: float) -> pa.Array:
    """All numbers lie so many of their standard deviations higher; where they do not differ, so many times 1."""

    def moved(numbers: Floats) -> Floats:
        known = numbers[np.isfinite(numbers) & ~_nulls(column)]
        spread = float(known.std()) if len(known) else 0.0
        return numbers + spreads * (spread if 0 < spread < np.inf else 1.0)

    return _changed(column, moved)


def at_other_times(column: pa.Array, shift: timedelta) -> pa.Array:
    """All times are later.

    Raises:
        DataSourceError: One would leave what its type can tell.
    """
    step = UNITS[unit_of(column.type)]
    steps = shift // step * (1000 if unit_of(column.type) == "ns" else 1)
    if pa.types.is_date64(column.type):
        steps *= 86_400_000
    whole = pa.int32() if pa.types.is_date32(column.type) else pa.int64()
    try:
        return pc.add_checked(column.cast(whole), pa.scalar(steps, whole)).cast(column.type)
    except pa.ArrowInvalid:
        raise DataSourceError(
            Problem(
                "time_shift moves times beyond what their type can tell",
                expected=f"times that {column.type} can hold",
                got=f"{shift} more",
                fix="use a smaller time_shift, or cast the column to a coarser unit",
            )
        ) from None


def unit_of(type_: pa.DataType) -> str:
    """The smallest time that a column can tell."""
    return str(type_.unit) if pa.types.is_timestamp(type_) else "day"


def as_type(column: pa.Array, type_: pa.DataType) -> pa.Array:
    """The values in another type. What does not fit stops at the ends of the type; no whole number, no value."""
    if column.type == type_ or pa.types.is_string(type_):
        return column.cast(type_)
    column = column.cast(pa.uint8()) if pa.types.is_boolean(column.type) else column
    if pa.types.is_integer(column.type) and pa.types.is_integer(type_):
        ends = np.iinfo(type_.to_pandas_dtype())
        known = np.iinfo(column.type.to_pandas_dtype())
        lower, upper = max(ends.min, known.min), min(ends.max, known.max)
        fitting = pc.min_element_wise(column, pa.scalar(upper, column.type), skip_nulls=False)
        return pc.max_element_wise(fitting, pa.scalar(lower, column.type), skip_nulls=False).cast(type_)
    return _of_numbers(_floats(column), _nulls(column), type_)


def _changed(column: pa.Array, change: Callable[[Floats], Floats]) -> pa.Array:
    with np.errstate(over="ignore", invalid="ignore"):
        return _of_numbers(change(_floats(column)), _nulls(column), column.type)


def _floats(column: pa.Array) -> Floats:
    filled = column.fill_null(0) if column.null_count else column
    numbers: Floats = filled.to_numpy(zero_copy_only=False).astype(np.float64)
    return numbers


def _nulls(column: pa.Array) -> npt.NDArray[np.bool_]:
    nulls: npt.NDArray[np.bool_] = column.is_null().to_numpy(zero_copy_only=False)
    return nulls


def _of_numbers(numbers: Floats, nulls: npt.NDArray[np.bool_], type_: pa.DataType) -> pa.Array:
    dtype = np.dtype(type_.to_pandas_dtype())
    if pa.types.is_floating(type_):
        with np.errstate(over="ignore"):
            return pa.array(numbers.astype(dtype), type_, mask=nulls)
    ends, nulls = np.iinfo(dtype), nulls | np.isnan(numbers)
    above, below = numbers >= float(ends.max), numbers <= float(ends.min)
    whole = np.rint(np.where(above | below | nulls, 0, numbers)).astype(dtype)
    return pa.array(np.where(above, ends.max, np.where(below, ends.min, whole)).astype(dtype), type_, mask=nulls)
