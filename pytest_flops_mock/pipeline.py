"""The whole path: an SLA and an ML repository in, a report out. Runs the stages in order and gathers what they find."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any

from pytest_flops_mock.codes import CODES
from pytest_flops_mock.errors import FlopsMockError, Problem, SettingsError, listing, nearest
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
from pytest_flops_mock.learner import rounds
from pytest_flops_mock.learner.checks import failure_findings, load_findings, transform_findings
from pytest_flops_mock.learner.conda import conda_findings
from pytest_flops_mock.learner.environment import difference_findings, environments, learner_python
from pytest_flops_mock.learner.process import Answer
from pytest_flops_mock.learner.repository import MLRepository
from pytest_flops_mock.learner.session import LearnerSession
from pytest_flops_mock.learner.structure import structure_findings
from pytest_flops_mock.provider import MockDataProvider
from pytest_flops_mock.settings import DataSource
from pytest_flops_mock.sla.models import MockSLA, ProjectSLA, is_local_path

NEEDS = {
    Stage.SLA: (),
    Stage.STRUCTURE: (),
    Stage.ENVIRONMENT: (),
    Stage.PROVIDE: (Stage.SLA,),
    Stage.LOAD: (Stage.ENVIRONMENT, Stage.PROVIDE, Stage.SLA),
    Stage.AGGREGATOR: (Stage.STRUCTURE, Stage.ENVIRONMENT),
    Stage.TRANSFORM: (Stage.STRUCTURE, Stage.LOAD, Stage.AGGREGATOR),
    Stage.TRAIN: (Stage.TRANSFORM,),
    Stage.EXCHANGE: (Stage.TRAIN,),
    Stage.EVALUATE: (Stage.TRAIN,),
}
"""A stage is skipped when one that it needs has not come to the end of its work."""

MAKING = ("import of model_manager", "ModelManager()")
"""What learners do just as the aggregator does: if it fails there, it fails with them, too."""

LOAD_SECONDS = 60.0
"""Loading is not the repository's code: a short time limit for that must not count the learner's own imports."""

SHUFFLE_SEED = 42
"""The parts of a data set come in no order: they are shuffled, the same way each time."""

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
    env: str = "current",
    timeout: float = 60.0,
    memory: float | None = None,
    pass_env: Iterable[str] = (),
    ignore: Iterable[str] = (),
    until: Stage | str = Stage.EVALUATE,
) -> Report:
    """Check whether an ML repository can use the data that a mock data provider sends, and be trained by FLOps.

    With an ``sla`` the provider runs, against a server of the check's own unless ``uri`` names one. Without, the data are
    those that the server at ``uri`` holds already. What is wrong with SLA, data or repository is in the report; nothing of
    it is raised. For several SLAs or data sets, :class:`RepositoryChecker` keeps the process that runs the repository.

    Args:
        repository: The ML repository: its folder, a mapping of file names to texts, or an ``MLRepository``.
        uri: Address of an ML data server, ``grpc://HOST:PORT``.
        data_tags: What the learner asks the server for; by default the project SLA's tags, else the MDP SLA's.
        sla: The MDP SLA: a path, JSON text, a mapping, or one that is loaded already.
        project_sla: The project SLA, likewise.
        data: Source of data sets named by their hub name: ``synthetic`` or ``hub``.
        env: The Python that runs the repository: ``current``, ``learner`` (built from its ``conda.yaml``), the path of an
            interpreter or of a virtual environment; or two of them (``learner,current``), which are compared.
        timeout: Seconds that one step of the repository's code may take.
        memory: Most MB of address space that the process may have; no limit by default.
        pass_env: Names of environment variables that the repository's code gets to see. It sees those that libraries need
            to find themselves; secrets and the rest stay out.
        ignore: Codes of findings that do not count; the report names them.
        until: The last stage to run.

    Returns:
        The report; ``report.ok`` is the verdict.

    Raises:
        SettingsError: Neither ``sla`` nor ``uri`` with tags is given, or a value means nothing.

    Example:
        >>> report = check_repository("path/to/repository", sla="mocks/mnist_multi.json")
        >>> assert report.ok, report
    """
    with RepositoryChecker(
        repository, data=data, env=env, timeout=timeout, memory=memory, pass_env=pass_env, ignore=ignore, until=until
    ) as checker:
        return checker.check(uri, data_tags=data_tags, sla=sla, project_sla=project_sla)


class RepositoryChecker:
    """Checks one ML repository against one data set after another, in a process that is kept between them.

    A context manager; the constructor starts nothing. See :func:`check_repository` for the arguments.

    Example:
        >>> with RepositoryChecker("path/to/repository") as checker:
        ...     reports = [checker.check(sla=path) for path in ("mocks/mnist.json", "mocks/cifar10.json")]
    """

    def __init__(
        self,
        repository: RepositorySource,
        *,
        data: str | DataSource = DataSource.SYNTHETIC,
        env: str = "current",
        timeout: float = 60.0,
        memory: float | None = None,
        pass_env: Iterable[str] = (),
        ignore: Iterable[str] = (),
        until: Stage | str = Stage.EVALUATE,
    ) -> None:
        self._given = repository
        self._data = data
        self._limits = _Limits(timeout, memory, frozenset(pass_env), _known_codes(ignore), _known_stage(until))
        self._environments = environments(env)
        self._subjects: dict[str, _Subject] = {}
        self._stack = ExitStack()

    def __enter__(self) -> RepositoryChecker:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._subjects = {}
        self._stack.__exit__(kind, error, trace)

    def check(
        self,
        uri: str | None = None,
        *,
        data_tags: Iterable[str] | None = None,
        sla: SLASource | None = None,
        project_sla: ProjectSLASource | None = None,
    ) -> Report:
        """The report on one data set. See :func:`check_repository`.

        Raises:
            SettingsError: Neither ``sla`` nor ``uri`` with tags is given.
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
        tags = None if data_tags is None else [data_tags] if isinstance(data_tags, str) else list(data_tags)
        reports = []
        for env in self._environments:
            if env not in self._subjects:
                self._subjects[env] = _Subject(self._given, env)
            with ExitStack() as stack:
                address = uri if uri is not None else stack.enter_context(MLDataServer()).uri
                provider = MockDataProvider(address, data=self._data)
                subject = self._subjects[env]
                reports.append(_Check(subject, provider, tags, sla, project_sla, self._limits, self._stack).report())
        return _compared(dict(zip(self._environments, reports, strict=True)))


@dataclass(frozen=True)
class _Limits:
    timeout: float
    memory: float | None
    pass_env: frozenset[str]
    ignore: frozenset[str]
    until: Stage


@dataclass
class _Subject:
    """A repository in one environment: what holds for every data set, found out once."""

    given: RepositorySource
    env: str
    repository: MLRepository = field(default_factory=lambda: MLRepository.of_files({}))
    session: LearnerSession | None = None
    sendable: bool = True
    environment: tuple[tuple[str, str], ...] = ()
    done: dict[Stage, tuple[StageResult, tuple[Finding, ...], bool]] = field(default_factory=dict)


class _Check:
    """One check under way: what the stages hand to each other, and what they found."""

    def __init__(
        self,
        subject: _Subject,
        provider: MockDataProvider,
        data_tags: list[str] | None,
        sla: SLASource | None,
        project_sla: ProjectSLASource | None,
        limits: _Limits,
        stack: ExitStack,
    ) -> None:
        self._subject = subject
        self._provider = provider
        self._data_tags = data_tags
        self._sla_given, self._project_given = sla, project_sla
        self._limits = limits
        self._stack = stack
        self._results: list[StageResult] = []
        self._findings: list[Finding] = []
        self._usable: set[Stage] = set()
        self._facts: dict[Stage, tuple[tuple[str, str], ...]] = {}
        self._data = DataFacts()
        self._mock: MockSLA | None = None
        self._project: ProjectSLA | None = None
        self._columns: dict[str, str] = {}
        self._trained: Mapping[str, Any] = {}

    def report(self) -> Report:
        """Run all stages."""
        steps: dict[Stage, Callable[[], Iterable[Finding]]] = {
            Stage.SLA: self._read_slas,
            Stage.STRUCTURE: self._look_at_repository,
            Stage.ENVIRONMENT: self._start_session,
            Stage.PROVIDE: self._provide,
            Stage.LOAD: self._load,
            Stage.AGGREGATOR: self._aggregate,
            Stage.TRANSFORM: self._transform,
            Stage.TRAIN: self._train,
            Stage.EXCHANGE: self._exchange,
            Stage.EVALUATE: self._evaluate,
        }
        for stage, step in steps.items():
            self._stage(stage, step)
            if stage is self._limits.until:
                break
        found = tuple(dict.fromkeys(self._findings))
        return Report(
            repository=self._shown(),
            stages=tuple(self._results),
            findings=tuple(finding for finding in found if finding.code not in self._limits.ignore),
            ignored=tuple(finding for finding in found if finding.code in self._limits.ignore),
            data=self._data,
            environment=self._subject.environment,
        )

    def _stage(self, stage: Stage, step: Callable[[], Iterable[Finding]]) -> None:
        left_out = self._reason_to_leave_out(stage)
        if left_out:
            self._results.append(StageResult(stage, Outcome.SKIPPED, reason=left_out))
            return
        if stage in self._subject.done:
            result, found, usable = self._subject.done[stage]
        else:
            result, found, usable = self._run(stage, step)
            if stage in (Stage.STRUCTURE, Stage.ENVIRONMENT, Stage.AGGREGATOR):
                self._subject.done[stage] = (replace(result, seconds=0.0), found, usable)
        self._results.append(result)
        self._findings += found
        if usable:
            self._usable.add(stage)

    def _run(self, stage: Stage, step: Callable[[], Iterable[Finding]]) -> tuple[StageResult, tuple[Finding, ...], bool]:
        began = time.perf_counter()
        try:
            found = tuple(step())
        except FlopsMockError as error:
            found = findings_of(error)
        counted = [finding for finding in found if finding.code not in self._limits.ignore]
        failed = any(finding.severity is Severity.ERROR for finding in counted)
        outcome = Outcome.FAILED if failed else Outcome.PASSED
        seconds = time.perf_counter() - began
        result = StageResult(stage, outcome, seconds, facts=self._facts.get(stage, ()))
        return result, found, not failed or stage in self._usable

    def _reason_to_leave_out(self, stage: Stage) -> str:
        """Why the stage does not run; empty if it does."""
        if stage is Stage.SLA and self._sla_given is None and self._project_given is None:
            return "no SLA given"
        if stage is Stage.PROVIDE and self._sla_given is None:
            return "the server's own data"
        given = {Stage.PROVIDE} if self._sla_given is None else set()
        if self._sla_given is None and self._project_given is None:
            given.add(Stage.SLA)
        if stage is Stage.LOAD and self._data_tags is not None:
            given.add(Stage.SLA)  # the tags do not come from there
        ran = {result.stage for result in self._results}
        if stage is Stage.TRAIN and not self._subject.sendable:
            return "needs aggregator"  # whose parameters every learner starts from
        unmet = [need for need in NEEDS[stage] if need in ran and need not in self._usable | given]
        if stage is Stage.ENVIRONMENT and self._subject.env == "learner" and self._structure_has("FM108", "FM109"):
            return "needs conda.yaml"
        return f"needs {unmet[0].value}" if unmet else ""

    def _wanted(self) -> list[Stage]:
        """The stages that this check shall come to."""
        stages = list(Stage)
        return stages[: stages.index(self._limits.until) + 1]

    def _structure_has(self, *codes: str) -> bool:
        return any(finding.code in codes for finding in self._findings)

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
        repository = MLRepository.of(self._subject.given)
        found = (*structure_findings(repository), *conda_findings(repository))
        try:
            with TemporaryDirectory() as folder:
                repository.copy_to(Path(folder))
        except FlopsMockError as error:
            return (*found, *findings_of(error))
        self._subject.repository = repository
        return found

    def _start_session(self) -> Iterable[Finding]:
        """Started before the provider works: the process imports what it needs meanwhile."""
        subject = self._subject
        python = learner_python(subject.env, subject.repository)
        memory = None if self._limits.memory is None else int(self._limits.memory * 10**6)
        session = LearnerSession(
            subject.repository,
            timeout=self._limits.timeout,
            python=python.executable,
            memory=memory,
            pass_env=self._limits.pass_env,
        )
        subject.session = self._stack.enter_context(session)
        answer = subject.session.start()
        if answer.how != "facts":
            return (*python.findings, _not_started(python.shown, answer))
        if Stage.STRUCTURE in self._usable and Stage.AGGREGATOR in self._wanted():
            subject.session.begin("aggregator")  # needs no data, and imports what takes longest
        versions: dict[str, str] = answer.facts["versions"]
        subject.environment = tuple(versions.items())
        return (*python.findings, *(difference_findings(versions, subject.repository) if python.kind != "learner" else ()))

    def _provide(self) -> Iterable[Finding]:
        if self._mock is not None:
            source = "local" if is_local_path(self._mock.dataset_name) else self._provider.data.value
            self._data = DataFacts(self._mock.dataset_name, source, source)  # known also when the run fails
            run = self._provider.run(self._mock)
            self._data = DataFacts(run.dataset_name, run.source, run.origin, run.partitions)
        return ()

    def _load(self) -> Iterable[Finding]:
        uri = self._provider.uri
        limit = max(self._limits.timeout, LOAD_SECONDS)
        self._session.forget()
        answer = self._session.ask(
            "load", limit=limit, keep=True, uri=uri, tags=self._tags(), timeout=limit, seed=SHUFFLE_SEED
        )
        self._columns = answer.facts.get("columns", {})
        self._data = replace(self._data, rows=answer.facts.get("rows", 0), columns=tuple(self._columns.items()))
        return load_findings(answer, uri)

    def _aggregate(self) -> Iterable[Finding]:
        answer = self._session.ask("aggregator")
        if answer.how == "facts":
            self._usable.add(Stage.AGGREGATOR)
            self._subject.sendable = _good(answer.facts["parameters"])
            parameters, model = rounds.parameter_facts(answer.facts["parameters"]), answer.facts["model"]
            self._facts[Stage.AGGREGATOR] = (*parameters, ("model", model or "none"))
            return rounds.aggregator_findings(answer.facts)
        failed = self._failed(answer, Stage.AGGREGATOR)
        needs = rounds.needs_data(answer)
        if needs is not None or answer.error.get("doing") not in (None, *MAKING):
            self._usable.add(Stage.AGGREGATOR)  # a learner may come further
        return failed if needs is None else (replace(needs, frames=failed[0].frames),)

    def _transform(self) -> Iterable[Finding]:
        answer = self._session.ask("transform", keep=True)
        if answer.how == "facts":
            self._facts[Stage.TRANSFORM] = rounds.data_facts(answer.facts["data"], answer.facts["rows"])
        return transform_findings(answer, self._columns, self._modules())

    def _train(self) -> Iterator[Finding]:
        answer = self._session.ask("call", keep=True, what="train")
        if answer.how != "facts":
            yield from self._failed(answer, Stage.TRAIN)
            return
        self._trained = answer.facts
        if _good(answer.facts["parameters"]):
            self._usable.add(Stage.TRAIN)  # what follows can work with them, whatever else is wrong
        self._facts[Stage.TRAIN] = (
            ("examples", answer.facts["count"]["text"]),
            *rounds.parameter_facts(answer.facts["parameters"]),
            ("peak memory", f"{answer.facts['peak_bytes'] / 10**6:,.0f} MB"),
        )
        yield from rounds.train_findings(answer.facts, self._data.rows)
        if self._project is not None:
            yield from rounds.memory_findings(answer.facts["peak_bytes"], self._project.resource_constraints.memory)

    def _exchange(self) -> Iterator[Finding]:
        """Each part on its own: one that fails keeps no other from running."""
        yield from self._called("round_trip", rounds.round_trip_findings)
        yield from self._called("two_starts", rounds.two_starts_findings)
        for lacking in (True, False):
            answer = self._session.ask("second_learner", lacking=lacking)
            found = self._second_learner_findings(answer, lacking)
            yield from found
            if answer.facts.get("parameters") and not found:
                yield from self._called("set_average", rounds.average_findings)
                return

    def _second_learner_findings(self, answer: Answer, lacking: bool) -> tuple[Finding, ...]:
        if answer.how != "facts":
            return (rounds.lacking_failure(answer),) if lacking else self._failed(answer, Stage.EXCHANGE)
        theirs = answer.facts["parameters"]
        if theirs is None:  # there are no classes
            return ()
        return tuple(rounds.shapes_findings(self._trained["parameters"], theirs, answer.facts["lacks"]))

    def _called(self, what: str, judge: Callable[[Mapping[str, Any]], Iterable[Finding]]) -> Iterable[Finding]:
        answer = self._session.ask("call", what=what)
        return judge(answer.facts) if answer.how == "facts" else self._failed(answer, Stage.EXCHANGE)

    def _evaluate(self) -> Iterable[Finding]:
        answer = self._session.ask("call", what="evaluate")
        if answer.how != "facts":
            return self._failed(answer, Stage.EVALUATE)
        names = ("loss", "accuracy", "examples")
        self._facts[Stage.EVALUATE] = tuple(
            (name, value["text"]) for name, value in zip(names, answer.facts["values"], strict=False)
        )
        return rounds.evaluate_findings(answer.facts)

    def _failed(self, answer: Answer, stage: Stage) -> tuple[Finding, ...]:
        return failure_findings(answer, stage, self._columns, self._modules())

    @property
    def _session(self) -> LearnerSession:
        assert self._subject.session is not None, "stages that ask need Stage.ENVIRONMENT"
        return self._subject.session

    def _modules(self) -> list[str]:
        paths = self._subject.repository.paths()
        return sorted({path.partition("/")[0].removesuffix(".py") for path in paths if path.endswith(".py")})

    def _tags(self) -> list[str]:
        if self._data_tags is not None:
            return self._data_tags
        if self._project is not None:
            return list(self._project.data_tags)
        return [self._mock.data_tag] if self._mock is not None else []

    def _shown(self) -> str:
        given = self._subject.given
        return os.fspath(given) if isinstance(given, (str, os.PathLike)) else self._subject.repository.name


@contextmanager
def _gathered(problems: list[Finding]) -> Iterator[None]:
    """Both SLAs are read before either's errors are told."""
    try:
        yield
    except FlopsMockError as error:
        problems += findings_of(error)


def _good(parameters: Mapping[str, Any]) -> bool:
    """Whether further stages can work with parameters."""
    return bool(parameters["valid"] and parameters["finite"])


def _not_started(python: str, answer: Answer) -> Finding:
    return Finding.of(
        Problem(
            "the learner's process did not start",
            where=python,
            expected="a Python of 3.8 or later that answers",
            came=answer.ending or f"{answer.error.get('type')}: {answer.error.get('text')}",
            hint="run that Python by hand, and see the output below",
        ),
        code="FM206",
        detail=answer.output,
    )


def _compared(reports: Mapping[str, Report]) -> Report:
    """The first environment's report, with what the others saw differently."""
    (first_env, first), *rest = reports.items()
    found: list[Finding] = []
    for env, report in rest:
        differing = [s.stage for s in first.stages if report.outcome(s.stage) is not s.outcome]
        if not differing:
            continue
        stage = differing[0]
        theirs = [*report.errors, *first.errors]
        said = next((finding for finding in theirs if finding.stage is stage), None)
        found.append(
            Finding.of(
                Problem(
                    f"the environments {first_env} and {env} disagree",
                    where=stage.value,
                    expected=f"{first_env}: {first.outcome(stage).value}",
                    came=f"{env}: {report.outcome(stage).value}" + (f" ({said.code} {said.message})" if said else ""),
                    hint="write what both versions do: " + _version_difference(first, report),
                    code="FM203",
                ),
                detail=f"{said.code} {said.problem()}\n{said.detail}".strip() if said else "",
                frames=said.frames if said else (),
            )
        )
    return replace(first, findings=(*first.findings, *found))


def _version_difference(first: Report, other: Report) -> str:
    mine, theirs = dict(first.environment), dict(other.environment)
    names = [name for name in {**mine, **theirs} if mine.get(name) != theirs.get(name)]
    return listing(f"{name} {mine.get(name, 'missing')} and {theirs.get(name, 'missing')}" for name in names) or "see below"


def _known_codes(codes: Iterable[str]) -> frozenset[str]:
    wanted = [codes] if isinstance(codes, str) else list(codes)
    unknown = [code for code in wanted if code not in CODES]
    if unknown:
        raise SettingsError(
            Problem(
                "there is no such code to ignore",
                where="ignore",
                expected="codes of findings, such as FM714",
                came=listing(unknown),
                nearest=nearest(unknown[0], CODES),
                hint="flops-mock explain lists all codes",
            )
        )
    return frozenset(wanted)


def _known_stage(until: Stage | str) -> Stage:
    try:
        return Stage(until)
    except ValueError:
        names = [stage.value for stage in Stage]
        raise SettingsError(
            Problem(
                "there is no such stage",
                where="until",
                expected=f"one of: {listing(names)}",
                came=str(until),
                nearest=nearest(str(until), names),
                hint="name the last stage to run",
            )
        ) from None
