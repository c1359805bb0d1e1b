"""A server with a few rows, and checks of small ML repositories against it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from standins.small import Check, repository, rows

from pytest_flops_mock import MLDataClient, MLDataServer, Report, check_repository


@pytest.fixture(scope="module")
def server() -> Iterator[MLDataServer]:
    with MLDataServer() as running, MLDataClient(running.uri) as client:
        client.send("pets.0.parquet", rows([0, 1, 1]))
        client.send("pets.1.parquet", rows([1, 0]))
        client.send("other.0.parquet", rows([0]))
        yield running


@pytest.fixture
def check(server: MLDataServer) -> Check:
    """Checks a repository whose ``set_model_data`` has the given body, up to that method."""

    def run(set_model_data: str, *, timeout: float = 30, **options: object) -> Report:
        files = repository(set_model_data, **options)  # type: ignore[arg-type]
        return check_repository(files, server.uri, data_tags=["pets"], timeout=timeout, until="transform")

    return run
