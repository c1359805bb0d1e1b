"""Verdict: from a fresh Python to the report on the example repository, synthetic data, learner's process included.

Run by hand: ``python benchmarks/verdict.py``. Limit: 10 s, median of 5.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from statistics import median

import measuring

EXAMPLE = Path(__file__).parents[1] / "examples" / "mnist_sklearn"
CHILD = """
import sys
from pytest_flops_mock.pipeline import check_repository
report = check_repository(sys.argv[1], sla=sys.argv[2])
sys.exit(0 if report.ok else str(report))
"""
REPETITIONS = 5


def fresh_check() -> None:
    """One check in a Python of its own."""
    sla = EXAMPLE / "mocks" / "mnist_multi.json"
    subprocess.run([sys.executable, "-c", CHILD, str(EXAMPLE), str(sla)], check=True)


def main() -> int:
    """Measure and print."""
    times = [measuring.seconds(fresh_check) for _ in range(REPETITIONS)]
    print("  " + ", ".join(f"{taken:.1f} s" for taken in times))
    return measuring.verdict("verdict", median(times), 10, "s from a fresh process to the verdict")


if __name__ == "__main__":
    sys.exit(main())
