"""Rows of a table in another order are those that ``Table.take`` gives, and only the wanted ones are copied."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from pytest_flops_mock.flight.batches import joined
from pytest_flops_mock.partitions import gather
from pytest_flops_mock.partitions.gather import in_one_piece, rows_of

ROWS = 500
TABLE = pa.table(
    {
        "x": range(ROWS),
        "text": [None if n % 5 == 0 else f"row {n}" for n in range(ROWS)],
        "list": [list(range(n % 4)) for n in range(ROWS)],
        "struct": [{"k": n % 2 == 0, "deep": [{"z": n}]} for n in range(ROWS)],
        "word": pa.array([f"w{n % 3}" for n in range(ROWS)]).dictionary_encode(),
    }
)


def cut(table: pa.Table, size: int) -> pa.Table:
    return pa.Table.from_batches(table.to_batches(max_chunksize=size), schema=table.schema)


def gathered(table: pa.Table, order: Any, target_bytes: int = 2**20) -> pa.Table:
    return pa.Table.from_batches(rows_of(table, np.array(order, np.int64)).batches(target_bytes), schema=table.schema)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("size", [1, 7, ROWS])
@pytest.mark.parametrize("target_bytes", [1, 1000, 2**20])
def test_random_orders_equal_take(seed: int, size: int, target_bytes: int) -> None:
    order = np.random.default_rng(seed).permutation(ROWS)[: 50 * (seed + 1)]
    assert gathered(cut(TABLE, size), order, target_bytes).to_pylist() == TABLE.take(pa.array(order)).to_pylist()


def test_a_row_can_be_asked_for_twice() -> None:
    assert gathered(cut(TABLE, 7), [3, 499, 3, 0, 499]).column("x").to_pylist() == [3, 499, 3, 0, 499]


@pytest.mark.parametrize("table", [TABLE, cut(TABLE, 7), TABLE.slice(0, 0), pa.table({"x": pa.array([], pa.int8())})])
def test_no_rows_are_no_batches(table: pa.Table) -> None:
    assert list(rows_of(table, np.array([], np.int64)).batches()) == []


def test_batches_have_about_the_size_asked_for() -> None:
    table = pa.table({"x": np.arange(100_000)})
    batches = list(rows_of(cut(table, 999), np.arange(100_000)[::-1]).batches(target_bytes=80_000))
    assert [batch.num_rows for batch in batches] == [10_000] * 10


def test_a_row_wider_than_a_batch_goes_alone() -> None:
    table = pa.table({"wide": [b"a" * 5000, b"b" * 5000, b"c" * 5000]})
    batches = list(rows_of(cut(table, 1), np.array([2, 0, 1])).batches(target_bytes=100))
    assert [batch.to_pylist() for batch in batches] == [[{"wide": letter * 5000}] for letter in (b"c", b"a", b"b")]


def test_rows_too_large_for_one_batch_together_are_split(monkeypatch: pytest.MonkeyPatch) -> None:
    # As Arrow does when a column outgrows its offsets, here beyond three rows instead of 2 GiB.
    monkeypatch.setattr(
        gather, "joined", lambda pieces: joined(pieces) if sum(map(len, pieces)) <= 3 else [*pieces, *pieces][:2]
    )
    order = np.random.default_rng(0).permutation(ROWS)[:20]
    assert gathered(cut(TABLE, 7), order).to_pylist() == TABLE.take(pa.array(order)).to_pylist()


def test_only_the_wanted_rows_are_copied() -> None:
    table = cut(pa.table({"x": np.arange(1_000_000)}), 1000)
    (batch,) = rows_of(table, np.array([999_999, 5])).batches()
    assert (batch.column(0).to_pylist(), batch.get_total_buffer_size() < 1000) == ([999_999, 5], True)


def test_a_small_table_is_put_into_one_piece_and_a_large_one_left(monkeypatch: pytest.MonkeyPatch) -> None:
    table = cut(TABLE, 7)
    assert {column.num_chunks for column in in_one_piece(table).columns} == {1}
    assert in_one_piece(table).to_pylist() == TABLE.to_pylist()
    monkeypatch.setattr(gather, "SMALL_BYTES", 10)
    assert in_one_piece(table) is table


def test_words_of_unlike_dictionaries_stay_themselves() -> None:
    words = [pa.array(["a", "b"]).dictionary_encode(), pa.array(["c", "a"]).dictionary_encode()]
    table = pa.table({"word": pa.chunked_array(words)})
    for form in (table, in_one_piece(table)):
        assert gathered(form, [2, 0, 3, 1]).column("word").to_pylist() == ["c", "a", "a", "b"]
