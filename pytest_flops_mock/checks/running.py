"""The checks that a process runs, or waits for while another one of the session does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_flops_mock.checks.ran import Ran, SLAs
from pytest_flops_mock.progress import OnEvent, StageBegan, StageEnded
from pytest_flops_mock.settings import Settings
from pytest_flops_mock.sla.files import shown
from pytest_flops_mock.stage import CHECKED, Stage
from pytest_flops_mock.stages.needs import needed

if TYPE_CHECKING:
    from pytest_flops_mock.checks.sharing import SharedFolder
    from pytest_flops_mock.pipeline import Checking, RepositoryChecker
    from pytest_flops_mock.rounds.report import RoundsReport
    from pytest_flops_mock.search.found import SearchResult

POLL_SECONDS = 0.05

Asked = Mapping[SLAs, tuple[Stage, ...]]
"""The stages that a session's tests ask for, by the SLAs that they check."""


class Checks:
    """The checks of a session, for one of its processes. Nothing starts before the first stage is asked for.

    Args:
        settings: What they check, and how.
        asked: All that will be asked for.
        on_event: Is told what goes on.
        shared: Where the other processes are told, if there are others.
    """

    def __init__(self, settings: Settings, asked: Asked, on_event: OnEvent, shared: SharedFolder | None = None) -> None:
        self.asked = asked
        self.elsewhere = 0.0
        """Seconds that went by here, but belong to the tests of other stages, or to another process."""
        self._settings = settings
        self._on_event = on_event
        self._shared = shared
        self._stack = ExitStack()
        self._checker: RepositoryChecker | None = None
        self._runs: dict[SLAs, _Run] = {}
        self._read: dict[SLAs, dict[Stage, Ran]] = {}

    @property
    def is_shared(self) -> bool:
        """Whether another process may do the work, and this one wait for it."""
        return self._shared is not None

    def ran(self, slas: SLAs, stage: Stage) -> Ran:
        """What a stage came to: it runs now, with what it needs, if it has not run yet.

        Raises:
            FlopsMockError: A tool that the check needs is missing or fails, or a setting means nothing.
            SessionOverError: Nobody waits for it any more.
        """
        known = self.known(slas).get(stage)
        if known is not None:
            return known
        if self._shared is None:
            return self._run_of(slas).advance(stage)
        with self._spent_elsewhere():
            return self._from_all(self._shared, slas, stage)

    def known(self, slas: SLAs) -> Mapping[Stage, Ran]:
        """What is known here of stages that have run."""
        run = self._runs.get(slas)
        return {**self._read.get(slas, {}), **({} if run is None else run.done)}

    def tells(self, slas: SLAs, stage: Stage) -> frozenset[Stage]:
        """Of which stages a test tells: its own, and those that it is the first to need and that have no test."""
        asked = self.asked.get(slas, ())
        return frozenset(
            each
            for each in _with_needed(stage)
            if each is stage or (each not in asked and next((a for a in asked if each in _with_needed(a)), stage) is stage)
        )

    def close(self) -> None:
        """End the child."""
        self._checker = None
        self._stack.close()

    def _run_of(self, slas: SLAs, publish: Callable[[Ran], None] = lambda ran: None) -> _Run:
        """The run of a check in this process. All have one child, so one is finished before another begins."""
        if slas not in self._runs:
            for run in self._runs.values():
                run.finish()
            self._runs[slas] = _Run(self, slas, publish)
        return self._runs[slas]

    def _from_all(self, shared: SharedFolder, slas: SLAs, stage: Stage) -> Ran:
        """What a stage came to in whichever process; this one checks if none does."""
        while True:
            read = self._read.setdefault(slas, {})
            for each in _with_needed(stage):
                if each not in read and (ran := shared.ran(slas, each)) is not None:
                    read[each] = ran
            if stage in read:
                return read[stage]
            if not shared.exists:
                from pytest_flops_mock.checks.sharing import SessionOverError

                raise SessionOverError
            if shared.has_ended(slas):
                if (error := shared.error(slas)) is not None:
                    raise error
                return self._run_of(slas).advance(stage)  # nobody has said that it would be asked for
            with shared.place(len(self.asked)) as is_ours:
                if is_ours:
                    self._check_all(shared, first=slas)
            if not is_ours:
                time.sleep(POLL_SECONDS)

    def _check_all(self, shared: SharedFolder, first: SLAs) -> None:
        """Check all that the session has and nobody checks: a second process would start with seconds of imports."""
        for slas in dict.fromkeys([first, *self.asked]):
            with shared.checking(slas) as is_ours:
                if is_ours and not shared.has_ended(slas):
                    run = self._run_of(slas, lambda ran, slas=slas: shared.publish(slas, ran))  # type: ignore[misc]
                    run.finish()
                    shared.end(slas, run.error)

    @contextmanager
    def _spent_elsewhere(self) -> Iterator[None]:
        began, before = time.perf_counter(), self.elsewhere
        try:
            yield
        finally:
            self.elsewhere = before + time.perf_counter() - began

    def _begin(self, slas: SLAs, stages: tuple[Stage, ...], stack: ExitStack) -> Checking:
        from pytest_flops_mock.pipeline import RepositoryChecker

        if self._checker is None:
            options = self._settings.options.arguments()
            checker = RepositoryChecker(self._settings.repository, on_event=self._on_event, **options)
            self._checker = self._stack.enter_context(checker)
        begun = self._checker.begin(sla=[_short(sla) for sla in slas], project_sla=self._project, stages=stages)
        return stack.enter_context(begun)

    def _search(self, slas: SLAs) -> SearchResult:
        """Its check is one of its own, behind that of the stages."""
        from pytest_flops_mock.search.options import SearchOptions
        from pytest_flops_mock.search.searching import search_repository

        (sla,) = slas
        settings = self._settings
        self._on_event(StageBegan(Stage.SEARCH))
        try:
            return search_repository(
                settings.repository,
                sla=_short(sla),
                project_sla=self._project,
                named=shown(settings.repository, Path.cwd()),
                **SearchOptions(**settings.search).arguments(),
                **settings.options.arguments(),
            )
        finally:
            self._on_event(StageEnded(Stage.SEARCH, None))

    def _train(self, slas: SLAs) -> RoundsReport:
        """Federated rounds; what comes before them has run already."""
        from pytest_flops_mock.rounds.options import rounds_options
        from pytest_flops_mock.rounds.running import run_rounds

        settings = self._settings
        return run_rounds(
            settings.repository,
            sla=[_short(sla) for sla in slas],
            project_sla=self._project,
            named=shown(settings.repository, Path.cwd()),
            on_event=self._on_event,
            **rounds_options(settings.rounds, "--flops-rounds-fault or ini flops_rounds_fault").arguments(),
            **settings.options.arguments(),
        )

    @property
    def _project(self) -> Path | None:
        return None if self._settings.project_sla is None else _short(self._settings.project_sla)


class _Run:
    """One check in this process, until the last stage that is asked for has run."""

    def __init__(self, checks: Checks, slas: SLAs, publish: Callable[[Ran], None]) -> None:
        self.done: dict[Stage, Ran] = {}
        self.error: Exception | None = None
        self._checks = checks
        self._slas = slas
        self._publish = publish
        self._stages = checks.asked.get(slas, ())
        self._stack = ExitStack()
        self._checking: Checking | None = None

    def advance(self, stage: Stage) -> Ran:
        """Run what a stage needs and has not run, and the stage."""
        for each in _with_needed(stage):
            if each not in self.done:
                if self.error is not None:
                    raise self.error
                try:
                    self._timed(each)
                except Exception as error:
                    self.error = error  # told by each stage, without trying ten times
                    self._stack.close()
                    raise
                self._publish(self.done[each])
        if self.done.keys() >= {*self._stages}:
            self._checking = None
            self._stack.close()
        return self.done[stage]

    def finish(self) -> None:
        """Run all that is asked for; what keeps a stage from running is told by its test."""
        for stage in self._stages:
            try:
                self.advance(stage)
            except Exception as error:
                if error is not self.error:
                    raise

    def _timed(self, stage: Stage) -> Ran:
        before, began = self._starting(), time.perf_counter()
        ran = self.done[stage] = self._run(stage)
        if stage in self._stages:  # its test says how long it took; waiting for the child remains, in this setup
            remains = self._starting() - before if stage is not Stage.ENVIRONMENT else 0.0
            self._checks.elsewhere += time.perf_counter() - began - remains
        return ran

    def _starting(self) -> float:
        """How long it was waited for the child so far."""
        last = next(reversed(self.done.values()), None)
        results = () if last is None else last.report.stages
        return sum(result.seconds for result in results if result.stage is Stage.ENVIRONMENT)

    def _run(self, stage: Stage) -> Ran:
        if stage is Stage.SEARCH:
            return self._searched()
        if stage is Stage.ROUNDS:
            return self._trained()
        if self._checking is None:
            wanted = self._stages or _with_needed(stage)
            self._checking = self._checks._begin(self._slas, wanted, self._stack)
        self._checking.run(stage)
        return Ran.of(stage, self._checking.report, self.done.values())

    def _searched(self) -> Ran:
        """The check's report with what the search came to. What is not compatible is not searched."""
        from pytest_flops_mock.search.telling import not_searched

        report = self.done[CHECKED[-1]].report
        if report.breaks:
            return Ran.of(Stage.SEARCH, not_searched(report), self.done.values())
        result = self._checks._search(self._slas)
        report = result.report
        if Stage.ROUNDS in self.done:  # a plugin that orders tests anew
            from pytest_flops_mock.rounds.telling import with_rounds

            report = with_rounds(report, self.done[Stage.ROUNDS].report)
        return Ran.of(Stage.SEARCH, report, self.done.values(), interrupted=result.ended == "interrupted")

    def _trained(self) -> Ran:
        """What is known so far with what the rounds came to. What is not compatible is not trained."""
        from pytest_flops_mock.rounds.telling import not_trained, with_rounds

        before = self.done[CHECKED[-1]].report
        report = self.done[Stage.SEARCH].report if Stage.SEARCH in self.done else before
        if before.breaks:
            return Ran.of(Stage.ROUNDS, not_trained(report), self.done.values())
        return Ran.of(Stage.ROUNDS, with_rounds(report, self._checks._train(self._slas).report), self.done.values())


def _with_needed(stage: Stage) -> tuple[Stage, ...]:
    return needed([stage])


def _short(path: Path) -> Path:
    """A short path where that goes: findings name it."""
    return Path(shown(path, Path.cwd()))
