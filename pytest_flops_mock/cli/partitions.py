"""``flops-mock partitions``: what the partitions of an SLA hold, without a repository and without a server."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from pathlib import Path

from pytest_flops_mock.cli.providing import add_settings, provider_of
from pytest_flops_mock.cli.shared import COMPATIBLE, AddCommand, add_output, show
from pytest_flops_mock.sla.files import refuse_what_is_no_file

FORMATS = ("text", "json")

WIDTH_OF_FILES = 120

_EXPLAINED = """\
The data set is split as the mock data provider splits it, with its drift, and each partition is counted.

  rows       with a bar: how large the partitions are
  labels     how often each class occurs, from the first to the last
  effective  how many classes of equal size would be as diverse
  distance   of the labels to those of all rows: Jensen-Shannon, 0 to 1; for numbers Wasserstein, in standard deviations
  missing    values that are missing, in all columns

exit status:
  0    shown
  2    wrong use, or an SLA or a data set of which no partitions can be made
  130  interrupted
"""


def add(add: AddCommand) -> None:
    """Add the command."""
    command = add(
        "partitions",
        help="show what the partitions of an SLA hold",
        description="Show what the partitions of an MDP SLA hold, without a repository and without a server.",
        epilog=_EXPLAINED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.set_defaults(run=_run)
    command.add_argument("sla", metavar="SLA", help="one MDP SLA")
    add_settings(command)
    command.add_argument("--plot", metavar="FILE", help="draw the label distributions as well: a .png or .svg file")
    command.add_argument("--kind", choices=("bars", "dots"), default="bars", help="what is drawn (bars)")
    command.add_argument("--format", choices=FORMATS, default="text", help="text, or JSON with all counts")
    add_output(command)


def _run(given: argparse.Namespace) -> int:
    here = Path.cwd()
    provider = provider_of(given, here)
    path = here / Path(given.sla).expanduser()
    refuse_what_is_no_file(path, "MDP", "SLA", here=here, repository=here)
    from pytest_flops_mock.report_files import outputs_of, refuse_inputs, with_forms, write_whole

    named = outputs_of(given.output, here, "--output", FORMATS)
    outputs = with_forms(named, given.format, FORMATS)
    refuse_inputs(outputs, [path])
    from pytest_flops_mock.report import as_json, partitions
    from pytest_flops_mock.report.plots import file_format, plot_partitions
    from pytest_flops_mock.sla.models import MockSLA
    from pytest_flops_mock.texts import clean

    if given.plot:
        file_format(given.plot)  # before the time of a split is spent
    sla = MockSLA.load(path)
    made = provider().split(sla)
    statistics = made.statistics()
    origin = made.origin(statistics)
    if given.plot:
        plot_partitions(statistics, Path(given.plot).expanduser(), given.kind, title=f"{sla.dataset_name}: {origin}")
    plain = {"dataset_name": sla.dataset_name, "origin": origin, "statistics": as_json.plain_statistics(statistics)}
    head = "\n".join([clean(f"{'data':<10}  {sla.dataset_name}: {origin}"), *partitions.head(statistics), ""])
    for output in outputs:
        as_told = json.dumps(as_json.cleaned(plain), indent=2)
        as_shown = f"{head}\n{partitions.table(statistics, width=WIDTH_OF_FILES, blocks=True)}"
        write_whole(output.path, f"{as_told if output.form == 'json' else as_shown}\n", output.where)
    if given.format == "json" and all(output.form for output in named):
        show(json.dumps(as_json.cleaned(plain), indent=2))
        return COMPATIBLE
    show(head)
    terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    in_colours = partitions.coloured(statistics) if terminal and not os.environ.get("NO_COLOR") else None
    blocks = (sys.stdout.encoding or "").casefold().replace("-", "").startswith("utf")
    width = shutil.get_terminal_size().columns
    show(in_colours or partitions.table(statistics, width=width, blocks=blocks))
    if given.plot:
        show(f"\n{'plot':<10}  {given.plot}")
    return COMPATIBLE
