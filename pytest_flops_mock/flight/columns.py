"""Which columns an ML data server can keep: those that travel over Arrow Flight and fit into Parquet."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Any

import pyarrow as pa

from pytest_flops_mock.errors import DataSourceError, Problem, listing
from pytest_flops_mock.flight.messages import shown
from pytest_flops_mock.flight.parquet_types import refusal


def check_columns(schema: pa.Schema, where: str) -> None:
    """Make sure that an ML data server can keep all columns of ``schema``.

    Args:
        schema: Schema of the rows to be sent.
        where: What they are, for the message.

    Raises:
        DataSourceError: With one problem for each column that it cannot keep.
    """
    problems = [
        Problem(
            f"column {field.name!r} has a type that the ML data server cannot store",
            where=where,
            expected="a type that Arrow can write to Parquet and read back",
            got=f"{field.type} ({reason})",
            fix="convert the column to numbers, text, bytes, lists or structs of them, or leave it out",
            code="FM304",
        )
        for field in schema
        if (reason := refusal(field.type))
    ]
    names = listing(map(shown, schema.names))
    problems += [
        Problem(
            f"column {name!r} occurs {count} times",
            where=where,
            expected="column names that differ",
            got=names,
            fix="rename the columns",
            code="FM304",
        )
        for name, count in sorted(Counter(schema.names).items())
        if count > 1
    ]
    if problems:
        raise DataSourceError(*problems)


def check_rows(batch: pa.RecordBatch, where: str) -> None:
    """Make sure that what an ML data server keeps of ``batch`` can be read back.

    Parquet has no lists of a fixed length. Arrow before 26 reads a missing one as a list of length 0 and gives up;
    before 16 it does not write it at all.

    Args:
        batch: Rows to be sent.
        where: What they are, for the message.

    Raises:
        DataSourceError: With one problem for each column that has a missing list of a fixed length.
    """
    problems = [
        Problem(
            f"column {field.name!r} has a missing list where every list has the same length",
            where=where,
            expected="no missing lists of a fixed length: Arrow before 26 cannot read them back from the Parquet file",
            got=str(field.type),
            fix="fill the missing lists, or give the feature no length",
            code="FM304",
        )
        for field, column in zip(batch.schema, batch.columns, strict=True)
        if _has_fixed_length(field.type) and _lacks_a_fixed_list(column)
    ]
    if problems:
        raise DataSourceError(*problems)


@lru_cache(maxsize=256)
def _has_fixed_length(kind: pa.DataType) -> bool:
    return "fixed_size_list" in str(_storage(kind))


def _storage(kind: Any) -> Any:
    return kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind


def _lacks_a_fixed_list(array: Any) -> bool:
    """Whether a list of fixed length is missing, at any depth. One within a missing struct is missing too."""
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    if pa.types.is_fixed_size_list(array.type):
        return bool(array.null_count) or _lacks_a_fixed_list(array.flatten())
    if pa.types.is_struct(array.type):
        return any(_lacks_a_fixed_list(child) for child in array.flatten())
    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        return _lacks_a_fixed_list(array.flatten())
    return False
