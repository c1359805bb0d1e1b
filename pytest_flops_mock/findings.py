"""What a check found out, as frozen plain data: stages, findings, facts about the data, and the report of them all.

Nothing here runs or judges anything: the pipeline makes these values, the writers in ``report/`` read them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import Enum
from typing import Any

from pytest_flops_mock.codes import CODES
from pytest_flops_mock.errors import FlopsMockError, Problem

SCHEMA = "pytest-flops-mock/report/1"
"""The version of the JSON form; a change that breaks readers raises the number."""

REPR_PART = 120
"""Most characters of the message in ``repr(report)``: pytest cuts what is longer than 240 in all."""


class Severity(str, Enum):
    """How bad a finding is: an ``error`` makes a repository incompatible, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Stage(str, Enum):
    """The steps of a check, in the order in which they run."""

    SLA = "sla"
    STRUCTURE = "structure"
    ENVIRONMENT = "environment"
    PROVIDE = "provide"
    LOAD = "load"
    AGGREGATOR = "aggregator"
    TRANSFORM = "transform"
    TRAIN = "train"
    EXCHANGE = "exchange"
    EVALUATE = "evaluate"


class Outcome(str, Enum):
    """How a stage ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Frame:
    """One call of a traceback, in a file of the repository.

    Attributes:
        file: Path within the repository, ``/`` between folders.
        line: Line number, from 1.
        function: Name of the function.
        source: The line's text, without indentation.
    """

    file: str
    line: int
    function: str
    source: str


@dataclass(frozen=True)
class Finding:
    """One thing that a check found out.

    Attributes:
        code: Stable identifier, ``FM`` and three digits; the first digit is the stage's.
        severity: Whether it breaks the repository on FLOps.
        stage: The step in which it was found.
        message: What was found, as one sentence.
        fix: The next step.
        where: File, key path, partition or address that it is about.
        expected: What would have been right.
        got: What was found instead.
        nearest: The valid value closest to what was got.
        detail: Lines that help to see it, such as the traceback's frames in the repository.
        frames: The traceback's frames that lie in the repository, outermost first; empty if it is about no call.
    """

    code: str
    severity: Severity
    stage: Stage
    message: str
    fix: str = ""
    where: str = ""
    expected: str = ""
    got: str = ""
    nearest: str = ""
    detail: str = ""
    frames: tuple[Frame, ...] = ()

    @classmethod
    def of(cls, problem: Problem, *, code: str = "", detail: str = "", frames: tuple[Frame, ...] = ()) -> Finding:
        """A finding that says what ``problem`` says; stage and severity are those of its code."""
        known = CODES[code or problem.code]
        return cls(
            code=known.id,
            severity=Severity(known.severity),
            stage=Stage(known.stage),
            message=problem.message,
            fix=problem.fix,
            where=problem.where,
            expected=problem.expected,
            got=problem.got,
            nearest=problem.nearest,
            detail=detail,
            frames=frames,
        )

    def problem(self) -> Problem:
        """The five parts of it."""
        return Problem(
            message=self.message,
            where=self.where,
            expected=self.expected,
            got=self.got,
            nearest=self.nearest,
            fix=self.fix,
            code=self.code,
        )


def findings_of(error: FlopsMockError) -> tuple[Finding, ...]:
    """One finding for each problem that ``error`` carries."""
    return tuple(Finding.of(problem, code=problem.code or error.code) for problem in error.problems)


@dataclass(frozen=True)
class StageResult:
    """How one stage ended.

    Attributes:
        stage: The stage.
        outcome: Passed, failed or skipped.
        seconds: Wall-clock time it took.
        reason: Why it was skipped; empty otherwise.
        facts: What the stage saw, as names and texts: shapes, dtypes, counts, values.
    """

    stage: Stage
    outcome: Outcome
    seconds: float = 0.0
    reason: str = ""
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class PartitionFacts:
    """One partition on the ML data server.

    Attributes:
        name: File name, ``TAG.DIGEST.parquet``.
        rows: Number of rows.
        bytes: Size of the rows as they travelled, in bytes of Arrow buffers.
    """

    name: str
    rows: int
    bytes: int


@dataclass(frozen=True)
class DataFacts:
    """Which data a check ran on.

    Attributes:
        dataset_name: As the SLA says it.
        source: ``synthetic``, ``recorded``, ``hub`` or ``local``.
        origin: Where the rows came from, in words: a twin and its seed, a hub id, a path.
        partitions: What was sent, in order.
        columns: Column names and their types, in words.
        rows: Number of rows that the learner loaded; 0 before it did.
    """

    dataset_name: str = ""
    source: str = ""
    origin: str = ""
    partitions: tuple[PartitionFacts, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    rows: int = 0

    @property
    def described(self) -> str:
        """All of it in one line; empty for no data."""
        if not self.dataset_name and not self.rows:
            return ""
        sent = _count(len(self.partitions), "partition") if self.partitions else ""
        rows = f"{_count(self.rows, 'row')} loaded" if self.rows else ""
        what = f"{self.dataset_name}: {self.origin}" if self.dataset_name else "what the server holds"
        return "; ".join(part for part in (what, sent, rows) if part)


@dataclass(frozen=True)
class Report:
    """The verdict on one ML repository and all that led to it.

    ``print(report)`` shows it in full; ``repr`` is one line, since pytest cuts longer ones.

    Attributes:
        repository: What was checked, in words (a path, or ``repository of 3 files``).
        stages: How each stage ended, in the order in which they run.
        findings: What was found, in the order of the stages.
        data: Which data it ran on.
        environment: Names and versions that matter: Python and the packages of the learner's process.
        ignored: Findings that do not count, since their codes were to be ignored.
    """

    repository: str
    stages: tuple[StageResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    data: DataFacts = DataFacts()
    environment: tuple[tuple[str, str], ...] = ()
    ignored: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing was found that breaks the repository on FLOps."""
        return not self.errors

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
        """The findings of severity ``warning``."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.WARNING)

    @property
    def summary(self) -> str:
        """The verdict in one line, with the numbers of errors and warnings and the codes that were ignored."""
        counts = [(len(self.errors), "error"), (len(self.warnings), "warning")]
        told = ", ".join(_count(count, name) for count, name in counts if count)
        codes = sorted({finding.code for finding in self.ignored})
        ignored = f"; {', '.join(codes)} ignored" if codes else ""
        return self.verdict + (f" ({told})" if told else "") + ignored

    def outcome(self, stage: Stage | str) -> Outcome:
        """How ``stage`` ended; ``skipped`` also for a stage that this check did not have."""
        wanted = Stage(stage)
        return next((result.outcome for result in self.stages if result.stage is wanted), Outcome.SKIPPED)

    def to_json(self, *, indent: int | None = 2) -> str:
        """The report as JSON text; :meth:`from_json` reads it back."""
        plain = {
            "schema": SCHEMA,
            "verdict": self.verdict,
            "repository": self.repository,
            "stages": [{**asdict(result), "facts": dict(result.facts)} for result in self.stages],
            "findings": [asdict(finding) for finding in self.findings],
            "ignored": [asdict(finding) for finding in self.ignored],
            "data": {**asdict(self.data), "columns": dict(self.data.columns)},
            "environment": dict(self.environment),
        }
        return json.dumps(plain, indent=indent, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Report:
        """The report that :meth:`to_json` wrote.

        Raises:
            ValueError: The text is not JSON, or not a report of this schema.
        """
        try:
            plain = json.loads(text)
        except RecursionError as error:
            raise ValueError(f"not a report of schema {SCHEMA}: nested too deeply") from error
        if not isinstance(plain, dict) or plain.get("schema") != SCHEMA:
            raise ValueError(f"not a report of schema {SCHEMA}")
        try:
            return cls._of_plain(plain)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"a broken report of schema {SCHEMA}: {type(error).__name__}: {error}") from error

    @classmethod
    def _of_plain(cls, plain: Mapping[str, Any]) -> Report:
        data = plain["data"]
        return cls(
            repository=_of_type(plain["repository"], str),
            stages=tuple(_stage_result(s) for s in plain["stages"]),
            findings=tuple(_finding(f) for f in plain["findings"]),
            data=DataFacts(
                dataset_name=data["dataset_name"],
                source=data["source"],
                origin=data["origin"],
                partitions=tuple(PartitionFacts(**p) for p in data["partitions"]),
                columns=tuple(data["columns"].items()),
                rows=_of_type(data["rows"], int),
            ),
            environment=tuple(plain["environment"].items()),
            ignored=tuple(_finding(f) for f in plain["ignored"]),
        )

    def __repr__(self) -> str:
        head = f"{self.verdict}: {_shortened(self.repository, REPR_PART // 2)}"
        if self.ok:
            return f"<Report {head}>"
        first, rest = self.errors[0], len(self.errors) - 1
        more = f" (and {rest} more)" if rest else ""
        message = _shortened(first.message, REPR_PART)
        return f"<Report {head}; {first.code} [{first.stage.value}] {message}{more}>"

    def __str__(self) -> str:
        findings = [line for finding in self.findings for line in _lines(finding)]
        return "\n".join(
            [*self._head(), *self._facts(), *findings, *([""] if findings else []), f"verdict     {self.summary}"]
        )

    def _head(self) -> list[str]:
        """What was checked, on which data, in which Python, and how far it came."""
        named = [
            ("repository", self.repository),
            ("data", self.data.described),
            ("python", ", ".join(f"{name} {version}" for name, version in self.environment)),
            ("stages", ", ".join(_stage(result) for result in self.stages)),
        ]
        return [f"{name:<10}  {text}" for name, text in named if text]

    def _facts(self) -> list[str]:
        return [
            f"{result.stage.value:<10}  {'; '.join(f'{name} {text}' for name, text in result.facts)}"
            for result in self.stages
            if result.facts
        ]


def _count(number: int, name: str) -> str:
    return f"{number:,} {name}{'' if number == 1 else 's'}"


def _shortened(text: str, max_characters: int) -> str:
    """The text on one line, its middle left out where it is longer than ``max_characters``."""
    line = " ".join(text.split())
    return line if len(line) <= max_characters else f"{line[: max_characters * 3 // 4 - 1]}…{line[-(max_characters // 4) :]}"


def _stage(result: StageResult) -> str:
    if result.outcome is Outcome.SKIPPED:
        return f"{result.stage.value} skipped ({result.reason})" if result.reason else f"{result.stage.value} skipped"
    return f"{result.stage.value} {result.outcome.value} ({result.seconds:.1f} s)"


def _lines(finding: Finding) -> list[str]:
    head = f"{finding.severity.value} {finding.code} [{finding.stage.value}] {finding.message}"
    return ["", head, *finding.problem().parts(), *(f"    {line}" for line in finding.detail.splitlines())]


def _finding(plain: Mapping[str, Any]) -> Finding:
    known = {field.name for field in fields(Finding)} - {"frames"}
    values = {key: _of_type(value, str) for key, value in plain.items() if key in known}
    frames = tuple(Frame(**frame) for frame in plain["frames"])
    return Finding(**{**values, "severity": Severity(plain["severity"]), "stage": Stage(plain["stage"]), "frames": frames})


def _stage_result(plain: Mapping[str, Any]) -> StageResult:
    facts = tuple((name, _of_type(text, str)) for name, text in plain["facts"].items())
    return StageResult(Stage(plain["stage"]), Outcome(plain["outcome"]), plain["seconds"], plain["reason"], facts)


def _of_type(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value
