"""A data set split into partitions by any scheme: row numbers in, partitions out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pyarrow as pa

from pytest_flops_mock.errors import DataSourceError, Problem
from pytest_flops_mock.flight.batches import wire_batches
from pytest_flops_mock.partitions.gather import Rows, in_one_piece, rows_of
from pytest_flops_mock.partitions.scheme import DataToSplit, Scheme

SEED = 42
"""What ``FederatedDataset`` shuffles with unless told otherwise, and the mock data provider does not tell."""

AT_ONCE_BYTES = 2**20
"""A table up to this size is copied before a thread has started."""


@dataclass(frozen=True)
class Partition:
    """The rows that one edge device would have.

    Attributes:
        index: Its number, from 0.
        schema: Arrow schema, with the features as the learner reads them.
        rows: Number of rows.
        where: Which partition of which data set, in words.
        make: Makes the rows.
        drift: What is wrong with them, as users write it.
    """

    index: int
    schema: pa.Schema
    rows: int
    where: str
    make: Callable[[], Iterator[pa.RecordBatch]] = field(repr=False)
    drift: str = ""

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Its rows and no other, in batches that suit the wire, made anew at each call.

        Raises:
            DataSourceError: A media file that a row names cannot be read.
        """
        return wire_batches(self.make())


def split(data: DataToSplit, scheme: Scheme, count: int | None, *, seed: int = SEED) -> tuple[Partition, ...]:
    """The partitions of a data set, in order. No row is copied before it is asked for.

    Args:
        data: The data set.
        scheme: Decides which rows each partition has.
        count: Number of partitions, at least 1; ``None`` for as many as the scheme makes of its own.
        seed: Seed of the scheme.

    Raises:
        DataSourceError: There are fewer rows than partitions, or the scheme cannot split these rows.
    """
    rows = len(data.rows)
    asked = 1 if count is None else count
    if not 1 <= asked <= rows:
        raise DataSourceError(
            Problem(
                f"{rows} rows cannot be split into {asked} partitions",
                where=data.name,
                expected=f"from 1 to {rows} partitions" if rows else "a data set with rows",
                got=f"number_of_partitions = {asked}",
                nearest=str(min(max(asked, 1), rows)) if rows else "",
                fix="ask for fewer partitions or more rows; on FLOps the provider dies half-way",
                code="FM303",
            )
        )
    if data.table.nbytes <= AT_ONCE_BYTES:
        table, positions = in_one_piece(data.table), scheme.split(data, count, seed)
    else:
        with ThreadPoolExecutor(max_workers=1) as thread:  # copies tables that are not large while the scheme splits
            copying = thread.submit(in_one_piece, data.table)
            positions = scheme.split(data, count, seed)
            table = copying.result()
    return tuple(_partition(data, rows_of(table, data.rows[chosen]), index) for index, chosen in enumerate(positions))


def whole(data: DataToSplit) -> Partition:
    """All rows of a data set as one partition, in their order; there may be none."""
    return _partition(data, rows_of(in_one_piece(data.table), data.rows), 0)


def _partition(data: DataToSplit, rows: Rows, index: int) -> Partition:
    where = f"{data.name}, partition {index}"

    def make() -> Iterator[pa.RecordBatch]:
        for batch in rows.batches():
            yield from data.complete(batch, where)

    return Partition(index=index, schema=data.schema, rows=len(rows.numbers), where=where, make=make)
