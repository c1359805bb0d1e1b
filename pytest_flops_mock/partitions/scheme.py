"""Schemes: which rows of a data set each partition has. What a user calls a partitioner becomes one of these."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pytest_flops_mock.partitions.flower import iid_partitioner


class DataToSplit(Protocol):
    """What partitions are made of; the step that loads data sets hands it over.

    Attributes:
        name: As the SLA says it, for messages.
        schema: Arrow schema, with the features as the learner reads them.
        table: The rows, maybe with others, and with columns as in ``schema``.
        rows: Which rows of the table, in order; shape ``(rows,)``.
        label: The column that a model learns to tell; empty if nobody said it.
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

    def split(self, data: DataToSplit, count: int, seed: int) -> Sequence[npt.NDArray[Any]]:
        """The rows of each partition, by their position in ``data.rows`` and in order.

        Args:
            data: A data set with at least ``count`` rows.
            count: Number of partitions, at least 1.
            seed: Decides all that is random.
        """


@dataclass(frozen=True)
class IID:
    """Every partition is a random sample, and all are equally large: what the real mock data provider makes.

    The same as ``FederatedDataset(dataset=..., partitioners={"train": count}, shuffle=True, seed=seed)`` gives.
    """

    def split(self, data: DataToSplit, count: int, seed: int) -> Sequence[npt.NDArray[Any]]:
        """The rows of each partition. Flower's partitioner splits their numbers, which is the same and moves no data."""
        from datasets import Dataset

        # What ``Dataset.shuffle`` does; with the order as data, a partition is a plain slice of it.
        shuffled = np.random.default_rng(seed).permutation(len(data.rows))
        partitioner = iid_partitioner(count)
        partitioner.dataset = Dataset(pa.table({"row": shuffled}), fingerprint="rows").with_format("arrow")
        return [partitioner.load_partition(index)[:]["row"].to_numpy() for index in range(count)]
