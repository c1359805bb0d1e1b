"""Built environments on disk: kept for the next time, looked over before each use, removed when nobody uses them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple, dataclass, replace
from pathlib import Path

from pytest_flops_mock.errors import Problem, ToolError
from pytest_flops_mock.learner.environments.seal import (
    Seal,
    Sealed,
    changes,
    is_untouched,
    remove,
    remove_added,
    sealed,
)
from pytest_flops_mock.learner.environments.shelf import locked, lying, seal_file, stale, take_away

OnWait = Callable[[str], None]
"""Is told in a line what the user waits for."""

TimeLeft = Callable[[], float | None]
"""Says how many seconds are left; ``None`` for as many as it takes."""


def silent(_: str) -> None:
    """Tell nobody."""


def endless() -> None:
    """As many seconds as it takes."""


@dataclass(frozen=True)
class Built:
    """A complete environment.

    Attributes:
        seal: What each of its files was by then.
        bound: The requirement that it needed to import what the child needs, such as ``pyarrow<26``; or empty.
        reason: What went wrong without.
        missing: Requirements that it lacks, since no package index has them and conda may.
    """

    seal: Seal
    bound: str = ""
    reason: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kept:
    """An environment that is as it was built.

    Attributes:
        python: Its interpreter.
        bound: See :class:`Built`.
        reason: See :class:`Built`.
        missing: See :class:`Built`.
        damage: What was not as it was built, before it was mended or built anew.
    """

    python: Path
    bound: str = ""
    reason: str = ""
    missing: tuple[str, ...] = ()
    damage: tuple[str, ...] = ()


def user_cache() -> Path:
    """Where environments are kept unless something else is said.

    As the XDG Base Directory Specification has it, a relative ``XDG_CACHE_HOME`` is ignored.

    Raises:
        ToolError: There is no home folder.
    """
    named = os.environ.get("XDG_CACHE_HOME", "")
    try:
        caches = Path(named) if os.path.isabs(named) else Path("~/.cache").expanduser()
    except RuntimeError as error:
        raise ToolError(not_kept("a folder for caches", "no home folder")) from error
    if not caches.is_absolute():  # HOME is a relative path
        raise ToolError(not_kept(os.fspath(caches), "a relative path as home folder"))
    return caches / "pytest-flops-mock" / "environments"


def found(folder: Path) -> Kept | None:
    """The environment in a folder, if it is there in full, and as it was built."""
    known = _read(folder)
    if known is None or not (is_untouched(folder, known.seal) or _unchanged(folder, known)):
        return None
    _note_use(folder)
    return _as_kept(folder, known)


def kept(folder: Path, build: Callable[[Path, int], Built], *, left: TimeLeft = endless, on_wait: OnWait = silent) -> Kept:
    """The environment in a folder: as it was built, or built now.

    It is built where it is used, since a virtual environment holds its own path. A file beside it, written last, holds its
    seal; until then a lock keeps other processes out. Files that were added are taken away; if others changed, or are gone,
    it is built anew.

    Args:
        folder: Where it lies, or shall lie.
        build: Builds it in the folder; it holds the lock, whose descriptor it is given, as well.
        left: How long another process that builds it is waited for.
        on_wait: Is told that it is waited for.

    Raises:
        subprocess.TimeoutExpired: Another process was still building it.
        ToolError: It cannot be kept there.
    """
    try:
        if (there := found(folder)) is not None:
            return there
        folder.parent.mkdir(parents=True, exist_ok=True)
        with locked(folder.with_suffix(".lock"), left, on_wait) as lock:
            known = _read(folder)  # another process may have built it meanwhile
            damage = [] if known is None else changes(known.seal, sealed(folder, known.seal))
            if known is None or not _mended(folder, known):
                known = _built(folder, build, lock)
        take_away(each for each in stale(lying(folder.parent)) if each.folder != folder)
    except OSError as error:
        raise ToolError(not_kept(os.fspath(folder.parent), error.strerror or str(error))) from error
    return _as_kept(folder, known, damage)


def _as_kept(folder: Path, known: Built, damage: list[str] | None = None) -> Kept:
    return Kept(folder / "bin" / "python", known.bound, known.reason, known.missing, tuple(damage or ()))


def _unchanged(folder: Path, known: Built) -> bool:
    """Whether all contents are the same, though sizes and times are not; that is noted."""
    now = sealed(folder, known.seal)
    if changes(known.seal, now):
        return False
    with suppress(OSError):  # a cache that is read-only serves as well
        _write(folder, replace(known, seal=now))
    return True


def _mended(folder: Path, known: Built) -> bool:
    """Whether the environment is as it was built again: what was added is taken away."""
    remove_added(folder, known.seal)
    now = sealed(folder, known.seal)
    if changes(known.seal, now):
        return False
    _write(folder, replace(known, seal=now))
    return True


def _built(folder: Path, build: Callable[[Path, int], Built], lock: int) -> Built:
    seal_file(folder).unlink(missing_ok=True)
    remove(folder)
    try:
        built = build(folder, lock)
        _write(folder, built)
    except BaseException:
        remove(folder)
        raise
    return built


def _read(folder: Path) -> Built | None:
    """What is known of the environment; ``None`` if it is not complete, or the file is damaged."""
    try:
        told = json.loads(seal_file(folder).read_bytes())
        seal = {path: Sealed(*entry) for path, entry in told["files"].items()}
        known = Built(seal, told["bound"], told["reason"], tuple(map(str, told["missing"])))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return known if isinstance(known.bound, str) and isinstance(known.reason, str) else None


def _write(folder: Path, built: Built) -> None:
    """In one step: whoever reads it finds all of it or nothing."""
    path = seal_file(folder)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    files = {name: astuple(entry) for name, entry in built.seal.items()}
    try:
        told = {"bound": built.bound, "reason": built.reason, "missing": built.missing, "files": files}
        fresh.write_text(json.dumps(told), encoding="utf-8")
        fresh.chmod(0o444)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def _note_use(folder: Path) -> None:
    with suppress(OSError):
        os.utime(seal_file(folder))


def not_kept(where: str, got: str) -> Problem:
    """What is said where the folder of environments cannot be used."""
    return Problem(
        "the learner's environment cannot be kept",
        where=where,
        expected="a folder that can be written, with room for some gigabytes",
        got=got,
        fix="make room, or name another folder for caches in XDG_CACHE_HOME",
    )
