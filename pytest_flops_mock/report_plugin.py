"""What a pytest run with ``--flops-report`` has beside: it gathers the reports of all workers, and writes the files."""

from __future__ import annotations

import os
from collections.abc import Iterable

import pytest

from pytest_flops_mock.errors import ToolError
from pytest_flops_mock.report.places import Places
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.report_files import write
from pytest_flops_mock.settings import Settings

ENDED = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
"""How a run ends whose reports are whole."""


class ReportFiles:
    """Writes the reports of a run's checks when it ends. Not for xdist's workers: their controller has all reports."""

    def __init__(self, settings: Settings, config: pytest.Config) -> None:
        self._settings = settings
        self._folder = config.invocation_params.dir
        self._brought: list[tuple[str, str]] = []
        self._told: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a test brings along."""
        name, text = getattr(report, "flops_report", ("", ""))
        if text:
            self._brought.append((name, text))

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the files. A run whose report cannot be written fails."""
        if hasattr(session.config, "workerinput") or session.config.getoption("collectonly"):
            return
        outputs = self._settings.outputs
        if not self._brought or exitstatus not in ENDED:
            why = "no SLA was checked" if not self._brought else "the run did not come to its end"
            self._told = [f"flops: no report was written, since {why}"]
            return
        places = Places.of(os.environ, self._settings.repository, self._folder)
        try:
            write(outputs, joined(self._brought), places)
        except ToolError as error:
            self._told = [f"flops: {error}"]
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        else:
            self._told = [f"flops: {output.form} report in {output.path}" for output in outputs]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say where the reports are, or why there are none."""
        for line in self._told:
            terminalreporter.write_line(line)


def joined(brought: Iterable[tuple[str, str]]) -> dict[str, Report]:
    """The reports that tests brought along as JSON, by SLA; of those of several xdist workers, one that is not ok."""
    reports: dict[str, Report] = {}
    for name, text in sorted(set(brought)):
        report = Report.from_json(text)
        if name not in reports or not report.ok or len(report.stages) > len(reports[name].stages):
            reports[name] = report
    return reports
