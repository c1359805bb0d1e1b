"""An error of the server itself: one clean line for the client, everything for whoever reads the log."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from pytest_flops_mock import FlopsMockError, MemoryStore, MLDataClient, MLDataServer
from pytest_flops_mock.flight.store import StoredPartition, Upload

SMALL = pa.table({"x": [1, 2, 3]})
LARGE = pa.table({"x": np.arange(4_000_000)})


class FullBefore(MemoryStore):
    """Fails before any rows are read."""

    def receive(self, name: str, schema: pa.Schema, *, verified: bool = True) -> Upload:
        raise OSError(28, "No space left on device", f"/volume/{name}")


class FullWhileWriting(MemoryStore):
    """Fails when the first rows are written."""

    def receive(self, name: str, schema: pa.Schema, *, verified: bool = True) -> Upload:
        return _FailingUpload()


class _FailingUpload:
    def write(self, batch: pa.RecordBatch) -> None:
        raise OSError("disk full")

    def publish(self) -> None:
        raise AssertionError("nothing came")

    def discard(self) -> None:
        pass


class Forgetful(MemoryStore):
    """Fails at every question, once with an error that says where its files are."""

    def partitions(self) -> tuple[StoredPartition, ...]:
        raise RuntimeError("cannot read /volume/index\nsecond line")

    def partition(self, name: str) -> StoredPartition:
        raise KeyError(name)


@pytest.mark.parametrize("rows", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize(
    ("store", "reason"),
    [(FullBefore(), "OSError: No space left on device"), (FullWhileWriting(), "OSError: disk full")],
    ids=["before rows", "on rows"],
)
def test_a_full_disk_is_told_whenever_it_shows(store: MemoryStore, reason: str, rows: pa.Table) -> None:
    with MLDataServer(store) as server, MLDataClient(server.uri, timeout=20) as client:
        with pytest.raises(FlopsMockError) as error:
            client.send("t.0.parquet", rows)
        assert str(error.value) == (
            "the ML data server failed\n"
            f"  where     t.0.parquet -> {server.uri}\n"
            f"  got       {reason}\n"
            "  fix       see the server's log, which has the traceback"
        )
        assert server.partitions == ()
        assert [(call.method, call.subject, call.outcome) for call in server.errors] == [("do_put", "t.0.parquet", "failed")]


def test_other_calls_fail_as_clearly_and_the_server_goes_on() -> None:
    with MLDataServer(Forgetful()) as server, MLDataClient(server.uri, timeout=20) as client:
        with pytest.raises(FlopsMockError) as listing:
            client.partitions()
        with pytest.raises(FlopsMockError) as fetching:
            client.fetch("t.0.parquet")
        assert listing.value.problems[0].got == "RuntimeError"
        assert fetching.value.problems[0].got == "KeyError: 't.0.parquet'"
        assert [(call.method, call.message) for call in server.errors] == [
            ("list_flights", "RuntimeError: cannot read /volume/index\nsecond line"),
            ("do_get", "KeyError: 't.0.parquet'"),
        ]
        assert client.send("t.1.parquet", SMALL) == 3


class NoMemory(MemoryStore):
    """Has a table that is too large for this machine."""

    def receive(self, name: str, schema: pa.Schema, *, verified: bool = True) -> Upload:
        pa.allocate_buffer(2**62)
        raise AssertionError("there is so much memory")


def test_a_server_without_memory_says_so() -> None:
    with MLDataServer(NoMemory()) as server, MLDataClient(server.uri, timeout=20) as client:
        with pytest.raises(FlopsMockError, match="the ML data server has no memory left") as error:
            client.send("t.0.parquet", SMALL)
        assert "MemoryError: malloc of size" in error.value.problems[0].got
        assert len(server.errors) == 1
