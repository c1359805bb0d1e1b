"""What a search found, as findings: severity by what the SLA's scheme gives, and all that a reader needs in five parts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from standins.found import broken

from pytest_flops_mock import Outcome, Report, Severity, Stage
from pytest_flops_mock.findings import StageResult
from pytest_flops_mock.search.found import Likelihood, SearchResult
from pytest_flops_mock.search.options import SearchOptions
from pytest_flops_mock.search.telling import odds, search_command, told

CHECKED = Report("./", (StageResult(Stage.EVALUATE, Outcome.PASSED),))
SOMETIMES = Likelihood(0.25, 0.2, 0.31, 200)
NEVER = Likelihood(0.0, 0.0, 0.0188, 200)


def search(*found: Any, strict: bool = False, ignore: tuple[str, ...] = (), **changes: Any) -> SearchResult:
    result = SearchResult(CHECKED, tuple(found), examples=200, tried=260, seconds=12.0)
    how = SearchOptions(strict=strict)
    return told(replace(result, **changes), how, lambda one: "tests/flops-found/test_x.py keeps it", ignore=ignore)


def test_a_finding_says_what_fails_on_what_why_how_likely_and_how_to_see_it_again() -> None:
    found = broken("few rows", likelihood=SOMETIMES, text="fewer than 3 rows", passes_with="3 rows", number=3)
    result = search(replace(found, text="2 rows whose labels are {7}"))
    (finding,) = result.report.findings
    assert str(finding.problem) == (
        "fails on a partition of 2 rows whose labels are {7}: ValueError: too few, data_manager.py:18\n"
        "  where     data_manager.py:18 in get_data\n"
        "  expected  it passes with 3 rows\n"
        "  got       fewer than 3 rows; so did 12 of 200 partitions that were tried; the SLA's scheme gives some learner "
        "such a partition in 25 % of 200 simulated splits (95 %: 20 % to 31 %)\n"
        "  fix       tests/flops-found/test_x.py keeps it"
    )
    assert finding.detail == "FM603 [transform] ValueError: too few\nValueError: too few"
    assert finding.frames[-1].place == "data_manager.py:18 in get_data", "GitHub annotates the line"


@pytest.mark.parametrize(
    ("likelihood", "confirmed", "strict", "code", "severity"),
    [
        (SOMETIMES, True, False, "FM1001", Severity.ERROR),
        (NEVER, True, False, "FM1002", Severity.WARNING),
        (NEVER, True, True, "FM1002", Severity.ERROR),
        (None, True, False, "FM1002", Severity.WARNING),
        (None, True, True, "FM1002", Severity.ERROR),
        (SOMETIMES, False, True, "FM1003", Severity.WARNING),
    ],
)
def test_what_the_scheme_gives_is_an_error_and_the_rest_warns_unless_told_otherwise(
    likelihood: Likelihood | None, confirmed: bool, strict: bool, code: str, severity: Severity
) -> None:
    result = search(broken(likelihood=likelihood, confirmed=confirmed), strict=strict)
    (finding,) = result.report.findings
    assert (finding.code, finding.severity, finding.stage) == (code, severity, Stage.SEARCH)
    assert result.ok is (severity is not Severity.ERROR)
    assert result.report.outcome("search") is (Outcome.PASSED if result.ok else Outcome.FAILED)


def test_a_code_that_is_ignored_does_not_count_and_is_named() -> None:
    result = search(broken(likelihood=SOMETIMES), ignore=("FM1001",))
    assert result.ok
    assert result.report.outcome("search") is Outcome.PASSED
    assert [finding.code for finding in result.report.ignored] == ["FM1001"]


def test_nothing_found_is_a_stage_that_passed_with_its_numbers() -> None:
    report = search().report
    assert report.findings == ()
    assert dict(report.stages[-1].facts) == {"examples": "200", "tried in all": "260", "failures": "0", "seed": "0"}
    assert "search      examples 200; tried in all 260; failures 0; seed 0" in str(report)


@pytest.mark.parametrize(("ended", "why"), [("seconds", "its time was up"), ("interrupted", "it was interrupted")])
def test_a_search_that_ended_early_says_so(ended: str, why: str) -> None:
    result = search(ended=ended, examples=17)
    (finding,) = result.report.findings
    assert (finding.code, result.ok) == ("FM1004", True)
    assert finding.message == f"the search ended after 17 of 200 partitions, since {why}"


def test_what_is_incompatible_is_not_searched() -> None:
    failed = replace(CHECKED, stages=(StageResult(Stage.TRAIN, Outcome.FAILED),))
    report = search(report=failed, ended="incompatible").report
    assert (report.stages[-1].outcome, report.stages[-1].reason) == (Outcome.SKIPPED, "needs train")


@pytest.mark.parametrize(
    ("likelihood", "words"),
    [
        (None, "how often the SLA's scheme gives some learner such a partition cannot be said"),
        (Likelihood(0, 0, 0), "the SLA's scheme never gives a learner such a partition"),
        (Likelihood(1, 1, 1), "the SLA's scheme always gives some learner such a partition"),
        (Likelihood(0.5, 0.5, 0.5), "the SLA's scheme gives some learner such a partition in 50 % of splits"),
        (NEVER, "the SLA's scheme gives no learner such a partition in 200 simulated splits (at most 1.9 % of them, 95 %)"),
        (
            Likelihood(0, 0, 1e-30, 40),
            "the SLA's scheme gives no learner such a partition in 40 simulated splits (and next to never will, 95 %)",
        ),
        (
            Likelihood(0.005, 0.0009, 0.0278, 200),
            "the SLA's scheme gives some learner such a partition in 0.5 % of 200 simulated splits (95 %: 0.09 % to 2.8 %)",
        ),
    ],
)
def test_how_likely_it_is_in_words(likelihood: Likelihood | None, words: str) -> None:
    assert odds(likelihood) == words


def test_who_looks_at_what_was_found_has_seen_it() -> None:
    result = replace(search(broken(likelihood=SOMETIMES)))
    result = replace(result, report=replace(result.report))
    assert not result.asked
    assert result.broken
    assert result.asked


def test_a_finding_has_its_rows_where_they_may_be_shown() -> None:
    result = SearchResult(CHECKED, (broken(likelihood=SOMETIMES),), examples=200)
    (finding,) = told(result, SearchOptions(), lambda one: "", show_rows=True).report.findings
    assert finding.rows is not None
    assert finding.rows.columns == ("x", "label")
    rows = [[value.text for value in row.values if value] for row in finding.rows.rows]
    assert rows == [["1.5", "7"], ["2.5", "7"]]
    (silent,) = told(result, SearchOptions(), lambda one: "").report.findings
    assert silent.rows is None


def test_the_command_searches_again() -> None:
    how = SearchOptions(examples=50, seed=3, seconds=2.5, through=Stage.TRAIN, strict=True)
    assert search_command("flops-mock check . --sla a.json", how) == (
        "flops-mock search . --sla a.json --examples=50 --seed=3 --seconds=2.5 --through=train --strict"
    )
    assert search_command("flops-mock check .", SearchOptions()) == "flops-mock search . --examples=200 --seed=0"
    assert search_command("", how) == ""
