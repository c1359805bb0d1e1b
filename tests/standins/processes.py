"""Other Python processes, and waiting for what happens elsewhere: always with an end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
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


def processes_of(folder: Path) -> dict[int, str]:
    """What runs in the folder or with it in its environment, but for this process and those that started it: its command."""
    own = {os.getpid(), os.getppid()}
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) in own:
            continue
        try:
            if "State:\tZ" in (entry / "status").read_text():
                continue
            where = os.readlink(entry / "cwd")
            command = (entry / "cmdline").read_bytes()
            known = (entry / "environ").read_bytes() + command
        except OSError:
            continue  # ended meanwhile, or another user's
        if where.startswith(str(folder)) or str(folder).encode() in known:
            found[int(entry.name)] = command.replace(b"\0", b" ").decode(errors="replace")
    return found


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
