"""An ML repository as an immutable value, with the files that the image builder would see."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pytest_flops_mock.errors import Problem, RepositoryError, listing, nearest


@dataclass(frozen=True)
class MLRepository:
    """A user's ML repository: ``model_manager.py``, ``data_manager.py`` and ``conda.yaml`` at its root.

    Make one with :meth:`at` or :meth:`of_files`. Its folder is only ever read.

    Attributes:
        name: What it is called in reports.
        root: Its folder; ``None`` for one made of files.
        contents: Path and content of each file, for one made of files.
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
        root = Path(path).expanduser()
        if not root.is_dir():
            siblings = [entry.name for entry in root.parent.iterdir()] if root.parent.is_dir() else []
            raise RepositoryError(
                Problem(
                    "there is no such ML repository",
                    where=str(path),
                    expected="a folder with model_manager.py, data_manager.py and conda.yaml",
                    came="a file" if root.exists() else "nothing there",
                    nearest=nearest(root.name, siblings),
                    hint="name the folder with --flops-repo, ini flops_repository or as the argument",
                )
            )
        return cls(name=str(path), root=root.resolve())

    @classmethod
    def of_files(cls, files: Mapping[str, str]) -> MLRepository:
        """A repository made of file names (``/`` between folders) and their texts.

        Raises:
            RepositoryError: A name leaves the repository.
        """
        for name in files:
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts or not path.parts:
                raise RepositoryError(
                    Problem(
                        "a file of the ML repository would lie outside it",
                        where=repr(name),
                        expected="a relative path such as model_manager.py",
                        hint="take leading / and .. out of the name",
                    )
                )
        return cls(name=f"repository of {len(files)} files", contents=tuple(sorted(files.items())))

    @classmethod
    def of(cls, repository: MLRepository | str | os.PathLike[str] | Mapping[str, str]) -> MLRepository:
        """The repository that a path or a mapping of files stands for."""
        if isinstance(repository, MLRepository):
            return repository
        return cls.of_files(repository) if isinstance(repository, Mapping) else cls.at(repository)

    def with_files(self, files: Mapping[str, str]) -> MLRepository:
        """A new repository with these files added or replaced."""
        mine = dict(self.contents) if self.root is None else {name: self.text(name) for name in self.paths()}
        return MLRepository.of_files({**mine, **files})

    def paths(self) -> tuple[str, ...]:
        """The files that the image builder would see, relative to the root, sorted.

        Hidden files are left out, as the builder does; in a Git work tree so is what Git ignores.
        """
        if self.root is None:
            return tuple(name for name, _ in self.contents)
        found = _listed_by_git(self.root)
        return tuple(sorted(path for path in (_walked(self.root) if found is None else found) if not _hidden(path)))

    def text(self, path: str) -> str:
        """The content of one file.

        Raises:
            RepositoryError: There is no such file, or it is not UTF-8 text.
        """
        if self.root is None:
            for name, content in self.contents:
                if name == path:
                    return content
        try:
            return ((self.root or Path(os.devnull)) / path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RepositoryError(
                Problem(
                    "a file of the ML repository cannot be read",
                    where=f"{self.name}/{path}",
                    expected="a text file in UTF-8",
                    came=str(error),
                    nearest=nearest(path, self.paths()),
                    hint=f"the files there are: {listing(self.paths())}",
                )
            ) from error

    def copy_to(self, folder: Path) -> None:
        """Write its files into ``folder``, which the check may then do with as it likes."""
        for path in self.paths():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if self.root is None:
                target.write_text(self.text(path), encoding="utf-8")
            else:
                target.write_bytes((self.root / path).read_bytes())


def _hidden(path: str) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in path.split("/"))


def _listed_by_git(root: Path) -> list[str] | None:
    """Tracked and new files that exist; nothing where the folder is no Git work tree or Git is not there."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        told = subprocess.run(command, capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    if told.returncode:
        return None
    names = {name for name in told.stdout.decode(errors="surrogateescape").split("\0") if name}
    return [name for name in names if (root / name).is_file()]


def _walked(root: Path) -> Iterator[str]:
    """All files below ``root``, without virtual environments."""
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        folders[:] = [name for name in folders if not _hidden(name) and not (here / name / "pyvenv.cfg").exists()]
        for name in files:
            yield (here / name).relative_to(root).as_posix()
