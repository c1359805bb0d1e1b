"""``flops-mock``: begin, check, search and train an ML repository; partitions, samples and twins of data; findings."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn, TextIO

from pytest_flops_mock.cli import (
    check,
    completion,
    diff,
    env,
    explain,
    init,
    partitions,
    provide,
    record,
    replay,
    rounds,
    search,
    serve,
    twin,
)
from pytest_flops_mock.cli.shared import BROKEN_PIPE, INTERRUPTED, WRONG_USE
from pytest_flops_mock.errors import FlopsMockError
from pytest_flops_mock.machine import ran_out
from pytest_flops_mock.report.look import look_on

ABOUT = (
    "Begin an ML repository, check and search it without pytest, train it in federated rounds, show and serve partitions, "
    "make samples and twins, explain findings."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status.

    Args:
        arguments: What stands behind the command's name; by default this process' own.
    """
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # replaced, by a test say
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        with _signals() as received:
            try:
                options = _parser().parse_args(arguments)
                options.own_process = arguments is None
                run: Callable[[argparse.Namespace], int] = options.run
                status = run(options)
            except KeyboardInterrupt:
                status = INTERRUPTED
            sys.stdout.flush()
            return 128 + received[0] if received else status
    except FlopsMockError as error:
        return _told(error)
    except BrokenPipeError:
        _forget(sys.stdout)
        return BROKEN_PIPE
    except (OSError, MemoryError, RuntimeError) as error:
        exhausted = ran_out(error)
        if exhausted is None:
            raise
        return _told(exhausted)


def _told(error: FlopsMockError) -> int:
    try:
        sys.stdout.flush()
    except OSError:
        _forget(sys.stdout)
    try:
        told = "\n".join(f"flops-mock: {problem}" for problem in error.problems)
        print(look_on(sys.stderr).of(told) if sys.stderr.isatty() else told, file=sys.stderr, flush=True)
    except OSError:
        _forget(sys.stderr)
    return WRONG_USE


def _forget(stream: TextIO) -> None:
    """Nobody reads on, and Python flushes the stream once more when it ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _open_closed_streams() -> None:
    """A shell may have closed them (``>&-``): the next file or socket must not take their place."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:  # standard error
        pass
    os.close(descriptor)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115  # as long as the process


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="flops-mock", description=ABOUT, allow_abbrev=False)
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and end")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (init, check, diff, partitions, search, replay, rounds, explain, record, twin, env, serve, provide):
        command.add(commands.add_parser)
    completion.add(commands.add_parser, parser)
    return parser


class _Version(argparse.Action):
    """Looks the version up when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from pytest_flops_mock import __version__

        print(f"flops-mock {__version__}")
        parser.exit()


@contextmanager
def _signals() -> Iterator[list[int]]:
    """Being told to end unwinds the stack, so that no process and no folder is left behind; by which signal, if by one.

    Each is a ``KeyboardInterrupt``: Hypothesis takes a ``SystemExit`` for a failure of what it tries, and goes on.
    """
    received: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield received
        return
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def end(number: int, _: FrameType | None) -> NoReturn:
        for one in numbers:
            signal.signal(one, signal.SIG_IGN)  # being told twice must not break off the clearing up
        received.append(number)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, end) for number in numbers if signal.getsignal(number) is not signal.SIG_IGN}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
