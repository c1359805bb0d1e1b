"""Federated rounds as the last stage of a check's report."""

from __future__ import annotations

from dataclasses import replace

from pytest_flops_mock.findings import StageResult
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.stage import Outcome, Stage


def with_rounds(report: Report, trained: Report) -> Report:
    """A check's report with what rounds came to; what both have found is told once.

    Args:
        report: What was known before.
        trained: The report of the rounds, or one that has them.
    """
    return replace(
        report,
        stages=(*report.stages, *(each for each in trained.stages if each.stage is Stage.ROUNDS)),
        findings=(*report.findings, *(each for each in trained.findings if each.stage is Stage.ROUNDS)),
        ignored=(*report.ignored, *(each for each in trained.ignored if each.stage is Stage.ROUNDS)),
        known=(*report.known, *(each for each in trained.known if each.stage is Stage.ROUNDS)),
        gone=(*report.gone, *(each for each in trained.gone if each.stage is Stage.ROUNDS)),
    )


def not_trained(report: Report) -> Report:
    """The report on a repository that is incompatible, with the stage that was skipped, and why."""
    failed = next((result.stage.value for result in report.stages if result.outcome is Outcome.FAILED), "")
    reason = f"needs {failed}" if failed else "needs a compatible repository"
    return replace(report, stages=(*report.stages, StageResult(Stage.ROUNDS, Outcome.SKIPPED, reason=reason)))
