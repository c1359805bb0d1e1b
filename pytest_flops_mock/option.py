"""One thing that users can set, and how it is called in each place where it can be set."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Door = Literal["pytest", "command", "argument", "search", "rounds"]

PYTEST: tuple[Door, ...] = ("pytest",)
FILES: tuple[Door, ...] = ("pytest", "command")
EVERYWHERE: tuple[Door, ...] = ("pytest", "command", "argument")
SEARCHES: tuple[Door, ...] = ("pytest", "search")
ROUNDS: tuple[Door, ...] = ("pytest", "rounds")

Read = Callable[[Any, Path, str], Any]
"""Makes its value of a text, or of what a call passes; takes the folder of relative paths, and its name for messages."""


@dataclass(frozen=True)
class Option:
    """One thing that users can set.

    Attributes:
        name: ``NAME`` in ``--flops-NAME`` of pytest and ``--NAME`` of ``flops-mock check``.
        help: What it is, in Markdown, for every door.
        read: Its value from text, or from what a call passes.
        metavar: What stands for the value; empty for a flag.
        kind: One ``text``, a ``number``, a ``whole`` number, a ``list`` of texts (the option may be repeated, ini has one in
            a line), or a ``flag``.
        default: What holds if nothing is set, in Markdown.
        adds: Whether option, ini key, marker and call add up. Otherwise the nearest to the test counts.
        doors: Where it can be set: ``pytest`` (option and ini key), ``command`` (``flops-mock check``), ``argument`` (a
            keyword of ``check_repository`` and ``flops_check``), ``search`` (``flops-mock search``, and a keyword of
            ``search_repository`` and ``flops_search``; these have those of a check, too), ``rounds`` (likewise
            ``flops-mock rounds``, ``run_rounds`` and ``flops_rounds``).
        ini_name: Its name in the ini key, if that is another one.
        command_name: Its name in the commands of ``flops-mock`` and as a keyword, if that is another one.
    """

    name: str
    help: str
    read: Read
    metavar: str = ""
    kind: Literal["text", "number", "whole", "list", "flag"] = "text"
    default: str = ""
    adds: bool = False
    doors: tuple[Door, ...] = EVERYWHERE
    ini_name: str = ""
    command_name: str = ""

    @property
    def key(self) -> str:
        """Its name in Python."""
        return (self.command_name or self.name).replace("-", "_")

    @property
    def option(self) -> str:
        """Its name as an option of pytest."""
        return f"--flops-{self.name}"

    @property
    def dest(self) -> str:
        """Its name among pytest's parsed options."""
        return f"flops_{self.name.replace('-', '_')}"

    @property
    def argument(self) -> str:
        """Its name as an argument of ``flops-mock check`` or ``flops-mock search``."""
        return f"--{self.command_name or self.name}"

    @property
    def ini(self) -> str:
        """Its name as an ini key."""
        return f"flops_{self.ini_name}" if self.ini_name else self.dest

    @property
    def text(self) -> str:
        """What it is and what its default is, in Markdown."""
        return f"{self.help} (default: {self.default})" if self.default else self.help

    @property
    def terminal(self) -> str:
        """The same for a terminal: what a shell would not take as it is stands in quotes."""
        return re.sub("`([^`]*)`", lambda code: shlex.quote(code[1]), self.text)

    def argparse(self, note: str = "") -> dict[str, Any]:
        """How ``argparse`` takes it.

        Args:
            note: What to say where several doors add up.
        """
        ways = {"list": {"metavar": self.metavar, "action": "append"}, "flag": {"action": "store_true"}}
        again = "; may be repeated" if self.kind == "list" else ""
        return {
            "help": f"{self.terminal}{note if self.adds else ''}{again}",
            **ways.get(self.kind, {"metavar": self.metavar}),
        }

    def joined(self, before: Any, value: Any) -> Any:
        """The value of a door that comes after another one."""
        return tuple(dict.fromkeys((*before, *value))) if self.adds else value
