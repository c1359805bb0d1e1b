"""Trying one partition after another on the repository, in a process that is kept between them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pytest_flops_mock.errors import DataSourceError
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.flight.client import MLDataClient
from pytest_flops_mock.flight.server import MLDataServer
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


class TimeIsUpError(BaseException):
    """The search's time is up. No ``Exception``: it is to end whatever tries partitions."""


@dataclass(frozen=True)
class Key:
    """What tells one failure from another.

    Attributes:
        code: The finding's code.
        exception: Name of the exception's class; empty if none was raised.
        where: File, line and function, or what was being done.
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
    """

    finding: Finding | None = None
    key: Key | None = None
    ended: bool = False

    @property
    def passes(self) -> bool:
        """Whether nothing went wrong."""
        return self.finding is None


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
        self._is_new = False

    def __call__(self, sample: Sample) -> Outcome:
        """What comes of a sample.

        Raises:
            TimeIsUpError: There is no time for another one.
        """
        if (known := self.outcomes.get(sample)) is not None:
            return known
        if time.monotonic() > self.deadline:
            raise TimeIsUpError
        outcome = self.outcomes[sample] = self._tried(sample, self._limit)
        return outcome

    def again(self, sample: Sample) -> Outcome:
        """What comes of a sample in a process that has done nothing before, and with all the time that a check gives it."""
        self._is_new = False
        return self._tried(sample, self._options.timeout)

    def _tried(self, sample: Sample, limit: float) -> Outcome:
        session = self._subject.session
        if session is None:
            raise LookupError("no child runs the repository yet")
        self.tried += 1
        if not self._is_new:
            session.renew()
            session.ask(requests.AGGREGATOR)  # its parameters are what learners start from
            self._is_new = True
        try:
            self._send(sample)
        except DataSourceError:
            return Outcome()  # there are no such rows to send
        with session.trying(limit):
            outcome = self._judged()
        self._is_new = not outcome.ended
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
            return self._first_error(load_failures(answer, self._server.uri, {})) or Outcome()
        for stage, step in self._steps:
            outcome = self._first_error(step(context))
            if outcome is not None:
                return outcome
            if stage not in context.usable and stage in (Stage.TRANSFORM, Stage.TRAIN):
                break  # what it found is ignored, and left nothing to go on with
        return Outcome()

    def _first_error(self, found: Iterable[Finding]) -> Outcome | None:
        ignore = self._options.ignore
        for finding in found:
            if finding.severity is Severity.ERROR and finding.code not in ignore:
                where = finding.frames[-1].place if finding.frames else finding.problem.where
                key = Key(finding.code, finding.exception, where)
                return Outcome(finding, key, ended=self._subject.session is None or self._subject.session.ended)
        return None
