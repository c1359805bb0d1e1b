"""Images and sounds that are named by a path travel as bytes."""

from __future__ import annotations

import wave
from pathlib import Path

import datasets
import pyarrow as pa
import pytest
from PIL import Image
from standins.data import iid_partitions

from pytest_flops_mock import FlopsMockError
from pytest_flops_mock.data.media import ANY_FILES, NO_FILES, with_media


@pytest.fixture
def pictures(tmp_path: Path) -> list[str]:
    paths = [tmp_path / f"{shade}.png" for shade in (0, 100, 200)]
    for path in paths:
        Image.new("L", (2, 2), int(path.stem)).save(path)
    return [str(path) for path in paths]


def received(source: datasets.Dataset) -> list[dict[str, object]]:
    (partition,) = iid_partitions(source, 1, name="pictures")
    rows: list[dict[str, object]] = pa.Table.from_batches(partition.batches()).to_pylist()
    return rows


def test_pictures_named_by_a_path_are_sent_as_bytes(pictures: list[str]) -> None:
    source = datasets.Dataset.from_dict({"image": pictures}).cast_column("image", datasets.Image())
    images = [row["image"] for row in received(source)]
    assert {image["bytes"] for image in images} == {Path(path).read_bytes() for path in pictures}  # type: ignore[index]


def test_also_within_lists_and_structs(pictures: list[str]) -> None:
    features = datasets.Features({"pair": {"list": datasets.Sequence(datasets.Image())}})
    source = datasets.Dataset.from_list([{"pair": {"list": pictures}}], features=features)
    (row,) = received(source)
    sent = [image["bytes"] for image in row["pair"]["list"]]  # type: ignore[index]
    assert sent == [Path(path).read_bytes() for path in pictures]


def test_a_folder_of_pictures_is_sent_as_bytes(pictures: list[str], tmp_path: Path) -> None:
    for label, path in zip(("cat", "dog", "dog"), pictures, strict=True):
        (tmp_path / "folder" / label).mkdir(parents=True, exist_ok=True)
        Path(path).rename(tmp_path / "folder" / label / Path(path).name)
    source = datasets.load_dataset(
        "imagefolder", data_dir=str(tmp_path / "folder"), split="train", cache_dir=str(tmp_path / "cache")
    )
    rows = received(source)
    assert sorted(row["label"] for row in rows) == [0, 1, 1]  # type: ignore[type-var]
    assert all(row["image"]["bytes"] for row in rows)  # type: ignore[index]


def test_bytes_are_passed_on_untouched() -> None:
    features = datasets.Features({"image": datasets.Image()})
    batch = pa.RecordBatch.from_pylist([{"image": {"bytes": b"x", "path": "gone.png"}}], schema=features.arrow_schema)
    assert next(with_media(batch, "pictures", NO_FILES)) is batch


def test_a_sound_is_sent_without_being_decoded(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "a.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", "none"))
        sound.writeframes(b"\0\0" * 10)
    schema = datasets.Features({"audio": datasets.Audio()}).arrow_schema
    batch = pa.RecordBatch.from_pylist([{"audio": {"bytes": None, "path": str(tmp_path / "a.wav")}}], schema=schema)
    (sent,) = with_media(batch, "sounds", ANY_FILES)
    assert sent.column(0)[0].as_py()["bytes"] == (tmp_path / "a.wav").read_bytes()


def test_a_file_that_is_gone_is_told(pictures: list[str]) -> None:
    source = datasets.Dataset.from_dict({"image": pictures}).cast_column("image", datasets.Image())
    Path(pictures[1]).unlink()
    with pytest.raises(FlopsMockError) as error:
        received(source)
    assert str(error.value) == (
        "a row names a media file that cannot be read\n"
        "  where     pictures, partition 0\n"
        "  expected  a file on this machine, to be sent as bytes\n"
        f"  got       {pictures[1]}\n"
        "  fix       put the file there, or store the bytes in the data set"
    )


def test_an_address_that_nothing_here_can_open_is_told() -> None:
    source = datasets.Dataset.from_dict({"image": ["weird://a.png"]}).cast_column("image", datasets.Image())
    with pytest.raises(FlopsMockError, match="a row names an address in place of a media file"):
        received(source)
