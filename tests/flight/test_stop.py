"""What stopping does to calls that are about to end, and what becomes of a server that nobody stops."""

from __future__ import annotations

import gc
import threading
import weakref

import pyarrow as pa
import pyarrow.flight as fl
import pytest
from standins.plain_client import PATIENCE, PlainClient
from standins.processes import until

from pytest_flops_mock import FlopsMockError, MLDataClient, MLDataServer

ROWS = pa.table({"x": [1, 2]})


def test_a_call_that_ends_by_itself_is_waited_for() -> None:
    with MLDataServer() as server, PlainClient(server.uri) as plain:
        writer, _ = plain.flight.do_put(fl.FlightDescriptor.for_path("t.0.parquet"), ROWS.schema, PATIENCE)
        writer.write_table(ROWS)
        until(lambda: server.calls, "the upload")
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        writer.close()
        stopping.join(10)
        assert not stopping.is_alive()
    assert [(partition.name, partition.rows) for partition in server.partitions] == [("t.0.parquet", 2)]


def test_a_stopped_server_answers_nobody() -> None:
    with MLDataServer() as server, MLDataClient(server.uri, timeout=20) as client:
        assert client.partitions() == ()
        server.stop()
        with pytest.raises(FlopsMockError, match="start the server, and check host and port"):
            client.partitions()


def test_a_server_that_nobody_stopped_ends_with_its_object() -> None:
    server = MLDataServer().start()
    uri, gone = server.uri, weakref.ref(server)
    del server
    gc.collect()
    assert gone() is None
    with MLDataClient(uri, timeout=20) as client, pytest.raises(FlopsMockError):
        client.partitions()


def test_stopping_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    for _ in range(20):
        with MLDataServer():
            pass
    assert threading.active_count() <= before
