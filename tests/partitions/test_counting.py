"""What is counted of a partition while its batches go by."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from pytest_flops_mock.partitions.counting import MAX_POINTS, MAX_TEXT, MAX_VALUES, Counts, Label, squeezed


def counted(*columns: Any, of_classes: bool = False, name: str = "y", label: str = "y") -> Counts:
    counts = Counts(Label(label, of_classes))
    for column in columns:
        counts.add(pa.RecordBatch.from_arrays([column if isinstance(column, pa.Array) else pa.array(column)], [name]))
    return counts


@pytest.mark.parametrize(
    ("columns", "values", "unlabelled"),
    [
        (([1, 2, 2], [2, None]), {1: 1, 2: 3}, 1),
        ((["cat", "dog"], ["cat", None]), {"cat": 2, "dog": 1}, 1),
        (([True, False, True],), {True: 2, False: 1}, 0),
        (([1.0, float("nan"), float("inf"), 2.5],), {1.0: 1, 2.5: 1}, 2),
        ((pa.array([1, 2], pa.int8()), pa.array([2.0, 3.0], pa.float32())), {1: 1, 2: 2, 3: 1}, 0),
        ((pa.array(["a", "b", "a"]).dictionary_encode(),), {"a": 2, "b": 1}, 0),
        (([[1, 2], [2], [], None],), {1: 1, 2: 2}, 1),
        ((pa.array([[1, 2], [3, 3]], pa.list_(pa.int64(), 2)),), {1: 1, 2: 1, 3: 2}, 0),
        ((pa.nulls(3),), {}, 3),
        ((pa.array([], pa.int64()),), {}, 0),
    ],
    ids=["numbers", "text", "yes and no", "fractions", "other widths", "categories", "lists", "pairs", "nulls", "no rows"],
)
def test_labels_of_each_type_are_counted(columns: Any, values: Any, unlabelled: int) -> None:
    counts = counted(*columns)
    assert (counts.values, counts.unlabelled) == (values, unlabelled)


def test_a_class_below_zero_is_no_label_and_a_number_is_one() -> None:
    assert (counted([-1, 0], of_classes=True).values, counted([-1, 0]).values) == ({0: 1}, {-1: 1, 0: 1})
    assert counted([-1, 0], of_classes=True).unlabelled == 1


@pytest.mark.parametrize(
    "column",
    [
        [{"text": "x"}],
        [[[1, 2]]],
        [[0.5, 1.5]],
        [b"bytes"],
        ["x" * (MAX_TEXT + 1)],
        [f"text {number}" for number in range(MAX_VALUES + 1)],
        [list(range(MAX_VALUES + 1))],
    ],
    ids=["structs", "lists of lists", "vectors", "bytes", "a long text", "too many texts", "too many in lists"],
)
def test_what_are_no_classes_is_not_counted_and_rows_and_gaps_are(column: Any) -> None:
    counts = counted(column, [None])
    assert not counts.countable
    assert not counts.values
    assert (counts.rows, counts.missing) == (len(column) + 1, {"y": 1})


def test_null_and_nan_are_missing_in_every_column() -> None:
    counts = Counts(Label())
    table = pa.table({"a": [1.0, float("nan"), None], "b": ["x", None, "z"], "c": [1, 2, 3], "y": [None, None, 1]})
    for batch in table.to_batches(max_chunksize=2):
        counts.add(batch)
    assert (counts.rows, counts.missing) == (3, {"a": 2, "b": 1, "y": 2})


def test_a_partition_without_the_column_has_no_labels() -> None:
    counts = counted([1, 2], name="renamed")
    assert (counts.rows, counts.unlabelled, counts.values, counts.countable) == (2, 2, {}, True)


def test_memory_does_not_grow_with_the_rows_of_a_continuous_target() -> None:
    rng = np.random.default_rng(1)
    batches = [pa.array(rng.normal(5, 2, 50_000)) for _ in range(8)]
    tracemalloc.start()
    counts = counted(*batches)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert counts.points is not None
    assert len(counts.points[0]) <= MAX_VALUES
    assert counts.points[1].sum() == counts.moments[0] == 400_000
    whole = np.concatenate([batch.to_numpy() for batch in batches])
    assert counts.moments[1] == pytest.approx(whole.mean())
    assert (counts.moments[2] / 400_000) ** 0.5 == pytest.approx(whole.std())
    assert counts.ends == (whole.min(), whole.max())
    assert peak < 30e6


def test_few_points_stand_for_many_with_equal_mean_and_weight() -> None:
    rng = np.random.default_rng(2)
    values, weights = rng.lognormal(0, 2, 50_000), rng.integers(1, 5, 50_000).astype(float)
    points, sums = squeezed(values, weights, MAX_POINTS)
    assert len(points) <= MAX_POINTS
    assert (np.diff(points) > 0).all()
    assert sums.sum() == weights.sum()
    assert np.average(points, weights=sums) == pytest.approx(np.average(values, weights=weights))
    assert [list(part) for part in squeezed(np.array([3.0, 1, 3]), np.array([1.0, 1, 2]), 9)] == [[1, 3], [1, 3]]
