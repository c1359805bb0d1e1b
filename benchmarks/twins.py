"""Making synthetic twins: all of MNIST, 10,000 rows of texts and tables, and what a default twin adds to a check.

Run by hand: ``python benchmarks/twins.py``. Times are those of the processor, so they bear a busy machine. Limits: 60,000
rows of the MNIST twin in 8 s; 10,000 rows of any twin without pictures and sounds in 0.5 s; a twin of 600 rows adds 0.3 s
to a first check (making it the first time in a process, motifs and all) and 5 ms to the next; streaming a twin takes no
more memory for ten times as many rows, but for 20 MB. The last one is Linux only.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import datasets
from measuring import verdict
from memory import Peak

from pytest_flops_mock.data.choice import RECORDINGS, DataChoice
from pytest_flops_mock.data.resolving import load, resolve
from pytest_flops_mock.data.selection import Selection
from pytest_flops_mock.data.twins.catalogue import all_twins, find_twin
from pytest_flops_mock.data.twins.engine import features_of
from pytest_flops_mock.data.twins.making import twin_batches
from pytest_flops_mock.data.twins.twin import Twin

MEDIA = (datasets.Image, datasets.Audio)


def cpu_seconds(step: Callable[[], object]) -> float:
    """How long one call keeps a processor busy."""
    began = time.process_time()
    step()
    return time.process_time() - began


def streamed(twin: Twin, rows: int) -> None:
    """Make rows and drop each batch."""
    for _ in twin_batches(twin, twin.main, rows=rows):
        pass


def added_megabytes(twin: Twin, rows: int) -> float:
    """The most anonymous memory that streaming takes."""
    peak = Peak()
    peak.start()
    streamed(twin, rows)
    return peak.added() / 10**6


def checked(twin: Twin) -> None:
    """What a check asks for."""
    selection = Selection(split=twin.main, config_name=twin.config_name if twin.configs else None)
    load(resolve(twin.dataset, DataChoice(), RECORDINGS, folder=Path(), selection=selection), partitions=2, seed=42)


def main() -> int:
    """Measure; how many limits were missed."""
    mnist = find_twin("mnist")
    assert mnist is not None
    checked(mnist)  # loads modules
    firsts = {twin.dataset: cpu_seconds(lambda twin=twin: checked(twin)) for twin in all_twins() if twin is not mnist}  # type: ignore[misc]
    again = max(cpu_seconds(lambda twin=twin: checked(twin)) for twin in all_twins()[-8:])  # type: ignore[misc]
    plain = {
        twin.dataset: cpu_seconds(lambda twin=twin: streamed(twin, 10_000))  # type: ignore[misc]
        for twin in all_twins()
        if not any(isinstance(kind, MEDIA) for kind in features_of(twin).values())
    }
    slowest, heaviest = max(firsts, key=firsts.__getitem__), max(plain, key=plain.__getitem__)
    few = added_megabytes(mnist, 6_000)
    many = added_megabytes(mnist, 60_000)
    return sum(
        [
            verdict("60,000 rows of the MNIST twin", cpu_seconds(lambda: streamed(mnist, 60_000)), 8, "s"),
            verdict(f"10,000 rows of a text or a table, the slowest: {heaviest}", plain[heaviest], 0.5, "s"),
            verdict(f"a default twin in a first check, the slowest: {slowest}", firsts[slowest], 0.3, "s"),
            verdict("the same twin in the next check", again * 1_000, 5, "ms"),
            verdict("memory of ten times as many rows, streamed", many - few, 20, "MB"),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
