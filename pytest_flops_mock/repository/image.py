"""What becomes of the files on their way into the image: cloned by Git, copied over FLOps' own, built."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pytest_flops_mock.errors import Problem, listing
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.opening import read_inside
from pytest_flops_mock.repository.repository import MAX_READ, MLRepository
from pytest_flops_mock.repository.work_tree import POINTER
from pytest_flops_mock.stage import Severity

MAX_POINTER_BYTES = 1024
"""Pointers of Git LFS are shorter; the format says so."""

FLOPS_OWN = {
    "requirements.txt": "FLOps' own list is not installed: flops-utils and flwr are missing in the image",
    "Dockerfile": "it is built instead of FLOps' own image",
}
"""Files beside which the repository is copied, and what follows where it has one of the same name."""


def image_findings(repository: MLRepository) -> tuple[Finding, ...]:
    """What the image will not hold as the folder does, and what stops or changes its building."""
    return (
        *_not_committed(repository),
        *_broken_links(repository),
        *_over_flops_own(repository),
        *_in_lfs(repository),
    )


def _not_committed(repository: MLRepository) -> Iterator[Finding]:
    git = repository.seen().git
    if git is None:
        return
    if not git.tracked or not git.committed:
        yield _told(
            "FM112",
            "nothing is committed yet, and FLOps builds what is",
            repository.name,
            expected="a commit with all files that the code needs",
            got="files that the check takes as if they were committed",
            fix="git add what belongs to it, and commit; then the check sees what FLOps will see",
        )
    elif git.changed:
        count = len(git.changed)
        yield _told(
            "FM112",
            f"{count} file{' differs' if count == 1 else 's differ'} from the last commit, which is what FLOps builds",
            repository.name,
            expected="files as they are in the commit",
            got=listing(git.changed),
            fix="commit the changes before you deploy; the check took the files as they are",
        )


def _broken_links(repository: MLRepository) -> Iterator[Finding]:
    for path, target in repository.seen().broken:
        yield _told(
            "FM113",
            f"the link {path} leads nowhere in a clone",
            path,
            expected="a relative link to something that Git tracks in the same repository",
            got=target,
            fix="commit what it leads to, or take the link out of Git; the image builder cannot copy it",
        )


def _over_flops_own(repository: MLRepository) -> Iterator[Finding]:
    paths = repository.paths()
    for name, follows in FLOPS_OWN.items():
        if name in paths:
            yield _told(
                "FM114",
                f"the repository's {name} replaces FLOps' own while the image is built",
                name,
                expected=f"no file of that name at the root, where FLOps has its {name}",
                got=follows,
                nearest=f"docs/{name}" if name == "Dockerfile" else "requirements-dev.txt",
                fix="rename it or move it into a folder; packages for FLOps stand in conda.yaml",
            )


def _in_lfs(repository: MLRepository) -> Iterator[Finding]:
    """One finding for those that the code names, and a milder one for the others."""
    pointers = [path for path in repository.paths() if _is_pointer(repository, path)]
    sources = [path for path in repository.paths() if path.endswith(".py") and repository.size(path) <= MAX_READ]
    code = b"\n".join(map(repository.content, sources)) if pointers else b""
    named = [path for path in pointers if path.rpartition("/")[2].encode() in code]
    for paths, severity in ((named, Severity.WARNING), ([*{*pointers} - {*named}], Severity.INFO)):
        if paths:
            found = _told(
                "FM115",
                f"{len(paths)} file{' is' if len(paths) == 1 else 's are'} in Git LFS, which the image builder lacks",
                sorted(paths)[0],
                expected="the content in Git itself",
                got=f"pointers of three lines: {listing(sorted(paths))}",
                fix="git lfs migrate export, or let the code download the file; the check has the pointers, too",
            )
            yield replace(found, severity=severity)


def _is_pointer(repository: MLRepository, path: str) -> bool:
    """Whether the image has a pointer there; the disk may have one, too, where Git LFS is not installed."""
    if path in repository.seen().pointers:
        return True
    if repository.root is None or any(name == path for name, _ in repository.contents):
        return False
    try:
        lines = read_inside(repository.root, path, MAX_POINTER_BYTES).split(b"\n")
        return lines[0].rstrip() == POINTER.encode()
    except OSError:  # too large, or told where all files are read
        return False


def _told(code: str, message: str, where: str, **parts: str) -> Finding:
    return Finding.of(Problem(message, where=where, **parts), code=code)
