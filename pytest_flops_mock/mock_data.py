"""A data set in partitions with their drift: what an SLA gives, before it is sent or shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pytest_flops_mock.data.digestible import check_types
from pytest_flops_mock.data.loaded import LoadedData
from pytest_flops_mock.flight.columns import check_columns
from pytest_flops_mock.partitions.counting import Counts, Label
from pytest_flops_mock.partitions.drift import with_drift
from pytest_flops_mock.partitions.heterogeneity import statistics_of
from pytest_flops_mock.partitions.splitting import Partition
from pytest_flops_mock.sla.partitioners import Partitioning, in_short
from pytest_flops_mock.sla.schemes import Drift
from pytest_flops_mock.statistics import SplitStatistics


@dataclass(frozen=True, eq=False)
class MockData:
    """A data set in partitions, before any row is asked for.

    Attributes:
        data: The data set.
        plan: How it was split; ``None`` for the IID partitions of an SLA without a partitioner.
        plain: The partitions without drift.
        drift: What is to be wrong with the rows.
        drifts: What of it each partition has.
        to_drift: The column that drift takes for the label.
        seed: Seed of the drift.
    """

    data: LoadedData
    plan: Partitioning | None
    plain: tuple[Partition, ...]
    drift: Drift
    drifts: tuple[Drift, ...]
    to_drift: str
    seed: int

    @property
    def label(self) -> Label:
        """The column whose values are counted."""
        return Label.of(self.data)

    def partitions(self) -> Iterator[Partition]:
        """The partitions with their drift, one at a time."""
        for partition, drift in zip(self.plain, self.drifts, strict=True):
            yield with_drift(partition, drift, seed=self.seed, label=self.to_drift)

    def statistics(self) -> SplitStatistics:
        """What the partitions hold, if FLOps' provider could send them. Rows go by in batches.

        Raises:
            DataSourceError: A partition cannot be made or sent.
        """
        return statistics_of([_counted(partition, self.label) for partition in self.partitions()])

    def origin(self, statistics: SplitStatistics) -> str:
        """Where the rows come from and what became of them, in words."""
        split_up = sum(partition.rows for partition in self.plain)
        told = [self.data.origin]
        told += [f"split by {in_short(self.plan)}"] if self.plan is not None else []
        told += [f"which leaves {split_up} of {len(self.data.rows)} rows"] if split_up != len(self.data.rows) else []
        told += [f"drift {self.drift.value}"] if self.drift.rules else []
        told += [f"which leaves {statistics.whole.rows}"] if statistics.whole.rows != split_up else []
        return ", ".join(told)


def _counted(partition: Partition, label: Label) -> Counts:
    """What a partition holds, if FLOps' provider could send it."""
    check_types(partition.schema, partition.where)
    check_columns(partition.schema, partition.where)
    counts = Counts(label)
    for batch in partition.batches():
        counts.add(batch)
    return counts
