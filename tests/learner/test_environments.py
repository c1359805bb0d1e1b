"""The Pythons that a check can run in: the current one, the learner's, and one that the user names."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pytest_flops_mock import MLRepository
from pytest_flops_mock.errors import LearnerEnvironmentError, RepositoryError, SettingsError
from pytest_flops_mock.learner import environment, uv
from pytest_flops_mock.learner.environment import (
    LearnerPython,
    difference_findings,
    environments,
    learner_python,
)
from pytest_flops_mock.repository.conda.reader import conda_environment

IMAGE = {"Python": "3.10.13", "datasets": "2.21.0", "flwr": "1.8.0", "pillow": "10.4.0"}


def asking(*entries: str) -> MLRepository:
    return MLRepository.of_files({"conda.yaml": "dependencies:\n" + "".join(f"  - {entry}\n" for entry in entries)})


def refused(env: str, repository: MLRepository | None = None, cache: Path | None = None) -> LearnerEnvironmentError:
    with pytest.raises(LearnerEnvironmentError) as raised:
        learner_python(env, repository or asking(), cache=cache)
    return raised.value


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """A virtual environment with nothing in it."""
    folder = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=60)
    return folder


def with_packages(venv: Path) -> Path:
    """The same with packages by the names that the check needs."""
    (site_packages,) = venv.glob("lib/python*/site-packages")
    for name in ("datasets", "pyarrow"):
        (site_packages / f"{name}.py").touch()
    return venv


def stand_in_for_uv(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Lets a shell script be uv."""
    program = folder / "uv-stand-in"
    listed = "cpython-3.11.7-linux-x86_64-gnu    /pythons/python3.11"
    program.write_text(f'#!/bin/sh\nif [ "$1" = python ]; then echo "{listed}"; exit 0; fi\n{script}\n')
    program.chmod(0o755)
    monkeypatch.setattr(environment, "find_uv", lambda: str(program))


# Which environments


def test_several_environments_are_named_with_commas() -> None:
    assert environments("current") == ("current",)
    assert environments("learner, current,../venv") == ("learner", "current", "../venv")


@pytest.mark.parametrize(
    ("text", "message", "nearest"),
    [
        ("", "an environment has no name", "current"),
        ("learner,,current", "an environment has no name", "learner,current"),
        ("learner,current,learner", "the environment learner is named twice", "learner,current"),
    ],
)
def test_an_environment_without_a_name_or_twice_is_refused(text: str, message: str, nearest: str) -> None:
    with pytest.raises(SettingsError) as raised:
        environments(text)
    (problem,) = raised.value.problems
    assert (problem.message, problem.got, problem.nearest) == (message, repr(text), nearest)


def test_the_current_one_is_that_which_runs_this() -> None:
    assert learner_python("current", asking()) == LearnerPython(Path(sys.executable), "current", "current")


# One that the user names


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
    told = subprocess.run([found.executable, script], capture_output=True, text=True, check=True, timeout=60)
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
        "  expected  current, learner, a virtual environment, or a Python from 3.8 on\n"
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
        ("#!/bin/sh\necho no >&2; exit 3", 0o755, "a program that is no Python (exit status 3)\nno"),
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
    monkeypatch.setattr(environment, "INSPECT_SECONDS", 0.2)
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\nexec sleep 30")
    program.chmod(0o755)
    assert refused(str(program)).problems[0].got == "a program that says nothing within 0.2 s"


# The learner's: which Python


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
    assert environment._chosen(conda_environment(asking(python)), installed, False) == (taken, taken)


def test_a_python_that_may_be_downloaded_is_asked_for_if_none_fits() -> None:
    conda = conda_environment(asking("python=3.10.14"))
    assert environment._chosen(conda, {"3.12.1": Path("here")}, True) == ("3.10", "3.10")
    assert environment._chosen(conda, {"3.10.1": Path("here")}, True) == ("3.10.1", "here")


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
    with pytest.raises(LearnerEnvironmentError, match="no Python is installed that") as raised:
        environment._chosen(conda_environment(asking("numpy", "python=3.10.14")), {"3.6.15": Path("old")}, False)
    (problem,) = raised.value.problems
    assert (problem.where, problem.got, problem.fix) == ("conda.yaml:3", "installed: 3.6.15", "uv python install 3.10")


def test_the_pythons_that_are_installed_are_found_behind_the_shims_of_pyenv_too() -> None:
    installed = uv.Uv(uv.find_uv(), False).installed()
    assert ".".join(map(str, sys.version_info[:3])) in installed
    assert all("shims" not in path.parts for path in installed.values())
    pyenv = Path(os.environ.get("PYENV_ROOT") or "~/.pyenv").expanduser()
    assert {path.name for path in pyenv.glob("versions/3.1*.*")} <= set(installed)


# The learner's: built by uv


def test_without_uv_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "uv", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    error = refused("learner", asking("python=3.10"))
    assert error.code == "FM204"
    assert str(error) == (
        "uv is not installed, which builds the learner's environment\n"
        '  where     the environment "learner"\n'
        "  expected  the package uv, or the program uv on the PATH\n"
        "  got       neither\n"
        '  nearest   the environment "current" needs none\n'
        '  fix       pip install "pytest-flops-mock[env]"'
    )


def test_uv_on_the_path_serves_as_well(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "uv", None)
    (tmp_path / "uv").write_text("#!/bin/sh")
    (tmp_path / "uv").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert uv.find_uv() == str(tmp_path / "uv")


def test_a_conda_yaml_that_cannot_be_read_is_told_before_anything_is_built() -> None:
    with pytest.raises(RepositoryError, match="numpy= names no version"):
        learner_python("learner", asking("numpy="))


BUILD = """
if [ "$1" = venv ]; then mkdir -p "$4/bin"; touch "$4/bin/python"; echo venv >> "$0.log"; exit 0; fi
echo pip >> "$0.log"
"""


def test_an_environment_is_built_once_and_again_if_it_is_not_complete(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stand_in_for_uv(monkeypatch, tmp_path, BUILD)
    log, repository = tmp_path / "uv-stand-in.log", asking("python=3.11", "numpy=1.26")
    found = [learner_python("learner", repository, cache=tmp_path / "cache") for _ in range(2)]
    assert found[0] == found[1]
    assert (found[0].kind, found[0].shown, found[0].findings) == ("learner", "learner (Python 3.11)", ())
    assert log.read_text().split() == ["venv", "pip"]
    folder = found[0].executable.parents[1]
    assert (folder / "requirements.txt").read_text().split() == ["numpy==1.26.*", *uv.LEARNER_PINS]

    (folder / ".complete").unlink()
    learner_python("learner", repository, cache=tmp_path / "cache")
    learner_python("learner", asking("python=3.11", "numpy=1.25"), cache=tmp_path / "cache")
    assert log.read_text().split() == ["venv", "pip"] * 3


def test_two_at_once_build_one_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in_for_uv(monkeypatch, tmp_path, BUILD + "sleep 0.2")
    with ThreadPoolExecutor() as pool:
        found = set(pool.map(lambda _: learner_python("learner", asking("python=3.11"), cache=tmp_path / "cache"), range(4)))
    assert len(found) == 1
    assert (tmp_path / "uv-stand-in.log").read_text().split() == ["venv", "pip"]


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
    assert requirements == ["pydantic>=2", *uv.LEARNER_PINS]
    (finding,) = found.findings
    assert (finding.code, finding.problem.where, finding.problem.got) == ("FM201", "conda.yaml:3", "pillow==9.5.*")
    assert finding.message == "the learner's image has pillow~=10.4.0, whatever conda.yaml says"


def test_what_only_conda_brings_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in_for_uv(monkeypatch, tmp_path, BUILD)
    repository = asking("python=3.11", "pip<=24.0", "cudatoolkit=11.8", "pip: [-r requirements.txt]")
    (finding,) = learner_python("learner", repository, cache=tmp_path / "cache").findings
    assert (finding.code, finding.severity.value) == ("FM201", "info")
    assert str(finding.problem) == (
        "the learner's environment was built without what only conda, or a file beside conda.yaml, brings\n"
        "  where     conda.yaml\n"
        "  expected  packages that pip finds by name or address\n"
        "  got       cudatoolkit=11.8, -r requirements.txt\n"
        "  fix       nothing, if the check passes; what is missing here is told as an import that is not installed"
    )


NO_SOLUTION = """Using Python 3.11.7 environment at: venv
error: No solution found when resolving dependencies
  cause: Because there is no version of numpy==99.* and you require numpy==99.*, your requirements are unsatisfiable."""


@pytest.mark.parametrize(
    ("output", "where", "fix"),
    [
        (NO_SOLUTION, "conda.yaml:3", "change the versions in conda.yaml so that they go together"),
        ("error: Because numpy was not found in the package registry", "conda.yaml:3", "PyPI has no package of that name"),
        ("error: Failed to fetch: `https://example.org/simple/x/`", "conda.yaml", "uv reached no package index"),
        ("error: Failed to build `thing==1`", "conda.yaml", "a package cannot be installed with pip"),
        ("out of words", "conda.yaml", "a package cannot be installed with pip"),
    ],
)
def test_what_uv_says_of_a_failure_is_told_and_nothing_is_left(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, output: str, where: str, fix: str
) -> None:
    (tmp_path / "output").write_text(output)
    stand_in_for_uv(monkeypatch, tmp_path, f'[ "$1" = venv ] && mkdir -p "$4/bin" && exit 0\ncat {tmp_path}/output; exit 1')
    error = refused("learner", asking("python=3.11", "numpy=99"), cache=tmp_path / "cache")
    (problem,) = error.problems
    assert (error.code, problem.message, problem.where) == ("FM204", "the learner's environment cannot be built", where)
    assert problem.fix.startswith(fix)
    assert problem.got == output.removeprefix("Using Python 3.11.7 environment at: venv\n")
    assert [path.suffix for path in (tmp_path / "cache").iterdir()] == [".lock"]


def test_a_long_failure_is_cut() -> None:
    error = uv._not_solved("error: x\n" + "y" * 400 + "\nz" * 20, conda_environment(asking()))
    lines = error.problems[0].got.splitlines()
    assert (len(lines), len(lines[1]), lines[-1]) == (13, 300, "(and 10 more lines)")


def test_a_cache_that_cannot_be_written_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in_for_uv(monkeypatch, tmp_path, BUILD)
    (tmp_path / "file").touch()
    (problem,) = refused("learner", asking("python=3.11"), cache=tmp_path / "file" / "cache").problems
    assert problem.message == "the learner's environment cannot be kept"
    assert problem.got == "Not a directory"


def test_an_interrupt_ends_uv_and_leaves_nothing(tmp_path: Path) -> None:
    script = tmp_path / "uv-stand-in"
    script.write_text(
        f"""#!/bin/sh
        if [ "$1" = python ]; then echo "cpython-3.11.7-linux-x86_64-gnu    python3.11"; exit 0; fi
        if [ "$1" = venv ]; then mkdir -p "$4/bin"; exit 0; fi
        echo $$ > {tmp_path}/pid.new; mv {tmp_path}/pid.new {tmp_path}/pid
        exec sleep 60
        """
    )
    script.chmod(0o755)
    program = f"""
import signal
from pathlib import Path
from pytest_flops_mock import MLRepository
from pytest_flops_mock.learner import environment
signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background has it ignored
environment.find_uv = lambda: {str(script)!r}
repository = MLRepository.of_files({{"conda.yaml": "dependencies:\\n- python=3.11\\n"}})
environment.learner_python("learner", repository, cache=Path({str(tmp_path / "cache")!r}))
"""
    with subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 30
        while not (tmp_path / "pid").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        pid = int((tmp_path / "pid").read_text())
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert b"KeyboardInterrupt" in errors
    with pytest.raises(ProcessLookupError):
        os.killpg(pid, 0)  # the group is that of the stand-in
    assert [path.suffix for path in (tmp_path / "cache").iterdir()] == [".lock"]


def test_what_pip_was_told_of_indexes_is_handed_on_unless_uv_was_told_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("UV_", "PIP_", "PYTHON")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "https://example.org/pip")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://example.org/a https://example.org/b")
    monkeypatch.setenv("PIP_FIND_LINKS", "wheels more")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://example.org/uv")
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    monkeypatch.setenv("VIRTUAL_ENV", "elsewhere")
    seen = uv.Uv("uv", False)._environment()
    assert {name: value for name, value in seen.items() if name.startswith(("UV_", "PYTHON", "VIRTUAL"))} == {
        "UV_DEFAULT_INDEX": "https://example.org/uv",
        "UV_INDEX": "https://example.org/a https://example.org/b",
        "UV_NATIVE_TLS": "true",
        "UV_FIND_LINKS": "wheels,more",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_PYTHON_DOWNLOADS": "never",
    }
    assert uv.Uv("uv", True)._environment()["UV_PYTHON_DOWNLOADS"] == "automatic"


def test_environments_lie_in_the_users_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folders = {environment._folder(None, *content) for content in (("3.10", ["a"]), ("3.11", ["a"]), ("3.10", ["b"]))}
    assert {folder.parent for folder in folders} == {tmp_path / "pytest-flops-mock" / "environments"}
    assert len(folders) == 3


# How a Python differs


@pytest.mark.parametrize(
    ("versions", "expected", "got"),
    [
        ({"Python": "3.11.7"}, "Python 3.10", "Python 3.11.7"),
        ({"datasets": "4.8.5"}, "datasets 2.x", "datasets 4.8.5"),
        ({"flwr": ""}, "flwr==1.8.0", "no flwr"),
        ({"flwr": "1.9.0", "pillow": "11.0"}, "flwr==1.8.0, pillow~=10.4.0", "flwr 1.9.0, pillow 11.0"),
    ],
)
def test_what_differs_from_the_learners_image_is_one_finding(versions: Mapping[str, str], expected: str, got: str) -> None:
    (finding,) = difference_findings({**IMAGE, **versions}, asking("python=3.10.14"))
    assert (finding.code, finding.severity.value) == ("FM201", "info")
    assert (finding.problem.expected, finding.problem.got) == (expected, got)


@pytest.mark.parametrize("python", ["python=3.10.14", "python>=3.12", "numpy", "numpy="])
def test_nothing_is_said_where_nothing_differs_or_no_python_is_pinned(python: str) -> None:
    assert difference_findings(IMAGE, asking(python)) == ()


# Real ones: packages come from an index


@pytest.mark.slow
def test_the_learners_environment_is_like_its_image(tmp_path: Path) -> None:
    repository = asking("python=3.10.14", "pip<=24.0", "numpy=1.26.4")
    found = learner_python("learner", repository, cache=tmp_path)
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

    began = time.monotonic()
    assert learner_python("learner", repository, cache=tmp_path) == found
    assert time.monotonic() - began < 10
    # By its path it is a Python like any other.
    assert learner_python(str(found.executable.parents[1]), repository).kind == "path"
    shutil.rmtree(tmp_path)


@pytest.mark.slow
def test_versions_that_do_not_go_together_are_told_with_uvs_reason(tmp_path: Path) -> None:
    (problem,) = refused("learner", asking("python=3.11", "numpy=99"), cache=tmp_path).problems
    assert problem.where == "conda.yaml:3"
    assert "numpy==99" in problem.got
    assert problem.fix.startswith("change the versions in conda.yaml")


def test_pips_configuration_file_is_read_as_well(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(("UV_", "PIP_")):
            monkeypatch.delenv(name)
    (tmp_path / "pip.conf").write_text("[global]\nindex-url = https://example.org/pip\n[install]\nfind-links = wheels\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    seen = uv.Uv("uv", False)._environment()
    assert seen["UV_DEFAULT_INDEX"] == "https://example.org/pip"
    assert "wheels" in seen["UV_FIND_LINKS"]
