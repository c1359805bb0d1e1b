"""Federated rounds: an MDP SLA, a project SLA and an ML repository in, a report out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pytest_flops_mock.errors import FlopsMockError, LearnerEnvironmentError
from pytest_flops_mock.findings import DataFacts, Finding, SentFacts, StageResult, findings_of
from pytest_flops_mock.learner.environments.choice import learner_python
from pytest_flops_mock.machine import ran_out
from pytest_flops_mock.nodes.deploying import Deployment
from pytest_flops_mock.nodes.nodes import LearnerNodes
from pytest_flops_mock.nodes.plan import Share
from pytest_flops_mock.options import CheckArguments, CheckOptions
from pytest_flops_mock.pipeline import RepositoryChecker
from pytest_flops_mock.progress import OnEvent, StageBegan, StageEnded, StageWaits, unheard
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.repository.repository import MLRepository
from pytest_flops_mock.rounds.again import command_of
from pytest_flops_mock.rounds.engine import (
    Engine,
    EngineSettings,
    RoundsEvent,
    StartMethod,
)
from pytest_flops_mock.rounds.engines import engine_of
from pytest_flops_mock.rounds.facts import RoundsFacts
from pytest_flops_mock.rounds.judging import rounds_findings
from pytest_flops_mock.rounds.plan import RoundsPlan
from pytest_flops_mock.rounds.planning import planned
from pytest_flops_mock.rounds.report import RoundsReport
from pytest_flops_mock.rounds.text import event_line, stage_result
from pytest_flops_mock.sla.models import MockSLA, ProjectSLA
from pytest_flops_mock.stage import Outcome, Severity, Stage

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from pytest_flops_mock.learner.environments.python import LearnerPython
    from pytest_flops_mock.stages.context import ProjectSLASource, RepositorySource, SLASource


def run_rounds(
    repository: RepositorySource,
    *,
    sla: SLASource | Sequence[SLASource],
    project_sla: ProjectSLASource | None = None,
    nodes: int | None = None,
    rounds: int | None = None,
    cycles: int | None = None,
    clusters: int | None = None,
    seed: int = 0,
    faults: object = (),
    data_tags: Iterable[str] | None = None,
    start_method: StartMethod = "auto",
    engine: Engine | str = "wire",
    ray_address: str = "",
    named: str = "",
    on_event: OnEvent | None = None,
    **options: Unpack[CheckArguments],
) -> RoundsReport:
    """Train an ML repository in federated rounds over learner nodes, as FLOps would, and say what comes of it.

    Each node has an ML data server of its own and one partition of the SLA's data. Aggregator and learners are processes in
    the learner's Python, which talk by Flower's own engines over the wire; or learners share the workers of Ray. What is
    wrong with SLA, repository or data is in the report, not raised. Nothing is left running, whatever ends it.

    Args:
        repository: The ML repository: its folder, a mapping of file names to texts, or an ``MLRepository``.
        sla: The MDP SLA: a path, JSON text, a mapping, or one that is loaded already; several in a list send to each node.
        project_sla: The project SLA, likewise. It says mode, rounds, cycles and how many learners are waited for; without
            one: classic mode, three rounds, and all learners.
        nodes: How many learner nodes; by default as many learners as the project SLA starts, if more than one, else 5.
        rounds: Rounds of training, in place of what the project SLA says.
        cycles: Rounds of the root aggregator in hierarchical mode, likewise.
        clusters: How many clusters in hierarchical mode; by default 2.
        seed: What the random numbers of all actors start from; the same seed gives the same losses.
        faults: What goes wrong: texts such as ``node 2 round 2 kill``, ``node 2 round 2 slow 6`` or
            ``node 3 joins round 2``; several separated by ``;``, or in a list. Kinds: kill, raise, exit, hang, slow.
        data_tags: What learners ask for; by default the project SLA's tags, else those of the MDP SLAs.
        start_method: ``zygote``, ``spawn``, or ``auto``: see ``EngineSettings``.
        engine: What runs the plan: ``wire``, ``ray`` (many learners in few processes), or an engine of your own.
        ray_address: The address of a cluster of Ray's; by default Ray is started for the run.
        named: What the command to run it again calls the repository; by default its folder.
        on_event: Is told while it runs, as by :func:`check_repository`.
        **options: How data are provided and actors are run: the attributes of :class:`CheckOptions`, such as ``env``,
            ``timeout`` or ``partitioner``. Of several environments the first is taken; what is about other stages
            (``min_rows``, ``max_distance``, ``until``) changes nothing.

    Returns:
        The report; ``report.ok`` is the verdict.

    Raises:
        SettingsError: There can be no such plan (no nodes, more ``min_available_clients`` than nodes, a fault of a node or
            in a round that is not there), or an option means nothing.
        LearnerEnvironmentError: The Python has no Flower that can be worked with.
        ToolError: A tool that it needs is missing or fails, or the machine ran out of something: no verdict.

    Example:
        >>> report = run_rounds("path/to/repository", sla="mocks/mnist_multi.json", nodes=5, rounds=3)
        >>> print(report)
        >>> assert report.ok, report
    """
    slas = _several(sla)
    how = CheckOptions().changed(**options)
    project = _usable(project_sla)
    plan = planned(project, nodes=nodes, rounds=rounds, cycles=cycles, clusters=clusters, seed=seed, faults=faults)
    runner = engine_of(engine, ray_address)
    again = command_of(named or repository, slas, project_sla, plan, how, (engine, ray_address))
    tell = on_event or unheard
    run = _Run(plan, how, tell)
    tags = None if data_tags is None else [data_tags] if isinstance(data_tags, str) else list(data_tags)
    plain = replace(how, baseline=None, until=Stage.EVALUATE).arguments()
    with RepositoryChecker(repository, on_event=on_event, **plain) as checker:
        with checker.begin(sla=slas, project_sla=project_sla, data_tags=tags, stages=_FIRST) as checking:
            checking.run()
            static = checking.report
        subject = checker.subject
    static = replace(static, stages=tuple(each for each in static.stages if each.stage in _FIRST))
    if static.breaks or subject is None:
        return RoundsReport(run.told(static, reason=_failed(static)), plan, None, again)
    tell(StageBegan(Stage.ROUNDS))
    try:
        mocks = [MockSLA.load(each) for each in slas]
        asked = tags or (list(project.data_tags) if project is not None else list(dict.fromkeys(m.data_tag for m in mocks)))
        with _exhaustion():
            facts = run(subject.repository, mocks, asked, runner, start_method)
        if facts is not None:
            run.judge(facts, subject.modules(), "" if project is None else project.origin)
    finally:
        tell(StageEnded(Stage.ROUNDS, None))
    return RoundsReport(run.told(static, facts), plan, facts, again)


_FIRST = (Stage.SLA, Stage.STRUCTURE)
"""The stages of a check that come before the rounds: what they refuse cannot be trained."""


@dataclass
class _Run:
    """One run under way."""

    plan: RoundsPlan
    options: CheckOptions
    tell: OnEvent
    found: list[Finding] = field(default_factory=list)
    sent: dict[int, list[SentFacts]] = field(default_factory=dict)
    data: DataFacts = field(default_factory=DataFacts)
    kind: str = ""

    def __call__(
        self, repository: MLRepository, mocks: Sequence[MockSLA], tags: Sequence[str], engine: Engine, start: StartMethod
    ) -> RoundsFacts | None:
        """The facts; ``None`` if data or environment cannot be had, which is found then."""
        python = self._python(repository, engine.packages)
        if python is None:
            return None
        with LearnerNodes(len(self.plan.nodes), **self.options.arguments()) as nodes:
            if not self._filled(nodes, mocks):
                return None
            return engine.run(
                self.plan,
                repository,
                uris={node.number: node.uri for node in nodes},
                tags=tags,
                python=python,
                settings=self._settings(start),
                on_event=self._hear,
            )

    def judge(self, facts: RoundsFacts, modules: Sequence[str], origin: str) -> None:
        """Find what is to be said of what happened."""
        self.found += rounds_findings(self.plan, facts, sent=self.sent, modules=modules, origin=origin)

    def told(self, static: Report, facts: RoundsFacts | None = None, *, reason: str = "") -> Report:
        """The report: what was found before the rounds, and in them."""
        ignore = self.options.ignore
        counting = [finding for finding in self.found if finding.code not in ignore]
        bad = any(finding.severity is Severity.ERROR for finding in counting)
        if facts is not None:
            result = stage_result(facts, self.plan, failed=bad)
        else:
            broken = next((finding.stage.value for finding in counting if finding.severity is Severity.ERROR), "")
            result = StageResult(Stage.ROUNDS, Outcome.SKIPPED, reason=reason or f"needs {broken}".strip())
        report = replace(
            static,
            stages=(*static.stages, result),
            findings=(*static.findings, *counting),
            ignored=(*static.ignored, *(finding for finding in self.found if finding.code in ignore)),
            data=self.data,
            environment=() if facts is None else facts.versions,
            environments=(self.kind,) if self.kind else (),
        )
        return report if self.options.baseline is None else self.options.baseline.against(report)

    def _python(self, repository: MLRepository, packages: Sequence[str]) -> LearnerPython | None:
        how = self.options
        try:
            python = learner_python(
                how.env[0], repository, also=packages, on_wait=self._waits, allow_builds=how.allow_builds
            )
        except LearnerEnvironmentError as error:
            self.found += findings_of(error)
            return None
        self.found += python.findings
        self.kind = python.kind
        return python

    def _filled(self, nodes: LearnerNodes, mocks: Sequence[MockSLA]) -> bool:
        self._waits(f"filling {len(nodes)} ML data servers")
        try:
            for mock in mocks:
                self._note(nodes.provide(mock, share=Share.ONE_EACH))
        except FlopsMockError as error:
            self.found += findings_of(error)
        return not any(finding.severity is Severity.ERROR for finding in self.found)

    def _note(self, deployed: Deployment) -> None:
        sent = {placed.node: facts for placed in deployed.placed if (facts := deployed.sent_to(placed.node)) is not None}
        for node, facts in sent.items():
            self.sent.setdefault(node, []).append(facts)
        for placed in deployed.placed:
            self.found += findings_of(placed.error) if placed.error is not None else ()
        if sent:
            first = next(iter(sent.values()))
            parts = tuple(part for facts in sent.values() for part in facts.partitions)
            whole = replace(first, partitions=parts, statistics=deployed.statistics)
            self.data = replace(self.data, sent=(*self.data.sent, whole))

    def _settings(self, start: StartMethod) -> EngineSettings:
        how = self.options
        memory = None if how.memory is None else int(how.memory * 10**6)
        return EngineSettings(how.timeout, memory, how.pass_env, how.gpu, start)

    def _hear(self, event: RoundsEvent, /) -> None:
        self._waits(event_line(event, self.plan))

    def _waits(self, what: str) -> None:
        self.tell(StageWaits(Stage.ROUNDS, what))


def _usable(given: ProjectSLASource | None) -> ProjectSLA | None:
    """The project SLA; ``None`` also for one that cannot be used, which the stage ``sla`` tells."""
    try:
        project = None if given is None else ProjectSLA.load(given)
    except FlopsMockError:
        return None
    broken = project is not None and any(found.severity is Severity.ERROR for found in project.findings())
    return None if broken else project


def _several(sla: SLASource | Sequence[SLASource]) -> tuple[SLASource, ...]:
    return tuple(sla) if isinstance(sla, Sequence) and not isinstance(sla, str) else (sla,)


def _failed(report: Report) -> str:
    failed = next((result.stage.value for result in report.stages if result.outcome is Outcome.FAILED), "")
    return f"needs {failed}" if failed else "needs a compatible repository"


@contextmanager
def _exhaustion() -> Iterator[None]:
    """A machine that runs out of something is no verdict."""
    try:
        yield
    except (OSError, MemoryError, RuntimeError) as error:
        exhausted = ran_out(error)
        if exhausted is None:
            raise
        raise exhausted from error
