"""What a machine lacks or can run out of, which says nothing of what was checked."""

from __future__ import annotations

import errno
import os
import platform
from dataclasses import replace

from pytest_flops_mock.errors import Problem, ToolError

NO_THREAD = "can't start new thread"
"""What Python says, as a ``RuntimeError``, when the machine gives it no thread."""

_MEMORY = Problem("this machine has no memory left", fix="check fewer rows (max_rows in the SLA), or end what else runs")
_PROCESSES = Problem(
    "this machine starts no further process or thread",
    expected="some 50 of them",
    fix="raise the limit of processes (ulimit -u, or that of the container), or end what else runs",
)
_FILES = Problem(
    "this process has as many files open as it may",
    expected="at least 64 open files",
    fix="raise the limit, for example with: ulimit -n 1024",
)
_SPACE = Problem(
    "a file cannot be written, since there is no space left for it",
    expected="space for the data, the copy of the repository and its environment",
    fix="free some space, or let TMPDIR and XDG_CACHE_HOME name folders on another disk",
)
_READ_ONLY = Problem(
    "a file cannot be written, since its file system is read-only",
    fix="let TMPDIR and XDG_CACHE_HOME name folders that can be written to",
)
_BY_NUMBER = {
    errno.ENOSPC: _SPACE,
    errno.EDQUOT: _SPACE,
    errno.EFBIG: _SPACE,
    errno.EROFS: _READ_ONLY,
    errno.EMFILE: _FILES,
    errno.ENFILE: _FILES,
    errno.ENOMEM: _MEMORY,
}


def needs_posix() -> None:
    """Refuse, before a module is loaded that needs a system such as Linux or macOS.

    Raises:
        ToolError: This is Windows.
    """
    try:
        import fcntl  # noqa: F401  # only there
    except ImportError:
        raise ToolError(
            Problem(
                "this part of pytest-flops-mock needs Linux or macOS, and does not work on Windows",
                got=platform.system(),
                fix="run it in WSL, the Linux within Windows: wsl --install",
            )
        ) from None


def ran_out(error: BaseException | None) -> ToolError | None:
    """The machine's part in an error, if it or what caused it comes from something that the machine has no more of.

    Args:
        error: What was raised.
    """
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        problem = _problem(error)
        if problem is not None:
            return ToolError(problem)
        seen.append(error)
        error = error.__cause__ or error.__context__
    return None


def _problem(error: BaseException) -> Problem | None:
    if isinstance(error, MemoryError):
        return _MEMORY
    if isinstance(error, RuntimeError) and str(error) == NO_THREAD:
        return replace(_PROCESSES, got=NO_THREAD)
    if not isinstance(error, OSError):
        return None
    # A pipe or a socket says EAGAIN as well; a process that cannot be forked has no address and no file.
    no_process = error.errno == errno.EAGAIN and type(error) is BlockingIOError and error.filename is None
    known = _PROCESSES if no_process else _BY_NUMBER.get(error.errno or 0)
    if error.errno == errno.EFBIG and error.strerror != os.strerror(errno.EFBIG):
        known = None  # a bound of ours
    return (
        replace(known, where=str(error.filename2 or error.filename or ""), got=error.strerror or "")
        if known is not None
        else None
    )
