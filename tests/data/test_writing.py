"""Files appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_flops_mock import FlopsMockError
from pytest_flops_mock.data.writing import write_whole


def test_files_and_their_folders_appear_and_replace_what_was_there(tmp_path: Path) -> None:
    first, second = tmp_path / "a" / "b" / "first", tmp_path / "second"
    second.write_bytes(b"old and longer")
    write_whole({first: b"1", second: b"2"}, "the files")
    assert (first.read_bytes(), second.read_bytes()) == (b"1", b"2")
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["first", "second"]


def test_what_cannot_be_written_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "file" / "x", tmp_path / "folder"):
        with pytest.raises(FlopsMockError) as error:
            write_whole({path: b"1"}, "the sample")
        lines = str(error.value).splitlines()
        assert lines[0] == "the sample cannot be written"
        assert lines[1] == f"  where     {path}"
        assert lines[-1] == "  fix       name another place with --to"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
