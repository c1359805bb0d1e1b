"""A data set split into partitions as the mock data provider does it: shuffled by seed, then IID, by Flower Datasets."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pytest_flops_mock.data.features import learner_schema
from pytest_flops_mock.data.media import with_media
from pytest_flops_mock.errors import DataSourceError, Problem
from pytest_flops_mock.flight.batches import wire_batches
from pytest_flops_mock.partitions.flower import iid_partitioner
from pytest_flops_mock.partitions.gather import Rows, in_one_piece, rows_of

SEED = 42
"""What ``FederatedDataset`` shuffles with unless told otherwise, and the mock data provider does not tell."""


@dataclass(frozen=True)
class Partition:
    """The rows that one edge device would have.

    Attributes:
        index: Its number, from 0.
        schema: Arrow schema, with the features as the learner reads them.
        rows: Number of rows.
        nbytes: About how large they are, in bytes of Arrow buffers, media files not counted.
        where: Which partition of which data set, in words.
    """

    index: int
    schema: pa.Schema
    rows: int
    nbytes: int
    where: str
    _rows: Rows = field(repr=False)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Its rows and no other, in batches that suit the wire, made anew at each call.

        Raises:
            DataSourceError: A media file that a row names cannot be read.
        """
        return wire_batches(self._complete())

    def _complete(self) -> Iterator[pa.RecordBatch]:
        for batch in self._rows.batches():
            yield from with_media(pa.RecordBatch.from_arrays(batch.columns, schema=self.schema), self.where)


def iid_partitions(dataset: Any, count: int, *, name: str, seed: int = SEED) -> tuple[Partition, ...]:
    """The partitions that the mock data provider would send, in order.

    The same as ``FederatedDataset(dataset=..., partitioners={"train": count}, shuffle=True, seed=seed)`` gives, which
    takes a name only.

    Args:
        dataset: A ``datasets.Dataset``, the split ``train``.
        count: Number of partitions, at least 1.
        name: What the data set is called, for messages.
        seed: Seed of the shuffle.

    Raises:
        DataSourceError: There are fewer rows than partitions, or a column that a learner could not read.
    """
    if not 1 <= count <= len(dataset):
        raise DataSourceError(
            Problem(
                f"{len(dataset)} rows cannot be split into {count} partitions",
                where=name,
                expected=f"from 1 to {len(dataset)} partitions" if len(dataset) else "a data set with rows",
                got=f"number_of_partitions = {count}",
                nearest=str(min(max(count, 1), len(dataset))) if len(dataset) else "",
                fix="ask for fewer partitions or more rows; on FLOps the provider dies half-way",
                code="FM303",
            )
        )
    schema = learner_schema(dataset.features.arrow_schema, name)
    with ThreadPoolExecutor(max_workers=1) as thread:  # copies while Flower splits
        copying = thread.submit(in_one_piece, dataset.data.table.select(schema.names))
        split = list(_iid_rows(_table_rows(dataset), count, seed))
        table = copying.result()
    return tuple(
        _partition(table, schema, numbers, index, f"{name}, partition {index}") for index, numbers in enumerate(split)
    )


def _partition(table: pa.Table, schema: pa.Schema, numbers: npt.NDArray[Any], index: int, where: str) -> Partition:
    rows = rows_of(table, numbers)
    return Partition(index=index, schema=schema, rows=len(numbers), nbytes=rows.nbytes, where=where, _rows=rows)


def _table_rows(dataset: Any) -> npt.NDArray[Any]:
    """Which rows of the table under it a data set has, in order.

    ``dataset.data`` ignores what ``select``, ``filter`` or ``shuffle`` did, and the public access to the rows copies them
    one by one; the index between the two has no public name.
    """
    index = dataset._indices
    return np.arange(len(dataset)) if index is None else index.column(0).to_numpy()


def _iid_rows(rows: npt.NDArray[Any], count: int, seed: int) -> Iterator[npt.NDArray[Any]]:
    """The rows of each partition: Flower's partitioner splits their numbers, which is the same and moves no data."""
    from datasets import Dataset

    # What ``Dataset.shuffle`` does; with the order as data, a partition is a plain slice of it.
    shuffled = rows[np.random.default_rng(seed).permutation(len(rows))]
    partitioner = iid_partitioner(count)
    partitioner.dataset = Dataset(pa.table({"row": shuffled}), fingerprint="rows").with_format("arrow")
    for index in range(count):
        yield partitioner.load_partition(index)[:]["row"].to_numpy()
