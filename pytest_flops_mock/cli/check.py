"""``flops-mock check``: whether FLOps can train an ML repository on the data that SLAs ask for."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from pytest_flops_mock.cli.shared import COMPATIBLE, INCOMPATIBLE, AddCommand, show
from pytest_flops_mock.errors import listing
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.sla.files import absolute, matching, refuse_what_is_no_file, shown

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
    check.add_argument(
        "--sla", metavar="FILE", nargs="+", action="extend", required=True, help="MDP SLAs; * and ? are expanded"
    )
    check.add_argument("--project-sla", metavar="FILE", help="the project SLA")
    check.add_argument(
        "--env",
        default="current",
        help="the Python that runs the repository: current (default), learner, the path of an interpreter or of a virtual "
        "environment, or two of them with a comma between, which are compared",
    )
    check.add_argument(
        "--data",
        metavar="SOURCE",
        default="synthetic",
        help="synthetic (default), recorded or hub; or one for each data set: 'mnist:recorded cifar10:synthetic *:hub'",
    )
    check.add_argument(
        "--recordings", metavar="FOLDER", help="folder of recorded samples and of twins of your own (tests/flops-data)"
    )
    check.add_argument("--drift", metavar="DRIFT", help="what is to be wrong with the rows of twins: 'missing=0.1'")
    check.add_argument("--timeout", metavar="SECONDS", default="60", help="how long one step of the code may take (60)")
    check.add_argument("--memory", metavar="MB", help="most address space that its process may have (no limit)")
    check.add_argument(
        "--pass-env", metavar="NAMES", action="append", default=[], help="environment variables that its code gets to see"
    )
    check.add_argument("--ignore", metavar="CODES", action="append", default=[], help="codes that do not count: FM714,FM716")
    check.add_argument("--format", choices=FORMATS, default="text", help="see below")


def _run(options: argparse.Namespace) -> int:
    here = Path.cwd()
    folder = absolute(here, options.repository) if os.path.isdir(options.repository) else here
    named = [(path, "MDP", "--sla") for path in matching(options.sla, here, "--sla")]
    named += [(absolute(here, options.project_sla), "project", "--project-sla")] if options.project_sla is not None else []
    for path, kind, option in named:
        refuse_what_is_no_file(path, kind, option, here=here, repository=folder)
    slas = [shown(path, here) for path, kind, _ in named if kind == "MDP"]
    project = next((shown(path, here) for path, kind, _ in named if kind == "project"), None)
    from pytest_flops_mock.choices import data_choice
    from pytest_flops_mock.learner.environments.choice import environments, learner_python
    from pytest_flops_mock.learner.environments.python import CURRENT, LEARNER
    from pytest_flops_mock.pipeline import RepositoryChecker
    from pytest_flops_mock.repository.clone import cloned, remote_of
    from pytest_flops_mock.repository.repository import MLRepository
    from pytest_flops_mock.settings import ignored_codes, megabytes, seconds
    from pytest_flops_mock.sla.schemes import drift_of

    data, timeout = data_choice(options.data, "--data"), seconds(options.timeout, "--timeout")
    data = replace(data, drift=drift_of(options.drift or "", "--drift"))
    if options.recordings is not None:
        data = replace(data, recordings=Path(options.recordings).expanduser())
    memory = None if options.memory is None else megabytes(options.memory, "--memory")
    ignore = ignored_codes(options.ignore, "--ignore")
    reports: list[Report] = []
    with ExitStack() as stack:
        remote = remote_of(options.repository)
        repository = MLRepository.at(options.repository) if remote is None else stack.enter_context(cloned(remote))
        for env in environments(options.env):
            if env not in (CURRENT, LEARNER):
                learner_python(env, repository)  # one that is not there says nothing of the repository
        checker = stack.enter_context(
            RepositoryChecker(
                repository,
                data=data,
                env=options.env,
                timeout=timeout,
                memory=memory,
                pass_env=[name for names in options.pass_env for name in names.split(",")],
                ignore=ignore,
            )
        )
        for sla in slas:
            reports.append(checker.check(sla=sla, project_sla=project))
            if options.format == "text":
                _show_text(sla, reports[-1], first=len(reports) == 1, several=len(slas) > 1)
    if options.format == "text" and len(slas) > 1:
        show(f"\n{_summary(slas, reports)}")
    elif options.format == "json":
        _show_json(reports)
    elif options.format == "markdown":
        from pytest_flops_mock.report.markdown import markdown

        show(markdown(reports, names=slas).rstrip("\n"))
    elif options.format == "github":
        _show_github(slas, reports, repository.root if remote is None else None)
    return COMPATIBLE if all(report.ok for report in reports) else INCOMPATIBLE


def _show_text(sla: str, report: Report, *, first: bool, several: bool) -> None:
    head = f"{'' if first else chr(10)}{'sla':<10}  {sla}\n" if several else ""
    show(f"{head}{report}")


def _summary(slas: Sequence[str], reports: Sequence[Report]) -> str:
    bad = [sla for sla, report in zip(slas, reports, strict=True) if not report.ok]
    told = f"{len(slas)} SLAs: {len(slas) - len(bad)} compatible, {len(bad)} not"
    return f"{'checked':<10}  {told}" + (f" ({listing(bad)})" if bad else "")


def _show_json(reports: Sequence[Report]) -> None:
    """One report as it is; several as a list."""
    text = reports[0].to_json() if len(reports) == 1 else _json([json.loads(report.to_json()) for report in reports])
    if (sys.stdout.encoding or "").casefold().replace("-", "") != "utf8":
        text = _json(json.loads(text), ascii_only=True)  # what is escaped later would not be JSON
    show(text)


def _json(value: object, *, ascii_only: bool = False) -> str:
    return json.dumps(value, indent=2, ensure_ascii=ascii_only)


def _show_github(slas: Sequence[str], reports: Sequence[Report], repository: Path | None) -> None:
    from pytest_flops_mock.report import github
    from pytest_flops_mock.report.markdown import markdown

    workspace = os.environ.get("GITHUB_WORKSPACE") or os.getcwd()
    for line in github.annotations(reports, workspace=workspace, repository=repository, folder=os.getcwd()):
        show(line)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        try:
            github.write_summary(summary, reports, names=slas)
        except OSError as error:
            print(f"flops-mock: the step summary cannot be written: {error}", file=sys.stderr)
        else:
            return
    show(github.shielded(markdown(reports, names=slas), secrets.token_hex(16)).rstrip("\n"))
