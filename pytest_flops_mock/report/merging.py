"""What several reports found, each once: writers for other tools show a fault of the repository once, not with each SLA."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from pytest_flops_mock.findings import Finding
from pytest_flops_mock.report.identity import Identity, numbered
from pytest_flops_mock.report.markdown import failures_first
from pytest_flops_mock.report.report import Report

State = Literal["counts", "known", "ignored", "gone"]
"""Whether a finding counts, is in the baseline, is to be ignored, or is in the baseline alone."""

RANK: tuple[State, ...] = ("counts", "known", "ignored", "gone")
"""What holds of a finding of which reports say different things: the first."""


@dataclass(frozen=True)
class Merged:
    """A finding of one report, or the same one of several.

    Attributes:
        finding: As the first report has it.
        state: What becomes of it; where reports differ, what is first in ``RANK``.
        identity: What it is known by.
        number: Which one it is of those that are alike.
        slas: The SLAs of the reports that have it.
    """

    finding: Finding
    state: State
    identity: Identity
    number: int
    slas: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """Stable from run to run, and no other finding has it."""
        return self.identity.digest(self.number)


def merged(reports: Iterable[Report]) -> list[Merged]:
    """All that reports of one repository found, worst first."""
    found: dict[tuple[Identity, int], Merged] = {}
    for report in reports:
        for finding, state, mine, number in _states(report):
            before = found.get((mine, number))
            slas = (*(before.slas if before else ()), *([report.sla] if report.sla else []))
            if before is not None and RANK.index(before.state) <= RANK.index(state):
                finding, state = before.finding, before.state  # noqa: PLW2901  # as it was told before
            found[mine, number] = Merged(finding, state, mine, number, tuple(dict.fromkeys(slas)))
    by_finding = {id(each.finding): each for each in found.values()}
    return [by_finding[id(finding)] for finding in failures_first(each.finding for each in found.values())]


def _states(report: Report) -> Iterator[tuple[Finding, State, Identity, int]]:
    parts: list[tuple[tuple[Finding, ...], State]] = [
        (report.findings, "counts"),
        (report.known, "known"),
        (report.ignored, "ignored"),
    ]
    told = [(finding, state) for findings, state in parts for finding in findings]
    # Known ones have their numbers first, as in the run that the baseline is of.
    told.sort(key=lambda pair: pair[1] == "counts")
    states = [state for _, state in told]
    for (finding, mine, number), state in zip(numbered(finding for finding, _ in told), states, strict=True):
        yield finding, state, mine, number
    for finding, mine, number in numbered(report.gone):
        alike = sum(mine == other for _, other, _ in numbered(finding for finding, _ in told))
        yield finding, "gone", mine, number + alike
