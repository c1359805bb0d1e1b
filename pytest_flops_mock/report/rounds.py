"""Federated rounds, as a report shows them: what each round and each learner came to, as frozen plain numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LearnerRoundShown:
    """One learner in one round. What it did not come to is ``None``.

    Attributes:
        round: The round, from 1.
        examples: Examples that it trained on.
        loss: The loss on its own data after the round; may be NaN or infinite.
        accuracy: The accuracy, likewise.
        seconds: How long it trained.
        bytes: Size of the parameters that it sent and got.
        peak_bytes: The most memory that its process has had so far.
    """

    round: int
    examples: int | None = None
    loss: float | None = None
    accuracy: float | None = None
    seconds: float | None = None
    bytes: int = 0
    peak_bytes: int = 0


@dataclass(frozen=True)
class LearnerShown:
    """One learner.

    Attributes:
        name: What it is called, such as ``node 2``.
        rows: Rows that it has loaded.
        labels: What of the classes it has, in words.
        ended: How it ended, in words; empty if it went through all rounds.
        exception: What it raised, in a line; empty if nothing.
        rounds: What it did in each round that it took part in.
    """

    name: str
    rows: int
    labels: str = ""
    ended: str = ""
    exception: str = ""
    rounds: tuple[LearnerRoundShown, ...] = ()


@dataclass(frozen=True)
class RoundShown:
    """One round, as the aggregator saw it.

    Attributes:
        number: The round, from 1.
        took_part: How many learners' results were averaged.
        wished: How many should have been.
        loss: Mean loss; ``None`` without an evaluation, and it may be NaN or infinite.
        accuracy: Mean accuracy, likewise.
        seconds: How long it took.
        kept: Whether FLOps would keep the model after it.
    """

    number: int
    took_part: int
    wished: int
    loss: float | None = None
    accuracy: float | None = None
    seconds: float = 0.0
    kept: bool = False


@dataclass(frozen=True)
class RoundsShown:
    """The rounds of one federation.

    Attributes:
        rounds: Each round, in order.
        learners: Each learner, in order.
        facts: What else is worth knowing, as names and texts: the engine, the seed.
    """

    rounds: tuple[RoundShown, ...]
    learners: tuple[LearnerShown, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
