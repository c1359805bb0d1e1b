"""Which files of a folder the image would hold."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pytest_flops_mock.repository.work_tree import WorkTree, work_tree


@dataclass(frozen=True)
class Listing:
    """What a folder holds for the image. Paths are relative to it, with ``/`` between folders.

    Attributes:
        files: Files and links to files, sorted.
        links: Links to folders, sorted.
        broken: Links of the commit that lead nowhere in a clone, and where they lead.
        git: What Git knows of the folder; ``None`` where it is no work tree. All files count there, and
            where Git tracks none.
    """

    files: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    broken: tuple[tuple[str, str], ...] = ()
    git: WorkTree | None = field(default=None, repr=False)

    @property
    def pointers(self) -> dict[str, str]:
        """Files in Git LFS, and their pointers."""
        return dict(self.git.pointers) if self.git is not None else {}


def listing_of(root: Path) -> Listing:
    """The files that are there now: those that Git tracks; where it tracks none, all that it does not ignore.

    Left out are hidden files at the root, virtual environments, and links that would lead nowhere in a clone.

    Raises:
        ToolError: The folder is a work tree, and Git says nothing of it.
    """
    git = work_tree(root)
    names = git.tracked if git is not None else ()
    clone = {parent for name in names for parent in _and_parents(name)}
    if git is None or not clone:
        ignored = () if git is None else tuple(name for name, why in git.beside if why == "ignored")
        names = tuple(sorted(name for name in _walked(root) if not f"{name}/".startswith(ignored)))
    environments = tuple(name[: -len("pyvenv.cfg")] for name in names if name.endswith("/pyvenv.cfg"))
    seen = [name for name in names if not name.startswith(environments)]
    broken = {name for name in seen if (root / name).is_symlink() and not _leads_somewhere(root, name, clone)}
    there = [name for name in seen if not is_hidden(name) and name not in broken and _is_there(root / name)]
    files = tuple(name for name in there if (root / name).is_file())
    return Listing(
        files,
        tuple(sorted({*there} - {*files})),
        tuple((name, os.readlink(root / name)) for name in sorted(broken)) if clone else (),
        git,
    )


def is_hidden(path: str) -> bool:
    """Whether the image builder leaves a file behind: it moves all but the root's hidden files and folders."""
    return path.startswith(".")


def _is_there(entry: Path) -> bool:
    return entry.is_file() or entry.is_symlink()


def _and_parents(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]


def _leads_somewhere(root: Path, path: str, clone: set[str]) -> bool:
    """Whether a link leads to something in the repository, and in a clone of it where there is one."""
    entry = root / path
    target = Path(os.path.realpath(entry))  # unlike resolve(), it takes links that lead round in a circle
    if os.path.isabs(os.readlink(entry)) or not target.is_relative_to(root) or not target.exists():
        return False
    return not clone or target == root or target.relative_to(root).as_posix() in clone


def _walked(root: Path) -> Iterator[str]:
    """All files and links below ``root``, without what Git keeps, caches of Python, and virtual environments."""
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        links = [name for name in folders if (here / name).is_symlink()]
        folders[:] = [
            name
            for name in folders
            if name not in (".git", "__pycache__")
            and not (here == root and is_hidden(name))
            and not (here / name / "pyvenv.cfg").exists()
        ]
        for name in [*files, *links]:
            yield (here / name).relative_to(root).as_posix()
