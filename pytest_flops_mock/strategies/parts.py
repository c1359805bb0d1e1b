"""Partitions that could be made of a data set: of any size, of some classes, in any order, with rows twice, with drift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from hypothesis import note
from hypothesis import strategies as st

from pytest_flops_mock.flight.digest import ContentDigest
from pytest_flops_mock.partitions.gather import rows_of
from pytest_flops_mock.partitions.sample import Population, Sample
from pytest_flops_mock.strategies.drift_rules import drifts_of
from pytest_flops_mock.strategies.rows import shown

if TYPE_CHECKING:
    import datasets as hf

_ORDERS = ("as drawn", "by label", "reversed", "mixed")
_MAX_CLASSES = 100


def partitions(
    dataset: hf.Dataset, *, min_rows: int = 0, max_rows: int | None = None, drift: bool = True, label: str = ""
) -> st.SearchStrategy[hf.Dataset]:
    """Partitions that a learner could get of this data set, as ``datasets.Dataset``.

    From no row to all of them; of all classes, of some or of one; in the data set's order, mixed, reversed or sorted by
    label; with rows that come twice; and with drift, such as missing values. They shrink to the data set's first rows, as
    few as fail, with all classes allowed, in order, each once, without drift. Hypothesis prints how the rows of an example
    that fails were chosen, and the rows.

    Args:
        dataset: A ``datasets.Dataset``: a twin's rows, a recorded sample, or your own.
        min_rows: How many rows there are at least, before drift takes some away.
        max_rows: How many there are at most; by default as many as the data set has.
        drift: Whether values may be missing, labels be wrong and so on.
        label: The column that a model learns to tell, if no single ``ClassLabel`` says it.

    Example:
        >>> @given(partition=partitions(twin, min_rows=1))
        ... def test_any_partition(flops_try, partition):
        ...     report = flops_try(partition)
        ...     assert report.ok, report
    """
    population = _population(dataset, label)
    total = population.table.num_rows
    most = total if max_rows is None else min(max_rows, total)
    samples = _samples(population, min(min_rows, most), most, drift=drift)
    return samples.map(lambda sample: _dataset(population, sample))


def _samples(population: Population, least: int, most: int, *, drift: bool) -> st.SearchStrategy[Sample]:
    """Samples whose rows Hypothesis can leave out one by one, and which need no filter.

    A few rows are drawn each by itself, and more by a seed. Each draw picks of what is left.
    """
    classes = _by_class(population)
    schema = population.table.schema
    few = max(least, min(most, 10))
    total = population.table.num_rows
    # One beyond the end means a row that is there already; made smaller, it becomes another one.
    positions = st.lists(st.integers(0, total + total // 4), min_size=least, max_size=few)
    # Two bounds, so that half of the partitions are small.
    more = st.just(0) | st.integers(0, max(most - few, 0)) if most > few else st.just(0)
    excluded = st.lists(st.sampled_from(range(len(classes))), max_size=len(classes) - 1, unique=True) if classes else _NONE
    drifts = st.just("") | drifts_of(schema, population.label).map(lambda found: found.value) if drift else st.just("")
    return st.builds(
        _Drawn,
        st.just(classes),
        st.sampled_from(_ORDERS if classes else [order for order in _ORDERS if order != "by label"]),
        excluded,
        positions if total else _NONE,
        more,
        st.integers(0, 2**16 - 1),
        drifts,
    ).map(_sample)


_NONE: st.SearchStrategy[list[int]] = st.builds(list)


@dataclass(frozen=True, eq=False)
class _Drawn:
    """What is drawn of a sample."""

    classes: Sequence[Sequence[int]]
    order: str
    excluded: Sequence[int]
    positions: Sequence[int]
    more: int
    seed: int
    drift: str


def _sample(drawn: _Drawn) -> Sample:
    kept = [rows for number, rows in enumerate(drawn.classes) if number not in drawn.excluded]
    left = sorted(row for rows in kept for row in rows)
    rng = np.random.default_rng(drawn.seed)
    rows: list[int] = []
    for position in drawn.positions:
        if rows and (position >= sum(map(len, drawn.classes)) or not left):
            rows.append(rows[position % len(rows)])
        elif left:
            rows.append(left.pop(position % len(left)))
    # The first seed takes the first rows: what is small by a seed is as plain as what is drawn row by row.
    rest = rng.permutation(left).tolist() if drawn.seed else left
    rows += sorted(rest[: drawn.more])
    if drawn.order == "by label":
        rank = {row: number for number, members in enumerate(drawn.classes) for row in members}
        rows.sort(key=rank.__getitem__)
    elif drawn.order == "reversed":
        rows.reverse()
    elif drawn.order == "mixed":
        rows = [rows[place] for place in rng.permutation(len(rows))]
    return Sample(tuple(rows), drawn.drift, drawn.seed if drawn.drift else 0)


def _by_class(population: Population) -> list[list[int]]:
    """The rows of each class; those of all classes together where there are none to speak of."""
    everything = [list(range(population.table.num_rows))]
    if not population.label or not population.table.num_rows:
        return everything
    rows: dict[Any, list[int]] = {}
    for number, value in enumerate(population.table[population.label].to_pylist()):
        try:
            rows.setdefault(value, []).append(number)
        except TypeError:  # lists and structs are no classes
            return everything
    if len(rows) > _MAX_CLASSES:
        return everything
    return [rows[value] for value in sorted(rows, key=lambda value: (value is None, value))]


def _population(dataset: hf.Dataset, label: str) -> Population:
    from pytest_flops_mock.data.loaded import handed_in

    data = handed_in(dataset, "dataset", label)
    batches = [
        complete for batch in rows_of(data.table, data.rows).batches() for complete in data.complete(batch, data.name)
    ]
    classes = [name for name, feature in dataset.features.items() if type(feature).__name__ == "ClassLabel"]
    known = data.label or (classes[0] if len(classes) == 1 else "")
    return Population(data.name, pa.Table.from_batches(batches, schema=data.schema), known)


def _dataset(population: Population, sample: Sample) -> hf.Dataset:
    from datasets import Dataset

    note(sample)
    table = population.partition(sample)
    digest = ContentDigest(table.schema)
    for batch in table.to_batches():
        digest.update(batch)
    return shown(Dataset(table, fingerprint=digest.hexdigest()))
