"""Drift of images: another size, another mode."""

from __future__ import annotations

import io

import datasets
import pytest
from PIL import Image
from standins.devices import image, with_

from pytest_flops_mock.sla.drift_kinds import IMAGE_MODES

PHOTOS = datasets.Features({"photo": datasets.Image(), "second": datasets.Image()})


def opened(file: bytes) -> Image.Image:
    return Image.open(io.BytesIO(file))


def photos(*files: bytes | None) -> datasets.Dataset:
    return datasets.Dataset.from_dict(
        {name: [{"bytes": file, "path": "a.png"} if file else None for file in files] for name in PHOTOS}, features=PHOTOS
    )


def drawn(drift: str, *files: bytes | None, column: str = "photo") -> list[bytes | None]:
    made = with_(drift, photos(*files).data.table)
    assert made.schema.equals(photos().data.table.schema, check_metadata=True)
    return [value and value["bytes"] for value in made[column].to_pylist()]


def test_images_can_have_another_size() -> None:
    (small, none) = drawn("image_size=4x3", image((8, 6)), None)
    assert none is None
    assert small is not None
    assert (opened(small).size, opened(small).mode, opened(small).format) == ((4, 3), "RGB", "PNG")
    assert opened(small).getpixel((1, 1)) == (200, 10, 30)


@pytest.mark.parametrize("mode", IMAGE_MODES)
@pytest.mark.parametrize("was", IMAGE_MODES)
def test_images_can_have_another_mode(mode: str, was: str) -> None:
    (made,) = drawn(f"image_mode={mode} image_size=5x5", image(mode=was))
    assert made is not None
    assert (opened(made).mode, opened(made).size) == (mode, (5, 5))


def test_photos_stay_jpeg_files_where_the_mode_allows() -> None:
    (grey,) = drawn("image_mode=L", image(form="JPEG"))
    (clear,) = drawn("image_mode=RGBA", image(form="JPEG"))
    assert grey is not None
    assert clear is not None
    assert [opened(file).format for file in (grey, clear)] == ["JPEG", "PNG"]


def test_what_cannot_be_decoded_stays_as_it_is() -> None:
    assert drawn("image_size=4x3", b"no image", image()[:20]) == [b"no image", image()[:20]]


def test_one_column_can_have_it_alone() -> None:
    assert drawn("image_size=4x3 column=photo", image(), column="second") == [image()]


def test_a_learner_sees_the_other_size_and_mode() -> None:
    made = datasets.Dataset(with_("image_size=3x2 image_mode=L", photos(image()).data.table), fingerprint="x")
    assert (made[0]["photo"].size, made[0]["photo"].mode) == ((3, 2), "L")
