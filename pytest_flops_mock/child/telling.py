"""What this process tells its parent: lines of JSON over a pipe, whatever the repository's code does to that."""

from __future__ import annotations

import json
import os
from typing import Any, NoReturn


def lost() -> NoReturn:
    """End this process: the repository's code has closed its pipes."""
    try:
        os.write(2, b"the repository's code closed file descriptors that are not its own\n")
    finally:
        os._exit(1)


class Answers:
    """The way back to the parent: a file descriptor that the repository's code may have closed, or taken for a file.

    Args:
        descriptor: The end of a pipe. What the repository's code forks finds it closed.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._pipe = self._identity()
        # Bound early: the repository's code may replace them in their modules.
        self._encode, self._write = json.JSONEncoder().encode, os.write
        os.register_at_fork(after_in_child=self._close)

    def send(self, answer: dict[str, Any]) -> None:
        """Send a line of JSON."""
        line = self._encode(answer).encode() + b"\n"
        try:
            if self._identity() != self._pipe:
                lost()
            while line:
                line = line[self._write(self._descriptor, line) :]
        except OSError:
            lost()

    def _close(self) -> None:
        """Who is forked has nothing to say; nor have those that it forks, in which this is called again."""
        try:
            if self._identity() == self._pipe:
                os.close(self._descriptor)
        except OSError:
            pass

    def _identity(self) -> tuple[int, int]:
        status = os.fstat(self._descriptor)
        return status.st_dev, status.st_ino
