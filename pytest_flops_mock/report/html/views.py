"""What the page shows of a report, ready to be laid out: texts, numbers in words, drawings. It decides; the parts do not."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from pytest_flops_mock.codes import CODES
from pytest_flops_mock.findings import Finding, Frame, StageResult
from pytest_flops_mock.report.html import data, drawing
from pytest_flops_mock.report.html.data import DataView, RowsView
from pytest_flops_mock.report.html.federation import FederationView, federation_view
from pytest_flops_mock.report.markdown import failures_first
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.report.rounds import RoundsShown
from pytest_flops_mock.report.text import counted, facts_line, rounded
from pytest_flops_mock.stage import Outcome, Severity, Stage
from pytest_flops_mock.texts import clean

DIFFERS = "FM201"
"""The finding that tells how the environment differs from the learner's image."""

MAX_PART, MAX_DETAIL, MAX_FINDINGS = 2_000, 8_000, 100
"""Characters of a part and of a detail, and findings of one kind, that are shown; the JSON has all."""


@dataclass(frozen=True)
class FindingView:
    """One finding.

    Attributes:
        anchor: What links to it.
        state: ``new``, ``gone``, ``known``, ``ignored`` or what else sets it apart; empty for one that counts.
        parts: What was expected, got and nearest, with their names.
        frames: The calls of the repository, innermost last.
        detail: What is not told by the frames.
        trigger: When a check says so.
        why: Why it matters on FLOps.
        rows: The rows that it is about.
    """

    anchor: str
    code: str
    severity: str
    stage: str
    message: str
    where: str
    fix: str
    state: str = ""
    parts: tuple[tuple[str, str], ...] = ()
    frames: tuple[Frame, ...] = ()
    detail: str = ""
    trigger: str = ""
    why: str = ""
    rows: RowsView | None = None


@dataclass(frozen=True)
class StageView:
    """How one stage ended, and where it is in time."""

    name: str
    outcome: str
    seconds: str
    bar: Markup
    told: str


@dataclass(frozen=True)
class PackageView:
    """A package, or Python: here, and on the learner's image where that is another."""

    name: str
    here: str
    learner: str


@dataclass(frozen=True)
class ReportView:
    """One report.

    Attributes:
        anchor: Begins its identifiers; no other report of the page has it.
        name: What it is about where there are several.
        rest: What the verdict's line says beside the verdict.
        first: The first error, if there is one.
        loud: Findings that are shown in full: errors and warnings.
        quiet: Those that only inform.
        apart: Those that do not count.
    """

    anchor: str
    name: str
    ok: bool
    verdict: str
    rest: str
    repository: str
    sla: str
    time: str
    errors: int
    warnings: int
    first: FindingView | None
    loud: tuple[FindingView, ...]
    quiet: tuple[FindingView, ...]
    apart: tuple[FindingView, ...]
    left_out: int
    stages: tuple[StageView, ...]
    data: DataView
    environment: tuple[PackageView, ...]
    differs: bool
    command: str
    rounds: FederationView | None

    @property
    def came_to(self) -> tuple[str, str, str]:
        """How many rounds there were, and the last loss and accuracy, for an overview."""
        return ("", "", "") if self.rounds is None else self.rounds.came_to

    @property
    def search(self) -> StageView | None:
        """The search, if there was one."""
        return next((stage for stage in self.stages if stage.name == Stage.SEARCH.value), None)

    @property
    def broken(self) -> tuple[FindingView, ...]:
        """What the search has found."""
        return tuple(each for each in (*self.loud, *self.quiet) if each.stage == Stage.SEARCH.value)


def report_view(
    report: Report, anchor: str, name: str = "", *, here: str = "", rounds: RoundsShown | None = None
) -> ReportView:
    """What is shown of a report.

    Args:
        report: The report.
        anchor: Begins the identifiers on the page.
        name: What it is about, where there are several.
        here: What the folder of the repository is called.
        rounds: The federated rounds that came after the check, if there were some.
    """
    ordered = failures_first(report.findings)
    shown = ordered[:MAX_FINDINGS]
    views = [finding_view(finding, f"{anchor}finding-{number}") for number, finding in enumerate(shown, 1)]
    loud = tuple(view for view in views if view.severity != Severity.INFO.value)
    states = (("known", report.known), ("gone", report.gone), ("ignored", report.ignored))
    apart = tuple(
        finding_view(finding, f"{anchor}{state}-{number}", state)
        for state, findings in states
        for number, finding in enumerate(failures_first(findings)[:MAX_FINDINGS], 1)
    )
    packages = tuple(_packages(report))
    return ReportView(
        anchor=anchor,
        name=name,
        ok=report.ok,
        verdict=report.verdict,
        rest=_rest(report),
        repository=here if here and report.repository == "." else report.repository,
        sla=report.sla or name,
        time=time_in_words(sum(result.seconds for result in report.stages)) if report.stages else "",
        errors=len(report.errors),
        warnings=len(report.warnings),
        first=loud[0] if loud and not report.ok else None,
        loud=loud,
        quiet=tuple(view for view in views if view.severity == Severity.INFO.value),
        apart=apart,
        left_out=len(ordered) - len(shown),
        stages=tuple(_stages(report.stages)),
        data=data.data_view(report.data),
        environment=packages,
        differs=any(package.learner for package in packages),
        command=report.command,
        rounds=None if rounds is None else federation_view(rounds),
    )


def finding_view(finding: Finding, anchor: str, state: str = "") -> FindingView:
    """What is shown of a finding.

    Args:
        finding: The finding.
        anchor: What links to it.
        state: What sets it apart.
    """
    problem, code = finding.problem, CODES.get(finding.code)
    parts = (("expected", problem.expected), ("got", problem.got), ("nearest", problem.nearest))
    return FindingView(
        anchor=anchor,
        code=finding.code,
        severity=finding.severity.value,
        stage=finding.stage.value,
        message=_cut(problem.message, MAX_PART),
        where=_cut(problem.where, MAX_PART),
        fix=_cut(problem.fix, MAX_PART),
        state=state,
        parts=tuple((name, _cut(text, MAX_PART)) for name, text in parts if text.strip()),
        frames=finding.frames[-20:],
        detail=_cut(_beside(finding), MAX_DETAIL),
        trigger=code.trigger if code else "",
        why=code.why if code else "",
        rows=data.rows_view(finding.rows),
    )


def _rest(report: Report) -> str:
    """What the summary says beside the verdict: ``1 error; FM714 ignored``."""
    rest = report.summary.removeprefix(report.verdict).strip(" ;")
    return re.sub(r"^\(([^()]*)\)", r"\1", rest)


def _beside(finding: Finding) -> str:
    """The lines of the detail that the frames do not show."""
    told = {line for frame in finding.frames for line in (frame.place, frame.source)}
    return "\n".join(line for line in clean(finding.detail).splitlines() if line.strip() not in told)


def _stages(results: Iterable[StageResult]) -> Iterator[StageView]:
    results = list(results)
    total = sum(result.seconds for result in results) or 1.0
    start = 0.0
    for result in results:
        ran = result.outcome is not Outcome.SKIPPED
        told = facts_line(result) if ran else result.reason
        bar = drawing.span(start / total, result.seconds / total, result.outcome.value) if ran else Markup("")
        yield StageView(result.stage.value, result.outcome.value, time_in_words(result.seconds) if ran else "", bar, told)
        start += result.seconds


def time_in_words(seconds: float) -> str:
    """A time, short: ``4 ms``, ``1.25 s``."""
    return f"{rounded(seconds)} s" if seconds >= 1 or not seconds else f"{math.ceil(seconds * 1_000)} ms"


def _packages(report: Report) -> Iterator[PackageView]:
    """The packages, each beside what the learner's image has; those that only the image has come last."""
    everything = (*report.findings, *report.known, *report.ignored)
    finding = next((finding for finding in everything if finding.code == DIFFERS), None)
    image = _image(finding) if finding is not None else {}
    for name, version in report.environment:
        told = image.pop(f"{name} {version}".casefold(), "")
        yield PackageView(name, version, _version(told, name))
    for here, there in image.items():
        name, _, version = here.partition(" ")
        name, version = (version, "not installed") if name == "no" else (name, version)
        yield PackageView(name, version, _version(there, name))


def _version(told: str, name: str) -> str:
    """The version alone: ``2.x`` of ``datasets 2.x``, ``1.8.0`` of ``flwr==1.8.0``."""
    return told.removeprefix(name).strip().removeprefix("==")


def _image(finding: Finding) -> dict[str, str]:
    here, there = finding.problem.got.split(", "), finding.problem.expected.split(", ")
    return {got.casefold(): expected for got, expected in zip(here, there, strict=True)} if len(here) == len(there) else {}


def _cut(text: str, most: int) -> str:
    text = text.strip()
    return text if len(text) <= most else f"{text[: most - 1]}…"


def verdict_of(reports: Mapping[str, Report]) -> str:
    """The verdict on all, in a row."""
    good = sum(report.ok for report in reports.values())
    return f"{good} of {counted(len(reports), 'SLA')} compatible"
