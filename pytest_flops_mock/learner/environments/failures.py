"""Why uv could not build an environment: the repository's own fault, or what says nothing of it."""

from __future__ import annotations

import re
import signal
from collections.abc import Sequence
from contextlib import suppress

from pytest_flops_mock.errors import LearnerEnvironmentError, Problem, ToolError
from pytest_flops_mock.learner.environments.image import LEARNER_PINS
from pytest_flops_mock.repository.conda.document import FILE
from pytest_flops_mock.repository.conda.reader import CondaEnvironment

REASON_LINES = 12
REASON_COLUMNS = 300

ALLOW_BUILDS = (
    "allow packages to be built from source with --flops-allow-builds, if you trust their code: it runs as you; or pin a "
    "version that has a wheel"
)

NO_ROOM, NOT_WRITABLE, TOO_FEW = (27, 28, 122), (1, 13, 30), (11, 12, 23, 24)
"""Numbers of the system's errors (errno of Linux): no space, quotas and sizes; no right to write; few processes, memory or
open files."""

_UNREACHED = re.compile(r"Failed to fetch|error sending request|client error|timed out|Could not connect|dns error")
_NO_WHEEL = (
    re.compile(r"Wheels are required for `([^`]+)`"),
    re.compile(r"([\w.-]+?)(?:[=<>!~]\S*)? ha(?:s|ve) no usable wheels"),
    re.compile(r"[Bb]uilding source distributions for `?([\w.-]+)`? is disabled"),
)


def not_installed(
    status: int, output: str, requirements: Sequence[str], conda: CondaEnvironment
) -> LearnerEnvironmentError | ToolError:
    """Why uv did not install the packages, in its own words.

    Only what FLOps' own build would meet as well is an error of the repository.

    Args:
        status: uv's exit status; a negative one is the signal that ended it.
        output: What it said.
        requirements: What it was to install.
        conda: Where that comes from, to say which line it is about.
    """
    reason = bounded(_reason(output))
    named = [(_position(name, reason), line) for name, line in conda.lines]
    about = min(((position, line) for position, line in named if position >= 0), default=(0, 0))[1]
    where = f"{FILE}:{about}" if about else FILE
    if machine := fault_of_machine(status, output):
        return ToolError(machine)
    if package := _without_wheel(output):
        return no_wheel(package, where, reason)
    kind, fix = _judged(reason, requirements)
    return kind(
        Problem(
            "the learner's environment cannot be built",
            where=where,
            expected=f"versions that go together, and with FLOps' own: {', '.join(LEARNER_PINS)}",
            got=reason,
            fix=fix,
        )
    )


def no_wheel(package: str, where: str, got: str) -> ToolError:
    """A package that only its own code can install. FLOps' builder runs that, so the repository is not wrong."""
    return ToolError(
        Problem(
            f"the learner's environment needs {package}, which has no wheel, and packages are not built from source here",
            where=where,
            expected="wheels, which are unpacked and run nothing",
            got=got,
            nearest='the environment "current" builds nothing',
            fix=ALLOW_BUILDS,
        )
    )


def bounded(lines: list[str]) -> str:
    """The first lines as text, each cut to a bounded length, and how many more there are."""
    shown = [line if len(line) <= REASON_COLUMNS else line[: REASON_COLUMNS - 1] + "…" for line in lines]
    rest = len(shown) - REASON_LINES
    return "\n".join(shown[:REASON_LINES] + ([f"(and {rest} more lines)"] if rest > 0 else []))


def fault_of_machine(status: int, output: str) -> Problem | None:
    """What is wrong with this machine, if that is why uv failed."""
    reason = bounded(_reason(output))
    numbers = {int(number) for number in re.findall(r"\(os error (\d+)\)", output)}
    if numbers & {*NO_ROOM}:
        expected = "room for some gigabytes"
        fix = "make room; caches lie in XDG_CACHE_HOME (uv's own in UV_CACHE_DIR), temporary files in TMPDIR"
    elif numbers & {*NOT_WRITABLE}:
        expected = "folders for caches and temporary files that can be written"
        fix = "name others in XDG_CACHE_HOME (uv's own cache is UV_CACHE_DIR) and TMPDIR"
    elif numbers & {*TOO_FEW}:
        expected = "enough processes, memory and open files"
        fix = "raise the limits (ulimit -a shows them), or end what uses them up"
    elif status < 0:
        expected = "uv comes to its end"
        fix = "run it again; limits of memory and file sizes (ulimit -a) end programs like this"
        with suppress(ValueError):
            reason = f"uv was ended by {signal.Signals(-status).name}\n{reason}".rstrip()
    else:
        return None
    return Problem(
        "uv cannot build the learner's environment on this machine",
        where='the environment "learner"',
        expected=expected,
        got=reason,
        fix=fix,
    )


def _reason(output: str) -> list[str]:
    """The lines from the first that tells an error; without one, the last."""
    lines = [line.rstrip() for line in output.splitlines() if line.strip()]
    start = next((index for index, line in enumerate(lines) if line.lstrip().startswith("error:")), None)
    return lines[-REASON_LINES:] if start is None else lines[start:]


def _without_wheel(output: str) -> str:
    """The package that has no wheel, if that is why uv fails."""
    output = " ".join(output.split())  # uv breaks its lines anywhere
    return next((found[1] for pattern in _NO_WHEEL if (found := pattern.search(output))), "")


def _judged(reason: str, requirements: Sequence[str]) -> tuple[type[LearnerEnvironmentError] | type[ToolError], str]:
    nowhere = re.search(r"404 Not Found\)? for url \(?([^\s)]+)", reason)
    if nowhere and any(nowhere[1] in requirement for requirement in requirements):
        return LearnerEnvironmentError, f"nothing is at that address; correct it in {FILE}"
    if "was not found in the" in reason:
        fix = f"PyPI has no package of that name; if conda has it, check with a Python of conda's, else fix {FILE}"
        return LearnerEnvironmentError, fix
    if _UNREACHED.search(reason):
        fix = 'uv reached no package index; UV_DEFAULT_INDEX names another one, and the environment "current" needs none'
        return ToolError, fix
    if "No solution found" in reason:
        fix = f"change the versions in {FILE} so that they go together; FLOps' image asks for them all"
        return LearnerEnvironmentError, fix
    if "ailed to build" in reason or "build backend" in reason:
        return (
            ToolError,
            "a package is built from source, which may fail here alone; pin a version that has a wheel",
        )
    return ToolError, f"see what uv says; another version of the package in {FILE} may help"


def _position(name: str, reason: str) -> int:
    """Where ``reason`` first names a package; -1 if it does not."""
    found = re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", reason)
    return found.start() if found else -1
