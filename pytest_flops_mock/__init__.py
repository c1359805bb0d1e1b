"""pytest_flops_mock: the mock data provider and the ML data server of FLOps, in a test suite.

The names in ``__all__`` are loaded when they are first used, so that importing the package (which pytest does in every
run) costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_flops_mock.containers.provider import ContainerRun, MockDataProviderContainer
    from pytest_flops_mock.containers.server import MLDataServerContainer
    from pytest_flops_mock.data.choice import DataChoice, DataSource
    from pytest_flops_mock.data.hub.offline import OfflineHub
    from pytest_flops_mock.data.twin_source import twin
    from pytest_flops_mock.engine.connection import bridge_address
    from pytest_flops_mock.errors import FlopsMockError, Problem
    from pytest_flops_mock.findings import DataFacts, Finding, Frame, PartitionFacts, SentFacts, StageResult
    from pytest_flops_mock.fixtures import FlopsCheck
    from pytest_flops_mock.fixtures.nodes import StartLearnerNodes
    from pytest_flops_mock.fixtures.serving import ProvideMockData
    from pytest_flops_mock.flight.access import Access
    from pytest_flops_mock.flight.client import MLDataClient
    from pytest_flops_mock.flight.faults import Fault
    from pytest_flops_mock.flight.parquet_store import ParquetStore
    from pytest_flops_mock.flight.reading import DataServer
    from pytest_flops_mock.flight.server import MLDataServer
    from pytest_flops_mock.flight.store import MemoryStore, Store, StoredPartition
    from pytest_flops_mock.learner.loading import load_partitions
    from pytest_flops_mock.manager.jobs import Delivery, JobState, MockJob, ProjectJob
    from pytest_flops_mock.manager.manager import FlopsManager
    from pytest_flops_mock.nodes.deploying import Deployment, Placed
    from pytest_flops_mock.nodes.faults import NodeFault
    from pytest_flops_mock.nodes.nodes import LearnerNode, LearnerNodes
    from pytest_flops_mock.nodes.plan import NodesPlan, Share
    from pytest_flops_mock.nodes.report import NodeReport, NodesReport
    from pytest_flops_mock.options import CheckOptions
    from pytest_flops_mock.pipeline import RepositoryChecker, check_repository
    from pytest_flops_mock.provider import MockDataProvider, ProviderRun
    from pytest_flops_mock.report.plots import plot_partitions
    from pytest_flops_mock.report.report import Report
    from pytest_flops_mock.repository.repository import MLRepository
    from pytest_flops_mock.rounds.facts import ActorEnd, FederatedRound, LearnerData, LearnerRound, RoundsFacts, Waited
    from pytest_flops_mock.rounds.plan import RoundFault, RoundsPlan
    from pytest_flops_mock.rounds.report import RoundsReport
    from pytest_flops_mock.rounds.running import run_rounds
    from pytest_flops_mock.search.found import Broken, Likelihood, Property, SearchResult
    from pytest_flops_mock.search.replaying import replay_partition
    from pytest_flops_mock.search.searching import search_repository
    from pytest_flops_mock.sla.models import MockSLA, ProjectSLA
    from pytest_flops_mock.sla.schemes import Drift, DriftRule
    from pytest_flops_mock.stage import Outcome, Severity, Stage
    from pytest_flops_mock.statistics import PartitionStatistics, SplitStatistics, TargetSummary

__version__ = "0.1.0"

_HOMES = {
    "engine.connection": ("bridge_address",),
    "containers.provider": ("ContainerRun", "MockDataProviderContainer"),
    "containers.server": ("MLDataServerContainer",),
    "data.choice": ("DataChoice", "DataSource"),
    "data.hub.offline": ("OfflineHub",),
    "data.twin_source": ("twin",),
    "errors": ("FlopsMockError", "Problem"),
    "findings": ("DataFacts", "Finding", "Frame", "PartitionFacts", "SentFacts", "StageResult"),
    "fixtures": ("FlopsCheck",),
    "fixtures.nodes": ("StartLearnerNodes",),
    "fixtures.serving": ("ProvideMockData",),
    "flight.access": ("Access",),
    "flight.client": ("MLDataClient",),
    "flight.faults": ("Fault",),
    "flight.reading": ("DataServer",),
    "flight.server": ("MLDataServer",),
    "flight.parquet_store": ("ParquetStore",),
    "flight.store": ("MemoryStore", "Store", "StoredPartition"),
    "learner.loading": ("load_partitions",),
    "repository.repository": ("MLRepository",),
    "nodes.deploying": ("Deployment", "Placed"),
    "nodes.faults": ("NodeFault",),
    "nodes.nodes": ("LearnerNode", "LearnerNodes"),
    "nodes.plan": ("NodesPlan", "Share"),
    "nodes.report": ("NodeReport", "NodesReport"),
    "manager.jobs": ("Delivery", "JobState", "MockJob", "ProjectJob"),
    "manager.manager": ("FlopsManager",),
    "options": ("CheckOptions",),
    "pipeline": ("RepositoryChecker", "check_repository"),
    "provider": ("MockDataProvider", "ProviderRun"),
    "report.plots": ("plot_partitions",),
    "report.report": ("Report",),
    "rounds.facts": ("ActorEnd", "FederatedRound", "LearnerData", "LearnerRound", "RoundsFacts", "Waited"),
    "rounds.plan": ("RoundFault", "RoundsPlan"),
    "rounds.report": ("RoundsReport",),
    "rounds.running": ("run_rounds",),
    "search.found": ("Broken", "Likelihood", "Property", "SearchResult"),
    "search.replaying": ("replay_partition",),
    "search.searching": ("search_repository",),
    "sla.models": ("MockSLA", "ProjectSLA"),
    "sla.schemes": ("Drift", "DriftRule"),
    "stage": ("Outcome", "Severity", "Stage"),
    "statistics": ("PartitionStatistics", "SplitStatistics", "TargetSummary"),
}

__all__ = [
    "Access",
    "ActorEnd",
    "Broken",
    "CheckOptions",
    "ContainerRun",
    "DataChoice",
    "DataFacts",
    "DataServer",
    "DataSource",
    "Delivery",
    "Deployment",
    "Drift",
    "DriftRule",
    "Fault",
    "FederatedRound",
    "Finding",
    "FlopsCheck",
    "FlopsManager",
    "FlopsMockError",
    "Frame",
    "JobState",
    "LearnerData",
    "LearnerNode",
    "LearnerNodes",
    "LearnerRound",
    "Likelihood",
    "MLDataClient",
    "MLDataServer",
    "MLDataServerContainer",
    "MLRepository",
    "MemoryStore",
    "MockDataProvider",
    "MockDataProviderContainer",
    "MockJob",
    "MockSLA",
    "NodeFault",
    "NodeReport",
    "NodesPlan",
    "NodesReport",
    "OfflineHub",
    "Outcome",
    "ParquetStore",
    "PartitionFacts",
    "PartitionStatistics",
    "Placed",
    "Problem",
    "ProjectJob",
    "ProjectSLA",
    "Property",
    "ProvideMockData",
    "ProviderRun",
    "Report",
    "RepositoryChecker",
    "RoundFault",
    "RoundsFacts",
    "RoundsPlan",
    "RoundsReport",
    "SearchResult",
    "SentFacts",
    "Severity",
    "Share",
    "SplitStatistics",
    "Stage",
    "StageResult",
    "StartLearnerNodes",
    "Store",
    "StoredPartition",
    "TargetSummary",
    "Waited",
    "__version__",
    "bridge_address",
    "check_repository",
    "load_partitions",
    "plot_partitions",
    "replay_partition",
    "run_rounds",
    "search_repository",
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
