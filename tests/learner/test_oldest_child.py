"""The learner's process runs on Python 3.8 and ``datasets`` 2.14, the oldest that are promised."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from standins.projects import mock_sla

from pytest_flops_mock import check_repository
from pytest_flops_mock.learner.environments.uv import Uv, find_uv
from pytest_flops_mock.learner.environments.variables import uv_environment

REPOSITORY = Path(__file__).parents[2] / "examples" / "mnist_numpy"
PACKAGES = ("datasets==2.14.*", "pyarrow<15", "numpy<1.25", "pillow<11", "fsspec<2023.11")


@pytest.mark.slow
def test_a_good_repository_passes_there(tmp_path: Path) -> None:
    uv = Uv(find_uv(), False)
    python = next((path for version, path in uv.installed().items() if version.startswith("3.8.")), None)
    if python is None:
        pytest.skip("Python 3.8 is not installed")
    environment = uv_environment(allow_download=False)
    for arguments in (
        ["venv", "--python", str(python), str(tmp_path / "venv")],
        ["pip", "install", "--quiet", "--python", str(tmp_path / "venv" / "bin" / "python"), *PACKAGES],
    ):
        subprocess.run([find_uv(), *arguments], check=True, env=environment, timeout=600)
    report = check_repository(REPOSITORY, sla=mock_sla(), env=str(tmp_path / "venv"))
    assert report.errors == report.warnings == (), str(report)
    versions = dict(report.environment)
    assert versions["Python"].startswith("3.8.")
    assert versions["datasets"].startswith("2.14.")
