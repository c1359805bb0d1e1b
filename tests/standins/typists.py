"""Somebody who sits before a terminal, types, and sees what a process shows there."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path

LONGEST = 60.0
"""Seconds after which a process is ended."""

ON_ITS_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Keys such as Ctrl-C reach who has the terminal as the one that controls it."""


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
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    process = subprocess.Popen(
        [sys.executable, "-c", ON_ITS_TERMINAL, *command],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env={**kept, "TERM": "xterm"},
        start_new_session=True,
    )
    os.close(theirs)
    shown, seen, waiting, end = b"", 0, [*typed], time.monotonic() + LONGEST
    try:
        while part := _read(ours, end):
            shown += part
            while waiting and (place := shown.find(waiting[0][0].encode(), seen)) >= 0:
                seen = place + len(waiting[0][0])
                os.write(ours, waiting.pop(0)[1].encode())
        return process.wait(LONGEST), shown.decode().replace("\r\n", "\n")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(ours)


def _read(terminal: int, end: float) -> bytes:
    """What has come; nothing once nobody writes any more."""
    if not select.select([terminal], [], [], max(end - time.monotonic(), 0))[0]:
        raise AssertionError(f"nothing more was shown within {LONGEST} s")
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other side is closed
        return b""
