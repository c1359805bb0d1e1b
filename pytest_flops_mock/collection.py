"""Checks that pytest collects without any test code: a file for each SLA, a test for each stage of its check.

They are items of our own and no parametrised functions, since only so a node id such as ``mocks/mnist.json::transform``
names an existing file, and works as an argument, with ``--deselect`` and with ``--lf``. The price: fixtures, autouse ones
too, do not reach them.

The stages of an SLA run one by one, each in its own test, with those that it needs and that have no test. Under xdist one
worker runs them for all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from pytest_flops_mock.errors import FlopsMockError, Problem, SettingsError, listing, nearest
from pytest_flops_mock.settings import Settings
from pytest_flops_mock.sla.files import is_mdp_sla, none_named, refuse_what_is_no_file, shown, together_name
from pytest_flops_mock.stage import CHECKED, Stage

if TYPE_CHECKING:
    from pytest_flops_mock.checks.running import Checks
    from pytest_flops_mock.findings import Finding, StageResult
    from pytest_flops_mock.report.report import Report


class Session:
    """The checks of a session, which are made when the first of its tests needs them."""

    def __init__(self, settings: Settings, config: pytest.Config) -> None:
        self.settings = settings
        self._config = config
        self._checks: Checks | None = None

    def checks(self, session: pytest.Session) -> Checks:
        """The checks of this process, or what it sees of those of another one."""
        if self._checks is None:
            from pytest_flops_mock.checks.running import Checks
            from pytest_flops_mock.checks.sharing import SharedFolder
            from pytest_flops_mock.terminal import at_once

            asked: dict[tuple[Path, ...], list[Stage]] = {}
            for item in session.items:
                if isinstance(item, StageItem):
                    asked.setdefault(item.slas, []).append(Stage(item.name))
            in_order = {slas: tuple(stage for stage in Stage if stage in stages) for slas, stages in asked.items()}
            folder = getattr(self._config, "workerinput", {}).get(FOLDER)
            shared = SharedFolder(Path(folder)) if folder is not None else None
            is_shared = shared is not None and shared.exists  # a worker may be on another machine
            self._checks = Checks(self.settings, in_order, at_once(self._config), shared if is_shared else None)
        return self._checks

    def close(self) -> None:
        """End what runs."""
        if self._checks is not None:
            self._checks.close()


FOLDER = "flops_folder"
"""The key of a worker's input that names what the workers share."""

WIDTH = "flops_width"
"""The key of a worker's input that says how wide the terminal is."""

CHECKS = pytest.StashKey[Session]()


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
        # With --dist loadgroup all stages go to one worker, and none waits for another.
        parent.add_marker(pytest.mark.xdist_group(name=shown(path, parent.config.rootpath)))
    for stage in CHECKED:
        yield StageItem.from_parent(parent, name=stage.value)
    settings = parent.config.stash[CHECKS].settings
    if settings.searches and isinstance(parent, SLAFile):
        yield StageItem.from_parent(parent, name=Stage.SEARCH.value)
    if settings.in_rounds:
        yield StageItem.from_parent(parent, name=Stage.ROUNDS.value)


class StageItem(pytest.Item):
    """One stage of a check, or the search or the federated rounds behind it."""

    elsewhere = 0.0
    """Seconds of its setup that belong to other tests."""

    @property
    def slas(self) -> tuple[Path, ...]:
        """The MDP SLAs that are checked."""
        return cast("SLAFile | Together", self.parent).slas

    @property
    def sla(self) -> str:
        """The SLAs' paths, as reports name them; below the rootdir that of one is the node id's first part."""
        return together_name([shown(sla, self.config.rootpath) for sla in self.slas])

    @property
    def stage(self) -> Stage:
        """Which one."""
        return Stage(self.name)

    @property
    def checks(self) -> Checks:
        """All of the session."""
        return self.config.stash[CHECKS].checks(self.session)

    def setup(self) -> None:
        """Run the stage. Where it cannot be (a tool that fails, a setting), that is an error and no failure."""
        from pytest_flops_mock.checks.sharing import SessionOverError

        before = self.checks.elsewhere
        try:
            self.checks.ran(self.slas, self.stage)
        except FlopsMockError as error:
            raise pytest.fail.Exception(str(error), pytrace=False) from None
        except SessionOverError:
            pytest.exit("the session is over")
        finally:
            self.elsewhere = self.checks.elsewhere - before

    def runtest(self) -> None:
        """Fail, skip or pass as the stage did."""
        from pytest_flops_mock.report import text
        from pytest_flops_mock.terminal import FindingsError, look

        ran = self.checks.ran(self.slas, self.stage)
        report, result = ran.report, self.result
        if ran.interrupted:
            self.session.shouldstop = "the search was interrupted"
        told = {"flops_stage": self.name, "flops_seconds": f"{result.seconds:.3f}", "flops_verdict": report.verdict}
        self.user_properties = [*(pair for pair in self.user_properties if pair[0] not in told), *told.items()]
        errors = self._errors(self.stage)
        if errors and self._is_first_to_fail():
            run = {each.stage for each in report.stages}
            to_come = [stage for stage in self.checks.asked[self.slas] if stage not in run]
            self.add_report_section(
                "call", "FLOps check", look(self.config).of(text.full(report, told=errors, to_come=to_come))
            )
        else:
            others = [finding for finding in report.findings if finding.stage is self.stage and finding not in errors]
            if others:
                self.add_report_section("call", "FLOps findings", look(self.config).of(text.blocks(others)))
        known = [finding for finding in report.known if finding.stage is self.stage]
        if known:
            title = f"FLOps findings known from {report.baseline}"
            self.add_report_section("call", title, look(self.config).of(text.blocks(known)))
        if errors:
            raise FindingsError(errors)
        if result.outcome.value == "skipped":
            pytest.skip(result.reason)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> Any:  # type: ignore[override]
        """Findings are shown with the user's line that they are about, whatever ``--tb`` says."""
        from pytest_flops_mock.terminal import FindingsError, shown_findings

        if isinstance(excinfo.value, FindingsError):
            repository = self.config.stash[CHECKS].settings.repository
            return shown_findings(excinfo, self.config, repository, otherwise=self.path)
        return super().repr_failure(excinfo)

    @property
    def result(self) -> StageResult:
        """How the stage has ended."""
        report = self.checks.ran(self.slas, self.stage).report
        return next(result for result in report.stages if result.stage is self.stage)

    def hand_over(self) -> tuple[str, int, str, bool]:
        """The SLA, how many stages have run, what is known of it as JSON, and whether the check broke off."""
        known = self.checks.known(self.slas)
        last = max(known.values(), key=lambda ran: len(ran.report.stages), default=None)
        if last is None:
            return self.sla, 0, "", True
        return self.sla, len(last.report.stages), last.report.to_json(indent=None), self.stage not in known

    def seconds(self, when: str, measured: float) -> float:
        """What a phase of the test took, without what belongs to others."""
        if when == "setup":
            return 0.0 if self.checks.is_shared else max(0.0, measured - self.elsewhere)
        return self.result.seconds if when == "call" else measured

    def _initrequest(self) -> None:
        """pytest-retry asks every test for this, to have new fixtures before the next attempt; there are none here."""

    def reportinfo(self) -> tuple[Path, int, str]:
        """The SLA, and how failures are headed."""
        return self.path, 0, f"{self.name} with {self.sla}"

    def _is_first_to_fail(self) -> bool:
        """Whether to show all that is known. Every xdist worker has all items and gives the same answer."""
        failed = (stage for stage in self.checks.asked[self.slas] if self._errors(stage))
        return next(failed, None) is self.stage

    def _errors(self, stage: Stage) -> list[Finding]:
        """Why a stage's test fails. No error of a report is in no test, whatever its stage's outcome."""
        known = self.checks.known(self.slas)
        if stage not in known:
            return []
        tells = [each for each in self.checks.tells(self.slas, stage) if each in known]
        errors = list(dict.fromkeys(error for each in Stage if each in tells for error in known[each].errors))
        if not errors and known[stage].report.outcome(stage).value == "failed":
            return list(known[stage].report.errors)
        return errors


def refuse_what_is_not_there(config: pytest.Config, settings: Settings) -> None:
    """Refuse checks without an SLA, and with files that do not exist; and searches that cannot be.

    Raises:
        SettingsError: It says which SLAs there are.
        ToolError: A search needs Hypothesis.
        SavedPartitionError: What a search finds cannot be saved.
    """
    if settings.searches:
        _refuse_search(settings)
    if settings.in_rounds:
        from pytest_flops_mock.rounds.options import rounds_options

        rounds_options(settings.rounds, "--flops-rounds-fault or ini flops_rounds_fault")
    here = config.invocation_params.dir
    if not settings.slas and not any(is_mdp_sla(path) for path, _ in _arguments(config)):
        raise SettingsError(
            none_named(
                "--flops-check" if config.getoption("flops_check") else "ini flops_check",
                f"no --flops-sla, no ini flops_sla, no SLA among the arguments ({listing(config.args, 3)})",
                "--flops-sla",
                here=here,
                repository=settings.repository,
                or_else=", or name it in the ini key flops_sla",
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


def may_check(config: pytest.Config) -> bool:
    """Whether SLAs may be among what is collected."""
    settings = config.stash[CHECKS].settings
    return settings.check or any(path in settings.slas or is_mdp_sla(path) for path, _ in _arguments(config))


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
