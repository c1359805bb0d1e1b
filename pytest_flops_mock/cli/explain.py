"""``flops-mock explain``: what the codes of findings mean."""

from __future__ import annotations

import argparse
import textwrap
from difflib import get_close_matches

from pytest_flops_mock.cli.shared import COMPATIBLE, AddCommand, show
from pytest_flops_mock.codes import CODES, Code
from pytest_flops_mock.errors import Problem, SettingsError


def add(add: AddCommand) -> None:
    """Add the command."""
    explain = add(
        "explain", help="say what a code of a finding means", description="Say what codes mean; without a code, list all."
    )
    explain.set_defaults(run=_run)
    explain.add_argument("codes", metavar="CODE", nargs="*", help="such as FM512")


def _run(options: argparse.Namespace) -> int:
    wanted = [code.strip(",").upper() for code in options.codes]
    if unknown := [code for code in dict.fromkeys(wanted) if code not in CODES]:
        raise SettingsError(*map(_no_code, unknown))
    if wanted:
        show("\n\n".join(_explained(CODES[code]) for code in dict.fromkeys(wanted)))
    else:
        show(
            "\n".join(
                f"{code.id}  {code.severity.value:<7}  {code.stage.value:<11}  {code.title}" for code in CODES.values()
            )
        )
    return COMPATIBLE


def _explained(code: Code) -> str:
    parts = [("stage", code.stage.value), ("trigger", code.trigger), ("why", code.why), ("fix", code.fix)]
    lines = [
        textwrap.fill(text, 100, initial_indent=f"  {name:<8}  ", subsequent_indent=" " * 12, break_long_words=False)
        for name, text in parts
    ]
    return "\n".join([f"{code.severity.value} {code.id}: {code.title}", *lines])


def _no_code(code: str) -> Problem:
    titled = [known.id for known in CODES.values() if code.casefold() in known.title.casefold()][:3]
    return Problem(
        "there is no such code of a finding",
        where="flops-mock explain",
        expected="FM and digits, such as FM602",
        got=code,
        nearest=", ".join(get_close_matches(code, CODES, n=3, cutoff=0.7) or titled),
        fix="flops-mock explain lists all",
    )
