"""Subprocesses that run other people's programs (Git, uv, a Python): to their end or, with all that they started, killed."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


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
) -> Ended:
    """Run a program in a group of its own, without a terminal to ask anything on.

    However this call ends, by an interrupt or by its time limit, the group is killed with it.

    Args:
        command: The program and its arguments.
        env: Its environment.
        cwd: Where it runs.
        errors: Where its standard error goes: ``subprocess.PIPE``, ``STDOUT`` or ``DEVNULL``.
        timeout: Seconds that it may take.
        pass_fds: File descriptors that it inherits.

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
            output, complaint = process.communicate(timeout=timeout)
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


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
