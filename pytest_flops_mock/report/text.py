"""Reports and findings as plain text, for terminals and logs. Every text that leaves this module is clean."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from pytest_flops_mock.errors import listing
from pytest_flops_mock.findings import DataFacts, Finding, SentFacts, StageResult
from pytest_flops_mock.report import known
from pytest_flops_mock.report.partitions import in_a_line
from pytest_flops_mock.report.places import location
from pytest_flops_mock.stage import CHECKED, Outcome, Stage
from pytest_flops_mock.texts import clean

if TYPE_CHECKING:
    from pytest_flops_mock.report.report import Report

MAX_PART = 120
"""Most characters of the message in ``repr(report)``: pytest cuts what is longer than 240 in all."""

LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}(?:e[+-]?\d+)?")
"""Decimals that say more than anybody reads."""

DIGITS = 3
LEAST_SECONDS = 0.001
LEAST_SHOWN, MOST_SHOWN = 1e-4, 1e9
"""How many digits of a measured number are shown."""


def full(report: Report, *, told: Collection[Finding] = (), to_come: Iterable[Stage] = ()) -> str:
    """All of a report.

    Args:
        report: What is known.
        told: Findings that are shown beside it.
        to_come: Stages that have not run yet: so the verdict is not the last word.
    """
    named = [
        ("repository", report.repository),
        ("data", f"\n{'':<12}".join(data_lines(report.data))),
        ("python", ", ".join(f"{name} {version}" for name, version in report.environment)),
        ("stages", ", ".join(map(_stage, report.stages))),
    ]
    head = [f"{name:<10}  {text}" for name, text in named if text]
    facts = [f"{result.stage.value:<10}  {facts_line(result)}" for result in report.stages if result.facts]
    findings = [f"\n{_headed(finding)}" for finding in report.findings if finding not in told]
    coming = ", ".join(stage.value for stage in to_come)
    verdict = f"{_in_brief(report)} so far; still to come: {coming}" if coming else report.summary
    kept = [f"{what:<10}  {row(finding)}" for what, finding in known.named(report)]
    gap = [""] if findings else []
    return clean("\n".join([*head, *facts, *findings, *gap, *kept, f"verdict     {verdict}"]))


def line(report: Report) -> str:
    """The verdict and the first error on one line."""
    name = _shortened(clean(report.repository), MAX_PART // 2)
    if report.ok:
        return f"<Report {report.verdict}: {name}>"
    rest = len(report.errors) - 1
    more = f" (and {rest} more)" if rest else ""
    return f"<Report {report.verdict}: {_shortened(at_a_glance(report.errors[0]), MAX_PART)}{more}; {name}>"


def at_a_glance(finding: Finding) -> str:
    """Code, place and message in a row; the place is near the beginning, since ends are cut off."""
    where = place(finding)
    return " ".join(clean(f"{finding.code} {f'{where}: ' if where else ''}{finding.message}").split())


def summary(report: Report) -> str:
    """The verdict, with the numbers of errors and warnings, the codes that were ignored, and what it does not hold for."""
    codes = sorted({finding.code for finding in report.ignored})
    ignored = [f"{', '.join(codes)} ignored"] if codes else []
    only_here = report.ok and set(report.environments) == {"current"}
    unfinished = f"; only {listing(stage.value for stage in _ran(report))} {_was_or_were(report)} checked"
    partly = unfinished if report.ok and not_run(report) else ""
    untried = "; the learner's was not tried: set env to learner" if only_here else ""
    held = "".join(f"; {part}" for part in [*ignored, *known.short(report)])
    return clean(_in_brief(report) + partly + held + untried)


def not_run(report: Report) -> tuple[Stage, ...]:
    """Stages of a whole check that this one did not have; none if it does not say which it had."""
    ran = _ran(report)
    return tuple(stage for stage in CHECKED if ran and stage not in ran)


def data_lines(data: DataFacts) -> list[str]:
    """Which data a check ran on; what each of several providers sent is a line of its own. Empty for none."""
    rows = f"{counted(data.rows, 'row')} loaded" if data.rows else ""
    if len(data.sent) > 1:
        return [line for sent in data.sent for line in (_sent(sent), *_uneven(sent))] + [*filter(None, [rows])]
    if not data.sent and not data.rows:
        return []
    what = f"{data.dataset_name}: {data.origin}" if data.sent else "what the server holds"
    sent = counted(len(data.partitions), "partition") if data.partitions else ""
    return ["; ".join(part for part in (what, sent, rows) if part), *(line for each in data.sent for line in _uneven(each))]


def facts_line(result: StageResult) -> str:
    """What a stage saw, with numbers of a length for people; the report's JSON keeps them whole."""
    return "; ".join(f"{name} {LONG_NUMBER.sub(_rounded, text)}" for name, text in result.facts)


def block(finding: Finding) -> str:
    """A finding in full; the first line is code and message."""
    detail = (f"    {line}" for line in finding.detail.splitlines())
    return clean("\n".join([f"{finding.code} {finding.message}", *finding.problem.parts(), *detail]))


def place(finding: Finding) -> str:
    """File and line that a finding is about, as in ``data_manager.py:6``; empty for none."""
    file, line = location(finding)
    return clean(f"{file}:{line}" if line else file)


def blocks(findings: Iterable[Finding]) -> str:
    """Several findings in full; the first line of all is what pytest's short summary shows."""
    return "\n\n".join(map(block, findings))


def row(finding: Finding) -> str:
    """A finding on one line."""
    where = finding.problem.where
    return " ".join(clean(f"{heading(finding)} {finding.message}{f' ({where})' if where else ''}").split())


def overview(reports: Mapping[str, Report], *, broken_off: Collection[str] = ()) -> list[str]:
    """A line on each SLA and its data, then one on each warning, however many SLAs it comes with.

    Args:
        reports: By the names of the SLAs.
        broken_off: Names of those whose check came to no end, since a tool failed.
    """
    origins = {name: f"; {report.data.origin}" if report.data.partitions else "" for name, report in reports.items()}
    rows = Counter(told for report in reports.values() for told in dict.fromkeys(map(row, report.warnings)))
    return [
        *(
            clean(f"{name}: {'no verdict: the check broke off' if name in broken_off else summary(report)}{origins[name]}")
            for name, report in reports.items()
        ),
        *(f"{told} (with {count} SLAs)" if count > 1 else told for told, count in rows.items()),
    ]


def tally(reports: Mapping[str, Report]) -> str:
    """How many SLAs a repository is compatible with, and with which it is not."""
    bad = [name for name, report in reports.items() if not report.ok]
    told = f"{len(reports)} SLAs: {len(reports) - len(bad)} compatible, {len(bad)} not"
    return clean(f"{'checked':<10}  {told}" + (f" ({listing(bad)})" if bad else ""))


def headed(name: str, report: Report) -> str:
    """All of a report, below the name of its SLA."""
    return clean(f"{'sla':<10}  {name}\n{full(report)}")


def counted(number: int, name: str) -> str:
    """A number of things: ``1 row``, ``2,000 rows``."""
    return f"{number:,} {name}{'' if number == 1 else 's'}"


def heading(finding: Finding) -> str:
    """What comes before the code of a finding and behind it."""
    return f"{finding.severity.value} {finding.code} [{finding.stage.value}]"


def rounded(number: float) -> str:
    """A number with three digits, without an exponent: ``0.00123``, ``12.3``, ``1,230``."""
    if not number or not math.isfinite(number):
        return f"{number:g}"
    decimals = DIGITS - 1 - math.floor(math.log10(abs(number)))
    text = f"{round(number, decimals):,.{max(0, decimals)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def seconds(number: float) -> str:
    """A time, with its unit."""
    return f"{rounded(number)} s" if number >= LEAST_SECONDS or not number else f"under {LEAST_SECONDS} s"


def _in_brief(report: Report) -> str:
    """The verdict, in which Python that holds, and the numbers of errors and warnings."""
    counts = [(len(report.errors), "error"), (len(report.warnings), "warning")]
    told = ", ".join(counted(count, name) for count, name in counts if count)
    only_here = report.ok and set(report.environments) == {"current"}
    here = " in this Python" if only_here else ""
    return f"{report.verdict}{here}{known.but_for(report)}" + (f" ({told})" if told else "")


def _ran(report: Report) -> tuple[Stage, ...]:
    return tuple(result.stage for result in report.stages)


def _was_or_were(report: Report) -> str:
    return "was" if len(report.stages) == 1 else "were"


def _sent(sent: SentFacts) -> str:
    """What came from which."""
    partitions = f"; {counted(len(sent.partitions), 'partition')} under the tag {sent.data_tag}" if sent.partitions else ""
    return f"{sent.sla} sent {sent.dataset_name}: {sent.origin}{partitions}"


def _uneven(sent: SentFacts) -> list[str]:
    """How the partitions differ, if it is more than chance explains."""
    return [] if sent.statistics is None or sent.statistics.is_even else [in_a_line(sent.statistics)]


def _headed(finding: Finding) -> str:
    return block(finding).replace(finding.code, heading(finding), 1)


def _shortened(text: str, max_characters: int) -> str:
    """The text on one line, its middle left out where it is longer than ``max_characters``."""
    row = " ".join(text.split())
    return row if len(row) <= max_characters else f"{row[: max_characters * 3 // 4 - 1]}…{row[-(max_characters // 4) :]}"


def _rounded(number: re.Match[str]) -> str:
    value = float(number[0])
    return rounded(value) if LEAST_SHOWN <= abs(value) < MOST_SHOWN or not value else f"{value:.{DIGITS}g}"


def _stage(result: StageResult) -> str:
    if result.outcome is Outcome.SKIPPED:
        return f"{result.stage.value} skipped ({result.reason})" if result.reason else f"{result.stage.value} skipped"
    return f"{result.stage.value} {result.outcome.value} ({seconds(result.seconds)})"
