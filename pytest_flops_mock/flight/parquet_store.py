"""Where an ML data server keeps partitions as Parquet files in a folder, as the real one does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pytest_flops_mock.errors import FlopsMockError, InvalidRowsError, Problem, StoreError
from pytest_flops_mock.flight.messages import first_line, shown
from pytest_flops_mock.flight.parquet_file import batches, described, opened
from pytest_flops_mock.flight.store import StoredPartition, UnknownPartitionError, Upload, marked
from pytest_flops_mock.flight.volume import Seen, Volume, make_ready, new_part, signature_of, why_not


class DamagedPartitionError(FlopsMockError):
    """The file of a partition is there and cannot be read."""

    code = "FM403"


class ParquetStore:
    """Keeps partitions as Parquet files in one folder, laid out like the volume of the real ML data server.

    Files that cannot be read (the real server stumbles over them) are left out and named by :meth:`damaged`; so are links
    out of the folder. Other files are passed over. The folder is made when the first partition arrives.

    Args:
        folder: Where the files are.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self._volume = Volume(self.folder)

    def open(self) -> None:
        """Make sure that uploads can be kept, and remove what killed servers have left. Raises StoreError."""
        make_ready(self.folder)

    def receive(self, name: str, schema: pa.Schema, *, verified: bool = True) -> Upload:
        """Begin an upload into a hidden file beside its final place."""
        return _ParquetUpload(self._volume, StoredPartition(name, schema, 0, 0, verified))

    def partitions(self) -> tuple[StoredPartition, ...]:
        """All partitions, sorted by name."""
        return tuple(seen.partition for seen in self._volume.all() if seen.partition is not None)

    def damaged(self) -> tuple[Problem, ...]:
        """The files that call themselves partitions and cannot be read."""
        return tuple(seen.damage for seen in self._volume.all() if seen.damage is not None)

    def partition(self, name: str) -> StoredPartition:
        """One partition. Raises UnknownPartitionError, or DamagedPartitionError."""
        seen = self._volume.one(name)
        if seen is not None and seen.damage is not None:
            raise DamagedPartitionError(seen.damage)
        if seen is None or seen.partition is None:
            raise UnknownPartitionError(name, tuple(partition.name for partition in self.partitions()))
        return seen.partition

    def read(self, name: str) -> pa.RecordBatchReader:
        """The rows of one partition. Raises UnknownPartitionError, or DamagedPartitionError."""
        partition = self.partition(name)
        try:
            file = opened(self.folder / name)
        except FileNotFoundError:
            raise UnknownPartitionError(name, tuple(partition.name for partition in self.partitions())) from None
        return pa.RecordBatchReader.from_batches(partition.schema, batches(file))

    def drop(self, name: str) -> None:
        """Remove one partition. Raises UnknownPartitionError, or DamagedPartitionError."""
        self.partition(name)
        (self.folder / name).unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove all partitions; other files in the folder stay."""
        for partition in self.partitions():
            (self.folder / partition.name).unlink(missing_ok=True)


class _ParquetUpload:
    def __init__(self, volume: Volume, partition: StoredPartition) -> None:
        self._volume = volume
        self._path = volume.folder / partition.name
        self._bytes = 0
        self._handle: int | None = None
        with self._told():
            volume.folder.mkdir(parents=True, exist_ok=True)
            self._handle, self._aside = new_part(volume.folder)
            try:
                self._writer = pq.ParquetWriter(self._aside, marked(partition), write_page_checksum=True)
            except BaseException:
                self._remove()
                raise

    def write(self, batch: pa.RecordBatch) -> None:
        self._bytes += batch.nbytes
        with self._told():
            self._writer.write_batch(batch)

    def publish(self) -> None:
        with self._told():
            self._writer.close()
            # mkstemp makes a private file; a volume is read by others too.
            self._aside.chmod(0o644)
            info = self._aside.stat()
            with opened(self._aside) as file:
                partition = described(file, self._path.name, info.st_size)
            self._volume.know(self._path.name, Seen(signature_of(info), partition))
            os.replace(self._aside, self._path)
        self._remove()

    def discard(self) -> None:
        if self._handle is not None:
            with suppress(Exception):
                self._writer.close()
            self._remove()

    def _remove(self) -> None:
        handle, self._handle = self._handle, None
        if handle is not None:
            self._aside.unlink(missing_ok=True)
            os.close(handle)  # and with it the lock, which says that the file is being written

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Errors of disk and rows in words that a client can use."""
        try:
            yield
        except OSError as error:
            freed = 0
            with suppress(OSError):
                freed = os.fstat(self._handle).st_blocks * 512 if self._handle is not None else 0
            raise StoreError(why_not(error, self._path.parent, wanted=self._bytes, freed=freed)) from error
        except pa.ArrowInvalid as error:
            raise InvalidRowsError(
                Problem(
                    "the ML data server cannot write these rows to Parquet",
                    where=self._path.name,
                    expected="values that Parquet can hold",
                    got=shown(first_line(error)),
                    fix="convert the column that the reason names, or leave it out",
                )
            ) from error
