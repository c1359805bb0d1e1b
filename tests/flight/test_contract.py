"""The contract of the ML data server, held against a plain Flight client that sends exactly what it says.

It holds for the server in this process with both stores, for the one in this project's image, and with
``FLOPS_REAL_IMAGES=1`` for FLOps' own. What is ours beyond the contract is asked of ours alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from standins.images import SERVERS
from standins.plain_client import PlainClient

from pytest_flops_mock.containers.server import MLDataServerContainer
from pytest_flops_mock.fixtures.containing import need
from pytest_flops_mock.flight.client import MLDataClient
from pytest_flops_mock.flight.parquet_store import ParquetStore
from pytest_flops_mock.flight.reading import DataServer
from pytest_flops_mock.flight.server import MLDataServer

FEATURES = json.dumps({"info": {"features": {"label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}}})
NAME = "pets.0123456789abcdef0123456789abcdef.parquet"


IN_PROCESS = ["memory", "parquet"]
ALL = [*IN_PROCESS, *(pytest.param(image, marks=pytest.mark.container) for image in SERVERS)]
OURS = ALL[:3]

in_process = pytest.mark.parametrize("server", IN_PROCESS, indirect=True)
ours = pytest.mark.parametrize("server", OURS, indirect=True)
everywhere = pytest.mark.parametrize("server", ALL, indirect=True)


@pytest.fixture(scope="module")
def containers(pytestconfig: pytest.Config) -> Iterator[dict[str, MLDataServerContainer]]:
    """The containers that tests of this module have started, one for each image."""
    running: dict[str, MLDataServerContainer] = {}
    yield running
    for container in running.values():
        container.stop()


@pytest.fixture
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DataServer]:
    """A running server, empty."""
    if request.param in IN_PROCESS:
        with MLDataServer(None if request.param == "memory" else ParquetStore(tmp_path / "volume")) as running:
            yield running
        return
    containers: dict[str, MLDataServerContainer] = request.getfixturevalue("containers")
    if request.param not in containers:
        need(request.config, request.param)
        containers[request.param] = MLDataServerContainer(request.param).start()
    containers[request.param].clear()
    yield containers[request.param]


def labels(*values: int) -> pa.Table:
    schema = pa.schema([("label", pa.int64())], metadata={b"huggingface": FEATURES.encode()})
    return pa.table({"label": list(values)}, schema=schema)


@everywhere
def test_what_is_put_comes_back_with_its_schema_metadata(plain: PlainClient) -> None:
    plain.put(NAME, labels(0, 1, 1))

    stored = plain.get(NAME.encode())

    assert stored.equals(labels(0, 1, 1))
    assert stored.schema.metadata == {b"huggingface": FEATURES.encode()}


@everywhere
def test_a_sender_that_promises_nothing_gets_no_answer(plain: PlainClient) -> None:
    assert plain.put(NAME, labels(0, 1)) is None


@everywhere
def test_put_overwrites(plain: PlainClient) -> None:
    plain.put(NAME, labels(0, 1))
    plain.put(NAME, labels(1, 1, 1))

    assert plain.names("pets") == [NAME]
    assert plain.get(NAME.encode()).equals(labels(1, 1, 1))


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        (["cats"], ["cats.1.parquet", "cats.2.parquet"]),
        (["dogs", "cats"], ["cats.1.parquet", "cats.2.parquet", "dogs.3.parquet"]),
        (["cat"], []),
        (["cats.1"], []),
        ([], []),
    ],
)
@everywhere
def test_list_finds_names_whose_part_before_the_first_dot_is_a_tag(
    plain: PlainClient, tags: list[str], found: list[str]
) -> None:
    for name in ("dogs.3.parquet", "cats.2.parquet", "cats.1.parquet"):
        plain.put(name, labels(0))

    assert sorted(plain.names(*tags)) == found  # in which order is left to the server


@ours
def test_empty_criteria_list_everything(plain: PlainClient) -> None:
    plain.put("cats.1.parquet", labels(0))
    plain.put("dogs.2.parquet", labels(1))

    assert [info.descriptor.path for info in plain.infos_for(b"")] == [[b"cats.1.parquet"], [b"dogs.2.parquet"]]


@everywhere
def test_flight_info_names_schema_descriptor_rows_and_ticket(plain: PlainClient) -> None:
    plain.put(NAME, labels(0, 1, 1))

    info = plain.info(NAME)

    assert info.schema.equals(labels().schema)
    assert info.schema.metadata[b"huggingface"] == FEATURES.encode()
    assert plain.get(NAME.encode()).schema.equals(labels().schema, check_metadata=True)
    assert info.descriptor.path == [NAME.encode()]
    assert info.total_records == 3
    assert info.total_bytes > 0
    (endpoint,) = info.endpoints
    assert endpoint.ticket.ticket == NAME.encode()
    assert len(endpoint.locations) == 1
    assert plain.infos("pets") == [info]


@ours
def test_flight_info_says_when_nobody_has_promised_how_many_rows_would_come(plain: PlainClient) -> None:
    plain.put(NAME, labels(0, 1, 1))

    # A key of ours; the rows themselves travel without it.
    assert plain.info(NAME).schema.metadata == {**labels().schema.metadata, b"flops_mock.unverified": b"1"}


@in_process
def test_flight_info_names_the_address_that_the_server_is_bound_to(server: MLDataServer, plain: PlainClient) -> None:
    plain.put(NAME, labels(0, 1, 1))

    (endpoint,) = plain.info(NAME).endpoints

    assert [location.uri for location in endpoint.locations] == [f"grpc://127.0.0.1:{server.port}".encode()]


@in_process
def test_the_location_of_an_endpoint_reaches_the_rows(plain: PlainClient) -> None:
    plain.put(NAME, labels(0, 1))
    (endpoint,) = plain.info(NAME).endpoints

    with PlainClient(endpoint.locations[0].uri.decode()) as other:
        assert other.get(endpoint.ticket.ticket).equals(labels(0, 1))


@everywhere
def test_drop_dataset_is_the_one_action_and_has_no_result(plain: PlainClient) -> None:
    plain.put(NAME, labels(0))
    plain.put("other.1.parquet", labels(1))

    assert [action.type for action in plain.flight.list_actions()] == ["drop_dataset"]
    assert plain.action("drop_dataset", NAME.encode()) == []
    assert plain.names("pets", "other") == ["other.1.parquet"]


@ours
@pytest.mark.parametrize("name", ["../x.parquet", "/etc/x.parquet", "a/b.parquet"])
def test_a_name_that_leaves_the_volume_is_refused(plain: PlainClient, name: str) -> None:
    with pytest.raises(pa.ArrowException, match="name"):
        plain.put(name, labels(0))

    assert plain.infos_for(b"") == []


@everywhere
def test_a_partition_without_rows_is_kept(plain: PlainClient) -> None:
    plain.put(NAME, labels())

    assert plain.get(NAME.encode()).equals(labels())
    assert plain.info(NAME).total_records == 0


@ours
def test_a_plain_client_and_ours_see_the_same(plain: PlainClient, client: MLDataClient) -> None:
    plain.put("cats.1.parquet", labels(0, 1))
    assert client.send("dogs.2.parquet", labels(1)) == 1

    assert client.fetch("cats.1.parquet").equals(labels(0, 1))
    assert plain.get(b"dogs.2.parquet").equals(labels(1))
    assert [partition.name for partition in client.partitions()] == ["cats.1.parquet", "dogs.2.parquet"]
    assert [partition.name for partition in client.partitions("dogs")] == ["dogs.2.parquet"]
    assert [partition.rows for partition in client.partitions(["cats", "dogs"])] == [2, 1]
    client.drop("cats.1.parquet")
    assert plain.names("cats", "dogs") == ["dogs.2.parquet"]


@everywhere
def test_rows_come_back_in_order_whatever_their_chunks(plain: PlainClient) -> None:
    table = pa.concat_tables([labels(*range(start, start + 7)) for start in range(0, 70, 7)])

    plain.put(NAME, table)

    assert plain.get(NAME.encode())["label"].to_pylist() == list(range(70))


@everywhere
def test_compressed_batches_are_readable(plain: PlainClient, client: MLDataClient) -> None:
    import pyarrow.flight as fl

    options = fl.FlightCallOptions(timeout=20, write_options=pa.ipc.IpcWriteOptions(compression="zstd"))
    writer, _ = plain.flight.do_put(fl.FlightDescriptor.for_path(NAME), labels().schema, options)
    with writer:
        writer.write_table(labels(*[1] * 1000))

    assert client.fetch(NAME).equals(labels(*[1] * 1000))


@in_process
def test_the_calls_are_recorded_in_order(server: MLDataServer, plain: PlainClient) -> None:
    plain.put(NAME, labels(0, 1))
    plain.infos("pets")
    plain.info(NAME)
    plain.get(NAME.encode())
    list(plain.flight.list_actions())
    plain.action("drop_dataset", NAME.encode())

    assert [(call.method, call.subject, call.outcome, call.rows) for call in server.calls] == [
        ("do_put", NAME, "ok", 2),
        ("list_flights", '{"data_tags": ["pets"]}', "ok", 2),
        ("get_flight_info", NAME, "ok", 0),
        ("do_get", NAME, "ok", 2),
        ("list_actions", "", "ok", 0),
        ("do_action", f"drop_dataset {NAME}", "ok", 0),
    ]
    assert server.errors == ()
    assert len(server.log().splitlines()) == 6


@in_process
def test_clear_forgets_partitions_and_calls(server: MLDataServer, plain: PlainClient) -> None:
    plain.put(NAME, labels(0, 1))

    server.clear()

    assert (server.partitions, server.calls, server.log()) == ((), (), "no calls")
    assert plain.names("pets") == []
