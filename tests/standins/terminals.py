"""Terminals: real ones, of the size that a test wants, and what somebody sees on them."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_TOKEN = re.compile(r"\x1b\[(\d*)(?:;\d+)*([A-Za-z])|[\r\n\b]|[^\x1b\r\n\b]+|\x1b")


@dataclass
class Terminal:
    """A terminal.

    Attributes:
        device: File descriptor for those who write to it.
        columns: How wide it is.
        written: All that was written to it.
    """

    device: int
    columns: int
    written: bytearray = field(default_factory=bytearray)
    _read: threading.Event = field(default_factory=threading.Event)

    def waits_for(self, *texts: str) -> None:
        """Wait until one of these texts was written."""
        for _ in range(600):
            if any(text in self.text for text in texts):
                return
            time.sleep(0.1)
        raise TimeoutError(self.text)

    def close(self) -> None:
        """Take in all that was written; nobody writes any more."""
        if self.device >= 0:
            os.close(self.device)
            self.device = -1
            self._read.wait(10)

    @property
    def text(self) -> str:
        return self.written.decode()

    @property
    def lines(self) -> list[str]:
        """What is to be seen in the end, line by line, without colours."""
        return _seen(self.text)


@contextmanager
def terminal(columns: int) -> Iterator[Terminal]:
    """A terminal with so many columns, which is read until the end of the block."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    shown = Terminal(theirs, columns)

    def read() -> None:
        try:
            while chunk := os.read(ours, 65536):
                shown.written.extend(chunk)
        except OSError:
            pass  # nobody holds the other end any more
        shown._read.set()

    threading.Thread(target=read, daemon=True).start()
    try:
        yield shown
    finally:
        shown.close()
        os.close(ours)


def run_on_terminal(command: Sequence[str], columns: int, *, cwd: Path, env: Mapping[str, str]) -> Terminal:
    """What a command shows on a terminal, standard error included."""
    with terminal(columns) as shown:
        subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=shown.device,
            stderr=shown.device,
            cwd=cwd,
            env={**env, "TERM": "xterm"},
            check=False,
            timeout=120,
        )
    return shown


def _seen(text: str) -> list[str]:
    lines, column = [""], 0
    for match in _TOKEN.finditer(text):
        token, number, command = match[0], int(match[1] or 1), match[2]
        if token == "\n":
            lines.append("")
            column = 0
        elif token == "\r":
            column = 0
        elif token == "\b" or command == "D":
            column = max(0, column - number)
        elif command == "K":
            lines[-1] = lines[-1][:column]
        elif command is None and token != "\x1b":
            lines[-1] = lines[-1][:column].ljust(column) + token + lines[-1][column + len(token) :]
            column += len(token)
    return [line.rstrip() for line in lines]
