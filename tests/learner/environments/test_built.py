"""A Python like that of the learner's image: which one, with which packages, and what is told of it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from standins.uv import BUILD, asking, refused, stand_in_for_uv

from pytest_flops_mock.errors import RepositoryError, ToolError
from pytest_flops_mock.learner.environments import built
from pytest_flops_mock.learner.environments.choice import learner_python
from pytest_flops_mock.learner.environments.image import LEARNER_PINS
from pytest_flops_mock.learner.environments.proof import refused_import
from pytest_flops_mock.repository.conda.reader import conda_environment
from pytest_flops_mock.repository.repository import MLRepository


@pytest.mark.parametrize(
    ("python", "taken"),
    [
        ("python=3.10.14", "3.10.13"),
        ("python=3.10.5", "3.10.5"),
        ("python=3.9", "3.10.13"),
        ("python=3.14", "3.13.0"),
        ("python>=3.9", "3.12.1"),
        ("python>=3.13", "3.13.0"),
        ("python>=3.9,<3.12", "3.10.13"),
        ("python=3", "3.12.1"),
        ("numpy", "3.12.1"),
    ],
)
def test_the_python_that_comes_closest_is_taken(python: str, taken: str) -> None:
    installed = {version: Path(version) for version in ("3.12.1", "3.10.5", "3.10.13", "3.8.18", "3.13.0", "3.7.1")}
    assert built._chosen(conda_environment(asking(python)), installed, False) == (taken, taken)


def test_a_python_that_may_be_downloaded_is_asked_for_if_none_fits() -> None:
    conda = conda_environment(asking("python=3.10.14"))
    assert built._chosen(conda, {"3.12.1": Path("here")}, True) == ("3.10", "3.10")
    assert built._chosen(conda, {"3.10.1": Path("here")}, True) == ("3.10.1", "here")


def test_a_download_is_allowed_by_uvs_own_variable_and_by_nothing_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stand_in_for_uv(monkeypatch, tmp_path, f'echo "$UV_PYTHON_DOWNLOADS $*" >> {tmp_path}/asked\n{BUILD}')
    for value, asked in (
        ("automatic", "automatic venv --python 3.9 "),
        ("manual", "never venv --python /pythons/python3.11 "),
    ):
        monkeypatch.setenv("UV_PYTHON_DOWNLOADS", value)
        learner_python("learner", asking("python=3.9.1"), cache=tmp_path / value)
        assert asked in (tmp_path / "asked").read_text(encoding="utf-8")


def test_without_any_python_nothing_can_be_built() -> None:
    with pytest.raises(ToolError, match="no Python is installed that") as raised:
        built._chosen(conda_environment(asking("numpy", "python=3.10.14")), {"3.6.15": Path("old")}, False)
    (problem,) = raised.value.problems
    assert (problem.where, problem.got, problem.fix) == ("conda.yaml:3", "installed: 3.6.15", "uv python install 3.10")


def test_a_conda_yaml_that_cannot_be_read_is_told_before_anything_is_built() -> None:
    with pytest.raises(RepositoryError, match="numpy= names no version"):
        learner_python("learner", asking("numpy="))


def test_another_python_than_the_one_asked_for_is_warned_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in_for_uv(monkeypatch, tmp_path, BUILD)
    found = learner_python("learner", asking("numpy", "python=3.10.14"), cache=tmp_path / "cache")
    (finding,) = found.findings
    assert (finding.code, finding.severity.value) == ("FM202", "warning")
    assert str(finding.problem) == (
        "Python 3.10 of conda.yaml is not installed; the check runs in Python 3.11.7\n"
        "  where     conda.yaml:3\n"
        "  expected  Python 3.10.14\n"
        "  got       installed: 3.11.7\n"
        "  nearest   3.11.7\n"
        "  fix       uv python install 3.10, or set UV_PYTHON_DOWNLOADS=automatic"
    )


def test_what_flops_installs_afterwards_stands_and_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in_for_uv(monkeypatch, tmp_path, BUILD)
    found = learner_python("learner", asking("python=3.11", "pillow=9.5", "pydantic>=2"), cache=tmp_path / "cache")
    requirements = (found.executable.parents[1] / "requirements.txt").read_text().split()
    assert requirements == ["pydantic>=2", *LEARNER_PINS]
    (finding,) = found.findings
    assert (finding.code, finding.problem.where, finding.problem.got) == ("FM201", "conda.yaml:3", "pillow==9.5.*")
    assert finding.message == "the learner's image has pillow~=10.4.0, whatever conda.yaml says"


def test_what_only_conda_brings_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in_for_uv(monkeypatch, tmp_path, BUILD)
    repository = asking("python=3.11", "pip<=24.0", "cudatoolkit=11.8", "pip: [-e .]")
    (finding,) = learner_python("learner", repository, cache=tmp_path / "cache").findings
    assert (finding.code, finding.severity.value) == ("FM201", "info")
    assert str(finding.problem) == (
        "the learner's environment was built without what only conda, or a file beside conda.yaml, brings\n"
        "  where     conda.yaml\n"
        "  expected  packages that pip finds by name or address\n"
        "  got       cudatoolkit=11.8, -e .\n"
        "  fix       nothing, if the check passes; what is missing here is told as an import that is not installed"
    )


@pytest.mark.slow
def test_the_learners_environment_is_like_its_image(kept_environments: Path, tmp_path: Path) -> None:
    repository = MLRepository.at(Path(__file__).parents[3] / "examples" / "mnist_numpy")
    found = learner_python("learner", repository, cache=kept_environments)
    script = tmp_path / "script.py"
    script.write_text(
        "import sys, datasets, pyarrow, numpy, flwr, PIL, flops_utils.ml_repo_templates\n"
        "versions = [module.__version__ for module in (numpy, flwr, PIL)]\n"
        "print('{}.{}'.format(*sys.version_info), datasets.__version__[:2], *versions)"
    )
    told = subprocess.run([found.executable, script], capture_output=True, text=True, check=True, timeout=300)
    python, *packages = told.stdout.split()
    assert packages == ["2.", "1.26.4", "1.8.0", "10.4.0"]
    assert found.shown == f"learner (Python {python})"
    assert bool(found.findings) is (python != "3.10")

    said: list[str] = []
    assert learner_python("learner", repository, cache=kept_environments, on_wait=said.append) == found
    assert said == []  # nothing is built
    # By its path it is a Python like any other.
    assert learner_python(str(found.executable.parents[1]), repository).kind == "path"


@pytest.mark.slow
@pytest.mark.parametrize("python", ["3.11", "3.12"])
def test_it_imports_what_the_child_needs_with_numpy_1(python: str, tmp_path: Path) -> None:
    found = learner_python("learner", asking(f"python={python}", "numpy=1.26.4"), cache=tmp_path)
    assert refused_import(found.executable) is None
    shutil.rmtree(tmp_path)


@pytest.mark.slow
def test_versions_that_do_not_go_together_are_told_with_uvs_reason(tmp_path: Path) -> None:
    (problem,) = refused("learner", asking("python=3.11", "numpy=99"), cache=tmp_path).problems
    assert problem.where == "conda.yaml:3"
    assert "numpy==99" in problem.got
    assert problem.fix.startswith("change the versions in conda.yaml")


def test_environments_lie_in_the_users_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in_for_uv(monkeypatch, tmp_path, BUILD)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    python = learner_python("learner", asking("python=3.11")).executable
    assert python.parents[2] == tmp_path / "pytest-flops-mock" / "environments"


def test_what_is_installed_beside_the_images_packages_makes_another_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stand_in_for_uv(monkeypatch, tmp_path, BUILD)
    usual = learner_python("learner", asking("python=3.11"), cache=tmp_path / "cache")
    more = learner_python("learner", asking("python=3.11"), cache=tmp_path / "cache", also=["ray>=2.10"])
    again = learner_python("learner", asking("python=3.11"), cache=tmp_path / "cache", also=["ray>=2.10"])
    assert more.executable == again.executable != usual.executable
    asked = (more.executable.parents[1] / "requirements.txt").read_text(encoding="utf-8").split("\n")
    assert [*LEARNER_PINS, "ray>=2.10"] == [line for line in asked if line in (*LEARNER_PINS, "ray>=2.10")]
