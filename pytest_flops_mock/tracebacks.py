"""What is shown of an error that says all itself: the user's lines that led to it, and what it says."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import pytest

from pytest_flops_mock.errors import FlopsMockError

OURS = "pytest_flops_mock"
RUNNER = ("_pytest", "pluggy", "pytest")
INSTALLED = Path(pytest.__file__).parent.parent
STANDARD = Path(os.__file__).parent


def shortened(excinfo: pytest.ExceptionInfo[BaseException], config: pytest.Config) -> Any:
    """Let an error of ours end at the user's line that led to it; ``--full-trace`` shows the rest.

    Args:
        excinfo: Any error; that of others stays as it is.
        config: Whose options say how much is to be shown.

    Returns:
        What it says, to be shown alone, if no line of the user's led to it; ``None`` if the traceback is to be shown.
    """
    error = excinfo.value
    if not isinstance(error, FlopsMockError) or config.getoption("fulltrace"):
        return None
    entries = list(_entries(error.__traceback__))
    theirs = list(_theirs(entry.tb_frame for entry in entries))
    if True not in theirs:
        return excinfo.getrepr(style="value") if config.getoption("tbstyle") in ("auto", "long", "short") else None
    error.__cause__, error.__suppress_context__ = None, True
    first = theirs.index(True)
    kept = [*entries[:first], *itertools.compress(entries[first:], theirs[first:])]
    for entry, following in itertools.zip_longest(kept, kept[1:]):
        entry.tb_next = following
    return None


def _entries(entry: TracebackType | None) -> Iterator[TracebackType]:
    while entry is not None:
        yield entry
        entry = entry.tb_next


def _theirs(frames: Iterable[FrameType]) -> Iterator[bool]:
    """Whether each is the user's: not of this package, of pytest, or of what this package called."""
    called_by_us = False
    for frame in frames:
        package = str(frame.f_globals.get("__name__")).partition(".")[0]
        file = Path(frame.f_code.co_filename)
        installed = INSTALLED in file.parents
        if package == OURS or package in RUNNER:
            called_by_us = package == OURS
            yield False
        elif (STANDARD in file.parents and not installed) or frame.f_code.co_filename.startswith("<frozen "):
            yield False
        else:
            called_by_us = called_by_us and installed
            yield not called_by_us
