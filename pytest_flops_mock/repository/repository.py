"""An ML repository as an immutable value, with the files that the image builder would see."""

from __future__ import annotations

import errno
import os
import posixpath
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from pytest_flops_mock.announcing import announced
from pytest_flops_mock.errors import Problem, RepositoryError, listing, nearest
from pytest_flops_mock.opening import open_inside, open_or_link, read_inside
from pytest_flops_mock.repository.listing import Listing, is_hidden, listing_of
from pytest_flops_mock.repository.urls import without_credentials

MAX_READ = 1_000_000
"""Bytes of a file that is looked into; what has more is data."""

MAX_COPIED = 10_000_000_000
"""Bytes of all files together; a check copies them."""


@announced
@dataclass(frozen=True)
class MLRepository:
    """A user's ML repository: ``model_manager.py``, ``data_manager.py`` and ``conda.yaml`` at its root.

    Make one with :meth:`at` or :meth:`of_files`. Its folder is only ever read. Which files are in the folder is found out
    each time, since the user may change them; one made by :meth:`snapshot` knows it once and for all.

    Attributes:
        name: What it is called in reports.
        root: Its folder; ``None`` for one made of files.
        contents: Path and text of each file that is not the folder's.
        listed: Which files the folder has, if that is known; says nothing about which repository it is.
    """

    name: str
    root: Path | None = None
    contents: tuple[tuple[str, str], ...] = ()
    listed: Listing | None = field(default=None, compare=False, repr=False)

    @classmethod
    def at(cls, path: str | os.PathLike[str]) -> MLRepository:
        """The repository in a folder.

        Raises:
            RepositoryError: There is no such folder.
        """
        root = _expanded(Path(path))
        if not root.is_dir():
            raise RepositoryError(
                Problem(
                    "there is no such ML repository",
                    where=without_credentials(str(path)),
                    expected="a folder with model_manager.py, data_manager.py and conda.yaml",
                    got="a file" if root.exists() else "nothing there",
                    nearest="the folder it is in" if root.exists() else nearest(root.name, _folders(root.parent)),
                    fix="name the folder with --flops-repo, ini flops_repository or as the argument",
                )
            )
        return cls(name=str(path), root=root.resolve())

    @classmethod
    def of_files(cls, files: Mapping[str, str]) -> MLRepository:
        """A repository made of file names (``/`` between folders) and their texts.

        Raises:
            RepositoryError: A name leaves the repository.
        """
        return cls(name=f"repository of {len(files)} file{'' if len(files) == 1 else 's'}").with_files(files)

    @classmethod
    def of(cls, repository: MLRepository | str | os.PathLike[str] | Mapping[str, str]) -> MLRepository:
        """The repository that a path or a mapping of files stands for."""
        if isinstance(repository, MLRepository):
            return repository
        return cls.of_files(repository) if isinstance(repository, Mapping) else cls.at(repository)

    def with_files(self, files: Mapping[str, str]) -> MLRepository:
        """A new repository with these files added or replaced.

        Raises:
            RepositoryError: A name leaves the repository, or a content is not text.
        """
        added = {_checked(name, text): text for name, text in files.items()}
        return replace(self, contents=tuple(sorted({**dict(self.contents), **added}.items())))

    def snapshot(self) -> MLRepository:
        """The same repository with the files that are there now: its folder is listed, and Git asked, this once.

        What the files say is still read when it is asked for.
        """
        return replace(self, listed=self.seen())

    def paths(self) -> tuple[str, ...]:
        """The files that the image would hold, relative to the root, sorted.

        Hidden files at the root are left out, as the builder does; in a Git work tree so is what Git does not track.
        """
        own = (name for name, _ in self.contents if not is_hidden(name))
        return tuple(sorted({*self.seen().files, *own}))

    def absent(self, path: str) -> str:
        """Why a file or folder that is there is not in the image: ``untracked``, ``ignored``, ``hidden`` or ``submodule``.

        Empty where it is in the image, or is not there.
        """
        seen, path = self.seen(), posixpath.normpath(path)
        known = (*seen.files, *seen.links, *(name for name, _ in self.contents if not is_hidden(name)))
        inside = any(name == path or name.startswith(f"{path}/") for name in known)
        if self.root is None or inside or path.startswith(("/", "../")) or path in (".", "..") or "\0" in path:
            return ""
        if not (self.root / path).exists():
            return ""
        if is_hidden(path):
            return "hidden"
        if seen.git is None or not seen.git.tracked:
            return ""
        beside = (why for name, why in seen.git.beside if f"{path}/".startswith(f"{name.rstrip('/')}/"))
        return next(beside, "submodule" if any(path.startswith(f"{name}/") for name in seen.git.tracked) else "")

    def content(self, path: str) -> bytes:
        """The content of one file.

        Raises:
            RepositoryError: There is no such file, it cannot be read, or is larger than what is looked into.
        """
        for name, text in self.contents:
            if name == path:
                return text.encode()
        if self.root is None:
            raise self._unreadable(path, "no such file")
        if pointer := self.seen().pointers.get(path):
            return pointer.encode()
        with self._told_of(path):
            return read_inside(self.root, path, MAX_READ)

    def text(self, path: str) -> str:
        """The content of one file as text.

        Raises:
            RepositoryError: There is no such file, or it is not UTF-8 text.
        """
        try:
            return self.content(path).decode("utf-8")
        except UnicodeDecodeError as error:
            raise self._unreadable(path, f"byte 0x{error.object[error.start]:02X} at offset {error.start}") from error

    def size(self, path: str) -> int:
        """How many bytes a file has; 0 for one that is not there or is none."""
        if self.root is None or any(name == path for name, _ in self.contents) or path in self.seen().pointers:
            return 0
        try:
            descriptor = open_inside(self.root, path)
        except OSError:
            return 0
        with os.fdopen(descriptor, "rb"):
            return os.fstat(descriptor).st_size

    def copy_to(self, folder: Path) -> None:
        """Write its files into ``folder``, where the check may change them.

        Raises:
            RepositoryError: A file cannot be read, or two files cannot lie in one folder.
        """
        there = self.seen()
        pointers = there.pointers
        for path in (*there.files, *there.links):
            with self._told_of(path):
                _make_way(folder / path)
                if pointer := pointers.get(path):
                    (folder / path).write_text(pointer, encoding="utf-8", newline="")
                else:
                    _copy(open_or_link(Path(self.root or "."), path), folder / path)
        for path, text in self.contents:
            if not is_hidden(path):
                with self._told_of(path):
                    _make_way(folder / path)
                    (folder / path).write_text(text, encoding="utf-8")

    def refuse_unreadable(self) -> None:
        """Find out, without copying anything, whether :meth:`copy_to` can read each file and give it a place.

        Raises:
            RepositoryError: As :meth:`copy_to` does.
        """
        files = self.seen().files
        total = 0
        for path in files:
            with self._told_of(path):
                opened = "" if self.root is None else open_or_link(self.root, path)
                if isinstance(opened, int):
                    total += os.fstat(opened).st_size
                    os.close(opened)
                if total > MAX_COPIED:
                    raise OSError(errno.EFBIG, f"with the files before it more than {MAX_COPIED:,} bytes")
        taken = {*files, *(path for path, _ in self.contents if not is_hidden(path))}
        for path in sorted(taken):
            above = map(str, PurePosixPath(path).parents)
            if file := next((parent for parent in above if parent in taken), ""):
                raise self._unreadable(path, f"{file}, which is a file and not a folder")

    def seen(self) -> Listing:
        """What its folder holds for the image.

        Raises:
            ToolError: The folder is a Git work tree, and Git says nothing of it.
        """
        if self.root is None:
            return Listing()
        return self.listed or listing_of(self.root)

    @contextmanager
    def _told_of(self, path: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._unreadable(path, error.strerror or str(error)) from error

    def _unreadable(self, path: str, got: str) -> RepositoryError:
        paths = self.paths()
        return RepositoryError(
            Problem(
                "a file of the ML repository cannot be read",
                where=f"{self.name}: {path}",
                expected="a file, of text in UTF-8 where it is code",
                got=got,
                nearest="" if path in paths else nearest(path, paths),
                fix=f"the files there are: {listing(paths)}",
            )
        )


def _checked(name: str, text: object) -> str:
    """The name in its plain form, if it stays in the repository."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts or "\0" in name:
        raise RepositoryError(
            Problem(
                "a file of the ML repository would lie outside it",
                where=repr(name),
                expected="a relative path such as model_manager.py",
                fix="take leading / and .. out of the name",
            )
        )
    if not isinstance(text, str):
        raise RepositoryError(
            Problem(
                "the content of a file of the ML repository is not text",
                where=repr(name),
                expected="a string",
                got=type(text).__name__,
                fix="for other files, put the repository into a folder and pass that",
            )
        )
    return str(path)


def _expanded(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:  # there is no user of that name
        return path


def _folders(parent: Path) -> list[str]:
    try:
        return [entry.name for entry in parent.iterdir() if entry.is_dir()]
    except OSError:
        return []


def _copy(opened: int | str, target: Path) -> None:
    """Write what a descriptor gives, with its rights, or make the link that a text is."""
    if isinstance(opened, str):
        target.symlink_to(opened)
        return
    with os.fdopen(opened, "rb") as file, target.open("xb") as copy:
        shutil.copyfileobj(file, copy, 1 << 20)
        os.fchmod(copy.fileno(), stat.S_IMODE(os.fstat(opened).st_mode))


def _make_way(target: Path) -> None:
    """Make the folder that ``target`` lies in, and remove what is there already, which may be a link."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
