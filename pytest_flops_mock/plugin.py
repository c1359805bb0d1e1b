"""The entry point for pytest: options, ini keys, markers, header, checks to collect, and what the reports show of them.

Loaded in every pytest run where the package is installed, so it imports the standard library and pytest only.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_flops_mock.collection import (
    CHECKS,
    FOLDER,
    WIDTH,
    Session,
    SLAFile,
    StageItem,
    collected_as_argument,
    collected_beside,
    may_check,
    refuse_what_is_not_there,
    without_effect,
)
from pytest_flops_mock.errors import FlopsMockError, ToolError, listing
from pytest_flops_mock.fixtures import (
    PASSED,
    REPORTS,
    SERVERS,
    flops_check,
    flops_replay,
    flops_repository,
    flops_search,
    flops_try,
    learner_nodes,
    ml_data_server,
    ml_data_server_address,
    ml_data_server_store,
    mock_data_provider,
    offline_hub,
    settings_of,
)
from pytest_flops_mock.option_table import OPTIONS
from pytest_flops_mock.options import CheckOptions

if TYPE_CHECKING:
    from pytest_flops_mock.report.report import Report
    from pytest_flops_mock.sla.partitioners import Partitioning

SHARED = pytest.StashKey[Path]()
"""The folder that this process has made for the workers of its session."""

LATE = tuple(f"pytest_flops_mock.fixtures.{name}" for name in ("containing", "federating", "managing"))
"""Modules of fixtures that are loaded when a run is configured, and not with this one."""

__all__ = [
    "flops_check",
    "flops_replay",
    "flops_repository",
    "flops_search",
    "flops_try",
    "learner_nodes",
    "ml_data_server",
    "ml_data_server_address",
    "ml_data_server_store",
    "mock_data_provider",
    "offline_hub",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options and ini keys; an option goes before the ini key of the same meaning."""
    group = parser.getgroup("flops", "FLOps: checks of ML repositories against mock data")
    text: dict[str, Any] = {"default": ""}
    # A number in TOML's own notation is one from pytest 9.0 on; older ones have texts only, and no such type before 8.4.
    has_numbers = pytest.version_tuple >= (8, 4)
    in_ini: dict[str, dict[str, Any]] = {
        "text": text,
        "number": {"type": "float", "default": None} if has_numbers else text,
        "whole": {"type": "int", "default": None} if has_numbers else text,
        "list": {"type": "linelist", "default": []},
        "flag": {"type": "bool", "default": False},
    }
    for option in OPTIONS:
        if "pytest" in option.doors:
            group.addoption(option.option, dest=option.dest, **option.argparse("; adds to the ini key"))
            parser.addini(option.ini, option.terminal, **in_ini[option.kind])


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers, and refuse settings that mean nothing before any test runs."""
    config.addinivalue_line(
        "markers",
        "flops_sla(*slas, **changes): the MDP SLA for mock_data_provider and flops_check when they are called without one: "
        "a path (relative to the test's file or the rootdir) or a mapping, and values to change in it; flops_check takes "
        "several together",
    )
    config.addinivalue_line(
        "markers",
        "flops_data(source=None, *, drift=None, partitioner=None): where the data sets of a test come from, such as "
        "'mnist:recorded *:hub', what is wrong with the rows of each partition, such as 'missing=0.1', and how rows are "
        "split, such as 'dirichlet alpha=0.3'",
    )
    config.addinivalue_line(
        "markers",
        'flops_ignore(*codes): codes that do not count in the checks of flops_check, such as "FM714"; the report names them',
    )
    config.addinivalue_line(
        "markers",
        "flops_faults(*faults): what ml_data_server does wrong on request, such as 'latency=0.2 call=do_put; break_off=100'",
    )
    config.addinivalue_line(
        "markers", "flops: the checks that SLAs are collected for; -m flops selects them, -m 'not flops' the rest"
    )
    for module in LATE:
        config.pluginmanager.register(import_module(module), module)
    settings = settings_of(config)
    if settings.check:
        try:
            refuse_what_is_not_there(config, settings)
        except FlopsMockError as error:
            from pytest_flops_mock.report.look import look_on  # most runs have nothing to refuse

            shown = look_on(sys.stderr).of(str(error)) if sys.stderr.isatty() else str(error)
            raise pytest.UsageError(shown) from error
    if settings.outputs:
        from pytest_flops_mock.report_plugin import ReportFiles

        config.pluginmanager.register(ReportFiles(settings, config), "flops-reports")
    config.stash[CHECKS] = Session(settings, config)
    config.add_cleanup(config.stash[CHECKS].close)  # also after Ctrl-C, and when another plugin's hook raises


def pytest_report_header(config: pytest.Config) -> str:
    """Say which data this run uses."""
    settings = settings_of(config)
    options = settings.options
    slas = [sla.relative_to(config.rootpath) if sla.is_relative_to(config.rootpath) else sla for sla in settings.slas]
    parts = [
        f"data {options.data.value}",
        f"partitioner {_written(options.partitioner)}" if options.partitioner is not None else "",
        f"drift {options.drift.value}" if options.drift is not None and options.drift.rules else "",
        f"sla {listing(slas, 5)}{' together' if settings.together else ''}" if slas else "",
        f"env {','.join(options.env)}" if options.env != CheckOptions.env else "",
        f"{listing(options.ignore)} ignored" if options.ignore else "",
        f"baseline {options.baseline.name}" if options.baseline is not None else "",
    ]
    return f"flops: {', '.join(filter(None, parts))}"


def _written(partitioner: Partitioning) -> str:
    from pytest_flops_mock.sla.partitioners import in_short

    return in_short(partitioner)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> SLAFile | None:
    """Collect an SLA that pytest was called with."""
    return collected_as_argument(file_path, parent, settings_of(parent.config))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Collect the other SLAs to check, behind all else."""
    report = yield
    if isinstance(collector, pytest.Session) and report.passed:
        report.result = [*(report.result or ()), *collected_beside(collector, settings_of(collector.config))]
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Note whether the test itself passes; plugins that repeat tests come by here as well."""
    item.stash[PASSED] = False
    result = yield
    item.stash[PASSED] = True
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the reports of checks and the server's call log beside the failure of the test that made them."""
    if call.excinfo is not None and not call.excinfo.errisinstance(pytest.skip.Exception):
        _add_sections(item, call.when)
    message = _shortened(call.excinfo, item) if call.excinfo is not None else None
    report = yield
    if isinstance(item, StageItem) and not (report.failed and report.when == "setup"):
        report.duration = item.seconds(report.when, report.duration)
    if message is not None:
        report.longrepr = message
    if call.when == "call" and report.failed and call.excinfo is not None and call.excinfo.errisinstance(ToolError):
        report.__dict__["flops_no_verdict"] = True  # travels from xdist's workers, too
    if isinstance(item, StageItem) and (report.when == "call" or report.failed):
        if isinstance(report.longrepr, tuple):
            report.longrepr = (str(item.path), 1, report.longrepr[2])  # the SLA, not the line of ours that skips
        # An attribute of a test's report travels from xdist's workers to the controller, also with -x, which cuts
        # workeroutput off; and it goes into no JUnit file, as user_properties do.
        report.__dict__["flops_report"] = item.hand_over()
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of xdist what it shares with the others, and how wide the terminal is."""
    from pytest_flops_mock.checks.sharing import made_folder
    from pytest_flops_mock.terminal import width_of

    config: pytest.Config = node.config
    node.workerinput[WIDTH] = width_of(config)
    if not may_check(config):
        return
    if SHARED not in config.stash:
        config.stash[SHARED] = made_folder()
        config.add_cleanup(lambda: _remove_shared(config))
    folder: Path = config.stash[SHARED]
    node.workerinput[FOLDER] = os.fspath(folder)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let workers that still check see that nobody waits for them, before xdist waits for their end."""
    _remove_shared(session.config)


def _remove_shared(config: pytest.Config) -> None:
    if SHARED in config.stash:
        from pytest_flops_mock.checks.sharing import remove_folder

        remove_folder(config.stash[SHARED])


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """A test whose check came to no verdict is an error, as if a fixture had failed."""
    return ("error", "E", "ERROR") if report.failed and vars(report).get("flops_no_verdict") else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how the checks of SLAs ended, and tell GitHub Actions."""
    if hasattr(config, "workerinput"):
        return  # xdist's workers have a terminal, too, which nobody sees
    reports, broken_off = _handed_over(terminalreporter)
    if not reports:
        if config.getoption("flops_check") and not config.getoption("collectonly"):
            terminalreporter.write_line("flops: no SLA was checked")  # the arguments or -k name other tests
        return
    from pytest_flops_mock.report import github, text
    from pytest_flops_mock.report.look import Look
    from pytest_flops_mock.terminal import width_of

    settings = settings_of(config)
    terminalreporter.write_sep("=", "FLOps checks")
    told = [*text.overview(reports, broken_off=broken_off), *without_effect(reports, settings)]
    lines = Look(width_of(config), config.get_terminal_writer().hasmarkup).of("\n".join(told)).split("\n")
    if os.environ.get("GITHUB_ACTIONS") == "true":
        published = github.publish(reports, os.environ, repository=settings.repository, folder=config.invocation_params.dir)
        lines += [f"flops: {published.problem}"] if published.problem else []
        lines += published.annotations
    for line in lines:
        terminalreporter.write_line(line)


def _handed_over(terminalreporter: pytest.TerminalReporter) -> tuple[dict[str, Report], list[str]]:
    """What is known last of each SLA, whichever tests and workers brought it; and the SLAs whose checks broke off."""
    shown = (report for category in terminalreporter.stats.values() for report in category)
    brought = [told for report in shown if (told := getattr(report, "flops_report", None)) is not None]
    if not brought:
        return {}, []
    from pytest_flops_mock.report_plugin import joined

    return joined(brought)


def _shortened(excinfo: pytest.ExceptionInfo[BaseException], item: pytest.Item) -> Any:
    from pytest_flops_mock.tracebacks import shortened  # most runs have no errors

    return None if isinstance(item, StageItem) else shortened(excinfo, item.config)


def _add_sections(item: pytest.Item, when: str) -> None:
    sections: list[tuple[str, Any]] = [("FLOps check", report) for report in item.stash.get(REPORTS, [])]
    sections += [("ML data server", server.log()) for server in item.stash.get(SERVERS, []) if server.calls]
    if sections:
        from pytest_flops_mock.terminal import look

        for title, content in sections:
            item.add_report_section(when, title, look(item.config).of(str(content)))
    # Told once: a failure at teardown does not show again what one in the test has shown.
    item.stash[REPORTS] = []
    item.stash[SERVERS] = []
