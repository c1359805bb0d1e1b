"""Which Python the learner's process runs in, and what of this process' environment it gets to see."""

from __future__ import annotations

import os
import site
import sys
from collections.abc import Mapping
from pathlib import Path

PASSED_ON = frozenset(
    (
        "HF_DATASETS_OFFLINE",
        "HF_HUB_OFFLINE",
        "HOME",
        "LANG",
        "LANGUAGE",
        "LD_LIBRARY_PATH",
        "LOGNAME",
        "PATH",
        "SYSTEMROOT",
        "TZ",
        "USER",
        "USERPROFILE",
    )
)
PASSED_ON_PREFIXES = ("LC_", "OMP_", "OPENBLAS_", "MKL_", "CUDA_", "NVIDIA_", "DYLD_")
"""Names of variables that change how libraries find themselves and compute. Everything else stays out: secrets, and
what would make the child behave like this process (PYTHONPATH, VIRTUAL_ENV, PYTEST_*)."""

_RUN = "import sys; del sys.path[0]; import runpy; runpy.run_path({!r}, run_name='__main__')"


def current_python() -> str:
    """The interpreter that runs this process."""
    return sys.executable


def command(script: Path) -> list[str]:
    """The command that runs ``script`` in the current interpreter, apart from this process' own settings.

    Neither its variables (``PYTHON*``) nor its current folder nor the script's lead to other modules. Unlike with ``-I``,
    packages that were installed for the user are found where this process finds them, too.
    """
    user_site = () if site.ENABLE_USER_SITE else ("-s",)
    return [current_python(), "-E", *user_site, "-u", "-c", _RUN.format(os.fspath(script))]


def child_environment(inherited: Mapping[str, str], temporary: Path) -> dict[str, str]:
    """The environment of the learner's process.

    Args:
        inherited: This process' environment.
        temporary: A folder that goes away with the process; temporary files and caches of data sets lie there.
    """
    passed = {
        name: value
        for name, value in inherited.items()
        if name.upper() in PASSED_ON or name.upper().startswith(PASSED_ON_PREFIXES)
    }
    return {
        **passed,
        "TMPDIR": os.fspath(temporary),
        "HF_DATASETS_CACHE": os.fspath(temporary / "datasets"),
        "FLWR_TELEMETRY_ENABLED": "0",
    }
