"""What learners cost, as a law: measured runs in, needs of any number of devices out. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Run:
    """One measured federation.

    Attributes:
        engine: ``wire`` or ``ray``.
        learners: How many.
        rounds: How many.
        cpu: Seconds of processors that all processes of the engine took together: what else runs does not matter.
        fill: Seconds of processors that ML data servers took to start and to be filled.
        memory: Bytes that all processes of the engine had together, at most.
        bytes: Bytes of parameters that a learner gets and sends in a round.
        seconds: How long it took.
    """

    engine: str
    learners: int
    rounds: int
    cpu: float
    fill: float
    memory: int
    bytes: int
    seconds: float


@dataclass(frozen=True)
class Costs:
    """What an engine costs: the law.

    Attributes:
        engine: ``wire`` or ``ray``.
        engine_cpu: Seconds of a processor for the engine itself.
        start_cpu: Likewise for each learner, from its start to its end, without rounds.
        round_cpu: Likewise for each learner and round, with what the aggregator does for it.
        fill_cpu: Likewise for each learner's ML data server.
        engine_memory: Bytes of the engine itself.
        learner_memory: Bytes for each learner.
        bytes: Bytes of parameters for each learner and round.
    """

    engine: str
    engine_cpu: float
    start_cpu: float
    round_cpu: float
    fill_cpu: float
    engine_memory: float
    learner_memory: float
    bytes: int

    def cpu(self, learners: int, rounds: int) -> float:
        """Seconds of processors that so many learners and rounds take."""
        return self.engine_cpu + learners * (self.start_cpu + rounds * self.round_cpu)

    def memory(self, learners: int) -> float:
        """Bytes that so many learners take."""
        return self.engine_memory + learners * self.learner_memory

    def off(self, run: Run) -> tuple[float, float]:
        """How far a run's processor time and memory are from the law, as parts of what was measured."""
        return self.cpu(run.learners, run.rounds) / run.cpu - 1, self.memory(run.learners) / run.memory - 1


@dataclass(frozen=True)
class Needs:
    """What a number of devices needs.

    Attributes:
        seconds: For the whole, with all servers, on so many processors: at least, since an aggregator averages on one.
        memory: Bytes.
        traffic: Bytes of parameters in each round.
        held: Bytes of parameters that the aggregator holds before it averages: each learner's, at once.
    """

    seconds: float
    memory: float
    traffic: float
    held: float


def costs(runs: Iterable[Run]) -> Costs:
    """The law of one engine that comes closest to its runs, each in proportion to its size.

    Of memory, which grows for some rounds while processes share less and less, it is the most of each number of learners.

    Args:
        runs: Of several numbers of learners and of rounds.
    """
    runs = list(runs)
    engine_cpu, start_cpu, round_cpu = _closest(
        [[1, run.learners, run.learners * run.rounds] for run in runs], [run.cpu for run in runs]
    )
    most: dict[int, float] = {}
    for run in runs:
        most[run.learners] = max(float(run.memory), most.get(run.learners, 0.0))
    engine_memory, learner_memory = _closest([[1, learners] for learners in most], [*most.values()])
    (fill_cpu,) = _closest([[run.learners] for run in runs], [run.fill for run in runs])
    return Costs(runs[0].engine, engine_cpu, start_cpu, round_cpu, fill_cpu, engine_memory, learner_memory, runs[0].bytes)


def needs(of: Costs, learners: int, rounds: int, processors: int) -> Needs:
    """What so many learners need for so many rounds.

    Args:
        of: What the engine costs.
        learners: How many.
        rounds: How many.
        processors: On how many processors; a learner uses one.
    """
    shared = of.cpu(learners, rounds) - of.engine_cpu + learners * of.fill_cpu
    # A learner gets parameters twice in a round, to train and to evaluate, and sends them once.
    return Needs(of.engine_cpu + shared / processors, of.memory(learners), learners * of.bytes, learners * of.bytes / 3)


def _closest(rows: list[list[float]], values: list[float]) -> list[float]:
    """Coefficients, none of them below nothing, whose errors in proportion to the values are least in their squares."""
    scale = np.array(values)
    left = np.array(rows, dtype=float) / scale[:, None]
    kept = list(range(left.shape[1]))
    found = np.zeros(left.shape[1])
    while kept:
        solved, *_ = np.linalg.lstsq(left[:, kept], np.ones(len(values)), rcond=None)
        if (solved >= 0).all():
            found[kept] = solved
            break
        kept.pop(int(solved.argmin()))
    return [float(each) for each in found]
