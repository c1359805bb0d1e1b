"""Where Git keeps a repository, and a folder of ours with its data and without its settings.

A repository's own settings name programs in many ways (filters, monitors, hooks, helpers), and a newer Git may know more of
them. So Git never reads them: it is given a folder in which files and objects are links to the real ones, and the settings
are those few that say how to read them.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pytest_flops_mock.regular import read_regular, refuse_irregular
from pytest_flops_mock.repository.git import git, git_alone

MAX_SETTINGS = 1_000_000
MAX_POINTER = 4_096
MAX_INDEX = 50_000_000
"""Bytes that a configuration, a file that only names something, and an index may have."""

CARRIED = (
    "core.autocrlf",
    "core.checkstat",
    "core.eol",
    "core.ignorecase",
    "core.precomposeunicode",
    "core.repositoryformatversion",
    "core.symlinks",
    "core.trustctime",
    "extensions.objectformat",
    "extensions.refstorage",
)
"""Settings without which Git would read a repository otherwise. None of them names a program or a file."""

OF_USER = ("core.autocrlf", "core.eol")
IGNORED_BY_USER = "core.excludesfile"
"""What the user's own settings add to that, and where they say which files Git ignores."""

_VALUE = re.compile(r"[\w.-]{1,40}")
_HEAD = re.compile(r"(?:ref: *(refs/[^\s\x00-\x1f]+)|([0-9a-f]{40}|[0-9a-f]{64}))\s*")

Remaining = Callable[[], float]


@dataclass(frozen=True)
class GitFolder:
    """Where Git keeps a repository.

    Attributes:
        own: What belongs to one work tree: its ``HEAD`` and its index.
        common: What all of its work trees share; often the same folder.
    """

    own: Path
    common: Path

    @classmethod
    def at(cls, folder: Path) -> GitFolder | None:
        """The folder itself, if it is laid out as one; ``None`` otherwise."""
        try:
            common = folder / "commondir"
            shared = folder / _line(common) if common.is_file() else folder
            laid_out = _head(folder / "HEAD") and (shared / "objects").is_dir() and (shared / "refs").is_dir()
        except OSError:
            return None
        return cls(folder, shared) if laid_out else None

    @classmethod
    def of_work_tree(cls, folder: Path) -> GitFolder | None:
        """What ``.git`` in a folder is, or what it names; ``None`` where there is none."""
        entry = folder / ".git"
        try:
            if entry.is_dir():
                return cls.at(entry)
            named = _line(entry) if entry.is_file() else ""
        except OSError:
            return None
        return cls.at(folder / named.removeprefix("gitdir:").strip()) if named.startswith("gitdir:") else None

    @classmethod
    def reached_by(cls, path: Path) -> GitFolder | None:
        """What Git clones when it is given a path."""
        for folder in (path, path.with_name(f"{path.name}.git")):
            if found := cls.of_work_tree(folder) or cls.at(folder):
                return found
        return None


@dataclass(frozen=True)
class Plain:
    """A folder of ours that stands in for a :class:`GitFolder`.

    Attributes:
        folder: Where it is.
        bare: Whether the repository says that it has no work tree.
    """

    folder: Path
    bare: bool


@contextmanager
def plain(real: GitFolder, remaining: Remaining, *, bare: bool = False) -> Iterator[Plain]:
    """A repository's data without its settings, in a folder that goes away with the context.

    Args:
        real: The repository.
        remaining: How many seconds are left.
        bare: Whether it shall stand in for a repository without a work tree.

    Raises:
        OSError: Git is not installed, or a file is none; the error says which.
        ValueError: Git cannot read the settings.
        subprocess.TimeoutExpired: Git did not end in time.
    """
    with tempfile.TemporaryDirectory(prefix="flops-git-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary, "git")
        (folder / "info").mkdir(parents=True)
        theirs = _settings(real.common / "config", Path(temporary, "theirs"), remaining)
        users = _of_user(Path(temporary), remaining)
        kept = {**{name: users[name] for name in OF_USER if name in users}, **theirs}
        settings = {name: kept[name] for name in CARRIED if _VALUE.fullmatch(kept.get(name, ""))}
        lines = [f"[{section}]\n{key} = {value}" for (section, key), value in _split(settings).items()]
        ignored = _ignored(users)
        if ignored and '"' not in ignored and "\\" not in ignored and "\n" not in ignored:
            lines.append(f'[core]\nexcludesFile = "{ignored}"')
        lines.append(f"[core]\nbare = {'true' if bare else 'false'}")
        (folder / "config").write_text("\n".join([*lines, ""]), encoding="utf-8", errors="surrogateescape")
        (folder / "HEAD").write_text(f"{_head(real.own / 'HEAD')}\n", encoding="utf-8", errors="surrogateescape")
        for name in ("objects", "refs", "reftable"):
            if (real.common / name).is_dir():
                (folder / name).symlink_to((real.common / name).absolute())
        for name in ("packed-refs", "shallow"):
            _link(folder / name, real.common / name)
        _link(folder / "info" / "exclude", real.common / "info" / "exclude")
        _link(folder / "index", real.own / "index")
        for shared in sorted(real.own.glob("sharedindex.*"))[:100]:
            _link(folder / shared.name, shared)
        yield Plain(folder, theirs.get("core.bare") in ("true", "yes", "on", "1") and real.own == real.common)


def origin_of(real: GitFolder, remaining: Remaining) -> str:
    """The URL of the remote ``origin``, as it is written there; empty if there is none. It may hold credentials.

    Raises:
        OSError: Git is not installed, or the settings are no file.
        subprocess.TimeoutExpired: Git did not end in time.
    """
    with tempfile.TemporaryDirectory(prefix="flops-git-", ignore_cleanup_errors=True) as temporary:
        copy = Path(temporary, "theirs")
        try:
            copy.write_bytes(read_regular(real.common / "config", MAX_SETTINGS))
        except FileNotFoundError:
            return ""
        arguments = ("--file", os.fspath(copy), "--no-includes", "-z", "--get", "remote.origin.url")
        ended = git_alone("config", *arguments, timeout=remaining())
        return os.fsdecode(ended.output).partition("\0")[0] if ended.status == 0 else ""


def branch_of(real: GitFolder) -> str:
    """The branch that is checked out; empty for none."""
    try:
        return _head(real.own / "HEAD").rpartition("refs/heads/")[2].strip()
    except OSError:
        return ""


def _link(link: Path, target: Path) -> None:
    """Link to a file, if it is there.

    Raises:
        OSError: It is no regular file, or too large.
    """
    try:
        found = target.stat()
    except FileNotFoundError:
        return
    try:
        refuse_irregular(found, target, MAX_INDEX)
    except OSError as error:
        raise OSError(error.errno, f"{target}: {error.strerror}") from error
    link.symlink_to(target.absolute())


def _settings(file: Path, copy: Path, remaining: Remaining) -> dict[str, str]:
    """The settings of one file, without what it includes."""
    try:
        copy.write_bytes(read_regular(file, MAX_SETTINGS))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise OSError(error.errno, f"{file}: {error.strerror}") from error
    ended = git_alone("config", "--file", os.fspath(copy), "--no-includes", "-z", "--list", timeout=remaining())
    if ended.status:
        raise ValueError(ended.errors.strip().replace(os.fspath(copy), os.fspath(file)))
    return _listed(ended.output)


def _of_user(outside: Path, remaining: Remaining) -> dict[str, str]:
    """The user's own settings that may matter; nothing where there are none."""
    pattern = f"^({'|'.join(re.escape(name) for name in (*OF_USER, IGNORED_BY_USER))})$"
    ended = git("config", "--global", "--includes", "-z", "--get-regexp", pattern, folder=outside, timeout=remaining())
    return _listed(ended.output) if ended.status == 0 else {}


def _ignored(users: Mapping[str, str]) -> str:
    """The user's own file of what Git ignores."""
    default = os.path.join(os.environ.get("XDG_CONFIG_HOME") or "~/.config", "git", "ignore")
    path = os.path.expanduser(users.get(IGNORED_BY_USER, default))
    return path if os.path.isabs(path) and os.path.isfile(path) else ""


def _listed(output: bytes) -> dict[str, str]:
    """Names and last values, from lines that end with NUL; a name without a value is true."""
    entries = (entry.partition("\n") for entry in os.fsdecode(output).split("\0") if entry)
    return {name: value.strip().casefold() if name != IGNORED_BY_USER else value for name, _, value in _with_value(entries)}


def _with_value(entries: Iterator[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    yield from ((name, found, value if found else "true") for name, found, value in entries)


def _split(settings: Mapping[str, str]) -> dict[tuple[str, str], str]:
    return {(name.partition(".")[0], name.partition(".")[2]): value for name, value in settings.items()}


def _line(file: Path) -> str:
    """The text of a file that only names something."""
    return os.fsdecode(read_regular(file, MAX_POINTER)).strip("\n")


def _head(file: Path) -> str:
    """What ``HEAD`` says, in its plain form; empty if it says nothing that Git would take."""
    text = f"ref: {os.readlink(file)}" if file.is_symlink() else _line(file)
    found = _HEAD.fullmatch(text)
    return "" if found is None else f"ref: {found[1]}" if found[1] else found[2]
