"""What our client says when a server does not do what it should."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator

import pyarrow as pa
import pytest

from pytest_flops_mock import FlopsMockError, MLDataClient, MLDataServer, Problem
from pytest_flops_mock.flight.messages import problem_in, wire_text

ROWS = pa.table({"x": [1, 2]})


def test_a_name_that_is_not_stored_is_told_with_the_nearest(client: MLDataClient) -> None:
    client.send("pets.0.parquet", ROWS)
    for step in (client.fetch, client.drop):
        with pytest.raises(FlopsMockError) as error:
            step("pets.1.parquet")
        (problem,) = error.value.problems
        assert problem.message == "no partition of that name is stored"
        assert problem.nearest == "pets.0.parquet"


def test_a_server_that_is_not_there_is_told_soon() -> None:
    with MLDataServer() as gone:
        uri = gone.uri
    began = time.monotonic()
    with MLDataClient(uri, timeout=120) as client, pytest.raises(FlopsMockError) as error:
        client.send("t.0.parquet", ROWS)
    assert time.monotonic() - began < 60
    assert uri in str(error.value)
    assert "fix       start the server, and check host and port" in str(error.value)


CALLS: dict[str, Callable[[MLDataClient], object]] = {
    "partitions": lambda client: client.partitions(),
    "fetch": lambda client: client.fetch("t.0.parquet"),
    "drop": lambda client: client.drop("t.0.parquet"),
    "send": lambda client: client.send("t.0.parquet", ROWS),
}


@pytest.mark.slow
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_mute_server_does_not_keep_it_beyond_the_deadline(call: Callable[[MLDataClient], object]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        uri = f"grpc://127.0.0.1:{mute.getsockname()[1]}"
        with MLDataClient(uri, timeout=1) as client:
            began = time.monotonic()
            with pytest.raises(FlopsMockError) as error:
                call(client)
        assert time.monotonic() - began < 60
    assert str(error.value).endswith(
        f"{uri}\n  got       Deadline Exceeded\n  fix       give the client a longer timeout, or see the server's log"
    )


def test_it_connects_again_after_it_was_closed(client: MLDataClient) -> None:
    client.send("t.0.parquet", ROWS)
    client.close()
    client.close()
    assert client.fetch("t.0.parquet").equals(ROWS)


def test_it_finds_a_server_that_was_started_again() -> None:
    server = MLDataServer()
    with server:
        port = server.port
        client = MLDataClient(server.uri, timeout=20)
        client.send("t.0.parquet", ROWS)
    with client, MLDataServer(server.store, port=port):
        assert client.fetch("t.0.parquet").equals(ROWS)


def test_the_senders_own_exception_reaches_it_unchanged(server: MLDataServer, client: MLDataClient) -> None:
    def breaks() -> Iterator[pa.RecordBatch]:
        yield from ROWS.to_batches()
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        client.send_batches("t.0.parquet", ROWS.schema, breaks(), rows=4)
    assert server.partitions == ()


def test_fewer_rows_than_promised_are_told_and_not_stored(server: MLDataServer, client: MLDataClient) -> None:
    with pytest.raises(FlopsMockError) as error:
        client.send_batches("t.0.parquet", ROWS.schema, ROWS.to_batches(), rows=3)
    assert "2 rows of 3" in str(error.value)
    assert server.partitions == ()


def test_a_column_that_cannot_be_stored_is_told_before_anything_is_sent(server: MLDataServer, client: MLDataClient) -> None:
    union = pa.UnionArray.from_dense(pa.array([0], pa.int8()), pa.array([0], pa.int32()), [pa.array([1])])
    with pytest.raises(FlopsMockError) as error:
        client.send("t.0.parquet", pa.table({"u": union}))
    assert str(error.value).startswith(
        "column 'u' has a type that the ML data server cannot store\n  where     t.0.parquet\n"
    )
    assert server.calls == ()


def test_a_problem_survives_the_wire() -> None:
    problem = Problem("it is wrong", where="here", expected="this", got="that; really", nearest="thus", fix="fix it")
    assert problem_in(wire_text([problem])) == problem
    assert wire_text([problem, problem]).startswith("it is wrong (and 1 more of the kind); where: here; ")
    assert problem_in("Some server's own words") is None
    assert len(wire_text([Problem("m", got="x" * 5000, fix="h")]).encode()) <= 1000
