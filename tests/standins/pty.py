"""A command on a terminal of some width."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path


def on_terminal(
    command: Sequence[str | Path], columns: int, *, folder: Path, environment: Mapping[str, str] | None = None
) -> tuple[int, list[str]]:
    """The exit status of a command whose output is a terminal, and the lines that it shows there; errors are not kept."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    started = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL, cwd=folder, env={**kept, **(environment or {})}
    )
    os.close(theirs)
    told = b""
    with open(ours, "rb", buffering=0) as stream:
        while True:
            try:
                part = stream.read(65_536)
            except OSError:  # Linux's way to say that the other side is closed
                break
            if not part:
                break
            told += part
    return started.wait(timeout=300), told.decode().replace("\r\n", "\n").rstrip("\n").split("\n")
