"""``flops-mock serve`` as a process of its own."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

PATIENCE = 120


@contextmanager
def serving(*arguments: str, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    """A running command; it is killed behind the block if it has not ended by then."""
    command = [sys.executable, "-m", "pytest_flops_mock", "serve", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=cwd, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def line_with(process: subprocess.Popen[str], word: str) -> str:
    """The next line in which a word stands."""
    for line in lines_of(process):
        if word in line:
            return line
    assert process.stderr is not None
    raise AssertionError(f"no {word!r}: {process.stderr.read()}")


def lines_of(process: subprocess.Popen[str]) -> IO[str]:
    """What it prints."""
    assert process.stdout is not None
    return process.stdout


def uri_in(line: str) -> str:
    (uri,) = re.findall(r"grpc(?:\+tls)?://[\d.]+:\d+", line)
    return str(uri)


def ended(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str, str]:
    """Its status, and what it printed, after a signal."""
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err
