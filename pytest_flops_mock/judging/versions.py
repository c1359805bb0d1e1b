"""Failures that a version explains which the learner's image does not have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pytest_flops_mock.codes.failures import FAILURES
from pytest_flops_mock.errors import listing
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.learner.facts import Failure
from pytest_flops_mock.stage import Severity, Stage


@dataclass(frozen=True)
class Change:
    """What a major version of a package changed.

    Attributes:
        package: Its name.
        major: The version that changed it, which is newer than the learner's.
        there: What the learner's image has.
        sign: How failures name it.
        fix: What works with both; also where nobody knows which version runs.
    """

    package: str
    major: int
    there: str
    sign: re.Pattern[str]
    fix: str


CHANGES = (
    Change(
        "datasets",
        4,
        "datasets 2.x",
        re.compile(
            r"'(?:Iterable)?Column' (?:object|and)\b|\bColumn object\b|arrow_dataset\.Column\b"
            r"|\b(?:and|not|got|type|argument) '?(?:Iterable)?Column\b"
        ),
        "datasets 4 gives a lazy Column where 2.x (the learner) gives values; dataset[:][name] works with both",
    ),
    Change(
        "datasets",
        4,
        "datasets 2.x",
        re.compile(r"Feature type 'List'"),
        "datasets 4 calls lists List; Sequence works with both",
    ),
    Change(
        "numpy",
        2,
        "a NumPy below 2, which flwr 1.8.0 asks for",
        re.compile(r"was removed in the NumPy 2\.0 release|numpy\.dtype size changed"),
        "take the name that both have, as the message says",
    ),
)
"""Each once: what judges by the cause of a failure and what judges by the version that runs read the same table."""


def explained_by_lack(finding: Finding, failure: Failure, stage: Stage, lacking: tuple[str, ...]) -> Finding:
    """The finding, as a warning where an import fails and the environment lacks packages that conda alone may have.

    What a package is called where it is imported cannot be told from its name.

    Args:
        finding: What was found in an environment like the learner's.
        failure: What the child answered.
        stage: The stage that asked.
        lacking: What ``conda.yaml`` asks for and the environment lacks.
    """
    missing = any(link.type == "ModuleNotFoundError" for link in failure.raised.chain) if failure.raised else False
    if not (lacking and missing and finding.code == FAILURES[stage].no_package):
        return finding
    problem = replace(
        finding.problem,
        message=f"fails here, and may work there: {finding.message}",
        expected=f"an environment with {listing(lacking)}, which conda may have",
        fix="name a Python of conda's that has it as environment (FM209)",
    )
    return replace(finding, problem=problem, severity=Severity.WARNING)


def explained_by_versions(finding: Finding, versions: Mapping[str, str]) -> Finding:
    """The finding, as a warning where a version explains it that runs here and not in the learner's image.

    Args:
        finding: What was found in the current Python, and not tried in the learner's.
        versions: Packages of the learner's process, with their versions.
    """
    if finding.severity is not Severity.ERROR:
        return finding
    have = {name.casefold(): version for name, version in versions.items()}
    for change in CHANGES:
        version = have.get(change.package, "")
        major = re.match(r"\d+", version)
        if major and int(major[0]) >= change.major and change.sign.search(f"{finding.problem}\n{finding.detail}"):
            problem = replace(
                finding.problem,
                message=f"fails here, and may work there: {finding.message}",
                expected=finding.problem.expected or f"{change.there}, as the learner's image has",
                got=finding.problem.got or f"{change.package} {version}",
                fix=f'check in the environment "learner"; {finding.problem.fix or change.fix}',
            )
            return replace(finding, problem=problem, severity=Severity.WARNING)
    return finding
