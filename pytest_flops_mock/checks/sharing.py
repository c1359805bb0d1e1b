"""What the workers of one session have in common: a folder in which one tells the others what its checks come to.

The session's first process makes the folder, for its user alone and under a name that nobody can foresee, tells each worker
of it, and removes it. A lock ends with the process that holds it, so what a worker leaves undone another one does.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pytest_flops_mock.checks.ran import Ran, SLAs, error_from_json, error_to_json
from pytest_flops_mock.stage import Stage

SLAS_PER_PROCESS = 8
"""A process that checks imports what takes seconds, and starts a child: for so many SLAs there is one."""

END = "end.json"


class SessionOverError(Exception):
    """The session ended, and nobody waits for what is checked."""


def made_folder() -> Path:
    """A new folder for a session."""
    return Path(tempfile.mkdtemp(prefix="flops-session-"))


def remove_folder(folder: Path) -> None:
    """Remove a session's folder, whoever still writes: first it has another name, under which nobody looks."""
    gone = folder.with_name(f"{folder.name}-over")
    with suppress(OSError):
        folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


class SharedFolder:
    """A session's folder, as a worker sees it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def exists(self) -> bool:
        """Whether the session goes on, on this machine."""
        return self._folder.is_dir()

    def ran(self, slas: SLAs, stage: Stage) -> Ran | None:
        """What a stage came to, if it has run anywhere."""
        try:
            return Ran.from_json(stage, (self._of(slas) / f"{stage.value}.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None

    def publish(self, slas: SLAs, ran: Ran) -> None:
        """Tell the others what a stage came to.

        Raises:
            SessionOverError: There are no others any more.
        """
        self._write(slas, f"{ran.stage.value}.json", ran.to_json())

    def end(self, slas: SLAs, error: Exception | None) -> None:
        """Tell the others that no more stages will run, and why, if it is an error.

        Raises:
            SessionOverError: There are no others any more.
        """
        self._write(slas, END, "" if error is None else error_to_json(error))

    def has_ended(self, slas: SLAs) -> bool:
        """Whether no more stages will run."""
        return (self._of(slas) / END).exists()

    def error(self, slas: SLAs) -> Exception | None:
        """Why a check came to no end, if it did not."""
        text = (self._of(slas) / END).read_text(encoding="utf-8")
        return error_from_json(text) if text else None

    @contextmanager
    def place(self, number_of_slas: int) -> Iterator[bool]:
        """Holds one of the few places for processes that check, until the end of the block; whether there was one."""
        for number in range(max(1, number_of_slas // SLAS_PER_PROCESS)):
            with self._locked(f"place-{number}.lock") as is_ours:
                if is_ours:
                    yield True
                    return
        yield False

    @contextmanager
    def checking(self, slas: SLAs) -> Iterator[bool]:
        """Keeps others from a check until the end of the block; whether nobody else is at it."""
        with self._locked(f"{_name(slas)}.lock") as is_ours:
            yield is_ours

    @contextmanager
    def _locked(self, name: str) -> Iterator[bool]:
        from filelock import FileLock, Timeout  # only workers that check need it

        lock = FileLock(self._folder / name)
        try:
            lock.acquire(timeout=0)
        except (Timeout, OSError):
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    def _of(self, slas: SLAs) -> Path:
        return self._folder / _name(slas)

    def _write(self, slas: SLAs, name: str, text: str) -> None:
        """In one step: whoever reads it finds all of it or nothing."""
        folder = self._of(slas)
        fresh = folder / f"{name}.{os.getpid()}"
        try:
            with suppress(FileExistsError):
                folder.mkdir()
            fresh.write_text(text, encoding="utf-8")
            fresh.replace(folder / name)
        except OSError as error:
            if self.exists:
                raise
            raise SessionOverError from error


def _name(slas: SLAs) -> str:
    return hashlib.sha256("\0".join(map(os.fspath, slas)).encode(errors="surrogateescape")).hexdigest()[:24]
