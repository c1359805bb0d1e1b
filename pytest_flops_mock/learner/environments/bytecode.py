"""Python's bytecode for a whole environment, made before it is sealed: nothing is written into it later."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from pytest_flops_mock.learner.environments.isolation import apart, child_environment, temporary_folder
from pytest_flops_mock.subprocesses import run

COMPILE_SECONDS = 300.0


def compile_all(folder: Path, limit: float | None = COMPILE_SECONDS) -> None:
    """Compile all packages of an environment, as far as they can be, without running any code of theirs.

    Python runs without ``site`` for that, which would run what ``.pth`` files say. What is not compiled in time is slower
    to import, and no more.

    Args:
        folder: The environment.
        limit: Seconds that it may take.
    """
    packages = [os.fspath(path) for path in folder.glob("lib/python*/site-packages")]
    python = folder / "bin" / "python"
    with temporary_folder("bytecode") as temporary:
        command = [os.fspath(python), *apart(), "-I", "-S", "-m", "compileall", "-q", "-q", "-j", "0", *packages]
        try:
            run(command, env=child_environment(os.environ, temporary), cwd=temporary, timeout=limit)
        except (OSError, subprocess.TimeoutExpired):
            return
