"""Exit status 2: a tool that is missing or fails says nothing of the repository."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from standins.projects import REPOSITORY, mock_sla
from standins.uv import stand_in_for_uv

from pytest_flops_mock.cli import main


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Checks a good repository that is a folder."""
    import json

    folder = tmp_path / "repository"
    folder.mkdir()
    for name, text in REPOSITORY.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "mnist.json").write_text(json.dumps(mock_sla()), encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return ["check", str(folder), "--sla", str(folder / "mnist.json")]


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    return told.err


def test_git_is_missing(
    command: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    subprocess.run(["git", "init", "-q", command[1]], check=True, timeout=300)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refused(command, capsys).startswith("flops-mock: Git cannot say which files FLOps would clone\n")


@pytest.mark.slow
def test_uv_is_missing(
    command: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "uv", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    told = refused([*command, "--env", "learner"], capsys)
    assert told.startswith("flops-mock: uv, which builds the learner's environment, is not installed\n")
    assert main(command) == 0  # by itself: the current one, without a word of it
    assert "FM208" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("error: Failed to fetch: x", "the learner's environment cannot be built"),
        ("error: No space left on device (os error 28)", "uv cannot build the learner's environment on this machine"),
        ("thread panicked", "the learner's environment cannot be built"),
    ],
)
def test_uv_fails(
    output: str,
    message: str,
    command: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    stand_in_for_uv(monkeypatch, tmp_path, f"echo '{output}'; exit 1")
    told = refused([*command, "--env", "learner"], capsys)
    assert told.startswith(f"flops-mock: {message}\n")


def test_uv_does_not_run(
    command: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stand_in_for_uv(monkeypatch, tmp_path, "")
    (tmp_path / "uv-stand-in").write_bytes(b"\x7fELF of another machine")
    told = refused([*command, "--env", "learner"], capsys)
    assert told.startswith("flops-mock: uv does not run\n")
    assert "  got       Exec format error\n" in told


@pytest.mark.slow
def test_the_hub_is_not_in_reach(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest_flops_mock", *command, "--data=hub", "--env=current"],
        env={**os.environ, "HF_ENDPOINT": "http://127.0.0.1:1", "HF_HUB_OFFLINE": "0"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "flops-mock: the Hugging Face hub cannot be reached\n" in done.stderr


@pytest.mark.slow
def test_the_hub_is_switched_off(command: list[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest_flops_mock", *command, "--data=hub", "--env=current"],
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "hub")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "flops-mock: the data set is not in the cache of the Hugging Face hub" in done.stderr
