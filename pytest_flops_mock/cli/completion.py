"""``flops-mock completion``: what a shell needs to complete commands, options and files."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import partial

from pytest_flops_mock.cli.shared import COMPATIBLE, AddCommand, show

SHELLS = ("bash", "zsh", "tcsh")
FILES = ("FILE", "[FORMAT:]FILE", "PATH", "SLA", "OLD", "NEW")
FOLDERS = ("DIR", "FOLDER", "REPO")
"""What stands for a file and for a folder in the help."""

EXPLAINED = """\
  bash  eval "$(flops-mock completion bash)"    for good in ~/.bashrc
  zsh   eval "$(flops-mock completion zsh)"     for good in ~/.zshrc, behind compinit
  tcsh  flops-mock completion tcsh | source /dev/stdin
"""


def add(add: AddCommand, parser: argparse.ArgumentParser) -> None:
    """Add the command.

    Args:
        add: Adds it.
        parser: That of ``flops-mock``, with all commands once it runs.
    """
    command = add(
        "completion",
        help="print what a shell needs to complete this command",
        description="Print a script that lets a shell complete commands, options and files of flops-mock.",
        epilog=EXPLAINED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.add_argument("shell", choices=SHELLS, metavar="SHELL", help=f"one of {', '.join(SHELLS)}")
    command.set_defaults(run=partial(_run, parser))


def _run(parser: argparse.ArgumentParser, given: argparse.Namespace) -> int:
    import shtab

    for action in _actions(parser):
        if action.metavar in (*FILES, *FOLDERS):  # shtab looks for the attribute
            vars(action)["complete"] = shtab.FILE if action.metavar in FILES else shtab.DIRECTORY
    show(shtab.complete(parser, given.shell).rstrip("\n"))
    return COMPATIBLE


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:  # the only way to them, which shtab goes as well
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _actions(command)
