"""Reports as Markdown, for step summaries, comments and files."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pytest_flops_mock.findings import Finding, SentFacts
from pytest_flops_mock.report import known
from pytest_flops_mock.report.partitions import markdown_rows
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.report.text import data_lines, facts_line, not_run
from pytest_flops_mock.stage import Outcome, Severity
from pytest_flops_mock.statistics import SplitStatistics
from pytest_flops_mock.texts import clean

ORDER = (Severity.ERROR, Severity.WARNING, Severity.INFO)
"""Findings are shown in this order: what fails first."""

# An underscore within a word is one; elsewhere it may begin emphasis.
_MARKUP = re.compile(r"[\\`*\[~|]|\](?=\()|(?<![A-Za-z0-9])_+|_+(?![A-Za-z0-9])")


@dataclass(frozen=True)
class _Piece:
    """A row or a block, which is shown whole or not at all.

    Attributes:
        text: Its lines.
        counts: What is missing when it is left out: ``report``, ``finding`` or ``detail``; empty for what is none.
    """

    text: str
    counts: str = ""


def markdown(reports: Iterable[Report], *, names: Sequence[str] = (), max_bytes: int | None = None) -> str:
    """The reports as GitHub-flavoured Markdown.

    Args:
        reports: What to show. Reports with errors come first.
        names: What each report is about, such as its SLA's path; shown in its heading.
        max_bytes: Bytes of UTF-8 that the text may have. It is cut between rows, and says how many are missing.

    Returns:
        Verdict, stages and findings of each report, failures first, without terminal codes. Ends with a line break.
    """
    named = list(zip_names(reports, names))
    named.sort(key=lambda pair: pair[1].ok)
    pieces = [*_overview(named), *(piece for name, report in named for piece in _pieces(name, report))]
    return _cut(pieces, max_bytes)


def zip_names(reports: Iterable[Report], names: Sequence[str]) -> Iterator[tuple[str, Report]]:
    """Each report with its name; an empty one where there are not so many."""
    for index, report in enumerate(reports):
        yield names[index] if index < len(names) else "", report


def cell(text: str) -> str:
    """The text for one cell of a table: no markup of its own, one line."""
    lines = [html.escape(_MARKUP.sub(_escaped, line.strip()), quote=False) for line in clean(text).strip().splitlines()]
    return "<br>".join(lines)


def failures_first(findings: Iterable[Finding]) -> list[Finding]:
    """Errors, then warnings, then the rest; within each the order stays."""
    return sorted(findings, key=lambda finding: ORDER.index(finding.severity))


def _escaped(match: re.Match[str]) -> str:
    return "".join(f"\\{char}" for char in match[0])


def _overview(named: Sequence[tuple[str, Report]]) -> Iterator[_Piece]:
    """All verdicts in one table, where there are several."""
    if len(named) < 2:
        return
    good = sum(report.ok for _, report in named)
    yield _Piece(f"## flops-mock: {good} of {len(named)} compatible\n")
    yield _Piece("| verdict | SLA | data | errors | warnings |\n| --- | --- | --- | ---: | ---: |")
    for name, report in named:
        cells = (
            f"{report.verdict}{_partly(report)}",
            cell(name),
            cell(report.data.dataset_name),
            str(len(report.errors)),
            str(len(report.warnings)),
        )
        yield _Piece(_row(*cells))
    yield _Piece("")


def _partly(report: Report) -> str:
    """What a verdict does not say of stages that were not asked for."""
    return " as far as it was checked" if report.ok and not_run(report) else ""


def _pieces(name: str, report: Report) -> Iterator[_Piece]:
    about = " with ".join(filter(None, [cell(report.repository), cell(name)]))
    yield _Piece(f"### flops-mock: {report.verdict}{_partly(report)}{known.but_for(report)}: {about}\n", "report")
    facts = [
        ("Data", "; ".join(data_lines(report.data))),
        ("Environment", ", ".join(f"{key} {value}" for key, value in report.environment)),
    ]
    for what, text in facts:
        if text:
            yield _Piece(f"{what}: {cell(text)}\n")
    if report.stages:
        rows = [
            _row(
                result.stage.value,
                result.outcome.value,
                "" if result.outcome is Outcome.SKIPPED else f"{result.seconds:.1f}",
                cell(result.reason or facts_line(result)),
            )
            for result in report.stages
        ]
        yield _Piece("\n".join(["| stage | outcome | seconds | reason |\n| --- | --- | ---: | --- |", *rows]) + "\n")
    yield from _findings(report.findings)
    for sent in report.data.sent:
        if sent.statistics is not None and not sent.statistics.is_even:
            yield _Piece(_partitions(sent, sent.statistics), "detail")
    if report.ignored:
        yield _Piece(f"Ignored: {cell(', '.join(sorted({finding.code for finding in report.ignored})))}\n")
    for part in known.short(report):
        yield _Piece(f"{part[:1].upper()}{cell(part[1:])}\n")
    if told := known.named(report):
        kept = [_row(what, *_known_cells(finding)) for what, finding in told]
        head = "| | severity | code | stage | finding | where |\n|" + " --- |" * 6
        yield _Piece("\n".join([head, *kept]) + "\n", "detail")


def _known_cells(finding: Finding) -> tuple[str, ...]:
    texts = (finding.code, finding.stage.value, finding.message, finding.problem.where)
    return (finding.severity.value, *map(cell, texts))


def _findings(findings: Sequence[Finding]) -> Iterator[_Piece]:
    if not findings:
        return
    yield _Piece("| severity | code | stage | finding | where | expected | got | nearest | fix |\n|" + " --- |" * 9)
    ordered = failures_first(findings)
    for finding in ordered:
        problem = finding.problem
        parts = (problem.message, problem.where, problem.expected, problem.got, problem.nearest, problem.fix)
        yield _Piece(_row(finding.severity.value, cell(finding.code), finding.stage.value, *map(cell, parts)), "finding")
    yield _Piece("")
    for finding in ordered:
        if finding.detail.strip():
            yield _Piece(_detail(finding), "detail")


def _partitions(sent: SentFacts, statistics: SplitStatistics) -> str:
    """What each partition holds, folded."""
    headings, *rows = markdown_rows(statistics)
    table = [_row(*headings), "|" + " ---: |" * len(headings), *(_row(*map(cell, row)) for row in rows)]
    title = html.escape(clean(" ".join(f"Partitions of {sent.dataset_name}".split())), quote=False)
    return "\n".join([f"<details><summary>{title}</summary>\n", *table, "\n</details>\n"])


def _detail(finding: Finding) -> str:
    """The traceback or output, folded. Within ``pre`` Markdown takes all lines as they are."""
    title, text = (
        html.escape(clean(text), quote=False)
        for text in (" ".join(f"{finding.code} {finding.problem.where}".split()), finding.detail.rstrip())
    )
    return f"<details><summary>{title}</summary>\n\n<pre>{text}</pre>\n\n</details>\n"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def _cut(pieces: Sequence[_Piece], max_bytes: int | None) -> str:
    """The pieces, one under the other, as far as they go whole into ``max_bytes`` bytes, and what is missing."""
    whole = "".join(f"{piece.text}\n" for piece in pieces).rstrip("\n") + "\n"
    if max_bytes is None or len(whole.encode(errors="replace")) <= max_bytes:
        return whole
    room = max_bytes - len(_missing(pieces, max_bytes).encode())  # no cut has more to say than this
    used, kept = 0, 0
    for piece in pieces:
        used += len(f"{piece.text}\n".encode(errors="replace"))
        if used > room:
            break
        kept += 1
    return "".join(f"{piece.text}\n" for piece in pieces[:kept]) + _missing(pieces[kept:], max_bytes)


def _missing(pieces: Iterable[_Piece], max_bytes: int) -> str:
    left = [piece.counts for piece in pieces]
    counts = [(left.count(name), name) for name in ("report", "finding", "detail")]
    told = ", ".join(f"{count:,} {name}{'' if count == 1 else 's'}" for count, name in counts if count)
    return f"\n**Not shown: {told or 'the rest'}, since this text ends at {max_bytes:,} bytes.**\n"
