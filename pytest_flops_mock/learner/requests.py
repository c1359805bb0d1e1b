"""What the child can be asked, and which facts come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic

from pytest_flops_mock.learner import facts
from pytest_flops_mock.learner.facts import F


@dataclass(frozen=True)
class Request(Generic[F]):
    """One kind of request.

    Attributes:
        do: Its name on the child's side.
        facts: What comes back.
        kept: Whether later requests build on it; then a child that is started anew gets it again.
        alone: Whether it is of another actor than the learner, which builds on the data and nothing else.
    """

    do: str
    facts: type[F]
    kept: bool = False
    alone: bool = False


HELLO = Request("hello", facts.Hello)
READY = Request("ready", facts.Nothing)
LOAD = Request("load", facts.Loaded, kept=True)
AGGREGATOR = Request("aggregator", facts.Aggregator)
TRANSFORM = Request("transform", facts.Transformed, kept=True)
TRAIN = Request("train", facts.Trained, kept=True)
ROUND_TRIP = Request("round_trip", facts.RoundTrip)
SECOND_START = Request("second_start", facts.SecondStart)
SECOND_LEARNER = Request("second_learner", facts.SecondLearner, alone=True)
SET_AVERAGE = Request("set_average", facts.Averaged)
AGAIN = Request("again", facts.Trained)
EVALUATE = Request("evaluate", facts.Evaluated)
EVALUATE_START = Request("evaluate_start", facts.EvaluatedStart)
