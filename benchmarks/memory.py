"""Memory of the sender: one partition of 1 GB from a memory-mapped Arrow file, to a server in another process.

Run by hand: ``python benchmarks/memory.py [ROWS]``. Takes about 3 GB of disk in the temporary folder and of memory in the
server's process. Counted is anonymous memory (RssAnon of ``/proc/self/status``), sampled while the provider runs: the
mapped source is the system's to keep or drop. Limit: 150 MB above what the process had before. Linux only.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
from measuring import verdict
from provider import SLA

ROWS = 100_000
ROW_BYTES = 10_000
SERVER = """
import sys
from pytest_flops_mock.flight.server import MLDataServer
with MLDataServer() as server:
    print(server.uri, flush=True)
    sys.stdin.read()
"""


def arrow_file(path: Path, rows: int) -> None:
    """An Arrow stream as ``datasets`` keeps it: batches of 1,000 rows, each row of noise."""
    from datasets import ClassLabel, Features, Value

    features = Features({"data": Value("binary"), "label": ClassLabel(names=["even", "odd"])})
    rng = np.random.default_rng(0)
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, features.arrow_schema) as writer:
        for start in range(0, rows, 1000):
            count = min(1000, rows - start)
            noise = rng.bytes(count * ROW_BYTES)
            data = pa.array([noise[row * ROW_BYTES : (row + 1) * ROW_BYTES] for row in range(count)])
            labels = pa.array(np.arange(count) % 2)
            writer.write_batch(pa.RecordBatch.from_arrays([data, labels], schema=features.arrow_schema))


def anonymous_bytes() -> int:
    """Anonymous memory of this process that is in RAM."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))


class Peak(threading.Thread):
    """Samples anonymous memory every few milliseconds until stopped."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.before = self.highest = anonymous_bytes()
        self._end = threading.Event()

    def run(self) -> None:
        """Sample."""
        while not self._end.wait(0.005):
            self.highest = max(self.highest, anonymous_bytes())

    def added(self) -> int:
        """Stop, and give what the peak was above the start."""
        self._end.set()
        self.join()
        return self.highest - self.before


def main(rows: int = ROWS) -> int:
    """Measure and print."""
    from datasets import Dataset

    from pytest_flops_mock.provider import MockDataProvider

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.arrow"
        arrow_file(path, rows)
        server = subprocess.Popen([sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        with server:
            assert server.stdout is not None
            provider = MockDataProvider(server.stdout.readline().strip(), timeout=600)
            small = Dataset.from_dict({"x": [1, 2, 3]})
            provider.run(SLA, dataset=small, data_tag="first", number_of_partitions=1)  # imports are not counted
            dataset = Dataset.from_file(str(path))
            peak = Peak()
            peak.start()
            began = time.perf_counter()
            run = provider.run(SLA, dataset=dataset, number_of_partitions=1)
            taken = time.perf_counter() - began
            added = peak.added()
            print(f"  {run.rows} rows, {run.partitions[0].bytes / 1e9:.2f} GB in {taken:.1f} s")
            assert server.stdin is not None
            server.stdin.close()
    return verdict("memory", added / 1e6, 150, "MB added to the sender's peak")


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:])))
