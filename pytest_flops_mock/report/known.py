"""What a report says of its baseline: known findings, those that went away, and the stages that known errors hide."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pytest_flops_mock.findings import Finding
from pytest_flops_mock.stage import Severity

if TYPE_CHECKING:
    from pytest_flops_mock.report.report import Report


def verdict(report: Report) -> str:
    """The verdict in words: one that holds but for known errors says so."""
    known = sum(finding.severity is Severity.ERROR for finding in report.known)
    if not report.ok or not known:
        return report.verdict
    return f"{report.verdict} but for {known} known error{'' if known == 1 else 's'}"


def short(report: Report) -> list[str]:
    """What the verdict's line adds."""
    if not report.baseline:
        return []
    told = [f"{_codes(report.known)} known from {report.baseline}"] if report.known else []
    told += [f"not checked behind it: {', '.join(stage.value for stage in report.hidden)}"] if report.hidden else []
    return [*told, *([f"{_codes(report.gone)} gone"] if report.gone else [])]


def named(report: Report) -> list[tuple[str, Finding]]:
    """Each known finding and each that went away, with which of the two it is."""
    return [*(("known", finding) for finding in report.known), *(("gone", finding) for finding in report.gone)]


def _codes(findings: Iterable[Finding]) -> str:
    return ", ".join(sorted({finding.code for finding in findings}))
