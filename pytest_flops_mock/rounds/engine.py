"""What runs a plan: an engine. It gets nodes that hold their data, and tells facts; it judges nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from pytest_flops_mock.learner.environments.python import LearnerPython
from pytest_flops_mock.repository.repository import MLRepository
from pytest_flops_mock.rounds.facts import ActorEnd, FederatedRound, LearnerRound, RoundsFacts
from pytest_flops_mock.rounds.plan import RoundsPlan

StartMethod = Literal["auto", "zygote", "spawn"]


@dataclass(frozen=True)
class EngineSettings:
    """What actors may take, and how they are started.

    Attributes:
        timeout: Seconds that one step of an actor may take, such as ``fit_model()`` in a round; whoever takes longer hangs.
        memory: Most bytes of memory that all actors may have together; by default half of the machine's.
        pass_env: Names of variables of this process' environment that actors get to see beside the usual ones.
        gpu: Whether actors see the GPUs of this machine.
        start_method: ``zygote``: actors are forked from an interpreter that has imported what they need. ``spawn``: each is
            an interpreter of its own. ``auto``: a zygote, unless the repository uses a library that does not bear forks.
    """

    timeout: float = 60.0
    memory: int | None = None
    pass_env: tuple[str, ...] = ()
    gpu: bool = False
    start_method: StartMethod = "auto"


@dataclass(frozen=True)
class RoundsWait:
    """The engine waits for something that takes a while.

    Attributes:
        what: What it waits for, in a line.
    """

    what: str


@dataclass(frozen=True)
class RoundEnded:
    """A round of an aggregator is over.

    Attributes:
        round: The round.
        learners: Its learners in it, in the nodes' order; none for the root aggregator's rounds.
    """

    round: FederatedRound
    learners: tuple[LearnerRound, ...] = ()


@dataclass(frozen=True)
class ActorEnded:
    """An actor's process has ended.

    Attributes:
        end: How.
    """

    end: ActorEnd


RoundsEvent = RoundsWait | RoundEnded | ActorEnded


class OnRoundsEvent(Protocol):
    """Is told of each event, in the caller's thread and while the engine waits."""

    def __call__(self, event: RoundsEvent, /) -> None:
        """Take note of an event."""


def unheard(event: RoundsEvent, /) -> None:
    """Tell nobody."""


class Engine(Protocol):
    """Runs federated rounds.

    Attributes:
        packages: What it needs in the learner's environment, beside what FLOps installs there.
    """

    packages: ClassVar[tuple[str, ...]]

    def run(
        self,
        plan: RoundsPlan,
        repository: MLRepository,
        *,
        uris: Mapping[int, str],
        tags: Sequence[str],
        python: LearnerPython,
        settings: EngineSettings,
        on_event: OnRoundsEvent = unheard,
    ) -> RoundsFacts:
        """Run a plan to its end.

        Args:
            plan: What shall run.
            repository: The ML repository that all actors run.
            uris: The address of each node's ML data server, which holds the node's data.
            tags: The data tags that learners ask for.
            python: The Python that actors run in.
            settings: What actors may take, and how they are started.
            on_event: Is told what happens.

        Returns:
            What happened, also where an actor failed, an aggregator would have waited, or a limit ended all.

        Raises:
            LearnerEnvironmentError: This Python has no Flower with which the engine can work.
            ToolError: The engine itself could not be started or run; nothing can be said of the repository.
        """
