"""The two stores: what is published is whole, what is discarded leaves nothing."""

from __future__ import annotations

import threading
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pytest_flops_mock import FlopsMockError, ParquetStore, Store
from pytest_flops_mock.errors import StoreError

BATCH = pa.RecordBatch.from_pydict({"x": [1, 2]})


def put(store: Store, name: str, count: int = 1) -> None:
    upload = store.receive(name, BATCH.schema)
    for _ in range(count):
        upload.write(BATCH)
    upload.publish()


def test_an_upload_is_visible_when_it_is_published_and_not_before(store: Store) -> None:
    upload = store.receive("t.0.parquet", BATCH.schema)
    upload.write(BATCH)
    assert store.partitions() == ()
    upload.publish()
    upload.discard()
    assert [(partition.name, partition.rows) for partition in store.partitions()] == [("t.0.parquet", 2)]
    assert store.read("t.0.parquet").read_all().to_pydict() == {"x": [1, 2]}


def test_one_that_is_discarded_leaves_nothing(store: Store, folder: Path) -> None:
    upload = store.receive("t.0.parquet", BATCH.schema)
    upload.write(BATCH)
    upload.discard()
    upload.discard()
    assert store.partitions() == ()
    assert not folder.exists() or list(folder.iterdir()) == []


def test_the_one_that_is_published_last_stays(store: Store) -> None:
    put(store, "t.0.parquet", 1)
    put(store, "t.0.parquet", 3)
    assert store.partition("t.0.parquet").rows == 6


def test_a_reader_keeps_what_it_began_to_read(store: Store) -> None:
    put(store, "t.0.parquet", 1)
    reader = store.read("t.0.parquet")
    put(store, "t.0.parquet", 3)
    assert reader.read_all().num_rows == 2
    reader = store.read("t.0.parquet")
    store.drop("t.0.parquet")
    assert reader.read_all().num_rows == 6


def test_dropping_and_clearing(store: Store) -> None:
    for name in ("a.0.parquet", "b.0.parquet", "c.0.parquet"):
        put(store, name)
    store.drop("b.0.parquet")
    assert [partition.name for partition in store.partitions()] == ["a.0.parquet", "c.0.parquet"]
    for step in (store.drop, store.partition, store.read):
        with pytest.raises(FlopsMockError, match=r"no partition of that name is stored(.|\n)*nearest   a.0.parquet"):
            step("a.1.parquet")
    store.clear()
    assert store.partitions() == ()


def test_many_threads_may_use_it_at_once(store: Store) -> None:
    def work(number: int) -> None:
        for turn in range(10):
            put(store, f"t.{number}.parquet", 1 + turn % 3)
            store.partitions()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(store.partitions()) == 8


def test_files_lie_plainly_in_the_folder_and_are_read_by_anybody(folder: Path) -> None:
    put(ParquetStore(folder), "t.0.parquet")
    assert [path.name for path in folder.iterdir()] == ["t.0.parquet"]
    assert pq.read_table(folder / "t.0.parquet").to_pydict() == {"x": [1, 2]}
    assert ParquetStore(folder).partition("t.0.parquet").rows == 2


def test_other_files_break_nothing_and_stay(folder: Path) -> None:
    store = ParquetStore(folder)
    put(store, "t.0.parquet")
    (folder / "t.1.parquet").write_bytes(b"PAR1 half a file")
    (folder / "notes.txt").write_text("hello", encoding="utf-8")
    (folder / "folder").mkdir()
    assert [partition.name for partition in store.partitions()] == ["t.0.parquet"]
    store.clear()
    assert sorted(path.name for path in folder.iterdir()) == ["folder", "notes.txt", "t.1.parquet"]


def test_a_file_that_is_no_parquet_is_named_as_damaged(folder: Path) -> None:
    store = ParquetStore(folder)
    put(store, "t.0.parquet")
    (folder / "t.1.parquet").write_bytes(b"PAR1 half a file")
    for step in (store.drop, store.partition, store.read):
        with pytest.raises(FlopsMockError, match=r"is left out: it cannot be read\n  where     t.1.parquet"):
            step("t.1.parquet")
    assert [problem.where for problem in store.damaged()] == ["t.1.parquet"]
    assert (folder / "t.1.parquet").exists()


def test_an_upload_that_fails_leaves_no_hidden_file(folder: Path) -> None:
    store = ParquetStore(folder)
    with pytest.raises(pa.ArrowException):
        store.receive("t.0.parquet", pa.schema({"x": pa.struct([])}))
    (folder / "t.0.parquet").mkdir(parents=True)
    upload = store.receive("t.0.parquet", BATCH.schema)
    upload.write(BATCH)
    with pytest.raises(StoreError, match="Is a directory"):
        upload.publish()
    upload.discard()
    assert [path.name for path in folder.iterdir()] == ["t.0.parquet"]


def test_others_may_read_the_files(folder: Path) -> None:
    put(ParquetStore(folder), "t.0.parquet")
    assert (folder / "t.0.parquet").stat().st_mode & 0o777 == 0o644


def test_the_folder_is_made_when_it_is_needed(folder: Path) -> None:
    store = ParquetStore(folder / "deep")
    assert store.partitions() == ()
    assert not folder.exists()
    put(store, "t.0.parquet")
    assert store.partition("t.0.parquet").rows == 2
