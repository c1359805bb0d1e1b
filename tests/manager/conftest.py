"""Managers in front of one ML data server, kept for all tests of a module, and a client that has logged in."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from standins.managers import URL, client_of

from pytest_flops_mock import FlopsManager, MLDataServer


@pytest.fixture(scope="module")
def kept_server() -> Iterator[MLDataServer]:
    """The ML data server of the only learner node."""
    with MLDataServer() as server:
        yield server


@pytest.fixture(scope="module")
def kept_manager(kept_server: MLDataServer) -> Iterator[FlopsManager]:
    """A manager whose checks end before anything runs."""
    repositories = {URL: {"conda.yaml": "name: x\n"}}
    with FlopsManager([kept_server.uri], repositories=repositories, until="structure") as manager:
        yield manager


@pytest.fixture(scope="module")
def kept_strict(kept_server: MLDataServer) -> Iterator[FlopsManager]:
    """A manager that answers as the real one does."""
    with FlopsManager([kept_server.uri], strict=True) as manager:
        yield manager


@pytest.fixture
def server(kept_server: MLDataServer) -> MLDataServer:
    """The server, empty."""
    kept_server.clear()
    return kept_server


@pytest.fixture
def manager(kept_manager: FlopsManager, server: MLDataServer) -> Iterator[FlopsManager]:
    """The manager, which knows of no job; nothing goes wrong in it."""
    yield from _fresh(kept_manager)


@pytest.fixture
def strict(kept_strict: FlopsManager, server: MLDataServer) -> Iterator[FlopsManager]:
    """The strict one, likewise."""
    yield from _fresh(kept_strict)


def _fresh(manager: FlopsManager) -> Iterator[FlopsManager]:
    manager.clear()
    yield manager
    manager.wait()
    assert manager.errors == ()


@pytest.fixture
def client(manager: FlopsManager) -> Iterator[httpx.Client]:
    """Speaks to the manager, with its token."""
    with client_of(manager) as client:
        yield client
