"""Our client against a stand-in of the real server, which confirms nothing and is easily hurt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from standins.real_server import RealServer

from pytest_flops_mock.errors import LoadError, UploadError
from pytest_flops_mock.flight.client import MLDataClient

TABLE = pa.table({"x": range(1000), "text": ["some text"] * 1000}, metadata={b"huggingface": b"{}"})


@pytest.fixture(params=[False, True], ids=["stream", "generator"])
def real(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RealServer]:
    with RealServer(tmp_path, generator=request.param) as running:
        yield running


@pytest.fixture
def client(real: RealServer) -> Iterator[MLDataClient]:
    with MLDataClient(real.uri, timeout=20) as connected:
        yield connected


def test_what_is_sent_is_a_file_there_and_comes_back(client: MLDataClient, tmp_path: Path) -> None:
    assert client.send("tag.1.parquet", TABLE) == 1000

    assert pq.read_table(tmp_path / "tag.1.parquet").equals(TABLE)
    assert client.fetch("tag.1.parquet").equals(TABLE)
    assert client.fetch("tag.1.parquet").schema.metadata == {b"huggingface": b"{}"}


def test_listing_and_dropping(client: MLDataClient, tmp_path: Path) -> None:
    client.send("a.1.parquet", TABLE)
    client.send("b.2.parquet", TABLE.slice(0, 3))

    assert [(found.name, found.rows) for found in client.partitions(["b"])] == [("b.2.parquet", 3)]
    client.drop("b.2.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["a.1.parquet"]


def test_its_errors_are_one_line_without_its_traceback(client: MLDataClient) -> None:
    with pytest.raises(LoadError) as caught:
        client.partitions()

    (problem,) = caught.value.problems
    assert problem.message == "the ML data server did not give what was asked for"
    assert problem.got.startswith("Expecting value")
    assert "Traceback" not in str(caught.value)
    assert "real_server.py" not in str(caught.value)


def test_a_number_of_rows_that_was_not_kept_is_told(client: MLDataClient, real: RealServer) -> None:
    with pytest.raises(UploadError) as caught:
        client.send_batches("tag.1.parquet", TABLE.schema, TABLE.to_batches(), rows=1001)

    assert str(caught.value) == (
        "a partition arrived with another number of rows\n"
        f"  where     tag.1.parquet -> {real.uri}\n"
        "  expected  1001 rows\n"
        "  got       1000 sent, 1000 confirmed\n"
        "  fix       send it again, with the number of rows that there are"
    )
