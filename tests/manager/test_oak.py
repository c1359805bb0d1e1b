"""The real command line client, ``oak``, against the manager: it logs in, posts the SLAs that it brings, and is content."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from standins.managers import mock_sla
from standins.tool_venvs import installed

from pytest_flops_mock import FlopsManager, JobState, MLDataServer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8 on loopback"),
]

ITS_REPOSITORY = "https://github.com/Malyuk-A/flops_ml_repo_mnist_sklearn"
EXAMPLE = Path(__file__).parents[2] / "examples" / "mnist_sklearn"

Oak = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def address() -> str:
    """An address that only this process listens on, since the client's ports cannot be chosen."""
    number = os.getpid()
    return f"127.{1 + number // 65536 % 250}.{number // 256 % 256}.{1 + number % 250}"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client's user's home, where it keeps SLAs and configuration."""
    return tmp_path_factory.mktemp("oak")


@pytest.fixture(scope="module")
def oak(home: Path, address: str) -> Oak:
    """Runs the client, as a user who has told it where the system manager is."""
    # The largest part by far: playbooks for installing Oakestra.
    programs = installed(home, "oak-cli==0.5.5", without=["ansible"])
    environment = {"HOME": str(home), "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "NO_PROXY": "*"}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(programs / "oak"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=environment, cwd=home)

    for arguments in (
        ("local-machine-purpose", "--purpose", "everything"),
        ("key-vars", "configure", "system_manager_ip", "--value", address),
    ):
        done = run("configuration", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
    return run


@pytest.fixture
def manager(address: str, server: MLDataServer) -> Iterator[FlopsManager]:
    """The manager on the real ports, which knows the repository that the client's own project SLA names."""
    repositories = {ITS_REPOSITORY: EXAMPLE}
    with FlopsManager(
        [server.uri], repositories=repositories, host=address, port=5072, system_manager_port=10000, env="current"
    ) as manager:
        yield manager
    assert manager.errors == ()


def test_oak_deploys_mock_data_and_a_project_on_them(oak: Oak, manager: FlopsManager, server: MLDataServer) -> None:
    done = oak("addon", "flops", "m", "--mock-sla-file-name", "mnist_multi.json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Success" in done.stdout + done.stderr
    manager.wait(300)
    assert [part.name.partition(".")[0] for part in server.partitions] == ["mnist"] * 3

    done = oak("addon", "flops", "project", "--project-sla-file-name", "mnist_sklearn_small.json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Success" in done.stdout + done.stderr
    manager.wait(300)
    (project,) = manager.projects
    assert project.state is JobState.SUCCEEDED, project.reports or project.problems
    assert project.reports[0].data.rows == sum(part.rows for part in server.partitions)


def test_oak_asks_for_tracking_and_resets_the_database(oak: Oak, manager: FlopsManager) -> None:
    for call in ("tracking", "reset-database"):
        done = oak("addon", "flops", call)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Success" in done.stdout + done.stderr
    assert oak("addon", "flops", "reset-database", "--customer-id", "Eve").returncode != 0


def test_oak_fails_of_an_sla_that_would_fail_later(oak: Oak, home: Path, manager: FlopsManager) -> None:
    sla = mock_sla(data_tag="a.b")
    (home / "oak_cli" / "addons" / "flops" / "mocks" / "dotted.json").write_text(json.dumps(sla), encoding="utf-8")
    done = oak("addon", "flops", "m", "--mock-sla-file-name", "dotted.json")
    assert done.returncode != 0, done.stdout + done.stderr
    assert manager.mocks == ()
