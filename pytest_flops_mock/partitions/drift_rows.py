"""Drift of whole rows: rare classes, copies, rows that are not there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from pytest_flops_mock.partitions.drift_columns import Seed, classes_of, stream


def imbalanced(table: pa.Table, label: str, feature: Any, share: float, seed: Seed) -> pa.Table:
    """Rows of later classes are left out more often than those of earlier ones; rows without a class stay."""
    values = table[label].to_pylist()
    classes = classes_of(values, feature)
    chances = {value: 1 - share * rank / max(len(classes) - 1, 1) for rank, value in enumerate(classes)}
    stay = stream(seed, "imbalance", label).random(len(values)) < np.array([chances.get(value, 1.0) for value in values])
    return table.filter(pa.array(stay))


def repeating(table: pa.Table, share: float, seed: Seed) -> pa.Table:
    """A share of the rows gives way to another row of the same partition."""
    rng, rows = stream(seed, "duplicates"), np.arange(table.num_rows)
    repeated, shifts = rng.random(len(rows)) < share, rng.random(len(rows))
    others = (rows + 1 + (shifts * (len(rows) - 1)).astype(np.int64)) % max(len(rows), 1)
    return table.take(pa.array(np.where(repeated, others, rows)))


def left(table: pa.Table, share: float, seed: Seed) -> pa.Table:
    """A share of the rows is not there."""
    return table.filter(pa.array(stream(seed, "lost").random(table.num_rows) >= share))
