"""The plan of federated rounds: which nodes, how many rounds, who waits for whom, what goes wrong. Opens nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Mode(str, Enum):
    """How aggregators and learners are arranged, as in the project SLA."""

    CLASSIC = "classic"
    HIERARCHICAL = "hierarchical"


class FaultKind(str, Enum):
    """What goes wrong with a learner."""

    KILL = "kill"
    """Its process is killed in the round."""

    RAISE = "raise"
    """An exception leaves its round."""

    EXIT = "exit"
    """Its process exits in the round."""

    HANG = "hang"
    """Its round never ends."""

    SLOW = "slow"
    """Its round takes some seconds more."""

    JOINS = "joins"
    """It comes with this round and no earlier."""


@dataclass(frozen=True)
class RoundFault:
    """One thing that goes wrong with one learner, such as ``node 2 round 2 kill`` or ``node 3 joins round 2``.

    Attributes:
        kind: What goes wrong.
        node: The learner's node, from 0.
        round: In which round, from 1. In hierarchical mode rounds are counted on through all cycles.
        seconds: How much slower, for ``slow``.
    """

    kind: FaultKind
    node: int
    round: int
    seconds: float = 0.0

    @property
    def written(self) -> str:
        """The fault as users write it."""
        if self.kind is FaultKind.JOINS:
            return f"node {self.node} joins round {self.round}"
        seconds = f" {self.seconds:g}" if self.kind is FaultKind.SLOW else ""
        return f"node {self.node} round {self.round} {self.kind.value}{seconds}"


@dataclass(frozen=True)
class RoundsPlan:
    """What shall run.

    Attributes:
        clusters: The numbers of the learner nodes of each cluster; classic mode has one cluster.
        rounds: Rounds of training, of each cycle in hierarchical mode.
        cycles: Rounds of the root aggregator in hierarchical mode; 1 in classic mode.
        mode: How aggregators and learners are arranged.
        min_available: Learners (of each cluster) that an aggregator waits for before a round.
        min_fit: The least that take part in training.
        min_evaluate: The least that take part in an evaluation.
        seed: What all actors' random numbers start from.
        faults: What goes wrong, with whom and when.
    """

    clusters: tuple[tuple[int, ...], ...]
    rounds: int
    cycles: int = 1
    mode: Mode = Mode.CLASSIC
    min_available: int = 1
    min_fit: int = 1
    min_evaluate: int = 1
    seed: int = 0
    faults: tuple[RoundFault, ...] = ()

    @property
    def nodes(self) -> tuple[int, ...]:
        """The numbers of all learner nodes, in order."""
        return tuple(node for cluster in self.clusters for node in cluster)
