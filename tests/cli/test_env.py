"""``flops-mock env``: what is kept is listed and removed."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

from pytest_flops_mock.cli import main
from pytest_flops_mock.learner.environments.kept import Built, kept, user_cache
from pytest_flops_mock.learner.environments.seal import sealed


def environment(name: str, *asked: str, days: float = 0, megabytes: int = 1) -> None:
    def build(folder: Path, _: int) -> Built:
        (folder / "bin").mkdir(parents=True)
        with (folder / "bin" / "python").open("wb") as file:
            file.truncate(megabytes * 10**6)
        (folder / "requirements.txt").write_text("\n".join([*asked, "flwr==1.8.0"]) + "\n", encoding="utf-8")
        (folder / "pyvenv.cfg").write_text("version_info = 3.10.13\n", encoding="utf-8")
        return Built(sealed(folder))

    folder = user_cache() / name
    kept(folder, build)
    then = time.time() - days * 24 * 60 * 60
    os.utime(folder.with_suffix(".json"), (then, then))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return user_cache()


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert main(["env", *arguments]) == 0
    return capsys.readouterr().out.splitlines()


def test_a_cache_without_any_says_so(capsys: pytest.CaptureFixture[str], cache: Path) -> None:
    assert told(capsys) == [f"no environments in {cache}"]
    assert told(capsys, "--prune") == ["removed     none", "kept        no environments"]


@pytest.mark.slow
def test_each_is_a_line_of_a_table(capsys: pytest.CaptureFixture[str], cache: Path) -> None:
    environment("0123456789ab", "numpy==1.26.4", days=3, megabytes=12)
    environment("ba9876543210", days=0.1, megabytes=612)
    head, *table = told(capsys)
    assert head == f"2 environments, 624 MB in {cache}"
    assert table == [
        "  name      Python     size  last used    built for",
        "  ba987654  3.10.13  612 MB  2 hours ago  what every learner has",
        "  01234567  3.10.13   12 MB  3 days ago   numpy==1.26.4",
    ]


def test_they_are_removed_by_age_by_size_or_all(capsys: pytest.CaptureFixture[str]) -> None:
    environment("aaaa", "torch==2.4.1", days=70, megabytes=50)
    assert told(capsys, "--prune")[0] == "removed     1 environment, 50 MB"
    environment("bbbb", days=8, megabytes=50)
    environment("cccc", days=1, megabytes=100)
    assert told(capsys, "--prune") == ["removed     none", "kept        2 environments, 150 MB"]
    removed = told(capsys, "--prune", "--older-than", "7")
    assert removed[0] == "removed     1 environment, 50 MB"
    assert re.match(r"  bbbb .* 8 days ago ", removed[2])
    assert removed[-1] == "kept        1 environment, 100 MB"
    environment("dddd", megabytes=100)
    assert "  cccc " in told(capsys, "--prune", "--max-size", "0.15")[2]
    assert told(capsys, "--prune", "--all")[0] == "removed     1 environment, 100 MB"
    assert told(capsys)[0].startswith("no environments")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--older-than", "7"], "--older-than says what to remove, and nothing is removed without --prune"),
        (["--all"], "fix       flops-mock env --prune --all\n"),
        (["--prune", "--older-than", "week"], "--older-than takes a number"),
        (["--prune", "--older-than=-1"], "--older-than takes a number"),
        (["--prune", "--max-size", "5GB"], "nearest   5\n"),
    ],
)
def test_what_means_nothing_removes_nothing(capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    environment("aaaa", days=70)
    assert main(["env", *arguments]) == 2
    assert message in capsys.readouterr().err
    assert told(capsys)[0].startswith("1 environment, 1 MB")
