"""Repositories with a conda.yaml, and what is read of it."""

from __future__ import annotations

from pytest_flops_mock import MLRepository
from pytest_flops_mock.repository.conda.reader import CondaEnvironment, conda_environment, conda_findings


def of(*entries: str, pip: tuple[str, ...] = ()) -> MLRepository:
    """A repository whose conda.yaml has these entries; the first is on line 3."""
    lines = [f"  - {entry}" for entry in entries] + (["  - pip:", *(f"    - {entry}" for entry in pip)] if pip else [])
    return MLRepository.of_files({"conda.yaml": "\n".join(["name: mine", "dependencies:", *lines, ""])})


def read(*entries: str, pip: tuple[str, ...] = ()) -> CondaEnvironment:
    return conda_environment(of(*entries, pip=pip))


def findings(text: str) -> list[tuple[str, str, str]]:
    found = conda_findings(MLRepository.of_files({"conda.yaml": text}))
    return [(finding.code, finding.problem.where, finding.message) for finding in found]
