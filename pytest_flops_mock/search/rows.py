"""The labels of a population's rows, as the search looks at them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from pytest_flops_mock.flight.features import features_of
from pytest_flops_mock.partitions.sample import Population

MOST_CLASSES = 100


@dataclass(frozen=True, eq=False)
class Labels:
    """Which class each row of a population has.

    Attributes:
        values: All classes that occur, in order; empty if there are none to speak of.
        ranks: For each row the place of its class among them; -1 for one without.
        firsts: For each class the rows that have it.
    """

    values: tuple[Any, ...]
    ranks: tuple[int, ...]
    members: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, population: Population) -> Labels:
        """The labels of a population; of numbers without end, or of one class alone, there are none."""
        total = population.table.num_rows
        values = classes_in(population.table, population.label)
        if not 1 < len(values) <= MOST_CLASSES:
            return cls((), (0,) * total, (tuple(range(total)),))
        places = {value: place for place, value in enumerate(values)}
        ranks = tuple(places.get(value, -1) for value in population.table[population.label].to_pylist())
        members = tuple(tuple(row for row, rank in enumerate(ranks) if rank == place) for place in range(len(values)))
        return cls(values, ranks, members)

    def rank(self, row: int) -> int:
        """The place of a row's class."""
        return self.ranks[row]

    def first_of_each(self, rows: Sequence[int]) -> list[int]:
        """The first rows of the population that have the same classes in the same places; a row that repeats still does."""
        given: dict[int, int] = {}
        free = {rank: iter(self.members[rank]) for rank in {self.rank(row) for row in rows} if rank >= 0}
        for row in dict.fromkeys(rows):
            rank = self.rank(row)
            given[row] = next(free[rank], row) if rank >= 0 else row
        return [given[row] for row in rows]


def classes_in(table: pa.Table, label: str) -> tuple[Any, ...]:
    """The different labels that occur, in order; nothing without a label, or where it is no class."""
    if not label or label not in table.column_names:
        return ()
    column = table[label]
    if pa.types.is_nested(column.type) or pa.types.is_floating(column.type):
        return ()
    return tuple(sorted(value for value in column.unique().to_pylist() if value is not None))


def names_of(table: pa.Table, label: str, values: Iterable[Any]) -> tuple[str, ...]:
    """Labels as a person says them: by the name of the class, if it says more than its number."""
    feature = features_of(table.schema).get(label)
    names = feature.get("names") if isinstance(feature, dict) and feature.get("_type") == "ClassLabel" else None
    known = [
        names[value] if names and isinstance(value, int) and 0 <= value < len(names) else str(value) for value in values
    ]
    return tuple(known)
