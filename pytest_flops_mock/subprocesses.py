"""Subprocesses that run other people's programs (Git, uv, a Python): to their end or, with all that they started, killed."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LOOK_SECONDS = 0.5
"""How often it is looked whether a program has ended whose output is still open."""


@dataclass(frozen=True)
class Ended:
    """A program that came to its end.

    Attributes:
        status: Its exit status.
        output: What it wrote to standard output.
        errors: What it wrote to standard error, as text.
    """

    status: int
    output: bytes
    errors: str = ""

    @property
    def text(self) -> str:
        """The output as text."""
        return self.output.decode(errors="replace")


def run(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path | None = None,
    errors: int = subprocess.PIPE,
    timeout: float | None = None,
    pass_fds: Sequence[int] = (),
    on_output: Callable[[bytes], None] = lambda output: None,
) -> Ended:
    """Run a program in a group of its own, without a terminal to ask anything on.

    However this call ends, by an interrupt, by its time limit or well, the group is killed with it. What the program leaves
    running is not waited for, though it may hold the pipe of its output.

    Args:
        command: The program and its arguments.
        env: Its environment.
        cwd: Where it runs.
        errors: Where its standard error goes: ``subprocess.PIPE``, ``STDOUT`` or ``DEVNULL``.
        timeout: Seconds that it may take.
        pass_fds: File descriptors that it inherits.
        on_output: Is told now and then what it has written so far, all of it.

    Raises:
        OSError: There is no such program.
        subprocess.TimeoutExpired: It did not end in time.
    """

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=dict(env),
            cwd=cwd,
            pass_fds=pass_fds,
            start_new_session=True,
        )

    # On a thread, since an interrupt in the middle of starting would leave a process that nobody knows of.
    with ThreadPoolExecutor(max_workers=1) as thread:
        starting = thread.submit(start)
        try:
            process = starting.result()
            output, complaint = _heard(process, timeout, on_output)
            _kill_group(process.pid)
        except BaseException:
            if starting.exception() is None:
                _kill(starting.result())
            raise
    return Ended(process.returncode, output, (complaint or b"").decode(errors="replace"))


def ending(status: int) -> str:
    """How a process ended, in words: by its exit status or by a signal, which is negative."""
    if status >= 0:
        return f"exit status {status}"
    with suppress(ValueError):
        return f"signal {signal.Signals(-status).name}"
    return f"signal {-status}"


def _heard(
    process: subprocess.Popen[bytes], timeout: float | None, on_output: Callable[[bytes], None]
) -> tuple[bytes, bytes | None]:
    """What it writes until its end, or until the time limit."""
    deadline = math.inf if timeout is None else time.monotonic() + timeout
    orphaned = False
    while True:
        left = deadline - time.monotonic()
        try:
            return process.communicate(timeout=max(0.0, min(left, LOOK_SECONDS)))
        except subprocess.TimeoutExpired as error:
            if orphaned:  # what holds the pipe has left the group
                process.wait()
                _close(process)
                return error.output or b"", error.stderr
            if os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                _kill_group(process.pid)  # not reaped: its number is still its own
                orphaned = True
            elif left <= 0:
                raise
            on_output(error.output or b"")


def _kill_group(number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(number, signal.SIGKILL)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.returncode is None:
        _kill_group(process.pid)
        process.wait()
    _close(process)


def _close(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
