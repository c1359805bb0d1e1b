"""``flops-mock diff``: what two runs found, side by side."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_flops_mock.cli.shared import COMPATIBLE, INCOMPATIBLE, AddCommand, add_output, as_html, show

if TYPE_CHECKING:
    from pytest_flops_mock.report.comparing import Change

FORMATS = ("text", "json", "markdown", "html")

_EXPLAINED = """\
OLD and NEW are reports as JSON: flops-mock check ... --output report.json, pytest --flops-report report.json. Findings are
told apart by stage, code, place and message, whatever line they moved to and whichever numbers they say.
docs/diff.schema.json describes the JSON.

exit status:
  0    nothing is new that is an error
  1    something is
  2    wrong use, or a file that is no report
"""


def add(add: AddCommand) -> None:
    """Add the command."""
    diff = add(
        "diff",
        help="compare the reports of two runs",
        description="Say which findings of two runs are new, gone or the same, and which stages, packages and data differ.",
        epilog=_EXPLAINED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    diff.set_defaults(run=_run)
    diff.add_argument("old", metavar="OLD", help="the report of the earlier run")
    diff.add_argument("new", metavar="NEW", help="the report of the later run")
    diff.add_argument("--format", choices=FORMATS, default="text", help="what standard output shows (text)")
    add_output(diff)


def _run(given: argparse.Namespace) -> int:
    from pytest_flops_mock.report.comparing import changes
    from pytest_flops_mock.report.difference import as_json, as_markdown, as_text
    from pytest_flops_mock.report.look import look_on
    from pytest_flops_mock.report_files import outputs_of, read_reports, refuse_inputs, with_forms, write_whole

    here = Path.cwd()
    old, new = (here / Path(name).expanduser() for name in (given.old, given.new))
    named = outputs_of(given.output, here, "--output", FORMATS)
    outputs = with_forms(named, given.format, FORMATS)
    refuse_inputs(outputs, [old, new], "a report that is compared")
    told = changes(read_reports(old, "OLD"), read_reports(new, "NEW"))
    page = partial(_page, old=given.old, new=given.new)
    writers: dict[str, Callable[[Sequence[Change]], str]]
    writers = {"text": as_text, "json": as_json, "markdown": as_markdown, "html": page}
    for output in outputs:
        write_whole(output.path, writers[output.form](told), output.where)
    shown = "text" if any(not output.form for output in named) else given.format
    text = writers[shown](told).rstrip("\n")
    show(look_on(sys.stdout).of(text) if shown == "text" else as_html(text) if shown == "html" else text)
    return COMPATIBLE if all(change.ok for change in told) else INCOMPATIBLE


def _page(changes: Sequence[Change], *, old: str, new: str) -> str:
    from pytest_flops_mock.report.html.page import diff_html  # only who wants a page waits for it

    return diff_html(changes, old, new)
