"""Which files of a folder the image builder would see."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pytest_flops_mock.repository.git import git

GIT_SECONDS = 30.0
"""How long Git may take to list the files; after that the folder itself is searched."""


@dataclass(frozen=True)
class Listing:
    """What a folder holds for the image builder. Paths are relative to it, with ``/`` between folders.

    Attributes:
        files: Files and links to files, sorted.
        links: Links to folders, sorted.
    """

    files: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


def listing_of(root: Path) -> Listing:
    """The files that are there now: what Git lists, or all of them where Git lists nothing.

    Left out are hidden files, what Git ignores, virtual environments, and links that would lead nowhere in a clone.
    """
    names = _listed_by_git(root) or sorted(_walked(root))
    environments = tuple(name[: -len("pyvenv.cfg")] for name in names if name.endswith("/pyvenv.cfg"))
    there = [name for name in names if not is_hidden(name) and not name.startswith(environments) and _is_there(root, name)]
    files = tuple(name for name in there if (root / name).is_file())
    return Listing(files, tuple(sorted({*there} - {*files})))


def is_hidden(path: str) -> bool:
    """Whether the image builder leaves a file out for its name or its folders' names."""
    return any(part.startswith(".") or part == "__pycache__" for part in path.split("/"))


def _is_there(root: Path, path: str) -> bool:
    """Whether a clone has it: a file, or a relative link to something in the repository."""
    entry = root / path
    if entry.is_symlink():
        target = Path(os.path.realpath(entry))  # unlike resolve(), it takes links that lead round in a circle
        return not os.path.isabs(os.readlink(entry)) and target.is_relative_to(root) and target.exists()
    return entry.is_file()


def _listed_by_git(root: Path) -> list[str]:
    """Tracked and new files; none where the folder is no Git work tree (or one that ignores it), or Git is not there."""
    try:
        ended = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", folder=root, timeout=GIT_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return []
    names = os.fsdecode(ended.output).split("\0")
    return [] if ended.status else sorted({name for name in names if name})


def _walked(root: Path) -> Iterator[str]:
    """All files and links below ``root``, without hidden folders and virtual environments."""
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        links = [name for name in folders if (here / name).is_symlink()]
        folders[:] = [name for name in folders if not is_hidden(name) and not (here / name / "pyvenv.cfg").exists()]
        for name in [*files, *links]:
            yield (here / name).relative_to(root).as_posix()
