"""Data sets on their way, as the mock data provider takes them: by name, handed in, split, with drift."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa

from pytest_flops_mock.data.choice import RECORDINGS, DataChoice, DataSource
from pytest_flops_mock.data.loaded import handed_in
from pytest_flops_mock.data.resolving import load, resolve
from pytest_flops_mock.data.selection import Selection
from pytest_flops_mock.partitions.drift import drifted, label_to_drift
from pytest_flops_mock.partitions.scheme import ByPartitioner
from pytest_flops_mock.partitions.splitting import SEED, Partition, split
from pytest_flops_mock.sla.schemes import Drift


@dataclass(frozen=True)
class Found:
    """A data set that was loaded by its name."""

    source: str
    origin: str
    label: str
    dataset: Any
    table: pa.Table


def loaded_data(
    name: str,
    source: DataSource = DataSource.SYNTHETIC,
    *,
    folder: Path | None = None,
    partitions: int = 2,
    seed: int = SEED,
    recordings: Path = RECORDINGS,
    **selection: Any,
) -> Found:
    """What an SLA's name leads to."""
    choice = DataChoice(source)
    data = resolve(name, choice, recordings, folder=folder or Path(), selection=Selection(**selection))
    loaded = load(data, partitions=partitions, seed=seed)
    rows = datasets.Dataset(loaded.table.take(pa.array(loaded.rows)), fingerprint="found")
    return Found(loaded.source, loaded.origin, loaded.label, rows, loaded.table)


def iid_partitions(dataset: Any, count: int, *, name: str, seed: int = SEED) -> tuple[Partition, ...]:
    """The partitions that the mock data provider would send."""
    return split(handed_in(dataset, name), ByPartitioner(), count, seed=seed)


def with_drift(rows: datasets.Dataset, drift: Drift, *, seed: int = SEED, label: str = "") -> datasets.Dataset:
    """Rows with drift, as one partition has them."""
    table = rows.data.table
    label = label_to_drift(drift, table.schema, label, "rows")
    return datasets.Dataset(drifted(table, drift, seed=seed, label=label), fingerprint="drifted")
