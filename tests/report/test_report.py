"""Findings and reports are plain frozen data, as text and as JSON."""

from __future__ import annotations

import dataclasses

import pytest
from standins.pages import PICTURES, SOUNDS, page, shown

from pytest_flops_mock import Finding, Outcome, Problem, Report, Stage
from pytest_flops_mock.errors import FlopsMockError
from pytest_flops_mock.findings import DataFacts, PartitionFacts, SentFacts, StageResult

ERROR = Finding.of(Problem("it breaks", where="a.py:1", expected="x", got="y", nearest="z", fix="fix it"), code="FM603")
WARNING = Finding.of(Problem("it may break"), code="FM004", detail="a line\nand another")
REPORT = Report(
    repository="my_repository",
    stages=(
        StageResult(Stage.SLA, Outcome.PASSED, 0.01),
        StageResult(Stage.TRANSFORM, Outcome.FAILED, 1.25),
        StageResult(Stage.LOAD, Outcome.SKIPPED, reason="needs provide"),
    ),
    findings=(WARNING, ERROR),
    data=DataFacts(
        (SentFacts("a.json", "t", "mnist", "synthetic", "synthetic twin", (PartitionFacts("t.0.parquet", 2, 16),)),),
        (("label", "int64"),),
        2,
    ),
    environment=(("Python", "3.11.7"), ("numpy", "2.0.0")),
)


def test_a_report_reads_well() -> None:
    assert str(REPORT) == (
        "repository  my_repository\n"
        "data        mnist: synthetic twin; 1 partition; 2 rows loaded\n"
        "python      Python 3.11.7, numpy 2.0.0\n"
        "stages      sla passed (0.01 s), transform failed (1.25 s), load skipped (needs provide)\n"
        "\n"
        "warning FM004 [sla] it may break\n"
        "    a line\n"
        "    and another\n"
        "\n"
        "error FM603 [transform] it breaks\n"
        "  where     a.py:1\n"
        "  expected  x\n"
        "  got       y\n"
        "  nearest   z\n"
        "  fix       fix it\n"
        "\n"
        "verdict     incompatible (1 error, 1 warning)"
    )


def test_only_errors_make_a_repository_incompatible() -> None:
    assert (REPORT.ok, REPORT.verdict, REPORT.errors) == (False, "incompatible", (ERROR,))
    harmless = dataclasses.replace(REPORT, findings=(WARNING,))
    assert (harmless.ok, harmless.verdict) == (True, "compatible")
    assert REPORT.outcome("transform") is Outcome.FAILED
    assert REPORT.outcome(Stage.PROVIDE) is Outcome.SKIPPED


def test_its_repr_is_one_line_that_pytest_does_not_cut() -> None:
    assert repr(REPORT) == "<Report incompatible: FM603 a.py:1: it breaks; my_repository>"
    long = dataclasses.replace(ERROR, problem=Problem("m" * 1000, code="FM603"))
    told = repr(dataclasses.replace(REPORT, repository="r" * 500, findings=(long, ERROR)))
    assert len(told) < 240
    assert "FM603 mmm" in told
    assert "(and 1 more); rrr" in told


def test_json_keeps_everything() -> None:
    assert Report.from_json(REPORT.to_json()) == REPORT
    assert Report.from_json(REPORT.to_json(indent=None)) == REPORT
    assert Report.from_json(Report("x").to_json()) == Report("x")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "other"}', REPORT.to_json().replace('"stages"', '"x"')])
def test_json_that_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"report|Expecting value"):
        Report.from_json(text)


def test_everything_is_frozen() -> None:
    for value in (REPORT, ERROR, Problem("x")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            value.message = "other"  # type: ignore[misc, union-attr]


def test_it_notes_that_it_was_asked_and_stays_what_it_is() -> None:
    asked, other = Report("x", findings=(WARNING,)), Report("x", findings=(WARNING,))
    assert not asked.asked
    assert asked.warnings == (WARNING,)
    assert asked.outcome(Stage.LOAD) is Outcome.SKIPPED
    assert not asked.asked
    assert asked.ok
    assert asked.asked
    assert not other.asked
    assert (asked, hash(asked), repr(asked), asked.to_json()) == (other, hash(other), repr(other), other.to_json())
    assert not dataclasses.replace(asked).asked


def test_an_error_shows_each_of_its_problems_with_its_parts() -> None:
    error = FlopsMockError(Problem("first", where="here\nand there"), Problem("second", fix="do it"))
    assert str(error) == "first\n  where     here\n            and there\nsecond\n  fix       do it"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"message": "it breaks"', '"message": 5'),
        ('"severity": "error"', '"severity": "bad"'),
        ('"stage": "sla"', '"stage": "other"'),
        ('"findings": [', '"findings": [3, '),
        ('"rows": 2,\n', '"rows": "many",\n'),
        ('"repository": "my_repository"', '"repository": 1'),
        ('"columns": {', '"columns": 1, "x": {'),
    ],
)
def test_a_report_with_values_that_none_has_is_refused(old: str, new: str) -> None:
    text = REPORT.to_json()
    assert old in text
    with pytest.raises(ValueError, match=r"report|is not a valid"):
        Report.from_json(text.replace(old, new))


@pytest.mark.parametrize("text", ["null", "NaN", '"x"', "[" * 100_000, "\ud800"])
def test_text_that_is_no_report_at_all_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a report of schema|Expecting value"):
        Report.from_json(text)


def test_its_repr_stays_one_line_whatever_it_holds() -> None:
    odd = dataclasses.replace(ERROR, problem=Problem("first\nsecond\t" + "ü" * 500, code="FM603"))
    told = repr(dataclasses.replace(REPORT, repository="a\nb" * 300, findings=(odd,) * 3))
    assert len(told) < 240
    assert "\n" not in told


@pytest.mark.parametrize(
    ("environments", "summary"),
    [
        ((), "incompatible (1 error, 1 warning)"),
        (("learner",), "incompatible (1 error, 1 warning)"),
        (("current", "learner"), "incompatible (1 error, 1 warning)"),
        (("path",), "incompatible (1 error, 1 warning)"),
        (("current",), "incompatible (1 error, 1 warning)"),
    ],
)
def test_an_error_is_one_whatever_else_was_tried(environments: tuple[str, ...], summary: str) -> None:
    report = dataclasses.replace(REPORT, environments=environments)
    assert report.summary == summary
    assert Report.from_json(report.to_json()) == report


def test_a_verdict_of_this_python_alone_says_that_the_learners_was_not_tried() -> None:
    assert Report("here", environments=("current",)).summary == (
        "compatible in this Python; the learner's was not tried: set env to learner"
    )


def test_a_report_is_a_page_of_html() -> None:
    assert ">Incompatible</h1>" in REPORT.to_html()
    assert "it breaks" in shown(page(REPORT.to_html()))


def test_rows_and_command_come_back_from_json() -> None:
    (sent,) = REPORT.data.sent
    data = dataclasses.replace(REPORT.data, sent=(dataclasses.replace(sent, shown=SOUNDS),))
    finding = dataclasses.replace(ERROR, rows=PICTURES)
    report = dataclasses.replace(REPORT, data=data, findings=(finding,), command="flops-mock check .")
    assert Report.from_json(report.to_json()) == report
