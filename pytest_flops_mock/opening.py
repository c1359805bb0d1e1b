"""Files that others wrote, opened with care: regular ones only, up to a size, never waiting, and no link leads out."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_PLAIN = os.O_RDONLY | os.O_CLOEXEC
_FOLDER = _PLAIN | os.O_DIRECTORY
_FILE = _PLAIN | os.O_NONBLOCK | os.O_NOFOLLOW
_MAX_LINKS = 40
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def read_regular(path: Path, max_bytes: int) -> bytes:
    """The content of a file that the user names; a link is followed, wherever it leads.

    Raises:
        OSError: It is not there, is no regular file, or is larger.
    """
    return _content(_checked(os.open(path, _PLAIN | os.O_NONBLOCK)), max_bytes)


def read_inside(root: Path, path: str, max_bytes: int) -> bytes:
    """The content of a file below a folder. Links are followed as long as they stay below it.

    Raises:
        OSError: It is not there, is no regular file, is larger, or a link leads out.
    """
    return _content(open_inside(root, path), max_bytes)


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


def kind_of(mode: int) -> str:
    """What an entry of a folder is that is no regular file, in words; empty for one that is, and for a link."""
    return next((name for is_of, name in _KINDS if is_of(mode)), "")


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
            mode = os.stat(name, dir_fd=here, follow_symlinks=False).st_mode
            last = not any(part not in ("", ".") for part in waiting)
            if stat.S_ISLNK(mode):
                target = os.readlink(name, dir_fd=here)
                if last and not follow:
                    return target
                links += 1
                waiting += _parts(target, links)
            elif last:
                if not stat.S_ISREG(mode):
                    raise OSError(errno.EINVAL, f"{kind_of(mode)}, and no file")
                return _checked(os.open(name, _FILE, dir_fd=here))
            else:
                below = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=here)
                os.close(here)
                here = below
                seen.append(name)
        raise OSError(errno.EISDIR, "a folder, and no file")
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
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        raise OSError(errno.EINVAL, f"{kind_of(mode)}, and no file")
    return descriptor


def _content(descriptor: int, max_bytes: int) -> bytes:
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(max_bytes + 1)
        if len(content) > max_bytes:
            size = os.fstat(descriptor).st_size
            raise OSError(errno.EFBIG, f"{size:,} bytes, and at most {max_bytes:,} are read")
        return content
