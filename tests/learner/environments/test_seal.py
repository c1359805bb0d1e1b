"""The seal of an environment: what is noticed, and what is not taken for a change."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from standins.wheels import wheel

from pytest_flops_mock.learner.environments.seal import (
    changes,
    is_untouched,
    make_read_only,
    make_writable,
    remove,
    remove_added,
    sealed,
    unlike_their_record,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An environment with two packages, unpacked as an installer does."""
    packages = tmp_path / "environment" / "lib" / "python3.11" / "site-packages"
    for name in ("numpy", "datasets"):
        shutil.unpack_archive(wheel(tmp_path, name, "1.0"), packages, "zip")
    (tmp_path / "environment" / "bin").mkdir()
    (tmp_path / "environment" / "bin" / "python").symlink_to("/usr/bin/python3")
    return tmp_path / "environment"


NUMPY = "lib/python3.11/site-packages/numpy"


def _same_size_and_age(file: Path) -> None:
    status = file.stat()
    file.write_text(file.read_text().replace("1.0", "6.6"))
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def _a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda folder: (folder / NUMPY / "__init__.py").write_text(""), [f"{NUMPY}/__init__.py was changed"]),
        (lambda folder: _same_size_and_age(folder / NUMPY / "__init__.py"), [f"{NUMPY}/__init__.py was changed"]),
        (lambda folder: _a_pipe(folder / NUMPY / "more.py"), [f"{NUMPY}/more.py was changed"]),
        (lambda folder: (folder / NUMPY / "more.py").unlink(), [f"{NUMPY}/more.py is gone"]),
        (lambda folder: (folder / NUMPY / "new.py").touch(), [f"{NUMPY}/new.py is new"]),
        (
            lambda folder: [(folder / "bin/python").unlink(), (folder / "bin/python").symlink_to("/tmp/python")],
            ["bin/python was changed"],
        ),
    ],
)
def test_what_was_touched_is_noticed(folder: Path, change: Callable[[Path], object], told: list[str]) -> None:
    before = sealed(folder)
    assert is_untouched(folder, before)
    change(folder)
    assert not is_untouched(folder, before)
    assert changes(before, sealed(folder, before)) == told


def test_other_times_are_no_change(folder: Path) -> None:
    before = sealed(folder)
    os.utime(folder / NUMPY / "more.py", (1, 1))
    assert not is_untouched(folder, before)
    assert changes(before, sealed(folder, before)) == []


def test_what_was_added_can_be_taken_away_from_read_only_folders(folder: Path) -> None:
    before = sealed(folder)
    (folder / NUMPY / "new.py").touch()
    (folder / "deeper").mkdir()
    (folder / "deeper" / "new.pth").touch()
    make_read_only(folder)
    remove_added(folder, before)
    assert changes(before, sealed(folder)) == []
    assert not (folder / NUMPY).stat().st_mode & stat.S_IWUSR


def test_read_only_is_everything_but_where_links_lead(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (folder / "link").symlink_to(outside)
    make_read_only(folder)
    inside = [folder, *(path for path in folder.rglob("*") if not path.is_symlink())]
    assert not any(path.stat().st_mode & 0o222 for path in inside)
    assert outside.stat().st_mode & stat.S_IWUSR
    make_writable(folder)
    assert all(path.stat().st_mode & stat.S_IWUSR for path in inside)


def test_an_environment_is_removed_read_only_or_not_and_a_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    remove(tmp_path / "link")
    assert (folder / "bin").exists()
    make_read_only(folder)
    remove(folder)
    remove(folder)
    assert not folder.exists()


def test_packages_are_held_against_their_own_records(folder: Path) -> None:
    assert unlike_their_record(folder, sealed(folder)) == []
    (folder / NUMPY / "more.py").unlink()
    assert unlike_their_record(folder, sealed(folder)) == ["numpy"]
    (folder / "lib/python3.11/site-packages/datasets/__init__.py").write_text("")
    assert unlike_their_record(folder, sealed(folder)) == ["datasets", "numpy"]
