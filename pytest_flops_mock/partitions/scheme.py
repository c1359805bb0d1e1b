"""Schemes: which rows of a data set each partition has. What a user calls a partitioner becomes one of these."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from inspect import signature
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pytest_flops_mock.errors import DataSourceError
from pytest_flops_mock.partitions.fitting import (
    as_flower_takes,
    check_sizes,
    check_values,
    column_to_split_by,
    flower_refuses,
    not_installed,
    shares,
)
from pytest_flops_mock.partitions.flower import MOST, RowsToSplit, partitioner_class, row_numbers
from pytest_flops_mock.sla.partitioners import IID, Group, GroupedNaturalId, Partitioner, Partitioning, arguments


class DataToSplit(Protocol):
    """What partitions are made of; the step that loads data sets hands it over.

    Attributes:
        name: As the SLA says it, for messages.
        schema: Arrow schema, with the features as the learner reads them.
        table: The rows, maybe with others, and with columns as in ``schema``.
        rows: Which rows of the table, in order; shape ``(rows,)``.
        label: The column that a model learns to tell; empty if it is not clear.
    """

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def schema(self) -> pa.Schema: ...  # noqa: D102
    @property
    def table(self) -> pa.Table: ...  # noqa: D102
    @property
    def rows(self) -> npt.NDArray[Any]: ...  # noqa: D102
    @property
    def label(self) -> str: ...  # noqa: D102

    def complete(self, batch: pa.RecordBatch, where: str) -> Iterator[pa.RecordBatch]:
        """Rows of the table as the learner gets them; ``where`` says in a message which they are."""


class Scheme(Protocol):
    """Decides which rows each partition has; frozen, with what the user says about it as attributes."""

    def split(self, data: DataToSplit, count: int | None, seed: int) -> Sequence[npt.NDArray[Any]]:
        """The rows of each partition, by their position in ``data.rows`` and in order.

        Args:
            data: A data set with at least ``count`` rows.
            count: Number of partitions, at least 1; ``None`` for as many as the scheme makes of its own.
            seed: Decides all that is random.

        Raises:
            DataSourceError: These rows cannot be split in this way.
        """


@dataclass(frozen=True)
class ByPartitioner:
    """One partitioner of Flower Datasets for all rows.

    The same as ``FederatedDataset(dataset=..., partitioners={"train": partitioner}, shuffle=True, seed=seed)`` gives, where
    the partitioner has the same seed.

    Attributes:
        partitioner: Which, with its arguments; by default what the real mock data provider uses.
    """

    partitioner: Partitioner = field(default_factory=IID)

    def split(self, data: DataToSplit, count: int | None, seed: int) -> Sequence[npt.NDArray[Any]]:
        """The rows of each partition. Flower splits their numbers, which is the same and moves no data."""
        seed = seed if self.partitioner.seed is None else self.partitioner.seed
        return self.in_order(data, _shuffled(len(data.rows), seed), count, seed)

    def in_order(
        self, data: DataToSplit, order: npt.NDArray[Any], count: int | None, seed: int, where: str = ""
    ) -> Sequence[npt.NDArray[Any]]:
        """The same for some of the rows, which are not shuffled.

        Args:
            data: The data set.
            order: Which of its rows, by their position, and in which order.
            count: Number of partitions; ``None`` for as many as the scheme makes of its own.
            seed: Seed of the partitioner.
            where: What they are, for messages; by default the data set's name.

        Raises:
            DataSourceError: These rows cannot be split in this way.
        """
        kind, where = self.partitioner, where or data.name
        if isinstance(kind, IID) and count is not None and count <= len(order):
            return np.array_split(order, count)  # as Flower cuts, and importing that takes longer than all the rest
        flower = partitioner_class(kind.name)
        if flower is None:
            raise DataSourceError(not_installed(kind, where))
        takes = signature(flower).parameters
        given = {key: as_flower_takes(key, value) for key, value in arguments(kind).items() if key != "seed"}
        check_sizes(kind, len(order), count, where)
        rows = RowsToSplit(order)
        if "partition_by" in takes:
            column = given["partition_by"] = column_to_split_by(kind, data.schema, data.label, where)
            unsorted = isinstance(kind, GroupedNaturalId) and not kind.sort_unique_ids
            values, distinct = _column(data, order, column, unsorted)
            check_values(kind, column, values, count, where)
            rows = RowsToSplit(order, column, values, distinct)
        given |= {"seed": seed} if "seed" in takes else {}
        given |= {"num_partitions": count} if "num_partitions" in takes else {}
        try:
            return row_numbers(flower(**given), rows, count)
        except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise DataSourceError(flower_refuses(kind, error, where)) from error


def _column(
    data: DataToSplit, order: npt.NDArray[Any], column: str, unsorted: bool
) -> tuple[pa.ChunkedArray, list[Any] | None]:
    """The values of rows, in order; and the different ones, if a partitioner is to see them in another order.

    A data set that is shuffled whole gives its different values in the order of its table, not in that of its rows. To a
    partitioner that leaves them ``unsorted`` they are given so, too.
    """
    values, total = data.table.column(column), data.table.num_rows
    values = values.cast(pa.large_string()) if pa.types.is_string(values.type) else _narrow(values)  # 2 GB and more
    distinct = None
    if unsorted and len(order) == total == len(data.rows):
        there = np.zeros(total, dtype=bool)
        there[data.rows] = True
        distinct = values.unique().to_pylist() if there.all() else None  # no row comes twice
    return values.take(pa.array(data.rows[order])), distinct


def _narrow(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whole numbers in the smallest type that holds them all; zero is one number, whatever its sign."""
    if pa.types.is_float32(values.type) or pa.types.is_float64(values.type):
        return pc.add(values, pa.scalar(0.0, values.type))  # Flower compares some as Arrow does, and some as NumPy
    if not pa.types.is_signed_integer(values.type) or not len(values):
        return values
    ends = pc.min_max(values).as_py()
    if ends["min"] is None:
        return values
    kind = np.promote_types(np.min_scalar_type(min(ends["min"], -1)), np.min_scalar_type(-1 - max(ends["max"], 0)))
    return values.cast(pa.from_numpy_dtype(kind))


def _shuffled(rows: int, seed: int) -> npt.NDArray[Any]:
    """Their numbers as ``Dataset.shuffle`` orders them, in 4 bytes each where that is enough."""
    numbers = np.arange(rows, dtype=np.int32 if rows <= MOST else np.int64)
    return np.random.default_rng(seed).permutation(numbers)


@dataclass(frozen=True)
class MixedFleet:
    """Groups of partitions, each with a partitioner of its own, over rows that no other group has.

    The rows are shuffled and cut into a share for each group: the sum of its sizes if it names them, else in proportion to
    its number of partitions. A share is then split as a data set of its own.

    Attributes:
        groups: The groups, in order.
    """

    groups: tuple[Group, ...]

    def split(self, data: DataToSplit, count: int | None, seed: int) -> Sequence[npt.NDArray[Any]]:
        """The rows of each partition, group by group."""
        order = _shuffled(len(data.rows), seed)
        found: list[npt.NDArray[Any]] = []
        start = 0
        for index, rows in enumerate(shares(self.groups, len(order), data.name)):
            group, where = self.groups[index], f"{data.name}, group {index} of the mixed fleet"
            own = seed if group.partitioner.seed is None else group.partitioner.seed
            mixed = np.random.default_rng(own).permutation(rows)
            share = order[start : start + rows][mixed]
            found += ByPartitioner(group.partitioner).in_order(data, share, group.number_of_partitions, own, where)
            start += rows
        return found


def scheme_of(partitioning: Partitioning | None) -> Scheme:
    """The scheme that users mean; without a partitioner that of the real mock data provider."""
    if isinstance(partitioning, tuple):
        return MixedFleet(partitioning)
    return ByPartitioner() if partitioning is None else ByPartitioner(partitioning)
