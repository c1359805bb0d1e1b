"""The way from a container to one ML data server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from pytest_flops_mock import MLDataClient, MLDataServer
from pytest_flops_mock.errors import LoadError
from pytest_flops_mock.learner.contained.relay import Relay

TABLE = pa.table({"x": range(300_000), "text": ["a text that takes some room"] * 300_000})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Short, as it is where a container sees it: gRPC takes no long path."""
    return tmp_path


@pytest.fixture
def relay(folder: Path) -> Iterator[Relay]:
    relay = Relay(folder)
    relay.start()
    yield relay
    relay.stop()


def through(folder: Path) -> MLDataClient:
    return MLDataClient(f"grpc+unix://{folder}/{Relay.NAME}", timeout=20)


def test_whole_partitions_go_both_ways(relay: Relay, folder: Path) -> None:
    with MLDataServer() as server:
        assert relay.leads_to(server.uri)
        with through(folder) as client:
            client.send("big.0.parquet", TABLE)
            assert client.fetch("big.0.parquet").equals(TABLE)


def test_it_leads_to_the_last_server_that_it_was_set_to(relay: Relay, folder: Path) -> None:
    with MLDataServer() as first, MLDataServer() as second:
        for server, name in ((first, "first.0.parquet"), (second, "second.0.parquet")):
            assert relay.leads_to(server.uri)
            with through(folder) as client:
                client.send(name, TABLE.slice(0, 1))
        assert [part.name for part in second.partitions] == ["second.0.parquet"]


@pytest.mark.parametrize("gone", [True, False], ids=["a server that is gone", "no server"])
def test_without_a_server_a_client_is_told_so(relay: Relay, folder: Path, gone: bool) -> None:
    if gone:
        with MLDataServer() as server:
            assert relay.leads_to(server.uri)
    with through(folder) as client, pytest.raises(LoadError):
        client.partitions(["big"])


def test_a_server_with_tls_is_not_led_to(relay: Relay) -> None:
    assert not relay.leads_to("grpc+tls://127.0.0.1:1")
