"""What partitions hold → findings: those that are empty, small, without some classes, or far off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pytest_flops_mock.errors import Problem, listing
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.statistics import SplitStatistics

SHOWN = 6
"""How many partitions, and how many classes of one, a finding names."""


def partition_findings(
    statistics: SplitStatistics, where: str, *, min_rows: int, max_distance: float
) -> tuple[Finding, ...]:
    """At most one finding of a kind, which names the partitions.

    Args:
        statistics: What the partitions of one SLA hold.
        where: The SLA.
        min_rows: The fewest rows that a partition may have.
        max_distance: How far its labels may be off those of all rows.
    """
    return tuple(Finding.of(problem) for problem in _problems(statistics, where, min_rows, max_distance))


def _problems(statistics: SplitStatistics, where: str, min_rows: int, max_distance: float) -> Iterator[Problem]:
    sizes = [each.rows for each in statistics.partitions]
    if empty := [number for number, rows in enumerate(sizes) if not rows]:
        yield Problem(
            f"{_some(empty, sizes)} empty",
            where,
            expected="rows in each",
            got=f"none in {_named(empty)}",
            fix="let the repository work without rows, or ask for fewer or larger partitions, or for less drift",
            code="FM311",
        )
    if lacks := statistics.lacking:
        worst = sorted(lacks, key=lambda number: -len(lacks[number]))
        told = (f"{number} lacks {listing(map(_cut, lacks[number]), SHOWN)}" for number in worst)
        yield Problem(
            f"{_some(lacks, sizes, 'lacks', 'lack')} classes that others have",
            where,
            expected=f"the classes of {statistics.label}: {listing(map(_cut, statistics.classes))}",
            got="; ".join(_first(told, len(lacks))),
            fix="take the classes from the features and not from the rows; flops-mock partitions shows the split",
            code="FM312",
        )
    if few := {number: rows for number, rows in enumerate(sizes) if 0 < rows < min_rows}:
        smallest = sorted(few, key=lambda number: few[number])
        yield Problem(
            f"{_some(few, sizes)} smaller than asked for",
            where,
            expected=f"at least {min_rows:,} rows",
            got="; ".join(_first((f"{number} has {few[number]:,}" for number in smallest), len(few))),
            fix="ask for fewer or larger partitions, or lower min-rows",
            code="FM313",
        )
    chances = [each.by_chance or 0.0 for each in statistics.partitions]
    pairs = enumerate(zip(statistics.distances, chances, strict=True))
    far = {number: off for number, (off, chance) in pairs if off is not None and off > max(max_distance, chance)}
    if far:
        farthest = sorted(far, key=lambda number: -far[number])
        unit = "by Jensen-Shannon" if statistics.whole.target is None else "standard deviations by Wasserstein"
        yield Problem(
            f"the labels of {_some(far, sizes, 'are')} far off those of all rows",
            where,
            expected=f"a distance of {statistics.label} up to {max_distance:g}, {unit}",
            got="; ".join(_first((f"{number} is {far[number]:.2f} off" for number in farthest), len(far))),
            fix="see whether it is the split that you mean: flops-mock partitions shows it; or raise max-distance",
            code="FM314",
        )


def _some(numbers: Iterable[int], sizes: Sequence[int], one: str = "is", many: str = "are") -> str:
    count = len(list(numbers))
    return f"{count} of {len(sizes)} partition{'s' * (len(sizes) != 1)} {one if count == 1 else many}"


def _named(numbers: Sequence[int]) -> str:
    return f"partition{'s' * (len(numbers) != 1)} {listing(numbers)}"


def _first(told: Iterator[str], count: int) -> Iterator[str]:
    for _, text in zip(range(SHOWN), told, strict=False):
        yield f"partition {text}"
    if count > SHOWN:
        yield f"and {count - SHOWN} more"


def _cut(name: str) -> str:
    return name if len(name) <= 40 else f"{name[:39]}…"
