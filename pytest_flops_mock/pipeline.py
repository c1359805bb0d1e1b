"""The whole path: an SLA and an ML repository in, a report out; data sets and environments one after another."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, cast

from pytest_flops_mock.errors import FlopsMockError, Problem, SettingsError, ToolError, listing
from pytest_flops_mock.findings import DataFacts, Finding, SentFacts
from pytest_flops_mock.machine import ran_out
from pytest_flops_mock.options import CheckArguments, CheckOptions
from pytest_flops_mock.progress import OnEvent, unheard
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.repository.urls import without_credentials
from pytest_flops_mock.reproducing import check_command
from pytest_flops_mock.sla.files import together_name
from pytest_flops_mock.sla.reading import named
from pytest_flops_mock.stage import CHECKED, Stage
from pytest_flops_mock.stages.context import Context, Subject
from pytest_flops_mock.stages.needs import needed
from pytest_flops_mock.stages.starting import started_early

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from pytest_flops_mock.stages.context import ProjectSLASource, RepositorySource, SLASource


def check_repository(
    repository: RepositorySource,
    uri: str | None = None,
    *,
    sla: SLASource | Sequence[SLASource] | None = None,
    project_sla: ProjectSLASource | None = None,
    data_tags: Iterable[str] | None = None,
    on_event: OnEvent | None = None,
    **options: Unpack[CheckArguments],
) -> Report:
    """Check whether an ML repository can use the data that a mock data provider sends, and be trained by FLOps.

    With an ``sla`` the provider runs, against a server of the check's own unless ``uri`` names one. Without, the data are
    those that the server at ``uri`` holds already. What is wrong with SLA, data or repository is in the report; nothing of
    it is raised. For several SLAs or data sets, :class:`RepositoryChecker` keeps the process that runs the repository.

    Args:
        repository: The ML repository: its folder, a mapping of file names to texts, or an ``MLRepository``.
        uri: Address of an ML data server, ``grpc://HOST:PORT``.
        sla: The MDP SLA: a path, JSON text, a mapping, or one that is loaded already. A list of them is checked together:
            all providers send to one server, and the learner gets the data of all whose tags it asks for.
        project_sla: The project SLA, likewise.
        data_tags: What the learner asks the server for; by default the project SLA's tags, else those of the MDP SLAs.
        on_event: Is told while the check runs: of a :class:`StageBegan`, :class:`StageWaits` or :class:`StageEnded`.
        **options: How the check is done: the attributes of :class:`CheckOptions`, such as ``data="hub"`` or ``timeout=120``.

    Returns:
        The report; ``report.ok`` is the verdict.

    Raises:
        SettingsError: Neither ``sla`` nor ``uri`` with tags is given, an option is unknown or has a value that means
            nothing, or the address asks for TLS, which a learner does not speak.
        ToolError: A tool that the check needs is missing or fails, or the machine ran out of something: no verdict.

    Example:
        >>> report = check_repository("path/to/repository", sla="mocks/mnist_multi.json")
        >>> assert report.ok, report
    """
    with RepositoryChecker(repository, on_event=on_event, **options) as checker:
        return checker.check(uri, sla=sla, project_sla=project_sla, data_tags=data_tags)


class RepositoryChecker:
    """Checks one ML repository against one data set after another, in a process that is kept between them.

    A context manager; the constructor starts nothing. ``on_event`` and the options are those of :func:`check_repository`.

    Example:
        >>> with RepositoryChecker("path/to/repository") as checker:
        ...     reports = [checker.check(sla=path) for path in ("mocks/mnist.json", "mocks/cifar10.json")]
    """

    def __init__(
        self,
        repository: RepositorySource,
        *,
        on_event: OnEvent | None = None,
        **options: Unpack[CheckArguments],
    ) -> None:
        self._given = repository
        self._on_event = on_event or unheard
        self._options = CheckOptions().changed(**options)
        self._subjects: dict[str, Subject] = {}
        self._stack = ExitStack()

    def __enter__(self) -> RepositoryChecker:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._subjects = {}
        self._stack.__exit__(kind, error, trace)

    @property
    def subject(self) -> Subject | None:
        """The repository in the first of its environments, with the process that runs it; nothing before the first check."""
        return self._subjects.get(self._options.env[0])

    def check(
        self,
        uri: str | None = None,
        *,
        sla: SLASource | Sequence[SLASource] | None = None,
        project_sla: ProjectSLASource | None = None,
        data_tags: Iterable[str] | None = None,
        sent: Iterable[SentFacts] = (),
    ) -> Report:
        """The report on one data set. See :func:`check_repository`.

        Args:
            uri: As for :func:`check_repository`, and so are the others.
            sla: The MDP SLA.
            project_sla: The project SLA.
            data_tags: What the learner asks for.
            sent: What mock data providers have sent to the server at ``uri`` before, if that is known.

        Raises:
            SettingsError: Neither ``sla`` nor ``uri`` with tags is given.
            ToolError: A tool that the check needs is missing or fails, or the machine ran out of something.
        """
        with self.begin(uri, sla=sla, project_sla=project_sla, data_tags=data_tags, sent=sent) as checking:
            checking.run()
            return checking.report

    @contextmanager
    def begin(
        self,
        uri: str | None = None,
        *,
        sla: SLASource | Sequence[SLASource] | None = None,
        project_sla: ProjectSLASource | None = None,
        data_tags: Iterable[str] | None = None,
        stages: Iterable[Stage] = CHECKED,
        sent: Iterable[SentFacts] = (),
    ) -> Iterator[Checking]:
        """Begin a check whose stages run when they are asked for. Another one may begin when this one has ended.

        Args:
            uri: As for :func:`check_repository`, and so are the others.
            sla: The MDP SLA.
            project_sla: The project SLA.
            data_tags: What the learner asks for.
            stages: Those that will be asked for. What they need comes with them; what no stage needs is not prepared.
            sent: As for :meth:`check`.

        Raises:
            SettingsError: Neither ``sla`` nor ``uri`` with tags is given.
        """
        slas = _several(sla)
        if not slas and (uri is None or (data_tags is None and project_sla is None)):
            raise SettingsError(
                Problem(
                    "there is nothing to check the repository with",
                    expected="an MDP SLA, or the address of an ML data server and data_tags",
                    got=f"sla = {sla!r}, uri = {uri!r}, data_tags = {data_tags!r}",
                    fix="pass sla=..., or name one with --flops-sla, ini flops_sla or @pytest.mark.flops_sla(...)",
                )
            )
        if uri is not None:
            from pytest_flops_mock.flight.tls import refuse_tls

            refuse_tls(uri)
        tags = None if data_tags is None else [data_tags] if isinstance(data_tags, str) else list(data_tags)
        options = self._options
        until = CHECKED[: CHECKED.index(options.until) + 1]
        asked = tuple(stage for stage in needed(stages) if stage in until)
        subjects = {env: self._subject(env, asked) for env in options.env}
        from pytest_flops_mock.flight.server import MLDataServer  # only now: the child imports meanwhile
        from pytest_flops_mock.provider import MockDataProvider

        with ExitStack() as stack:
            contexts: dict[str, Context] = {}
            data = DataFacts(sent=tuple(sent))
            for env, subject in subjects.items():
                with _exhaustion():
                    address = uri if uri is not None else stack.enter_context(MLDataServer()).uri
                provider = MockDataProvider(address, **options.of_provider())
                context = Context(subject, provider, options, slas, project_sla, tags, asked, self._on_event, data=data)
                contexts[env] = context
            yield Checking(contexts)

    def _subject(self, env: str, stages: Collection[Stage]) -> Subject:
        """The repository in an environment. Its child is started at once, if a stage will want it."""
        subject = self._subjects.get(env)
        if subject is None:
            subject = self._subjects[env] = Subject(self._given, env, self._stack)
            if Stage.ENVIRONMENT in stages:
                with _exhaustion():
                    subject.early = started_early(self._given, env, self._options, self._stack)
        return subject


class Checking:
    """A check under way: made by :meth:`RepositoryChecker.begin`, at whose end its server ends, too."""

    def __init__(self, contexts: Mapping[str, Context]) -> None:
        self._contexts = contexts

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Those that shall run, in order."""
        return next(iter(self._contexts.values())).stages

    def run(self, stage: Stage | None = None) -> None:
        """Run a stage, and before it what it needs and has not run; by default all that shall run.

        Raises:
            ToolError: A tool that the check needs is missing or fails, or the machine ran out of something.
        """
        from pytest_flops_mock.stages import plan

        with _exhaustion():
            for context in self._contexts.values():
                for each in self.stages if stage is None else needed([stage]):
                    plan.run_stage(context, each)

    @property
    def report(self) -> Report:
        """What is known so far."""
        reports = {env: _report(context) for env, context in self._contexts.items()}
        options = next(iter(self._contexts.values())).options
        report = _compared(reports, options.ignore)
        return report if options.baseline is None else options.baseline.against(report)


@contextmanager
def _exhaustion() -> Iterator[None]:
    """A machine that runs out of something is no verdict."""
    try:
        yield
    except (FlopsMockError, OSError, MemoryError, RuntimeError) as error:
        exhausted = None if isinstance(error, ToolError) else ran_out(error)
        if exhausted is None:
            raise
        raise exhausted from error


def _several(sla: SLASource | Sequence[SLASource] | None) -> tuple[SLASource, ...]:
    if sla is None:
        return ()
    several = isinstance(sla, Sequence) and not isinstance(sla, str)
    return tuple(cast("Sequence[SLASource]", sla)) if several else (cast("SLASource", sla),)


def _report(context: Context) -> Report:
    subject, options = context.subject, context.options
    ignore = options.ignore
    given = subject.given
    return Report(
        repository=without_credentials(os.fspath(given))
        if isinstance(given, (str, os.PathLike))
        else subject.repository.name,
        stages=tuple(sorted((done.result for done in context.done), key=lambda result: CHECKED.index(result.stage))),
        findings=tuple(finding for finding in context.findings if finding.code not in ignore),
        ignored=tuple(finding for finding in context.findings if finding.code in ignore),
        data=context.data,
        environment=tuple(subject.versions.items()),
        environments=(subject.kind,) if subject.kind else (),
        sla=together_name([named(sla) for sla in context.slas]),
        command="" if context.data_tags is not None else check_command(given, context.slas, context.project_sla, options),
    )


def _compared(reports: Mapping[str, Report], ignore: Collection[str]) -> Report:
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
                    got=f"{env}: {report.outcome(stage).value}" + (f" ({said.code} {said.message})" if said else ""),
                    fix="write what both versions do: " + _version_difference(first, report),
                    code="FM203",
                ),
                detail=f"{said.code} {said.problem}\n{said.detail}".strip() if said else "",
                frames=said.frames if said else (),
            )
        )
    kinds = dict.fromkeys(kind for each in reports.values() for kind in each.environments)
    first = replace(first, environments=tuple(kinds))
    if found and found[0].code in ignore:
        return replace(first, ignored=(*first.ignored, *found))
    return replace(first, findings=(*first.findings, *found))


def _version_difference(first: Report, other: Report) -> str:
    mine, theirs = dict(first.environment), dict(other.environment)
    names = [name for name in {**mine, **theirs} if mine.get(name) != theirs.get(name)]
    return listing(f"{name} {mine.get(name, 'missing')} and {theirs.get(name, 'missing')}" for name in names) or "see below"
