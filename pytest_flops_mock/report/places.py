"""Which file and line a finding is about."""

from __future__ import annotations

import re

from pytest_flops_mock.findings import Finding

_FILE = re.compile(r"(?P<file>[^:\n]*\.(?:py|ya?ml|json))(?::(?P<line>\d+))?(?=$|[: ])", re.MULTILINE)


def location(finding: Finding) -> tuple[str, int]:
    """File and line that a finding is about: of its innermost frame, else as ``where`` says; empty and 0 for none."""
    if finding.frames:
        return finding.frames[-1].file, finding.frames[-1].line
    match = _FILE.match(finding.problem.where)
    return (match["file"], int(match["line"] or 0)) if match else ("", 0)
