"""Scale: what 10, 100 and 1,000 learners take on each engine, and the law that follows (``docs/scale.md``).

Run by hand, in a Python with Flower, Ray and scikit-learn, and without a network, since Ray listens on all interfaces:
``python tests/alone.py python benchmarks/scale.py``; or one engine: ``… scale.py wire``. Limit: 1,000 learners and a round
on Ray in 180 s. Each learner has 60 images. What is printed of runs is what ``docs/make_scale.py`` has.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import measuring
from scaling import Run, costs

from pytest_flops_mock.learner.environments.python import LearnerPython
from pytest_flops_mock.nodes.nodes import LearnerNodes
from pytest_flops_mock.repository.repository import MLRepository
from pytest_flops_mock.rounds.engine import EngineSettings
from pytest_flops_mock.rounds.engines import engine_of
from pytest_flops_mock.rounds.plan import RoundsPlan

EXAMPLE = Path(__file__).parents[1] / "examples" / "mnist_sklearn"
ROWS = 60
SECONDS = 180
RUNS = {
    "wire": ((10, 1), (10, 21), (100, 1), (100, 21)),
    "ray": ((10, 1), (10, 21), (100, 1), (100, 21), (1000, 1)),
}
"""How many learners and rounds; on real connections a thousand learners take 30 GB."""


def measured(engine: str, learners: int, rounds: int) -> Run:
    """One federation."""
    sla = {
        "customerID": "Admin",
        "mock_data_configuration": {"dataset_name": "mnist", "data_tag": "digits", "number_of_partitions": learners},
    }
    began = time.process_time()
    with LearnerNodes(learners) as nodes:
        nodes.provide(sla, share="one_each", max_rows=ROWS * learners)
        filled = time.process_time() - began
        started = time.monotonic()
        with watched() as seen:
            facts = engine_of(engine).run(
                RoundsPlan((tuple(range(learners)),), rounds, min_available=learners),
                MLRepository.at(EXAMPLE),
                uris={node.number: node.uri for node in nodes},
                tags=["digits"],
                python=LearnerPython(Path(sys.executable), "current", "current"),
                settings=EngineSettings(timeout=600, memory=20 * 10**9),
            )
        took = time.monotonic() - started
    assert {end.how for end in facts.ends} == {"done"}, [end for end in facts.ends if end.how != "done"][:3]
    (size,) = {each.bytes for each in facts.learner_rounds}
    return Run(engine, learners, rounds, round(seen.cpu, 1), round(filled, 2), seen.memory, size, round(took, 1))


class Seen:
    """What processes have taken so far."""

    def __init__(self) -> None:
        self.memory = 0
        self.taken: dict[int, float] = {}

    @property
    def cpu(self) -> float:
        """Seconds of processors."""
        return sum(self.taken.values())

    def look(self) -> None:
        """Look at all processes that this one has started, and those that they have."""
        found = descendants()
        for pid in found:
            with suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
                self.taken[pid] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        self.memory = max(self.memory, sum(map(share, found)))


@contextmanager
def watched() -> Iterator[Seen]:
    """What the processes take that are started meanwhile."""
    seen, over = Seen(), threading.Event()

    def look() -> None:
        while not over.wait(1):
            seen.look()

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def descendants() -> list[int]:
    """All processes that this one has started, and those that they have."""
    parents: dict[int, list[int]] = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (process / "stat").read_bytes().rpartition(b")")[2].split()
            parents.setdefault(int(fields[1]), []).append(int(process.name))
    found: list[int] = []
    pending = [os.getpid()]
    while pending:
        below = parents.get(pending.pop(), [])
        found += below
        pending += below
    return found


def share(pid: int) -> int:
    """Bytes of memory of a process, and its share of what others have as well."""
    with suppress(OSError):
        for text in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if text.startswith("Pss:"):
                return int(text.split()[1]) * 1024
    return 0


def main(asked: Sequence[str]) -> int:
    """Measure, print, and fit the law."""
    failed = 0
    for engine in [name for name in asked if name in RUNS] or list(RUNS):
        runs = []
        for learners, rounds in RUNS[engine]:
            runs.append(measured(engine, learners, rounds))
            print(f"    {runs[-1]},", flush=True)
        law = costs(runs)
        print(f"  {law}")
        for run in runs:
            cpu, memory = law.off(run)
            print(f"  {run.learners} learners, {run.rounds} rounds: off by {cpu:+.0%} (time), {memory:+.0%} (memory)")
        if engine == "ray":
            failed += measuring.verdict("1,000 learners and a round on Ray", runs[-1].seconds, SECONDS, "s")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
