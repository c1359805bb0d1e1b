"""Trying one partition after another on the repository, in a process that is kept between them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from pytest_flops_mock.errors import DataSourceError, Problem, ToolError
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.flight.client import MLDataClient
from pytest_flops_mock.flight.server import MLDataServer
from pytest_flops_mock.judging.failures import TOO_MUCH, UNFINISHED
from pytest_flops_mock.judging.loading import load_failures
from pytest_flops_mock.learner import requests
from pytest_flops_mock.learner.facts import Failure
from pytest_flops_mock.options import CheckOptions
from pytest_flops_mock.partitions.sample import Population, Sample
from pytest_flops_mock.provider import MockDataProvider
from pytest_flops_mock.stage import Severity, Stage
from pytest_flops_mock.stages import steps
from pytest_flops_mock.stages.context import Context, Subject

TAG = "search"
STEPS: tuple[tuple[Stage, Callable[[Context], Iterable[Finding]]], ...] = (
    (Stage.TRANSFORM, steps.transform),
    (Stage.TRAIN, steps.train),
    (Stage.EXCHANGE, steps.there_and_back),
    (Stage.EVALUATE, steps.evaluate),
)
"""What a learner does with its partition. A second learner and the aggregator are the check's, once for all partitions."""

THROUGH = tuple(stage for stage, _ in STEPS)

OF_NO_EXAMPLES = ("FM711", "FM914")


class TimeIsUpError(BaseException):
    """The search's time is up. No ``Exception``: it is to end whatever tries partitions."""


@dataclass(frozen=True)
class Key:
    """What tells one failure from another.

    Attributes:
        code: The finding's code; empty for memory that was not enough.
        exception: Name of the exception's class; empty if none was raised.
        where: File, line and function, or what was being done; of what did not come to an end, that.
    """

    code: str
    exception: str
    where: str


@dataclass(frozen=True)
class Outcome:
    """What came of one partition.

    Attributes:
        finding: The first error; ``None`` if the repository can use the partition.
        key: What tells it from others.
        ended: Whether the process had to be ended, or ended itself, which makes it dear.
        made: Whether there are such rows at all: a drift may fit some of them and not others.
    """

    finding: Finding | None = None
    key: Key | None = None
    ended: bool = False
    made: bool = True

    @property
    def passes(self) -> bool:
        """Whether the repository can use it."""
        return self.made and self.finding is None


class Tries(Protocol):
    """Whatever says what comes of a partition."""

    @property
    def population(self) -> Population:
        """What samples are made of."""

    @property
    def outcomes(self) -> Mapping[Sample, Outcome]:
        """What came of those that were tried, in order."""

    def __call__(self, sample: Sample) -> Outcome:
        """What comes of one; of one that was tried before, the same again."""


class Trier:
    """Sends partitions to the learner's process and says what comes of each; of one that was tried before, the same again.

    Args:
        subject: The repository, with its process.
        server: Holds one partition at a time.
        client: Sends to that server.
        population: What samples are made of.
        options: How the check is done.
        through: The last stage.
        limit: Seconds that one step may take.
        deadline: When the time of the search is up, by ``time.monotonic()``.
    """

    def __init__(
        self,
        subject: Subject,
        server: MLDataServer,
        client: MLDataClient,
        population: Population,
        options: CheckOptions,
        *,
        through: Stage,
        limit: float,
        deadline: float,
    ) -> None:
        self.population = population
        self.outcomes: dict[Sample, Outcome] = {}
        self.deadline = deadline
        self.tried = 0
        self._subject = subject
        self._server = server
        self._client = client
        self._options = options
        self._steps = STEPS[: THROUGH.index(through) + 1]
        self._limit = limit
        self._is_ready = False

    def __call__(self, sample: Sample) -> Outcome:
        """What comes of a sample.

        Raises:
            TimeIsUpError: There is no time for another one.
            ToolError: The process that died or was ended cannot be started anew.
        """
        if (known := self.outcomes.get(sample)) is not None:
            return known
        if time.monotonic() > self.deadline:
            raise TimeIsUpError
        outcome = self.outcomes[sample] = self._tried(sample, self._limit)
        return outcome

    def again(self, sample: Sample) -> Outcome:
        """What comes of a sample in a process that has done nothing before, and with all the time that a check gives it."""
        self._is_ready = False
        return self._tried(sample, self._options.timeout)

    def _tried(self, sample: Sample, limit: float) -> Outcome:
        session = self._subject.session
        if session is None:
            raise LookupError("no child runs the repository yet")
        self.tried += 1
        if not self._is_ready:
            if (failure := session.renew()) is not None:
                raise ToolError(
                    Problem(
                        "the process that runs the repository cannot be started anew",
                        got=failure.ending,
                        fix="see whether the machine has memory and processes left",
                    )
                )
            session.ask(requests.AGGREGATOR)  # its parameters are what learners start from
            self._is_ready = True
        try:
            self._send(sample)
        except DataSourceError:
            return Outcome(made=False)
        with session.trying(limit):
            outcome = self._judged()
        self._is_ready = not session.ended
        return outcome

    def _send(self, sample: Sample) -> None:
        rows = self.population.partition(sample)
        self._server.clear()
        self._client.send(f"{TAG}.{self.tried:032x}.parquet", rows)

    def _judged(self) -> Outcome:
        provider = MockDataProvider(self._server.uri)
        context = Context(self._subject, provider, self._options, data_tags=[TAG])
        answer = steps.loaded(context)
        if isinstance(answer, Failure):
            return self._first_error(load_failures(answer, self._server.uri, ())) or Outcome()
        for stage, step in self._steps:
            found = step(context)
            # Of no rows none can be used, and saying so is right.
            outcome = self._first_error(found if context.data.rows else (f for f in found if f.code not in OF_NO_EXAMPLES))
            if outcome is not None:
                return outcome
            if stage not in context.usable and stage in (Stage.TRANSFORM, Stage.TRAIN):
                break  # what it found is ignored, and left nothing to go on with
        return Outcome()

    def _first_error(self, found: Iterable[Finding]) -> Outcome | None:
        ignore = self._options.ignore
        for finding in found:
            if finding.severity is Severity.ERROR and finding.code not in ignore:
                return Outcome(finding, _key(finding), ended=self._subject.session is None or self._subject.session.ended)
        return None


def _key(finding: Finding) -> Key:
    """Where a process is when its time or its memory is up is chance, and so is whether Python says so first."""
    if finding.message == TOO_MUCH or finding.exception == "MemoryError":
        return Key("", "", TOO_MUCH)
    if finding.message == UNFINISHED:
        return Key(finding.code, finding.exception, UNFINISHED)
    return Key(finding.code, finding.exception, finding.frames[-1].place if finding.frames else finding.problem.where)
