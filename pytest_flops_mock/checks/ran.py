"""What is known when a stage has run, as a value that processes can hand to each other."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from pytest_flops_mock.errors import FlopsMockError, Problem
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.stage import Stage

SLAs = tuple[Path, ...]
"""The SLA of a check, or those that are checked together."""


@dataclass(frozen=True)
class Ran:
    """A stage that has run.

    Attributes:
        stage: Which one.
        report: What was known by then.
        errors: Those of the report that were not known before; some may be an earlier stage's.
        interrupted: Whether somebody broke it off.
    """

    stage: Stage
    report: Report
    errors: tuple[Finding, ...] = ()
    interrupted: bool = False

    @classmethod
    def of(cls, stage: Stage, report: Report, before: Iterable[Ran], *, interrupted: bool = False) -> Ran:
        """What a stage came to, after others."""
        known = {error for ran in before for error in ran.errors}
        return cls(stage, report, tuple(error for error in report.errors if error not in known), interrupted)

    def to_json(self) -> str:
        """As JSON."""
        numbers = [number for number, error in enumerate(self.report.errors) if error in self.errors]
        told = {"report": self.report.to_json(indent=None), "errors": numbers, "interrupted": self.interrupted}
        return json.dumps(told)

    @classmethod
    def from_json(cls, stage: Stage, text: str) -> Ran:
        """What :meth:`to_json` wrote."""
        told = json.loads(text)
        report = Report.from_json(told["report"])
        return cls(stage, report, tuple(report.errors[number] for number in told["errors"]), told["interrupted"])


def error_to_json(error: Exception) -> str:
    """Why a check came to no end, as JSON."""
    if isinstance(error, FlopsMockError):
        return json.dumps({"problems": [asdict(problem) for problem in error.problems]})
    return json.dumps({"other": f"{type(error).__name__}: {error}"})


def error_from_json(text: str) -> Exception:
    """The error that :func:`error_to_json` wrote; of any other class it is enough to say what it said."""
    told = json.loads(text)
    if "problems" in told:
        return FlopsMockError(*(Problem(**problem) for problem in told["problems"]))
    return RuntimeError(told["other"])
