"""``offline_hub``: twins and recorded samples for code that loads its data from the hub, without a network."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import datasets
import huggingface_hub
import pytest
from flwr_datasets import FederatedDataset

from pytest_flops_mock import OfflineHub, twin
from pytest_flops_mock.data.choice import data_choice
from pytest_flops_mock.data.hub.pointing import pointed_at
from pytest_flops_mock.data.recordings.recording import record
from pytest_flops_mock.data.selection import Selection


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking up any other address fails the test."""
    look_up = socket.getaddrinfo

    def only_loopback(host: Any, *arguments: Any, **options: Any) -> Any:
        assert host in ("127.0.0.1", b"127.0.0.1", "localhost", None), f"a network call to {host}"
        return look_up(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", only_loopback)


def test_code_that_loads_from_the_hub_gets_a_twin_as_it_is(offline_hub: OfflineHub) -> None:
    data = datasets.load_dataset("uoft-cs/cifar10")
    expected = twin("uoft-cs/cifar10")
    assert {split: rows.num_rows for split, rows in data.items()} == {"train": 600, "test": 120}
    assert data["train"].features == expected["train"].features
    assert data["train"][7]["label"] == expected["train"][7]["label"]
    assert data["test"][3]["img"].tobytes() == expected["test"][3]["img"].tobytes()
    stream = datasets.load_dataset("uoft-cs/cifar10", split="test", streaming=True)
    assert next(iter(stream))["label"] == expected["test"][0]["label"]
    assert offline_hub.asked == ["uoft-cs/cifar10"]


def test_a_federated_data_set_gets_a_twin_as_it_is(offline_hub: OfflineHub) -> None:
    federated = FederatedDataset(dataset="uoft-cs/cifar10", partitioners={"train": 3})
    assert federated.load_partition(2).num_rows == 200
    assert federated.load_split("test").num_rows == 120
    assert offline_hub.asked == ["uoft-cs/cifar10"]


@pytest.mark.slow
def test_a_child_process_gets_it_too(offline_hub: OfflineHub) -> None:
    program = "import datasets; print(datasets.load_dataset('scikit-learn/iris', split='train').num_rows)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=300)
    assert done.stdout == "150\n"
    assert offline_hub.asked == ["scikit-learn/iris"]


def test_a_name_may_be_given_rows_of_ones_own(offline_hub: OfflineHub) -> None:
    offline_hub.add("acme/visits", datasets.Dataset.from_dict({"age": [41, 52]}))
    offline_hub.add("ylecun/mnist", twin("mnist", rows=20))
    assert datasets.load_dataset("acme/visits", split="train")[:] == {"age": [41, 52]}
    assert datasets.load_dataset("ylecun/mnist", split="train").num_rows == 20


def test_a_configuration_has_to_be_named_where_the_hub_wants_one(offline_hub: OfflineHub) -> None:
    with pytest.raises(ValueError, match="Config name is missing"):
        datasets.load_dataset("ufldl-stanford/svhn")
    data = datasets.load_dataset("ufldl-stanford/svhn", "cropped_digits", split="train")
    assert data.features == twin("svhn", rows=10)["train"].features
    assert offline_hub.asked == ["ufldl-stanford/svhn"]


def test_the_hub_itself_is_read_by_its_library(offline_hub: OfflineHub) -> None:
    assert huggingface_hub.HfApi().dataset_info("cifar10").id == "uoft-cs/cifar10"
    assert huggingface_hub.dataset_info("uoft-cs/cifar10").sha == huggingface_hub.dataset_info("cifar10").sha
    path = huggingface_hub.hf_hub_download("scikit-learn/iris", "README.md", repo_type="dataset")
    assert "Made by flops-mock to stand in for scikit-learn/iris." in Path(path).read_text("utf-8")
    with pytest.raises(huggingface_hub.errors.EntryNotFoundError):
        huggingface_hub.hf_hub_download("scikit-learn/iris", "Iris.csv", repo_type="dataset")
    with pytest.raises(huggingface_hub.errors.RepositoryNotFoundError):
        huggingface_hub.HfApi().model_info("google/vit-base-patch16-224")
    assert offline_hub.asked == ["cifar10", "uoft-cs/cifar10", "scikit-learn/iris"]


def test_what_there_is_no_twin_of_does_not_exist_and_it_is_told_why(tmp_path: Path) -> None:
    told: list[str] = []
    choice = data_choice("ylecun/mnist:hub acme/x:recorded *:synthetic")
    with OfflineHub(choice, tmp_path, on_refusal=told.append) as hub, pointed_at(hub.url, tmp_path / "home"):
        for name in ("uoft-cs/cifar", "ylecun/mnist", "acme/x"):
            with pytest.raises(datasets.exceptions.DatasetNotFoundError, match=name):
                datasets.load_dataset(name)
    assert [text.splitlines()[0] for text in told] == [
        "there is no synthetic twin of this data set",
        "this data set is to come from the real hub, and offline_hub goes to no network",
        "there is no recorded sample of acme/x",
    ]
    assert "nearest   uoft-cs/cifar10" in told[0]


@pytest.mark.parametrize("before", [None, "http://127.0.0.1:9"])
def test_nothing_of_it_stays(before: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_mine")
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    if before is not None:
        monkeypatch.setenv("HF_ENDPOINT", before)
    places: list[tuple[Any, str]] = [
        (huggingface_hub.constants, "ENDPOINT"),
        (huggingface_hub.constants, "HUGGINGFACE_CO_URL_TEMPLATE"),
        (huggingface_hub.constants, "HF_HUB_CACHE"),
        (huggingface_hub.constants, "HF_HUB_OFFLINE"),
        (huggingface_hub.hf_api.api, "endpoint"),
        (datasets.config, "HF_ENDPOINT"),
        (datasets.config, "HF_DATASETS_CACHE"),
        (datasets.config, "HF_UPDATE_DOWNLOAD_COUNTS"),
    ]
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    there, environment = [getattr(*place) for place in places], dict(os.environ)
    with OfflineHub() as hub:
        with pointed_at(hub.url, tmp_path):
            assert os.environ["HF_ENDPOINT"] == huggingface_hub.constants.ENDPOINT == hub.url
            assert "HF_TOKEN" not in os.environ
            assert datasets.load_dataset("scikit-learn/iris", split="train").num_rows == 150
        assert hub.url not in (huggingface_hub.HfFileSystem().endpoint, huggingface_hub.HfApi().endpoint)
    assert [getattr(*place) for place in places] == there
    assert dict(os.environ) == environment
    assert list((tmp_path / "datasets").iterdir())


def test_a_recorded_sample_is_given_where_it_is_chosen(tmp_path: Path) -> None:
    rows = {"x": list(range(30)), "y": ["a", "b", "c"] * 10}
    with OfflineHub() as hub, pointed_at(hub.url, tmp_path / "first"):
        hub.add("acme/table", datasets.Dataset.from_dict(rows))
        record("acme/table", Selection(max_rows=7), tmp_path)
    with OfflineHub(data_choice("recorded"), tmp_path) as hub, pointed_at(hub.url, tmp_path / "second"):
        assert datasets.load_dataset("acme/table", split="train")[:] == {"x": list(range(7)), "y": list("abcabca")}


def test_a_failing_test_says_which_data_there_are_not(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import urllib.error, urllib.request

        def test_loads(offline_hub):
            try:
                urllib.request.urlopen(offline_hub.url + "/api/datasets/uoft-cs/cifar")
            except urllib.error.HTTPError as error:
                assert error.status == 200
        """
    )
    result = project.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*Captured offline hub call*", "there is no synthetic twin of this data set", "*nearest   uoft-cs/cifar10"]
    )
