"""How many partitions a search tries in a second, through transform and through evaluate, on the NumPy sample.

It wants a quiet machine with two cores: one for search and server, one for the learner's process. What the first takes of a
core is shown beside it, which a busy machine does not change much.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from pytest_flops_mock.flight.client import MLDataClient
from pytest_flops_mock.flight.server import MLDataServer
from pytest_flops_mock.options import CheckOptions
from pytest_flops_mock.pipeline import RepositoryChecker
from pytest_flops_mock.provider import MockDataProvider
from pytest_flops_mock.search.exploring import Explored, explore
from pytest_flops_mock.search.trying import Trier
from pytest_flops_mock.sla.models import MockSLA
from pytest_flops_mock.stage import Stage
from pytest_flops_mock.strategies import samples as _drawing  # noqa: F401  # loaded before time is taken

REPOSITORY = Path(__file__).parents[1] / "examples" / "mnist_numpy"
SLA = {
    "customerID": "Admin",
    "mock_data_configuration": {"dataset_name": "mnist", "number_of_partitions": 2, "data_tag": "mnist"},
}
EXAMPLES = 300
LEAST = {Stage.TRANSFORM: 60.0, Stage.EVALUATE: 25.0}


def main() -> int:
    """Measure both; how many are too slow."""
    return sum(rate(through) < least for through, least in LEAST.items())


def rate(through: Stage) -> float:
    """Partitions in a second, once the process is warm."""
    with (
        RepositoryChecker(REPOSITORY, env="current") as checker,
        MLDataServer() as server,
        MLDataClient(server.uri) as client,
    ):
        assert checker.check(sla=SLA).ok
        assert checker.subject is not None
        population = MockDataProvider(server.uri).population(MockSLA.load(SLA))
        trier = Trier(
            checker.subject,
            server,
            client,
            population,
            CheckOptions(),
            through=through,
            limit=60.0,
            deadline=float("inf"),
        )
        draw(trier, seed=1, examples=20)
        before, began, cpu = trier.tried, time.perf_counter(), cores()
        draw(trier, seed=0, examples=EXAMPLES)
        tried, seconds, taken = trier.tried - before, time.perf_counter() - began, cores() - cpu
    each = 1000 * taken / tried
    print(
        f"{through.value:10} {tried / seconds:6.1f} a second (at least {LEAST[through]:.0f}); {each:5.1f} ms of a core here",
        end="",
    )
    print(f", {1000 * seconds / tried:5.1f} ms in all")
    return tried / seconds


def draw(trier: Trier, *, seed: int, examples: int) -> None:
    """Draw and try so many."""
    explore(
        trier.population,
        trier,
        Explored(),
        examples=examples,
        seed=seed,
        seconds=None,
        drift="",
        on_example=lambda _: None,
    )


def cores() -> float:
    """Seconds of a core that this process has taken."""
    times = os.times()
    return times.user + times.system


if __name__ == "__main__":
    sys.exit(main())
