"""How far partitions differ: measures of sizes and of label distributions, from what was counted of each partition."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pytest_flops_mock.partitions.counting import MAX_POINTS, Counts, Floats, all_moments, moments_of, squeezed
from pytest_flops_mock.statistics import CHANCE, PartitionStatistics, SplitStatistics, TargetSummary

FEW_VALUES = 100
ROWS_FOR_EACH = 20
"""Whole numbers are classes if there are few different ones, or so many rows for each; else they are a continuous target."""


MANY = 40
"""Of so many rows of a class in a partition, what is expected is that of chi-squared."""


def statistics_of(counts: Sequence[Counts]) -> SplitStatistics:
    """What the partitions of a data set hold.

    Args:
        counts: What was counted of each, in order; at least of one.
    """
    label, names = counts[0].label.column, counts[0].label.names
    sizes = np.array([each.rows for each in counts], float)
    missing: dict[str, int] = {}
    for each in counts:
        for column, gone in each.missing.items():
            missing[column] = missing.get(column, 0) + gone
    label = label if all(each.countable for each in counts) else ""
    whole: dict[str, Any] = {
        "rows": int(sizes.sum()),
        "missing": tuple(missing.items()),
        "unlabelled": sum(each.unlabelled for each in counts) if label else 0,
    }
    plain: list[dict[str, Any]] = [
        {"rows": each.rows, "missing": tuple(each.missing.items()), "unlabelled": each.unlabelled if label else 0}
        for each in counts
    ]
    classes: tuple[str, ...] = ()
    if label and _continuous(counts, names):
        _compare_targets(counts, plain, whole)
    elif label:
        classes = _compare_classes(counts, names, plain, whole)
    return SplitStatistics(
        label=label,
        classes=classes,
        partitions=tuple(PartitionStatistics(**each) for each in plain),
        whole=PartitionStatistics(**whole),
        size_variation=variation(sizes),
        size_gini=gini(sizes),
    )


def jensen_shannon(one: Floats, other: Floats) -> float:
    """Square root of the Jensen-Shannon divergence in base 2 of two distributions: from 0 to 1.

    Lin, "Divergence measures based on the Shannon entropy" (1991); that the root is a metric: Endres and Schindelin, "A new
    metric for probability distributions" (2003).
    """
    middle = (one + other) / 2
    divergence = _entropy(middle) - (_entropy(one) + _entropy(other)) / 2
    return math.sqrt(min(max(divergence / math.log(2), 0.0), 1.0))


def hellinger(one: Floats, other: Floats) -> float:
    """Hellinger distance of two distributions, from 0 to 1.

    Hellinger, "Neue Begründung der Theorie quadratischer Formen von unendlichvielen Veränderlichen" (1909), in the form of
    Le Cam, "Asymptotic Methods in Statistical Decision Theory" (1986).
    """
    return math.sqrt(min(float(((np.sqrt(one) - np.sqrt(other)) ** 2).sum()) / 2, 1.0))


def effective_classes(one: Floats) -> float:
    """``exp`` of the entropy: so many classes of equal size would be as diverse.

    Hill, "Diversity and evenness: a unifying notation and its consequences" (1973), the number of order 1.
    """
    return math.exp(_entropy(one))


def wasserstein(one: tuple[Floats, Floats], other: tuple[Floats, Floats]) -> float:
    """First Wasserstein distance of two weighted sets of numbers, in their unit.

    In one dimension it is the area between the distribution functions: Vallender, "Calculation of the Wasserstein distance
    between probability distributions on the line" (1974).
    """
    ends = np.unique(np.concatenate([one[0], other[0]]))
    return float((np.abs(_below(*one, ends) - _below(*other, ends))[:-1] * np.diff(ends)).sum())


def variation(sizes: Floats) -> float:
    """Coefficient of variation: standard deviation by mean (Pearson 1896)."""
    mean = float(sizes.mean()) if len(sizes) else 0.0
    return float(sizes.std()) / mean if mean else 0.0


def gini(sizes: Floats) -> float:
    """Gini coefficient: half of the mean difference of any two sizes, by their mean (Gini 1912)."""
    total, count = float(sizes.sum()), len(sizes)
    if not total:
        return 0.0
    ranks = np.arange(1, count + 1)
    return max(float(2 * (ranks * np.sort(sizes)).sum() / (count * total) - (count + 1) / count), 0.0)


def distance_by_chance(counted: Floats, rows: int, partitions: int) -> float:
    """Jensen-Shannon distance to all rows that so few may have, though they were drawn from them.

    What is expected is added up class by class: each gives a partition a binomial number of rows. Near 0 the divergence is
    an eighth of Pearson's chi-squared, whose upper tail has the bound of Laurent and Massart, "Adaptive estimation of a
    quadratic functional by model selection" (2000), lemma 1.

    Args:
        counted: How many rows there are of each class.
        rows: Number of rows of the partition.
        partitions: Into how many partitions they are split.
    """
    of = float(counted.sum())
    sizes, times = np.unique(np.maximum(np.round(counted), 1), return_counts=True)
    expected = sum(
        time * size / of * _divergence(int(size), min(rows / of, 1.0)) for size, time in zip(sizes, times, strict=True)
    )
    free, unlikely, left = 8 * rows * expected, math.log(partitions / CHANCE), _left(rows, int(of))
    tail = free + 2 * math.sqrt(free * unlikely * left) + 2 * unlikely * left
    return min(math.sqrt(tail / (8 * rows * math.log(2))), 1.0)


def _divergence(size: int, share: float) -> float:
    """What a class of that size adds to the divergence on average, for each of its rows, in a partition with that share."""
    mean = size * share
    if share >= 1 or mean > MANY:
        return (1 - share) / (8 * mean)
    there = np.arange(1, min(size, int(mean + 12 * math.sqrt(mean) + 30)) + 1)
    ways = np.cumsum(np.log((size - there + 1) / there))
    chances = np.exp(ways + there * math.log(share) + (size - there) * math.log1p(-share))
    ratios = there / mean
    terms = ratios * np.log(2 * ratios / (1 + ratios)) + np.log(2 / (1 + ratios))
    return float((chances * terms).sum() + (1 - share) ** size * math.log(2)) / 2


def _left(rows: int, of: int) -> float:
    """By how much rows that are drawn without replacement vary less (Serfling 1974)."""
    return 1 - (rows - 1) / max(of, rows)


def _continuous(counts: Sequence[Counts], names: Sequence[str]) -> bool:
    if any(each.points is not None for each in counts):
        return True
    values = {value for each in counts for value in each.values}
    if names or any(each.several for each in counts) or any(isinstance(value, str | bool) for value in values):
        return False
    rows = sum(each.rows for each in counts)
    return any(value != int(value) for value in values) or len(values) > max(FEW_VALUES, rows // ROWS_FOR_EACH)


def _compare_classes(
    counts: Sequence[Counts], names: Sequence[str], plain: Sequence[dict[str, Any]], whole: dict[str, Any]
) -> tuple[str, ...]:
    values = {value for each in counts for value in each.values}
    texts = any(isinstance(value, str) for value in values)
    order = sorted(values, key=str) if texts else sorted(values)
    named = {value: _named(value, names) for value in order}
    classes = tuple(dict.fromkeys(named.values()))
    places = {name: place for place, name in enumerate(classes)}

    def shares(values: Mapping[Any, int]) -> Floats:
        found = np.zeros(len(classes))
        for value, count in values.items():
            found[places[named[value]]] += count
        return found

    total = np.zeros(len(classes))
    for each in counts:
        total += shares(each.values)
    _describe(whole, total, classes)
    by_chance: dict[int, float] = {}
    for each, described in zip(counts, plain, strict=True):
        own = shares(each.values)
        if not own.sum():
            continue
        _describe(described, own, classes)
        described["jensen_shannon"] = jensen_shannon(own / own.sum(), total / total.sum())
        described["hellinger"] = hellinger(own / own.sum(), total / total.sum())
        # Several labels of one row come together: what counts is how often rows were drawn.
        rows, of = each.rows - each.unlabelled, whole["rows"] - whole["unlabelled"]
        if rows not in by_chance:
            by_chance[rows] = distance_by_chance(total * of / total.sum(), max(rows, 1), len(counts))
        described["by_chance"] = by_chance[rows]
        if not any(each.several for each in counts):
            described["lacks_by_chance"] = float(((1 - total / total.sum()) ** rows).sum())
    return classes


def _describe(described: dict[str, Any], counted: Floats, classes: Sequence[str]) -> None:
    if counted.sum():
        there = np.flatnonzero(counted)
        described["labels"] = tuple((classes[place], int(counted[place])) for place in there.tolist())
        described["effective_classes"] = effective_classes(counted / counted.sum())


def _compare_targets(counts: Sequence[Counts], plain: Sequence[dict[str, Any]], whole: dict[str, Any]) -> None:
    points = [squeezed(*each.numbers(), MAX_POINTS) for each in counts]
    moments = [moments_of(*each.numbers()) if each.points is None else each.moments for each in counts]
    ends = [each.ends if each.points is not None else _ends(each.numbers()[0]) for each in counts]
    values, weights = (np.concatenate([each[side] for each in points]) for side in (0, 1))
    everything = squeezed(values, weights, len(values))
    whole["target"] = _summary(everything, all_moments(moments), (min(e[0] for e in ends), max(e[1] for e in ends)))
    if whole["target"] is None:
        return
    spread = _spread(*everything) / (whole["target"].deviation or 1.0)
    unlikely = math.sqrt(2 * math.log(len(counts) / CHANCE))
    for own, moment, end, described in zip(points, moments, ends, plain, strict=True):
        described["target"] = _summary(own, moment, end)
        if described["target"] is not None:
            described["wasserstein"] = wasserstein(own, everything)
            # What is expected of IID rows (Bobkov and Ledoux 2019), and what may come on top (Gaussian concentration).
            rows = described["target"].values
            described["by_chance"] = (spread + unlikely) * math.sqrt(_left(rows, whole["target"].values) / rows)


def _summary(points: tuple[Floats, Floats], moments: tuple[int, float, float], ends: Any) -> TargetSummary | None:
    number, mean, squares = moments
    if not number:
        return None
    median = float(points[0][np.searchsorted(np.cumsum(points[1]), points[1].sum() / 2)])
    return TargetSummary(number, float(ends[0]), median, float(ends[1]), mean, math.sqrt(squares / number))


def _ends(values: Floats) -> tuple[float, float]:
    return (float(values.min()), float(values.max())) if len(values) else (math.inf, -math.inf)


def _below(values: Floats, weights: Floats, ends: Floats) -> Floats:
    """The share of the weight that is not above each end."""
    order = np.argsort(values, kind="stable")
    shares = np.concatenate([[0.0], np.cumsum(weights[order])]) / weights.sum()
    found: Floats = shares[np.searchsorted(values[order], ends, side="right")]
    return found


def _spread(values: Floats, weights: Floats) -> float:
    shares = np.clip(_below(values, weights, values)[:-1], 0, 1)
    return float((np.sqrt(shares * (1 - shares)) * np.diff(values)).sum())


def _entropy(one: Floats) -> float:
    there = one[one > 0]
    return float(-(there * np.log(there)).sum())


def _named(value: Any, names: Sequence[str]) -> str:
    if isinstance(value, str):
        return value
    if not isinstance(value, bool) and value == int(value):
        value = int(value)
        return names[value] if value < len(names) else str(value)
    return str(value)
