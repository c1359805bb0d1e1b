"""Batches have a size that suits the wire, at both ends."""

from __future__ import annotations

import pyarrow as pa
import pytest

from pytest_flops_mock import MLDataClient, MLDataServer
from pytest_flops_mock.flight.batches import TARGET_BYTES, wire_batches


def batch(values: range) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({"x": pa.array(values, pa.int64())})


def test_small_ones_are_joined_and_large_ones_cut_in_order() -> None:
    pieces = [batch(range(n, n + 1)) for n in range(100)] + [batch(range(100, 1100)), batch(range(0))]
    made = list(wire_batches(pieces, target_bytes=800))
    assert [value for piece in made for value in piece.column(0).to_pylist()] == list(range(1100))
    assert len(made) < 15
    assert max(piece.nbytes for piece in made) <= 1600


def test_one_that_fits_is_passed_on_as_it_is() -> None:
    fitting = batch(range(100))
    (made,) = wire_batches([fitting], target_bytes=800)
    assert made.column(0).buffers()[1].address == fitting.column(0).buffers()[1].address
    assert list(wire_batches([])) == []


def test_rows_that_come_one_by_one_are_stored_together(server: MLDataServer, client: MLDataClient) -> None:
    rows = pa.Table.from_batches([batch(range(n, n + 1)) for n in range(500)])
    client.send("t.0.parquet", rows)
    assert client.fetch("t.0.parquet").column("x").num_chunks == 1
    assert server.partitions[0].rows == 500


@pytest.mark.parametrize("size", [5 * 2**20, 3 * TARGET_BYTES], ids=["above gRPC's default limit", "above a batch"])
def test_a_large_row_and_a_large_batch_go_through(client: MLDataClient, size: int) -> None:
    rows = pa.table({"x": [b"x" * size, b"y"]})
    assert client.send("t.0.parquet", rows) == 2
    assert client.fetch("t.0.parquet").equals(rows)


def test_dictionaries_that_differ_from_batch_to_batch_go_through(client: MLDataClient) -> None:
    first, second = (pa.table({"x": pa.array(values).dictionary_encode()}) for values in (["a", "b"], ["c", "a", None]))
    client.send("t.0.parquet", pa.concat_tables([first, second]))
    received = client.fetch("t.0.parquet").column("x")
    assert [value.as_py() for value in received] == ["a", "b", "c", "a", None]
