"""Which data set an SLA's name means, and what is said when it cannot be had."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from typing import Any

import datasets
import pyarrow.parquet as pq
import pytest
from sklearn.datasets import load_digits
from standins.data import Found, loaded_data

from pytest_flops_mock import DataSource, FlopsMockError, MLDataServer, MockDataProvider, load_partitions
from pytest_flops_mock.data.twins.catalogue import twin_names
from pytest_flops_mock.errors import DataSourceError, listing

MNIST = Path(__file__).parents[3] / "shared" / "data" / "mnist"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies that ``datasets`` makes go away with the test."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The hosts whose address was asked for; there is none."""
    hosts: list[object] = []

    def refuse(host: object, *_: object, **__: object) -> None:
        hosts.append(host)
        raise OSError("no network")

    monkeypatch.setattr("socket.getaddrinfo", refuse)
    return hosts


def source(name: str, folder: Path, data: DataSource = DataSource.SYNTHETIC) -> Found:
    return loaded_data(name, data, folder=folder)


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
    "folder of csv": "./data",
    "folder of parquet": "./tables",
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
        case "folder of csv":
            path.mkdir()
            rows.to_csv(path / "train.csv")
        case "folder of parquet":
            path.mkdir()
            rows.select([0, 1]).to_parquet(path / "train-0.parquet")
            rows.select([2]).to_parquet(path / "train-1.parquet")
            rows.to_parquet(path / "test.parquet")
    return name


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("data", list(DataSource))
def test_a_local_path_is_read_whatever_the_setting_and_left_as_it_is(
    kind: str, data: DataSource, tmp_path: Path, looked_up: list[object]
) -> None:
    folder = tmp_path / "slas"
    folder.mkdir()
    name = write(kind, folder)
    before = sorted(folder.rglob("*"))
    rows = source(name, folder, data)
    assert rows.dataset[:] == NUMBERS
    assert (rows.source, rows.origin) == ("local", f"local {Path(name).name}, 3 rows")
    assert sorted(folder.rglob("*")) == before
    assert not looked_up


def test_a_path_is_no_pattern(tmp_path: Path) -> None:
    folder = tmp_path / "run[1]"
    folder.mkdir()
    name = write("parquet file", folder)
    assert source(name, folder).dataset[:] == NUMBERS


def test_a_home_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    write("csv file", tmp_path)
    assert source("~/rows.csv", Path("/")).dataset.num_rows == 3


def test_a_path_may_lead_upwards(tmp_path: Path) -> None:
    (tmp_path / "slas").mkdir()
    write("csv file", tmp_path)
    assert source("../rows.csv", tmp_path / "slas").dataset.num_rows == 3


@pytest.mark.parametrize(
    "name", ["~nobody-of-that-name/rows.csv", "./nul\0", "./" + "a" * 300, "/" + "b/" * 3000 + "rows.csv"]
)
def test_a_path_that_leads_nowhere_is_told(name: str, tmp_path: Path) -> None:
    assert "  got       nothing there\n" in told(name, tmp_path)


@pytest.mark.parametrize("name", ["nul\0", "a" * 300])
def test_a_name_that_can_be_no_file_is_told_as_any_other(name: str, tmp_path: Path) -> None:
    assert told(name, tmp_path).startswith("there is no synthetic twin of this data set\n")


def test_a_path_that_is_not_there_names_the_nearest(tmp_path: Path) -> None:
    write("csv file", tmp_path)
    assert told("./row.csv", tmp_path) == (
        "the local data set cannot be read\n"
        f"  where     {tmp_path / 'row.csv'}\n"
        "  expected  a folder that datasets.load_dataset reads or save_to_disk made, "
        "or a .parquet, .csv, .json or .jsonl file\n"
        "  got       nothing there\n"
        "  nearest   rows.csv\n"
        "  fix       a relative path in an SLA starts at the SLA's folder; try datasets.load_dataset on it by hand"
    )


def test_a_path_that_starts_above_the_folder_of_the_sla_is_named(tmp_path: Path) -> None:
    (tmp_path / "mocks").mkdir()
    write("csv file", tmp_path)
    assert "  nearest   ../rows.csv\n" in told("./rows.csv", tmp_path / "mocks")


@pytest.mark.parametrize("name", ["broken.parquet", "broken.json", "broken.csv", "empty"])
def test_what_cannot_be_read_is_told(name: str, tmp_path: Path) -> None:
    if name == "empty":
        (tmp_path / name).mkdir()
    else:
        (tmp_path / name).write_bytes(b"\xff\x00\x01 {{{")
    text = told(f"./{name}", tmp_path)
    assert text.startswith("the local data set cannot be read")
    assert "Traceback" not in text


@pytest.mark.parametrize(
    ("name", "content", "got"),
    [
        ("head.csv", b"x,y\n", "no row"),
        ("empty.csv", b"", "no row"),
        ("empty.json", b"[]", "no row"),
        ("latin.csv", "x,y\n1,\xfc\n".encode("latin-1"), "text that is not in UTF-8: 'utf-8' codec can't decode byte 0xfc*"),
        ("lfs.parquet", b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 9\n", "a pointer of Git LFS*"),
    ],
    ids=["header alone", "empty", "empty list", "latin-1", "git lfs"],
)
def test_what_is_wrong_with_a_file_is_told_in_words(name: str, content: bytes, got: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    assert any(fnmatch(line, f"  got       {got}") for line in told(f"./{name}", tmp_path).splitlines())


@pytest.mark.parametrize("name", ["./rows.txt", "./rows"])
def test_a_file_of_another_kind_is_told(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("x,y\n1,2\n", encoding="utf-8")
    assert f"  got       a file ending in {Path(name).suffix!r}\n" in told(name, tmp_path)


def test_a_folder_whose_name_datasets_takes_for_a_pattern_is_read_or_told(tmp_path: Path) -> None:
    folder = tmp_path / "run[1]"
    folder.mkdir()
    (folder / "train.csv").write_text("x\n1\n", encoding="utf-8")
    with contextlib.suppress(FlopsMockError):  # a later version of datasets may read it
        assert source("./run[1]", tmp_path).dataset.num_rows == 1
        return
    assert "  got       a path with one of * ? [ in it, which datasets takes for a pattern\n" in told("./run[1]", tmp_path)


@pytest.mark.parametrize("text", ["x,y\n1,2\n", 'x,y\n1,2,3\n"x\n', ""], ids=["good", "broken", "empty"])
def test_no_file_is_left_open(text: str, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(text, encoding="utf-8")
    with contextlib.suppress(FlopsMockError):
        source("./rows.csv", tmp_path)
    still = [os.readlink(entry.path) for entry in os.scandir("/proc/self/fd") if os.path.exists(entry.path)]
    assert not [path for path in still if path.endswith("rows.csv")]


def test_a_data_set_without_the_split_names_those_there_are(tmp_path: Path) -> None:
    rows = datasets.Dataset.from_dict(NUMBERS)
    datasets.DatasetDict(training=rows, test=rows).save_to_disk(str(tmp_path / "saved"))
    assert told("./saved", tmp_path) == (
        "the data set has no split 'train', and the mock data provider sends no other\n"
        "  where     dataset_name = './saved'\n"
        "  expected  train\n"
        "  got       training, test\n"
        "  nearest   training\n"
        "  fix       use a data set with that split; on FLOps the provider dies before it sends anything"
    )


def test_an_unknown_twin_names_both_ways_out(tmp_path: Path) -> None:
    assert told("mnits", tmp_path) == (
        "there is no synthetic twin of this data set\n"
        "  where     dataset_name = 'mnits'\n"
        f"  expected  one of: {listing(twin_names())}\n"
        "  got       mnits\n"
        "  nearest   mnist\n"
        "  fix       take the real data with --flops-data=hub (ini flops_data = hub), name local data by a path "
        "such as ./data/train.parquet, or make a twin of your own: flops-mock twin --help"
    )


def test_a_folder_of_the_names_form_is_not_taken_but_pointed_to(tmp_path: Path) -> None:
    (tmp_path / "data" / "digits").mkdir(parents=True)
    assert "nearest   ./data/digits\n" in told("data/digits", tmp_path)


def test_a_twin_is_large_enough_for_the_partitions(tmp_path: Path) -> None:
    def rows(partitions: int) -> int:
        return int(loaded_data("cifar10", folder=tmp_path, partitions=partitions).dataset.num_rows)

    assert (rows(1), rows(60), rows(100)) == (600, 600, 1000)


def test_another_split_and_the_first_rows_are_taken_if_asked_for(tmp_path: Path) -> None:
    rows = datasets.Dataset.from_dict(NUMBERS)
    datasets.DatasetDict(train=rows, test=rows.select([2])).save_to_disk(str(tmp_path / "saved"))

    ask = partial(loaded_data, folder=tmp_path, seed=7)
    local = ask("./saved", split="test")
    assert (local.dataset[:]["x"], local.origin) == ([3], "local saved, split test, 1 row")
    assert ask("./saved", max_rows=2).dataset[:]["x"] == [1, 2]
    twin = ask("mnist", split="test", max_rows=30)
    assert (twin.dataset.num_rows, twin.origin) == (30, "synthetic twin of mnist, split test, 30 rows, seed 7")
    with pytest.raises(FlopsMockError) as error:
        ask("mnist", split="validation")
    assert str(error.value) == (
        "the data set has no split 'validation'\n"
        "  where     dataset_name = 'mnist'\n"
        "  expected  one of: train, test\n"
        "  got       validation\n"
        "  fix       correct the key split of the SLA, or leave it out for train"
    )


def test_the_hub_without_network_is_told_whatever_lies_in_the_working_directory(tmp_path: Path) -> None:
    write("folder of csv", tmp_path)
    (tmp_path / "ylecun").mkdir()
    (tmp_path / "data").rename(tmp_path / "ylecun" / "mnist")
    program = """
from pathlib import Path
from pytest_flops_mock import DataChoice, DataSource
from pytest_flops_mock.data.choice import RECORDINGS
from pytest_flops_mock.data.resolving import load, resolve
try:
    load(resolve("ylecun/mnist", DataChoice(DataSource.HUB), RECORDINGS, folder=Path()), partitions=1, seed=42)
except Exception as error:
    print(type(error).__name__, error)
"""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "home")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env=environment,
        cwd=tmp_path,
    )
    assert (
        "HubUnavailableError the data set is not in the cache of the Hugging Face hub, and the network is switched off\n"
        in done.stdout
    )
    assert "  where     dataset_name = 'ylecun/mnist'\n" in done.stdout
    assert "  fix       unset HF_HUB_OFFLINE and HF_DATASETS_OFFLINE once to download it, or work without it" in done.stdout


def test_progress_bars_are_off_meanwhile_and_as_before_afterwards(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    name = write("csv file", tmp_path)
    capfd.readouterr()
    source(name, tmp_path)
    assert capfd.readouterr().err == ""
    assert datasets.is_progress_bar_enabled()
    datasets.disable_progress_bar()
    try:
        source(name, tmp_path)
        assert not datasets.is_progress_bar_enabled()
    finally:
        datasets.enable_progress_bar()


def through_the_server(name: str, partitions: int, folder: Path) -> Any:
    configuration = {"dataset_name": name, "number_of_partitions": partitions, "data_tag": "digits"}
    sla = {"customerID": "Admin", "mock_data_configuration": configuration}
    with MLDataServer() as server:
        run = MockDataProvider(server.uri).run(sla)
        assert len(server.partitions) == len(set(run.names)) == partitions
        return load_partitions(server.uri, ["digits"])


@pytest.mark.skipif(
    not MNIST.exists(), reason="needs the Parquet files of MNIST in shared/data/mnist, beside the repository"
)
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
    # Of the metadata that newer versions write with lists, the real provider would die.
    pq.write_table(rows.data.table.replace_schema_metadata(), tmp_path / "digits.parquet")
    loaded = through_the_server(str(tmp_path / "digits.parquet"), 5, tmp_path)
    assert loaded.num_rows == 1797
    assert sorted(loaded[:]["label"].to_pylist()) == sorted(digits.target.tolist())
    assert sorted(loaded[:]["pixels"].to_pylist()) == sorted(digits.data.tolist())


def test_a_twin_is_made_once_for_all_checks_of_a_session() -> None:
    first, again, other = (loaded_data("mnist", seed=seed) for seed in (5, 5, 6))
    assert again.table is first.table
    assert other.table is not first.table


def test_a_split_that_is_larger_than_train_is_as_large_as_asked() -> None:
    data = loaded_data("svhn", seed=1, split="extra", config_name="cropped_digits", max_rows=700)
    assert data.origin == "synthetic twin of svhn, split extra, 700 rows, seed 1"


def refused(name: str, folder: Path, **wanted: Any) -> list[str]:
    with pytest.raises(FlopsMockError) as error:
        loaded_data(name, folder=folder, **wanted)
    return str(error.value).splitlines()


def test_a_configuration_has_to_be_named_where_the_hub_wants_one(tmp_path: Path) -> None:
    assert refused("svhn", tmp_path) == [
        "the data set has several configurations, and none is its default",
        "  where     dataset_name = 'svhn'",
        "  expected  one of: full_numbers, cropped_digits (there is a synthetic twin of cropped_digits)",
        "  got       no configuration",
        '  fix       add "config_name": "cropped_digits" to the SLA; FLOps ignores that key, '
        "and its provider dies of this set",
    ]
    svhn = loaded_data("svhn", seed=1, config_name="cropped_digits")
    assert svhn.origin == "synthetic twin of svhn, 600 rows, seed 1"


def test_a_configuration_without_a_twin_is_told(tmp_path: Path) -> None:
    assert refused("svhn", tmp_path, config_name="full_numbers")[:4] == [
        "there is no synthetic twin of this configuration of the data set",
        "  where     dataset_name = 'svhn'",
        "  expected  cropped_digits",
        "  got       full_numbers",
    ]
    assert refused("mnist", tmp_path, config_name="mnits")[4] == "  nearest   mnist"


def test_what_local_data_do_not_have_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a\n1\n", encoding="utf-8")
    assert refused("./x.csv", tmp_path, revision="main") == [
        "local data have no revisions",
        f"  where     {tmp_path / 'x.csv'}",
        "  expected  no key revision in the SLA",
        "  got       revision = 'main'",
        "  fix       leave revision out; it is for data sets of the hub",
    ]
    assert refused("./x.csv", tmp_path, config_name="b")[0] == "this local data set has no configurations"
    datasets.Dataset.from_dict(NUMBERS).save_to_disk(str(tmp_path / "saved"))
    assert refused("./saved", tmp_path, config_name="b")[0] == "this local data set has no configurations"


def test_a_folder_with_configurations_gives_the_one_that_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "both"
    folder.mkdir()
    for name, text in (("a", "x\n1\n"), ("b", "y\n1\n2\n")):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    head = "".join(f"- config_name: {name}\n  data_files: {name}.csv\n" for name in "ab")
    (folder / "README.md").write_text(f"---\nconfigs:\n{head}---\n", encoding="utf-8")
    data = loaded_data("./both", folder=tmp_path, config_name="b")
    assert data.dataset[:] == {"y": [1, 2]}
    assert refused("./both", tmp_path)[0] == "the data set has several configurations, and none is its default"
    assert refused("./both", tmp_path, config_name="c")[:3] == [
        "the data set has no such configuration",
        f"  where     {folder}",
        "  expected  one of: a, b",
    ]


@pytest.mark.parametrize(("name", "full"), [("femnist", "flwrlabs/femnist"), ("iris", "scikit-learn/iris")])
def test_a_short_name_leads_to_the_full_one(name: str, full: str, tmp_path: Path) -> None:
    assert f"  nearest   {full}\n" in told(name, tmp_path)


@pytest.mark.parametrize("source", list(DataSource))
@pytest.mark.parametrize(
    "address",
    [
        "https://huggingface.co/datasets/ylecun/mnist",
        "hf://datasets/ylecun/mnist",
        "https://hf.co/datasets/ylecun/mnist/tree/main",
    ],
)
def test_an_address_in_place_of_a_name_is_told_with_the_name(source: DataSource, address: str) -> None:
    with pytest.raises(DataSourceError) as told:
        loaded_data(address, source)
    assert str(told.value).splitlines() == [
        "an address is no name of a data set",
        f"  where     dataset_name = {address!r}",
        "  expected  the name of a data set on the Hugging Face hub, such as ylecun/mnist",
        f"  got       {address}",
        "  nearest   ylecun/mnist",
        "  fix       leave out all but owner and name",
    ]
