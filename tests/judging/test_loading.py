"""Whether the learner has the rows that were sent: from facts alone, without a process."""

from __future__ import annotations

import pytest

from pytest_flops_mock.findings import PartitionFacts
from pytest_flops_mock.judging.loading import equal_partitions, row_findings
from pytest_flops_mock.learner.facts import Loaded
from pytest_flops_mock.stage import Severity, Stage

URI = "grpc://127.0.0.1:1"
A, B, OTHER = (f"tag.{digit * 32}.parquet" for digit in "abc")
ELSEWHERE = f"else.{'d' * 32}.parquet"


def sent(*parts: tuple[str, int]) -> tuple[PartitionFacts, ...]:
    return tuple(PartitionFacts(name, rows, 100) for name, rows in parts)


def loaded(*parts: tuple[str, int]) -> Loaded:
    return Loaded(sum(rows for _, rows in parts), parts, (), {}, {})


def test_equal_partitions_are_told_with_the_numbers() -> None:
    """Contract, section 2: equal content gives an equal name, so sending twice stores once."""
    (finding,) = equal_partitions(sent((A, 200), (A, 200), (A, 200)))
    assert (finding.code, finding.severity, finding.stage) == ("FM307", Severity.WARNING, Stage.PROVIDE)
    assert str(finding.problem).splitlines() == [
        "partitions with equal rows overwrite each other: 200 of 600 rows are left",
        f"  where     {A}, sent 3 times",
        "  expected  3 partitions that differ, 600 rows",
        "  got       1 partition, 200 rows; learners train on those",
        "  fix       ask for fewer partitions, or use data whose rows differ: equal rows give equal names",
    ]


def test_nothing_is_said_of_what_arrives_as_it_was_sent() -> None:
    parts = ((A, 200), (B, 201))
    assert equal_partitions(sent(*parts)) == ()
    assert row_findings(sent(*parts), loaded(*reversed(parts)), URI) == ()
    assert row_findings(sent((A, 200), (A, 200)), loaded((A, 200)), URI) == (), "the stage provide has told it"
    assert row_findings((), loaded((A, 200)), URI) == (), "the server's own data"
    assert equal_partitions(sent((A, 0), (A, 0), (B, 5))) == (), "no row of empty partitions can be lost"
    assert row_findings(sent((A, 200)), loaded((A, 200), (ELSEWHERE, 5)), URI) == (), "another tag that was asked for"


@pytest.mark.parametrize(
    ("arrived", "code", "message", "got"),
    [
        (
            ((A, 200), (B, 150)),
            "FM406",
            "the learner did not load 50 of the 400 rows that were sent",
            f"{B} with 150 rows",
        ),
        (((A, 200),), "FM406", "the learner did not load 200 of the 400 rows that were sent", f"no {B}"),
        (
            ((A, 200), (B, 200), (OTHER, 1)),
            "FM405",
            "the learner loaded 1 row that this run did not send",
            f"{OTHER} with 1 row more",
        ),
        (
            ((A, 200), (B, 200), (B, 200)),
            "FM405",
            "the learner loaded 200 rows that this run did not send",
            f"{B} with 200 rows more",
        ),
    ],
)
def test_rows_that_differ_are_a_warning(arrived: tuple[tuple[str, int], ...], code: str, message: str, got: str) -> None:
    """Contract, section 3: the server overwrites and keeps; section 4: it merges by tag whatever was sent."""
    (finding,) = row_findings(sent((A, 200), (B, 200)), loaded(*arrived), URI)
    assert (finding.code, finding.severity, finding.stage) == (code, Severity.WARNING, Stage.LOAD)
    assert (finding.message, finding.problem.got) == (message, got)


def test_a_foreign_file_in_place_of_a_partition_is_told_from_both_sides() -> None:
    told = row_findings(sent((A, 200), (B, 200)), loaded((A, 200), (OTHER, 30)), URI)
    assert [(finding.code, finding.problem.got) for finding in told] == [
        ("FM406", f"no {B}"),
        ("FM405", f"{OTHER} with 30 rows more"),
    ]


@pytest.mark.parametrize(
    ("before", "expected"), [(sent((A, 200)), "the 200 rows that were sent"), ((), "partitions with rows")]
)
def test_no_rows_at_all_are_an_error(before: tuple[PartitionFacts, ...], expected: str) -> None:
    """Contract, section 4: learners train on what is left; of nothing there is nothing to learn."""
    (finding,) = row_findings(before, loaded((A, 0)), URI)
    assert (finding.code, finding.severity, finding.stage) == ("FM407", Severity.ERROR, Stage.LOAD)
    assert finding.message == "the learner's data set has no rows"
    assert (finding.problem.expected, finding.problem.got) == (expected, f"1 partition without rows: {A}")
