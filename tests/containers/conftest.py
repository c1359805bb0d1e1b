from __future__ import annotations

from collections.abc import Iterator

import pytest
from standins.images import PROVIDER, SERVER

from pytest_flops_mock.containers.server import MLDataServerContainer
from pytest_flops_mock.fixtures.containing import need


@pytest.fixture(scope="session")
def images(pytestconfig: pytest.Config) -> None:
    """The engine and this project's images are there."""
    need(pytestconfig, SERVER)
    need(pytestconfig, PROVIDER)


@pytest.fixture(scope="module")
def one_server(images: None) -> Iterator[MLDataServerContainer]:
    """A server in a container, for all tests of a module."""
    with MLDataServerContainer(SERVER) as running:
        yield running


@pytest.fixture
def server(one_server: MLDataServerContainer) -> MLDataServerContainer:
    """It, empty."""
    one_server.clear()
    return one_server
