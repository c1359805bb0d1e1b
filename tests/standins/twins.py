"""All splits of a twin at once."""

from __future__ import annotations

from collections.abc import Collection

import datasets

from pytest_flops_mock.data.twins.making import make_split, split_rows
from pytest_flops_mock.data.twins.twin import Twin


def make_twin(twin: Twin, *, rows: int = 600, seed: int = 42, splits: Collection[str] | None = None) -> datasets.DatasetDict:
    """The splits of a twin in memory, or some of them.

    Args:
        twin: Which one.
        rows: How many rows its main split gets; see :func:`split_rows` for the others.
        seed: See ``twin_batches``.
        splits: Names of those wanted; all unless given.
    """
    counts = split_rows(twin, rows)
    wanted = counts if splits is None else splits
    return datasets.DatasetDict({split: make_split(twin, split, rows=counts[split], seed=seed) for split in wanted})
