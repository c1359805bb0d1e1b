"""Terminals: real ones, of the size that a test wants, what somebody sees on them, and what he types."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_TOKEN = re.compile(r"\x1b\[(\d*)(?:;\d+)*([A-Za-z])|[\r\n\b]|[^\x1b\r\n\b]+|\x1b")

ON_ITS_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Keys such as Ctrl-C reach who has the terminal as the one that controls it."""


@dataclass
class Terminal:
    """A terminal.

    Attributes:
        device: File descriptor for those who write to it.
        keyboard: File descriptor for what is typed.
        columns: How wide it is.
        written: All that was written to it.
    """

    device: int
    keyboard: int
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

    def types_behind(self, text: str, keys: str, start: int) -> int:
        """Type as soon as a text was written behind a place; the place behind it."""
        for _ in range(600):
            if (place := self.text.find(text, start)) >= 0:
                os.write(self.keyboard, keys.encode())
                return place + len(text)
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
    shown = Terminal(theirs, ours, columns)

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


def on_terminal(
    command: Sequence[str], *, columns: int, folder: Path, typed: Sequence[tuple[str, str]] = ()
) -> tuple[int, str]:
    """The exit status of a process, and what its terminal shows, what is typed among it.

    Args:
        command: What is run; its first word is the path of a program.
        columns: The terminal's width.
        folder: Where it runs.
        typed: What is typed, each as soon as a text has come.
    """
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    with terminal(columns) as shown:
        process = subprocess.Popen(
            [sys.executable, "-c", ON_ITS_TERMINAL, *command],
            stdin=shown.device,
            stdout=shown.device,
            stderr=shown.device,
            cwd=folder,
            env={**kept, "TERM": "xterm"},
            start_new_session=True,
        )
        try:
            place = 0
            for text, keys in typed:
                place = shown.types_behind(text, keys, place)
            status = process.wait(60)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    return status, shown.text.replace("\r\n", "\n")


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
