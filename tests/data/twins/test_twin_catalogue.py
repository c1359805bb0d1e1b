from __future__ import annotations

import datasets
import pytest

from pytest_flops_mock.data.twins.catalogue import TWINS, find_twin, twin_names
from pytest_flops_mock.data.twins.twin import Twin

# What the cards on the hub say: https://huggingface.co/datasets/ylecun/mnist and .../uoft-cs/cifar10
HUB = {
    "mnist": (
        "mnist",
        {"train": 60_000, "test": 10_000},
        {
            "image": datasets.Image(),
            "label": datasets.ClassLabel(names=["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]),
        },
    ),
    "cifar10": (
        "plain_text",
        {"train": 50_000, "test": 10_000},
        {
            "img": datasets.Image(),
            "label": datasets.ClassLabel(
                names=["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
            ),
        },
    ),
}


@pytest.mark.parametrize("name", HUB)
def test_a_twin_declares_what_the_hub_declares(name: str) -> None:
    twin = find_twin(name)
    assert twin is not None
    config, splits, columns = HUB[name]
    assert twin.config == config
    assert list(twin.splits) == list(splits.items())
    assert twin.features() == datasets.Features(columns)
    assert list(twin.features()) == list(columns)


@pytest.mark.parametrize(("short", "full"), [("mnist", "ylecun/mnist"), ("cifar10", "uoft-cs/cifar10")])
def test_a_twin_is_found_with_and_without_its_organisation(short: str, full: str) -> None:
    assert find_twin(short) is not None
    assert find_twin(short) is find_twin(full)


@pytest.mark.parametrize("name", ["", "MNIST", "someone/mnist", "imdb"])
def test_an_unknown_name_has_no_twin(name: str) -> None:
    assert find_twin(name) is None


def test_every_name_is_listed_once_and_found() -> None:
    assert twin_names() == ("mnist", "ylecun/mnist", "cifar10", "uoft-cs/cifar10")
    assert all(find_twin(name) for name in twin_names())


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
def test_a_twin_is_a_value(twin: Twin) -> None:
    with pytest.raises(AttributeError):
        twin.name = "other"  # type: ignore[misc]
