"""What a check is doing, in one line of standard error that is taken away again: only on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from pytest_flops_mock.progress import Event, OnEvent, fitting, in_words, unheard
from pytest_flops_mock.report.look import width_of


@contextmanager
def shown_at_once(about: Callable[[], str] = str) -> Iterator[OnEvent]:
    """Shows what is going on until the end of the block, however it ends.

    Args:
        about: Says what is checked, where that is not always the same.
    """
    stream = sys.stderr
    if stream is None or not stream.isatty() or os.environ.get("TERM") == "dumb":
        yield unheard
        return

    def write(line: str) -> None:
        with suppress(OSError):
            stream.write(f"\r\x1b[K{line}")
            stream.flush()

    def show(event: Event) -> None:
        text = in_words(event)
        write(fitting(": ".join(filter(None, [about(), text])), width_of(stream) - 1) if text else "")

    try:
        yield show
    finally:
        write("")
