"""Which versions of packages a Python has."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path

from pytest_flops_mock.errors import Problem, ToolError
from pytest_flops_mock.learner.environments.isolation import apart, child_environment, temporary_folder
from pytest_flops_mock.subprocesses import run

LOOK_SECONDS = 60.0

_LOOK = """import json, sys
del sys.path[0]
from importlib import metadata
found = {{}}
for name in {names!r}:
    try:
        found[name] = metadata.version(name)
    except metadata.PackageNotFoundError:
        pass
sys.stdout.write(json.dumps(found))
"""


def installed_versions(python: Path, names: Iterable[str]) -> Mapping[str, str]:
    """The versions of those packages that ``python`` has."""
    names = sorted(set(names))
    if python == Path(sys.executable):
        return {name: version for name in names if (version := _version_here(name))}
    with temporary_folder("python") as folder:
        try:
            ended = run(
                [os.fspath(python), *apart(), "-c", _LOOK.format(names=names)],
                env=child_environment(os.environ, folder),
                cwd=folder,
                timeout=LOOK_SECONDS,
            )
            found = json.loads(ended.text)
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            raise ToolError(
                Problem(
                    "a Python cannot tell which packages it has",
                    where=os.fspath(python),
                    expected=f"an answer within {LOOK_SECONDS:g} s",
                    got=f"{type(error).__name__}: {error}",
                    fix="run it by hand to see why, or name another one",
                )
            ) from error
    return {str(name): str(version) for name, version in found.items()} if isinstance(found, dict) else {}


def _version_here(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
