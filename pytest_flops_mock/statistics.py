"""What partitions hold, as frozen plain numbers: sizes, labels, what is missing, and how far they differ."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

CHANCE = 1e-3
"""How likely it is at most that an IID split is taken for one that is not."""


@dataclass(frozen=True)
class TargetSummary:
    """The values of a continuous target.

    Attributes:
        values: How many there are.
        minimum: The smallest.
        median: Half of them are not above it.
        maximum: The largest.
        mean: Their mean.
        deviation: Their standard deviation.
    """

    values: int
    minimum: float
    median: float
    maximum: float
    mean: float
    deviation: float


@dataclass(frozen=True)
class PartitionStatistics:
    """What one partition holds, or all of them together.

    Attributes:
        rows: Number of rows.
        labels: How often each class occurs, in the order of the classes; only those that do.
        unlabelled: Rows without a label: it is missing, no number, or below 0 in a column of the feature ``ClassLabel``.
        target: The label's values, where it is continuous.
        missing: Values that are missing (null or NaN), by column; only columns where some are.
        effective_classes: How many classes of equal size would be as diverse: ``exp`` of the entropy, the Hill number of
            order 1 (Hill 1973, "Diversity and evenness").
        jensen_shannon: Distance of its label distribution to that of all rows: the square root of the Jensen-Shannon
            divergence in base 2, from 0 to 1 (Lin 1991; a metric: Endres and Schindelin 2003).
        hellinger: The same by Hellinger's distance, from 0 to 1 (Hellinger 1909; Le Cam 1986).
        wasserstein: Distance of its target's values to those of all rows, in the target's own unit: the area between the
            two distribution functions (Kantorovich 1942; Vallender 1974).
        by_chance: Up to where chance explains its distance, in the unit of :attr:`SplitStatistics.distances`.
        lacks_by_chance: How many classes so many rows lack on average if they are drawn from all; ``None`` where rows have
            several labels.
    """

    rows: int
    labels: tuple[tuple[str, int], ...] = ()
    unlabelled: int = 0
    target: TargetSummary | None = None
    missing: tuple[tuple[str, int], ...] = ()
    effective_classes: float | None = None
    jensen_shannon: float | None = None
    hellinger: float | None = None
    wasserstein: float | None = None
    by_chance: float | None = None
    lacks_by_chance: float | None = None


@dataclass(frozen=True)
class SplitStatistics:
    """What the partitions of one data set hold, and how far they differ from all rows together.

    Attributes:
        label: The column with the labels; empty if it is not clear which that is.
        classes: The classes that occur; empty for a continuous target, and for a column that holds no classes.
        partitions: Each partition, in order.
        whole: All of them together.
        size_variation: Coefficient of variation of the sizes: their standard deviation by their mean (Pearson 1896).
        size_gini: Gini coefficient of the sizes: 0 if all are equal, towards 1 if one partition has all (Gini 1912).
    """

    label: str
    classes: tuple[str, ...]
    partitions: tuple[PartitionStatistics, ...]
    whole: PartitionStatistics
    size_variation: float
    size_gini: float

    @property
    def distances(self) -> tuple[float | None, ...]:
        """How far the labels of each partition are off those of all rows; ``None`` for a partition without labels.

        The Jensen-Shannon distance; for a continuous target Wasserstein's, in standard deviations of all rows.
        """
        if self.whole.target is None:
            return tuple(each.jensen_shannon for each in self.partitions)
        unit = self.whole.target.deviation or 1.0
        return tuple(None if each.wasserstein is None else each.wasserstein / unit for each in self.partitions)

    @property
    def lacking(self) -> Mapping[int, tuple[str, ...]]:
        """The classes that partitions lack, by their numbers, where chance does not explain it.

        That a partition lacks so many, or that all of them together do, is less likely than ``CHANCE`` by Chernoff's bound.
        It holds for counts of empty classes, since fewer rows of one leave more for others (Dubhashi and Ranjan 1998).
        """
        found: dict[int, tuple[str, ...]] = {}
        alone: set[int] = set()
        expected = 0.0
        for number, each in enumerate(self.partitions):
            if each.lacks_by_chance is None:
                continue
            own = {name for name, _ in each.labels}
            lacks = tuple(name for name in self.classes if name not in own)
            expected += each.lacks_by_chance
            if lacks:
                found[number] = lacks
                if _too_many(len(lacks), each.lacks_by_chance, CHANCE / len(self.partitions)):
                    alone.add(number)
        together = _too_many(sum(map(len, found.values())), expected, CHANCE)
        return found if together else {number: lacks for number, lacks in found.items() if number in alone}

    @property
    def is_even(self) -> bool:
        """Whether all partitions have as many rows, no value is missing, and chance explains how their labels differ."""
        sizes = [each.rows for each in self.partitions]
        pairs = zip(self.distances, self.partitions, strict=True)
        alike = all(off is None or each.by_chance is None or off <= each.by_chance for off, each in pairs)
        return max(sizes, default=0) - min(sizes, default=0) <= 1 and not self.whole.missing and alike and not self.lacking


def _too_many(count: int, expected: float, chance: float) -> bool:
    """Whether so many are less likely than that, where so many are expected (Chernoff 1952)."""
    expected = max(expected, 1e-300)
    return count > expected and count - expected + count * math.log(expected / count) < math.log(chance)
