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
from pytest_flops_mock.report.as_json import written
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.sla.files import absolute, refuse_what_is_no_file, shown, together_name

FORMATS = ("text", "json", "markdown", "github")

_EXPLAINED = """\
exit status:
  0    compatible with every SLA
  1    not compatible with at least one
  2    no verdict: wrong use (an option, or a repository or an SLA file that is not there), or a tool that is missing or
       fails (uv, Git, the network)
  130  interrupted

formats:
  text      the report in full; several SLAs one after another, with a last line about all
  json      one report or several in one form (docs/report.schema.json)
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
    from pytest_flops_mock.learner.environments.choice import AUTO, learner_python
    from pytest_flops_mock.learner.environments.python import CURRENT, LEARNER
    from pytest_flops_mock.pipeline import RepositoryChecker
    from pytest_flops_mock.report import text
    from pytest_flops_mock.repository.clone import cloned
    from pytest_flops_mock.repository.repository import MLRepository
    from pytest_flops_mock.repository.urls import remote_of

    slas = [shown(path, here) for path in values["sla"]]
    checks = [slas] if values.get("together") else [[sla] for sla in slas]
    names = [together_name(each) for each in checks]
    reports: dict[str, Report] = {}
    with ExitStack() as stack:
        remote = remote_of(given.repository)
        repository = MLRepository.at(given.repository) if remote is None else stack.enter_context(cloned(remote))
        for env in options.env:
            if env not in (AUTO, CURRENT, LEARNER):
                # One that is not there says nothing of the repository.
                learner_python(env, repository, allow_builds=options.allow_builds)
        checker = stack.enter_context(RepositoryChecker(repository, on_wait=_waiting, **options.arguments()))
        for name, each in zip(names, checks, strict=True):
            report = checker.check(sla=each, project_sla=None if project is None else shown(project, here))
            if given.format == "text":
                show(("\n" if reports else "") + (text.headed(name, report) if len(slas) > 1 else str(report)))
            reports[name] = report
    if given.format == "text" and len(checks) > 1:
        show(f"\n{text.tally(reports)}")
    elif given.format == "json":
        in_utf8 = (sys.stdout.encoding or "").casefold().replace("-", "") == "utf8"
        show(written(reports.values(), ascii_only=not in_utf8))  # what is escaped later would not be JSON
    elif given.format == "markdown":
        from pytest_flops_mock.report.markdown import markdown

        show(markdown(reports.values(), names=names).rstrip("\n"))
    elif given.format == "github":
        _show_github(reports, repository.root if remote is None else None)
    return COMPATIBLE if all(report.ok for report in reports.values()) else INCOMPATIBLE


def _waiting(line: str) -> None:
    print(f"flops-mock: {line}", file=sys.stderr, flush=True)


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
