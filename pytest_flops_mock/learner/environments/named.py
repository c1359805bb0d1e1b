"""A Python that the user names by a path. It is run once, to see whether a check can use it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

from pytest_flops_mock.errors import LearnerEnvironmentError, Problem, nearest
from pytest_flops_mock.learner.environments.failures import bounded
from pytest_flops_mock.learner.environments.isolation import apart, child_environment, temporary_folder
from pytest_flops_mock.learner.environments.python import (
    CONTAINER,
    CURRENT,
    LEARNER,
    OLDEST_PYTHON,
    PATH,
    LearnerPython,
    dotted,
)
from pytest_flops_mock.learner.environments.variables import search_path
from pytest_flops_mock.repository.conda.document import FILE
from pytest_flops_mock.subprocesses import run

NEEDED = ("datasets", "pyarrow")
"""Packages that the check itself needs in the learner's process."""

INSPECT_SECONDS = 60.0
"""How long a program may take to say which Python it is."""

# In words that any Python reads, Python 2 as well.
_INSPECT = """import sys
del sys.path[0]
found = []
if sys.version_info >= (3, 8):
    from importlib.util import find_spec
    found = [name for name in {needed!r} if find_spec(name)]
sys.stdout.write("flops-python %d.%d.%d %s." % (sys.version_info[:3] + (",".join(found),)))
"""


def named_python(text: str) -> LearnerPython:
    """The Python at a path: the program itself, or that of a virtual environment.

    Raises:
        LearnerEnvironmentError: There is none, or it cannot run a check (FM205).
    """
    path = _program_at(text)
    version, there = _inspected(text, path)
    if version < OLDEST_PYTHON:
        raise _no_python(text, f"Python {dotted(version)}")
    missing = [name for name in NEEDED if name not in there]
    if missing:
        raise LearnerEnvironmentError(
            Problem(
                f"the Python of the check lacks {' and '.join(missing)}",
                where=text,
                expected=f"a Python with {' and '.join(NEEDED)} installed",
                got=f"Python {dotted(version)} without",
                fix=f"{path} -m pip install {' '.join([*missing, 'flops-utils'])}",
                code="FM205",
            )
        )
    return LearnerPython(path, PATH, text)


def _program_at(text: str) -> Path:
    """The interpreter at a path."""
    path = Path(text)
    with suppress(RuntimeError):  # there is no user of that name
        path = path.expanduser()
    if (
        not path.exists()
        and os.sep not in text
        and (found := shutil.which(text, path=os.pathsep.join(search_path(os.environ))))
    ):
        path = Path(found)
    if path.is_dir():
        inside = [path / name for name in ("bin/python", "bin/python3", "Scripts/python.exe")]
        executable = next((candidate for candidate in inside if candidate.exists()), None)
        if executable is None:
            raise _no_python(text, "a folder without bin/python", nearest=_environment_near(path))
        path = executable
    if not path.exists():
        got = "a link that leads nowhere" if path.is_symlink() else "nothing there"
        raise _no_python(text, got, nearest=nearest(text, (CURRENT, LEARNER, CONTAINER)) or _neighbour(path))
    if not os.access(path, os.X_OK):
        raise _no_python(text, "a file that is not executable", nearest=_neighbour(path))
    return Path(os.path.abspath(path))  # links stay: one in a virtual environment is what makes it one


def _inspected(text: str, python: Path) -> tuple[tuple[int, ...], list[str]]:
    """Its version, and which of the needed packages it has."""
    with temporary_folder("python") as folder:
        try:
            ended = run(
                [os.fspath(python), *apart(), "-c", _INSPECT.format(needed=NEEDED)],
                env=child_environment(os.environ, folder),
                cwd=folder,
                timeout=INSPECT_SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            raise _no_python(text, f"a program that says nothing within {INSPECT_SECONDS:g} s") from error
        except OSError as error:
            raise _no_python(text, f"a file that does not run: {error.strerror or error}") from error
    answer = re.search(r"flops-python (\d+)\.(\d+)\.(\d+) (\S*)\.$", ended.text)
    if answer is None:
        output = bounded([line for line in ended.errors.splitlines() if line.strip()])
        raise _no_python(text, f"a program that is not a Python (exit status {ended.status})\n{output}".rstrip())
    return tuple(map(int, answer.group(1, 2, 3))), answer[4].split(",")


def _no_python(text: str, got: str, *, nearest: str = "") -> LearnerEnvironmentError:
    return LearnerEnvironmentError(
        Problem(
            "there is no Python for the check",
            where=text,
            expected=f"{CURRENT}, {LEARNER}, {CONTAINER}, a virtual environment, or a Python from "
            f"{dotted(OLDEST_PYTHON)} on",
            got=got,
            nearest=nearest,
            fix=f'name another one, or "{LEARNER}" to have one built from {FILE}',
            code="FM205",
        )
    )


def _neighbour(path: Path) -> str:
    """The file or folder beside where ``path`` would be whose name comes closest."""
    try:
        name = nearest(path.name, (entry.name for entry in path.parent.iterdir()))
    except OSError:
        return ""
    return os.fspath(path.with_name(name)) if name and name != path.name else ""


def _environment_near(folder: Path) -> str:
    """A virtual environment right below or beside ``folder``."""
    for around in (folder, folder.parent):
        with suppress(OSError):
            for entry in sorted(around.iterdir()):
                if (entry / "bin" / "python").exists():
                    return os.fspath(entry)
    return ""
