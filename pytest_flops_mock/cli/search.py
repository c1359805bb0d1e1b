"""``flops-mock search``: the smallest partitions that break an ML repository."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_flops_mock.cli.checking import (
    EXPLAINED,
    add_arguments,
    repository_at,
    show_at_once,
    show_in_the_end,
    showing_of,
    sla_files,
    values_of,
)
from pytest_flops_mock.cli.progress import shown_at_once
from pytest_flops_mock.cli.shared import INTERRUPTED, AddCommand
from pytest_flops_mock.option_table import FOUND
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.settings import check_options, shown_rows

if TYPE_CHECKING:
    from pytest_flops_mock.search.found import Progress

_ABOUT = """\
Search for the smallest partitions of an SLA's data that break an ML repository: with few rows or none, of some labels, in
any order, with duplicates and missing values. Needs the extra hypothesis. The repository is checked first, and searched
if it is compatible. What breaks it is saved with a test that replays it.
"""


EVERY_SECONDS = 0.2


def add(add: AddCommand) -> None:
    """Add the command."""
    search = add(
        "search",
        help="search for the smallest partitions that break an ML repository",
        description=_ABOUT,
        epilog=EXPLAINED.replace("interrupted\n", "interrupted; what was found by then is shown\n"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    search.set_defaults(run=_run)
    add_arguments(search, "command", "search", without=("together",))


def _run(given: argparse.Namespace) -> int:
    values = values_of(given)
    showing = showing_of(given.format, values)
    options = check_options(values, show_rows=shown_rows(showing.outputs, showing.form))
    files = sla_files(values, given.repository)
    from pytest_flops_mock.search.exploring import refuse_without_hypothesis
    from pytest_flops_mock.search.options import search_options
    from pytest_flops_mock.search.saving import refuse_unwritable
    from pytest_flops_mock.search.searching import search_repository

    refuse_without_hypothesis()
    search = search_options(values, save=FOUND)
    if search.save is not None:
        refuse_unwritable(search.save, "--save")
    reports: dict[str, Report] = {}
    is_interrupted = False
    with repository_at(given.repository, options) as (repository, folder):
        for sla in files.mocks:
            with _progress() as progress, shown_at_once(partial(str, sla if len(files.mocks) > 1 else "")) as on_event:
                result = search_repository(
                    repository,
                    sla=sla,
                    project_sla=files.project,
                    named=given.repository,
                    on_progress=progress,
                    on_event=on_event,
                    **search.arguments(),
                    **options.arguments(),
                )
            show_at_once(showing, sla, result.report, several=len(files.mocks) > 1, first=not reports)
            reports[sla] = result.report
            is_interrupted = result.ended == "interrupted"
            if is_interrupted:
                break
    status = show_in_the_end(showing, reports, folder)
    return INTERRUPTED if is_interrupted else status


@contextmanager
def _progress() -> Iterator[Callable[[Progress], None] | None]:
    """A line that tells how far a search has come: only on a terminal."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    with tqdm(bar_format="{desc}", leave=False, dynamic_ncols=True) as line:
        shown = time.monotonic()

        def show(progress: Progress) -> None:
            nonlocal shown
            if time.monotonic() - shown >= EVERY_SECONDS:
                shown = time.monotonic()
                line.set_description_str(told(progress))

        yield show


def told(progress: Progress) -> str:
    """How far a search has come, in a row."""
    parts: list[Any] = [
        f"{progress.examples:,} of {progress.wanted:,} partitions",
        f"{progress.failures} failure{'' if progress.failures == 1 else 's'}",
        f"{progress.rate:.0f} a second",
        "making small what was found" if progress.making_small else "",
    ]
    return "searching: " + ", ".join(filter(None, parts))
