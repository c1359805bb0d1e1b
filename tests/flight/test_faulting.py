"""What senders and loaders meet on an ML data server that does something wrong on request."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pyarrow as pa
import pyarrow.flight as fl
import pytest
from standins.plain_client import PlainClient

from pytest_flops_mock.errors import LoadError, UploadError
from pytest_flops_mock.flight.calls import CallLog
from pytest_flops_mock.flight.client import MLDataClient
from pytest_flops_mock.flight.faulting import Faults
from pytest_flops_mock.flight.faults import faults_of
from pytest_flops_mock.flight.server import MLDataServer
from pytest_flops_mock.provider import MockDataProvider

ROWS = pa.table({"x": list(range(250)), "y": ["a"] * 250})
FEW = pa.table({"x": [1, 2], "y": ["a", "b"]})
SLA = {
    "customerID": "Admin",
    "mock_data_configuration": {"dataset_name": "mnist", "number_of_partitions": 3, "data_tag": "tag", "max_rows": 30},
}


@pytest.fixture
def server() -> Iterator[MLDataServer]:
    """A server that has no faults yet; all that it ever logs as an error of its own is wrong."""
    with MLDataServer() as running:
        yield running
        assert running.errors == ()


@pytest.fixture
def client(server: MLDataServer) -> Iterator[MLDataClient]:
    with MLDataClient(server.uri) as connected:
        yield connected


@pytest.fixture
def plain(server: MLDataServer) -> Iterator[PlainClient]:
    with PlainClient(server.uri) as connected:
        yield connected


def outcomes(server: MLDataServer, method: str) -> list[str]:
    return [call.outcome for call in server.calls if call.method == method]


def test_a_server_has_no_faults_by_default() -> None:
    assert MLDataServer().faults == ()


def test_latency_takes_its_time_in_the_calls_that_it_is_for(server: MLDataServer, client: MLDataClient) -> None:
    client.send("tag.0.parquet", FEW)
    server.faults = "latency=0.2 call=list_flights calls=1"
    began = time.perf_counter()
    assert len(client.partitions()) == 1
    assert time.perf_counter() - began >= 0.2
    assert client.fetch("tag.0.parquet").equals(FEW)
    assert [call.faults for call in server.calls[1:]] == [("latency=0.2 call=list_flights calls=1",), ()]
    assert outcomes(server, "list_flights") == ["ok"]


def test_a_server_that_stops_waits_for_no_latency(server: MLDataServer, client: MLDataClient) -> None:
    server.faults = "latency=600"
    impatient = MLDataClient(server.uri, timeout=0.2)
    with pytest.raises(LoadError), impatient:
        impatient.partitions()
    began = time.perf_counter()
    server.stop()
    assert time.perf_counter() - began < 60
    server.start()


def test_an_upload_breaks_off_after_its_rows_and_nothing_of_it_is_stored(
    server: MLDataServer, client: MLDataClient, plain: PlainClient
) -> None:
    server.faults = "break_off=100 call=do_put calls=2"
    with pytest.raises(UploadError, match="the connection was lost after 100 rows"):
        client.send("tag.0.parquet", ROWS)
    with pytest.raises(fl.FlightUnavailableError, match="after 100 rows"):
        plain.put("tag.1.parquet", ROWS)
    assert [partition.name for partition in server.partitions] == []
    assert [(call.outcome, call.rows, call.faults) for call in server.calls] == 2 * [
        ("fault", 100, ("break_off=100 call=do_put calls=2",))
    ]
    client.send("tag.0.parquet", ROWS)
    assert [partition.rows for partition in server.partitions] == [250]


def test_an_answer_breaks_off_after_its_rows(server: MLDataServer, client: MLDataClient, plain: PlainClient) -> None:
    client.send("tag.0.parquet", ROWS)
    server.faults = "break_off=100 call=do_get"
    came: list[int] = []
    with pytest.raises(fl.FlightUnavailableError, match="after 100 rows"):
        came.extend(chunk.data.num_rows for chunk in plain.flight.do_get(fl.Ticket(b"tag.0.parquet")))
    assert sum(came) == 100
    with pytest.raises(LoadError, match="the connection was lost after 100 rows"):
        client.fetch("tag.0.parquet")
    assert outcomes(server, "do_get") == ["fault", "fault"]


def test_a_stream_of_fewer_rows_does_not_break_off(server: MLDataServer, client: MLDataClient) -> None:
    server.faults = "break_off=3"
    client.send("tag.0.parquet", FEW)
    assert client.fetch("tag.0.parquet").equals(FEW)
    assert [call.faults for call in server.calls] == [(), ()]


def test_a_stream_can_break_off_before_its_first_row(server: MLDataServer, client: MLDataClient) -> None:
    server.faults = "break_off=0"
    with pytest.raises(UploadError, match="after 0 rows"):
        client.send("tag.0.parquet", FEW)


def test_a_refused_put_tells_its_reason(server: MLDataServer, client: MLDataClient, plain: PlainClient) -> None:
    server.faults = "refuse='over quota'"
    with pytest.raises(UploadError, match="over quota"):
        client.send("tag.0.parquet", FEW)
    with pytest.raises(fl.FlightServerError, match="over quota"):
        plain.put("tag.0.parquet", FEW)
    assert client.partitions() == ()
    assert "-> fault" in server.log()
    assert "[refuse='over quota']" in server.log()


def test_a_full_disk_takes_no_more(server: MLDataServer, client: MLDataClient) -> None:
    server.faults = "full=252"
    client.send("tag.0.parquet", ROWS)
    with pytest.raises(UploadError, match="no space left in the ML data server's folder"):
        client.send("tag.1.parquet", ROWS)
    client.send("tag.2.parquet", FEW)  # for which there is room
    with pytest.raises(UploadError, match="no space left in the ML data server's folder"):
        client.send("tag.3.parquet", FEW)
    assert [partition.name for partition in client.partitions()] == ["tag.0.parquet", "tag.2.parquet"]
    assert outcomes(server, "do_put") == ["ok", "fault", "ok", "fault"]


def test_a_wrong_schema_has_another_column_and_no_features(server: MLDataServer, client: MLDataClient) -> None:
    schema = FEW.schema.with_metadata({"huggingface": "{}", "mine": "1"})
    client.send("tag.0.parquet", FEW.cast(schema))
    server.faults = "wrong_schema=y call=do_get calls=1; wrong_schema call=list_flights"
    rows = client.fetch("tag.0.parquet")
    assert rows.column_names == ["x", "y_wrong"]
    assert rows.schema.metadata == {b"mine": b"1"}
    assert rows["y_wrong"].to_pylist() == ["a", "b"]
    (listed,) = client.partitions()
    assert listed.schema.names == ["x_wrong", "y"]
    assert client.fetch("tag.0.parquet").schema.equals(schema, check_metadata=True)
    assert [len(call.faults) for call in server.calls] == [0, 1, 1, 0]


def test_a_wrong_schema_of_a_column_that_there_is_not_does_not_happen(server: MLDataServer, client: MLDataClient) -> None:
    client.send("tag.0.parquet", FEW)
    server.faults = "wrong_schema=z"
    assert client.fetch("tag.0.parquet").equals(FEW)
    assert server.calls[-1].faults == ()


def test_a_stale_listing_is_that_of_before_the_last_changes(server: MLDataServer, client: MLDataClient) -> None:
    server.faults = "stale=2 calls=1; stale after=1 calls=1"
    client.send("tag.0.parquet", FEW)
    client.send("tag.1.parquet", FEW)
    client.drop("tag.0.parquet")
    assert [part.name for part in client.partitions()] == ["tag.0.parquet"]
    assert [part.name for part in client.partitions()] == ["tag.0.parquet", "tag.1.parquet"]
    assert [part.name for part in client.partitions()] == ["tag.1.parquet"]
    with pytest.raises(LoadError, match="no partition of that name"):
        client.fetch("tag.0.parquet")


def test_a_listing_is_not_stale_before_anything_has_changed(server: MLDataServer, client: MLDataClient) -> None:
    client.send("tag.0.parquet", FEW)
    server.faults = "stale"
    assert len(client.partitions()) == 1
    assert server.calls[-1].faults == ()


def test_a_server_is_unavailable_for_some_calls(server: MLDataServer, client: MLDataClient, plain: PlainClient) -> None:
    server.faults = "unavailable calls=2"
    with pytest.raises(UploadError, match="not available"):
        client.send("tag.0.parquet", FEW)
    with pytest.raises(fl.FlightUnavailableError):
        plain.names("tag")
    client.send("tag.0.parquet", FEW)
    assert plain.names("tag") == ["tag.0.parquet"]


def happening(faults: Faults, method: str, times: int) -> str:
    """Which of some calls end in a fault, as a row of x and dots."""
    log, told = CallLog(), ""
    for _ in range(times):
        with suppress(fl.FlightError), log.record(method, "") as call:
            faults.begin(method, call)
        told += "x" if log.calls[-1].outcome == "fault" else "."
    return told


def test_a_server_is_unavailable_for_seconds_from_its_first_call_on() -> None:
    now = 100.0
    faults = Faults(faults_of("unavailable=2 after=1"), clock=lambda: now)
    assert happening(faults, "do_put", 3) == ".xx"
    now = 101.9
    assert happening(faults, "list_flights", 1) == "x"
    now = 102.0
    assert happening(faults, "do_put", 5) == "....."  # once


def test_a_server_can_be_away_more_than_once() -> None:
    now = 0.0
    faults = Faults(faults_of("unavailable=2 calls=2"), clock=lambda: now)
    assert happening(faults, "do_put", 2) == "xx"
    now = 5.0
    assert happening(faults, "do_put", 2) == "xx"
    now = 10.0
    assert happening(faults, "do_put", 2) == ".."


def test_faults_are_counted_over_the_calls_that_they_are_about() -> None:
    faults = Faults(faults_of("refuse call=do_put,do_get after=1 calls=2"))
    assert happening(faults, "do_put", 1) == "."
    assert happening(faults, "list_flights", 2) == ".."
    assert happening(faults, "do_get", 1) == "x"
    assert happening(faults, "do_put", 3) == "x.."


def test_chance_is_decided_by_the_seed() -> None:
    rule = "refuse probability=0.3"
    first = happening(Faults(faults_of(rule)), "do_put", 200)
    assert first == happening(Faults(faults_of(rule)), "do_put", 200)
    assert first != happening(Faults(faults_of(f"{rule} seed=43")), "do_put", 200)
    assert 40 <= first.count("x") <= 80


def test_each_fault_has_a_chance_of_its_own() -> None:
    alone = happening(Faults(faults_of("unavailable probability=0.5")), "do_put", 50)
    with_other = Faults(faults_of("unavailable probability=0.5; refuse probability=0.5 call=do_get"))
    assert happening(with_other, "do_get", 10)  # draws for the other one, too
    assert alone == happening(Faults(faults_of("unavailable probability=0.5")), "do_put", 50)
    rules = "refuse=a probability=0.5 call=do_put; refuse=b probability=0.5 call=do_get"
    both = Faults(faults_of(rules))
    assert happening(both, "do_put", 50) != happening(both, "do_get", 50)


def test_calls_of_many_threads_have_as_many_faults_as_were_asked_for() -> None:
    faults = Faults(faults_of("refuse calls=10 after=3"))
    with ThreadPoolExecutor(8) as threads:
        told = "".join(threads.map(lambda _: happening(faults, "do_put", 25), range(8)))
    assert told.count("x") == 10
    assert len(told) == 200


def test_rows_with_categories_break_off_as_well(server: MLDataServer, client: MLDataClient) -> None:
    rows = pa.table({"x": pa.array(["a", "b"] * 50).dictionary_encode()})
    client.send("tag.0.parquet", rows)
    server.faults = "break_off=10 call=do_get calls=1"
    with pytest.raises(LoadError, match="the connection was lost after 10 rows"):
        client.fetch("tag.0.parquet")
    assert outcomes(server, "do_get") == ["fault"]
    assert client.fetch("tag.0.parquet")["x"].to_pylist() == rows["x"].to_pylist()


def test_a_cleared_server_counts_its_faults_anew(server: MLDataServer, client: MLDataClient) -> None:
    server.faults = "refuse calls=1"
    for _ in range(2):
        with pytest.raises(UploadError):
            client.send("tag.0.parquet", FEW)
        client.send("tag.0.parquet", FEW)
        server.clear()


def test_our_provider_tells_of_the_partition_that_did_not_arrive(server: MLDataServer) -> None:
    server.faults = "break_off=5 call=do_put after=1"
    with pytest.raises(UploadError, match="the connection was lost after 5 rows") as error:
        MockDataProvider(server.uri).run(SLA)
    assert len(server.partitions) == 1
    assert server.uri in error.value.problems[0].where


def test_our_provider_bears_latency(server: MLDataServer) -> None:
    server.faults = "latency=0.01 call=do_put"
    assert MockDataProvider(server.uri).run(SLA).rows == 30
    assert [bool(call.faults) for call in server.calls] == [True] * 3


def test_a_server_that_restarts_keeps_port_and_partitions(server: MLDataServer, client: MLDataClient) -> None:
    client.send("tag.0.parquet", FEW)
    uri = server.uri
    server.restart()
    assert server.uri == uri
    with MLDataClient(uri) as again:
        assert again.fetch("tag.0.parquet").equals(FEW)


def test_a_restart_cuts_an_upload_of_which_nothing_stays(server: MLDataServer, client: MLDataClient) -> None:
    client.send("tag.0.parquet", FEW)
    with PlainClient(server.uri) as plain:
        writer, _ = plain.flight.do_put(fl.FlightDescriptor.for_path("tag.1.parquet"), FEW.schema)
        writer.write_table(FEW)
        server.restart()
        with pytest.raises((pa.ArrowException, OSError)):
            writer.close()
    assert [partition.name for partition in server.partitions] == ["tag.0.parquet"]
