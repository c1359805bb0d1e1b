"""Which Python the learner's process runs in, and what of this process' environment it sees."""

from __future__ import annotations

import json
import os
import platform
import site
import subprocess
from pathlib import Path

import pytest

from pytest_flops_mock.learner.environments.isolation import NO_GPU, Fence, child_environment, command, fence


def test_only_what_libraries_need_to_find_themselves_is_passed_on(tmp_path: Path) -> None:
    inherited = {
        "PATH": "/bin",
        "HOME": "/users/me",
        "LC_ALL": "C",
        "OMP_NUM_THREADS": "1",
        "HF_HUB_OFFLINE": "1",
        "HF_TOKEN": "secret",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "GITHUB_TOKEN": "secret",
        "PYTHONPATH": "elsewhere",
        "PYTEST_ADDOPTS": "-x",
        "VIRTUAL_ENV": "elsewhere",
    }
    seen = child_environment(inherited, tmp_path)
    assert {name: seen[name] for name in seen if name in inherited} == {
        "PATH": "/bin",
        "HOME": "/users/me",
        "LC_ALL": "C",
        "OMP_NUM_THREADS": "1",
        "HF_HUB_OFFLINE": "1",
    }
    assert set(seen) - set(inherited) == {"TMPDIR", "HF_DATASETS_CACHE", "FLWR_TELEMETRY_ENABLED", *NO_GPU}


OPEN = Fence(home="", writable=("/",), homes=())


def test_modules_in_the_current_folder_and_on_pythonpath_are_not_found(tmp_path: Path) -> None:
    for folder in ("current", "path"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "json.py").write_text("raise SystemExit('the wrong json')")
    pipe = subprocess.PIPE
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "path")}
    with subprocess.Popen(
        command(None, OPEN), cwd=tmp_path / "current", env=environment, stdin=pipe, stdout=pipe, text=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write('{"do": "hello", "id": 7, "key": "k"}\n')
        child.stdin.flush()
        answer = json.loads(child.stdout.readline())
    assert (answer["id"], answer["key"], answer["facts"]["versions"]["Python"]) == (7, "k", platform.python_version())


@pytest.mark.parametrize(("enabled", "left_out"), [(True, False), (False, True), (None, True)])
def test_packages_installed_for_the_user_are_found_where_this_process_finds_them(
    monkeypatch: pytest.MonkeyPatch, enabled: bool | None, left_out: bool
) -> None:
    monkeypatch.setattr(site, "ENABLE_USER_SITE", enabled)
    assert ("-s" in command(None, OPEN)) is left_out


def test_gpus_are_hidden_unless_the_user_shows_them(tmp_path: Path) -> None:
    inherited = {"CUDA_VISIBLE_DEVICES": "0,1"}
    assert child_environment(inherited, tmp_path)["CUDA_VISIBLE_DEVICES"] == ""
    assert child_environment(inherited, tmp_path, gpu=True)["CUDA_VISIBLE_DEVICES"] == "0,1"


def test_temporary_files_and_caches_go_where_the_check_removes_them_and_nothing_is_reported_home(tmp_path: Path) -> None:
    inherited = {"TMPDIR": "/elsewhere", "HF_DATASETS_CACHE": "/elsewhere", "FLWR_TELEMETRY_ENABLED": "1"}
    assert child_environment(inherited, tmp_path) == {
        "TMPDIR": str(tmp_path),
        "HF_DATASETS_CACHE": str(tmp_path / "datasets"),
        "FLWR_TELEMETRY_ENABLED": "0",
        **NO_GPU,
    }


def test_the_fence_is_around_the_childs_folder_and_folders_for_temporary_files(tmp_path: Path) -> None:
    around = fence(Path("/tmp/flops-learner-x"), [Path("/srv/repository")], {"HOME": "/srv/home"})
    assert around.home == "/tmp/flops-learner-x/home"
    assert around.writable == ("/tmp/flops-learner-x", "/tmp", "/var/tmp")
    assert "/srv/home" in around.homes


def test_a_folder_for_temporary_files_in_which_the_repository_lies_is_not_open(tmp_path: Path) -> None:
    assert fence(Path("/tmp/x"), [Path("/tmp/repository")], {}).writable == ("/tmp/x", "/var/tmp")


def test_folders_that_passed_variables_name_are_open(tmp_path: Path) -> None:
    inherited = {"DATA": str(tmp_path), "WORD": "word", "MISSING": "/nowhere/there", "HOME": "/srv/home"}
    around = fence(Path("/srv/x"), [Path("/tmp")], inherited, ["DATA", "WORD", "MISSING", "ABSENT"])
    assert around.writable == ("/srv/x", "/var/tmp", str(tmp_path))
    assert fence(Path("/srv/x"), [], inherited, ["HOME"]).home == ""
