"""Provider: 60,000 MNIST-like rows in 3 partitions into a memory store, against a raw ``do_put`` of the same tables.

Run by hand: ``python benchmarks/provider.py``. The raw side sends tables that are split and combined already; ours
shuffles, splits, gathers, names and sends. Both connect anew each time. Limit: 3 times raw.

Then the command ``flops-mock provide``: resident memory at most (of the largest of its processes) for the 60,000 rows of the
twin of MNIST, limit 200 MB; and its time from start to end for 600 of them, best of 5, limit 1.0 s. Linux only.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
from measuring import MNIST_ROWS, mnist_like, ratio, raw_put, raw_server, verdict

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

# By a small process between: what its parent has counts for a process until its program is loaded.
WATCHED = """
import resource, subprocess, sys, time
began = time.perf_counter()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


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
        failed = verdict("provider", value, 3, "times raw do_put")
        failed += verdict("memory of flops-mock provide", of_command(server.uri, MNIST_ROWS)[1], 200, "MB")
        start = min(of_command(server.uri, 600)[0] for _ in range(5))
        return failed + verdict("start of flops-mock provide", start, 1, "s for 600 rows")


def of_command(uri: str, rows: int) -> tuple[float, float]:
    """Seconds that the command takes for rows of the twin of MNIST, and MB of resident memory at most."""
    asked = {"dataset_name": "mnist", "number_of_partitions": 3, "data_tag": "mnist", "max_rows": rows}
    with tempfile.TemporaryDirectory() as folder:
        sla = Path(folder, "sla.json")
        sla.write_text(json.dumps({"customerID": "Admin", "mock_data_configuration": asked}), encoding="utf-8")
        command = [sys.executable, "-m", "pytest_flops_mock", "provide", str(sla), "--to", uri]
        told = subprocess.run([sys.executable, "-c", WATCHED, *command], stdout=subprocess.PIPE, check=True).stdout
    seconds, peak = told.split()
    return float(seconds), int(peak) / 1024


if __name__ == "__main__":
    sys.exit(main())
