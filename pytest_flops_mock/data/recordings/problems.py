"""What is said when a recorded sample is missing or damaged, with the command that records it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from pytest_flops_mock.data.recordings.manifest import ROWS, SEED, Manifest, Recording
from pytest_flops_mock.data.selection import SPLIT, Selection
from pytest_flops_mock.errors import DataSourceError, Problem, listing, nearest

OTHER_WAYS = "or take other data: --flops-data=synthetic or hub"


def unfit(path: Path, message: str, expected: str, got: str, manifest: Manifest | None = None) -> DataSourceError:
    """A sample that cannot be used, and the command that records it again."""
    command = f"record it again: {_again(manifest, path.parent)}" if manifest else "record it again (flops-mock record)"
    return DataSourceError(Problem(message, where=str(path), expected=expected, got=got, fix=f"{command}, {OTHER_WAYS}"))


def none_recorded(name: str, folder: Path, there: Sequence[str] = ()) -> Problem:
    """There is no sample of the data set; ``there`` are the data sets with one."""
    command = _command("DATASET" if " " in name else name, Selection(), folder)
    return Problem(
        f"there is no recorded sample of {name}",
        where=str(folder),
        expected="a sample that flops-mock record has written there",
        got=f"samples of: {listing(there)}" if folder.is_dir() else "no such folder",
        nearest=nearest(name, there),
        fix=f"{command} (needs the network once), {OTHER_WAYS}",
    )


def other_rows_recorded(name: str, selection: Selection, there: Sequence[Recording], folder: Path) -> Problem:
    """There are samples of the data set, but of another split, configuration or revision."""

    def told(split: str, config: str | None, revision: str | None) -> str:
        chosen = [f"configuration {config}"] if config else []
        return ", ".join([f"split {split}", *chosen, *([f"revision {revision}"] if revision else [])])

    manifests = [recording.manifest for recording in there]
    return Problem(
        f"there is a recorded sample of {name}, but not of the rows that are wanted",
        where=str(folder),
        expected=told(selection.split, selection.config_name, selection.revision),
        got="; ".join(
            told(known.split, known.config_name, known.asked_revision or known.revision[:12]) for known in manifests
        ),
        fix=f"{_command(name, selection, folder)} (needs the network once), {OTHER_WAYS}",
    )


def _command(name: str, selection: Selection, folder: Path, *more: str) -> str:
    chosen = ["--config", selection.config_name] if selection.config_name else []
    chosen += ["--split", selection.split] if selection.split != SPLIT else []
    chosen += ["--revision", selection.revision] if selection.revision else []
    return shlex.join(["flops-mock", "record", name, *chosen, *more, "--to", str(folder)])


def _again(manifest: Manifest, folder: Path) -> str:
    """The command that records a sample of the same rows, if the hub still has them."""
    selection = Selection(manifest.split, manifest.config_name, manifest.asked_revision)
    chosen = ["--by", manifest.by] if manifest.by else []
    chosen += ["--rows", str(manifest.rows)] if manifest.rows != ROWS else []
    chosen += ["--seed", str(manifest.seed)] if manifest.seed != SEED else []
    return _command(manifest.names[0] if manifest.names else manifest.dataset, selection, folder, *chosen)
