"""Labels that name no class (-1, missing, beyond the names there are) stay as they are, and count as none."""

from __future__ import annotations

from collections import Counter
from typing import Any

import datasets
import pytest

from pytest_flops_mock import MLDataServer, MockDataProvider, load_partitions
from pytest_flops_mock.data.recordings.recording import _stratified

SLA = {"customerID": "a", "mock_data_configuration": {"dataset_name": "mine", "data_tag": "t", "number_of_partitions": 2}}


def recorded(labels: list[Any], rows: int, classes: int | None) -> Counter[Any]:
    stream = [{"label": label, "number": number} for number, label in enumerate(labels)]
    return Counter(row["label"] for row in _stratified(iter(stream), "label", rows, classes, 42, "mine"))


@pytest.mark.parametrize("other", [-1, 7, None])
def test_a_sample_by_classes_has_all_of_them_whatever_comes_before(other: Any) -> None:
    assert recorded([0] * 60 + [other] * 60 + [1] * 60, rows=20, classes=2) == {0: 10, 1: 10}


def test_rows_without_a_class_fill_the_place_that_classes_leave() -> None:
    assert recorded([-1] * 100 + [0, 1, 1], rows=20, classes=2) == {0: 1, 1: 2, -1: 17}
    assert recorded([-1] * 100, rows=20, classes=2) == {-1: 20}


def test_where_nobody_says_the_classes_every_value_is_one() -> None:
    assert recorded([-1, 1] * 50, rows=20, classes=None) == {-1: 10, 1: 10}


@pytest.mark.parametrize("drift", ["", "label_noise=1 imbalance=0.5"])
def test_drift_leaves_labels_that_name_no_class(drift: str) -> None:
    features = datasets.Features({"x": datasets.Value("int64"), "label": datasets.ClassLabel(names=["a", "b"])})
    rows = datasets.Dataset.from_dict({"x": list(range(60)), "label": [-1, 0, 1] * 20}, features=features)
    with MLDataServer() as server:
        MockDataProvider(server.uri, drift=drift).run(SLA, dataset=rows)
        arrived = load_partitions(server.uri, ["t"])[:].to_pydict()
    assert {x for x, label in zip(arrived["x"], arrived["label"], strict=True) if label == -1} == set(range(0, 60, 3))
    assert set(arrived["label"]) == {-1, 0, 1}
