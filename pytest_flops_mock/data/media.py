"""Images and sounds that a data set names by path, with their bytes put in: a path means nothing on another machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from pytest_flops_mock.errors import DataSourceError, Problem

ROWS_AT_ONCE = 32
"""Files are read for so many rows at a time; only then their size is known."""


def with_media(batch: pa.RecordBatch, where: str) -> Iterator[pa.RecordBatch]:
    """The rows of ``batch`` with media as bytes; a batch that has them already is passed on untouched.

    Args:
        batch: Rows whose schema carries Hugging Face features.
        where: Which data set, for the message.

    Raises:
        DataSourceError: A file that a row names cannot be read.
    """
    if not any(_names_files(column) for column in batch.columns):
        yield batch
        return
    from datasets.table import embed_table_storage

    for start in range(0, batch.num_rows, ROWS_AT_ONCE):
        rows = pa.Table.from_batches([batch.slice(start, ROWS_AT_ONCE)])
        try:
            embedded = embed_table_storage(rows).combine_chunks().to_batches()
        except OSError as error:
            raise _missing(where, f"{getattr(error, 'filename', None) or error}") from error
        except Exception as error:  # whatever the file system that an address names raises, or there being none
            raise _missing(where, f"{type(error).__name__}: {error}") from error
        left = [
            name
            for piece in embedded
            for name, column in zip(piece.schema.names, piece.columns, strict=True)
            if _names_files(column)
        ]
        if left:  # older versions of datasets pass over media within lists and structs
            raise _missing(where, f"paths in column {left[0]!r}, which this version of datasets cannot put bytes into")
        yield from embedded


def _missing(where: str, got: str) -> DataSourceError:
    return DataSourceError(
        Problem(
            "a row names a media file that cannot be read",
            where=where,
            expected="a file on this machine, to be sent as bytes",
            got=got,
            fix="put the file there, or store the bytes in the data set",
            code="FM305",
        )
    )


def _names_files(array: Any) -> bool:
    """Whether a value somewhere in ``array`` has a path and no bytes."""
    kind = array.type
    if isinstance(kind, pa.BaseExtensionType):
        return _names_files(array.storage)
    if pt.is_list(kind) or pt.is_large_list(kind) or pt.is_fixed_size_list(kind):
        return _names_files(array.flatten())
    if not pt.is_struct(kind):
        return False
    children = dict(zip((field.name for field in kind), array.flatten(), strict=True))
    if children.keys() == {"bytes", "path"}:
        only_path = pc.and_(pc.is_null(children["bytes"]), pc.is_valid(children["path"]))
        return bool(pc.any(only_path).as_py())
    return any(_names_files(child) for child in children.values())
