"""``twin``: a data set of the hub as its twin, in one's own code; and as a folder, with ``flops-mock twin --export``."""

from __future__ import annotations

from pathlib import Path

import datasets
import pytest

import pytest_flops_mock
from pytest_flops_mock import FlopsMockError, MLDataClient, MLDataServer, MockDataProvider, StoredPartition, twin
from pytest_flops_mock.cli import main


def test_a_name_gives_all_splits_with_the_features_of_the_hub() -> None:
    data = twin("cifar10", rows=60)
    assert isinstance(data, datasets.DatasetDict)
    assert {split: rows.num_rows for split, rows in data.items()} == {"train": 60, "test": 12}
    assert data["train"].features["label"].names[0] == "airplane"
    assert data["train"][0]["img"].size == (32, 32)
    assert twin("uoft-cs/cifar10", rows=60)["test"][3] == data["test"][3]
    assert twin("cifar10", rows=60, seed=7)["train"][:]["label"] != data["train"][:]["label"]
    assert twin("scikit-learn/iris", rows=10**9)["train"].num_rows == 150
    assert pytest_flops_mock.twin is twin


def test_a_name_without_a_twin_is_told() -> None:
    with pytest.raises(FlopsMockError, match=r"(?s)there is no synthetic twin of this data set.*nearest   cifar10"):
        twin("cifar1")
    with pytest.raises(FlopsMockError, match="rows=0"):
        twin("cifar10", rows=0)


@pytest.mark.parametrize("name", ["scikit-learn/iris", "cifar10", "svhn"])
def test_an_exported_twin_is_a_folder_that_load_dataset_reads(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data set"
    assert main(["twin", name, "--export", str(folder), "--rows", "30", "--seed", "3"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith(f"exported    {name}: train 30 rows")
    assert told[1:] == [f"in          {folder}", f"next        datasets.load_dataset({str(folder)!r})"]
    read, made = datasets.load_dataset(str(folder), cache_dir=str(tmp_path / "cache")), twin(name, rows=30, seed=3)
    assert list(read) == list(made)
    for split, rows in made.items():
        assert read[split].features == rows.features
        assert read[split].with_format("arrow")[:].to_pylist() == rows.with_format("arrow")[:].to_pylist()
    assert main(["twin", name, "--export", str(folder), "--rows", "20"]) == 0  # again


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert main(["twin", "scikit-learn/iris", "--export", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("flops-mock: the folder of the data set holds other files\n")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_stored_partition_gives_its_rows_as_a_data_set() -> None:
    sla = {
        "customerID": "Admin",
        "mock_data_configuration": {"dataset_name": "cifar10", "number_of_partitions": 2, "data_tag": "x", "max_rows": 50},
    }
    with MLDataServer() as server:
        run = MockDataProvider(server.uri).run(sla)
        with MLDataClient(server.uri) as client:
            for partitions in (server.partitions, client.partitions(["x"])):
                assert {part.name for part in partitions} == set(run.names)
                rows = partitions[0].dataset()
                assert rows.num_rows == 25
                assert rows.features["label"].int2str(rows[0]["label"]) in rows.features["label"].names
                assert rows[0]["img"].size == (32, 32)
        (part, _) = server.partitions
        server.clear()
        with pytest.raises(FlopsMockError, match="no partition of that name is stored"):
            part.dataset()
    with pytest.raises(FlopsMockError, match="it is not known where the rows of this partition are"):
        StoredPartition(part.name, part.schema, 1, 1).dataset()
