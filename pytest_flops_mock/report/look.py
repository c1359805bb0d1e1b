"""How a text looks where it is shown: as wide as that is, and with colours if it has any."""

from __future__ import annotations

import os
import re
import textwrap
from contextlib import suppress
from dataclasses import dataclass
from typing import TextIO

from pytest_flops_mock.stage import Stage

PIPED_WIDTH = 100
"""Columns of a text that goes to no terminal."""

LEAST_WIDTH = 30
"""What is narrower is not broken: every line would be a word."""

_UNBROKEN = "\0"
_COMMAND = re.compile(r"\bflops-mock \w+(?:(?: \w+)? \S*[./=-]\S*)+")

_LABEL = re.compile(r" *\S+ {2,}(?=\S)")
_HEAD = re.compile(r"(?:(?:error|warning|info) )?FM\d+ ")
_STAGES = "|".join(stage.value for stage in Stage)

RED, GREEN, YELLOW, CYAN, DIM = "31", "32", "33", "36", "2"

_PAINT = (
    (re.compile(r"^error FM\d+"), f"1;{RED}"),
    (re.compile(r"^warning FM\d+"), f"1;{YELLOW}"),
    (re.compile(r"^info FM\d+"), f"1;{CYAN}"),
    (re.compile(r"^FM\d+"), f"1;{RED}"),
    (re.compile(r"^  (?:where|expected|got|nearest|fix)(?=  )"), DIM),
    (re.compile(rf"(?<![\w/.])(?:{_STAGES}) failed(?= \()"), RED),
    (re.compile(r"(?:(?<=^verdict {5})|(?<=: ))incompatible"), f"1;{RED}"),
    (re.compile(r"(?:(?<=^verdict {5})|(?<=: ))compatible"), f"1;{GREEN}"),
)


@dataclass(frozen=True)
class Look:
    """How a text looks.

    Attributes:
        width: Columns that it has.
        colour: Whether it has colours.
    """

    width: int = PIPED_WIDTH
    colour: bool = False

    def of(self, text: str) -> str:
        """The text, its long lines broken at spaces and nowhere else, in its colours."""
        lines = [part for line in text.split("\n") for part in self._broken(line)]
        return "\n".join(map(_painted, lines) if self.colour else lines)

    def _broken(self, line: str) -> list[str]:
        if len(line) <= self.width or self.width < LEAST_WIDTH:
            return [line]
        label = _LABEL.match(line)
        head = label[0] if label and len(label[0]) <= self.width // 2 else ""
        indent = len(head) or (6 if _HEAD.match(line) else len(line) - len(line.lstrip()) + 4)
        rest = line[len(head) :]
        rest = _COMMAND.sub(lambda command: command[0].replace(" ", _UNBROKEN), rest)  # it is copied as a whole
        if head.startswith("stages "):  # how a stage ended stays on one line
            rest = ", ".join(part.replace(" ", _UNBROKEN) for part in rest.split(", "))
        broken = textwrap.wrap(
            rest,
            self.width if not head else self.width - len(head),
            subsequent_indent="" if head else " " * indent,
            break_long_words=False,
            break_on_hyphens=False,
            expand_tabs=False,
            replace_whitespace=False,
        )
        return [
            head + broken[0].replace(_UNBROKEN, " "),
            *(" " * len(head) + part.replace(_UNBROKEN, " ") for part in broken[1:]),
        ]


def look_on(stream: TextIO) -> Look:
    """How a text looks on a stream: on a terminal, in a file, in a pipe. ``NO_COLOR`` and ``FORCE_COLOR`` are heard."""
    width = width_of(stream)
    if os.environ.get("NO_COLOR"):
        return Look(width)
    is_terminal = stream.isatty() and os.environ.get("TERM") != "dumb"
    return Look(width, bool(os.environ.get("FORCE_COLOR")) or is_terminal)


def width_of(stream: TextIO) -> int:
    """How many columns a stream has: ``COLUMNS``, else those of its terminal, else those of a text in a pipe."""
    with suppress(ValueError):
        if (columns := int(os.environ.get("COLUMNS", ""))) > 0:
            return columns
    with suppress(OSError, ValueError):
        return os.get_terminal_size(stream.fileno()).columns or PIPED_WIDTH
    return PIPED_WIDTH


def _painted(line: str) -> str:
    for pattern, colour in _PAINT:
        line = pattern.sub(lambda match, colour=colour: f"\x1b[{colour}m{match[0]}\x1b[0m", line)  # type: ignore[misc]
    return line
