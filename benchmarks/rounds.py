"""Federated rounds: 5, 20 and 100 learners of the scikit-learn example for three rounds, from a fresh process each.

Run by hand: ``python benchmarks/rounds.py``, or ``python benchmarks/rounds.py 20`` for one of them. Limits on a quiet
machine with two cores, the learner's environment kept: 12, 15 and 40 s in all, of which 2 s are the rounds of 5; of 100, at
least 25 learners a second after round 1 and 40 MB for each. What all processes take of the cores is shown beside it, which
a busy machine does not change much. Needs the extra ``env``.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import measuring

ROUNDS = 3
SECONDS = {5: 12.0, 20: 15.0, 100: 40.0}
OF_ROUNDS = 2.0
LEARNERS_A_SECOND = 25.0
MEGABYTES = 40.0
EXAMPLE = Path(__file__).parents[1] / "examples" / "mnist_sklearn"


def main(names: list[str]) -> int:
    """Measure; how many are over their limit."""
    failed = 0
    prepare()
    for learners in map(int, names or SECONDS):
        before, began = cores(), time.perf_counter()
        command = [sys.executable, __file__, "--one", str(learners)]
        told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        taken, of_cores = time.perf_counter() - began, cores() - before
        rounds, after_first, memory = map(float, told.split())
        print(f"  {of_cores:.1f} s of the cores; {rounds:.1f} s for {ROUNDS} rounds; {memory:.0f} MB each")
        limit = SECONDS.get(learners, 0.4 * learners)
        failed += measuring.verdict(f"{learners} learners x {ROUNDS} rounds", taken, limit, "s from a fresh process")
        if learners == min(SECONDS):
            failed += measuring.verdict("  its rounds", rounds, OF_ROUNDS, "s")
        if learners == max(SECONDS):
            rate = (ROUNDS - 1) * learners / after_first
            failed += measuring.verdict("  a learner after round 1", 1000 / rate, 1000 / LEARNERS_A_SECOND, "ms")
            failed += measuring.verdict("  memory of a learner (PSS)", memory, MEGABYTES, "MB")
    return failed


def prepare() -> None:
    """Build the learner's environment, unless it is kept."""
    from pytest_flops_mock.learner.environments.choice import learner_python
    from pytest_flops_mock.repository.repository import MLRepository

    learner_python("learner", MLRepository.at(EXAMPLE))


def one(learners: int) -> None:
    """Run rounds once, and print how long all rounds took, those after the first, and the megabytes of a learner."""
    from pytest_flops_mock.learner.environments.choice import learner_python
    from pytest_flops_mock.nodes.nodes import LearnerNodes
    from pytest_flops_mock.repository.repository import MLRepository
    from pytest_flops_mock.rounds.engine import EngineSettings, RoundEnded, RoundsEvent
    from pytest_flops_mock.rounds.plan import RoundsPlan
    from pytest_flops_mock.rounds.wire import WireEngine

    tempfile.tempdir = tempfile.mkdtemp(prefix="flops-rounds-")  # by which its processes are known
    memory: list[float] = []

    def look(event: RoundsEvent) -> None:
        if isinstance(event, RoundEnded) and event.round.round == ROUNDS - 1:
            memory.append(proportional(tempfile.gettempdir()))

    repository = MLRepository.at(EXAMPLE)
    with LearnerNodes(learners) as nodes:
        nodes.provide(EXAMPLE / "mocks" / "mnist_multi.json", share="one_each", number_of_partitions=learners)
        facts = WireEngine().run(
            RoundsPlan((tuple(range(learners)),), ROUNDS),
            repository,
            uris={node.number: node.uri for node in nodes},
            tags=[nodes.deployments[0].sla.data_tag],
            python=learner_python("learner", repository),
            settings=EngineSettings(timeout=300),
            on_event=look,
        )
    os.rmdir(tempfile.gettempdir())
    assert [each.fitted for each in facts.rounds] == [tuple(range(learners))] * ROUNDS, facts.ends
    seconds = [each.seconds for each in facts.rounds]
    print(sum(seconds), sum(seconds[1:]), memory[0])


def proportional(folder: str) -> float:
    """Megabytes of a learner, the median of all processes of the folder: memory that it shares counts by its share."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and folder.encode() in (entry / "environ").read_bytes():
                rollup = (entry / "smaps_rollup").read_text(encoding="ascii")
                found.append(int(rollup.partition("\nPss:")[2].split()[0]) / 1000)
        except OSError:
            continue  # it has ended, or is another user's
    return median(found)


def cores() -> float:
    """Seconds that processes which have ended took of the cores."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(int(sys.argv[2]))
    else:
        sys.exit(main(sys.argv[1:]))
