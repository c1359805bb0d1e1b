"""Programs of others in virtual environments of their own, since what they need does not fit ours."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from uv import find_uv_bin


def installed(folder: Path, *requirements: str, without: Sequence[str] = ()) -> Path:
    """The folder of programs of a new virtual environment.

    Args:
        folder: Where it is made.
        requirements: What is installed from the package index.
        without: Packages that are left out although they are asked for.
    """
    uv, environment, left_out = find_uv_bin(), folder / "environment", folder / "left-out.txt"
    left_out.write_text("".join(f'{name} ; sys_platform == "never"\n' for name in without), encoding="utf-8")
    programs = environment / "bin"
    install = ["pip", "install", "--quiet", "--python", str(programs / "python"), "--override", str(left_out)]
    for arguments in (["venv", "--quiet", "--python", sys.executable, str(environment)], [*install, *requirements]):
        done = subprocess.run([uv, *arguments], capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == 0, done.stderr
    return programs
