"""One partition as a Parquet file: what it says of itself, and its rows with the types that were sent."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pytest_flops_mock.flight.batches import TARGET_BYTES, rows_for
from pytest_flops_mock.flight.parquet_types import brought_back, comes_back
from pytest_flops_mock.flight.store import StoredPartition, without_mark
from pytest_flops_mock.flight.validity import valid


def opened(path: Path) -> Any:
    """The file, whose pages are held against their checksums where they have some."""
    return pq.ParquetFile(path, page_checksum_verification=True)


def described(file: Any, name: str, size: int) -> StoredPartition:
    """What an open file says of itself, its rows unread."""
    schema, verified = without_mark(_sent_schema(file))
    return StoredPartition(name, schema, file.metadata.num_rows, size, verified)


def inspected(path: Path, size: int) -> StoredPartition:
    """What the file says of itself, all rows having been read once; raises whatever comes of a file that is none."""
    file = opened(path)
    partition = described(file, path.name, size)
    rows = sum(batch.num_rows for batch in valid(batches(file), path.name))
    if rows != partition.rows:
        raise ValueError(f"{rows} rows of {partition.rows}")
    return partition


def batches(file: Any) -> Iterator[pa.RecordBatch]:
    """The rows of an open file, which is closed behind them, in batches that are small enough for the wire."""
    with file:
        schema, _ = without_mark(_sent_schema(file))
        groups = [file.metadata.row_group(index) for index in range(file.metadata.num_row_groups)]
        nbytes = sum(group.total_byte_size for group in groups)
        for batch in file.iter_batches(rows_for(TARGET_BYTES, rows=file.metadata.num_rows, nbytes=nbytes)):
            yield _as_sent(batch, schema)


def _sent_schema(file: Any) -> pa.Schema:
    """The schema that was written, which Arrow notes in the file; types that Parquet does not have are in it."""
    read, raw = file.schema_arrow, (file.metadata.metadata or {}).get(b"ARROW:schema")
    if raw is None:
        return read
    sent = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(raw)))
    if sent.names != read.names:
        return read
    return pa.schema(
        [theirs if comes_back(theirs.type, ours.type) else ours for theirs, ours in zip(sent, read, strict=True)],
        sent.metadata,
    )


def _as_sent(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    columns = [brought_back(column, field.type) for column, field in zip(batch.columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
