"""Built environments on disk: where, when they are built again, and who waits."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from pytest_flops_mock.errors import ToolError
from pytest_flops_mock.learner.environments.kept import Built, Kept, kept, user_cache
from pytest_flops_mock.learner.environments.seal import sealed
from pytest_flops_mock.learner.environments.shelf import locked


def build(folder: Path, _: int = 0) -> Built:
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").write_text("python")
    return Built(sealed(folder), "numpy<2", "because")


def no_build(folder: Path, _: int) -> Built:
    raise AssertionError("it is built again")


@pytest.mark.parametrize("named", ["caches", "./caches", "../caches", "", "~/caches"])
def test_a_cache_that_is_no_absolute_path_is_ignored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, named: str) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", named)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert user_cache() == tmp_path / ".cache" / "pytest-flops-mock" / "environments"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "named"))
    assert user_cache() == tmp_path / "named" / "pytest-flops-mock" / "environments"


def test_what_is_kept_is_told_with_what_it_needed(tmp_path: Path) -> None:
    expected = Kept(tmp_path / "a" / "bin" / "python", "numpy<2", "because")
    assert kept(tmp_path / "a", build) == expected
    assert kept(tmp_path / "a", no_build) == expected


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b'{"files": []}',
        b'{"files": {"a": [1]}}',
        b'{"files": {}, "bound": 1, "reason": 2, "missing": 3}',
        b"[" * 99999,
    ],
)
def test_a_seal_that_says_nothing_is_as_none(tmp_path: Path, content: bytes) -> None:
    kept(tmp_path / "a", build)
    (tmp_path / "a.json").unlink()
    (tmp_path / "a.json").write_bytes(content)
    assert kept(tmp_path / "a", build).damage == ()
    assert json.loads((tmp_path / "a.json").read_bytes())["bound"] == "numpy<2"


def test_a_build_that_fails_leaves_nothing_but_the_lock(tmp_path: Path) -> None:
    def fail(folder: Path, _: int) -> Built:
        build(folder)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept(tmp_path / "a", fail)
    assert [path.name for path in tmp_path.iterdir()] == ["a.lock"]


def test_another_process_that_builds_is_waited_for_no_longer_than_the_limit(tmp_path: Path) -> None:
    with locked(tmp_path / "a.lock"), pytest.raises(subprocess.TimeoutExpired):
        kept(tmp_path / "a", no_build, left=lambda: 0.0)


def test_one_that_is_in_use_is_not_removed_however_old(tmp_path: Path) -> None:
    kept(tmp_path / "a", build)
    os.utime(tmp_path / "a.json", (1, 1))
    with locked(tmp_path / "a.lock"):
        kept(tmp_path / "b", build)
    assert (tmp_path / "a" / "bin").exists()
    kept(tmp_path / "c", build)
    assert not (tmp_path / "a").exists()
    assert not (tmp_path / "a.json").exists()


def test_use_is_noted(tmp_path: Path) -> None:
    kept(tmp_path / "a", build)
    os.utime(tmp_path / "a.json", (1, 1))
    kept(tmp_path / "a", no_build)
    kept(tmp_path / "b", build)
    assert (tmp_path / "a").exists()


def test_a_folder_that_cannot_be_is_no_verdict(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ToolError, match="cannot be kept"):
        kept(tmp_path / "file" / "a", build)
