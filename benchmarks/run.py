"""All benchmarks one after the other, each in a Python of its own.

Run by hand: ``python benchmarks/run.py``, or some of them: ``python benchmarks/run.py provider load``. They compare medians
of both sides taken in turn, so they bear a busy machine, but not one that has no core free.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ALL = (
    "plugin",
    "server",
    "provider",
    "load",
    "memory",
    "splitting",
    "partitions",
    "search",
    "twins",
    "first_check",
    "verdict",
    "rounds",
)


def main(names: list[str]) -> int:
    """Run them and count what is over its limit."""
    folder = Path(__file__).parent
    codes = [subprocess.run([sys.executable, folder / f"{name}.py"], check=False).returncode for name in names or ALL]
    return sum(code != 0 for code in codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
