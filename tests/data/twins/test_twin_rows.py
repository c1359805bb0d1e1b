"""What holds for every twin in the catalogue."""

from __future__ import annotations

from typing import Any

import datasets
import numpy as np
import pyarrow as pa
import pytest
from standins.twins import make_twin

from pytest_flops_mock.data.twins.catalogue import all_twins
from pytest_flops_mock.data.twins.engine import features_of
from pytest_flops_mock.data.twins.making import BLOCK, make_split, split_rows, twin_batches
from pytest_flops_mock.data.twins.twin import Twin
from pytest_flops_mock.errors import DataSourceError

MNIST, CIFAR10 = (next(twin for twin in all_twins() if twin.dataset == name) for name in ("mnist", "cifar10"))
every_twin = pytest.mark.parametrize("twin", all_twins(), ids=lambda twin: twin.dataset)


def rows_of(dataset: datasets.Dataset) -> list[Any]:
    return dataset.with_format("arrow")[:].to_pylist()  # type: ignore[no-any-return]


@every_twin
def test_the_made_twin_has_the_declared_splits_features_and_rows(twin: Twin) -> None:
    made = make_twin(twin, rows=30)
    assert {name: len(split) for name, split in made.items()} == split_rows(twin, 30)
    for name, split in made.items():
        assert split.features == features_of(twin)
        assert split.data.schema.equals(features_of(twin).arrow_schema, check_metadata=True)
        assert str(split.split) == name
        assert "not the real data" in split.info.description
        assert all(value.num_chunks == 1 for value in split.data.columns)


def test_a_split_does_not_depend_on_the_others() -> None:
    whole, part = make_twin(MNIST, rows=20), make_split(MNIST, "test", rows=10)
    assert rows_of(part) == rows_of(whole["test"])


def test_a_split_that_the_real_data_set_lacks_is_refused() -> None:
    with pytest.raises(DataSourceError, match="has no split 'extra'"):
        make_split(MNIST, "extra", rows=1)


@every_twin
def test_the_same_seed_gives_the_same_rows_and_another_seed_others(twin: Twin) -> None:
    first, again, other = (make_twin(twin, rows=20, seed=seed) for seed in (7, 7, 8))
    for split in first:
        assert rows_of(first[split]) == rows_of(again[split])
        assert rows_of(first[split]) != rows_of(other[split])


@every_twin
def test_the_splits_share_no_row(twin: Twin) -> None:
    made = make_twin(twin, rows=100, splits=list(twin.splits)[-2:])
    # Short texts may come twice, and iris has few measures.
    splits = [{str(row) for row in rows_of(split)} for split in made.values()]
    assert all(len(rows) >= 0.95 * len(split) for rows, split in zip(splits, made.values(), strict=True))
    assert not set.intersection(*splits) or len(splits) == 1


@every_twin
def test_numpys_global_state_is_neither_read_nor_moved(twin: Twin) -> None:
    np.random.seed(1)
    before = np.random.get_state(legacy=False)
    first = make_twin(twin, rows=10, splits=[twin.main])
    after = np.random.get_state(legacy=False)
    np.random.seed(2)
    second = make_twin(twin, rows=10, splits=[twin.main])
    assert rows_of(first[twin.main]) == rows_of(second[twin.main])
    assert str(before) == str(after)


@every_twin
def test_a_batch_carries_the_features_and_no_row_depends_on_its_size_or_on_how_many_rows_there_are(twin: Twin) -> None:
    whole = pa.concat_tables(twin_batches(twin, twin.main, rows=250, seed=3))
    batches = list(twin_batches(twin, twin.main, rows=250, seed=3, batch_rows=100))
    assert batches[0].schema.equals(features_of(twin).arrow_schema, check_metadata=True)
    assert datasets.Dataset(batches[0], fingerprint="given").features == features_of(twin)
    assert [batch.num_rows for batch in batches] == [100, 100, 50]
    assert pa.concat_tables(batches).equals(whole)
    assert pa.concat_tables(twin_batches(twin, twin.main, rows=123, seed=3)).equals(whole.slice(0, 123))


def test_batches_are_rounded_up_to_whole_blocks() -> None:
    assert [batch.num_rows for batch in twin_batches(MNIST, MNIST.main, rows=150, batch_rows=1)] == [100, 50]


@every_twin
def test_the_main_split_has_every_class_in_random_order(twin: Twin) -> None:
    kind = features_of(twin)[twin.label]
    made = make_twin(twin, rows=400, splits=[twin.main])[twin.main]
    labels = made.with_format("arrow")[:][twin.label].to_pylist()
    assert labels != sorted(labels)
    assert len(set(labels)) > 1
    if isinstance(kind, datasets.ClassLabel):
        # Of more classes than a block has rows, each block has some.
        assert len(set(labels)) >= kind.num_classes * (1 if kind.num_classes <= BLOCK else 0.8)
        assert max(labels.count(label) for label in set(labels)) <= 400 / kind.num_classes * 2.5


def test_fingerprints_differ_by_all_that_decides_the_rows() -> None:
    mnist, cifar10 = MNIST, CIFAR10
    made = [
        make_twin(mnist, rows=1, seed=1),
        make_twin(mnist, rows=2, seed=1),
        make_twin(mnist, rows=1, seed=2),
        make_twin(cifar10, rows=1, seed=1),
    ]
    assert len({twin["train"]._fingerprint for twin in made}) == 4
    assert made[0]["train"]._fingerprint != made[0]["test"]._fingerprint
    assert made[0]["train"]._fingerprint == make_twin(mnist, rows=1, seed=1)["train"]._fingerprint


@pytest.mark.parametrize("rows", [0, -5])
def test_a_twin_without_rows_is_refused(rows: int) -> None:
    with pytest.raises(DataSourceError) as caught:
        make_split(MNIST, "train", rows=rows)
    assert str(caught.value) == (
        f"the twin of mnist cannot be made with rows={rows}\n"
        "  expected  rows of at least 1\n"
        f"  got       {rows}\n"
        "  nearest   1\n"
        "  fix       pass rows=1 or more"
    )


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(DataSourceError, match="cannot be made with seed=-1"):
        make_split(MNIST, "train", rows=1, seed=-1)


@pytest.mark.parametrize("bad", [{"rows": 0}, {"rows": 1, "seed": -1}, {"rows": 1, "batch_rows": 0}])
def test_batches_refuse_bad_numbers_at_the_call(bad: dict[str, int]) -> None:
    with pytest.raises(DataSourceError, match=f"{list(bad)[-1]}={list(bad.values())[-1]}"):
        twin_batches(MNIST, "train", **bad)


def test_an_unknown_split_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(DataSourceError) as caught:
        twin_batches(MNIST, "tests", rows=1)
    assert str(caught.value) == (
        "the twin of mnist has no split 'tests'\n"
        "  expected  one of train, test\n"
        "  got       tests\n"
        "  nearest   test\n"
        "  fix       ask for a split that the data set has on the hub"
    )
