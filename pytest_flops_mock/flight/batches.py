"""Batches of a size that suits the wire: many small ones joined, oversized ones cut.

Rows of a shuffled data set come one to a chunk; sent like that they are slow to travel and far slower to use. On the
other end Arrow Flight refuses a batch of 2 GiB. Both sides of the wire pass their batches through here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

TARGET_BYTES = 8 * 2**20
"""Size of a batch, in bytes of Arrow buffers; memory in use stays at a few of these."""


def wire_batches(batches: Iterable[pa.RecordBatch], target_bytes: int = TARGET_BYTES) -> Iterator[pa.RecordBatch]:
    """The same rows in the same order, in batches of about ``target_bytes``; batches without rows are dropped.

    A batch that already has the size is passed on as it is, not copied.
    """
    waiting: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        for piece in _cut(batch, target_bytes):
            waiting.append(piece)
            size += piece.nbytes
            if size >= target_bytes:
                yield from joined(waiting)
                waiting, size = [], 0
    yield from joined(waiting)


def joined(batches: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
    """The batches as one (as few as Arrow can make, where columns outgrow their offsets)."""
    if len(batches) < 2:
        return batches
    whole: list[pa.RecordBatch] = pa.Table.from_batches(batches).unify_dictionaries().combine_chunks().to_batches()
    return whole


def with_one_dictionary(rows: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """The batches with the same dictionaries in all of them; rows without such columns stream as they are.

    Older Arrow (seen with 15) answers a ``do_get`` with the first batch's dictionary alone, and later rows come out as
    other values. One dictionary needs all rows at once, which data sets never pay: ``datasets`` has no such columns.
    """
    if has_dictionaries(rows.schema):
        yield from rows.read_all().unify_dictionaries().to_batches()
    else:
        yield from rows


def has_dictionaries(schema: pa.Schema) -> bool:
    """Whether a column holds values by their place in a dictionary, at any depth."""
    return any("dictionary<" in str(kind) for kind in schema.types)


def rows_for(target_bytes: int, *, rows: int, nbytes: int) -> int:
    """How many of ``rows`` rows that take ``nbytes`` together make a batch of ``target_bytes``; at least 1."""
    return max(1, min(rows, int(rows * target_bytes / max(nbytes, 1))))


def _cut(batch: pa.RecordBatch, target_bytes: int) -> Iterator[pa.RecordBatch]:
    rows = batch.num_rows
    if not rows:
        return
    # Up to twice the target a batch stays whole: halving it would cost a copy and win nothing.
    step = rows if batch.nbytes <= 2 * target_bytes else rows_for(target_bytes, rows=rows, nbytes=batch.nbytes)
    for start in range(0, rows, step):
        yield batch.slice(start, step)
