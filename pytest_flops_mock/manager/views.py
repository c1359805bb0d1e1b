"""What the manager answers, as JSON has it; the OpenAPI document is made from these."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, Field

from pytest_flops_mock.errors import Problem
from pytest_flops_mock.manager.jobs import JobState, MockJob, ProjectJob
from pytest_flops_mock.repository.urls import without_credentials

MESSAGE_OK = "ok"


class ProblemView(BaseModel):
    """One thing that is wrong, in parts."""

    code: str = Field(description="the finding's code, such as FM008; empty if it has none")
    message: str
    where: str
    expected: str
    got: str
    nearest: str
    fix: str


class Message(BaseModel):
    """What the real manager answers, and nothing more."""

    message: str


class Refusal(BaseModel):
    """Why a request was refused, with all problems."""

    message: str
    problems: list[ProblemView] = []


class Token(BaseModel):
    """What a login gives."""

    token: str


class TrackingServer(BaseModel):
    """Where a customer's projects are shown."""

    tracking_server_url: str


class PartitionView(BaseModel):
    """One stored partition."""

    name: str
    rows: int


class DeploymentView(BaseModel):
    """What one mock data provider did on one learner node."""

    uri: str
    partitions: list[PartitionView]
    problems: list[ProblemView]


class MockView(BaseModel):
    """One MDP SLA that was posted, and what became of it."""

    id: str
    customerID: str  # noqa: N815 - FLOps' own spelling
    dataset_name: str
    number_of_partitions: int
    data_tag: str
    state: JobState
    deliveries: list[DeploymentView]
    problems: list[ProblemView]


class Mocks(BaseModel):
    """All MDP SLAs that were posted, in order."""

    mocks: list[MockView]


class ProjectView(BaseModel):
    """One project SLA that was posted, and what became of it."""

    id: str
    customerID: str  # noqa: N815 - FLOps' own spelling
    ml_repo_url: str
    state: JobState
    verdict: str | None = Field(description="compatible or incompatible; null as long as there is no report")
    report: str = Field(description="the path of its report")
    problems: list[ProblemView]


class Projects(BaseModel):
    """All project SLAs that were posted, in order."""

    projects: list[ProjectView]


def problem_views(problems: Iterable[Problem]) -> list[ProblemView]:
    """The problems as JSON has them."""
    return [ProblemView(**asdict(problem)) for problem in problems]


def mock_view(job: MockJob) -> MockView:
    """A job as JSON has it."""
    return MockView(
        id=job.id,
        customerID=job.sla.customer_id or "",
        dataset_name=job.sla.dataset_name,
        number_of_partitions=job.sla.number_of_partitions,
        data_tag=job.sla.data_tag,
        state=job.state,
        deliveries=[
            DeploymentView(
                uri=each.uri,
                partitions=[PartitionView(name=part.name, rows=part.rows) for part in each.partitions],
                problems=problem_views(each.problems),
            )
            for each in job.deliveries
        ],
        problems=problem_views(job.problems),
    )


def project_view(job: ProjectJob) -> ProjectView:
    """A job as JSON has it."""
    verdict = ("compatible" if all(report.ok for report in job.reports) else "incompatible") if job.reports else None
    return ProjectView(
        id=job.id,
        customerID=job.sla.customer_id or "",
        ml_repo_url=without_credentials(job.sla.ml_repo_url),
        state=job.state,
        verdict=verdict,
        report=report_path(job.id),
        problems=problem_views(job.problems),
    )


def report_path(project: str) -> str:
    """The path of a project's report."""
    return f"/api/flops/projects/{project}/report"


def plain(view: BaseModel) -> dict[str, Any]:
    """A view as plain values for JSON."""
    return view.model_dump(mode="json")
