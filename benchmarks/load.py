"""Learner: ``load_partitions`` of 60,000 MNIST-like rows in 3 partitions, against raw ``do_get`` and ``concat_tables``.

Run by hand: ``python benchmarks/load.py``. Both sides ask the same kind of rows in the same batches from a server in this
process, and connect anew each time. Limit: 2 times raw.
"""

from __future__ import annotations

import sys

from measuring import mnist_like, ratio, raw_get, raw_server, verdict
from provider import SLA

from pytest_flops_mock.flight.server import MLDataServer
from pytest_flops_mock.learner.loading import load_partitions
from pytest_flops_mock.provider import MockDataProvider


def main() -> int:
    """Measure and print."""
    with MLDataServer() as server, raw_server() as raw:
        names = list(MockDataProvider(server.uri).run(SLA, dataset=mnist_like()).names)
        raw.tables = {name: server.store.read(name).read_all() for name in names}
        value = ratio(lambda: load_partitions(server.uri, ["mnist"]), lambda: raw_get(raw.uri, names), repetitions=25)
    return verdict("load", value, 2, "times raw do_get")


if __name__ == "__main__":
    sys.exit(main())
