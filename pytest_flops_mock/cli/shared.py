"""What the commands share: exit statuses, output, and whole numbers in options."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Callable

from pytest_flops_mock.errors import Problem, SettingsError, ToolError

COMPATIBLE, INCOMPATIBLE, WRONG_USE, INTERRUPTED, BROKEN_PIPE = 0, 1, 2, 130, 141
"""The exit statuses; the last two are those of a process that SIGINT or SIGPIPE has ended."""

AddCommand = Callable[..., ArgumentParser]
"""Adds a command to the parser: ``add_parser`` of the parser's commands."""


def add_output(command: ArgumentParser) -> None:
    """Add the option for files that the result is written to as well.

    Args:
        command: Gets it.
    """
    command.add_argument(
        "--output",
        metavar="[FORMAT:]FILE",
        action="append",
        default=[],
        help="write it to a file, too, in one of these formats; may be repeated",
    )


def show(text: str) -> None:
    """Print at once, so that what is shown keeps its order with what other processes print.

    Raises:
        ToolError: Standard output takes no more, but is still there.
    """
    try:
        print(text, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ToolError(
            Problem(
                "the result cannot be written to standard output",
                got=error.strerror or str(error),
                fix="free some space where it goes, or let it go elsewhere",
            )
        ) from error


def in_utf8() -> bool:
    """Whether standard output has all letters."""
    return (sys.stdout.encoding or "").casefold().replace("-", "") == "utf8"


def as_html(text: str) -> str:
    """HTML as standard output can have it: letters that it lacks are named by their numbers."""
    return text if in_utf8() else text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def whole_number(text: str, option: str, *, minimum: int) -> int:
    """The whole number that an option says.

    Raises:
        SettingsError: It is not a whole number, or too small.
    """
    try:
        number = int(text)
    except ValueError:
        number = minimum - 1
    if number < minimum:
        raise SettingsError(
            Problem(
                f"{option} takes a whole number",
                where=option,
                expected=f"{minimum} or more",
                got=repr(text),
                fix=f"for example {option} 100",
            )
        )
    return number
