"""What Git knows of a folder: what a clone of it would have, and what lies beside that on the disk."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pytest_flops_mock.errors import Problem, ToolError
from pytest_flops_mock.machine import ran_out
from pytest_flops_mock.repository.git import git_alone
from pytest_flops_mock.repository.git_folder import GitFolder, Plain, plain
from pytest_flops_mock.subprocesses import Ended

GIT_SECONDS = 30.0
"""How long Git may take for all questions about the files."""

POINTER = "version https://git-lfs.github.com/spec/v1"
"""How the pointer to a file in Git LFS begins."""

_POINTER_LINES = rf"^({POINTER.replace('.', '[.]')}|oid sha256:[0-9a-f]+|size [0-9]+|ext-[[:graph:]]+ [[:graph:]]+)$"
_STATUS = (
    "status",
    "--porcelain=v1",
    "-z",
    "--branch",
    "--no-renames",
    "--ignored=traditional",
    "--untracked-files=normal",
    "--ignore-submodules=all",
    "--",
    ".",
)


@dataclass(frozen=True)
class WorkTree:
    """A folder as Git sees it. Paths are relative to the folder, with ``/`` between folders.

    Attributes:
        tracked: What Git tracks, sorted.
        changed: What of it differs from the last commit.
        beside: What Git does not track, and whether it is ``untracked`` or ``ignored``; folders end with ``/``.
        pointers: Files in Git LFS, and the pointers that a clone without Git LFS has in their place.
        committed: Whether there is a commit.
    """

    tracked: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    beside: tuple[tuple[str, str], ...] = ()
    pointers: tuple[tuple[str, str], ...] = ()
    committed: bool = True


def work_tree(root: Path) -> WorkTree | None:
    """What Git knows of the folder; ``None`` where it is in no work tree.

    Raises:
        ToolError: It is in one, and Git cannot be run, refuses, or does not end in time.
    """
    found = ((folder, GitFolder.of_work_tree(folder)) for folder in (root, *root.parents))
    top, kept = next(((folder, kept) for folder, kept in found if kept is not None), (root, None))
    if kept is None:
        return None
    deadline = time.monotonic() + GIT_SECONDS
    try:
        with plain(kept, lambda: max(deadline - time.monotonic(), 0.001)) as readable:
            return None if readable.bare else _seen(_Asking(root, top, readable, deadline))
    except subprocess.TimeoutExpired:
        got = f"Git was still at work after {GIT_SECONDS:g} s"
        raise _no_answer(root, got, "see what makes git status slow") from None
    except OSError as error:
        if (exhausted := ran_out(error)) is not None:
            raise exhausted from error
        fix = "install Git" if error.filename == "git" else "see what lies in .git"
        raise _no_answer(root, error.strerror or str(error), fix) from error
    except ValueError as error:
        raise _no_answer(root, str(error), "see what git status says in that folder") from error


@dataclass(frozen=True)
class _Asking:
    """Questions to Git about one folder.

    Attributes:
        root: The folder.
        top: The top of the work tree that it lies in.
        readable: The repository, without its settings.
        deadline: When Git must have answered all of them.
    """

    root: Path
    top: Path
    readable: Plain
    deadline: float

    def __call__(self, *arguments: str, none_found: int = 0) -> Ended | None:
        """What Git answers; ``None`` if it says that the folder is no work tree."""
        place = {"GIT_DIR": os.fspath(self.readable.folder), "GIT_WORK_TREE": os.fspath(self.top)}
        left = max(self.deadline - time.monotonic(), 0.001)
        ended = git_alone(*arguments, folder=self.root, timeout=left, variables=place)
        if ended.status in (0, none_found):
            return ended
        if "not a git repository" in ended.errors or "must be run in a work tree" in ended.errors:
            return None
        raise ValueError(ended.errors.strip())


def _seen(asked: _Asking) -> WorkTree | None:
    listed = asked("ls-files", "-z", "--cached")
    status = asked(*_STATUS)
    grep = ("grep", "--cached", "-z", "-a", "-E", "--no-color", "--no-line-number", "--no-column", "-e", _POINTER_LINES)
    found = asked("-c", "grep.fullName=false", *grep, "--", ":(attr:filter=lfs)", none_found=1)
    if listed is None or status is None or found is None:
        return None
    root, top = asked.root, asked.top
    prefix = f"{root.relative_to(top).as_posix()}/" if root != top else ""
    branch, *entries = _names(status)
    told = [(entry[:2], entry[3:].removeprefix(prefix)) for entry in entries]
    if any(kind == "!!" and not name for kind, name in told):  # the repository around it ignores the folder
        return None
    pointers = dict(_pointers(os.fsdecode(found.output)))
    return WorkTree(
        tracked=tuple(sorted(dict.fromkeys(_names(listed)))),
        changed=tuple(sorted(name for kind, name in told if kind not in ("??", "!!") and name not in pointers)),
        beside=tuple((name, "untracked" if kind == "??" else "ignored") for kind, name in told if kind in ("??", "!!")),
        pointers=tuple(sorted(pointers.items())),
        committed=not branch.startswith("## No commits yet"),
    )


def _pointers(output: str) -> Iterator[tuple[str, str]]:
    """The files whose lines make a pointer, from a name, NUL, a line, and so on. A name may have several lines itself."""
    first, *parts = output.split("\0")
    lines: dict[str, list[str]] = {}
    name = first
    for part in parts:
        line, _, following = part.partition("\n")
        lines.setdefault(name, []).append(line)
        name = following
    yield from ((name, "\n".join([*of_file, ""])) for name, of_file in lines.items() if of_file[0] == POINTER)


def _no_answer(root: Path, got: str, fix: str) -> ToolError:
    return ToolError(
        Problem(
            "Git cannot say which files FLOps would clone",
            where=os.fspath(root),
            expected="an answer of git ls-files and git status",
            got=got,
            fix=f"{fix}; or check a copy of the folder without .git, of which all files count",
        )
    )


def _names(ended: Ended) -> list[str]:
    return [name for name in os.fsdecode(ended.output).split("\0") if name]
