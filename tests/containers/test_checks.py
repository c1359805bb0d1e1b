"""Checks and searches whose repository runs in a container: every door leads there, and the verdict is the local one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from standins.images import BASE, CONDA
from standins.projects import REPOSITORY, mock_sla
from standins.small import repository

from pytest_flops_mock.engine.connection import engine
from pytest_flops_mock.errors import ContainerError, ToolError
from pytest_flops_mock.fixtures.containing import need
from pytest_flops_mock.pipeline import check_repository
from pytest_flops_mock.search.searching import search_repository
from pytest_flops_mock.stage import Stage

pytestmark = pytest.mark.container

SCHEMA = Path(__file__).parents[2] / "docs" / "report.schema.json"
FILES = {**REPOSITORY, "conda.yaml": CONDA}


@pytest.fixture(autouse=True)
def base(pytestconfig: pytest.Config) -> None:
    need(pytestconfig, BASE)


def checked(files: dict[str, str], **options: Any) -> Any:
    given: dict[str, Any] = {"sla": mock_sla(), "env": "container", "base_image": BASE}
    return check_repository(files, **{**given, **options})


def test_a_good_repository_passes_every_stage() -> None:
    report = checked(FILES)
    assert report.ok, str(report)
    assert report.environments == ("container",)
    assert {stage.outcome.value for stage in report.stages} == {"passed"}
    assert dict(report.environment)["datasets"].startswith("2.")
    assert "not confined" not in str(report)
    jsonschema.validate(json.loads(report.to_json()), json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_the_verdict_on_a_bad_one_is_that_of_the_local_child() -> None:
    broken = {**FILES, "data_manager.py": FILES["data_manager.py"].replace('"label"', '"lable"')}
    here, there = checked(broken, env="current"), checked(broken)
    assert [(each.code, each.stage, each.frames) for each in there.errors] == [
        (each.code, each.stage, each.frames) for each in here.errors
    ]


def test_a_kill_for_memory_is_a_finding() -> None:
    files = {**repository("held = b'x' * 2 * 10**9"), "conda.yaml": CONDA}
    report = checked(files, memory=600, until="transform")
    (finding,) = report.errors
    assert (finding.code, finding.stage) == ("FM606", Stage.TRANSFORM), str(report)
    assert "600 MB of memory (--flops-memory)" in str(finding.problem)


def test_a_search_runs_there(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("age,kind\n" + "\n".join(f"{20 + each},{each % 3}" for each in range(30)) + "\n")
    data = {"dataset_name": str(tmp_path / "people.csv"), "number_of_partitions": 2, "data_tag": "people"}
    body = "import os\nassert os.getuid() == 10001\nages = dataset.data.table\nif 0 < len(ages) < 7: raise ValueError('few')"
    result = search_repository(
        {**repository(body), "conda.yaml": CONDA},
        sla={"customerID": "Admin", "mock_data_configuration": data},
        through="transform",
        until="transform",
        env="container",
        base_image=BASE,
        examples=10,
    )
    (broken,) = result.broken
    assert (broken.finding.exception, broken.text, broken.confirmed) == ("ValueError", "1 row", True)


def written(folder: Path) -> None:
    (folder / "mocks").mkdir()
    (folder / "mocks" / "mnist.json").write_text(json.dumps(mock_sla()), encoding="utf-8")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")


def test_items_of_pytest_and_the_fixture_run_there(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "pytest.ini").write_text(f"[pytest]\nflops_env = container\nflops_base_image = {BASE}\n", encoding="utf-8")
    (tmp_path / "test_it.py").write_text(
        "def test_it(flops_check):\n    assert flops_check(sla='mocks/mnist.json').environments == ('container',)\n",
        encoding="utf-8",
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "--flops-check",
        "--flops-sla=mocks/mnist.json",
        "-q",
    ]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert " passed" in ended.stdout


def test_the_command_line_builds_from_a_base_that_is_named(tmp_path: Path) -> None:
    written(tmp_path)
    command = [sys.executable, "-m", "pytest_flops_mock", "check", ".", "--sla", "mocks/mnist.json", "--env=container"]
    command.append(f"--base-image={BASE}")
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False)
    assert (ended.returncode, "compatible" in ended.stdout) == (0, True), ended.stdout + ended.stderr


def test_packages_that_go_together_in_no_way_are_the_same_finding() -> None:
    files = {**FILES, "conda.yaml": "name: mine\ndependencies:\n  - python=3.11\n  - pip:\n    - datasets==1.0.0\n"}
    report = checked(files, until="environment")
    (finding,) = report.errors
    assert finding.code == "FM204", str(report)
    assert "datasets" in str(finding.problem)


def test_without_a_usable_conda_yaml_nothing_is_built() -> None:
    report = checked(REPOSITORY | {"conda.yaml": "name: mine\ndependencies: [numpy=]\n"}, until="environment")
    assert report.outcome(Stage.ENVIRONMENT).value == "skipped", str(report)


def test_a_base_that_cannot_be_had_is_no_verdict() -> None:
    with pytest.raises(ContainerError, match="cannot pull it") as caught:
        checked(FILES, base_image="127.0.0.1:1/nobody/has-this", until="environment")
    assert "--flops-base-image" in caught.value.problems[0].fix


def test_a_base_without_a_python_is_no_verdict() -> None:
    with engine() as client:
        empty = client.images.build(fileobj=_dockerfile(), tag="pytest-flops-mock/empty:latest", rm=True)[0]
    try:
        with pytest.raises(ContainerError, match="python3"):
            checked(FILES, base_image="pytest-flops-mock/empty", until="environment")
    finally:
        with engine() as client:
            client.images.remove(empty.id, force=True)


def _dockerfile() -> Any:
    from io import BytesIO

    return BytesIO(b"FROM scratch\nLABEL empty=yes\n")


def test_gpus_are_refused() -> None:
    with pytest.raises(ContainerError, match="has no GPUs"):
        checked(FILES, gpu=True, until="environment")


def test_a_cache_that_cannot_be_written_is_no_verdict(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    files = {**FILES, "conda.yaml": "name: mine\ndependencies: [python=3.11, numpy=1.26.3]\n"}  # not built yet
    with pytest.raises(ToolError, match="cannot be kept"):
        checked(files, until="environment")
