"""Server: start and stop of an ``MLDataServer``, after the first.

Run by hand: ``python benchmarks/server.py``. Limit: 5 ms, median.
"""

from __future__ import annotations

import sys
from statistics import median

from measuring import seconds, verdict

from pytest_flops_mock.flight.server import MLDataServer

REPETITIONS = 200


def start_and_stop() -> None:
    """One server's life."""
    with MLDataServer():
        pass


def main() -> int:
    """Measure and print."""
    first = seconds(start_and_stop)
    times = [seconds(start_and_stop) * 1000 for _ in range(REPETITIONS)]
    print(f"  first {first * 1000:.1f} ms, then median {median(times):.2f} ms, worst {max(times):.1f} ms")
    return verdict("server", median(times), 5, "ms to start and stop")


if __name__ == "__main__":
    sys.exit(main())
