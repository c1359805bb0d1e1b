"""A Python that the user names by a path."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from standins.uv import asking, refused

from pytest_flops_mock.learner.environments import named
from pytest_flops_mock.learner.environments.choice import learner_python
from pytest_flops_mock.learner.environments.python import LearnerPython


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """A virtual environment with nothing in it."""
    folder = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=300)
    return folder


def with_packages(venv: Path) -> Path:
    """The same with packages by the names that the check needs."""
    (site_packages,) = venv.glob("lib/python*/site-packages")
    for name in ("datasets", "pyarrow"):
        (site_packages / f"{name}.py").touch()
    return venv


def test_a_virtual_environment_is_named_by_its_folder_or_its_python(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_packages(venv)
    python = venv / "bin" / "python"
    assert learner_python(str(venv), asking()) == LearnerPython(python, "path", str(venv))
    assert learner_python(str(python), asking()).executable == python
    monkeypatch.chdir(venv.parent)
    assert learner_python("venv", asking()) == LearnerPython(python, "path", "venv")


def test_a_script_runs_in_it_and_sees_its_packages(venv: Path, tmp_path: Path) -> None:
    found = learner_python(str(with_packages(venv)), asking())
    script = tmp_path / "script.py"
    script.write_text("import sys, datasets; print(sys.prefix, datasets.__file__.startswith(sys.prefix))")
    told = subprocess.run([found.executable, script], capture_output=True, text=True, check=True, timeout=300)
    assert told.stdout == f"{venv} True\n"


def test_one_without_the_packages_that_the_check_needs_is_refused(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (venv / "datasets").mkdir()
    monkeypatch.chdir(venv)  # where a folder of that name lies
    (problem,) = refused(str(venv)).problems
    assert problem.code == "FM205"
    assert problem.message == "the Python of the check lacks datasets and pyarrow"
    assert problem.fix == f"{venv}/bin/python -m pip install datasets pyarrow flops-utils"


def test_a_path_that_leads_nowhere_is_told_with_its_neighbour(venv: Path) -> None:
    error = refused(f"{venv.parent}/vemv")
    (problem,) = error.problems
    assert problem.code == "FM205"
    assert str(error) == (
        "there is no Python for the check\n"
        f"  where     {venv.parent}/vemv\n"
        "  expected  current, learner, container, a virtual environment, or a Python from 3.8 on\n"
        "  got       nothing there\n"
        f"  nearest   {venv}\n"
        '  fix       name another one, or "learner" to have one built from conda.yaml'
    )
    assert refused("lerner").problems[0].nearest == "learner"


def test_a_folder_without_python_is_told_with_the_environment_in_it(venv: Path) -> None:
    (problem,) = refused(str(venv.parent)).problems
    assert (problem.got, problem.nearest) == ("a folder without bin/python", str(venv))


@pytest.mark.parametrize(
    ("content", "mode", "got"),
    [
        ("", 0o644, "a file that is not executable"),
        ("#!/bin/sh\necho no >&2; exit 3", 0o755, "a program that is not a Python (exit status 3)\nno"),
        ("#!/bin/sh\nprintf 'flops-python 3.7.1 .'", 0o755, "Python 3.7.1"),
        ("no program", 0o755, "a file that does not run: Exec format error"),
    ],
)
def test_a_file_that_is_no_python_for_the_check_is_told(tmp_path: Path, content: str, mode: int, got: str) -> None:
    program = tmp_path / "program"
    program.write_text(content)
    program.chmod(mode)
    assert refused(str(program)).problems[0].got == got


def test_a_program_that_does_not_answer_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(named, "INSPECT_SECONDS", 0.2)
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\nexec sleep 30")
    program.chmod(0o755)
    assert refused(str(program)).problems[0].got == "a program that says nothing within 0.2 s"
