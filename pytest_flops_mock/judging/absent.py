"""Imports and files that fail since the image lacks what lies in the folder: nothing that one could install."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from pytest_flops_mock.codes.failures import FAILURES
from pytest_flops_mock.errors import Problem
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.learner.facts import Failure, Link
from pytest_flops_mock.stage import Stage

Absent = Callable[[str], str]
"""Why a path that is in the folder is not in the image; empty for others. See ``MLRepository.absent``."""

WHY = {
    "untracked": ("which Git does not track", "git add {path}, and commit it"),
    "ignored": ("which Git ignores", "take it out of .gitignore (or git add --force {path}), and commit it"),
    "hidden": ("which is hidden at the root", "give it a name without a dot, or put it into a folder"),
    "submodule": ("which belongs to a submodule", "put it into the repository itself; the builder clones no submodules"),
}

_QUOTED = re.compile(r"""'([^']+)'|"([^"]+)\"""")
_NO_NAME = re.compile(r"cannot import name '(\w+)'")
_IMPORTED = re.compile(r"\s*(?:from\s+([\w.]+)\s+import\s+(\w+)|import\s+([\w.]+))")


def absent_finding(failure: Failure, stage: Stage, absent: Absent) -> Finding | None:
    """What is said of an import or an opened file that is in the folder and not in the image; ``None`` of other failures."""
    for link in failure.raised.chain if failure.raised is not None else ():
        code = FAILURES[stage].no_package if _is_import(link) else FAILURES[stage].exception
        for path in _paths(link):
            if reason := absent(path):
                return _finding(link, path, reason, code)
    return None


def _is_import(link: Link) -> bool:
    return link.type in ("ModuleNotFoundError", "ImportError")


def _finding(link: Link, path: str, reason: str, code: str) -> Finding:
    said, fix = WHY[reason]
    name = _missing_name(link) if _is_import(link) else path
    return Finding.of(
        Problem(
            f"the repository {'imports' if _is_import(link) else 'opens'} {name}, {said}",
            where=link.frames[-1].place if link.frames else path,
            expected="what a clone of the commit has",
            got=f"{path} is in the folder, and not in the image that FLOps builds",
            fix=fix.format(path=path),
            code=code,
        ),
        frames=link.frames,
    )


def _paths(link: Link) -> Iterator[str]:
    """Where in the repository that may be which was not found."""
    if _is_import(link):
        for name in dict.fromkeys((_missing_name(link), *_named_in_source(link))):
            stem = name.replace(".", "/")
            yield from (f"{stem}.py", f"{stem}/__init__.py") if stem else ()
    elif link.type in ("FileNotFoundError", "NotADirectoryError"):
        for match in _QUOTED.finditer(link.text):
            yield match[1] or match[2]


def _missing_name(link: Link) -> str:
    found = _NO_NAME.search(link.text) if link.type == "ImportError" else None
    return f"{link.name}.{found[1]}" if found else link.name


def _named_in_source(link: Link) -> Iterator[str]:
    """The modules that the failing line names in full: of a package that is missing, the exception has the name alone."""
    match = _IMPORTED.match(link.frames[-1].source) if link.frames else None
    names = [match[1], f"{match[1]}.{match[2]}"] if match and match[1] else [match[3]] if match else []
    yield from (name for name in names if name.split(".")[0] == link.name.split(".")[0])
