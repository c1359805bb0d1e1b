"""All splits of a twin at once."""

from __future__ import annotations

from collections.abc import Collection

import datasets

from pytest_flops_mock.data.twins.engine import features_of
from pytest_flops_mock.data.twins.making import make_split
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


def split_rows(twin: Twin, rows: int) -> dict[str, int]:
    """How many rows each split gets: in the real proportions, but one for each class, and no more than the main split."""
    classes = [kind.num_classes for kind in features_of(twin).values() if isinstance(kind, datasets.ClassLabel)]
    least, size = max(classes, default=1), twin.splits[twin.main]
    shares = {name: min(rows, -(-rows * real // size)) for name, real in twin.splits.items()}
    return {name: rows if name == twin.main else max(least, share) for name, share in shares.items()}
