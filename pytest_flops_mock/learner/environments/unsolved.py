"""Why an environment cannot be built, in uv's own words, and whose fault that is.

Only packages that go together in no way are the repository's: FLOps' image asks for them all. A network or a disk that
fails, an index that lacks a package of conda's, and a package that must be compiled here say nothing of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from pytest_flops_mock.errors import LearnerEnvironmentError, Problem, ToolError, listing
from pytest_flops_mock.learner.environments.failures import fault_of_machine, no_wheel, reason_of, without_wheel
from pytest_flops_mock.learner.environments.image import LEARNER_PINS
from pytest_flops_mock.learner.environments.proof import NEEDED, Refused
from pytest_flops_mock.repository.conda.document import FILE
from pytest_flops_mock.repository.conda.reader import CondaEnvironment

LARGE = re.compile(
    r"^(?:torch|tensorflow(?:-cpu)?|nvidia-cudnn-[\w-]+|jax-cuda[\w-]*|paddlepaddle(?:-gpu)?|mxnet)==[^+\s]+(?=\s|$)",
    re.MULTILINE,
)
"""Packages of gigabytes, alone or with what they bring; builds such as ``torch==2.4.1+cpu`` are small."""

_NOT_FOUND = re.compile(r"([\w.-]+)\s+was\s+not\s+found\s+in\s+the\s+(?:package\s+registry|provided\s+package\s+locations)")
_UNREACHED = re.compile(
    r"Failed to fetch|error sending request|client error|timed out|could not be queried|network was disabled|"
    r"not found in the cache|was not found in the cache"
)


def not_solved(
    status: int, output: str, requirements: Sequence[str], conda: CondaEnvironment
) -> LearnerEnvironmentError | ToolError:
    """What is raised when uv cannot build an environment.

    Args:
        status: uv's exit status; a negative one is the signal that ended it.
        output: What uv says.
        requirements: What it was to install.
        conda: What the environment is built from, to say which line it is about.
    """
    if machine := fault_of_machine(status, output):
        return ToolError(machine)
    reason = reason_of(output) or f"exit status {status} of uv"
    named = [(_position(name, reason), line) for name, line in conda.lines]
    about = min(((position, line) for position, line in named if position >= 0), default=(0, 0))[1]
    if package := without_wheel(output):
        return no_wheel(package, f"{FILE}:{about}" if about else FILE, reason)
    unreached, unsolved = _UNREACHED.search(reason), "No solution found" in reason
    absent = not_on_the_index(reason)
    nowhere = re.search(r"404 Not Found\)? for url \(?([^\s)]+)", reason)
    address = nowhere is not None and any(nowhere[1] in requirement for requirement in requirements)
    if address:
        fix = f"nothing is at that address; correct it in {FILE}"
    elif unreached:
        fix = 'uv reached no package index; UV_DEFAULT_INDEX names another one, and the environment "current" needs none'
    elif absent and absent in conda.by_pip:
        fix = f"no package index has {absent}, and pip takes it from nowhere else; correct the name in {FILE}"
    elif absent:
        fix = f"the package index of this machine lacks {absent}; UV_DEFAULT_INDEX names another one"
    elif unsolved:
        fix = f"change the versions in {FILE} so that they go together; FLOps' image asks for them all"
    else:
        fix = f"see uv's words; a Python of conda's with the packages of {FILE} can be named by its path"
    theirs = address or (not unreached and (absent in conda.by_pip if absent else unsolved))
    return (LearnerEnvironmentError if theirs else ToolError)(
        Problem(
            "the learner's environment cannot be built",
            where=f"{FILE}:{about}" if about else FILE,
            expected=f"versions that go together, and with FLOps' own: {', '.join(LEARNER_PINS)}"
            if theirs
            else "packages that uv can install on this machine",
            got=reason,
            fix=fix,
        )
    )


def not_on_the_index(output: str) -> str:
    """The normalized name of the package that no index has; empty if that is not what uv says, or it has asked none."""
    found = _NOT_FOUND.search(output)
    return canonicalize_name(found[1]) if found and not _UNREACHED.search(output) else ""


def requirements_for(name: str, requirements: Iterable[str], conda: CondaEnvironment) -> tuple[str, ...]:
    """The requirements of that name which conda's part of ``conda.yaml`` asks for; none for those of pip and of FLOps."""
    if not name or name in conda.by_pip or not conda.line(name):
        return ()
    return tuple(line for line in requirements if _name(line) == name)


def without(absent: tuple[str, ...], conda: CondaEnvironment) -> Problem:
    """What is said of packages that no index has, and conda may."""
    line = conda.line(_name(absent[0]))
    return Problem(
        f"the package index does not have {listing(map(_name, absent))}; conda may",
        where=f"{FILE}:{line}" if line else FILE,
        expected="packages that pip finds as well, which the check installs instead of conda",
        got=listing(absent),
        fix="nothing, if conda has it by that name (conda search); else correct the name, or the image cannot be built",
    )


def large(solved: str) -> tuple[str, ...]:
    """The packages of gigabytes in a file of requirements, each with its version."""
    return tuple(LARGE.findall(solved))


def too_large(packages: tuple[str, ...]) -> Problem:
    """What is said of an environment that nobody has asked for and that takes long to download."""
    return Problem(
        "the learner's environment is gigabytes large",
        where=FILE,
        expected="packages that are downloaded in a minute or two",
        got=listing(packages, 3),
        fix='build it once in the environment "learner"; it is kept for the next time',
    )


def not_proven(refused: Refused) -> Problem:
    """What is said of an environment that does not import what the child needs."""
    return Problem(
        "the learner's environment was built, and does not import what a check needs",
        where='the environment "learner"',
        expected=f"imports of {', '.join(NEEDED)}",
        got=" ".join(filter(None, (refused.package, refused.version))) + (": " if refused.package else "") + refused.reason,
        fix=f"pin versions in {FILE} that go together, or name a Python of conda's with the same packages",
    )


def _name(requirement: str) -> str:
    try:
        return canonicalize_name(Requirement(requirement).name)
    except InvalidRequirement:
        return ""


def _position(name: str, reason: str) -> int:
    """Where ``reason`` first names a package; -1 if it does not."""
    found = re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", reason)
    return found.start() if found else -1
