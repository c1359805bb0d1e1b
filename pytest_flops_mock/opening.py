"""Files below a folder that others wrote, opened with care: regular ones only, never waiting, and no link leads out."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from pytest_flops_mock.machine import needs_posix
from pytest_flops_mock.regular import refuse_irregular

needs_posix()  # opening relative to a folder, without waiting and without following links, is there only

_PLAIN = os.O_RDONLY | os.O_CLOEXEC
_FOLDER = _PLAIN | os.O_DIRECTORY
_FILE = _PLAIN | os.O_NONBLOCK | os.O_NOFOLLOW
_MAX_LINKS = 40


def read_inside(root: Path, path: str, max_bytes: int) -> bytes:
    """The content of a file below a folder. Links are followed as long as they stay below it.

    Raises:
        OSError: It is not there, is no regular file, is larger, or a link leads out.
    """
    with os.fdopen(open_inside(root, path), "rb") as file:
        refuse_irregular(os.fstat(file.fileno()), path, max_bytes)
        return file.read(max_bytes)


def open_inside(root: Path, path: str) -> int:
    """A descriptor of a regular file below a folder, to read from; links are followed as long as they stay below it.

    Raises:
        OSError: It is not there, is no regular file, or a link leads out.
    """
    found = _found(root, path, follow=True)
    if isinstance(found, str):  # only without follow
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    return found


def open_or_link(root: Path, path: str) -> int | str:
    """As :func:`open_inside`, but of a link itself the text that it holds.

    Raises:
        OSError: As there.
    """
    return _found(root, path, follow=False)


def kind_inside(root: Path, path: str) -> str:
    """What lies at a path below a folder that is no file, such as ``a pipe``; empty for files, links and nothing."""
    try:
        status = os.lstat(root / path)
        if not stat.S_ISLNK(status.st_mode):
            refuse_irregular(status, path)
    except IsADirectoryError:
        return "a folder"
    except FileNotFoundError:
        return ""
    except OSError as error:
        return (error.strerror or "").partition(",")[0]
    return ""


def _found(root: Path, path: str, *, follow: bool) -> int | str:
    """Goes down part by part, so that nobody can put a link in the way meanwhile."""
    seen: list[str] = []
    waiting = [*reversed(path.split("/"))]
    here, links = os.open(root, _FOLDER), 0
    try:
        while waiting:
            name = waiting.pop()
            if name in ("", "."):
                continue
            if name == "..":
                if not seen:
                    raise OSError(errno.EXDEV, "a link that leads out of the repository")
                waiting += [*reversed(seen[:-1])]
                seen = []
                os.close(here)
                here = -1
                here = os.open(root, _FOLDER)
                continue
            status = os.stat(name, dir_fd=here, follow_symlinks=False)
            last = not any(part not in ("", ".") for part in waiting)
            if stat.S_ISLNK(status.st_mode):
                target = os.readlink(name, dir_fd=here)
                if last and not follow:
                    return target
                links += 1
                waiting += _parts(target, links)
            elif last:
                refuse_irregular(status, path)
                return _checked(os.open(name, _FILE, dir_fd=here))
            else:
                below = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=here)
                os.close(here)
                here = below
                seen.append(name)
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    finally:
        if here >= 0:
            os.close(here)


def _parts(target: str, links: int) -> list[str]:
    """The parts of the path that a link holds, the last first; ``links`` were followed to it."""
    if links > _MAX_LINKS:
        raise OSError(errno.ELOOP, "links that lead round in a circle")
    if target.startswith("/"):
        raise OSError(errno.EXDEV, "a link that leads out of the repository")
    return [*reversed(target.split("/"))]


def _checked(descriptor: int) -> int:
    """The descriptor, if it is still of a regular file."""
    try:
        refuse_irregular(os.fstat(descriptor), "")
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
