"""``flops-mock replay``: whether an ML repository can use the partitions that a search has saved."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from pytest_flops_mock.cli.checking import (
    EXPLAINED,
    add_arguments,
    repository_at,
    show_at_once,
    show_in_the_end,
    showing_of,
    values_of,
)
from pytest_flops_mock.cli.progress import shown_at_once
from pytest_flops_mock.cli.shared import AddCommand
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.settings import check_options

OF_DATA = ("sla", "together", "project-sla", "data", "recordings", "drift", "partitioner")
"""A saved partition is sent as it is."""

WITHOUT = (*OF_DATA, "baseline", "show-rows")
"""What a replay does not have: it says whether one fault is gone."""


def add(add: AddCommand) -> None:
    """Add the command."""
    replay = add(
        "replay",
        help="replay partitions that a search has saved",
        description="Send partitions that flops-mock search has saved to an ML repository, on the way that they went then.",
        epilog=EXPLAINED.replace("every SLA", "every partition")
        .replace("several SLAs", "several partitions")
        .replace("an SLA file", "a saved partition"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    replay.set_defaults(run=_run)
    add_arguments(replay, "command", without=WITHOUT)
    replay.add_argument("files", metavar="FILE", nargs="+", help="such as tests/flops-found/found_3f2a9c1d04be.parquet")


def _run(given: argparse.Namespace) -> int:
    values = values_of(given)
    options, showing = check_options(values), showing_of(given.format, values)
    from pytest_flops_mock.search.replaying import replay_partition
    from pytest_flops_mock.search.saving import read_saved

    saved = {name: read_saved(Path(name)) for name in given.files}
    reports: dict[str, Report] = {}
    with repository_at(given.repository, options) as (repository, folder):
        for name, partition in saved.items():
            with shown_at_once(partial(str, name if len(saved) > 1 else "")) as on_event:
                report = replay_partition(partition, repository, on_event=on_event, **options.arguments())
            show_at_once(showing, name, report, several=len(saved) > 1, first=not reports)
            reports[name] = report
    return show_in_the_end(showing, reports, folder)
