"""Partitioners that a data set bears: each draw splits it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from hypothesis import strategies as st

from pytest_flops_mock.errors import DataSourceError, Problem
from pytest_flops_mock.flight.features import features_of
from pytest_flops_mock.partitions.fitting import check_sizes, check_values, column_to_split_by
from pytest_flops_mock.partitions.flower import partitioner_class
from pytest_flops_mock.sla.partitioners import Partitioning
from pytest_flops_mock.sla.partitioning import partitioning_of

if TYPE_CHECKING:
    import datasets as hf

_ALPHAS = st.sampled_from([1.0, 0.5, 0.1, 10.0, 1000.0])
_MODES = st.sampled_from(["random", "deterministic", "first-deterministic"])
_SEEDS = st.integers(0, 2**32 - 1)
_Said = dict[str, Any]


def partitioners(dataset: hf.Dataset, number_of_partitions: int = 2, *, label: str = "") -> st.SearchStrategy[Partitioning]:
    """Partitioners, with arguments, that split this data set into so many partitions.

    Those by a column name it, unless it is the label that the product would take. Mixed fleets are among them where there
    are two partitions or more. They shrink to ``iid``.

    Args:
        dataset: A ``datasets.Dataset`` with at least as many rows.
        number_of_partitions: How many partitions there are to be.
        label: The column that a model learns to tell, if no single ``ClassLabel`` says it.

    Raises:
        DataSourceError: The data set has fewer rows.

    Example:
        >>> @given(partitioner=partitioners(dataset, 3))
        ... def test_split(ml_data, partitioner):
        ...     provider = MockDataProvider(uri, partitioner=partitioner)
    """
    data = _Data.of(dataset, number_of_partitions, label)
    if not 1 <= data.count <= data.rows:
        raise DataSourceError(
            Problem(
                "no partitioner splits these rows into so many partitions",
                where="partitioners",
                expected=f"from 1 to {data.rows} partitions" if data.rows else "a data set with rows",
                got=f"number_of_partitions = {data.count}",
                fix="draw the data set with min_rows, or ask for fewer partitions",
            )
        )
    kinds = [found.map(partitioning_of) for found in _all(data)]
    return st.integers(0, len(kinds) - 1).flatmap(kinds.__getitem__)  # each as often as the others


@dataclass(frozen=True, eq=False)
class _Data:
    """What matters of a data set here."""

    schema: pa.Schema
    table: pa.Table
    count: int
    label: str

    @classmethod
    def of(cls, dataset: hf.Dataset, count: int, label: str) -> _Data:
        from pytest_flops_mock.data.loaded import handed_in

        data = handed_in(dataset, "dataset", label)
        return cls(data.schema, data.table.take(pa.array(data.rows)), count, data.label)

    @property
    def rows(self) -> int:
        return int(self.table.num_rows)

    def bears(self, **said: Any) -> bool:
        """Whether the rows suit a partitioner, as the product says."""
        kind: Any = partitioning_of(said)
        try:
            check_sizes(kind, self.rows, self.count, "")
            if "partition_by" in type(kind).model_fields:
                column = column_to_split_by(kind, self.schema, self.label, "")
                check_values(kind, column, self.table.column(column), self.count, "")
        except DataSourceError:
            return False
        return partitioner_class(kind.name) is not None

    def columns(self, **said: Any) -> list[str]:
        """The columns by which a partitioner can split; the label, or the only column of classes, first."""
        classes = [name for name, each in features_of(self.schema).items() if _is_class(each)]
        first = [self.label or (classes[0] if len(classes) == 1 else "")]
        names = [*first, *(name for name in self.schema.names if name not in first)]
        return [name for name in names if name and self.bears(**said, partition_by=name)]

    def sizes_of(self, column: str) -> list[int]:
        """How many rows each class has."""
        return list(Counter(self.table.column(column).to_pylist()).values())


def _all(data: _Data) -> Iterator[st.SearchStrategy[Any]]:
    """From the simplest on."""
    yield _seeded(st.just({"name": "iid"}))
    for name in ("linear", "square", "exponential"):
        if data.bears(name=name):
            yield _seeded(st.just({"name": name}))
    yield _seeded(_sizes(data.rows, data.count, 1).map(lambda sizes: {"name": "size", "partition_sizes": sizes}))
    if data.count > 1:
        yield _fleets(data.rows, data.count)
    for by_column in (_dirichlet, _pathological, _shard, _natural, _grouped, _inner, _distribution, _continuous):
        if ways := list(by_column(data)):
            yield st.one_of(ways)


def _dirichlet(data: _Data) -> Iterator[st.SearchStrategy[_Said]]:
    columns = data.columns(name="dirichlet", alpha=1, min_partition_size=0)
    alphas = _ALPHAS | st.lists(_ALPHAS, min_size=data.count, max_size=data.count)
    yield from _by(
        columns,
        name=st.just("dirichlet"),
        alpha=alphas,
        min_partition_size=st.just(0),  # more is not in every draw of shares
        shuffle=st.booleans(),
    )


def _pathological(data: _Data) -> Iterator[st.SearchStrategy[_Said]]:
    for column in data.columns(name="pathological", num_classes_per_partition=1):
        sizes = data.sizes_of(column)
        if min(sizes) < data.count:  # all partitions may get one class
            continue
        yield from _by(
            [column],
            name=st.just("pathological"),
            num_classes_per_partition=st.integers(1, len(sizes)),
            class_assignment_mode=_MODES,
            shuffle=st.booleans(),
        )


def _shard(data: _Data) -> Iterator[st.SearchStrategy[_Said]]:
    for column in data.columns(name="shard", num_shards_per_partition=1):
        most = data.rows // data.count
        sizes = st.integers(1, most).map(lambda size: {"shard_size": size})
        shards = st.integers(1, most).map(lambda shards: {"num_shards_per_partition": shards})
        pairs = [(size, shards) for size in range(1, most + 1) for shards in range(1, most // size + 1)]
        both = st.sampled_from(pairs).map(lambda pair: {"shard_size": pair[0], "num_shards_per_partition": pair[1]})
        for how in (shards, sizes, both):
            yield _with(how, _by([column], name=st.just("shard"), shuffle=st.booleans()))


def _natural(data: _Data) -> Iterator[st.SearchStrategy[_Said]]:
    yield from _by(data.columns(name="natural_id"), name=st.just("natural_id"))


def _grouped(data: _Data) -> Iterator[st.SearchStrategy[_Said]]:
    for column in data.columns(name="grouped_natural_id", group_size=1):
        ids = len(data.sizes_of(column))
        modes = ("allow-smaller", "allow-bigger", "drop-reminder", "strict")
        fitting = [
            {"group_size": size, "mode": mode}
            for size in range(1, ids + 1)
            for mode in modes
            if data.bears(name="grouped_natural_id", partition_by=column, group_size=size, mode=mode)
        ]
        yield _with(
            st.sampled_from(fitting), _by([column], name=st.just("grouped_natural_id"), sort_unique_ids=st.booleans())
        )


def _inner(data: _Data) -> Iterator[st.SearchStrategy[_Said]]:
    least = [0] * data.count
    for column in data.columns(name="inner_dirichlet", alpha=1, partition_sizes=least):
        classes = len(data.sizes_of(column))
        yield from _by(
            [column],
            name=st.just("inner_dirichlet"),
            partition_sizes=_sizes(data.rows, data.count, 0),
            alpha=_ALPHAS_OF_INNER | st.lists(_ALPHAS_OF_INNER, min_size=classes, max_size=classes),
            shuffle=st.booleans(),
        )


_ALPHAS_OF_INNER = st.sampled_from([1.0, 10.0, 1000.0])
"""With less, a draw may give all to a class that has no rows left, of which Flower makes NaN."""


def _distribution(data: _Data) -> Iterator[st.SearchStrategy[_Said]]:
    for column in data.columns(name="pathological", num_classes_per_partition=1):
        sizes = data.sizes_of(column)
        if data.count % len(sizes) or data.count > data.rows:
            continue
        for of_each in range(1, len(sizes) + 1):
            width = of_each * data.count // len(sizes)
            said = {
                "name": "distribution",
                "num_unique_labels_per_partition": of_each,
                "distribution_array": [[1] * width] * len(sizes),
                "preassigned_num_samples_per_label": 0,
            }
            spare = min(sizes) // width - 1  # Flower wants as many rows beyond those as there are partitions
            if spare >= 0 and data.bears(**said, partition_by=column):
                yield from _by(
                    [column],
                    name=st.just("distribution"),
                    num_unique_labels_per_partition=st.just(of_each),
                    distribution_array=st.lists(
                        st.lists(st.integers(1, 9), min_size=width, max_size=width), min_size=len(sizes), max_size=len(sizes)
                    ),
                    preassigned_num_samples_per_label=st.integers(0, spare),
                    shuffle=st.booleans(),
                )


def _continuous(data: _Data) -> Iterator[st.SearchStrategy[_Said]]:
    columns = data.columns(name="continuous", strictness=1)
    yield from _by(columns, name=st.just("continuous"), strictness=st.sampled_from([0.0, 1.0, 0.5]), shuffle=st.booleans())


def _by(columns: list[str], **said: st.SearchStrategy[Any]) -> Iterator[st.SearchStrategy[_Said]]:
    if columns:
        yield _seeded(st.fixed_dictionaries({**said, "partition_by": st.sampled_from(columns)}))


def _with(how: st.SearchStrategy[_Said], rest: Iterator[st.SearchStrategy[_Said]]) -> st.SearchStrategy[_Said]:
    return st.tuples(how, next(rest)).map(lambda both: {**both[0], **both[1]})


def _seeded(said: st.SearchStrategy[_Said]) -> st.SearchStrategy[_Said]:
    """With a seed of its own, or with that of the run."""
    return st.tuples(said, st.fixed_dictionaries({}, optional={"seed": _SEEDS})).map(lambda both: {**both[0], **both[1]})


def _sizes(rows: int, count: int, least: int) -> st.SearchStrategy[list[int]]:
    """So many sizes that do not need more rows than there are; each takes of what the ones before have left."""
    spare = rows - count * least
    return st.lists(st.integers(0, spare), min_size=count, max_size=count).map(partial(_within, spare=spare, least=least))


def _within(wishes: list[int], spare: int, least: int) -> list[int]:
    sizes = []
    for wish in wishes:
        sizes.append(least + min(wish, spare))
        spare -= min(wish, spare)
    return sizes


def _fleets(rows: int, count: int) -> st.SearchStrategy[list[_Said]]:
    """Two groups, over rows that suit any share."""

    def fleet(first: int, kinds: tuple[str, str], sizes: list[int]) -> list[_Said]:
        ends = {"size": lambda part: {"name": "size", "partition_sizes": part}, "iid": lambda part: {"name": "iid"}}
        parts: list[Callable[[list[int]], _Said]] = [ends[kind] for kind in kinds]
        return [
            {"partitioner": make(part), "number_of_partitions": len(part)}
            for make, part in zip(parts, (sizes[:first], sizes[first:]), strict=True)
        ]

    kinds = st.sampled_from([("iid", "iid"), ("iid", "size"), ("size", "iid"), ("size", "size")])
    return st.builds(fleet, st.integers(1, count - 1), kinds, _sizes(rows, count, 1))


def _is_class(feature: Any) -> bool:
    return isinstance(feature, dict) and feature.get("_type") == "ClassLabel"
