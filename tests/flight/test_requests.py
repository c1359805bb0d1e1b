"""Requests that mean nothing get one clear line; large and small ones work."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.flight as fl
import pytest
from standins.plain_client import PlainClient, said

from pytest_flops_mock.errors import DataSourceError, LoadError, UploadError
from pytest_flops_mock.flight.batches import TARGET_BYTES
from pytest_flops_mock.flight.client import MLDataClient
from pytest_flops_mock.flight.server import MLDataServer

TABLE = pa.table({"x": [1]})


def union(**columns: object) -> pa.Table:
    array = pa.UnionArray.from_dense(pa.array([0], pa.int8()), pa.array([0], pa.int32()), [pa.array([1])])
    return pa.table({"ok": [1], "mixed": array, **columns})


def test_an_unknown_ticket_names_those_there_are(plain: PlainClient, client: MLDataClient, server: MLDataServer) -> None:
    client.send("mnist.1.parquet", TABLE)

    with pytest.raises(fl.FlightServerError) as caught:
        plain.get(b"mnist.l.parquet")
    with pytest.raises(LoadError) as ours:
        client.fetch("mnist.l.parquet")

    assert said(caught.value) == (
        "no partition of that name is stored; expected: one of: mnist.1.parquet; got: mnist.l.parquet"
        "; nearest: mnist.1.parquet; fix: ask list_flights for the names first"
    )
    assert str(ours.value) == (
        "no partition of that name is stored\n"
        f"  where     {server.uri}\n"
        "  expected  one of: mnist.1.parquet\n"
        "  got       mnist.l.parquet\n"
        "  nearest   mnist.1.parquet\n"
        "  fix       ask list_flights for the names first"
    )
    assert server.errors == ()


def test_dropping_and_asking_for_what_is_not_there(plain: PlainClient) -> None:
    expected = (
        "no partition of that name is stored; expected: a name that is stored; there is none"
        "; got: mnist.1.parquet; fix: ask list_flights for the names first"
    )
    with pytest.raises(fl.FlightServerError) as dropped:
        plain.action("drop_dataset", b"mnist.1.parquet")
    with pytest.raises(fl.FlightServerError) as info:
        plain.info("mnist.1.parquet")

    assert said(dropped.value) == said(info.value) == expected


@pytest.mark.parametrize(
    ("criteria", "got"),
    [
        (b"mnist", "mnist"),
        (b"{", "{"),
        (b"\xff\xfe", r"\xff\xfe"),
        (b"null", "null"),
        (b"[]", "[]"),
        (b'["mnist"]', '["mnist"]'),
        (b"{}", "{}"),
        (b'{"tags": ["mnist"]}', '{"tags": ["mnist"]}'),
        (b'{"data_tags": "mnist"}', '{"data_tags": "mnist"}'),
        (b'{"data_tags": [1]}', '{"data_tags": [1]}'),
        (b'{"data_tags": null}', '{"data_tags": null}'),
    ],
)
def test_criteria_that_are_no_tags(plain: PlainClient, server: MLDataServer, criteria: bytes, got: str) -> None:
    with pytest.raises(fl.FlightServerError) as caught:
        plain.infos_for(criteria)

    assert said(caught.value) == (
        'the ML data server cannot read these criteria; expected: JSON such as {"data_tags": ["mnist"]}, or nothing '
        f"for all; got: {got}; fix: send the tags as a list of strings"
    )
    assert server.errors == ()


@pytest.mark.parametrize(("action", "nearest"), [("drop_datasets", "; nearest: drop_dataset"), ("shutdown", "")])
def test_an_unknown_action(plain: PlainClient, client: MLDataClient, action: str, nearest: str) -> None:
    client.send("mnist.1.parquet", TABLE)

    with pytest.raises(fl.FlightServerError) as caught:
        plain.action(action, b"mnist.1.parquet")

    assert said(caught.value) == (
        f"the ML data server does not know this action; expected: drop_dataset; got: {action}{nearest}"
        "; fix: ask list_actions for the actions there are"
    )
    assert plain.names("mnist") == ["mnist.1.parquet"]


def test_a_column_that_parquet_cannot_hold_is_refused_before_it_is_sent(client: MLDataClient, server: MLDataServer) -> None:
    with pytest.raises(DataSourceError) as caught:
        client.send("tag.1.parquet", union())

    assert str(caught.value) == (
        "column 'mixed' has a type that the ML data server cannot store\n"
        "  where     tag.1.parquet\n"
        "  expected  a type that Arrow can write to Parquet and read back\n"
        "  got       dense_union<0: int64=0> "
        "(Unhandled type for Arrow to Parquet schema conversion: dense_union<0: int64=0>)\n"
        "  fix       convert the column to numbers, text, bytes, lists or structs of them, or leave it out"
    )
    assert server.calls == ()


def test_a_column_that_parquet_cannot_hold_is_refused_from_a_foreign_sender(
    plain: PlainClient, server: MLDataServer
) -> None:
    with pytest.raises(fl.FlightServerError) as caught:
        plain.put("tag.1.parquet", union(other=union()["mixed"]))

    assert said(caught.value) == (
        "column 'mixed' has a type that the ML data server cannot store (and 1 more of the kind); where: tag.1.parquet"
        "; expected: a type that Arrow can write to Parquet and read back; got: dense_union<0: int64=0> "
        "(Unhandled type for Arrow to Parquet schema conversion: dense_union<0: int64=0>)"
        "; fix: convert the column to numbers, text, bytes, lists or structs of them, or leave it out"
    )
    assert server.partitions == ()
    assert server.errors == ()


def test_two_columns_of_one_name_are_refused(client: MLDataClient) -> None:
    table = pa.table([pa.array([1]), pa.array([2])], names=["x", "x"])

    with pytest.raises(DataSourceError) as caught:
        client.send("tag.1.parquet", table)

    assert str(caught.value) == (
        "column 'x' occurs 2 times\n"
        "  where     tag.1.parquet\n"
        "  expected  column names that differ\n"
        "  got       x, x\n"
        "  fix       rename the columns"
    )


@pytest.mark.slow
@pytest.mark.parametrize("megabytes", [5, 70])
def test_one_row_larger_than_the_limit_of_grpc(plain: PlainClient, client: MLDataClient, megabytes: int) -> None:
    table = pa.table({"blob": pa.array([b"x" * (megabytes * 2**20), b"y"], pa.binary())})

    client.send("ours.1.parquet", table)
    plain.put("plain.2.parquet", table)

    assert plain.get(b"ours.1.parquet").equals(table)
    assert client.fetch("plain.2.parquet").equals(table)


def test_a_batch_larger_than_the_target_is_cut(client: MLDataClient, plain: PlainClient) -> None:
    table = pa.table({"x": np.arange(6_000_000)})
    assert len(table.to_batches()) == 1

    client.send("tag.1.parquet", table)

    stored = plain.get(b"tag.1.parquet")
    assert stored.equals(table)
    assert max(batch.nbytes for batch in stored.to_batches()) <= 2 * TARGET_BYTES
    assert len(stored.to_batches()) > 2


def test_batches_of_one_row_are_joined(client: MLDataClient, plain: PlainClient) -> None:
    table = pa.concat_tables([pa.table({"x": [number]}) for number in range(500)])
    assert len(table.to_batches()) == 500

    client.send("ours.1.parquet", table)
    plain.put("plain.2.parquet", table)

    assert len(plain.get(b"ours.1.parquet").to_batches()) == 1
    assert len(plain.get(b"plain.2.parquet").to_batches()) == 1
    assert client.fetch("plain.2.parquet").equals(table)


def test_many_columns_at_fault_still_give_a_readable_error(plain: PlainClient) -> None:
    mixed = union()["mixed"]
    table = pa.table({f"column {'日' * 100} {number}": mixed for number in range(300)})

    with pytest.raises(fl.FlightServerError, match=r"cannot store \(and 299 more of the kind\)"):
        plain.put("tag.1.parquet", table)


@pytest.mark.parametrize(
    ("header", "got"), [(b"", "nothing"), (b"three", "three"), (b"-1", "-1"), (b"1.5", "1.5"), (b"9" * 5000, "9" * 20)]
)
def test_a_promise_that_is_no_number_is_refused(plain: PlainClient, server: MLDataServer, header: bytes, got: str) -> None:
    options = fl.FlightCallOptions(timeout=20, headers=[(b"x-flops-mock-rows", header)])
    writer, _ = plain.flight.do_put(fl.FlightDescriptor.for_path("tag.1.parquet"), TABLE.schema, options)
    with pytest.raises(fl.FlightServerError) as caught:
        writer.close()

    assert said(caught.value).startswith(
        "the header x-flops-mock-rows holds no number of rows; expected: one whole number such as 60000, or no such header"
        f"; got: {got}"
    )
    assert server.partitions == ()
    assert server.errors == ()


def test_a_client_without_a_server() -> None:
    with MLDataClient("grpc://127.0.0.1:1", timeout=20) as client:
        with pytest.raises(UploadError) as sending:
            client.send("tag.1.parquet", TABLE)
        with pytest.raises(LoadError) as listing:
            client.partitions()

    assert str(sending.value) == (
        "a partition did not reach the ML data server\n"
        "  where     tag.1.parquet -> grpc://127.0.0.1:1\n"
        "  got       failed to connect to all addresses\n"
        "  fix       start the server, and check host and port"
    )
    assert str(listing.value) == (
        "the ML data server did not give what was asked for\n"
        "  where     grpc://127.0.0.1:1\n"
        "  got       failed to connect to all addresses\n"
        "  fix       start the server, and check host and port"
    )


@pytest.mark.parametrize("uri", ["127.0.0.1:11027", "http://127.0.0.1:11027", "", "grpc//x"])
def test_an_address_that_is_none(uri: str) -> None:
    with MLDataClient(uri) as client:
        with pytest.raises(UploadError) as sending:
            client.send("tag.1.parquet", TABLE)
        with pytest.raises(LoadError) as dropping:
            client.drop("tag.1.parquet")

    fix = "write the address as grpc://HOST:PORT, or grpc+tls://HOST:PORT"
    assert sending.value.problems[0].fix == dropping.value.problems[0].fix == fix
