"""Rows of a table in another order, taken batch by batch, with memory bounded by the batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pytest_flops_mock.flight.batches import TARGET_BYTES, joined, rows_for

SMALL_BYTES = 64 * 2**20
"""A table up to this size is put into one piece first, which makes every gather a single step."""


@dataclass(frozen=True)
class Rows:
    """Some rows of a table, in a given order.

    Attributes:
        chunks: The table, cut as it lies in memory or in its mapped file.
        numbers: Which rows, by their position in the table; shape ``(rows,)``.
    """

    chunks: tuple[pa.RecordBatch, ...]
    numbers: npt.NDArray[np.int64]

    @property
    def nbytes(self) -> int:
        """About how large the rows are, in bytes of Arrow buffers: their share of the table."""
        rows = sum(chunk.num_rows for chunk in self.chunks)
        return int(sum(chunk.nbytes for chunk in self.chunks) * len(self.numbers) / max(rows, 1))

    def batches(self, target_bytes: int = TARGET_BYTES) -> Iterator[pa.RecordBatch]:
        """The rows in order, in batches of about ``target_bytes``."""
        rows, nbytes = len(self.numbers), self.nbytes
        # Up to twice the target all rows go at once, as on the wire.
        step = rows_for(target_bytes, rows=rows, nbytes=nbytes) if nbytes > 2 * target_bytes else max(rows, 1)
        starts = np.cumsum([0, *(chunk.num_rows for chunk in self.chunks)])
        for first in range(0, rows, step):
            yield from _taken(self.chunks, starts, self.numbers[first : first + step])


def rows_of(table: pa.Table, numbers: npt.NDArray[Any]) -> Rows:
    """The rows of ``table`` at ``numbers``."""
    return Rows(tuple(table.to_batches()), numbers.astype(np.int64))


def in_one_piece(table: pa.Table) -> pa.Table:
    """The table with few chunks if it is small; a large one (which may be a mapped file) is left where it lies."""
    small = table.nbytes <= SMALL_BYTES
    return table.unify_dictionaries().combine_chunks() if small else table


def _taken(
    chunks: tuple[pa.RecordBatch, ...], starts: npt.NDArray[np.int64], numbers: npt.NDArray[np.int64]
) -> Iterator[pa.RecordBatch]:
    """``Table.take`` would first copy the whole table into one piece; this copies the wanted rows only.

    Takes from each chunk what is wanted of it, in the table's order, and then puts the rows into the order asked for.
    Rows far above the average size may be too large for one batch together; then their halves are taken.
    """
    if len(chunks) == 1:
        yield chunks[0].take(pa.array(numbers))
        return
    order = np.argsort(numbers, kind="stable")
    ascending = numbers[order]
    borders = np.searchsorted(ascending, starts)
    pieces = [
        chunk.take(pa.array(ascending[low:high] - start))
        for chunk, start, low, high in zip(chunks, starts[:-1], borders[:-1], borders[1:], strict=True)
        if high > low
    ]
    whole = joined(pieces)
    if len(whole) > 1:
        half = len(numbers) // 2
        yield from _taken(chunks, starts, numbers[:half])
        yield from _taken(chunks, starts, numbers[half:])
        return
    places = np.empty_like(order)
    places[order] = np.arange(len(order))
    yield whole[0].take(pa.array(places))
