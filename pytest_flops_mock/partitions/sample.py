"""Any partition that could be made of some rows: which of them, in which order, how often, and with which drift."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pytest_flops_mock.partitions.drift import drifted
from pytest_flops_mock.sla.schemes import drift_of


@dataclass(frozen=True)
class Sample:
    """One partition of a population, as it can be written down.

    Attributes:
        rows: Positions in the population, in the partition's order; one that comes twice is a duplicate.
        drift: What is wrong with them, as users write it.
        seed: Seed of the drift.
    """

    rows: tuple[int, ...]
    drift: str = ""
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Population:
    """The rows that partitions are made of.

    Attributes:
        name: The data set, as the SLA says it.
        table: All rows as a learner gets them: under their features, media as bytes.
        label: The column that a model learns to tell; empty if nobody said it.
    """

    name: str
    table: pa.Table
    label: str = ""

    def partition(self, sample: Sample) -> pa.Table:
        """The rows of a sample, with its drift.

        Raises:
            DataSourceError: The drift cannot be had with these rows.
        """
        table = self.table.take(pa.array(np.array(sample.rows, dtype=np.int64)))
        return drifted(table, drift_of(sample.drift), seed=sample.seed, label=self.label) if sample.drift else table
