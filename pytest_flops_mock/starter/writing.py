"""New files, all of them or none: whatever happens in between, nothing half-written stays, and nothing is overwritten."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from pytest_flops_mock.errors import Problem, ToolError
from pytest_flops_mock.starter.planning import NewFile


def write_all(root: Path, files: tuple[NewFile, ...]) -> None:
    """Write files below a folder, which is made.

    Raises:
        ToolError: One cannot be written, or is there by now; no other is there either.
    """
    made: list[Path] = []
    try:
        for file in files:
            try:
                _make_folders(root, (root / file.path).parent, made)
                _write(root / file.path, file.text, made)
            except OSError as error:
                raise ToolError(
                    Problem(
                        "a file cannot be written, so none was",
                        where=os.fspath(root / file.path),
                        expected="a folder that can be written into, and no file of that name",
                        got=error.strerror or str(error),
                        fix="make the folder writable, or name another one",
                    )
                ) from error
    except BaseException:  # Ctrl-C as well
        for path in reversed(made):
            with suppress(OSError):  # somebody has put a file into the folder
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        raise


def _make_folders(root: Path, folder: Path, made: list[Path]) -> None:
    missing = [each for each in (folder, *folder.parents) if not os.path.lexists(each)]
    there = folder if not missing else missing[-1].parent
    if root.exists() and not there.resolve().is_relative_to(root.resolve()):
        raise OSError(None, "a link that leads out of the folder")
    for each in reversed(missing):
        made.append(each)  # before it is there, so that it is not forgotten when this is broken off
        each.mkdir()


def _write(path: Path, text: str, made: list[Path]) -> None:
    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    made.append(path)  # likewise
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    except FileExistsError:
        made.remove(path)  # somebody else's
        raise
    with os.fdopen(descriptor, "wb") as file:
        file.write(text.encode("utf-8"))
