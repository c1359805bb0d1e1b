"""The seal of a built environment: what each of its files was when it was complete, so that a change is noticed.

A file whose size and times are the same is taken for unchanged: its ctime cannot be set by whoever writes it. Where they
differ, as after a cache was copied, its content decides.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import os
import re
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True)
class Sealed:
    """A file as it was.

    Attributes:
        size: Its size in bytes.
        modified: When its content was last changed, in nanoseconds.
        changed: When anything of it was last changed.
        inode: Its number in the file system.
        content: The SHA-256 of its content; for a link, where it leads.
    """

    size: int
    modified: int
    changed: int
    inode: int
    content: str


Seal = Mapping[str, Sealed]
"""By path in the environment."""


def sealed(folder: Path, known: Seal | None = None) -> Seal:
    """The seal of an environment as it is.

    Args:
        folder: The environment.
        known: An earlier seal; what has the size, times and number of then is not read again.
    """
    known = known or {}
    found = {}
    for path, entry in _files(folder):
        status, before = entry.stat(follow_symlinks=False), known.get(path)
        now = Sealed(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, before.content if before else "")
        found[path] = now if now == before else replace(now, content=_content(entry))
    return found


def is_untouched(folder: Path, seal: Seal) -> bool:
    """Whether no file was touched since, from sizes and times alone."""
    seen = 0
    for path, entry in _files(folder):
        before = seal.get(path)
        if before is None:
            return False
        status = entry.stat(follow_symlinks=False)
        if before != Sealed(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, before.content):
            return False
        seen += 1
    return seen == len(seal)


def changes(seal: Seal, now: Seal) -> list[str]:
    """What differs, in words: files that are gone, that are new, and whose content is another."""
    found = [f"{path} is gone" for path in seal if path not in now]
    found += [f"{path} is new" for path in now if path not in seal]
    found += [f"{path} was changed" for path in seal if path in now and now[path].content != seal[path].content]
    return sorted(found)


def unlike_their_record(folder: Path, seal: Seal) -> list[str]:
    """Packages of which a file is missing, or is not what the package's own ``RECORD`` says.

    See https://packaging.python.org/en/latest/specifications/recording-installed-packages/.
    """
    return sorted({name for record in _records(seal) for name in _unlike(folder, record, seal)})


def make_read_only(folder: Path) -> None:
    """Take the right to write away from all files and folders, where the file system knows rights. Root keeps it."""
    for place in _folders(folder):
        with suppress(OSError), os.scandir(place) as entries:
            for entry in entries:
                if entry.is_file(follow_symlinks=False):
                    os.chmod(entry.path, entry.stat(follow_symlinks=False).st_mode & 0o7777 & ~WRITABLE)
            os.chmod(place, os.stat(place).st_mode & 0o7777 & ~WRITABLE)


def remove_added(folder: Path, seal: Seal) -> None:
    """Remove the files that the seal does not know, as far as it can be."""
    for path in [path for path, _ in _files(folder) if path not in seal]:
        place = folder / path
        with suppress(OSError):
            mode = place.parent.stat().st_mode & 0o7777
            place.parent.chmod(mode | stat.S_IWUSR)
            place.unlink()
            place.parent.chmod(mode)


def make_writable(folder: Path) -> None:
    """Give the owner the right to write back."""
    for place in _folders(folder):
        os.chmod(place, 0o755)
        with os.scandir(place) as entries:
            for entry in entries:
                if entry.is_file(follow_symlinks=False):
                    os.chmod(entry.path, entry.stat(follow_symlinks=False).st_mode & 0o7777 | stat.S_IWUSR)


def remove(folder: Path) -> None:
    """Remove an environment, read-only or not, as far as it can be."""
    if folder.is_symlink() or not folder.is_dir():
        folder.unlink(missing_ok=True)
        return
    for place in _folders(folder):
        with suppress(OSError):
            os.chmod(place, 0o700)
    shutil.rmtree(folder, ignore_errors=True)


def _folders(folder: Path) -> Iterator[str]:
    """The folder and all below, each before what is in it is looked at, so that it may be opened up meanwhile."""
    yield os.fspath(folder)
    for place, names, _ in os.walk(folder):
        yield from (path for name in names if not os.path.islink(path := os.path.join(place, name)))


def _files(folder: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """All that is no folder, with its path; a folder that cannot be read holds nothing."""
    pending = [""]
    while pending:
        below = pending.pop()
        with suppress(OSError), os.scandir(os.path.join(folder, below)) as entries:
            for entry in entries:
                path = os.path.join(below, entry.name)
                if entry.is_dir(follow_symlinks=False):
                    pending.append(path)
                else:
                    yield path, entry


def _content(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return f"-> {os.readlink(entry.path)}"
    if not entry.is_file(follow_symlinks=False):
        return "no file"
    digest = hashlib.sha256()
    try:
        with open(entry.path, "rb") as file:
            while block := file.read(2**20):
                digest.update(block)
    except PermissionError:
        return "unreadable"
    return digest.hexdigest()


def _records(seal: Seal) -> Iterator[str]:
    return (path for path in seal if re.search(r"site-packages/[^/]+\.dist-info/RECORD$", path))


def _unlike(folder: Path, record: str, seal: Seal) -> Iterator[str]:
    place = os.path.dirname(os.path.dirname(record))
    name = os.path.basename(os.path.dirname(record)).partition("-")[0]
    with (folder / record).open(encoding="utf-8", errors="replace", newline="") as lines:
        for path, told, *_ in (row for row in csv.reader(lines) if len(row) > 1):
            algorithm, _, value = told.partition("=")
            if algorithm != "sha256" or path.endswith(".pyc"):  # those are compiled anew
                continue
            here = seal.get(os.path.normpath(os.path.join(place, path)))
            if here is None or here.content != _hexadecimal(value):
                yield name
                return


def _hexadecimal(value: str) -> str:
    """A digest as RECORD has it (base64 for URLs, without padding), as hexadecimal digits."""
    try:
        return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).hex()
    except ValueError:
        return ""
