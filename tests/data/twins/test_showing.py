"""What ``flops-mock twin`` shows: schemas and rows in words, and contact sheets."""

from __future__ import annotations

import io
from dataclasses import replace

import datasets
import numpy as np
import pytest
from PIL import Image
from standins.data import with_drift
from standins.twins import make_twin

from pytest_flops_mock.data.twins.catalogue import all_twins, find_twin
from pytest_flops_mock.data.twins.engine import features_of
from pytest_flops_mock.data.twins.showing import contact_sheet, in_words, sample, schema
from pytest_flops_mock.data.twins.twin import Twin
from pytest_flops_mock.sla.schemes import Drift, drift_of

VALUE = datasets.Value


def named(name: str) -> Twin:
    twin = find_twin(name)
    assert twin is not None
    return twin


def rows_of(name: str, rows: int = 60, drift: Drift | None = None) -> datasets.Dataset:
    made = make_twin(named(name), rows=rows, splits=["train"])["train"]
    return made if drift is None else with_drift(made, drift)


@pytest.mark.parametrize(
    ("feature", "words"),
    [
        (VALUE("int8"), "int8"),
        (datasets.ClassLabel(names=["no", "yes"]), "ClassLabel of 2: no, yes"),
        (datasets.ClassLabel(names=[str(number) for number in range(20)]), "ClassLabel of 20: 0, 1, 2, 3, 4, 5, *"),
        (datasets.Sequence(VALUE("int8")), "list of int8"),
        (datasets.Sequence(VALUE("int8"), length=3), "list of 3 int8"),
        ([{"x": VALUE("int8")}], "list of {x: int8}"),
        ({"x": VALUE("int8"), "y": {"z": VALUE("bool")}}, "{x: int8, y: {z: bool}}"),
        (datasets.Array2D(shape=(2, 3), dtype="float32"), "Array2D 2x3 of float32"),
        (datasets.Audio(sampling_rate=16_000), "Audio, 16,000 Hz"),
        (datasets.Audio(), "Audio"),
        (datasets.Translation(languages=["de", "en"]), "Translation"),
        (datasets.Image(), "Image"),
    ],
)
def test_a_feature_is_put_into_words(feature: object, words: str) -> None:
    kind = datasets.Features({"x": feature})["x"]
    assert in_words(kind) == words if not words.endswith("*") else in_words(kind).startswith(words[:-1])


def test_of_a_wide_table_not_all_columns_are_shown() -> None:
    columns = {f"c{number}": VALUE("int8") for number in range(103)}
    wide = replace(named("scikit-learn/iris"), features=datasets.Features(columns).to_dict())
    assert schema(wide).endswith("\n            c99   int8\n            and 3 more")
    rows = sample(datasets.Dataset.from_dict({name: [1] for name in columns}))
    assert rows.splitlines()[-1] == "  c99   1"


def test_the_schema_is_all_that_an_sla_and_a_repository_need_to_know() -> None:
    assert schema(named("ylecun/mnist")) == (
        "twin        mnist (also ylecun/mnist)\n"
        "config      mnist\n"
        "splits      train 60,000 rows, test 10,000 rows\n"
        "label       label\n"
        "source      https://huggingface.co/datasets/ylecun/mnist\n"
        "columns     2\n"
        "            image  Image\n"
        "            label  ClassLabel of 10: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9"
    )
    assert "\nconfig      cropped_digits, to be named with config_name\n" in schema(named("svhn"))


def test_what_is_not_certain_of_a_twin_is_shown() -> None:
    lines = schema(named("panitsasi/FedJam")).splitlines()
    unsure = [line for line in lines if line.startswith("unsure")]
    assert unsure[0].startswith("unsure      The height of the pictures, 450 pixels, is a guess;")
    assert len(unsure) == len(named("panitsasi/FedJam").unsure) == 4
    assert "unsure" not in schema(named("mnist"))


def test_a_sample_has_five_rows_with_every_value_on_a_line() -> None:
    shown = sample(rows_of("mnist")).splitlines()
    assert shown[:3] == ["row 0", "  image  picture of 28x28 pixels, L", "  label  9 (9)"]
    assert [line for line in shown if line.startswith("row")] == [f"row {number}" for number in range(5)]
    assert "  audio         sound, 32,044 bytes" in sample(rows_of("speech_commands"))
    assert max(map(len, sample(rows_of("imdb")).splitlines())) <= 110


def test_a_sample_says_what_is_missing_or_broken() -> None:
    shown = sample(rows_of("mnist", drift=drift_of({"missing": 0.5, "corrupt_images": 1})))
    assert "  image  null" in shown
    assert "  image  picture that cannot be opened" in shown


@pytest.mark.parametrize("twin", all_twins(), ids=lambda twin: twin.dataset)
def test_every_twin_can_be_shown(twin: Twin) -> None:
    made = make_twin(twin, rows=3, splits=[twin.main])[twin.main]
    assert twin.dataset in schema(twin)
    assert len(sample(made).splitlines()) == 3 * (1 + len(features_of(twin)))


def test_a_contact_sheet_has_a_line_of_ten_for_each_class() -> None:
    sheet = contact_sheet(named("cifar10"), rows_of("cifar10", 300))
    assert sheet is not None
    picture = Image.open(io.BytesIO(sheet))
    assert picture.size == (8 + 6 * len("automobile") + 10 * 34, 10 * 34)
    pixels = np.asarray(picture)
    assert all(pixels[34 * line : 34 * line + 32, -34:-2].std() > 5 for line in range(10))
    assert (pixels[:, -2:] == 255).all()


def test_large_pictures_are_shown_small_and_many_classes_in_part() -> None:
    sheet = contact_sheet(named("zh-plus/tiny-imagenet"), rows_of("zh-plus/tiny-imagenet", 100))
    assert sheet is not None
    assert Image.open(io.BytesIO(sheet)).size[1] == 20 * 66
    sheet = contact_sheet(named("flwrlabs/pacs"), rows_of("flwrlabs/pacs", 10))
    assert sheet is not None
    assert Image.open(io.BytesIO(sheet)).size[1] == 7 * 130


def test_there_is_no_contact_sheet_without_pictures() -> None:
    assert contact_sheet(named("imdb"), rows_of("imdb", 3)) is None
