"""Files are read if they are files, within a size."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_flops_mock.regular import read_regular


def test_a_file_is_read_also_by_a_link(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"content")
    (tmp_path / "b").symlink_to("a")
    assert read_regular(tmp_path / "b", 7) == b"content"


def test_one_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"content")
    with pytest.raises(OSError, match="more than 6 bytes: 7"):
        read_regular(tmp_path / "a", 6)


def test_a_folder_is_refused_as_open_does(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        read_regular(tmp_path, 6)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    with pytest.raises(OSError, match="a pipe, not a file"):
        read_regular(tmp_path / "a", 6)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs /dev/zero")
def test_a_device_is_refused_at_once() -> None:
    with pytest.raises(OSError, match="a device, not a file"):
        read_regular("/dev/zero", 6)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_a_file_that_hides_its_size_is_read_within_it() -> None:
    assert read_regular("/proc/self/status", 100_000)
    with pytest.raises(OSError, match="more than 10 bytes"):
        read_regular("/proc/self/status", 10)
