"""Row numbers as a data set that Flower's partitioners split. Imports ``datasets``, so it is itself imported late."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from datasets import Dataset


class RowNumbers(Dataset):  # type: ignore[misc]
    """The numbers of rows and the column that they are split by, if there is one.

    A data set in all that a partitioner asks of it, but choosing rows takes them at once. ``Dataset`` would keep an index of
    8 bytes a row for each choice, and make a fingerprint of it, which takes longer than most splits.

    Args:
        table: The column to split by, if there is one, and the numbers as the last one.
        distinct: The different values of that column, in the order in which a partitioner is to see them; by default that of
            the rows.
    """

    def __init__(self, table: pa.Table, distinct: list[Any] | None = None) -> None:
        super().__init__(table, fingerprint="rows")
        # As pandas a column is read at once; else Flower goes through it value by value, which takes most of its time.
        self.set_format("pandas")
        self._distinct = distinct

    @property
    def numbers(self) -> npt.NDArray[np.integer[Any]]:
        """The numbers of the rows, in order."""
        numbers: npt.NDArray[np.integer[Any]] = self.data.column(self.num_columns - 1).to_numpy()
        return numbers

    def select(self, indices: Any, *_: Any, **__: Any) -> RowNumbers:
        """Some of the rows, in the order of ``indices``."""
        if isinstance(indices, range) and indices.step == 1:
            return RowNumbers(self.data.table.slice(indices.start, len(indices)), self._distinct)
        chosen = indices if isinstance(indices, pa.Array) else pa.array(np.asarray(indices, dtype=np.int64))
        return RowNumbers(self.data.table.take(chosen), self._distinct)

    def unique(self, column: str) -> list[Any]:
        """The different values of a column."""
        return super().unique(column) if self._distinct is None else list(self._distinct)


class Places(dict[int, Any]):
    """The rows of each partition by their place, as a partitioner notes them down, in 4 bytes a row.

    As lists of Python's numbers, which take 40, they would be the larger part of a split.
    """

    def __setitem__(self, partition: int, rows: Iterable[int]) -> None:
        super().__setitem__(partition, array("i", rows))
