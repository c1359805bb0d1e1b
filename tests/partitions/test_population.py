"""The rows that partitions are made of: all of a small data set, and of a large one a part that misses nothing."""

from __future__ import annotations

from typing import Any

import pytest
from datasets import ClassLabel, Dataset

from pytest_flops_mock.data.loaded import LoadedData, handed_in
from pytest_flops_mock.flight.features import features_of
from pytest_flops_mock.partitions.sample import Population, Sample, population_of


def data(rows: int, **columns: Any) -> LoadedData:
    """Rows of two frequent classes and a rare one."""
    values = {
        "x": list(range(rows)),
        "label": [2 if number == rows - 3 else number % 2 for number in range(rows)],
        **columns,
    }
    return handed_in(Dataset.from_dict(values).cast_column("label", ClassLabel(names=["a", "b", "rare"])), "own")


def xs(population: Population) -> list[Any]:
    found: list[Any] = population.table["x"].to_pylist()
    return found


def test_it_has_all_rows_in_an_order_that_the_seed_decides() -> None:
    one, again, other = (population_of(data(50), seed=seed) for seed in (42, 42, 43))
    assert sorted(xs(one)) == list(range(50))
    assert xs(one) == xs(again) != xs(other)
    assert xs(one) != sorted(xs(one))


def test_the_label_is_the_only_column_of_classes_and_features_stay() -> None:
    population = population_of(data(5), seed=42)
    assert population.label == "label"
    assert features_of(population.table.schema)["label"]["names"] == ["a", "b", "rare"]


def test_of_many_rows_it_has_as_many_as_it_may_and_what_is_rare_among_them() -> None:
    many = data(1000, note=[None if number == 700 else "text" for number in range(1000)])
    population = population_of(many, seed=42, rows=20)
    rows = population.table.to_pylist()
    assert len(rows) == 20
    assert {row["label"] for row in rows} == {0, 1, 2}
    assert {0, 999} <= {row["x"] for row in rows}, "the smallest and the largest number"
    assert [row["x"] for row in rows if row["note"] is None] == [700]


def test_of_rows_that_are_chosen_only_those_count() -> None:
    chosen = Dataset.from_dict({"x": list(range(1000))}).select(range(900, 400, -1))
    population = population_of(handed_in(chosen, "own"), seed=42, rows=10)
    assert {401, 900} <= set(xs(population))
    assert all(400 < x <= 900 for x in xs(population))


@pytest.mark.parametrize("nbytes", [1, 5_000, 50_000])
def test_it_takes_no_more_bytes_than_it_may_but_for_one_row(nbytes: int) -> None:
    large = data(200, text=["x" * 1000] * 200)
    population = population_of(large, seed=42, nbytes=nbytes)
    assert population.table.num_rows >= 1
    assert population.table.num_rows == 1 or population.table.nbytes <= nbytes * 1.05


def test_a_partition_has_the_rows_that_a_sample_names_in_its_order() -> None:
    population = population_of(data(10), seed=42)
    partition = population.partition(Sample((3, 3, 0), "missing=1 column=x"))
    assert partition["label"].to_pylist() == [population.table["label"][row].as_py() for row in (3, 3, 0)]
    assert partition["x"].null_count == 3
    assert population.partition(Sample(())).schema.equals(population.table.schema, check_metadata=True)
