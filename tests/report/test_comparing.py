"""What of two runs is new, the same, gone, or not seen; and reports that are held against an earlier run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_flops_mock import Finding, Outcome, Problem, Report, Severity, Stage
from pytest_flops_mock.findings import DataFacts, Frame, PartitionFacts, SentFacts, StageResult
from pytest_flops_mock.report.comparing import Baseline, changes, counterpart
from pytest_flops_mock.report.markdown import markdown
from pytest_flops_mock.stage import CHECKED


def finding(code: str, message: str = "it breaks", line: int = 0) -> Finding:
    frames = (Frame("a.py", line, "f", "g()"),) if line else ()
    return Finding.of(Problem(message, where=f"a.py:{line}"), code=code, frames=frames)


SYNTAX = finding("FM103", "invalid syntax (a.py, line 3)", 3)
COLUMN = finding("FM602", "the repository asks for column 'x'", 7)
WARNING = finding("FM004", "600 rows are few")


def stages(failed: Stage | None = None, *, skipped: tuple[Stage, ...] = ()) -> tuple[StageResult, ...]:
    results = []
    for stage in CHECKED:
        outcome = Outcome.FAILED if stage is failed else Outcome.SKIPPED if stage in skipped else Outcome.PASSED
        reason = "needs structure" if outcome is Outcome.SKIPPED else ""
        results.append(StageResult(stage, outcome, reason=reason))
    return tuple(results)


def report(*findings: Finding, sla: str = "mocks/a.json", failed: Stage | None = None, **more: object) -> Report:
    made = Report("r", stages=stages(failed), findings=findings, sla=sla)
    return replace(made, **more)  # type: ignore[arg-type]


def against(new: Report, *old: Report) -> Report:
    return Baseline("base.json", old).against(new)


def test_known_findings_do_not_count_and_their_stage_passes() -> None:
    told = against(report(SYNTAX, WARNING, failed=Stage.STRUCTURE), report(SYNTAX, WARNING, failed=Stage.STRUCTURE))
    assert (told.ok, told.findings, set(told.known), told.gone) == (True, (), {SYNTAX, WARNING}, ())
    assert told.outcome(Stage.STRUCTURE) is Outcome.PASSED
    assert told.summary == "compatible but for 1 known error; FM004, FM103 known from base.json"
    assert "known       error FM103 [structure] invalid syntax (a.py, line 3) (a.py:3)\n" in str(told)


def test_a_line_that_moved_and_another_number_are_still_known() -> None:
    moved = finding("FM103", "invalid syntax (a.py, line 9)", 9)
    rows = finding("FM004", "1,200 rows are few")
    assert against(report(moved, rows), report(SYNTAX, WARNING)).findings == ()


def test_a_new_error_counts_though_one_of_its_code_is_known() -> None:
    other = finding("FM602", "the repository asks for column 'y'", 7)
    told = against(report(COLUMN, other, failed=Stage.TRANSFORM), report(COLUMN))
    assert (told.findings, told.known, told.ok) == ((other,), (COLUMN,), False)
    assert told.outcome(Stage.TRANSFORM) is Outcome.FAILED
    assert told.summary == "incompatible (1 error); FM602 known from base.json"


def test_one_more_of_those_that_are_alike_is_new() -> None:
    one, two = finding("FM103", "array 1 is broken"), finding("FM103", "array 2 is broken")
    told = against(report(one, two), report(one))
    assert (len(told.findings), len(told.known)) == (1, 1)


def test_what_went_away_is_told_if_its_stage_has_run() -> None:
    told = against(report(), report(SYNTAX, COLUMN))
    assert told.gone == (SYNTAX, COLUMN)
    assert told.summary == "compatible; FM103, FM602 gone"
    hidden = report(SYNTAX, stages=stages(Stage.STRUCTURE, skipped=(Stage.LOAD, Stage.TRANSFORM)))
    told = against(hidden, report(SYNTAX, COLUMN))
    assert (told.gone, told.hidden) == ((), (Stage.LOAD, Stage.TRANSFORM))
    assert told.summary == (
        "compatible but for 1 known error; FM103 known from base.json; not checked behind what is known: load, transform"
    )
    part = replace(report(), stages=stages()[:2])
    assert against(part, report(COLUMN)).gone == ()


def test_a_new_error_may_hide_a_known_one_of_its_stage() -> None:
    told = against(report(finding("FM601", "z"), failed=Stage.TRANSFORM), report(COLUMN))
    assert (len(told.errors), told.gone) == (1, ())


def test_what_is_ignored_is_not_gone() -> None:
    assert against(report(ignored=(COLUMN,)), report(COLUMN)).gone == ()


def test_a_report_held_against_it_again_is_the_same_and_is_a_baseline_itself() -> None:
    old, new = report(SYNTAX, WARNING), report(SYNTAX, COLUMN, failed=Stage.TRANSFORM)
    once = against(new, old)
    assert against(once, old) == once
    assert Report.from_json(once.to_json()) == once
    later = against(new, once)  # what was new there is known from then on
    assert (later.findings, later.ok) == ((), True)


def test_what_one_sla_breaks_is_not_known_of_another() -> None:
    told = against(report(COLUMN, sla="b.json"), report(COLUMN, sla="mocks/a.json"), report(sla="mocks/b.json"))
    assert told.findings == (COLUMN,)
    told = against(report(SYNTAX, sla="new.json"), report(SYNTAX))
    assert told.findings == ()  # no data are needed to see it


@pytest.mark.parametrize(
    ("sla", "names", "found"),
    [
        ("mocks/a.json", ["mocks/b.json", "mocks/a.json"], 1),
        ("./mocks/a.json", ["mocks/a.json"], 0),
        ("/srv/x/mocks/a.json", ["mocks/b.json", "mocks/a.json"], 1),
        ("a.json", ["x/a.json", "y/a.json"], None),
        ("a.json", ["aa.json"], None),
        ("a.json + b.json", ["mocks/a.json + mocks/b.json", "a.json"], 0),
        ("", ["a.json"], None),
        ("", [""], 0),
    ],
)
def test_reports_are_paired_by_their_slas(sla: str, names: list[str], found: int | None) -> None:
    reports = [Report("r", sla=name) for name in names]
    assert counterpart(sla, reports) is (None if found is None else reports[found])


def test_severity_may_change() -> None:
    softer = replace(COLUMN, severity=Severity.WARNING)
    assert against(report(COLUMN), report(softer)).findings == ()


def test_stages_environment_and_data_that_differ_are_told() -> None:
    def data(rows: int) -> DataFacts:
        sent = SentFacts("a.json", "t", "mnist", "synthetic", "twin", (PartitionFacts("t.0.parquet", rows, 16),))
        return DataFacts((sent,), (("label", "int64"),), rows)

    old = report(SYNTAX, failed=Stage.STRUCTURE, data=data(2), environment=(("Python", "3.11.7"), ("numpy", "1.26")))
    new = report(data=data(3), environment=(("Python", "3.11.7"), ("numpy", "2.0"), ("torch", "2.1")))
    (told,) = changes([old], [new])
    assert told.stages == (("structure", "failed", "passed"),)
    assert told.environment == (("numpy", "1.26", "2.0"), ("torch", "", "2.1"))
    assert told.data == (("rows", "2", "3"), ("partitions", "2", "3"))
    assert (told.ok, told.findings.gone, told.old_verdict, told.new_verdict) == (
        True,
        (SYNTAX,),
        "incompatible",
        "compatible",
    )


def test_slas_of_one_run_alone_are_told() -> None:
    added, left = changes([report(COLUMN)], [report(COLUMN, sla="b.json")])
    assert (added.old_verdict, added.findings.new, added.ok) == ("", (COLUMN,), False)
    assert (left.new_verdict, left.findings.unseen, left.ok) == ("", (COLUMN,), True)


def test_a_known_error_is_failed_for_a_comparison() -> None:
    old = report(SYNTAX, failed=Stage.STRUCTURE)
    (told,) = changes([old], [against(old, old)])
    assert (told.stages, told.findings.same) == ((), (SYNTAX,))


def test_markdown_tells_what_is_known_and_what_is_gone() -> None:
    told = markdown([against(report(SYNTAX), report(SYNTAX, WARNING))], names=["a"])
    assert told.startswith("### flops-mock: compatible but for 1 known error: r with a\n")
    assert "\nFM103 known from base.json\n" in told
    assert "\n| known | error | FM103 | structure | invalid syntax (a.py, line 3) | a.py:3 |\n" in told
    assert "\n| gone | warning | FM004 | sla | 600 rows are few | a.py:0 |\n" in told
