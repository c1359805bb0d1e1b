"""The folder of a Parquet store: a look at each file, once, and again when it has changed."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pytest_flops_mock import FlopsMockError, ParquetStore
from pytest_flops_mock.flight.parquet_store import DamagedPartitionError
from pytest_flops_mock.flight.volume import new_part

ROWS = pa.table({"x": [1, 2, 3]})


def names(store: ParquetStore) -> list[str]:
    return [partition.name for partition in store.partitions()]


def test_a_file_that_is_mended_is_listed_again(tmp_path: Path) -> None:
    store, path = ParquetStore(tmp_path), tmp_path / "t.1.parquet"
    path.write_bytes(b"PAR1")
    assert names(store) == []
    assert [problem.where for problem in store.damaged()] == ["t.1.parquet"]
    pq.write_table(ROWS, path)
    assert names(store) == ["t.1.parquet"]
    assert store.damaged() == ()
    path.unlink()
    assert names(store) == []


def test_a_file_that_is_damaged_later_is_left_out_from_then_on(tmp_path: Path) -> None:
    store = ParquetStore(tmp_path)
    upload = store.receive("t.1.parquet", ROWS.schema)
    upload.write(ROWS.to_batches()[0])
    upload.publish()
    raw = (tmp_path / "t.1.parquet").read_bytes()
    (tmp_path / "t.1.parquet").write_bytes(raw[:4] + bytes(20) + raw[24:])
    assert names(store) == []
    with pytest.raises(DamagedPartitionError, match="is left out: it cannot be read"):
        store.read("t.1.parquet")


def test_links_are_followed_within_the_folder_only(tmp_path: Path) -> None:
    folder = tmp_path / "volume"
    folder.mkdir()
    pq.write_table(ROWS, folder / "t.1.parquet")
    pq.write_table(ROWS, tmp_path / "t.1.parquet")
    (folder / "same.1.parquet").symlink_to("t.1.parquet")
    (folder / "other.1.parquet").symlink_to(tmp_path / "t.1.parquet")
    (folder / "gone.1.parquet").symlink_to("nothing")
    store = ParquetStore(folder)
    assert names(store) == ["same.1.parquet", "t.1.parquet"]
    assert store.read("same.1.parquet").read_all().equals(ROWS)
    assert [problem.where for problem in store.damaged()] == ["gone.1.parquet", "other.1.parquet"]


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    pq.write_table(ROWS, tmp_path / "real" / "t.1.parquet")
    (tmp_path / "volume").symlink_to("real")
    (tmp_path / "real" / "same.1.parquet").symlink_to("t.1.parquet")
    assert names(ParquetStore(tmp_path / "volume")) == ["same.1.parquet", "t.1.parquet"]


def test_remnants_are_removed_at_the_start_unless_somebody_writes_them(tmp_path: Path) -> None:
    left, left_path = new_part(tmp_path)
    written, written_path = new_part(tmp_path)
    os.close(left)
    ParquetStore(tmp_path).open()
    assert not left_path.exists()
    assert written_path.exists()
    os.close(written)
    ParquetStore(tmp_path).open()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_not_made_by_the_start(tmp_path: Path) -> None:
    ParquetStore(tmp_path / "deep" / "volume").open()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FlopsMockError, match=r"cannot keep files in its folder(.|\n)*Not a directory"):
        ParquetStore("/dev/null/volume").open()
