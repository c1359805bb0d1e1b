"""The folder in which built environments lie: what is there, which of it is in use, and what goes when there is too much."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pytest_flops_mock.learner.environments.seal import remove

UNUSED_DAYS = 60.0
"""An environment that was not used for so long is removed when another one is built."""

LEFT_DAYS = 1.0
"""The same for one that was never complete: its build was killed."""

MAX_BYTES = 30 * 10**9
"""What environments may take together; those that were used last stay."""

DAY_SECONDS = 24 * 60 * 60
POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Lying:
    """An environment on disk.

    Attributes:
        folder: Where it lies.
        python: The version of its Python; empty if that cannot be told.
        asked: What it was built from: the lines of a requirements file.
        nbytes: Size of its files, in bytes.
        last_used: When it was last used, in seconds as ``time.time()`` counts.
        complete: Whether its build came to its end.
    """

    folder: Path
    python: str
    asked: tuple[str, ...]
    nbytes: int
    last_used: float
    complete: bool

    @property
    def unused_days(self) -> float:
        """Since how many days nobody has used it."""
        return max(0.0, time.time() - self.last_used) / DAY_SECONDS


def seal_file(folder: Path) -> Path:
    """The file beside an environment that is written last and holds its seal."""
    return folder.with_suffix(".json")


def lying(shelf: Path) -> list[Lying]:
    """All environments of a folder, the one that was used last first. A folder that is not there holds none."""
    try:
        folders = [entry for entry in shelf.iterdir() if not entry.suffix and entry.is_dir() and not entry.is_symlink()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    found = [each for each in map(_lying, folders) if each is not None]
    return sorted(found, key=lambda each: each.last_used, reverse=True)


def stale(environments: Iterable[Lying], *, unused_days: float = UNUSED_DAYS, max_bytes: float = MAX_BYTES) -> list[Lying]:
    """Those that are to go, the one that was used last first.

    Args:
        environments: All that there are.
        unused_days: Since when nobody has used them; incomplete ones go after a day in any case.
        max_bytes: What the others may take together: from the first that does not fit on, in the order of their last use,
            they go.
    """
    found, total = [], 0.0
    for each in sorted(environments, key=lambda each: each.last_used, reverse=True):
        if each.unused_days > (unused_days if each.complete else min(unused_days, LEFT_DAYS)):
            found.append(each)
            continue
        total += each.nbytes
        if total > max_bytes:
            total = float("inf")
            found.append(each)
    return found


def take_away(environments: Iterable[Lying]) -> list[Lying]:
    """Remove environments; those that are in use, or being built, stay and are told."""
    environments = list(environments)
    used = _in_use([each.folder for each in environments])
    staying = []
    for each in environments:
        try:
            if each.folder in used:
                raise BlockingIOError
            with locked(each.folder.with_suffix(".lock"), lambda: 0.0):
                seal_file(each.folder).unlink(missing_ok=True)
                remove(each.folder)
        except (OSError, subprocess.TimeoutExpired):
            staying.append(each)
    return staying


@contextmanager
def locked(
    path: Path, left: Callable[[], float | None] = lambda: None, on_wait: Callable[[str], None] = lambda _: None
) -> Iterator[int]:
    """Holds a lock on a file that stays; yields its descriptor. The system releases it whenever the process ends.

    Args:
        path: The file.
        left: Says how many seconds are left; ``None`` for as many as it takes.
        on_wait: Is told that another process is waited for.

    Raises:
        subprocess.TimeoutExpired: Another process held it when no time was left.
    """
    import fcntl  # not on Windows, where this module is loaded, too

    with path.open("w") as file:
        waits = False
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not waits:
                    on_wait("waiting for another process that builds the same environment")
                    waits = True
                if left() == 0:
                    raise subprocess.TimeoutExpired("another process that builds it", 0) from None
                time.sleep(POLL_SECONDS)
        yield file.fileno()


def _lying(folder: Path) -> Lying | None:
    """What is known of one; ``None`` if it is gone meanwhile."""
    complete = seal_file(folder).exists()
    try:
        last_used = (seal_file(folder) if complete else folder).stat().st_mtime
    except OSError:
        return None
    asked: list[str] = []
    python = ""
    with suppress(OSError, ValueError):
        asked = (folder / "requirements.txt").read_text(encoding="utf-8").split("\n")
    with suppress(OSError, ValueError):
        settings = (folder / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
        pairs = [(name.strip(), value.strip()) for name, _, value in (line.partition("=") for line in settings)]
        python = next((value for name, value in pairs if name in ("version_info", "version")), "")
    return Lying(folder, python, tuple(filter(None, asked)), _size(folder, complete), last_used, complete)


def _size(folder: Path, complete: bool) -> int:
    """The size of its files: as its seal has it, or counted."""
    if complete:
        with suppress(OSError, ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError):
            return sum(int(entry[0]) for entry in json.loads(seal_file(folder).read_bytes())["files"].values())
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(place, name)).st_size
    return total


def _in_use(folders: Collection[Path]) -> set[Path]:
    """Those that a process of this machine runs from, as far as the system tells."""
    found: set[Path] = set()
    with suppress(OSError):
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                with suppress(OSError):
                    command = (entry / "cmdline").read_bytes().split(b"\0")
                    found |= {folder for folder in folders if any(_below(folder, word) for word in command)}
    return found


def _below(folder: Path, word: bytes) -> bool:
    return word.startswith(os.fsencode(folder) + b"/")
