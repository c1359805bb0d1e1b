"""Why uv could not build an environment, where that says nothing of the repository: this machine, or a missing wheel."""

from __future__ import annotations

import re
import signal
from contextlib import suppress

from pytest_flops_mock.errors import Problem, ToolError

REASON_LINES = 12
REASON_COLUMNS = 300

ALLOW_BUILDS = (
    "allow packages to be built from source with --flops-allow-builds, if you trust their code: it runs as you; or pin a "
    "version that has a wheel"
)

NO_ROOM, NOT_WRITABLE, TOO_FEW = (27, 28, 122), (1, 13, 30), (11, 12, 23, 24)
"""Numbers of the system's errors (errno of Linux): no space, quotas and sizes; no right to write; few processes, memory or
open files."""

_NO_WHEEL = (
    re.compile(r"Wheels are required for `([^`]+)`"),
    re.compile(r"([\w.-]+?)(?:[=<>!~]\S*)? ha(?:s|ve) no usable wheels"),
    re.compile(r"[Bb]uilding source distributions for `?([\w.-]+)`? is disabled"),
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
    reason = reason_of(output)
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


def reason_of(output: str) -> str:
    """What uv says, bounded: from the line on that tells an error; without one, the last."""
    lines = [line.rstrip() for line in output.splitlines() if line.strip()]
    start = next((index for index, line in enumerate(lines) if line.lstrip().startswith("error:")), None)
    return bounded(lines[-REASON_LINES:] if start is None else lines[start:])


def without_wheel(output: str) -> str:
    """The package that has no wheel, if that is why uv fails."""
    output = " ".join(output.split())  # uv breaks its lines anywhere
    return next((found[1] for pattern in _NO_WHEEL if (found := pattern.search(output))), "")
