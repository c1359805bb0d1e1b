"""Reports for GitHub Actions: annotations at the lines of the repository, and the step summary.

Workflow commands and their escaping: https://docs.github.com/actions/reference/workflow-commands-for-github-actions.
Nothing here reads the environment: the caller says where the workspace and the summary file are.
"""
# Without "from __future__ import annotations": here that is the name of a function.

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_flops_mock.codes import CODES
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.report.markdown import failures_first, markdown
from pytest_flops_mock.report.merging import merged
from pytest_flops_mock.report.places import Place, Places
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.stage import Severity
from pytest_flops_mock.texts import clean

MAX_BYTES = 100_000
"""Most bytes of one summary. GitHub drops a step's summary whole above 1 MiB, and others write to the same file."""

COUNTED = (Severity.ERROR, Severity.WARNING)

COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


@dataclass(frozen=True)
class Published:
    """What is left to do for the one who publishes.

    Attributes:
        annotations: Lines to print, which become annotations.
        in_summary: Whether the reports are in the step summary.
        problem: Why they are not, if there is one to write.
    """

    annotations: tuple[str, ...]
    in_summary: bool = False
    problem: str = ""


def publish(
    reports: Mapping[str, Report],
    environment: Mapping[str, str],
    *,
    repository: str | os.PathLike[str] | None,
    folder: str | os.PathLike[str],
) -> Published:
    """Append the reports to the step summary, and make their annotations.

    Args:
        reports: What each SLA came to.
        environment: The variables that GitHub Actions sets.
        repository: Folder of the ML repository; ``None`` if it is not in the workspace.
        folder: Where relative paths of SLAs start; also the workspace, where GitHub names none.
    """
    workspace = environment.get("GITHUB_WORKSPACE") or folder
    lines = annotations(reports.values(), workspace=workspace, repository=repository, folder=folder)
    path = environment.get("GITHUB_STEP_SUMMARY")
    if not path:
        return Published(lines)
    try:
        write_summary(path, reports.values(), names=list(reports))
    except OSError as error:
        return Published(lines, problem=f"the step summary cannot be written: {error}")
    return Published(lines, in_summary=True)


def annotations(
    reports: Iterable[Report],
    *,
    workspace: str | os.PathLike[str],
    repository: str | os.PathLike[str] | None = None,
    folder: str | os.PathLike[str] | None = None,
) -> tuple[str, ...]:
    """Workflow commands, one line each: errors, then warnings, then notices. GitHub shows the first ten of each.

    Args:
        reports: Reports of one repository. What several of them find is said once.
        workspace: Root of the workflow's checkout (``GITHUB_WORKSPACE``), from which GitHub counts paths.
        repository: Folder of the ML repository; ``None`` if it is not in the workspace. Its findings then name no file.
        folder: Where relative paths of SLAs start; the workspace by default.
    """
    findings = failures_first(finding for report in reports for finding in report.findings)
    here = folder if folder is not None else workspace
    places = Places(Path(workspace), None if repository is None else Path(repository), Path(here))
    return tuple(dict.fromkeys(_command(finding, places.of_finding(finding)) for finding in findings))


def write_summary(
    path: str | os.PathLike[str], reports: Iterable[Report], *, names: Sequence[str] = (), max_bytes: int = MAX_BYTES
) -> None:
    """Append the reports as Markdown to the step summary.

    Args:
        path: The file that ``GITHUB_STEP_SUMMARY`` names.
        reports: What to show.
        names: What each report is about.
        max_bytes: Most bytes to append.

    Raises:
        OSError: The file cannot be written.
    """
    with open(path, "ab") as summary:
        summary.write(markdown(reports, names=names, max_bytes=max_bytes).encode(errors="replace"))


def write_outputs(path: str | os.PathLike[str], reports: Iterable[Report]) -> None:
    """Append to a step's outputs: ``verdict``, ``errors`` and ``warnings``, each finding counted once.

    Args:
        path: The file that ``GITHUB_OUTPUT`` names.
        reports: What was checked.

    Raises:
        OSError: The file cannot be written.
    """
    reports = list(reports)
    found = [each.finding for each in merged(reports) if each.state == "counts"]
    counts = {f"{severity.value}s": sum(finding.severity is severity for finding in found) for severity in COUNTED}
    verdict = "compatible" if all(report.ok for report in reports) else "incompatible"
    with open(path, "a", encoding="utf-8") as outputs:
        outputs.writelines(f"{name}={value}\n" for name, value in {"verdict": verdict, **counts}.items())


def shielded(text: str, token: str) -> str:
    """``text`` for the log, so that no line of it is a workflow command.

    Args:
        text: What to print. It may hold what the checked repository has printed.
        token: A text that nobody can know in advance.
    """
    return f"::stop-commands::{token}\n{text.rstrip()}\n::{token}::\n"


def _command(finding: Finding, place: Place | None) -> str:
    file, line = (place.file, place.line) if place is not None else ("", 0)
    title = f"{finding.code} {CODES[finding.code].title}" if finding.code in CODES else finding.code
    named = [("file", file), ("line", str(line) if line else ""), ("title", title)]
    properties = ",".join(f"{name}={_property(value)}" for name, value in named if value)
    message = "\n".join([finding.message, *finding.problem.parts("")])
    return f"::{COMMANDS[finding.severity]} {properties}::{_data(clean(message))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(clean(text)).replace(":", "%3A").replace(",", "%2C")
