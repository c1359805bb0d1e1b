"""What can be said of one partition by looking at it: sizes, labels, gaps, columns, values beyond those of the data set."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pytest_flops_mock.partitions.sample import Population, Sample
from pytest_flops_mock.search.drifts import Rule, rules_of
from pytest_flops_mock.search.rows import Labels, classes_in

MOST_COMPARED = 2000
"""In larger populations only what is drawn twice counts as a duplicate."""


@dataclass(frozen=True)
class Facts:
    """One partition.

    Attributes:
        sample: How it is made.
        rows: Number of rows.
        ranks: The classes that occur, by their places among those of the population.
        fewest: Rows of the rarest class that occurs.
        repeated: Whether a row comes twice.
        missing: Columns in which a value is missing.
        beyond: Columns with a number below or above all of the population.
        columns: Names of the columns, in order.
        types: Their types.
        rules: The drift that has changed something.
    """

    sample: Sample
    rows: int
    ranks: frozenset[int]
    fewest: int
    repeated: bool
    missing: frozenset[str]
    beyond: frozenset[str]
    columns: tuple[str, ...]
    types: tuple[tuple[str, str], ...]
    rules: frozenset[Rule]


class Looking:
    """Looks at partitions of a population; at each once.

    Args:
        population: What they are made of.
        labels: Its labels.
    """

    def __init__(self, population: Population, labels: Labels) -> None:
        self._population = population
        self._labels = labels
        self._known: dict[Sample, Facts] = {}
        table = population.table
        self._ends = {name: _ends(table[name]) for name in table.column_names if _is_number(table[name].type)}
        rows = table.to_pylist() if table.num_rows <= MOST_COMPARED else []
        groups: dict[str, int] = {}
        self._equal = [groups.setdefault(repr(row), len(groups)) for row in rows]

    def __call__(self, sample: Sample) -> Facts:
        """The facts of a sample."""
        if sample not in self._known:
            self._known[sample] = self._looked_at(sample)
        return self._known[sample]

    def _looked_at(self, sample: Sample) -> Facts:
        table = self._population.partition(sample)
        ranks = self._ranks(sample, table)
        same = [self._equal[row] for row in sample.rows] if self._equal else list(sample.rows)
        names = [name for name in self._ends if name in table.column_names and _is_number(table[name].type)]
        return Facts(
            sample=sample,
            rows=table.num_rows,
            ranks=frozenset(ranks),
            fewest=min(ranks.values(), default=0),
            repeated=len(set(same)) < len(same),
            missing=frozenset(name for name in table.column_names if table[name].null_count),
            beyond=frozenset(name for name in names if _is_beyond(table[name], self._ends[name])),
            columns=tuple(table.column_names),
            types=tuple((field.name, str(field.type)) for field in table.schema),
            rules=frozenset(rule for rule in rules_of(sample.drift) if self._has_changed(rule, sample, table)),
        )

    def _ranks(self, sample: Sample, table: pa.Table) -> Counter[int]:
        """How many rows each class has; of drift that changes labels as well."""
        if not self._labels.values:
            return Counter()
        if sample.drift and classes_in(table, self._population.label):
            places = {value: place for place, value in enumerate(self._labels.values)}
            found = Counter(places.get(value, -1) for value in table[self._population.label].to_pylist())
        else:
            found = Counter(self._labels.rank(row) for row in sample.rows)
        found.pop(-1, None)
        return found

    def _has_changed(self, rule: Rule, sample: Sample, table: pa.Table) -> bool:
        """Whether any of the rows shows the drift: a small share may leave a few rows as they are."""
        original = self._population.partition(Sample(sample.rows))
        if table.schema != original.schema or table.num_rows != original.num_rows:
            return True
        names = [rule.column] if rule.column in original.column_names else original.column_names
        return any(not table[name].equals(original[name]) for name in names)


def _is_number(kind: Any) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _ends(column: pa.ChunkedArray) -> tuple[Any, Any]:
    found = pc.min_max(column)
    return found["min"].as_py(), found["max"].as_py()


def _is_beyond(column: pa.ChunkedArray, ends: tuple[Any, Any]) -> bool:
    low, high = _ends(column)
    return low is not None and ends[0] is not None and (low < ends[0] or high > ends[1])
