"""``flops-mock check``: whether FLOps can train an ML repository on the data that SLAs ask for."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from pytest_flops_mock.cli.shared import COMPATIBLE, INCOMPATIBLE, AddCommand, show
from pytest_flops_mock.errors import Problem, SettingsError
from pytest_flops_mock.options import OPTIONS, Given, check_options, read
from pytest_flops_mock.report.as_json import written_all
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.sla.files import absolute, refuse_what_is_no_file, shown

FORMATS = ("text", "json", "markdown", "github")

_EXPLAINED = """\
exit status:
  0    compatible with every SLA
  1    not compatible with at least one
  2    wrong use: an option, or a repository or an SLA file that is not there
  130  interrupted

formats:
  text      the report in full; several SLAs one after another, with a last line about all
  json      the report (docs/report.schema.json); for several SLAs a list of reports
  markdown  verdict, stages and findings as tables
  github    annotations for GitHub Actions, and the Markdown in the step summary (GITHUB_STEP_SUMMARY)
"""


def add(add: AddCommand) -> None:
    """Add the command."""
    check = add(
        "check",
        help="check whether FLOps can train an ML repository",
        description="Check whether FLOps can train an ML repository on the data that SLAs ask for.",
        epilog=_EXPLAINED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    check.set_defaults(run=_run)
    check.add_argument(
        "repository", metavar="REPO", help="its folder, or a Git URL with an optional @BRANCH, @TAG or @COMMIT"
    )
    for option in OPTIONS:
        if "command" in option.doors:
            # A shell may have expanded a pattern.
            several = {"action": "extend", "nargs": "+", "required": True} if option.name == "sla" else {}
            check.add_argument(option.argument, **{**option.argparse(), **several})
    check.add_argument("--format", choices=FORMATS, default="text", help="see below")


def _run(given: argparse.Namespace) -> int:
    here = Path.cwd()
    told = {option.name: getattr(given, option.key, None) for option in OPTIONS}
    values = read(Given(told, here, lambda option: option.argument))
    options = check_options(values)
    if "sla" not in values:
        raise SettingsError(
            Problem(
                "a check needs an MDP SLA, and none is named",
                where="--sla",
                expected="the path of an MDP SLA, or a pattern such as 'mocks/*.json'",
                got="an empty text",
                fix="for example --sla mocks/mnist.json",
            )
        )
    folder = absolute(here, given.repository) if os.path.isdir(given.repository) else here
    for path in values["sla"]:
        refuse_what_is_no_file(path, "MDP", "--sla", here=here, repository=folder)
    project = values.get("project_sla")
    if project is not None:
        refuse_what_is_no_file(project, "project", "--project-sla", here=here, repository=folder)
    from pytest_flops_mock.learner.environments.choice import learner_python
    from pytest_flops_mock.learner.environments.python import CURRENT, LEARNER
    from pytest_flops_mock.pipeline import RepositoryChecker
    from pytest_flops_mock.report import text
    from pytest_flops_mock.repository.clone import cloned
    from pytest_flops_mock.repository.repository import MLRepository
    from pytest_flops_mock.repository.urls import remote_of

    slas = [shown(path, here) for path in values["sla"]]
    reports: dict[str, Report] = {}
    with ExitStack() as stack:
        remote = remote_of(given.repository)
        repository = MLRepository.at(given.repository) if remote is None else stack.enter_context(cloned(remote))
        for env in options.env:
            if env not in (CURRENT, LEARNER):
                learner_python(env, repository)  # one that is not there says nothing of the repository
        checker = stack.enter_context(RepositoryChecker(repository, **options.arguments()))
        for sla in slas:
            report = checker.check(sla=sla, project_sla=None if project is None else shown(project, here))
            if given.format == "text":
                show(("\n" if reports else "") + (text.headed(sla, report) if len(slas) > 1 else str(report)))
            reports[sla] = report
    if given.format == "text" and len(slas) > 1:
        show(f"\n{text.tally(reports)}")
    elif given.format == "json":
        in_utf8 = (sys.stdout.encoding or "").casefold().replace("-", "") == "utf8"
        show(written_all(list(reports.values()), ascii_only=not in_utf8))  # what is escaped later would not be JSON
    elif given.format == "markdown":
        from pytest_flops_mock.report.markdown import markdown

        show(markdown(reports.values(), names=slas).rstrip("\n"))
    elif given.format == "github":
        _show_github(reports, repository.root if remote is None else None)
    return COMPATIBLE if all(report.ok for report in reports.values()) else INCOMPATIBLE


def _show_github(reports: Mapping[str, Report], repository: Path | None) -> None:
    from pytest_flops_mock.report import github
    from pytest_flops_mock.report.markdown import markdown

    published = github.publish(reports, os.environ, repository=repository, folder=os.getcwd())
    for line in published.annotations:
        show(line)
    if published.problem:
        print(f"flops-mock: {published.problem}", file=sys.stderr)
    if not published.in_summary:
        text = markdown(reports.values(), names=list(reports))
        show(github.shielded(text, secrets.token_hex(16)).rstrip("\n"))
