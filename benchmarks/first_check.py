"""First check: ``flops-mock check`` of the NumPy sample, from a fresh process to its end.

Run by hand: ``python benchmarks/first_check.py``. Limits, best of 5 on two quiet cores: 2.0 s in the current Python, 2.2 s
in a learner's that is there. Also printed: processor time of all processes, and the ratio to a Python that imports
``pyarrow.flight`` and ``datasets`` and ends, which a learner needs before its first row. Needs the extra ``env``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import measuring

SAMPLE = Path(__file__).parents[1] / "examples" / "mnist_numpy"
SLA = {
    "customerID": "Admin",
    "mock_data_configuration": {"dataset_name": "mnist", "number_of_partitions": 2, "data_tag": "mnist"},
}
REPETITIONS = 5


def run(command: list[str], **environment: str) -> tuple[float, float]:
    """Seconds of one run: by the clock, and of processor time of all its processes."""
    before = os.times()
    taken = measuring.seconds(
        lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **environment})
    )
    after = os.times()
    busy = after.children_user + after.children_system - before.children_user - before.children_system
    return taken, busy


def main() -> int:
    """Measure and print."""
    failed = 0
    imports = min(run([sys.executable, "-c", "import pyarrow.flight, datasets"])[0] for _ in range(REPETITIONS))
    print(f"  imports of a learner alone: {imports:.2f} s")
    with tempfile.TemporaryDirectory() as folder:
        sla = Path(folder, "mock.json")
        sla.write_text(json.dumps(SLA), encoding="utf-8")
        check = [sys.executable, "-m", "pytest_flops_mock", "check", str(SAMPLE), "--sla", str(sla), "--env"]
        os.environ.setdefault("UV_CACHE_DIR", str(Path.home() / ".cache" / "uv"))
        run([*check, "learner"], XDG_CACHE_HOME=folder)  # builds it
        for env, limit in (("current", 2.0), ("learner", 2.2)):
            runs = [run([*check, env], XDG_CACHE_HOME=folder) for _ in range(REPETITIONS)]
            taken, busy = min(taken for taken, _ in runs), min(busy for _, busy in runs)
            print(f"  {env}: {busy:.2f} s of processor time; {taken / imports:.2f} times those imports")
            failed += measuring.verdict(f"first check in {env}", taken, limit, "s from a fresh process")
    return failed


if __name__ == "__main__":
    sys.exit(main())
