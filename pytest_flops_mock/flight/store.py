"""Where an ML data server keeps partitions: in memory, or as Parquet files in a folder. Knows nothing of gRPC.

An upload is received aside and becomes visible in one step when it is published; one that is discarded leaves nothing.
Two uploads of one name do not meet: each is whole, and the one published last stays.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from pytest_flops_mock.errors import FlopsMockError, Problem, listing, nearest
from pytest_flops_mock.flight.batches import TARGET_BYTES, rows_for


@dataclass(frozen=True)
class StoredPartition:
    """What a store knows of one partition.

    Attributes:
        name: File name, ``TAG.DIGEST.parquet``.
        schema: Arrow schema, with its metadata.
        rows: Number of rows.
        bytes: Size of the rows in the store.
    """

    name: str
    schema: pa.Schema
    rows: int
    bytes: int


class UnknownPartitionError(FlopsMockError):
    """No partition of that name is stored."""

    code = "FM403"

    def __init__(self, name: str, stored: tuple[str, ...]) -> None:
        super().__init__(
            Problem(
                "no partition of that name is stored",
                got=name,
                expected=f"one of: {listing(stored)}" if stored else "a name that is stored; there is none",
                nearest=nearest(name, stored),
                fix="ask list_flights for the names first",
            )
        )


class Upload(Protocol):
    """A partition on its way into a store; ends with ``publish`` or ``discard``."""

    def write(self, batch: pa.RecordBatch) -> None:
        """Take in some rows."""

    def publish(self) -> None:
        """Make the rows visible under their name, replacing what had it."""

    def discard(self) -> None:
        """Forget the rows; a second call, or one after ``publish``, does nothing."""


class Store(Protocol):
    """Keeps partitions by name. Methods may be called from several threads at once."""

    def receive(self, name: str, schema: pa.Schema) -> Upload:
        """Begin an upload. Nothing of it is visible before it is published."""

    def partitions(self) -> tuple[StoredPartition, ...]:
        """All partitions, sorted by name."""

    def partition(self, name: str) -> StoredPartition:
        """One partition. Raises UnknownPartitionError."""

    def read(self, name: str) -> pa.RecordBatchReader:
        """The rows of one partition. Raises UnknownPartitionError."""

    def drop(self, name: str) -> None:
        """Remove one partition. Raises UnknownPartitionError."""

    def clear(self) -> None:
        """Remove all partitions."""


class MemoryStore:
    """Keeps partitions as Arrow tables in this process: the fastest, gone with the object."""

    def __init__(self) -> None:
        self._tables: dict[str, pa.Table] = {}
        self._lock = threading.Lock()

    def receive(self, name: str, schema: pa.Schema) -> Upload:
        """Begin an upload."""

        def publish(table: pa.Table) -> None:
            with self._lock:
                self._tables[name] = table

        return _MemoryUpload(schema, publish)

    def partitions(self) -> tuple[StoredPartition, ...]:
        """All partitions, sorted by name."""
        with self._lock:
            return tuple(_of_table(name, table) for name, table in sorted(self._tables.items()))

    def partition(self, name: str) -> StoredPartition:
        """One partition. Raises UnknownPartitionError."""
        return _of_table(name, self._table(name))

    def read(self, name: str) -> pa.RecordBatchReader:
        """The rows of one partition. Raises UnknownPartitionError."""
        return self._table(name).to_reader()

    def drop(self, name: str) -> None:
        """Remove one partition. Raises UnknownPartitionError."""
        with self._lock:
            self._known(name)
            del self._tables[name]

    def clear(self) -> None:
        """Remove all partitions."""
        with self._lock:
            self._tables.clear()

    def _table(self, name: str) -> pa.Table:
        with self._lock:
            return self._known(name)

    def _known(self, name: str) -> pa.Table:
        if name not in self._tables:
            raise UnknownPartitionError(name, tuple(sorted(self._tables)))
        return self._tables[name]


def _of_table(name: str, table: pa.Table) -> StoredPartition:
    return StoredPartition(name, table.schema, table.num_rows, table.nbytes)


class _MemoryUpload:
    def __init__(self, schema: pa.Schema, publish: Callable[[pa.Table], None]) -> None:
        self._schema = schema
        self._batches: list[pa.RecordBatch] = []
        self._publish = publish

    def write(self, batch: pa.RecordBatch) -> None:
        self._batches.append(batch)

    def publish(self) -> None:
        self._publish(pa.Table.from_batches(self._batches, schema=self._schema))

    def discard(self) -> None:
        self._batches.clear()


class ParquetStore:
    """Keeps partitions as Parquet files in one folder, laid out like the volume of the real ML data server.

    Files that are no Parquet (the real server stumbles over them) are passed over. The folder is made when the first
    partition arrives.

    Args:
        folder: Where the files are.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)

    def receive(self, name: str, schema: pa.Schema) -> Upload:
        """Begin an upload into a hidden file beside its final place."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return _ParquetUpload(self.folder / name, schema)

    def partitions(self) -> tuple[StoredPartition, ...]:
        """All partitions, sorted by name."""
        found = (_of_file(self.folder / name) for name in self._names())
        return tuple(partition for partition in found if partition is not None)

    def partition(self, name: str) -> StoredPartition:
        """One partition. Raises UnknownPartitionError."""
        found = _of_file(self._path(name))
        if found is None:
            raise UnknownPartitionError(name, self._names())
        return found

    def read(self, name: str) -> pa.RecordBatchReader:
        """The rows of one partition. Raises UnknownPartitionError."""
        try:
            file = pq.ParquetFile(self._path(name))
        except _NO_PARQUET:
            raise UnknownPartitionError(name, self._names()) from None
        return pa.RecordBatchReader.from_batches(file.schema_arrow, _read(file))

    def drop(self, name: str) -> None:
        """Remove one partition. Raises UnknownPartitionError."""
        self.partition(name)
        self._path(name).unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove all partitions; other files in the folder stay."""
        for partition in self.partitions():
            (self.folder / partition.name).unlink(missing_ok=True)

    def _names(self) -> tuple[str, ...]:
        if not self.folder.is_dir():
            return ()
        visible = (entry.name for entry in os.scandir(self.folder) if entry.is_file() and entry.name[0] != ".")
        return tuple(sorted(visible))

    def _path(self, name: str) -> Path:
        names = self._names()
        if name not in names:
            raise UnknownPartitionError(name, names)
        return self.folder / name


def _of_file(path: Path) -> StoredPartition | None:
    """What the file says of itself, or nothing if it is no Parquet file (any more)."""
    try:
        with pq.ParquetFile(path) as file:
            return StoredPartition(path.name, file.schema_arrow, file.metadata.num_rows, path.stat().st_size)
    except _NO_PARQUET:
        return None


_NO_PARQUET = (pa.ArrowInvalid, OSError)
"""What opening a file raises that is no Parquet file, or not there any more."""


def _read(file: Any) -> Iterator[pa.RecordBatch]:
    """The rows of an open file, which is closed behind them, in batches that are small enough for the wire."""
    with file:
        groups = [file.metadata.row_group(index) for index in range(file.metadata.num_row_groups)]
        nbytes = sum(group.total_byte_size for group in groups)
        yield from file.iter_batches(rows_for(TARGET_BYTES, rows=file.metadata.num_rows, nbytes=nbytes))


class _ParquetUpload:
    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._path = path
        handle, aside = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
        os.close(handle)
        self._aside = Path(aside)
        try:
            self._writer = pq.ParquetWriter(self._aside, schema)
        except BaseException:
            self._aside.unlink()
            raise

    def write(self, batch: pa.RecordBatch) -> None:
        self._writer.write_batch(batch)

    def publish(self) -> None:
        self._writer.close()
        # mkstemp makes a private file; a volume is read by others too.
        self._aside.chmod(0o644)
        os.replace(self._aside, self._path)

    def discard(self) -> None:
        with suppress(Exception):
            self._writer.close()
        self._aside.unlink(missing_ok=True)
