"""What the commands that check a repository share: options, the repository, how reports are shown, exit statuses."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_flops_mock.cli.shared import COMPATIBLE, INCOMPATIBLE, as_html, in_utf8, show
from pytest_flops_mock.errors import SettingsError
from pytest_flops_mock.option import Door
from pytest_flops_mock.option_table import OPTIONS
from pytest_flops_mock.options import CheckOptions
from pytest_flops_mock.report.as_json import written
from pytest_flops_mock.report.look import look_on
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.settings import Given, read
from pytest_flops_mock.sla.files import absolute, none_named, refuse_what_is_no_file, shown

if TYPE_CHECKING:
    from pytest_flops_mock.report.places import Places
    from pytest_flops_mock.report_files import Output
    from pytest_flops_mock.repository.repository import MLRepository

FORMATS = ("text", "json", "markdown", "html", "sarif", "gitlab", "github")

EXPLAINED = """\
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
  html      one page for people, with all that a report knows and nothing that is loaded from elsewhere
  sarif     SARIF 2.1.0, for GitHub's code scanning and editors
  gitlab    GitLab's code quality, for merge requests
  github    annotations for GitHub Actions, and the Markdown in the step summary (GITHUB_STEP_SUMMARY); the step gets the
            outputs verdict, errors and warnings (GITHUB_OUTPUT)

--format says what standard output shows, --output what goes to files, as often as it is given: --output report.json
--output sarif:report. A file whose name says no format has that of --format, and standard output shows the text.
"""


def add_arguments(command: argparse.ArgumentParser, *doors: Door, without: Collection[str] = ()) -> None:
    """The repository, the options of some doors, and the format.

    Args:
        command: Gets them.
        *doors: Which options.
        without: Names of options that it does not have.
    """
    command.add_argument(
        "repository", metavar="REPO", help="its folder, or a Git URL with an optional @BRANCH, @TAG or @COMMIT"
    )
    for option in OPTIONS:
        if option.name not in without and any(door in option.doors for door in doors):
            # A shell may have expanded a pattern.
            several = {"action": "extend", "nargs": "+"} if option.name == "sla" else {}
            command.add_argument(option.argument, **{**option.argparse(), **several})
    command.add_argument("--format", choices=FORMATS, default="text", help="see below")


def values_of(given: argparse.Namespace) -> dict[str, Any]:
    """What the arguments say, by :attr:`Option.key`.

    Raises:
        SettingsError: A value means nothing.
    """
    told = {option.name: getattr(given, option.key, None) for option in OPTIONS}
    return read(Given(told, Path.cwd(), lambda option: option.argument))


@dataclass(frozen=True)
class SLAFiles:
    """The files that a command was given.

    Attributes:
        mocks: Paths of the MDP SLAs, as they are shown.
        project: That of the project SLA, if there is one.
    """

    mocks: tuple[str, ...]
    project: str | None


def sla_files(values: Mapping[str, Any], repository: str, *, needed: bool = True) -> SLAFiles:
    """The SLAs that are named, all of which are there.

    Args:
        values: What the arguments say.
        repository: The repository, as it is named.
        needed: Whether there must be an MDP SLA.

    Raises:
        SettingsError: None is named, or one is no file.
    """
    here = Path.cwd()
    folder = absolute(here, repository) if os.path.isdir(repository) else here
    if needed and "sla" not in values:
        raise SettingsError(none_named("--sla", "no path", "--sla", here=here, repository=folder))
    mocks = values.get("sla", ())
    for path in mocks:
        refuse_what_is_no_file(path, "MDP", "--sla", here=here, repository=folder)
    project = values.get("project_sla")
    if project is not None:
        refuse_what_is_no_file(project, "project", "--project-sla", here=here, repository=folder)
    return SLAFiles(tuple(shown(path, here) for path in mocks), None if project is None else shown(project, here))


@contextmanager
def repository_at(given: str, options: CheckOptions) -> Iterator[tuple[MLRepository, Path | None]]:
    """The repository that is named, and its folder; no folder for a clone, which is gone afterwards.

    Raises:
        FlopsMockError: There is none, or there is no such environment.
    """
    from pytest_flops_mock.learner.environments.choice import AUTO, learner_python
    from pytest_flops_mock.learner.environments.python import CONTAINER, CURRENT, LEARNER
    from pytest_flops_mock.repository.clone import cloned
    from pytest_flops_mock.repository.repository import MLRepository
    from pytest_flops_mock.repository.urls import remote_of

    with ExitStack() as stack:
        remote = remote_of(given)
        repository = MLRepository.at(given) if remote is None else stack.enter_context(cloned(remote))
        for env in options.env:
            if env not in (AUTO, CURRENT, LEARNER, CONTAINER):
                # One that is not there says nothing of the repository.
                learner_python(env, repository, allow_builds=options.allow_builds)
        yield repository, repository.root if remote is None else None


@dataclass(frozen=True)
class Showing:
    """Where reports go.

    Attributes:
        form: What standard output shows, one of ``FORMATS``.
        outputs: The files.
    """

    form: str
    outputs: tuple[Output, ...] = ()


def showing_of(form: str, values: Mapping[str, Any]) -> Showing:
    """Where reports go, as ``--format`` and ``--output`` say.

    Raises:
        SettingsError: An output has no form, or would take the place of an SLA.
    """
    given: tuple[Output, ...] = values.get("output", ())
    if not given:
        return Showing(form)
    from pytest_flops_mock.report_files import refuse_inputs, with_forms

    project = values.get("project_sla")
    refuse_inputs(given, [*values.get("sla", ()), *([project] if project is not None else [])])
    is_meant = any(not output.form for output in given)
    return Showing("text" if is_meant else form, with_forms(given, form))


def show_at_once(showing: Showing, name: str, report: Report, *, several: bool, first: bool) -> None:
    """A report as soon as there is one, in the form in which reports come one after another."""
    if showing.form == "text":
        from pytest_flops_mock.report import text

        told = text.headed(name, report) if several else str(report)
        show(("" if first else "\n") + look_on(sys.stdout).of(told))


def show_in_the_end(showing: Showing, reports: Mapping[str, Report], folder: Path | None) -> int:
    """What is shown of all reports together, and the exit status; files of reports are written.

    Args:
        showing: Where reports go.
        reports: By the names of the SLAs.
        folder: The repository's folder, if it stays.

    Raises:
        ToolError: A file cannot be written.
    """
    form = showing.form
    if form == "text" and len(reports) > 1:
        from pytest_flops_mock.report import text

        show(f"\n{look_on(sys.stdout).of(text.tally(reports))}")
    elif form == "json":
        show(written(reports.values(), ascii_only=not in_utf8()))  # what is escaped later would not be JSON
    elif form == "markdown":
        from pytest_flops_mock.report.markdown import markdown

        show(markdown(reports.values(), names=list(reports)).rstrip("\n"))
    elif form == "github":
        _show_github(reports, folder)
    elif form in ("html", "sarif", "gitlab"):
        from pytest_flops_mock.report.writers import FORMS

        made = FORMS[form].write(reports, _places(folder)).rstrip("\n")
        show(as_html(made) if form == "html" else made)
    if showing.outputs:
        from pytest_flops_mock.report_files import write

        write(showing.outputs, reports, _places(folder))
    return COMPATIBLE if all(report.ok for report in reports.values()) else INCOMPATIBLE


def _places(folder: Path | None) -> Places:
    from pytest_flops_mock.report.places import Places

    return Places.of(os.environ, folder, Path.cwd())


def _show_github(reports: Mapping[str, Report], repository: Path | None) -> None:
    from pytest_flops_mock.report import github
    from pytest_flops_mock.report.markdown import markdown

    published = github.publish(reports, os.environ, repository=repository, folder=os.getcwd())
    for line in published.annotations:
        show(line)
    if published.problem:
        print(f"flops-mock: {published.problem}", file=sys.stderr)
    if path := os.environ.get("GITHUB_OUTPUT"):
        try:
            github.write_outputs(path, reports.values())
        except OSError as error:
            print(f"flops-mock: the step's outputs cannot be written: {error}", file=sys.stderr)
    if not published.in_summary:
        text = markdown(reports.values(), names=list(reports))
        show(github.shielded(text, secrets.token_hex(16)).rstrip("\n"))
