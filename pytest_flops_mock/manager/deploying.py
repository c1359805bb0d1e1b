"""What a FLOps manager sets going: mock data providers, and checks of ML repositories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pytest_flops_mock.codes import CODES
from pytest_flops_mock.errors import FlopsMockError, Problem, listing, nearest
from pytest_flops_mock.manager.jobs import Delivery, JobState, MockJob, ProjectJob
from pytest_flops_mock.options import CheckOptions
from pytest_flops_mock.repository.clone import cloned
from pytest_flops_mock.repository.urls import Remote
from pytest_flops_mock.stage import Severity

if TYPE_CHECKING:
    from pytest_flops_mock.sla.models import MockSLA, ProjectSLA
    from pytest_flops_mock.stages.context import RepositorySource

ON_THIS_MACHINE = "FM011"
"""A data set that only this machine has: a note for a check, the end of a provider on a worker node."""


def fatal(sla: MockSLA | ProjectSLA) -> tuple[Problem, ...]:
    """What the real system would take and fail of later."""
    return tuple(
        problem
        for problem in sla.problems()
        if CODES[problem.code].severity is Severity.ERROR or problem.code == ON_THIS_MACHINE
    )


@dataclass(frozen=True)
class Deploying:
    """How jobs are done.

    Attributes:
        servers: The ML data server of each learner node.
        repositories: The ML repository that a URL means.
        clone: Whether one that no entry means is cloned.
        options: How providers and checks work.
    """

    servers: tuple[str, ...]
    repositories: Mapping[str, RepositorySource]
    clone: bool
    options: CheckOptions

    def run(self, job: MockJob | ProjectJob) -> MockJob | ProjectJob:
        """Do a job; what goes wrong is in what it gives."""
        return self._mock(job) if isinstance(job, MockJob) else self._project(job)

    def unknown(self, sla: ProjectSLA) -> tuple[Problem, ...]:
        """A problem, if it cannot be said which ML repository a project SLA means."""
        if self.clone or self._repository(sla.ml_repo_url) is not None:
            return ()
        closest = nearest(sla.ml_repo_url, self.repositories)
        return (
            Problem(
                "this manager knows no folder for the ML repository, and clones nothing unasked",
                where=f"{sla.origin}: ml_repo_url",
                expected=f"one of: {listing(self.repositories)}",
                got=sla.ml_repo_url,
                nearest=closest,
                fix="FlopsManager(..., repositories={url: folder}) names one, clone=True clones",
            ),
        )

    def _mock(self, job: MockJob) -> MockJob:
        if problems := fatal(job.sla):
            return replace(job, state=JobState.FAILED, problems=problems)
        done = tuple(self._deployed(uri, job.sla) for uri in self.servers)
        failed = any(each.problems for each in done)
        return replace(job, state=JobState.FAILED if failed else JobState.SUCCEEDED, deliveries=done)

    def _deployed(self, uri: str, sla: MockSLA) -> Delivery:
        from pytest_flops_mock.provider import MockDataProvider  # most managers start without a job

        try:
            return Delivery(uri, MockDataProvider(uri, **self.options.of_provider()).run(sla).partitions)
        except FlopsMockError as error:
            return Delivery(uri, problems=error.problems)

    def _project(self, job: ProjectJob) -> ProjectJob:
        from pytest_flops_mock.pipeline import RepositoryChecker  # likewise

        if problems := (*fatal(job.sla), *self.unknown(job.sla)):
            return replace(job, state=JobState.FAILED, problems=problems)
        try:
            with (
                self._found(job.sla.ml_repo_url) as repository,
                RepositoryChecker(repository, **self.options.arguments()) as checker,
            ):
                reports = tuple(checker.check(uri, project_sla=job.sla) for uri in self.servers)
        except FlopsMockError as error:
            return replace(job, state=JobState.FAILED, problems=error.problems)
        compatible = all(report.ok for report in reports)
        return replace(job, state=JobState.SUCCEEDED if compatible else JobState.FAILED, reports=reports)

    @contextmanager
    def _found(self, url: str) -> Iterator[RepositorySource]:
        repository = self._repository(url)
        if repository is not None:
            yield repository
            return
        with cloned(Remote(url)) as clone:
            yield clone

    def _repository(self, url: str) -> RepositorySource | None:
        return {_plain(known): repository for known, repository in self.repositories.items()}.get(_plain(url))


def _plain(url: str) -> str:
    """A URL without what makes no difference on GitHub."""
    return url.strip().casefold().rstrip("/").removesuffix(".git")
