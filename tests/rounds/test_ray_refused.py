"""What the engine for many devices refuses, before anything of Ray is started."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from standins.wire import clusters, plan, python_at, repository

from pytest_flops_mock.errors import FlopsMockError, LearnerEnvironmentError, SettingsError, ToolError
from pytest_flops_mock.rounds.engine import EngineSettings
from pytest_flops_mock.rounds.plan import RoundsPlan
from pytest_flops_mock.rounds.ray import RayEngine


def refused(kind: type[FlopsMockError], engine: RayEngine, of: RoundsPlan | None = None) -> str:
    with pytest.raises(kind) as caught:
        engine.run(
            of or plan(1, 1),
            repository(),
            uris={0: "grpc://127.0.0.1:1"},
            tags=["numbers"],
            python=python_at(Path(sys.executable)),
            settings=EngineSettings(),
        )
    return str(caught.value)


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that nobody can listen on, nor does."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_an_address_at_which_nobody_listens_is_told_at_once(closed_port: int) -> None:
    said = refused(ToolError, RayEngine(f"127.0.0.1:{closed_port}"))
    assert "the cluster of Ray does not answer" in said
    assert f"127.0.0.1:{closed_port}" in said
    assert "Connection refused" in said


@pytest.mark.parametrize("address", ["somewhere", "ray://head:10001", "head:", "head:0", "head:99999", ":6379", "auto"])
def test_what_is_no_address_is_refused(address: str) -> None:
    said = refused(SettingsError, RayEngine(address))
    assert address in said
    assert "host:port" in said


def test_a_hierarchical_plan_is_for_the_other_engine() -> None:
    said = refused(SettingsError, RayEngine(), clusters(2, 1, 1, 1))
    assert "classic federations only" in said
    assert "use the engine wire" in said


def test_a_folder_for_temporary_files_with_a_long_path_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    said = refused(ToolError, RayEngine())
    assert "too long for Ray" in said
    assert "set TMPDIR=/tmp" in said


@pytest.mark.skipif(find_spec("ray") is not None, reason="this Python has Ray")
def test_a_python_without_ray_is_told_how_to_get_it() -> None:
    said = refused(LearnerEnvironmentError, RayEngine())
    assert "the Python of the learners has no Ray" in said
    assert "the engine wire needs none" in said
