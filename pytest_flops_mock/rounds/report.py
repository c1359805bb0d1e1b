"""What federated rounds came to: the verdict, the plan, what happened, and how to have it again."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from pytest_flops_mock.findings import Finding
from pytest_flops_mock.report.as_json import cleaned
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.rounds import text
from pytest_flops_mock.rounds.facts import FederatedRound, RoundsFacts
from pytest_flops_mock.rounds.learning import kept_rounds
from pytest_flops_mock.rounds.plan import RoundsPlan

SCHEMA = "pytest-flops-mock/rounds/1"
"""The version of the JSON form; a change that breaks readers raises the number."""


@dataclass(frozen=True, repr=False)
class RoundsReport:
    """The verdict of federated rounds. ``print(report)`` shows a table of the rounds, and all findings.

    Attributes:
        report: The verdict with its findings, as of a check: every writer of reports takes it.
        plan: What should run.
        facts: What happened; ``None`` if the rounds did not run, since SLA, repository or data cannot be used.
        command: The command that runs the same again; empty where what was given has no name.
    """

    report: Report
    plan: RoundsPlan
    facts: RoundsFacts | None = None
    command: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing was found that breaks the repository on FLOps."""
        return self.report.ok

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found."""
        return self.report.findings

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings of severity ``error``."""
        return self.report.errors

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings of severity ``warning``. Who asks for them alone has not seen the errors."""
        return self.report.warnings

    @property
    def asked(self) -> bool:
        """Whether somebody has looked at the findings: as they are, as the verdict or the errors, as text or JSON."""
        return self.report.asked

    @property
    def rounds(self) -> tuple[FederatedRound, ...]:
        """Each round of each aggregator; those of the root aggregator have the cluster -1, and are the cycles."""
        return () if self.facts is None else self.facts.rounds

    @property
    def kept(self) -> int | None:
        """The round whose model FLOps would hand out (the cycle, in hierarchical mode); ``None`` if it would save none."""
        saved = [each.round for each in kept_rounds(self.plan.mode, self.rounds) if each.kept]
        return saved[-1] if saved else None

    @property
    def summary(self) -> str:
        """The verdict in one line."""
        return text.summary(self)

    def to_json(self, *, indent: int | None = 2, ascii_only: bool = False) -> str:
        """The report as JSON text; :meth:`from_json` reads it back. Numbers that are not finite are texts such as ``"NaN"``.

        Args:
            indent: How far each level is indented; ``None`` for one line.
            ascii_only: Whether to escape other letters, for a stream whose encoding does not have them.
        """
        plain = {
            "schema": SCHEMA,
            "verdict": self.report.verdict,
            "command": self.command,
            "plan": text.plain(self.plan),
            "facts": None if self.facts is None else text.plain(self.facts),
            "report": json.loads(self.report.to_json()),
        }
        return json.dumps(cleaned(plain), indent=indent, ensure_ascii=ascii_only, allow_nan=False)

    @classmethod
    def from_json(cls, told: str) -> RoundsReport:
        """The report that :meth:`to_json` wrote.

        Raises:
            ValueError: The text is not JSON, or no report of rounds of this schema.
        """
        from pydantic import TypeAdapter, ValidationError

        try:
            plain: Any = json.loads(told)
        except RecursionError as error:
            raise ValueError("the JSON is nested too deeply") from error
        if not isinstance(plain, dict) or plain.get("schema") != SCHEMA:
            raise ValueError(f"not a report of schema {SCHEMA}")
        try:
            facts = TypeAdapter(RoundsFacts | None).validate_python(plain["facts"])
            plan = TypeAdapter(RoundsPlan).validate_python(plain["plan"])
            return cls(Report.from_json(json.dumps(plain["report"])), plan, facts, str(plain["command"]))
        except (KeyError, TypeError, ValidationError) as error:
            raise ValueError(f"a broken report of schema {SCHEMA}: {type(error).__name__}: {error}") from error

    def to_html(self) -> str:
        """The report as one page of HTML: that of a check, with the rounds as curves and tables."""
        from pytest_flops_mock.report.html.page import html
        from pytest_flops_mock.rounds.shown import rounds_shown

        report = replace(self.report, command=self.command)
        shown = {} if self.facts is None else {report.sla: rounds_shown(self.plan, self.facts)}
        return html({report.sla: report}, rounds=shown)

    def to_markdown(self) -> str:
        """The report as GitHub-flavoured Markdown: a table of the rounds, then what a report of a check has."""
        return text.markdown(self)

    def __repr__(self) -> str:
        return f"<RoundsReport {self.summary}>"

    def __str__(self) -> str:
        return text.full(self)
