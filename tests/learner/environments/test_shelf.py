"""The folder of built environments: what lies there, what is to go, and what stays since it is in use."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pytest_flops_mock.learner.environments.kept import Built, kept
from pytest_flops_mock.learner.environments.seal import sealed
from pytest_flops_mock.learner.environments.shelf import DAY_SECONDS, Lying, locked, lying, stale, take_away

HOUR = 1 / 24


def environment(folder: Path, *, days: float = 0, nbytes: int = 10, complete: bool = True) -> Path:
    def build(folder: Path, _: int = 0) -> Built:
        (folder / "bin").mkdir(parents=True)
        (folder / "bin" / "python").write_bytes(b"x" * nbytes)
        (folder / "requirements.txt").write_text("numpy==1.26.4\nflwr==1.8.0\n", encoding="utf-8")
        (folder / "pyvenv.cfg").write_text("home = /usr/bin\nversion_info = 3.10.13\n", encoding="utf-8")
        return Built(sealed(folder))

    kept(folder, build)
    if not complete:
        folder.with_suffix(".json").unlink()
    then = time.time() - days * DAY_SECONDS
    os.utime(folder.with_suffix(".json") if complete else folder, (then, then))
    return folder


def made_up(name: str, *, days: float, nbytes: int, complete: bool = True) -> Lying:
    return Lying(Path(name), "3.10.13", (), nbytes, time.time() - days * DAY_SECONDS, complete)


def test_each_is_told_with_what_it_was_built_from_the_last_used_first(tmp_path: Path) -> None:
    environment(tmp_path / "a", days=3)
    environment(tmp_path / "b", days=1)
    environment(tmp_path / "c", days=2, complete=False)
    b, c, a = lying(tmp_path)
    assert [each.folder.name for each in (a, b, c)] == ["a", "b", "c"]
    assert a.asked == ("numpy==1.26.4", "flwr==1.8.0")
    assert a.python == "3.10.13"
    assert (a.complete, c.complete) == (True, False)
    assert a.nbytes == c.nbytes > 10
    assert round(a.unused_days, 2) == 3


def test_what_is_damaged_or_no_environment_is_listed_or_left_alone(tmp_path: Path) -> None:
    environment(tmp_path / "a")
    (tmp_path / "a.json").unlink()
    (tmp_path / "a.json").write_bytes(b"\xff[")
    (tmp_path / "a" / "pyvenv.cfg").unlink()
    (tmp_path / "notes.txt").touch()
    (tmp_path / "link").symlink_to(tmp_path / "a")
    (only,) = lying(tmp_path)
    assert (only.folder.name, only.python) == ("a", "")
    assert only.nbytes > 10
    assert lying(tmp_path / "nowhere") == lying(tmp_path / "notes.txt") == []


@pytest.mark.parametrize(
    ("unused_days", "max_bytes", "gone"),
    [
        (60, 10**9, ["old", "left"]),
        (4, 10**9, ["week", "old", "left"]),
        (60, 25, ["week", "old", "left"]),
        (60, 15, ["day", "week", "old", "left"]),
        (60, 5, ["now", "day", "week", "old", "left"]),
        (HOUR, 10**9, ["day", "week", "old", "left"]),
        (float("inf"), float("inf"), ["left"]),
    ],
)
def test_what_nobody_has_used_and_what_does_not_fit_goes(unused_days: float, max_bytes: float, gone: list[str]) -> None:
    there = [
        made_up("old", days=61, nbytes=10),
        made_up("now", days=0, nbytes=10),
        made_up("week", days=7, nbytes=10),
        made_up("day", days=1, nbytes=10),
        made_up("left", days=90, nbytes=10, complete=False),
    ]
    found = stale(there, unused_days=unused_days, max_bytes=max_bytes)
    assert [each.folder.name for each in found] == gone


def test_what_is_removed_is_gone_with_its_seal_and_what_is_being_built_stays(tmp_path: Path) -> None:
    environment(tmp_path / "a")
    environment(tmp_path / "b")
    with locked(tmp_path / "b.lock"):
        (staying,) = take_away(lying(tmp_path))
    assert staying.folder == tmp_path / "b"
    assert [each.folder.name for each in lying(tmp_path)] == ["b"]
    assert not (tmp_path / "a.json").exists()


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc to see what is in use")
def test_what_a_process_runs_from_stays(tmp_path: Path) -> None:
    python = environment(tmp_path / "a") / "bin" / "python"
    python.chmod(0o755)
    python.parent.chmod(0o755)
    python.unlink()
    python.symlink_to(sys.executable)
    with subprocess.Popen(
        [python, "-c", "print(flush=True); input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as run:
        assert run.stdout is not None
        run.stdout.readline()
        assert [each.folder.name for each in take_away(lying(tmp_path))] == ["a"]
        run.communicate(b"\n")
    assert take_away(lying(tmp_path)) == []
    assert lying(tmp_path) == []


def test_one_more_that_is_built_takes_the_oldest_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment(tmp_path / "a", days=2)
    environment(tmp_path / "b", days=1)
    size = lying(tmp_path)[0].nbytes
    everything = stale.__kwdefaults__
    assert everything is not None
    monkeypatch.setitem(everything, "max_bytes", 2.5 * size)
    environment(tmp_path / "c")
    assert {each.folder.name for each in lying(tmp_path)} == {"b", "c"}
    monkeypatch.setitem(everything, "max_bytes", 0.5 * size)
    environment(tmp_path / "d")
    assert {each.folder.name for each in lying(tmp_path)} == {"d"}, "what was built just now stays, however large"
