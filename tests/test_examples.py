"""Each example does what its README says, and its SLAs have nothing that FLOps would stumble over."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from pytest_flops_mock import MockSLA, ProjectSLA
from pytest_flops_mock.sla.files import is_mdp_sla

EXAMPLES = Path(__file__).parents[1] / "examples"
NAMES = sorted(path.parent.name for path in EXAMPLES.glob("*/model_manager.py"))
ON_THIS_MACHINE = "FM011"
"""The data lie in a file, which the README of the example says."""


def needs_pytorch(name: str) -> bool:
    return "torch" in (EXAMPLES / name / "model_manager.py").read_text(encoding="utf-8")


def test_there_is_one_for_each_kind_of_user() -> None:
    assert NAMES == ["mnist_numpy", "mnist_pytorch", "mnist_sklearn", "patients_sklearn", "reviews_sklearn"]


@pytest.mark.parametrize("name", NAMES)
def test_there_is_nothing_to_say_about_its_slas(name: str) -> None:
    (project,) = map(ProjectSLA.load, (EXAMPLES / name / "projects").glob("*.json"))
    assert project.findings() == ()
    assert project.ml_repo_url.endswith(f"/{name}")
    slas = [path for path in (EXAMPLES / name / "mocks").glob("*.json") if is_mdp_sla(path)]
    assert slas
    for sla in map(MockSLA.load, slas):
        assert {finding.code for finding in sla.findings(project)} <= {ON_THIS_MACHINE}


@pytest.mark.parametrize("name", NAMES)
def test_its_readme_is_short_and_names_files_that_are_there(name: str) -> None:
    text = (EXAMPLES / name / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 16
    for path in re.findall(r"\b(?:mocks|projects|tests)/[\w.]+", text):
        assert (EXAMPLES / name / path).exists(), path


@pytest.mark.slow
@pytest.mark.usefixtures("kept_environments")
@pytest.mark.parametrize("name", NAMES)
def test_the_commands_of_its_readme_work(name: str, tmp_path: Path) -> None:
    if needs_pytorch(name) and find_spec("torch") is None:
        pytest.skip("PyTorch is not installed; tox run -e pytorch has it")
    (commands,) = re.findall(r"^```console\n(.*?)^```$", (EXAMPLES / name / "README.md").read_text("utf-8"), re.M | re.S)
    folder = tmp_path / name
    shutil.copytree(EXAMPLES / name, folder, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    variables = {"PATH": path, "HF_HOME": str(tmp_path / "hub")}
    done = subprocess.run(
        f"set -e\n{commands}",
        shell=True,
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "verdict     compatible" in done.stdout
    assert re.search(r"\b(?:2|11|21) passed", done.stdout), done.stdout
