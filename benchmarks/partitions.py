"""Partitions: how many a second go through the provider, Flight and ``load_partitions``, one after the other.

Run by hand: ``python benchmarks/partitions.py``. As a property-based test does it: each partition has from 1 to 100 rows of
MNIST's size, is a data set of its own, and comes back from the server before the next one goes. Limit: at least 150 a
second, told as at most 6.67 ms each, median.
"""

from __future__ import annotations

import sys
from functools import partial
from statistics import median
from typing import Any

import numpy as np
from measuring import mnist_like, seconds, verdict
from provider import SLA

from pytest_flops_mock.flight.server import MLDataServer
from pytest_flops_mock.learner.loading import load_partitions
from pytest_flops_mock.provider import MockDataProvider

PARTITIONS = 600
MOST_ROWS = 100


def there_and_back(uri: str, number: int, dataset: Any) -> None:
    """Send one partition under a tag of its own, and load it."""
    tag = f"number_{number}"
    MockDataProvider(uri).run(SLA, dataset=dataset, number_of_partitions=1, data_tag=tag)
    assert load_partitions(uri, [tag]).num_rows == len(dataset)


def main() -> int:
    """Measure and print."""
    rows, draw = mnist_like(MOST_ROWS), np.random.default_rng(0)
    datasets = [rows.select(range(size)) for size in draw.integers(1, MOST_ROWS + 1, PARTITIONS).tolist()]
    with MLDataServer() as server:
        times = [seconds(partial(there_and_back, server.uri, *each)) for each in enumerate(datasets)]
    slow = sorted(times)[-len(times) // 20]
    print(f"  {1 / median(times):.0f} a second; first {times[0] * 1000:.0f} ms, one in 20 above {slow * 1000:.1f} ms")
    return verdict("partitions", median(times[1:]) * 1000, 1000 / 150, "ms for each")


if __name__ == "__main__":
    sys.exit(main())
