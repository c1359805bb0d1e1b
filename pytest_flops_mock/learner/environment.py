"""Which Python the learner's process runs in, and what of this process' environment it gets to see."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

PASSED_ON = frozenset(
    ("HOME", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "LOGNAME", "PATH", "SYSTEMROOT", "TZ", "USER", "USERPROFILE")
)
PASSED_ON_PREFIXES = ("LC_", "OMP_", "OPENBLAS_", "MKL_", "CUDA_", "NVIDIA_", "DYLD_")
"""Names of variables that change how libraries find themselves and compute. Everything else stays out: secrets, and what
would make the child behave like this process (PYTHONPATH, VIRTUAL_ENV, PYTEST_*)."""


def current_python() -> str:
    """The interpreter that runs this process."""
    return sys.executable


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
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
    }
