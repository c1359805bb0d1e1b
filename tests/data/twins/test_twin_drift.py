from __future__ import annotations

from collections import Counter
from typing import Any

import datasets
import pytest
from PIL import UnidentifiedImageError

from pytest_flops_mock.data.twins.catalogue import all_twins, find_twin
from pytest_flops_mock.data.twins.engine import features_of
from pytest_flops_mock.data.twins.making import make_twin, twin_batches
from pytest_flops_mock.data.twins.twin import FORM, Known, Twin
from pytest_flops_mock.errors import DataSourceError
from pytest_flops_mock.sla.schemes import Drift

MNIST = next(twin for twin in all_twins() if twin.dataset == "mnist")
ADULT = next(twin for twin in all_twins() if twin.label == "income")


def train(twin: Twin, rows: int = 400, **shares: float) -> list[dict[str, Any]]:
    made = make_twin(twin, rows=rows, drift=Drift(**shares), splits=[twin.main])[twin.main]
    assert made.features == features_of(twin)
    assert len(made) == rows
    return made.with_format("arrow")[:].to_pylist()  # type: ignore[no-any-return]


def test_without_drift_nothing_changes() -> None:
    assert train(MNIST) == make_twin(MNIST, rows=400)["train"].with_format("arrow")[:].to_pylist()


def test_missing_values_are_null_in_every_column_but_the_label() -> None:
    plain, rows = train(ADULT), train(ADULT, missing=0.2)
    for name in features_of(ADULT):
        share = sum(row[name] is None for row in rows) / 400
        assert share == 0 if name == "income" else 0.1 < share < 0.3
    # What is not missing is as it was.
    kept = [(row[name], was[name]) for row, was in zip(rows, plain, strict=True) for name in row if row[name] is not None]
    assert all(value == was for value, was in kept)


def test_pictures_can_be_missing_or_corrupt() -> None:
    rows = train(MNIST, missing=0.1, corrupt_images=0.2)
    assert 20 < sum(row["image"] is None for row in rows) < 70
    image, broken = datasets.Image(), 0
    for row in rows:
        if row["image"] is not None:
            try:
                image.decode_example(row["image"]).load()
            except (OSError, SyntaxError, UnidentifiedImageError):
                broken += 1
    assert 40 < broken < 110


def test_noisy_labels_are_of_another_class_and_nothing_else_changes() -> None:
    plain, rows = train(MNIST), train(MNIST, label_noise=0.25)
    assert 60 < sum(row["label"] != was["label"] for row, was in zip(rows, plain, strict=True)) < 140
    assert all(row["image"] == was["image"] for row, was in zip(rows, plain, strict=True))
    assert all(row["label"] != was["label"] for row, was in zip(train(MNIST, label_noise=1), plain, strict=True))


@pytest.mark.parametrize("twin", [ADULT, find_twin("scikit-learn/iris"), find_twin("sentiment140")])
def test_labels_of_any_type_can_be_noisy(twin: Twin) -> None:
    plain, rows, label = train(twin), train(twin, label_noise=0.5), twin.label or ""
    assert 140 < sum(row[label] != was[label] for row, was in zip(rows, plain, strict=True)) < 260
    assert {row[label] for row in rows} == {row[label] for row in plain}


def test_classes_can_be_imbalanced() -> None:
    counts = Counter(row["label"] for row in train(MNIST, rows=1_000, imbalance=0.9))
    assert counts[0] > 4 * counts[9] > 0
    assert counts[0] > counts[5] > counts[9]
    assert set(Counter(row["label"] for row in train(MNIST, imbalance=1))) == set(range(9))
    assert len({row["image"]["bytes"] for row in train(MNIST, imbalance=0.9)}) == 400


def test_rows_can_come_twice() -> None:
    rows = train(MNIST, duplicates=0.3)
    assert 0.65 < len({str(row) for row in rows}) / 400 < 0.85
    assert len({str(row) for row in train(MNIST)}) == 400


def test_drift_are_the_same_for_the_same_seed_whatever_the_batch_size() -> None:
    drift = Drift(0.1, 0.1, 0.1, 0.5, 0.1)
    once, again = (list(twin_batches(MNIST, "train", rows=300, drift=drift, batch_rows=size)) for size in (100, 300))
    assert [row for batch in once for row in batch.to_pylist()] == again[0].to_pylist()


def test_drift_belong_to_the_fingerprint() -> None:
    plain, drifted = (make_twin(MNIST, rows=1, drift=drift)["train"] for drift in (Drift(), Drift(missing=0.5)))
    assert plain._fingerprint != drifted._fingerprint


@pytest.mark.parametrize("twin", all_twins(), ids=lambda twin: twin.dataset)
def test_every_twin_can_have_them(twin: Twin) -> None:
    images = any(isinstance(kind, datasets.Image) for kind in features_of(twin).values())
    train(twin, 20, missing=0.3, label_noise=0.3, imbalance=0.3, duplicates=0.3, corrupt_images=0.3 * images)


def test_images_can_only_be_corrupt_where_there_are_some() -> None:
    with pytest.raises(DataSourceError, match=r"the twin of imdb has no images that could be corrupt"):
        make_twin(next(twin for twin in all_twins() if twin.dataset == "imdb"), drift=Drift(corrupt_images=0.1))


@pytest.mark.parametrize("drift", ["label_noise", "imbalance", "corrupt_images", "missing", "duplicates"])
def test_a_twin_of_ones_own_with_gaps_bears_each_of_them(drift: str) -> None:
    features = datasets.Features({"x": datasets.Image(), "y": datasets.Value("string")})
    gaps = {"x": Known(missing=0.3), "y": Known(missing=0.3)}
    twin = Twin(FORM, "acme/x", "default", {"train": 300}, features.to_dict(), "y", gaps)
    made = make_twin(twin, rows=300, drift=Drift(**{drift: 1.0}), splits=["train"])["train"].with_format("arrow")[:]
    assert 40 < made["y"].null_count < 200
    assert 40 < made["x"].null_count <= 300
    assert set(made["y"].to_pylist()) <= {None, "no", "yes"}
