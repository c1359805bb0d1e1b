"""Any partition that could be made of some rows: which of them, in which order, how often, and with which drift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pytest_flops_mock.flight.features import features_of
from pytest_flops_mock.partitions.drift import drifted
from pytest_flops_mock.partitions.gather import in_one_piece, rows_of
from pytest_flops_mock.partitions.scheme import DataToSplit
from pytest_flops_mock.sla.schemes import drift_of

MOST_ROWS = 10_000
MOST_BYTES = 64 * 2**20
MOST_CLASSES = 1000


@dataclass(frozen=True)
class Sample:
    """One partition of a population, as it can be written down.

    Attributes:
        rows: Positions in the population, in the partition's order; one that comes twice is a duplicate.
        drift: What is wrong with them, as users write it.
        seed: Seed of the drift.
    """

    rows: tuple[int, ...]
    drift: str = ""
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Population:
    """The rows that partitions are made of.

    Attributes:
        name: The data set, as the SLA says it.
        table: All rows as a learner gets them: under their features, media as bytes.
        label: The column that a model learns to tell; empty if nobody said it.
    """

    name: str
    table: pa.Table
    label: str = ""

    def partition(self, sample: Sample) -> pa.Table:
        """The rows of a sample, with its drift.

        Raises:
            DataSourceError: The drift cannot be had with these rows.
        """
        table = self.table.take(pa.array(np.array(sample.rows, dtype=np.int64)))
        return drifted(table, drift_of(sample.drift), seed=sample.seed, label=self.label) if sample.drift else table


def population_of(data: DataToSplit, *, seed: int, rows: int = MOST_ROWS, nbytes: int = MOST_BYTES) -> Population:
    """The rows of a data set, in the order that a shuffle with the provider's seed gives them, as on FLOps.

    Of a large data set it is a part: the first ``rows`` of that order, or as many as ``nbytes`` hold. Before them come those
    without which something could never be met: of each class one, and of each column one without a value and those with
    the smallest and the largest number. So memory is bounded by ``nbytes``, and the part is the same each time.

    Args:
        data: The data set.
        seed: Seed of the shuffle.
        rows: Most rows.
        nbytes: Most bytes; the first row is always there.

    Raises:
        DataSourceError: A media file that a row names cannot be read.
    """
    order = np.random.default_rng(seed).permutation(len(data.rows))
    label = data.label or _only_classes(data.schema)
    if len(order) > rows:
        needed = _not_to_miss(data, label)
        order = np.concatenate([needed, order[~np.isin(order, needed)]])[:rows]
    kept: list[pa.RecordBatch] = []
    left = nbytes
    for batch in rows_of(in_one_piece(data.table), data.rows[order]).batches():
        for part in data.complete(batch, data.name):
            fits = part.num_rows if part.nbytes <= left else int(part.num_rows * max(left, 0) / part.nbytes)
            kept.append(part.slice(0, max(fits, 0 if kept else 1)))
            left -= part.nbytes
        if left <= 0:
            break
    return Population(data.name, pa.Table.from_batches(kept, schema=data.schema).combine_chunks(), label)


def _not_to_miss(data: DataToSplit, label: str) -> npt.NDArray[np.int64]:
    """Places of the rows that any part of a data set is to have."""
    places: list[int] = []
    rows = pa.array(data.rows)
    for name in data.schema.names:
        column = data.table[name]
        if column.null_count:
            places.append(_first(column.is_null().take(rows), True))
        if name == label and not pa.types.is_nested(column.type) and not pa.types.is_floating(column.type):
            values = column.take(rows)
            places += [_first(values, value) for value in values.unique().drop_null()[:MOST_CLASSES]]
        elif pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
            values, ends = column.take(rows), pc.min_max(column.take(rows))
            places += [_first(values, ends[end]) for end in ("min", "max") if ends[end].is_valid]
    return np.array(sorted({place for place in places if place >= 0}), dtype=np.int64)


def _first(column: pa.ChunkedArray, value: Any) -> int:
    """Place of the first value of that kind; -1 if there is none."""
    return int(pc.index(column, value).as_py())


def _only_classes(schema: pa.Schema) -> str:
    """The one column of the feature ``ClassLabel``; empty if there is none, or several."""
    features = features_of(schema).items()
    names = [name for name, feature in features if isinstance(feature, dict) and feature.get("_type") == "ClassLabel"]
    return names[0] if len(names) == 1 else ""
