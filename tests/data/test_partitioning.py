"""Partitions are those that the real mock data provider sends, and carry their own rows only."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pyarrow as pa
import pytest

from pytest_flops_mock import FlopsMockError
from pytest_flops_mock.data.gather import rows_of
from pytest_flops_mock.data.partitioning import Partition, iid_partitions


def table(partition: Partition) -> pa.Table:
    return pa.Table.from_batches(partition.batches(), schema=partition.schema)


def numbers(count: int) -> Any:
    return datasets.Dataset.from_dict({"x": list(range(count)), "word": [f"<row-{n}>" for n in range(count)]})


def test_they_are_what_federated_dataset_gives(tmp_path: Path) -> None:
    numbers(101).to_parquet(tmp_path / "train.parquet")
    program = f"""
import json, datasets
from flwr_datasets import FederatedDataset
datasets.disable_progress_bar()
fds = FederatedDataset(dataset={str(tmp_path)!r}, partitioners={{"train": 4}})
print(json.dumps([fds.load_partition(i)[:]["x"][:] for i in range(4)]))
"""
    environment = {
        **os.environ,
        "FLWR_TELEMETRY_ENABLED": "0",
        "HF_DATASETS_CACHE": str(tmp_path / "cache"),
        "HF_HUB_OFFLINE": "1",
    }
    command = [sys.executable, "-c", program]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, env=environment)
    ours = [table(partition).column("x").to_pylist() for partition in iid_partitions(numbers(101), 4, name="numbers")]
    assert str(ours) == told.stdout.splitlines()[-1]


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
        f"  came      number_of_partitions = {count}\n"
        f"  nearest   {nearest}\n"
        "  next      ask for fewer partitions or more rows; on FLOps the provider dies half-way"
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


def test_large_tables_are_gathered_from_their_chunks() -> None:
    cut = pa.Table.from_batches(pa.table({"x": range(1000), "y": [str(n) for n in range(1000)]}).to_batches(max_chunksize=7))
    order = datasets.Dataset.from_dict({"n": list(range(1000))}).shuffle(seed=3)[:]["n"][:]
    rows = rows_of(cut, np.array(order))
    gathered = pa.Table.from_batches(rows.batches(target_bytes=1000))
    assert gathered.column("x").to_pylist() == order
    assert gathered.column("y").to_pylist() == [str(n) for n in order]
    assert gathered.column("x").num_chunks > 5


def test_flower_reports_nothing_and_writes_no_home(tmp_path: Path) -> None:
    program = """
import os, socket, datasets
def refuse(*_):
    raise AssertionError("a connection was made")
socket.socket.connect = refuse
from pytest_flops_mock.data.partitioning import iid_partitions
iid_partitions(datasets.Dataset.from_dict({"x": [1, 2]}), 2, name="x")
assert "FLWR_TELEMETRY_ENABLED" not in os.environ
from flwr_datasets.common import telemetry
assert telemetry.FLWR_TELEMETRY_ENABLED == "0"
"""
    environment = {name: value for name, value in os.environ.items() if name != "FLWR_TELEMETRY_ENABLED"}
    home = tmp_path / "home"
    home.mkdir()
    environment |= {"HOME": str(home), "MPLCONFIGDIR": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60, env=environment)
    assert not (home / ".flwr").exists()
