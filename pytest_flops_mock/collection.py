"""Checks that pytest collects without any test code: a file for each SLA, a test for each stage of its check.

They are items of our own and no parametrised functions, since only so a node id such as ``mocks/mnist.json::transform``
names an existing file, and works as an argument, with ``--deselect`` and with ``--lf``. The price: fixtures, autouse ones
too, do not reach them.

The check of an SLA runs as a whole, once in a process, when its first stage is asked for. That stage's test pays for all:
its duration, in JUnit and ``--durations``, is the check's; the stages' own seconds are in the property ``flops_seconds``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from pytest_flops_mock.errors import FlopsMockError, Problem, SettingsError, listing, nearest
from pytest_flops_mock.settings import Settings
from pytest_flops_mock.sla.files import is_mdp_sla, mdp_slas, refuse_what_is_no_file, shown, together_name
from pytest_flops_mock.stage import CHECKED, Stage

if TYPE_CHECKING:
    from pytest_flops_mock.findings import Finding
    from pytest_flops_mock.pipeline import RepositoryChecker
    from pytest_flops_mock.report.report import Report
    from pytest_flops_mock.search.found import SearchResult


class Checks:
    """The checks of this process: each once, all in one child. Nothing starts before the first is asked for."""

    def __init__(self, settings: Settings, config: pytest.Config) -> None:
        self.settings = settings
        self._config = config
        self._stack = ExitStack()
        self._checker: RepositoryChecker | None = None
        self._done: dict[tuple[Path, ...], Report | Exception] = {}
        self._searched: dict[tuple[Path, ...], SearchResult | Exception] = {}
        self._handed_over: set[tuple[tuple[Path, ...], int]] = set()

    def report(self, slas: tuple[Path, ...]) -> Report:
        """The report on the repository with the data of an SLA, or of several together.

        Raises:
            FlopsMockError: A setting means nothing.
        """
        if slas not in self._done:
            try:
                self._done[slas] = self._check(slas)
            except Exception as error:
                self._done[slas] = error  # told by each stage, without trying ten times
        done = self._done[slas]
        if isinstance(done, Exception):
            raise done
        return done

    def search(self, slas: tuple[Path, ...]) -> SearchResult:
        """What a search with the data of an SLA came to. Its check is one of its own, behind that of the stages.

        Raises:
            FlopsMockError: A setting means nothing, or Hypothesis is not installed.
        """
        if slas not in self._searched:
            try:
                self._searched[slas] = self._search(slas)
            except Exception as error:
                self._searched[slas] = error
        done = self._searched[slas]
        if isinstance(done, Exception):
            raise done
        self._done[slas] = done.report
        return done

    def hand_over(self, slas: tuple[Path, ...]) -> str:
        """The report as JSON the first time that it is there, and once more behind a search; else an empty text."""
        done = self._done.get(slas)
        if done is None or isinstance(done, Exception) or (slas, len(done.stages)) in self._handed_over:
            return ""
        self._handed_over.add((slas, len(done.stages)))
        return done.to_json(indent=None)

    def close(self) -> None:
        """End the child."""
        self._checker = None
        self._stack.close()

    def _check(self, slas: tuple[Path, ...]) -> Report:
        from pytest_flops_mock.pipeline import RepositoryChecker
        from pytest_flops_mock.terminal import at_once

        settings = self.settings
        if self._checker is None:
            options = settings.options.arguments()
            checker = RepositoryChecker(settings.repository, on_wait=at_once(self._config), **options)
            self._checker = self._stack.enter_context(checker)
        return self._checker.check(sla=[_short(sla) for sla in slas], project_sla=self._project)

    @property
    def _project(self) -> Path | None:
        return None if self.settings.project_sla is None else _short(self.settings.project_sla)

    def _search(self, slas: tuple[Path, ...]) -> SearchResult:
        from pytest_flops_mock.search.options import SearchOptions
        from pytest_flops_mock.search.searching import search_repository
        from pytest_flops_mock.terminal import at_once

        (sla,) = slas
        settings = self.settings
        return search_repository(
            settings.repository,
            sla=_short(sla),
            project_sla=self._project,
            named=shown(settings.repository, Path.cwd()),
            on_wait=at_once(self._config),
            **SearchOptions(**settings.search).arguments(),
            **settings.options.arguments(),
        )


def _short(path: Path) -> Path:
    """A short path where that goes: findings name it."""
    return Path(shown(path, Path.cwd()))


CHECKS = pytest.StashKey[Checks]()


class SLAFile(pytest.File):
    """An MDP SLA. Its tests are the stages of the check with its data; the first of several together stands for all."""

    @property
    def slas(self) -> tuple[Path, ...]:
        """What its tests check with."""
        return (self.path,)

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """One test for each stage."""
        together = together_slas(self.config)
        if self.path not in together:
            yield from _stages_of(self, self.path)
        elif self.path == next(iter([sla for sla in together if self.session.isinitpath(sla)] or together)):
            yield Together.from_parent(self, name="together")


class Together(pytest.Collector):
    """The check of several SLAs at once."""

    @property
    def slas(self) -> tuple[Path, ...]:
        """What its tests check with."""
        return together_slas(self.config)

    def collect(self) -> Iterator[pytest.Item]:
        """One test for each stage."""
        yield from _stages_of(self, self.path)


def together_slas(config: pytest.Config) -> tuple[Path, ...]:
    """The SLAs that are checked at once: those that are set, else the arguments; none if each is checked alone."""
    settings = config.stash[CHECKS].settings
    if not settings.together:
        return ()
    slas = settings.slas or tuple(path for path, _ in _arguments(config) if is_mdp_sla(path))
    return slas if len(slas) > 1 else ()


def _stages_of(parent: pytest.Collector, path: Path) -> Iterator[pytest.Item]:
    parent.add_marker(pytest.mark.flops)
    if parent.config.pluginmanager.hasplugin("xdist"):
        # With --dist loadgroup all stages go to one worker, which checks once. Other ways of sharing out work too.
        parent.add_marker(pytest.mark.xdist_group(name=shown(path, parent.config.rootpath)))
    for stage in CHECKED:
        yield StageItem.from_parent(parent, name=stage.value)
    if parent.config.stash[CHECKS].settings.searches and isinstance(parent, SLAFile):
        yield SearchItem.from_parent(parent, name=Stage.SEARCH.value)


class StageItem(pytest.Item):
    """One stage of a check."""

    @property
    def slas(self) -> tuple[Path, ...]:
        """The MDP SLAs that are checked."""
        return cast("SLAFile | Together", self.parent).slas

    @property
    def sla(self) -> str:
        """The SLAs' paths, as reports name them; below the rootdir that of one is the node id's first part."""
        return together_name([shown(sla, self.config.rootpath) for sla in self.slas])

    def setup(self) -> None:
        """Have the report; where there can be none (a tool that fails, a setting), that is an error and no failure."""
        try:
            self._report()
        except FlopsMockError as error:
            raise pytest.fail.Exception(str(error), pytrace=False) from None

    def runtest(self) -> None:
        """Fail, skip or pass as the stage did."""
        from pytest_flops_mock.report import text

        report = self._report()
        result = next(result for result in report.stages if result.stage.value == self.name)
        told = {"flops_stage": self.name, "flops_seconds": f"{result.seconds:.3f}", "flops_verdict": report.verdict}
        self.user_properties = [*(pair for pair in self.user_properties if pair[0] not in told), *told.items()]
        errors = _errors(report, self.name)
        if errors and self._is_first_to_fail(report):
            self.add_report_section("call", "FLOps check", str(report))
        else:
            others = [finding for finding in report.findings if finding.stage.value == self.name and finding not in errors]
            if others:
                self.add_report_section("call", "FLOps findings", text.blocks(others))
        if errors:
            pytest.fail(text.blocks(errors), pytrace=False)
        if result.outcome.value == "skipped":
            pytest.skip(result.reason)

    def _report(self) -> Report:
        return self.config.stash[CHECKS].report(self.slas)

    def _initrequest(self) -> None:
        """pytest-retry asks every test for this, to have new fixtures before the next attempt; there are none here."""

    def reportinfo(self) -> tuple[Path, int, str]:
        """The SLA, and how failures are headed."""
        return self.path, 0, f"{self.name} with {self.sla}"

    def _is_first_to_fail(self, report: Report) -> bool:
        """Whether to show the whole report. Every xdist worker has all items and gives the same answer."""
        mine = (item for item in self.session.items if isinstance(item, StageItem) and item.slas == self.slas)
        return next((item for item in mine if _errors(report, item.name)), None) is self


class SearchItem(StageItem):
    """The search behind a check."""

    def _report(self) -> Report:
        """The check's report with what the search came to. What is not compatible is not searched."""
        checks = self.config.stash[CHECKS]
        report = checks.report(self.slas)
        if any(result.stage is Stage.SEARCH for result in report.stages):
            return report
        if not report.ok:
            from pytest_flops_mock.search.telling import not_searched

            return not_searched(report)
        result = checks.search(self.slas)
        if result.ended == "interrupted":
            self.session.shouldstop = "the search was interrupted"
        return result.report


def refuse_what_is_not_there(config: pytest.Config, settings: Settings) -> None:
    """Refuse checks without an SLA, and with files that do not exist; and searches that cannot be.

    Raises:
        SettingsError: It says which SLAs there are.
        ToolError: A search needs Hypothesis.
        SavedPartitionError: What a search finds cannot be saved.
    """
    if settings.searches:
        _refuse_search(settings)
    here = config.invocation_params.dir
    if not settings.slas and not any(is_mdp_sla(path) for path, _ in _arguments(config)):
        there = [shown(path, here) for path in mdp_slas(settings.repository)]
        raise SettingsError(
            Problem(
                "a check needs an MDP SLA, and none is named",
                where="--flops-check" if config.getoption("flops_check") else "ini flops_check",
                expected="the path of an MDP SLA, or a pattern such as 'mocks/*.json'",
                got=f"no --flops-sla, no ini flops_sla, no SLA among the arguments ({listing(config.args, 3)})",
                nearest=listing(there, 5) if there else "",
                fix=f"add --flops-sla {there[0] if there else 'FILE'}, or name it in the ini key flops_sla",
            )
        )
    named = [(path, "MDP", "sla") for path in settings.slas]
    named += [(settings.project_sla, "project", "project-sla")] if settings.project_sla is not None else []
    for path, kind, option in named:
        where = f"--flops-{option} or ini flops_{option.replace('-', '_')}"
        refuse_what_is_no_file(path, kind, where, here=here, repository=settings.repository)


def _refuse_search(settings: Settings) -> None:
    from pytest_flops_mock.search.exploring import refuse_without_hypothesis
    from pytest_flops_mock.search.saving import refuse_unwritable

    refuse_without_hypothesis()
    if settings.together:
        raise SettingsError(
            Problem(
                "a search takes one SLA, and these are checked together",
                where="--flops-search or ini flops_search",
                expected="--flops-search or --flops-together",
                got="both",
                fix="leave one of them out",
            )
        )
    if (folder := settings.search.get("save")) is not None:
        refuse_unwritable(folder, "--flops-search-save or ini flops_search_save")


def collected_as_argument(path: Path, parent: pytest.Collector, settings: Settings) -> SLAFile | None:
    """The collector of an SLA that is itself an argument of pytest; such a one needs no option."""
    if not parent.session.isinitpath(path) or not (path in settings.slas or is_mdp_sla(path)):
        return None
    file: SLAFile = SLAFile.from_parent(parent, path=path)
    return file


def collected_beside(session: pytest.Session, settings: Settings) -> list[SLAFile]:
    """The collectors of SLAs that pytest has no argument for.

    All, where pytest has no arguments or takes ``testpaths``. With arguments, those in folders among them; and all when
    ``--flops-check`` comes with folders alone, or ``--flops-sla`` with SLAs alone (a shell has expanded a pattern). Never
    for a test or a file that was named: who names one, means that one.

    They hang on the session instead of being added to its arguments: pytest 8.0 loses tests when arguments overlap.
    """
    config, slas = session.config, settings.slas if settings.check else ()
    if config.args_source is config.ArgsSource.ARGS:
        arguments = _arguments(config)
        folders = [path for path, _ in arguments if path.is_dir()]
        only_folders = bool(config.getoption("flops_check")) and len(folders) == len(arguments)
        only_slas = bool(config.getoption("flops_sla")) and all(is_mdp_sla(path) and whole for path, whole in arguments)
        if not only_folders and not only_slas:
            slas = tuple(sla for sla in slas if any(folder in sla.parents for folder in folders))
        slas = tuple(sla for sla in slas if sla not in {path for path, _ in arguments})
    together = together_slas(config)
    if together:  # they stand below the first of them, or below one that is an argument
        first = () if any(session.isinitpath(sla) for sla in together) else together[:1]
        slas = tuple(sla for sla in slas if sla not in together or sla in first)
    # The name is for an SLA outside of the rootdir, of which pytest has no path to make a node id of.
    return [SLAFile.from_parent(session, path=sla, name=os.path.relpath(sla, config.rootpath)) for sla in slas]


def without_effect(reports: Mapping[str, Report], settings: Settings) -> Iterator[str]:
    """A line on each data set that has a source of its own, is none of those checked, but is nearly called like one."""
    if not settings.options.data.by_name:
        return
    from pytest_flops_mock.data.resolving import names_of

    asked = {sent.dataset_name for report in reports.values() for sent in report.data.sent}
    known = {name for dataset in asked for name in names_of(dataset, settings.options.recordings)}
    for name, source in settings.options.data.by_name:
        if name not in known and (near := nearest(name, sorted(asked))):
            yield f"{name}:{source.value} is set, but no SLA asks for {name}; one asks for {near}"


def _arguments(config: pytest.Config) -> list[tuple[Path, bool]]:
    """The paths that pytest was called with, and whether all in them is meant."""
    here = config.invocation_params.dir
    parts = [argument.partition("::") for argument in config.args]
    return [(Path(os.path.abspath(here / path)), not separator) for path, separator, _ in parts]


def _errors(report: Report, stage: str) -> list[Finding]:
    """Why a stage's test fails. No error of a report is in no test, whatever its stage's outcome."""
    errors = [finding for finding in report.errors if finding.stage.value == stage]
    if not errors and report.outcome(stage).value == "failed":
        return list(report.errors)
    return errors
