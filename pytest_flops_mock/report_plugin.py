"""What a pytest run with ``--flops-report`` has beside: it gathers the reports of all workers, and writes the files."""

from __future__ import annotations

import os
from collections.abc import Iterable

import pytest

from pytest_flops_mock.errors import ToolError, listing
from pytest_flops_mock.report.places import Places
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.report_files import write
from pytest_flops_mock.settings import Settings

ENDED = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
"""How a run ends whose reports are whole."""

Brought = tuple[str, int, str, bool]
"""What a stage's test brings along: the SLA, how many stages have run, the report as JSON, whether the check broke off."""


class ReportFiles:
    """Writes the reports of a run's checks when it ends. Not for xdist's workers: their controller has all reports."""

    def __init__(self, settings: Settings, config: pytest.Config) -> None:
        self._settings = settings
        self._folder = config.invocation_params.dir
        self._brought: list[Brought] = []
        self._told: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a test brings along."""
        if (told := getattr(report, "flops_report", None)) is not None:
            self._brought.append(told)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the files. A run whose report cannot be written fails."""
        if hasattr(session.config, "workerinput") or session.config.getoption("collectonly"):
            return
        outputs = self._settings.outputs
        reports, broken_off = joined(self._brought)
        why = "" if exitstatus in ENDED else "the run did not come to its end"
        if broken_off or (self._brought and not reports):
            why = f"the check broke off: {listing(broken_off)}" if broken_off else "the check broke off"
        if why or not reports:
            self._told = [f"flops: no report was written, since {why or 'no SLA was checked'}"]
            return
        places = Places.of(os.environ, self._settings.repository, self._folder)
        try:
            write(outputs, reports, places)
        except ToolError as error:
            self._told = [f"flops: {error}"]
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        else:
            self._told = [f"flops: {output.form} report in {output.path}" for output in outputs]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say where the reports are, or why there are none."""
        for line in self._told:
            terminalreporter.write_line(line)


def joined(brought: Iterable[Brought]) -> tuple[dict[str, Report], list[str]]:
    """What is known last of each SLA, whichever tests and workers brought it; and the SLAs whose checks broke off."""
    told = {(name, stages, text, is_broken_off) for name, stages, text, is_broken_off in brought}
    last = {name: text for name, _, text, _ in sorted(told, key=lambda one: one[1]) if text}
    reports = {name: Report.from_json(text) for name, text in sorted(last.items())}
    return reports, sorted({name for name, _, _, is_broken_off in told if is_broken_off} if last else ())
