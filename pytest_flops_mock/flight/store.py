"""What an ML data server keeps partitions in, and the store in memory. Knows nothing of gRPC.

An upload is received aside and becomes visible in one step when it is published; one that is discarded leaves nothing.
Two uploads of one name do not meet: each is whole, and the one published last stays.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from pytest_flops_mock.child.wide import linear_features
from pytest_flops_mock.errors import FlopsMockError, LoadError, Problem, listing, nearest

if TYPE_CHECKING:
    import datasets

MAX_COMPARED = 1000
"""Among how many names the nearest one is looked for."""

UNVERIFIED = b"flops_mock.unverified"
"""Key in the metadata of a listed schema, and of a Parquet file's, where the sender did not promise its number of rows."""


@dataclass(frozen=True)
class StoredPartition:
    """What a store knows of one partition.

    Attributes:
        name: File name, ``TAG.DIGEST.parquet``.
        schema: Arrow schema, with its metadata.
        rows: Number of rows.
        bytes: Size of the rows in the store.
        verified: Whether it has the rows that its sender promised. FLOps' own provider promises none: an upload of it that
            broke off without an error looks like a short one.
        read: Reads its rows, where they are; ``None`` if that is not known.
    """

    name: str
    schema: pa.Schema
    rows: int
    bytes: int
    verified: bool = True
    read: Callable[[], pa.Table] | None = field(default=None, repr=False, compare=False)

    def dataset(self) -> datasets.Dataset:
        """The rows as a data set with the features that travelled in the schema: pictures are pictures, classes have names.

        Raises:
            LoadError: Nobody knows where the rows are, or they are gone.
        """
        if self.read is None:
            raise LoadError(
                Problem(
                    "it is not known where the rows of this partition are",
                    where=self.name,
                    expected="a partition that a server or a client has listed",
                    got="one that was made by hand",
                    fix="take it from server.partitions, or from MLDataClient(uri).partitions()",
                )
            )
        import datasets

        table = self.read()
        with linear_features():
            return datasets.Dataset(table, fingerprint=uuid.uuid4().hex)  # without one, datasets pickles the rows


def marked(partition: StoredPartition) -> pa.Schema:
    """The partition's schema, with a mark in its metadata if it is unverified."""
    schema = partition.schema
    return schema if partition.verified else schema.with_metadata({**(schema.metadata or {}), UNVERIFIED: b"1"})


def without_mark(schema: pa.Schema) -> tuple[pa.Schema, bool]:
    """The schema without the mark, and whether it had none."""
    metadata = dict(schema.metadata or {})
    if metadata.pop(UNVERIFIED, None) is None:
        return schema, True
    return schema.with_metadata(metadata or None), False


class UnknownPartitionError(FlopsMockError):
    """No partition of that name is stored."""

    code = "FM403"

    def __init__(self, name: str, stored: tuple[str, ...]) -> None:
        super().__init__(
            Problem(
                "no partition of that name is stored",
                got=name,
                expected=f"one of: {listing(stored)}" if stored else "a name that is stored; there is none",
                nearest=nearest(name, stored[:MAX_COMPARED]),
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

    def open(self) -> None:
        """Make ready for uploads; a server calls it when it starts. Raises StoreError where there can be none."""

    def receive(self, name: str, schema: pa.Schema, *, verified: bool = True) -> Upload:
        """Begin an upload. Nothing of it is visible before it is published."""

    def partitions(self) -> tuple[StoredPartition, ...]:
        """All partitions, sorted by name."""

    def damaged(self) -> tuple[Problem, ...]:
        """What is kept and cannot be read, and is in no listing therefore; ``where`` is its name."""

    def partition(self, name: str) -> StoredPartition:
        """One partition. Raises UnknownPartitionError."""

    def read(self, name: str) -> pa.RecordBatchReader:
        """The rows of one partition. Raises UnknownPartitionError."""

    def drop(self, name: str) -> None:
        """Remove one partition. Raises UnknownPartitionError."""

    def clear(self) -> None:
        """Remove all partitions."""


@dataclass(frozen=True)
class _Kept:
    """Rows, and what is known of them: counted once, since every listing looks at all that there is."""

    table: pa.Table
    known: StoredPartition


class MemoryStore:
    """Keeps partitions as Arrow tables in this process: the fastest, gone with the object."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()

    def open(self) -> None:
        """There is always room, until there is none."""

    def receive(self, name: str, schema: pa.Schema, *, verified: bool = True) -> Upload:
        """Begin an upload."""

        def publish(table: pa.Table) -> None:
            known = StoredPartition(name, table.schema, table.num_rows, table.nbytes, verified)
            with self._lock:
                self._kept[name] = _Kept(table, known)

        return _MemoryUpload(schema, publish)

    def partitions(self) -> tuple[StoredPartition, ...]:
        """All partitions, sorted by name."""
        with self._lock:
            return tuple(kept.known for _, kept in sorted(self._kept.items(), key=lambda item: item[0]))

    def damaged(self) -> tuple[Problem, ...]:
        """Nothing is damaged in memory."""
        return ()

    def partition(self, name: str) -> StoredPartition:
        """One partition. Raises UnknownPartitionError."""
        with self._lock:
            return self._known(name).known

    def read(self, name: str) -> pa.RecordBatchReader:
        """The rows of one partition. Raises UnknownPartitionError."""
        with self._lock:
            return self._known(name).table.to_reader()

    def drop(self, name: str) -> None:
        """Remove one partition. Raises UnknownPartitionError."""
        with self._lock:
            self._known(name)
            del self._kept[name]

    def clear(self) -> None:
        """Remove all partitions."""
        with self._lock:
            self._kept.clear()

    def _known(self, name: str) -> _Kept:
        if name not in self._kept:
            raise UnknownPartitionError(name, tuple(sorted(self._kept)))
        return self._kept[name]


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
