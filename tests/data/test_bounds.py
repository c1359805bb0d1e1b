"""What lies within bounds is read as ever; ``tests/hostile`` has what lies beyond."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import datasets
import pyarrow as pa
import pytest
from PIL import Image
from standins.data import iid_partitions, loaded_data

from pytest_flops_mock import MLDataServer, MockDataProvider, load_partitions
from pytest_flops_mock.data.bounds import validate_table
from pytest_flops_mock.data.libraries import local_cache
from pytest_flops_mock.data.local import local_files
from pytest_flops_mock.data.media import MediaFiles
from pytest_flops_mock.errors import DataSourceError

ROWS = "x,y\n1,a\n2,b\n"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def rows(name: str, folder: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = loaded_data(name, folder=folder).table.to_pylist()
    return found


def sent(data: Path) -> pa.Table:
    sla = {"customerID": "Admin", "mock_data_configuration": {"dataset_name": str(data), "data_tag": "tag"}}
    with MLDataServer() as server:
        MockDataProvider(server.uri).run(sla)
        return load_partitions(server.uri, ["tag"]).data.table


def zipped(data: Path) -> None:
    with zipfile.ZipFile(data / "train.zip", "w") as archive:
        archive.writestr("train.csv", ROWS)


def compressed(data: Path) -> None:
    (data / "train.csv.gz").write_bytes(gzip.compress(ROWS.encode()))


def linked(data: Path) -> None:
    (data.parent / "elsewhere.csv").write_text(ROWS)
    (data / "train.csv").symlink_to("../elsewhere.csv")


def named_by_a_card(data: Path) -> None:
    (data / "in").mkdir()
    (data / "in" / "a.csv").write_text(ROWS)
    (data / "README.md").write_text("---\nlicense: mit\nconfigs:\n- config_name: default\n  data_files: in/*.csv\n---\n")


@pytest.mark.parametrize("make", [zipped, compressed, linked, named_by_a_card], ids=lambda make: make.__name__)
def test_a_folder_within_bounds_is_read(make: object, data: Path, tmp_path: Path) -> None:
    make(data)  # type: ignore[operator]
    assert rows("./data", tmp_path) == [{"x": 1, "y": "a"}, {"x": 2, "y": "b"}]


def test_pictures_in_an_archive_are_sent_as_bytes(data: Path) -> None:
    """Newer versions of ``datasets`` name them ``zip://1.png::/…/pictures.zip``."""
    with zipfile.ZipFile(data / "pictures.zip", "w") as archive:
        archive.writestr("1.png", b"a picture")
    files = MediaFiles((data,))
    assert files.read(f"zip://1.png::{data}/pictures.zip", "rows") == b"a picture"
    with pytest.raises(DataSourceError, match="names a file outside"):
        MediaFiles((data / "in",)).read(f"zip://1.png::{data}/pictures.zip", "rows")
    with pytest.raises(DataSourceError, match="cannot be read"):
        files.read(f"zip://2.png::{data}/pictures.zip", "rows")


def test_a_folder_with_an_archive_of_pictures_is_sent(data: Path) -> None:
    picture = io.BytesIO()
    Image.new("L", (2, 2)).save(picture, "PNG")
    with zipfile.ZipFile(data / "pictures.zip", "w") as archive:
        archive.writestr("1.png", picture.getvalue())
    (data / "README.md").write_text(
        "---\nconfigs:\n- config_name: default\n  data_files: '*.zip'\n  drop_labels: true\n---\n"
    )
    assert [each["bytes"] for each in sent(data)["image"].to_pylist()] == [picture.getvalue()]


def test_of_data_that_cannot_be_read_nothing_is_kept(data: Path, tmp_path: Path, cache: Path) -> None:
    with zipfile.ZipFile(data / "train.zip", "w") as archive:
        archive.writestr("train.jsonl", "{broken" * 1_000)
    with pytest.raises(DataSourceError):
        rows("./data", tmp_path)
    assert [path for path in cache.rglob("*") if path.is_file()] == []


def test_data_sets_do_not_see_what_archives_of_others_hold(data: Path, tmp_path: Path) -> None:
    theirs = local_cache(tmp_path / "other") / "downloads" / "extracted"
    theirs.mkdir(parents=True)
    (theirs / "a.png").write_bytes(b"a picture")
    with pytest.raises(DataSourceError, match="names a file outside"):
        local_files(data).read(str(theirs / "a.png"), "rows")
    assert local_files(tmp_path / "other").read(str(theirs / "a.png"), "rows") == b"a picture"


def test_a_saved_data_set_of_several_files_and_splits_is_read(tmp_path: Path) -> None:
    parts = datasets.DatasetDict({"train": datasets.Dataset.from_dict({"x": ["a", "é", None]})})
    parts.save_to_disk(str(tmp_path / "data"), num_shards={"train": 2})
    assert rows("./data", tmp_path) == [{"x": "a"}, {"x": "é"}, {"x": None}]


def test_a_broken_table_says_its_column() -> None:
    offsets = pa.array([0, 9, 1], pa.int32()).buffers()[1]
    broken = pa.Array.from_buffers(pa.string(), 2, [None, offsets, pa.py_buffer(b"abc")])
    with pytest.raises(pa.ArrowInvalid, match=r"^column 'b': "):
        validate_table(pa.table({"a": [1, 2], "b": broken}))


def test_rows_of_the_users_own_code_may_name_any_file(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"a picture")
    source = datasets.Dataset.from_dict({"image": [str(tmp_path / "a.png")]}).cast_column("image", datasets.Image())
    (partition,) = iid_partitions(source, 1, name="mine")
    assert [row["image"]["bytes"] for batch in partition.batches() for row in batch.to_pylist()] == [b"a picture"]


def test_files_of_the_hub_lie_in_its_caches(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "a.png").write_bytes(b"a picture")
    (tmp_path / "b.png").write_bytes(b"another")
    files = MediaFiles((tmp_path / "cache",), network=True)
    assert files.read(str(tmp_path / "cache" / "a.png"), "rows") == b"a picture"
    with pytest.raises(DataSourceError, match="names a file outside"):
        files.read(str(tmp_path / "b.png"), "rows")
    with pytest.raises(DataSourceError, match="names an address"):
        files.read(f"file://{tmp_path}/b.png", "rows")


def test_a_struct_that_is_no_picture_may_hold_a_path(data: Path, tmp_path: Path) -> None:
    (data / "train.jsonl").write_text(json.dumps({"file": {"bytes": None, "path": "/etc/passwd"}, "x": 1}) + "\n")
    table = sent(data)
    assert table["file"].to_pylist() == [{"bytes": None, "path": "/etc/passwd"}]
