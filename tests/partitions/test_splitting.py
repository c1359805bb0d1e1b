"""Partitions are those that the real mock data provider sends, and carry their own rows only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pytest
from standins.data import iid_partitions

from pytest_flops_mock import FlopsMockError
from pytest_flops_mock.partitions.splitting import Partition


def table(partition: Partition) -> pa.Table:
    return pa.Table.from_batches(partition.batches(), schema=partition.schema)


def numbers(count: int) -> Any:
    return datasets.Dataset.from_dict({"x": list(range(count)), "word": [f"<row-{n}>" for n in range(count)]})


@pytest.mark.filterwarnings("ignore")  # theirs: older versions warn of every data set that they do not know
@pytest.mark.parametrize("count", [1, 4, 101])
def test_they_are_what_federated_dataset_gives(count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLWR_TELEMETRY_ENABLED", "0")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_OFFLINE", True)
    from flwr_datasets import FederatedDataset

    (tmp_path / "data").mkdir()
    numbers(101).to_parquet(tmp_path / "data" / "train.parquet")
    theirs = FederatedDataset(dataset=str(tmp_path / "data"), partitioners={"train": count})
    ours = iid_partitions(numbers(101), count, name="numbers")
    assert [part.index for part in ours] == list(range(count))
    for part in ours:
        rows = theirs.load_partition(part.index)
        assert table(part).to_pylist() == rows.to_list()
        assert part.rows == rows.num_rows


@pytest.mark.parametrize("seed", range(8))
def test_few_rows_are_split_as_datasets_shuffles_them(seed: int) -> None:
    shuffled = numbers(3).shuffle(seed=seed)[:]["x"]  # for some seeds that changes nothing
    ours = [table(partition).column("x").to_pylist() for partition in iid_partitions(numbers(3), 3, name="n", seed=seed)]
    assert ours == [[x] for x in shuffled]


def test_they_are_disjoint_and_complete_and_of_even_size() -> None:
    parts = [table(partition).column("x").to_pylist() for partition in iid_partitions(numbers(100), 3, name="numbers")]
    assert [len(part) for part in parts] == [34, 33, 33]
    assert sorted(value for part in parts for value in part) == list(range(100))


def test_the_seed_decides() -> None:
    def first(seed: int) -> list[int]:
        values: list[int] = table(iid_partitions(numbers(50), 2, name="n", seed=seed)[0]).column("x").to_pylist()
        return values

    assert first(1) == first(1) != first(2)


def test_a_partition_carries_no_row_of_another() -> None:
    mine, other = iid_partitions(numbers(1000), 2, name="numbers")
    sent = pa.BufferOutputStream()
    with pa.ipc.new_stream(sent, mine.schema) as stream:
        for batch in mine.batches():
            stream.write_batch(batch)
    text = sent.getvalue().to_pybytes().decode("latin-1")
    assert all(word in text for word in table(mine).column("word").to_pylist())
    assert not [word for word in table(other).column("word").to_pylist() if word in text]


def test_rows_that_were_chosen_before_stay_the_only_ones() -> None:
    chosen = numbers(100).select(range(10, 20)).shuffle(seed=1)
    parts = iid_partitions(chosen, 2, name="numbers")
    assert sorted(value for part in parts for value in table(part).column("x").to_pylist()) == list(range(10, 20))


@pytest.mark.parametrize(
    ("rows", "count", "nearest"), [(3, 5, "3"), (3, 0, "1"), (3, -2, "1")], ids=["too many", "none", "negative"]
)
def test_a_count_that_the_rows_do_not_allow_is_told(rows: int, count: int, nearest: str) -> None:
    with pytest.raises(FlopsMockError) as error:
        iid_partitions(numbers(rows), count, name="numbers")
    assert str(error.value) == (
        f"3 rows cannot be split into {count} partitions\n"
        "  where     numbers\n"
        "  expected  from 1 to 3 partitions\n"
        f"  got       number_of_partitions = {count}\n"
        f"  nearest   {nearest}\n"
        "  fix       ask for fewer partitions or more rows; on FLOps the provider dies half-way"
    )


def test_a_data_set_without_rows_is_told() -> None:
    with pytest.raises(FlopsMockError, match="expected  a data set with rows"):
        iid_partitions(numbers(3).select([]), 1, name="numbers")


def test_columns_of_all_kinds_come_through() -> None:
    features = datasets.Features(
        {
            "label": datasets.ClassLabel(names=["a", "b"]),
            "text": datasets.Value("string"),
            "list": datasets.Sequence(datasets.Value("int32")),
            "fixed": datasets.Sequence(datasets.Value("float32"), length=2),
            "structs": [{"k": datasets.Value("string")}],
            "struct": {"k": datasets.Value("bool")},
            "array": datasets.Array2D((2, 2), "int8"),
            "words": datasets.Translation(["de", "en"]),
        }
    )
    row = {
        "label": 1,
        "text": None,
        "list": [1, 2],
        "fixed": [0.5, 1.5],
        "structs": [{"k": "v"}],
        "struct": {"k": True},
        "array": [[1, 2], [3, 4]],
        "words": {"de": "ja", "en": "yes"},
    }
    source = datasets.Dataset.from_list([row] * 4, features=features)
    (partition,) = iid_partitions(source, 1, name="all kinds")
    received = datasets.Dataset(table(partition), fingerprint="x")
    assert received.features == source.features
    assert received[:] == source[:]


@pytest.mark.parametrize("change", ["select", "filter", "shuffle"])
def test_also_after_it_was_saved(change: str, tmp_path: Path) -> None:
    changes: dict[str, Any] = {
        "select": lambda rows: rows.select([7, 3, 9, 1]),
        "filter": lambda rows: rows.filter(lambda row: row["x"] in (1, 3, 7, 9)),
        "shuffle": lambda rows: rows.select(range(1, 10, 2)).shuffle(seed=2).select([0, 1, 2, 3]),
    }
    changed = changes[change](numbers(10))
    changed.save_to_disk(str(tmp_path / "saved"))
    for rows in (changed, datasets.load_from_disk(str(tmp_path / "saved"))):
        parts = [table(part).column("x").to_pylist() for part in iid_partitions(rows, 2, name="numbers")]
        assert sorted(value for part in parts for value in part) == sorted(changed[:]["x"])
        assert [len(part) for part in parts] == [2, 2]


@pytest.mark.parametrize("kind", ["large_string", "large_binary", "timestamp", "null", "decimal", "not nullable"])
def test_tables_that_others_made_come_through(kind: str) -> None:
    columns: dict[str, Any] = {
        "large_string": pa.array(["a", None], pa.large_string()),
        "large_binary": pa.array([b"a", None], pa.large_binary()),
        "timestamp": pa.array([1, None], pa.timestamp("us", "UTC")),
        "null": pa.nulls(2),
        "decimal": pa.array([1, None], pa.decimal128(5, 2)),
        "not nullable": pa.array([{"k": [1]}] * 2, pa.struct([pa.field("k", pa.list_(pa.int8()), nullable=False)])),
    }
    source = pa.table({"x": columns[kind]})
    (partition,) = iid_partitions(datasets.Dataset(source, fingerprint="x"), 1, name=kind)
    received = table(partition).column("x").to_pylist()
    assert sorted(received, key=repr) == sorted(source.column("x").to_pylist(), key=repr)
