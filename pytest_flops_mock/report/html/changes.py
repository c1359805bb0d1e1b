"""What the page shows of two runs side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pytest_flops_mock.findings import Finding
from pytest_flops_mock.report.comparing import Change
from pytest_flops_mock.report.html.views import MAX_FINDINGS, FindingView, finding_view
from pytest_flops_mock.report.markdown import failures_first
from pytest_flops_mock.report.text import counted
from pytest_flops_mock.stage import Severity

MAX_DIFFERENCES = 200
"""Rows of a table; the JSON has all."""


@dataclass(frozen=True)
class DifferencesView:
    """What differs beside the findings: stages, packages or data."""

    name: str
    rows: tuple[tuple[str, str, str], ...]
    left_out: int


@dataclass(frozen=True)
class ChangeView:
    """What became of one SLA.

    Attributes:
        anchor: Begins its identifiers.
        new: Findings that the newer run alone has.
        apart: The others, each with what it is.
        left_out: How many findings there are beside.
    """

    anchor: str
    name: str
    ok: bool
    before: str
    now: str
    counts: tuple[tuple[str, int], ...]
    new: tuple[FindingView, ...]
    apart: tuple[FindingView, ...]
    left_out: int
    differences: tuple[DifferencesView, ...]


def change_view(change: Change, anchor: str) -> ChangeView:
    """What is shown of an SLA.

    Args:
        change: What became of it.
        anchor: Begins its identifiers.
    """
    found = change.findings
    groups = (("new", found.new), ("gone", found.gone), ("unseen", found.unseen), ("same", found.same))
    shown = {state: tuple(_shown(findings, anchor, state)) for state, findings in groups}
    return ChangeView(
        anchor=anchor,
        name=change.sla or "without an SLA",
        ok=change.ok,
        before=change.old_verdict or "not checked",
        now=change.new_verdict or "not checked",
        counts=tuple((state, len(findings)) for state, findings in groups),
        new=shown["new"],
        apart=(*shown["gone"], *shown["unseen"], *shown["same"]),
        left_out=sum(len(findings) - len(shown[state]) for state, findings in groups),
        differences=tuple(_differences(change)),
    )


def verdict_of(changes: Sequence[Change]) -> str:
    """Whether something is new that is an error, in a few words."""
    new = [finding for change in changes for finding in change.findings.new]
    errors = sum(finding.severity is Severity.ERROR for finding in new)
    return counted(errors, "new error") if errors else "No new error"


def _shown(findings: Iterable[Finding], anchor: str, state: str) -> Iterator[FindingView]:
    for number, finding in enumerate(failures_first(findings)[:MAX_FINDINGS], 1):
        yield finding_view(finding, f"{anchor}{state}-{number}", state)


def _differences(change: Change) -> Iterator[DifferencesView]:
    for name, rows in (("Stages", change.stages), ("Environment", change.environment), ("Data", change.data)):
        if rows:
            told = tuple((what, old or "none", new or "none") for what, old, new in rows[:MAX_DIFFERENCES])
            yield DifferencesView(name, told, max(len(rows) - MAX_DIFFERENCES, 0))
