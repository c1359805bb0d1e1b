"""Row numbers as a data set that Flower's partitioners split."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa


@dataclass(frozen=True, eq=False)
class Chosen:
    """The rows of one partition.

    Attributes:
        numbers: Their numbers, in order.
    """

    numbers: npt.NDArray[np.int32 | np.int64]


@cache
def row_numbers_class() -> Any:
    """A kind of ``datasets.Dataset``, which is made when it is needed, so that nothing else imports ``datasets`` for it."""
    from datasets import Dataset

    class RowNumbers(Dataset):  # type: ignore[misc]
        """The numbers of rows and the column that they are split by, if there is one.

        A data set in all that a partitioner asks of it, but choosing rows takes them at once. ``Dataset`` would keep an
        index of 8 bytes a row for each choice, and make a fingerprint of it, which takes longer than most splits.

        Args:
            table: The column to split by, if there is one, and the numbers as the last one.
            distinct: The different values of that column, in the order in which a partitioner is to see them; by default
                that of the rows.
        """

        def __init__(self, table: pa.Table, distinct: list[Any] | None = None) -> None:
            super().__init__(table, fingerprint="rows")
            self._distinct = distinct

        def __getitem__(self, column: str) -> Any:
            """A column as pandas reads it, at once; else Flower would go through it value by value."""
            return self.data.column(column).to_pandas()

        def select(self, indices: Any, *_: Any, **__: Any) -> Any:
            """Some of the rows, in the order of ``indices``: for good, or as a data set to sort by."""
            table = self.data.table
            if isinstance(indices, pa.Array):
                return RowNumbers(table.take(indices), self._distinct)
            numbers = table.column(table.num_columns - 1).to_numpy()
            if isinstance(indices, range) and indices.step == 1:
                return Chosen(numbers[indices.start : indices.start + len(indices)])
            return Chosen(numbers[np.asarray(indices, dtype=np.int64)])

        def unique(self, column: str) -> list[Any]:
            """The different values of a column."""
            return super().unique(column) if self._distinct is None else list(self._distinct)

    return RowNumbers


class Places(dict[int, Any]):
    """The rows of each partition by their place, as a partitioner notes them down, in 4 bytes a row.

    As lists of Python's numbers, which take 40, they would be the larger part of a split.
    """

    def __setitem__(self, partition: int, rows: Iterable[int]) -> None:
        super().__setitem__(partition, array("i", rows))
