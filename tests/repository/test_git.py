"""Every call of Git has one set of settings, one environment and a time limit."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from pytest_flops_mock import MLRepository, check_repository
from pytest_flops_mock.repository.git import environment, environment_alone, git


def stand_in_for_git(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Lets a shell script be Git."""
    (folder / "bin").mkdir()
    (folder / "bin" / "git").write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    (folder / "bin" / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder / 'bin'}:/bin:/usr/bin")


def test_variables_about_another_repository_are_left_out_and_those_about_the_way_to_a_server_stay() -> None:
    inherited = {"PATH": "/bin", "GIT_SSH_COMMAND": "ssh -i key", "GIT_DIR": "/other/.git", "GIT_INDEX_FILE": "/other/index"}
    assert environment({**inherited, "SSH_ASKPASS": "/usr/bin/askpass"}) == {
        "PATH": "/bin",
        "GIT_SSH_COMMAND": "ssh -i key",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "SSH_ASKPASS": "",
        "SSH_ASKPASS_REQUIRE": "never",
        "GCM_INTERACTIVE": "never",
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "https:ssh:file",
    }


def test_where_no_server_is_needed_git_sees_no_secret_and_nobodys_settings() -> None:
    seen = environment_alone(
        {"PATH": "/bin:.::bin", "TOKEN": "x", "GIT_SSH_COMMAND": "x", "GIT_CONFIG_COUNT": "1", "HOME": "/me"}
    )
    assert seen["PATH"] == "/bin"
    assert not {"TOKEN", "GIT_SSH_COMMAND", "GIT_CONFIG_COUNT"} & {*seen}
    assert (seen["HOME"], seen["GIT_CONFIG_GLOBAL"], seen["GIT_ALLOW_PROTOCOL"]) == ("/dev/null", "/dev/null", "none")


def test_no_hook_runs(tmp_path: Path) -> None:
    git("init", "--quiet", str(tmp_path), timeout=30)
    hook = tmp_path / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n", encoding="utf-8")
    hook.chmod(0o755)
    named = ("-c", "user.name=a", "-c", "user.email=a@b")
    made = git(*named, "commit", "--quiet", "--allow-empty", "--message", "x", folder=tmp_path, timeout=30)
    assert made.status == 0, made.errors
    assert git("checkout", "--quiet", "-b", "other", folder=tmp_path, timeout=30).status == 0
    assert not (tmp_path / "ran").exists()


def test_it_ends_in_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in_for_git(monkeypatch, tmp_path, "exec sleep 60")
    with pytest.raises(subprocess.TimeoutExpired):
        git("version", timeout=0.2)


def test_without_git_the_folder_itself_is_looked_through(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "model_manager.py").touch()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert MLRepository.at(tmp_path).paths() == ("model_manager.py",)


def test_a_check_asks_git_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in_for_git(monkeypatch, tmp_path, f'echo "$*" >> {tmp_path}/asked; exec {shutil.which("git")} "$@"')
    repository = tmp_path / "repository"
    repository.mkdir()
    (repository / "model_manager.py").write_text("1 +", encoding="utf-8")
    subprocess.run(["git", "init", "-q", str(repository)], check=True, timeout=300)

    check_repository(repository, "grpc://127.0.0.1:1", data_tags=["a"], until="environment")

    asked = [line for line in (tmp_path / "asked").read_text(encoding="utf-8").splitlines() if "ls-files" in line]
    assert len(asked) == 1
