"""What each stage of a check does: how it comes to its findings, and which stages it needs."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pytest_flops_mock.errors import FlopsMockError, Problem
from pytest_flops_mock.findings import DataFacts, Finding, StageResult, findings_of
from pytest_flops_mock.judging import contact as rounds
from pytest_flops_mock.judging.failures import failure_findings, load_findings, shown_output, transform_findings
from pytest_flops_mock.learner.environment import difference_findings, learner_python
from pytest_flops_mock.learner.process import Answer
from pytest_flops_mock.learner.session import LearnerSession
from pytest_flops_mock.provider import MockDataProvider
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.repository.conda import conda_findings
from pytest_flops_mock.repository.repository import MLRepository
from pytest_flops_mock.repository.structure import structure_findings
from pytest_flops_mock.sla.models import MockSLA, ProjectSLA
from pytest_flops_mock.stage import Outcome, Severity, Stage

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

PROVEN = (Stage.ENVIRONMENT, Stage.LOAD, Stage.AGGREGATOR, Stage.TRANSFORM, Stage.TRAIN)
"""Stages that leave something for others to work with. It is there or not, whichever findings are ignored."""

MAKING = ("import of model_manager", "ModelManager()")
"""What learners do just as the aggregator does: if it fails there, it fails with them, too."""

LOAD_SECONDS = 60.0
"""Loading is not the repository's code: a short time limit for that must not count the learner's own imports."""

SHUFFLE_SEED = 42
"""The parts of a data set come in no order: they are shuffled, the same way each time."""

SLASource = MockSLA | str | os.PathLike[str] | Mapping[str, Any]
ProjectSLASource = ProjectSLA | str | os.PathLike[str] | Mapping[str, Any]
RepositorySource = MLRepository | str | os.PathLike[str] | Mapping[str, str]


@dataclass(frozen=True)
class Limits:
    """What bounds a check; see ``check_repository``."""

    timeout: float
    memory: float | None
    pass_env: frozenset[str]
    ignore: frozenset[str]
    until: Stage


@dataclass
class Subject:
    """A repository in one environment: what holds for every data set, found out once."""

    given: RepositorySource
    env: str
    repository: MLRepository = field(default_factory=lambda: MLRepository.of_files({}))
    session: LearnerSession | None = None
    sendable: bool = True
    environment: tuple[tuple[str, str], ...] = ()
    done: dict[Stage, tuple[StageResult, tuple[Finding, ...], bool]] = field(default_factory=dict)


class Check:
    """One check under way: what the stages hand to each other, and what they found."""

    def __init__(
        self,
        subject: Subject,
        provider: MockDataProvider,
        data_tags: list[str] | None,
        sla: SLASource | None,
        project_sla: ProjectSLASource | None,
        limits: Limits,
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
        return result, found, stage in self._usable or (not failed and stage not in PROVEN)

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
        self._usable.add(Stage.ENVIRONMENT)
        versions: dict[str, str] = answer.facts["versions"]
        subject.environment = tuple(versions.items())
        return (*python.findings, *(difference_findings(versions, subject.repository) if python.kind != "learner" else ()))

    def _provide(self) -> Iterable[Finding]:
        if self._mock is not None:
            source = self._provider.source_of(self._mock.dataset_name)
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
        if answer.how == "facts":
            self._usable.add(Stage.LOAD)
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
            return _with_output(rounds.aggregator_findings(answer.facts), answer)
        failed = self._failed(answer, Stage.AGGREGATOR)
        needs = rounds.needs_data(answer)
        if needs is not None or answer.error.get("doing") not in (None, *MAKING):
            self._usable.add(Stage.AGGREGATOR)  # a learner may come further
        return failed if needs is None else (replace(needs, frames=failed[0].frames),)

    def _transform(self) -> Iterable[Finding]:
        answer = self._session.ask("transform", keep=True)
        if answer.how == "facts":
            self._usable.add(Stage.TRANSFORM)
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
        yield from _with_output(rounds.train_findings(answer.facts, self._data.rows), answer)
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
        if answer.how == "facts":
            return _with_output(judge(answer.facts), answer)
        return self._failed(answer, Stage.EXCHANGE)

    def _evaluate(self) -> Iterable[Finding]:
        answer = self._session.ask("call", what="evaluate")
        if answer.how != "facts":
            return self._failed(answer, Stage.EVALUATE)
        names = ("loss", "accuracy", "examples")
        self._facts[Stage.EVALUATE] = tuple(
            (name, value["text"]) for name, value in zip(names, answer.facts["values"], strict=False)
        )
        return _with_output(rounds.evaluate_findings(answer.facts), answer)

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


def _with_output(found: Iterable[Finding], answer: Answer) -> tuple[Finding, ...]:
    """Errors show what the repository's code printed, where that may help."""
    return tuple(
        replace(finding, detail=shown_output(answer))
        if finding.severity is Severity.ERROR and not finding.detail
        else finding
        for finding in found
    )


def _good(parameters: Mapping[str, Any]) -> bool:
    """Whether further stages can work with parameters."""
    return bool(parameters["valid"] and parameters["finite"])


def _not_started(python: str, answer: Answer) -> Finding:
    return Finding.of(
        Problem(
            "the learner's process did not start",
            where=python,
            expected="a Python of 3.8 or later that answers",
            got=answer.ending or f"{answer.error.get('type')}: {answer.error.get('text')}",
            fix="run that Python by hand, and see the output below",
        ),
        code="FM206",
        detail=answer.output,
    )
