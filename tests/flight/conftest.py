from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from standins.plain_client import PlainClient

from pytest_flops_mock.flight.client import MLDataClient
from pytest_flops_mock.flight.parquet_store import ParquetStore
from pytest_flops_mock.flight.server import MLDataServer
from pytest_flops_mock.flight.store import MemoryStore, Store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the Parquet store; the folder around it is empty otherwise."""
    return tmp_path / "volume"


@pytest.fixture(params=["memory", "parquet"])
def store(request: pytest.FixtureRequest, folder: Path) -> Store:
    """Each of the two stores."""
    return MemoryStore() if request.param == "memory" else ParquetStore(folder)


@pytest.fixture
def server(store: Store) -> Iterator[MLDataServer]:
    """A running server."""
    with MLDataServer(store) as running:
        yield running


@pytest.fixture
def client(server: MLDataServer) -> Iterator[MLDataClient]:
    """Our client, connected to ``server``."""
    with MLDataClient(server.uri, timeout=20) as connected:
        yield connected


@pytest.fixture
def plain(server: MLDataServer) -> Iterator[PlainClient]:
    """A client that knows nothing of ours, connected to ``server``."""
    with PlainClient(server.uri) as connected:
        yield connected
