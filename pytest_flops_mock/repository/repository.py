"""An ML repository as an immutable value, with the files that the image builder would see."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from pytest_flops_mock.errors import Problem, RepositoryError, listing, nearest


@dataclass(frozen=True)
class MLRepository:
    """A user's ML repository: ``model_manager.py``, ``data_manager.py`` and ``conda.yaml`` at its root.

    Make one with :meth:`at` or :meth:`of_files`. Its folder is only ever read.

    Attributes:
        name: What it is called in reports.
        root: Its folder; ``None`` for one made of files.
        contents: Path and text of each file that is not the folder's.
    """

    name: str
    root: Path | None = None
    contents: tuple[tuple[str, str], ...] = ()

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
                    where=str(path),
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

    def paths(self) -> tuple[str, ...]:
        """The files that the image builder would see, relative to the root, sorted.

        Hidden files are left out, as the builder does; in a Git work tree so is what Git ignores.
        """
        found = {name for name, _ in self.contents}
        if self.root is not None:
            found.update(path for path in self._on_disk() if (self.root / path).is_file())
        return tuple(sorted(path for path in found if not _hidden(path)))

    def content(self, path: str) -> bytes:
        """The content of one file.

        Raises:
            RepositoryError: There is no such file, or it cannot be read.
        """
        for name, text in self.contents:
            if name == path:
                return text.encode()
        if self.root is None:
            raise self._unreadable(path, "no such file")
        try:
            return (self.root / path).read_bytes()
        except OSError as error:
            raise self._unreadable(path, error.strerror or str(error)) from error

    def text(self, path: str) -> str:
        """The content of one file as text.

        Raises:
            RepositoryError: There is no such file, or it is not UTF-8 text.
        """
        try:
            return self.content(path).decode("utf-8")
        except UnicodeDecodeError as error:
            raise self._unreadable(path, f"byte 0x{error.object[error.start]:02X} at offset {error.start}") from error

    def copy_to(self, folder: Path) -> None:
        """Write its files into ``folder``, which the check may then do with as it likes.

        Raises:
            RepositoryError: A file cannot be read, or two files cannot lie in one folder.
        """
        for path in self._on_disk():
            if not _hidden(path):
                self._copy(path, folder)
        for path, text in self.contents:
            if not _hidden(path):
                self._write(path, text, folder)

    def _on_disk(self) -> Iterable[str]:
        """Files of the folder, and links to what lies in it; a link to elsewhere leads nowhere in a clone."""
        if self.root is None:
            return ()
        found = _listed_by_git(self.root) or list(_walked(self.root))
        environments = tuple(path[: -len("pyvenv.cfg")] for path in found if path.endswith("/pyvenv.cfg"))
        return (path for path in found if not path.startswith(environments) and _is_there(self.root, path))

    def _copy(self, path: str, folder: Path) -> None:
        source, target = Path(self.root or ".", path), folder / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target, follow_symlinks=False)
        except OSError as error:
            raise self._unreadable(path, error.strerror or str(error)) from error

    def _write(self, path: str, text: str, folder: Path) -> None:
        target = folder / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)  # it may be a link
            target.write_text(text, encoding="utf-8")
        except OSError as error:
            raise self._unreadable(path, error.strerror or str(error)) from error

    def _unreadable(self, path: str, got: str) -> RepositoryError:
        return RepositoryError(
            Problem(
                "a file of the ML repository cannot be read",
                where=f"{self.name}: {path}",
                expected="a file, of text in UTF-8 where it is code",
                got=got,
                nearest="" if path in self.paths() else nearest(path, self.paths()),
                fix=f"the files there are: {listing(self.paths())}",
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


def _hidden(path: str) -> bool:
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
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    # In a Git hook these name the repository that is committed to.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        told = subprocess.run(command, capture_output=True, timeout=30, check=False, env=environment)
    except (OSError, subprocess.TimeoutExpired):
        return []
    names = told.stdout.decode(errors="surrogateescape").split("\0")
    return [] if told.returncode else sorted({name for name in names if name})


def _walked(root: Path) -> Iterator[str]:
    """All files and links below ``root``, without hidden folders."""
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        links = [name for name in folders if (here / name).is_symlink()]
        folders[:] = [name for name in folders if not _hidden(name) and not (here / name / "pyvenv.cfg").exists()]
        for name in [*files, *links]:
            yield (here / name).relative_to(root).as_posix()
