"""``flops-mock record``: a few rows of a data set of the hub, to check with them offline."""

from __future__ import annotations

import argparse
from pathlib import Path

from pytest_flops_mock.cli.shared import COMPATIBLE, INCOMPATIBLE, AddCommand, show, whole_number
from pytest_flops_mock.errors import Problem, SettingsError, listing


def add(add: AddCommand) -> None:
    """Add the command."""
    record = add(
        "record",
        help="record a few rows of a data set of the hub, to check with them offline",
        description="Record a few rows of a data set of the Hugging Face hub, which the data source recorded replays "
        "without a network; with --check, compare the hub's schema with the recorded one.",
        epilog="exit status:\n  0  recorded, or the schema is the same\n  1  the schema has moved since (--check)\n"
        "  2  wrong use, or the data set cannot be had\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    record.set_defaults(run=_run)
    record.add_argument("dataset", metavar="DATASET", nargs="?", help="its name on the hub; with --check all by default")
    record.add_argument("--rows", metavar="N", default="256", help="how many rows (256)")
    record.add_argument("--split", default="train", help="of which split (train)")
    record.add_argument("--config", metavar="NAME", help="of which configuration")
    record.add_argument("--revision", metavar="REV", help="of which branch, tag or commit (the newest)")
    record.add_argument("--by", metavar="COLUMN", help="column of classes, all of which get rows")
    record.add_argument("--seed", metavar="N", default="42", help="seed of the choice among the rows of a class (42)")
    record.add_argument("--to", metavar="FOLDER", default="tests/flops-data", help="where samples lie (tests/flops-data)")
    record.add_argument("--check", action="store_true", help="compare with the hub's schema of now; record nothing")


def _run(options: argparse.Namespace) -> int:
    rows, seed = whole_number(options.rows, "--rows", minimum=1), whole_number(options.seed, "--seed", minimum=0)
    folder = Path(options.to).expanduser()
    from pytest_flops_mock.data.recordings.comparing import compare_with_hub
    from pytest_flops_mock.data.recordings.recording import record
    from pytest_flops_mock.data.selection import Selection

    if options.check:
        _refuse_what_is_not_compared(options)
        moved = False
        for found in compare_with_hub(folder, options.dataset):
            moved = moved or bool(found.changes)
            since = (
                f"recorded {found.manifest.recorded} at revision {found.manifest.revision[:12]}, now {found.revision[:12]}"
            )
            show(f"{'moved' if found.changes else 'same':<10}  {found.manifest.title}: {since}")
            for change in found.changes:
                show(f"{'':<10}  {change}")
        return INCOMPATIBLE if moved else COMPATIBLE
    if options.dataset is None:
        raise SettingsError(
            Problem(
                "there is no data set to record",
                where="flops-mock record",
                expected="the name of a data set on the hub",
                got="none",
                fix="for example flops-mock record ylecun/mnist --by label",
            )
        )
    selection = Selection(options.split, options.config, options.revision, rows)
    recording = record(options.dataset, selection, folder, by=options.by, seed=seed)
    manifest = recording.manifest
    show(
        f"{'recorded':<10}  {manifest.title}: {manifest.rows} rows at revision {manifest.revision[:12]}, "
        f"licence {manifest.licence}\n{'in':<10}  {recording.path}\n{'':<10}  {recording.path.with_suffix('.json')}"
    )
    if recording.lacking:
        show(f"{'lacking':<10}  classes {listing(recording.lacking)}, of which no row was among those read; try more --rows")
    return COMPATIBLE


def _refuse_what_is_not_compared(options: argparse.Namespace) -> None:
    usual = {"config": None, "revision": None, "by": None, "split": "train", "rows": "256", "seed": "42"}
    if given := [f"--{name}" for name, value in usual.items() if getattr(options, name) != value]:
        raise SettingsError(
            Problem(
                "an option has nothing to work on",
                where="flops-mock record --check",
                expected="the name of a data set, --to, or neither",
                got=listing(given),
                fix="each sample is compared as it was recorded; leave the option out",
            )
        )
