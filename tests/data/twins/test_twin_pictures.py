"""The twins whose rows are pictures: what they decode to, and that a model can learn from them."""

from __future__ import annotations

import io

import datasets
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from sklearn.linear_model import RidgeClassifier
from standins.twins import make_twin

from pytest_flops_mock.data.twins.catalogue import all_twins, find_twin
from pytest_flops_mock.data.twins.drawing.drawn import Drawn
from pytest_flops_mock.data.twins.drawing.photos import photo_column
from pytest_flops_mock.data.twins.drawing.png import png_column
from pytest_flops_mock.data.twins.engine import features_of
from pytest_flops_mock.data.twins.rows.digits import GLYPHS, draw_digits, mnist
from pytest_flops_mock.data.twins.rows.garments import GARMENTS, garments
from pytest_flops_mock.data.twins.rows.letters import CHARACTERS, LETTERS
from pytest_flops_mock.data.twins.rows.objects import SCENES, objects
from pytest_flops_mock.data.twins.twin import Twin

# Mode and size of the real ones, as their cards say.
KINDS = {
    "mnist": ("L", (28, 28)),
    "cifar10": ("RGB", (32, 32)),
    "fashion_mnist": ("L", (28, 28)),
    "cifar100": ("RGB", (32, 32)),
    "svhn": ("RGB", (32, 32)),
    "flwrlabs/femnist": ("L", (28, 28)),
    "tanganke/emnist_letters": ("L", (28, 28)),
    "flwrlabs/usps": ("L", (16, 16)),
    "flwrlabs/cinic10": ("RGB", (32, 32)),
    "zh-plus/tiny-imagenet": ("RGB", (64, 64)),
    "flwrlabs/pacs": ("RGB", (227, 227)),
    "Mike0307/MNIST-M": ("RGB", (32, 32)),
}
# Widths and heights of those that vary, all RGB.
SIZES = {
    "flwrlabs/office-home": {(225, 225), (240, 180), (180, 240)},
    "flwrlabs/caltech101": {(300, 200), (300, 225), (200, 300)},
    "sasha/dog-food": {(512, 384), (384, 512), (432, 432)},
    "flwrlabs/fed-isic2019": {(224, 224), (298, 224), (337, 224)},
    "panitsasi/FedJam": {(792, 450), (798, 450), (803, 450)},
}
FURTHER = ["fashion_mnist", "svhn", "flwrlabs/usps", "flwrlabs/cinic10", "Mike0307/MNIST-M"]
picture_twins = pytest.mark.parametrize("name", ["mnist", "cifar10"])
every_picture_twin = pytest.mark.parametrize("name", KINDS)


def image_column(twin: Twin) -> str:
    return next(str(name) for name, kind in features_of(twin).items() if isinstance(kind, datasets.Image))


def pixels_and_labels(
    dataset: datasets.Dataset, label: str = "label"
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    column = next(name for name, kind in dataset.features.items() if isinstance(kind, datasets.Image))
    rows = dataset[:]
    return np.stack([np.asarray(image) for image in rows[column]]), np.array(rows[label])


def named(name: str) -> Twin:
    twin = find_twin(name)
    assert twin is not None
    return twin


def test_every_twin_with_pictures_is_known_here() -> None:
    with_pictures = [
        twin for twin in all_twins() if any(isinstance(kind, datasets.Image) for kind in features_of(twin).values())
    ]
    assert {twin.dataset for twin in with_pictures} == {*KINDS, *SIZES}


@every_picture_twin
def test_pictures_decode_to_the_size_and_mode_of_the_real_ones(name: str) -> None:
    twin = named(name)
    images = make_twin(twin, rows=10)["train"][:][image_column(twin)]
    assert {(image.format, image.mode, image.size) for image in images} == {("PNG", *KINDS[name])}


@every_picture_twin
def test_pictures_are_stored_as_png_bytes_without_a_path(name: str) -> None:
    twin = named(name)
    for row in make_twin(twin, rows=10)["train"].with_format("arrow")[:][image_column(twin)].to_pylist():
        assert row["path"] is None
        image = Image.open(io.BytesIO(row["bytes"]))
        image.verify()  # the checksums
        assert (image.mode, image.size) == KINDS[name]


@pytest.mark.parametrize("name", SIZES)
def test_pictures_of_different_sizes_are_sound(name: str) -> None:
    made = make_twin(named(name), rows=100, splits=["train"])["train"]
    assert {(image.format, image.mode) for image in made[:]["image"]} == {("PNG", "RGB")}
    assert {image.size for image in made[:]["image"]} == SIZES[name]
    assert set(made.with_format("arrow")[:]["image"].combine_chunks().field("path").to_pylist()) == {None}


def test_photographs_are_cut_around_the_middle_and_stay_in_order() -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (6, 4, 4, 3), dtype=np.uint8)
    kinds = np.array([0, 1, 0, 1, 1, 0])
    files = photo_column(pictures, kinds, [(8, 8), (4, 6)], enlarge=2).field("bytes").to_pylist()
    for file, picture, kind in zip(files, pictures, kinds, strict=True):
        kept = picture[1:3, :3] if kind else picture
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(file))), kept.repeat(2, axis=0).repeat(2, axis=1))


@pytest.mark.parametrize("shape", [(3, 5, 7), (3, 5, 7, 3)])
def test_png_files_hold_the_very_pixels(shape: tuple[int, ...]) -> None:
    images = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    files = png_column(images).field("bytes").to_pylist()
    assert np.array_equal([np.asarray(Image.open(io.BytesIO(file))) for file in files], images)


@pytest.mark.parametrize(("enlarge", "size"), [(2, None), (3, 16), (10, 45)])
@pytest.mark.parametrize("channels", [(), (3,)])
def test_png_files_can_hold_enlarged_pixels(channels: tuple[int, ...], enlarge: int, size: int | None) -> None:
    images = np.random.default_rng(0).integers(0, 256, (4, 6, 6, *channels), dtype=np.uint8)
    files = png_column(images, enlarge=enlarge, size=size).field("bytes").to_pylist()
    large = images.repeat(enlarge, axis=1).repeat(enlarge, axis=2)[:, :size, :size]
    assert np.array_equal([np.asarray(Image.open(io.BytesIO(file))) for file in files], large)


def test_a_linear_model_learns_pacs_in_all_its_domains() -> None:
    def pixels(seed: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64], list[str]]:
        made = make_twin(named("flwrlabs/pacs"), rows=200, seed=seed)["train"]
        images, labels = pixels_and_labels(made)
        return images[:, 5::10, 5::10].reshape(200, -1) / 255, labels, made[:]["domain"]

    train, labels, _ = pixels(1)
    test, truth, domains = pixels(2)
    right = RidgeClassifier(alpha=10).fit(train, labels).predict(test) == truth
    assert right.mean() >= 0.8
    for domain in ("art_painting", "cartoon", "photo", "sketch"):
        assert np.mean([hit for hit, of in zip(right, domains, strict=True) if of == domain]) > 0.5


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "min_score"),
    [
        ("flwrlabs/office-home", 0.5),
        ("flwrlabs/caltech101", 0.4),
        ("sasha/dog-food", 0.8),
        ("flwrlabs/fed-isic2019", 0.8),
        ("panitsasi/FedJam", 0.8),
    ],
)
def test_a_linear_model_learns_from_pictures_of_different_sizes(name: str, min_score: float) -> None:
    def pixels(seed: int) -> tuple[npt.NDArray[np.float64], list[int]]:
        rows = make_twin(named(name), rows=400, seed=seed, splits=["train"])["train"][:]
        small = [np.asarray(image.resize((12, 12), Image.Resampling.BOX)) for image in rows["image"]]
        return np.stack(small).reshape(400, -1) / 255, rows["label"]

    assert RidgeClassifier(alpha=10).fit(*pixels(1)).score(*pixels(2)) >= min_score


def test_the_centres_of_fed_isic_differ_in_diagnoses_and_pictures() -> None:
    made = make_twin(named("flwrlabs/fed-isic2019"), rows=600, splits=["train"])["train"]
    rows = made.with_format("arrow").select_columns(["center", "label"])[:].to_pydict()
    counts = [rows["center"].count(center) for center in range(6)]
    assert sum(counts) == 600
    assert min(counts) >= 1
    assert counts[0] > 300
    of_msk = [label for center, label in zip(rows["center"], rows["label"], strict=True) if center == 4]
    assert set(of_msk) <= {0, 1, 4}
    sizes = {center: image.size for center, image in zip(rows["center"], made[:100]["image"], strict=False)}
    assert sizes[0] == (224, 224)
    assert sizes[1] == sizes[2] == sizes[3] == (298, 224)


def test_office_home_has_its_domains_as_often_as_the_real_one() -> None:
    made = make_twin(named("flwrlabs/office-home"), rows=300, splits=["train"])["train"]
    domains = made.with_format("arrow")[:]["domain"].to_pylist()
    assert set(domains) == {"Art", "Clipart", "Product", "Real World"}
    assert 0.1 < domains.count("Art") / 300 < 0.22


def test_every_digit_and_every_object_is_drawn() -> None:
    assert {glyph.sign for glyph in GLYPHS} == set("0123456789")
    assert list(SCENES) == features_of(named("cifar10"))["label"].names
    assert list(GARMENTS) == features_of(named("fashion_mnist"))["label"].names
    assert set(CHARACTERS) - set(LETTERS) == set("0123456789")
    labels = np.arange(10)
    for draw in (mnist, objects, garments):
        pictures = draw(np.random.default_rng(1), Drawn(labels, ("",)))
        assert all(picture.max() > 100 and picture.std() > 10 for picture in pictures)


def test_digits_are_light_strokes_on_a_black_ground() -> None:
    pictures = draw_digits(np.random.default_rng(2), np.arange(200) % 10)
    edges = np.concatenate([pictures[:, 0], pictures[:, -1], pictures[:, :, 0], pictures[:, :, -1]], axis=1)
    assert np.median(pictures) == 0
    assert np.mean(edges > 100) < 0.02


@picture_twins
def test_a_linear_model_learns_the_twin(name: str) -> None:
    assert accuracy(named(name), rows=600) >= 0.8


@picture_twins
def test_ten_rows_are_not_enough_to_learn_it(name: str) -> None:
    assert accuracy(named(name), rows=600, used=10) < 0.7


@picture_twins
def test_shuffled_labels_teach_nothing(name: str) -> None:
    assert accuracy(named(name), rows=600, used=200, shuffle=True) < 0.3


@pytest.mark.parametrize("name", FURTHER)
def test_a_linear_model_learns_the_other_twins_with_ten_classes(name: str) -> None:
    assert accuracy(named(name), rows=400) >= 0.8


@pytest.mark.parametrize(
    ("name", "chance"), [("flwrlabs/femnist", 1 / 62), ("tanganke/emnist_letters", 1 / 26), ("cifar100", 1 / 100)]
)
def test_many_classes_are_learned_far_beyond_chance(name: str, chance: float) -> None:
    twin = named(name)
    train, labels = pixels_and_labels(make_twin(twin, rows=400)["train"], twin.label or "")
    test, truth = pixels_and_labels(make_twin(twin, rows=220, seed=7)["train"], twin.label or "")
    model = RidgeClassifier(alpha=100).fit(train.reshape(400, -1) / 255, labels)
    assert model.score(test.reshape(220, -1) / 255, truth) > 10 * chance


def accuracy(twin: Twin, *, rows: int, used: int | None = None, shuffle: bool = False) -> float:
    """How many of the test split's labels a linear model gets right that saw the train split."""
    made = make_twin(twin, rows=rows, splits=["train", "test"])
    (train, labels), (test, truth) = (pixels_and_labels(made[split]) for split in ("train", "test"))
    if shuffle:
        labels = np.random.default_rng(0).permutation(labels)
    model = RidgeClassifier(alpha=100)  # as linear as any, and the fastest
    model.fit(train[:used].reshape(len(train[:used]), -1) / 255, labels[:used])
    return float(model.score(test.reshape(len(test), -1) / 255, truth))
