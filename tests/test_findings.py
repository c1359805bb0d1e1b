"""Findings are problems with the stage and severity of their code."""

from __future__ import annotations

from pytest_flops_mock import Problem, Severity
from pytest_flops_mock.errors import LoadError
from pytest_flops_mock.findings import findings_of


def test_an_error_becomes_findings_with_the_codes_of_its_problems() -> None:
    error = LoadError(Problem("a"), Problem("b", code="FM402"))
    assert [(finding.code, finding.message, finding.severity) for finding in findings_of(error)] == [
        ("FM401", "a", Severity.ERROR),
        ("FM402", "b", Severity.ERROR),
    ]
