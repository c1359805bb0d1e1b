"""What the FLOps manager was asked to deploy, and what became of it, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from pytest_flops_mock.errors import Problem
from pytest_flops_mock.findings import PartitionFacts

if TYPE_CHECKING:
    from pytest_flops_mock.report.report import Report
    from pytest_flops_mock.sla.models import MockSLA, ProjectSLA


class JobState(str, Enum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self in (JobState.SUCCEEDED, JobState.FAILED)


@dataclass(frozen=True)
class Delivery:
    """One run of a mock data provider, for one learner node.

    Attributes:
        uri: The node's ML data server.
        partitions: What it stored, in order; empty if it failed.
        problems: Why it failed.
    """

    uri: str
    partitions: tuple[PartitionFacts, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class MockJob:
    """One MDP SLA that was posted.

    Attributes:
        id: Its number at this manager, as a text.
        sla: The MDP SLA.
        state: Waiting, running, succeeded (on all nodes) or failed.
        deliveries: What its providers did, one for each learner node; empty before they ran.
        problems: Why it failed, if that is about no node.
    """

    id: str
    sla: MockSLA
    state: JobState = JobState.WAITING
    deliveries: tuple[Delivery, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class ProjectJob:
    """One project SLA that was posted.

    Attributes:
        id: Its number at this manager, as a text.
        sla: The project SLA.
        state: Waiting, running, succeeded (the ML repository is compatible) or failed.
        reports: The check with the data of each learner node; empty before it ran, and where it came to no verdict.
        problems: Why there is no verdict.
    """

    id: str
    sla: ProjectSLA
    state: JobState = JobState.WAITING
    reports: tuple[Report, ...] = ()
    problems: tuple[Problem, ...] = ()
