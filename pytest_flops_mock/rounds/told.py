"""What the zygote tells, as it is parsed: the names are those of ``child/rounds/``. See ``facts`` for what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pytest_flops_mock.findings import Frame
from pytest_flops_mock.learner.facts import Nothing, Raised
from pytest_flops_mock.learner.requests import Request
from pytest_flops_mock.rounds.facts import LearnerData, Waited

Number = float | Literal["nan", "inf", "-inf"]
"""JSON has no numbers that are not finite."""


@dataclass(frozen=True)
class Prepared:
    """How actors will be started, or what of Flower is missing for that."""

    start_method: Literal["zygote", "spawn", ""]
    missing: str


@dataclass(frozen=True)
class RayStarted:
    """Whether Ray and its workers are there: why not, and what that is about."""

    failed: str
    where: str


@dataclass(frozen=True)
class Connected:
    """A learner is ready for its first round."""

    node: int
    seconds: float


@dataclass(frozen=True)
class Fit:
    """A learner has trained."""

    node: int
    round: int
    examples: int | None
    seconds: float
    bytes: int
    peak_bytes: int
    finite: bool
    shapes: tuple[str, ...]


@dataclass(frozen=True)
class Evaluation:
    """A learner has evaluated."""

    node: int
    round: int
    evaluated: int | None
    loss: Number | None
    accuracy: Number | None
    seconds: float
    bytes: int
    peak_bytes: int


@dataclass(frozen=True)
class RoundOver:
    """An aggregator's round is over. ``arrived``: each client's loss as it came over the wire, where it has 32 bits."""

    cluster: int
    round: int
    wished: int
    fitted: tuple[int, ...]
    evaluated: tuple[int, ...]
    seconds: float
    failures: int = 0
    loss: Number | None = None
    accuracy: Number | None = None
    finite: bool = True
    digest: str = ""
    kept: bool = False
    arrived: tuple[tuple[int, Number], ...] = ()


@dataclass(frozen=True)
class End:
    """An actor's process has ended; ``status`` is negative for a signal, and ``None`` if it is not known."""

    actor: Literal["learner", "aggregator", "root"]
    number: int
    how: Literal["done", "raised", "exited", "killed", "hung", "stopped"]
    round: int
    doing: str
    raised: Raised | None
    frames: tuple[Frame, ...]
    status: int | None
    output: str
    fault: str


@dataclass(frozen=True)
class Next:
    """What has happened since the last answer."""

    loaded: tuple[LearnerData, ...]
    connected: tuple[Connected, ...]
    fits: tuple[Fit, ...]
    evaluations: tuple[Evaluation, ...]
    rounds: tuple[RoundOver, ...]
    ends: tuple[End, ...]
    waited: tuple[Waited, ...]
    over: bool
    seconds: float


PREPARE = Request("rounds_prepare", Prepared)
START = Request("rounds_start", Nothing)
NEXT = Request("rounds_next", Next)
RAY_START = Request("rounds_ray_start", RayStarted)
RAY_NEXT = Request("rounds_ray_next", Next)
