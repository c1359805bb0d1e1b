"""How two runs differ, as text, Markdown and JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from pytest_flops_mock.errors import listing
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.report.as_json import cleaned, plain_finding
from pytest_flops_mock.report.comparing import Change
from pytest_flops_mock.report.markdown import cell, failures_first
from pytest_flops_mock.report.text import counted, row
from pytest_flops_mock.stage import Severity
from pytest_flops_mock.texts import clean

SCHEMA = "pytest-flops-mock/diff/1"
"""The version of the JSON form, which ``docs/diff.schema.json`` describes."""

INDENT = " " * 12


def as_text(changes: Sequence[Change]) -> str:
    """A block for each SLA, and a last line about all; it ends with a line break."""
    blocks = ["\n".join(" ".join(line.splitlines()) for line in _block(change)) for change in changes]
    return clean("\n\n".join([*blocks, f"{'total':<12}{tally(changes)}"])) + "\n"


def as_markdown(changes: Sequence[Change]) -> str:
    """The same as GitHub-flavoured Markdown."""
    lines = [f"## flops-mock diff: {tally(changes)}", ""]
    for change in changes:
        lines += [f"### {cell(_headed(change))}", ""]
        told = [(what, finding) for what, findings in _groups(change) for finding in findings]
        if told:
            lines += ["| | severity | code | stage | finding | where | fix |", "|" + " --- |" * 7]
            lines += [_markdown_row(what, finding) for what, finding in told] + [""]
        differing = [(kind, *values) for kind, found in _tables(change) for values in found]
        if differing:
            lines += ["| | what | before | now |", "|" + " --- |" * 4]
            lines += ["| " + " | ".join(map(cell, values)) + " |" for values in differing] + [""]
    return "\n".join(lines).rstrip("\n") + "\n"


def as_json(changes: Sequence[Change]) -> str:
    """The same as JSON, for programs."""
    plain = {
        "schema": SCHEMA,
        "ok": all(change.ok for change in changes),
        "changes": [
            {
                "sla": change.sla,
                "old_verdict": change.old_verdict,
                "new_verdict": change.new_verdict,
                **{
                    name: [plain_finding(finding) for finding in getattr(change.findings, name)]
                    for name in ("new", "gone", "same", "unseen")
                },
                **{
                    name: [{"name": what, "old": old, "new": new} for what, old, new in found]
                    for name, found in _tables(change)
                },
            }
            for change in changes
        ],
    }
    return json.dumps(cleaned(plain), indent=2) + "\n"


def tally(changes: Iterable[Change]) -> str:
    """How many findings are new, gone, the same and not seen."""
    counts: Counter[str] = Counter()
    errors = 0
    for change in changes:
        counts.update({name: len(getattr(change.findings, name)) for name in ("new", "gone", "same", "unseen")})
        errors += sum(finding.severity is Severity.ERROR for finding in change.findings.new)
    of_them = f" ({counted(errors, 'error')})" if errors else ""
    unseen = f", {counts['unseen']} unseen" if counts["unseen"] else ""
    return f"{counts['new']} new{of_them}, {counts['gone']} gone, {counts['same']} the same{unseen}"


def _block(change: Change) -> Iterator[str]:
    yield _headed(change)
    for what, findings in _groups(change):
        for finding in findings:
            yield f"{what:<12}{row(finding)}"
            if what == "new" and finding.problem.fix:
                yield f"{INDENT}fix: {finding.problem.fix}"
    if change.findings.same:
        codes = sorted({finding.code for finding in change.findings.same})
        yield f"{'same':<12}{counted(len(change.findings.same), 'finding')} ({listing(codes, 20)})"
    if change.findings.unseen:
        yield f"{INDENT}What is unseen is of a stage that did not run, or that has failed otherwise."
    for kind, found in _tables(change):
        for name, old, new in found:
            yield f"{kind:<12}{name}: {old or 'none'} → {new or 'none'}"


def _headed(change: Change) -> str:
    name = change.sla or "without an SLA"
    if not change.old_verdict:
        return f"{name}: {change.new_verdict}, not checked before"
    if not change.new_verdict:
        return f"{name}: not checked now, {change.old_verdict} before"
    same = change.old_verdict == change.new_verdict
    return f"{name}: {change.new_verdict}{', as before' if same else f', {change.old_verdict} before'}"


def _groups(change: Change) -> list[tuple[str, list[Finding]]]:
    """The findings that are worth a row each."""
    found = change.findings
    groups = [("new", found.new), ("gone", found.gone), ("unseen", found.unseen)]
    return [(what, failures_first(findings)) for what, findings in groups]


def _tables(change: Change) -> list[tuple[str, tuple[tuple[str, str, str], ...]]]:
    return [("stages", change.stages), ("environment", change.environment), ("data", change.data)]


def _markdown_row(what: str, finding: Finding) -> str:
    problem = finding.problem
    cells = (finding.code, finding.stage.value, problem.message, problem.where, problem.fix if what == "new" else "")
    return "| " + " | ".join([what, finding.severity.value, *map(cell, cells)]) + " |"
