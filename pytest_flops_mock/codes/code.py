"""What is fixed about a kind of finding."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_flops_mock.stage import Severity, Stage


@dataclass(frozen=True)
class Code:
    """One kind of finding.

    Attributes:
        id: ``FM`` and digits, which begin with the prefix of its family.
        stage: The stage that finds it.
        severity: How bad it is, unless the finding says otherwise.
        title: What it is, in a few words.
        trigger: What a check saw that makes it report this.
        why: Why it fails on FLOps, or what it costs there.
        fix: How to fix it.
    """

    id: str
    stage: Stage
    severity: Severity
    title: str
    trigger: str
    why: str
    fix: str
