"""Flower's own partitioner, without what else comes with Flower Datasets: telemetry and plots."""

from __future__ import annotations

import importlib.util
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any

TELEMETRY = "FLWR_TELEMETRY_ENABLED"
PLOTS = "flwr_datasets.visualization"


def iid_partitioner(count: int) -> Any:
    """The ``IidPartitioner`` of Flower Datasets for ``count`` partitions, which the mock data provider uses."""
    with _no_telemetry(), _plots_when_used(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what it imports
        from flwr_datasets.partitioner import IidPartitioner
    return IidPartitioner(num_partitions=count)


@contextmanager
def _no_telemetry() -> Iterator[None]:
    """Flower Datasets reads the variable when it is imported, and would report its use over the network."""
    before = os.environ.get(TELEMETRY)
    os.environ[TELEMETRY] = "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ[TELEMETRY]
        else:
            os.environ[TELEMETRY] = before


@contextmanager
def _plots_when_used() -> Iterator[None]:
    """Importing the plotting libraries takes longer than all the rest, so it is put off until somebody plots."""
    finder = _Later()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Later:
    """Finds ``PLOTS``, to be executed at its first use."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if name != PLOTS:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = importlib.util.LazyLoader(spec.loader)
        return spec
