"""What holds for every twin in the catalogue."""

from __future__ import annotations

from typing import Any

import datasets
import numpy as np
import pyarrow as pa
import pytest

from pytest_flops_mock.data.twins.catalogue import TWINS
from pytest_flops_mock.data.twins.twin import Twin, make_twin, split_rows, twin_batches
from pytest_flops_mock.errors import DataSourceError

every_twin = pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)


def rows_of(dataset: datasets.Dataset) -> list[Any]:
    return dataset.with_format("arrow")[:].to_pylist()  # type: ignore[no-any-return]


@every_twin
def test_the_made_twin_has_the_declared_splits_features_and_rows(twin: Twin) -> None:
    made = make_twin(twin, rows=30)
    assert {name: len(split) for name, split in made.items()} == split_rows(twin, 30)
    for name, split in made.items():
        assert split.features == twin.features()
        assert split.data.schema.equals(twin.features().arrow_schema, check_metadata=True)
        assert str(split.split) == name
        assert "not the real data" in split.info.description
        assert all(value.num_chunks == 1 for value in split.data.columns)


def test_the_splits_keep_the_proportions_of_the_real_data_set() -> None:
    mnist, cifar10 = TWINS
    assert split_rows(mnist, 600) == {"train": 600, "test": 100}
    assert split_rows(cifar10, 600) == {"train": 600, "test": 120}
    assert split_rows(mnist, 60_000) == {"train": 60_000, "test": 10_000}
    assert split_rows(mnist, 601) == {"train": 601, "test": 101}


def test_a_tiny_twin_still_tests_every_class() -> None:
    made = make_twin(TWINS[0], rows=1)
    assert len(made["train"]) == 1
    assert sorted(made["test"][:]["label"]) == list(range(10))


@every_twin
def test_the_default_is_600_rows_with_seed_42(twin: Twin) -> None:
    made, meant = make_twin(twin), make_twin(twin, rows=600, seed=42)
    assert len(made["train"]) == 600
    assert rows_of(made["test"]) == rows_of(meant["test"])


@every_twin
def test_the_same_seed_gives_the_same_rows_and_another_seed_others(twin: Twin) -> None:
    first, again, other = (make_twin(twin, rows=20, seed=seed) for seed in (7, 7, 8))
    for split in first:
        assert rows_of(first[split]) == rows_of(again[split])
        assert rows_of(first[split]) != rows_of(other[split])


@every_twin
def test_the_splits_share_no_row(twin: Twin) -> None:
    made = make_twin(twin, rows=100)
    column = next(iter(twin.features()))
    train, test = ({row[column]["bytes"] for row in rows_of(made[split])} for split in ("train", "test"))
    assert len(train) == 100
    assert not train & test


@every_twin
def test_numpys_global_state_is_neither_read_nor_moved(twin: Twin) -> None:
    np.random.seed(1)
    before = np.random.get_state(legacy=False)
    first = make_twin(twin, rows=10)
    after = np.random.get_state(legacy=False)
    np.random.seed(2)
    second = make_twin(twin, rows=10)
    assert rows_of(first["train"]) == rows_of(second["train"])
    assert str(before) == str(after)


@every_twin
def test_a_row_depends_neither_on_the_batch_size_nor_on_how_many_rows_there_are(twin: Twin) -> None:
    whole = pa.concat_tables(twin_batches(twin, "train", rows=350, seed=3))
    batches = list(twin_batches(twin, "train", rows=350, seed=3, batch_rows=100))
    assert [batch.num_rows for batch in batches] == [100, 100, 100, 50]
    assert pa.concat_tables(batches).equals(whole)
    assert pa.concat_tables(twin_batches(twin, "train", rows=123, seed=3)).equals(whole.slice(0, 123))


@every_twin
def test_batches_are_rounded_up_to_whole_blocks(twin: Twin) -> None:
    assert [batch.num_rows for batch in twin_batches(twin, "test", rows=250, batch_rows=1)] == [100, 100, 50]


@every_twin
def test_batches_carry_the_features(twin: Twin) -> None:
    batch = next(twin_batches(twin, "test", rows=3))
    assert batch.schema.equals(twin.features().arrow_schema, check_metadata=True)
    assert datasets.Dataset(batch, fingerprint="given").features == twin.features()


@every_twin
def test_labels_are_balanced_and_in_random_order(twin: Twin) -> None:
    labels = np.array(make_twin(twin, rows=200)["train"][:]["label"]).reshape(20, 10)
    assert (np.sort(labels, axis=1) == np.arange(10)).all()
    assert len({tuple(ten) for ten in labels.tolist()}) == 20


def test_fingerprints_differ_by_all_that_decides_the_rows() -> None:
    mnist, cifar10 = TWINS
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
        make_twin(TWINS[0], rows=rows)
    assert str(caught.value) == (
        f"the twin of mnist cannot be made with rows={rows}\n"
        "  expected  rows of at least 1\n"
        f"  came      {rows}\n"
        "  nearest   1\n"
        "  next      pass rows=1 or more"
    )


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(DataSourceError, match="cannot be made with seed=-1"):
        make_twin(TWINS[0], seed=-1)


@pytest.mark.parametrize("bad", [{"rows": 0}, {"rows": 1, "seed": -1}, {"rows": 1, "batch_rows": 0}])
def test_batches_refuse_bad_numbers_at_the_call(bad: dict[str, int]) -> None:
    with pytest.raises(DataSourceError, match=f"{list(bad)[-1]}={list(bad.values())[-1]}"):
        twin_batches(TWINS[0], "train", **bad)


def test_an_unknown_split_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(DataSourceError) as caught:
        twin_batches(TWINS[0], "tests", rows=1)
    assert str(caught.value) == (
        "the twin of mnist has no split 'tests'\n"
        "  expected  one of train, test\n"
        "  came      tests\n"
        "  nearest   test\n"
        "  next      ask for a split that the data set has on the hub"
    )
