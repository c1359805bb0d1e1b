"""The verdict on one ML repository and all that led to it: the value that every writer of a report takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_flops_mock.findings import DataFacts, Finding, StageResult
from pytest_flops_mock.report import as_json, text
from pytest_flops_mock.stage import Outcome, Severity, Stage


@dataclass(frozen=True, repr=False)
class Report:
    """The verdict on one ML repository and all that led to it.

    ``print(report)`` shows it in full; ``repr`` is one line, since pytest cuts longer ones. A report notes whether its
    findings were looked at, see :attr:`asked`; its value does not depend on that.

    Attributes:
        repository: What was checked, in words (a path, or ``repository of 3 files``).
        stages: How each stage ended, in the order in which they run.
        findings: What was found, in the order of the stages.
        data: Which data it ran on.
        environment: Names and versions that matter: Python and the packages of the learner's process.
        ignored: Findings that do not count, since their codes were to be ignored.
        environments: The kinds of Python that were tried: ``current``, ``learner``, ``container``, ``path``; empty if that
            is not known.
        sla: The MDP SLAs that it was checked with, as the user named them; empty without one.
        baseline: The file of an earlier report that it was held against; empty if there was none.
        known: Findings that do not count, since that report has them.
        gone: Findings of that report that are there no more. Nothing is known of those whose stage did not run.
        command: What to type to have the same check again; empty where no command can name it.
    """

    repository: str
    stages: tuple[StageResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    data: DataFacts = field(default_factory=DataFacts)
    environment: tuple[tuple[str, str], ...] = ()
    ignored: tuple[Finding, ...] = ()
    environments: tuple[str, ...] = ()
    sla: str = ""
    baseline: str = ""
    known: tuple[Finding, ...] = ()
    gone: tuple[Finding, ...] = ()
    command: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing was found that breaks the repository on FLOps."""
        return not self.errors

    @property
    def breaks(self) -> bool:
        """Whether an error was found, known or not."""
        return any(finding.severity is Severity.ERROR for finding in (*self.findings, *self.known))

    @property
    def verdict(self) -> str:
        """``compatible`` or ``incompatible``."""
        return "compatible" if self.ok else "incompatible"

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings of severity ``error``."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings of severity ``warning``. Who asks for them alone has not seen the errors."""
        findings: tuple[Finding, ...] = vars(self)["findings"]
        return tuple(finding for finding in findings if finding.severity is Severity.WARNING)

    @property
    def hidden(self) -> tuple[Stage, ...]:
        """The stages that did not run since a known error stands before them: nothing is said of those."""
        if not any(finding.severity is Severity.ERROR for finding in self.known):
            return ()
        skipped = (result for result in self.stages if result.outcome is Outcome.SKIPPED)
        return tuple(result.stage for result in skipped if result.reason.startswith("needs "))

    @property
    def asked(self) -> bool:
        """Whether somebody has looked at the findings: as they are, as the verdict or the errors, as text or JSON."""
        return "_asked" in vars(self)

    @property
    def summary(self) -> str:
        """The verdict in one line, with the numbers of errors and warnings and the codes that were ignored."""
        return text.summary(self)

    def outcome(self, stage: Stage | str) -> Outcome:
        """How ``stage`` ended; ``skipped`` also for a stage that this check did not have."""
        wanted = Stage(stage)
        return next((result.outcome for result in self.stages if result.stage is wanted), Outcome.SKIPPED)

    def to_json(self, *, indent: int | None = 2) -> str:
        """The report as JSON text, in the form that several reports have too; :meth:`from_json` reads it back."""
        return as_json.written([self], indent)

    def to_html(self) -> str:
        """The report as one page of HTML, without a script and without anything that is loaded from elsewhere."""
        from pytest_flops_mock.report.html.page import html

        return html({self.sla: self})

    @classmethod
    def from_json(cls, text: str) -> Report:
        """The report that :meth:`to_json` wrote.

        Raises:
            ValueError: The text is not JSON, no report of this schema, or holds several: :meth:`all_from_json` reads those.
        """
        reports = cls.all_from_json(text)
        if len(reports) != 1:
            raise ValueError(f"{len(reports)} reports in place of one; Report.all_from_json reads them")
        return reports[0]

    @classmethod
    def all_from_json(cls, text: str) -> tuple[Report, ...]:
        """The reports of ``flops-mock check --format json``, which may be about several SLAs.

        Raises:
            ValueError: The text is not JSON, or no report of this schema.
        """
        return tuple(cls(**attributes) for attributes in as_json.parsed(text))

    if not TYPE_CHECKING:  # for type checkers, there are no attributes but those above

        def __getattribute__(self, name: str) -> Any:
            """Note that the findings are looked at; verdict, errors, text and JSON are made of them."""
            if name == "findings":
                object.__setattr__(self, "_asked", True)
            return object.__getattribute__(self, name)

    def __repr__(self) -> str:
        return text.line(self)

    def __str__(self) -> str:
        return text.full(self)
