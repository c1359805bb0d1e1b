"""``flops-mock rounds``: federated rounds over learner nodes."""

from __future__ import annotations

import argparse
import sys

from pytest_flops_mock.cli.checking import (
    EXPLAINED,
    Showing,
    add_arguments,
    repository_at,
    show_in_the_end,
    showing_of,
    sla_files,
    values_of,
)
from pytest_flops_mock.cli.progress import shown_at_once
from pytest_flops_mock.cli.shared import COMPATIBLE, INCOMPATIBLE, AddCommand, as_html, in_utf8, show
from pytest_flops_mock.report.look import look_on
from pytest_flops_mock.settings import check_options
from pytest_flops_mock.sla.files import together_name

_ABOUT = """\
Train an ML repository in federated rounds, as FLOps would: each learner node has an ML data server of its own and one
partition of the SLA's data; aggregator and learners are processes that talk by Flower's own engines over the wire. Shows
loss and accuracy from round to round, what becomes of a learner that dies, hangs, is slow or comes late, and which round's
model FLOps would keep. Needs flwr 1.8 or later in the Python of the learners, as --env learner has it.
"""

_OWN = ("text", "json", "markdown", "html")
"""The forms that show rounds; the others show the findings alone."""


def add(add: AddCommand) -> None:
    """Add the command."""
    rounds = add(
        "rounds",
        help="train an ML repository in federated rounds",
        description=_ABOUT,
        epilog=EXPLAINED.replace(
            "one report or several in one form (docs/report.schema.json)",
            "all that happened, and the report of a check in it",
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    rounds.set_defaults(run=_run)
    add_arguments(rounds, "command", "rounds", without=("together", "min-rows", "max-distance"))


def _run(given: argparse.Namespace) -> int:
    values = values_of(given)
    options, showing = check_options(values), showing_of(given.format, values)
    files = sla_files(values, given.repository)
    from pytest_flops_mock.rounds.options import rounds_options
    from pytest_flops_mock.rounds.running import run_rounds

    how = rounds_options(values, "--fault")
    with repository_at(given.repository, options) as (repository, folder), shown_at_once() as on_event:
        report = run_rounds(
            repository,
            sla=list(files.mocks),
            project_sla=files.project,
            named=given.repository,
            on_event=on_event,
            **how.arguments(),
            **options.arguments(),
        )
    texts = {
        "text": lambda: str(report),
        "json": lambda: report.to_json(ascii_only=not in_utf8()),
        "markdown": report.to_markdown,
        "html": report.to_html,
    }
    name = together_name(list(files.mocks))
    others = Showing(showing.form, tuple(output for output in showing.outputs if output.form not in _OWN))
    if showing.form in _OWN:
        shown = texts[showing.form]().rstrip("\n")
        looks = {"text": look_on(sys.stdout).of, "html": as_html}
        show(looks.get(showing.form, str)(shown))
        others = Showing("", others.outputs)
    for output in showing.outputs:
        if output.form in _OWN:
            from pytest_flops_mock.report_files import write_whole

            whole = report.to_json() if output.form == "json" else texts[output.form]()
            write_whole(output.path, whole.rstrip("\n") + "\n", output.where)
    show_in_the_end(others, {name: report.report}, folder)
    return COMPATIBLE if report.ok else INCOMPATIBLE
