"""What a check tells while it runs: that a stage begins, what it waits for, how it has ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from unicodedata import combining, east_asian_width

from pytest_flops_mock.stage import Outcome, Stage
from pytest_flops_mock.texts import clean


@dataclass(frozen=True)
class StageBegan:
    """A stage begins.

    Attributes:
        stage: Which one.
        env: The Python that it runs in, as the user named it, where a check has several; else empty.
    """

    stage: Stage
    env: str = ""


@dataclass(frozen=True)
class StageWaits:
    """A stage waits for something that takes long, such as the building of an environment.

    Attributes:
        stage: Which one.
        what: What it waits for, in a line.
        env: As for :class:`StageBegan`.
    """

    stage: Stage
    what: str
    env: str = ""


@dataclass(frozen=True)
class StageEnded:
    """A stage has ended, or was skipped without a beginning.

    Attributes:
        stage: Which one.
        outcome: How; ``None`` if it came to no end, since a tool failed or somebody interrupted it.
        seconds: How long it took.
        env: As for :class:`StageBegan`.
    """

    stage: Stage
    outcome: Outcome | None
    seconds: float = 0.0
    env: str = ""


Event = StageBegan | StageWaits | StageEnded


class OnEvent(Protocol):
    """Is told of each event, in the thread of the check and while that waits."""

    def __call__(self, event: Event, /) -> None:
        """Take note of an event."""


def unheard(event: Event, /) -> None:
    """Tell nobody."""


DOING = {
    Stage.SLA: "reading the SLA",
    Stage.STRUCTURE: "looking at the repository",
    Stage.ENVIRONMENT: "starting the learner's Python",
    Stage.PROVIDE: "sending the data set's partitions",
    Stage.LOAD: "loading the partitions as a learner does",
    Stage.AGGREGATOR: "making the aggregator's model",
    Stage.TRANSFORM: "giving the data to the learner",
    Stage.TRAIN: "training the learner's first round",
    Stage.EXCHANGE: "exchanging the parameters",
    Stage.EVALUATE: "evaluating the model",
    Stage.SEARCH: "searching for partitions that break the repository",
    Stage.ROUNDS: "training in federated rounds",
}
"""What each stage does, for a line that is shown meanwhile."""


def in_words(event: Event) -> str:
    """What is going on from this event on; empty if nothing is."""
    if isinstance(event, StageEnded):
        return ""
    doing = event.what if isinstance(event, StageWaits) else DOING[event.stage]
    return f"{event.stage.value}{f' ({event.env})' if event.env else ''}: {doing}"


def fitting(text: str, room: int) -> str:
    """As much of a text as goes into so many columns of a terminal, its end left out; empty if that says nothing."""
    text = " ".join(clean(text).split())
    if columns(text) <= room:
        return text
    while text and columns(text) > room - 1:
        text = text[:-1]
    return f"{text}…" if len(text) >= LEAST_CHARACTERS else ""


LEAST_CHARACTERS = 8
"""What is cut off before says nothing."""


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)
