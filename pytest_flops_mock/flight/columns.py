"""Which columns an ML data server can keep: those that travel over Arrow Flight and fit into Parquet."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq

from pytest_flops_mock.errors import DataSourceError, Problem


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
            expected="a type that Arrow can write to Parquet",
            came=f"{field.type} ({reason})",
            hint="convert the column to numbers, text, bytes, lists or structs of them, or leave it out",
            code="FM304",
        )
        for field in schema
        if (reason := _refusal(field))
    ]
    repeated = sorted({name for name in schema.names if schema.names.count(name) > 1})
    problems += [
        Problem(
            f"column {name!r} occurs {schema.names.count(name)} times",
            where=where,
            expected="column names that differ",
            came=", ".join(schema.names),
            hint="rename the columns",
            code="FM304",
        )
        for name in repeated
    ]
    if problems:
        raise DataSourceError(*problems)


def _refusal(field: pa.Field) -> str:
    """Why Parquet cannot hold the field; empty if it can. Asks the library instead of listing types."""
    try:
        pq.ParquetWriter(pa.BufferOutputStream(), pa.schema([field])).close()
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid, pa.ArrowTypeError) as error:
        return str(error).splitlines()[0]
    return ""
