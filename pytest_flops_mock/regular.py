"""Files that are files: no pipe that nobody writes into, no device without an end, none larger than it may be."""

from __future__ import annotations

import errno
import os
import stat

MAX_DESCRIPTION_BYTES = 16 * 2**20
"""A file that describes something: a manifest, a twin, a data set card, ``state.json`` and the like."""

_NO_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)

_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def read_regular(path: str | os.PathLike[str], max_bytes: int) -> bytes:
    """The content of a regular file; links are followed.

    Args:
        path: Which file.
        max_bytes: It may have so many.

    Raises:
        OSError: It cannot be read, is no regular file, or is larger; ``strerror`` says so.
    """
    refuse_irregular(os.stat(path), path, max_bytes)  # before it is opened, which some devices answer to
    with open(os.open(path, os.O_RDONLY | _NO_WAITING), "rb") as file:
        refuse_irregular(os.fstat(file.fileno()), path, max_bytes)
        content = file.read(max_bytes + 1)  # files of /proc do not say how large they are
    if len(content) > max_bytes:
        raise _too_large(path, len(content), max_bytes)
    return content


def refuse_irregular(status: os.stat_result, path: str | os.PathLike[str], max_bytes: int | None = None) -> None:
    """Refuse what is no regular file, or too large.

    Args:
        status: What is known of it.
        path: Where it is, for the error.
        max_bytes: It may have so many.

    Raises:
        OSError: It is so; a folder gives :class:`IsADirectoryError`.
    """
    kind = stat.S_IFMT(status.st_mode)
    if kind == stat.S_IFDIR:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(path))
    if kind != stat.S_IFREG:
        raise OSError(errno.EINVAL, f"{_KINDS.get(kind, 'something else')}, not a file", os.fspath(path))
    if max_bytes is not None and status.st_size > max_bytes:
        raise _too_large(path, status.st_size, max_bytes)


def _too_large(path: str | os.PathLike[str], got: int, max_bytes: int) -> OSError:
    return OSError(errno.EFBIG, f"more than {max_bytes:,} bytes: {got:,}", os.fspath(path))
