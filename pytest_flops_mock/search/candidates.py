"""What it may be about a partition that breaks a repository, and what its neighbours are made of.

A candidate says of which partitions it holds, and names neighbours: some that keep it and change all else, and some that
lack it and little else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from pytest_flops_mock.partitions.sample import Population, Sample
from pytest_flops_mock.search.facts import Facts
from pytest_flops_mock.search.found import Property
from pytest_flops_mock.search.rows import Labels

Holds = Callable[[Facts], bool]

LARGE = 20
"""As many rows as a neighbour has that is to differ in size."""


@dataclass(frozen=True)
class Candidate:
    """One property that may explain a failure.

    Attributes:
        property: What it is.
        holds: Whether a partition has it.
        keeping: Samples that have it and little else in common with the one that fails.
        lacking: Samples that lack it and little else, the nearest first; what was changed, in words.
        of_drift: Whether it is about drift; other properties are judged by partitions without.
        comparable: Of which partitions it says anything at all; of one without rows that is seldom.
    """

    property: Property
    holds: Holds
    keeping: tuple[Sample, ...] = ()
    lacking: tuple[tuple[Sample, str], ...] = ()
    of_drift: bool = False
    comparable: Holds = lambda facts: facts.rows > 0


@dataclass(frozen=True)
class Case:
    """The smallest partition that fails, and what others can be made of.

    Attributes:
        population: The rows.
        labels: Their classes.
        facts: The smallest one.
        fails: Whether another one fails in the same way.
        mixed: All rows, of each class in turn.
    """

    population: Population
    labels: Labels
    facts: Facts
    fails: Callable[[Sample], bool]
    mixed: tuple[int, ...] = field(default=())

    @classmethod
    def of(cls, population: Population, labels: Labels, facts: Facts, fails: Callable[[Sample], bool]) -> Case:
        """The case of one failure."""
        longest = max(map(len, labels.members), default=0)
        turns = (members[turn] for turn in range(longest) for members in labels.members if turn < len(members))
        without = (row for row, rank in enumerate(labels.ranks) if rank < 0)
        return cls(population, labels, facts, fails, (*turns, *without))

    @property
    def rows(self) -> tuple[int, ...]:
        """The rows of the smallest one."""
        return self.facts.sample.rows

    def some(self, count: int, start: int = 0) -> tuple[int, ...]:
        """Plain rows of all classes, in turn."""
        begin = min(start, max(len(self.mixed) - count, 0))
        return self.mixed[begin : begin + count]

    def of_class(self, rank: int, count: int, start: int = 0) -> tuple[int, ...]:
        """Rows of one class."""
        members = self.labels.members[rank]
        return members[min(start, max(len(members) - count, 0)) :][:count]


def lacks(column: str) -> Holds:
    """Whether a value is missing in a column."""
    return lambda facts: column in facts.missing
