"""What row code starts from: the classes of some rows, and the columns that are drawn already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from pytest_flops_mock.data.twins.drawing.pixels import Ints


@dataclass(frozen=True)
class Drawn:
    """What has been drawn of some rows.

    Attributes:
        classes: Number of each row's class, shape ``(rows,)``.
        names: The classes; a single one if there are none.
        columns: The columns whose values are described, by name.
        first: The number of the first of the rows in their split.
    """

    classes: Ints
    names: tuple[str, ...]
    columns: Mapping[str, pa.Array] = field(default_factory=dict)
    first: int = 0

    def __len__(self) -> int:
        return len(self.classes)

    def repeated(self, times: Ints) -> Drawn:
        """The classes of items of which each row has several."""
        return Drawn(np.repeat(self.classes, times), self.names)

    def values(self, column: str) -> list[Any]:
        """The values of a described column."""
        values: list[Any] = self.columns[column].to_pylist()
        return values
