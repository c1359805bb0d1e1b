"""Batches have a size that suits the wire, at both ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from standins.plain_client import PlainClient

from pytest_flops_mock import MLDataClient, MLDataServer, ParquetStore
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


def test_batches_without_rows_and_empty_streams_give_none() -> None:
    assert list(wire_batches([batch(range(0)), batch(range(0))])) == []
    (made,) = wire_batches([batch(range(0)), batch(range(3)), batch(range(0))])
    assert made.column(0).to_pylist() == [0, 1, 2]


def test_rows_larger_than_a_batch_travel_alone() -> None:
    rows = pa.RecordBatch.from_pydict({"x": [b"a" * 5000, b"b" * 5000, b"c" * 5000]})
    assert [made.num_rows for made in wire_batches([rows], target_bytes=800)] == [1, 1, 1]


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


def test_dictionaries_that_differ_between_batches_too_large_to_join_go_through(client: MLDataClient) -> None:
    words = [[f"{part}{digit}" for digit in "012"] for part in "xyz"]
    turns = pa.array(np.arange(3_000_000, dtype=np.int32) % 3)
    rows = pa.table({"x": pa.chunked_array([pa.DictionaryArray.from_arrays(turns, part) for part in words])})
    client.send("t.0.parquet", rows)
    received = client.fetch("t.0.parquet").column("x")
    assert received.num_chunks > 1
    assert received.type == rows.column("x").type
    expected = [chunk.dictionary_decode() for chunk in rows.column("x").chunks]
    assert pa.chunked_array([chunk.dictionary_decode() for chunk in received.chunks]).equals(pa.chunked_array(expected))


def test_dictionaries_inside_structs_go_through(client: MLDataClient) -> None:
    kind = pa.struct([("inner", pa.dictionary(pa.int32(), pa.string()))])
    chunks = [pa.array([{"inner": value} for value in part], kind) for part in (["a", "b"], ["c", None])]
    client.send("t.0.parquet", pa.table({"x": pa.chunked_array(chunks)}))
    received = client.fetch("t.0.parquet").column("x")
    assert received.type == kind
    assert [row["inner"] for row in received.to_pylist()] == ["a", "b", "c", None]


def test_they_are_made_as_they_are_needed() -> None:
    taken: list[int] = []

    def source() -> Iterator[pa.RecordBatch]:
        for start in range(0, 500, 100):
            taken.append(start)
            yield batch(range(start, start + 100))

    next(wire_batches(source(), target_bytes=800))
    assert taken == [0]


def test_a_file_of_one_large_row_group_is_answered_in_small_batches(folder: Path) -> None:
    rows = pa.table({"x": np.random.default_rng(1).integers(0, 2**60, 4_000_000)})
    folder.mkdir()
    pq.write_table(rows, folder / "t.0.parquet", row_group_size=len(rows))
    with MLDataServer(ParquetStore(folder)) as server, PlainClient(server.uri) as plain:
        received = plain.get(b"t.0.parquet")
    assert received.equals(rows)
    assert max(piece.nbytes for piece in received.to_batches()) <= 2 * TARGET_BYTES
