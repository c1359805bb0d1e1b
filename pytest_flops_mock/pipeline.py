"""The whole path in one call: an SLA and an ML repository in, a report out."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from pytest_flops_mock.errors import FlopsMockError, Problem, SettingsError
from pytest_flops_mock.findings import (
    DataFacts,
    Finding,
    Outcome,
    Report,
    Severity,
    Stage,
    StageResult,
    findings_of,
)
from pytest_flops_mock.flight.server import MLDataServer
from pytest_flops_mock.learner.checks import load_findings, transform_findings
from pytest_flops_mock.learner.process import LearnerProcess
from pytest_flops_mock.learner.repository import MLRepository
from pytest_flops_mock.learner.structure import structure_findings
from pytest_flops_mock.provider import MockDataProvider
from pytest_flops_mock.settings import DataSource
from pytest_flops_mock.sla.models import MockSLA, ProjectSLA, is_local_path

NEEDS = {
    Stage.SLA: (),
    Stage.STRUCTURE: (),
    Stage.PROVIDE: (Stage.SLA,),
    Stage.LOAD: (Stage.PROVIDE, Stage.SLA),
    Stage.TRANSFORM: (Stage.STRUCTURE, Stage.LOAD),
}
"""A stage is skipped when one that it needs has not passed."""

LOAD_SECONDS = 60.0
"""Loading is not the repository's code: a short time limit for that must not count the learner's own imports."""

SLASource = MockSLA | str | os.PathLike[str] | Mapping[str, Any]
ProjectSLASource = ProjectSLA | str | os.PathLike[str] | Mapping[str, Any]
RepositorySource = MLRepository | str | os.PathLike[str] | Mapping[str, str]


def check_repository(
    repository: RepositorySource,
    uri: str | None = None,
    *,
    data_tags: Iterable[str] | None = None,
    sla: SLASource | None = None,
    project_sla: ProjectSLASource | None = None,
    data: str | DataSource = DataSource.SYNTHETIC,
    timeout: float = 60.0,
) -> Report:
    """Check whether an ML repository can use the data that a mock data provider sends.

    With an ``sla`` the provider runs, against a server of the check's own unless ``uri`` names one. Without, the data are
    those that the server at ``uri`` holds already. What is wrong with SLA, data or repository is in the report; nothing of
    it is raised.

    Args:
        repository: The ML repository: its folder, a mapping of file names to texts, or an ``MLRepository``.
        uri: Address of an ML data server, ``grpc://HOST:PORT``.
        data_tags: What the learner asks the server for; by default the project SLA's tags, else the MDP SLA's.
        sla: The MDP SLA: a path, JSON text, a mapping, or one that is loaded already.
        project_sla: The project SLA, likewise.
        data: Source of data sets named by their hub name: ``synthetic`` or ``hub``.
        timeout: Seconds that the repository's code may take.

    Returns:
        The report; ``report.ok`` is the verdict.

    Raises:
        SettingsError: Neither ``sla`` nor ``uri`` with tags is given, or there is no such source of data.

    Example:
        >>> report = check_repository("path/to/repository", sla="mocks/mnist_multi.json")
        >>> assert report.ok, report
    """
    if sla is None and (uri is None or (data_tags is None and project_sla is None)):
        raise SettingsError(
            Problem(
                "there is nothing to check the repository with",
                expected="an MDP SLA, or the address of an ML data server and data_tags",
                came=f"sla = {sla!r}, uri = {uri!r}, data_tags = {data_tags!r}",
                hint="pass sla=..., or name one with --flops-sla, ini flops_sla or @pytest.mark.flops_sla(...)",
            )
        )
    with ExitStack() as stack:
        address = uri if uri is not None else stack.enter_context(MLDataServer()).uri
        provider = MockDataProvider(address, data=data)
        return _Check(repository, provider, data_tags, sla, project_sla, timeout, stack).report()


class _Check:
    """One check under way: what the stages hand to each other, and what they found."""

    def __init__(
        self,
        repository: RepositorySource,
        provider: MockDataProvider,
        data_tags: Iterable[str] | None,
        sla: SLASource | None,
        project_sla: ProjectSLASource | None,
        timeout: float,
        stack: ExitStack,
    ) -> None:
        self._given = repository
        self._provider = provider
        self._data_tags = None if data_tags is None else [data_tags] if isinstance(data_tags, str) else list(data_tags)
        self._sla_given, self._project_given = sla, project_sla
        self._timeout = timeout
        self._stack = stack
        self._results: list[StageResult] = []
        self._findings: list[Finding] = []
        self._data = DataFacts()
        self._versions: dict[str, str] = {}
        self._mock: MockSLA | None = None
        self._project: ProjectSLA | None = None
        self._repository = MLRepository.of_files({})
        self._columns: dict[str, str] = {}

    def report(self) -> Report:
        """Run all stages."""
        if self._sla_given is None and self._project_given is None:
            self._leave_out(Stage.SLA, "no SLA given")
        else:
            self._stage(Stage.SLA, self._read_slas)
        self._stage(Stage.STRUCTURE, self._look_at_repository)
        if self._sla_given is None:
            self._leave_out(Stage.PROVIDE, "the server's own data")
        else:
            self._stage(Stage.PROVIDE, self._provide)
        self._stage(Stage.LOAD, self._load)
        self._stage(Stage.TRANSFORM, self._transform)
        return Report(
            repository=self._shown(),
            stages=tuple(self._results),
            findings=tuple(dict.fromkeys(self._findings)),
            data=self._data,
            environment=tuple(self._versions.items()),
        )

    def _stage(self, stage: Stage, step: Callable[[], Iterable[Finding]]) -> None:
        broken = {result.stage for result in self._results if result.outcome is not Outcome.PASSED} - self._left_out()
        if stage is Stage.LOAD and self._data_tags is not None:
            broken -= {Stage.SLA}  # the tags do not come from there
        unmet = next((need for need in NEEDS[stage] if need in broken), None)
        if unmet is not None:
            self._results.append(StageResult(stage, Outcome.SKIPPED, reason=f"needs {unmet.value}"))
            return
        began = time.perf_counter()
        try:
            found = tuple(step())
        except FlopsMockError as error:
            found = findings_of(error)
        failed = any(finding.severity is Severity.ERROR for finding in found)
        outcome = Outcome.FAILED if failed else Outcome.PASSED
        self._results.append(StageResult(stage, outcome, time.perf_counter() - began))
        self._findings += found

    def _leave_out(self, stage: Stage, reason: str) -> None:
        self._results.append(StageResult(stage, Outcome.SKIPPED, reason=reason))

    def _left_out(self) -> set[Stage]:
        """Stages that this check has no use for; they keep nothing else from running."""
        return {stage for stage in (Stage.SLA, Stage.PROVIDE) if self._sla_given is None} - (
            {Stage.SLA} if self._project_given is not None else set()
        )

    def _read_slas(self) -> Iterator[Finding]:
        problems: list[Finding] = []
        if self._sla_given is not None:
            with _gathered(problems):
                self._mock = MockSLA.load(self._sla_given)
        if self._project_given is not None:
            with _gathered(problems):
                self._project = ProjectSLA.load(self._project_given)
        if not problems:
            problems += self._mock.findings(self._project) if self._mock is not None else ()
            problems += self._project.findings() if self._project is not None else ()
        return iter(dict.fromkeys(problems))

    def _look_at_repository(self) -> Iterable[Finding]:
        found: tuple[Finding, ...] = ()
        try:
            self._repository = MLRepository.of(self._given)
            found = structure_findings(self._repository)
            self._start_learner(self._repository)
        except FlopsMockError as error:
            found += findings_of(error)
            self._start_learner(MLRepository.of_files({}))  # loads the data all the same
        return found

    def _start_learner(self, repository: MLRepository) -> None:
        """Started before the provider works: the learner's imports go on meanwhile."""
        self._learner = self._stack.enter_context(LearnerProcess(repository, timeout=self._timeout))

    def _provide(self) -> Iterable[Finding]:
        if self._mock is not None:
            source = "local" if is_local_path(self._mock.dataset_name) else self._provider.data.value
            self._data = DataFacts(self._mock.dataset_name, source, source)  # known also when the run fails
            run = self._provider.run(self._mock)
            self._data = DataFacts(run.dataset_name, run.source, run.origin, run.partitions)
        return ()

    def _load(self) -> Iterable[Finding]:
        uri = self._provider.uri
        limit = max(self._timeout, LOAD_SECONDS)
        answer = self._learner.ask("load", limit=limit, uri=uri, tags=self._tags(), timeout=limit)
        self._versions = self._learner.ask("hello", limit=limit).facts.get("versions", {})
        self._columns = answer.facts.get("columns", {})
        self._data = replace(self._data, rows=answer.facts.get("rows", 0), columns=tuple(self._columns.items()))
        return load_findings(answer, uri)

    def _transform(self) -> Iterable[Finding]:
        paths = self._repository.paths()
        modules = sorted({path.partition("/")[0].removesuffix(".py") for path in paths if path.endswith(".py")})
        return transform_findings(self._learner.ask("transform"), self._columns, modules)

    def _tags(self) -> list[str]:
        if self._data_tags is not None:
            return self._data_tags
        if self._project is not None:
            return list(self._project.data_tags)
        return [self._mock.data_tag] if self._mock is not None else []

    def _shown(self) -> str:
        return os.fspath(self._given) if isinstance(self._given, (str, os.PathLike)) else self._repository.name


@contextmanager
def _gathered(problems: list[Finding]) -> Iterator[None]:
    """Both SLAs are read before either's errors are told."""
    try:
        yield
    except FlopsMockError as error:
        problems += findings_of(error)
