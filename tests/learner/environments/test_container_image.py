"""The image of the environment ``container``: what it builds on, and what is told where it cannot be had."""

from __future__ import annotations

from pathlib import Path

import pytest
from standins.uv import asking

from pytest_flops_mock.errors import ContainerError, RepositoryError, ToolError
from pytest_flops_mock.learner.environments.asked_for import asked_for, wanted_python
from pytest_flops_mock.learner.environments.choice import learner_python, python_at_hand
from pytest_flops_mock.learner.environments.container_image import Image


@pytest.fixture(autouse=True)
def no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")


@pytest.mark.parametrize(
    ("python", "wanted"), [("python=3.10.14", (3, 10)), ("python>=3.9,<3.12", (3, 11)), ("numpy", (3, 12))]
)
def test_the_python_of_the_base_is_the_one_that_conda_would_take(python: str, wanted: tuple[int, int]) -> None:
    assert wanted_python(asked_for(asking(python)).conda) == wanted


def test_its_name_changes_with_what_is_in_it_and_with_nothing_else() -> None:
    def name(*lines: str, base: str = "sha256:1") -> str:
        return Image(asked_for(asking(*lines)), "python:3.11-slim", base).name

    assert name("numpy=1.26.4") == name("numpy=1.26.4")
    assert len({name("numpy=1.26.4"), name("numpy=1.26.3"), name("numpy=1.26.4", base="sha256:2")}) == 3
    assert name("numpy").startswith("pytest-flops-mock/learner:")


@pytest.mark.parametrize("ask", [learner_python, python_at_hand])
def test_without_an_engine_there_is_no_verdict(ask: object) -> None:
    assert callable(ask)
    with pytest.raises(ContainerError, match="no container engine answers"):
        ask("container", asking("python=3.11"))


def test_a_conda_yaml_that_cannot_be_read_is_told_before_an_engine_is_asked() -> None:
    with pytest.raises(RepositoryError, match="numpy= names no version"):
        learner_python("container", asking("numpy="))


def test_sources_are_never_built_for_it() -> None:
    repository = asking("python=3.11", "pip:\n    - https://example.org/it-1.0.tar.gz")
    with pytest.raises(ToolError, match="packages are not built from source here") as caught:
        learner_python("container", repository, allow_builds=True)
    (problem,) = caught.value.problems
    assert "--flops-allow-builds" not in problem.fix
