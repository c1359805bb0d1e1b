"""Other Python processes, and waiting for what happens elsewhere: always with an end."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

LONGEST = 20.0
"""Seconds after which a wait has failed."""


def until(happened: Callable[[], object], what: str = "it", longest: float = LONGEST) -> None:
    """Look again and again until ``happened``."""
    end = time.monotonic() + longest
    while not happened():
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen within {longest} s")
        time.sleep(0.005)


class Child:
    """A Python process that says ``ready`` on a line of its own and then waits for :meth:`go`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ready(self) -> None:
        """Wait until it says so."""
        line = _pipe(self._process.stdout).readline()
        assert line == "ready\n", line + _pipe(self._process.stderr).read()

    def go(self) -> tuple[int, str]:
        """Let it go on to its end; its exit status and what it wrote to stderr."""
        _, stderr = self._process.communicate("go\n", timeout=LONGEST)
        return self._process.returncode, stderr

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait(LONGEST)


@contextmanager
def child(program: str, *arguments: str) -> Iterator[Child]:
    """Run ``program`` in a fresh interpreter; it is ended behind the block if it has not ended itself."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", program, *arguments]
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    with process:
        try:
            yield Child(process)
        finally:
            process.kill()


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream
