"""The twins whose rows are pictures: what they decode to, and that a model can learn from them."""

from __future__ import annotations

import hashlib
import io

import datasets
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from sklearn.linear_model import LogisticRegression

from pytest_flops_mock.data.twins.digits import GLYPHS, MNIST, draw_digits
from pytest_flops_mock.data.twins.objects import CIFAR10, SCENES, draw_objects
from pytest_flops_mock.data.twins.pixels import png_column
from pytest_flops_mock.data.twins.twin import Twin, make_twin

KINDS = [
    pytest.param(MNIST, "image", "L", (28, 28), id="mnist"),
    pytest.param(CIFAR10, "img", "RGB", (32, 32), id="cifar10"),
]
picture_twins = pytest.mark.parametrize("twin", [MNIST, CIFAR10], ids=lambda twin: twin.name)


def pixels_and_labels(dataset: datasets.Dataset) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    column, label = dataset.column_names
    rows = dataset[:]
    return np.stack([np.asarray(image) for image in rows[column]]), np.array(rows[label])


@pytest.mark.parametrize(("twin", "column", "mode", "size"), KINDS)
def test_pictures_decode_to_the_size_and_mode_of_the_real_ones(
    twin: Twin, column: str, mode: str, size: tuple[int, int]
) -> None:
    images = make_twin(twin, rows=10)["train"][:][column]
    assert {(image.format, image.mode, image.size) for image in images} == {("PNG", mode, size)}


@pytest.mark.parametrize(("twin", "column", "mode", "size"), KINDS)
def test_pictures_are_stored_as_png_bytes_without_a_path(twin: Twin, column: str, mode: str, size: tuple[int, int]) -> None:
    for row in make_twin(twin, rows=10)["train"].with_format("arrow")[:][column].to_pylist():
        assert row["path"] is None
        image = Image.open(io.BytesIO(row["bytes"]))
        image.verify()  # the checksums
        assert (image.mode, image.size) == (mode, size)


@pytest.mark.parametrize("shape", [(3, 5, 7), (3, 5, 7, 3)])
def test_png_files_hold_the_very_pixels(shape: tuple[int, ...]) -> None:
    images = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    files = png_column(images).field("bytes").to_pylist()
    assert np.array_equal([np.asarray(Image.open(io.BytesIO(file))) for file in files], images)


@pytest.mark.parametrize(
    ("twin", "digest"),
    [
        pytest.param(MNIST, "c8ec02a4bf1129c9", id="mnist"),
        pytest.param(CIFAR10, "dd9847d9ca435089", id="cifar10"),
    ],
)
def test_pixel_values_are_the_same_on_every_platform(twin: Twin, digest: str) -> None:
    # The values, not the files: how zlib packs them differs by its version.
    pixels, labels = pixels_and_labels(make_twin(twin, rows=20, seed=42)["train"])
    assert pixels.dtype == np.uint8
    assert hashlib.sha256(pixels.tobytes() + labels.astype(np.uint8).tobytes()).hexdigest()[:16] == digest


def test_every_digit_and_every_object_is_drawn() -> None:
    assert {glyph.digit for glyph in GLYPHS} == set(range(10))
    assert list(SCENES) == CIFAR10.features()["label"].names
    labels = np.arange(10)
    for pictures in (draw_digits(np.random.default_rng(1), labels), draw_objects(np.random.default_rng(1), labels)):
        assert all(picture.max() > 100 and picture.std() > 10 for picture in pictures)


def test_digits_are_light_strokes_on_a_black_ground() -> None:
    pictures = draw_digits(np.random.default_rng(2), np.arange(200) % 10)
    edges = np.concatenate([pictures[:, 0], pictures[:, -1], pictures[:, :, 0], pictures[:, :, -1]], axis=1)
    assert np.median(pictures) == 0
    assert np.mean(edges > 100) < 0.02


@picture_twins
def test_a_linear_model_learns_the_twin(twin: Twin) -> None:
    assert accuracy(twin, rows=600) >= 0.8


@picture_twins
def test_ten_rows_are_not_enough_to_learn_it(twin: Twin) -> None:
    assert accuracy(twin, rows=600, used=10) < 0.7


@picture_twins
def test_shuffled_labels_teach_nothing(twin: Twin) -> None:
    assert accuracy(twin, rows=600, used=200, shuffle=True) < 0.3


def accuracy(twin: Twin, *, rows: int, used: int | None = None, shuffle: bool = False) -> float:
    """How many of the test split's labels a linear model gets right that saw the train split."""
    made = make_twin(twin, rows=rows)
    (train, labels), (test, truth) = (pixels_and_labels(made[split]) for split in ("train", "test"))
    if shuffle:
        labels = np.random.default_rng(0).permutation(labels)
    model = LogisticRegression(tol=1e-3, max_iter=3_000)
    model.fit(train[:used].reshape(len(train[:used]), -1) / 255, labels[:used])
    return float(model.score(test.reshape(len(test), -1) / 255, truth))
