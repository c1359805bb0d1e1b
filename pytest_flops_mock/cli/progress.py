"""What a check is doing, in one line of standard error that is taken away again: only on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from pytest_flops_mock.progress import Event, OnEvent, fitting, in_words, unheard
from pytest_flops_mock.report.look import width_of


@contextmanager
def shown_at_once(about: Callable[[], str] = str) -> Iterator[OnEvent]:
    """Shows what is going on until the end of the block, however it ends.

    Args:
        about: Says what is checked, where that is not always the same.
    """
    stream = terminal()
    if stream is None:
        yield unheard
        return

    def show(event: Event) -> None:
        text = in_words(event)
        write(stream, ": ".join(filter(None, [about(), text])) if text else "")

    try:
        yield show
    finally:
        write(stream, "")


@contextmanager
def waits_shown() -> Iterator[Callable[[str], None]]:
    """Shows what is waited for until the end of the block: on a terminal at once, elsewhere the first in a line."""
    stream, told = terminal(), False

    def show(text: str) -> None:
        nonlocal told
        if stream is not None:
            write(stream, text)
        elif text and not told:
            told = True
            with suppress(OSError):
                print(f"flops-mock: {text}", file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        if stream is not None:
            write(stream, "")


def terminal() -> TextIO | None:
    """Standard error, if it is a terminal on which a line can be taken away again."""
    stream = sys.stderr
    return stream if stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb" else None


def write(stream: TextIO, text: str) -> None:
    """Show a text in the place of the last one; an empty one takes that away."""
    with suppress(OSError):
        stream.write(f"\r\x1b[K{fitting(text, width_of(stream) - 1) if text else ''}")
        stream.flush()
