"""What partitions hold, as findings: one of a kind for all partitions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from standins.splits import split_of

from pytest_flops_mock import Finding, Severity, Stage
from pytest_flops_mock.judging.partitions import partition_findings
from pytest_flops_mock.statistics import SplitStatistics

NAMES = [f"class {number}" for number in range(10)]


def found(statistics: SplitStatistics, min_rows: int = 1, max_distance: float = 0.5) -> tuple[Finding, ...]:
    return partition_findings(statistics, "mocks/a.json", min_rows=min_rows, max_distance=max_distance)


def codes(statistics: SplitStatistics, **limits: Any) -> list[str]:
    return [finding.code for finding in found(statistics, **limits)]


@pytest.mark.parametrize("rows", [1, 3, 20, 200])
@pytest.mark.parametrize("parts", [1, 2, 30])
def test_there_is_nothing_to_say_of_iid_partitions_however_small(parts: int, rows: int) -> None:
    for seed in range(5):
        labels = np.random.default_rng(seed).permutation(np.arange(parts * rows) % 10)
        assert not found(split_of(*np.split(labels, parts), names=NAMES))
        assert not found(split_of(*np.split(np.random.default_rng(seed).normal(size=parts * rows), parts)))


def test_empty_partitions_are_one_warning_that_names_them() -> None:
    (finding,) = found(split_of([0, 1], [], [1, 0], [], names=NAMES))
    assert (finding.code, finding.severity, finding.stage) == ("FM311", Severity.WARNING, Stage.PROVIDE)
    assert finding.message == "2 of 4 partitions are empty"
    assert (finding.problem.where, finding.problem.got) == ("mocks/a.json", "none in partitions 1, 3")


def test_classes_that_chance_would_have_given_a_partition_are_named() -> None:
    whole = list(range(10)) * 10
    statistics = split_of(whole, [each for each in whole if each not in (3, 7)] * 2, whole, names=NAMES)
    (finding,) = found(statistics)
    assert (finding.code, finding.severity) == ("FM312", Severity.INFO)
    assert finding.message == "1 of 3 partitions lacks classes that others have"
    assert finding.problem.got == "partition 1 lacks class 3, class 7"


def test_many_small_partitions_tell_together_what_chance_may_do_to_one() -> None:
    one = split_of([0, 1] * 3, *([number % 10 for number in range(start, start + 6)] for start in range(9)), names=NAMES)
    assert "FM312" not in codes(one)
    (finding,) = (
        each for each in found(split_of(*([n % 10, n % 9] * 3 for n in range(60)), names=NAMES)) if each.code == "FM312"
    )
    assert finding.message == "60 of 60 partitions lack classes that others have"
    assert "FM312" not in codes(split_of(*([[n % 10, n % 9]] * 3 for n in range(60)), names=NAMES))  # several labels a row


def test_partitions_with_fewer_rows_than_asked_for_are_a_warning_and_empty_ones_are_not_told_twice() -> None:
    statistics = split_of([0, 1] * 20, [0, 1, 0], [1], [], names=NAMES)
    assert codes(statistics) == ["FM311"]
    empty, few = found(statistics, min_rows=10)
    assert (few.code, few.severity) == ("FM313", Severity.WARNING)
    assert few.message == "2 of 4 partitions are smaller than asked for"
    assert (few.problem.expected, few.problem.got) == ("at least 10 rows", "partition 2 has 1; partition 1 has 3")
    assert empty.code == "FM311"


def test_labels_that_lie_far_off_are_told_with_the_distance() -> None:
    statistics = split_of([0] * 100, [1] * 60 + [2] * 50, [0, 1, 2] * 60, names=NAMES)
    far = next(finding for finding in found(statistics) if finding.code == "FM314")
    assert far.severity is Severity.INFO
    assert far.message == "the labels of 1 of 3 partitions are far off those of all rows"
    assert far.problem.got == "partition 0 is 0.62 off"
    assert "FM314" not in codes(statistics, max_distance=0.7)


def test_a_continuous_target_is_measured_in_standard_deviations() -> None:
    rng = np.random.default_rng(1)
    statistics = split_of(rng.normal(0, 1, 200), rng.normal(0, 1, 200), rng.normal(4, 1, 200))
    (finding,) = found(statistics, max_distance=1)
    assert finding.code == "FM314"
    assert "standard deviations by Wasserstein" in finding.problem.expected
    assert finding.problem.got.startswith("partition 2 is 1.")


def test_a_finding_names_a_few_partitions_and_counts_the_rest() -> None:
    statistics = split_of(*([number] * 50 for number in range(40)), names=[f"class {n}" for n in range(40)])
    for finding in found(statistics, min_rows=60):
        assert finding.problem.got.endswith("; and 34 more")
        assert len(finding.problem.got) < 1500
    assert codes(statistics, min_rows=60) == ["FM312", "FM313", "FM314"]


def test_without_labels_only_sizes_are_judged() -> None:
    assert codes(split_of([{"x": 1}] * 30, [], [{"x": 1}]), min_rows=5) == ["FM311", "FM313"]
