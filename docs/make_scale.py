"""Write ``docs/scale.md``: what devices need, by the law of ``benchmarks/scaling.py`` from measured runs.

Run: ``python docs/make_scale.py``. The runs are those that ``benchmarks/scale.py`` prints.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

from scaling import Costs, Run, costs, needs

TARGET = Path(__file__).with_name("scale.md")

RUNS = (
    Run(engine="wire", learners=10, rounds=1, cpu=5.1, fill=0.34, memory=434035712, bytes=188400, seconds=13.0),
    Run(engine="wire", learners=10, rounds=21, cpu=12.8, fill=0.04, memory=594611200, bytes=188400, seconds=16.5),
    Run(engine="wire", learners=100, rounds=1, cpu=12.1, fill=1.06, memory=1392067584, bytes=188400, seconds=21.2),
    Run(engine="wire", learners=100, rounds=21, cpu=92.9, fill=0.97, memory=3062389760, bytes=188400, seconds=83.0),
    Run(engine="ray", learners=10, rounds=1, cpu=12.8, fill=0.29, memory=1040572416, bytes=188400, seconds=20.4),
    Run(engine="ray", learners=10, rounds=21, cpu=28.9, fill=0.05, memory=1070185472, bytes=188400, seconds=34.6),
    Run(engine="ray", learners=100, rounds=1, cpu=21.6, fill=0.98, memory=1096390656, bytes=188400, seconds=36.1),
    Run(engine="ray", learners=100, rounds=21, cpu=191.6, fill=1.0, memory=1147939840, bytes=188400, seconds=262.6),
    Run(engine="ray", learners=1000, rounds=1, cpu=144.5, fill=13.82, memory=1633925120, bytes=188400, seconds=297.3),
)
"""Measured on two cores, with Flower 1.8.0 and Ray 2.55.1 in Python 3.11, while the machine did other things as well."""

DEVICES = (10, 100, 1_000, 10_000, 1_000_000)
PROCESSORS = 8
ROUNDS = 3

PAGE = """\
# How many devices what machine bears

What [federated rounds](rounds.md) cost grows with the number of learners, along a straight line: so much for the
engine, so much for each learner, so much for each learner and round. This page is made from measured runs
(`benchmarks/scale.py`) by that law (`benchmarks/scaling.py`). The repository is the example in scikit-learn with 60
images for each learner: training takes next to nothing, so these are the costs of the federation. Add what your
repository's own training takes: seconds of a fit, and megabytes of a model.

## Measured

{measured}

Time is that of processors, so it does not matter what else a machine does. Memory grows in the first rounds, while
processes share less and less; the law is about the most. How far it is from each run:

{off}

## The law

{law}

Memory of `wire` is a process for each learner, which shares what it has imported with all others; on
[Ray](rounds-ray.md) learners share processes.

## What follows

{rounds} rounds on {processors} processors, ML data servers included. Times are the least, since an aggregator averages on
one processor. `held` is what it keeps in memory before that: Flower waits for all results of a round.

{needs}

- **1,000 devices** fit one machine on Ray. On `wire` they need the memory of a server.
- **10,000 devices** need Ray, and a machine with the memory above or a cluster (`--ray-address`). Each ML data server
  takes a port and threads of the process that the check runs in: several checks with fewer nodes, or servers of your
  own, spread them.
- **1,000,000 devices** are beyond one aggregator, here and on FLOps: it would hold {held} of this small model at once,
  and take {traffic} over the network in each round. Hierarchical mode divides both by the number of clusters. What can
  be learnt about a million devices is learnt from a sample of them: the [partitions](partitions.md) of a thousand are
  drawn in the same way.

For a model of another size, `held` and traffic are in proportion: this one has {parameters}.
"""


def page() -> str:
    """The page."""
    laws = [costs([run for run in RUNS if run.engine == engine]) for engine in dict.fromkeys(run.engine for run in RUNS)]
    by_name = {law.engine: law for law in laws}
    most = needs(laws[-1], DEVICES[-1], 1, PROCESSORS)
    return PAGE.format(
        measured=table(
            ("engine", "learners", "rounds", "time of processors", "memory", "ML data servers"),
            [(*named(run), f"{run.cpu:,.0f} s", size(run.memory), f"{run.fill:.1f} s") for run in RUNS],
        ),
        off=table(
            ("engine", "learners", "rounds", "time", "memory"),
            [(*named(run), *(f"{part:+.0%}" for part in by_name[run.engine].off(run))) for run in RUNS],
        ),
        law=table(
            ("engine", "once", "each learner", "each learner and round", "memory once", "memory of each learner"),
            [row(law) for law in laws],
        ),
        needs=table(
            ("devices", "engine", "time", "memory", "traffic of a round", "held"),
            [
                (f"{devices:,}", law.engine, duration(what.seconds), size(what.memory), size(what.traffic), size(what.held))
                for devices in DEVICES
                for law in laws
                for what in [needs(law, devices, ROUNDS, PROCESSORS)]
            ],
        ),
        rounds=ROUNDS,
        processors=PROCESSORS,
        held=size(most.held),
        traffic=size(most.traffic),
        parameters=size(RUNS[0].bytes / 3),
    )


def named(run: Run) -> tuple[str, str, str]:
    """Which run it is."""
    return run.engine, f"{run.learners:,}", str(run.rounds)


def row(law: Costs) -> tuple[str, ...]:
    """What an engine costs."""
    return (
        law.engine,
        f"{law.engine_cpu:.0f} s",
        f"{law.start_cpu * 1000:.0f} ms",
        f"{law.round_cpu * 1000:.0f} ms",
        size(law.engine_memory),
        size(law.learner_memory),
    )


def table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def size(number: float) -> str:
    """Bytes in a readable unit."""
    for unit, of in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if number >= of:
            return f"{number / of:,.1f} {unit}"
    return f"{number / 1e3:,.0f} kB"


def duration(seconds: float) -> str:
    """Seconds in a readable unit."""
    for unit, of in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * of:
            return f"{seconds / of:,.0f} {unit}"
    return f"{seconds:,.0f} s"


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
