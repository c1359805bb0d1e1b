"""What partitions hold, as frozen plain numbers: sizes, labels, what is missing, and how far they differ."""

from __future__ import annotations

from dataclasses import dataclass


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
    def is_even(self) -> bool:
        """Whether all partitions have as many rows, no value is missing, and chance explains how their labels differ."""
        sizes = [each.rows for each in self.partitions]
        pairs = zip(self.distances, self.partitions, strict=True)
        alike = all(off is None or each.by_chance is None or off <= each.by_chance for off, each in pairs)
        return max(sizes, default=0) - min(sizes, default=0) <= 1 and not self.whole.missing and alike
