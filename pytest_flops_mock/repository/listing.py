"""Which files of a folder the image would hold."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
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
    kinds = _kinds(root, seen)
    broken = {name for name, kind in kinds.items() if kind == stat.S_IFLNK and not _leads_somewhere(root, name, clone)}
    there = [name for name in kinds if not is_hidden(name) and name not in broken]
    files = tuple(name for name in there if kinds[name] == stat.S_IFREG or (root / name).is_file())
    return Listing(
        files,
        tuple(sorted({*there} - {*files})),
        tuple((name, os.readlink(root / name)) for name in sorted(broken)) if clone else (),
        git,
    )


def is_hidden(path: str) -> bool:
    """Whether the image builder leaves a file behind: it moves all but the root's hidden files and folders."""
    return path.startswith(".")


def _kinds(root: Path, names: Iterable[str]) -> dict[str, int]:
    """The files and links of these that are there, and which of the two each is; nothing that lies behind a link."""
    real = {"": True}

    def is_real(folder: str) -> bool:
        if folder not in real:
            real[folder] = is_real(folder.rpartition("/")[0]) and not (root / folder).is_symlink()
        return real[folder]

    found: dict[str, int] = {}
    for name in names:
        try:
            kind = stat.S_IFMT((root / name).lstat().st_mode)
        except OSError:
            continue
        if kind in (stat.S_IFREG, stat.S_IFLNK) and is_real(name.rpartition("/")[0]):
            found[name] = kind
    return found


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
    if ".git" in target.relative_to(root).parts:
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
