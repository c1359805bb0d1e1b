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

TELEMETRY = "FLWR_TELEMETRY_ENABLED"
PLOTS = "flwr_datasets.visualization"


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
        table: The numbers of the rows, and after them the column that is split by, if there is one.
        order: The order of its rows; ``None`` if they lie in it.
    """

    table: pa.Table
    order: npt.NDArray[Any] | None = None


def row_numbers(partitioner: Any, rows: RowsToSplit, count: int | None) -> list[npt.NDArray[np.int64]]:
    """The numbers of the rows of each partition.

    Args:
        partitioner: One of Flower's, new.
        rows: The rows.
        count: How many partitions; ``None`` for all that it makes.

    Raises:
        Exception: What Flower raises if it cannot split these rows.
    """
    from datasets import Dataset

    # As pandas a column is read at once; else Flower goes through it value by value, which takes most of its time.
    order = None if rows.order is None else pa.table({"indices": rows.order.astype(np.uint64)})
    partitioner.dataset = Dataset(rows.table, indices_table=order, fingerprint="rows").with_format("pandas")
    with warnings.catch_warnings(), redirect_stderr(StringIO()):  # a progress bar
        warnings.simplefilter("ignore")  # of what a user chose
        return [_rows(partitioner.load_partition(index)) for index in range(count or partitioner.num_partitions)]


def _rows(partition: Any) -> npt.NDArray[np.int64]:
    """Reading rows publicly takes as long as the split; the index between a data set and its table has no public name."""
    rows: npt.NDArray[np.int64] = partition.data.column(0).to_numpy()
    return rows if partition._indices is None else rows[partition._indices.column(0).to_numpy()]


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
