"""The plan of learner nodes: how many, in which clusters, what is wrong with which, how data come to them. Opens nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from pytest_flops_mock.errors import Problem, SettingsError, listing, nearest
from pytest_flops_mock.nodes.faults import NodeFault

MAX_NODES = 1000


class Share(str, Enum):
    """How the partitions of an MDP SLA come to several nodes."""

    SAME = "same"
    """All of them to each node, as on FLOps when a user deploys the SLA to each."""

    APART = "apart"
    """To each node others, in turn."""

    ONE_EACH = "one_each"
    """As many as there are nodes, and one to each."""


@dataclass(frozen=True)
class NodesPlan:
    """How many learner nodes there are, in which clusters, and what is wrong with which.

    Attributes:
        count: How many.
        faults: What is wrong.
        clusters: How many clusters they are in: in order, and as many in each, or one more in the first ones.

    Raises:
        SettingsError: There can be no such number of nodes or clusters, or no such node that a fault names.
    """

    count: int
    faults: tuple[NodeFault, ...] = ()
    clusters: int = 1

    def __post_init__(self) -> None:
        if type(self.count) is not int or not 1 <= self.count <= MAX_NODES:
            raise SettingsError(
                Problem(
                    "there can be no such number of learner nodes",
                    expected=f"a whole number from 1 to {MAX_NODES}",
                    got=repr(self.count),
                    fix="for example LearnerNodes(3)",
                )
            )
        if type(self.clusters) is not int or not 1 <= self.clusters <= self.count:
            raise SettingsError(
                Problem(
                    "there can be no such number of clusters of learner nodes",
                    expected=f"a whole number from 1 to {self.count}, since each has a node",
                    got=repr(self.clusters),
                    fix="for example LearnerNodes(6, clusters=2)",
                )
            )
        for fault in self.faults:
            self.numbers(fault.node, f"the fault {fault.written}")

    def cluster_of(self, number: int) -> int:
        """The number of a node's cluster, from 0."""
        each, more = divmod(self.count, self.clusters)
        return min(number // (each + 1), more) if number < more * (each + 1) else (number - more) // each

    def of_node(self, number: int) -> tuple[NodeFault, ...]:
        """What is wrong with one node."""
        return tuple(fault for fault in self.faults if number in fault.those(self.count))

    def numbers(self, asked: int | Iterable[int] | None, where: str = "") -> tuple[int, ...]:
        """The nodes that are meant, each once; all of them for ``None``.

        Raises:
            SettingsError: One is not there, or none is meant.
        """
        if asked is None:
            return tuple(range(self.count))
        numbers = tuple(dict.fromkeys([asked] if isinstance(asked, int) else asked))
        if wrong := [each for each in numbers if type(each) is not int or not 0 <= each < self.count]:
            raise SettingsError(
                Problem(
                    f"there is no learner node {listing(map(repr, wrong))}",
                    where=where,
                    expected=f"numbers from 0 to {self.count - 1}" if self.count > 1 else "0, the only node",
                    got=listing(map(repr, numbers)),
                    fix="correct the numbers, or start more nodes",
                )
            )
        return numbers


def share_of(value: str | Share) -> Share:
    """How partitions are shared.

    Raises:
        SettingsError: There is no such way.
    """
    ways = [way.value for way in Share]
    if value not in ways:
        raise SettingsError(
            Problem(
                "there is no such way to share partitions among learner nodes",
                where="share",
                expected=f"one of: {listing(ways)}",
                got=repr(value),
                nearest=nearest(str(value), ways),
                fix='for example share="one_each"',
            )
        )
    return Share(value)
