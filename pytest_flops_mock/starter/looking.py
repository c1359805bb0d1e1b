"""What is in a folder that is to be an ML repository. Nothing of it is run, and Git does not read the folder's settings."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from pytest_flops_mock.data.choice import RECORDINGS
from pytest_flops_mock.data.writing import TWIN_ENDING
from pytest_flops_mock.errors import FlopsMockError
from pytest_flops_mock.regular import MAX_DESCRIPTION_BYTES, read_regular
from pytest_flops_mock.repository.git_folder import GitFolder, branch_of, origin_of
from pytest_flops_mock.repository.nearby import ML_FILES, is_flower_app
from pytest_flops_mock.repository.work_tree import work_tree
from pytest_flops_mock.sla.files import MAX_BYTES, mdp_slas
from pytest_flops_mock.sla.parsing import parse_text
from pytest_flops_mock.starter.code import Code, read_code
from pytest_flops_mock.starter.pytest_settings import PytestSettings, pytest_settings

MAX_SOURCES = 50
MAX_SOURCE_BYTES = 300_000
"""So many sources are read, and those of so many bytes."""

GIT_SECONDS = 10.0

_PYTHON = re.compile(r"^\s*-\s*[\"']?python\s*(?:==?|>=|~=)\s*(3\.\d+)", re.MULTILINE)
_SECRET = re.compile(r"(?<=//)[^/@]*@")


@dataclass(frozen=True)
class Git:
    """A work tree.

    Attributes:
        branch: What is checked out; empty for no branch.
        remote: The URL of ``origin`` without credentials; empty for none.
        tracks: Whether Git tracks a file in the folder.
        committed: Whether there is a commit.
    """

    branch: str = ""
    remote: str = ""
    tracks: bool = False
    committed: bool = False


@dataclass(frozen=True)
class Found:
    """What is in a folder.

    Attributes:
        root: The folder.
        names: What lies in it, without ``.git``.
        ml_files: Which files that FLOps looks for are there.
        flower: Whether it is a Flower app.
        git: What Git knows of it; None where it is in no work tree.
        settings: pytest's settings that are there.
        mocks: Paths of MDP SLAs.
        projects: Paths of project SLAs.
        tags: The data tags that SLAs say, those of project SLAs first.
        workflows: Files of CI that are there.
        checked: Those of them that name FLOps.
        code: What the sources say.
        own: The columns of the user's own data sets that are described there, by name.
        python: The version of Python that ``conda.yaml`` asks for, such as ``3.10``.
    """

    root: Path
    names: tuple[str, ...] = ()
    ml_files: tuple[str, ...] = ()
    flower: bool = False
    git: Git | None = None
    settings: PytestSettings | None = None
    mocks: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()
    checked: tuple[str, ...] = ()
    code: Code = field(default_factory=Code)
    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    python: str = ""


def look(root: Path) -> Found:
    """Look at a folder, which need not be there."""
    root = Path(os.path.abspath(root))
    if not root.is_dir():
        return Found(root)
    names = tuple(sorted(name for name in os.listdir(root) if name != ".git"))
    mocks = tuple(path.relative_to(root).as_posix() for path in mdp_slas(root))
    projects = dict(_project_slas(root))
    mdp = [sla for sla in (_parsed(root / path) for path in mocks) if sla is not None]
    tags = [*_tags(projects.values()), *(_inner(sla, "mock_data_configuration").get("data_tag") for sla in mdp)]
    workflows = {path: _text(root / path) for path in _workflows(root)}
    return Found(
        root,
        names=names,
        ml_files=tuple(name for name in ML_FILES if (root / name).is_file()),
        flower=is_flower_app(root),
        git=_git(root),
        settings=pytest_settings(root),
        mocks=mocks,
        projects=tuple(projects),
        tags=tuple(dict.fromkeys(tag for tag in tags if isinstance(tag, str) and tag)),
        workflows=tuple(workflows),
        checked=tuple(path for path, text in workflows.items() if "flops" in text.casefold()),
        code=read_code({path.name: _text(path) for path in islice(sorted(root.glob("*.py")), MAX_SOURCES)}),
        own=dict(_own(root / RECORDINGS)),
        python=next(iter(_PYTHON.findall(_text(root / "conda.yaml"))), ""),
    )


def without_secrets(url: str) -> str:
    """A URL without the name, password or token before its host."""
    return url if url.startswith("ssh://") else _SECRET.sub("", url).partition("?")[0]


def _git(root: Path) -> Git | None:
    found = (GitFolder.of_work_tree(folder) for folder in (root, *root.parents))
    kept = next((kept for kept in found if kept is not None), None)
    if kept is None:
        return None
    deadline = time.monotonic() + GIT_SECONDS
    try:
        remote = without_secrets(origin_of(kept, lambda: max(deadline - time.monotonic(), 0.001)))
        known = work_tree(root)
    except (OSError, subprocess.TimeoutExpired, FlopsMockError):  # a check says what is wrong with it
        return Git(branch_of(kept))
    return Git(branch_of(kept), remote, known is not None and bool(known.tracked), known is not None and known.committed)


def _project_slas(root: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path in islice(sorted({*root.glob("*.json"), *root.glob("*/*.json")}), 200):
        if (
            "training_configuration" in _text(path, MAX_BYTES)
            and (sla := _parsed(path)) is not None
            and "ml_repo_url" in sla
        ):
            yield path.relative_to(root).as_posix(), sla


def _parsed(path: Path) -> Mapping[str, Any] | None:
    try:
        return parse_text(_text(path, MAX_BYTES), path.name)
    except FlopsMockError:
        return None


def _tags(projects: Any) -> Iterator[Any]:
    for sla in projects:
        tags = _inner(sla, "training_configuration").get("data_tags")
        yield from tags if isinstance(tags, (list, tuple)) else ()


def _inner(sla: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = sla.get(key)
    return value if isinstance(value, Mapping) else {}


def _workflows(root: Path) -> list[str]:
    found = [*root.glob(".github/workflows/*.yml"), *root.glob(".github/workflows/*.yaml"), root / ".gitlab-ci.yml"]
    return sorted(path.relative_to(root).as_posix() for path in found if path.is_file())


def _own(folder: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    for path in sorted(folder.glob(f"*{TWIN_ENDING}")):
        try:
            facts = json.loads(_text(path, MAX_DESCRIPTION_BYTES))
            yield str(facts["dataset"]), tuple(facts["features"])
        except (ValueError, KeyError, TypeError, RecursionError):  # a check says what is wrong with it
            continue


def _text(path: Path, max_bytes: int = MAX_SOURCE_BYTES) -> str:
    try:
        return read_regular(path, max_bytes).decode("utf-8", errors="replace")
    except OSError:
        return ""
