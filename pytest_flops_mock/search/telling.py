"""What a search found, as findings of a report: what fails, on what, why that, how likely it is, and how to see it again."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import replace

from pytest_flops_mock.errors import Problem
from pytest_flops_mock.findings import Finding, StageResult
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.search.found import Broken, Likelihood, SearchResult
from pytest_flops_mock.search.options import SearchOptions
from pytest_flops_mock.stage import Outcome, Severity, Stage

Keep = Callable[[Broken], str]
"""Saves a partition; says how to replay it, or why that cannot be."""


def told(
    result: SearchResult, how: SearchOptions, keep: Keep, *, ignore: tuple[str, ...] = (), show_rows: bool = False
) -> SearchResult:
    """The result with its findings in the report.

    Args:
        result: What was searched; likelihoods are known.
        how: What was asked for.
        keep: Saves a partition.
        ignore: Codes that do not count.
        show_rows: Whether findings have the rows that they are about.
    """
    if result.ended == "incompatible":
        return replace(result, report=not_searched(result.report))
    found = (*(_finding(each, how, keep, result.examples, show_rows) for each in result.broken), *_unfinished(result, how))
    counting = tuple(finding for finding in found if finding.code not in ignore)
    is_bad = any(finding.severity is Severity.ERROR for finding in counting)
    stage = StageResult(
        Stage.SEARCH, Outcome.FAILED if is_bad else Outcome.PASSED, result.seconds, facts=tuple(_facts(result))
    )
    ignored = tuple(finding for finding in found if finding.code in ignore)
    return replace(result, report=_with(result.report, stage, counting, ignored))


def not_searched(report: Report) -> Report:
    """The report on a repository that is incompatible, with the stage that was skipped, and why."""
    failed = next((result.stage.value for result in report.stages if result.outcome is Outcome.FAILED), "")
    reason = f"needs {failed}" if failed else "needs a compatible repository"
    return _with(report, StageResult(Stage.SEARCH, Outcome.SKIPPED, reason=reason))


def story(cause: Finding) -> str:
    """What went wrong, in a row: the message, and the line of the repository."""
    frame = cause.frames[-1] if cause.frames else None
    said = ADDRESS.sub("", cause.message)
    return f"{said.rstrip('.')}, {frame.file}:{frame.line}" if frame is not None else said


def inner(cause: Finding) -> str:
    """What a check would say of it, as lines below the finding of the search."""
    parts = [line for line in cause.problem.parts() if not line.strip().startswith(("where ", "fix "))]
    return "\n".join([f"{cause.code} [{cause.stage.value}] {cause.message}", *parts, *cause.detail.splitlines()])


def odds(likelihood: Likelihood | None) -> str:
    """How likely such a partition is, in words."""
    if likelihood is None:
        return "how often the SLA's scheme gives some learner such a partition cannot be said"
    if not likelihood.runs:
        often = {0.0: "never gives a learner such a partition", 1.0: "always gives some learner such a partition"}
        exact = often.get(likelihood.share, f"gives some learner such a partition in {_percent(likelihood.share)} of splits")
        return f"the SLA's scheme {exact}"
    if not likelihood.share:
        most = f"at most {_percent(likelihood.high)} of them" if likelihood.high > TINY else "and next to never will"
        return f"the SLA's scheme gives no learner such a partition in {likelihood.runs} simulated splits ({most}, 95 %)"
    interval = f"{_percent(likelihood.low)} to {_percent(likelihood.high)}"
    times = f"{_percent(likelihood.share)} of {likelihood.runs} simulated splits (95 %: {interval})"
    return f"the SLA's scheme gives some learner such a partition in {times}"


TINY = 1e-6

CHECK, SEARCH = "flops-mock check", "flops-mock search"

ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
"""Where an object lies, which is another place each time."""


def _finding(broken: Broken, how: SearchOptions, keep: Keep, examples: int, show_rows: bool) -> Finding:
    cause, about, likely = broken.finding, broken.property, broken.likelihood
    code = "FM1003" if not broken.confirmed else "FM1001" if likely is not None and likely.share > 0 else "FM1002"
    again = "" if broken.confirmed else ", but not in a process that has done nothing before"
    times = f"so did {broken.examples} of {examples} partitions that were tried"
    finding = Finding.of(
        Problem(
            f"fails on a partition of {broken.text}: {story(cause)}{again}",
            where=cause.problem.where,
            expected=f"it passes with {about.passes_with}"
            if about.passes_with
            else "a repository that takes what devices hold",
            got=f"{about.text or 'no single property explains it'}; {times}; {odds(likely)}",
            fix="\n".join(filter(None, [cause.problem.fix, keep(broken)])),
            code=code,
        ),
        detail=inner(cause),
        frames=cause.frames,
    )
    if show_rows:
        from pytest_flops_mock.data.shown import shown_rows

        finding = replace(finding, rows=shown_rows(broken.partition))
    return replace(finding, severity=Severity.ERROR) if how.strict and code == "FM1002" else finding


def _unfinished(result: SearchResult, how: SearchOptions) -> Iterator[Finding]:
    if result.ended in ("seconds", "interrupted"):
        why = "its time was up" if result.ended == "seconds" else "it was interrupted"
        yield Finding.of(
            Problem(
                f"the search ended after {result.examples} of {how.examples} partitions, since {why}",
                expected=f"{how.examples} partitions, and each failure made as small as can be",
                got=f"{result.examples} partitions in {result.seconds:.0f} s",
                fix=f"--seed {result.seed} goes the same way again; more seconds go farther",
                code="FM1004",
            )
        )


def _facts(result: SearchResult) -> Iterator[tuple[str, str]]:
    yield "examples", f"{result.examples:,}"
    if result.tried > result.examples:
        yield "tried in all", f"{result.tried:,}"
    yield "failures", f"{len(result.broken)}"
    yield "seed", f"{result.seed}"


def _with(
    report: Report, stage: StageResult, findings: tuple[Finding, ...] = (), ignored: tuple[Finding, ...] = ()
) -> Report:
    return replace(
        report,
        stages=(*report.stages, stage),
        findings=(*report.findings, *findings),
        ignored=(*report.ignored, *ignored),
    )


def _percent(share: float) -> str:
    percent = share * 100
    return f"{percent:.0f} %" if percent >= 10 or percent == 0 else f"{percent:.1g} %" if percent < 1 else f"{percent:.1f} %"


def search_command(check: str, how: SearchOptions) -> str:
    """What to type to search again.

    Args:
        check: What to type for the check that came before; empty if no command can name it.
        how: What was asked for.
    """
    if not check.startswith(CHECK):
        return ""
    told = [f"--examples={how.examples}", f"--seed={how.seed}"]
    told += [f"--seconds={how.seconds:g}"] if how.seconds is not None else []
    told += [f"--through={how.through.value}"] if how.through is not SearchOptions.through else []
    told += ["--strict"] if how.strict else []
    return " ".join([SEARCH + check.removeprefix(CHECK), *told])


def replay_command(repository: str, partition: str) -> str:
    """What to type to replay a saved partition."""
    return shlex.join(["flops-mock", "replay", repository, partition])
