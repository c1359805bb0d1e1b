"""What happened in federated rounds, as frozen facts: the engine makes them, judgement and reports read them.

The child's side (``child/rounds/``) makes them as plain values of the same names; they are parsed once, by pydantic.
Losses, accuracies and counts are those that travelled: what the repository returned, after Flower has taken it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pytest_flops_mock.findings import Frame
from pytest_flops_mock.learner.facts import Failure, Raised


@dataclass(frozen=True)
class LearnerRound:
    """One learner in one round. What it did not come to is ``None``.

    Attributes:
        node: Number of its node.
        round: The round, from 1, counted on through all cycles.
        examples: Examples that ``fit_model()`` said.
        evaluated: Examples that ``evaluate_model()`` said.
        loss: The loss on its own data after the round's average was set; may be NaN or infinite (as ``float``).
        accuracy: The accuracy, likewise.
        seconds: How long ``fit_model()`` with setting and getting parameters took.
        evaluate_seconds: How long the evaluation took.
        bytes: Size of the parameters that it sent and got in this round, in bytes.
        peak_bytes: The most memory that its process has had so far.
        finite: Whether the parameters that it sent are finite.
        shapes: Shapes and dtypes of what it sent, such as ``(10, 784) float64``.
    """

    node: int
    round: int
    examples: int | None = None
    evaluated: int | None = None
    loss: float | None = None
    accuracy: float | None = None
    seconds: float | None = None
    evaluate_seconds: float | None = None
    bytes: int = 0
    peak_bytes: int = 0
    finite: bool = True
    shapes: tuple[str, ...] = ()


@dataclass(frozen=True)
class FederatedRound:
    """One round as an aggregator saw it.

    Attributes:
        cluster: Number of the cluster; -1 for the root aggregator of hierarchical mode (its rounds are the cycles).
        round: The round, from 1, counted on through all cycles.
        wished: How many learners should have taken part: all of the plan but those that join later, be they alive or not.
        fitted: Nodes whose results were averaged, in order (clusters, for the root).
        evaluated: Nodes whose evaluation was averaged, in order.
        failures: How many results of training failed.
        loss: Mean loss, weighted by examples, as FLOps' FedAvg makes it; ``None`` without an evaluation.
        accuracy: Mean accuracy, likewise.
        finite: Whether the averaged parameters are finite.
        digest: SHA-256 of the averaged parameters' bytes, types and shapes: equal digests are equal parameters, bit by bit.
        seconds: How long the round took.
        kept: Whether FLOps would save the model after this round: it is the first one, or accuracy is higher and loss is
            lower than the best.
    """

    cluster: int
    round: int
    wished: int
    fitted: tuple[int, ...]
    evaluated: tuple[int, ...]
    failures: int = 0
    loss: float | None = None
    accuracy: float | None = None
    finite: bool = True
    digest: str = ""
    seconds: float = 0.0
    kept: bool = False


@dataclass(frozen=True)
class ActorEnd:
    """How one actor's process ended.

    Attributes:
        actor: ``learner``, ``aggregator`` (of a cluster, or the only one) or ``root``.
        number: The learner's node, or the cluster's number.
        how: ``done``; ``raised`` an exception; ``exited`` with a status by itself; ``killed`` by a signal; ``hung`` if it
            was ended since its round did not come to an end in time; ``stopped`` if it was ended because the federation was
            over.
        round: The round that it was in; 0 before the first.
        doing: What it was doing, such as ``fit_model()``.
        raised: The exception, if there was one.
        ending: How the process ended, in words, such as ``exit status 1`` or ``killed by signal 9 (SIGKILL)``.
        output: The last lines that it printed.
        fault: The fault of the plan that made it end so, as written; empty if none did.
        frames: Where no exception has frames of the repository, the calls in it at the end, outermost first, as far as that
            is known: the stack of one that hung, else the last method that was called.
    """

    actor: Literal["learner", "aggregator", "root"]
    number: int
    how: Literal["done", "raised", "exited", "killed", "hung", "stopped"]
    round: int = 0
    doing: str = ""
    raised: Raised | None = None
    ending: str = ""
    output: str = ""
    fault: str = ""
    frames: tuple[Frame, ...] = ()


@dataclass(frozen=True)
class Waited:
    """An aggregator that FLOps would have left waiting.

    Attributes:
        cluster: Number of the cluster; -1 for the root.
        round: The round that could not begin, or did not end.
        wanted: How many learners it waits for.
        there: How many are there.
        forever: Whether FLOps waits without an end (a round's results), or for a day (learners to come).
    """

    cluster: int
    round: int
    wanted: int
    there: int
    forever: bool


@dataclass(frozen=True)
class LearnerData:
    """What a learner has loaded.

    Attributes:
        node: Number of its node.
        rows: Number of rows.
        columns: Column names and features, in words.
        labels: Rows of each class by its name, for the column of classes, if there is one.
        joined: The round with which it came.
        start_seconds: From its start until it was connected.
    """

    node: int
    rows: int
    columns: tuple[tuple[str, str], ...] = ()
    labels: tuple[tuple[str, int], ...] = ()
    joined: int = 1
    start_seconds: float = 0.0


@dataclass(frozen=True)
class RoundsFacts:
    """All that happened.

    Attributes:
        learners: What each learner has loaded, in the nodes' order.
        rounds: Each round of each aggregator, in order.
        learner_rounds: Each learner in each round, by round and node.
        ends: How each actor ended; learners in the nodes' order, then aggregators.
        waited: Where FLOps would have waited.
        digest: Digest of the last averaged parameters (see :class:`FederatedRound`); empty if there are none.
        engine: ``wire`` or ``ray``.
        start_method: ``zygote`` or ``spawn``; empty for ray.
        seconds: How long it took from the first actor's start to the last one's end.
        versions: Python and the packages that matter in the actors' environment.
        failure: How all actors came to no end together: a limit of memory, processes or threads that they exceeded, or the
            end of the process that starts them; ``None`` if nothing of that kind happened.
    """

    learners: tuple[LearnerData, ...]
    rounds: tuple[FederatedRound, ...]
    learner_rounds: tuple[LearnerRound, ...]
    ends: tuple[ActorEnd, ...]
    waited: tuple[Waited, ...] = ()
    digest: str = ""
    engine: Literal["wire", "ray"] = "wire"
    start_method: Literal["zygote", "spawn", ""] = "zygote"
    seconds: float = 0.0
    versions: tuple[tuple[str, str], ...] = ()
    failure: Failure | None = None
