"""Which data set an SLA's name means, and what is said when it cannot be had."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import datasets
import pytest
from sklearn.datasets import load_digits

from pytest_flops_mock import DataSource, FlopsMockError, MLDataServer, MockDataProvider, load_partitions
from pytest_flops_mock.data.source import SourceData, source_data

MNIST = Path(__file__).parents[3] / "shared" / "data" / "mnist"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies that ``datasets`` makes go away with the test."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")


def source(name: str, folder: Path, data: DataSource = DataSource.SYNTHETIC) -> SourceData:
    return source_data(name, data, folder=folder, partitions=2, seed=42)


def told(name: str, folder: Path) -> str:
    with pytest.raises(FlopsMockError) as error:
        source(name, folder)
    return str(error.value)


NUMBERS = {"x": [1, 2, 3], "y": ["a", "b", "c"]}
NAMES = {
    "parquet file": "./rows.parquet",
    "csv file": "rows.csv",
    "json file": "rows.json",
    "json lines file": "./rows.jsonl",
    "saved data set": "./saved",
    "saved splits": "./splits",
    "folder": "./data",
}


def write(kind: str, folder: Path) -> str:
    """Write the numbers in one of the forms that are read; the name that an SLA would have."""
    rows = datasets.Dataset.from_dict(NUMBERS)
    name = NAMES[kind]
    path = folder / name
    match kind:
        case "parquet file":
            rows.to_parquet(path)
        case "csv file":
            rows.to_csv(path)
        case "json file":
            path.write_text(json.dumps(rows.to_list()), encoding="utf-8")
        case "json lines file":
            rows.to_json(path)
        case "saved data set":
            rows.save_to_disk(str(path))
        case "saved splits":
            datasets.DatasetDict(train=rows, test=rows).save_to_disk(str(path))
        case "folder":
            path.mkdir()
            rows.to_csv(path / "train.csv")
    return name


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("data", list(DataSource))
def test_a_local_path_is_read_whatever_the_setting_and_left_as_it_is(kind: str, data: DataSource, tmp_path: Path) -> None:
    folder = tmp_path / "slas"
    folder.mkdir()
    name = write(kind, folder)
    before = sorted(folder.rglob("*"))
    found = source(name, folder, data)
    assert found.dataset[:] == NUMBERS
    assert (found.source, found.origin) == ("local", f"local {Path(name).name}")
    assert sorted(folder.rglob("*")) == before


def test_a_home_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    write("csv file", tmp_path)
    assert source("~/rows.csv", Path("/")).dataset.num_rows == 3


def test_a_path_that_is_not_there_names_the_nearest(tmp_path: Path) -> None:
    write("csv file", tmp_path)
    assert told("./row.csv", tmp_path) == (
        "the local data set cannot be read\n"
        f"  where     {tmp_path / 'row.csv'}\n"
        "  expected  a folder that datasets.load_dataset reads or save_to_disk made, "
        "or a .parquet, .csv, .json or .jsonl file\n"
        "  came      nothing there\n"
        "  nearest   rows.csv\n"
        "  next      a relative path starts at the SLA's folder; try datasets.load_dataset on it by hand"
    )


@pytest.mark.parametrize("name", ["broken.parquet", "broken.json", "broken.txt", "empty"])
def test_what_cannot_be_read_is_told(name: str, tmp_path: Path) -> None:
    if name == "empty":
        (tmp_path / name).mkdir()
    else:
        (tmp_path / name).write_bytes(b"\x00\x01 {{{")
    text = told(f"./{name}", tmp_path)
    assert text.startswith("the local data set cannot be read")
    assert "Traceback" not in text


def test_a_data_set_without_the_split_names_those_there_are(tmp_path: Path) -> None:
    rows = datasets.Dataset.from_dict(NUMBERS)
    datasets.DatasetDict(training=rows, test=rows).save_to_disk(str(tmp_path / "saved"))
    assert told("./saved", tmp_path) == (
        "the data set has no split 'train', and the mock data provider sends no other\n"
        "  where     dataset_name = './saved'\n"
        "  expected  train\n"
        "  came      training, test\n"
        "  nearest   training\n"
        "  next      use a data set with that split; on FLOps the provider dies before it sends anything"
    )


def test_an_unknown_twin_names_both_ways_out(tmp_path: Path) -> None:
    assert told("mnits", tmp_path) == (
        "there is no synthetic twin of this data set\n"
        "  where     dataset_name = 'mnits'\n"
        "  expected  one of: mnist, ylecun/mnist, cifar10, uoft-cs/cifar10\n"
        "  came      mnits\n"
        "  nearest   mnist\n"
        "  next      either take the real data with --flops-data=hub (ini flops_data = hub), "
        "or name local data by a path such as ./data/train.parquet"
    )


def test_a_folder_of_the_names_form_is_not_taken_but_pointed_to(tmp_path: Path) -> None:
    (tmp_path / "data" / "digits").mkdir(parents=True)
    assert "nearest   ./data/digits\n" in told("data/digits", tmp_path)


def test_a_twin_is_large_enough_for_the_partitions(tmp_path: Path) -> None:
    def rows(partitions: int) -> int:
        found = source_data("cifar10", DataSource.SYNTHETIC, folder=tmp_path, partitions=partitions, seed=42)
        return int(found.dataset.num_rows)

    assert (rows(1), rows(60), rows(100)) == (600, 600, 1000)


def test_the_hub_without_network_is_told(tmp_path: Path) -> None:
    program = """
from pathlib import Path
from pytest_flops_mock import DataSource
from pytest_flops_mock.data.source import source_data
try:
    source_data("ylecun/mnist", DataSource.HUB, folder=Path(), partitions=1, seed=42)
except Exception as error:
    print(type(error).__name__, error)
"""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True, env=environment
    )
    assert "DataSourceError the data set cannot be had from the Hugging Face hub\n" in done.stdout
    assert "  where     dataset_name = 'ylecun/mnist'\n" in done.stdout
    assert "next      check the name and the network, or work without both: --flops-data=synthetic" in done.stdout


def test_progress_bars_are_off_meanwhile_and_as_before_afterwards(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    name = write("csv file", tmp_path)
    capfd.readouterr()
    source(name, tmp_path)
    assert capfd.readouterr().err == ""
    assert datasets.is_progress_bar_enabled()


def through_the_server(name: str, partitions: int, folder: Path) -> Any:
    configuration = {"dataset_name": name, "number_of_partitions": partitions, "data_tag": "digits"}
    sla = {"customerID": "Admin", "mock_data_configuration": configuration}
    with MLDataServer() as server:
        run = MockDataProvider(server.uri).run(sla)
        assert len(server.partitions) == len(set(run.names)) == partitions
        return load_partitions(server.uri, ["digits"])


@pytest.mark.skipif(not MNIST.exists(), reason="the MNIST rows of ../shared/data/mnist are not on this machine")
def test_real_mnist_goes_the_whole_way(tmp_path: Path) -> None:
    train = datasets.load_dataset("parquet", data_files={"train": str(MNIST / "data" / "train*.parquet")})["train"]
    loaded = through_the_server(str(MNIST), 3, tmp_path)
    assert loaded.features == train.features
    assert sorted(loaded[:]["label"].to_pylist()) == sorted(train[:]["label"])

    def pictures(rows: Any) -> set[bytes]:
        return set(rows.data.table.column("image").combine_chunks().field("bytes").to_pylist())

    assert pictures(loaded) == pictures(train)


def test_scikit_learns_digits_go_the_whole_way(tmp_path: Path) -> None:
    digits = load_digits()
    rows = datasets.Dataset.from_dict({"pixels": digits.data.tolist(), "label": digits.target.tolist()})
    rows.to_parquet(tmp_path / "digits.parquet")
    loaded = through_the_server(str(tmp_path / "digits.parquet"), 5, tmp_path)
    assert loaded.num_rows == 1797
    assert sorted(loaded[:]["label"].to_pylist()) == sorted(digits.target.tolist())
    assert sorted(loaded[:]["pixels"].to_pylist()) == sorted(digits.data.tolist())
