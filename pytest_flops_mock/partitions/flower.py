"""Flower's own partitioners, without what else comes with Flower Datasets: telemetry and plots."""

from __future__ import annotations

import importlib.util
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder
from io import StringIO
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pytest_flops_mock.partitions.row_numbers import Places, row_numbers_class

TELEMETRY = "FLWR_TELEMETRY_ENABLED"
PLOTS = "flwr_datasets.visualization"
NOTES = "_partition_id_to_indices"
"""Where most partitioners note down which rows a partition has. One that does it elsewhere takes more memory."""
MOST = 2**31 - 1
"""Rows that a number of 4 bytes can count."""


def partitioner_class(name: str) -> Any:
    """A partitioner of the installed Flower Datasets by its plain name, such as ``natural_id``; ``None`` if it has none."""
    with _no_telemetry(), _plots_when_used(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what it imports
        from flwr_datasets import partitioner
    return getattr(partitioner, "".join(map(str.capitalize, name.split("_"))) + "Partitioner", None)


@dataclass(frozen=True, eq=False)
class RowsToSplit:
    """What Flower is given of a data set.

    Attributes:
        numbers: The numbers of the rows, in order.
        column: The name of the column that is split by; empty if there is none.
        values: Its values, in the order of the rows.
        distinct: Its different values, in the order in which Flower is to see them; ``None`` for that of the rows.
    """

    numbers: npt.NDArray[np.int32 | np.int64]
    column: str = ""
    values: pa.ChunkedArray | None = None
    distinct: list[Any] | None = None


def row_numbers(partitioner: Any, rows: RowsToSplit, count: int | None) -> list[npt.NDArray[Any]]:
    """The numbers of the rows of each partition.

    Args:
        partitioner: One of Flower's, new.
        rows: The rows.
        count: How many partitions; ``None`` for all that it makes.

    Raises:
        Exception: What Flower raises if it cannot split these rows.
    """
    columns = {} if rows.values is None else {rows.column: rows.values}
    name = "row" if rows.column != "row" else "number"
    partitioner.dataset = row_numbers_class()(pa.table({**columns, name: rows.numbers}), rows.distinct)
    if len(rows.numbers) <= MOST and vars(partitioner).get(NOTES) == {}:
        setattr(partitioner, NOTES, Places())
    with warnings.catch_warnings(), redirect_stderr(StringIO()):  # a progress bar
        warnings.simplefilter("ignore")  # of what a user chose
        return [partitioner.load_partition(index).numbers for index in range(count or partitioner.num_partitions)]


@contextmanager
def _no_telemetry() -> Iterator[None]:
    """Flower Datasets reads the variable when it is imported, and would report its use over the network."""
    before = os.environ.get(TELEMETRY)
    os.environ[TELEMETRY] = "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ[TELEMETRY]
        else:
            os.environ[TELEMETRY] = before


@contextmanager
def _plots_when_used() -> Iterator[None]:
    """Importing the plotting libraries takes longer than all the rest, so it is put off until somebody plots."""
    finder = _Later()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Later:
    """Finds ``PLOTS``, to be executed at its first use."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if name != PLOTS:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = importlib.util.LazyLoader(spec.loader)
        return spec
