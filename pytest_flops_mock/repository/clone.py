"""An ML repository behind a Git URL: cloned shallowly into a temporary folder, at any branch, tag or commit."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from pytest_flops_mock.errors import Problem, RepositoryError, listing
from pytest_flops_mock.repository.git import git, git_alone
from pytest_flops_mock.repository.git_folder import GitFolder, plain
from pytest_flops_mock.repository.repository import MLRepository
from pytest_flops_mock.repository.urls import HIDDEN, MAX_REF, Remote, secrets_of, without_credentials
from pytest_flops_mock.subprocesses import Ended

CLONE_SECONDS = 300.0
"""How long all of the cloning may take."""

_COMMIT = re.compile(r"[0-9a-f]{4,64}", re.IGNORECASE)
_SHORT = 4
"""A secret with fewer characters may be part of any word."""

_COMPARED = 2_000
"""With how many refs a misspelt one is compared."""

_NO_NEWS = ("Could not read from remote repository.", "Please make sure", "and the repository exists.")


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
        with cloning.source() as url:
            commit = _fetched(cloning, remote, url)
        cloning.run("checkout", "--quiet", "--detach", commit)
        name = f"{remote.shown} ({cloning.run('rev-parse', 'HEAD').strip()[:12]})"
        yield replace(MLRepository.at(cloning.folder), name=name)


def _fetched(cloning: _Cloning, remote: Remote, url: str) -> str:
    """Fetch what ``remote`` names, and as little else as the server allows; returns its name in the new repository."""
    refs = cloning.refs(url)
    wanted = next((name for name in _full_names(remote.ref) if name in refs), "")
    cloning.run("init", "--quiet", "--template=", str(cloning.folder), inside=False)
    if not wanted and _COMMIT.fullmatch(remote.ref):
        tips = {commit for commit in refs.values() if commit.startswith(remote.ref.casefold())}
        wanted = tips.pop() if len(tips) == 1 else remote.ref if len(remote.ref) >= 40 else ""
        if not wanted or not cloning.fetches("--depth=1", "--", url, wanted):
            # The beginning of a commit's name, or a server that gives only what a ref names.
            cloning.fetch("--", url, "+refs/heads/*:refs/remotes/o/*", "+refs/tags/*:refs/tags/*")
            if not cloning.works("rev-parse", "--quiet", "--verify", f"{remote.ref}^{{commit}}"):
                raise RepositoryError(_no_ref(remote, refs))
            return remote.ref
        return "FETCH_HEAD"
    if not wanted:
        raise RepositoryError(_no_ref(remote, refs))
    cloning.fetch("--depth=1", "--", url, wanted)
    return "FETCH_HEAD"


class _Cloning:
    """Runs Git for one clone."""

    def __init__(self, remote: Remote, folder: Path, deadline: float, limit: float) -> None:
        self.folder = folder
        self._remote = remote
        self._deadline = deadline
        self._limit = limit

    @contextmanager
    def source(self) -> Iterator[str]:
        """What Git is told to fetch from; of a repository on this machine its data, and none of its settings."""
        path = self._remote.path
        if path is None:
            yield self._remote.url
            return
        found = GitFolder.reached_by(path)
        if found is None:
            raise RepositoryError(self._refused(f"'{path}' does not appear to be a git repository"))
        try:
            with plain(found, self._left, bare=True) as readable:
                yield os.fspath(readable.folder)
        except OSError as error:
            told = self._no_git(error) if error.filename == "git" else self._refused(error.strerror or str(error))
            raise RepositoryError(told) from error
        except ValueError as error:
            raise RepositoryError(self._refused(str(error))) from error
        except subprocess.TimeoutExpired:
            raise RepositoryError(self._too_slow()) from None

    def refs(self, url: str) -> dict[str, str]:
        """The remote's refs and their commits: branches, tags, ``HEAD``, and the one that is asked for by its full name."""
        asked = [self._remote.ref] if self._remote.ref.startswith("refs/") else []
        told = self._reaching("ls-remote", "--", url, "HEAD", "refs/heads/*", "refs/tags/*", *asked, folder=None)
        if told.status:
            raise RepositoryError(self._refused(told.errors))
        lines = (line.partition("\t") for line in told.text.splitlines())
        return {name: commit for commit, _, name in lines if not name.endswith("^{}")}

    def fetch(self, *arguments: str) -> None:
        """Get what a server has."""
        ended = self._reaching("fetch", "--quiet", "--no-tags", *arguments, folder=self.folder)
        if ended.status:
            raise RepositoryError(self._refused(ended.errors))

    def fetches(self, *arguments: str) -> bool:
        """Whether a server gives something."""
        return self._reaching("fetch", "--quiet", "--no-tags", *arguments, folder=self.folder).status == 0

    def run(self, *arguments: str, inside: bool = True) -> str:
        """What Git prints without reaching anything; ``inside`` runs it in the clone."""
        ended = self._alone(*arguments, inside=inside)
        if ended.status:
            raise RepositoryError(self._refused(ended.errors))
        return ended.text

    def works(self, *arguments: str) -> bool:
        """Whether Git can do it in the clone."""
        return self._alone(*arguments, inside=True).status == 0

    def _left(self) -> float:
        return max(self._deadline - time.monotonic(), 0.001)

    def _reaching(self, *arguments: str, folder: Path | None) -> Ended:
        with self._told():
            return git(*arguments, folder=folder, timeout=self._left())

    def _alone(self, *arguments: str, inside: bool) -> Ended:
        with self._told():
            return git_alone(*arguments, folder=self.folder if inside else None, timeout=self._left())

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise RepositoryError(self._no_git(error)) from error
        except subprocess.TimeoutExpired:
            raise RepositoryError(self._too_slow()) from None

    def _said(self, complaint: str) -> str:
        """What Git says, without what must not be shown."""
        secrets = secrets_of(self._remote.url)
        if any(len(secret) < _SHORT and secret in complaint for secret in secrets):  # it cannot be told from the rest
            return "Git's own message is not shown, since it may hold parts of the credentials"
        for secret in secrets:
            complaint = complaint.replace(secret, HIDDEN)
        return complaint

    def _refused(self, complaint: str) -> Problem:
        lines = [line.strip().removeprefix("fatal: ") for line in complaint.splitlines()]
        told = [line for line in lines if line and not line.startswith(_NO_NEWS)][:5]
        return Problem(
            "the Git repository cannot be cloned",
            where=self._remote.shown,
            expected="a repository that Git can read without asking for credentials",
            got=self._said("\n".join(told)),
            fix=f"try: git ls-remote {shlex.quote(_plain_url(self._remote.url))}",
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


def _plain_url(url: str) -> str:
    return without_credentials(url).replace(f"{HIDDEN}@", "").replace(f"?{HIDDEN}", "")


def _no_ref(remote: Remote, refs: Mapping[str, str]) -> Problem:
    short = (name.removeprefix("refs/heads/").removeprefix("refs/tags/") for name in refs if name != "HEAD")
    names = [name for name in short if len(name) <= MAX_REF]
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
        nearest=", ".join(get_close_matches(remote.ref, names[:_COMPARED], n=3, cutoff=0.5)),
        fix=fix,
    )


def _full_names(ref: str) -> tuple[str, ...]:
    return (f"refs/heads/{ref}", f"refs/tags/{ref}", *([ref] if ref.startswith("refs/") else [])) if ref else ("HEAD",)
