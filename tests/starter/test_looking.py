"""What is seen of a folder: nothing of it is run, and no secret is repeated."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from pytest_flops_mock.starter.looking import Git, look, without_secrets


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True, timeout=300)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "data_manager.py").write_text('rows["img"]', encoding="utf-8")
    (folder / "conda.yaml").write_text("dependencies:\n  - python=3.11.4\n", encoding="utf-8")
    return folder


def test_a_folder_that_is_not_there_has_nothing(tmp_path: Path) -> None:
    found = look(tmp_path / "new")
    assert (found.names, found.git, found.settings, found.mocks) == ((), None, None, ())


def test_git_tells_branch_remote_and_whether_something_is_committed(repository: Path) -> None:
    assert look(repository).git is None
    git(repository, "init", "-q", "-b", "work")
    assert look(repository).git == Git("work")
    git(repository, "remote", "add", "origin", "https://me:hunter2@github.com/Acme/Net.git")
    git(repository, "add", ".")
    assert look(repository).git == Git("work", "https://github.com/Acme/Net.git", tracks=True)
    git(repository, "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "first")
    assert look(repository).git == Git("work", "https://github.com/Acme/Net.git", tracks=True, committed=True)


def test_git_runs_no_program_that_the_repository_names(repository: Path, tmp_path: Path) -> None:
    program, proof = tmp_path / "program", tmp_path / "proof"
    program.write_text(f"#!/bin/sh\ntouch {proof}\n", encoding="utf-8")
    program.chmod(0o755)
    git(repository, "init", "-q")
    git(repository, "add", ".")
    for setting in ("core.fsmonitor", "core.pager", "filter.f.clean"):
        git(repository, "config", setting, str(program))
    git(repository, "config", "include.path", str(program))
    (repository / ".gitattributes").write_text("* filter=f\n", encoding="utf-8")
    assert look(repository).git is not None
    assert not proof.exists()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://me:hunter2@github.com/a/b.git", "https://github.com/a/b.git"),
        ("https://hunter2@github.com/a/b", "https://github.com/a/b"),
        ("https://github.com/a/b?token=hunter2", "https://github.com/a/b"),
        ("git@github.com:a/b.git", "git@github.com:a/b.git"),
        ("ssh://git@github.com/a/b", "ssh://git@github.com/a/b"),
    ],
)
def test_a_url_is_shown_without_its_secrets(url: str, shown: str) -> None:
    assert without_secrets(url) == shown


def test_slas_settings_workflows_and_descriptions_are_found(repository: Path) -> None:
    for path, text in {
        "mocks/a.json": json.dumps({"mock_data_configuration": {"data_tag": "a"}}),
        "projects/b.json": '{% of a project\n"ml_repo_url": "x", "training_configuration": {"data_tags": ["b", "a"]}}',
        "package.json": "{}",
        "broken.json": '{"training_configuration": ',
        ".github/workflows/ci.yml": "jobs: {test: {steps: [run: make]}}",
        ".github/workflows/check.yaml": "run: pytest --flops-check",
        "pyproject.toml": "[tool.flwr.app]\npublisher = 'me'\n",
        "tox.ini": "[pytest]\n",
        "tests/flops-data/acme--visits.twin.json": json.dumps({"dataset": "acme/visits", "features": {"age": {}}}),
        "tests/flops-data/broken.twin.json": "[]",
    }.items():
        (repository / path).parent.mkdir(parents=True, exist_ok=True)
        (repository / path).write_text(text, encoding="utf-8")
    found = look(repository)
    assert (found.mocks, found.projects, found.tags) == (("mocks/a.json",), ("projects/b.json",), ("b", "a"))
    assert found.workflows == (".github/workflows/check.yaml", ".github/workflows/ci.yml")
    assert found.checked == (".github/workflows/check.yaml",)
    assert found.settings is not None
    assert (found.settings.file, found.settings.own) == ("tox.ini", False)
    assert found.flower
    assert found.own == {"acme/visits": ("age",)}
    assert found.python == "3.11"
    assert found.ml_files == ("data_manager.py", "conda.yaml")
    assert found.code.columns == ("img",)
