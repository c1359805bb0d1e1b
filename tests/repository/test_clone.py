"""ML repositories behind Git URLs, cloned from bare repositories on this machine."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from pytest_flops_mock.errors import RepositoryError
from pytest_flops_mock.repository.clone import cloned
from pytest_flops_mock.repository.urls import Remote, remote_of


def git(*arguments: str, folder: Path) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(
        ["git", *identity, "-C", str(folder), *arguments], capture_output=True, text=True, check=True, timeout=30
    )
    return done.stdout.strip()


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three commits: the first, a tag, and two branches at the last."""
    folder = tmp_path_factory.mktemp("remote")
    work = folder / "work"
    work.mkdir()
    git("init", "--quiet", folder=work)
    for number in ("1", "2", "3"):
        (work / "model_manager.py").write_text(number, encoding="utf-8")
        git("add", ".", folder=work)
        git("commit", "--quiet", "-m", number, folder=work)
    git("tag", "-a", "v1", "-m", "first", "HEAD~1", folder=work)
    git("branch", "feature/cats", folder=work)
    git("clone", "--quiet", "--bare", str(work), str(folder / "x.git"), folder=folder)
    return folder / "x.git"


def content(remote: Remote | None) -> str:
    assert remote is not None
    with cloned(remote, timeout=30) as repository:
        return repository.text("model_manager.py")


def test_a_bare_repository_is_no_folder(bare: Path) -> None:
    assert remote_of(str(bare)) == Remote(str(bare))


def test_the_default_branch_a_branch_a_tag_and_a_full_ref_are_found(bare: Path) -> None:
    refs = ("", "@main", "@feature/cats", "@v1", "@refs/tags/v1")
    assert [content(remote_of(f"file://{bare}{ref}")) for ref in refs] == ["3", "3", "3", "2", "2"]


def test_a_commit_is_found_in_full_and_by_its_beginning(bare: Path) -> None:
    first, last = git("rev-parse", "main~2", folder=bare), git("rev-parse", "main", folder=bare)
    wanted = [first, first[:7], last[:7], last.upper()[:9]]
    assert [content(remote_of(f"{bare}@{commit}")) for commit in wanted] == ["1", "1", "3", "3"]


def test_a_clone_is_shallow_named_and_gone_afterwards(bare: Path) -> None:
    with cloned(Remote(f"file://{bare}", "main")) as repository:
        assert repository.root is not None
        assert git("rev-list", "--count", "HEAD", folder=repository.root) == "1"
        assert repository.name == f"file://{bare}@main ({git('rev-parse', 'main', folder=bare)[:12]})"
    assert not repository.root.exists()


def test_the_repository_that_a_hook_commits_to_is_left_alone(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert content(Remote(str(bare))) == "3"
    assert list(tmp_path.iterdir()) == []


def refusal(remote: Remote, timeout: float = 30) -> str:
    with pytest.raises(RepositoryError) as caught, cloned(remote, timeout=timeout):
        pass
    return str(caught.value)


def test_a_ref_that_is_not_there_is_told_with_the_nearest(bare: Path) -> None:
    assert refusal(Remote(f"file://{bare}", "feature/cat")) == (
        "the Git repository has no branch, tag or commit feature/cat\n"
        f"  where     file://{bare}@feature/cat\n"
        "  expected  one of: feature/cats, main, v1\n"
        "  got       feature/cat\n"
        "  nearest   feature/cats\n"
        "  fix       write one of them, or a commit, behind the @"
    )
    for commit in ("0" * 39 + "1", "abcdef0"):
        assert refusal(Remote(str(bare), commit)).startswith(f"the Git repository has no branch, tag or commit {commit}\n")


def test_a_repository_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert refusal(Remote(f"file://{tmp_path}/none.git", "v1")) == (
        "the Git repository cannot be cloned\n"
        f"  where     file://{tmp_path}/none.git@v1\n"
        "  expected  a repository that Git can read without asking for credentials\n"
        f"  got       '{tmp_path}/none.git' does not appear to be a git repository\n"
        f"  fix       try: git ls-remote file://{tmp_path}/none.git"
    )


def test_a_repository_on_this_machine_whose_files_are_none_is_told(bare: Path, tmp_path: Path) -> None:
    git("clone", "--quiet", "--bare", str(bare), "x.git", folder=tmp_path)
    (tmp_path / "x.git" / "config").unlink()
    os.mkfifo(tmp_path / "x.git" / "config")
    told = refusal(Remote(str(tmp_path / "x.git")))
    assert f"  got       {tmp_path}/x.git/config: a pipe, not a file\n" in told


def test_a_clone_of_a_clone_without_its_history_works(bare: Path, tmp_path: Path) -> None:
    git("clone", "--quiet", "--depth=1", f"file://{bare}", "shallow", folder=tmp_path)
    assert content(remote_of(f"file://{tmp_path}/shallow")) == "3"


def test_a_repository_of_another_user_can_be_cloned(bare: Path, tmp_path: Path) -> None:
    git("clone", "--quiet", "--bare", str(bare), "x.git", folder=tmp_path)
    if os.geteuid():
        pytest.skip("only root can give files away")
    for path in (tmp_path / "x.git", *(tmp_path / "x.git").rglob("*")):
        os.chown(path, 12345, 12345)
    assert content(Remote(str(tmp_path / "x.git"))) == "3"


def test_what_git_says_of_a_url_holds_no_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, 'echo "fatal: no way to sEcr%65t as u5er, sEcret or pa@sEcret" >&2; exit 128')
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    told = refusal(Remote("https://u5er:pa@sEcr%65t@host/x.git"))
    assert "sEcret" not in told
    assert "u5er" not in told


def test_an_empty_repository_is_told(tmp_path: Path) -> None:
    git("init", "--quiet", "--bare", "x.git", folder=tmp_path)
    assert refusal(Remote(str(tmp_path / "x.git"))).startswith("the Git repository has no commits\n")


def test_credentials_are_never_shown() -> None:
    told = refusal(Remote("https://user:secret@127.0.0.1:9/x.git"))
    assert "secret" not in told
    assert "  where     https://***@127.0.0.1:9/x.git\n" in told


def test_a_missing_git_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refusal(Remote("https://host/x.git")) == (
        "the repository is given as a Git URL, and Git cannot be run\n"
        "  where     https://host/x.git\n"
        "  expected  the command git\n"
        "  got       No such file or directory\n"
        "  fix       install Git, or clone the repository elsewhere and give its folder"
    )


def stand_in(folder: Path, script: str) -> None:
    """A ``git`` that does what ``script`` says."""
    command = folder / "git"
    command.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    command.chmod(0o755)


def test_a_git_that_hangs_is_killed_with_what_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, f"sleep 60 & echo $! > {tmp_path}/child; wait")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    began = time.monotonic()
    told = refusal(Remote("https://host/x.git"), timeout=0.5)
    assert time.monotonic() - began < 50
    assert told.startswith("the Git repository was not cloned in time\n")
    assert "  expected  an end within 0.5 s\n" in told
    child = Path(f"/proc/{int((tmp_path / 'child').read_text(encoding='utf-8'))}/stat")
    deadline = time.monotonic() + 50
    while child.exists() and child.read_text(encoding="utf-8").split()[2] != "Z" and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not child.exists() or child.read_text(encoding="utf-8").split()[2] == "Z"


def test_git_is_told_never_to_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, f"env > {tmp_path}/environment; exit 128")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("SSH_ASKPASS", "window")
    refusal(Remote("https://host/x.git"))
    environment = (tmp_path / "environment").read_text(encoding="utf-8").splitlines()
    assert {"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=", "SSH_ASKPASS_REQUIRE=never"} <= set(environment)
    assert "SSH_ASKPASS=window" not in environment


def test_nothing_is_left_when_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    refusal(Remote(f"file://{tmp_path}/none.git"))
    assert list(tmp_path.iterdir()) == []
