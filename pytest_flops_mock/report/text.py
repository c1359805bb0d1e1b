"""Reports and findings as plain text, for terminals and logs. Every text that leaves this module is clean."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from pytest_flops_mock.errors import listing
from pytest_flops_mock.findings import DataFacts, Finding, SentFacts, StageResult
from pytest_flops_mock.report import known
from pytest_flops_mock.report.partitions import in_a_line
from pytest_flops_mock.stage import Outcome
from pytest_flops_mock.texts import clean

if TYPE_CHECKING:
    from pytest_flops_mock.report.report import Report

MAX_PART = 120
"""Most characters of the message in ``repr(report)``: pytest cuts what is longer than 240 in all."""

LONG_NUMBER = re.compile(r"-?\d+\.\d{5,}(?:e[+-]?\d+)?")
"""Decimals that say more than anybody reads."""


def full(report: Report) -> str:
    """All of a report."""
    named = [
        ("repository", report.repository),
        ("data", f"\n{'':<12}".join(data_lines(report.data))),
        ("python", ", ".join(f"{name} {version}" for name, version in report.environment)),
        ("stages", ", ".join(map(_stage, report.stages))),
    ]
    head = [f"{name:<10}  {text}" for name, text in named if text]
    facts = [f"{result.stage.value:<10}  {facts_line(result)}" for result in report.stages if result.facts]
    findings = [f"\n{_headed(finding)}" for finding in report.findings]
    kept = [f"{what:<10}  {row(finding)}" for what, finding in known.named(report)]
    gap = [""] if findings else []
    return clean("\n".join([*head, *facts, *findings, *gap, *kept, f"verdict     {report.summary}"]))


def line(report: Report) -> str:
    """The verdict and the first error on one line."""
    head = f"{report.verdict}: {_shortened(clean(report.repository), MAX_PART // 2)}"
    if report.ok:
        return f"<Report {head}>"
    first, rest = report.errors[0], len(report.errors) - 1
    more = f" (and {rest} more)" if rest else ""
    message = _shortened(clean(first.message), MAX_PART)
    return f"<Report {head}; {clean(first.code)} [{first.stage.value}] {message}{more}>"


def summary(report: Report) -> str:
    """The verdict, with the numbers of errors and warnings, the codes that were ignored, and what it does not hold for."""
    counts = [(len(report.errors), "error"), (len(report.warnings), "warning")]
    told = ", ".join(counted(count, name) for count, name in counts if count)
    codes = sorted({finding.code for finding in report.ignored})
    ignored = [f"{', '.join(codes)} ignored"] if codes else []
    only_here = report.ok and set(report.environments) == {"current"}
    verdict = f"{report.verdict}{' in this Python' if only_here else ''}{known.but_for(report)}"
    untried = "; the learner's was not tried: set env to learner" if only_here else ""
    parts = [f"{verdict} ({told})" if told else verdict, *ignored, *known.short(report)]
    return clean("; ".join(parts) + untried)


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


def blocks(findings: Iterable[Finding]) -> str:
    """Several findings in full; the first line of all is what pytest's short summary shows."""
    return "\n\n".join(map(block, findings))


def row(finding: Finding) -> str:
    """A finding on one line."""
    where = finding.problem.where
    return " ".join(clean(f"{heading(finding)} {finding.message}{f' ({where})' if where else ''}").split())


def overview(reports: Mapping[str, Report]) -> list[str]:
    """A line on each SLA and its data, then one on each warning, however many SLAs it comes with."""
    origins = {name: f"; {report.data.origin}" if report.data.partitions else "" for name, report in reports.items()}
    rows = Counter(told for report in reports.values() for told in dict.fromkeys(map(row, report.warnings)))
    return [
        *(clean(f"{name}: {summary(report)}{origins[name]}") for name, report in reports.items()),
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
    return f"{float(number[0]):.4g}"


def _stage(result: StageResult) -> str:
    if result.outcome is Outcome.SKIPPED:
        return f"{result.stage.value} skipped ({result.reason})" if result.reason else f"{result.stage.value} skipped"
    return f"{result.stage.value} {result.outcome.value} ({result.seconds:.1f} s)"
