"""pytest_flops_mock: the mock data provider and the ML data server of FLOps, in a test suite.

The names in ``__all__`` are loaded when they are first used, so that importing the package (which pytest does in every
run) costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_flops_mock.data.choice import DataChoice, DataSource
    from pytest_flops_mock.data.hub.offline import OfflineHub
    from pytest_flops_mock.data.twin_source import twin
    from pytest_flops_mock.errors import FlopsMockError, Problem
    from pytest_flops_mock.findings import Finding, Frame
    from pytest_flops_mock.fixtures import FlopsCheck, ProvideMockData
    from pytest_flops_mock.flight.client import MLDataClient
    from pytest_flops_mock.flight.parquet_store import ParquetStore
    from pytest_flops_mock.flight.server import MLDataServer
    from pytest_flops_mock.flight.store import MemoryStore, Store, StoredPartition
    from pytest_flops_mock.learner.loading import load_partitions
    from pytest_flops_mock.options import CheckOptions
    from pytest_flops_mock.pipeline import RepositoryChecker, check_repository
    from pytest_flops_mock.provider import MockDataProvider, ProviderRun
    from pytest_flops_mock.report.report import Report
    from pytest_flops_mock.repository.repository import MLRepository
    from pytest_flops_mock.sla.models import MockSLA, ProjectSLA
    from pytest_flops_mock.sla.schemes import Drift
    from pytest_flops_mock.stage import Outcome, Severity, Stage

__version__ = "0.1.0"

_HOMES = {
    "data.choice": ("DataChoice", "DataSource"),
    "data.hub.offline": ("OfflineHub",),
    "data.twin_source": ("twin",),
    "errors": ("FlopsMockError", "Problem"),
    "findings": ("Finding", "Frame"),
    "fixtures": ("FlopsCheck", "ProvideMockData"),
    "flight.client": ("MLDataClient",),
    "flight.server": ("MLDataServer",),
    "flight.parquet_store": ("ParquetStore",),
    "flight.store": ("MemoryStore", "Store", "StoredPartition"),
    "learner.loading": ("load_partitions",),
    "repository.repository": ("MLRepository",),
    "options": ("CheckOptions",),
    "pipeline": ("RepositoryChecker", "check_repository"),
    "provider": ("MockDataProvider", "ProviderRun"),
    "report.report": ("Report",),
    "sla.models": ("MockSLA", "ProjectSLA"),
    "sla.schemes": ("Drift",),
    "stage": ("Outcome", "Severity", "Stage"),
}

__all__ = [
    "CheckOptions",
    "DataChoice",
    "DataSource",
    "Drift",
    "Finding",
    "FlopsCheck",
    "FlopsMockError",
    "Frame",
    "MLDataClient",
    "MLDataServer",
    "MLRepository",
    "MemoryStore",
    "MockDataProvider",
    "MockSLA",
    "OfflineHub",
    "Outcome",
    "ParquetStore",
    "Problem",
    "ProjectSLA",
    "ProvideMockData",
    "ProviderRun",
    "Report",
    "RepositoryChecker",
    "Severity",
    "Stage",
    "Store",
    "StoredPartition",
    "__version__",
    "check_repository",
    "load_partitions",
    "twin",
]


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            value = globals()[name] = getattr(import_module(f"{__name__}.{home}"), name)
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
