"""``flops-mock check``: whether FLOps can train an ML repository on the data that SLAs ask for."""

from __future__ import annotations

import argparse

from pytest_flops_mock.cli.checking import (
    EXPLAINED,
    add_arguments,
    repository_at,
    show_at_once,
    show_in_the_end,
    showing_of,
    sla_files,
    values_of,
)
from pytest_flops_mock.cli.progress import shown_at_once
from pytest_flops_mock.cli.shared import AddCommand
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.settings import check_options, shown_rows
from pytest_flops_mock.sla.files import together_name


def add(add: AddCommand) -> None:
    """Add the command."""
    check = add(
        "check",
        help="check whether FLOps can train an ML repository",
        description="Check whether FLOps can train an ML repository on the data that SLAs ask for.",
        epilog=EXPLAINED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    check.set_defaults(run=_run)
    add_arguments(check, "command")


def _run(given: argparse.Namespace) -> int:
    values = values_of(given)
    showing = showing_of(given.format, values)
    options = check_options(values, show_rows=shown_rows(showing.outputs, showing.form))
    files = sla_files(values, given.repository)
    from pytest_flops_mock.pipeline import RepositoryChecker

    checks = [files.mocks] if values.get("together") else [(sla,) for sla in files.mocks]
    reports: dict[str, Report] = {}
    name = ""
    with (
        repository_at(given.repository, options) as (repository, folder),
        shown_at_once(lambda: name if len(checks) > 1 else "") as on_event,
        RepositoryChecker(repository, on_event=on_event, **options.arguments()) as checker,
    ):
        for each in checks:
            name, is_first = together_name(list(each)), not reports
            reports[name] = report = checker.check(sla=each, project_sla=files.project)
            show_at_once(showing, name, report, several=len(files.mocks) > 1, first=is_first)
    return show_in_the_end(showing, reports, folder)
