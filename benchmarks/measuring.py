"""What the benchmarks share: repetitions of both sides in turn, the data they move, and one line with the verdict."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.flight as fl

MNIST_ROWS = 60_000
PNG_BYTES = 280


def ratio(ours: Callable[[], object], raw: Callable[[], object], repetitions: int) -> float:
    """Median time of ``ours`` by that of ``raw``, run in turn so that a busy machine hits both sides alike."""
    times: dict[str, list[float]] = {"ours": [], "raw": []}
    for repetition in range(repetitions + 1):
        for name, step in (("ours", ours), ("raw", raw)):
            gc.collect()
            taken = seconds(step)
            if repetition:  # the first one loads modules and warms allocators
                times[name].append(taken)
    ours_median, raw_median = median(times["ours"]), median(times["raw"])
    print(f"  ours {ours_median * 1000:8.1f} ms   (best {min(times['ours']) * 1000:.1f})")
    print(f"  raw  {raw_median * 1000:8.1f} ms   (best {min(times['raw']) * 1000:.1f})")
    return ours_median / raw_median


def seconds(step: Callable[[], object]) -> float:
    """How long one call takes."""
    began = time.perf_counter()
    step()
    return time.perf_counter() - began


def verdict(what: str, value: float, limit: float, unit: str) -> int:
    """Print the line that the benchmark is for; the process' exit code."""
    within = value <= limit
    print(f"{what}: {value:.2f} {unit} (limit {limit:g}): {'pass' if within else 'OVER THE LIMIT'}")
    return 0 if within else 1


def mnist_like(rows: int = MNIST_ROWS) -> Any:
    """A ``datasets.Dataset`` shaped like MNIST: noise of a PNG's size as images, ten classes, chunks of 1,000 rows."""
    import datasets

    rng = np.random.default_rng(0)
    sizes = rng.integers(PNG_BYTES - 60, PNG_BYTES + 60, rows)
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    data = pa.py_buffer(rng.integers(0, 256, int(offsets[-1]), dtype=np.uint8).tobytes())
    images = pa.BinaryArray.from_buffers(pa.binary(), rows, [None, pa.py_buffer(offsets.tobytes()), data])
    image = pa.StructArray.from_arrays([images, pa.nulls(rows, pa.string())], ["bytes", "path"])
    features = datasets.Features(
        {"image": datasets.Image(), "label": datasets.ClassLabel(names=[str(digit) for digit in range(10)])}
    )
    table = pa.Table.from_arrays([image, pa.array(rng.integers(0, 10, rows))], schema=features.arrow_schema)
    return datasets.Dataset(pa.Table.from_batches(table.to_batches(max_chunksize=1000)), fingerprint="mnist-like")


class RawServer(fl.FlightServerBase):  # type: ignore[misc]
    """As little as Flight allows: keeps what comes, gives what is asked for."""

    def __init__(self) -> None:
        super().__init__("grpc://127.0.0.1:0")
        self.tables: dict[str, pa.Table] = {}

    @property
    def uri(self) -> str:
        """Where it listens."""
        return f"grpc://127.0.0.1:{self.port}"

    def do_put(self, context: Any, descriptor: Any, reader: Any, writer: Any) -> None:
        """Keep the rows."""
        self.tables[descriptor.path[0].decode()] = reader.read_all()

    def do_get(self, context: Any, ticket: Any) -> Any:
        """Give the rows."""
        return fl.RecordBatchStream(self.tables[ticket.ticket.decode()])


@contextmanager
def raw_server() -> Iterator[RawServer]:
    """A raw server, stopped at the end."""
    server = RawServer()
    try:
        yield server
    finally:
        server.shutdown()


def raw_put(uri: str, tables: dict[str, pa.Table]) -> None:
    """Send the tables on a connection of their own."""
    with fl.connect(uri) as client:
        for name, table in tables.items():
            writer, _ = client.do_put(fl.FlightDescriptor.for_path(name), table.schema)
            writer.write_table(table)
            writer.close()


def raw_get(uri: str, names: list[str]) -> pa.Table:
    """Fetch the tables on a connection of their own, as one."""
    with fl.connect(uri) as client:
        return pa.concat_tables([client.do_get(fl.Ticket(name.encode())).read_all() for name in names])
