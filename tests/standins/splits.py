"""Statistics of partitions whose only column is the label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from pytest_flops_mock.partitions.counting import Counts, Label
from pytest_flops_mock.partitions.heterogeneity import statistics_of
from pytest_flops_mock.statistics import SplitStatistics


def split_of(*parts: Any, names: Sequence[str] = (), label: str = "y") -> SplitStatistics:
    """The statistics of partitions, each given by its labels; ``names`` are those of a ``ClassLabel``."""
    counts = []
    for part in parts:
        counts.append(Counts(Label(label, bool(names), tuple(names))))
        counts[-1].add(pa.RecordBatch.from_arrays([part if isinstance(part, pa.Array) else pa.array(part)], ["y"]))
    return statistics_of(counts)
