"""Columns of which FLOps' mock data provider can make its digest: it names a partition by its rows, written as text.

Found out with ``datasets`` 2.16 and pandas 2: whole columns of an extension type and bytes that are not UTF-8 end it. Within
structs and lists both are written as they are, so that images and sounds, structs of bytes and a path, pass.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.types as pt

from pytest_flops_mock.errors import DataSourceError, Problem


def check_types(schema: pa.Schema, where: str) -> None:
    """Refuse columns of extension types.

    Args:
        schema: Schema of the rows to be sent.
        where: What they are, for the message.

    Raises:
        DataSourceError: With one problem for each of them.
    """
    problems = [
        _problem(
            field.name,
            where,
            got=f"{type(field.type).__name__.removesuffix('ExtensionType')} of {_innermost(field.type.storage_type)}",
            fix="cast the column to lists of lists, and let get_data() make arrays of them",
        )
        for field in schema
        if isinstance(field.type, pa.BaseExtensionType)
    ]
    if problems:
        raise DataSourceError(*problems)


def check_texts(batch: pa.RecordBatch, where: str) -> None:
    """Refuse columns of bytes or text that are not UTF-8.

    Args:
        batch: Rows to be sent.
        where: What they are, for the message.

    Raises:
        DataSourceError: With one problem for each of them.
    """
    problems = [
        _problem(
            field.name,
            where,
            got=f"{field.type}, and {value[:12]!r} in it" if (value := _undecodable(column)) else str(field.type),
            fix="give pictures and sounds the feature Image or Audio, other bytes a struct around them; or send text",
        )
        for field, column in zip(batch.schema, batch.columns, strict=True)
        if _is_bytes(field.type) and not _is_utf8(column)
    ]
    if problems:
        raise DataSourceError(*problems)


def _problem(name: str, where: str, *, got: str, fix: str) -> Problem:
    return Problem(
        f"the mock data provider of FLOps dies of column {name!r}: it cannot write it as text, to name the partition",
        where=where,
        expected="numbers, text in UTF-8, lists or structs of anything",
        got=got,
        fix=fix,
        code="FM308",
    )


def _innermost(kind: Any) -> Any:
    return _innermost(kind.value_type) if hasattr(kind, "value_type") else kind


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(pt.is_binary(kind) or pt.is_large_binary(kind) or pt.is_string(kind) or pt.is_large_string(kind))


def _is_utf8(column: pa.Array) -> bool:
    try:
        if pt.is_binary(column.type) or pt.is_large_binary(column.type):
            column.cast(pa.large_string())
        else:
            column.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _undecodable(column: pa.Array) -> bytes | None:
    """The first value that is not UTF-8."""
    for value in column.cast(pa.large_binary()):
        raw: bytes | None = value.as_py()
        try:
            (raw or b"").decode()
        except UnicodeDecodeError:
            return raw
    return None
