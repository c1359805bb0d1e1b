"""An ML repository behind a Git URL: cloned shallowly into a temporary folder, at any branch, tag or commit."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import unquote

from pytest_flops_mock.errors import Problem, RepositoryError, listing
from pytest_flops_mock.repository.git import git
from pytest_flops_mock.repository.repository import MLRepository
from pytest_flops_mock.subprocesses import Ended

CLONE_SECONDS = 300.0
"""How long all of the cloning may take."""

_HOST = re.compile(r"(?:https?|ssh|file)://[^/]*|[\w.+-]+@[\w.-]+:", re.IGNORECASE)
_WITH_REF = re.compile(r"(.*[^/@])@([^@]*)", re.DOTALL)
_COMMIT = re.compile(r"[0-9a-f]{4,64}", re.IGNORECASE)
_CREDENTIALS = re.compile(r"(https?://)[^/@\s]*@", re.IGNORECASE)
_NO_NEWS = ("Could not read from remote repository.", "Please make sure", "and the repository exists.")


@dataclass(frozen=True)
class Remote:
    """Where to clone from.

    Attributes:
        url: What Git is given.
        ref: Branch, tag or commit; empty for the default branch.
    """

    url: str
    ref: str = ""

    @property
    def shown(self) -> str:
        """The URL without credentials, and the ref."""
        return _CREDENTIALS.sub(r"\1***@", self.url) + (f"@{self.ref}" if self.ref else "")


def remote_of(text: str) -> Remote | None:
    """The Git URL, with an optional ``@ref`` behind it, that ``text`` is; ``None`` where it means a folder.

    URLs are ``https://``, ``http://``, ``ssh://``, ``file://``, ``user@host:path``, and paths that end in ``.git``. An ``@``
    before the host belongs to the URL.
    """
    if _is_folder(text) and not _is_bare(text):
        return None
    host = _HOST.match(text)
    if host is None and not text.endswith(".git") and ".git@" not in text:
        return None
    start = host[0] if host else ""
    path, ref = _split(text[len(start) :], local=host is None or start.casefold() == "file://")
    return Remote(start + path if host else os.path.abspath(os.path.expanduser(path)), ref)


@contextmanager
def cloned(remote: Remote, *, timeout: float = CLONE_SECONDS) -> Iterator[MLRepository]:
    """The repository at ``remote``, in a folder that goes away with the context.

    Args:
        remote: Where it is.
        timeout: Seconds that all of the cloning may take.

    Raises:
        RepositoryError: Git is not installed, cannot read the URL, does not end in time, or there is no such ref.
    """
    with tempfile.TemporaryDirectory(prefix="flops-clone-", ignore_cleanup_errors=True) as temporary:
        cloning = _Cloning(remote, Path(temporary, "repository"), time.monotonic() + timeout, timeout)
        commit = _fetched(cloning, remote)
        cloning.run("checkout", "--quiet", "--detach", commit)
        name = f"{remote.shown} ({cloning.run('rev-parse', 'HEAD').strip()[:12]})"
        yield replace(MLRepository.at(cloning.folder), name=name)


def _fetched(cloning: _Cloning, remote: Remote) -> str:
    """Fetch what ``remote`` names, and as little else as the server allows; returns its name in the new repository."""
    refs = cloning.refs()
    wanted = next((name for name in _full_names(remote.ref) if name in refs), "")
    cloning.run("init", "--quiet", "--template=", str(cloning.folder), inside=False)
    if not wanted and _COMMIT.fullmatch(remote.ref):
        tips = {commit for commit in refs.values() if commit.startswith(remote.ref.casefold())}
        wanted = tips.pop() if len(tips) == 1 else remote.ref if len(remote.ref) >= 40 else ""
        if not wanted or not cloning.works("fetch", "--quiet", "--depth=1", remote.url, wanted):
            # The beginning of a commit's name, or a server that gives only what a ref names.
            cloning.run("fetch", "--quiet", remote.url, "+refs/heads/*:refs/remotes/o/*", "+refs/tags/*:refs/tags/*")
            if not cloning.works("rev-parse", "--quiet", "--verify", f"{remote.ref}^{{commit}}"):
                raise RepositoryError(_no_ref(remote, refs))
            return remote.ref
        return "FETCH_HEAD"
    if not wanted:
        raise RepositoryError(_no_ref(remote, refs))
    cloning.run("fetch", "--quiet", "--depth=1", remote.url, wanted)
    return "FETCH_HEAD"


class _Cloning:
    """Runs Git for one clone."""

    def __init__(self, remote: Remote, folder: Path, deadline: float, limit: float) -> None:
        self.folder = folder
        self._remote = remote
        self._deadline = deadline
        self._limit = limit

    def refs(self) -> dict[str, str]:
        """The remote's refs and their commits: branches, tags, ``HEAD``, and the one that is asked for by its full name."""
        asked = [self._remote.ref] if self._remote.ref.startswith("refs/") else []
        told = self.run("ls-remote", "--", self._remote.url, "HEAD", "refs/heads/*", "refs/tags/*", *asked, inside=False)
        lines = (line.partition("\t") for line in told.splitlines())
        return {name: commit for commit, _, name in lines if not name.endswith("^{}")}

    def run(self, *arguments: str, inside: bool = True) -> str:
        """What Git prints; ``inside`` runs it in the clone."""
        ended = self._ended(arguments, inside)
        if ended.status:
            raise RepositoryError(self._refused(ended.errors))
        return ended.text

    def works(self, *arguments: str) -> bool:
        """Whether Git can do it."""
        return self._ended(arguments, inside=True).status == 0

    def _ended(self, arguments: tuple[str, ...], inside: bool) -> Ended:
        left = max(self._deadline - time.monotonic(), 0.001)
        try:
            return git(*arguments, folder=self.folder if inside else None, timeout=left)
        except OSError as error:
            raise RepositoryError(self._no_git(error)) from error
        except subprocess.TimeoutExpired:
            raise RepositoryError(self._too_slow()) from None

    def _refused(self, complaint: str) -> Problem:
        lines = [line.strip().removeprefix("fatal: ") for line in complaint.splitlines()]
        told = [line for line in lines if line and not line.startswith(_NO_NEWS)][:5]
        return Problem(
            "the Git repository cannot be cloned",
            where=self._remote.shown,
            expected="a repository that Git can read without asking for credentials",
            got=_CREDENTIALS.sub(r"\1***@", "\n".join(told)),
            fix=f"try: git ls-remote {_CREDENTIALS.sub('', self._remote.url)}",
        )

    def _no_git(self, error: OSError) -> Problem:
        return Problem(
            "the repository is given as a Git URL, and Git cannot be run",
            where=self._remote.shown,
            expected="the command git",
            got=error.strerror or str(error),
            fix="install Git, or clone the repository elsewhere and give its folder",
        )

    def _too_slow(self) -> Problem:
        return Problem(
            "the Git repository was not cloned in time",
            where=self._remote.shown,
            expected=f"an end within {self._limit:g} s",
            got="Git was still at work",
            fix="check the network, or clone the repository elsewhere and give its folder",
        )


def _no_ref(remote: Remote, refs: Mapping[str, str]) -> Problem:
    names = [name.removeprefix("refs/heads/").removeprefix("refs/tags/") for name in refs if name != "HEAD"]
    if not refs:
        message, fix = "the Git repository has no commits", "push something to it"
    else:
        missing = f"branch, tag or commit {remote.ref}" if remote.ref else "default branch"
        message = f"the Git repository has no {missing}"
        fix = "write one of them, or a commit, behind the @"
    return Problem(
        message,
        where=remote.shown,
        expected=f"one of: {listing(names)}" if names else "",
        got=remote.ref,
        nearest=", ".join(get_close_matches(remote.ref, names, n=3, cutoff=0.5)),
        fix=fix,
    )


def _full_names(ref: str) -> tuple[str, ...]:
    return (f"refs/heads/{ref}", f"refs/tags/{ref}", *([ref] if ref.startswith("refs/") else [])) if ref else ("HEAD",)


def _split(path: str, *, local: bool) -> tuple[str, str]:
    """Path and ref; an ``@`` in a name of the path stays there."""
    if path.endswith(".git") or (local and Path(unquote(path)).exists()):
        return path, ""
    before, found, ref = path.rpartition(".git@")
    if found:
        return f"{before}.git", ref
    match = _WITH_REF.fullmatch(path)
    return (match[1], match[2]) if match else (path, "")


def _is_folder(text: str) -> bool:
    with suppress(OSError, ValueError, RuntimeError):
        return Path(text).expanduser().is_dir()
    return False


def _is_bare(text: str) -> bool:
    folder = Path(text).expanduser()
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir()
