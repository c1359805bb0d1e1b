"""Which versions of packages a Python has."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path

from pytest_flops_mock.learner.environments.isolation import apart, child_environment
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
    with tempfile.TemporaryDirectory(prefix="flops-python-") as folder:
        ended = run(
            [os.fspath(python), *apart(), "-c", _LOOK.format(names=names)],
            env=child_environment(os.environ, Path(folder)),
            cwd=Path(folder),
            timeout=LOOK_SECONDS,
        )
    found: dict[str, str] = json.loads(ended.text)
    return found


def _version_here(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
