"""Splitting: what each scheme takes of time, against Flower Datasets' own public way, and of memory.

Run by hand: ``python benchmarks/splitting.py``, or with the names of some schemes, such as ``shard continuous``. Each is
measured in a Python of its own. Times are those of the processor, so they bear a busy machine; memory is the peak of the
process (VmHWM) above what it has with the data set in memory. Limits: 60,000 rows into 100 partitions in twice the time of
Flower; 1,000,000 rows into 1,000 partitions within 24 MB, three times an index of 8 bytes a row. Where Flower's partitioner
itself lists all rows as Python's numbers, that comes on top. Linux only.
"""

from __future__ import annotations

import gc
import inspect
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
from measuring import verdict

from pytest_flops_mock.data.loaded import handed_in
from pytest_flops_mock.partitions.flower import partitioner_class
from pytest_flops_mock.partitions.scheme import DataToSplit, scheme_of
from pytest_flops_mock.partitions.splitting import split
from pytest_flops_mock.sla.partitioners import arguments
from pytest_flops_mock.sla.partitioning import partitioning_of

CLASSES = 10
REPETITIONS = 5
INDEX_BYTES = 8
LISTED_BYTES = {
    "exponential": 25,
    "dirichlet": 40,
    "shard": 40,
    "natural_id": 40,
    "grouped_natural_id": 48,
    "inner_dirichlet": 40,
    "distribution": 40,
    "continuous": 40,
}
"""What a row takes in the lists of Python's numbers that Flower's partitioner makes, 40 bytes each, or in its arrays."""
FEWER = {"square": (55, 143), "exponential": (11, 13)}
"""Where the first of so many partitions would be empty: as many as there can be."""
SLOW = {"inner_dirichlet": 100_000}
"""Flower takes minutes for a million rows, as it goes through all partitions for each; so fewer, and a limit for these."""


def schemes(rows: int, count: int) -> dict[str, str]:
    """Each scheme as users write it, for so many rows and partitions."""
    sizes = ",".join([str(rows // count)] * count)
    table = ";".join([",".join(["1"] * (2 * count // CLASSES))] * CLASSES)
    return {
        "iid": "iid",
        "linear": "linear",
        "square": "square",
        "exponential": "exponential",
        "size": f"size partition_sizes={sizes}",
        "dirichlet": "dirichlet alpha=0.5 min_partition_size=0",
        "pathological": "pathological num_classes_per_partition=2",
        "shard": "shard num_shards_per_partition=2",
        "natural_id": "natural_id partition_by=device",
        "grouped_natural_id": "grouped_natural_id partition_by=device group_size=1",
        "inner_dirichlet": f"inner_dirichlet partition_sizes={sizes} alpha=0.5",
        "distribution": f"distribution 'distribution_array={table}' num_unique_labels_per_partition=2 "
        "preassigned_num_samples_per_label=1",
        "continuous": "continuous strictness=0.7 partition_by=price",
    }


def people(rows: int, count: int) -> Any:
    """A data set with a class, a device and a price for each row."""
    from datasets import ClassLabel, Dataset, Features, Value

    features = Features({"label": ClassLabel(CLASSES), "device": Value("int64"), "price": Value("float64")})
    draw = np.random.default_rng(0)
    columns = {"label": draw.integers(0, CLASSES, rows), "device": np.arange(rows) % count, "price": draw.normal(size=rows)}
    return Dataset(pa.table(columns).cast(features.arrow_schema))


def ours(text: str, data: DataToSplit, count: int) -> None:
    """Its partitions as this project makes them."""
    split(data, scheme_of(partitioning_of(text)), count)


def flowers(text: str, dataset: Any, count: int) -> None:
    """Its partitions as Flower Datasets makes them: shuffled as ``FederatedDataset`` does, one after the other."""
    said = partitioning_of(text)
    assert not isinstance(said, tuple)
    kind = partitioner_class(said.name)
    given = {"seed": 42, "partition_by": "label", "num_partitions": count, **arguments(said)}
    given = {key: list(value) if isinstance(value, tuple) else value for key, value in given.items()}
    given = {key: np.array(value, float) if key == "distribution_array" else value for key, value in given.items()}
    partitioner = kind(**{key: value for key, value in given.items() if key in inspect.signature(kind).parameters})
    partitioner.dataset = dataset.shuffle(seed=42)
    with redirect_stderr(StringIO()):  # a progress bar
        for index in range(count):
            partitioner.load_partition(index)


def processor_seconds(step: Callable[[], object]) -> float:
    """How long one call keeps a processor busy."""
    gc.collect()
    began = time.process_time()
    step()
    return time.process_time() - began


def status(name: str) -> int:
    """A number of bytes that the system says of this process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


def added_bytes(step: Callable[[], object]) -> int:
    """By how much a call raises the memory of this process at its peak."""
    gc.collect()
    pa.default_memory_pool().release_unused()
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before = status("VmRSS")
    step()
    return status("VmHWM") - before


def measure_time(name: str) -> int:
    """Compare with Flower, in turn."""
    rows, count = 60_000, FEWER.get(name, (100, 1_000))[0]
    text, dataset = schemes(rows, count)[name], people(rows, count)
    data = handed_in(dataset, "people", "label")
    times = [
        (processor_seconds(lambda: ours(text, data, count)), processor_seconds(lambda: flowers(text, dataset, count)))
        for _ in range(REPETITIONS)
    ]
    mine, theirs = (median(each) for each in zip(*times, strict=True))
    print(f"  ours {mine * 1000:.0f} ms, Flower's {theirs * 1000:.0f} ms")
    return verdict(f"{name}, 60,000 rows into {count}", mine / theirs, 2, "times Flower's own")


def measure_memory(name: str) -> int:
    """Split once, after a small split that loads modules."""
    rows, count = SLOW.get(name, 1_000_000), FEWER.get(name, (100, 1_000))[1]
    ours(schemes(20_000, 10)[name], handed_in(people(20_000, 10), "people", "label"), 10)
    text, data = schemes(rows, count)[name], handed_in(people(rows, count), "people", "label")
    began = time.process_time()
    added = added_bytes(lambda: ours(text, data, count))
    print(f"  {time.process_time() - began:.1f} s")
    limit = rows * (3 * INDEX_BYTES + LISTED_BYTES.get(name, 0)) / 1e6
    return verdict(f"{name}, {rows:,} rows into {count:,}", added / 1e6, limit, "MB at the peak")


def main(names: list[str]) -> int:
    """Measure some schemes, or all; how many limits were missed."""
    if names[:1] in (["time"], ["memory"]):
        warnings.simplefilter("ignore")  # Flower's, about these choices
        return (measure_time if names[0] == "time" else measure_memory)(names[1])
    each = [(what, name) for name in names or schemes(60_000, 100) for what in ("time", "memory")]
    codes = [subprocess.run([sys.executable, __file__, *words], check=False).returncode for words in each]
    return sum(code != 0 for code in codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
