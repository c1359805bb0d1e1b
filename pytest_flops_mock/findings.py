"""What a check found out, as frozen plain data: findings, how stages ended, facts about the data. No text for people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pytest_flops_mock.codes import CODES
from pytest_flops_mock.errors import FlopsMockError, Problem, ToolError
from pytest_flops_mock.machine import ran_out
from pytest_flops_mock.stage import Outcome, Severity, Stage
from pytest_flops_mock.statistics import SplitStatistics


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

    @property
    def place(self) -> str:
        """File, line and function in a row."""
        return f"{self.file}:{self.line} in {self.function}"


@dataclass(frozen=True)
class ShownValue:
    """A value of a row, small enough to be shown.

    Attributes:
        text: It in words; of a picture or a sound what that is.
        picture: A small PNG in base64; empty for what is no picture.
        wave: A sound as points from -1 to 1; empty for what is none.
    """

    text: str = ""
    picture: str = ""
    wave: tuple[float, ...] = ()


@dataclass(frozen=True)
class ShownRow:
    """A row, as a report shows it.

    Attributes:
        name: Which one it is, such as ``partition 0, row 3``.
        values: Its values, in the order of the columns; ``None`` for a column that its partition does not have.
    """

    name: str
    values: tuple[ShownValue | None, ...]


@dataclass(frozen=True)
class ShownRows:
    """A few rows, as a report shows them.

    Attributes:
        columns: Names of the columns that are shown.
        rows: The rows.
        left_out: How many rows there are beside.
        more_columns: How many columns there are beside.
    """

    columns: tuple[str, ...]
    rows: tuple[ShownRow, ...]
    left_out: int = 0
    more_columns: int = 0


@dataclass(frozen=True)
class Finding:
    """One thing that a check found out.

    Attributes:
        problem: What was found, in parts; its code is the finding's.
        severity: Whether it breaks the repository on FLOps.
        stage: The step in which it was found.
        detail: Lines that help to see it, such as the traceback's frames in the repository.
        frames: The traceback's frames that lie in the repository, outermost first; empty if it is about no call.
        exception: Name of the exception's class, if one was raised.
        rows: The rows that it is about, where they are few and may be shown.
    """

    problem: Problem
    severity: Severity
    stage: Stage
    detail: str = ""
    frames: tuple[Frame, ...] = ()
    exception: str = ""
    rows: ShownRows | None = None

    @classmethod
    def of(
        cls,
        problem: Problem,
        *,
        code: str = "",
        detail: str = "",
        frames: tuple[Frame, ...] = (),
        exception: str = "",
    ) -> Finding:
        """A finding of ``problem``; stage and severity are those of its code, or of ``code`` where it has none."""
        known = CODES[problem.code or code]
        return cls(replace(problem, code=known.id), known.severity, known.stage, detail, frames, exception)

    @property
    def code(self) -> str:
        """Stable identifier, such as ``FM602``; ``flops-mock explain`` says what it means."""
        return self.problem.code

    @property
    def message(self) -> str:
        """What was found, as one sentence."""
        return self.problem.message


def findings_of(error: FlopsMockError) -> tuple[Finding, ...]:
    """One finding for each problem that ``error`` carries.

    Raises:
        ToolError: That is what it is, or the machine ran out of something: nothing can be said of what is checked.
    """
    if isinstance(error, ToolError):
        raise error
    if (exhausted := ran_out(error)) is not None:
        raise exhausted from error
    return tuple(Finding.of(problem, code=error.code) for problem in error.problems)


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
        drift: What is wrong with it, as users write it; empty if nothing is.
    """

    name: str
    rows: int
    bytes: int
    drift: str = ""


@dataclass(frozen=True)
class SentFacts:
    """What one mock data provider sent.

    Attributes:
        sla: The MDP SLA, as the user named it.
        data_tag: The tag under which a learner finds the partitions.
        dataset_name: As the SLA says it.
        source: ``synthetic``, ``recorded``, ``hub`` or ``local``.
        origin: Where the rows came from, in words: a twin and its seed, a hub id, a path.
        partitions: Its partitions, in order.
        statistics: What they hold; ``None`` if it sent none.
        shown: Some of their rows, if they are to be shown.
    """

    sla: str = ""
    data_tag: str = ""
    dataset_name: str = ""
    source: str = ""
    origin: str = ""
    partitions: tuple[PartitionFacts, ...] = ()
    statistics: SplitStatistics | None = None
    shown: ShownRows | None = None


@dataclass(frozen=True)
class DataFacts:
    """Which data a check ran on.

    Attributes:
        sent: What each mock data provider sent, in the order of the SLAs; empty for data that a server had already.
        columns: Column names and their types, in words.
        rows: Number of rows that the learner loaded; 0 before it did.
        unverified: Names of loaded partitions whose sender did not promise how many rows would come.
    """

    sent: tuple[SentFacts, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    rows: int = 0
    unverified: tuple[str, ...] = ()

    @property
    def partitions(self) -> tuple[PartitionFacts, ...]:
        """All that was sent, in order."""
        return tuple(partition for sent in self.sent for partition in sent.partitions)

    @property
    def dataset_name(self) -> str:
        """The data set, as the SLA says it; those of several SLAs in a row."""
        return _joined(sent.dataset_name for sent in self.sent)

    @property
    def source(self) -> str:
        """Its source, likewise."""
        return _joined(sent.source for sent in self.sent)

    @property
    def origin(self) -> str:
        """Where its rows came from, likewise."""
        return _joined(sent.origin for sent in self.sent)


def _joined(texts: Iterable[str]) -> str:
    return " and ".join(text for text in dict.fromkeys(texts) if text)
