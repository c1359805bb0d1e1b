"""``flops-mock check``: whether FLOps can train an ML repository on the data that SLAs ask for."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from pytest_flops_mock.cli.access import server_address
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
from pytest_flops_mock.errors import Problem, SettingsError, listing
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
    check.add_argument(
        "--uri",
        metavar="URI",
        help="check with what the ML data server at this address holds, such as grpc://127.0.0.1:11027, in place of --sla",
    )
    check.add_argument(
        "--tag",
        action="append",
        metavar="TAG",
        help="a data tag that the learner asks that server for; may be repeated (default: those of the project SLA)",
    )


def _run(given: argparse.Namespace) -> int:
    values = values_of(given)
    showing = showing_of(given.format, values)
    options = check_options(values, show_rows=shown_rows(showing.outputs, showing.form))
    uri = _server(given, values)
    files = sla_files(values, given.repository, needed=uri is None)
    from pytest_flops_mock.pipeline import RepositoryChecker

    checks = [files.mocks] if values.get("together") else [(sla,) for sla in files.mocks]
    reports: dict[str, Report] = {}
    name = ""
    with (
        repository_at(given.repository, options) as (repository, folder),
        shown_at_once(lambda: name if len(checks) > 1 else "") as on_event,
        RepositoryChecker(repository, on_event=on_event, **options.arguments()) as checker,
    ):
        if uri is not None:
            reports[uri] = report = checker.check(uri, project_sla=files.project, data_tags=given.tag)
            show_at_once(showing, uri, report, several=False, first=True)
        for each in checks:
            name, is_first = together_name(list(each)), not reports
            reports[name] = report = checker.check(sla=each, project_sla=files.project)
            show_at_once(showing, name, report, several=len(files.mocks) > 1, first=is_first)
    return show_in_the_end(showing, reports, folder)


def _server(given: argparse.Namespace, values: Mapping[str, Any]) -> str | None:
    """The server whose data are checked with, if one is named.

    Raises:
        SettingsError: It is no address, there are SLAs as well, or nobody says what to ask it for.
    """
    if given.uri is None:
        if given.tag is None:
            return None
        problem = Problem(
            "a data tag is for what a server holds, and none is named",
            where="--tag",
            expected="--uri beside it",
            got=listing(given.tag),
            fix="name the server with --uri; an SLA has a data_tag of its own",
        )
    elif "sla" in values:
        problem = Problem(
            "a check is with SLAs, or with what a server holds",
            where="--uri",
            expected="--sla or --uri",
            got="both",
            fix="store the SLA's data on that server with flops-mock provide, then check with --uri alone",
        )
    elif given.tag is None and values.get("project_sla") is None:
        problem = Problem(
            "nobody says which data the learner asks the server for",
            where="--uri",
            expected="--tag, or a project SLA with data_tags",
            got="neither",
            fix="for example --tag mnist",
        )
    else:
        return server_address(given.uri, "--uri", "--uri grpc://127.0.0.1:11027")
    raise SettingsError(problem)
