"""The process that starts actors, as engines talk to it.

It is started like any learner of a check: behind a watchdog, within the same limits and the same fence; see
``child/rounds/``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

from pytest_flops_mock.errors import LearnerEnvironmentError, Problem, ToolError
from pytest_flops_mock.learner.answers import NoAnswerError
from pytest_flops_mock.learner.channel import Channel
from pytest_flops_mock.learner.environments.python import LearnerPython
from pytest_flops_mock.learner.facts import Failure, Told
from pytest_flops_mock.learner.limits import Limits
from pytest_flops_mock.learner.process import LearnerProcess
from pytest_flops_mock.learner.requests import HELLO, READY, Request
from pytest_flops_mock.repository.repository import MLRepository
from pytest_flops_mock.rounds.engine import EngineSettings, OnRoundsEvent, RoundsWait
from pytest_flops_mock.rounds.gathering import Gathering
from pytest_flops_mock.rounds.plan import FaultKind, Mode, RoundsPlan
from pytest_flops_mock.rounds.told import PREPARE, Next, Prepared

T = TypeVar("T")

START_SECONDS = 120.0
"""For what the zygote itself does: its start, its imports, and an answer, which it gives each second."""

THREADS = 32
"""Flower and gRPC have some in each actor, and two in an aggregator for each learner."""

ONE_PROCESSOR = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1")
"""Actors on FLOps ask for one processor each; here many share a few."""


@contextmanager
def zygote(repository: MLRepository, python: LearnerPython, plan: RoundsPlan, settings: EngineSettings) -> Iterator[Channel]:
    """The process, started."""
    process = LearnerProcess(
        repository,
        python=python.executable,
        pass_env=settings.pass_env,
        gpu=settings.gpu,
        limits=_limits(plan, settings),
        variables=ONE_PROCESSOR,
    )
    with process:
        yield Channel(process, START_SECONDS)


def _limits(plan: RoundsPlan, settings: EngineSettings) -> Limits:
    """What all actors may take together: each process beside what one learner may have."""
    limits, actors = Limits.of_machine(settings.memory), len(plan.nodes) + len(plan.clusters) + 1
    return replace(limits, processes=limits.processes + actors, threads=limits.threads + THREADS * actors)


def greet(channel: Channel, python: LearnerPython) -> Mapping[str, str]:
    """The versions of what matters there, once it has started.

    Raises:
        ToolError: It cannot be started.
    """
    return told(channel.ask(HELLO), python).versions


def get_ready(channel: Channel, python: LearnerPython, versions: Mapping[str, str], on_event: OnRoundsEvent) -> None:
    """Wait until it has imported what every learner needs.

    Raises:
        LearnerEnvironmentError: There is no Flower.
        ToolError: It cannot import that.
    """
    if "flwr" not in versions:
        raise LearnerEnvironmentError(without_flower(python, "no flwr"))
    on_event(RoundsWait("importing what learners need"))
    told(channel.ask(READY), python)


def prepare(
    channel: Channel, plan: RoundsPlan, uris: Mapping[int, str], tags: Sequence[str], settings: EngineSettings
) -> Prepared | Failure:
    """Let the zygote import what learners need. A learner on trial has its time for each of its steps."""
    first = plan.nodes[0]
    answer = channel.ask(
        PREPARE,
        limit=START_SECONDS + 5 * settings.timeout,
        uri=uris[first],
        tags=list(tags),
        timeout=settings.timeout,
        seed=plan.seed,
        start_method=settings.start_method,
    )
    return answer if isinstance(answer, Failure) else answer.facts


def listen(channel: Channel, request: Request[Next], gathering: Gathering, on_event: OnRoundsEvent) -> Failure | None:
    """Take what the zygote tells, until all is over; how it failed, if it did."""
    while True:
        answer = channel.ask(request)
        if isinstance(answer, Failure):
            return answer
        try:
            for event in gathering.take(answer.facts):
                on_event(event)
        except NoAnswerError as error:
            return Failure("ended", ending=f"what it told was refused: {error}", output=answer.output)
        if answer.facts.over:
            return None


def plain(plan: RoundsPlan, uris: Mapping[int, str]) -> dict[str, Any]:
    """A plan as the zygote takes it."""
    joins = {fault.node: fault.round for fault in plan.faults if fault.kind is FaultKind.JOINS}
    faults: dict[int, list[list[Any]]] = {}
    for fault in sorted(plan.faults, key=lambda fault: fault.kind is not FaultKind.SLOW):  # slow first: it ends nothing
        if fault.kind is not FaultKind.JOINS:
            faults.setdefault(fault.node, []).append([fault.kind.value, fault.round, fault.seconds, fault.written])
    return {
        "clusters": [list(nodes) for nodes in plan.clusters],
        "rounds": plan.rounds,
        "cycles": plan.cycles,
        "root": plan.mode is Mode.HIERARCHICAL,
        "min_available": plan.min_available,
        "min_fit": plan.min_fit,
        "min_evaluate": plan.min_evaluate,
        "uris": {str(node): uris[node] for node in plan.nodes},
        "joins": {str(node): round_ for node, round_ in joins.items()},
        "faults": {str(node): of_node for node, of_node in faults.items()},
    }


def told(answer: Told[T] | Failure, python: LearnerPython) -> T:
    """What the process tells of its start, which runs none of the repository's code."""
    if isinstance(answer, Failure):
        link = answer.raised.chain[0] if answer.raised is not None and answer.raised.chain else None
        raise ToolError(
            Problem(
                "the Python of the learners cannot be started for federated rounds",
                where=python.shown,
                got=f"{link.type}: {link.text}" if link is not None else answer.ending,
                fix="run flops-mock check first: it says what is wrong with this environment",
            )
        )
    return answer.facts


def without_flower(python: LearnerPython, missing: str) -> Problem:
    """What is said where Flower is missing."""
    return Problem(
        "the Python of the learners has no Flower that federated rounds can run on",
        where=python.shown,
        expected="flwr 1.8 or later with start_server and start_client",
        got=missing,
        fix="use env='learner', which has flwr 1.8.0 as FLOps has it, or install flwr==1.8.0",
    )
