"""Verdict: a fresh ``flops-mock check`` of the example repository, on synthetic data, in three environments.

Run by hand: ``python benchmarks/verdict.py``. Limits, median of 5 (of 2 where an environment is built, with uv's cache
warm): 6 s in the current Python, 8 s in a learner's that is there, 15 s in one that is built. Needs the extra ``env``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import measuring

EXAMPLE = Path(__file__).parents[1] / "examples" / "mnist_sklearn"
SLA = EXAMPLE / "mocks" / "mnist_multi.json"


def check(env: str, cache: str) -> None:
    """One check in a Python of its own."""
    command = [sys.executable, "-m", "pytest_flops_mock.cli", "check", str(EXAMPLE), "--sla", str(SLA), "--env", env]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "XDG_CACHE_HOME": cache})


def afresh(cache: str) -> None:
    """One check that builds its environment."""
    shutil.rmtree(Path(cache) / "pytest-flops-mock")
    check("learner", cache)


def main() -> int:
    """Measure and print."""
    failed = 0
    with tempfile.TemporaryDirectory() as cache:
        os.environ.setdefault("UV_CACHE_DIR", str(Path.home() / ".cache" / "uv"))
        check("learner", cache)  # downloads what uv's cache lacks
        for what, step, repetitions, limit in (
            ("current", lambda: check("current", cache), 5, 6),
            ("learner, cached", lambda: check("learner", cache), 5, 8),
            ("learner, built", lambda: afresh(cache), 2, 15),
        ):
            times = [measuring.seconds(step) for _ in range(repetitions)]
            print("  " + ", ".join(f"{taken:.1f} s" for taken in times))
            failed += measuring.verdict(f"verdict in {what}", median(times), limit, "s from a fresh process")
    return failed


if __name__ == "__main__":
    sys.exit(main())
