"""What a folder is that is no ML repository, and where the nearest one is."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

from pytest_flops_mock.errors import Problem, listing
from pytest_flops_mock.regular import read_regular

ML_FILES = ("model_manager.py", "data_manager.py", "conda.yaml")
"""What FLOps looks for at the root of an ML repository."""

CARRIES_OVER = (
    "the model and its training carry over into ModelManager, the data pipeline into DataManager, dependencies into "
    "conda.yaml; ServerApp, ClientApp and strategy are FLOps' own"
)
"""What of a Flower app is of use on FLOps."""

MAX_FOLDERS = 500
MAX_DEPTH = 3
"""So many folders below are looked into, and so deep."""

MAX_SETTINGS = 1_000_000

_FLOWER = re.compile(r"^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*flwr[ \t]*\.[ \t]*app\b", re.MULTILINE)


def is_flower_app(folder: Path) -> bool:
    """Whether ``flwr run`` would take the folder for an app: ``pyproject.toml`` has a table ``[tool.flwr.app]``."""
    try:
        text = read_regular(folder / "pyproject.toml", MAX_SETTINGS).decode("utf-8", errors="replace")
    except OSError:
        return False
    return _FLOWER.search(text) is not None


def no_repository(root: Path | None, name: str, at_root: Iterable[str], template: str = "sklearn") -> Problem:
    """What to say of a folder that has nothing of an ML repository in it: what it is instead, and where to go from there.

    Args:
        root: The folder; None for files without one.
        name: What the user calls it: its path, or the URL that it is a clone of.
        at_root: The files in it.
        template: The one that it would be begun with.
    """
    is_local = os.path.isdir(name)  # and no clone, around which is nothing of the user's
    near = None if root is None else nearest_repository(root)
    if root is None or near is None or (not is_local and root not in near.parents):
        shown = ""
    else:
        shown = os.path.relpath(near, os.getcwd() if is_local else root)
    folder = f" {shlex.quote(name)}" if is_local and name != "." else ""
    begin = f"{f'go to {shown} instead; or: ' if shown else ''}flops-mock init{folder} --template {template}"
    is_flower = root is not None and is_flower_app(root)
    return Problem(
        "this is a Flower app, and FLOps trains ML repositories" if is_flower else "this is no ML repository",
        where=name,
        expected=f"{listing(ML_FILES)} at the root",
        got="[tool.flwr.app] in pyproject.toml" if is_flower else f"at the root: {listing(at_root)}",
        nearest=shown,
        fix=f"{CARRIES_OVER}; {begin} lays such files beside the app" if is_flower else f"{begin} begins one that trains",
    )


def nearest_repository(folder: Path) -> Path | None:
    """The ML repository that is nearest to a folder: the first above it, else the first below."""
    folder = Path(os.path.abspath(folder))
    return next((found for found in (*folder.parents, *_below(folder)) if _is_one(found)), None)


def _is_one(folder: Path) -> bool:
    return all((folder / name).is_file() for name in ML_FILES[:2])


def _below(folder: Path) -> Iterator[Path]:
    """The folders below, level by level; no hidden ones, and no virtual environments."""
    level, left = [folder], MAX_FOLDERS
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for inner in _inside(outer)][:left]
        left -= len(level)
        yield from level


def _inside(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            found = sorted(entry.path for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []
    paths = [Path(path) for path in found]
    return [
        path
        for path in paths
        if not path.name.startswith((".", "__")) and path.name != "node_modules" and not (path / "pyvenv.cfg").exists()
    ]
