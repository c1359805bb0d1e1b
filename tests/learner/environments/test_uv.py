"""uv: found, told where packages are, and what comes of its failures."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from standins.processes import until
from standins.uv import BUILD, asking, no_verdict, refused, stand_in_for_uv

from pytest_flops_mock.learner.environments import uv
from pytest_flops_mock.learner.environments.choice import learner_python
from pytest_flops_mock.learner.environments.image import LEARNER_PINS
from pytest_flops_mock.learner.environments.unsolved import not_solved
from pytest_flops_mock.learner.environments.uv import Recipe
from pytest_flops_mock.learner.environments.variables import uv_environment
from pytest_flops_mock.repository.conda.reader import conda_environment


def test_the_pythons_that_are_installed_are_found_behind_the_shims_of_pyenv_too() -> None:
    installed = uv.Uv(uv.find_uv(), False).installed()
    assert ".".join(map(str, sys.version_info[:3])) in installed
    assert all("shims" not in path.parts for path in installed.values())
    pyenv = Path(os.environ.get("PYENV_ROOT") or "~/.pyenv").expanduser()
    assert {path.name for path in pyenv.glob("versions/3.1*.*")} <= set(installed)


def test_without_uv_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "uv", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    error = no_verdict(asking("python=3.10"))
    assert str(error) == (
        "uv, which builds the learner's environment, is not installed\n"
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
    assert (folder / "requirements.txt").read_text().split() == ["numpy==1.26.*", *LEARNER_PINS]

    folder.with_suffix(".json").unlink()
    learner_python("learner", repository, cache=tmp_path / "cache")
    learner_python("learner", asking("python=3.11", "numpy=1.25"), cache=tmp_path / "cache")
    assert log.read_text().split() == ["venv", "pip"] * 3


def test_two_at_once_build_one_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in_for_uv(monkeypatch, tmp_path, BUILD + "sleep 0.2")
    with ThreadPoolExecutor() as pool:
        found = set(pool.map(lambda _: learner_python("learner", asking("python=3.11"), cache=tmp_path / "cache"), range(4)))
    assert len(found) == 1
    assert (tmp_path / "uv-stand-in.log").read_text().split() == ["venv", "pip"]


NO_SOLUTION = """Using Python 3.11.7 environment at: venv
error: No solution found when resolving dependencies
  cause: Because there is no version of numpy==99.* and you require numpy==99.*, your requirements are unsatisfiable."""


@pytest.mark.parametrize(
    ("output", "where", "fix"),
    [
        (NO_SOLUTION, "conda.yaml:3", "change the versions in conda.yaml so that they go together"),
        ("error: Because thing was not found in the package registry", "conda.yaml:4", "no package index has thing"),
        (
            "error: HTTP status client error (404 Not Found) for url (https://a.org/b.whl)",
            "conda.yaml",
            "nothing is at that",
        ),
    ],
)
def test_what_uv_says_of_a_failure_is_told_and_nothing_is_left(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, output: str, where: str, fix: str
) -> None:
    (tmp_path / "output").write_text(output)
    stand_in_for_uv(monkeypatch, tmp_path, f'[ "$1" = venv ] && mkdir -p "$4/bin" && exit 0\ncat {tmp_path}/output; exit 1')
    repository = asking("python=3.11", "numpy=99", "pip: [thing, 'https://a.org/b.whl']")
    error = refused("learner", repository, cache=tmp_path / "cache")
    (problem,) = error.problems
    assert (error.code, problem.message, problem.where) == ("FM204", "the learner's environment cannot be built", where)
    assert problem.fix.startswith(fix)
    assert problem.got == output.removeprefix("Using Python 3.11.7 environment at: venv\n")
    assert [path.suffix for path in (tmp_path / "cache").iterdir()] == [".lock"]


CANNOT, HERE = "the learner's environment cannot be built", "uv cannot build the learner's environment on this machine"


@pytest.mark.parametrize(
    ("script", "message", "got", "fix"),
    [
        ("echo 'error: Failed to build `thing==1`'; exit 1", CANNOT, "Failed to build", "see uv's words"),
        ("echo 'out of words'; exit 2", CANNOT, "out of words", "see uv's words"),
        ("echo 'error: x: No space left on device (os error 28)'; exit 2", HERE, "No space left", "make room"),
        ("echo 'error: x: Disk quota exceeded (os error 122)'; exit 2", HERE, "quota", "make room"),
        ("echo 'error: x: Permission denied (os error 13)'; exit 2", HERE, "denied", "name others in XDG_CACHE_HOME"),
        ("echo 'error: x: Read-only file system (os error 30)'; exit 2", HERE, "Read-only", "name others in XDG_CACHE_HOME"),
        ("echo 'error: x: Too many open files (os error 24)'; exit 2", HERE, "Too many open files", "raise the limits"),
        ("kill -KILL $$", HERE, "uv was ended by SIGKILL", "run it again"),
        (
            "echo 'error: HTTP status client error (404 Not Found) for url (https://a.org/b)'; exit 1",
            CANNOT,
            "404",
            "uv reach",
        ),
        (
            "echo 'error: Because numpy was not found in the cache'; echo 'hint: the network was disabled'; exit 1",
            CANNOT,
            "not found in the cache",
            "uv reached no package index",
        ),
        (
            "echo 'error: Because flops-utils was not found in the package registry'; exit 1",
            CANNOT,
            "flops-utils",
            "the package index of this machine lacks flops-utils",
        ),
    ],
)
def test_a_failure_that_says_nothing_of_the_repository_is_no_verdict(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, message: str, got: str, fix: str
) -> None:
    stand_in_for_uv(monkeypatch, tmp_path, f'[ "$1" = venv ] && mkdir -p "$4/bin" && exit 0\n{script}')
    (problem,) = no_verdict(asking("python=3.11"), cache=tmp_path / "cache").problems
    assert problem.message == message
    assert got in problem.got
    assert problem.fix.startswith(fix)
    assert [path.suffix for path in (tmp_path / "cache").iterdir()] == [".lock"]


def test_a_uv_that_does_not_run_is_no_verdict(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in_for_uv(monkeypatch, tmp_path, "")
    (tmp_path / "uv-stand-in").chmod(0o644)
    (problem,) = no_verdict(asking("python=3.11"), cache=tmp_path / "cache").problems
    assert (problem.message, problem.got) == (
        "uv does not run",
        "Permission denied",
    )


def test_an_index_that_is_not_reached_is_no_verdict(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    failing = "echo 'error: Failed to fetch: `https://example.org/simple/x/`'; exit 1"
    stand_in_for_uv(monkeypatch, tmp_path, f'[ "$1" = venv ] && mkdir -p "$4/bin" && exit 0\n{failing}')
    (problem,) = no_verdict(asking("python=3.11"), cache=tmp_path / "cache").problems
    assert problem.message == "the learner's environment cannot be built"
    assert problem.fix.startswith("uv reached no package index")


INDEX = """
if [ "$1" = venv ]; then
  mkdir -p "$4/bin"; printf '#!/bin/sh\\necho "{}"\\n' > "$4/bin/python"; chmod +x "$4/bin/python"; exit 0
fi
for file; do true; done
[ "$2" = compile ] && file="$file" || file="$8"
for name in graph-tool fenics-dolfinx; do
  if grep -q "^$name" "$file"; then echo "error: Because $name was not found in the package registry"; exit 1; fi
done
[ "$2" = compile ] && exit 0
cp "$file" "$0.installed"
"""
"""A package index without two packages of conda's."""


def test_what_conda_alone_may_have_is_left_out_and_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in_for_uv(monkeypatch, tmp_path, INDEX)
    repository = asking("python=3.11", "numpy=1.26", "graph_tool=2.58", "fenics-dolfinx")
    for _ in range(2):  # the second is out of the cache
        found = learner_python("learner", repository, cache=tmp_path / "cache")
        assert found.lacking == ("graph-tool==2.58.*", "fenics-dolfinx")
        (finding,) = found.findings
        assert (finding.code, finding.severity.value, finding.problem.where) == ("FM209", "warning", "conda.yaml:4")
        assert finding.message == "the package index does not have graph-tool, fenics-dolfinx; conda may"
    assert (tmp_path / "uv-stand-in.installed").read_text().split() == ["numpy==1.26.*", *LEARNER_PINS]


def test_of_the_pip_list_it_cannot_be_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in_for_uv(monkeypatch, tmp_path, INDEX)
    (problem,) = refused("learner", asking("python=3.11", "pip: [graph-tool]"), cache=tmp_path / "cache").problems
    assert problem.fix.startswith("no package index has graph-tool")


NUMPY_1 = """
if [ "$1" = venv ]; then mkdir -p "$4/bin"; exit 0; fi
case "$(grep '^pyarrow<' "$8")" in
  "pyarrow<24") told='{}' ;;
  *) told='{"package": "pyarrow", "version": "26.0.1", "reason": "ImportError: pyarrow requires NumPy 2.0"}' ;;
esac
printf "#!/bin/sh\\necho '%s'\\n" "$told" > "$6"; chmod +x "$6"
grep '^pyarrow<' "$8" >> "$0.log"; exit 0
"""
"""An environment whose pyarrow imports below 24 alone."""


@pytest.mark.slow
def test_an_environment_proves_itself_and_gets_the_newest_bound_that_helps(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stand_in_for_uv(monkeypatch, tmp_path, NUMPY_1)
    for _ in range(2):  # the second is out of the cache
        (finding,) = learner_python("learner", asking("python=3.11"), cache=tmp_path / "cache").findings
        assert (finding.code, finding.severity.value, finding.stage.value) == ("FM207", "info", "environment")
        assert str(finding.problem) == (
            "pyarrow<24 was added to the learner's environment\n"
            "  where     conda.yaml\n"
            "  expected  packages that import together, as conda solves them\n"
            "  got       pyarrow 26.0.1: ImportError: pyarrow requires NumPy 2.0\n"
            "  fix       nothing: in the image conda takes builds that go together"
        )
    assert (tmp_path / "uv-stand-in.log").read_text().split() == ["pyarrow<26", "pyarrow<25", "pyarrow<24"]


@pytest.mark.slow
def test_an_environment_that_no_bound_helps_is_no_verdict_and_is_not_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stand_in_for_uv(monkeypatch, tmp_path, NUMPY_1.replace("<24", "<2"))
    (problem,) = no_verdict(asking("python=3.11"), cache=tmp_path / "cache").problems
    assert problem.message == "the learner's environment was built, and does not import what a check needs"
    assert problem.got == "pyarrow 26.0.1: ImportError: pyarrow requires NumPy 2.0"
    assert [path.suffix for path in (tmp_path / "cache").iterdir()] == [".lock"]


def test_a_long_failure_is_cut() -> None:
    error = not_solved(2, "error: x\n" + "y" * 400 + "\nz" * 20, (), conda_environment(asking()))
    lines = error.problems[0].got.splitlines()
    assert (len(lines), len(lines[1]), lines[-1]) == (13, 300, "(and 10 more lines)")


def test_a_cache_that_cannot_be_written_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in_for_uv(monkeypatch, tmp_path, BUILD)
    (tmp_path / "file").touch()
    (problem,) = no_verdict(asking("python=3.11"), cache=tmp_path / "file" / "cache").problems
    assert problem.message == "the learner's environment cannot be kept"
    assert problem.got == "Not a directory"


def exists(group: int) -> bool:
    """Whether a process of that group is left, be it one that waits to be reaped."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


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
from pytest_flops_mock.learner.environments import built
from pytest_flops_mock.learner.environments.choice import learner_python
signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background has it ignored
built.find_uv = lambda: {str(script)!r}
repository = MLRepository.of_files({{"conda.yaml": "name: x\\ndependencies:\\n- python=3.11\\n"}})
learner_python("learner", repository, cache=Path({str(tmp_path / "cache")!r}))
"""
    with subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 30
        while not (tmp_path / "pid").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        pid = int((tmp_path / "pid").read_text())
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=300)
    assert b"KeyboardInterrupt" in errors
    until(lambda: not exists(pid), "the end of uv and of all that it started")
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
    seen = uv_environment(allow_download=False)
    assert {name: value for name, value in seen.items() if name.startswith(("UV_", "PYTHON", "VIRTUAL"))} == {
        "UV_DEFAULT_INDEX": "https://example.org/uv",
        "UV_INDEX": "https://example.org/a https://example.org/b",
        "UV_NATIVE_TLS": "true",
        "UV_FIND_LINKS": "wheels,more",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_LINK_MODE": "copy",
        "UV_PYTHON_DOWNLOADS": "never",
    }
    assert uv_environment(allow_download=True)["UV_PYTHON_DOWNLOADS"] == "automatic"


def test_environments_have_names_by_what_they_are_built_from() -> None:
    recipes = [Recipe(*what) for what in (("3.10", "a", ("x",)), ("3.11", "a", ("x",)), ("3.10", "a", ("y",)))]
    recipes += [Recipe("3.10", "a", ("x",), solved_for="3.9"), Recipe("3.10", "a", ("x",), with_builds=True)]
    assert len({recipe.key for recipe in recipes}) == 5
    assert Recipe("3.10", "elsewhere", ("x",)).key == recipes[0].key  # another place of the same Python


def test_pips_configuration_file_is_read_as_well(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(("UV_", "PIP_")):
            monkeypatch.delenv(name)
    (tmp_path / "pip.conf").write_text("[global]\nindex-url = https://example.org/pip\n[install]\nfind-links = wheels\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    seen = uv_environment(allow_download=False)
    assert seen["UV_DEFAULT_INDEX"] == "https://example.org/pip"
    assert "wheels" in seen["UV_FIND_LINKS"]
