"""The folder of a Parquet store: which of its files are partitions, which are damaged, what killed servers have left."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pytest_flops_mock.errors import NameRefusedError, Problem, StoreError
from pytest_flops_mock.flight.messages import shown, size
from pytest_flops_mock.flight.naming import SUFFIX, checked_name
from pytest_flops_mock.flight.parquet_file import inspected
from pytest_flops_mock.flight.store import StoredPartition
from pytest_flops_mock.machine import needs_posix

_PART = (".flops-mock-", ".part")

Signature = tuple[int, int, int]
"""Tells whether a file is still the one that was looked at: inode, size, time of change."""


@dataclass(frozen=True)
class Seen:
    """What one file of the folder is: a partition, or damaged."""

    signature: Signature
    partition: StoredPartition | None = None
    damage: Problem | None = None


class Volume:
    """What is in the folder. A file is read through once, when it is first seen, and again when it has changed.

    Args:
        folder: The folder, which need not be there.

    Raises:
        ToolError: This is Windows, which has no such locks.
    """

    def __init__(self, folder: Path) -> None:
        needs_posix()
        self.folder = folder
        self._seen: dict[tuple[str, Signature], Seen] = {}
        self._lock = threading.Lock()

    def all(self) -> list[Seen]:
        """All partitions and damaged files, by name."""
        try:
            names = sorted(os.listdir(self.folder))
        except (FileNotFoundError, NotADirectoryError):
            names = []
        found = {name: seen for name in names if (seen := self.one(name))}
        current = {(name, seen.signature) for name, seen in found.items()}
        with self._lock:
            for key in [key for key in self._seen if key[0] in found and key not in current]:
                del self._seen[key]
        return list(found.values())

    def one(self, name: str) -> Seen | None:
        """What is under this name; nothing where there is no file, or one that does not call itself a partition."""
        if name.startswith("."):
            return None
        path = self.folder / name
        try:
            fault, info = _fault(path)
        except OSError:
            return None  # gone meanwhile
        if fault:
            return Seen((0, 0, 0), damage=_damaged(name, fault)) if name.endswith(SUFFIX) else None
        signature = signature_of(info)
        with self._lock:
            seen = self._seen.get((name, signature))
        if seen is None:
            try:
                seen = Seen(signature, inspected(path, info.st_size))
            except FileNotFoundError:
                return None
            except Exception as error:  # somebody else's file: Arrow raises whatever comes to it
                reason = f"{type(error).__name__}: {error}"
                seen = Seen(signature, damage=_damaged(name, reason))
            self.know(name, seen)
        # A file of another kind of name may be anything.
        return seen if seen.partition is not None or name.endswith(SUFFIX) else None

    def know(self, name: str, seen: Seen) -> None:
        """Note what is under a name, or will be in a moment, without reading it."""
        with self._lock:
            self._seen[name, seen.signature] = seen


def signature_of(info: os.stat_result) -> Signature:
    """The signature of a file."""
    return info.st_ino, info.st_size, info.st_mtime_ns


def _fault(path: Path) -> tuple[str, os.stat_result]:
    """Why a file must not be opened, empty if it may be; and what the system says of it."""
    info = path.lstat()
    try:
        checked_name(path.name)
    except NameRefusedError as error:
        return error.problems[0].message.partition(": ")[2], info
    if stat.S_ISLNK(info.st_mode):
        try:
            target = Path(os.path.realpath(path, strict=True))
            info = target.stat()
        except OSError as error:
            return f"it is a link that leads nowhere ({error.strerror})", info
        if not target.is_relative_to(os.path.realpath(path.parent)):
            return "it is a link out of the store's folder, and is not followed", info
    return ("" if stat.S_ISREG(info.st_mode) else "it is no regular file"), info


def _damaged(name: str, reason: str) -> Problem:
    return Problem(
        "a file of the ML data server is left out: it cannot be read",
        where=shown(name),
        expected="a whole Parquet file",
        got=shown(reason),
        fix="send the partition again, or delete the file",
    )


def new_part(folder: Path) -> tuple[int, Path]:
    """A new hidden file for an upload: its descriptor, which is locked as long as it is open, and its path."""
    import fcntl  # not on Windows, where this module is loaded, too

    while True:
        handle, path = tempfile.mkstemp(prefix=_PART[0], suffix=_PART[1], dir=folder)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(handle), os.stat(path)):
                return handle, Path(path)
        except OSError as error:
            if isinstance(error, BlockingIOError | FileNotFoundError):
                os.close(handle)  # another server, which starts just now, took it for a remnant
                continue
            return handle, Path(path)  # a file system without locks
        os.close(handle)


def make_ready(folder: Path) -> None:
    """Make sure that files can be made in the folder, or that it can be made; remove what killed servers have left.

    Raises:
        StoreError: There can be none.
    """
    try:
        if os.path.lexists(folder):
            _remove_remnants(folder)
            handle, part = new_part(folder)
            part.unlink()
            os.close(handle)
        else:
            above = next(parent for parent in folder.absolute().parents if os.path.lexists(parent))
            if not above.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
            if not os.access(above, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise StoreError(why_not(error, folder)) from error


def _remove_remnants(folder: Path) -> None:
    import fcntl

    for name in os.listdir(folder):
        if not (name.startswith(_PART[0]) and name.endswith(_PART[1])):
            continue
        with suppress(OSError):
            handle = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                if stat.S_ISREG(os.fstat(handle).st_mode):
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)  # held as long as a process writes it
                    os.unlink(folder / name)
            finally:
                os.close(handle)


def why_not(error: OSError, folder: Path, *, wanted: int = 0, freed: int = 0) -> Problem:
    """Why the folder takes no partition, with the numbers that the server knows.

    Args:
        error: What the system said.
        folder: The store's folder.
        wanted: How many bytes of rows have come.
        freed: How many bytes of them lie in the folder, and will be removed.
    """
    reason = error.strerror or type(error).__name__
    asked = f"{size(wanted)} wanted, " if wanted else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        with suppress(OSError):
            reason = f"{asked}{size(shutil.disk_usage(folder).free + freed)} free"
        return Problem(
            "no space left in the ML data server's folder",
            got=reason,
            fix="make room on its disk, or give the store another folder",
        )
    if error.errno == errno.EFBIG:
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
        allowed = "what the file system can hold" if limit == resource.RLIM_INFINITY else f"{size(limit)} allowed"
        return Problem(
            "a file of the ML data server grows too large",
            got=f"{asked}{allowed}",
            fix="raise the limit of its process (ulimit -f), or send smaller partitions",
        )
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return Problem(
            "the ML data server may not write into its folder",
            got=reason,
            fix="make it writable for this user, or give the store another folder",
        )
    return Problem(
        "the ML data server cannot keep files in its folder",
        expected="" if wanted else "a folder, or a place where one can be made",
        got=reason,
        fix="give the store another folder",
    )
