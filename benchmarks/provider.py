"""Provider: 60,000 MNIST-like rows in 3 partitions into a memory store, against a raw ``do_put`` of the same tables.

Run by hand: ``python benchmarks/provider.py``. The raw side sends tables that are split and combined already; ours
shuffles, splits, gathers, names and sends. Both connect anew each time. Limit: 3 times raw.
"""

from __future__ import annotations

import sys

import pyarrow as pa
from measuring import mnist_like, ratio, raw_put, raw_server, verdict

from pytest_flops_mock.data.loaded import handed_in
from pytest_flops_mock.flight.server import MLDataServer
from pytest_flops_mock.partitions.scheme import ByPartitioner
from pytest_flops_mock.partitions.splitting import split
from pytest_flops_mock.provider import MockDataProvider
from pytest_flops_mock.sla.models import MockSLA

SLA = MockSLA.load(
    {
        "customerID": "Admin",
        "mock_data_configuration": {"dataset_name": "mnist", "number_of_partitions": 3, "data_tag": "mnist"},
    }
)


def main() -> int:
    """Measure and print."""
    dataset = mnist_like()
    parts = split(handed_in(dataset, "mnist"), ByPartitioner(), 3)
    tables = {
        f"mnist.{part.index}.parquet": pa.Table.from_batches(part.batches(), schema=part.schema).combine_chunks()
        for part in parts
    }
    with MLDataServer() as server, raw_server() as raw:
        provider = MockDataProvider(server.uri)
        value = ratio(lambda: provider.run(SLA, dataset=dataset), lambda: raw_put(raw.uri, tables), repetitions=40)
    return verdict("provider", value, 3, "times raw do_put")


if __name__ == "__main__":
    sys.exit(main())
