"""A small ML project to run pytest on."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import pytest
from standins.projects import REPOSITORY, mock_sla

from pytest_flops_mock.partitions.flower import partitioner_class

LOADED = (
    "hypothesis",  # its plugin would load it at the end of each inner run
    "pyarrow.flight",
    "scipy.io",  # datasets loads it when it reads files
    "pytest_flops_mock.data.twins.making",
    "pytest_flops_mock.checks.running",
    "pytest_flops_mock.pipeline",
    "pytest_flops_mock.provider",
    "pytest_flops_mock.report.github",
    "pytest_flops_mock.stages.plan",
)


@pytest.fixture(scope="session", autouse=True)
def loaded() -> None:
    """Pytester forgets what an inner run imports, and compiled modules load only once in a process: load them before."""
    for name in LOADED:
        import_module(name)
    partitioner_class("iid")


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """An ML repository with an SLA, whose root is the rootdir."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)  # inner runs tell no workflow of ours
    pytester.makeini("[pytest]\n")
    for name, text in REPOSITORY.items():
        pytester.makefile(Path(name).suffix, **{Path(name).stem: text})
    (pytester.path / "mocks").mkdir()
    (pytester.path / "mocks" / "mnist.json").write_text(json.dumps(mock_sla()), encoding="utf-8")
    return pytester


@pytest.fixture
def other_sla(project: pytest.Pytester) -> Path:
    """A second SLA beside the first."""
    path = project.path / "mocks" / "three.json"
    path.write_text(json.dumps(mock_sla(number_of_partitions=3)), encoding="utf-8")
    return path


@pytest.fixture
def broken(project: pytest.Pytester) -> pytest.Pytester:
    """The repository asks for a column that no data set has; the check fails in the stage transform."""
    manager = project.path / "data_manager.py"
    manager.write_text(manager.read_text(encoding="utf-8").replace('"label"', '"lable"'), encoding="utf-8")
    return project
