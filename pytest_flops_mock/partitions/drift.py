"""What is wrong with the rows of a partition, as on real devices. ``sla/drift_kinds.py`` lists the kinds.

Each is a pure function of the rows, the seed and its value. Each draws from a random stream of its own, and each column too:
neither another drift nor another column moves it. Changes of the schema do not depend on the seed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pyarrow as pa

from pytest_flops_mock.errors import DataSourceError
from pytest_flops_mock.flight.features import features_of
from pytest_flops_mock.partitions import drift_images as images
from pytest_flops_mock.partitions import drift_rows as rows
from pytest_flops_mock.partitions import drift_values as values
from pytest_flops_mock.partitions.drift_columns import Seed, concerns, stream
from pytest_flops_mock.partitions.drift_fitting import label_to_drift, refusal, refuse_together
from pytest_flops_mock.partitions.drift_schema import new_columns, with_columns
from pytest_flops_mock.partitions.splitting import Partition
from pytest_flops_mock.sla.drift_kinds import KINDS
from pytest_flops_mock.sla.schemes import Drift, DriftRule, no_partition

__all__ = ["drift_by_partition", "drifted", "label_to_drift", "refuse_beyond", "refuse_together", "with_drift"]

_ORDER = list(KINDS)
"""Whatever the order in which rules are written, partitions get them in this one."""

_VALUES: Mapping[str, Callable[[pa.Array, Any, Any, np.random.Generator], pa.Array]] = {
    "label_noise": lambda column, share, feature, rng: values.mislabelled(column, feature, share, rng),
    "factor": lambda column, factor, *_: values.in_other_units(column, factor),
    "outlier": lambda column, spreads, *_: values.far_off(column, spreads),
    "time_shift": lambda column, shift, *_: values.at_other_times(column, shift),
    "image_size": lambda column, size, *_: images.of_size(column, size),
    "image_mode": lambda column, mode, *_: images.of_mode(column, mode),
    "corrupt_images": lambda column, share, _, rng: images.cut_off(column, share, rng),
    "other_case": lambda column, share, _, rng: values.in_other_case(column, share, rng),
    "missing": lambda column, share, _, rng: values.with_gaps(column, share, rng),
}
"""How a column gets each kind of drift: by its values, the rule's value, its feature and random numbers."""

_ROWS: Mapping[str, Callable[[pa.Table, Any, Seed], pa.Table]] = {
    "duplicates": rows.repeating,
    "lost": rows.left,
    "empty": lambda table, *_: table.slice(0, 0),
}
"""How the rows get theirs, at last, so that they move nothing else."""


def with_drift(partition: Partition, drift: Drift, *, seed: int, label: str) -> Partition:
    """The partition with its drift. Without drift it streams as before; with drift its rows are held in memory.

    Args:
        partition: Rows without drift.
        drift: What is to be wrong with them; see :func:`drift_by_partition`.
        seed: Decides where; every partition has other places.
        label: The column with the classes; empty if there is none.

    Raises:
        DataSourceError: The rows cannot have it.
    """
    if not drift.rules:
        return partition
    table = pa.Table.from_batches(partition.batches(), schema=partition.schema)
    table = drifted(table, drift, seed=(seed, partition.index), label=label, where=partition.where)
    return replace(
        partition, schema=table.schema, rows=table.num_rows, make=lambda: iter(table.to_batches()), drift=drift.value
    )


def drift_by_partition(drift: Drift, count: int, seed: int, where: str) -> tuple[Drift, ...]:
    """The rules that each partition has, in order.

    Args:
        drift: What is wrong, and for which partitions.
        count: How many partitions there are.
        seed: Decides which, where a rule is for a share of them, or has a probability.
        where: Which data set, for the message.

    Raises:
        DataSourceError: A partition is named that there is not.
    """
    refuse_beyond(drift, count, where)
    having = [(rule, _having(rule, count, seed)) for rule in drift.rules]
    return tuple(Drift(tuple(rule for rule, numbers in having if index in numbers)) for index in range(count))


def refuse_beyond(drift: Drift, count: int, where: str) -> None:
    """Refuse a drift for partitions that there are not. See :func:`drift_by_partition`."""
    if problems := tuple(no_partition(drift, count)):
        raise refusal(problems, where)


def _having(rule: DriftRule, count: int, seed: int) -> frozenset[int]:
    """The numbers of the partitions that have a rule."""
    named = list(dict.fromkeys(rule.partitions)) or list(range(count))
    order = stream(seed, "devices").permutation(len(named))[: round(rule.devices * len(named))]
    chances = stream(seed, "probability", rule.what, rule.column).random(count)
    return frozenset(named[place] for place in order if chances[named[place]] < rule.probability)


def drifted(table: pa.Table, drift: Drift, *, seed: Seed, label: str = "", where: str = "the rows") -> pa.Table:
    """The rows with their drift, whatever partitions it is for; in the same order, but perhaps fewer, in other columns.

    Args:
        table: Rows without drift, with features in the schema; images as bytes.
        drift: What is to be wrong with them.
        seed: Decides where.
        label: The column with the classes; by default the only one of the feature ``ClassLabel``.
        where: Whose rows, for the message.

    Raises:
        DataSourceError: The rows cannot have it.
    """
    label = label_to_drift(drift, table.schema, label, where)
    refuse_together(drift, table.schema, where)
    features = features_of(table.schema)
    rules = sorted(drift.rules, key=lambda rule: _ORDER.index(rule.kind))
    for rule in drift.of_kind("imbalance"):
        of, share = rule.column or label, cast("float", rule.value)
        table = rows.imbalanced(table, of, features[of], share, seed)
    columns = []
    for field in table.schema:
        own = [rule for rule in rules if rule.kind in _VALUES and concerns(rule, field, features[field.name], label)]
        column = _in_one_piece(table[field.name]) if own else table[field.name]
        for rule in own:
            rng = stream(seed, rule.kind, field.name)
            try:
                column = _VALUES[rule.kind](column, rule.value, features[field.name], rng)
            except DataSourceError as error:
                raise refusal(error.problems, f"{where}, column {field.name}") from None
        columns.append(column)
    table = pa.Table.from_arrays(columns, schema=table.schema)
    if any(KINDS[rule.kind].new_schema for rule in rules):
        table = with_columns(table, new_columns(drift, table.schema), seed)
    for rule in rules:
        if rule.kind in _ROWS:
            table = _ROWS[rule.kind](table, rule.value, seed)
    return table


def _in_one_piece(column: pa.ChunkedArray) -> pa.Array:
    joined = column.combine_chunks()
    return joined.chunk(0) if isinstance(joined, pa.ChunkedArray) and joined.num_chunks else joined
