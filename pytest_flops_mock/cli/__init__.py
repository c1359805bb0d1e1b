"""``flops-mock``: check an ML repository without pytest, record samples and make twins of data sets, explain findings."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

from pytest_flops_mock.cli import check, explain, record, twin
from pytest_flops_mock.cli.shared import BROKEN_PIPE, INTERRUPTED, WRONG_USE
from pytest_flops_mock.errors import FlopsMockError

ABOUT = "Check an ML repository without pytest, record samples and make twins of data sets, explain findings."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status.

    Args:
        arguments: What stands behind the command's name; by default this process' own.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # replaced, by a test say
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        with _signals():
            options = _parser().parse_args(arguments)
            run: Callable[[argparse.Namespace], int] = options.run
            status = run(options)
            sys.stdout.flush()
            return status
    except FlopsMockError as error:
        print("\n".join(f"flops-mock: {problem}" for problem in error.problems), file=sys.stderr)
        return WRONG_USE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Nobody reads on. Python flushes the stream once more when it ends.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="flops-mock", description=ABOUT, allow_abbrev=False)
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and end")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (check, explain, record, twin):
        command.add(commands.add_parser)
    return parser


class _Version(argparse.Action):
    """Looks the version up when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from pytest_flops_mock import __version__

        print(f"flops-mock {__version__}")
        parser.exit()


@contextmanager
def _signals() -> Iterator[None]:
    """Being told to end unwinds the stack, so that no process and no folder is left behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def end(number: int, _: FrameType | None) -> NoReturn:
        for one in numbers:
            signal.signal(one, signal.SIG_IGN)  # being told twice must not break off the clearing up
        raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number)

    before = {number: signal.signal(number, end) for number in numbers if signal.getsignal(number) is not signal.SIG_IGN}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
