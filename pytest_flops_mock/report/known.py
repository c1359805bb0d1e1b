"""What a report says of its baseline: known findings, those that went away, and the stages that known errors hide."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pytest_flops_mock.findings import Finding
from pytest_flops_mock.stage import Severity

if TYPE_CHECKING:
    from pytest_flops_mock.report.report import Report


def but_for(report: Report) -> str:
    """What the verdict holds but for: ``" but for 2 known errors"``, or nothing."""
    known = sum(finding.severity is Severity.ERROR for finding in report.known)
    return f" but for {known} known error{'' if known == 1 else 's'}" if report.ok and known else ""


def short(report: Report) -> list[str]:
    """What the verdict's line adds."""
    if not report.baseline:
        return []
    told = [f"{_codes(report.known)} known from {report.baseline}"] if report.known else []
    told += (
        [f"not checked behind what is known: {', '.join(stage.value for stage in report.hidden)}"] if report.hidden else []
    )
    return [*told, *([f"{_codes(report.gone)} gone"] if report.gone else [])]


def named(report: Report) -> list[tuple[str, Finding]]:
    """Each known finding and each that went away, with which of the two it is."""
    return [*(("known", finding) for finding in report.known), *(("gone", finding) for finding in report.gone)]


def _codes(findings: Iterable[Finding]) -> str:
    return ", ".join(sorted({finding.code for finding in findings}))
