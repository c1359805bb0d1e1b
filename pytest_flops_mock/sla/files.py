"""Which files are SLAs, and what is wrong with paths of SLAs; no SLA is parsed for that."""

from __future__ import annotations

import glob
import os
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from pytest_flops_mock.errors import Problem, SettingsError, listing, nearest

MDP_KEY = "mock_data_configuration"
"""Only an MDP SLA has this key."""

MAX_BYTES = 1_000_000
"""No SLA is larger than this, so a larger file need not be read."""


def is_mdp_sla(path: Path) -> bool:
    """Whether a file looks like an MDP SLA, which may be a broken one."""
    from pytest_flops_mock.regular import read_regular

    try:
        return path.suffix == ".json" and MDP_KEY in read_regular(path, MAX_BYTES).decode(errors="replace")
    except OSError:
        return False


def mdp_slas(folder: Path, max_files: int = 100) -> Iterator[Path]:
    """The files in a folder, at any depth, that look like MDP SLAs; not in hidden folders and virtual environments."""
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith((".", "__")) and name != "node_modules" and not Path(parent, name, "pyvenv.cfg").exists()
        )
        for name in sorted(files):
            if is_mdp_sla(Path(parent, name)):
                yield Path(parent, name)
                max_files -= 1
                if not max_files:
                    return


def matching(patterns: Sequence[str], folder: Path, where: str) -> Iterator[Path]:
    """The files that paths and patterns mean, each once. A path without ``*``, ``?`` and ``[`` need not exist.

    Args:
        patterns: As the user wrote them.
        folder: Where relative ones start.
        where: Which setting says them.

    Raises:
        SettingsError: No file matches a pattern.
    """
    seen: set[Path] = set()
    for pattern in patterns:
        path = absolute(folder, pattern)
        if not glob.has_magic(pattern) or path.exists():
            found = [path]
        else:
            whole = os.path.join(glob.escape(str(folder)), os.path.expanduser(pattern))
            found = sorted(path for path in map(Path, glob.glob(whole, recursive=True)) if path.is_file())
            if not found:
                raise SettingsError(_no_match(pattern, folder, where))
        for path in map(Path, map(os.path.abspath, found)):
            if path not in seen:
                seen.add(path)
                yield path


def _no_match(pattern: str, folder: Path, where: str) -> Problem:
    there = [shown(path, folder) for path in mdp_slas(folder)]
    return Problem(
        "no SLA file matches the pattern",
        where=where,
        expected="the path of an MDP SLA, or a pattern such as mocks/*.json",
        got=pattern,
        nearest=nearest(pattern, there) or "".join(there[:1]),
        fix=f"MDP SLAs in {folder}: {listing(there)}" if there else writes_one(Path.cwd(), folder),
    )


def none_named(where: str, got: str, option: str, *, here: Path, repository: Path, or_else: str = "") -> Problem:
    """What to say of a check without an MDP SLA: which ones there are, or how to get one.

    Args:
        where: Which setting should name one.
        got: What names none.
        option: What names one.
        here: The folder that paths in messages start from.
        repository: Folder in which SLAs may be.
        or_else: What else could name one.
    """
    there = [shown(path, here) for path in mdp_slas(repository)]
    name_it = f"add {option} {shlex.quote(there[0])}{or_else}" if there else ""
    return Problem(
        "a check needs an MDP SLA, and none is named",
        where=where,
        expected="the path of an MDP SLA, or a pattern such as 'mocks/*.json'",
        got=got,
        nearest=listing(there, 5) if there else "",
        fix=name_it or writes_one(here, repository),
    )


def writes_one(here: Path, repository: Path) -> str:
    """The command that writes an SLA where there is none."""
    folder = "" if repository == here else f" {shlex.quote(shown(repository, here))}"
    return f"flops-mock init{folder} writes one, and what else a first check needs"


def refuse_what_is_no_file(path: Path, kind: str, where: str, *, here: Path, repository: Path) -> None:
    """Refuse a path where there is no file.

    Args:
        path: Where an SLA should be.
        kind: ``MDP`` or ``project``.
        where: Which setting says it.
        here: The folder that paths in messages start from.
        repository: Folder in which further SLAs may be.

    Raises:
        SettingsError: It says which SLAs there are.
    """
    if path.is_file():
        return
    folder = next(parent for parent in (path, *path.parents) if parent.is_dir())
    files = sorted({*folder.glob("*.json"), *folder.glob("*/*.json"), *mdp_slas(repository)})
    there = [shown(file, here) for file in files if file.is_file()]
    inside = [shown(file, here) for file in files if path in file.parents]
    raise SettingsError(
        Problem(
            f"the {kind} SLA is {'a folder' if path.is_dir() else 'not there'}",
            where=where,
            expected=f"the file of {'an MDP' if kind == 'MDP' else 'a project'} SLA",
            got=shown(path, here),
            nearest="".join(inside[:1]) or nearest(shown(path, here), there) or "".join(there[:1]),
            fix=f"name a file that is there: {listing(there, 5)}" if there else writes_one(here, repository),
        )
    )


def absolute(folder: Path, path: str) -> Path:
    """A path of the user, which starts from a folder. A link keeps the name by which the user knows it."""
    return Path(os.path.abspath(folder / Path(path).expanduser()))


def shown(path: Path, folder: Path) -> str:
    """The path as messages have it: short where it lies below ``folder``."""
    return os.fspath(path.relative_to(folder) if path.is_relative_to(folder) else path)


def together_name(slas: Sequence[str]) -> str:
    """What a check of these SLAs at once is called."""
    return " + ".join(slas)
