"""Whether the files of an ML repository are still what they were."""

from __future__ import annotations

import os
from collections.abc import Mapping

from pytest_flops_mock.repository.repository import MLRepository

Marks = Mapping[str, tuple[int, ...]]


def marks(repository: MLRepository) -> Marks:
    """What the file system says of each file that the image would hold: its number, size, mode and time of change."""
    if repository.root is None:
        return {}
    return {path: _mark(repository.root / path) for path in repository.seen().files}


def changed(before: Marks, now: Marks) -> tuple[str, ...]:
    """The files that are others than before, or gone, or new."""
    return tuple(sorted(path for path in {*before, *now} if before.get(path) != now.get(path)))


def _mark(path: os.PathLike[str]) -> tuple[int, ...]:
    try:
        status = os.lstat(path)
    except OSError:
        return ()
    return status.st_ino, status.st_size, status.st_mode, status.st_mtime_ns
